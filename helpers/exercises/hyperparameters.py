"""The exercises of notebook 6: learning rates in factors, counting, initial weights; two more are in choosing.py."""

from itertools import pairwise

import numpy as np

from helpers.exercises.choosing import check_choice, check_standard_error
from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.exercises.predicates import gives

__all__ = [
    "check_choice",
    "check_learning_rates",
    "check_number_of_parameters",
    "check_standard_error",
    "check_weight_scale",
]


def count_parameters(layer_sizes):
    """Return how many weights and biases a network of these sizes has; raises nothing."""
    return sum(n_out * n_in + n_out for n_in, n_out in pairwise(layer_sizes))


def is_changed(*changes):
    """Return a predicate: is every answer the right one, changed by the same of these functions? Raises nothing."""

    def predicate(attempt):
        pairs = [(one.returned, right) for one, right in zip(attempt.outcomes, attempt.expected, strict=True)]
        if any(np.shape(returned) != np.shape(right) for returned, right in pairs):
            return False
        return any(all(np.allclose(returned, change(right)) for returned, right in pairs) for change in changes)

    return predicate


check_learning_rates = make_check(
    Exercise(
        key="6.2",
        name="my_learning_rates",
        title="Space learning rates evenly by factors",
        reference=lambda lowest, highest, count: np.geomspace(lowest, highest, count),
        cases=lambda: [Case(0.0001, 1, 5), Case(0.02, 0.5, 4), Case(0.1, 3, 2)],
        mistakes=(
            Mistake(
                "evenly spaced",
                "these have equal differences, and it should be equal factors: space their logarithms evenly instead",
                lambda lowest, highest, count: np.linspace(lowest, highest, count),
            ),
            Mistake(
                "the ends as exponents",
                "the ends went in as exponents: `np.logspace` wants their logarithms, `np.geomspace` wants the ends",
                lambda lowest, highest, count: np.logspace(lowest, highest, count),
            ),
            Mistake(
                "still logarithms",
                "these are the logarithms of the answer: undo the logarithm, with `10 ** x` or `np.exp`",
                when=is_changed(np.log, np.log10, np.log2),
            ),
            Mistake(
                "two bases",
                "`np.log` is undone by `np.exp`, and `np.log10` by `10 ** x`: here one was mixed with the other",
                when=is_changed(lambda rates: 10 ** np.log(rates), lambda rates: np.exp(np.log10(rates))),
            ),
            Mistake(
                "without the end",
                "the last value falls short of `highest`: both ends belong to it",
                lambda lowest, highest, count: np.geomspace(lowest, highest, count, endpoint=False),
            ),
            Mistake(
                "downwards",
                "these are the right values from the highest to the lowest: turn them round",
                lambda lowest, highest, count: np.geomspace(highest, lowest, count),
            ),
        ),
        after="that is `np.geomspace`",
    )
)


check_number_of_parameters = make_check(
    Exercise(
        key="6.3",
        name="my_number_of_parameters",
        title="Count the parameters",
        reference=count_parameters,
        cases=lambda: [Case([3, 2]), Case([784, 10, 10, 10]), Case([784, 32, 16, 10])],
        mistakes=(
            Mistake(
                "no biases",
                "these are the weights alone; each neuron behind the input also has a bias",
                lambda layer_sizes: sum(a * b for a, b in pairwise(layer_sizes)),
            ),
            Mistake(
                "biases of the input",
                "one bias too many for each pixel: the input has no neurons of its own, so no biases",
                lambda layer_sizes: sum(a * b for a, b in pairwise(layer_sizes)) + sum(layer_sizes),
            ),
            Mistake(
                "biases of the wrong side",
                "a layer has a bias for each of its own neurons, `n_out`, and not for each of its inputs",
                lambda layer_sizes: sum(a * b + a for a, b in pairwise(layer_sizes)),
            ),
            Mistake(
                "one bias a layer",
                "a layer has one bias for each neuron, and not one for all",
                lambda layer_sizes: sum(a * b + 1 for a, b in pairwise(layer_sizes)),
            ),
            Mistake(
                "first layer alone",
                "that is the first layer alone: is the `return` inside the loop?",
                lambda layer_sizes: layer_sizes[0] * layer_sizes[1] + layer_sizes[1],
            ),
            Mistake(
                "one pair too many",
                "three sizes make two layers of weights: go over the pairs of neighbors, however many there are",
                when=lambda attempt: isinstance(attempt.outcome.error, IndexError),
            ),
            Mistake(
                "neurons",
                "these are neurons, not parameters: each neuron has a weight for every input it sees",
                lambda layer_sizes: sum(layer_sizes[1:]),
            ),
            Mistake(
                "neurons and pixels",
                "this is the sum of the sizes; W between two layers has the *product* of their sizes as its entries",
                sum,
            ),
            Mistake(
                "all multiplied",
                "this multiplies all sizes; each W joins two neighboring layers only, so add product after product",
                lambda layer_sizes: int(np.prod(layer_sizes)),
            ),
        ),
        after="nearly all of them sit in the first layer, where the pixels come in",
    )
)

check_weight_scale = make_check(
    Exercise(
        key="6.4",
        name="my_weight_scale",
        title="Find the scale for another function",
        reference=lambda n_in, share: np.sqrt(1 / (share * n_in)),
        cases=lambda: [Case(8, 0.5), Case(784, 0.5), Case(16, 1), Case(100, 0.4)],
        mistakes=(
            Mistake(
                "the variance",
                "this is s², the variance: the standard deviation is its root",
                lambda n_in, share: 1 / (share * n_in),
            ),
            Mistake(
                "always ReLU",
                "right for ReLU, but it does not depend on `share`: where does the 2 come from?",
                lambda n_in, share: np.sqrt(2 / n_in),
            ),
            Mistake(
                "no share",
                "this keeps the size where all of it passes; where only a part does, the weights must make up for it",
                lambda n_in, share: np.sqrt(1 / n_in),
            ),
            Mistake(
                "share on top",
                "the less a function lets pass, the larger the weights must be: does `share` belong below the line?",
                lambda n_in, share: np.sqrt(share / n_in),
                when=gives(lambda n_in, share: np.sqrt(2 * share / n_in)),
            ),
            Mistake(
                "no parentheses",
                "`1 / a * b` divides by `a` alone: the product below the line needs parentheses",
                lambda n_in, share: np.sqrt(1 / share * n_in),
            ),
            Mistake(
                "2 and the share",
                "He's 2 is 1 / share already: it should not be there a second time",
                lambda n_in, share: np.sqrt(2 / (share * n_in)),
            ),
            Mistake(
                "upside down",
                "this is the fraction upside down: more inputs ask for smaller weights",
                lambda n_in, share: np.sqrt(share * n_in),
            ),
        ),
        after="for a share of one half it is He's formula",
    )
)
