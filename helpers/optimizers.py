"""Optimizers: gradient descent, momentum and Adam, on all parameters of a network as one vector.

Each takes the vector and its gradient, both (number of parameters,), its own state (a dictionary
of arrays) and the learning rate, and changes the arrays in place. Making no new array is what makes
it fast: the gradient is used up, and what is left in its place is the step that was taken.
"""

import itertools
import math

import numpy as np

from helpers.internals.checks import (
    check_array,
    check_choice,
    check_dict,
    check_layer_sizes,
    check_number,
    check_parameters,
    checks_arguments,
)
from helpers.network import Layer

__all__ = [
    "OPTIMIZERS",
    "adam",
    "get_optimizer",
    "gradient_descent",
    "momentum",
    "pack_parameters",
    "unpack_parameters",
]

BLOCK = 2**17  # so many numbers of each array stay in the processor's cache between two operations
STEPS_BETWEEN_FLUSHES = 128
_checks_step = checks_arguments(
    vector=check_array,
    gradient=check_array,
    state=check_dict,
    learning_rate=check_number,
    decay=check_number,
    beta1=check_number,
    beta2=check_number,
    epsilon=check_number,
)


def pack_parameters(parameters):
    """Copy all parameters into one vector.

    Parameters
    ----------
    parameters : list of Layer

    Returns
    -------
    ndarray, shape (number of parameters,)
        W1, b1, W2, b2, ..., each row after row.

    Raises
    ------
    TypeError, ValueError
        If the parameters are not a list of layers whose shapes chain.
    """
    check_parameters(parameters)
    return np.concatenate([values.ravel() for layer in parameters for values in layer])


def unpack_parameters(vector, layer_sizes):
    """Return the layers in a vector that `pack_parameters` made, as views of it.

    A change of the vector is a change of the layers, so that one operation updates them all.

    Parameters
    ----------
    vector : ndarray, shape (number of parameters,)
    layer_sizes : list of int
        From the inputs to the classes.

    Returns
    -------
    list of Layer

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described, or a network of these sizes has another number of
        parameters.
    """
    check_array("vector", vector)
    check_layer_sizes(layer_sizes)
    count = sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(layer_sizes))
    if vector.shape != (count,):
        raise ValueError(
            f"the vector has shape {vector.shape}, expected ({count},), the parameters of a "
            f"network with the layer sizes {list(layer_sizes)}"
        )
    layers, rest = [], vector
    for n_in, n_out in itertools.pairwise(layer_sizes):
        W, b, rest = np.split(rest, [n_out * n_in, n_out * (n_in + 1)])
        layers.append(Layer(W.reshape(n_out, n_in), b.reshape(n_out, 1)))
    return layers


@_checks_step
def gradient_descent(vector, gradient, state, learning_rate):
    """Move the parameters against the gradient.

    Parameters
    ----------
    vector, gradient : ndarray, shape (number of parameters,)
        Changed in place.
    state : dict
        Not used.
    learning_rate : float
    """
    for w, g in blocks(vector, gradient):
        g *= float(learning_rate)
        w -= g


@_checks_step
def momentum(vector, gradient, state, learning_rate, *, decay=0.9):
    """Move the parameters by a running sum of past gradients.

    Parameters
    ----------
    vector, gradient : ndarray, shape (number of parameters,)
        Changed in place.
    state : dict
        That sum, `velocity`, and the number of `steps`.
    learning_rate : float
    decay : float
        What is left of the sum after each step, a fraction.

    References
    ----------
    Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """
    state["steps"] += 1
    if state["steps"] % STEPS_BETWEEN_FLUSHES == 0:
        flush_denormals(state["velocity"], decay)
    for w, g, velocity in blocks(vector, gradient, state["velocity"]):
        velocity *= decay
        velocity += g
        np.multiply(velocity, float(learning_rate), out=g)
        w -= g


@_checks_step
def adam(vector, gradient, state, learning_rate, *, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Move each parameter by the mean of its past gradients over the root of their mean square.

    The paper's moments are running means, m = beta1 m + (1 - beta1) g. The factor (1 - beta1) and
    the bias correction are the same for all numbers of a step, so here the moments are running
    sums, and both factors are applied once, to the step: m_hat = mean_factor * first_moment and
    sqrt(v_hat) = root_factor * sqrt(second_moment).

    Parameters
    ----------
    vector, gradient : ndarray, shape (number of parameters,)
        Changed in place.
    state : dict
        `first_moment` and `second_moment`, the running sums of the gradients and of their squares,
        and the number of `steps`.
    learning_rate : float
    beta1, beta2 : float
        What is left of the two sums after each step, fractions.
    epsilon : float
        Added to sqrt(v_hat), against a division by 0.

    References
    ----------
    Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
    """
    state["steps"] += 1
    steps = int(state["steps"])
    mean_factor = (1 - beta1) / (1 - beta1**steps)
    root_factor = math.sqrt((1 - beta2) / (1 - beta2**steps))
    if steps % STEPS_BETWEEN_FLUSHES == 0:
        flush_denormals(state["first_moment"], beta1)
        flush_denormals(state["second_moment"], beta2)
    for w, g, m, v in blocks(vector, gradient, state["first_moment"], state["second_moment"]):
        m *= beta1
        m += g
        g *= g
        v *= beta2
        v += g
        np.sqrt(v, out=g)
        g += epsilon / root_factor
        np.divide(m, g, out=g)
        g *= float(learning_rate) * mean_factor / root_factor
        w -= g


def blocks(*vectors):
    """Yield views of BLOCK numbers of every vector, one block after the other."""
    for start in range(0, vectors[0].size, BLOCK):
        yield [vector[start : start + BLOCK] for vector in vectors]


def flush_denormals(values, decay):
    """Set to 0 what would decay below the smallest normal number before the next flush.

    Processors are up to a hundred times slower with smaller numbers (1e-38 in float32), and the sum
    of a pixel that is rarely inked soon gets there: Adam took twice as long from epoch 3 on.
    """
    smallest = np.finfo(values.dtype).tiny / decay**STEPS_BETWEEN_FLUSHES
    values[np.abs(values) < smallest] = 0


# for the training loop, where nothing is checked twice
OPTIMIZERS = {
    "gradient descent": (gradient_descent.__wrapped__, ()),
    "momentum": (momentum.__wrapped__, ("velocity",)),
    "adam": (adam.__wrapped__, ("first_moment", "second_moment")),
}


def get_optimizer(name, vector):
    """Return the optimizer called `name` and its state before the first step.

    Parameters
    ----------
    name : {"gradient descent", "momentum", "adam"}
    vector : ndarray, shape (number of parameters,)

    Returns
    -------
    function : callable
        `function(vector, gradient, state, learning_rate)`.
    state : dict of ndarray
        Zeros.

    Raises
    ------
    TypeError, ValueError
        For any other name.
    """
    check_choice("optimizer", name, tuple(OPTIMIZERS))
    check_array("vector", vector)
    function, sums = OPTIMIZERS[name]
    state = {key: np.zeros_like(vector) for key in sums}
    if sums:
        state["steps"] = np.zeros((), dtype=np.int64)
    return function, state
