"""The fast way to read a CSV file of images: all numbers of a block of text at once, with array operations."""

import codecs
import gzip
import zlib
from pathlib import Path

import numpy as np

from helpers.internals.csv_careful import read_carefully
from helpers.internals.csv_format import MAX_LINE, Rules, check_label_side, find_label, is_header, open_binary

_BLOCK_BYTES = 2**18  # a block and its masks stay in the processor's cache


class _NotPlain(Exception):
    """The text is not plain numbers, commas and line ends, so only the careful way can judge it."""


def read_table(path: Path, rules: Rules) -> tuple[np.ndarray, int | None]:
    """Read a CSV file of whole numbers from 0 to 255, and return its table and the index of its label column.

    The table is a (rows, columns) array of uint8; the index is None where the file has no labels. A file that
    the fast way cannot read is read again line by line, and that either succeeds or names what is wrong.
    It holds a byte a number, and reading takes no more than that, twice, and some megabytes: a file may unpack to 512
    MiB of text (MAX_BYTES), a line to 4 MiB (MAX_LINE), and what goes beyond is refused before memory is taken for it.
    Raises FileNotFoundError, IsADirectoryError, or DataFileError naming file, row and column.
    """
    try:
        names, values = _read_fast(path)
    except _NotPlain:
        names, values = read_carefully(path, rules)
    label = find_label(path.name, names, values.shape[1], rules)
    if names is None and label == 0 and rules.label_column == "auto":
        check_label_side(path.name, values, rules.num_classes)
    if not _in_range(values, label, rules):
        read_carefully(path, rules)
    return values, label


def _in_range(values: np.ndarray, label: int | None, rules: Rules) -> bool:
    columns = values.shape[1]
    pixels = values[:, int(label == 0) : columns - int(label == columns - 1)]
    labels_fit = label is None or values[:, label].max() < rules.num_classes
    return bool(labels_fit and (rules.max_pixel == 255 or pixels.max() <= rules.max_pixel))


def _read_fast(path: Path) -> tuple[list[str] | None, np.ndarray]:
    table = bytearray()
    ended = False
    try:
        with open_binary(path) as file:
            first = _line(file).removeprefix(codecs.BOM_UTF8)
            fields = first.decode().removesuffix("\n").removesuffix("\r").split(",")
            if "\r" in fields[-1] or b'"' in first:
                raise _NotPlain
            names = fields if is_header(fields) else None
            lines = (b"" if names else first) + _lines(file)
            while lines:
                block = lines.replace(b"\r\n", b"\n")
                text = block.rstrip(b"\n")
                if text and ended:
                    raise _NotPlain
                if text:
                    table += _parse_block(text + b"\n", len(fields)).tobytes()
                ended = len(block) - len(text) > 1
                lines = _lines(file)
    except (EOFError, zlib.error, gzip.BadGzipFile, UnicodeDecodeError):
        raise _NotPlain from None
    if not table:
        raise _NotPlain
    return names, np.frombuffer(table, dtype=np.uint8).reshape(-1, len(fields))


def _lines(file) -> bytes:
    return file.read(_BLOCK_BYTES) + _line(file)  # so it ends with a line


def _line(file) -> bytes:
    line = file.readline(MAX_LINE + 1)
    if len(line) > MAX_LINE:
        raise _NotPlain
    return line


def _parse_block(text: bytes, columns: int) -> np.ndarray:
    characters = np.frombuffer(b"\n\n\n" + text, dtype=np.uint8)
    digits = characters - np.uint8(ord("0"))  # wraps: whatever is not a digit becomes 10 or more
    is_digit = digits < 10
    one = is_digit[2:-1]  # position i of these views looks back from character i of the text
    two = one & is_digit[1:-2]
    three = two & is_digit[:-3]
    numbers = digits[2:-1] + np.uint8(10) * (digits[1:-2] * two) + np.uint16(100) * (digits[:-3] * three)

    ends = np.flatnonzero(~is_digit[3:])  # a number ends before each character that is not a digit
    too_long = three & is_digit[3:]
    if len(ends) % columns or not one[ends].all() or too_long.any():
        raise _NotPlain
    separators = characters[3:][ends].reshape(-1, columns)
    values = numbers[ends]
    if (separators[:, -1] != ord("\n")).any() or (separators[:, :-1] != ord(",")).any() or values.max() > 255:
        raise _NotPlain
    return values.astype(np.uint8)
