"""A network of three ReLU neurons whose curve is a tent, and what goes wrong on the way to it."""

import numpy as np

from helpers.activations import relu
from helpers.exercises.exercise import Mistake
from helpers.exercises.showing import kind_of, show_number, show_pair

POINTS = np.array([-3.0, -1.0, 0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 10.0])
SHAPES = (("W1", (3, 1)), ("b1", (3, 1)), ("W2", (1, 3)), ("b2", (1, 1)))


def tent_network():
    """Return [(W1, b1), (W2, b2)] of the tent from 0 to 2 with its top at 1; raises nothing."""
    W1, b1 = np.ones((3, 1)), np.array([[0.0], [-1.0], [-2.0]])
    return [(W1, b1), (np.array([[1.0, -2.0, 1.0]]), np.zeros((1, 1)))]


def tent(x):
    """Return the height of the tent at x; raises nothing."""
    return np.maximum(0, 1 - np.abs(x - 1))


def curve(layers, x):
    """Return the output of the network at each x; raises what does not fit."""
    (W1, b1), (W2, b2) = layers
    return (W2 @ relu(W1 @ x.reshape(1, -1) + b1) + b2)[0]


def judge_tent(case, layers):
    """Return None where the network makes the tent, else a sentence; raises TypeError for what is no network."""
    if not isinstance(layers, (list, tuple)) or [len(layer) for layer in layers] != [2, 2]:
        return f"my_tent is {kind_of(layers)}, expected a list of two pairs, `[(W1, b1), (W2, b2)]`"
    for (name, shape), values in zip(SHAPES, [values for layer in layers for values in layer], strict=True):
        if not isinstance(values, np.ndarray) or values.shape != shape:
            got = f"has shape {values.shape}" if isinstance(values, np.ndarray) else f"is {kind_of(values)}"
            return f"your {name} {got}, expected an array of shape {shape}"
    heights, right = curve(layers, POINTS), tent(POINTS)
    wrong = np.flatnonzero(~np.isclose(heights, right, atol=1e-9))
    if not wrong.size:
        return None
    got, expected = show_pair(float(heights[wrong[0]]), float(right[wrong[0]]))
    return f"at x = {show_number(POINTS[wrong[0]])} your curve has the height {got}, expected {expected}"


def heights_are(wanted):
    """Return a predicate: whether the curve of the answer has the heights wanted(x); raises nothing."""

    def when(attempt):
        return np.allclose(curve(attempt.answer, POINTS), wanted(POINTS))

    return when


def shapes_are(**wanted):
    """Return a predicate: whether these arrays of the answer have these shapes; raises nothing."""

    def when(attempt):
        arrays = dict(zip(("W1", "b1", "W2", "b2"), (part for layer in attempt.answer for part in layer), strict=True))
        return any(np.shape(arrays[name]) == shape for name, shape in wanted.items())

    return when


def is_list(attempt):
    """Return whether an array of the answer is a list of lists in the right shape; raises what has no parts."""
    arrays = [part for layer in attempt.answer for part in layer]
    pairs = zip(SHAPES, arrays, strict=True)
    return any(isinstance(values, list) and np.shape(values) == shape for (_, shape), values in pairs)


MISTAKES_OF_TENT = (
    Mistake("a list", "make it an array: `np.array([[...], ...])`", when=is_list),
    Mistake(
        "flat weights",
        "a matrix has two axes also where there is one input or one output: `[[1.0], [1.0], [1.0]]` is a column",
        when=shapes_are(W1=(3,), W2=(3,)),
    ),
    Mistake("b before W", "in each pair `W` comes first", when=shapes_are(W2=(1, 1), b2=(1, 3))),
    Mistake("flat bias", "a bias is a column, one row a neuron", when=shapes_are(b1=(3,), b2=(1,))),
    Mistake("transposed", "a row of `W` is a neuron, a column is an input", when=shapes_are(W1=(1, 3), W2=(3, 1))),
    Mistake(
        "falls on",
        "the way down never ends: the third neuron must bend the curve level again at x = 2",
        when=heights_are(lambda x: relu(x) - 2 * relu(x - 1)),
    ),
    Mistake(
        "stays up",
        "at x = 1 the slope must change from 1 to -1, which is a change of -2 and not of -1",
        when=lambda attempt: np.allclose(curve(attempt.answer, np.array([0.0, 0.5, 1.0, 1.5])), [0, 0.5, 1, 1]),
    ),
    Mistake(
        "bends at the wrong places",
        "the neuron relu(x + c) begins at x = -c: for a bend to the right of 0 the bias is negative",
        when=lambda attempt: (attempt.answer[0][1] > 0).any() and (attempt.answer[0][0] == np.ones((3, 1))).all(),
    ),
    Mistake(
        "slope left over",
        "after x = 2 the curve should be level: the slopes of all three neurons must add up to 0 there",
        when=lambda attempt: slope_at_the_end(attempt.answer) != 0,
    ),
)


def slope_at_the_end(layers):
    """Return the slope of the curve far to the right; raises what does not fit."""
    heights = curve(layers, np.array([100.0, 101.0]))
    return round(float(heights[1] - heights[0]), 9)
