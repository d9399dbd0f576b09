"""Exercises 4.3 and 4.4 of notebook 4: what curves of losses say about overfitting and about when to stop."""

from functools import partial

import numpy as np

from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.exercises.predicates import gives

# 4.3 Let a function find the overfitting


def overfitting_start(train_losses, dev_losses, *, first=1, by=0, growth=1.1, more=0.0, sure=False, since=None):
    """Return the epoch of the lowest development loss if the run overfits, else None; raises nothing.

    The keywords make it wrong in the ways of the known mistakes.
    """
    place = int(np.argmin((dev_losses, train_losses)[by]))
    start = place if since is None else since
    has_risen = dev_losses[-1] > growth * dev_losses[start] + more
    learns = sure or train_losses[-1] < train_losses[place]
    return place + first if has_risen and learns else None


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
                when=gives(
                    lambda train_losses, dev_losses: np.argmin(train_losses) + 1,
                    lambda train_losses, dev_losses: overfitting_start(train_losses, dev_losses, by=1),
                ),
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

# 4.4 Stop early by the loss


def stop_early(losses, patience, *, best=np.inf, sign=1, ties=False, late=0, first=1, last=False):
    """Return (best epoch, last epoch) of early stopping on losses; raises nothing.

    The keywords make it wrong in the ways of the known mistakes.
    """
    best_epoch, stopped = first - 1, len(losses) - 1 + first
    for epoch, loss in enumerate(losses, first):
        if sign * loss < best or (ties and sign * loss == best):
            best_epoch, best = epoch, sign * loss
        if epoch - best_epoch >= patience + late:
            stopped = epoch
            break
    return (stopped if last else best_epoch), stopped


check_stop_early = make_check(
    Exercise(
        key="4.4",
        name="my_stop_early",
        title="Stop early by the loss",
        reference=lambda losses, patience: stop_early(losses, patience),
        returns=("best epoch", "last epoch"),
        cases=lambda: [
            Case([0.9, 0.7, 0.5, 0.5, 0.6, 0.55, 0.1], 3),
            Case([3.0, 2.5, 2.4], 5),
            Case([2.0, 1.0, 1.2, 1.1, 0.5], 2),
            Case([5.0, 4.0, 4.5, 4.0, 3.0], 2),
            Case([2.0, 1.0, 1.5, 1.4, 1.3, 1.2, 0.5], 2),
            Case([2.3, 2.2, 2.3, 2.1, 2.2, 2.0, 2.1, 1.9], 2),
        ],
        mistakes=(
            Mistake(
                "higher is better",
                "of losses, the lower one is better: the comparison has to turn round, and so has the first best value",
                wrong=partial(stop_early, sign=-1),
            ),
            Mistake(
                "best starts too low",
                "some loss that should be an improvement is none: let best start above every loss, at `np.inf`",
                when=lambda attempt: any(outcome.returned[0] == 0 for outcome in attempt.outcomes),
            ),
            Mistake(
                "ties",
                "an equal loss is no improvement: `<`, not `<=`",
                wrong=partial(stop_early, ties=True),
            ),
            Mistake(
                "to the end",
                "it looks at the whole run; once `patience` epochs have brought no improvement, the rest never happens",
                wrong=lambda losses, patience: (int(np.argmin(losses)) + 1, len(losses)),
            ),
            Mistake(
                "an epoch late",
                "it waits for one epoch too many: stop as soon as `patience` epochs have brought no improvement",
                wrong=partial(stop_early, late=1),
            ),
            Mistake(
                "from zero",
                "epochs count from 1: `enumerate(losses, 1)`",
                wrong=partial(stop_early, first=0),
            ),
            Mistake(
                "last for best",
                "the best epoch is the one with the lowest loss so far, not the one at which training stops",
                wrong=partial(stop_early, last=True),
            ),
        ),
    )
)
