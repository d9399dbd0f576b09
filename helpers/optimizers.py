"""Optimizers: how a gradient changes the parameters, all of them at once as one vector, in place.

Each takes vector and gradient (number of parameters,), its state (a dictionary of arrays) and the learning rate. None
makes a new array: the gradient is used up, and what is left in its place is the step that was taken.
"""

import math

import numpy as np

BLOCK = 2**17  # so many numbers of each array stay in the processor's cache from one operation to the next
STEPS_BETWEEN_CLEANUPS = 128


def gradient_descent(vector, gradient, state, learning_rate):
    """Move the parameters against the gradient.

    vector, gradient: (number of parameters,), changed in place. state: unused, empty. Raises nothing.
    """
    for w, g in blocks(vector, gradient):
        g *= float(learning_rate)
        w -= g


def momentum(vector, gradient, state, learning_rate, *, decay=0.9):
    """Move the parameters by a running sum of past gradients.

    vector, gradient: (number of parameters,), changed in place. state: holds that sum, `velocity`, and the count
    `steps`. Raises nothing.
    Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """
    state["steps"] += 1
    if state["steps"] % STEPS_BETWEEN_CLEANUPS == 0:
        drop_tiny(state["velocity"], decay)
    for w, g, velocity in blocks(vector, gradient, state["velocity"]):
        velocity *= decay
        velocity += g
        np.multiply(velocity, float(learning_rate), out=g)
        w -= g


def adam(vector, gradient, state, learning_rate, *, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Move each parameter by the mean of its past gradients over the root of the mean of their squares.

    vector, gradient: (number of parameters,), changed in place. state: holds two running sums, `velocity` of the
    gradients and `squares` of their squares, and the count `steps`. Raises nothing. The sums become the means of the
    paper, with its bias corrections, by two factors, which are applied to the step and not to every number:
    mean = mean_factor * velocity and root = root_factor * sqrt(squares).
    Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
    """
    state["steps"] += 1
    steps = int(state["steps"])
    mean_factor = (1 - beta1) / (1 - beta1**steps)
    root_factor = math.sqrt((1 - beta2) / (1 - beta2**steps))
    if steps % STEPS_BETWEEN_CLEANUPS == 0:
        drop_tiny(state["velocity"], beta1)
        drop_tiny(state["squares"], beta2)
    for w, g, velocity, squares in blocks(vector, gradient, state["velocity"], state["squares"]):
        velocity *= beta1
        velocity += g
        g *= g
        squares *= beta2
        squares += g
        np.sqrt(squares, out=g)
        g += epsilon / root_factor
        np.divide(velocity, g, out=g)
        g *= float(learning_rate) * mean_factor / root_factor
        w -= g


def blocks(*vectors):
    """Yield views of BLOCK numbers of every vector, one block after the other.

    vectors: arrays of the same length, (n,). Raises nothing.
    """
    for start in range(0, vectors[0].size, BLOCK):
        yield [vector[start : start + BLOCK] for vector in vectors]


def drop_tiny(values, decay):
    """Set to 0 what would decay below the smallest normal number before the next cleanup.

    values: (n,), a running sum that is multiplied by `decay` every step, changed in place. Processors are up to a
    hundred times slower with numbers below the normal ones (1e-38 in float32), and the sum of a pixel that is rarely
    inked soon gets there: without this, Adam took twice as long from the third epoch on. Raises nothing.
    """
    values[np.abs(values) < np.finfo(values.dtype).tiny / decay**STEPS_BETWEEN_CLEANUPS] = 0


OPTIMIZERS = {
    "gradient descent": (gradient_descent, ()),
    "momentum": (momentum, ("velocity",)),
    "adam": (adam, ("velocity", "squares")),
}


def get_optimizer(name, vector):
    """Return the optimizer called `name` and its initial state for a parameter vector.

    name: one of the keys of OPTIMIZERS. vector: (number of parameters,). Returns (function, state), where the
    state is a dictionary of arrays, zero at the start. Raises ValueError with the known names for any other.
    """
    if not isinstance(name, str) or name not in OPTIMIZERS:
        known = ", ".join(repr(key) for key in OPTIMIZERS)
        raise ValueError(f"optimizer is {name!r}, expected one of {known}")
    function, sums = OPTIMIZERS[name]
    state = {key: np.zeros_like(vector) for key in sums}
    if sums:
        state["steps"] = np.zeros((), dtype=np.int64)
    return function, state
