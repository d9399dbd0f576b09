import warnings

import numpy as np
import pytest

from helpers import training_run
from helpers.data import Dataset, load_dataset, split
from helpers.evaluation import accuracy, make_predictions
from helpers.losses import one_hot
from helpers.network import backward_propagation, forward_propagation, initialize_parameters, update_parameters
from helpers.training import train, training_result

SIZES = [4, 5, 3]


def blobs(m, seed):
    """Three clouds in four dimensions, easy to learn but not at once."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, m)
    rows = np.clip(0.5 + 0.3 * np.eye(4)[labels] + 0.12 * rng.standard_normal((m, 4)), 0, 1)
    return Dataset(rows.T, labels, class_names=("a", "b", "c"), image_shape=(2, 2))


TRAIN_SET, DEV_SET = blobs(53, 1), blobs(31, 2)


def short(**settings):
    return train(TRAIN_SET, DEV_SET, SIZES, **({"learning_rate": 0.5, "max_epochs": 6, "patience": None} | settings))


def all_values(parameters):
    return np.concatenate([values.ravel() for layer in parameters for values in layer])


# --- what a step is ---------------------------------------------------------------------------------------------


def test_full_batch_gradient_descent_is_the_loop_of_the_notebooks():
    parameters = initialize_parameters(SIZES, np.random.default_rng(7))
    for _ in range(6):
        activations = forward_propagation(parameters, TRAIN_SET.X)
        gradients = backward_propagation(parameters, activations, one_hot(TRAIN_SET.labels, 3))
        parameters = update_parameters(parameters, gradients, 0.5)
    run = short(seed=7)
    np.testing.assert_allclose(all_values(run.last_parameters), all_values(parameters), rtol=1e-12)


@pytest.mark.parametrize("scheme", ["glorot", "zeros", 0.3])
def test_the_scheme_draws_the_initial_weights(scheme):
    parameters = initialize_parameters(SIZES, np.random.default_rng(7), scheme=scheme)
    activations = forward_propagation(parameters, TRAIN_SET.X)
    gradients = backward_propagation(parameters, activations, one_hot(TRAIN_SET.labels, 3))
    parameters = update_parameters(parameters, gradients, 0.5)
    run = short(seed=7, max_epochs=1, scheme=scheme)
    np.testing.assert_allclose(all_values(run.last_parameters), all_values(parameters), rtol=1e-12, atol=1e-15)


def recorded_batches(**settings):
    batches = []

    def record(X, rng):
        batches.append(X.copy())
        return X

    short(augment=record, **settings)
    return batches


def test_an_epoch_of_mini_batches_sees_every_example_once_in_a_new_order():
    batches = recorded_batches(batch_size=8, max_epochs=2)
    assert [batch.shape for batch in batches] == 2 * ([(4, 8)] * 6 + [(4, 5)])  # the last batch is not dropped
    first, second = np.hstack(batches[:7]), np.hstack(batches[7:])
    for epoch in (first, second):
        np.testing.assert_array_equal(np.unique(epoch, axis=1), np.unique(TRAIN_SET.X, axis=1))
    assert not np.array_equal(first, second)


def test_labels_stay_with_their_images(monkeypatch):
    targets = {tuple(x): label for x, label in zip(TRAIN_SET.X.T, TRAIN_SET.labels, strict=True)}
    seen = []

    class Recorder(training_run.TrainingRun):
        def _train_batch(self, X, Y, learning_rate):
            seen.extend(zip(map(tuple, X.T), Y.argmax(axis=0), strict=True))
            super()._train_batch(X, Y, learning_rate)

    monkeypatch.setattr("helpers.training.TrainingRun", Recorder)
    short(batch_size=8, max_epochs=1)
    assert len(seen) == 53
    assert all(targets[x] == label for x, label in seen)


def test_a_batch_larger_than_the_set_is_the_whole_set():
    assert [batch.shape for batch in recorded_batches(batch_size=1000, max_epochs=1)] == [(4, 53)]


def test_l2_adds_its_multiple_of_the_weights_to_the_gradient_but_not_of_the_biases():
    plain, decayed = short(max_epochs=1, seed=3), short(max_epochs=1, seed=3, l2=0.25)
    start = initialize_parameters(SIZES, np.random.default_rng(3))
    for layer, without, with_l2 in zip(start, plain.last_parameters, decayed.last_parameters, strict=True):
        np.testing.assert_allclose(with_l2.W, without.W - 0.5 * 0.25 * layer.W, rtol=1e-12)
        np.testing.assert_allclose(with_l2.b, without.b, rtol=1e-12)


def test_the_schedule_scales_each_step_by_the_share_of_training_done():
    shares = []

    def schedule(share):
        shares.append(share)
        return 1 - share

    history = short(learning_rate_schedule=schedule, batch_size=27, max_epochs=4).history
    np.testing.assert_allclose(shares, np.arange(8) / 8)
    np.testing.assert_allclose(history["learning_rate"], 0.5 * (1 - np.array([1, 3, 5, 7]) / 8))


def test_the_training_is_repeatable_and_leaves_the_data_alone():
    before = TRAIN_SET.X.copy()
    first, second, other = (short(batch_size=8, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(all_values(first.parameters), all_values(second.parameters))
    columns = ["train_loss", "train_accuracy", "dev_loss", "dev_accuracy", "learning_rate"]
    assert first.history[columns].equals(second.history[columns])
    assert not np.array_equal(all_values(first.parameters), all_values(other.parameters))
    np.testing.assert_array_equal(TRAIN_SET.X, before)


def test_single_precision_stays_single():
    for optimizer in ("gradient descent", "momentum", "adam"):
        result = short(dtype=np.float32, batch_size=8, optimizer=optimizer, l2=0.01, learning_rate=0.01)
        assert {values.dtype for layer in result.parameters for values in layer} == {np.dtype(np.float32)}


# --- history and early stopping ---------------------------------------------------------------------------------


def test_history_is_measured_after_each_epoch_on_the_whole_sets():
    result = short(max_epochs=3, batch_size=8)
    assert result.history.index.tolist() == [1, 2, 3]
    assert result.history.index.name == "epoch"
    assert list(result.history.columns) == [
        "train_loss", "train_accuracy", "dev_loss", "dev_accuracy", "learning_rate", "seconds",
    ]  # fmt: skip
    final = result.last_parameters
    last = result.history.loc[3]
    assert last["train_accuracy"] == accuracy(make_predictions(final, TRAIN_SET.X), TRAIN_SET.labels)
    assert last["dev_accuracy"] == accuracy(make_predictions(final, DEV_SET.X), DEV_SET.labels)
    true = forward_propagation(final, DEV_SET.X)[-1][DEV_SET.labels, np.arange(31)]
    assert last["dev_loss"] == pytest.approx(-np.log(true).mean(), rel=1e-12)
    assert (result.history["seconds"] > 0).all()
    assert result.stop_reason == "max epochs"


@pytest.fixture
def scripted(monkeypatch):
    """Let the development accuracy follow a script: the training measures its two sets in turn."""

    def script(*accuracies, losses=None):
        answers = iter([(loss, a) for i, a in enumerate(accuracies) for loss in [(losses or {}).get(i, 1.0)] * 2])
        monkeypatch.setattr(training_run, "loss_and_accuracy", lambda *args, **options: next(answers))

    return script


@pytest.mark.parametrize(
    ("accuracies", "patience", "best", "last"),
    [
        ([0.5, 0.6, 0.7, 0.6, 0.6, 0.6, 0.9], 3, 3, 6),
        ([0.5, 0.7, 0.7, 0.7, 0.9], 2, 2, 4),  # a tie is no improvement, and the first of equals is the best
        ([0.5, 0.4, 0.6, 0.5, 0.4, 0.9], 2, 3, 5),  # an improvement starts the count again
        ([0.5, 0.5], 1, 1, 2),
        ([0.0, 0.0, 0.0], 2, 1, 3),
    ],
)
def test_patience_counts_the_epochs_without_improvement(scripted, accuracies, patience, best, last):
    scripted(*accuracies)
    result = short(max_epochs=50, patience=patience)
    assert (result.best_epoch, len(result.history), result.stop_reason) == (best, last, "early stopping")
    assert result.best_dev_accuracy == accuracies[best - 1]


def test_patience_none_goes_on_to_the_last_epoch(scripted):
    scripted(0.5, 0.4, 0.3, 0.2)
    result = short(max_epochs=4, patience=None)
    assert (result.best_epoch, len(result.history), result.stop_reason) == (1, 4, "max epochs")


def test_small_gains_do_not_feed_the_patience_but_the_best_epoch_is_still_the_best(scripted):
    scripted(0.50, 0.505, 0.509, 0.6)
    result = short(max_epochs=50, patience=2, min_delta=0.01)
    assert (result.best_epoch, len(result.history)) == (3, 3)
    np.testing.assert_array_equal(all_values(result.parameters), all_values(result.last_parameters))


def test_the_parameters_of_the_best_epoch_come_back(scripted):
    scripted(0.5, 0.9, 0.6, 0.6, 0.5, 0.9)
    result = short(max_epochs=4)
    assert result.best_epoch == 2
    until_best = short(max_epochs=2)
    np.testing.assert_array_equal(all_values(result.parameters), all_values(until_best.last_parameters))
    assert not np.array_equal(all_values(result.parameters), all_values(result.last_parameters))


def test_restored_parameters_reach_the_best_development_accuracy():
    result = short(max_epochs=40, patience=5, batch_size=8)
    reached = accuracy(make_predictions(result.parameters, DEV_SET.X), DEV_SET.labels)
    assert reached == result.history["dev_accuracy"].max() == result.best_dev_accuracy
    assert result.history["dev_accuracy"].idxmax() == result.best_epoch


# --- how a training ends otherwise ------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
@pytest.mark.parametrize("optimizer", ["gradient descent", "momentum", "adam"])
def test_a_diverging_training_says_so_once_and_without_warnings(optimizer, activation):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = short(learning_rate=1e200, max_epochs=50, optimizer=optimizer, activation=activation, batch_size=8)
    assert result.stop_reason == "diverged"
    assert not np.isfinite(result.history["train_loss"].iloc[-1])
    assert np.isfinite(all_values(result.parameters)).all()


def test_divergence_gives_back_the_best_epoch_before_it(scripted):
    scripted(0.5, 0.6, 0.99, losses={2: np.nan})
    result = short(max_epochs=9)
    assert (result.best_epoch, len(result.history), result.stop_reason) == (2, 3, "diverged")


def interrupt_at_batch(number):
    count = iter(range(1, 10**6))

    def augment(X, rng):
        if next(count) == number:
            raise KeyboardInterrupt
        return X

    return augment


@pytest.mark.parametrize(("batch", "epochs"), [(1, 0), (7, 0), (8, 1), (17, 2), (42, 5)])
def test_ctrl_c_returns_the_best_so_far(batch, epochs):
    result = short(batch_size=8, augment=interrupt_at_batch(batch))
    assert (result.stop_reason, len(result.history)) == ("interrupted", epochs)
    expected = short(batch_size=8, max_epochs=epochs).parameters if epochs else None
    if expected is None:
        expected = initialize_parameters(SIZES, np.random.default_rng(0))
        assert result.best_epoch == 0
        assert np.isnan(result.best_dev_accuracy)
    np.testing.assert_array_equal(all_values(result.parameters), all_values(expected))


def test_on_epoch_sees_every_row_and_may_stop():
    rows = []
    result = short(on_epoch=rows.append)
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[3]["dev_loss"] == result.history.loc[4, "dev_loss"]
    stopped = short(on_epoch=lambda row: row["epoch"] == 2)
    assert (len(stopped.history), stopped.stop_reason) == (2, "on_epoch")
    last = short(on_epoch=lambda row: row["epoch"] == 6)
    assert last.stop_reason == "max epochs"


@pytest.mark.parametrize("optimizer", ["gradient descent", "momentum", "adam"])
@pytest.mark.parametrize("epoch", [1, 3, 5])
def test_a_resumed_training_equals_an_uninterrupted_one_bit_for_bit(optimizer, epoch):
    settings = {"batch_size": 8, "optimizer": optimizer, "learning_rate": 0.05}
    whole = short(**settings)
    first = short(**settings, on_epoch=lambda row: row["epoch"] == epoch)
    second = short(**settings, resume_from=first)
    assert len(first.history) == epoch
    np.testing.assert_array_equal(all_values(second.last_parameters), all_values(whole.last_parameters))
    np.testing.assert_array_equal(all_values(second.parameters), all_values(whole.parameters))
    assert second.history.drop(columns="seconds").equals(whole.history.drop(columns="seconds"))
    assert (second.best_epoch, second.stop_reason) == (whole.best_epoch, whole.stop_reason)


def test_an_interrupted_epoch_is_run_again_whole():
    whole = short(batch_size=8)
    torn = short(batch_size=8, augment=interrupt_at_batch(18))
    resumed = short(batch_size=8, resume_from=torn)
    np.testing.assert_array_equal(all_values(resumed.last_parameters), all_values(whole.last_parameters))


def test_a_state_kept_from_an_earlier_epoch_is_not_changed_by_the_later_ones():
    states = []

    class Keeper(training_run.TrainingRun):
        def run_epoch(self):
            states.append(self.state)
            return super().run_epoch()

    settings = {"batch_size": 8, "optimizer": "adam", "learning_rate": 0.05}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("helpers.training.TrainingRun", Keeper)
        whole = short(**settings)
    for state in states:
        resumed = short(**settings, resume_from=state)
        np.testing.assert_array_equal(all_values(resumed.last_parameters), all_values(whole.last_parameters))


def test_resuming_with_other_settings_is_refused():
    first = short(max_epochs=2)
    for settings in ({"optimizer": "adam"}, {"dtype": np.float32}):
        with pytest.raises(ValueError, match="resume with the layer sizes, dtype and optimizer of the first run"):
            short(resume_from=first, **settings)
    with pytest.raises(ValueError, match="expected a TrainingResult"):
        short(resume_from=3)


# --- wrong arguments --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"learning_rate": 0}, "learning_rate is 0, expected a number greater than 0"),
        ({"learning_rate": "0.1"}, "learning_rate is '0.1'"),
        ({"learning_rate": np.nan}, "learning_rate is nan"),
        ({"batch_size": 0}, "batch_size is 0, expected a whole number of at least 1, or None for the whole"),
        ({"batch_size": 2.5}, "batch_size is 2.5"),
        ({"max_epochs": 0}, "max_epochs is 0"),
        ({"patience": -1}, "patience is -1, .* or None for no early stopping"),
        ({"min_delta": -0.1}, "min_delta is -0.1, expected a number at least 0"),
        ({"l2": -1}, "l2 is -1"),
        ({"optimizer": "sgd"}, "optimizer is 'sgd', expected one of 'gradient descent', 'momentum', 'adam'"),
        ({"activation": "swish"}, "activation is 'swish', expected one of"),
        ({"scheme": "big"}, "scheme is 'big', expected"),
        ({"augment": 3}, "augment is 3, expected a function"),
        ({"learning_rate_schedule": "cosine"}, "learning_rate_schedule is 'cosine', expected a function"),
        ({"dtype": np.int64}, "expected np.float64 or np.float32"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused(settings, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence):
        short(**settings)


@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [
        ([4], "expected two or more positive whole numbers"),
        ([7, 5, 3], r"train_set has 4 features an example.*begin layer_sizes with 4"),
        ([4, 5, 2], r"train_set: label 2 at position \d+ is outside the 2 classes.*layer_sizes ends with 2"),
    ],
)
def test_layer_sizes_that_do_not_fit_the_data_are_refused(sizes, sentence):
    with pytest.raises(ValueError, match=sentence):
        train(TRAIN_SET, DEV_SET, sizes, learning_rate=0.1)


def test_sets_that_cannot_train_are_refused():
    unlabeled = Dataset(TRAIN_SET.X, None, class_names=("a", "b", "c"), image_shape=(2, 2))
    with pytest.raises(ValueError, match="dev_set has no labels"):
        train(TRAIN_SET, unlabeled, SIZES, learning_rate=0.1)
    with pytest.raises(ValueError, match="train_set is a ndarray, expected a Dataset"):
        train(TRAIN_SET.X, DEV_SET, SIZES, learning_rate=0.1)


# --- the mission ------------------------------------------------------------------------------------------------


def test_the_network_of_the_mission_reaches_88_percent_on_the_mean_of_five_seeds():
    train_set, dev_set = split(load_dataset("digits"), 1000, np.random.default_rng(0))
    reached = [
        train(train_set, dev_set, [784, 10, 10, 10], learning_rate=0.1, batch_size=32, seed=seed).best_dev_accuracy
        for seed in range(5)
    ]
    assert np.mean(reached) >= 0.88
    assert min(reached) >= 0.85


def test_a_long_training_shows_a_progress_bar_unless_told_not_to(monkeypatch, capsys):
    monkeypatch.setattr("helpers.training.BAR_AFTER_SECONDS", 0)
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    short(max_epochs=3)
    assert "/3 [" in capsys.readouterr().err
    monkeypatch.setenv("TQDM_DISABLE", "1")
    short(max_epochs=3)
    assert capsys.readouterr().err == ""


def test_a_short_training_is_silent(capsys):
    short()
    assert capsys.readouterr() == ("", "")


def test_without_limits_of_their_own_trainings_end_after_100_epochs_or_10_without_improvement(scripted):
    scripted(*[0.5] * 11)
    assert len(train(TRAIN_SET, DEV_SET, SIZES, learning_rate=0.5).history) == 11
    scripted(*[0.5] * 100)
    assert len(train(TRAIN_SET, DEV_SET, SIZES, learning_rate=0.5, patience=None).history) == 100


def test_a_result_says_in_a_line_how_it_went(scripted):
    scripted(0.5, 0.75, 0.25)
    expected = "TrainingResult: 3 epochs, best epoch 2 with development accuracy 0.750; stopped by: max epochs"
    assert repr(short(max_epochs=3)) == expected


class Bar:
    """Stands for tqdm: it keeps what it was told."""

    made = None

    def __init__(self, **options):
        self.options, self.updates = options, 0
        Bar.made = self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def update(self):
        self.updates += 1


def test_the_progress_bar_counts_epochs_from_where_the_training_stood(monkeypatch):
    monkeypatch.setattr("helpers.training.tqdm", Bar)
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    short(max_epochs=5, resume_from=short(max_epochs=2))
    expected = {"total": 5, "initial": 2, "unit": "epoch", "leave": False, "delay": 10, "disable": False}
    assert Bar.made.options == expected
    assert Bar.made.updates == 3
    monkeypatch.setenv("TQDM_DISABLE", "1")
    short(max_epochs=1)
    assert Bar.made.options["disable"] is True


def test_a_result_shares_nothing_with_the_state_it_goes_on_from():
    result = short()
    for layers in (result.parameters, result.last_parameters):
        for vector in (result.state.vector, result.state.best_vector):
            assert not any(np.shares_memory(values, vector) for layer in layers for values in layer)


def test_a_run_that_was_left_has_a_result_too(monkeypatch):
    runs = []

    class Kept(training_run.TrainingRun):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            runs.append(self)

    monkeypatch.setattr("helpers.training.TrainingRun", Kept)
    short()
    runs[0].stop_reason = None
    assert training_result(runs[0]).stop_reason == "not finished"
