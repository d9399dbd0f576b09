"""Exercise 7.4 of notebook 7: how far an image is from the nearest of the known ones."""

import numpy as np

from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.judging import make_check


def distances(X, known):
    """Return the distance of each column of X (n0, m) to the nearest of `known` (n0, k), as (m,); raises nothing."""
    return _all_distances(X, known).min(axis=1)


def _all_distances(X, known):
    """Return the distances (m, k) of all pairs."""
    return np.sqrt(((X[:, :, None] - known[:, None, :]) ** 2).sum(axis=0))


def _squares_with(X, known, own=1, product=-2):
    """Return the roots of own * |x|² + product * x·y + |y|², each with the nearest; raises nothing."""
    squares = own * (X**2).sum(axis=0)[:, None] + product * X.T @ known + (known**2).sum(axis=0)
    return np.sqrt(np.maximum(squares.min(axis=1), 0))


def _gives(wrong):
    """Return a predicate: did the answer give what `wrong` gives? Rounding is let pass, as in the comparison."""

    def predicate(attempt):
        pairs = [
            (one.returned, wrong(*case.arguments)) for case, one in zip(attempt.cases, attempt.outcomes, strict=True)
        ]
        return all(np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-6, atol=1e-4) for a, b in pairs)

    return predicate


def _known_images():
    """Return images of which some are among the known ones; large numbers, so that rounding shows."""
    known = 100 + np.random.default_rng(0).random((6, 40))
    return known[:, :30], known


check_distances = make_check(
    Exercise(
        key="7.4",
        name="my_distances",
        title="Measure how far an image is from all you know",
        reference=distances,
        cases=lambda: [
            Case(np.array([[0.0, 3.0, 6.0], [0.0, 4.0, 8.0]]), np.array([[0.0, 6.0], [2.0, 9.0]])),
            Case(np.random.default_rng(1).random((5, 7)), np.random.default_rng(2).random((5, 4))),
            Case(*_known_images(), says="30 images that are all among the 40 known ones"),
        ],
        mistakes=(
            Mistake(
                "squared",
                "this is the squared distance: take its root",
                when=_gives(lambda X, known: distances(X, known) ** 2),
            ),
            Mistake(
                "the other axis",
                "this has a distance for each known image: take the minimum over the known ones instead",
                when=_gives(lambda X, known: _all_distances(X, known).min(axis=0)),
            ),
            Mistake(
                "mean",
                "this is the mean distance to all known images, where the nearest one was asked for",
                when=_gives(lambda X, known: _all_distances(X, known).mean(axis=1)),
            ),
            Mistake(
                "farthest",
                "this is the farthest of the known images, not the nearest",
                when=_gives(lambda X, known: _all_distances(X, known).max(axis=1)),
            ),
            Mistake(
                "which one",
                "this says which known image is the nearest, not how far it is: `min` instead of `argmin`",
                when=_gives(lambda X, known: _all_distances(X, known).argmin(axis=1)),
            ),
            Mistake(
                "absolute differences",
                "the differences were added up without squaring them: square, add up, then take the root",
                when=_gives(lambda X, known: np.abs(X[:, :, None] - known[:, None, :]).sum(axis=0).min(axis=1)),
            ),
            Mistake(
                "all distances",
                "these are the distances to all known images: take the minimum of each row",
                when=_gives(_all_distances),
            ),
            Mistake(
                "without the 2",
                "the product of `X` and `known` counts twice in the square of a difference",
                when=_gives(lambda X, known: _squares_with(X, known, product=-1)),
            ),
            Mistake(
                "plus",
                "the product of `X` and `known` is taken off, not added",
                when=_gives(lambda X, known: _squares_with(X, known, product=2)),
            ),
            Mistake(
                "one length missing",
                "the squared lengths of the columns of `X` are missing",
                when=_gives(lambda X, known: _squares_with(X, known, own=0)),
            ),
            Mistake(
                "no second axis",
                "(m, k) has a row for each column of `X`, so the lengths of these must stand in a column: `[:, None]`",
                when=lambda attempt: "broadcast" in str(attempt.outcome.error),
            ),
            Mistake(
                "root of a negative number",
                "rounding left a number just below 0, and its root is `nan`: take `np.maximum(squares, 0)` first",
                when=lambda attempt: np.isnan(attempt.outcome.returned).any(),
            ),
        ),
        rtol=1e-6,
        atol=1e-4,
    )
)
