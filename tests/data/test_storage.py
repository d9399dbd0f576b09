"""Saved parameters come back as they were, a save is whole or not at all, no file runs code."""

import bz2
import contextlib
import copyreg
import errno
import gzip
import io
import json
import lzma
import multiprocessing
import os
import pickle
import struct
import subprocess
import sys
import time
import warnings
import zipfile
import zlib
from collections import OrderedDict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from helpers.network import Layer, initialize_parameters
from helpers.storage import ParameterFileError, load_metadata, load_parameters, save_parameters

SUFFIXES = pytest.mark.parametrize("suffix", [".npz", ".pkl"])
SIZES = [5, 4, 3]


def network(sizes=SIZES, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    layers = initialize_parameters(sizes, rng)
    return [Layer(W.astype(dtype), rng.standard_normal(b.shape).astype(dtype)) for W, b in layers]


def entries_of(parameters):
    return {
        f"{letter}{number}": array
        for number, layer in enumerate(parameters, 1)
        for letter, array in zip("Wb", layer, strict=True)
    }


def assert_same(loaded, saved):
    assert len(loaded) == len(saved)
    for layer, expected_layer in zip(loaded, saved, strict=True):
        assert type(layer) is Layer
        for array, expected in zip(layer, expected_layer, strict=True):
            assert array.dtype == expected.dtype
            np.testing.assert_array_equal(array, expected)
            assert array.flags.writeable
            assert array.flags.c_contiguous
            assert array.flags.owndata


def refused(path, words=None):
    """Check that a file is refused in one sentence that names it."""
    for load in (load_parameters, load_metadata):
        with pytest.raises(ParameterFileError, match=words or None) as caught:
            load(path)
        assert path.name in str(caught.value)
        assert str(caught.value).isprintable()


# What is saved comes back


@SUFFIXES
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("sizes", [[5, 3], [5, 4, 3], list(range(14, 1, -1))])
def test_round_trip(tmp_path, suffix, dtype, sizes):
    saved = network(sizes, dtype)
    path = save_parameters(str(tmp_path / f"network{suffix}"), saved)
    assert path == tmp_path / f"network{suffix}"
    assert_same(load_parameters(str(path)), saved)
    assert load_metadata(path)["layer_sizes"] == sizes


@SUFFIXES
def test_metadata_comes_back(tmp_path, suffix):
    facts = {"accuracy": np.float64(0.9), "seed": np.int64(3), "name": "größe", "history": [1, 2]}
    path = save_parameters(tmp_path / f"n{suffix}", network(), activation="tanh", metadata=facts)
    assert load_metadata(path) == {
        "format_version": 1,
        "layer_sizes": SIZES,
        "activation": "tanh",
        **facts,
    }


@SUFFIXES
def test_equal_parameters_make_equal_bytes(tmp_path, suffix):
    first = save_parameters(tmp_path / f"a{suffix}", network(), metadata={"seed": 0}).read_bytes()
    copies = [Layer(np.asfortranarray(W), np.repeat(b, 2, axis=1)[:, ::2]) for W, b in network()]
    again = save_parameters(tmp_path / f"b{suffix}", copies, metadata={"seed": 0}).read_bytes()
    assert again == first
    assert save_parameters(tmp_path / f"c{suffix}", network(seed=1)).read_bytes() != first


def test_numbers_are_converted_when_asked(tmp_path):
    path = save_parameters(tmp_path / "n.npz", network(), dtype=np.float16)
    assert {array.dtype for layer in load_parameters(path) for array in layer} == {
        np.dtype("float16")
    }


@pytest.mark.parametrize("name", ["n.NPZ", "n.Pkl", "n.pickle"])
def test_the_suffix_says_the_format_also_in_capitals(tmp_path, name):
    path = save_parameters(tmp_path / name, network())
    assert path.read_bytes().startswith(b"PK" if "NPZ" in name else b"\x80\x04")
    assert_same(load_parameters(path), network())


@pytest.mark.parametrize("name", ["network", "network.txt", "network.npz.gz", ".npz"])
def test_another_suffix_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match=r"expected \.npz \(or \.pkl\)"):
        save_parameters(tmp_path / name, network())
    assert list(tmp_path.iterdir()) == []


def test_numpy_alone_reads_the_npz_and_pickle_alone_the_pickle(tmp_path):
    with np.load(save_parameters(tmp_path / "n.npz", network()), allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["W2"], network()[1].W)
        assert json.loads(archive["metadata"].item())["layer_sizes"] == SIZES
    content = pickle.loads(save_parameters(tmp_path / "n.pkl", network()).read_bytes())
    np.testing.assert_array_equal(content["W2"], network()[1].W)


# Files of others


@pytest.mark.parametrize("suffix", [".npz", ".pkl"])
def test_files_of_the_first_edition_are_read(suffix):
    path = Path(__file__).parent / "saved" / f"first_edition{suffix}"
    rng = np.random.default_rng(0)
    layers = initialize_parameters([4, 3, 2], rng)
    assert_same(load_parameters(path), [Layer(W, rng.standard_normal(b.shape)) for W, b in layers])
    facts = {"format_version": 1, "layer_sizes": [4, 3, 2], "activation": "tanh"}
    assert load_metadata(path) == facts | {"seed": 0, "accuracy": 0.9}


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_npz_made_by_hand_is_read(tmp_path, save):
    arrays = {name: array.astype(">f8") for name, array in entries_of(network()).items()}
    save(tmp_path / "hand.npz", **arrays)
    assert_same(load_parameters(tmp_path / "hand.npz"), network())
    assert load_metadata(tmp_path / "hand.npz") == {"layer_sizes": SIZES}


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("kind", [dict, OrderedDict])
@pytest.mark.parametrize("core", [b"numpy._core", b"numpy.core"])
def test_a_pickle_made_by_hand_is_read(tmp_path, protocol, kind, core):
    content = entries_of(network())
    content |= {"W1": np.asfortranarray(content["W1"]), "b1": content["b1"].astype(">f8")}
    packed = pickle.dumps(kind(content), protocol)
    if protocol < 4:  # as NumPy 1 and 2 write it; later protocols also write the length
        packed = packed.replace(b"numpy._core", core).replace(b"numpy.core", core)
    (tmp_path / "hand.pkl").write_bytes(packed)
    assert_same(load_parameters(tmp_path / "hand.pkl"), network())


PYTHON_2 = (
    b"\x80\x02}q\x00(U\x02W1q\x01cnumpy.core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nq\x03"
    b"K\x00\x85U\x01b\x87R(K\x01K\x01K\x02\x86cnumpy\ndtype\nq\x04U\x02f8K\x00K\x01\x87R(K\x03"
    b"U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tbq\x05\x89U\x10"
    + struct.pack("<2d", -1.5, 0.1)
    + b"tbU\x02b1h\x02h\x03K\x00\x85U\x01b\x87R(K\x01L1L\nK\x01\x86h\x05\x89U\x08"
    + struct.pack("<d", 7.25)
    + b"tbu."
)


def test_a_pickle_of_python_2_is_read(tmp_path):
    (tmp_path / "old.pkl").write_bytes(PYTHON_2)
    assert_same(
        load_parameters(tmp_path / "old.pkl"), [Layer(np.array([[-1.5, 0.1]]), np.array([[7.25]]))]
    )


@pytest.mark.parametrize("protocol", range(6))
def test_lists_instead_of_arrays_are_read(tmp_path, protocol):
    large = network([200, 300, 10])
    content = {name: array.tolist() for name, array in entries_of(large).items()}
    (tmp_path / "lists.pkl").write_bytes(pickle.dumps(content, protocol))
    assert_same(load_parameters(tmp_path / "lists.pkl"), large)


def test_what_a_file_is_counts_and_not_what_its_name_says(tmp_path):
    save_parameters(tmp_path / "a.npz", network()).rename(tmp_path / "b.pkl")
    assert_same(load_parameters(tmp_path / "b.pkl"), network())
    save_parameters(tmp_path / "a.pkl", network()).rename(tmp_path / "b.npz")
    assert_same(load_parameters(tmp_path / "b.npz"), network())


def test_lists_and_archives_without_names_are_read_in_their_order(tmp_path):
    arrays = [array for layer in network() for array in layer]
    for content in (arrays, tuple(arrays), [tuple(layer) for layer in network()]):
        (tmp_path / "list.pkl").write_bytes(pickle.dumps(content))
        assert_same(load_parameters(tmp_path / "list.pkl"), network())
    np.savez(tmp_path / "unnamed.npz", *arrays)
    assert_same(load_parameters(tmp_path / "unnamed.npz"), network())


# Advice is followed: what the sentence says is done as it stands there


def follow(path, **names):
    """Run the advice in the sentence about a file; the path of the file that it makes, loaded."""
    with pytest.raises(ParameterFileError) as caught:
        load_parameters(path)
    new_path = path.with_name("new.npz")
    advice = str(caught.value).split("; ", 1)[1].split("; of that: ")[-1].split(": ", 1)[-1]
    known = {
        "path": path,
        "new_path": new_path,
        "save_parameters": save_parameters,
        "Layer": Layer,
        **{module.__name__: module for module in (json, pickle, gzip, bz2, lzma)},
        "np": np,
        "Path": Path,
    }
    for line in advice.removesuffix(" unpacks it").split(", then "):
        exec(line, known | names, names)
    return load_parameters(new_path)


class Keras:
    """Stands for keras.models: what load_model of a file gives."""

    models = property(lambda self: self)

    def load_model(self, path):
        return self

    def get_weights(self):
        return [array for W, b in network() for array in (W.T, b.ravel())]


class Torch:
    """Stands for torch: what its load gives of a file of parameters."""

    def load(self, path, map_location=None):
        arrays = [array for W, b in network() for array in (W, b.ravel())]
        return {i: SimpleNamespace(numpy=lambda a=a: a) for i, a in enumerate(arrays)}


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"\x89HDF\r\n\x1a\n" + bytes(100), {"keras": Keras()}),
        (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", {"torch": Torch()}),
        (json.dumps({"weights": [W.tolist() for W, _ in network()],
                     "biases": [b.tolist() for _, b in network()]}).encode(), {}),
        (gzip.compress(pickle.dumps(entries_of(network()))), {}),
        (bz2.compress(pickle.dumps(entries_of(network()))), {}),
        (lzma.compress(pickle.dumps(entries_of(network()))), {}),
        (pickle.dumps(network()), {}),
    ],
    ids=["Keras", "PyTorch", "JSON", "gzip", "bzip2", "xz", "pickled layers"],
)  # fmt: skip
def test_the_advice_about_a_foreign_file_makes_one_that_loads(tmp_path, content, names):
    (tmp_path / "foreign").write_bytes(content)
    assert_same(follow(tmp_path / "foreign", **names), network())


def test_the_advice_about_a_dict_in_an_npy_file_makes_one_that_loads(tmp_path):
    np.save(tmp_path / "dict.npy", entries_of(network()), allow_pickle=True)
    assert_same(follow(tmp_path / "dict.npy"), network())


def test_the_advice_about_scikit_learn_and_joblib_makes_one_that_loads(tmp_path):
    joblib = pytest.importorskip("joblib")
    perceptron = pytest.importorskip("sklearn.neural_network").MLPClassifier((4,), max_iter=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has not converged
        model = perceptron.fit(np.random.default_rng(0).random((9, 5)), np.arange(9) % 3)
    (tmp_path / "sklearn.pkl").write_bytes(pickle.dumps(model))
    loaded = follow(tmp_path / "sklearn.pkl", model=model)
    assert [W.shape for W, _ in loaded] == [(4, 5), (3, 4)]
    joblib.dump(entries_of(network()), tmp_path / "n.joblib")
    joblib.dump(entries_of(network()), tmp_path / "n.z", compress=3)
    for name in ("n.joblib", "n.z"):
        refused(tmp_path / name, r"joblib.*model = joblib\.load\(path\)")
        model = joblib.load(tmp_path / name)
        np.savez(tmp_path / "loaded.npz", **model)
        assert_same(load_parameters(tmp_path / "loaded.npz"), network())


# What is no network


ONES = {"W1": np.ones((3, 2)), "b1": np.ones((3, 1))}


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({}, "holds nothing, expected W1"),
        ({"weights": np.ones((3, 2))}, "holds weights, expected W1"),
        ({"W1": np.ones((3, 2))}, "expected W1, b1"),
        ({"W1": np.ones((3, 2)), "b2": np.ones((3, 1))}, "expected W1, b1"),
        (ONES | {"b7": np.ones((3, 1))}, "holds W1, b1, b7, expected W1, b1.*; np.savez"),
        (ONES | {"loss": np.ones(9)}, "holds W1, b1, loss, expected .*; leave loss out"),
        (ONES | {"epoch": np.int64(3)}, "'epoch' .*; leave it out"),
        ({"weights": np.ones(2, object)}, "'weights' .*; save the arrays of each layer as W1, b1"),
        (ONES | {"b1": np.ones(3)}, "b1 has shape"),
        (ONES | {"W1": np.ones(3)}, "W1|layer 1"),
        (ONES | {"W1": np.ones((2, 3))}, r"W1 seems to be \(n_in, n_out\), .* take W1\.T"),
        (ONES | {"b1": np.full((3, 1), np.nan)}, "b1 holds NaN"),
        (
            ONES | {"W1": np.ones((3, 2), int)},
            r"'W1' (holds int64|is not of float64).*; W1 = np\.array\(W1, float\) before",
        ),
        (ONES | {"W1": np.ones((3, 2), object)}, "'W1' (holds object|is not an array|is not of)"),
        ({"W1": np.ones((0, 2)), "b1": np.ones((0, 1))}, "at least one number"),
        (ONES | {"sha256": "0"}, "checksum differs"),
        (ONES | {"metadata": "{}"}, "no checksum"),
    ],
)
@SUFFIXES
def test_what_is_no_network_is_refused(tmp_path, suffix, entries, words):
    path = tmp_path / f"wrong{suffix}"
    if suffix == ".npz":
        np.savez(path, **entries)
    else:
        path.write_bytes(pickle.dumps(entries))
    refused(path, words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([np.ones(3)], "holds a list, expected a dict"),
        ((1, 2), "holds a tuple"),
        (np.ones(3), "holds one array, expected a dict"),
        (ONES | {"loss": None}, "its entry 'loss' is not an array of numbers; leave it out"),
        (ONES | {"epoch": 7}, "its entry 'epoch' is not"),
        (ONES | {"W1": [[1.0], [1.0, 2.0]]}, "its entry 'W1' is not"),
        (ONES | {"W1": ["1.5"]}, "its entry 'W1' is not"),
        (ONES | {3: "x"}, "expected W1, b1"),
    ],
)
def test_pickles_of_other_things_are_refused(tmp_path, content, words):
    (tmp_path / "other.pkl").write_bytes(pickle.dumps(content))
    refused(tmp_path / "other.pkl", words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"hello", "neither an .npz file nor a pickle; load a file"),
        (b"<!DOCTYPE html>\n<html>", "it is a web page; download the file itself"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS.*; git lfs pull"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), r"an HDF5 file .*\.get_weights\(\)"),
        (b"PK\x03\x04" + bytes(100), "damaged or cut off"),
    ],
)
@SUFFIXES
def test_files_of_other_kinds_are_refused(tmp_path, suffix, content, words):
    (tmp_path / f"n{suffix}").write_bytes(content)
    refused(tmp_path / f"n{suffix}", words)


@SUFFIXES
def test_a_missing_file_is_named_and_a_pipe_not_waited_for(tmp_path, suffix):
    with pytest.raises(FileNotFoundError, match=f"no file .*missing{suffix}.*save_parameters"):
        load_parameters(tmp_path / f"missing{suffix}")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / f"pipe{suffix}")
        refused(tmp_path / f"pipe{suffix}", "a device or a pipe")


def with_value(value):
    layers = network()
    layers[1].b[0, 0] = value
    return layers


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ([], "list of layers"),
        (None, "list of layers"),
        ([Layer(np.ones((3, 2)), np.ones(3))], "b1 has shape"),
        ([Layer(np.ones((3, 2), int), np.ones((3, 1)))], "W1 holds int64"),
        ([Layer(np.ones((3, 2), complex), np.ones((3, 1)))], "W1 .* complex"),
        ([Layer(np.ones((3, 2), np.longdouble), np.ones((3, 1)))], "W1 holds"),
        ([Layer(np.ones((0, 2)), np.ones((0, 1)))], "W1 has shape"),
        (with_value(np.nan), "b2 holds NaN or infinity.*diverged"),
        (with_value(np.inf), "b2 holds NaN or infinity.*diverged"),
    ],
)
def test_wrong_parameters_are_not_saved(tmp_path, parameters, words):
    with pytest.raises((TypeError, ValueError), match=words):
        save_parameters(tmp_path / "n.npz", parameters)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "metadata",
    [
        [1],
        "seed",
        {1: 2},
        {"activation": "x"},
        {"layer_sizes": [1]},
        {"a": object()},
        {"a": np.ones(3)},
    ],
)
def test_wrong_metadata_is_not_saved(tmp_path, metadata):
    with pytest.raises(ValueError, match="metadata"):
        save_parameters(tmp_path / "n.npz", network(), metadata=metadata)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_activation_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="activation"):
        save_parameters(tmp_path / "n.npz", network(), activation="rleu")
    assert list(tmp_path.iterdir()) == []


def test_metadata_has_a_bound(tmp_path):
    with pytest.raises(ValueError, match=r"characters as JSON, expected at most 4,194,304"):
        save_parameters(tmp_path / "n.npz", network(), metadata={"note": "x" * 2**22})


# A save is whole or not at all


def test_missing_folders_are_made(tmp_path):
    path = save_parameters(tmp_path / "a" / "b" / "n.npz", network())
    assert_same(load_parameters(path), network())


def fails(error):
    def fail(*_, **__):
        raise error

    return fail


@SUFFIXES
@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left.*free some space"),
        (PermissionError(errno.EACCES, "Permission denied"), "folder that you may write to"),
        (KeyboardInterrupt(), ""),
    ],
)
def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch, suffix, step, error, words):
    path = save_parameters(tmp_path / f"n{suffix}", network())
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, step, fails(error))
        if step == "chmod" and isinstance(error, OSError):  # on a drive that knows no permissions
            before = save_parameters(path, network(seed=1)).read_bytes()
        else:
            with pytest.raises(type(error), match=words or None) as caught:
                save_parameters(path, network(seed=1))
            assert isinstance(error, KeyboardInterrupt) or path.name in str(caught.value)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "a").write_text("not a folder")
    with pytest.raises(OSError, match="cannot write the file"):
        save_parameters(tmp_path / "a" / "n.npz", network())
    assert (tmp_path / "a").read_text() == "not a folder"


def save_for_ever(path, ready):
    for seed in range(10**6):
        save_parameters(path, network([400, 300], seed=seed % 2))
        ready.set()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes as Windows does not")
@SUFFIXES
def test_a_killed_process_leaves_a_whole_file_and_the_next_one_clears_up(tmp_path, suffix):
    context, path = multiprocessing.get_context("fork"), tmp_path / f"n{suffix}"
    allowed = [network([400, 300], seed=seed)[0].W.tobytes() for seed in (0, 1)]
    pauses = np.random.default_rng(0)
    for _ in range(10):
        ready = context.Event()
        process = context.Process(target=save_for_ever, args=(path, ready), daemon=True)
        process.start()
        assert ready.wait(30)
        time.sleep(pauses.uniform(0, 0.02))
        process.kill()
        process.join()
        assert load_parameters(path)[0].W.tobytes() in allowed
    (tmp_path / f".n{suffix}.{'0' * 32}.tmp").write_bytes(b"half")
    for left in tmp_path.glob(".n*.tmp"):
        os.utime(left, (time.time() - 3601,) * 2)
    save_parameters(path, network())
    assert list(tmp_path.iterdir()) == [path]


# Permissions and links


def test_a_symbolic_link_stays_a_link(tmp_path):
    (tmp_path / "link.npz").symlink_to(tmp_path / "real.npz")
    save_parameters(tmp_path / "link.npz", network())
    assert (tmp_path / "link.npz").is_symlink()
    assert_same(load_parameters(tmp_path / "real.npz"), network())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@SUFFIXES
@pytest.mark.parametrize("umask", [0o022, 0o027])
def test_permissions_of_an_old_file_are_kept_and_a_new_one_gets_the_usual(tmp_path, suffix, umask):
    before = os.umask(umask)
    try:
        path = save_parameters(tmp_path / f"n{suffix}", network())
        assert path.stat().st_mode & 0o777 == 0o666 & ~umask
        for mode in (0o600, 0o664, 0o640):
            path.chmod(mode)
            save_parameters(path, network(seed=1))
            assert path.stat().st_mode & 0o777 == mode
    finally:
        os.umask(before)


as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give a link away"
)
STRANGER = 65534


@as_root
@pytest.mark.parametrize(
    ("link_owner", "folder_owner", "mode", "followed"),
    [
        (STRANGER, 0, 0o1777, False),
        (STRANGER, STRANGER, 0o1777, True),
        (STRANGER, 0, 0o0777, True),
        (STRANGER, 0, 0o1775, True),
        (0, STRANGER, 0o1777, True),
    ],
)
def test_a_link_in_a_folder_for_all_is_followed_if_its_owner_may_put_it_there(
    tmp_path, link_owner, folder_owner, mode, followed
):
    target, folder = tmp_path / "thesis.npz", tmp_path / "shared"
    target.write_text("all of it")
    folder.mkdir()
    (folder / "n.npz").symlink_to(target)
    os.chown(folder / "n.npz", link_owner, -1, follow_symlinks=False)
    os.chown(folder, folder_owner, -1)
    folder.chmod(mode)
    if followed:
        save_parameters(folder / "n.npz", network())
        assert_same(load_parameters(target), network())
    else:
        with pytest.raises(
            OSError, match=r"another user has put there.*remove the link, or choose another name"
        ):
            save_parameters(folder / "n.npz", network())
        assert target.read_text() == "all of it"
    assert [entry.name for entry in folder.iterdir()] == ["n.npz"]
    assert (folder / "n.npz").is_symlink()


def test_links_to_links_are_followed_and_circles_are_said(tmp_path):
    (tmp_path / "real.npz").write_bytes(b"old")
    (tmp_path / "a.npz").symlink_to("b.npz")
    (tmp_path / "b.npz").symlink_to(tmp_path / "real.npz")
    save_parameters(tmp_path / "a.npz", network())
    assert_same(load_parameters(tmp_path / "real.npz"), network())
    assert (tmp_path / "b.npz").is_symlink()
    (tmp_path / "c.npz").symlink_to("c.npz")
    with pytest.raises(OSError, match=r"its links form a circle.*choose another name"):
        save_parameters(tmp_path / "c.npz", network())


# Hostile pickles


class Call:
    """Pickled, this is an instruction to call `function`."""

    def __init__(self, function, *arguments, state=None, items=None):
        self.reduced = (function, arguments, state, None, items)

    def __reduce__(self):
        return self.reduced


class Registered:
    """Its pickling is laid down by copyreg."""


def hostile_pickles(sentinel):
    """Each would create the sentinel if a plain pickle.loads ever saw it."""
    shell = Call(os.system, f"echo > '{sentinel}'")
    python = Call(eval, f"open({str(sentinel)!r}, 'w').close()")
    good = entries_of(network())
    yield "a shell command", shell
    yield "as a value", good | {"W1": python}
    yield "as a key", {python: good["W1"]}
    yield "deep inside", {"W1": [[({"x": [python]},)]]}
    yield "beside good entries", good | {"more": shell}
    yield "in an object array", good | {"W1": np.array([python], dtype=object)}
    yield "as a state", good | {"W1": Call(np.ndarray, (1,), state=python)}
    yield "as items", Call(dict, items=iter([("W1", python)]))
    yield "in an OrderedDict", Call(OrderedDict, [["W1", python]])
    copyreg.pickle(Registered, lambda _: (os.system, (f"echo > '{sentinel}'",)))
    yield "through copyreg", Registered()


def test_the_hostile_pickles_are_hostile(tmp_path):
    sentinel = tmp_path / "ran"
    for name, content in hostile_pickles(sentinel):
        with contextlib.suppress(Exception):  # the harm is done before anything is raised
            pickle.loads(pickle.dumps(content))
        assert sentinel.exists(), name
        sentinel.unlink()


@pytest.mark.parametrize("protocol", range(6))
def test_hostile_pickles_do_nothing(tmp_path, protocol):
    sentinel = tmp_path / "ran"
    for name, content in hostile_pickles(sentinel):
        (tmp_path / "hostile.pkl").write_bytes(pickle.dumps(content, protocol))
        refused(tmp_path / "hostile.pkl", "may run nothing|not an array|not of float64")
        assert not sentinel.exists(), name


RAW_PICKLES = {
    "global by text": (b"cposix\nsystem\n(S'touch SENTINEL'\ntR.", "asks to run posix.system"),
    "inst": (b"(S'touch SENTINEL'\niposix\nsystem\n.", "asks for INST"),
    "obj": (b"(cposix\nsystem\nS'touch SENTINEL'\no.", "asks for an object of posix.system"),
    "newobj": (b"\x80\x04cnumpy\nndarray\n)\x81.", "asks for an object of numpy.ndarray"),
    "newobj with keywords": (
        b"\x80\x04cnumpy\nndarray\n)}\x92.",
        "asks for an object of numpy.ndarray",
    ),
    "a dotted name": (b"\x80\x04\x8c\x05numpy\x8c\x0dndarray.dumps\x93.", "asks to run"),
    "numpy's own runner": (b"cnumpy.testing._private.utils\nrunstring\n.", "asks to run"),
    "another encode": (b"cos\nencode\n.", "asks to run"),
    "state for a name": (b"\x80\x04cnumpy\nndarray\n(N}\x8c\x09argumentsNs\x86b.", ""),
    "a codec of choice": (b"(dc_codecs\nencode\n(Vx\nVrot13\ntRVW1\ns.", ""),
    "a persistent id": (b"(Psomething\n.", "asks for PERSID"),
    "an extension": (b"\x80\x02\x82\xf0.", "asks for EXT1"),
    "a buffer from elsewhere": (b"\x80\x05\x97.", "asks for NEXT_BUFFER"),
    "bytes that are not there": (b"\x80\x04\x8e\0\0\0\0\0\x10\0\0abc.", "damaged|expected"),
    "a large number": (b"(L" + b"9" * 100_000 + b"L\n.", ""),
    "deep lists": (b"]" * 50_000 + b"a" * 49_999 + b".", "more memory than its arrays need"),
    "keys that collide": (
        b"\x80\x04}("
        + b"".join(pickle.dumps(n * (2**61 - 1), 2)[2:-1] + b"N" for n in range(1, 9999))
        + b"u.",
        "",
    ),
    "a list in itself": (
        b"\x80\x04}\x8c\x02W1](q\x01h\x01h\x01es.".replace(b"](q\x01", b"]q\x01("),
        "'W1' is not",
    ),
    "only a stop": (b"}.", "holds nothing"),
}


@pytest.mark.parametrize("name", RAW_PICKLES)
def test_raw_pickles_do_nothing(tmp_path, name):
    content, words = RAW_PICKLES[name]
    sentinel = tmp_path / "ran"
    (tmp_path / "raw.pkl").write_bytes(content.replace(b"SENTINEL", str(sentinel).encode()))
    refused(tmp_path / "raw.pkl", words)
    assert not sentinel.exists()


def test_a_hostile_pickle_leaves_nothing_behind(tmp_path):
    """Setting attributes on what a pickle names must not change the loader for the next file."""
    for name in (b"ndarray", b"dtype"):
        for attribute in (b"name", b"arguments", b"state", b"__call__", b"__setstate__"):
            short = bytes([len(attribute)])
            content = b"\x80\x04cnumpy\n" + name + b"\n(N}\x8c" + short + attribute + b"Ns\x86b."
            (tmp_path / "raw.pkl").write_bytes(content)
            refused(tmp_path / "raw.pkl")
    assert_same(load_parameters(save_parameters(tmp_path / "n.pkl", network())), network())


# Hostile archives, and files that would fill the memory


def npy(shape, values=bytes(8)):
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + values


@pytest.mark.parametrize(
    ("member", "words"),
    [
        (npy("(1000000000000, 1000)"), "'W1' is not as long as its shape"),
        (npy("(-1, -1)"), "'W1' is not as long"),
        (npy("(2, 3)"), "'W1' is not as long"),
        (npy("()", bytes(16)), "'W1' is not as long"),
        (npy("(2.0, 3)"), ""),
        (npy("[" * 3000), ""),
        (npy("__import__('os').getcwd()"), ""),
        (b"\x93NUMPY\x09\x00" + npy("(1,)")[8:], "damaged"),
        (b"no array", ""),
    ],
)
def test_an_array_that_lies_is_refused(tmp_path, member, words):
    with zipfile.ZipFile(tmp_path / "lie.npz", "w") as archive:
        archive.writestr("W1.npy", member)
    refused(tmp_path / "lie.npz", words)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused(tmp_path):
    path = save_parameters(tmp_path / "n.npz", network())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("W1.npy", archive.read("W1.npy"))
    refused(path, "'W1' twice")


def deflated_zeros(size):
    """A deflate stream of `size` bytes, made without packing them: one packed block, repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return packed * (size // 2**20) + zlib.compressobj(9, zlib.DEFLATED, -15).flush()


def zip_bomb(size, declared, *, members=("W1.npy", "b1.npy"), method=8):
    """An archive whose members unpack to `size` bytes and declare another number of them."""
    stream = deflated_zeros(size)
    contents, directory, place = [], [], 0
    for name in members:
        facts = struct.pack("<HHHHHIII", 20, 0, method, 0, 33, 0, len(stream), declared)
        facts += struct.pack("<HH", len(name), 0)
        offset = struct.pack("<HHHII", 0, 0, 0, 0, place)
        directory.append(b"PK\x01\x02" + struct.pack("<H", 20) + facts + offset + name.encode())
        contents.append(b"PK\x03\x04" + facts + name.encode() + stream)
        place += len(contents[-1])
    length, count = sum(map(len, directory)), min(len(members), 2**16 - 1)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, length, place, 0)
    return b"".join([*contents, *directory, end])


def test_the_bombs_are_archives_but_for_their_sizes():
    archive = zipfile.ZipFile(io.BytesIO(zip_bomb(2**20, 2**20, members=["W1.npy"])))
    with archive.open("W1.npy") as file:
        assert file.read(50) == bytes(50)


def many_names_for_the_same_bytes():
    names = {f"W{number}": np.zeros(2**20) for number in range(1)}
    content = names | {f"b{number}": names["W0"] for number in range(200)}
    return pickle.dumps(content, 4)


def list_of_a_row_many_times():
    return pickle.dumps({"W1": [[0.5] * 10_000] * 15_000}, 4)


BOMBS = {
    "declares 4 GB": (lambda: zip_bomb(2**21, 2**32 - 2), "declare more than 1,073,741,824 bytes"),
    "declares 100 bytes, has 2 GB": (lambda: zip_bomb(2**31, 100), ""),
    "packed by lzma": (lambda: zip_bomb(2**21, 100, method=14), "in a way that NumPy does not"),
    "200,000 members": (lambda: zip_bomb(0, 10, members=["W"] * 200_000), "more than 1,000 arrays"),
    "ten million lists": (lambda: b"]" * 10_000_000 + b".", "more memory than its arrays need"),
    "ten million numbers": (lambda: b"]" + b"G\0\0\0\0\0\0\0\0" * 10**7 + b".", "more memory"),
    "a memo of four billion": (lambda: b"}r\xff\xff\xff\xff.", ""),
    "200 names for 8 MB": (many_names_for_the_same_bytes, "declare more than 1,073,741,824 bytes"),
    "a row 15,000 times": (list_of_a_row_many_times, "'W1' is not"),
    "a gigabyte": (lambda: b"", "has 1,073,741,825 bytes, expected at most"),
}
MEASURE = """
import pathlib
from helpers.storage import load_parameters

def peak():
    return int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024

before = peak()
try:
    load_parameters("bomb.npz")
except ValueError as error:
    print(f"{peak() - before:.0f}|{error}")
"""


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="only Linux says the memory")
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_takes_memory(tmp_path, name):
    make, words = BOMBS[name]
    content = make()
    (tmp_path / "bomb.npz").write_bytes(content)
    if not content:
        os.truncate(tmp_path / "bomb.npz", 2**30 + 1)
    command = [sys.executable, "-c", MEASURE]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    megabytes, said = done.stdout.split("|")
    assert words in said
    assert int(megabytes) <= 200 + 3 * len(content) / 2**20


# Damage


@SUFFIXES
def test_a_file_torn_at_any_byte_is_refused(tmp_path, suffix):
    path = save_parameters(tmp_path / f"n{suffix}", network([3, 2]), metadata={"seed": 0})
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(ParameterFileError):
            load_parameters(path)


@SUFFIXES
def test_a_flipped_bit_never_changes_a_number(tmp_path, suffix):
    """Every fifth bit: the file is refused, or the bit says nothing about the network."""
    saved = network([3, 2])
    path = save_parameters(tmp_path / f"n{suffix}", saved, metadata={"seed": 0})
    content, facts = path.read_bytes(), load_metadata(path)
    refusals = 0
    for bit in range(0, 8 * len(content), 5):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            assert_same(load_parameters(path), saved)
            assert load_metadata(path) == facts
        except ParameterFileError:
            refusals += 1
    assert refusals > 0.6 * 8 * len(content) / 5
