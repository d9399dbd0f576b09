"""Saved parameters come back as they were, and no file, however hostile or damaged, does anything else."""

import builtins
import contextlib
import copyreg
import io
import json
import os
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import storage
from helpers.internals import array_files
from helpers.network import Layer, initialize_parameters
from helpers.storage import ParameterFileError, load_metadata, load_parameters, save_parameters

SUFFIXES = (".npz", ".pkl")
SIZES = [5, 4, 3]


def network(sizes=SIZES, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    layers = initialize_parameters(sizes, rng, dtype=dtype)
    return [Layer(W, rng.standard_normal(b.shape).astype(dtype)) for W, b in layers]


def assert_same(loaded, saved):
    assert len(loaded) == len(saved)
    for (W, b), (W_saved, b_saved) in zip(loaded, saved, strict=True):
        for array, expected in ((W, W_saved), (b, b_saved)):
            assert array.dtype == expected.dtype
            np.testing.assert_array_equal(array, expected)
            assert array.flags.writeable
            assert array.flags.c_contiguous
            assert array.flags.owndata


def entries_of(parameters):
    return {
        f"{letter}{number}": array
        for number, layer in enumerate(parameters, 1)
        for letter, array in zip("Wb", layer, strict=True)
    }


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("sizes", [[5, 3], [5, 4, 3], [7, 6, 5, 4], [7, 2, 6, 5, 4], [7, 2, 6, 3, 5, 4]])
def test_round_trip(tmp_path, suffix, dtype, sizes):
    saved = network(sizes, dtype)
    path = save_parameters(tmp_path / f"network{suffix}", saved)
    assert path == tmp_path / f"network{suffix}"
    loaded = load_parameters(path)
    assert_same(loaded, saved)
    assert all(type(layer) is Layer for layer in loaded)
    assert load_metadata(path)["layer_sizes"] == sizes


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_ten_layers_come_back_in_order(tmp_path, suffix):
    saved = network(list(range(14, 1, -1)))
    assert_same(load_parameters(save_parameters(tmp_path / f"deep{suffix}", saved)), saved)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_views_and_fortran_order_are_saved_by_value(tmp_path, suffix):
    saved = [Layer(np.asfortranarray(W), b[::1]) for W, b in network()]
    saved[0] = Layer(np.repeat(saved[0].W, 2, axis=1)[:, ::2], saved[0].b)
    assert_same(load_parameters(save_parameters(tmp_path / f"views{suffix}", saved)), saved)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_metadata_comes_back(tmp_path, suffix):
    facts = {"accuracy": np.float64(0.9), "seed": np.int64(3), "name": "größe", "history": [1, 2]}
    path = save_parameters(tmp_path / f"n{suffix}", network(), activation="tanh", metadata=facts)
    expected = {"format_version": 1, "layer_sizes": SIZES, "activation": "tanh", **facts}
    assert load_metadata(path) == expected


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_same_parameters_same_bytes(tmp_path, suffix):
    first = save_parameters(tmp_path / f"a{suffix}", network(), metadata={"seed": 0}).read_bytes()
    copies = [Layer(W.copy(), b.copy()) for W, b in network()]
    assert save_parameters(tmp_path / f"b{suffix}", copies, metadata={"seed": 0}).read_bytes() == first
    assert save_parameters(tmp_path / f"c{suffix}", network(seed=1)).read_bytes() != first


def test_numpy_alone_reads_the_npz(tmp_path):
    saved = network()
    with np.load(save_parameters(tmp_path / "n.npz", saved), allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["W2"], saved[1].W)
        assert json.loads(archive["metadata"].item())["layer_sizes"] == SIZES


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_a_pickle_made_by_hand_is_read(tmp_path, protocol):
    saved = network()
    content = entries_of(saved) | {"W1": np.asfortranarray(saved[0].W)}
    (tmp_path / "hand.pkl").write_bytes(pickle.dumps(content, protocol))
    assert_same(load_parameters(tmp_path / "hand.pkl"), saved)
    assert load_metadata(tmp_path / "hand.pkl") == {"layer_sizes": SIZES}


def test_a_pickle_of_numpy_1_is_read(tmp_path):
    content = pickle.dumps(entries_of(network()), 3).replace(b"numpy._core.", b"numpy.core.")
    (tmp_path / "old.pkl").write_bytes(content)
    assert_same(load_parameters(tmp_path / "old.pkl"), network())


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_npz_made_by_hand_is_read(tmp_path, save):
    big_endian = {name: array.astype(">f8") for name, array in entries_of(network()).items()}
    save(tmp_path / "hand.npz", **big_endian)
    assert_same(load_parameters(tmp_path / "hand.npz"), network())


# What is refused when saving


@pytest.mark.parametrize("name", ["network.txt", "network", "network.npy", ".npz"])
def test_other_suffixes_are_refused(tmp_path, name):
    with pytest.raises(ValueError, match=r"expected \.npz \(or \.pkl\)"):
        save_parameters(tmp_path / name, network())
    with pytest.raises(ValueError, match=r"expected \.npz \(or \.pkl\)"):
        load_parameters(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


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
        ([Layer(np.ones((3, 2)), np.ones((3, 1))), Layer(np.ones((2, 4)), np.ones((2, 1)))], "W2 has shape"),
        ([Layer(np.ones((3, 2), int), np.ones((3, 1)))], "W1 holds int64"),
        ([Layer(np.ones((3, 2), complex), np.ones((3, 1)))], "W1 holds complex"),
        ([Layer(np.ones((3, 2)), np.full((3, 1), "x", object))], "b1 holds object"),
        ([Layer(np.ones((0, 2)), np.ones((0, 1)))], "W1 has shape"),
        (with_value(np.nan), "b2 holds NaN or infinity.*diverged"),
        (with_value(np.inf), "b2 holds NaN or infinity.*diverged"),
    ],
)
def test_wrong_parameters_are_not_saved(tmp_path, parameters, words):
    with pytest.raises(ValueError, match=words):
        save_parameters(tmp_path / "n.npz", parameters)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "metadata", [[1], {1: 2}, {"activation": "x"}, {"a": object()}, {"a": np.ones(3)}, {"a": {2: 1, (1,): 2}}]
)
def test_wrong_metadata_are_not_saved(tmp_path, metadata):
    with pytest.raises(ValueError, match="metadata"):
        save_parameters(tmp_path / "n.npz", network(), metadata=metadata)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_activation_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="activation"):
        save_parameters(tmp_path / "n.npz", network(), activation="rleu")


# Writing: all or nothing


def test_missing_folders_are_made(tmp_path):
    assert_same(load_parameters(save_parameters(tmp_path / "a" / "b" / "n.npz", network())), network())


def test_a_symbolic_link_stays_a_link(tmp_path):
    (tmp_path / "link.npz").symlink_to(tmp_path / "real.npz")
    save_parameters(tmp_path / "link.npz", network())
    assert (tmp_path / "link.npz").is_symlink()
    assert_same(load_parameters(tmp_path / "real.npz"), network())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize("suffix", SUFFIXES)
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


as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give a link away")
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
        with pytest.raises(OSError, match=r"another user has put there.*remove the link, or choose another name"):
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


class FullDisk(io.FileIO):
    def write(self, content):
        super().write(content[:100])
        raise OSError(28, "No space left on device")


def refuse(*arguments, **keywords):
    raise PermissionError(13, "Permission denied")


def interrupt(*arguments):
    raise KeyboardInterrupt


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("target", "name", "replacement", "error", "words"),
    [
        (array_files, "open", FullDisk, OSError, "No space left on device.*free some space"),
        (array_files, "open", refuse, PermissionError, "Permission denied.*folder that you may write to"),
        (os, "fsync", refuse, PermissionError, "Permission denied"),
        (os, "replace", refuse, PermissionError, "Permission denied"),
        (os, "replace", interrupt, KeyboardInterrupt, None),
        (os, "fsync", interrupt, KeyboardInterrupt, None),
    ],
)
def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch, suffix, target, name, replacement, error, words):
    path = save_parameters(tmp_path / f"n{suffix}", network())
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(target, name, replacement, raising=False)
        with pytest.raises(error, match=words) as caught:
            save_parameters(path, network(seed=1))
    if error is not KeyboardInterrupt:
        assert path.name in str(caught.value)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "a").write_text("not a folder")
    with pytest.raises(OSError, match="cannot write the file"):
        save_parameters(tmp_path / "a" / "n.npz", network())
    assert (tmp_path / "a").read_text() == "not a folder"


# Reading: hostile files


class Call:
    """Pickled, this is an instruction to call `function`."""

    def __init__(self, function, *arguments, state=None, items=None):
        self.reduced = (function, arguments, state, None, items)

    def __reduce__(self):
        return self.reduced


def hostile_pickles(sentinel):
    """Each would create the sentinel if a plain pickle.loads ever saw it."""
    shell = Call(os.system, f"echo > '{sentinel}'")
    python = Call(builtins.eval, f"open({str(sentinel)!r}, 'w').close()")
    good = entries_of(network())
    yield "a shell command", shell
    yield "eval", python
    yield "exec", Call(builtins.exec, f"open({str(sentinel)!r}, 'w').close()")
    yield "as a value", good | {"W1": python}
    yield "as a key", {python: good["W1"]}
    yield "deep inside", {"W1": [[({"x": [python]},)]]}
    yield "beside good entries", good | {"more": shell}
    yield "in an object array", good | {"W1": np.array([python], dtype=object)}
    yield "as a state", good | {"W1": Call(np.ndarray, (1,), state=python)}
    yield "as items", Call(dict, items=iter([("W1", python)]))
    copyreg.pickle(Registered, lambda _: (os.system, (f"echo > '{sentinel}'",)))
    yield "through copyreg", Registered()


class Registered:
    """Its pickling is laid down by copyreg."""


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
        path = tmp_path / "hostile.pkl"
        path.write_bytes(pickle.dumps(content, protocol))
        for load in (load_parameters, load_metadata):
            with pytest.raises(ParameterFileError, match=r"may run nothing|not an array|does not hold"):
                load(path)
        assert not sentinel.exists(), name


RAW_PICKLES = {
    "global by text": b"cposix\nsystem\n(S'touch SENTINEL'\ntR.",
    "inst": b"(S'touch SENTINEL'\niposix\nsystem\n.",
    "obj": b"(cposix\nsystem\nS'touch SENTINEL'\no.",
    "a dotted name": b"\x80\x04\x8c\x05numpy\x8c\x0dndarray.dumps\x93.",
    "numpy's own runner": b"cnumpy.testing._private.utils\nrunstring\n.",
    "state for a name": b"\x80\x04cnumpy\nndarray\n(N}\x8c\x09arguments\x8c\x01xs\x86b.",
    "a persistent id": b"Psomething\n.",
    "an extension": b"\x80\x02\x82\x01.",
    "no memory for that": b"\x80\x04}r\xff\xff\xff\xff.",
    "bytes that are not there": b"\x80\x04\x8e\x00\x00\x00\x00\x00\x10\x00\x00abc.",
    "a large number": b"L" + b"9" * 100_000 + b"L\n.",
    "deep lists": b"]" * 50_000 + b"a" * 49_999 + b".",
    "nothing": b"",
    "only a stop": b".",
}


@pytest.mark.parametrize("name", RAW_PICKLES)
def test_raw_pickles_do_nothing(tmp_path, name):
    sentinel = tmp_path / "ran"
    path = tmp_path / "raw.pkl"
    path.write_bytes(RAW_PICKLES[name].replace(b"SENTINEL", str(sentinel).encode()))
    with pytest.raises(ParameterFileError):
        load_parameters(path)
    assert not sentinel.exists()


def test_a_hostile_pickle_leaves_nothing_behind(tmp_path):
    """Setting attributes on what a pickle names must not change the loader for the next file."""
    path = tmp_path / "raw.pkl"
    for name in (b"ndarray", b"dtype"):
        for attribute in (b"name", b"arguments", b"state", b"__call__", b"__setstate__", b"find_class"):
            short = bytes([len(attribute)])
            path.write_bytes(b"\x80\x04cnumpy\n" + name + b"\n(N}\x8c" + short + attribute + b"Ns\x86b.")
            with pytest.raises(ParameterFileError):
                load_parameters(path)
    assert_same(load_parameters(save_parameters(tmp_path / "good.pkl", network())), network())


def test_an_object_array_in_an_npz_does_nothing(tmp_path):
    sentinel = tmp_path / "ran"
    hostile = np.array([Call(os.system, f"touch '{sentinel}'")], dtype=object)
    np.savez(tmp_path / "hostile.npz", **(entries_of(network()) | {"W1": hostile}))
    with pytest.raises(ParameterFileError, match="holds object"):
        load_parameters(tmp_path / "hostile.npz")
    assert not sentinel.exists()


def test_a_zip_bomb_is_refused_before_it_grows(tmp_path, monkeypatch):
    monkeypatch.setattr(array_files, "MAX_BYTES", 100_000)
    np.savez_compressed(tmp_path / "bomb.npz", W1=np.zeros((10, 10_000)), b1=np.zeros((10, 1)))
    assert (tmp_path / "bomb.npz").stat().st_size < 5_000
    with pytest.raises(ParameterFileError, match="declare more than 100,000 bytes"):
        load_parameters(tmp_path / "bomb.npz")


def test_a_huge_file_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(storage, "MAX_BYTES", 1_000)
    (tmp_path / "huge.pkl").write_bytes(b"x" * 1_001)
    with pytest.raises(ParameterFileError, match="has 1,001 bytes"):
        load_parameters(tmp_path / "huge.pkl")


def npz_with_member(path, name, content):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("(1000000000000, 1000)", "'W1' is not as long as its shape"),
        ("(-1, -1)", "'W1' is not as long as its shape"),
        ("(2, 3)", "'W1' is not as long as its shape"),
        ("(2.0, 3)", "does not hold"),
        ("x", "does not hold"),
    ],
)
def test_a_header_that_lies_is_refused(tmp_path, shape, words):
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    member = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(8)
    npz_with_member(tmp_path / "lie.npz", "W1.npy", member)
    with pytest.raises(ParameterFileError, match=words):
        load_parameters(tmp_path / "lie.npz")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused(tmp_path):
    path = save_parameters(tmp_path / "n.npz", network())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("W1.npy", archive.read("W1.npy"))
    with pytest.raises(ParameterFileError, match="'W1' twice"):
        load_parameters(path)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({}, "holds nothing, expected W1"),
        ({"weights": np.ones((3, 2))}, "holds weights, expected W1"),
        ({"W1": np.ones((3, 2))}, "expected W1, b1"),
        ({"W1": np.ones((3, 2)), "b2": np.ones((3, 1))}, "expected W1, b1"),
        ({"W1": np.ones((3, 2)), "b1": np.ones((3, 1)), "b7": np.ones((3, 1))}, "expected W1, b1"),
        ({"W1": np.ones((3, 2)), "b1": np.ones(3)}, "b1 has shape"),
        ({"W1": np.ones(3), "b1": np.ones((3, 1))}, "layer 1"),
        ({"W1": np.ones((3, 2)), "b1": np.full((3, 1), np.nan)}, "b1 holds NaN"),
        ({"W1": np.ones((3, 2), int), "b1": np.ones((3, 1))}, "int64|float16, float32 or float64"),
        ({"W1": np.ones((0, 2)), "b1": np.ones((0, 1))}, "does not hold"),
        ({"W1": np.ones((3, 2)), "b1": np.ones((3, 1)), "metadata": "{", "sha256": "right"}, "does not hold"),
        ({"W1": np.ones((3, 2)), "b1": np.ones((3, 1)), "metadata": "[1]", "sha256": "right"}, "metadata"),
        ({"W1": np.ones((3, 2)), "b1": np.ones((3, 1)), "metadata": "[" * 100_000, "sha256": "right"}, "does not hold"),
        (
            {"W1": np.ones((3, 2)), "b1": np.ones((3, 1)), "metadata": '{"format_version": 2}', "sha256": "right"},
            "newer version",
        ),
        ({"W1": np.ones((3, 2)), "b1": np.ones((3, 1)), "sha256": "0"}, "checksum differs"),
        ({"W1": np.ones((3, 2)), "b1": np.ones((3, 1)), "metadata": "{}"}, "no checksum"),
    ],
)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_no_network_is_refused(tmp_path, suffix, entries, words):
    path = tmp_path / f"wrong{suffix}"
    if entries.get("sha256") == "right":
        rest = {name: entries[name] for name in ("metadata", "W1", "b1")}
        entries = {**entries, "sha256": storage.fingerprint(rest)}
    if suffix == ".npz":
        np.savez(path, **entries)
    else:
        path.write_bytes(pickle.dumps(entries))
    with pytest.raises(ParameterFileError, match=words) as caught:
        load_parameters(path)
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [{"W1": 3}, {"W1": None}, {"W1": [1.0]}, [np.ones(3)], 7, "W1", {3: "x"}])
def test_pickles_of_other_things_are_refused(tmp_path, content):
    (tmp_path / "other.pkl").write_bytes(pickle.dumps(content))
    with pytest.raises(ParameterFileError):
        load_parameters(tmp_path / "other.pkl")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_missing_file_is_named(tmp_path, suffix):
    with pytest.raises(FileNotFoundError, match=f"no file .*missing{suffix}.*save_parameters writes one"):
        load_parameters(tmp_path / f"missing{suffix}")


# Reading: damaged files


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_torn_at_any_byte_is_refused(tmp_path, suffix):
    content = save_parameters(tmp_path / f"n{suffix}", network([3, 2]), metadata={"seed": 0}).read_bytes()
    path = tmp_path / f"torn{suffix}"
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(ParameterFileError):
            load_parameters(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_flipped_bit_never_changes_a_number(tmp_path, suffix):
    """Every fifth bit: the file is refused, or the flip was in a byte that says nothing about the network."""
    saved = network([3, 2])
    content = save_parameters(tmp_path / f"n{suffix}", saved, metadata={"seed": 0}).read_bytes()
    facts = load_metadata(tmp_path / f"n{suffix}")
    path = tmp_path / f"flipped{suffix}"
    refused = 0
    for bit in range(0, 8 * len(content), 5):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            assert_same(load_parameters(path), saved)
            assert load_metadata(path) == facts
        except ParameterFileError:
            refused += 1
    assert refused > 0.7 * 8 * len(content) / 5


@pytest.mark.filterwarnings("ignore:invalid escape")
@settings(deadline=None, max_examples=200)
@given(content=st.binary(max_size=60), start=st.sampled_from([b"", b"\x80\x04", b"PK\x03\x04", b"\x80\x04}("]))
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_random_bytes_are_refused(tmp_path_factory, suffix, content, start):
    path = tmp_path_factory.getbasetemp() / f"random{suffix}"
    path.write_bytes(start + content)
    with pytest.raises(ParameterFileError):
        load_parameters(path)
