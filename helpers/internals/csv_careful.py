"""The slow, careful way to read a CSV file of images: line by line, naming the first thing that is wrong."""

import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from helpers.internals.csv_format import MAX_LINE, DataFileError, Rules, find_label, is_header, open_binary

_SEPARATORS = {";": "semicolons", "\t": "tabs", " ": "spaces", "|": "vertical bars"}


def read_carefully(path: Path, rules: Rules) -> tuple[list[str] | None, np.ndarray]:
    """Read a file line by line, and return its column names (or None) and its (rows, columns) table of uint8.

    It accepts all that the fast way accepts, and also spaces around numbers and leading zeros. Raises
    DataFileError with one sentence that names the file, the row (the line in the file, from 1) and the
    column, as far as there is one.
    """
    _check_complete(path)
    first = _check_first_line(path)
    names = first if is_header(first) else None
    columns = len(names) if names else _usual_columns(path)
    label = find_label(path.name, names, columns, rules)
    table = bytearray()
    blank = 0
    for row, line in _numbered_lines(path):
        if row == 1 and names:
            continue
        if not line.strip():
            blank = blank or row
            continue
        if blank:
            raise DataFileError(f"row {blank} of {path.name} is blank; remove the empty line")
        fields = line.split(",")
        _check_row(f"row {row} of {path.name}", fields, names, columns, label, rules)
        table += bytes(map(int, fields))
    if not table:
        raise DataFileError(f"{path.name} has a header but no rows; expected one image a row below the header")
    return names, np.frombuffer(table, dtype=np.uint8).reshape(-1, columns)


def _check_complete(path: Path) -> None:
    rows = 0
    try:
        with open_binary(path) as file:
            while block := file.read1(2**18):
                rows += block.count(b"\n")
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise DataFileError(
            f"{path.name} is incomplete: its gzip data are cut off or damaged after row {rows}; "
            "copy or download it again"
        ) from None


def _numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    with io.TextIOWrapper(open_binary(path), encoding="utf-8-sig", errors="surrogateescape") as lines:
        row = 0
        while line := lines.readline(MAX_LINE + 1):
            row += 1
            text = line.rstrip("\n")
            if len(text) > MAX_LINE:
                raise DataFileError(
                    f"row {row} of {path.name} has more than {MAX_LINE:,} characters; expected one image a row"
                )
            if not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text):
                raise DataFileError(f"row {row} of {path.name} is not UTF-8 text; save the file as UTF-8")
            if "\0" in text:
                raise DataFileError(f"row {row} of {path.name} holds binary data; expected a CSV file")
            yield row, text


def _check_first_line(path: Path) -> list[str]:
    row, line = next(_numbered_lines(path), (0, ""))
    if not row:
        raise DataFileError(f"{path.name} is empty; expected a header line and one image a row")
    if '"' in line or "'" in line:
        raise DataFileError(f"row 1 of {path.name} has quoted fields; write the file without quotes")
    if "," not in line:
        for separator, what in _SEPARATORS.items():
            if separator in line.strip():
                raise DataFileError(
                    f"{path.name} is separated by {what}, expected commas; rewrite it with "
                    f"pandas.read_csv(path, sep={separator!r}).to_csv(new_path, index=False)"
                )
        raise DataFileError(f"row 1 of {path.name} has no commas; expected one image a row, its pixels between commas")
    return line.split(",")


def _usual_columns(path: Path) -> int:
    counts = Counter(line.count(",") + 1 for _, line in _numbered_lines(path) if line.strip())
    return counts.most_common(1)[0][0]  # the first line has a comma, so it is counted


def _check_row(
    where: str, fields: list[str], names: list[str] | None, columns: int, label: int | None, rules: Rules
) -> None:
    if fields == names:
        raise DataFileError(f"{where} repeats the header; remove that line")
    if names and is_header(fields):
        raise DataFileError(f"{where} is a second header line; keep one")
    if len(fields) != columns:
        labels = int(label is not None)
        raise DataFileError(f"{where} has {len(fields) - labels} pixels, expected {columns - labels}")
    for i, field in enumerate(fields):
        limit = min(rules.num_classes - 1, 255) if i == label else rules.max_pixel
        digits = field.strip(" \t")  # what int() strips as well; strip() alone takes more than it
        if digits.isascii() and digits.isdigit() and len(digits) < 20 and int(digits) <= limit:
            continue
        name = names[i] if names else "label" if i == label else ""
        column = f"column {i + 1}" + (f" ({name:.40})" if name else "")
        raise DataFileError(f"{where} has {_describe(digits)} in {column}, expected {_wanted(limit, i == label)}")


def _describe(field: str) -> str:
    if not field:
        return "nothing"
    if field[0] in "\"'":
        return f"the quoted field {field:.40}"
    is_number = field.isascii() and field.removeprefix("-").isdigit() and len(field) < 20
    return field if is_number else repr(field[:40])


def _wanted(limit: int, is_label: bool) -> str:
    return f"a {'label' if is_label else 'pixel'}, a whole number from 0 to {limit}"
