"""Gradients from finite differences: slow, simple, the judge of backpropagation (notebook 3)."""

import numpy as np

from helpers.internals.checks import (
    as_array,
    check_float64,
    check_number,
    check_numbers,
    check_parameters,
)
from helpers.losses import cross_entropy
from helpers.network import Layer, backward_propagation, forward_propagation

__all__ = ["STEP", "check_gradients", "numerical_gradients", "relative_error"]

STEP = 1e-5


def numerical_gradients(parameters, X, Y, *, activation="relu", step=STEP):
    """Return the gradient of the mean cross-entropy by central differences.

    Two forward passes per parameter, so only for small networks. The parameters are left as they
    were.

    Parameters
    ----------
    parameters : list of Layer
        In float64.
    X : array, shape (n0, m)
    Y : array, shape (classes, m)
        One-hot labels.
    activation : str
        The function of the hidden layers, a key of ACTIVATIONS.
    step : float
        How far each parameter is moved either way. 1e-5 balances the error of the formula, of
        order `step²`, against rounding, of order `1e-16 / step`.

    Returns
    -------
    list of Layer
        (dW, db) in the shapes of the parameters.

    Raises
    ------
    TypeError, ValueError
        If the parameters are not float64, or do not fit X and Y.
    """
    check_number("step", step, above=0)
    check_parameters(parameters)
    moved = [Layer(W.copy(), b.copy()) for W, b in parameters]
    gradients = [Layer(np.empty_like(W), np.empty_like(b)) for W, b in parameters]
    for layer, gradient in zip(moved, gradients, strict=True):
        for values, slopes in zip(layer, gradient, strict=True):
            check_float64(values)
            for position in np.ndindex(values.shape):
                value = values[position]
                values[position] = value + step
                above = cross_entropy(forward_propagation(moved, X, activation=activation)[-1], Y)
                values[position] = value - step
                below = cross_entropy(forward_propagation(moved, X, activation=activation)[-1], Y)
                values[position] = value
                slopes[position] = (above - below) / (2 * step)
    return gradients


def relative_error(a, b):
    """Return `|a - b| / (|a| + |b|)`, with Euclidean lengths.

    Parameters
    ----------
    a, b : array-like of the same shape

    Returns
    -------
    float
        0 for equal arrays, also for two arrays of zeros; 1 where one of them is zero.

    Raises
    ------
    TypeError, ValueError
        If one of them does not hold numbers, or the shapes differ.
    """
    a, b = as_array("a", a), as_array("b", b)
    check_numbers("a", a)
    check_numbers("b", b)
    if a.shape != b.shape:
        raise ValueError(
            f"a has shape {a.shape} and b {b.shape}, expected two arrays of the same shape"
        )
    total = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / total) if total > 0 else 0.0


def check_gradients(parameters, X, Y, *, activation="relu", step=STEP):
    """Return the largest relative error of backpropagation against central differences.

    Parameters
    ----------
    parameters, X, Y, activation, step
        As numerical_gradients takes them.

    Returns
    -------
    float
        The largest over all W and b. Below 1e-6 the two agree; a wrong formula gives 0.01 to 1.

    Raises
    ------
    TypeError, ValueError
        As numerical_gradients does.
    """
    numerical = numerical_gradients(parameters, X, Y, activation=activation, step=step)
    activations = forward_propagation(parameters, X, activation=activation)
    analytic = backward_propagation(parameters, activations, Y, activation=activation)
    return max(
        relative_error(a, n)
        for layers in zip(analytic, numerical, strict=True)
        for a, n in zip(*layers, strict=True)
    )
