"""What an answer did in all cases, and which of the known mistakes that is."""

from dataclasses import dataclass

import numpy as np

from helpers.exercises.calling import call
from helpers.exercises.comparing import find_difference


@dataclass(frozen=True)
class Attempt:
    """What a learner's answer did in all cases; the lists have one entry a case. `place` is the case at issue."""

    exercise: object
    answer: object
    cases: list
    outcomes: list
    expected: list
    place: int = 0

    @property
    def case(self):
        """The case at issue."""
        return self.cases[self.place]

    @property
    def outcome(self):
        """The outcome of the case at issue."""
        return self.outcomes[self.place]

    def sizes(self):
        """Return the number of examples m of each case, None where it has none; raises what `examples` raises."""
        if self.exercise.examples is not None:
            return [self.exercise.examples(*case.arguments) for case in self.cases]
        return [examples_in(case.arguments) for case in self.cases]

    def pairs(self, name):
        """Return (returned, expected) of the part `name` for all cases, [] where one is missing; raises nothing."""
        sides = ([outcome.returned for outcome in self.outcomes], self.expected)
        names = self.exercise.returns
        if names and name in names and all(isinstance(value, (tuple, list)) for side in sides for value in side):
            sides = tuple([value[names.index(name)] for value in side] for side in sides)
        try:
            arrays = [[np.asarray(value) for value in side] for side in sides]
        except ValueError:
            return []
        kinds = {array.dtype.kind for side in arrays for array in side}
        return list(zip(*arrays, strict=True)) if kinds <= set("biuf") else []


def examples_in(arguments):
    """Return the m of some arguments: the columns of the first matrix, else the length of the first list.

    Returns None where there is neither; raises nothing.
    """
    arrays = [value for value in arguments if isinstance(value, np.ndarray)]
    for axes in (2, 1):
        for array in arrays:
            if array.ndim == axes:
                return array.shape[-1]
    return None


def makes(attempt, wrong):
    """Return whether the answer does what the function `wrong` does, in every case; raises nothing."""
    for case, outcome in zip(attempt.cases, attempt.outcomes, strict=True):
        other = call(wrong, case)
        if (other.error is None) != (outcome.error is None):
            return False
        if other.error is not None:
            equal = (type(other.error), str(other.error)) == (type(outcome.error), str(outcome.error))
        else:
            equal = find_difference(outcome.returned, other.returned, 1e-9, 1e-12) is None
        if not equal or (outcome.changed is None) != (other.changed is None):
            return False
    return True


def find_mistake(attempt):
    """Return the first Mistake of the exercise that the answer makes, or None; raises nothing."""
    for mistake in attempt.exercise.mistakes:
        if mistake.wrong is not None and makes(attempt, mistake.wrong):
            return mistake
        if mistake.when is not None:
            try:
                if mistake.when(attempt):
                    return mistake
            except Exception:  # a predicate that cannot read this answer has not recognized it
                continue
    return None
