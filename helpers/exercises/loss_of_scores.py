"""The loss taken from the scores without overflow, and how it overflows all the same."""

from functools import partial

import numpy as np

from helpers.activations import softmax
from helpers.exercises.exercise import Case, Mistake
from helpers.exercises.predicates import gives
from helpers.losses import cross_entropy, one_hot


def loss_of_scores(Z, Y):
    """Return the mean cross-entropy of the softmax of Z (classes, m) without overflow, in nats; raises nothing."""
    shifted = Z - Z.max(axis=0)
    return (np.log(np.exp(shifted).sum(axis=0)) - (Y * shifted).sum(axis=0)).mean()


def without_maximum(Z, Y):
    """Return the same, but the exponential overflows for large scores; raises nothing."""
    return (np.log(np.exp(Z).sum(axis=0)) - (Y * Z).sum(axis=0)).mean()


def one_maximum(Z, Y):
    """Return the same, with the largest score of the whole batch subtracted; raises nothing."""
    return without_maximum(Z - Z.max(), Y)


def mean_of_entries(Z, Y):
    """Return the mean of a matrix, because the scores were not added up along the columns; raises nothing."""
    shifted = Z - Z.max(axis=0)
    return (np.log(np.exp(shifted).sum(axis=0)) - Y * shifted).mean()


def with_small_number(Z, Y, small):
    """Return the loss of the softmax with a small number under the logarithm; raises nothing."""
    return -np.log((Y * softmax(Z)).sum(axis=0) + small).mean()


def score_cases():
    """Return scores to follow by hand, ten classes, and scores that overflow; raises nothing."""
    rng = np.random.default_rng(0)
    small = Case(np.array([[0.0, 1.0], [0.0, 3.0], [np.log(2), 2.0]]), one_hot(np.array([2, 0]), 3))
    ten = Case(rng.standard_normal((10, 7)), one_hot(rng.integers(10, size=7)))
    large = Case(np.array([[1000.0, -2000.0], [1000.0, -1000.0], [998.0, -1001.0]]), one_hot(np.array([0, 2]), 3))
    sure = Case(np.array([[2000.0, 0.0, 1.0], [0.0, 900.0, 2.0]]), one_hot(np.array([1, 0, 1]), 2))
    return [small, ten, large, sure]


MISTAKES_OF_SCORES = (
    Mistake(
        "softmax first",
        "softmax rounded the probability of the true class to 0, and ln 0 is minus infinity; use the formula "
        "above, which needs no probability",
        wrong=lambda Z, Y: cross_entropy(softmax(Z), Y),
    ),
    Mistake(
        "missing maximum",
        "`np.exp` overflows at scores near 1,000: is the maximum of each column missing?",
        wrong=without_maximum,
    ),
    Mistake(
        "one maximum for all",
        "that subtracts the largest score of the whole batch: each image needs that of its own column",
        wrong=one_maximum,
    ),
    Mistake(
        "maximum not put back",
        "the maximum was subtracted in one of the two terms only; both need it, or it does not cancel",
        wrong=lambda Z, Y: loss_of_scores(Z, Y) - (Y * Z.max(axis=0)).sum(axis=0).mean(),
    ),
    Mistake(
        "mean over all",
        "that is a mean over the classes as well: add up each column first, then take the mean over the images",
        when=gives(lambda Z, Y: loss_of_scores(Z, Y) / len(Z), mean_of_entries),
    ),
    Mistake(
        "maximum of the rows",
        "an image is a column, so its largest score is `Z.max(axis=0)`",
        wrong=lambda Z, Y: without_maximum(Z - Z.max(axis=1, keepdims=True), Y),
    ),
    Mistake(
        "one total",
        "that adds up the whole batch: each image has a total of its own, along `axis=0`",
        wrong=lambda Z, Y: np.log(np.exp(Z - Z.max(axis=0)).sum()) - (Y * (Z - Z.max(axis=0))).sum(axis=0).mean(),
    ),
    Mistake(
        "a small number added",
        "a small number added under the logarithm keeps the cost finite, and wrong: the formula above needs none",
        when=gives(*(partial(with_small_number, small=10.0**-place) for place in range(5, 21))),
    ),
)
