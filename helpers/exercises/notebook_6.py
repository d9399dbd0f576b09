"""The exercises of notebook 6: how sure a mean is, learning rates, parameters, scales, a choice."""

from itertools import pairwise

import numpy as np

from helpers.exercises.checking import make_check
from helpers.exercises.recognizing import Predicate, every, gives, nearly, stops, when

check_standard_error = make_check(
    "6.1", "my_standard_error", "Say how sure a mean is",
    lambda scores: np.std(scores, ddof=1) / np.sqrt(len(scores)),
    cases=[(np.array([0.85, 0.91]),), (np.array([0.87, 0.88, 0.86, 0.9]),)],
    after="four times as many seeds halve it",
    mistakes=[
    ("divides by n", lambda scores: np.std(scores) / np.sqrt(len(scores)),
     "nearly: five seeds are a sample of all possible ones, so `s` divides by n - 1, with "
     "`ddof=1`"),
    ("no root of n", lambda scores: np.std(scores, ddof=1),
     "this is the standard deviation of single runs; their mean is surer, by the root of n"),
    ("neither", np.std,
     "this is the standard deviation with `ddof=0`; it needs `ddof=1`, and to be divided by the "
     "root of n"),
    ("n without its root", lambda scores: np.std(scores, ddof=1) / len(scores),
     "divided by n instead of by its root: four times the runs make the mean twice as sure, not "
     "four times"),
    ("root of n - 1", lambda scores: np.std(scores, ddof=1) / np.sqrt(len(scores) - 1),
     "the mean of n runs is surer by the root of n: the n - 1 belongs to s alone, and `ddof=1` "
     "sees to it"),
    ("squared", lambda scores: np.var(scores, ddof=1) / len(scores),
     "this is the square of the standard error, made of the variance: take the root"),
    ("the variance", lambda scores: np.var(scores, ddof=1) / np.sqrt(len(scores)),
     "this is made of the variance, the square of s: use `np.std`, or take the root"),
])  # fmt: skip


def rates(lowest, highest, count):
    return np.geomspace(lowest, highest, count)


check_learning_rates = make_check(
    "6.2", "my_learning_rates", "Space learning rates evenly by factors", rates,
    cases=[(0.0001, 1, 5), (0.02, 0.5, 4), (0.1, 3, 2)], after="that is `np.geomspace`",
    mistakes=[
    ("evenly spaced", lambda lowest, highest, count: np.linspace(lowest, highest, count),
     "these have equal differences, and it should be equal factors: space their logarithms "
     "evenly instead"),
    ("the ends as exponents", lambda lowest, highest, count: np.logspace(lowest, highest, count),
     "the ends went in as exponents: `np.logspace` wants their logarithms, `np.geomspace` wants "
     "the ends"),
    ("still logarithms", nearly(lambda *ends: np.log(rates(*ends)),
     lambda *ends: np.log10(rates(*ends)), lambda *ends: np.log2(rates(*ends))),
     "these are the logarithms of the answer: undo the logarithm, with `10 ** x` or `np.exp`"),
    ("two bases", nearly(lambda *ends: 10 ** np.log(rates(*ends)),
     lambda *ends: np.exp(np.log10(rates(*ends)))),
     "`np.log` is undone by `np.exp`, and `np.log10` by `10 ** x`: here one was mixed with the "
     "other"),
    ("without the end",
     lambda lowest, highest, count: np.geomspace(lowest, highest, count, endpoint=False),
     "the last value falls short of `highest`: both ends belong to it"),
    ("downwards", lambda lowest, highest, count: np.geomspace(highest, lowest, count),
     "these are the right values from the highest to the lowest: turn them round"),
])  # fmt: skip


check_number_of_parameters = make_check(
    "6.3", "my_number_of_parameters", "Count the parameters",
    lambda layer_sizes: sum(n_out * n_in + n_out for n_in, n_out in pairwise(layer_sizes)),
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


def best_mean(scores):
    means = np.mean(scores, axis=1)
    return None if np.isnan(means).all() else int(np.nan_to_num(means, nan=-np.inf).argmax())


def chooses(wrong, first):
    """Whether the answer chooses as `wrong` does, in the first cases."""
    is_made = every(lambda returned, scores: returned == wrong(scores), first=first)
    return Predicate(is_made.holds, wrongs=(wrong,))


check_choice = make_check(
    "6.5", "my_choice", "Choose a setting", best_mean,
    cases=[
        (np.array([[0.8, 0.82], [0.85, 0.87]]),),
        (np.array([[0.86, 0.86, 0.86], [0.91, 0.8, 0.81], [0.84, 0.83, 0.82]]),),
        (np.array([[0.7, 0.9, 0.9], [0.85, 0.85, 0.86]]),),
        (np.array([[0.8, 0.8], [0.95, np.nan], [0.83, 0.85]]),),
        (np.array([[0.9, 0.9], [0.5, np.nan]]),),
        (np.array([[np.nan, 0.7], [0.9, 0.9], [0.8, 0.8]]),),
        (np.array([[np.nan, 0.8], [np.nan, np.nan]]),),
    ],
    after="a mean over seeds is harder to fool than the luckiest run",
    mistakes=[
    ("the best single run", chooses(lambda scores: scores.max(axis=1).argmax(), 3),
     "this is the setting of the best single run, which may have been luck: compare the means of "
     "the rows"),
    ("wrong axis", chooses(lambda scores: scores.mean(axis=0).argmax(), 3),
     "this compares the seeds: `axis=1` takes the mean along each row, over the seeds of one "
     "setting"),
    ("the lowest", chooses(lambda scores: scores.mean(axis=1).argmin(), 3),
     "this is the row with the lowest mean, and accuracies should be high: `argmax`"),
    ("the mean itself", chooses(lambda scores: scores.mean(axis=1).max(), 3),
     "this is the highest mean, and the number of its row was asked for: `argmax`"),
    ("numbered anew",
     chooses(lambda scores: scores[~np.isnan(scores).any(axis=1)].mean(axis=1).argmax(), 6),
     "without the rows with a NaN, the rows that are left have other numbers: return the number "
     "in `scores`"),
    ("leaves NaN out", chooses(lambda scores: np.nanmean(scores, axis=1).argmax(), 6),
     "this leaves the NaN out and chooses a setting of which a run diverged: `np.mean`, not "
     "`np.nanmean`"),
    ("NaN wins", chooses(lambda scores: scores.mean(axis=1).argmax(), 6),
     "`argmax` takes NaN for the largest number: replace it by `-np.inf` first"),
    ("nothing to choose", when(lambda returned, scores: np.isnan(scores).any(axis=1).all()),
     "here every setting has a run that diverged, so there is nothing to choose: return `None`"),
])  # fmt: skip
