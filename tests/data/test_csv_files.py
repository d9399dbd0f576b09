"""load_csv: every layout that it reads, and one clear sentence for each file that it cannot read."""

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data import DataFileError, load_csv
from helpers.internals import csv_reader
from helpers.internals.csv_careful import read_carefully
from helpers.internals.csv_format import Rules

LABELS = np.array([3, 0, 9, 1, 7])
PIXELS = np.random.default_rng(0).integers(0, 256, (5, 9))
PIXELS[0, :3] = 0, 255, 7
NAMES = [f"pixel{i}" for i in range(9)]


def table(label="first", header=True):
    columns = {"first": [LABELS[:, None], PIXELS], "last": [PIXELS, LABELS[:, None]], None: [PIXELS]}[label]
    names = {"first": ["label", *NAMES], "last": [*NAMES, "label"], None: NAMES}[label]
    lines = [",".join(names)] if header else []
    lines += [",".join(map(str, row)) for row in np.hstack(columns).tolist()]
    return "\n".join(lines) + "\n"


def write(folder, content, name="digits.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def edit(row, column, value, text=None):
    """Change one field of the table; row counts the lines of the file from 1, column from 0."""
    lines = [line.split(",") for line in (text or table()).splitlines()]
    lines[row - 1][column] = value
    return "\n".join(",".join(line) for line in lines) + "\n"


def check(dataset, labels=LABELS):
    assert dataset.X.shape == (9, 5)
    assert dataset.X.T.flags.c_contiguous
    np.testing.assert_array_equal(dataset.X, PIXELS.T / 255)
    if labels is None:
        assert dataset.labels is None
    else:
        np.testing.assert_array_equal(dataset.labels, labels)
        assert np.issubdtype(dataset.labels.dtype, np.integer)
    assert dataset.image_shape == (3, 3)


@pytest.mark.parametrize("header", [True, False])
def test_label_first(tmp_path, header):
    check(load_csv(write(tmp_path, table("first", header))))


def test_label_last_by_its_name(tmp_path):
    check(load_csv(write(tmp_path, table("last"))))


def test_label_last_without_header_when_told(tmp_path):
    check(load_csv(write(tmp_path, table("last", header=False)), label_column="last"))


@pytest.mark.parametrize("label_column", ["auto", None])
@pytest.mark.parametrize("header", [True, False])
def test_no_labels(tmp_path, header, label_column):
    check(load_csv(write(tmp_path, table(None, header)), label_column=label_column), labels=None)


def test_label_named_in_capitals_and_columns_named_by_numbers(tmp_path):
    text = table().splitlines()
    check(load_csv(write(tmp_path, "\n".join(["Label,0,1,2,3,4,5,6,7,8", *text[1:]]))))
    text = table(None).splitlines()
    check(load_csv(write(tmp_path, "\n".join(["0,1,2,3,4,5,6,7,8", *text[1:]]))), labels=None)


def test_unnamed_label_column_when_told(tmp_path):
    text = table().replace("label", "target")
    with pytest.raises(DataFileError, match=r"names none of the 10 columns label \(the first is 'target'"):
        load_csv(write(tmp_path, text))
    check(load_csv(write(tmp_path, text), label_column="first"))


def test_kaggle_files_are_read_unchanged(tmp_path):
    rng = np.random.default_rng(0)
    pixels, names = rng.integers(0, 256, (3, 784)), [f"pixel{i}" for i in range(784)]
    rows = [",".join(map(str, row)) for row in pixels.tolist()]
    train = "\n".join(
        [",".join(["label", *names]), *(f"{label},{row}" for label, row in zip("410", rows, strict=True))]
    )
    dataset = load_csv(write(tmp_path, train, "train.csv"))
    np.testing.assert_array_equal(dataset.X, pixels.T / 255)
    assert dataset.labels.tolist() == [4, 1, 0]
    dataset = load_csv(write(tmp_path, "\n".join([",".join(names), *rows]), "test.csv"))
    np.testing.assert_array_equal(dataset.X, pixels.T / 255)
    assert dataset.labels is None
    assert dataset.image_shape == (28, 28)


@pytest.mark.parametrize("name", ["digits.csv.gz", "digits.csv", "digits"])
def test_gzip_is_told_by_its_content(tmp_path, name):
    check(load_csv(write(tmp_path, gzip.compress(table().encode()), name)))


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n\n",
        lambda text: text.replace("\n", "\r\n") + "\r\n",
        lambda text: text.replace(",", " , "),
        lambda text: text.replace(",7,", ",007,"),
    ],
    ids=["CRLF", "CR", "BOM", "no last newline", "blank end", "CRLF blank end", "spaces", "leading zeros"],
)
def test_harmless_differences(tmp_path, change, header):
    check(load_csv(write(tmp_path, change(table(header=header)))))


def test_dtype_max_pixel_class_names_and_image_shape(tmp_path):
    path = write(tmp_path, "label,a,b,c,d,e,f\n1,0,16,8,4,2,1\n0,16,0,0,0,0,0\n")
    dataset = load_csv(path, dtype=np.float32, max_pixel=16, class_names=("cat", "dog"), image_shape=(2, 3))
    assert dataset.X.dtype == np.float32
    np.testing.assert_array_equal(dataset.X[:, 0], np.array([0, 1, 0.5, 0.25, 0.125, 0.0625], np.float32))
    assert (dataset.class_names, dataset.image_shape) == (("cat", "dog"), (2, 3))


def test_image_shape_tells_whether_there_is_a_label(tmp_path):
    path = write(tmp_path, "200,1,2,3,4,5,6,7,80\n")
    assert load_csv(path).labels is None
    with pytest.raises(DataFileError, match=r"has 200 in column 1 \(label\)"):
        load_csv(path, image_shape=(2, 4))


def test_more_rows_than_one_block(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_reader, "_BLOCK_BYTES", 40)
    for header in (True, False):
        check(load_csv(write(tmp_path, table(header=header))))
        check(load_csv(write(tmp_path, table(header=header) + "\n" * 100)))
    path = write(tmp_path, table().replace("\n", "\n\n\n").replace("\n\n\n", "\n", 2))
    for size in range(1, 120):
        monkeypatch.setattr(csv_reader, "_BLOCK_BYTES", size)
        with pytest.raises(DataFileError, match=r"row 4 of digits\.csv is blank"):
            load_csv(path)


def test_plain_files_are_read_the_fast_way(tmp_path, monkeypatch):
    def fail(*_):
        raise AssertionError("read line by line")

    monkeypatch.setattr(csv_reader, "read_carefully", fail)
    for text in (table(), table(header=False), table().replace("\n", "\r\n"), "\ufeff" + table(), table() + "\n"):
        check(load_csv(write(tmp_path, text)))


NUMBER = r"expected a pixel, a whole number from 0 to 255"
FAULTS = {
    "empty": ("", "digits.csv is empty; expected a header line"),
    "only a byte-order mark": ("\ufeff", "digits.csv is empty"),
    "only blank lines": ("\n\n", "row 1 of digits.csv has no commas"),
    "header only": (table().splitlines()[0] + "\n", "digits.csv has a header but no rows"),
    "cut off": (table()[:-9], "row 6 of digits.csv has 6 pixels, expected 9"),
    "one pixel missing": (table() + "5,1,2,3,4,5,6,7,8\n", "row 7 of digits.csv has 8 pixels, expected 9"),
    "one pixel too many": (table() + "5,1,2,3,4,5,6,7,8,9,10\n", "row 7 of digits.csv has 10 pixels, expected 9"),
    "first row too short": (
        "1,2,3,4,5\n" + table(header=False),
        "row 1 of digits.csv has 4 pixels, expected 9",
    ),
    "header too long": (
        table().replace("pixel8", "pixel8,pixel9,a,b,c,d,e,f"),
        "row 2 of digits.csv has 9 pixels, expected 16",
    ),
    "word": (edit(3, 2, "abc"), rf"row 3 of digits.csv has 'abc' in column 3 \(pixel1\), {NUMBER}"),
    "word without header": (
        edit(3, 2, "abc", table(header=False)),
        rf"row 3 of digits.csv has 'abc' in column 3, {NUMBER}",
    ),
    "word in the first row without header": (edit(1, 2, "abc", table(header=False)), "row 1 .* has 'abc' in column 3"),
    "nan": (edit(2, 5, "nan"), r"row 2 .* has 'nan' in column 6 \(pixel4\)"),
    "blank": (edit(6, 9, ""), r"row 6 .* has nothing in column 10 \(pixel8\)"),
    "blank in the middle": (edit(6, 4, " "), r"row 6 .* has nothing in column 5 \(pixel3\)"),
    "blank label": (edit(2, 0, ""), r"row 2 .* has nothing in column 1 \(label\), expected a label"),
    "decimal": (edit(2, 1, "0.5"), rf"row 2 .* has '0.5' in column 2 \(pixel0\), {NUMBER}"),
    "decimal label": (edit(2, 0, "3.0"), r"row 2 .* has '3.0' in column 1 \(label\)"),
    "256": (edit(2, 1, "256"), rf"row 2 of digits.csv has 256 in column 2 \(pixel0\), {NUMBER}"),
    "999": (edit(2, 1, "999"), "has 999 in"),
    "1000": (edit(2, 1, "1000"), "has 1000 in"),
    "65536": (edit(2, 1, "65536"), "has 65536 in"),
    "huge": (edit(2, 1, "9" * 30), "has '9999"),
    "negative": (edit(2, 1, "-1"), "has -1 in"),
    "plus": (edit(2, 1, "+5"), r"has '\+5' in"),
    "underscore": (edit(2, 1, "1_0"), "has '1_0' in"),
    "hexadecimal": (edit(2, 1, "0x1F"), "has '0x1F' in"),
    "exponent": (edit(2, 1, "1e2"), "has '1e2' in"),
    "full-width digit": (edit(2, 1, "５"), "has '５' in"),
    "superscript": (edit(2, 1, "²"), "has '²' in"),
    "comment": (edit(2, 1, "5 # five"), "has '5 # five' in"),
    "two numbers": (edit(2, 1, "5 6"), "has '5 6' in"),
    "quoted number": (edit(2, 1, '"5"'), 'has the quoted field "5" in'),
    "quoted header": (table().replace("label", '"label"'), "row 1 of digits.csv has quoted fields"),
    "label 10": (edit(5, 0, "10"), r"row 5 of digits.csv has 10 in column 1 \(label\), .* from 0 to 9"),
    "label 10 last": (edit(5, 9, "10", table("last")), r"row 5 of digits.csv has 10 in column 10 \(label\)"),
    "label 10 without header": (edit(5, 0, "10", table(header=False)), r"row 5 .* has 10 in column 1 \(label\)"),
    "label -1": (edit(5, 0, "-1"), r"row 5 .* has -1 in column 1 \(label\), expected a label, .* from 0 to 9"),
    "semicolons": (table().replace(",", ";"), "digits.csv is separated by semicolons, expected commas"),
    "one semicolon": (table().replace("0,208", "0;208"), "row 3 of digits.csv has 8 pixels, expected 9"),
    "tabs": (table().replace(",", "\t"), r"separated by tabs, expected commas.*sep='\\t'"),
    "spaces": (table(header=False).replace(",", " "), "separated by spaces, expected commas"),
    "two headers": (table().splitlines()[0] + "\n" + table(), "row 2 of digits.csv repeats the header"),
    "another header": ("id,x,y,z\n" + table(), "row 2 of digits.csv is a second header line"),
    "second header in words": (
        table().replace("\n", "\nclass,a,b,c,d,e,f,g,h,i\n", 1),
        "row 2 of digits.csv is a second header line",
    ),
    "two files in one": (table() + table(), "row 7 of digits.csv repeats the header"),
    "blank line": (table().replace("\n", "\n\n", 3).replace("\n\n", "\n", 2), "row 4 of digits.csv is blank"),
    "stray carriage return": (table().replace("\n", "\r\r\n", 1), "row 2 of digits.csv is blank"),
    "line of commas": (table() + ",,,,,,,,,\n", r"row 7 .* has nothing in column 1 \(label\)"),
    "not square": ("1,2,3,4,5,6,7\n", r"has 7 columns: 7 pixels, or a label and 6 pixels, do not make a square"),
    "pandas index": (
        "\n".join(f"{i or ''},{line}" for i, line in enumerate(table().splitlines())),
        r"row index of a pandas table.*index=False",
    ),
    "label in the middle": (
        "a,label,b,c,d,e\n1,2,3,4,5,6\n",
        "must name one column label, the first or the last|names none",
    ),
    "two labels": ("label,a,b,c,d,label\n1,2,3,4,5,6\n", "must name one column label"),
    "not UTF-8": (table().encode().replace(b"\n9,", b"\n\xe9,"), "row 4 of digits.csv is not UTF-8 text"),
    "binary": (b"\x93NUMPY\x00\x01,\x00", "row 1 of digits.csv is not UTF-8 text"),
    "zeros": (table().encode() + b"\0" * 20, "row 7 of digits.csv holds binary data"),
    "zip": (b"PK\x03\x04" + b"1234", "digits.csv is a zip archive: unpack it first"),
    "UTF-16": (table().encode("utf-16"), "digits.csv is UTF-16 text: save it as UTF-8"),
    "web page": ("<!doctype html>\n<html>", "digits.csv is a web page"),
    "words": ("hello\nworld\n", "row 1 of digits.csv has no commas"),
}


@pytest.mark.parametrize(("content", "message"), FAULTS.values(), ids=FAULTS)
def test_bad_file_gets_one_clear_sentence(tmp_path, content, message):
    with pytest.raises(DataFileError, match=message) as caught:
        load_csv(write(tmp_path, content))
    text = str(caught.value)
    assert "digits.csv" in text
    assert "\n" not in text
    assert len(text) < 250
    assert str(tmp_path) not in text


def test_content_errors_are_value_errors():
    assert issubclass(DataFileError, ValueError)


def test_missing_file_names_the_nearest(tmp_path):
    write(tmp_path, table(), "digits.csv.gz")
    write(tmp_path, table(), "notes.txt")
    with pytest.raises(FileNotFoundError, match=r"there is no file .*digit\.csv\.gz; did you mean digits\.csv\.gz\?"):
        load_csv(tmp_path / "digit.csv.gz")
    with pytest.raises(FileNotFoundError, match="check the name"):
        load_csv(tmp_path / "zzz")
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*elsewhere"):
        load_csv(tmp_path / "elsewhere" / "digits.csv")


def test_folder_is_refused(tmp_path):
    with pytest.raises(IsADirectoryError, match="is a folder"):
        load_csv(tmp_path)


def test_truncated_gzip_at_every_length(tmp_path):
    content = gzip.compress(table().encode())
    for length in range(2, len(content)):
        with pytest.raises(DataFileError, match=r"digits\.csv\.gz is incomplete: its gzip data are cut off") as caught:
            load_csv(write(tmp_path, content[:length], "digits.csv.gz"))
        assert "\n" not in str(caught.value)


def test_damaged_gzip(tmp_path):
    content = gzip.compress(table().encode())
    for position in range(10, len(content)):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        with pytest.raises(DataFileError, match="damaged after row"):
            load_csv(write(tmp_path, bytes(damaged)))


def test_label_last_without_header_is_an_error_not_a_guess(tmp_path):
    pixels = PIXELS.copy()
    for first_pixels in ([0] * 5, [0, 0, 3, 0, 0], [255] * 5, [0, 0, 0, 200, 0]):
        pixels[:, 0] = first_pixels
        text = "\n".join(",".join(map(str, row)) for row in np.column_stack([pixels, LABELS]).tolist())
        path = write(tmp_path, text)
        with pytest.raises(DataFileError, match=r'no header, and its last column .* pass label_column="last"'):
            load_csv(path)
        np.testing.assert_array_equal(load_csv(path, label_column="last").labels, LABELS)
    pixels[:, 0] = 0
    path = write(tmp_path, "\n".join(",".join(map(str, row)) for row in np.column_stack([pixels, LABELS]).tolist()))
    assert load_csv(path, label_column="first").labels.tolist() == [0] * 5


def test_label_first_is_believed_where_the_last_column_cannot_be_labels(tmp_path):
    assert load_csv(write(tmp_path, "0,0,255,255,0\n0,255,0,0,0\n")).labels.tolist() == [0, 0]
    assert load_csv(write(tmp_path, "0,0,255,255,1\n0,255,0,0,2\n0,9,9,9,200\n")).labels.tolist() == [0, 0, 0]


def test_label_column_that_contradicts_the_header(tmp_path):
    with pytest.raises(DataFileError, match=r"names column 1 label, but label_column is 'last'"):
        load_csv(write(tmp_path, table()), label_column="last")
    with pytest.raises(DataFileError, match="label_column is None"):
        load_csv(write(tmp_path, table()), label_column=None)


def test_pixel_above_max_pixel(tmp_path):
    with pytest.raises(DataFileError, match=r"row 2 .* has 17 in column 2 .* from 0 to 16"):
        load_csv(write(tmp_path, "label,a,b,c,d\n1,17,16,16,0\n"), max_pixel=16)


def test_suspiciously_dark_file_warns(tmp_path):
    path = write(tmp_path, "label,a,b,c,d\n1,16,3,0,0\n")
    with pytest.warns(UserWarning, match="the brightest pixel of digits.csv is 16 of 255"):
        load_csv(path)


def test_image_shape_that_does_not_fit(tmp_path):
    with pytest.raises(DataFileError, match=r"has 9 pixels per row, expected 6 for image_shape \(2, 3\)"):
        load_csv(write(tmp_path, table()), image_shape=(2, 3))
    with pytest.raises(DataFileError, match="8 pixels per row, expected a square image"):
        load_csv(write(tmp_path, "label,a,b,c,d,e,f,g,h\n1,2,3,4,5,6,7,8,90\n"))


RULES = Rules("first", 255, 256, None)
FIELD = st.one_of(
    st.integers(0, 255).map(str),
    st.sampled_from(["256", "300", "1000", "-1", "+5", "", " ", " 7", "007", "0007", "x", "1_0", "５", "\r", "1\n2"]),
)
PLAIN = st.lists(st.lists(st.integers(0, 255).map(str), min_size=5, max_size=5), min_size=1, max_size=6)
ODD = st.lists(st.lists(FIELD, min_size=4, max_size=6), min_size=1, max_size=4)
END = st.sampled_from(["\n", "\r\n", "\n\n", "\r", "\r\r\n", ""])


@settings(max_examples=300, deadline=None)
@given(rows=st.one_of(PLAIN, ODD), ends=st.lists(END, min_size=6, max_size=6), header=st.booleans())
def test_fast_way_reads_nothing_that_the_careful_way_refuses(tmp_path_factory, rows, ends, header):
    lines = [["label", "a", "b", "c", "d"]] if header else []
    text = "".join(",".join(row) + ends[i % 6] for i, row in enumerate([*lines, *rows]))
    path = write(tmp_path_factory.getbasetemp(), text)
    try:
        names, values = csv_reader._read_fast(path)
    except (csv_reader._NotPlain, DataFileError):
        return
    careful_names, careful = read_carefully(path, RULES)
    assert names == careful_names
    np.testing.assert_array_equal(values, careful)


@settings(max_examples=50, deadline=None)
@given(rows=PLAIN, end=st.sampled_from(["\n", "\r\n"]))
def test_fast_way_reads_plain_tables_exactly(tmp_path_factory, rows, end):
    path = write(tmp_path_factory.getbasetemp(), end.join(["label,a,b,c,d", *map(",".join, rows)]))
    np.testing.assert_array_equal(csv_reader._read_fast(path)[1], np.array(rows, dtype=int))


def test_control_characters_do_not_reach_the_screen(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"label,a\x1b[31m,c,d,e\n1,x,3,4,5\n")
    with pytest.raises(DataFileError, match=r"row 2 of a\.csv has 'x' in column 2 \(a\?\[31m\)"):
        load_csv(tmp_path / "a.csv")


@pytest.mark.parametrize("space", ["\x1d", "\x0b", "\xa0", "\u2003"])
def test_only_spaces_and_tabs_may_stand_around_a_number(tmp_path, space):
    (tmp_path / "a.csv").write_text("1, 2,3 ,\t4,99\n", encoding="utf8")
    assert load_csv(tmp_path / "a.csv").X.shape == (4, 1)
    (tmp_path / "a.csv").write_text(f"1,2,3,4,99{space}\n", encoding="utf8")
    with pytest.raises(DataFileError, match=r"row 1 of a\.csv has '99.*' in column 5, expected a pixel"):
        load_csv(tmp_path / "a.csv")
