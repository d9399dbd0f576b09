"""Checkpoints: a killed run goes on bit for bit; no file is torn or taken for another run's."""

import json
import math
import os
import random
import shutil
import signal
import time
from functools import partial
from pathlib import Path

import child_trainings
import numpy as np
import pytest
from child_trainings import DEV_SET, EPOCHS, SETTINGS, SIZES, TRAIN_SET, in_child, short
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from helpers.augmentation import distort
from helpers.data import Dataset
from helpers.internals.checkpoints import (
    HISTORY_COLUMNS,
    CheckpointFileError,
    TrainingState,
    load_checkpoint,
    save_checkpoint,
)
from helpers.schedules import cosine, step
from helpers.training import train

pytestmark = pytest.mark.slow  # `make test` leaves these out, `make test-all` does not

KILLS = int(os.environ.get("CHECKPOINT_KILLS", "24"))  # in all; more for a long run
NUMBERS = ("epoch", "best_epoch", "best_accuracy", "last_improvement", "best_for_patience")


def assert_same_state(state, expected):
    for name in ("vector", "best_vector"):
        found, wanted = getattr(state, name), getattr(expected, name)
        assert (found.dtype, found.tobytes()) == (wanted.dtype, wanted.tobytes())
    assert {name: (v.shape, v.dtype, v.tobytes()) for name, v in state.optimizer_state.items()} == {
        name: (v.shape, v.dtype, v.tobytes()) for name, v in expected.optimizer_state.items()
    }
    assert state.rng_state == expected.rng_state
    assert [getattr(state, n) for n in NUMBERS] == [getattr(expected, n) for n in NUMBERS]
    histories = [[row | {"seconds": 0} for row in s.history] for s in (state, expected)]
    assert json.dumps(histories[0]) == json.dumps(histories[1])  # as text, since NaN is not NaN


def assert_same_result(result, expected):
    assert_same_state(result.state, expected.state)
    assert result.history.drop(columns="seconds").equals(expected.history.drop(columns="seconds"))
    assert (result.best_epoch, result.stop_reason) == (expected.best_epoch, expected.stop_reason)


def stop_after(epoch):
    return lambda row: row["epoch"] == epoch


# Going on


@pytest.mark.parametrize("name", SETTINGS)
def test_a_run_that_goes_on_from_a_file_equals_one_that_never_stopped(tmp_path, name):
    whole = short(name)
    for epoch in (1, 3, EPOCHS - 1):
        path = tmp_path / f"{epoch}.npz"
        short(name, checkpoint=path, on_epoch=stop_after(epoch))
        assert load_checkpoint(path).epoch == epoch
        assert_same_result(short(name, checkpoint=path, resume_from=path), whole)
        assert_same_state(load_checkpoint(path), whole.state)
        assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
        path.unlink()


@pytest.mark.parametrize("name", ["gradient descent", "momentum", "adam"])
def test_a_run_that_was_stopped_in_its_first_epoch_begins_again(tmp_path, name):
    def interrupt(X, rng):
        raise KeyboardInterrupt

    path, options = tmp_path / "run.npz", {"augment": interrupt}
    assert short(name, checkpoint=path, **options).stop_reason == "interrupted"
    state = load_checkpoint(path)
    assert state.epoch == 0
    resumed = short(
        name, resume_from=save_checkpoint(path, state, state.identity | {"augment": None})
    )
    assert_same_result(resumed, short(name))


def test_the_first_run_and_the_next_are_the_same_line(tmp_path):
    path = tmp_path / "a" / "run.npz"
    line = partial(short, "adam, varied", checkpoint=path, resume_from=path)
    assert line(on_epoch=stop_after(2)).stop_reason == "on_epoch"
    assert_same_result(line(), short("adam, varied"))
    assert_same_result(line(), short("adam, varied"))  # a finished run comes back at once


def test_a_checkpoint_can_begin_from_a_result_and_end_in_another_file(tmp_path):
    first, a, b = short("adam", on_epoch=stop_after(2)), tmp_path / "a.npz", tmp_path / "b.npz"
    short("adam", resume_from=first, checkpoint=a, on_epoch=stop_after(4))
    assert_same_result(short("adam", resume_from=str(a), checkpoint=b), short("adam"))
    assert (load_checkpoint(a).epoch, load_checkpoint(b).epoch) == (4, EPOCHS)
    assert_same_result(short("adam", resume_from=load_checkpoint(a)), short("adam"))


@pytest.mark.parametrize("reason", ["early stopping", "diverged", "max epochs"])
def test_a_run_that_is_over_stays_over(tmp_path, reason):
    ends = {"early stopping": {"patience": 1}, "diverged": {"learning_rate": 1e200}}
    result = short(checkpoint=tmp_path / "a.npz", **ends.get(reason, {}))
    assert result.stop_reason == reason
    assert_same_result(short(resume_from=tmp_path / "a.npz", **ends.get(reason, {})), result)


@pytest.mark.parametrize(
    "longer", [{"max_epochs": 9}, {"patience": 3}, {"patience": None}], ids=str
)
def test_a_run_may_be_made_longer(tmp_path, longer):
    ends = {"max_epochs": EPOCHS, "patience": 1}
    short(checkpoint=tmp_path / "a.npz", **ends)
    resumed = short(resume_from=tmp_path / "a.npz", **(ends | longer))
    assert_same_result(resumed, short(**(ends | longer)))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("momentum", {"patience": 5}),
        (
            "adam",
            {
                "learning_rate_schedule": cosine(),
                "augment": distort(max_shift=1, image_shape=(3, 3)),
            },
        ),
    ],
)
def test_a_file_of_the_first_edition_can_be_gone_on_from(tmp_path, name, options):
    def simple(m):
        rows = np.outer(np.arange(m), np.arange(1, 10)) % 7 / 8
        return Dataset(rows.T, np.arange(m) % 3, ("a", "b", "c"), (3, 3))

    path = shutil.copy(Path(__file__).with_name(f"first_edition_{name}.npz"), tmp_path / "run.npz")
    options |= {"optimizer": name, "learning_rate": 0.05, "batch_size": 4, "max_epochs": 4}
    run = partial(train, simple(12), simple(8), [9, 4, 3], **options)
    resumed, whole = run(seed=1, checkpoint=path, resume_from=path), run(seed=1)
    np.testing.assert_allclose(resumed.state.vector, whole.state.vector, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(resumed.history["dev_loss"], whole.history["dev_loss"], rtol=1e-12)
    assert load_checkpoint(path).optimizer_state.keys() == whole.state.optimizer_state.keys()
    with pytest.raises(ValueError, match="was trained with seed=1, not 2"):
        run(seed=2, resume_from=path)


# Killed


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows kills in another way")
def test_killed_at_random_moments_and_resumed(tmp_path):
    rng, kills = random.Random(0), 0
    names = ("gradient descent, varied", "momentum, varied", "adam, varied")
    longer = {"max_epochs": 25}
    expected = {name: short(name, **longer).state for name in names}
    while kills < KILLS:
        for name in names:
            path, done, attempt = tmp_path / "run.npz", False, 0
            while not done:
                process = in_child(child_trainings.train_to_the_end, path, name, longer)
                if attempt < KILLS / len(names):  # on a very slow machine it would never end
                    wait_for(lambda p=process, path=path: path.exists() or p.exitcode is not None)
                    time.sleep(rng.uniform(0, 0.04))
                    process.kill()
                process.join()
                done, attempt = process.exitcode == 0, attempt + 1
                assert process.exitcode in (0, -signal.SIGKILL)
                kills += not done
                if path.exists():
                    load_checkpoint(path)  # never torn
            assert_same_state(load_checkpoint(path), expected[name])
            for entry in tmp_path.iterdir():
                entry.unlink()


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.001)


# What is refused


@pytest.fixture
def checkpoint(tmp_path):
    short("adam, varied", checkpoint=tmp_path / "run.npz", on_epoch=stop_after(2))
    return tmp_path / "run.npz"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"learning_rate": 0.1}, "learning_rate=0.05, not 0.1; resume with the settings of"),
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
        ({"augment": None}, r"augment='distort\(.*, not None"),
        ({"augment": distort(max_shift=2, image_shape=(8, 8))}, "augment='distort.*, not 'distort"),
        ({"learning_rate_schedule": None}, "learning_rate_schedule='cosine.*, not None"),
        ({"learning_rate_schedule": cosine(final=0.1)}, "final=0.0.*, not .*final=0.1"),
        ({"learning_rate_schedule": step()}, "cosine.*, not 'step"),
    ],
    ids=lambda value: value if isinstance(value, str) else ", ".join(value),
)  # fmt: skip
def test_a_checkpoint_of_other_settings_is_refused(checkpoint, other, words):
    before = checkpoint.read_bytes()
    with pytest.raises(ValueError, match=rf"run\.npz was trained with .*{words}"):
        short("adam, varied", checkpoint=checkpoint, resume_from=checkpoint, **other)
    with pytest.raises(ValueError, match=f"^resume_from was trained with .*{words}"):
        short("adam, varied", resume_from=load_checkpoint(checkpoint), **other)
    assert checkpoint.read_bytes() == before


def test_other_layers_and_other_data_are_refused(checkpoint):
    resume = partial(train, resume_from=checkpoint, **SETTINGS["adam, varied"])
    with pytest.raises(ValueError, match=r"layer_sizes=\[64, 9, 5, 3\], not \[64, 8, 5, 3\]"):
        resume(TRAIN_SET, DEV_SET, [64, 8, 5, 3])
    X, labels = TRAIN_SET.X.copy(), DEV_SET.labels.copy()
    X[3, 4] += 1e-15
    labels[7] = (labels[7] + 1) % 3
    names = ("a", "b", "c")
    with pytest.raises(ValueError, match=r"another train_set \(the checksum of its images"):
        resume(Dataset(X, TRAIN_SET.labels, names, (8, 8)), DEV_SET, SIZES)
    with pytest.raises(ValueError, match="another dev_set"):
        resume(TRAIN_SET, Dataset(DEV_SET.X, labels, names, (8, 8)), SIZES)
    rows_first = np.ascontiguousarray(TRAIN_SET.X), TRAIN_SET.labels.astype(np.int8)
    assert resume(Dataset(*rows_first, names, (8, 8)), DEV_SET, SIZES).stop_reason == "max epochs"


def scaled(X, rng, factors):
    return X * factors[:, None]


def test_functions_are_known_by_name_and_arguments_however_long(tmp_path):
    factors = np.linspace(0.9, 1.1, 64)
    run = partial(short, checkpoint=tmp_path / "a.npz", resume_from=tmp_path / "a.npz")
    run(augment=partial(scaled, factors=factors), on_epoch=stop_after(2))
    factors[-1] += 1e-9
    with pytest.raises(ValueError, match=r"was trained with augment='scaled\(.*, not 'scaled"):
        run(augment=partial(scaled, factors=factors))
    factors[-1] = 1.1
    assert run(augment=partial(scaled, factors=factors)).stop_reason == "max epochs"


def test_an_existing_file_is_not_overwritten_by_chance(tmp_path, checkpoint):
    before = checkpoint.read_bytes()
    for resume_from in (None, short("adam, varied"), tmp_path / "another.npz"):
        with pytest.raises(
            FileExistsError, match="pass the same path as resume_from, and to start"
        ):
            short("adam, varied", checkpoint=checkpoint, resume_from=resume_from)
    assert checkpoint.read_bytes() == before
    (tmp_path / "link.npz").symlink_to(checkpoint)
    short("adam, varied", checkpoint=tmp_path / "link.npz", resume_from=checkpoint)
    assert (tmp_path / "link.npz").is_symlink()
    assert load_checkpoint(checkpoint).epoch == EPOCHS


def test_a_checkpoint_that_is_not_there(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"no checkpoint .*run\.npz; train\(checkpoint=...\)"
    ):
        short(resume_from=tmp_path / "run.npz")
    with pytest.raises(FileNotFoundError):
        short(resume_from=tmp_path / "run.npz", checkpoint=tmp_path / "other.npz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["run.pkl", "run", 3])
def test_another_path_is_refused(path):
    for argument in ("checkpoint", "resume_from")[: 1 if path == 3 else 2]:
        with pytest.raises(
            ValueError, match=r'expected the path of a file such as "training\.npz"'
        ):
            short(**{argument: path})


# Files


@settings(max_examples=60)
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
    rows = [[epoch, *data.draw(numbers)] for epoch in range(1, epochs + 1)]
    state = TrainingState(
        vector=data.draw(vectors),
        best_vector=data.draw(vectors),
        rng_state=rng.bit_generator.state,
        optimizer_state={"first_moment": data.draw(vectors), "steps": np.array(2**40)},
        epoch=epochs,
        best_epoch=epochs,
        best_accuracy=accuracy,
        history=tuple(dict(zip(HISTORY_COLUMNS, row, strict=True)) for row in rows),
    )
    folder = tmp_path_factory.getbasetemp()
    loaded = load_checkpoint(save_checkpoint(folder / "state.npz", state, {"seed": 0}))
    assert_same_state(loaded, state)
    assert loaded.best_for_patience == -math.inf
    assert loaded.identity == {"seed": 0}


def changed(path, **facts):
    """Write a checkpoint whose checksum is right and whose facts are not."""
    state = load_checkpoint(path)
    fields = {name: getattr(state, name) for name in state.__dataclass_fields__} | facts
    return save_checkpoint(path, TrainingState(**fields), state.identity)


@pytest.mark.parametrize(
    "facts",
    [
        {"epoch": 3},
        {"best_epoch": 3},
        {"best_epoch": -1},
        {"last_improvement": 3},
        {"rng_state": {"bit_generator": "MT19937"}},
        {"history": ()},
    ],
    ids=str,
)
def test_facts_that_contradict_each_other_are_refused(checkpoint, facts):
    with pytest.raises(CheckpointFileError, match=r"hold a training run to go on from: .*; resume"):
        load_checkpoint(changed(checkpoint, **facts))


def test_arrays_that_do_not_belong_together_are_refused(checkpoint):
    longer = np.append(load_checkpoint(checkpoint).vector, 1.0)
    with pytest.raises(ValueError, match="resume with the layer sizes"):
        short("adam, varied", resume_from=changed(checkpoint, best_vector=longer))


def test_a_file_of_a_newer_version_says_so(checkpoint, monkeypatch):
    state = load_checkpoint(checkpoint)
    monkeypatch.setattr("helpers.internals.checkpoints.FORMAT_VERSION", 3)
    save_checkpoint(checkpoint, state, state.identity)
    monkeypatch.undo()
    with pytest.raises(CheckpointFileError, match="a newer version may have written it"):
        load_checkpoint(checkpoint)


def test_a_flipped_bit_never_changes_a_state(checkpoint):
    content, expected, refused = checkpoint.read_bytes(), load_checkpoint(checkpoint), 0
    bits = range(0, 8 * len(content), 1601)
    for bit in bits:
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        checkpoint.write_bytes(damaged)
        try:
            assert_same_state(load_checkpoint(checkpoint), expected)
        except CheckpointFileError:
            refused += 1
    assert refused > 0.8 * len(bits)


@pytest.mark.parametrize("name", ["vector", "history", "optimizer_second_moment"])
def test_a_number_changed_in_a_whole_archive_is_refused(checkpoint, name):
    with np.load(checkpoint) as content:
        arrays = dict(content)
    np.savez(checkpoint, **arrays)
    assert load_checkpoint(checkpoint).epoch == 2
    arrays[name].flat[-1] += 1e-9
    np.savez(checkpoint, **arrays)
    with pytest.raises(CheckpointFileError, match="its content has changed since it was saved"):
        load_checkpoint(checkpoint)


@pytest.mark.parametrize("content", [b"", b"PK", b"\x80\x04N.", b"vector\n1.0\n"])
def test_another_file_is_refused(checkpoint, content):
    checkpoint.write_bytes(content)
    with pytest.raises(CheckpointFileError, match="does not hold a training run to go on from"):
        load_checkpoint(checkpoint)


# A write that fails


def test_a_folder_that_cannot_be_written_shows_before_the_first_epoch(tmp_path):
    (tmp_path / "a").write_text("not a folder")
    rows = []
    with pytest.raises(OSError, match="cannot write the file"):
        short(checkpoint=tmp_path / "a" / "run.npz", on_epoch=rows.append)
    assert rows == []


def test_a_disk_that_fills_up_costs_no_training(tmp_path, monkeypatch):
    path, epochs, full, fsync = tmp_path / "run.npz", [], [], os.fsync

    def flush(descriptor):
        if full:
            raise OSError(28, "No space left on device")
        fsync(descriptor)

    def on_epoch(row):
        full[:] = [True] * (2 <= row["epoch"] < 4)
        epochs.append(load_checkpoint(path).epoch)

    monkeypatch.setattr(os, "fsync", flush)
    with pytest.warns(
        UserWarning, match=r"no checkpoint could be written.*No space left.*tries again"
    ):
        result = short(checkpoint=path, on_epoch=on_epoch)
    assert epochs == [1, 2, 2, 2, 5, 6]
    assert_same_result(result, short())
    assert list(tmp_path.iterdir()) == [path]


# Two training runs and one file


def test_a_run_never_writes_over_the_checkpoint_of_another_one(tmp_path):
    path, results = tmp_path / "run.npz", []

    def start_another(X, rng):
        """In the first epoch, as if both had looked for a file before either wrote one."""
        if not results:
            results.append(None)
            path.unlink()
            other = {"checkpoint": path, "resume_from": path, "learning_rate": 0.2}
            results[:] = [short("full batch", **other)]
        return X

    with pytest.warns(
        UserWarning, match=r"no checkpoint .*run\.npz was trained with learning_rate=0\.2"
    ):
        first = short("full batch", checkpoint=path, resume_from=path, augment=start_another)
    assert len(first.history) == EPOCHS  # it goes on, and its result comes back
    assert_same_state(load_checkpoint(path), results[0].state)


def test_two_runs_at_once_leave_the_checkpoint_of_one(tmp_path):
    path, rates = tmp_path / "run.npz", (0.05, 0.2)
    names = [tmp_path / "first.json", tmp_path / "second.json"]
    barrier = child_trainings.PROCESSES.Barrier(2)
    start = partial(in_child, child_trainings.train_beside_another, barrier, path)
    children = [
        start(name, {"learning_rate": rate, "max_epochs": 200})
        for name, rate in zip(names, rates, strict=True)
    ]
    for child in children:
        child.join(60)
        assert child.exitcode == 0
    complaints = [json.loads(name.read_text()) for name in names]
    owner = complaints.index("")  # one of the two hears of nothing
    assert f"run.npz was trained with learning_rate={rates[owner]}" in complaints[1 - owner]
    state = load_checkpoint(path)
    assert (state.identity["learning_rate"], state.epoch) == (rates[owner], 200)
