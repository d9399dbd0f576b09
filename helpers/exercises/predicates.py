"""Predicates for the `when` of a Mistake."""

import copy

from helpers.exercises.comparing import find_difference


def gives(*wrongs, part=None):
    """Return a predicate: whether an answer gives what one of the functions `wrongs` gives, in all cases.

    wrongs: functions of the arguments of the exercise. part: the place of the part to look at, where the answer is a
    tuple, so that a mistake in one part is known whatever the others are. Raises nothing; the predicate raises where
    it cannot read an answer, which then counts as not recognized.
    """

    def made(attempt):
        if any(outcome.error is not None for outcome in attempt.outcomes):
            return False
        found = [outcome.returned if part is None else outcome.returned[part] for outcome in attempt.outcomes]
        return any(
            all(
                find_difference(value, wrong(*copy.deepcopy(case.arguments)), 1e-9, 1e-12) is None
                for value, case in zip(found, attempt.cases, strict=True)
            )
            for wrong in wrongs
        )

    return made
