"""Optimizers, schedules, L2 and label smoothing: one update of each worked by hand, then what must always hold."""

import math

import numpy as np
import pytest

from helpers.data import Dataset
from helpers.optimizers import OPTIMIZERS, STEPS_BETWEEN_CLEANUPS, adam, drop_tiny, get_optimizer
from helpers.schedules import constant, cosine, step
from helpers.settings import Settings
from helpers.training import train
from helpers.training_run import TrainingRun


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
    # step 1: mean (0 + 2)/2 = 1, corrected 1 / (1 - 1/2) = 2; squares (0 + 4)/2 = 2, corrected 4; 0.3 * 2 / 2 = 0.3
    # step 2: mean (1 + 1)/2 = 1, corrected 1 / (3/4) = 4/3; squares (2 + 1)/2 = 3/2, corrected 2; 0.3 * 4/3 / sqrt(2)
    w1, w2 = run_steps("adam", [1], [[2], [1]], 0.3, beta1=0.5, beta2=0.5, epsilon=0)
    np.testing.assert_allclose([w1[0], w2[0]], [0.7, 0.7 - 0.2 * math.sqrt(2)], rtol=1e-14)


def test_adams_first_step_is_the_learning_rate_whatever_the_size_of_the_gradient():
    [w] = run_steps("adam", [0, 0, 0, 0], [[1e-3, -1, 1e3, 0]], 0.01)
    np.testing.assert_allclose(w, [-0.01, 0.01, -0.01, 0], rtol=1e-4)


def test_adams_epsilon_is_added_to_the_corrected_root():
    # step 1 with gradient 2: corrected mean 2, corrected root 2, so 2 / (2 + 2) = 1/2; the same at step 2
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
    ends = [0, block - 1, block, 2 * block, size - 1]  # the first and last numbers of blocks, each on its own
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
    assert {values.dtype for key, values in state.items() if key != "steps"} <= {np.dtype(np.float32)}
    np.testing.assert_array_equal(vector + gradient, 1)  # what is left in the gradient is the step that was taken


@pytest.mark.parametrize("name", ["momentum", "adam"])
def test_sums_of_gradients_that_have_ended_never_become_subnormal(name):
    tiny = np.finfo(np.float32).tiny
    vector = np.zeros(3, np.float32)
    function, state = get_optimizer(name, vector)
    smallest = math.inf
    for number in range(20 * STEPS_BETWEEN_CLEANUPS):
        function(vector, np.float32([1e-3, -1e-12, 1] if number == 0 else [0, 0, 0]), state, 0.1)
        sums = np.abs(state["velocity"])
        smallest = min(smallest, sums[sums > 0].min(initial=math.inf))
    assert tiny <= smallest < 1e-20  # it did decay far
    assert (state["velocity"] == 0).all()


def test_a_cleanup_leaves_normal_sums_alone():
    vector, state = np.zeros(1), {"velocity": np.zeros(1), "squares": np.zeros(1), "steps": np.zeros((), int)}
    for _ in range(STEPS_BETWEEN_CLEANUPS):
        adam(vector, np.ones(1), state, 0.1)
    np.testing.assert_allclose(state["velocity"], (1 - 0.9**STEPS_BETWEEN_CLEANUPS) / 0.1)
    np.testing.assert_allclose(state["squares"], (1 - 0.999**STEPS_BETWEEN_CLEANUPS) / 0.001)


@pytest.mark.parametrize(("name", "sums"), [("momentum", ["velocity"]), ("adam", ["velocity", "squares"])])
def test_cleanups_come_after_so_many_steps_and_not_before(name, sums):
    tiny = np.finfo(np.float64).tiny
    vector = np.zeros(3)
    function, state = get_optimizer(name, vector)
    state["steps"][...] = STEPS_BETWEEN_CLEANUPS - 2
    for key in sums:
        state[key][:] = [1.05 * tiny, 1, 0]
    state["velocity"][2] = -1
    function(vector, np.zeros(3), state, 0.1)
    assert all((state[key] != 0).sum() == 3 - (key == "squares") for key in sums)
    function(vector, np.zeros(3), state, 0.1)
    assert all(state[key][0] == 0 and state[key][1] > 0.8 for key in sums)
    assert state["velocity"][2] < -0.8
    assert state["steps"] == STEPS_BETWEEN_CLEANUPS


def test_what_decays_to_the_smallest_normal_number_is_kept():
    smallest = np.finfo(np.float64).tiny * 2.0**STEPS_BETWEEN_CLEANUPS
    values = np.array([smallest, -smallest, np.nextafter(smallest, 0), -np.nextafter(smallest, 0)])
    drop_tiny(values, 0.5)
    assert values.tolist() == [smallest, -smallest, 0, 0]


def test_an_unknown_optimizer_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match="'sgd', expected one of 'gradient descent', 'momentum', 'adam'"):
        get_optimizer("sgd", np.zeros(1))
    with pytest.raises(ValueError, match=r"\['adam'\], expected one of"):
        get_optimizer(["adam"], np.zeros(1))


# Schedules: factors at shares of the training that a reader can check


@pytest.mark.parametrize(
    ("schedule", "options", "factors"),
    [
        (constant, {}, {0: 1, 0.5: 1, 1: 1}),
        (step, {"drops": 3, "factor": 0.5}, {0: 1, 0.24: 1, 0.25: 0.5, 0.5: 0.25, 0.75: 0.125, 1: 0.125}),
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


# In the trainer: one white pixel, two classes


def one_pixel_run(**options):
    """A run on one image of one white pixel, label 0, whose two scores are both 2 at the start."""
    settings = {"layer_sizes": [1, 2], "learning_rate": 1.0, "optimizer": "gradient descent", "max_epochs": 4}
    settings |= {"batch_size": None, "patience": None, "min_delta": 0.0, "activation": "relu", "l2": 0.0}
    settings |= {"augment": None, "learning_rate_schedule": None, "dtype": np.float64, "seed": 0}
    data = Dataset(np.ones((1, 1)), np.array([0]), class_names=("no", "yes"), image_shape=(1, 1))
    run = TrainingRun(data, data, Settings(**settings | options))
    run.parameters[0].W[:] = 2
    return run


def test_a_plain_step_by_hand():
    run = one_pixel_run()
    run.run_epoch()  # A = (1/2, 1/2), Y = (1, 0): dZ = dW = db = (-1/2, 1/2)
    np.testing.assert_allclose(run.parameters[0].W, [[2.5], [1.5]])
    np.testing.assert_allclose(run.parameters[0].b, [[0.5], [-0.5]])


def test_l2_by_hand():
    run = one_pixel_run(l2=0.1)
    run.run_epoch()  # dW = (-1/2, 1/2) + 0.1 * 2 = (-0.3, 0.7); the biases know nothing of it
    np.testing.assert_allclose(run.parameters[0].W, [[2.3], [1.3]])
    np.testing.assert_allclose(run.parameters[0].b, [[0.5], [-0.5]])


def test_label_smoothing_by_hand():
    run = one_pixel_run(label_smoothing=0.2)
    row = run.run_epoch()  # Y = 0.8 * (1, 0) + 0.2 / 2 = (0.9, 0.1): dZ = dW = db = (-0.4, 0.4)
    np.testing.assert_allclose(run.parameters[0].W, [[2.4], [1.6]])
    np.testing.assert_allclose(run.parameters[0].b, [[0.4], [-0.4]])
    plain = math.log(1 + math.exp(1.6 - 0.4 - (2.4 + 0.4)))  # the loss of label 0 itself, from the two scores
    assert row["train_loss"] == pytest.approx(plain)
    assert row["dev_loss"] == pytest.approx(plain)


def test_smoothed_targets_keep_their_dtype():
    assert one_pixel_run(label_smoothing=0.2, dtype=np.float32).target_rows.dtype == np.float32


def test_a_schedule_scales_every_step():
    run = one_pixel_run(learning_rate_schedule=lambda share_done: 1 - share_done, max_epochs=2)
    first, second = run.run_epoch(), run.run_epoch()
    assert (first["learning_rate"], second["learning_rate"]) == (1.0, 0.5)


@pytest.mark.parametrize("value", [1, -0.1, "a lot", None])
def test_label_smoothing_that_makes_no_sense_is_refused(value):
    with pytest.raises((ValueError, TypeError), match="label_smoothing is"):
        one_pixel_run(label_smoothing=value)


# Without measuring the training set, and measuring in blocks


def blobs(m, seed=0):
    """Two classes of points in four dimensions."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, m)
    X = np.clip(0.5 + 0.2 * (labels - 0.5) + 0.1 * rng.standard_normal((4, m)), 0, 1)
    return Dataset(X, labels, class_names=("no", "yes"), image_shape=(2, 2))


def test_training_is_the_same_without_measuring_the_training_set():
    options = {"learning_rate": 0.5, "batch_size": 16, "max_epochs": 5, "patience": None}
    measured = train(blobs(100), blobs(50, 1), [4, 3, 2], **options)
    unmeasured = train(blobs(100), blobs(50, 1), [4, 3, 2], measure_train=False, **options)
    assert (measured.state.vector == unmeasured.state.vector).all()
    assert unmeasured.history[["train_loss", "train_accuracy"]].isna().all(axis=None)
    assert measured.history.notna().all(axis=None)
    assert (measured.history["dev_loss"] == unmeasured.history["dev_loss"]).all()
    assert unmeasured.stop_reason == "max epochs"


def test_a_diverged_training_is_noticed_without_measuring_the_training_set():
    result = train(blobs(100), blobs(50, 1), [4, 3, 2], learning_rate=1e300, max_epochs=5, measure_train=False)
    assert result.stop_reason == "diverged"


def test_measuring_in_blocks_gives_the_mean_over_all_examples(monkeypatch):
    options = {"learning_rate": 0.5, "max_epochs": 3, "patience": None}
    whole = train(blobs(100), blobs(50, 1), [4, 3, 2], **options).history.drop(columns="seconds")
    monkeypatch.setattr("helpers.training_run.EXAMPLES_AT_ONCE", 17)
    parts = train(blobs(100), blobs(50, 1), [4, 3, 2], **options).history.drop(columns="seconds")
    np.testing.assert_allclose(parts, whole, rtol=1e-13)
