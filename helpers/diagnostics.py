"""Questions to put to a training run before trusting it; each answers with numbers. Notebook 8 uses them all.

The pieces of a training run are arguments, and those of the project are their defaults: pass your own `forward`,
`backward`, ... to examine them. X is (n0, m), Y is (classes, m) one-hot, parameters are a list of Layers.
"""

import numpy as np
import pandas as pd

from helpers.data import Dataset
from helpers.gradient_check import STEP, relative_error
from helpers.internals.checks import check_number, is_whole
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
    """Compare the gradient that steps are taken with and the slope of the loss that is printed, array by array.

    forward(parameters, X) -> activations, backward(parameters, activations, Y) -> gradients, loss(A, Y) -> number.
    Of each W and b at most `entries` numbers are drawn with `seed` and moved by `step` either way, so that large
    networks take no longer. Returns a DataFrame with a row an array (W1, b1, ...): `relative_error` (under 1e-6 the
    two agree), `ratio` (length of the gradient over length of the slope; inf where the slope is 0), `cosine`
    (1: same direction). A ratio of 10 with a cosine of 1 is a constant factor; a small cosine is a wrong formula.
    A forward pass with chance in it must draw the same numbers each time. Raises ValueError where a gradient has
    another shape than its array, or parameters are not float64.
    """
    rng = np.random.default_rng(seed)
    gradients = backward(parameters, forward(parameters, X), Y)
    moved = [Layer(W.copy(), b.copy()) for W, b in parameters]
    rows = {}
    for number, (layer, gradient) in enumerate(zip(moved, gradients, strict=True), 1):
        for name, values, slopes in zip("Wb", layer, gradient, strict=True):
            _check_pair(f"d{name}{number}", values, np.asarray(slopes))
            chosen = rng.permutation(values.size)[:entries]
            numerical = np.empty(len(chosen))
            for i, position in enumerate(np.unravel_index(k, values.shape) for k in chosen):
                value, around = values[position], []
                for values[position] in (value + step, value - step):
                    around.append(loss(forward(moved, X)[-1], Y))
                values[position] = value
                numerical[i] = (around[0] - around[1]) / (2 * step)
            rows[f"{name}{number}"] = _compare(np.ravel(slopes)[chosen], numerical)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["relative_error", "ratio", "cosine"])


def _check_pair(name, values, slopes):
    if values.dtype != np.float64:
        raise ValueError(f"parameters are {values.dtype}, expected float64: shorter numbers hide the slope")
    if slopes.shape != values.shape:
        raise ValueError(f"{name} has shape {slopes.shape}, expected {values.shape}, the shape of what it belongs to")


def _compare(analytic, numerical):
    length, expected = np.linalg.norm(analytic), np.linalg.norm(numerical)
    if expected == 0:
        return relative_error(analytic, numerical), np.inf if length > 0 else 1.0, np.nan
    cosine = analytic @ numerical / (length * expected) if length > 0 else np.nan
    return relative_error(analytic, numerical), length / expected, cosine


def gradient_step(parameters, X, Y, learning_rate, *, forward=forward_propagation, backward=backward_propagation):
    """Return the parameters after one step of gradient descent on one batch.

    forward(parameters, X) -> activations, backward(parameters, activations, Y) -> gradients. Raises what these and
    update_parameters raise.
    """
    return update_parameters(parameters, backward(parameters, forward(parameters, X), Y), learning_rate)


def update_ratios(parameters, X, Y, learning_rate, *, step=gradient_step):
    """Measure how far one step moves the weights of each layer, and whether it takes the mean over the examples.

    step(parameters, X, Y, learning_rate) -> parameters, without chance in it. Returns a DataFrame with a row a layer
    (W1, W2, ...): `weights` and `change` (root mean squares), `ratio` (change over weights), and `doubled`: the change
    when every example is there twice, over the change when it is there once. A ratio from 1e-4 to 1e-1 is usual; far
    below, training crawls, and NaN or 0 stands still. `doubled` is 1 for a mean over the examples, 2 for a sum, 0.5
    for a mean divided by m once more. Raises nothing of its own.
    Source of the rule of thumb for the ratio: Stanford's CS231n, "Neural Networks Part 3".
    """
    once = step(parameters, X, Y, learning_rate)
    twice = step(parameters, np.tile(X, 2), np.tile(Y, 2), learning_rate)
    rows = {}
    for number, layers in enumerate(zip(parameters, once, twice, strict=True), 1):
        W, first, second = (layer[0] for layer in layers)
        weights, change, doubled = (np.sqrt(np.mean(np.square(values))) for values in (W, first - W, second - W))
        ratio = change / weights if weights > 0 else np.nan
        rows[f"W{number}"] = weights, change, ratio, doubled / change if change > 0 else np.nan
    return pd.DataFrame.from_dict(rows, orient="index", columns=["weights", "change", "ratio", "doubled"])


def initial_loss(
    layer_sizes, X, Y, *, initialize=initialize_parameters, forward=forward_propagation, loss=cross_entropy, seeds=5
):
    """Measure the loss before any training, which should be near ln(classes), the price of knowing nothing.

    initialize(layer_sizes, rng) -> parameters. seeds: how many networks, from the seeds 0, 1, ... Returns a
    DataFrame with a row a seed: `loss`, `expected` (ln of the number of classes), `ratio` of the two. Between 0.9 and
    1.5 all is well; much below, the loss is not what it says; much above, the weights or the pixels are too large.
    Raises ValueError for seeds that is not a whole number from 1.
    """
    if not is_whole(seeds) or seeds < 1:
        raise ValueError(f"seeds is {seeds!r}, expected a whole number from 1")
    losses = [loss(forward(initialize(layer_sizes, np.random.default_rng(i)), X)[-1], Y) for i in range(seeds)]
    expected = np.log(Y.shape[0])
    table = {"loss": losses, "expected": expected, "ratio": np.array(losses) / expected}
    return pd.DataFrame(table, index=pd.RangeIndex(seeds, name="seed"))


def overfit(
    X,
    Y,
    layer_sizes,
    *,
    initialize=initialize_parameters,
    step=gradient_step,
    forward=forward_propagation,
    loss=cross_entropy,
    learning_rate=0.1,
    steps=300,
    seed=0,
):
    """Train on one small batch alone, over and over, and return the loss before each step and after the last.

    step(parameters, X, Y, learning_rate) -> parameters. Returns (steps + 1,). Ten images are learned by heart by any
    network that can learn: their loss should end under 0.05. One that stays up cannot learn at all, whatever the
    data. Raises ValueError for a learning rate that is not positive.
    """
    check_number("learning_rate", learning_rate, above=0)
    parameters = initialize(layer_sizes, np.random.default_rng(seed))
    losses = []
    for _ in range(steps):
        losses.append(loss(forward(parameters, X)[-1], Y))
        parameters = step(parameters, X, Y, learning_rate)
    return np.array([*losses, loss(forward(parameters, X)[-1], Y)])


def neuron_report(activations):
    """Count the neurons of each hidden layer that answer at all, and those that differ from all others.

    activations: [A0 = X, A1, ..., AL], as forward_propagation returns them, for some dozens of examples or more.
    Returns a DataFrame with a row a hidden layer: `neurons`, `active` (above 0 for at least one example), `distinct`
    (different rows, to 9 digits). Few active: dead ReLUs. One distinct: all start equal. Raises nothing.
    """
    rows = {
        f"A{number}": (len(A), int((A > 0).any(axis=1).sum()), len(np.unique(A.round(9), axis=0)))
        for number, A in enumerate(activations[1:-1], 1)
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["neurons", "active", "distinct"])


def trace_batches(batches, examples, batch_size, *, seed=0):
    """Send numbered examples through a function that makes batches, and count what comes out.

    batches(X, Y, batch_size, rng) yields pairs (X, Y) of columns. Here X and Y are both the numbers 0, 1, 2, ...
    Returns a Series: `batches`, `seen` (different examples), `missing`, `repeated` (beyond the first time) and
    `misaligned` (columns of X beside the Y of another example). All but the first two should be 0.
    Raises ValueError where a batch has not as many columns in X as in Y.
    """
    numbers = np.arange(examples)[np.newaxis]
    pairs = [(X, Y) for X, Y in batches(numbers, numbers.copy(), batch_size, np.random.default_rng(seed))]
    for X, Y in pairs:
        if X.shape != Y.shape:
            raise ValueError(f"a batch has X of shape {X.shape} and Y of shape {Y.shape}, expected as many columns")
    X, Y = (np.concatenate([pair[i] for pair in pairs], axis=1)[0] if pairs else np.empty(0) for i in (0, 1))
    seen = len(np.unique(X))
    counts = {"batches": len(pairs), "seen": seen, "missing": examples - seen, "repeated": len(X) - seen}
    return pd.Series(counts | {"misaligned": int((X != Y).sum())})


def batch_dependence(parameters, X, *, forward=forward_propagation, sizes=(1, 7, 10, 32)):
    """Compare what a forward pass says to a batch and what it says to the same examples one at a time.

    X: (n0, m) with m at least the largest of `sizes`. Returns a DataFrame with a row a batch size: `difference`
    (the largest, in probability; rounding is under 1e-9) and `error` (what was raised, or ""). An example's answer
    must not depend on its neighbors: a softmax over the wrong axis or a bias of shape (n,) shows here.
    Raises ValueError where X has too few columns.
    """
    if X.shape[1] < max(sizes):
        raise ValueError(f"X has {X.shape[1]} examples, expected at least {max(sizes)}, the largest batch")
    rows = {}
    for size in sizes:
        try:
            together = forward(parameters, X[:, :size])[-1]
            alone = np.hstack([forward(parameters, X[:, [i]])[-1] for i in range(size)])
            rows[size] = np.abs(together - alone).max() if together.shape == alone.shape else np.inf, ""
        except ValueError as error:
            rows[size] = np.nan, str(error)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["difference", "error"]).rename_axis("batch size")


def label_sensitivity(evaluate, parameters, train_set, dev_set, *, seed=0):
    """Ask each number of an evaluation which labels it depends on, by shuffling those of one set at a time.

    evaluate(parameters, train_set, dev_set) -> dictionary of numbers. Returns a DataFrame with a column a number and
    the rows "as they are", "training labels shuffled", "development labels shuffled". A development accuracy must
    fall to 1 / classes in the last row and must not move in the second. Raises nothing of its own.
    """
    rng = np.random.default_rng(seed)

    def shuffled(dataset):
        return Dataset(dataset.X, rng.permutation(dataset.labels), dataset.class_names, dataset.image_shape)

    rows = {
        "as they are": (train_set, dev_set),
        "training labels shuffled": (shuffled(train_set), dev_set),
        "development labels shuffled": (train_set, shuffled(dev_set)),
    }
    return pd.DataFrame({name: evaluate(parameters, *sets) for name, sets in rows.items()}).T


def softmax_report(softmax, *, sizes=(1, 10, 100, 1000), classes=10, examples=7, seed=0):
    """Feed a softmax scores of growing size, and see whether probabilities come out.

    softmax(Z) -> A, both (classes, m). Returns a DataFrame with a row a size of the largest score: `finite` and
    `sum_is_1` (whether that holds for every column). Raises nothing of its own.
    """
    Z = np.random.default_rng(seed).uniform(-1, 1, (classes, examples))
    rows = {}
    with np.errstate(all="ignore"):
        for size in sizes:
            A = softmax(Z / np.abs(Z).max() * size)
            rows[size] = bool(np.isfinite(A).all()), bool(np.allclose(A.sum(axis=0), 1))
    return pd.DataFrame.from_dict(rows, orient="index", columns=["finite", "sum_is_1"]).rename_axis("largest score")
