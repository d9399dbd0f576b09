"""No file makes a loader crash, hang, run code or eat memory: it loads, or its own error says what is wrong with it."""

import copyreg
import gzip
import importlib.util
import os
import pickle
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import file_fuzzer
import numpy as np
import pytest
from file_fuzzer import fuzz, problem, targets
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import storage
from helpers.data import load_csv
from helpers.internals import array_files, array_pickles, csv_files
from helpers.internals.checkpoints import CheckpointFileError, load_checkpoint
from helpers.internals.csv_files import DataFileError
from helpers.network import initialize_parameters
from helpers.storage import ParameterFileError, load_parameters, save_parameters

pytestmark = pytest.mark.slow  # `make unit` leaves these out, `make test` does not

PROJECT = Path(__file__).parents[2]
NAMES = ("load_csv", "load_parameters .npz", "load_parameters .pkl", "load_checkpoint")
MEGABYTE = 2**20
needs_limits = pytest.mark.skipif(
    importlib.util.find_spec("resource") is None or not os.path.exists("/proc/self/statm"),
    reason="only Linux limits the memory of a process",
)


# Damage of every kind


def test_hundreds_of_broken_files(tmp_path):
    found, counts = fuzz(tmp_path, seed=20261122, cases=int(os.environ.get("FUZZ_CASES", "350")))
    assert found == {}
    for name in NAMES:
        assert counts[name, "refused"] > counts[name, "taken"] > 5


@pytest.mark.parametrize("name", NAMES)
def test_the_files_to_begin_with_are_good(tmp_path, name):
    target = targets(tmp_path)[name]
    taken = []
    for number, content in enumerate(target.files):
        path = tmp_path / f"{number}{target.suffix}"
        path.write_bytes(content)
        wrong, loaded = problem(target, path)
        assert wrong is None
        taken.append(loaded)
    assert all(taken) or (name == "load_csv" and sum(not loaded for loaded in taken) == 1)  # labels alone


@pytest.mark.parametrize("name", NAMES)
def test_files_torn_at_every_byte(tmp_path, name):
    target = targets(tmp_path)[name]
    path = tmp_path / f"torn{target.suffix}"
    for content in target.files if name == "load_csv" else target.files[:1]:
        binary = name != "load_csv" or content.startswith(b"\x1f\x8b")
        for length in range(len(content)):
            path.write_bytes(content[:length])
            wrong, taken = problem(target, path)
            assert wrong is None
            assert not (binary and taken)


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=60)
@given(
    content=st.binary(max_size=80), start=st.sampled_from([b"", b"PK\x03\x04", b"\x80\x04", b"\x1f\x8b\x08", b"1,2\n"])
)
def test_random_bytes(tmp_path_factory, name, content, start):
    folder = tmp_path_factory.getbasetemp()
    target = targets(folder)[name]
    path = folder / f"random{target.suffix}"
    path.write_bytes(start + content)
    assert problem(target, path)[0] is None


fields = st.sampled_from(["0", "7", "255", "256", "-1", "1.5", "1e2", "NaN", "inf", "", " 9", "x", '"3"', "9" * 30])


@settings(deadline=None, max_examples=80)
@given(st.lists(st.lists(fields, min_size=1, max_size=5), min_size=1, max_size=5), st.booleans(), st.booleans())
def test_tables_of_odd_numbers(tmp_path_factory, rows, header, packed):
    text = "label,pixel0,pixel1,pixel2,pixel3\n" * header + "\n".join(",".join(row) for row in rows) + "\n"
    path = tmp_path_factory.getbasetemp() / "odd.csv"
    path.write_bytes(gzip.compress(text.encode(), 1) if packed else text.encode())
    assert problem(targets(path.parent)["load_csv"], path)[0] is None


def test_the_fuzzer_finds_what_is_wrong(tmp_path, monkeypatch):
    """A loader that crashes, writes, mumbles or hands out nonsense does not pass."""
    fuzz(tmp_path, cases=1)  # hangs up the audit hook
    target = targets(tmp_path)["load_parameters .npz"]
    path = tmp_path / "a.npz"

    def fails(load):
        target.load = load
        return problem(target, path)[0]

    def refuse(text):
        raise ParameterFileError(text)

    assert "KeyError" in fails(lambda path: {}[1])
    assert "open" in fails(lambda path: (tmp_path / "b").write_text("x"))
    assert "os.system" in fails(lambda path: os.system("true"))
    assert "helps nobody" in fails(lambda path: refuse("bad"))
    assert "helps nobody" in fails(lambda path: refuse(f"{path} holds \x1b[31m something that it should not hold"))
    assert "helps nobody" in fails(lambda path: refuse(f"{path} holds " + "something " * 500))
    assert "wrong" in fails(lambda path: [(np.full((2, 3), np.nan), np.zeros((2, 1)))])
    monkeypatch.setattr(file_fuzzer, "SLOWEST", -1)
    assert "seconds" in fails(lambda path: None)


# Pickles


def test_a_registered_extension_is_not_called(tmp_path):
    """What another package has registered and used already is kept by pickle, and given out without being asked for."""
    code = 240
    copyreg.add_extension("os", "system", code)
    try:
        with pytest.raises(TypeError):
            pickle.loads(b"\x80\x02\x82" + bytes([code]) + b")R.")  # os.system() without a command: now it is kept
        for opcode in (b"\x82" + bytes([code]), b"\x83" + struct.pack("<H", code), b"\x84" + struct.pack("<i", code)):
            path = tmp_path / "extension.pkl"
            path.write_bytes(b"\x80\x02" + opcode + f"X{{}}touch {tmp_path}/ran\x85R.".encode().replace(
                b"X{}", b"X" + struct.pack("<I", len(f"touch {tmp_path}/ran"))))  # fmt: skip
            with pytest.raises(ParameterFileError, match=r"asks for EXT. of pickle"):
                load_parameters(path)
    finally:
        copyreg.remove_extension("os", "system", code)
        copyreg.clear_extension_cache()
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (b"Pid\n.", "PERSID"),
        (b"NQ.", "BINPERSID"),
        (b"(iposix\nsystem\n.", "INST"),
        (b"(cposix\nsystem\no.", "OBJ"),
        (b"\x80\x04cnumpy\nndarray\n)\x81.", "NEWOBJ"),
        (b"\x80\x04cnumpy\nndarray\n)}\x92.", "NEWOBJ_EX"),
        (b"\x80\x05\x97.", "NEXT_BUFFER"),
        (b"\x80\x04\x8f.", "EMPTY_SET"),
        (b"]" * 30_000 + b".", "more memory"),
        (b"}r\x20\x4f\x00\x00.", "more memory"),
    ],
)
def test_pickles_that_ask_for_more_than_arrays_need(tmp_path, program, words):
    (tmp_path / "a.pkl").write_bytes(program)
    with pytest.raises(ParameterFileError, match=words):
        load_parameters(tmp_path / "a.pkl")


def test_keys_that_all_collide_take_no_time(tmp_path):
    keys = b"".join(pickle.dumps(n * (2**61 - 1), 4)[2:-1].split(b"\x94")[0] + b"N" for n in range(1, 6000))
    (tmp_path / "a.pkl").write_bytes(b"\x80\x04}(" + keys + b"u.")
    assert problem(targets(tmp_path)["load_parameters .pkl"], tmp_path / "a.pkl")[0] is None


def test_a_frame_that_cuts_an_array(tmp_path, capfd):
    """With the unpickler in C, the interpreter reports freed memory for some of these."""
    layers = initialize_parameters([4, 3, 2], np.random.default_rng(0))
    arrays = {
        f"{letter}{n}": array for n, layer in enumerate(layers, 1) for letter, array in zip("Wb", layer, strict=True)
    }
    content = pickle.dumps(arrays, 5)
    assert content[2:3] == b"\x95"
    target = targets(tmp_path)["load_parameters .pkl"]
    for length in range(len(content) - 11):
        (tmp_path / "a.pkl").write_bytes(content[:3] + struct.pack("<Q", length) + content[11:])
        assert problem(target, tmp_path / "a.pkl")[0] is None
    assert capfd.readouterr().err == ""


def test_many_arrays_on_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(array_pickles, "MAX_BYTES", 100_000)
    array = np.zeros((100, 100))
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(dict.fromkeys(("W1", "b1"), array), 4))
    with pytest.raises(ParameterFileError, match="declare more than 100,000 bytes"):
        load_parameters(tmp_path / "a.pkl")


# Bombs, which a process with little memory must survive


def zeros_deflated(size, block=b"\0" * 2**20):
    """A deflate stream of about `size` bytes, made without packing them: one packed block, many times over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return packed * -(-size // len(block)) + zlib.compressobj(9, zlib.DEFLATED, -15).flush()


def gzip_bomb(size, block):
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + zeros_deflated(size, block) + bytes(8)


def zip_bomb(size, declared, members=("W1.npy", "b1.npy"), method=8):
    """An archive whose members unpack to `size` bytes and declare another number of them."""
    stream = zeros_deflated(size)
    contents, directory, place = [], [], 0
    for name in members:
        facts = struct.pack("<HHHHHIIIHH", 20, 0, method, 0, 33, 0, len(stream), declared, len(name), 0)
        offset = struct.pack("<HHHII", 0, 0, 0, 0, place)
        directory.append(b"PK\x01\x02" + struct.pack("<H", 20) + facts + offset + name.encode())
        contents.append(b"PK\x03\x04" + facts + name.encode() + stream)
        place += len(contents[-1])
    length, count = sum(map(len, directory)), min(len(members), 2**16 - 1)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, length, place, 0)
    return b"".join([*contents, *directory, end])


def bombs():
    """Name, suffix, content, words of the error, and the bytes of memory that may be taken."""
    row = b",".join([b"0"] * 785) + b"\n"
    rows = row * (2**20 // len(row))
    yield "declares 4 GB", ".npz", zip_bomb(2**21, 2**32 - 2), "declare more than", 80 * MEGABYTE
    yield "declares 100 bytes, has 2 GB", ".npz", zip_bomb(2**31, 100), "damaged", 80 * MEGABYTE
    yield "packed by bzip2", ".npz", zip_bomb(2**21, 100, method=12), "in a way that NumPy does not", 80 * MEGABYTE
    yield "packed by lzma", ".npz", zip_bomb(2**21, 100, method=14), "in a way that NumPy does not", 80 * MEGABYTE
    members = ["aaaaaaaaaaaaaaaa"] * 200_000
    yield "200,000 members", ".npz", zip_bomb(10, 10, members), "more than 1,000 arrays", 120 * MEGABYTE
    yield "ten million lists", ".pkl", b"]" * 10_000_000 + b".", "more memory", 120 * MEGABYTE
    yield "a memo of four billion", ".pkl", b"}r\xff\xff\xff\xff" + b"." * 9_000_000, "more memory", 120 * MEGABYTE
    yield "4 GB without a line end", ".csv", gzip_bomb(2**32, b"7," * 2**19), "row 1 .* characters", 150 * MEGABYTE
    yield "a line of 64 MB", ".csv", b"7," * 2**25, "row 1 .* characters", 60 * MEGABYTE
    yield "4 GB of zeros", ".csv", gzip_bomb(2**32, b"\0" * 2**20), "row 1 .* characters", 150 * MEGABYTE
    yield "4 GB of rows", ".csv", gzip_bomb(2**32, rows), "bytes of text", 600 * MEGABYTE
    yield "4 GB of blank lines", ".csv", gzip_bomb(2**32, b"\n" * 2**20), "is empty", 150 * MEGABYTE


BOMB_PROGRAM = """
import re, resource, sys, time
from helpers.internals import csv_files
from helpers.data import load_csv
from helpers.storage import load_parameters
from helpers.internals.checkpoints import load_checkpoint
csv_files.MAX_BYTES = int(sys.argv[1])
for line in sys.stdin:
    path, limit, words = line.rstrip("\\n").split("|", 2)
    loaders = {"csv": [load_csv], "npz": [load_parameters, load_checkpoint], "pkl": [load_parameters]}
    for load in loaders[path.rsplit(".")[-1]]:
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + int(limit), resource.RLIM_INFINITY))
        start = time.process_time()
        try:
            load(path)
        except ValueError as error:
            took = time.process_time() - start
            memory = isinstance(error.__cause__ or error.__context__, MemoryError)
            fine = re.search(words, str(error)) and not memory and took < 30
            verdict = "fine" if fine else f"{took:.1f} s: {error!r}"
        except BaseException as error:
            took, verdict = 0, f"{error!r}"
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print(path, load.__name__, f"{took:.2f}", verdict, sep="|")
"""


@needs_limits
def test_bombs_are_survived_with_little_memory(tmp_path):
    lines = []
    for number, (_, suffix, content, words, limit) in enumerate(bombs()):
        path = tmp_path / f"{number}{suffix}"
        path.write_bytes(content)
        lines.append(f"{path}|{limit + 2 * len(content) * (suffix != '.csv')}|{words}|\n".replace("|\n", "\n"))
    bound = 2**29 if os.environ.get("FUZZ_BOMBS") else 2**27  # half a gigabyte of text takes seconds
    command = [sys.executable, "-c", BOMB_PROGRAM, str(bound)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, input="".join(lines), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    verdicts = [line.split("|") for line in done.stdout.splitlines()]
    print(done.stdout)
    assert {tuple(verdict) for _, _, _, *verdict in verdicts} == {("fine",)}
    assert len(verdicts) == len(lines) + sum(".npz|" in line for line in lines)


def test_the_bounds_are_the_documented_ones():
    assert (array_files.MAX_BYTES, storage.MAX_BYTES, array_pickles.MAX_BYTES) == (2**30,) * 3
    assert (csv_files.MAX_BYTES, csv_files.MAX_LINE) == (2**29, 2**22)


def test_a_csv_file_at_the_bound_is_read_and_one_beyond_is_not(tmp_path, monkeypatch):
    content = b"1,9,9,9,99\n" * 10
    for name, written in (("a.csv", content), ("a.csv.gz", gzip.compress(content))):
        (tmp_path / name).write_bytes(written)
        monkeypatch.setattr(csv_files, "MAX_BYTES", 110)
        assert len(load_csv(tmp_path / name)) == 10
        monkeypatch.setattr(csv_files, "MAX_BYTES", 109)
        with pytest.raises(DataFileError, match=f"{name} has more than 109 bytes of text; .* divide it into files"):
            load_csv(tmp_path / name)


def test_a_line_beyond_the_bound_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("7," * 2**21 + "7\n")
    with pytest.raises(DataFileError, match=r"row 1 of a\.csv has more than 4,194,304 characters; expected one image"):
        load_csv(tmp_path / "a.csv")


def test_control_characters_do_not_reach_the_screen(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"label,a\x1b[31m,c,d,e\n1,x,3,4,5\n")
    with pytest.raises(DataFileError, match=r"row 2 of a\.csv has 'x' in column 2 \(a\?\[31m\)"):
        load_csv(tmp_path / "a.csv")


@pytest.mark.parametrize("space", ["\x1d", "\xa0", "\u2003"])
def test_only_spaces_and_tabs_may_stand_around_a_number(tmp_path, space):
    (tmp_path / "a.csv").write_text("1, 2,3 ,\t4,99\n", encoding="utf8")
    assert load_csv(tmp_path / "a.csv").X.shape == (4, 1)
    (tmp_path / "a.csv").write_text(f"1,2,3,4,99{space}\n", encoding="utf8")
    with pytest.raises(DataFileError, match=r"row 1 of a\.csv has '99.*' in column 5, expected a pixel"):
        load_csv(tmp_path / "a.csv")


def test_metadata_that_would_fill_the_memory_are_refused(tmp_path, monkeypatch):
    layers = initialize_parameters([3, 2], np.random.default_rng(0))
    path = save_parameters(tmp_path / "a.npz", layers, metadata={"a": "x" * 500})
    monkeypatch.setattr(storage, "MAX_METADATA", 400)
    with pytest.raises(ParameterFileError, match=r"its metadata have .* characters, expected at most 400"):
        load_parameters(path)
    with pytest.raises(ValueError, match=r"metadata has .* characters as JSON, expected at most 400"):
        save_parameters(tmp_path / "a.npz", layers, metadata={"a": "x" * 500})


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    for load, name, error in (
        (load_csv, "a.csv", DataFileError),
        (load_parameters, "a.npz", ParameterFileError),
        (load_checkpoint, "b.npz", CheckpointFileError),
    ):
        os.mkfifo(tmp_path / name)
        with pytest.raises(error, match="a device or a pipe"):
            load(tmp_path / name)


def test_packed_by_zip_with_the_right_numbers(tmp_path):
    """The bombs above are proper archives but for their sizes."""
    content = zip_bomb(2**20, 2**20, ["W1.npy"])
    (tmp_path / "a.zip").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive, archive.open("W1.npy") as file:
        assert file.read(50) == bytes(50)
