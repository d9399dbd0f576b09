"""The checks of notebook 8 for where a network starts and how it moves: exercises 8.6 to 8.10."""

import itertools

import numpy as np

from helpers.diagnostics import gradient_step
from helpers.exercises import bug_hunt_cases as cases
from helpers.exercises import given_bugs as given
from helpers.exercises.exercise import Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.network import backward_propagation, initialize_parameters


def _judge_start(case, returned):
    sizes = case.arguments[0]
    if len(returned) != len(sizes) - 1:
        return f"you returned {len(returned)} layers, expected {len(sizes) - 1}"
    for number, ((W, b), (n_in, n_out)) in enumerate(zip(returned, itertools.pairwise(sizes), strict=True), 1):
        if W.shape != (n_out, n_in):
            return f"your W{number} has shape {W.shape}, expected {(n_out, n_in)}"
        if b.shape != (n_out, 1):
            return f"your b{number} has shape {b.shape}, expected {(n_out, 1)}"
        factor = np.sqrt(np.mean(np.square(W))) / np.sqrt(2 / n_in)
        if len(np.unique(W, axis=0)) < n_out:
            return f"the {n_out} neurons of layer {number} have {len(np.unique(W, axis=0))} different rows of weights"
        if abs(W.mean()) > 0.3 * np.sqrt(2 / n_in):
            return f"the weights of layer {number} have the mean {W.mean():.2f}, expected about 0"
        if not 0.5 < factor < 1.5 or np.abs(b).max() > 1:
            return f"the weights of layer {number} are {factor:.2g} times as large as those of He's rule"
    return None


def _weights(attempt, number=0):
    return attempt.outcome.returned[number].W


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
                "all equal",
                "equal is as bad as zero: they compute the same, get the same gradient, and stay the same",
                when=lambda attempt: np.ptp(_weights(attempt)) == 0,
            ),
            Mistake(
                "positive",
                "all weights push the same way; draw them around 0, for example with `standard_normal`",
                when=lambda attempt: _weights(attempt).min() >= 0,
            ),
            Mistake(
                "too large",
                "the neurons differ now, but their sums run away: scale by the square root of 2 over `n_in`",
                when=lambda attempt: np.std(_weights(attempt)) > 1.5 * np.sqrt(2 / _weights(attempt).shape[1]),
            ),
            Mistake(
                "too small",
                "the neurons differ now, but each layer makes the signal smaller: use the square root of 2 over `n_in`",
                when=lambda attempt: 0 < np.std(_weights(attempt)) < 0.5 * np.sqrt(2 / _weights(attempt).shape[1]),
            ),
        ),
        after="random, centered on 0, and scaled to the number of inputs",
    )
)

check_mended_backward = make_check(
    Exercise(
        key="8.7",
        name="my_backward",
        title="Mend the backward pass",
        reference=lambda parameters, activations, Y: backward_propagation(parameters, activations, Y),
        cases=cases.backward_cases,
        start=given.given_backward,
        mistakes=(
            Mistake(
                "inverted",
                "the mask is upside down: the slope is 1 where the neuron is active, and 0 where it is silent",
                given.backward_with(mask=lambda A: A <= 0),
            ),
            Mistake(
                "no derivative",
                "the activation itself is not its slope; the slope of ReLU is 1 or 0",
                given.backward_with(mask=lambda A: A),
            ),
        ),
        after="an active neuron lets the gradient through, a silent one does not",
    )
)

check_mended_dropout = make_check(
    Exercise(
        key="8.8",
        name="my_dropout_backward",
        title="Send dropout back the way it came",
        reference=given.dropout_backward,
        cases=cases.dropout_cases,
        start=given.given_dropout_backward,
        mistakes=(
            Mistake(
                "factor 2",
                "2 is right where half of the neurons are kept, and only there: the factor depends on `keep`",
                given.dropout_backward_with(lambda A, keep: (A > 0) * 2),
            ),
            Mistake(
                "times keep",
                "the forward pass divides by `keep`, so the slope is 1 / keep, not keep",
                given.dropout_backward_with(lambda A, keep: (A > 0) * keep),
            ),
            Mistake(
                "squared",
                "that is once too often: each layer was divided by `keep` once",
                given.dropout_backward_with(lambda A, keep: (A > 0) / keep**2),
            ),
        ),
        after="what was multiplied on the way forward is multiplied on the way back",
    )
)

check_mended_step = make_check(
    Exercise(
        key="8.9",
        name="my_step",
        title="Take a full step",
        reference=lambda parameters, X, Y, learning_rate: gradient_step(parameters, X, Y, learning_rate),
        cases=cases.step_cases,
        start=given.given_step,
        mistakes=(
            Mistake(
                "biases left",
                "the weights are mended, but the biases are still divided by m",
                given.step_with(lambda m: 1, lambda m: 1 / m),
            ),
            Mistake(
                "weights left",
                "the biases are mended, but the weights are still divided by m",
                given.step_with(lambda m: 1 / m, lambda m: 1),
            ),
            Mistake(
                "times m",
                "now the step is m times too long; the gradient is a mean already and needs no factor at all",
                given.step_with(lambda m: m, lambda m: m),
            ),
            Mistake(
                "uphill", "that goes uphill: where is the minus sign?", given.step_with(lambda m: -1, lambda m: -1)
            ),
        ),
        after="the gradient is a mean already, so the step needs no m",
    )
)

check_mended_biases = make_check(
    Exercise(
        key="8.10",
        name="my_bias_backward",
        title="Give each neuron one bias",
        reference=lambda parameters, activations, Y: backward_propagation(parameters, activations, Y),
        cases=cases.backward_cases,
        start=given.given_bias_backward,
        mistakes=(
            Mistake(
                "row",
                "that is a row, which belongs to the examples; the biases of a layer are a column",
                given.backward_with(bias=lambda dZ: dZ.sum(axis=1).reshape(1, -1)),
            ),
            Mistake(
                "wrong axis",
                "that sums over the neurons; sum over the examples",
                given.backward_with(bias=lambda dZ: dZ.sum(axis=0, keepdims=True)),
            ),
            Mistake(
                "one number",
                "that is one number for the whole layer; each neuron needs its own",
                given.backward_with(bias=lambda dZ: dZ.sum(keepdims=True)),
            ),
            Mistake(
                "mean",
                "the shape is right, but dZ holds the 1/m already, so the biases need the sum and not the mean",
                given.backward_with(bias=lambda dZ: dZ.mean(axis=1, keepdims=True)),
            ),
        ),
        after="a gradient has the shape of what it belongs to",
    )
)
