"""A training epoch by epoch, and batch by batch: what `train` and the panels rely on."""

import contextlib
import itertools
import math

import numpy as np
import pytest

from helpers import training_run
from helpers.data import Dataset
from helpers.evaluation import loss_and_accuracy
from helpers.settings import Settings
from helpers.training_run import TrainingRun, smooth

SIZES = [6, 5, 3]


def data(m, seed, dead=()):
    """Random examples, with 0 in the inputs `dead` of every one."""
    rng = np.random.default_rng(seed)
    rows = rng.random((m, 6))
    rows[:, list(dead)] = 0
    return Dataset(rows.T, rng.integers(0, 3, m), class_names=("a", "b", "c"), image_shape=(2, 3))


def new_run(resume_from=None, **changes):
    settings = {"layer_sizes": SIZES, "learning_rate": 0.3, "batch_size": 4, "optimizer": "adam", "max_epochs": 3}
    settings |= {"patience": None, "min_delta": 0.0, "activation": "relu", "l2": 0.0, "augment": None}
    settings |= {"learning_rate_schedule": None, "dtype": np.float64, "seed": 0}
    train_set, dev_set = changes.pop("train_set", data(21, 1)), changes.pop("dev_set", data(11, 2))
    return TrainingRun(train_set, dev_set, Settings(**settings | changes), resume_from)


def count_turns(run):
    """Run one epoch in slices as short as can be, and return how many turns others had."""
    turns = 0
    while (row := run.advance(0)) is None:
        turns += 1
    assert row is run.state.history[-1]
    return turns


def without_seconds(history):
    return [{name: value for name, value in row.items() if name != "seconds"} for row in history]


def test_smoothing_by_hand():
    Y = np.array([[1.0, 0], [0, 1], [0, 0], [0, 0]])
    np.testing.assert_allclose(smooth(Y, 0.2), [[0.85, 0.05], [0.05, 0.85], [0.05, 0.05], [0.05, 0.05]])
    assert smooth(Y, 0) is Y


def test_a_new_run_stands_before_its_first_epoch():
    run = new_run()
    assert (run.state.epoch, run.state.history, run.stop_reason) == (0, (), None)
    assert (run.state.vector == run.vector).all()
    assert (run.state.best_vector == run.vector).all()
    assert not np.shares_memory(run.state.vector, run.vector)
    assert not np.shares_memory(run.state.best_vector, run.vector)
    assert run.state.vector is not run.state.best_vector


def test_the_sets_are_checked_by_their_names():
    with pytest.raises(ValueError, match=r"^train_set is empty"):
        new_run(train_set=data(0, 1))
    with pytest.raises(ValueError, match=r"^dev_set is empty"):
        new_run(dev_set=data(0, 1))


def test_an_epoch_in_slices_is_the_epoch_in_one_go():
    whole, sliced = new_run(), new_run()
    for _ in range(3):
        whole.run_epoch()
        before = sliced.state
        assert count_turns(sliced) == 6  # a batch of four each time, and the last of one
        assert sliced.state.epoch == before.epoch + 1
    assert without_seconds(sliced.state.history) == without_seconds(whole.state.history)
    assert (sliced.vector == whole.vector).all()
    assert sliced.stop_reason == whole.stop_reason == "max epochs"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A clock on which every look takes a second."""
    looks = itertools.count()
    monkeypatch.setattr(training_run.time, "perf_counter", lambda: float(next(looks)))


def test_a_slice_ends_at_its_time_and_the_seconds_add_up():
    batches = []
    run = new_run(augment=lambda X, rng: batches.append(X) or X)
    assert run.advance(2) is None
    assert len(batches) == 2  # one second, two seconds
    assert run.advance(1) is None
    assert len(batches) == 3
    row = run.advance(100)  # the other three and the measuring: 4 looks
    assert row["seconds"] == 2 + 1 + 4
    assert run.run_epoch()["seconds"] == 7


def test_a_run_that_has_stopped_says_so():
    run = new_run(max_epochs=1)
    run.run_epoch()
    with pytest.raises(RuntimeError, match="max epochs"):
        run.advance(1)


@pytest.mark.parametrize(("batch_size", "expected"), [(4, 4), (None, 21)])
def test_the_threads_are_chosen_by_the_work_of_a_step(monkeypatch, batch_size, expected):
    seen = []
    monkeypatch.setattr(training_run, "threads_for", lambda flops: seen.append(flops) or contextlib.nullcontext())
    run = new_run(batch_size=batch_size)
    run.run_epoch()
    assert seen == [6 * (6 * 5 + 5 + 5 * 3 + 3) * expected]


@pytest.mark.parametrize("block", [1, 10, 11, 20, 21, 22])
def test_measuring_in_blocks_counts_every_example_once(monkeypatch, block):
    monkeypatch.setattr(training_run, "EXAMPLES_AT_ONCE", block)
    run = new_run()
    row = run.run_epoch()
    loss, share = loss_and_accuracy(run.parameters, data(21, 1).X, data(21, 1).labels)
    assert (row["train_loss"], row["train_accuracy"]) == pytest.approx((loss, share), rel=1e-12)
    loss, share = loss_and_accuracy(run.parameters, data(11, 2).X, data(11, 2).labels)
    assert (row["dev_loss"], row["dev_accuracy"]) == pytest.approx((loss, share), rel=1e-12)
    assert all(type(row[name]) is float for name in ("train_loss", "train_accuracy", "dev_loss", "dev_accuracy"))


@pytest.mark.parametrize(("block", "blocks"), [(10, 3 + 2), (11, 2), (20, 2), (21, 0)])
def test_measuring_gives_others_a_turn_after_each_of_its_blocks(monkeypatch, block, blocks):
    monkeypatch.setattr(training_run, "EXAMPLES_AT_ONCE", block)
    assert count_turns(new_run()) == 6 + blocks  # six batches; 21 training examples and 11 others


@pytest.mark.parametrize("batch_size", [4, None])
def test_a_schedule_sees_the_share_done(batch_size):
    shares = []
    run = new_run(batch_size=batch_size, max_epochs=2, learning_rate_schedule=lambda share: shares.append(share) or 0.5)
    rows = [run.run_epoch(), run.run_epoch()]
    steps = 12 if batch_size else 2
    assert shares == pytest.approx(np.arange(steps) / steps)
    assert [row["learning_rate"] for row in rows] == [0.15, 0.15]


def test_inputs_that_are_never_inked_are_left_out_only_where_nothing_can_ink_them():
    dead = data(21, 1, dead=[0, 4])
    assert new_run(train_set=dead).train_rows.shape == (21, 4)
    assert new_run().train_rows.shape == (21, 6)
    assert new_run(train_set=dead, l2=0.1).train_rows.shape == (21, 6)
    assert new_run(train_set=dead, augment=lambda X, rng: X).train_rows.shape == (21, 6)


def test_the_whole_network_is_measured_where_inputs_are_left_out():
    run = new_run(train_set=data(21, 1, dead=[0, 4]))
    before = run.vector.copy()
    row = run.run_epoch()
    assert (run.vector != before).any()
    assert (run.state.vector == run.vector).all()
    loss, share = loss_and_accuracy(run.parameters, data(11, 2).X, data(11, 2).labels)
    assert (row["dev_loss"], row["dev_accuracy"]) == pytest.approx((loss, share), rel=1e-12)


def test_the_arrays_are_of_the_dtype_and_row_after_row():
    run = new_run(dtype=np.float32, label_smoothing=0.1)
    assert {array.dtype for array in (run.train_rows, run.target_rows, run.dev_X, run.vector)} == {np.dtype("float32")}
    assert run.train_rows.flags.c_contiguous
    assert run.dev_X.T.flags.c_contiguous
    assert run.dev_X.shape == (6, 11)


def test_resuming_goes_on_where_the_state_stood():
    first, whole = new_run(), new_run()
    first.run_epoch()
    second = new_run(resume_from=first.state)
    assert second.state is first.state
    assert (second.vector == first.vector).all()
    for run in (whole, whole, second):
        run.run_epoch()
    assert (second.vector == whole.vector).all()
    with pytest.raises(ValueError, match="resume with the layer sizes"):
        new_run(resume_from=first.state, optimizer="momentum")


def scripted(monkeypatch, rows):
    """Let the measurements follow a script of (loss, accuracy), the same for both sets."""
    answers = iter([row for row in rows for _ in range(2)])
    monkeypatch.setattr(training_run, "loss_and_accuracy", lambda *args, **options: next(answers))


def test_what_is_kept_of_an_epoch_that_is_no_improvement(monkeypatch):
    scripted(monkeypatch, [(1.0, 0.5), (1.0, 0.52), (1.0, 0.5)])
    run = new_run(min_delta=0.05)
    run.run_epoch()
    first = run.state
    assert (first.epoch, first.best_epoch, first.improved_at, first.best_accuracy, first.reference) == (
        1,
        1,
        1,
        0.5,
        0.5,
    )
    assert first.best_vector is first.vector
    run.run_epoch()  # better, but not by enough to count
    second = run.state
    assert (second.best_epoch, second.improved_at, second.best_accuracy, second.reference) == (2, 1, 0.52, 0.5)
    run.run_epoch()
    third = run.state
    assert (third.epoch, third.best_epoch, third.improved_at, third.best_accuracy) == (3, 2, 1, 0.52)
    assert third.best_vector is second.vector
    assert [row["epoch"] for row in third.history] == [1, 2, 3]


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_diverged_epoch_is_never_the_best(monkeypatch, loss):
    scripted(monkeypatch, [(1.0, 0.5), (loss, 0.9)])
    run = new_run()
    run.run_epoch()
    run.run_epoch()
    assert (run.stop_reason, run.state.best_epoch, run.state.improved_at, run.state.reference) == (
        "diverged",
        1,
        1,
        0.5,
    )
