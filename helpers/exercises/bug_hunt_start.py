"""The check of notebook 8 for where a network starts: exercise 8.6."""

import itertools

import numpy as np

from helpers.exercises import bug_hunt_cases as cases
from helpers.exercises import given_bugs as given
from helpers.exercises.exercise import Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.network import initialize_parameters

SMALLEST, LARGEST = 0.8, 1.25  # times He's standard deviation; that of the weights drawn is within a few per cent


def _judge_start(case, returned):
    sizes = case.arguments[0]
    if len(returned) != len(sizes) - 1:
        return f"you returned {len(returned)} layers, expected {len(sizes) - 1}"
    for number, ((W, b), (n_in, n_out)) in enumerate(zip(returned, itertools.pairwise(sizes), strict=True), 1):
        if np.shape(W) != (n_out, n_in):
            return f"your W{number} has shape {np.shape(W)}, expected {(n_out, n_in)}"
        if np.shape(b) != (n_out, 1):
            return f"your b{number} has shape {np.shape(b)}, expected {(n_out, 1)}"
        factor = np.sqrt(np.mean(np.square(W))) / np.sqrt(2 / n_in)
        if len(np.unique(W, axis=0)) < n_out:
            return f"the {n_out} neurons of layer {number} have {len(np.unique(W, axis=0))} different rows of weights"
        if abs(W.mean()) > 0.3 * np.sqrt(2 / n_in):
            return f"the weights of layer {number} have the mean {W.mean():.2f}, expected about 0"
        if not SMALLEST < factor < LARGEST or np.abs(b).max() > 1:
            return f"the weights of layer {number} are {factor:.2g} times as large as those of He's rule"
    return None


def _weights(attempt):
    """Return the weights of the first layer."""
    return np.asarray(attempt.outcome.returned[0][0])


def _factor(attempt):
    """Return how many times too large the weights of the first layer with wrong weights are, 1 where none are."""
    factors = [np.std(W) / np.sqrt(2 / W.shape[1]) for W, _ in attempt.outcome.returned]
    return next((factor for factor in factors if not SMALLEST < factor < LARGEST), 1)


check_mended_initialize = make_check(
    Exercise(
        key="8.6",
        name="my_initialize",
        title="Let every neuron become somebody",
        reference=lambda layer_sizes, rng: initialize_parameters(layer_sizes, rng),
        cases=cases.initialize_cases,
        start=given.given_initialize,
        judge=_judge_start,
        mistakes=(
            Mistake(
                "one number",
                "a single number was drawn for the whole layer: say how many you want, with the shape `(n_out, n_in)`",
                when=lambda attempt: _weights(attempt).ndim == 0,
            ),
            Mistake(
                "all equal",
                "equal is as bad as zero: they compute the same, get the same gradient, and stay the same",
                when=lambda attempt: len(np.unique(_weights(attempt), axis=0)) == 1,
            ),
            Mistake(
                "transposed",
                "`W` has a row for each neuron and a column for each input: the shape is `(n_out, n_in)`",
                when=lambda attempt: _weights(attempt).shape == tuple(attempt.case.arguments[0][:2]),
            ),
            Mistake(
                "positive",
                "all weights push the same way; draw them around 0, for example with `standard_normal`",
                when=lambda attempt: _weights(attempt).min() >= 0,
            ),
            Mistake(
                "too large",
                "the neurons differ now, but their sums run away: scale by the square root of 2 over `n_in`",
                when=lambda attempt: _factor(attempt) > LARGEST,
            ),
            Mistake(
                "too small",
                "the neurons differ now, but the layer makes the signal smaller: use the square root of 2 over `n_in`",
                when=lambda attempt: 0 < _factor(attempt) < SMALLEST,
            ),
        ),
        after="random, centered on 0, and scaled to the number of inputs",
    )
)
