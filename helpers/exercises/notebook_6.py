"""The exercises of notebook 6: a paired difference, a fair lead, parameters, scales, a setting."""

from functools import cache
from itertools import pairwise

import numpy as np

from helpers.data import load_dataset, split
from helpers.exercises.checking import make_check
from helpers.exercises.comparing import describe_type
from helpers.exercises.recognizing import Predicate, every, gives, stops, when
from helpers.training import train

# 6.1


def sem(values, ddof=1):
    """The standard error of the mean."""
    return np.std(values, ddof=ddof) / np.sqrt(len(values))


def errs_by(wrong):
    """Whether the standard error, the second part of the answer, is what `wrong` gives."""
    return gives(wrong, part=1)


check_difference = make_check(
    "6.1", "my_difference", "Say how sure a difference is",
    lambda one, other: (np.mean(one - other), sem(one - other)),
    cases=[
        (np.array([0.85, 0.91, 0.88]), np.array([0.84, 0.88, 0.86])),
        (np.array([0.87, 0.88, 0.86, 0.9, 0.91]), np.array([0.9, 0.88, 0.89, 0.9, 0.92])),
    ],
    returns=("difference", "standard error"),
    after="a difference of less than two of them may well be luck",
    mistakes=[
    ("not paired", gives(lambda one, other: np.hypot(sem(one), sem(other)), part=1),
     "this is the standard error of two separate samples; each seed belongs to both, so take the "
     "differences seed by seed first"),
    ("an array", gives(lambda one, other: np.array([np.mean(one - other), sem(one - other)])),
     "the numbers are right, but a pair is two values with a comma between them"),
    ("divides by n", errs_by(lambda one, other: sem(one - other, ddof=0)),
     "nearly: five seeds are a sample of all possible ones, so `s` divides by n - 1, with "
     "`ddof=1`"),
    ("no root of n", errs_by(lambda one, other: np.std(one - other, ddof=1)),
     "this is the standard deviation of single differences; their mean is surer, by the root of "
     "n"),
    ("neither", errs_by(lambda one, other: np.std(one - other)),
     "this is the standard deviation with `ddof=0`; it needs `ddof=1`, and to be divided by the "
     "root of n"),
    ("n without its root",
     errs_by(lambda one, other: np.std(one - other, ddof=1) / len(one)),
     "divided by n instead of by its root: four times the runs make the mean twice as sure, not "
     "four times"),
    ("root of n - 1",
     errs_by(lambda one, other: np.std(one - other, ddof=1) / np.sqrt(len(one) - 1)),
     "the mean of n runs is surer by the root of n: the n - 1 belongs to s alone, and `ddof=1` "
     "sees to it"),
    ("the variance", (errs_by(lambda one, other: np.var(one - other, ddof=1) / len(one)),
     errs_by(lambda one, other: np.var(one - other, ddof=1) / np.sqrt(len(one)))),
     "this is made of the variance, the square of s: use `np.std`, or take the root"),
    ("of one side", (errs_by(lambda one, other: sem(one)), errs_by(lambda one, other: sem(other))),
     "this is the standard error of one of the two means; that of their difference is asked for"),
    ("of counting images", errs_by(
     lambda one, other: np.sqrt(np.mean(one) * (1 - np.mean(one)) / len(one))),
     "the root of p (1 - p) / n is for counting right answers among n images (notebook 5); here n "
     "seeds scatter, so begin with the standard deviation of the differences"),
    ("the other way", gives(lambda one, other: (np.mean(other - one), sem(one - other))),
     "`one` minus `other`, so that a positive number says that `one` is better"),
])  # fmt: skip

# 6.2


def best_row(scores):
    """The row with the highest mean, of those without a NaN."""
    means = np.mean(scores, axis=1)
    return scores[np.nan_to_num(means, nan=-np.inf).argmax()]


def at_one_rate(one, other, chooser):
    """The lead where the row that is best for `chooser` is taken for both."""
    row = np.nan_to_num(np.mean(chooser, axis=1), nan=-np.inf).argmax()
    return np.mean(one[row]) - np.mean(other[row])


def chosen_by(statistic):
    """The lead where each side takes the row with the largest `statistic` over the seeds."""

    def lead(one, other):
        rows = (scores[statistic(scores, axis=1).argmax()] for scores in (one, other))
        return float(np.subtract(*map(np.mean, rows)))

    return lead


def leads(*wrongs, first=3):
    """Whether the answer leads as one of `wrongs` does, in the first cases, which have no NaN."""
    ways = [every(lambda found, *case, w=w: np.isclose(found, w(*case)), first) for w in wrongs]
    return Predicate(lambda attempt: any(way.holds(attempt) for way in ways), wrongs=wrongs)


check_fair_lead = make_check(
    "6.2", "my_fair_lead", "Compare two settings fairly",
    lambda one, other: np.mean(best_row(one)) - np.mean(best_row(other)),
    cases=[
        (np.array([[0.90, 0.88], [0.91, 0.93]]), np.array([[0.89, 0.90], [0.84, 0.80]])),
        (np.array([[0.86, 0.86, 0.87], [0.91, 0.80, 0.81], [0.85, 0.84, 0.83]]),
         np.array([[0.70, 0.75, 0.78], [0.90, 0.91, 0.89], [0.88, 0.97, 0.94]])),
        (np.array([[0.70, 0.90, 0.86], [0.82, 0.83, 0.84]]),
         np.array([[0.81, 0.80, 0.79], [0.95, 0.70, 0.71]])),
        (np.array([[0.80, 0.82], [0.95, np.nan], [0.83, 0.86]]),
         np.array([[0.85, 0.81], [0.84, 0.88], [0.10, 0.12]])),
    ],
    after="a lead at one common rate would have been one more measurement of the rate",
    mistakes=[
    ("one rate for both", leads(
     lambda one, other: at_one_rate(one, other, one),
     lambda one, other: at_one_rate(one, other, other),
     lambda one, other: at_one_rate(one, other, one + other),
     lambda one, other: np.mean(one - other, axis=1).max()),
     "here both stand at the same learning rate, which suits one of them better: look for the "
     "best row of each by itself"),
    ("over all rates", leads(lambda one, other: np.mean(one) - np.mean(other)),
     "this is the mean over all rates, the bad ones too: take the best row of each alone"),
    ("the best single run", leads(
     lambda one, other: np.max(one) - np.max(other), chosen_by(np.max)),
     "this chooses by the best single run, which may have been luck: compare the means of the "
     "rows"),
    ("the best worst run", leads(chosen_by(np.min)),
     "this chooses the row whose worst run is best: compare the means of the rows"),
    ("the median", leads(chosen_by(np.median),
     lambda one, other: np.median(one, axis=1).max() - np.median(other, axis=1).max()),
     "this goes by the median: compare the means of the rows"),
    ("wrong axis", leads(lambda one, other: np.mean(one, axis=0).max() - np.mean(other, axis=0).max()),
     "this is the mean over the rates, seed by seed: `axis=1` takes it along each row, over the "
     "seeds of one rate"),
    ("the other way", leads(lambda one, other: np.mean(best_row(other)) - np.mean(best_row(one))),
     "`one` minus `other`, so that a positive number says that `one` is better"),
    ("leaves NaN out", gives(
     lambda one, other: np.nanmean(one, axis=1).max() - np.nanmean(other, axis=1).max()),
     "this leaves the NaN out and chooses a rate at which a run diverged: `np.mean`, not "
     "`np.nanmean`"),
    ("NaN wins", gives(
     lambda one, other: np.mean(one, axis=1).max() - np.mean(other, axis=1).max()),
     "`max` and `argmax` take NaN for the largest number: replace it by `-np.inf` first"),
])  # fmt: skip

# 6.3

check_number_of_parameters = make_check(
    "6.3", "my_number_of_parameters", "Count the parameters",
    lambda sizes: float(sum(b * a + b for a, b in pairwise(sizes))),  # so that 11.0 passes for 11
    cases=[([3, 2],), ([784, 10, 10, 10],), ([784, 32, 16, 10],)],
    after="nearly all of them sit in the first layer, where the pixels come in",
    mistakes=[
    ("no biases", lambda sizes: sum(a * b for a, b in pairwise(sizes)),
     "these are the weights alone; each neuron behind the input also has a bias"),
    ("biases of the input", lambda sizes: sum(a * b for a, b in pairwise(sizes)) + sum(sizes),
     "one bias too many for each pixel: the input has no neurons of its own, so no biases"),
    ("biases of the wrong side", lambda sizes: sum(a * b + a for a, b in pairwise(sizes)),
     "a layer has a bias for each of its own neurons, `n_out`, and not for each of its inputs"),
    ("one bias a layer", lambda sizes: sum(a * b + 1 for a, b in pairwise(sizes)),
     "a layer has one bias for each neuron, and not one for all"),
    ("first layer alone", lambda sizes: sizes[0] * sizes[1] + sizes[1],
     "that is the first layer alone: is the `return` inside the loop?"),
    ("last layer alone", lambda sizes: sizes[-2] * sizes[-1] + sizes[-1],
     "that is the last layer alone: add to the total with `+=`, from 0 before the loop"),
    ("one pair too many", stops("IndexError"),
     "three sizes make two layers of weights: go over the pairs of neighbors, however many there "
     "are"),
    ("neurons", lambda sizes: sum(sizes[1:]),
     "these are neurons, not parameters: each neuron has a weight for every input it sees"),
    ("neurons and pixels", sum,
     "this is the sum of the sizes; W between two layers has the *product* of their sizes as its "
     "entries"),
    ("all multiplied", lambda sizes: int(np.prod(sizes)),
     "this multiplies all sizes; each W joins two neighboring layers only, so add product after "
     "product"),
])  # fmt: skip


# 6.4

check_weight_scale = make_check(
    "6.4", "my_weight_scale", "Find the scale for another function",
    lambda n_in, share: np.sqrt(1 / (share * n_in)),
    cases=[(8, 0.5), (784, 0.5), (16, 1), (100, 0.4)],
    after="for a share of one half it is He's formula",
    mistakes=[
    ("the variance", lambda n_in, share: 1 / (share * n_in),
     "this is s², the variance: the standard deviation is its root"),
    ("always ReLU", lambda n_in, share: np.sqrt(2 / n_in),
     "right for ReLU, but it does not depend on `share`: where does the 2 come from?"),
    ("no share", lambda n_in, share: np.sqrt(1 / n_in),
     "this keeps the size where all of it passes; where only a part does, the weights must make "
     "up for it"),
    ("share on top", (lambda n_in, share: np.sqrt(share / n_in),
     gives(lambda n_in, share: np.sqrt(2 * share / n_in))),
     "the less a function lets pass, the larger the weights must be: does `share` belong below "
     "the line?"),
    ("no parentheses", lambda n_in, share: np.sqrt(1 / share * n_in),
     "`1 / a * b` divides by `a` alone: the product below the line needs parentheses"),
    ("2 and the share", lambda n_in, share: np.sqrt(2 / (share * n_in)),
     "He's 2 is 1 / share already: it should not be there a second time"),
    ("upside down", lambda n_in, share: np.sqrt(share * n_in),
     "this is the fraction upside down: more inputs ask for smaller weights"),
])  # fmt: skip

# 6.5

BAR, NEW_SEEDS = 0.93, range(100, 105)


@cache
def digits():
    """The training and the development set of all notebooks."""
    return split(load_dataset("digits"), 1000, np.random.default_rng(0))


def judge_setting(setting):
    """What is wrong with a setting, or None where it beats the bar over new seeds."""
    if not isinstance(setting, dict):
        return f"my_setting is {describe_type(setting)}, expected a dictionary, as `base` is one"
    try:
        results = [train(*digits(), **{**setting, "seed": seed}) for seed in NEW_SEEDS]
    except (TypeError, ValueError) as error:
        return f"`train` does not take your setting: {error}"
    diverged = sum(result.stop_reason == "diverged" for result in results)
    if diverged:
        return f"with your setting {diverged} of {len(results)} training runs diverge"
    scores = [result.best_dev_accuracy for result in results]
    mean, error = np.mean(scores), sem(scores)
    if mean - 2 * error > BAR:
        return None
    reached = f"over five new seeds your setting reaches {mean:.4f}, standard error {error:.4f}"
    return f"{reached}; expected more than {BAR} by two standard errors"


def is_setting(test):
    """Whether the answer is a dictionary of which test(setting) holds."""
    return when(lambda setting: isinstance(setting, dict) and test(setting))


check_setting = make_check(
    "6.5", "my_setting", "Beat 93 percent and prove it",
    lambda: {"layer_sizes": [784, 64, 10], "learning_rate": 0.4, "batch_size": 32,
             "max_epochs": 10},
    judge=judge_setting,
    after="and on seeds that nobody had looked at",
    mistakes=[
    ("full batch", is_setting(lambda setting: setting.get("batch_size") is None),
     "without a `batch_size` an epoch is a single step: start from `base`"),
    ("narrow", is_setting(lambda setting: min(setting["layer_sizes"][1:-1], default=0) < 32),
     "which width did the comparison of the neurons recommend?"),
    ("the rate of the base", is_setting(lambda setting: setting["learning_rate"] <= 0.05),
     "a wide layer has a best learning rate of its own"),
])  # fmt: skip
