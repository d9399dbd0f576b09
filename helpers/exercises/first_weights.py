"""How the first weights of a network are drawn wrongly."""

import itertools

import numpy as np

from helpers.exercises.exercise import Mistake
from helpers.exercises.predicates import gives


def layers_with(scale):
    """Return an implementation of initialize_parameters with another standard deviation; raises nothing."""

    def initialize(layer_sizes, rng):
        layers = []
        for n_in, n_out in itertools.pairwise(layer_sizes):
            layers.append((rng.standard_normal((n_out, n_in)) * scale(n_in, n_out), np.zeros((n_out, 1))))
        return layers

    return initialize


def random_biases(layer_sizes, rng):
    """Return layers whose biases are random too; raises nothing."""
    layers = []
    for n_in, n_out in itertools.pairwise(layer_sizes):
        W = rng.standard_normal((n_out, n_in)) * np.sqrt(2 / n_in)
        layers.append((W, rng.standard_normal((n_out, 1))))
    return layers


def has_shape(attempt, place, shape_of):
    """Return whether the W (place 0) or b (place 1) of the first layer has this shape; raises what has none."""
    n_in, n_out = attempt.case.arguments[0][:2]
    return np.shape(attempt.outcome.returned[0][place]) == shape_of(n_in, n_out)


def layers_returned(attempt):
    """Return how many layers each call gave; raises what has no length."""
    return [len(outcome.returned) for outcome in attempt.outcomes]


MISTAKES_OF_WEIGHTS = (
    Mistake(
        "apart",
        "put the `W` and the `b` of each layer into a pair, and the pairs into one list",
        when=lambda attempt: layers_returned(attempt) == [2, 2, 2] and len(attempt.outcomes[1].returned[0]) == 3,
    ),
    Mistake(
        "another number of layers",
        "the first size is the number of inputs, so three sizes make two layers",
        when=lambda attempt: layers_returned(attempt) in ([3, 4, 2], [1, 2, 0], [3, 3, 3]),
    ),
    Mistake(
        "one scale",
        "all layers have the same scale here; He's depends on the inputs of each layer",
        when=gives(layers_with(lambda n_in, n_out: 0.01), layers_with(lambda n_in, n_out: np.sqrt(2 / 784))),
    ),
    Mistake(
        "no root",
        "that is He's variance; its square root is the standard deviation",
        wrong=layers_with(lambda n_in, n_out: 2 / n_in),
    ),
    Mistake(
        "counts the outputs",
        "He counts the inputs of the layer, the columns of `W`",
        wrong=layers_with(lambda n_in, n_out: np.sqrt(2 / n_out)),
    ),
    Mistake(
        "not scaled",
        "the weights have standard deviation 1; scale them as He says",
        wrong=layers_with(lambda n_in, n_out: 1.0),
    ),
    Mistake(
        "no two",
        "ReLU throws half of the signal away, and the 2 under the root makes up for that",
        wrong=layers_with(lambda n_in, n_out: np.sqrt(1 / n_in)),
    ),
    Mistake("random biases", "the biases start at 0; only the weights are random", wrong=random_biases),
    Mistake(
        "W transposed",
        "one row of `W` is one neuron: (neurons, inputs)",
        when=lambda attempt: has_shape(attempt, 0, lambda n_in, n_out: (n_in, n_out)),
    ),
    Mistake(
        "flat bias",
        "that is the flat bias of this notebook; make it a column",
        when=lambda attempt: has_shape(attempt, 1, lambda n_in, n_out: (n_out,)),
    ),
)
