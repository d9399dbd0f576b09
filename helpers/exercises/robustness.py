"""The exercises of notebook 7: the calibration error; the others are in two modules beside this one."""

import numpy as np

from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.exercises.nearest_known import check_distances
from helpers.exercises.predicates import gives
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
                when=gives(lambda *arrays: abs(_without_sign(*arrays))),
            ),
            Mistake(
                "by the bins",
                "`len` counts the bins; the weights are shares of all answers: divide by the sum of the counts",
                lambda count, confidence, accuracy: _not_divided(count, confidence, accuracy) / len(count),
                when=gives(lambda *arrays: _not_divided(*arrays) / (arrays[0] > 0).sum()),
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
