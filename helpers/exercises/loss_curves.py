"""Exercise 4.3 of notebook 4: what curves of losses say about overfitting."""

from functools import partial

import numpy as np

from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.exercises.predicates import gives


def overfitting_start(
    train_losses, dev_losses, *, first=1, by=0, growth=1.1, more=0.0, sure=False, since=None, either=False
):
    """Return the epoch of the lowest development loss if the run overfits, else None; raises nothing.

    The keywords make it wrong in the ways of the known mistakes.
    """
    place = int(np.argmin((dev_losses, train_losses)[by]))
    start = place if since is None else since
    has_risen = dev_losses[-1] > growth * dev_losses[start] + more
    learns = sure or train_losses[-1] < train_losses[place]
    return place + first if (has_risen and learns) or (either and (has_risen or learns)) else None


def loss_cases():
    """Return pairs of loss curves: overfitting, healthy, a small rise, diverging, high and low ones; raises nothing."""
    curves = (
        ([2.1, 1.1, 0.6, 0.4, 0.3], [2.0, 1.0, 0.5, 0.6, 0.8]),
        ([2.2, 1.4, 1.0, 0.9], [2.0, 1.5, 1.2, 1.1]),
        ([2.0, 1.0, 0.9], [1.0, 0.5, 0.52]),
        ([2.0, 1.0, 3.0, 8.0], [2.0, 1.2, 4.0, 9.0]),
        ([0.5, 0.4, 0.3, 0.2], [0.5, 0.42, 0.45, 0.48]),
        ([9.0, 4.0, 3.0], [9.0, 5.0, 5.3]),
        ([1.0, 0.5, 0.4, 0.3], [1.0, 0.8, 0.9, 1.2]),
        ([2.0, 1.0, 0.9, 0.8], [2.0, 1.0, 1.05, 1.105]),
        ([2.0, 1.0, 1.2, 1.5], [2.0, 1.0, 1.4, 1.8]),
    )
    return [Case(np.array(train), np.array(dev)) for train, dev in curves]


check_overfitting = make_check(
    Exercise(
        key="4.3",
        name="my_overfitting_start",
        title="Let a function find the overfitting",
        reference=lambda train_losses, dev_losses: overfitting_start(train_losses, dev_losses),
        cases=loss_cases,
        mistakes=(
            Mistake(
                "from zero",
                "epochs count from 1, but the places in an array count from 0",
                wrong=partial(overfitting_start, first=0),
            ),
            Mistake(
                "lowest training loss",
                "that is where the training loss is lowest; the turning point is the lowest development loss",
                when=gives(lambda train_losses, dev_losses: np.argmin(train_losses) + 1),
            ),
            Mistake(
                "always",
                "the lowest development loss is somewhere in every run; return `None` if the run does not overfit",
                wrong=lambda train_losses, dev_losses: int(np.argmin(dev_losses)) + 1,
            ),
            Mistake(
                "diverging",
                "both losses rise here: the run diverges and learns nothing by heart; what of the second condition?",
                wrong=partial(overfitting_start, sure=True),
            ),
            Mistake(
                "any rise",
                "a rise of less than 10 % does not count: a development loss always trembles a little",
                wrong=partial(overfitting_start, growth=1),
            ),
            Mistake(
                "0.1 more",
                "10 % is a share of the loss at the turning point, not 0.1: multiply by 1.1",
                wrong=partial(overfitting_start, growth=1, more=0.1),
            ),
            Mistake(
                "since the first epoch",
                "compare the last development loss with that of the turning point, not with that of the first epoch",
                wrong=partial(overfitting_start, since=0),
            ),
            Mistake(
                "one of two",
                "one of the two conditions is enough for your function; both have to hold: `and`, not `or`",
                wrong=partial(overfitting_start, either=True),
            ),
            Mistake(
                "share of the last",
                "the 10 % are of the value at the turning point, not of the last value",
                when=gives(partial(overfitting_start, growth=1 / 0.9)),
            ),
            Mistake(
                "training since the start",
                "compare the last training loss with that at the turning point, not with that of the first epoch",
                wrong=lambda train, dev: overfitting_start(train, dev, sure=train[-1] < train[0]),
            ),
            Mistake(
                "never",
                "it says `None` of every run: is the turning point the lowest development loss, and is it returned?",
                when=lambda attempt: (
                    all(outcome.returned is None for outcome in attempt.outcomes)
                    and not any(outcome.error or outcome.printed for outcome in attempt.outcomes)
                ),
            ),
            Mistake(
                "None",
                "this run overfits, both conditions hold: look at each of them alone",
                when=lambda attempt: (
                    attempt.outcome.returned is None
                    and any(outcome.returned is not None for outcome in attempt.outcomes)
                ),
            ),
        ),
    )
)
