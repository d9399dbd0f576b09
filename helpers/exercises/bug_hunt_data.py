"""The checks of notebook 8 for how the examples reach a network: exercises 8.2 and 8.3."""

import numpy as np

from helpers.exercises import bug_hunt_cases as cases
from helpers.exercises import given_bugs as given
from helpers.exercises.exercise import Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.exercises.predicates import gives


def _columns(pairs):
    """Return the numbers of the examples in X and those in Y, in the order in which they come."""
    return [np.concatenate([np.atleast_2d(pair[i])[0] for pair in pairs]) for i in (0, 1)]


def _judge_batches(case, returned):
    for pair in returned:
        for name, part, given_array in zip("XY", pair, case.arguments, strict=False):
            if part.shape[0] != given_array.shape[0]:
                return f"the {name} of a batch has shape {part.shape}, expected {given_array.shape[0]} rows"
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


def _in_pairs(attempt):
    """Return for each case the numbers of the examples in X, where each lies beside its own label, else None."""
    numbers = [_columns(outcome.returned) for outcome in attempt.outcomes]
    together = all(len(X) == len(Y) and (X == Y).all() for X, Y in numbers)
    return [X for X, _ in numbers] if together else None


def _whole_batches(attempt):
    """Tell whether every batch holds neighbors, and only the order of the batches is random."""
    batches = [pair[0][0] for outcome in attempt.outcomes for pair in outcome.returned]
    return _in_pairs(attempt) is not None and all((np.diff(batch) == 1).all() for batch in batches)


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
                "rows",
                "the examples are the columns: `X[:, order]`, with as many numbers in `order` as there are columns",
                when=lambda attempt: attempt.outcome.returned[0][1].shape[0] != attempt.case.arguments[1].shape[0],
            ),
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
                "batches shuffled",
                "only the batches come in a random order, and each holds neighbors: shuffle the examples themselves",
                when=_whole_batches,
            ),
            Mistake(
                "drawn with repetition",
                "some examples are drawn twice and others never: `rng.permutation` draws each number once",
                when=lambda attempt: all(len(np.unique(X)) < len(X) for X in _in_pairs(attempt)),
            ),
            Mistake(
                "last batch",
                "the order is right, but the last batch, which is not full, has gone missing",
                when=lambda attempt: all(
                    len(np.unique(X)) == len(X) and len(X) % case.arguments[2] == 0
                    for case, X in zip(attempt.cases, _in_pairs(attempt), strict=True)
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
                "the last part begins behind the last example, so it is empty, and the mean of nothing is NaN",
                lambda X, Y, batch_size: given.parts_up_to(X, Y, batch_size, X.shape[1] + 1),
                when=gives(lambda X, Y, batch_size: given.parts_up_to(X, Y, batch_size, X.shape[1] + batch_size)),
            ),
            Mistake(
                "rows for columns",
                "`X.shape[0]` counts the pixels of an image; the images are the columns, `X.shape[1]`",
                lambda X, Y, batch_size: given.parts_up_to(X, Y, batch_size, X.shape[0]),
            ),
            Mistake(
                "off by one",
                "where a single example is left over, it still goes missing",
                lambda X, Y, batch_size: given.parts_up_to(X, Y, batch_size, X.shape[1] - 1),
            ),
            Mistake(
                "at every example",
                "a part begins at every example: `range` takes the distance of the starts as its third number",
                lambda X, Y, batch_size: [
                    (X[:, s : s + batch_size], Y[:, s : s + batch_size]) for s in range(X.shape[1])
                ],
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
