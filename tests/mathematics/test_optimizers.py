"""Optimizers and schedules: one update of each worked by hand, then what must always hold."""

import math

import numpy as np
import pytest

from helpers.network import Layer, initialize_parameters
from helpers.optimizers import (
    OPTIMIZERS,
    STEPS_BETWEEN_FLUSHES,
    flush_denormals,
    get_optimizer,
    pack_parameters,
    unpack_parameters,
)
from helpers.schedules import constant, cosine, step


def run_steps(name, start, gradients, learning_rate, dtype=np.float64, **options):
    """Parameters after each step, as a list of arrays."""
    vector = np.array(start, dtype)
    function, state = get_optimizer(name, vector)
    path = []
    for gradient in gradients:
        function(vector, np.array(gradient, dtype), state, learning_rate, **options)
        path.append(vector.copy())
    return path


def test_gradient_descent_by_hand():
    # 1 - 0.1 * 0.5 = 0.95 and 2 - 0.1 * (-1) = 2.1
    [w] = run_steps("gradient descent", [1, 2], [[0.5, -1]], 0.1)
    np.testing.assert_allclose(w, [0.95, 2.1], rtol=1e-15)


def test_momentum_by_hand():
    # velocity 1, then 0.9 * 1 + 2 = 2.9: the parameter goes 0, -0.1, -0.1 - 0.29
    w1, w2 = run_steps("momentum", [0], [[1], [2]], 0.1)
    np.testing.assert_allclose([w1[0], w2[0]], [-0.1, -0.39], rtol=1e-15)


def test_adam_by_hand():
    # beta1 = beta2 = 1/2, gradients 2 and 1, learning rate 0.3
    # step 1: m = (0 + 2)/2 = 1, corrected 1 / (1 - 1/2) = 2; v = (0 + 4)/2 = 2, corrected 4;
    #         0.3 * 2 / 2 = 0.3
    # step 2: m = (1 + 1)/2 = 1, corrected 1 / (3/4) = 4/3; v = (2 + 1)/2 = 3/2, corrected 2;
    #         0.3 * 4/3 / sqrt(2)
    w1, w2 = run_steps("adam", [1], [[2], [1]], 0.3, beta1=0.5, beta2=0.5, epsilon=0)
    np.testing.assert_allclose([w1[0], w2[0]], [0.7, 0.7 - 0.2 * math.sqrt(2)], rtol=1e-14)


def test_adams_first_step_is_the_learning_rate_whatever_the_size_of_the_gradient():
    [w] = run_steps("adam", [0, 0, 0, 0], [[1e-3, -1, 1e3, 0]], 0.01)
    np.testing.assert_allclose(w, [-0.01, 0.01, -0.01, 0], rtol=1e-4)


def test_adams_epsilon_is_added_to_the_corrected_root():
    # gradient 2: corrected mean 2, corrected root 2, so each step is 2 / (2 + 2) = 1/2
    w1, w2 = run_steps("adam", [0], [[2], [2]], 1.0, epsilon=2)
    np.testing.assert_allclose([w1[0], w2[0]], [-0.5, -1], rtol=1e-14)


@pytest.fixture
def block(monkeypatch):
    """A block of sixteen numbers instead of many thousands."""
    monkeypatch.setattr("helpers.optimizers.BLOCK", 16)
    return 16


def test_adam_is_the_algorithm_of_the_paper_over_fifty_steps(block):
    size = 2 * block + 7
    rng = np.random.default_rng(0)
    start, gradients = rng.standard_normal(size), rng.standard_normal((50, size))
    w, m, v = start.copy(), 0, 0
    for t, g in enumerate(gradients, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w -= 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    np.testing.assert_allclose(run_steps("adam", start, gradients, 0.01)[-1], w, rtol=0, atol=1e-13)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_blocks_change_nothing(name, block):
    size = 2 * block + 7
    rng = np.random.default_rng(1)
    start, gradients = rng.standard_normal(size), rng.standard_normal((3, size))
    whole = run_steps(name, start, gradients, 0.1)[-1]
    ends = [
        0,
        block - 1,
        block,
        2 * block,
        size - 1,
    ]  # the first and last numbers of blocks, each on its own
    alone = [run_steps(name, start[[i]], gradients[:, [i]], 0.1)[-1][0] for i in ends]
    assert (whole[ends] == alone).all()
    assert (whole != start).all()


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("learning_rate", [0.1, np.float64(0.1)])
def test_float32_stays_float32_and_every_array_in_its_place(name, learning_rate):
    vector, gradient = np.ones(5, np.float32), np.full(5, 0.5, np.float32)
    function, state = get_optimizer(name, vector)
    before = dict(state)
    with np.errstate(all="raise"):
        function(vector, gradient, state, learning_rate)
    assert vector.dtype == np.float32
    assert all(state[key] is before[key] for key in before)
    assert {values.dtype for key, values in state.items() if key != "steps"} <= {
        np.dtype(np.float32)
    }
    np.testing.assert_array_equal(
        vector + gradient, 1
    )  # what is left in the gradient is the step that was taken


FIRST = {"momentum": "velocity", "adam": "first_moment"}


@pytest.mark.parametrize("name", FIRST)
def test_sums_of_gradients_that_have_ended_never_become_subnormal(name):
    vector, smallest = np.zeros(3, np.float32), math.inf
    function, state = get_optimizer(name, vector)
    for number in range(20 * STEPS_BETWEEN_FLUSHES):
        gradient = [1e-3, -1e-12, 1] if number == 0 else [0, 0, 0]
        function(vector, np.float32(gradient), state, 0.1)
        sums = np.abs(state[FIRST[name]])
        smallest = min(smallest, sums[sums > 0].min(initial=math.inf))
    assert np.finfo(np.float32).tiny <= smallest < 1e-20  # it did decay far
    assert (state[FIRST[name]] == 0).all()


def test_a_flush_leaves_normal_sums_alone():
    vector, steps = np.zeros(1), STEPS_BETWEEN_FLUSHES
    function, state = get_optimizer("adam", vector)
    for _ in range(steps):
        function(vector, np.ones(1), state, 0.1)
    np.testing.assert_allclose(state["first_moment"], (1 - 0.9**steps) / 0.1)
    np.testing.assert_allclose(state["second_moment"], (1 - 0.999**steps) / 0.001)


@pytest.mark.parametrize(
    ("name", "key"),
    [*FIRST.items(), ("adam", "second_moment")],
    ids=["momentum", "adam m", "adam v"],
)
def test_sums_are_flushed_every_so_many_steps_and_not_before(name, key):
    function, state = get_optimizer(name, np.zeros(2))
    state["steps"][...] = STEPS_BETWEEN_FLUSHES - 2
    state[key][:] = 1.05 * np.finfo(np.float64).tiny, 1
    for expected in ([True, True], [False, True]):
        function(np.zeros(2), np.zeros(2), state, 0.1)
        assert (state[key] != 0).tolist() == expected


def test_what_decays_to_the_smallest_normal_number_is_kept():
    smallest = np.finfo(np.float64).tiny * 2.0**STEPS_BETWEEN_FLUSHES
    values = np.array([smallest, -smallest, np.nextafter(smallest, 0), -np.nextafter(smallest, 0)])
    flush_denormals(values, 0.5)
    assert values.tolist() == [smallest, -smallest, 0, 0]


def test_an_unknown_optimizer_is_named_with_the_known_ones():
    with pytest.raises(
        ValueError,
        match=r"^optimizer is 'sgd', expected one of 'gradient descent', 'momentum', 'adam'",
    ):
        get_optimizer("sgd", np.zeros(1))
    with pytest.raises(TypeError, match=r"\['adam'\], expected one of"):
        get_optimizer(["adam"], np.zeros(1))


def test_a_whole_number_counts_the_steps():
    _, state = get_optimizer("adam", np.zeros(2))
    assert state["steps"].dtype.kind == "i"


# All parameters as one vector


def test_packed_layers_come_in_order_and_unpacked_ones_are_views():
    parameters = [
        Layer(np.array([[1, 2, 3], [4, 5, 6]]), np.array([[7], [8]])),
        Layer(np.array([[9, 10]]), np.array([[11]])),
    ]
    vector = pack_parameters(parameters)
    assert vector.tolist() == list(range(1, 12))
    layers = unpack_parameters(vector, [3, 2, 1])
    for layer, expected in zip(layers, parameters, strict=True):
        np.testing.assert_array_equal(layer.W, expected.W)
        np.testing.assert_array_equal(layer.b, expected.b)
    vector[:] = 0
    assert not any(values.any() for layer in layers for values in layer)
    assert parameters[0].W[0, 0] == 1


def test_what_cannot_be_packed_or_unpacked_is_refused():
    with pytest.raises(ValueError, match=r"b1 has shape \(2,\), expected \(2, 1\)"):
        pack_parameters([Layer(np.ones((2, 3)), np.ones(2))])
    vector = pack_parameters(initialize_parameters([3, 2, 1], np.random.default_rng(0)))
    for sizes in ([3, 2], [3, 3, 1], [3, 2, 1, 1]):
        with pytest.raises(ValueError, match=r"the vector has shape \(11,\), expected"):
            unpack_parameters(vector, sizes)


# Schedules: factors at shares of the training that a reader can check


@pytest.mark.parametrize(
    ("schedule", "options", "factors"),
    [
        (constant, {}, {0: 1, 0.5: 1, 1: 1}),
        (
            step,
            {"drops": 3, "factor": 0.5},
            {0: 1, 0.24: 1, 0.25: 0.5, 0.5: 0.25, 0.75: 0.125, 1: 0.125},
        ),
        (step, {"drops": 1, "factor": 0.1}, {0.49: 1, 0.5: 0.1, 1: 0.1}),
        (cosine, {"warm_up": 0.2}, {0: 0, 0.1: 0.5, 0.2: 1, 0.6: 0.5, 1: 0}),
        (cosine, {"warm_up": 0.2, "final": 0.1}, {0.1: 0.5, 0.2: 1, 0.6: 0.55, 1: 0.1}),
        (cosine, {"warm_up": 0}, {0: 1, 1 / 3: 0.75, 0.5: 0.5, 1: 0}),
        (cosine, {"warm_up": 0.2, "final": 1}, {0.1: 0.5, 0.2: 1, 0.6: 1, 1: 1}),
        (step, {}, {0.24: 1, 0.25: 0.5, 0.5: 0.25, 0.75: 0.125, 1: 0.125}),
        (cosine, {}, {0: 0, 0.025: 0.5, 0.05: 1, 0.525: 0.5, 1: 0}),
    ],
)
def test_schedules_by_hand(schedule, options, factors):
    made = schedule(**options)
    assert {share: made(share) for share in factors} == pytest.approx(factors, abs=1e-15)
