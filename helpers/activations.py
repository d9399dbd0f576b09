"""Activation functions and their derivatives, each a line of mathematics (notebooks 2 and 3)."""

from typing import NamedTuple

import numpy as np

from helpers.internals.checks import check_array, check_choice, check_numbers, checks_arguments

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "get_activation",
    "leaky_relu",
    "leaky_relu_derivative",
    "relu",
    "relu_derivative",
    "sigmoid",
    "sigmoid_derivative",
    "softmax",
    "tanh",
    "tanh_derivative",
]

LEAK = 0.01


@checks_arguments(Z=check_numbers)
def relu(Z):
    """Return `max(0, Z)`, element by element.

    Parameters
    ----------
    Z : array, any shape

    Returns
    -------
    array, shape and dtype of Z

    References
    ----------
    Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.
    """
    return np.maximum(Z, 0)


@checks_arguments(A=check_numbers)
def relu_derivative(A):
    """Return the slope of ReLU: 1 where `A = relu(Z)` is positive, 0 elsewhere.

    Parameters
    ----------
    A : array, any shape
        The activations, not Z: `A > 0` holds exactly where `Z > 0`.

    Returns
    -------
    array of bool, shape of A
        They multiply as 1 and 0. At Z = 0, where ReLU has a corner, the slope is taken as 0.
    """
    return A > 0


@checks_arguments(Z=check_numbers)
def leaky_relu(Z):
    """Return Z where it is positive and `0.01 Z` elsewhere.

    Parameters
    ----------
    Z : array, any shape

    Returns
    -------
    array, shape of Z
        Of the dtype of Z; of float64 where Z holds integers.

    References
    ----------
    Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.
    """
    return np.maximum(Z, LEAK * Z)


@checks_arguments(A=check_numbers)
def leaky_relu_derivative(A):
    """Return the slope of the leaky ReLU: 1 where A is positive, 0.01 elsewhere.

    Parameters
    ----------
    A : array, any shape
        The activations, which have the sign of Z.

    Returns
    -------
    array, shape of A
        Of the dtype of A; of float64 where A holds integers.
    """
    dtype = np.result_type(A, 0.0)
    return np.where(A > 0, dtype.type(1), dtype.type(LEAK))


@checks_arguments(Z=check_numbers)
def sigmoid(Z):
    """Return `1 / (1 + exp(-Z))`, without overflow for any Z.

    Parameters
    ----------
    Z : array, any shape

    Returns
    -------
    array, shape of Z
        Values from 0 to 1.

    Notes
    -----
    Computed as `(1 + tanh(Z / 2)) / 2`, which is the same function, because tanh never overflows.
    """
    return 0.5 * (1 + np.tanh(0.5 * Z))


@checks_arguments(A=check_numbers)
def sigmoid_derivative(A):
    """Return the slope of the sigmoid from its value, `A (1 - A)`.

    Parameters
    ----------
    A : array, any shape
        The activations, sigmoid(Z), not Z.

    Returns
    -------
    array, shape of A
    """
    return A * (1 - A)


@checks_arguments(Z=check_numbers)
def tanh(Z):
    """Return the hyperbolic tangent of Z.

    Parameters
    ----------
    Z : array, any shape

    Returns
    -------
    array, shape of Z
        Values from -1 to 1.
    """
    return np.tanh(Z)


@checks_arguments(A=check_numbers)
def tanh_derivative(A):
    """Return the slope of the hyperbolic tangent from its value, `1 - A²`.

    Parameters
    ----------
    A : array, any shape
        The activations, tanh(Z), not Z.

    Returns
    -------
    array, shape of A
    """
    return 1 - A * A


def softmax(Z):
    """Turn each column of scores into probabilities that sum to 1.

    Parameters
    ----------
    Z : array, shape (classes, m) or (classes,)
        Scores, one column per example. A column that holds NaN or an infinity becomes NaN.

    Returns
    -------
    array, shape and dtype of Z

    Raises
    ------
    TypeError
        If Z is not an array of numbers.

    Notes
    -----
    The largest score of each column is subtracted first: the result is the same, and exp cannot
    overflow.
    """
    if type(Z) is not np.ndarray or Z.dtype.kind != "f":  # asked once per batch: quick if right
        check_array("Z", Z)
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


class Activation(NamedTuple):
    """A hidden layer's function of Z, and its derivative as a function of A = function(Z)."""

    function: callable
    derivative: callable


def _unchecked(function, derivative):
    """Return an Activation for the training loop, where nothing is checked twice."""
    return Activation(function.__wrapped__, derivative.__wrapped__)


ACTIVATIONS = {
    "relu": _unchecked(relu, relu_derivative),
    "leaky_relu": _unchecked(leaky_relu, leaky_relu_derivative),
    "sigmoid": _unchecked(sigmoid, sigmoid_derivative),
    "tanh": _unchecked(tanh, tanh_derivative),
}


def get_activation(name):
    """Return the Activation of this name.

    Parameters
    ----------
    name : str
        A key of ACTIVATIONS.

    Returns
    -------
    Activation

    Raises
    ------
    TypeError
        If the name is not a text.
    ValueError
        If the name is unknown.
    """
    if type(name) is not str or name not in ACTIVATIONS:  # asked twice per batch: quick if right
        check_choice("activation", name, ACTIVATIONS)
    return ACTIVATIONS[name]
