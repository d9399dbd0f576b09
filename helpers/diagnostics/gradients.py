"""Is the gradient that of the loss, and how far does a step go?

The pieces of a training are arguments, and those of the project are their defaults: pass your own `forward`,
`backward`, ... to examine them. X is (n0, m), Y is (classes, m) one-hot, parameters are a list of Layers.
"""

import numpy as np
import pandas as pd

from helpers.gradient_check import STEP, relative_error
from helpers.losses import cross_entropy
from helpers.network import Layer, backward_propagation, forward_propagation, update_parameters


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
