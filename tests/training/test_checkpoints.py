"""A training killed at any moment goes on from its checkpoint to what it would have given anyway, bit for bit."""

import hashlib
import json
import math
import os
import pickle
import random
import signal
import sys
import time
import warnings
from functools import partial
from types import MethodType

import child_trainings
import numpy as np
import pytest
from child_trainings import DEV_SET, EPOCHS, SETTINGS, SIZES, TRAIN_SET, WRITING, in_child, short
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from helpers.augmentation import distort
from helpers.data import Dataset
from helpers.internals import checkpoints, files, training_origin
from helpers.internals.checkpoints import CheckpointFileError, load_checkpoint, save_checkpoint
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
    files.replace_file(tmp_path / "a.npz", b"")
    assert sorted(tmp_path.iterdir()) == sorted([new, other, tmp_path / "a.npz"])


def test_file_and_folder_are_flushed_before_the_write_is_over(tmp_path, monkeypatch):
    calls = []
    fsync, replace = os.fsync, os.replace

    def watch(descriptor):
        calls.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watch)
    monkeypatch.setattr(os, "replace", lambda *paths: (calls.append("rename"), replace(*paths)))
    files.replace_file(tmp_path / "a.npz", b"")
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


def test_a_state_of_other_settings_is_called_resume_from(checkpoint):
    with pytest.raises(ValueError, match=r"^resume_from was trained with seed=0, not 1; resume with"):
        short("adam, varied", resume_from=load_checkpoint(checkpoint), seed=1)


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


def test_functions_in_partials_and_methods_are_told_apart_by_their_code():
    class Other:
        def __call__(self, X, rng):
            return X + 0

        method = __call__

    class Same:
        def __call__(self, X, rng):
            return X

        method = __call__

    Same.__name__ = Other.__name__ = "Augment"
    Same.method.__qualname__ = Other.method.__qualname__ = "Augment.method"
    describe, same = training_origin.describe_function, training_origin.same_setting
    one, other = (lambda X, rng: X), (lambda X, rng: X + 0)
    for a, b in ((partial(one), partial(other)), (Same(), Other()), (Same().method, Other().method)):
        assert describe(a)["name"] == describe(b)["name"]
        assert same(describe(a), describe(a))
        assert not same(describe(a), describe(b))
    assert describe(partial(partial(one)))["code"] == describe(one)["code"]
    assert describe(partial(Same().method))["code"] == describe(Same().method)["code"]
    assert describe(np.sin) == {"name": describe(np.sin)["name"], "code": None, "python": training_origin.PYTHON}


def test_a_method_of_something_callable_is_known_by_that():
    class Other:
        def __call__(self, X, rng):
            return X + 0

    one, other = (training_origin.describe_function(MethodType(function, 3)) for function in (Callable(), Other()))
    assert one["name"] == other["name"]
    assert one["code"] == training_origin.describe_function(Callable())["code"] != other["code"]
    assert one["python"] == f"{sys.version_info[0]}.{sys.version_info[1]}"


def test_a_long_name_is_kept_as_its_start_and_a_checksum():
    def augment(X, rng):
        return X

    for length, expected in ((200, 200), (201, 200 + len("... ") + 16)):
        augment.__qualname__ = "a" * length
        name = training_origin.describe_function(augment)["name"]
        assert len(name) == expected
        assert name.startswith("a" * 200)
    assert name.endswith(f"a... {hashlib.sha256(b'a' * 201).hexdigest()[:16]}")


def test_data_are_known_by_shape_type_images_and_labels():
    """The checksum stands in files, so it must not change from one version to the next."""
    expected = hashlib.sha256(b"(64, 40) float64")
    for image in DEV_SET.X.T:
        expected.update(image.astype("<f8").tobytes())
    expected.update(DEV_SET.labels.astype(np.int64).tobytes())
    assert training_origin.data_checksum(DEV_SET) == expected.hexdigest()


def test_settings_are_the_same_up_to_the_type_of_a_number():
    same, known = training_origin.same_setting, training_origin.describe_function(max)
    assert same(0, 0.0)
    assert same([64, 9, 3], [64, 9, 3])
    for old, new in ((True, 1), ("1", 1), (None, 0), (None, known), (known, None), ({}, known)):
        assert not same(old, new), (old, new)


def test_limits_may_be_raised_unless_a_schedule_depends_on_them():
    check, known = training_origin.check_origin, training_origin.describe_function(max)
    plain, scheduled = {"learning_rate_schedule": None}, {"learning_rate_schedule": known}
    for schedule in (plain, scheduled):
        for old, new in ((3, 4), (3, None)):
            check("a.npz", schedule | {"patience": old}, schedule | {"patience": new})
            with pytest.raises(ValueError, match=f"^a.npz was trained with patience={new}, not {old}; resume with"):
                check("a.npz", schedule | {"patience": new}, schedule | {"patience": old})
    check("a.npz", plain | {"max_epochs": 3}, plain | {"max_epochs": 4})
    with pytest.raises(ValueError, match=r"max_epochs=3, not 4 \(the schedule depends on it\); resume"):
        check("a.npz", scheduled | {"max_epochs": 3}, scheduled | {"max_epochs": 4})


def test_messages_name_functions_and_their_code_where_they_have_one_name():
    def refusal(old, new):
        with pytest.raises(ValueError, match=r"^a\.npz was trained with augment=") as caught:
            training_origin.check_origin("a.npz", {"augment": old}, {"augment": new, "learning_rate_schedule": None})
        return str(caught.value).split(";")[0].removeprefix("a.npz was trained with augment=")

    one, changed, other = ({"name": n, "code": c * 64, "python": training_origin.PYTHON} for n, c in ("fa", "fb", "gc"))
    assert refusal(one, changed) == "f (code aaaaaaaa), not f (code bbbbbbbb)"
    assert refusal(one, other) == "f, not g"
    assert refusal(None, other) == "None, not g"
    assert refusal({}, other) == "None, not g"


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


def rewrite(path, change):
    """Have change(arrays, facts) change the content of a checkpoint, and write it with its right checksum."""
    arrays = files.unpack_npz(path.read_bytes(), "fiU")
    del arrays["sha256"]
    facts = json.loads(str(arrays["facts"]))
    change(arrays, facts)
    if "facts" in arrays:
        arrays["facts"] = json.dumps(facts)
    path.write_bytes(files.pack_npz({"sha256": files.checksum(arrays)} | arrays))


def with_facts(**changed):
    return lambda arrays, facts: facts.update(changed)


def with_array(name, change):
    return lambda arrays, facts: arrays.update({name: change(arrays[name])})


WRONG = {
    "no facts": (lambda arrays, facts: arrays.pop("facts"), "it has no 'facts'"),
    "no history": (lambda arrays, facts: arrays.pop("history"), "it has no 'history'"),
    "no vector": (lambda arrays, facts: arrays.pop("vector"), "it has no 'vector'"),
    "no best": (lambda arrays, facts: arrays.pop("best_vector"), "it has no 'best_vector'"),
    "a newer format": (with_facts(format_version=2), "it is not of format 1; a newer version may have written it"),
    "a generator": (with_facts(rng_state={"bit_generator": "MT19937"}), "PCG64"),
    "a text for a number": (with_facts(best_accuracy="1.0"), "its facts are of other types than expected"),
    "true for a number": (with_facts(epoch=True), "its facts are of other types than expected"),
    "a fraction of an epoch": (with_facts(improved_at=1.0), "its facts are of other types than expected"),
    "an origin": (with_facts(origin=[1]), "its facts are of other types than expected"),
    "a longer vector": (with_array("vector", lambda v: np.append(v, 1.0)), "its arrays differ in length or type"),
    "another type": (with_array("best_vector", np.float32), "its arrays differ in length or type"),
    "a short moment": (with_array("moment_velocity", lambda v: v[:-1]), "its arrays differ in length or type"),
    "a matrix": (
        lambda arrays, facts: arrays.update(
            {name: arrays[name][None] for name in arrays if arrays[name].shape == (7,)}
        ),
        "its arrays differ in length or type",
    ),
    "an epoch more": (with_facts(epoch=2), "its history has not as many rows as epochs"),
    "an epoch less": (with_facts(epoch=0, best_epoch=0, improved_at=0), "its history has not as many rows as epochs"),
    "the best to come": (with_facts(best_epoch=2), "its history has not as many rows as epochs"),
    "the best before": (with_facts(best_epoch=-1), "its history has not as many rows as epochs"),
    "progress to come": (with_facts(improved_at=2), "its history has not as many rows as epochs"),
    "progress before": (with_facts(improved_at=-1), "its history has not as many rows as epochs"),
    "a column less": (with_array("history", lambda rows: rows[:, :-1]), "shorter"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_whole_file_with_another_content_is_refused(tmp_path, name):
    change, words = WRONG[name]
    path = save_checkpoint(tmp_path / "a.npz", some_state(), {"seed": 0})
    rewrite(path, lambda arrays, facts: None)
    assert_same_state(load_checkpoint(path), some_state())
    rewrite(path, change)
    with pytest.raises(CheckpointFileError, match=f"does not hold a training to go on from: .*{words}.*; resume from"):
        load_checkpoint(path)


def test_a_file_says_its_format(tmp_path):
    with np.load(save_checkpoint(tmp_path / "a.npz", some_state(), {"seed": 0})) as content:
        assert json.loads(str(content["facts"]))["format_version"] == 1


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="this system has no such device")
def test_a_device_is_no_checkpoint(tmp_path):
    (tmp_path / "a.npz").symlink_to("/dev/null")
    with pytest.raises(CheckpointFileError, match="it is a device or a pipe, not a file; resume from a file that"):
        load_checkpoint(tmp_path / "a.npz")


def test_the_facts_have_a_bound(tmp_path, monkeypatch):
    assert checkpoints.MAX_FACTS == 2**20
    path = save_checkpoint(tmp_path / "a.npz", some_state(), {"seed": 0})
    with np.load(path) as content:
        length = len(str(content["facts"]))
    monkeypatch.setattr(checkpoints, "MAX_FACTS", length)
    assert_same_state(load_checkpoint(path), some_state())
    monkeypatch.setattr(checkpoints, "MAX_FACTS", length - 1)
    with pytest.raises(CheckpointFileError):
        load_checkpoint(path)


def test_the_suffix_may_be_in_capitals_and_no_other(tmp_path):
    path = save_checkpoint(str(tmp_path / "A.NPZ"), some_state(), {"seed": 0})
    assert path == tmp_path / "A.NPZ"
    assert_same_state(load_checkpoint(str(path)), some_state())
    for function in (lambda path: save_checkpoint(path, some_state(), {}), load_checkpoint):
        with pytest.raises(ValueError, match=r'expected the path of a file such as "training\.npz"') as caught:
            function(tmp_path / "a.pkl")
        assert type(caught.value) is ValueError
    assert list(tmp_path.iterdir()) == [path]


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


# Two trainings and one file


def together(path, first, second):
    """Start the second training in the middle of the first epoch of another one with the same checkpoint."""
    results = []

    def start_second(X, rng):
        if not results:
            results.append(None)
            path.unlink()  # as if both had looked for it before either had written it
            results[:] = [short("full batch", checkpoint=path, resume_from=path, **second)]
        return X

    whole = short("full batch", checkpoint=path, resume_from=path, augment=start_second, **first)
    return whole, results[0]


def test_a_training_never_writes_over_the_checkpoint_of_another_one(tmp_path):
    path = tmp_path / "run.npz"
    with pytest.warns(UserWarning, match=r"no checkpoint .*run\.npz was trained with learning_rate=0\.2, not 0\.05"):
        first, second = together(path, {}, {"learning_rate": 0.2})
    assert len(first.history) == EPOCHS  # it goes on, and its result comes back
    assert_same_state(load_checkpoint(path), second.state)


def test_two_trainings_at_once_leave_the_checkpoint_of_one(tmp_path):
    path = tmp_path / "run.npz"
    names = [tmp_path / "first.json", tmp_path / "second.json"]
    barrier = child_trainings.PROCESSES.Barrier(2)
    children = [
        in_child(child_trainings.train_beside_another, barrier, path, name, {"learning_rate": rate, "max_epochs": 200})
        for name, rate in zip(names, (0.05, 0.2), strict=True)
    ]
    for child in children:
        child.join(60)
        assert child.exitcode == 0
    complaints = [json.loads(name.read_text()) for name in names]
    owner = complaints.index("")  # one of the two hears of nothing
    assert f"run.npz was trained with learning_rate={(0.05, 0.2)[owner]}" in complaints[1 - owner]
    assert load_checkpoint(path).origin["learning_rate"] == (0.05, 0.2)[owner]
    assert load_checkpoint(path).epoch == 200
