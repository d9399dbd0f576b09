"""Two exercises of notebook 6 on telling settings from luck: how sure a mean is, and which setting to choose."""

import numpy as np

from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.judging import make_check


def standard_error(scores):
    """Return the standard error of the mean of scores (n,), n at least 2; raises nothing."""
    return np.std(scores, ddof=1) / np.sqrt(len(scores))


def best_mean(scores):
    """Return the row of scores (settings, seeds) with the highest mean, None where each has a NaN; raises nothing."""
    means = np.mean(scores, axis=1)
    return None if np.isnan(means).all() else int(np.nan_to_num(means, nan=-np.inf).argmax())


def chooses(wrong, places):
    """Return a predicate: does the answer choose as `wrong` does, in these cases? Raises nothing."""
    return lambda attempt: all(
        attempt.outcomes[place].returned == wrong(*attempt.cases[place].arguments) for place in range(places)
    )


check_standard_error = make_check(
    Exercise(
        key="6.1",
        name="my_standard_error",
        title="Say how sure a mean is",
        reference=standard_error,
        cases=lambda: [Case(np.array([0.85, 0.91])), Case(np.array([0.87, 0.88, 0.86, 0.9]))],
        mistakes=(
            Mistake(
                "divides by n",
                "nearly: five seeds are a sample of all possible ones, so `s` divides by n - 1, with `ddof=1`",
                lambda scores: np.std(scores) / np.sqrt(len(scores)),
            ),
            Mistake(
                "no root of n",
                "this is the standard deviation of single runs; their mean is surer, by the root of n",
                lambda scores: np.std(scores, ddof=1),
            ),
            Mistake(
                "neither",
                "this is the standard deviation with `ddof=0`; it needs `ddof=1`, and to be divided by the root of n",
                np.std,
            ),
            Mistake(
                "n without its root",
                "divided by n instead of by its root: four times the runs make the mean twice as sure, not four times",
                lambda scores: np.std(scores, ddof=1) / len(scores),
            ),
            Mistake(
                "root of n - 1",
                "the mean of n runs is surer by the root of n: the n - 1 belongs to s alone, and `ddof=1` sees to it",
                lambda scores: np.std(scores, ddof=1) / np.sqrt(len(scores) - 1),
            ),
            Mistake(
                "squared",
                "this is the square of the standard error, made of the variance: take the root",
                lambda scores: np.var(scores, ddof=1) / len(scores),
            ),
            Mistake(
                "the variance",
                "this is made of the variance, the square of s: use `np.std`, or take the root",
                lambda scores: np.var(scores, ddof=1) / np.sqrt(len(scores)),
            ),
        ),
        after="four times as many seeds halve it",
    )
)

check_choice = make_check(
    Exercise(
        key="6.5",
        name="my_choice",
        title="Choose a setting",
        reference=best_mean,
        cases=lambda: [
            Case(np.array([[0.8, 0.82], [0.85, 0.87]])),
            Case(np.array([[0.86, 0.86, 0.86], [0.91, 0.8, 0.81], [0.84, 0.83, 0.82]])),
            Case(np.array([[0.7, 0.9, 0.9], [0.85, 0.85, 0.86]])),
            Case(np.array([[0.8, 0.8], [0.95, np.nan], [0.83, 0.85]])),
            Case(np.array([[0.9, 0.9], [0.5, np.nan]])),
            Case(np.array([[np.nan, 0.7], [0.9, 0.9], [0.8, 0.8]])),
            Case(np.array([[np.nan, 0.8], [np.nan, np.nan]])),
        ],
        mistakes=(
            Mistake(
                "the best single run",
                "this is the setting of the best single run, which may have been luck: compare the means of the rows",
                when=chooses(lambda scores: scores.max(axis=1).argmax(), 3),
            ),
            Mistake(
                "wrong axis",
                "this compares the seeds: `axis=1` takes the mean along each row, over the seeds of one setting",
                when=chooses(lambda scores: scores.mean(axis=0).argmax(), 3),
            ),
            Mistake(
                "the lowest",
                "this is the row with the lowest mean, and accuracies should be high: `argmax`",
                when=chooses(lambda scores: scores.mean(axis=1).argmin(), 3),
            ),
            Mistake(
                "the mean itself",
                "this is the highest mean, and the number of its row was asked for: `argmax`",
                when=chooses(lambda scores: scores.mean(axis=1).max(), 3),
            ),
            Mistake(
                "numbered anew",
                "without the rows with a NaN, the rows that are left have other numbers: return the number in `scores`",
                when=chooses(lambda scores: scores[~np.isnan(scores).any(axis=1)].mean(axis=1).argmax(), 6),
            ),
            Mistake(
                "leaves NaN out",
                "this leaves the NaN out and chooses a setting of which a run diverged: `np.mean`, not `np.nanmean`",
                when=chooses(lambda scores: np.nanmean(scores, axis=1).argmax(), 6),
            ),
            Mistake(
                "NaN wins",
                "`argmax` takes NaN for the largest number: replace it by `-np.inf` first",
                when=chooses(lambda scores: scores.mean(axis=1).argmax(), 6),
            ),
            Mistake(
                "nothing to choose",
                "here every setting has a run that diverged, so there is nothing to choose: return `None`",
                when=lambda attempt: attempt.place == 6,
            ),
        ),
        after="a mean over seeds is harder to fool than the luckiest run",
    )
)
