"""Exercise 4.4 of notebook 4: stop a training early, by its development losses."""

from functools import partial

import numpy as np

from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.exercises.predicates import gives


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


def from_zero(losses, patience):
    """Return the same, with epochs counted from 0, and their number where patience never runs out; raises nothing."""
    best, best_epoch = np.inf, 0
    for epoch, loss in enumerate(losses):
        if loss < best:
            best_epoch, best = epoch, loss
        if epoch - best_epoch >= patience:
            return best_epoch, epoch
    return best_epoch, len(losses)


def stop_counting(losses, patience, *, before=False, anew=True):
    """Return the same, with a count of the epochs that were no improvement; raises nothing.

    before: compare with the epoch before. anew: begin to count anew after each improvement.
    """
    best_epoch, best, waited = 1, losses[0], 0
    for epoch, loss in enumerate(losses[1:], 2):
        if loss < best:
            best_epoch, best, waited = epoch, loss, waited if not anew else 0
        else:
            waited += 1
        best = loss if before else best
        if waited >= patience:
            return best_epoch, epoch
    return best_epoch, len(losses)


check_stop_early = make_check(
    Exercise(
        key="4.4",
        name="my_stop_early",
        title="Stop early by the loss",
        reference=lambda losses, patience: stop_early(losses, patience),
        returns=("best epoch", "last epoch"),
        cases=lambda: [
            Case([0.9, 0.7, 0.5, 0.5, 0.6, 0.55, 0.1], 3),
            Case([150.0, 2.5, 2.4], 5),
            Case([2.0, 1.0, 1.2, 1.1, 0.5], 2),
            Case([5.0, 4.0, 4.5, 4.0, 3.0], 2),
            Case([2.0, 1.0, 1.5, 1.4, 1.3, 1.2, 0.5], 2),
            Case([2.0, 1.0, 1.5, 1.4, 1.6, 1.7], 2),
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
                when=gives(partial(stop_early, first=0), from_zero),
            ),
            Mistake(
                "the epoch before",
                "it compares each loss with the one before; an improvement is a loss below the best so far",
                wrong=partial(stop_counting, before=True),
            ),
            Mistake(
                "all waits together",
                "it counts all epochs without an improvement; those in a row count, so begin anew after each one",
                wrong=partial(stop_counting, anew=False),
            ),
            Mistake(
                "last for best",
                "the best epoch is the one with the lowest loss so far, not the one at which training stops",
                wrong=partial(stop_early, last=True),
            ),
        ),
    )
)
