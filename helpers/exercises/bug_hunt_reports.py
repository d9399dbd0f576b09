"""The checks of notebook 8 for what is reported of a network: exercises 8.1, 8.4 and 8.5."""

import numpy as np

from helpers.activations import softmax
from helpers.exercises import bug_hunt_cases as cases
from helpers.exercises import given_bugs as given
from helpers.exercises.exercise import Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.exercises.predicates import gives
from helpers.losses import cross_entropy

check_mended_loss = make_check(
    Exercise(
        key="8.1",
        name="my_loss",
        title="Mend the loss",
        reference=cross_entropy,
        cases=cases.loss_cases,
        start=given.given_loss,
        mistakes=(
            Mistake(
                "sum",
                "that is the sum over the examples, which grows with the batch",
                lambda A, Y: -(Y * np.log(A)).sum(),
            ),
            Mistake(
                "classes",
                "the mean runs over the m examples, the columns; `len(Y)` counts the rows",
                lambda A, Y: -(Y * np.log(A)).sum() / len(Y),
            ),
            Mistake(
                "ten",
                "a factor of 10 helps where there are ten classes, and only there: which mean do you want?",
                lambda A, Y: -10 * (Y * np.log(A)).mean(),
            ),
        ),
        after="the loss is the mean over the examples, whatever the number of classes",
    )
)


def _judge_report(case, returned):
    for name, right in given.evaluate(*case.arguments).items():
        if name not in returned:
            return f"your report has no {name!r}"
        if not np.isclose(returned[name], right):
            return f"your {name!r} is {returned[name]:.4g}, expected {right:.4g}"
    return None


def _reports(attempt, accuracies):
    """Tell whether all reports are those of given.evaluation(accuracies), in whatever order of their numbers."""
    for case, outcome in zip(attempt.cases, attempt.outcomes, strict=True):
        wrong = given.evaluation(accuracies)(*case.arguments)
        if not all(np.isclose(outcome.returned[name], value) for name, value in wrong.items()):
            return False
    return True


check_mended_evaluate = make_check(
    Exercise(
        key="8.4",
        name="my_evaluate",
        title="Measure the development set",
        reference=given.evaluate,
        cases=cases.evaluate_cases,
        start=given.given_evaluate,
        judge=_judge_report,
        mistakes=(
            Mistake(
                "wrong size",
                "the right answers on the development set are divided by the size of the training set",
                when=lambda attempt: _reports(attempt, lambda right, sizes: (right[0] / sizes[0], right[1] / sizes[0])),
            ),
            Mistake(
                "wrong count",
                "the size is that of the development set now, but the count is still that of the training set",
                when=lambda attempt: _reports(attempt, lambda right, sizes: (right[0] / sizes[0], right[0] / sizes[1])),
            ),
            Mistake(
                "swapped",
                "now the two sets have changed places",
                when=lambda attempt: _reports(attempt, lambda right, sizes: (right[1] / sizes[1], right[0] / sizes[0])),
            ),
        ),
        after="each number is measured on the set that it is named after",
    )
)


def _naive(shift):
    def function(Z):
        E = np.exp(Z - shift(Z))
        return E / E.sum(axis=0)

    return function


check_mended_softmax = make_check(
    Exercise(
        key="8.5",
        name="my_softmax",
        title="Make the softmax safe",
        reference=softmax,
        cases=cases.softmax_cases,
        start=given.given_softmax,
        mistakes=(
            Mistake(
                "one maximum",
                "one maximum for the whole batch: a column far below it becomes 0 / 0; take the maximum of each column",
                _naive(lambda Z: Z.max()),
            ),
            Mistake(
                "wrong axis",
                "that maximum is taken over the examples, not over the classes; each column needs its own",
                _naive(lambda Z: Z.max(axis=1, keepdims=True)),
            ),
            Mistake(
                "not the largest",
                "a column whose scores lie far apart still overflows: subtract its *largest* score, which becomes 0",
                _naive(lambda Z: Z.mean(axis=0)),
                when=gives(_naive(lambda Z: Z.min(axis=0))),
            ),
            Mistake(
                "divided",
                "dividing changes how far the scores lie apart, and with that the probabilities: subtract instead",
                when=gives(
                    lambda Z: softmax(Z / Z.max(axis=0)), lambda Z: softmax(Z / Z.max()), lambda Z: softmax(Z / 1000)
                ),
            ),
            Mistake(
                "NaN hidden",
                "the NaN is gone, but the probabilities do not come back with it: the overflow must not happen",
                when=gives(lambda Z: np.nan_to_num(given.given_softmax(Z))),
            ),
            Mistake(
                "one sum",
                "that divides by the sum over the whole batch; each column has a sum of its own",
                lambda Z: np.exp(Z - Z.max(axis=0)) / np.exp(Z - Z.max(axis=0)).sum(),
            ),
            Mistake(
                "clipped",
                "cutting the scores off avoids the overflow, but makes all large scores equal",
                when=lambda attempt: (
                    np.allclose(attempt.outcomes[0].returned, attempt.expected[0])
                    and np.allclose(attempt.outcomes[1].returned, 0.5)
                ),
            ),
        ),
        after="the largest score of each column becomes 0, and exp(0) is as large as it gets",
    )
)
