"""Activation functions and their derivatives, each a line of mathematics."""

from typing import NamedTuple

import numpy as np

LEAK = 0.01


def relu(Z):
    """Return max(0, Z), element by element.

    Z: any shape. Returns the same shape and dtype; Z is not changed. Raises nothing for numbers.
    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.
    """
    return np.maximum(Z, 0)


def relu_derivative(A):
    """Return the slope of ReLU, 1 where A = relu(Z) is positive and 0 elsewhere.

    A: the activations, not Z (A > 0 holds exactly where Z > 0). Returns booleans of the same shape,
    which multiply as 0 and 1. At Z = 0, where ReLU has a corner, the slope is taken as 0. Raises nothing.
    """
    return A > 0


def leaky_relu(Z):
    """Return Z where it is positive and 0.01 Z elsewhere.

    Z: any shape. Returns the same shape and dtype. Raises nothing for numbers.
    Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.
    """
    return np.maximum(Z, LEAK * Z)


def leaky_relu_derivative(A):
    """Return the slope of the leaky ReLU, 1 where A is positive and 0.01 elsewhere.

    A: the activations (they have the sign of Z). Returns the same shape and dtype. Raises nothing.
    """
    return np.where(A > 0, A.dtype.type(1), A.dtype.type(LEAK))


def sigmoid(Z):
    """Return 1 / (1 + exp(-Z)), without overflow for any Z.

    Z: any shape. Returns the same shape, values 0 to 1. Raises nothing for numbers.
    Source of the form used: sigmoid(Z) = (1 + tanh(Z / 2)) / 2, and tanh never overflows.
    """
    return 0.5 * (1 + np.tanh(0.5 * Z))


def sigmoid_derivative(A):
    """Return the slope of the sigmoid from its value, A (1 - A).

    A: the activations, sigmoid(Z), not Z. Returns the same shape. Raises nothing.
    """
    return A * (1 - A)


def tanh(Z):
    """Return the hyperbolic tangent of Z.

    Z: any shape. Returns the same shape, values -1 to 1. Raises nothing for numbers.
    """
    return np.tanh(Z)


def tanh_derivative(A):
    """Return the slope of the hyperbolic tangent from its value, 1 - A².

    A: the activations, tanh(Z), not Z. Returns the same shape. Raises nothing.
    """
    return 1 - A * A


def softmax(Z):
    """Turn each column of scores into probabilities that sum to 1.

    Z: (classes, m), one example a column; or (classes,). Returns the same shape and dtype.
    The largest score of each column is subtracted first: the result is the same, and exp cannot overflow.
    Raises nothing; a column that holds NaN or an infinity becomes NaN.
    """
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


class Activation(NamedTuple):
    """A hidden layer's function of Z, and its derivative as a function of the activations."""

    function: callable
    derivative: callable


ACTIVATIONS = {
    "relu": Activation(relu, relu_derivative),
    "leaky_relu": Activation(leaky_relu, leaky_relu_derivative),
    "sigmoid": Activation(sigmoid, sigmoid_derivative),
    "tanh": Activation(tanh, tanh_derivative),
}


def get_activation(name):
    """Return the Activation called `name`.

    name: one of the keys of ACTIVATIONS. Raises ValueError with the known names for any other.
    """
    try:
        return ACTIVATIONS[name]
    except (KeyError, TypeError):
        known = ", ".join(repr(key) for key in ACTIVATIONS)
        raise ValueError(f"activation is {name!r}, expected one of {known}") from None
