"""The exercises of notebook 3: slopes of a vector, dZ, a leaky slope, one layer, a whole backward pass."""

import numpy as np

from helpers.activations import leaky_relu_derivative
from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.exercises.layer_gradients import check_backward, check_layer_backward
from helpers.exercises.predicates import gives
from helpers.exercises.vector_slopes import check_slopes
from helpers.losses import one_hot

__all__ = ["check_backward", "check_dZ", "check_layer_backward", "check_leaky_slope", "check_slopes"]

# 3.2 Find dZ without building Y


def mean_dZ(A, labels):
    """Return (A - Y) / m for probabilities A (classes, m) and labels (m,); raises ValueError where these do not fit."""
    return (A - one_hot(labels, len(A))) / len(labels)


def less_one(A, rows, columns, factor):
    """Return a copy of A in which some places are less by 1, times a factor; raises IndexError for places outside."""
    dZ = A.copy()
    dZ[rows, columns] -= 1
    return factor * dZ


def replaced(A, labels):
    """Return A / m with -1 / m in the places of the true classes; raises IndexError for places outside."""
    without = np.where(np.arange(len(A))[:, np.newaxis] == labels, 0, A)
    return less_one(without, labels, np.arange(len(labels)), 1 / len(labels))


DZ = Exercise(
    key="3.2",
    name="my_dZ",
    title="Find dZ without building Y",
    reference=mean_dZ,
    without=("one_hot",),
    cases=lambda: [
        Case(np.array([[0.5, 0.25], [0.25, 0.5], [0.25, 0.25]]), np.array([0, 2])),
        Case(
            np.array([[1, 2, 3, 1], [2, 2, 1, 1], [1, 1, 2, 2], [2, 1, 1, 3], [4, 4, 3, 3]]) / 10,
            np.array([1, 2, 0, 1]),
        ),
        Case(np.array([[0.8, 0.3, 0.5, 0.6, 0.1], [0.2, 0.7, 0.5, 0.4, 0.9]]), np.array([1, 0, 0, 1, 1])),
    ],
    mistakes=(
        Mistake(
            "in place",
            "others still need it, so take the 1 away from a copy, `A.copy()`",
            when=lambda attempt: any(outcome.changed == "A" for outcome in attempt.outcomes),
        ),
        Mistake(
            "no mean",
            "right up to a factor of m: is the mean over the examples missing?",
            wrong=lambda A, labels: less_one(A, labels, np.arange(len(labels)), 1),
        ),
        Mistake(
            "classes",
            "divided by the number of classes; the mean is over the examples, and these are the columns",
            wrong=lambda A, labels: less_one(A, labels, np.arange(len(labels)), 1 / len(A)),
        ),
        Mistake(
            "sign",
            "only the sign is wrong: the slope is A - Y, what was given minus what was wanted",
            wrong=lambda A, labels: less_one(A, labels, np.arange(len(labels)), -1 / len(labels)),
        ),
        Mistake(
            "divided too early",
            "1 was taken away after the division: take it from a copy of A, then divide all of that by m",
            wrong=lambda A, labels: less_one(A / len(labels), labels, np.arange(len(labels)), 1),
        ),
        Mistake(
            "replaced",
            "`= -1` puts -1 in the place of the probability; `-= 1` takes 1 away from it",
            when=gives(replaced, lambda A, labels: replaced(A, labels) * len(labels)),
        ),
        Mistake(
            "whole rows",
            "`dZ[labels]` names whole rows; each column loses 1 in one row only, so name the column too",
            wrong=lambda A, labels: less_one(A, labels, slice(None), 1 / len(labels)),
        ),
        Mistake(
            "row and column swapped",
            "row and column are swapped: the row is the label, the column is the number of the example",
            wrong=lambda A, labels: less_one(A, np.arange(len(labels)), labels, 1 / len(labels)),
        ),
    ),
)
check_dZ = make_check(DZ)

# 3.3 Let the rate leak


LEAKY_SLOPE = Exercise(
    key="3.3",
    name="my_leaky_slope",
    title="Let the rate leak",
    reference=leaky_relu_derivative,
    cases=lambda: [
        Case(np.array([[-0.02, 0.0, 3.0]])),
        Case(np.array([[2.0, -0.5, 0.0, 0.005], [-0.03, 0.0, 1.0, 7.0]])),
    ],
    mistakes=(
        Mistake(
            "at zero",
            "it goes wrong only at 0, where the slope of the left side is wanted: `>` in place of `>=`",
            wrong=lambda A: np.where(A >= 0, 1, 0.01),
        ),
        Mistake(
            "ReLU",
            "that is the slope of ReLU; here a little of the rate gets through where A is not positive: 0.01, not 0",
            wrong=lambda A: (A > 0).astype(float),
        ),
        Mistake(
            "value",
            "that is a value of the leaky ReLU, not its slope; the slope of 0.01 z is 0.01, whatever z is",
            when=gives(lambda A: np.where(A > 0, A, 0.01 * A), lambda A: np.where(A > 0, 1, 0.01 * A)),
        ),
        Mistake(
            "both",
            "on the positive side the slope is 1, not 1 and 0.01 together",
            wrong=lambda A: (A > 0) + 0.01,
        ),
        Mistake(
            "swapped",
            "the two slopes are swapped: 1 belongs to the positive side",
            wrong=lambda A: np.where(A > 0, 0.01, 1),
        ),
    ),
)
check_leaky_slope = make_check(LEAKY_SLOPE)
