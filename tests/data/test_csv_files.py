"""load_csv: what it reads, what it says about it, and that every advice it gives leads to the end."""

import bz2
import csv
import gzip
import io
import json
import lzma
import pickle
import re
import tarfile
import warnings
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers.data import DataFileError, Dataset, load_csv, load_dataset
from helpers.internals import csv_text

LABELS = np.array([4, 2, 0, 9, 7, 1, 3, 8, 6, 5, 4, 1])
DIGITS = load_dataset("digits")
PIXELS = np.rint(DIGITS.X.T * 255).astype(int)[
    [np.flatnonzero(DIGITS.labels == k)[-1] for k in LABELS]
]
NAMES = [f"pixel{i}" for i in range(784)]
SMALL = np.array([[0, 16, 8, 4], [16, 0, 2, 9], [1, 0, 16, 3]])  # three images of 2 x 2


def text(columns, names=None, separator=",", end="\n"):
    lines = [separator.join(map(str, row)) for row in columns]
    return end.join(([separator.join(names)] if names else []) + lines) + end


def table(labels=LABELS, pixels=PIXELS):
    return [
        [label, *row]
        for label, row in zip(np.asarray(labels).tolist(), np.asarray(pixels).tolist(), strict=True)
    ]


def by_pandas(frame, **options):
    return frame.to_csv(**options)


FRAME = pd.DataFrame(table(), columns=["label", *NAMES])
BARE = pd.DataFrame(table())
HEADED = text(table(), ["label", *NAMES])
PLAIN = text(table())


def saved(save, *arrays, **named):
    stream = io.BytesIO()
    save(stream, *arrays, **named)
    return stream.getvalue()


def zipped(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def write(folder, content, name="digits.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def load(path, **options):
    """Load a file; return the data set and the warnings, which all point at the caller's line."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        dataset = load_csv(path, **options)
    assert all(Path(warning.filename) == Path(__file__) for warning in caught)
    return dataset, [str(warning.message) for warning in caught]


def check(dataset, labels=LABELS, atol=0.0):
    assert dataset.X.T.flags.c_contiguous
    np.testing.assert_allclose(dataset.X, PIXELS.T / 255, atol=atol, rtol=0)
    if labels is None:
        assert dataset.labels is None
    else:
        np.testing.assert_array_equal(dataset.labels, labels)
        assert dataset.labels.dtype == np.intp


def small_blocks(monkeypatch, size):
    for name in ("BLOCK_BYTES", "PIECE_BYTES"):
        monkeypatch.setattr(csv_text, name, size)


# --- what is read


def shuffled(names, order):
    return text(
        [[row[0], *(row[1 + i] for i in order)] for row in table()],
        ["label", *(names[i] for i in order)],
    )


ORDER = np.random.default_rng(0).permutation(784).tolist()
SQUARE = [f"{i // 28 + 1}x{i % 28 + 1}" for i in range(784)]
INDEX, LEFT_OUT = "numbers the rows and was left out", "was left out"
READ = {  # content, words of its notes, labels (all of them unless given)
    "header, label first": (HEADED,),
    "no header, label first": (PLAIN,),
    "no labels": (text(PIXELS, NAMES), (), None),
    "no labels, no header": (text(PIXELS), (), None),
    "label last": (text([[*row[1:], row[0]] for row in table()], [*NAMES, "label"]),),
    "rows and columns in the names": (text(table(), ["label", *SQUARE]),),
    "columns counted": (text(PIXELS, map(str, range(784))), (), None),
    **{
        f"columns counted by {sign}": (text(table(), (f"{sign}{i + 1}" for i in range(785))),)
        for sign in ("V", "Var", "Column", "X")  # R, MATLAB, Excel
    },
    "a title": ("Digits of 2026\n\n" + HEADED, ("row 1 .Digits of 2026. is no row of the table",)),
    "a title, no header": ("Digits of 2026\n" + PLAIN, ("row 1 .Digits of 2026. is no row",)),
    "a comment of another language": ("// digits\n" + HEADED, ("row 1 .// digits. is no row",)),
    "a number missing in the names": (
        text(table(), ["label", *NAMES[:5], *NAMES[6:], "pixel784"]), ("no number 5: is a column missing",)
    ),
    "names column by column, or (x, y)": (
        text(table(), ["label", *(f"{i % 28}x{i // 28}" for i in range(784))]), ("named 0x0, 1x0, … and were taken",)
    ),
    "columns counted, one more": (text(table(), map(str, range(785))),),
    "CRLF": (HEADED.replace("\n", "\r\n"),),
    "CR": (HEADED.replace("\n", "\r"),),
    "byte-order mark": ("\ufeff" + HEADED,),
    "no last line end": (HEADED.rstrip("\n"),),
    "blank lines": ("\n\n" + HEADED.replace("\n", "\n\n", 3) + "\n \n",),
    "blanks after commas": (HEADED.replace(",", ", "),),
    "leading zeros": (PLAIN.replace(",7,", ",007,"),),
    "UTF-16": (HEADED.encode("utf-16"),),
    "UTF-16, big end first": (b"\xfe\xff" + HEADED.encode("utf-16-be"),),
    "UTF-32": (HEADED.encode("utf-32"),),
    "UTF-16 without mark": (HEADED.encode("utf-16-le"),),
    "UTF-16 without mark, big end first": (HEADED.encode("utf-16-be"),),
    "gzip": (gzip.compress(HEADED.encode()),),
    "bzip2": (bz2.compress(HEADED.encode()),),
    "xz": (lzma.compress(HEADED.encode()),),
    "zip": (zipped({"train.csv": HEADED}),),
    "zip of a Mac": (zipped({"train.csv": HEADED, "__MACOSX/._train.csv": "x"}),),
    "semicolons": (HEADED.replace(",", ";"),),
    "semicolons, no header": (PLAIN.replace(",", ";"),),
    "tabs": (HEADED.replace(",", "\t"),),
    "blanks": (PLAIN.replace(",", " "),),
    "several blanks": (re.sub(",", "   ", "  " + PLAIN),),
    "vertical bars": (HEADED.replace(",", "|"),),
    "sep=; of Excel": ("sep=;\n" + HEADED.replace(",", ";"),),
    "sep=, of Excel": ("sep=,\r\n" + HEADED.replace("\n", "\r\n"),),
    "decimal commas": (
        text([[row[0], *(f"{v},0" for v in row[1:])] for row in table()], ["label", *NAMES], ";"),
        ("commas in its numbers were read as decimal points",),
    ),
    "header in quotes": (by_pandas(FRAME, index=False, quoting=csv.QUOTE_NONNUMERIC),),
    "all in quotes": (by_pandas(FRAME, index=False, quoting=csv.QUOTE_ALL),),
    "names with commas, in quotes": (
        by_pandas(FRAME.set_axis(["label", *(f"({i // 28}, {i % 28})" for i in range(784))], axis=1), index=False),
    ),
    "names with commas": (text(table(), ["label", *(f"({i // 28}, {i % 28})" for i in range(784))]),),
    "4.0": (HEADED.split("\n", 1)[0] + "\n" + text([[f"{v}.0" for v in row] for row in table()]),),
    "np.savetxt": (saved(np.savetxt, np.array(table()), delimiter=","),),
    "np.savetxt with a header": (
        saved(np.savetxt, np.array(table()), delimiter=",", fmt="%d", header=HEADED.split("\n")[0]),
    ),
    "a comment": ("# my digits, of 2026\n" + HEADED, ("row 1 starts with # and was left out as a comment",)),
    "pandas' index": (by_pandas(BARE), (INDEX,)),
    "pandas' index, names": (by_pandas(FRAME), (INDEX,)),
    "pandas' index, no labels": (by_pandas(pd.DataFrame(PIXELS)), (INDEX,), None),
    "pandas' index, no header": (by_pandas(BARE, header=False), (INDEX,)),
    "an index twice": (by_pandas(FRAME.reset_index()), (INDEX, INDEX)),
    "Unnamed: 0": (by_pandas(FRAME).replace(",label", "Unnamed: 0,label", 1), (INDEX,)),
    "id": (by_pandas(FRAME, index_label="id"), ("column 1 .id. " + INDEX,)),
    "ImageId": (by_pandas(FRAME.drop(columns="label"), index_label="ImageId"), (INDEX,), None),
    "R's names of rows": (HEADED.split("\n", 1)[0] + "\n" + by_pandas(BARE, header=False), (INDEX,)),
    "another name that counts": (by_pandas(FRAME.drop(columns="label"), index_label="lfd"), (INDEX,), None),
    "another name, the label": (HEADED.replace("label", "Ziffer"), ("column 1 .Ziffer. is the only one .* label",)),
    "one column too many": (
        by_pandas(FRAME.assign(Usage="Training"), index=False), ("column 786 .Usage. is neither .* left out",)
    ),
    "commas at the ends": (HEADED.replace("\n", ",\n"), ("column 786 is empty in every row and was left out",)),
    "commas at the ends, no header": (PLAIN.replace("\n", ",\n"), ("column 786 is empty",)),
    "commas at the ends but of the header": (HEADED.replace("\n", ",\n").replace(",\n", "\n", 1), ("786 is empty",)),
    "columns sorted as text": (
        shuffled(NAMES, sorted(range(784), key=str)), ("put in the order of their names, pixel0 first",)
    ),
    "columns shuffled": (shuffled(NAMES, ORDER), ("put in the order of their names, pixel0 first",)),
    "an image made a header": (
        by_pandas(pd.read_csv(io.StringIO(PLAIN)), index=False), ("row 1 is an image that pandas had taken",)
    ),
    "an image made a header, no labels": (
        by_pandas(pd.read_csv(io.StringIO(text(PIXELS))), index=False), ("row 1 is an image that pandas",), None
    ),
    "OpenML's quotes": (text([[*row[1:], f"'{row[0]}'"] for row in table()], [*NAMES, "class"]),),
    **{
        name: (HEADED.replace("label", name),)
        for name in ("Label", "labels", "class", "Target", "digit", "y", "LABEL")
    },
}  # fmt: skip


@pytest.mark.parametrize("case", READ.values(), ids=READ)
def test_what_is_unambiguous_is_read(tmp_path, case):
    content, notes, labels = (*case, (), LABELS)[:3] if len(case) == 1 else (*case, LABELS)[:3]
    dataset, said = load(write(tmp_path, content))
    check(dataset, labels)
    assert len(said) == len(notes)
    for sentence, words in zip(said, notes, strict=True):
        assert sentence.startswith("digits.csv: ")
        assert re.search(words, sentence)


SCALED = {
    "0 to 1": (PIXELS / 255, "from 0 to 1, and 1 was taken for full ink", 1e-6),
    "0 and 1": ((PIXELS > 127).astype(int), "from 0 to 1", 1),
    "0 to 16": (PIXELS * 16 // 255, "from 0 to 16, and 16 was taken for full ink", 1 / 16),
    "-1 to 1": (
        PIXELS / 127.5 - 1,
        "from -1 to 1, and -1 was taken for paper, 1 for full ink",
        1e-6,
    ),
    "fractions of 0 to 255": (
        PIXELS - 0.25 * (PIXELS > 200),
        r"has the fraction \d+\.75 in column",
        0.001,
    ),
}


@pytest.mark.parametrize(("pixels", "words", "atol"), SCALED.values(), ids=SCALED)
def test_the_range_is_taken_from_the_pixels_and_said(tmp_path, pixels, words, atol):
    pixels = np.round(pixels, 8)
    assert pixels.max() in (1, 16) or pixels.max() > 200
    dataset, said = load(write(tmp_path, text(table(pixels=pixels), ["label", *NAMES])))
    check(dataset, atol=atol + 1e-8)
    assert len(said) == 1
    assert re.search(words, said[0])


def test_max_pixel_says_what_full_ink_is(tmp_path):
    path = write(tmp_path, text(table([1, 0, 2], SMALL), ["label", *"abcd"]))
    for max_pixel in (16, 32, np.uint8(20)):
        dataset, said = load(path, max_pixel=max_pixel)
        np.testing.assert_array_equal(dataset.X, SMALL.T / max_pixel)
        assert said == []
    dataset, said = load(path, max_pixel=255)
    np.testing.assert_array_equal(dataset.X, SMALL.T / 255)
    assert re.search("its brightest pixel is 16 of 255; .* pass that as max_pixel", said[0])
    path = write(tmp_path, "1,0.25,0.5,0,0.125\n")
    np.testing.assert_array_equal(load(path, max_pixel=1)[0].X[:, 0], [0.25, 0.5, 0, 0.125])


def test_white_paper_is_said(tmp_path):
    dataset, said = load(write(tmp_path, text(table(pixels=255 - PIXELS))))
    assert "full ink at nearly all borders" in said[0]
    data = dataset
    turned = eval(said[0].split("turn them around: ")[1], {"Dataset": Dataset, "data": data})
    check(turned, atol=1e-12)


def test_labels_as_text_are_names(tmp_path):
    names = [*"ABCDEFGHIJ"]
    path = write(tmp_path, text(table([names[k] for k in LABELS]), ["label", *NAMES]))
    dataset, said = load(path)
    check(dataset)
    assert dataset.class_names == tuple(names)
    assert "were taken as the names of 10 classes: A, B, C, D, E, …" in said[0]
    dataset, said = load(path, class_names=names[::-1])
    check(dataset, 9 - LABELS)
    assert said == []
    with pytest.raises(
        DataFileError, match=r"has 'J' in column 1 \(label\), expected one of class_names \(A, B"
    ):
        load_csv(path, class_names=names[:-1])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_many_rows_in_blocks_of_any_size(tmp_path, monkeypatch, dtype):
    pixels = np.arange(1, 4 * 600 + 1).reshape(600, 4) % 251
    expected = (pixels.T / dtype(255)).astype(dtype)
    path = write(tmp_path, text(pixels))
    for size in (20, 1000, 2**23):
        small_blocks(monkeypatch, size)
        np.testing.assert_array_equal(load_csv(path, dtype=dtype).X, expected)
    mixed = text(pixels[:500]) + text(pixels[500:] / 2)  # fractions begin in a later block
    small_blocks(monkeypatch, 1000)
    with pytest.warns(UserWarning, match="row 501 has the fraction"):
        X = load_csv(write(tmp_path, mixed), dtype=dtype).X
    np.testing.assert_allclose(X[:, 500:], expected[:, 500:] / 2, rtol=1e-6)
    with pytest.raises(
        DataFileError, match=r"^row 599 of digits.csv has 'x' in column 2, expected a pixel"
    ):
        load_csv(write(tmp_path, text(pixels[:598]) + "1,x,3,4\n"))
    with pytest.raises(
        DataFileError, match=r"^row 602 of digits.csv has 256 in column 2, expected a pixel"
    ):
        load_csv(write(tmp_path, "\n" + text(pixels) + "1,256,3,4\n"))


def test_bundled_sets_load_without_a_word():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, shape in (
            ("digits", (784, 5000)),
            ("fashion", (784, 5000)),
            ("digits-8x8", (64, 1797)),
        ):
            assert load_dataset(name).X.shape == shape


# --- what it is not

FOREIGN = {
    "workbook.xlsx": (
        zipped({"[Content_Types].xml": "x", "xl/workbook.xml": "x"}),
        "is an Excel workbook",
    ),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "is an old Excel workbook"),
    "sheet.ods": (
        zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
        "is an OpenDocument file",
    ),
    "mnist.npz": (saved(np.savez, x_train=PIXELS), r"is a NumPy archive \(.npz\)"),
    "X.npy": (saved(np.save, PIXELS), r"is a NumPy array \(.npy\)"),
    **{
        f"{n}.pkl": (pickle.dumps([PIXELS, "x"], n), "is a pickle, .* only if you trust it")
        for n in range(6)
    },
    "mnist.pkl.gz": (gzip.compress(pickle.dumps((PIXELS, LABELS))), "holds a pickle"),
    "model.h5": (b"\x89HDF\r\n\x1a\n" + bytes(99), "is an HDF5 file"),
    "train-images-idx3-ubyte": (
        b"\0\0\x08\x03" + bytes(99),
        r'is an IDX file.*load_dataset\("mnist"\)',
    ),
    "train-images-idx3-ubyte.gz": (gzip.compress(b"\0\0\x08\x03" + bytes(99)), "holds an IDX file"),
    "photo.png": (b"\x89PNG\r\n\x1a\n" + bytes(99), "is a PNG picture"),
    "photo.jpg": (b"\xff\xd8\xff\xe0" + bytes(99), "is a JPEG picture"),
    "photo.heic": (b"\0\0\0\x18ftypheic" + bytes(99), "is a HEIC picture.* export it as JPEG"),
    "a.parquet": (b"PAR1" + bytes(99), r"is a Parquet file.*read_parquet\(path\).*to_csv"),
    "lfs.csv": (
        "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 7\n",
        "Git LFS, .*git lfs pull",
    ),
    "page.csv": ("\n\n <!doctype html>\n<html>", "is a web page, .* download the file itself"),
    "error.csv": ('{"code":401,"message":"Unauthenticated"}', "is a JSON text"),
    "list.txt": (str(table()), "is a JSON text"),
    "lines.json": ('{"label": 4}\n{"label": 2}\n', r"JSON text of one object per line.*lines=True"),
    "printed.txt": (str(np.array(table())), r"is an array as Python prints it.*numpy\.savetxt"),
    "frame.txt": (str(FRAME), r"row 1 of frame.txt is shortened by \.\.\., .*to_csv"),
    "dump.sql": ("INSERT INTO digits VALUES (4, 0, 0);\n", "is an SQL script"),
    "letter.docx": (zipped({"[Content_Types].xml": "x", "word/document.xml": "x"}), "is a Word"),
    "notes.rtf": (r"{\rtf1\ansi 4,0,0\par}", "is an RTF document"),
    "denied.csv": (
        "<?xml version='1.0'?>\n<Error><Code>AccessDenied</Code></Error>",
        "an XML file",
    ),
    "none.zip": (zipped({}), "is a zip archive of 0 files"),
    "twice.csv.gz": (gzip.compress(gzip.compress(HEADED.encode())), "holds a gzip file"),
    "repr.txt": ("array([[4, 0, 0],\n       [1, 0, 0]])\n", "is an array as Python prints it"),
    "digit.pgm": ("P2\n28 28\n255\n0 0 0\n", "is a PGM or PPM picture"),
    "percent.csv": (re.sub(r"(\d+)(?=[,\n])", r"\1%", HEADED.split("\n", 1)[1]), "4%|%' in column"),
    "rgba.csv": (
        text(np.stack([PIXELS, PIXELS, PIXELS, PIXELS * 0 + 255], axis=2).reshape(len(PIXELS), -1)),
        "every fourth pixel of rgba.csv is 255, so they look like 784 pixels in color",
    ),
    "unlabeled.csv": (
        re.sub(r"(?m)^\d+,", ",", HEADED),
        "has nothing in column 1 .label., and so have",
    ),
    "unknown.csv": (
        re.sub(r"(?m)^\d+,", "?,", HEADED),
        r"has '\?' in column 1 .label., and so have",
    ),
    "mnist.arff": ("% MNIST\n@RELATION mnist\n@ATTRIBUTE a REAL\n", r"is an ARFF file, .*loadarff"),
    "mnist.libsvm": ("5 153:3 154:18\n0 1:7 2:0.5\n", "is a LIBSVM file, .*load_svmlight_file"),
    "a.7z": (b"7z\xbc\xaf'\x1c" + bytes(99), "is a 7-Zip archive"),
    "several.zip": (
        zipped({"train.csv": "1,2", "test.csv": "1,2"}),
        r"zip archive of 2 files.*\(train.csv, test",
    ),
    "empty.csv": ("", "is empty"),
    "blank.csv": ("\n\n", "is empty"),
    "mark.csv": ("\ufeff", "is empty"),
    "zeros.csv": (PLAIN.encode() + bytes(20), "^row 13 of zeros.csv holds binary data"),
    "latin.csv": (
        "nüm".encode("latin-1") + HEADED[5:].encode(),
        "^row 1 of latin.csv is not UTF-8 text",
    ),
    "words.csv": ("hello\nworld\n", "^row 1 of words.csv has no commas"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_it_is_not_is_named(tmp_path, name):
    content, words = FOREIGN[name]
    with pytest.raises(DataFileError, match=words) as caught:
        load_csv(write(tmp_path, content, name))
    assert name in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_a_tar_archive_is_named(tmp_path):
    with tarfile.open(tmp_path / "digits.tar.gz", "w:gz") as archive:
        archive.add(write(tmp_path, PLAIN), "digits.csv")
    with pytest.raises(DataFileError, match=r"holds a tar archive, .* unpack it"):
        load_csv(tmp_path / "digits.tar.gz")


# --- what is damaged or ambiguous


def edit(row, column, value, content=HEADED):
    lines = [line.split(",") for line in content.splitlines()]
    lines[row - 1][column] = str(value)
    return "\n".join(map(",".join, lines)) + "\n"


PIXEL = r"expected a pixel, a number from 0 to 255; correct it, or leave the row out"
FAULTS = {
    "header only": (HEADED.split("\n")[0] + "\n", "has a header but no rows"),
    "cut off": (HEADED[:-9], r"^row 13 of digits.csv has \d+ fields, expected 785 as in the header"),
    "one field less": (PLAIN.replace(",0,", ",", 1), "^row 1 of .* has 784 fields, expected 785 as in the other rows"),
    "one field more": (edit(5, 9, "1,2"), "^row 5 of digits.csv has 786 fields, expected 785"),
    "word": (edit(3, 2, "abc"), rf"^row 3 of digits.csv has 'abc' in column 3 \(pixel1\), {PIXEL}"),
    "word, no header": (edit(3, 2, "abc", PLAIN), rf"^row 3 of digits.csv has 'abc' in column 3, {PIXEL}"),
    "nan": (edit(2, 5, "nan"), r"^row 2 .* has 'nan' in column 6 \(pixel4\)"),
    "inf": (edit(2, 5, "inf"), r"^row 2 .* has inf in column 6 \(pixel4\)"),
    "nothing": (edit(6, 784, ""), r"^row 6 .* has nothing in column 785 \(pixel783\)"),
    "no label": (edit(6, 0, ""), r"^row 6 .* has nothing in column 1 \(label\), expected a label"),
    "256": (edit(2, 1, 256), rf"^row 2 of digits.csv has 256 in column 2 \(pixel0\), {PIXEL}"),
    "huge": (edit(2, 1, "9" * 400), r"^row 2 of digits.csv has .* in column 2 \(pixel0\)"),
    "-1": (edit(2, 1, -1), rf"^row 2 .* has -1 in column 2 \(pixel0\), {PIXEL}"),
    "1_0": (edit(2, 1, "1_0"), "has '1_0' in column 2"),
    "0x1F": (edit(2, 1, "0x1F"), "has '0x1F' in column 2"),
    "two numbers": (edit(2, 1, "5 6"), "has '5 6' in column 2"),
    "a quote within a number": (edit(2, 1, '"5""6"'), "row 2 of digits.csv has '5\"6' in column 2"),
    "quotes around two fields": (edit(2, 1, '"5').replace('"5,', '"5,6",').replace(",0\n", "\n", 1), "has 784 fields"),
    "an open quote": (edit(2, 1, '"5'), "cannot be read as a table from row 2 on|has 2 fields"),
    "a pixel of four digits": (edit(5, 300, 1007), r"^row 5 of .* has 1007 in column 301 .* from 0 to 255"),
    "below an image made a header": (
        by_pandas(pd.read_csv(io.StringIO(PLAIN)), index=False) + "1,2\n", "^row 13 of .* has 2 fields"
    ),
    "label 10": (edit(5, 0, 10), r"^row 5 of .* has 10 in column 1 \(label\), expected a label, .* from 0 to 9"),
    "label -1": (edit(5, 0, -1), r"^row 5 of .* has -1 in column 1 \(label\)"),
    "label 3.5": (edit(5, 0, 3.5), r"^row 5 of .* has 3.5 in column 1 \(label\)"),
    "a text among the labels": (edit(5, 0, "A"), r"^row 5 of .* has 'A' in column 1 \(label\), expected a label"),
    "header twice": (HEADED + HEADED, "^row 14 of digits.csv repeats the header; remove that line"),
    "another header": (HEADED + "y," + ",".join(f"p{i}" for i in range(784)) + "\n", "^row 14 .* second header line"),
    "two labels": (HEADED.replace("pixel783", "label"), "must name one column label"),
    "no column called label": (
        "a,b,c,d,e\n1,0,16,16,255\n", 'names none of the 5 columns label .*label_column="first"'
    ),
    "a name twice": (HEADED.replace("pixel783", "pixel7"), "has the name 'pixel7' twice"),
    "rows and columns shuffled": (shuffled(SQUARE, ORDER), "are not in order, row by row"),
    "one raw among scaled": (
        text(table(pixels=np.where(np.arange(784) == 400, 255, np.round(PIXELS / 256, 4)))),
        "but its pixels go up to 255",
    ),
    "answers": (text(enumerate(LABELS, 1), ["ImageId", "Label"]), "it looks like a list of answers"),
    "file names": ("filename,label\nimg_0.png,4\n", "has 'img_0.png' in column 1 .filename., the name of a picture"),
    "one column": ("label\n1\n2\n", "has no commas"),
    "something in an empty column": (
        PLAIN.replace("\n", ",\n") * 2 + PLAIN.replace("\n", ",7\n"), "has something in column 786 below row"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "words"), FAULTS.values(), ids=FAULTS)
def test_damage_gets_one_clear_sentence(tmp_path, monkeypatch, content, words):
    if "below" in words:
        small_blocks(monkeypatch, len(content) // 3)
    with pytest.raises(DataFileError, match=words) as caught:
        load_csv(write(tmp_path, content))
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert "digits.csv" in sentence
    assert len(sentence) < 300


PACKERS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_a_packed_file_cut_or_changed_at_any_place(tmp_path, pack):
    content = pack(text(table([1, 0, 2], 15 * SMALL)).encode())
    damaged = [content[:length] for length in range(6, len(content))]
    damaged += [
        content[:i] + bytes([content[i] ^ 0x55]) + content[i + 1 :] for i in range(12, len(content))
    ]
    for broken in damaged:
        sentence = "digits.csv is (incomplete: its packed data are cut off|empty)"
        with pytest.raises(DataFileError, match=sentence):
            load_csv(write(tmp_path, broken))


def test_a_packed_file_says_how_far_it_could_be_read(tmp_path):
    rows = "".join(f"{i % 256},{i // 256},{i * 7 % 256},{i * 31 % 256}\n" for i in range(60_000))
    packed = gzip.compress(rows.encode())
    with pytest.raises(DataFileError, match="cut off or damaged after row ") as caught:
        load_csv(write(tmp_path, packed[: len(packed) // 2]))
    assert 25_000 < int(str(caught.value).split("after row ")[1].split(";")[0]) < 35_000


def test_too_many_columns_are_refused_before_they_take_memory(tmp_path):
    with pytest.raises(DataFileError, match="has 400,001 columns, expected at most 65,552"):
        load_csv(write(tmp_path, "1," + ",".join("7" * 400_000) + "\n"))


def test_unprintable_characters_become_question_marks():
    assert str(DataFileError("a\x1b[31mb\nc é")) == "a?[31mb?c é"
    assert issubclass(DataFileError, ValueError)


# --- label_column, image_shape, path


def test_label_column(tmp_path):
    last = text([[*row[1:], row[0]] for row in table()])
    path = write(tmp_path, last)
    with pytest.raises(
        DataFileError, match=r'its last column looks more like labels .* pass label_column="last"'
    ):
        load_csv(path)
    check(load_csv(path, label_column="last"))
    scaled = np.column_stack([np.full(12, 0.5), np.round(PIXELS[:, 1:] / 255, 6)])
    dataset, said = load(
        write(tmp_path, text([[*row, k] for row, k in zip(scaled.tolist(), LABELS, strict=True)]))
    )
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert "column 785 was taken for the label: it alone is whole" in said[0]
    path = write(tmp_path, HEADED)
    check(load_csv(path, label_column="first"))
    for wrong in ("last", None):
        with pytest.raises(
            DataFileError, match=f'label_column is {wrong!r}; leave label_column at "auto"'
        ):
            load_csv(path, label_column=wrong)
    path = write(tmp_path, "label,a,b,c,d\n1,0,16,16,255\n".replace("label", "kind"))
    assert load_csv(path, label_column="first").labels.tolist() == [1]
    with pytest.raises(DataFileError, match=r"has 255 in column 5 \(d\), expected a label"):
        load_csv(path, label_column="last")
    path = write(tmp_path, by_pandas(FRAME.drop(columns="label"), index_label="ImageId"))
    with pytest.raises(DataFileError, match="has 784 columns, expected a square number"):
        load_csv(path, label_column="last")


def test_label_first_is_believed_where_the_last_column_cannot_be_labels(tmp_path):
    assert load_csv(write(tmp_path, "0,0,255,255,0\n0,255,0,0,0\n")).labels.tolist() == [0, 0]
    path = write(tmp_path, "0,0,255,255,1\n0,255,0,0,2\n0,9,9,9,200\n")
    assert load_csv(path).labels.tolist() == [0, 0, 0]


def test_image_shape_tells_whether_there_is_a_label(tmp_path):
    path = write(tmp_path, "200,1,2,3,4,5,6,7,80\n")
    assert load_csv(path).labels is None
    with pytest.raises(DataFileError, match=r"has 200 in column 1 \(label\)"):
        load_csv(path, image_shape=(2, 4))
    with pytest.raises(DataFileError, match="do not make an image of 6 pixels"):
        load_csv(path, image_shape=(2, 3))


def test_paths(tmp_path, monkeypatch):
    path = write(tmp_path, HEADED, "digits.csv.gz")
    check(load_csv(str(path)))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    check(load_csv("~/digits.csv.gz"))
    with pytest.raises(
        FileNotFoundError, match=r"there is no file .*; did you mean digits\.csv\.gz\?"
    ):
        load_csv(tmp_path / "digit.csv.gz")
    with pytest.raises(FileNotFoundError, match="check the name"):
        load_csv(tmp_path / "zzz")
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*elsewhere"):
        load_csv(tmp_path / "elsewhere" / "digits.csv")
    with pytest.raises(
        FileNotFoundError, match=r"train\.csv is a web address, expected a file: download it first"
    ):
        load_csv("https://example.org/train.csv")
    with pytest.raises(IsADirectoryError, match="is a folder"):
        load_csv(tmp_path)
    for wrong in (FRAME, None, 7):
        with pytest.raises(
            TypeError, match="expected the path of a file, as text or a Path; Dataset"
        ):
            load_csv(wrong)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [(10, TypeError), ("AB", TypeError), ([], ValueError), (["a", "a"], ValueError)],
)
def test_class_names_are_checked(tmp_path, wrong, error):
    with pytest.raises(
        error, match=r"class_names is .*, expected a list of the names of the classes"
    ):
        load_csv(write(tmp_path, HEADED), class_names=wrong)


# --- every advice leads to the end


def advice(path, **options):
    with pytest.raises(DataFileError) as caught:
        load_csv(path, **options)
    return str(caught.value)


def follow(folder, code, **names):
    """Run the line that a sentence advises, in which new_path is a second file, and load that."""
    new_path = folder / "new.csv"
    exec(code, {"pandas": pd, "numpy": np, "json": json, "new_path": new_path, **names})
    return load_csv(new_path)


def test_advice_class_names(tmp_path):
    path = write(tmp_path, text(table(LABELS + 14)))
    sentence = advice(path)
    number = int(re.search(r"pass class_names, (\d+) names", sentence)[1])
    dataset = load_csv(path, class_names=[f"class {i}" for i in range(number)])
    check(dataset, LABELS + 14)
    assert f"pass class_names, {number} names" in advice(path, class_names=[*"ABC"])


def test_advice_labels_that_count_from_1(tmp_path):
    sentence = advice(write(tmp_path, text(table(LABELS + 1))))
    assert "its labels go from 1 to 10: subtract 1 from each, or write 0 for 10" in sentence
    check(load_csv(write(tmp_path, text(table(LABELS)))))
    path = write(tmp_path, text(table(LABELS + 1)))
    number = int(
        re.search(
            r"a name for 0 in front, (\d+) in all", advice(path, class_names=[*"ABCDEFGHIJ"])
        )[1]
    )
    check(load_csv(path, class_names=[str(i) for i in range(number)]), LABELS + 1)


def test_advice_max_pixel(tmp_path):
    path = write(tmp_path, text(table(pixels=PIXELS // 26)))
    assert (
        "the brightest pixel of digits.csv is 9, expected up to 255; pass the number of full ink"
        in advice(path)
    )
    check(load_csv(path, max_pixel=9), atol=0.12)
    assert load(path, max_pixel=255)[0].X.max() == 9 / 255


def test_advice_pixels_on_another_scale(tmp_path):
    for pixels in (PIXELS * 16, PIXELS * 1.5 - 50):
        sentence = advice(write(tmp_path, text(table(pixels=pixels))))
        formula = re.search(r"numpy.rint\(.*\)", sentence)[0]
        scaled = eval(
            formula, {"numpy": np, "table": pixels, "low": pixels.min(), "high": pixels.max()}
        )
        check(load_csv(write(tmp_path, text(table(pixels=scaled.astype(int))))), atol=0.51 / 255)
    for pixels, formula in (
        (PIXELS - 128, "table + 128"),
        (PIXELS.astype(np.int8).astype(int), "table % 256"),
    ):
        assert formula in advice(write(tmp_path, text(table(pixels=pixels))))
        check(load_csv(write(tmp_path, text(table(pixels=eval(formula, {"table": pixels}))))))


def test_advice_columns_of_another_kind(tmp_path):
    frame = FRAME.rename(columns={"label": "kind"}).assign(Usage=1)
    path = write(tmp_path, frame.to_csv(index=False))
    sentence = advice(path)
    frame.rename(columns={"kind": "label"}).to_csv(path, index=False)
    check(load(path)[0])
    code = re.search(r"pandas\.read_csv\(path\).*", sentence)[0]
    path = write(tmp_path, frame.to_csv(index=False))
    np.testing.assert_array_equal(follow(tmp_path, code, path=path).X, PIXELS.T / 255)


def test_advice_pixels_in_one_field(tmp_path):
    frame = pd.DataFrame(
        {
            "emotion": LABELS,
            "pixels": [" ".join(map(str, row)) for row in PIXELS],
            "Usage": "Training",
        }
    )
    path = write(tmp_path, frame.to_csv(index=False))
    check(follow(tmp_path, advice(path).split("its own: ")[1], path=path))


def test_advice_hexadecimal_pixels(tmp_path):
    for sign in ("", "0x"):
        path = write(
            tmp_path, text([[f"{sign}{v:02x}" for v in row] for row in table()], ["label", *NAMES])
        )
        check(follow(tmp_path, advice(path).split("hexadecimal: ")[1], path=path))


def test_advice_empty_fields_for_0(tmp_path):
    rows = [[row[0], *(v or "" for v in row[1:])] for row in table()]
    for content in (text(rows, ["label", *NAMES]), text(rows)):
        path = write(tmp_path, content)
        check(follow(tmp_path, advice(path).split("empty fields are 0: ")[1], path=path))


def test_advice_labels_that_are_all_missing(tmp_path):
    path = write(tmp_path, re.sub(r"(?m)^\d+,", ",", HEADED))
    code = advice(path).split("leave the column out: ")[1] + ".to_csv(new_path, index=False)"
    check(follow(tmp_path, code, table=pd.read_csv(path)), None)


def test_advice_color_with_transparency(tmp_path):
    opaque = np.full_like(PIXELS, 255)
    rows = np.stack([PIXELS, PIXELS, PIXELS, opaque], axis=2).reshape(len(PIXELS), -1)
    path = write(tmp_path, text(table(pixels=rows)))
    code = re.search(r"their means are (.*)", advice(path))[1]
    gray = eval(code, {"table": pd.read_csv(path, header=None)})
    check(load_csv(write(tmp_path, text(table(pixels=gray.astype(int))))))


def test_advice_arff(tmp_path):
    arff = pytest.importorskip("scipy.io.arff")
    kinds = [
        *(f"@ATTRIBUTE {name} REAL" for name in NAMES),
        "@ATTRIBUTE class {0,1,2,3,4,5,6,7,8,9}",
    ]
    body = text([[*row[1:], row[0]] for row in table()])
    path = write(
        tmp_path, "@RELATION mnist\n" + "\n".join(kinds) + "\n@DATA\n" + body, "mnist.arff"
    )
    code = advice(path).split("CSV file: ")[1].removesuffix(" writes CSV")
    code = code.replace(" gives the table", "")
    scipy = SimpleNamespace(io=SimpleNamespace(arff=arff))
    dataset = follow(tmp_path, code, path=path, scipy=scipy)
    check(dataset)
    assert dataset.class_names == tuple("0123456789")


def test_advice_libsvm(tmp_path):
    datasets = pytest.importorskip("sklearn.datasets")
    path = tmp_path / "mnist.libsvm"
    datasets.dump_svmlight_file(PIXELS, LABELS, str(path), zero_based=False)
    code = advice(path).split("CSV file: ")[1].removesuffix(" writes CSV")
    code = code.replace(" gives the table", "")
    check(follow(tmp_path, code, path=str(path), sklearn=SimpleNamespace(datasets=datasets)))


def test_a_file_whose_brightest_pixel_is_far_from_255_gets_a_sentence(tmp_path):
    for highest in (63, 100, 127):
        pixels = PIXELS * highest // 255
        _, notes = load(write(tmp_path, text(table(pixels=pixels))))
        assert len(notes) == 1
        assert f"its brightest pixel is {highest} of 255; if its pixels go from 0" in notes[0]


def test_advice_one_hot_labels(tmp_path):
    one_hot = np.eye(10, dtype=int)[LABELS]
    for columns in ([*PIXELS.T, *one_hot.T], [*one_hot.T, *PIXELS.T]):
        path = write(tmp_path, text(np.array(columns).T))
        code = advice(path).split("as one number: ")[1]
        code += "; new.to_csv(new_path, index=False)"
        check(follow(tmp_path, code, table=pd.read_csv(path, header=None)))
    path = write(tmp_path, text(np.array(columns).T, [*(f"is {i}" for i in range(10)), *NAMES]))
    code = advice(path).split("as one number: ")[1] + "; new.to_csv(new_path, index=False)"
    check(follow(tmp_path, code, table=pd.read_csv(path)))


def test_advice_color_images(tmp_path):
    color = np.repeat(PIXELS, 3, axis=1)
    path = write(tmp_path, text(table(pixels=color)))
    code = re.search(r"table\.iloc.*\)", advice(path))[0]
    gray = eval(code, {"table": pd.read_csv(path, header=None)})
    check(load_csv(write(tmp_path, text(table(pixels=gray.astype(int))))))


def test_advice_images_that_lie_across(tmp_path):
    path = write(tmp_path, text(PIXELS.T))
    check(follow(tmp_path, re.search(r"pandas\.read_csv.*\)", advice(path))[0], path=path), None)
    many = np.tile(PIXELS, (5, 1))[:49]
    path = write(tmp_path, text(many.T))
    sentence = advice(path)
    turned = follow(tmp_path, re.search(r"pandas\.read_csv.*\)", sentence)[0], path=path)
    np.testing.assert_array_equal(turned.X, many.T / 255)
    assert load_csv(
        path, image_shape=eval(re.search(r"image_shape=(\(.*?\))", sentence)[1])
    ).X.shape == (49, 784)


def test_advice_one_image_as_lines(tmp_path):
    image = PIXELS[0].reshape(28, 28)
    code = re.search(r"numpy\.savetxt.*", advice(write(tmp_path, text(image))))[0]
    np.testing.assert_array_equal(follow(tmp_path, code, table=image).X[:, 0], PIXELS[0] / 255)
    images = PIXELS.reshape(-1, 28)
    code = re.search(r"numpy\.savetxt.*", advice(write(tmp_path, text(images))))[0]
    check(follow(tmp_path, code, table=images), None)


def test_advice_lists_of_python(tmp_path):
    rows = table()
    sentence = advice(write(tmp_path, json.dumps(rows)))
    check(
        follow(
            tmp_path,
            re.search(r"numpy\.savetxt\(.*?\"\)", sentence.replace('",")', '", ")'))[0].replace(
                '", ")', '",")'
            ),
            rows=rows,
        )
    )
    sentence = advice(write(tmp_path, "\n".join(map(str, rows))))
    check(follow(tmp_path, re.search(r"numpy\.savetxt\(.*\)", sentence)[0], rows=rows))


def test_advice_image_shape(tmp_path):
    pixels = np.tile(PIXELS, 1)[:, :600]
    path = write(tmp_path, text(table(pixels=pixels)))
    shape = re.search(r"or (\(20, 30\))", advice(path))[1]
    np.testing.assert_array_equal(load_csv(path, image_shape=eval(shape)).X, pixels.T / 255)
    for columns in (786, 787):
        content = text([[*row, *[9] * (columns - 785)] for row in table()])
        assert "leave out the columns that are neither pixels nor the label" in advice(
            write(tmp_path, content)
        )
    check(load_csv(write(tmp_path, PLAIN)))


def test_advice_arrays(tmp_path):
    path = write(
        tmp_path, saved(np.savez, images=PIXELS.reshape(-1, 28, 28), labels=LABELS), "a.npz"
    )
    assert (
        "np.load(path) gives its arrays; Dataset(images.reshape(len(images), -1).T / 255, labels)"
        in advice(path)
    )
    images, labels = np.load(path)["images"], np.load(path)["labels"]
    dataset = Dataset(images.reshape(len(images), -1).T / 255, labels)
    np.testing.assert_array_equal(dataset.X, PIXELS.T / 255)
