"""A training killed at any moment goes on from its checkpoint to what it would have given anyway, bit for bit."""

import json
import math
import os
import pickle
import random
import signal
import time
import warnings
from functools import partial

import child_trainings
import numpy as np
import pytest
from child_trainings import DEV_SET, EPOCHS, SETTINGS, SIZES, TRAIN_SET, WRITING, in_child, short
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from helpers import array_files, training_origin
from helpers.augmentation import distort
from helpers.checkpoints import CheckpointFileError, load_checkpoint, save_checkpoint
from helpers.dataset import Dataset
from helpers.schedules import cosine, step
from helpers.training import train
from helpers.training_state import HISTORY_COLUMNS, TrainingState

pytestmark = pytest.mark.slow  # `make unit` leaves these out, `make test` does not

KILLS = int(os.environ.get("CHECKPOINT_KILLS", "24"))  # in all; more for a long run
needs_sigkill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows kills in another way")


def without_seconds(history):
    return [{name: value for name, value in row.items() if name != "seconds"} for row in history]


def assert_same_state(state, expected):
    for name in ("vector", "best_vector"):
        found, wanted = getattr(state, name), getattr(expected, name)
        assert found.dtype == wanted.dtype
        assert found.tobytes() == wanted.tobytes()
    assert {name: (v.shape, v.dtype, v.tobytes()) for name, v in state.moments.items()} == {
        name: (v.shape, v.dtype, v.tobytes()) for name, v in expected.moments.items()
    }
    for name in ("rng_state", "epoch", "best_epoch", "best_accuracy", "improved_at", "reference"):
        assert getattr(state, name) == getattr(expected, name), name
    # through JSON, since NaN is not equal to NaN
    assert json.dumps(without_seconds(state.history)) == json.dumps(without_seconds(expected.history))


def assert_same_result(result, expected):
    for found, wanted in ((result.parameters, expected.parameters), (result.last_parameters, expected.last_parameters)):
        for (W, b), (W_expected, b_expected) in zip(found, wanted, strict=True):
            assert W.tobytes() == W_expected.tobytes()
            assert b.tobytes() == b_expected.tobytes()
    assert result.history.drop(columns="seconds").equals(expected.history.drop(columns="seconds"))
    assert (result.best_epoch, result.stop_reason) == (expected.best_epoch, expected.stop_reason)
    assert_same_state(result.state, expected.state)


# Going on


@pytest.mark.parametrize("name", SETTINGS)
def test_a_training_that_goes_on_from_a_file_equals_one_that_never_stopped(tmp_path, name):
    whole = short(name)
    for epoch in (0, 1, 3, EPOCHS - 1):
        path = tmp_path / f"{epoch}.npz"
        stop = (lambda row, last=epoch: row["epoch"] == last) if epoch else interrupt
        short(name, checkpoint=path, on_epoch=stop)
        if epoch == 0:
            save_checkpoint(path, first_state(name), load_checkpoint(path).origin)
        assert load_checkpoint(path).epoch == epoch
        assert_same_result(short(name, checkpoint=path, resume_from=path), whole)
        assert_same_state(load_checkpoint(path), whole.state)
        assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
        path.unlink()


def interrupt(row):
    raise KeyboardInterrupt


def first_state(name):
    """The state of a training before its first epoch, from a training interrupted in its first batch."""

    def augment(X, rng):
        raise KeyboardInterrupt

    result = short(name, augment=augment)
    assert result.state.epoch == 0
    return result.state


def test_the_first_run_and_the_next_are_the_same_line(tmp_path):
    path = tmp_path / "a" / "run.npz"
    line = partial(short, "adam, varied", checkpoint=path, resume_from=path)
    assert line(on_epoch=lambda row: row["epoch"] == 2).stop_reason == "on_epoch"
    assert_same_result(line(), short("adam, varied"))
    before = path.stat().st_mtime_ns
    assert_same_result(line(), short("adam, varied"))  # a finished training comes back at once
    assert path.stat().st_mtime_ns >= before


def test_a_checkpoint_can_begin_from_a_result_and_end_in_another_file(tmp_path):
    first = short("adam", on_epoch=lambda row: row["epoch"] == 2)
    short("adam", resume_from=first, checkpoint=tmp_path / "a.npz", on_epoch=lambda row: row["epoch"] == 4)
    last = short("adam", resume_from=str(tmp_path / "a.npz"), checkpoint=tmp_path / "b.npz")
    assert_same_result(last, short("adam"))
    assert load_checkpoint(tmp_path / "a.npz").epoch == 4
    assert load_checkpoint(tmp_path / "b.npz").epoch == EPOCHS
    assert_same_result(short("adam", resume_from=load_checkpoint(tmp_path / "a.npz")), short("adam"))


@pytest.mark.parametrize("reason", ["early stopping", "diverged", "max epochs"])
def test_a_training_that_is_over_stays_over(tmp_path, reason):
    ends = {"early stopping": {"patience": 1}, "diverged": {"learning_rate": 1e200}, "max epochs": {}}
    result = short(checkpoint=tmp_path / "a.npz", **ends[reason])
    assert result.stop_reason == reason
    assert_same_result(short(resume_from=tmp_path / "a.npz", **ends[reason]), result)


@pytest.mark.parametrize("longer", [{"max_epochs": 9}, {"patience": 3}, {"patience": None}])
def test_a_training_may_be_made_longer(tmp_path, longer):
    ends = {"max_epochs": EPOCHS, "patience": 1}
    short(checkpoint=tmp_path / "a.npz", **ends)
    assert_same_result(short(resume_from=tmp_path / "a.npz", **(ends | longer)), short(**(ends | longer)))


# Killed


@needs_sigkill
def test_killed_at_random_moments_and_resumed(tmp_path):
    rng, kills, left = random.Random(0), 0, 0
    names = ("gradient descent, varied", "momentum, varied", "adam, varied")
    longer = {"max_epochs": 25}
    expected = {name: short(name, **longer).state for name in names}
    while kills < KILLS:
        for name in names:
            path = tmp_path / "run.npz"
            done, attempt = False, 0
            while not done:
                process = in_child(child_trainings.train_to_the_end, path, name, longer)
                if attempt < KILLS / len(names):  # on a very slow machine it would never end
                    wait_for(lambda path=path, process=process: path.exists() or process.exitcode is not None)
                    time.sleep(rng.uniform(0, 0.04))
                    process.kill()
                process.join()
                done, attempt = process.exitcode == 0, attempt + 1
                assert process.exitcode in (0, -signal.SIGKILL)
                kills += not done
                if path.exists():
                    load_checkpoint(path)  # never torn
            assert_same_state(load_checkpoint(path), expected[name])
            path.unlink()
            for entry in tmp_path.iterdir():
                entry.unlink()
                left += 1
    print(f"{kills} kills, {left} of them while a file was written")


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.001)


@needs_sigkill
@pytest.mark.parametrize("place", WRITING)
def test_killed_at_every_step_of_the_writing(tmp_path, place):
    path = tmp_path / "run.npz"
    count = 6 if place == "before flushing" else 3  # the folder is flushed as well as the file
    process = in_child(child_trainings.disturbed_training, path, "adam, varied", place, signal.SIGKILL, count)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert load_checkpoint(path).epoch == 2 if place == "after renaming" else 1
    assert_same_result(short("adam, varied", checkpoint=path, resume_from=path), short("adam, varied"))


def test_what_killed_processes_leave_is_removed_after_an_hour(tmp_path):
    old, new, other = (
        tmp_path / f".{name}.npz.{32 * digit}.tmp" for name, digit in (("a", "0"), ("a", "1"), ("b", "0"))
    )
    for path in (old, new, other):
        path.write_bytes(b"")
        os.utime(path, (time.time() - 3 * 3600,) * 2)
    os.utime(new)
    array_files.replace_file(tmp_path / "a.npz", b"")
    assert sorted(tmp_path.iterdir()) == sorted([new, other, tmp_path / "a.npz"])


def test_file_and_folder_are_flushed_before_the_write_is_over(tmp_path, monkeypatch):
    calls = []
    fsync, replace = os.fsync, os.replace

    def watch(descriptor):
        calls.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watch)
    monkeypatch.setattr(os, "replace", lambda *paths: (calls.append("rename"), replace(*paths)))
    array_files.replace_file(tmp_path / "a.npz", b"")
    if os.path.isdir("/proc/self/fd"):
        assert calls == ["file", "rename", "folder"]


# What is refused


@pytest.fixture
def checkpoint(tmp_path):
    short("adam, varied", checkpoint=tmp_path / "run.npz", on_epoch=lambda row: row["epoch"] == 2)
    return tmp_path / "run.npz"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"learning_rate": 0.1}, "learning_rate=0.05, not 0.1; resume with the settings of the first run"),
        ({"batch_size": 9}, "batch_size=8, not 9"),
        ({"optimizer": "momentum"}, "optimizer='adam', not 'momentum'"),
        ({"max_epochs": EPOCHS - 1}, "max_epochs=6, not 5;"),
        ({"max_epochs": EPOCHS + 1}, r"max_epochs=6, not 7 \(the schedule depends on it\)"),
        ({"patience": 3}, "patience=None, not 3"),
        ({"min_delta": 0.1}, "min_delta=0.0, not 0.1"),
        ({"activation": "tanh"}, "activation='relu', not 'tanh'"),
        ({"l2": 0}, "l2=0.0001, not 0"),
        ({"dtype": np.float32}, "dtype='float64', not 'float32'"),
        ({"seed": 1}, "seed=0, not 1"),
        ({"label_smoothing": 0.1}, "label_smoothing=0.0, not 0.1"),
        ({"measure_train": False}, "measure_train=True, not False"),
        ({"augment": None}, r"augment=distort\(.*max_shift=1.*\), not None"),
        ({"augment": distort(max_shift=2, image_shape=(8, 8))}, r"augment=distort\(.*\), not distort\(.*\)"),
        ({"learning_rate_schedule": None}, "learning_rate_schedule=cosine.*, not None"),
        ({"learning_rate_schedule": cosine(final=0.1)}, "final=0.0.*, not .*final=0.1"),
        ({"learning_rate_schedule": step()}, "cosine.*, not step"),
    ],
)
def test_a_checkpoint_of_other_settings_is_refused(checkpoint, other, words):
    before = checkpoint.read_bytes()
    with pytest.raises(ValueError, match=words) as caught:
        short("adam, varied", checkpoint=checkpoint, resume_from=checkpoint, **other)
    assert str(checkpoint) in str(caught.value)
    with pytest.raises(ValueError, match=words):
        short("adam, varied", resume_from=load_checkpoint(checkpoint), **other)
    assert checkpoint.read_bytes() == before


def test_other_layers_and_other_data_are_refused(checkpoint):
    resume = partial(train, resume_from=checkpoint, **SETTINGS["adam, varied"])
    with pytest.raises(ValueError, match=r"layer_sizes=\[64, 9, 5, 3\], not \[64, 8, 5, 3\]"):
        resume(TRAIN_SET, DEV_SET, [64, 8, 5, 3])
    X = TRAIN_SET.X.copy()
    X[3, 4] += 1e-15
    labels = DEV_SET.labels.copy()
    labels[7] = (labels[7] + 1) % 3
    other_images = Dataset(X, TRAIN_SET.labels, TRAIN_SET.class_names, (8, 8))
    other_labels = Dataset(DEV_SET.X, labels, DEV_SET.class_names, (8, 8))
    with pytest.raises(ValueError, match=r"another train_set \(the checksum of its images and labels differs\)"):
        resume(other_images, DEV_SET, SIZES)
    with pytest.raises(ValueError, match="another dev_set"):
        resume(TRAIN_SET, other_labels, SIZES)
    with pytest.raises(ValueError, match="dev_set has no labels"):
        resume(TRAIN_SET, Dataset(DEV_SET.X, None, DEV_SET.class_names, (8, 8)), SIZES)
    same = Dataset(np.ascontiguousarray(TRAIN_SET.X), TRAIN_SET.labels.astype(np.int8), TRAIN_SET.class_names, (8, 8))
    assert resume(same, DEV_SET, SIZES).stop_reason == "max epochs"


class Callable:
    def __call__(self, X, rng):
        return X


def test_functions_are_told_apart_as_far_as_that_is_certain(tmp_path, monkeypatch):
    describe = training_origin.describe_function
    same = training_origin.same_setting
    assert not same(describe(lambda X, rng: X), describe(lambda X, rng: X + 0))
    assert same(describe(lambda X, rng: X), describe(lambda X, rng: X))
    assert same(describe(Callable()), describe(Callable()))
    one, other = np.random.default_rng(0), np.random.default_rng(0)  # whose texts hold addresses
    assert repr(one) != repr(other)
    assert same(describe(partial(max, one)), describe(partial(max, other)))
    assert not same(describe(partial(max, key=1)), describe(partial(max, key=2)))
    assert same(describe(partial(max, *range(500))), describe(partial(max, *range(500))))
    assert not same(describe(partial(max, *range(500))), describe(partial(max, *range(499), 7)))
    assert len(json.dumps(describe(partial(max, *range(500))))) < 500
    old = describe(lambda X, rng: X)
    monkeypatch.setattr(training_origin, "PYTHON", "9.9")  # whose code may be another for the same function
    assert same(old, describe(lambda X, rng: X + 0))


def test_an_existing_file_is_not_overwritten_by_chance(tmp_path, checkpoint):
    before = checkpoint.read_bytes()
    for resume_from in (None, short("adam, varied"), tmp_path / "another.npz"):
        with pytest.raises(FileExistsError, match="pass the same path as resume_from, and to start anew, delete it"):
            short("adam, varied", checkpoint=checkpoint, resume_from=resume_from)
    assert checkpoint.read_bytes() == before
    (tmp_path / "link.npz").symlink_to(checkpoint)
    short("adam, varied", checkpoint=tmp_path / "link.npz", resume_from=checkpoint)
    assert (tmp_path / "link.npz").is_symlink()
    assert load_checkpoint(checkpoint).epoch == EPOCHS


def test_a_checkpoint_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no checkpoint .*run\.npz; train\(checkpoint=...\) writes one"):
        short(resume_from=tmp_path / "run.npz")
    with pytest.raises(FileNotFoundError):
        short(resume_from=tmp_path / "run.npz", checkpoint=tmp_path / "other.npz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["run.pkl", "run", 3])
def test_another_path_is_refused(path):
    with pytest.raises(ValueError, match=r'expected the path of a file such as "training\.npz"'):
        short(checkpoint=path)


# Files


def some_state(**changes):
    rng = np.random.default_rng(0)
    row = dict(zip(HISTORY_COLUMNS, (1, 0.5, 0.25, math.nan, 0.75, 0.1, 2.0), strict=True))
    values = {
        "vector": rng.random(7),
        "best_vector": rng.random(7),
        "moments": {"velocity": rng.random(7), "steps": np.array(3)},
        "rng_state": rng.bit_generator.state,
        "epoch": 1,
        "best_epoch": 1,
        "best_accuracy": 0.75,
        "improved_at": 1,
        "reference": 0.75,
        "history": (row,),
    }
    return TrainingState(**(values | changes))


@settings(deadline=None, max_examples=60)
@given(
    dtype=st.sampled_from([np.float32, np.float64]),
    data=st.data(),
    epochs=st.integers(0, 4),
    accuracy=st.floats(allow_nan=False),
    draws=st.integers(0, 3),
)
def test_every_state_comes_back(tmp_path_factory, dtype, data, epochs, accuracy, draws):
    vectors = arrays(dtype, 5)
    rng = np.random.default_rng(draws)
    rng.integers(0, 9, draws, dtype=np.int32)  # half of a 64-bit draw is kept
    numbers = st.lists(st.floats(), min_size=6, max_size=6)
    rows = tuple(dict(zip(HISTORY_COLUMNS, [n + 1, *data.draw(numbers)], strict=True)) for n in range(epochs))
    moments = {"velocity": data.draw(vectors), "steps": np.array(2**40)} if epochs else {}
    state = some_state(
        vector=data.draw(vectors), best_vector=data.draw(vectors), moments=moments, rng_state=rng.bit_generator.state,
        epoch=epochs, best_epoch=epochs, improved_at=0, best_accuracy=accuracy, history=rows,
    )  # fmt: skip
    path = save_checkpoint(tmp_path_factory.getbasetemp() / "state.npz", state, {"seed": 0})
    loaded = load_checkpoint(path)
    assert_same_state(loaded, state)
    assert loaded.origin == {"seed": 0}


def test_the_file_holds_no_pickle(tmp_path, checkpoint):
    with np.load(checkpoint, allow_pickle=False) as content:
        assert json.loads(content["facts"].item())["epoch"] == 2
        assert content["history"].shape == (2, len(HISTORY_COLUMNS))
    checkpoint.write_bytes(pickle.dumps({"vector": np.ones(3)}))
    with pytest.raises(CheckpointFileError, match="does not hold a training to go on from"):
        load_checkpoint(checkpoint)


@pytest.mark.parametrize("name", ["vector", "best_vector", "history", "moment_velocity", "facts"])
def test_a_changed_number_is_refused(checkpoint, name):
    """In an archive that is whole, so that its own checksums are right."""
    with np.load(checkpoint) as content:
        arrays = dict(content)
    np.savez(checkpoint, **arrays)
    assert load_checkpoint(checkpoint).epoch == 2
    if name == "facts":
        arrays[name] = np.array(str(arrays[name]).replace('"epoch": 2', '"epoch": 1'))
    else:
        arrays[name].flat[-1] += 1e-9
    np.savez(checkpoint, **arrays)
    with pytest.raises(CheckpointFileError, match="changed since it was saved"):
        load_checkpoint(checkpoint)


def test_a_flipped_bit_never_changes_a_state(tmp_path):
    path = save_checkpoint(tmp_path / "a.npz", some_state(), {"seed": 0})
    content, expected, refused = path.read_bytes(), load_checkpoint(path), 0
    bits = range(0, 8 * len(content), 97)
    for bit in bits:
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            assert_same_state(load_checkpoint(path), expected)
            assert load_checkpoint(path).origin == {"seed": 0}
        except CheckpointFileError:
            refused += 1
    assert refused > 0.8 * len(bits)


# A write that fails


def test_a_folder_that_cannot_be_written_shows_before_the_first_epoch(tmp_path):
    (tmp_path / "a").write_text("not a folder")
    rows = []
    with pytest.raises(OSError, match="cannot write the file"):
        short(checkpoint=tmp_path / "a" / "run.npz", on_epoch=rows.append)
    assert rows == []


def test_a_disk_that_fills_up_costs_no_training(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    fsync, full = os.fsync, []

    def flush(descriptor):
        if full:
            raise OSError(28, "No space left on device")
        fsync(descriptor)

    def fill(row):
        full[:] = [True] * (2 <= row["epoch"] < 4)

    monkeypatch.setattr(os, "fsync", flush)
    epochs = []
    with pytest.warns(UserWarning, match="no checkpoint could be written.*No space left on device.*tries again"):
        result = short(checkpoint=path, on_epoch=lambda row: (fill(row), epochs.append(load_checkpoint(path).epoch))[0])
    assert epochs == [1, 2, 2, 2, 5, 6]
    assert_same_result(result, short())
    assert list(tmp_path.iterdir()) == [path]


def test_a_warning_is_not_an_error(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(short(checkpoint=tmp_path / "run.npz").history) == EPOCHS
