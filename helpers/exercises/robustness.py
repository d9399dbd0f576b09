"""The exercises of notebook 7: the calibration error and distances; the first two are in shuffled_and_covered.py."""

import numpy as np

from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.exercises.shuffled_and_covered import check_blot, check_plain_weights

__all__ = ["check_blot", "check_calibration_error", "check_distances", "check_plain_weights"]


def _calibration_error(count, confidence, accuracy):
    filled = count > 0
    return float((count[filled] * np.abs(accuracy[filled] - confidence[filled])).sum() / count.sum())


def _gaps(count, confidence, accuracy):
    filled = count > 0
    return count[filled], accuracy[filled] - confidence[filled]


def _without_sign(count, confidence, accuracy):
    n, gaps = _gaps(count, confidence, accuracy)
    return (n * gaps).sum() / n.sum()


def _squared(count, confidence, accuracy):
    n, gaps = _gaps(count, confidence, accuracy)
    return (n * gaps**2).sum() / n.sum()


def _not_divided(count, confidence, accuracy):
    n, gaps = _gaps(count, confidence, accuracy)
    return (n * np.abs(gaps)).sum()


check_calibration_error = make_check(
    Exercise(
        key="7.3",
        name="my_calibration_error",
        title="Compute the calibration error",
        reference=_calibration_error,
        cases=lambda: [
            Case(np.array([4, 2]), np.array([0.6, 1.0]), np.array([0.25, 0.5])),
            Case(np.array([2, 6]), np.array([0.4, 0.9]), np.array([0.5, 0.7])),
            Case(np.array([0, 5, 15]), np.array([np.nan, 0.5, 0.9]), np.array([np.nan, 0.6, 0.8])),
        ],
        mistakes=(
            Mistake(
                "no absolute value",
                "where one bin is too sure and another too modest, the gaps cancel: take the absolute value of each",
                _without_sign,
            ),
            Mistake(
                "not weighted",
                "every bin counted alike here: weigh each gap by the share of the answers in its bin",
                lambda count, confidence, accuracy: np.abs(_gaps(count, confidence, accuracy)[1]).mean(),
            ),
            Mistake("squared", "the gaps were squared: the sum takes their absolute values", _squared),
            Mistake(
                "not divided",
                "the weights should be shares: divide the counts by their sum",
                _not_divided,
            ),
            Mistake(
                "mean of the weighted gaps",
                "the weights sum to 1 already, so add the weighted gaps up: a mean divides once more",
                lambda count, confidence, accuracy: _calibration_error(count, confidence, accuracy) / (count > 0).sum(),
            ),
            Mistake(
                "empty bins",
                "an empty bin holds `nan`, and 0 times `nan` is `nan`: leave out the bins whose count is 0",
                when=lambda attempt: np.isnan(attempt.outcome.returned),
            ),
        ),
    )
)


def distances(X, known):
    """Return the distance of each column of X (n0, m) to the nearest of `known` (n0, k), as (m,); raises nothing."""
    return _all_distances(X, known).min(axis=1)


def _all_distances(X, known):
    """Return the distances (m, k) of all pairs."""
    return np.sqrt(((X[:, :, None] - known[:, None, :]) ** 2).sum(axis=0))


def _without_the_2(X, known):
    squares = (X**2).sum(axis=0)[:, None] - X.T @ known + (known**2).sum(axis=0)
    return np.sqrt(squares.min(axis=1))


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
            Case(np.array([[0.0, 3.0], [0.0, 4.0]]), np.array([[0.0, 6.0, 9.0], [2.0, 8.0, 12.0]])),
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
                when=_gives(_without_the_2),
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
