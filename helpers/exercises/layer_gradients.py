"""Exercises 3.4 and 3.5 of notebook 3: the way back through one layer, and through a whole network."""

from functools import partial

import numpy as np

from helpers.exercises.exercise import Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.exercises.predicates import gives
from helpers.exercises.wrong_backward import backward_with_a_bug, layer_cases, network_cases
from helpers.network import backward_propagation

# 3.4 Go back through one layer


def layer_backward(dZ, W, A_prev):
    """Return dW (n_out, n_in), db (n_out, 1) and dA_prev (n_in, m) of a layer; raises ValueError for other shapes."""
    return dZ @ A_prev.T, dZ.sum(axis=1, keepdims=True), W.T @ dZ


LAYER = Exercise(
    key="3.4",
    name="my_layer_backward",
    title="Go back through one layer",
    reference=layer_backward,
    returns=("dW", "db", "dA_prev"),
    cases=layer_cases,
    mistakes=(
        Mistake(
            "dW transposed",
            "which factor is transposed? dW has a row for each neuron and a column for each input, like W",
            when=gives(lambda dZ, W, A_prev: A_prev @ dZ.T, part=0),
        ),
        Mistake(
            "another mean",
            "right up to a factor of 1/m: dZ carries the mean over the examples already, so nothing is left to divide",
            when=gives(lambda dZ, W, A_prev: dZ @ A_prev.T / dZ.shape[1], part=0),
        ),
        Mistake(
            "db a mean",
            "right up to a factor of 1/m: dZ carries the mean over the examples already, so db is a sum",
            when=gives(lambda dZ, W, A_prev: dZ.mean(axis=1, keepdims=True), part=1),
        ),
        Mistake(
            "db flat",
            "a bias is a column: with `keepdims=True` the sum keeps its second axis",
            when=gives(lambda dZ, W, A_prev: dZ.sum(axis=1), part=1),
        ),
        Mistake(
            "db over the neurons",
            "that sums over the neurons; a neuron's bias acts on every example, so sum over the examples, `axis=1`",
            when=gives(
                lambda dZ, W, A_prev: dZ.sum(axis=0, keepdims=True), lambda dZ, W, A_prev: dZ.sum(axis=0), part=1
            ),
        ),
        Mistake(
            "W not transposed",
            "which factor has to be turned? The rates at the inputs sum over the neurons i, the first index of W",
            when=lambda attempt: np.allclose(
                attempt.outcomes[1].returned[2], attempt.cases[1].arguments[1] @ attempt.cases[1].arguments[0]
            ),
        ),
        Mistake(
            "dA_prev transposed",
            "it is turned: a row for each input and a column for each example, like A_prev",
            when=gives(lambda dZ, W, A_prev: dZ.T @ W, part=2),
        ),
        Mistake(
            "masked",
            "it has gone through the slope of ReLU as well; this function stops before, at dA_prev",
            when=gives(lambda dZ, W, A_prev: (W.T @ dZ) * (A_prev > 0), part=2),
        ),
        Mistake(
            "no such product",
            "matrices of these shapes have no product; write both shapes side by side: which factor has to be turned?",
            when=lambda attempt: all("matmul" in str(outcome.error) for outcome in attempt.outcomes),
        ),
    ),
)
check_layer_backward = make_check(LAYER)

# 3.5 Write the backward pass of a sigmoid network


BACKWARD = Exercise(
    key="3.5",
    name="my_backward",
    title="Write the backward pass of a sigmoid network",
    reference=lambda parameters, activations, Y: backward_propagation(parameters, activations, Y, activation="sigmoid"),
    cases=network_cases,
    without=("backward_propagation",),
    returns=tuple(f"gradients[{place}]" for place in range(5)),
    rtol=1e-7,
    mistakes=(
        Mistake(
            "no slope",
            "the rate went from A to Z unchanged: a sigmoid's A > 0 is true everywhere, its slope is A * (1 - A)",
            wrong=partial(backward_with_a_bug, slope=lambda A: 1),
        ),
        Mistake(
            "slope of softmax",
            "the last layer is right without a slope: A - Y has that of the softmax in it already",
            wrong=partial(backward_with_a_bug, last_slope=lambda A: A * (1 - A)),
        ),
        Mistake(
            "sign",
            "only the sign is wrong: the slope is A - Y, what was given minus what was wanted",
            wrong=partial(backward_with_a_bug, mean=lambda m: -1 / m),
        ),
        Mistake(
            "forwards",
            "it goes from the first layer to the last; dZ is known at the end, so begin there: `reversed(...)`",
            when=lambda attempt: any(
                layer[0].shape == (len(attempt.cases[0].arguments[2]), len(attempt.cases[0].arguments[1][0]))
                for layer in attempt.outcomes[0].returned
            ),
        ),
        Mistake(
            "no mean",
            "all is right up to a factor of m: is the mean over the examples missing?",
            wrong=partial(backward_with_a_bug, mean=lambda m: 1),
        ),
        Mistake(
            "a mean in every layer",
            "a 1/m too many in every layer: the mean enters once, in the first dZ, and the rest inherits it",
            wrong=partial(backward_with_a_bug, mean_again=True),
        ),
        Mistake(
            "backward order",
            "the layers come out last first: put each new one in front with `gradients.insert(0, ...)`",
            when=lambda attempt: all(
                found[0].shape == layer.W.shape and np.allclose(found[0], layer.W)
                for outcome, right in zip(attempt.outcomes, attempt.expected, strict=True)
                for found, layer in zip(outcome.returned[::-1], right, strict=True)
            ),
        ),
        Mistake(
            "divided by the classes",
            "divided by the number of classes; the mean is over the examples, the columns of Y",
            wrong=partial(backward_with_a_bug, by_classes=True),
        ),
        Mistake(
            "W not transposed",
            "which factor is transposed? The way back adds over the neurons i, the first index of W",
            wrong=partial(backward_with_a_bug, turned=False),
        ),
        Mistake(
            "W of the layer before",
            "the way back to the inputs of a layer goes through its own W, not through that of the layer before",
            wrong=partial(backward_with_a_bug, back=-1),
        ),
        Mistake(
            "slope of the layer after",
            "the slope is that of the layer you arrive at: its activations are the inputs, `activations[l]`",
            wrong=partial(backward_with_a_bug, slope_at=1),
        ),
    ),
)
check_backward = make_check(BACKWARD)
