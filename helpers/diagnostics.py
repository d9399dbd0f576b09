"""Ten questions to a training run before trusting it, each answered with numbers (notebook 8).

The parts of a training run are arguments, and those of the project are their defaults: pass your
own `forward`, `backward`, ... to examine them. They are called as

    initialize(layer_sizes, rng) -> parameters
    forward(parameters, X) -> activations
    loss(A, Y) -> float
    backward(parameters, activations, Y) -> gradients
    step(parameters, X, Y, learning_rate) -> parameters
    batches(X, Y, batch_size, rng) -> pairs (X, Y) of columns

X is (n0, m), Y is (classes, m) one-hot, parameters and gradients are lists of Layers.
"""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from helpers.gradient_check import STEP, relative_error
from helpers.internals.checks import (
    check_array,
    check_count,
    check_float64,
    check_function,
    check_labeled,
    check_learning_rate,
    check_number,
    check_sequence,
    checks_arguments,
)
from helpers.losses import cross_entropy
from helpers.network import (
    Layer,
    backward_propagation,
    forward_propagation,
    initialize_parameters,
    update_parameters,
)

__all__ = [
    "batch_dependence",
    "gradient_errors",
    "gradient_step",
    "initial_loss",
    "label_sensitivity",
    "neuron_report",
    "overfit",
    "softmax_report",
    "trace_batches",
    "update_ratios",
]


_part = partial(check_function, or_none=False)
_checked = partial(
    checks_arguments,
    **dict.fromkeys(("initialize", "forward", "loss", "backward"), _part),
    **dict.fromkeys(("batches", "evaluate", "softmax", "step"), _part),
    **dict.fromkeys(("X", "Y"), check_array),
    **dict.fromkeys(("entries", "seeds", "examples", "classes"), check_count),
    **dict.fromkeys(("seed", "steps"), partial(check_count, at_least=0)),
    batch_size=partial(check_count, none_means="one batch of all"),
    sizes=partial(check_sequence, check=check_number, expected="a list of numbers"),
    activations=partial(check_sequence, check=check_array, expected="a list of arrays"),
    learning_rate=lambda name, value: check_learning_rate(value),
)


# --- is the gradient that of the loss, and how far does a step go?


@_checked(step=partial(check_number, above=0))
def gradient_errors(
    parameters,
    X,
    Y,
    *,
    forward=forward_propagation,
    backward=backward_propagation,
    loss=cross_entropy,
    entries=30,
    seed=0,
    step=STEP,
):
    """Compare the gradient with the slope of the loss, array by array.

    Parameters
    ----------
    parameters, X, Y, forward, backward, loss
        See the module. Parameters are float64; a forward pass with chance in it must draw the
        same numbers each time.
    entries, seed : int
        How many numbers of each W and b are moved, so that large networks take no longer; they
        are drawn with the seed.
    step : float
        How far a number is moved either way.

    Returns
    -------
    pandas.DataFrame
        One row per array (W1, b1, ...): `relative_error` (under 1e-6 the two agree), `ratio`
        (length of the gradient over length of the slope; inf where the slope is 0), `cosine` (1:
        same direction). A ratio of 10 with a cosine of 1 is a constant factor; a small cosine is
        a wrong formula.

    Raises
    ------
    ValueError
        If a gradient has another shape than its array, or parameters are not float64.
    """
    rng = np.random.default_rng(seed)
    gradients = backward(parameters, forward(parameters, X), Y)
    moved = [Layer(W.copy(), b.copy()) for W, b in parameters]
    rows = {}
    for number, (layer, gradient) in enumerate(zip(moved, gradients, strict=True), 1):
        for name, values, slopes in zip("Wb", layer, gradient, strict=True):
            check_float64(values)
            if np.shape(slopes) != values.shape:
                raise ValueError(
                    f"d{name}{number} has shape {np.shape(slopes)}, expected {values.shape}, that of {name}{number}"
                )
            chosen = rng.permutation(values.size)[:entries]
            numerical = np.empty(len(chosen))
            for i, position in enumerate(np.unravel_index(k, values.shape) for k in chosen):
                value, around = values[position], []
                for values[position] in (value + step, value - step):
                    around.append(loss(forward(moved, X)[-1], Y))
                values[position] = value
                numerical[i] = (around[0] - around[1]) / (2 * step)
            rows[f"{name}{number}"] = _compare(np.ravel(slopes)[chosen], numerical)
    return _table(rows, "relative_error", "ratio", "cosine")


def _table(rows, *columns):
    """Return rows, {name: values}, as a DataFrame."""
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(columns))


def _compare(analytic, numerical):
    """Return relative error, ratio of the lengths and cosine of two gradients."""
    length, expected = np.linalg.norm(analytic), np.linalg.norm(numerical)
    if expected == 0:
        return relative_error(analytic, numerical), np.inf if length > 0 else 1.0, np.nan
    cosine = analytic @ numerical / (length * expected) if length > 0 else np.nan
    return relative_error(analytic, numerical), length / expected, cosine


@_checked()
def gradient_step(
    parameters, X, Y, learning_rate, *, forward=forward_propagation, backward=backward_propagation
):
    """Return the parameters after one step of gradient descent on one batch.

    Parameters
    ----------
    parameters, X, Y, forward, backward
        See the module.
    learning_rate : float

    Returns
    -------
    list of Layer
    """
    gradients = backward(parameters, forward(parameters, X), Y)
    return update_parameters(parameters, gradients, learning_rate)


@_checked()
def update_ratios(parameters, X, Y, learning_rate, *, step=gradient_step):
    """Measure how far one step moves the weights, and whether it takes the mean over examples.

    Parameters
    ----------
    parameters, X, Y, step
        See the module; the step has no chance in it.
    learning_rate : float

    Returns
    -------
    pandas.DataFrame
        One row per layer (W1, W2, ...): `weights` and `change` (root mean squares), `ratio`
        (change over weights), and `doubled` (the change when every example is there twice, over
        the change when it is there once). A ratio from 1e-4 to 1e-1 is usual; far below, training
        crawls, and NaN or 0 stands still. `doubled` is 1 for a mean over the examples, 2 for a
        sum, 0.5 for a mean divided by m once more.

    References
    ----------
    Rule of thumb for the ratio: Stanford's CS231n, "Neural Networks Part 3".
    """
    once = step(parameters, X, Y, learning_rate)
    twice = step(parameters, np.tile(X, 2), np.tile(Y, 2), learning_rate)
    rows = {}
    for number, layers in enumerate(zip(parameters, once, twice, strict=True), 1):
        W, first, second = (layer[0] for layer in layers)
        weights, change, doubled = (
            np.sqrt(np.mean(np.square(values))) for values in (W, first - W, second - W)
        )
        ratio = change / weights if weights > 0 else np.nan
        rows[f"W{number}"] = weights, change, ratio, doubled / change if change > 0 else np.nan
    return _table(rows, "weights", "change", "ratio", "doubled")


# --- does the network start where it should, can it learn, do its neurons answer?


@_checked()
def initial_loss(
    layer_sizes,
    X,
    Y,
    *,
    initialize=initialize_parameters,
    forward=forward_propagation,
    loss=cross_entropy,
    seeds=5,
):
    """Measure the loss before any training, which should be near ln(classes).

    That is what guessing with equal probabilities costs.

    Parameters
    ----------
    layer_sizes : list of int
    X, Y, initialize, forward, loss
        See the module.
    seeds : int
        How many networks, from the seeds 0, 1, ...

    Returns
    -------
    pandas.DataFrame
        One row per seed: `loss`, `expected` (ln of the number of classes), `ratio` of the two.
        Between 0.9 and 1.5 all is well; much below, the loss is not what it says; much above, the
        weights or the pixels are too large.

    Raises
    ------
    TypeError, ValueError
        If seeds is not a whole number of at least 1.
    """
    losses = []
    for seed in range(seeds):
        parameters = initialize(layer_sizes, np.random.default_rng(seed))
        losses.append(loss(forward(parameters, X)[-1], Y))
    expected = np.log(Y.shape[0])
    table = {"loss": losses, "expected": expected, "ratio": np.array(losses) / expected}
    return pd.DataFrame(table, index=pd.RangeIndex(seeds, name="seed"))


@_checked()
def overfit(
    X,
    Y,
    layer_sizes,
    *,
    initialize=initialize_parameters,
    batches=None,
    step=gradient_step,
    forward=forward_propagation,
    loss=cross_entropy,
    learning_rate=0.1,
    steps=300,
    seed=0,
):
    """Train on one small batch alone, over and over.

    Parameters
    ----------
    X, Y, initialize, batches, step, forward, loss
        See the module. The batches, if given, are asked for all examples at once.
    layer_sizes : list of int
    learning_rate : float
    steps, seed : int
        The seed is of the initial weights, and then of the batches.

    Returns
    -------
    array, shape (steps + 1,)
        The loss before each step and after the last. Ten images are memorized by any network that
        can learn: their loss should end under 0.05. One that stays up cannot learn at all,
        whatever the data.

    Raises
    ------
    TypeError, ValueError
        If the learning rate is not positive, or steps is not a whole number.
    """
    rng = np.random.default_rng(seed)
    parameters, losses = initialize(layer_sizes, rng), []
    for _ in range(steps):
        losses.append(loss(forward(parameters, X)[-1], Y))
        for X_batch, Y_batch in batches(X, Y, X.shape[1], rng) if batches else [(X, Y)]:
            parameters = step(parameters, X_batch, Y_batch, learning_rate)
    return np.array([*losses, loss(forward(parameters, X)[-1], Y)])


@_checked()
def neuron_report(activations):
    """Count the neurons of each hidden layer that are active, and that differ from all others.

    Parameters
    ----------
    activations : list of array
        [A0 = X, A1, ..., AL], as forward_propagation returns them, of some dozens of examples or
        more.

    Returns
    -------
    pandas.DataFrame
        One row per hidden layer: `neurons`, `active` (above 0 for at least one example),
        `distinct` (different rows, to 9 digits). Few active: dead ReLUs. One distinct: all start
        equal.
    """
    rows = {
        f"A{number}": (len(A), int((A > 0).any(axis=1).sum()), len(np.unique(A.round(9), axis=0)))
        for number, A in enumerate(activations[1:-1], 1)
    }
    return _table(rows, "neurons", "active", "distinct")


# --- do every example, every label and every number arrive where they are meant to?


@_checked()
def trace_batches(batches, examples, batch_size, *, seed=0):
    """Send numbered examples through a function that makes batches, and count what comes out.

    Parameters
    ----------
    batches
        See the module. Here X and Y are both the numbers 0, 1, 2, ...
    examples, batch_size, seed : int
        The seed is of the rng.

    Returns
    -------
    pandas.Series
        `batches`, `seen` (different examples), `missing`, `repeated` (beyond the first time) and
        `misaligned` (columns of X beside the Y of another example). All but the first two should
        be 0.

    Raises
    ------
    ValueError
        If a batch has not as many columns in X as in Y.
    """
    numbers, rng = np.arange(examples)[np.newaxis], np.random.default_rng(seed)
    pairs = [(X, Y) for X, Y in batches(numbers, numbers.copy(), batch_size, rng)]
    for X, Y in pairs:
        if X.shape != Y.shape:
            raise ValueError(
                f"a batch has X of shape {X.shape} and Y of shape {Y.shape}, expected as many columns"
            )
    X, Y = (
        np.concatenate([pair[i] for pair in pairs], axis=1)[0] if pairs else np.empty(0)
        for i in (0, 1)
    )
    seen = len(np.unique(X))
    counts = {"batches": len(pairs), "seen": seen, "missing": examples - seen}
    return pd.Series(counts | {"repeated": len(X) - seen, "misaligned": int((X != Y).sum())})


@_checked(sizes=partial(check_sequence, check=check_count, expected="a list of whole numbers"))
def batch_dependence(parameters, X, *, forward=forward_propagation, sizes=(1, 7, 10, 32)):
    """Compare the answers to a batch with the answers to the same examples one at a time.

    Parameters
    ----------
    parameters, forward
        See the module.
    X : array, shape (n0, m)
        With m at least the largest of the sizes.
    sizes : sequence of int
        Of the batches.

    Returns
    -------
    pandas.DataFrame
        One row per batch size: `difference` (the largest, in probability; rounding is under 1e-9;
        inf where an example does not get one column) and `error` (what was raised, or ""). An
        example's answer must not depend on its neighbors: a softmax over the wrong axis or a bias
        of shape (n,) shows here.

    Raises
    ------
    ValueError
        If X has too few columns.
    """
    if X.shape[1] < max(sizes):
        raise ValueError(
            f"X has {X.shape[1]} examples, expected at least {max(sizes)}, the largest batch"
        )
    rows = {}
    for size in sizes:
        try:
            together = forward(parameters, X[:, :size])[-1]
            alone = np.hstack([forward(parameters, X[:, [i]])[-1] for i in range(size)])
            columns = together.shape[1], alone.shape[1]
            rows[size] = np.abs(together - alone).max() if columns == (size, size) else np.inf, ""
        except ValueError as error:
            rows[size] = np.nan, str(error)
    return _table(rows, "difference", "error").rename_axis("batch size")


@_checked()
def label_sensitivity(evaluate, parameters, train_set, dev_set, *, seed=0):
    """Find out which labels an evaluation depends on, by shuffling those of one set at a time.

    Parameters
    ----------
    evaluate : function
        evaluate(parameters, train_set, dev_set) -> dict of numbers
    parameters : list of Layer
    train_set, dev_set : Dataset
        With labels.
    seed : int
        Of the shuffling.

    Returns
    -------
    pandas.DataFrame
        One column per number, and the rows "as they are", "training labels shuffled" and
        "development labels shuffled". A development accuracy must fall to 1 / classes in the last
        row and must not move in the second.

    Raises
    ------
    TypeError, ValueError
        If a dataset has no labels.
    """
    check_labeled("train_set", train_set)
    check_labeled("dev_set", dev_set)
    rng = np.random.default_rng(seed)

    def shuffled(dataset):
        return replace(dataset, labels=rng.permutation(dataset.labels))

    rows = {
        "as they are": (train_set, dev_set),
        "training labels shuffled": (shuffled(train_set), dev_set),
        "development labels shuffled": (train_set, shuffled(dev_set)),
    }
    return pd.DataFrame({name: evaluate(parameters, *sets) for name, sets in rows.items()}).T


@_checked()
def softmax_report(softmax, *, sizes=(1, 10, 100, 1000), classes=10, examples=7, seed=0):
    """Feed a softmax scores of growing size, and see whether probabilities come out.

    Parameters
    ----------
    softmax : function
        softmax(Z) -> A, both (classes, m).
    sizes : sequence of float
        Of the largest score.
    classes, examples, seed : int
        Of the scores.

    Returns
    -------
    pandas.DataFrame
        One row per size: `finite` and `sum_is_1` (whether that holds for every column).
    """
    Z = np.random.default_rng(seed).uniform(-1, 1, (classes, examples))
    rows = {}
    with np.errstate(all="ignore"):
        for size in sizes:
            A = softmax(Z / np.abs(Z).max() * size)
            rows[size] = bool(np.isfinite(A).all()), bool(np.allclose(A.sum(axis=0), 1))
    return _table(rows, "finite", "sum_is_1").rename_axis("largest score")
