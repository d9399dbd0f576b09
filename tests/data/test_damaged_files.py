"""Whatever a file holds, a loader loads it or raises the error that it documents."""

import gzip
import io
import os
import pickle
import random
import subprocess
import sys
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from helpers.data import DataFileError, load_csv
from helpers.internals.image_files import read_image
from helpers.network import initialize_parameters
from helpers.storage import ParameterFileError, load_parameters, save_parameters

CASES = int(os.environ.get("FUZZ_CASES", "150"))  # damaged files per kind

# Scraps that mean something in one of the formats.
SCRAPS = [
    *(b'NaN inf -1 256 1.0 , ,, " ; label'.split(b" ")),
    *(b"\n", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf", b"\x1f\x8b", b"\x1b[31m", b"9" * 400),
    *(b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\x93NUMPY", b"'<f8'", b"'|O'", b"(-1,)"),
    *(b"cposix\nsystem\n", b"\x8c\x05posix\x8c\x06system\x93", b"(S'true'\nt", b"R", b"b", b"."),
    *(
        b"]",
        b"}",
        b"(",
        b"a",
        b"s",
        b"r\xff\xff\xff\xff",
        b"\x8e" + b"\xff" * 8,
        b"\x95" + b"\xff" * 8,
    ),
    *(
        b"IHDR",
        b"IDAT",
        b"\xff\xd8\xff",
        b"\xff\xc0",
        b"\xff\xda",
        b"II*\0",
        b"GIF89a",
        b"BM",
        b"WEBP",
    ),
    *(number.to_bytes(size, "little") for size in (2, 4, 8) for number in (0, 1, 2**15, 2**16 - 1)),
]


def csv_files(folder):
    table = np.random.default_rng(0).integers(0, 256, (6, 10))
    table[:, 0] %= 10
    rows = "".join(",".join(map(str, row)) + "\n" for row in table).encode()
    header = b"label," + b",".join(b"pixel%d" % number for number in range(9)) + b"\n"
    return [rows, header + rows, gzip.compress(header + rows, mtime=0)]


def parameter_files(folder):
    layers = initialize_parameters([4, 3, 2], np.random.default_rng(0))
    paths = [save_parameters(folder / f"n{suffix}", layers) for suffix in (".npz", ".pkl")]
    by_hand = {
        f"{letter}{number}": array
        for number, layer in enumerate(layers, 1)
        for letter, array in zip("Wb", layer, strict=True)
    }
    stream = io.BytesIO()
    np.savez_compressed(stream, **by_hand)
    pickles = [pickle.dumps(by_hand, protocol) for protocol in range(6)]
    return [*(path.read_bytes() for path in paths), stream.getvalue(), *pickles]


def image_files(folder):
    values = np.random.default_rng(0).integers(0, 256, (20, 30, 4), dtype=np.uint8)
    files = []
    for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"):
        stream = io.BytesIO()
        image = Image.fromarray(values)
        image = image.convert("RGB") if kind == "JPEG" else image
        image.save(stream, kind, **({"exif": orientation()} if kind in ("PNG", "JPEG") else {}))
        files.append(stream.getvalue())
    return files


def orientation():
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


LOADERS = {
    "load_csv": (load_csv, ".csv", DataFileError, csv_files),
    "load_parameters": (load_parameters, ".npz", ParameterFileError, parameter_files),
    "read_image": (read_image, ".png", ValueError, image_files),
}


def taken(load, error, path):
    """Whether a file is loaded; if not, the error is the documented one and names the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            load(path)
    except error as caught:
        kind, sentence = type(caught), str(caught)
    else:
        return True
    assert kind is error
    assert path.name in sentence
    assert sentence.isprintable()
    assert 20 < len(sentence) < 1000
    return False


def damaged(rng, content):
    content = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 5])):
        place = rng.randrange(len(content) + 1)
        match rng.randrange(5):
            case 0:
                del content[place:]
            case 1:
                del content[place : place + rng.randrange(1, 9)]
            case 2:
                content[place:place] = rng.choice(SCRAPS)
            case 3:
                scrap = rng.choice(SCRAPS)
                content[place : place + len(scrap)] = scrap
            case 4 if place < len(content):
                content[place] ^= 1 << rng.randrange(8)
    return bytes(content)


@pytest.mark.slow
@pytest.mark.parametrize("name", LOADERS)
def test_damaged_files_are_loaded_or_refused_in_a_sentence(tmp_path, name):
    load, suffix, error, files = LOADERS[name]
    rng, path = random.Random(20261127), tmp_path / f"broken{suffix}"
    counts = {True: 0, False: 0}
    for content in files(tmp_path):
        path.write_bytes(content)
        assert taken(load, error, path)
        for _ in range(CASES):
            path.write_bytes(damaged(rng, content))
            counts[taken(load, error, path)] += 1
    assert min(counts.values()) > 5


@pytest.mark.parametrize("name", LOADERS)
@settings(max_examples=60)
@given(
    content=st.binary(max_size=80),
    start=st.sampled_from(
        [b"", b"PK\x03\x04", b"\x80\x04", b"\x1f\x8b\x08", b"1,2\n", b"\x89PNG", b"II*\0"]
    ),
)
def test_random_bytes_are_loaded_or_refused_in_a_sentence(tmp_path_factory, name, content, start):
    load, suffix, error, _ = LOADERS[name]
    path = tmp_path_factory.getbasetemp() / f"random{suffix}"
    path.write_bytes(start + content)
    taken(load, error, path)


ODD = ["0", "7", "255", "256", "-1", "1.5", "1e2", "NaN", "inf", "x", "", " 9", '"3"', "9" * 30]
fields = st.sampled_from(ODD)


@settings(max_examples=80)
@given(st.lists(st.lists(fields, min_size=1, max_size=5), min_size=1, max_size=5), st.booleans())
def test_tables_of_odd_numbers_are_loaded_or_refused_in_a_sentence(tmp_path_factory, rows, header):
    text = "label,pixel0,pixel1,pixel2,pixel3\n" * header + "\n".join(",".join(row) for row in rows)
    path = tmp_path_factory.getbasetemp() / "odd.csv"
    path.write_text(text + "\n")
    taken(load_csv, DataFileError, path)


# CSV files that would fill the memory


def gzip_bomb(size, block):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    end = zlib.compressobj(9, zlib.DEFLATED, -15).flush() + bytes(8)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + packed * (size // len(block)) + end


BOMBS = {
    "4 GB without a line end": lambda: gzip_bomb(2**32, b"7," * 2**19),
    "a line of 64 MB": lambda: b"7," * 2**25,
}
MEASURE = """
import pathlib
from helpers.data import DataFileError, load_csv

def peak():
    return int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024

before = peak()
try:
    load_csv("bomb.csv")
except DataFileError as error:
    print(f"{peak() - before:.0f}|{error}")
"""


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="only Linux says the memory")
@pytest.mark.parametrize("name", BOMBS)
def test_a_csv_file_that_would_fill_the_memory_is_refused(tmp_path, name):
    (tmp_path / "bomb.csv").write_bytes(BOMBS[name]())
    command = [sys.executable, "-c", MEASURE]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    megabytes, said = done.stdout.split("|")
    assert "bomb.csv" in said
    assert int(megabytes) <= 150
