"""The checks of notebook 8 for how the examples reach a network: exercises 8.2 and 8.3."""

import numpy as np

from helpers.exercises import bug_hunt_cases as cases
from helpers.exercises import given_bugs as given
from helpers.exercises.exercise import Exercise, Mistake
from helpers.exercises.judging import make_check


def _columns(pairs):
    """Return the numbers of the examples in X and those in Y, in the order in which they come."""
    return [np.concatenate([np.atleast_2d(pair[i])[0] for pair in pairs]) for i in (0, 1)]


def _judge_batches(case, returned):
    X, Y = _columns(returned)
    m, batch_size = case.arguments[0].shape[1], case.arguments[2]
    if len(X) == len(Y) and (X != Y).any():
        return f"{int((X != Y).sum())} images lie beside the label of another one"
    if sorted(X) != list(range(m)) or len(X) != len(Y):
        return f"{len(np.unique(X))} of the {m} examples come out, in {len(X)} columns"
    if (np.sort(X) == X).all():
        return "the examples come out in the order in which they went in"
    sizes = [pair[0].shape[1] for pair in returned]
    if any(size != batch_size for size in sizes[:-1]):
        return f"the batches have {sizes} columns, expected {batch_size} in all but the last"
    return None


check_mended_batches = make_check(
    Exercise(
        key="8.2",
        name="my_batches",
        title="Keep each image with its label",
        reference=given.batches,
        cases=cases.batch_cases,
        start=given.given_batches,
        judge=_judge_batches,
        mistakes=(
            Mistake(
                "no shuffling",
                "each image has its label again, but nothing is shuffled any more; shuffle both in the same order",
                when=lambda attempt: all((np.diff(_columns(o.returned)[0]) == 1).all() for o in attempt.outcomes),
            ),
            Mistake(
                "one of two",
                "only one of the two is shuffled; use one permutation for both",
                when=lambda attempt: any(
                    all((np.diff(_columns(o.returned)[i]) == 1).all() for o in attempt.outcomes) for i in (0, 1)
                ),
            ),
            Mistake(
                "last batch",
                "the order is right, but the last batch, which is not full, has gone missing",
                when=lambda attempt: all(
                    (_columns(o.returned)[0] == _columns(o.returned)[1]).all() for o in attempt.outcomes
                ),
            ),
        ),
        after="one permutation for both, so each image keeps its label",
    )
)

check_mended_parts = make_check(
    Exercise(
        key="8.3",
        name="my_parts",
        title="Let every image count",
        reference=given.parts,
        cases=cases.parts_cases,
        start=given.given_parts,
        mistakes=(
            Mistake(
                "empty part",
                "where the batches come out even there is an empty one at the end, and the mean of nothing is NaN",
                lambda X, Y, batch_size: given.parts_up_to(X, Y, batch_size, X.shape[1] + 1),
            ),
            Mistake(
                "off by one",
                "where a single example is left over, it still goes missing",
                lambda X, Y, batch_size: given.parts_up_to(X, Y, batch_size, X.shape[1] - 1),
            ),
            Mistake(
                "twice",
                "the last batch is filled up with examples that were counted before, so these count twice",
                when=lambda attempt: all(
                    len(np.unique(_columns(o.returned)[0])) == case.arguments[0].shape[1] < len(_columns(o.returned)[0])
                    for case, o in zip(attempt.cases, attempt.outcomes, strict=True)
                    if case.arguments[0].shape[1] % case.arguments[2] and case.arguments[0].shape[1] > case.arguments[2]
                ),
            ),
        ),
        after="every example is in exactly one part",
    )
)
