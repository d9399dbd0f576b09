"""Exercise 3.1 of notebook 3: the central difference for every entry of a vector."""

from functools import partial

import numpy as np

from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.exercises.predicates import gives


def central_slopes(f, w, h):
    """Return the central difference of f for every entry of the vector w (n,), as (n,); raises what f raises."""
    w = np.asarray(w, dtype=float)
    return np.array([(f(w + step) - f(w - step)) / (2 * h) for step in h * np.eye(len(w))])


def other_slopes(f, w, h, *, below=-1, width=2, dtype=float, together=False):
    """Return slopes as a learner may get them wrong: other points or distances, whole numbers; raises what f raises."""
    slopes = np.zeros(len(w))
    for i in range(len(w)):
        points = [np.array(w, dtype=dtype) for _ in range(2)]
        place = slice(None) if together else i
        points[0][place] = points[0][place] + h
        points[1][place] = points[1][place] + below * h
        slopes[i] = (f(points[0]) - f(points[1])) / (width * h)
    return slopes


def product(w):
    """Return w1² w2, whose slopes are 2 w1 w2 and w1²; raises nothing."""
    return w[0] * w[0] * w[1]


def quarter(w):
    """Return w1² w2 / 4, whose slopes are no whole numbers where w is; raises nothing."""
    return product(w) / 4


def not_put_back(f, w, h):
    """Return slopes measured on one copy of w whose entries stay where they were moved; raises what f raises."""
    w, slopes = np.array(w, dtype=float), np.zeros(len(w))
    for i in range(len(w)):
        w[i] += h
        above = f(w)
        w[i] -= 2 * h
        slopes[i] = (above - f(w)) / (2 * h)
    return slopes


def cubes(w):
    """Return w1³ - w2³ + 2 w3³; raises nothing."""
    return w[0] ** 3 - w[1] ** 3 + 2 * w[2] ** 3


SLOPES = Exercise(
    key="3.1",
    name="my_slopes",
    title="Measure the slope at every entry of a vector",
    reference=central_slopes,
    cases=lambda: [
        Case(product, np.array([3.0, 5.0]), 0.5, says="f(w) = w1² w2, w = [3, 5], h = 0.5"),
        Case(cubes, np.array([1.0, -2.0, 0.5]), 0.1, says="f(w) = w1³ - w2³ + 2 w3³, w = [1, -2, 0.5], h = 0.1"),
        Case(quarter, np.array([3, 5]), 1e-5, says="f(w) = w1² w2 / 4, whole numbers w = [3, 5], h = 0.00001"),
    ],
    rtol=1e-6,
    mistakes=(
        Mistake(
            "one-sided",
            "that is the one-sided difference; a central one goes to both sides of w",
            wrong=partial(other_slopes, below=0, width=1),
        ),
        Mistake(
            "divided by h",
            "twice what it should be: the two points lie 2h apart, not h",
            wrong=partial(other_slopes, width=1),
        ),
        Mistake(
            "half a step",
            "the distance between the two points is not what you divide by: go h below w as well as h above it",
            wrong=partial(other_slopes, below=0),
        ),
        Mistake(
            "all move",
            "all entries move at once; for entry i only w[i] may move, and all others stay",
            wrong=partial(other_slopes, together=True),
        ),
        Mistake(
            "one number",
            "`w + h` moves all entries together, and one number comes of it: move one entry at a time, in a loop",
            when=lambda attempt: np.ndim(attempt.outcome.returned) == 0 and attempt.outcome.returned is not None,
        ),
        Mistake(
            "whole numbers",
            "the copy of w holds whole numbers, so a small step is cut off: copy with `np.array(w, dtype=float)`",
            wrong=partial(other_slopes, dtype=None),
        ),
        Mistake(
            "slopes of whole numbers",
            "the array of slopes has the type of w, so a slope is cut to a whole number: `np.zeros(len(w))` has floats",
            when=gives(
                lambda f, w, h: central_slopes(f, w, h).astype(w.dtype),
                lambda f, w, h: other_slopes(f, w, h, dtype=None).astype(w.dtype),
            ),
        ),
        Mistake(
            "times h",
            "`/ 2 * h` divides by 2 and then multiplies by h: write `/ (2 * h)`",
            wrong=lambda f, w, h: central_slopes(f, w, h) * h * h,
        ),
        Mistake(
            "moved for good",
            "an entry stays moved while the next one moves: put it back first",
            wrong=not_put_back,
        ),
        Mistake(
            "not put back",
            "step on a copy of w (`v = w` is no copy), or put each entry back to what it was",
            when=lambda attempt: any(outcome.changed == "w" for outcome in attempt.outcomes),
        ),
    ),
)
check_slopes = make_check(SLOPES)
