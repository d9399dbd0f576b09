"""Gradients from finite differences: slow, simple, and the judge of backpropagation."""

import numpy as np

from helpers.internals.checks import check_number
from helpers.losses import cross_entropy
from helpers.network import Layer, backward_propagation, forward_propagation

STEP = 1e-5


def numerical_gradients(parameters, X, Y, *, activation="relu", step=STEP):
    """Return the gradient of the mean cross-entropy by central differences, one parameter at a time.

    X: (n0, m), Y: (classes, m) one-hot. step: how far each parameter is moved either way; 1e-5 balances the
    error of the formula, of order step², against rounding, of order 1e-16 / step. Returns a list of Layers.
    Two forward passes a parameter, so only for small networks. The parameters are left as they were.
    Raises ValueError for parameters that are not float64, or that do not fit X.
    """
    check_number("step", step, above=0)
    moved = [Layer(W.copy(), b.copy()) for W, b in parameters]
    gradients = [Layer(np.empty_like(W), np.empty_like(b)) for W, b in parameters]
    for layer, gradient in zip(moved, gradients, strict=True):
        for values, slopes in zip(layer, gradient, strict=True):
            if values.dtype != np.float64:
                raise ValueError(f"parameters are {values.dtype}, expected float64: shorter numbers hide the slope")
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
    """Return |a - b| / (|a| + |b|), with Euclidean lengths: 0 for equal arrays, 1 where one of them is zero.

    a, b: arrays of the same shape; two arrays of zeros have error 0. Raises ValueError where the shapes differ.
    """
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError(f"shapes {a.shape} and {b.shape} differ, expected two arrays of the same shape")
    total = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / total) if total > 0 else 0.0


def check_gradients(parameters, X, Y, *, activation="relu", step=STEP):
    """Return the largest relative error of backpropagation against central differences, over all W and b.

    X: (n0, m), Y: (classes, m) one-hot. Below 1e-6 the two agree; a wrong formula gives 0.01 to 1.
    Raises ValueError for parameters that are not float64, or that do not fit X and Y.
    """
    numerical = numerical_gradients(parameters, X, Y, activation=activation, step=step)
    activations = forward_propagation(parameters, X, activation=activation)
    analytic = backward_propagation(parameters, activations, Y, activation=activation)
    return max(
        relative_error(a, n) for layers in zip(analytic, numerical, strict=True) for a, n in zip(*layers, strict=True)
    )
