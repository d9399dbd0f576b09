"""Saving on a full disk, in a folder that may only be read, or in none: a clear error, and the old file is whole."""

import contextlib
import errno
import os
import subprocess
import sys

import child_trainings
import numpy as np
import pytest
from child_trainings import in_child, short

from helpers.internals import array_files
from helpers.internals.checkpoints import load_checkpoint
from helpers.network import initialize_parameters
from helpers.storage import load_parameters, save_parameters

pytestmark = pytest.mark.slow  # `make unit` leaves these out, `make test` does not

SMALL, LARGE = (initialize_parameters(sizes, np.random.default_rng(0)) for sizes in ([4, 3, 2], [200, 100, 2]))
SUFFIXES = pytest.mark.parametrize("suffix", [".npz", ".pkl"])
FULL = "No space left on device.*free some space, or choose a folder that you may write to"
linux_root = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0, reason="only root may mount, and only Linux so"
)


def assert_same(parameters, expected):
    assert [W.tobytes() + b.tobytes() for W, b in parameters] == [W.tobytes() + b.tobytes() for W, b in expected]


@contextlib.contextmanager
def mounted(folder, *options):
    """Mount something on a folder for a while; skip where that is not allowed."""
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@linux_root
@SUFFIXES
def test_a_disk_that_is_really_full(tmp_path, suffix):
    with mounted(tmp_path, "-t", "tmpfs", "-o", "size=64k", "tmpfs"):
        path = save_parameters(tmp_path / f"n{suffix}", SMALL)
        with pytest.raises(OSError, match=FULL) as caught:
            save_parameters(path, LARGE)
        assert caught.value.errno == errno.ENOSPC
        assert path.name in str(caught.value)
        assert_same(load_parameters(path), SMALL)
        assert list(tmp_path.iterdir()) == [path]
        assert_same(load_parameters(save_parameters(path, SMALL)), SMALL)


@linux_root
def test_a_disk_that_is_full_from_the_third_epoch_on(tmp_path):
    """The history grows by a row an epoch, so a disk can be just large enough for the first ones."""
    with mounted(tmp_path, "-t", "tmpfs", "-o", "size=96k", "tmpfs"):
        path = tmp_path / "run.npz"

        def fill(row):
            if row["epoch"] == 2:
                with contextlib.suppress(OSError), open(tmp_path / "other", "wb", buffering=0) as file:
                    while True:
                        file.write(bytes(1024))

        with pytest.warns(UserWarning, match=FULL):
            result = short("adam, varied", checkpoint=path, on_epoch=fill)
        assert result.history.drop(columns="seconds").equals(short("adam, varied").history.drop(columns="seconds"))
        assert sorted(entry.name for entry in tmp_path.iterdir()) == ["other", "run.npz"]
        assert load_checkpoint(path).epoch == 2
        (tmp_path / "other").unlink()
        resumed = short("adam, varied", checkpoint=path, resume_from=path)
        assert_same(resumed.last_parameters, result.last_parameters)


@linux_root
@SUFFIXES
def test_a_folder_that_may_only_be_read(tmp_path, suffix):
    folder = tmp_path / "models"
    path = save_parameters(folder / f"n{suffix}", SMALL)
    with mounted(folder, "--bind", str(folder)):
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        for parameters in (SMALL, LARGE):
            with pytest.raises(OSError, match=r"Read-only file system.*choose a folder that") as caught:
                save_parameters(path, parameters)
            assert caught.value.errno == errno.EROFS
        with pytest.raises(OSError, match="Read-only file system"):
            short(checkpoint=folder / "run.npz")
        assert_same(load_parameters(path), SMALL)
    assert list(folder.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows limits no file sizes")
@SUFFIXES
def test_a_file_that_grows_beyond_what_the_system_allows(tmp_path, suffix):
    path = save_parameters(tmp_path / f"n{suffix}", SMALL)
    process = in_child(child_trainings.save_with_limit, path, LARGE, 50_000)
    process.join(60)
    assert process.exitcode == errno.EFBIG
    assert_same(load_parameters(path), SMALL)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EDQUOT])
@pytest.mark.parametrize("name", ["mkdir", "open", "write", "fsync", "replace"])
def test_every_step_may_fail(tmp_path, monkeypatch, name, number):
    """Also where nothing can be mounted: the same with errors that are made up, at each step of a writing."""
    path = save_parameters(tmp_path / "n.npz", SMALL)

    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    class Failing(child_trainings.Signaling):
        def __init__(self, path, mode):
            super().__init__(path, mode, "half written", fail)

    with monkeypatch.context() as patch:
        if name == "write":
            patch.setattr(array_files, "open", Failing, raising=False)
        else:
            place = {"mkdir": array_files.Path, "open": array_files}.get(name, os)
            patch.setattr(place, name, fail, raising=False)
        with pytest.raises(OSError, match=r"cannot write the file .*; free some space, or choose a folder") as caught:
            save_parameters(path, LARGE)
    assert caught.value.errno == number
    assert caught.value.filename == str(path)
    assert list(tmp_path.iterdir()) == [path]
    assert_same(load_parameters(path), SMALL)


def test_a_missing_folder_is_made(tmp_path):
    assert_same(load_parameters(save_parameters(tmp_path / "a" / "b" / "n.npz", SMALL)), SMALL)
    short(checkpoint=tmp_path / "c" / "d" / "run.npz")
    assert load_checkpoint(tmp_path / "c" / "d" / "run.npz").epoch > 0
