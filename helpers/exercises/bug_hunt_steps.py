"""The checks of notebook 8 for how a network moves: exercises 8.7 to 8.10."""

import numpy as np

from helpers.diagnostics import gradient_step
from helpers.exercises import bug_hunt_cases as cases
from helpers.exercises import given_bugs as given
from helpers.exercises.exercise import Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.exercises.predicates import gives
from helpers.network import backward_propagation

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
            Mistake(
                "what is dropped",
                "`1 - keep` is the share that is dropped; the forward pass divides by the share that is kept",
                given.dropout_backward_with(lambda A, keep: (A > 0) / (1 - keep)),
            ),
            Mistake(
                "drawn anew",
                "do not draw again: the neurons were drawn on the way forward, and those that are out are 0",
                when=lambda attempt: {"random", "default_rng"} & set(attempt.answer.__code__.co_names),
            ),
            Mistake(
                "in the last layer too",
                "the last layer was right: no dropout lies behind it, so the factor belongs where `dZ` goes back",
                when=lambda attempt: all(
                    np.allclose(outcome.returned[-1].W, right[-1].W / case.arguments[3])
                    for case, outcome, right in zip(attempt.cases, attempt.outcomes, attempt.expected, strict=True)
                ),
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
                when=gives(given.backward_with(bias=lambda dZ: dZ.sum(axis=0))),
            ),
            Mistake(
                "not summed",
                "that is one number for each example: a bias is shared by all examples, so add them up",
                given.backward_with(bias=lambda dZ: dZ),
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
