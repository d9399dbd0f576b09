"""Optimizers: how a gradient changes the parameters, all of them at once as one vector."""

import numpy as np


def gradient_descent(vector, gradient, state, learning_rate):
    """Move the parameters against the gradient, in place.

    vector, gradient: (number of parameters,). state: unused, empty. Raises nothing.
    """
    vector -= learning_rate * gradient


def momentum(vector, gradient, state, learning_rate, *, decay=0.9):
    """Move the parameters by a running sum of past gradients, in place.

    vector, gradient: (number of parameters,). state: holds `velocity`, changed in place. Raises nothing.
    Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """
    velocity = state["velocity"]
    velocity *= decay
    velocity += gradient
    vector -= learning_rate * velocity


def adam(vector, gradient, state, learning_rate, *, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Move each parameter by its mean gradient over the size of its recent gradients, in place.

    vector, gradient: (number of parameters,). state: holds `mean`, `square` and the count `steps`, changed in
    place. Raises nothing. Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015, in the
    form with the two bias corrections.
    """
    state["steps"] += 1
    mean, square = state["mean"], state["square"]
    mean += (1 - beta1) * (gradient - mean)
    square += (1 - beta2) * (gradient * gradient - square)
    mean_correction = 1 - beta1 ** int(state["steps"])
    square_correction = 1 - beta2 ** int(state["steps"])
    scale = np.sqrt(square / square_correction) + epsilon
    vector -= (learning_rate / mean_correction) * mean / scale


OPTIMIZERS = {
    "gradient descent": (gradient_descent, ()),
    "momentum": (momentum, ("velocity",)),
    "adam": (adam, ("mean", "square")),
}


def get_optimizer(name, vector):
    """Return the optimizer called `name` and its initial state for a parameter vector.

    name: one of the keys of OPTIMIZERS. vector: (number of parameters,). Returns (function, state), where the
    state is a dictionary of arrays, zero at the start. Raises ValueError with the known names for any other.
    """
    if not isinstance(name, str) or name not in OPTIMIZERS:
        known = ", ".join(repr(key) for key in OPTIMIZERS)
        raise ValueError(f"optimizer is {name!r}, expected one of {known}")
    function, moments = OPTIMIZERS[name]
    state = {moment: np.zeros_like(vector) for moment in moments}
    if name == "adam":
        state["steps"] = np.zeros((), dtype=np.int64)
    return function, state
