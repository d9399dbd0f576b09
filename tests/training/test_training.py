"""`train`, its settings, and the loop that it runs."""

import dataclasses
import inspect
import itertools
import time
import warnings

import numpy as np
import pytest
from small_data import DEV_SET, TRAIN_SET, blobs

from helpers.data import Dataset, load_dataset, split
from helpers.evaluation import accuracy, loss_and_accuracy, make_predictions
from helpers.losses import one_hot
from helpers.network import (
    backward_propagation,
    forward_propagation,
    initialize_parameters,
    update_parameters,
)
from helpers.optimizers import OPTIMIZERS
from helpers.training import Settings, initial_state, smooth_labels, train, training

SIZES = [4, 5, 3]


UNUSED = [0, 1, 5, 11]  # inputs of 12 that are 0 in every training example


def with_unused_inputs():
    """Random examples of 12 inputs; the training examples have 0 in some of them."""
    rng = np.random.default_rng(3)
    sets = []
    for m in (53, 23):
        rows = rng.random((m, 12))
        rows[:, UNUSED] *= m != 53
        sets.append(Dataset(rows.T, rng.integers(0, 3, m), ("a", "b", "c"), image_shape=(3, 4)))
    return sets


def short(**settings):
    usual = {"learning_rate": 0.5, "max_epochs": 6, "patience": None}
    return train(TRAIN_SET, DEV_SET, SIZES, **(usual | settings))


def all_values(parameters):
    return np.concatenate([values.ravel() for layer in parameters for values in layer])


def assert_same_run(result, expected):
    for name in ("vector", "best_vector"):
        found, wanted = getattr(result.state, name), getattr(expected.state, name)
        np.testing.assert_array_equal(found, wanted)
    arrays = result.state.optimizer_state
    assert arrays.keys() == expected.state.optimizer_state.keys()
    for name, values in expected.state.optimizer_state.items():
        np.testing.assert_array_equal(arrays[name], values)
    assert result.state.rng_state == expected.state.rng_state
    without = [run.history.drop(columns="seconds") for run in (result, expected)]
    assert without[0].equals(without[1])
    assert (result.best_epoch, result.stop_reason) == (expected.best_epoch, expected.stop_reason)


# --- what a step is ---------------------------------------------------------------------


def by_hand(train_set, sizes, batch_size, epochs, scheme="he"):
    """The loop of notebook 4, with the functions that the notebooks derive."""
    rng = np.random.default_rng(7)
    parameters = initialize_parameters(sizes, rng, scheme=scheme)
    Y = one_hot(train_set.labels, sizes[-1])
    for _ in range(epochs):
        order = np.arange(len(train_set)) if batch_size is None else rng.permutation(len(train_set))
        for start in range(0, len(order), batch_size or len(order)):
            chosen = order[start : start + (batch_size or len(order))]
            activations = forward_propagation(parameters, train_set.X[:, chosen])
            gradients = backward_propagation(parameters, activations, Y[:, chosen])
            parameters = update_parameters(parameters, gradients, 0.5)
    return all_values(parameters)


@pytest.mark.parametrize("scheme", ["he", "glorot", "zeros", 0.3])
@pytest.mark.parametrize("batch_size", [None, 8, 53, 1000])
def test_training_is_the_loop_of_the_notebooks(batch_size, scheme):
    result = short(seed=7, batch_size=batch_size, scheme=scheme)
    expected = by_hand(TRAIN_SET, SIZES, batch_size, 6, scheme)
    np.testing.assert_allclose(all_values(result.last_parameters), expected, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_inputs_that_are_never_inked_make_no_difference(optimizer):
    train_set, dev_set = with_unused_inputs()
    sizes, start = [12, 5, 3], initialize_parameters([12, 5, 3], np.random.default_rng(7))
    result = train(
        *(train_set, dev_set, sizes), learning_rate=0.5, optimizer=optimizer, batch_size=8, seed=7,
        max_epochs=3, patience=None,
    )  # fmt: skip
    if optimizer == "gradient descent":
        np.testing.assert_allclose(
            all_values(result.last_parameters), by_hand(train_set, sizes, 8, 3), rtol=1e-11
        )
    for name, dataset in (("train", train_set), ("dev", dev_set)):
        measured = tuple(result.history.loc[3, [f"{name}_loss", f"{name}_accuracy"]])
        expected = loss_and_accuracy(result.last_parameters, dataset.X, dataset.labels)
        assert measured == pytest.approx(expected, rel=1e-12)
    changed = (result.last_parameters[0].W != start[0].W).any(axis=0)
    assert np.flatnonzero(~changed).tolist() == UNUSED
    sums = [a for a in result.state.optimizer_state.values() if a.ndim]
    assert all(np.count_nonzero(a == 0) >= 5 * len(UNUSED) for a in sums)


@pytest.mark.parametrize(
    "extra", [{"l2": 0.1}, {"augment": lambda X, rng: X + rng.random(X.shape)}], ids=["L2", "ink"]
)
def test_all_inputs_take_part_where_their_weights_can_change(extra):
    start = initialize_parameters([12, 5, 3], np.random.default_rng(0))
    result = train(*with_unused_inputs(), [12, 5, 3], learning_rate=0.1, max_epochs=1, **extra)
    assert (result.last_parameters[0].W != start[0].W).any(axis=0).all()


def test_l2_adds_its_multiple_of_the_weights_to_the_gradient_but_not_of_the_biases():
    plain, decayed = short(max_epochs=1, seed=3), short(max_epochs=1, seed=3, l2=0.25)
    start = initialize_parameters(SIZES, np.random.default_rng(3))
    both = zip(start, plain.last_parameters, decayed.last_parameters, strict=True)
    for layer, without, with_l2 in both:
        np.testing.assert_allclose(with_l2.W, without.W - 0.5 * 0.25 * layer.W, rtol=1e-12)
        np.testing.assert_allclose(with_l2.b, without.b, rtol=1e-12)


def test_smoothing_by_hand():
    Y = np.array([[1.0, 0], [0, 1], [0, 0], [0, 0]])
    expected = [[0.85, 0.05], [0.05, 0.85], [0.05, 0.05], [0.05, 0.05]]
    np.testing.assert_allclose(smooth_labels(Y, 0.2), expected)


@pytest.mark.parametrize(("smoothing", "step"), [(0.0, 0.5), (0.2, 0.4)])
def test_a_step_by_hand(smoothing, step):
    # One white pixel of class 0, two classes, weights 0: A = (1/2, 1/2) and dZ = A - Y, where
    # Y = (1, 0), or smoothed by 0.2, (0.9, 0.1).
    pixel = Dataset(np.ones((1, 1)), np.array([0]), ("no", "yes"), image_shape=(1, 1))
    options = {"learning_rate": 1.0, "max_epochs": 1, "scheme": "zeros"}
    result = train(pixel, pixel, [1, 2], label_smoothing=smoothing, **options)
    np.testing.assert_allclose(result.last_parameters[0].W, [[step], [-step]])
    np.testing.assert_allclose(result.last_parameters[0].b, [[step], [-step]])
    # The loss in the history is that of the label itself, from the two scores.
    assert result.history["train_loss"][1] == pytest.approx(np.log1p(np.exp(-4 * step)))


def test_the_schedule_scales_each_step_by_the_share_of_training_done():
    shares = []

    def schedule(share):
        shares.append(share)
        return 1 - share

    history = short(learning_rate_schedule=schedule, batch_size=27, max_epochs=4).history
    np.testing.assert_allclose(shares, np.arange(8) / 8)
    np.testing.assert_allclose(history["learning_rate"], 0.5 * (1 - np.array([1, 3, 5, 7]) / 8))


def test_a_training_run_is_repeatable_and_leaves_the_data_alone():
    before = TRAIN_SET.X.copy()
    first, second, other = (short(batch_size=8, seed=seed) for seed in (5, 5, 6))
    assert_same_run(second, first)
    assert not np.array_equal(other.state.vector, first.state.vector)
    np.testing.assert_array_equal(TRAIN_SET.X, before)


@pytest.mark.parametrize("dtype", [np.float32, "float32", np.dtype("float32")], ids=repr)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_single_precision_stays_single(optimizer, dtype):
    result = short(dtype=dtype, optimizer=optimizer, l2=0.01, label_smoothing=0.1, batch_size=8)
    arrays = [values for layer in result.parameters for values in layer]
    arrays += [values for values in result.state.optimizer_state.values() if values.ndim]
    assert {values.dtype for values in arrays} == {np.dtype(np.float32)}


# --- the loop, taken in slices ----------------------------------------------------------


def test_the_loop_hands_over_after_every_batch_and_every_epoch():
    settings = Settings(layer_sizes=SIZES, learning_rate=0.5, batch_size=8, max_epochs=3)
    states = list(training(TRAIN_SET, DEV_SET, settings, initial_state(settings)))
    epochs = [state and state.epoch for state in states]
    assert epochs == [*[None] * 7, 1, *[None] * 7, 2, *[None] * 7, 3]
    whole = train(TRAIN_SET, DEV_SET, SIZES, learning_rate=0.5, batch_size=8, max_epochs=3)
    np.testing.assert_array_equal(states[-1].vector, whole.state.vector)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_state_is_a_place_to_go_on_from(optimizer):
    options = {"learning_rate": 0.05, "batch_size": 8, "optimizer": optimizer, "patience": None}
    settings = Settings(layer_sizes=SIZES, max_epochs=6, **options)
    start = initial_state(settings)
    states = [state for state in training(TRAIN_SET, DEV_SET, settings, start) if state]
    assert len(states) == 6  # none of them was changed by the epochs after it:
    for state in (start, *states):
        assert_same_run(short(**options, resume_from=state), short(**options))


def test_the_seconds_of_an_epoch_leave_out_what_others_do_in_between():
    settings = Settings(layer_sizes=SIZES, learning_rate=0.5, batch_size=30, max_epochs=1)
    started = time.perf_counter()
    states = []
    for state in training(TRAIN_SET, DEV_SET, settings, initial_state(settings)):
        states.append(state)
        time.sleep(0.1)  # twice within the epoch, once after it
    assert 0 < states[-1].history[0]["seconds"] <= time.perf_counter() - started - 0.3


# --- history and early stopping ---------------------------------------------------------


def test_history_is_measured_after_each_epoch_on_the_whole_sets():
    result = short(max_epochs=3, batch_size=8)
    columns = "train_loss train_accuracy dev_loss dev_accuracy learning_rate seconds"
    assert list(result.history.columns) == columns.split()
    assert (result.history.index.name, result.history.index.tolist()) == ("epoch", [1, 2, 3])
    last = result.history.loc[3]
    for name, dataset in (("train", TRAIN_SET), ("dev", DEV_SET)):
        predictions = make_predictions(result.last_parameters, dataset.X)
        assert last[f"{name}_accuracy"] == accuracy(predictions, dataset.labels)
    true = forward_propagation(result.last_parameters, DEV_SET.X)[-1][DEV_SET.labels, range(31)]
    assert last["dev_loss"] == pytest.approx(-np.log(true).mean(), rel=1e-12)
    assert (result.history["seconds"] > 0).all()


@pytest.mark.parametrize(("m", "every"), [(10_000, 1), (10_001, 2), (25_000, 3)])
def test_of_a_large_training_set_every_kth_example_is_measured(m, every):
    train_set, dev_set = blobs(m, 3), blobs(12_000, 4)
    settings = {"learning_rate": 0.1, "batch_size": 1000, "max_epochs": 1}
    result = train(train_set, dev_set, SIZES, **settings)
    for name, X, labels in (
        ("train", train_set.X[:, ::every], train_set.labels[::every]),
        ("dev", dev_set.X, dev_set.labels),  # which decides when to stop
    ):
        measured = tuple(result.history.loc[1, [f"{name}_loss", f"{name}_accuracy"]])
        assert measured == loss_and_accuracy(result.last_parameters, X, labels)
        predictions = make_predictions(result.last_parameters, X)
        assert measured[1] == accuracy(predictions, labels)
        true = forward_propagation(result.last_parameters, X)[-1][labels, np.arange(len(labels))]
        assert measured[0] == pytest.approx(-np.log(true).mean(), rel=1e-12)


def stop_early(accuracies, patience, min_delta):
    """The best epoch, and the epoch after which patience runs out; epochs count from 1."""
    counts, best_for_patience = 0, -1.0
    for epoch, reached in enumerate(accuracies, 1):
        if reached > best_for_patience + min_delta:
            counts, best_for_patience = epoch, reached
        if epoch - counts >= patience:
            return 1 + int(np.argmax(accuracies[:epoch])), epoch
    raise AssertionError("this run never stops")


@pytest.mark.parametrize("min_delta", [0.0, 0.04, 0.1])
@pytest.mark.parametrize("patience", [1, 2, 3, 5])
def test_patience_counts_the_epochs_without_improvement(patience, min_delta):
    settings = {"learning_rate": 1.5, "batch_size": 8, "seed": 1}
    accuracies = short(max_epochs=40, **settings).history["dev_accuracy"].tolist()
    pairs = list(itertools.pairwise(accuracies))
    assert any(a == b for a, b in pairs)  # a tie is no improvement
    assert any(a > b for a, b in pairs)
    result = short(max_epochs=40, patience=patience, min_delta=min_delta, **settings)
    best, last = stop_early(accuracies, patience, min_delta)
    assert (result.best_epoch, len(result.history)) == (best, last)
    assert result.stop_reason == "early stopping"
    assert result.best_dev_accuracy == accuracies[best - 1]
    until_best = short(max_epochs=best, **settings)
    np.testing.assert_array_equal(result.state.best_vector, until_best.state.vector)
    reached = make_predictions(result.parameters, DEV_SET.X)
    assert accuracy(reached, DEV_SET.labels) == result.best_dev_accuracy


def test_runs_end_after_100_epochs_or_10_without_improvement_unless_told_otherwise():
    still = {"learning_rate": 1e-12}
    assert len(train(TRAIN_SET, DEV_SET, SIZES, **still).history) == 11
    assert len(train(TRAIN_SET, DEV_SET, SIZES, **still, patience=None).history) == 100


def test_training_is_the_same_without_measuring_the_training_set():
    measured, unmeasured = short(batch_size=16), short(batch_size=16, measure_train=False)
    np.testing.assert_array_equal(measured.state.vector, unmeasured.state.vector)
    assert unmeasured.history[["train_loss", "train_accuracy"]].isna().all(axis=None)
    assert measured.history.notna().all(axis=None)
    assert (measured.history["dev_loss"] == unmeasured.history["dev_loss"]).all()


# --- how a run ends otherwise -----------------------------------------------------------


@pytest.mark.parametrize("measure_train", [True, False])
@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_diverging_run_says_so_once_and_without_warnings(optimizer, activation, measure_train):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = short(
            learning_rate=1e200, max_epochs=50, optimizer=optimizer, activation=activation,
            batch_size=8, measure_train=measure_train,
        )  # fmt: skip
    assert result.stop_reason == "diverged"
    assert not np.isfinite(result.history["dev_loss"].iloc[-1])
    assert np.isfinite(all_values(result.parameters)).all()


def test_the_training_loss_is_watched_where_it_is_measured():
    # With such weights a class has the probability 1 or 0, and the loss is 0 or infinite.
    options = {"scheme": 1e4, "learning_rate": 1e-12, "max_epochs": 2}
    start = initialize_parameters(SIZES, np.random.default_rng(0), scheme=1e4)
    labels = make_predictions(start, DEV_SET.X)
    dev_set = Dataset(DEV_SET.X, labels, class_names=("a", "b", "c"), image_shape=(2, 2))
    for measure_train, reason in ((True, "diverged"), (False, "max epochs")):
        result = train(TRAIN_SET, dev_set, SIZES, measure_train=measure_train, **options)
        assert np.isfinite(result.history["dev_loss"]).all()
        assert result.stop_reason == reason


def test_divergence_gives_back_the_best_epoch_before_it():
    healthy = short(max_epochs=2)
    calls = itertools.count()
    result = short(augment=lambda X, rng: X * (1 if next(calls) < 2 else np.nan))
    assert (len(result.history), result.stop_reason) == (3, "diverged")
    assert result.best_epoch == healthy.best_epoch
    np.testing.assert_array_equal(result.state.best_vector, healthy.state.best_vector)


def interrupt_at_batch(number):
    count = itertools.count(1)

    def augment(X, rng):
        if next(count) == number:
            raise KeyboardInterrupt
        return X

    return augment


@pytest.mark.parametrize(("batch", "epochs"), [(1, 0), (7, 0), (8, 1), (17, 2), (42, 5)])
def test_ctrl_c_returns_the_best_so_far(batch, epochs):
    result = short(batch_size=8, augment=interrupt_at_batch(batch))
    assert (result.stop_reason, len(result.history)) == ("interrupted", epochs)
    if epochs:
        expected = short(batch_size=8, max_epochs=epochs).parameters
    else:
        expected = initialize_parameters(SIZES, np.random.default_rng(0))
        assert result.best_epoch == 0
        assert np.isnan(result.best_dev_accuracy)
    np.testing.assert_array_equal(all_values(result.parameters), all_values(expected))
    assert_same_run(short(batch_size=8, resume_from=result), short(batch_size=8))


def test_on_epoch_sees_every_row_and_may_stop():
    rows = []
    result = short(on_epoch=rows.append)
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[3]["dev_loss"] == result.history.loc[4, "dev_loss"]
    stopped = short(on_epoch=lambda row: row["epoch"] == 2)
    assert (len(stopped.history), stopped.stop_reason) == (2, "on_epoch")
    assert short(on_epoch=lambda row: row["epoch"] == 6).stop_reason == "max epochs"
    assert_same_run(short(resume_from=stopped), result)


@pytest.mark.parametrize(
    "other", [{"optimizer": "adam"}, {"dtype": np.float32}, {"layer_sizes": [4, 6, 3]}], ids=str
)
def test_resuming_with_other_arrays_is_refused(other):
    first = short(max_epochs=2)
    with pytest.raises(ValueError, match="resume with the layer sizes, dtype and optimizer of the"):
        train(
            TRAIN_SET,
            DEV_SET,
            other.pop("layer_sizes", SIZES),
            learning_rate=0.5,
            resume_from=first,
            **other,
        )


def test_only_a_result_can_be_resumed():
    with pytest.raises(ValueError, match="resume_from is int, expected a TrainingResult"):
        short(resume_from=3)


def test_a_result_shares_nothing_with_the_state_it_goes_on_from():
    result = short()
    arrays = [values for layer in result.parameters + result.last_parameters for values in layer]
    for vector in (result.state.vector, result.state.best_vector):
        assert not any(np.shares_memory(values, vector) for values in arrays)


def test_a_result_says_in_a_line_how_it_went():
    result = short(max_epochs=3)
    best, reached = result.best_epoch, result.history["dev_accuracy"].max()
    assert repr(result) == (
        f"TrainingResult: 3 epochs, best epoch {best} with development accuracy {reached:.3f}; "
        "stopped by: max epochs"
    )


def test_a_long_run_shows_a_progress_bar_unless_told_not_to(monkeypatch, capsys):
    monkeypatch.setattr("helpers.training.BAR_AFTER_SECONDS", 0)
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    short(max_epochs=5, resume_from=short(max_epochs=2))
    shown = capsys.readouterr().err
    assert "2/5 [" in shown  # it counts from where the run stood
    monkeypatch.setenv("TQDM_DISABLE", "1")
    short(max_epochs=3)
    assert capsys.readouterr().err == ""


def test_a_short_run_is_silent(capsys):
    short()
    assert capsys.readouterr() == ("", "")


# --- the settings -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"layer_sizes": [6]}, r"layer_sizes is \[6\], expected two or more"),
        ({"learning_rate": 0}, "^learning_rate is 0, expected a number greater than 0; 0.1 is"),
        ({"learning_rate": "0.1"}, "learning_rate is '0.1'"),
        ({"learning_rate": np.nan}, "learning_rate is nan"),
        ({"batch_size": 0}, "batch_size is 0, expected a whole number of at least 1, or None"),
        ({"batch_size": 2.5}, "batch_size is 2.5"),
        ({"optimizer": "sgd"}, "optimizer is 'sgd', expected one of 'gradient descent'"),
        ({"max_epochs": 0}, "^max_epochs is 0, expected a whole number of at least 1$"),
        ({"max_epochs": None}, "^max_epochs is None"),
        ({"patience": -1}, "^patience is -1, .* or None for no early stopping"),
        ({"min_delta": -0.1}, "^min_delta is -0.1, expected a number at least 0"),
        ({"activation": "swish"}, "activation is 'swish', expected one of"),
        ({"scheme": "big"}, "scheme is 'big', expected"),
        ({"l2": -1}, "^l2 is -1, expected a number at least 0"),
        ({"augment": 3}, "^augment is 3, expected a function or None"),
        ({"learning_rate_schedule": "cosine"}, "^learning_rate_schedule is 'cosine', expected"),
        ({"label_smoothing": -0.1}, "^label_smoothing is -0.1, expected a number at least 0"),
        ({"label_smoothing": 1}, "^label_smoothing is 1, expected a number .* less than 1"),
        ({"measure_train": 1}, "^measure_train is 1, expected one of True, False"),
        ({"dtype": np.int64}, "expected np.float64 or np.float32"),
        ({"dtype": "float16"}, "dtype is 'float16', expected np.float64 or np.float32"),
        ({"seed": -1}, "^seed is -1, expected a whole number of at least 0"),
    ],
    ids=str,
)  # fmt: skip
def test_a_setting_that_does_not_fit_is_refused(settings, sentence):
    layer_sizes = settings.pop("layer_sizes", SIZES)
    with pytest.raises((ValueError, TypeError), match=sentence):
        train(TRAIN_SET, DEV_SET, layer_sizes, **({"learning_rate": 0.5} | settings))


UNLABELED = Dataset(TRAIN_SET.X, None, class_names=("a", "b", "c"), image_shape=(2, 2))


@pytest.mark.parametrize(
    ("train_set", "dev_set", "sizes", "sentence"),
    [
        (TRAIN_SET, UNLABELED, SIZES, "^dev_set has no labels"),
        (TRAIN_SET.X, DEV_SET, SIZES, "^train_set is an array .*, expected a Dataset"),
        (blobs(0, 1), DEV_SET, SIZES, "^train_set is empty"),
        (TRAIN_SET, DEV_SET, [7, 5, 3], "train_set has 4 features .*; begin layer_sizes with 4"),
        (TRAIN_SET, DEV_SET, [4, 5, 2], r"train_set: label 2 at position \d+ is outside"),
    ],
    ids=["no labels", "no dataset", "empty", "features", "classes"],
)  # fmt: skip
def test_data_that_cannot_train_are_refused(train_set, dev_set, sizes, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence):
        train(train_set, dev_set, sizes, learning_rate=0.1)


def test_train_shows_every_setting_with_its_default_in_signature_and_help():
    shown = inspect.signature(train).parameters
    assert list(shown)[:4] == ["train_set", "dev_set", "layer_sizes", "learning_rate"]
    assert list(shown)[-3:] == ["on_epoch", "resume_from", "checkpoint"]
    for field in dataclasses.fields(Settings):
        required = field.default is dataclasses.MISSING
        assert shown[field.name].default is (inspect.Parameter.empty if required else field.default)
        assert f"\n{field.name} : " in inspect.getdoc(train)
    assert "settings" not in shown
    assert "{settings}" not in inspect.getdoc(train)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, r"train\(\) missing 1 required keyword-only argument: 'learning_rate'"),
        ({"learning_rate": 0.1, "rate": 1}, r"train\(\) got an unexpected keyword argument 'rate'"),
    ],
)
def test_a_setting_that_is_missing_or_unknown_is_a_mistake_in_the_call_of_train(settings, sentence):
    with pytest.raises(TypeError, match=sentence):
        train(TRAIN_SET, DEV_SET, SIZES, **settings)


def test_settings_cannot_be_changed():
    with pytest.raises(AttributeError):
        Settings(layer_sizes=SIZES, learning_rate=0.1).seed = 1


# --- the mission ------------------------------------------------------------------------


def test_the_network_of_the_mission_reaches_88_percent_on_the_mean_of_five_seeds():
    sets = split(load_dataset("digits"), 1000, np.random.default_rng(0))
    options = {"learning_rate": 0.1, "batch_size": 32}
    runs = [train(*sets, [784, 10, 10, 10], seed=seed, **options) for seed in range(5)]
    reached = [run.best_dev_accuracy for run in runs]
    assert np.mean(reached) >= 0.88
    assert min(reached) >= 0.85
