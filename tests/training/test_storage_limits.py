"""Saved networks at the limits: what is just taken, and what is just refused."""

import hashlib
import io
import json
import os
import pickle
import time
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from helpers import storage
from helpers.internals import array_files, array_pickles
from helpers.internals.array_pickles import check_opcodes, unpack_pickle
from helpers.network import initialize_parameters
from helpers.storage import ParameterFileError, load_metadata, load_parameters, save_parameters


def network():
    return initialize_parameters([4, 3, 2], np.random.default_rng(0))


@pytest.mark.parametrize(
    ("suffix", "start"), [(".npz", b"PK"), (".pkl", b"\x80\x04"), (".NPZ", b"PK"), (".Pkl", b"\x80\x04")]
)
def test_paths_may_be_texts_and_suffixes_in_capitals(tmp_path, suffix, start):
    path = save_parameters(str(tmp_path / f"network{suffix}"), network())
    assert path == tmp_path / f"network{suffix}"
    assert isinstance(path, Path)
    assert path.read_bytes().startswith(start)
    np.testing.assert_array_equal(load_parameters(str(path))[1].W, network()[1].W)
    assert load_metadata(str(path))["layer_sizes"] == [4, 3, 2]


@pytest.mark.parametrize("metadata", [{"format_version": 1}, {"layer_sizes": [4, 3, 2]}, {"activation": "relu"}])
def test_names_of_the_format_are_not_given_away(tmp_path, metadata):
    with pytest.raises(
        ValueError, match=r"^metadata is .*, expected a dict whose keys are text other than format_vers"
    ):
        save_parameters(tmp_path / "network.npz", network(), metadata=metadata)


@pytest.mark.parametrize("metadata", [["accuracy"], "accuracy", 3])
def test_metadata_are_a_dictionary(tmp_path, metadata):
    with pytest.raises(ValueError, match=r"^metadata is .*, expected a dict"):
        save_parameters(tmp_path / "network.npz", network(), metadata=metadata)


@pytest.mark.parametrize("suffix", [".npz", ".pkl"])
def test_metadata_have_a_bound_when_saved_and_when_loaded(tmp_path, monkeypatch, suffix):
    path = save_parameters(tmp_path / f"network{suffix}", network(), metadata={"note": "x" * 100})
    facts = load_metadata(path)
    length = len(json.dumps(facts))
    monkeypatch.setattr(storage, "MAX_METADATA", length)
    save_parameters(path, network(), metadata={"note": "x" * 100})
    assert load_metadata(path) == facts
    monkeypatch.setattr(storage, "MAX_METADATA", length - 1)
    with pytest.raises(ParameterFileError, match=f"its metadata have {length} char.* at most {length - 1}"):
        load_metadata(path)
    with pytest.raises(ValueError, match=f"metadata has {length} characters as JSON, expected at most {length - 1}"):
        save_parameters(path, network(), metadata={"note": "x" * 100})


def test_the_bound_of_metadata_is_four_million_characters():
    assert storage.MAX_METADATA == 4 * 2**20


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (3.0, "^W1 holds float, expected float64, float32 or float16"),
        (np.float64(3), "^W1 holds float64, expected"),
        (np.ones(3, np.longdouble), "^W1 holds .*, expected float64"),
        (np.ones(3, bool), "^W1 holds bool"),
        (np.ones((2, 0)), r"^W1 has shape \(2, 0\), expected at least one number"),
        (np.array([1, np.nan]), "^W1 holds NaN or infinity"),
        (np.array([1, -np.inf]), "^W1 holds NaN or infinity"),
    ],
)
def test_numbers_that_are_none_are_refused(value, words):
    storage.check_numbers({"W0": np.ones(1, np.float16)})
    with pytest.raises(ValueError, match=words):
        storage.check_numbers({"W0": np.ones(1), "W1": value})


def test_numbers_are_converted_when_asked(tmp_path):
    path = save_parameters(tmp_path / "network.npz", network(), dtype=np.float16)
    assert {values.dtype for layer in load_parameters(path) for values in layer} == {np.dtype(np.float16)}


def test_a_pickle_is_readable_by_every_python_of_today(tmp_path):
    path = save_parameters(tmp_path / "network.pkl", network())
    content = pickle.loads(path.read_bytes())
    assert list(content) == ["sha256", "metadata", "W1", "b1", "W2", "b2"]


# Pickles, of which nothing is run


def pickled(**arrays):
    return pickle.dumps(arrays, protocol=5)


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_arrays_come_back_from_every_protocol_of_python_3_and_in_every_order(protocol):
    content = {"W1": np.arange(6.0).reshape(2, 3), "b1": np.arange(6, dtype=">f4").reshape(3, 2).T, "note": "a"}
    found = unpack_pickle(pickle.dumps(content, protocol=protocol))
    assert found.pop("note") == content.pop("note")
    for name, array in content.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


@pytest.mark.parametrize(("protocol", "module"), [(4, "multiarray"), (5, "numeric")])
def test_pickles_of_numpy_1_and_2_are_read(protocol, module):
    content = pickle.dumps({"W1": np.ones(3)}, protocol=protocol)
    assert content[2:3] == b"\x95"
    content = content[:2] + content[11:]  # without the frame, whose length would be wrong
    names = [f"numpy.{core}.{module}".encode() for core in ("core", "_core")]
    names = [b"\x8c" + bytes([len(name)]) + name for name in names]
    assert sum(content.count(name) for name in names) == 1
    for name in names:
        other = content.replace(names[0], name).replace(names[1], name)
        assert name in other
        np.testing.assert_array_equal(unpack_pickle(other)["W1"], np.ones(3))


class Command:
    def __reduce__(self):
        return print, ("run",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pickle.dumps({"W1": Command()}), "^it asks to run builtins.print, and a file of parameters may run nothing"),
        (b"(S'run'\nibuiltins\nprint\n.", "^it asks for INST of pickle, which makes objects, and may run nothing"),
        (b"(cbuiltins\nprint\nS'run'\no.", "^it asks for OBJ of pickle, which makes objects"),
        (pickle.dumps([np.ones(3)]), "^it holds a list, expected a dict of arrays W1, b1, W2, b2"),
        (pickle.dumps({"W1": 3}), "^it holds something that is not an array of numbers"),
        (pickle.dumps({"W1": np.ones(3, int)}), "^it holds an array of something else than float16"),
        (pickle.dumps({"W1": np.array([{}])}), "^it holds something that is not an array|^it asks for"),
    ],
)
def test_other_pickles_are_refused_and_not_run(content, words, capsys):
    with pytest.raises(ValueError, match=words):
        unpack_pickle(content)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("taken", "refused"),
    [
        (b"N" * 20_000 + b".", b"N" * 20_001 + b"."),
        (b"Np20000\n.", b"Np20001\n."),
        (b"Nr" + (20_000).to_bytes(4, "little") + b".", b"Nr" + (20_001).to_bytes(4, "little") + b"."),
    ],
    ids=["instructions", "PUT", "LONG_BINPUT"],
)
def test_the_instructions_of_a_pickle_have_a_bound(taken, refused):
    check_opcodes(taken)
    with pytest.raises(ValueError, match=r"^it asks for more memory than its arrays need"):
        check_opcodes(refused)
    with pytest.raises(ValueError, match=r"^it asks for more memory than its arrays need"):
        unpack_pickle(refused)


def test_the_arrays_of_a_pickle_have_a_bound(monkeypatch):
    content = pickled(W1=np.ones((2, 3)), b1=np.ones((2, 1)), note="some text")
    monkeypatch.setattr(array_pickles, "MAX_BYTES", 64)
    assert set(unpack_pickle(content)) == {"W1", "b1", "note"}
    monkeypatch.setattr(array_pickles, "MAX_BYTES", 63)
    with pytest.raises(ValueError, match=r"^its arrays declare more than 63 bytes"):
        unpack_pickle(content)


# Files of arrays


def test_what_a_killed_process_leaves_is_what_the_next_one_removes(tmp_path, monkeypatch):
    left, replace = [], os.replace
    monkeypatch.setattr(os, "replace", lambda old, new: (left.append(Path(old)), replace(old, new)))
    array_files.replace_file(tmp_path / "a.npz", b"1")
    assert left[0].parent == tmp_path
    left[0].write_bytes(b"half")
    os.utime(left[0], (time.time() - 3601,) * 2)
    array_files.replace_file(tmp_path / "a.npz", b"2")
    assert list(tmp_path.iterdir()) == [tmp_path / "a.npz"]
    assert (tmp_path / "a.npz").read_bytes() == b"2"


def test_all_of_a_file_has_left_python_before_it_is_flushed(tmp_path, monkeypatch):
    sizes, fsync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda number: (sizes.append(os.fstat(number).st_size), fsync(number)))
    array_files.replace_file(tmp_path / "a.npz", b"12345")
    assert sizes[0] == 5


@pytest.mark.skipif(os.name == "nt", reason="Windows opens no folder")
def test_a_flushed_folder_is_closed_again(tmp_path, monkeypatch):
    opened, original = [], os.open
    monkeypatch.setattr(os, "open", lambda *arguments: opened.append(original(*arguments)) or opened[-1])
    array_files.flush_folder(tmp_path)
    assert len(opened) == 1
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])


def test_a_file_is_read_up_to_its_bound(tmp_path):
    path = array_files.replace_file(tmp_path / "a.npz", b"12345")
    assert array_files.read_bounded(path, 5) == array_files.read_bounded(path) == b"12345"
    with pytest.raises(ValueError, match=r"^it has 5 bytes, expected at most 4$"):
        array_files.read_bounded(path, 4)
    with pytest.raises(OSError):  # noqa: PT011 (IsADirectoryError, on Windows PermissionError)
        array_files.read_bounded(tmp_path)
    assert (array_files.MAX_BYTES, array_files.MAX_MEMBERS, array_files.STALE_SECONDS) == (2**30, 1000, 3600)


def test_reasons_are_one_printable_line():
    assert array_files.reason(ValueError("it  is\n\x1b[31mred")) == "it is ?[31mred"
    assert array_files.reason(ValueError("x" * 301)) == "x" * 300
    assert array_files.reason(KeyError("W1")) == "it is damaged or cut off (KeyError('W1'))"
    assert len(array_files.reason(KeyError("x" * 100))) == len("it is damaged or cut off ()") + 80


def packed(*members, compression=zipfile.ZIP_STORED, version=None):
    """The bytes of an .npz file with the given (name, array or bytes)."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, array in members:
            member = io.BytesIO()
            if isinstance(array, bytes):
                member.write(array)
            else:
                np.lib.format.write_array(member, array, version)
            archive.writestr(f"{name}.npy", member.getvalue())
    return stream.getvalue()


def header(shape, values=b""):
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + values


ONES, LABELS = ("a", np.ones(2)), ("b", np.arange(2, dtype=np.int64))


def test_packed_arrays_are_the_same_bytes_and_come_back(monkeypatch):
    arrays = {"a": np.ones((2, 3)), "b": np.float32(2), "text": np.array("some")}
    content = array_files.pack_npz(arrays)
    assert content == array_files.pack_npz(arrays)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert [(member.create_system, member.date_time[0]) for member in archive.infolist()] == [(3, 1980)] * 3
    found = array_files.unpack_npz(content)
    assert list(found) == ["a", "b", "text"]
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
    with pytest.raises(ValueError, match=r"[Oo]bject arrays"):
        array_files.pack_npz({"a": np.array([{}])})


@pytest.mark.parametrize(
    "content",
    [
        packed(ONES, compression=zipfile.ZIP_DEFLATED),
        packed(ONES, version=(1, 0)),
        packed(ONES, version=(2, 0)),
        packed(("a", header("(2,)", np.ones(2).tobytes()))),
    ],
)
def test_other_ways_to_pack_are_read(content):
    np.testing.assert_array_equal(array_files.unpack_npz(content)["a"], np.ones(2))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (packed(ONES, compression=zipfile.ZIP_BZIP2), "^it packs 'a.npy' in a way that NumPy does not"),
        (packed(ONES, version=(3, 0)), r"^'a' is in version \(3, 0\) of the array format, expected 1.0 or 2.0"),
        (packed(LABELS), "^'b' holds int64, expected numbers with a decimal point$"),
        (packed(("a", header("(2,)", bytes(15)))), r"^'a' is not as long as its shape \(2,\) needs"),
        (packed(("a", header("(2,)", bytes(17)))), "^'a' is not as long"),
        (packed(("a", header("(-1, 1, -1)", bytes(8)))), "^'a' is not as long"),
        (packed(("a", header("()", bytes(16)))), "^'a' is not as long"),
    ],
)
def test_other_archives_are_refused(content, words):
    with pytest.raises(ValueError, match=words):
        array_files.unpack_npz(content)


def test_integers_are_read_where_they_are_expected():
    np.testing.assert_array_equal(array_files.unpack_npz(packed(LABELS), kinds="fi")["b"], np.arange(2))
    with pytest.raises(ValueError, match=r"^'c' holds bool, expected numbers$"):
        array_files.unpack_npz(packed(("c", np.ones(2, bool))), kinds="fi")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_stands_in_an_archive_once():
    with pytest.raises(ValueError, match=r"^it holds 'a' twice$"):
        array_files.unpack_npz(packed(ONES, ONES))


def test_the_arrays_of_an_archive_have_bounds(monkeypatch):
    content = packed(ONES, ("b", np.ones(2)))
    monkeypatch.setattr(array_files, "MAX_MEMBERS", 2)
    monkeypatch.setattr(array_files, "MAX_BYTES", 2 * (128 + 16))
    assert list(array_files.unpack_npz(content)) == ["a", "b"]
    monkeypatch.setattr(array_files, "MAX_BYTES", 2 * (128 + 16) - 1)
    with pytest.raises(ValueError, match=r"^its arrays declare more than 287 bytes$"):
        array_files.unpack_npz(content)
    monkeypatch.setattr(array_files, "MAX_MEMBERS", 1)
    with pytest.raises(ValueError, match=r"^it holds more than 1 arrays$"):
        array_files.unpack_npz(content)


def test_no_more_is_unpacked_than_a_member_declares():
    stream = io.BytesIO(packed(("a", b"x" * 1000), compression=zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(stream) as archive:
        member = archive.infolist()[0]
        member.file_size, member.CRC = 10, zlib.crc32(b"x" * 10)
        assert array_files.read_member(archive, member) == b"x" * 10


def test_checksums_are_of_names_types_shapes_and_values_in_one_order():
    values = np.arange(6.0).reshape(2, 3)
    expected = hashlib.sha256(b"a ('float64', (2, 3))" + values.astype("<f8").tobytes() + b"note some").hexdigest()
    for array in (values, values.astype(">f8"), np.asfortranarray(values)):
        assert array_files.fingerprint({"a": array, "note": "some"}) == expected
    others = [{"b": values}, {"a": values.T}, {"a": values.astype("f4")}, {"a": values + 1}, {"a": str(values)}]
    assert len({array_files.fingerprint(entries) for entries in others}) == 5
