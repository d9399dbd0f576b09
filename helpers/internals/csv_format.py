"""What a CSV file of images looks like: how it is opened, its header line, and where its labels stand."""

import difflib
import gzip
import io
import math
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

MAX_BYTES = 2**29  # of unpacked text in a file: five times MNIST as CSV; far more numbers than NumPy trains on
MAX_LINE = 2**22  # characters in a line: an image of a million pixels

_OTHER_FORMATS = {
    b"PK\x03\x04": "a zip archive: unpack it first",
    b"\xfd7zX": "an xz archive: unpack it first",
    b"BZh": "a bzip2 archive: unpack it first",
    b"\xff\xfe": "UTF-16 text: save it as UTF-8",
    b"\xfe\xff": "UTF-16 text: save it as UTF-8",
    b"\x00\x00\x08": "an IDX file, not a CSV file",
    b"PAR1": "a Parquet file, not a CSV file",
    b"<": "a web page, not a CSV file: download the file itself",
}


class DataFileError(ValueError):
    """The content of a data file is not what the loader reads; the message names file, row and column."""

    def __init__(self, message):
        super().__init__("".join(character if character.isprintable() else "?" for character in message))


class Rules(NamedTuple):
    """What the caller expects of a file: where its labels stand and how large its numbers may be."""

    label_column: str | None
    max_pixel: int
    num_classes: int
    features: int | None


def open_binary(path: Path) -> BinaryIO:
    """Open a plain or gzip-compressed file for reading bytes; gzip is told by its first two bytes.

    Raises FileNotFoundError with the nearest name in the folder, IsADirectoryError for a folder, and DataFileError
    for an empty file or for one in another well-known format; reading raises it after MAX_BYTES.
    """
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; expected the path of one CSV file in it")
    if not path.exists():
        raise FileNotFoundError(_missing(path))
    if not path.is_file():  # a pipe would let us wait for ever
        raise DataFileError(f"{path.name} is a device or a pipe; expected a file")
    with path.open("rb") as file:
        signature = file.read(4)
    if not signature:
        raise DataFileError(f"{path.name} is empty; expected a header line and one image a row")
    for start, what in _OTHER_FORMATS.items():
        if signature.startswith(start):
            raise DataFileError(f"{path.name} is {what}")
    file = gzip.open(path, "rb") if signature.startswith(b"\x1f\x8b") else path.open("rb")  # noqa: SIM115
    return io.BufferedReader(_Limited(file, path.name), 2**16)


class _Limited(io.RawIOBase):
    """A file that refuses to give more than MAX_BYTES, since some kilobytes can unpack to terabytes."""

    def __init__(self, file: BinaryIO, name: str):
        self.file, self.file_name, self.left = file, name, MAX_BYTES

    def readable(self):
        return True

    def readinto(self, buffer):
        block = self.file.read1(len(buffer))
        self.left -= len(block)
        if self.left < 0:
            raise DataFileError(
                f"{self.file_name} has more than {MAX_BYTES:,} bytes of text; expected fewer, so divide it into files"
            )
        buffer[: len(block)] = block
        return len(block)

    def close(self):
        self.file.close()
        super().close()


def _missing(path: Path) -> str:
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}, so {path.name} cannot be read from it"
    others = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    close = difflib.get_close_matches(path.name, others, n=1)
    hint = f"did you mean {close[0]}?" if close else "check the name and the folder"
    return f"there is no file {path}; {hint}"


def is_header(fields: list[str]) -> bool:
    """Tell whether the fields of a line are column names rather than pixel values.

    A line is a header if it names a column `label`, if most of its fields are not numbers, or if it counts
    0, 1, 2, ... as pandas does for columns without names. Raises nothing.
    """
    words = sum(not _is_number(field) for field in fields)
    counting = len(fields) > 2 and fields == [str(number) for number in range(len(fields))]
    return is_label_name(fields[0]) or is_label_name(fields[-1]) or 2 * words > len(fields) or counting


def is_label_name(name: str) -> bool:
    """Tell whether a column name is `label`, in any case; raises nothing."""
    return name.strip().lower() == "label"


def _is_number(field: str) -> bool:
    try:
        float(field or 0)
    except ValueError:
        return False
    return True


def find_label(file_name: str, names: list[str] | None, columns: int, rules: Rules) -> int | None:
    """Say which column holds the labels: 0, columns - 1, or None where the file has none.

    The header decides if it names a column `label`; without one, a file whose columns are one more than
    an image has pixels starts with its label. Raises DataFileError where header and caller disagree, or
    where the number of columns fits no image.
    """
    if columns == 1 and (rules.label_column in ("first", "last") or is_label_name((names or [""])[0])):
        raise DataFileError(
            f"{file_name} has one column, and that is the label; expected the pixels of an image as well"
        )
    chosen = {"first": 0, "last": columns - 1, None: None}.get(rules.label_column)
    named = [i for i, name in enumerate(names or []) if is_label_name(name)]
    if names and not names[0].strip():
        raise DataFileError(
            f"{file_name}: the first column has no name, so it is probably the row index of a pandas table; "
            "write the file again with to_csv(..., index=False)"
        )
    if len(named) > 1 or (named and named[0] not in (0, columns - 1)):
        raise DataFileError(f"{file_name}: the header must name one column label, the first or the last")
    if rules.label_column == "auto":
        if named:
            return named[0]
        return None if _is_image(columns, rules) else _unnamed_label(file_name, names, columns, rules)
    if named and chosen != named[0]:
        raise DataFileError(
            f"{file_name}: the header names column {named[0] + 1} label, but label_column is "
            f'{rules.label_column!r}; leave label_column at "auto"'
        )
    return chosen


def _is_image(pixels: int, rules: Rules) -> bool:
    return pixels == rules.features if rules.features else math.isqrt(pixels) ** 2 == pixels


def _unnamed_label(file_name: str, names: list[str] | None, columns: int, rules: Rules) -> int:
    if not _is_image(columns - 1, rules):
        image = f"an image of {rules.features} pixels" if rules.features else "a square image"
        raise DataFileError(
            f"{file_name} has {columns} columns: {columns} pixels, or a label and {columns - 1} pixels, "
            f"do not make {image}; pass image_shape=(height, width)"
        )
    if names:
        raise DataFileError(
            f"{file_name}: the header names none of the {columns} columns label (the first is {names[0]!r:.40}, the "
            f'last {names[-1]!r:.40}); pass label_column="first" or "last"'
        )
    return 0


def check_label_side(file_name: str, values: np.ndarray, num_classes: int) -> None:
    """Refuse to guess where a file without header looks as if its labels stood last, not first.

    values is the (rows, columns) table. Raises DataFileError if more rows hold 1 to num_classes - 1 in the
    last column than in the first, and the last column holds nothing else but 0.
    """
    first, last = (np.count_nonzero((v > 0) & (v < num_classes)) for v in (values[:, 0], values[:, -1]))
    if last > first and values[:, -1].max() < num_classes:
        raise DataFileError(
            f"{file_name} has no header, and its last column looks more like labels than its first; "
            'pass label_column="last", or label_column="first" if the first column is the label all the same'
        )
