"""The exercises of notebook 4: dead neurons, mini-batches, overfitting, early stopping, a whole training."""

import numpy as np

from helpers.exercises.early_stop import check_stop_early
from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.exercises.loss_curves import check_overfitting
from helpers.exercises.own_training import check_train

__all__ = ["check_batches", "check_dead_neurons", "check_overfitting", "check_stop_early", "check_train"]

# 4.1 Count the dead neurons


def dead_neurons(A):
    """Return how many rows of A (neurons, m) are zero in every column, an integer; raises nothing."""
    return int((A == 0).all(axis=1).sum())


check_dead_neurons = make_check(
    Exercise(
        key="4.1",
        name="my_dead_neurons",
        title="Count the dead neurons",
        reference=dead_neurons,
        cases=lambda: [
            Case(np.array([[0, 0, 0], [0, 1.5, 0], [0, 0, 0], [2, 0.5, 0]])),
            Case(np.array([[0, 1, 0, 2, 3], [0, 0, 0, 1, 0], [0, 0, 0, 0, 0.01]])),
            Case(np.zeros((5, 2))),
        ],
        mistakes=(
            Mistake(
                "over the neurons",
                "that counts the images for which no neuron answers; a neuron is a row, so go along it with `axis=1`",
                wrong=lambda A: (A == 0).all(axis=0).sum(),
            ),
            Mistake(
                "any zero",
                "that counts neurons that are zero for some image; dead ones are zero for all images",
                wrong=lambda A: (A == 0).any(axis=1).sum(),
            ),
            Mistake(
                "the living",
                "those are the living ones; count the neurons that never answer",
                wrong=lambda A: (A > 0).any(axis=1).sum(),
            ),
            Mistake(
                "zeros",
                "that counts single zeros; ask for each row whether all of it is zero, and count the rows",
                wrong=lambda A: (A == 0).sum(),
            ),
            Mistake(
                "the whole array",
                "that asks whether the whole array is zero; with `axis=1`, every row is asked by itself",
                wrong=lambda A: int((A == 0).all()),
            ),
            Mistake(
                "fraction",
                "that is the fraction of dead neurons; how many are they?",
                wrong=lambda A: (A == 0).all(axis=1).mean(),
            ),
        ),
    )
)

# 4.2 Cut an epoch into mini-batches


def batches(X, Y, batch_size, rng):
    """Return [(X_batch, Y_batch), ...] of one epoch in random order; raises ValueError for a batch_size of 0."""
    order = rng.permutation(X.shape[1])
    pieces = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    return [(X[:, piece], Y[:, piece]) for piece in pieces]


def batch_cases():
    """Return two epochs of one small set with a rest, and one without, each column of X of one number; raises nothing.

    So the order in which an answer took the columns can be read off it.
    """
    cases = []
    for m, batch_size, seed in ((7, 3, 0), (7, 3, 1), (8, 4, 2), (5, 9, 3)):
        X = np.arange(1.0, m + 1) * np.ones((2, 1))
        Y = np.eye(4)[:, np.arange(m) * 3 % 4]
        cases.append(Case(X, Y, batch_size, np.random.default_rng(seed), says=f"m = {m} and batch_size = {batch_size}"))
    return cases


def orders(attempt):
    """Return the column numbers that an answer took, a list a case; raises TypeError where it is no list of pairs."""
    return [[int(x) - 1 for pair in outcome.returned for x in pair[0][0]] for outcome in attempt.outcomes]


def labels_apart(attempt):
    """Return whether a column of some X_batch has the label of another column; raises where there are no pairs."""
    for case, outcome, order in zip(attempt.cases, attempt.outcomes, orders(attempt), strict=True):
        Y = np.hstack([pair[1] for pair in outcome.returned])
        if not np.array_equal(Y, case.arguments[1][:, order]):
            return True
    return False


def batch_sizes(epochs):
    """Return how many columns each batch of each epoch has; raises TypeError where there are no pairs."""
    return [[X.shape[1] for X, _ in pairs] for pairs in epochs]


def sizes_of(attempt):
    """Return m of each case; raises nothing."""
    return [case.arguments[0].shape[1] for case in attempt.cases]


check_batches = make_check(
    Exercise(
        key="4.2",
        name="my_batches",
        title="Cut an epoch into mini-batches",
        reference=batches,
        cases=batch_cases,
        mistakes=(
            Mistake(
                "a generator",
                "collect the pairs in a list: `batches.append(...)` and one `return` in the end, in place of `yield`",
                when=lambda attempt: hasattr(attempt.outcome.returned, "__next__"),
            ),
            Mistake(
                "pair turned round",
                "a pair holds first `X_batch`, then `Y_batch`",
                when=lambda attempt: all(len(X) == 4 and len(Y) == 2 for X, Y in attempt.outcome.returned),
            ),
            Mistake(
                "one batch",
                "only one batch came back: does the `return` stand inside the loop?",
                when=lambda attempt: (
                    [len(outcome.returned) for outcome in attempt.outcomes] == [1, 1, 1, 1]
                    and [len(order) for order in orders(attempt)] == [3, 3, 4, 5]
                ),
            ),
            Mistake(
                "rows of both",
                "`X[piece]` are rows; an example is a column, `X[:, piece]`, and m is `X.shape[1]`",
                when=lambda attempt: (
                    [len(order) for order in orders(attempt)] == sizes_of(attempt)
                    and all(X.shape[1] == 7 for X, _ in attempt.outcomes[0].returned)
                ),
            ),
            Mistake(
                "empty batch",
                "the last batch is empty: where batch_size divides m, there is no rest",
                when=lambda attempt: any(not X.shape[1] for outcome in attempt.outcomes for X, _ in outcome.returned),
            ),
            Mistake(
                "apart",
                "images and labels got apart: pick the columns of X and of Y by the same numbers",
                when=labels_apart,
            ),
            Mistake(
                "rows for columns",
                "it goes by the rows of X; an example is a column, so m is `X.shape[1]` and a batch is `X[:, piece]`",
                when=lambda attempt: all(set(order) == {0, 1} for order in orders(attempt)),
            ),
            Mistake(
                "rest dropped",
                "the last batch is missing: where batch_size does not divide m, the rest is a smaller batch",
                when=lambda attempt: [len(order) for order in orders(attempt)] == [6, 6, 8, 0],
            ),
            Mistake(
                "repeated",
                "some columns come twice and others never; draw the order of all columns once, before you cut it",
                when=lambda attempt: any(len(set(order)) < len(order) for order in orders(attempt)),
            ),
            Mistake(
                "not shuffled",
                "the columns come in the order of the file: shuffle them first",
                when=lambda attempt: orders(attempt) == [list(range(m)) for m in sizes_of(attempt)],
            ),
            Mistake(
                "other sizes",
                "all batches but the last have `batch_size` columns, and the last has the rest",
                when=lambda attempt: (
                    batch_sizes([outcome.returned for outcome in attempt.outcomes]) != batch_sizes(attempt.expected)
                ),
            ),
            Mistake(
                "own generator",
                "two generators gave the same order: draw it from the `rng` that comes in, not from one of your own",
                when=lambda attempt: orders(attempt)[0] == orders(attempt)[1],
            ),
            Mistake(
                "another draw",
                "a right epoch, but in another order: draw the order by one call of `rng.permutation(m)`",
                when=lambda attempt: (
                    [sorted(order) for order in orders(attempt)] == [list(range(m)) for m in sizes_of(attempt)]
                ),
            ),
        ),
    )
)
