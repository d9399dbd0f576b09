"""CSV files of images: their text (csv_text), their columns (csv_columns), values and labels (here).

What is unambiguous is read, with a note that says what was taken for what. What is ambiguous or
damaged is refused with one sentence.
"""

import math
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.internals.csv_bytes import DataFileError
from helpers.internals.csv_columns import (
    check_later,
    check_orientation,
    column_title,
    find_columns,
)
from helpers.internals.csv_text import (
    check_line,
    find_layout,
    read_blocks,
    read_table,
)

DIMMEST = 153  # of 255: where no pixel of a file is brighter, a sentence asks for max_pixel
MISSING = {"", "?", "-", "nan", "na", "n/a", "#n/a", "null", "none"}  # instead of a label


class Rules(NamedTuple):
    """What the caller says about a file; None leaves it to the file."""

    label_column: str | None
    max_pixel: int | None
    class_names: tuple[str, ...] | None
    features: int | None


class Images(NamedTuple):
    """What a file holds: blocks of rows, the numbers of paper and full ink, labels, and notes."""

    blocks: list[np.ndarray]
    paper: float
    ink: float
    labels: np.ndarray | None
    class_names: tuple[str, ...] | None
    notes: list[str]


def read_csv_images(path: Path, rules: Rules) -> Images:
    """Read a CSV file of images; every block is (rows, pixels), of uint8 where that is enough."""
    notes = []
    texts = read_blocks(path)
    number, text = next(texts, (1, b""))
    layout = find_layout(path.name, text, notes)
    columns, table, labels = None, _Table(path.name, layout, rules), []
    number, text = layout.without_head(number, text)
    while text is not None:
        if text.strip():
            frame = read_table(path.name, number, text, layout)
            if columns is None:
                columns = find_columns(path.name, frame, layout.names, rules, notes)
            check_later(path.name, number, text, frame, columns, layout)
            table.add(number, text, frame, columns)
            if columns.label is not None:
                labels.append(frame[columns.label].to_numpy())
            del frame
        number, text = next(texts, (0, None))
    if columns is None:
        raise DataFileError(
            f"{path.name} has {'a header but no rows' if layout.names else 'no rows'}; expected "
            "one image per row below the header"
        )
    check_orientation(table, columns, rules)
    names = rules.class_names
    if columns.label is not None:
        labels = np.concatenate(labels)
        _check_label_side(table, columns, labels, rules)
        labels, names = _labels(table, columns, labels, rules, notes)
    paper, ink = _range(table, columns, rules, notes)
    _warn_of_white_paper(table, columns, ink, notes)
    return Images(table.blocks, paper, ink, labels if len(labels) else None, names, notes)


# --- values


class _Table:
    """The pixels of a file, block by block, and where each of its rows stands."""

    def __init__(self, name, layout, rules):
        self.name, self.layout, self.most = name, layout, rules.max_pixel or 255
        self.blocks, self.places, self.rows = [], [], 0
        self.lowest, self.highest, self.whole = np.inf, -np.inf, True

    def add(self, number, text, frame, columns):
        lines = None
        if text.count(b"\n") != len(frame):  # blank lines count, too
            filled = enumerate(text.split(b"\n"), number)
            lines = [line for line, content in filled if content.strip()]
        self.places.append((self.rows, number, lines))
        pixels = columns.pixels
        kinds = {dtype.kind for dtype in frame.dtypes.iloc[pixels]}
        if not kinds <= set("iuf"):
            frame = self._only_numbers(number, text, frame, columns)
            kinds = {"f"}
        ordered = pixels == list(range(pixels[0], pixels[0] + len(pixels)))
        chosen = slice(pixels[0], pixels[0] + len(pixels)) if ordered else pixels
        values = frame.to_numpy()[:, chosen] if kinds == {"u"} else frame[pixels].to_numpy()
        low, high = values.min(), values.max()
        whole = kinds <= set("iu") or bool((values == np.floor(values)).all())
        if not np.isfinite([float(low), float(high)]).all():
            row, column = np.argwhere(~np.isfinite(values.astype(float)))[0]
            shown = str(values[row, column])
            self._refuse_field(number, text, frame, row, columns, column, shown)
        small = whole and low >= 0 and high <= 255
        self.blocks.append(values.astype(np.uint8 if small else np.float64, order="C"))
        self.rows += len(values)
        self.lowest, self.highest = min(self.lowest, low), max(self.highest, high)
        self.whole = self.whole and whole

    def _only_numbers(self, number, text, frame, columns):
        """Turn columns of texts into numbers, or refuse the first field that is none."""
        given, frame = frame, frame.copy()
        bad = []
        for place, i in enumerate(columns.pixels):
            if frame[i].dtype.kind in "iuf":
                continue
            numbers = pd.to_numeric(frame[i].astype(str), errors="coerce").to_numpy(dtype=float)
            wrong = np.flatnonzero(~np.isfinite(numbers))
            if len(wrong):
                bad.append((wrong[0], place, str(frame[i].iloc[wrong[0]])))
            frame[i] = numbers
        if bad:
            row, place, field = min(bad)
            self._refuse_field(number, text, given, row, columns, place, repr(field[:40]))
        return frame

    def _refuse_field(self, number, text, frame, row, columns, place, shown):
        line = self.line(self.rows + row)
        where = f"row {line} of {self.name}"
        check_line(where, text.decode().split("\n")[line - number], self.layout)
        advice = "correct it, or leave the row out"
        read = f"pandas.read_csv(path{', header=None' * (not columns.names)}"
        if re.fullmatch(r"'(0[xX][\da-fA-F]+|(?=\d?[a-fA-F])[\da-fA-F]{1,2})'", shown):
            to_numbers = "map(lambda v: int(v, 16)).to_csv(new_path, index=False)"
            advice = f"if its pixels are hexadecimal: {read}, dtype=str).{to_numbers}"
        elif not shown.strip("' "):
            shown, fields = "nothing", frame[columns.pixels].astype(str)
            if (fields.map(str.strip) == "").to_numpy().mean() > 0.1:
                advice = f"if empty fields are 0: {read}).fillna(0).to_csv(new_path, index=False)"
        raise DataFileError(
            f"{where} has {shown} in {column_title(columns.names, columns.pixels[place])}, expected "
            f"a pixel, a number from 0 to {self.most}; {advice}"
        )

    def line(self, row):
        """Return the line of the file that holds a row of the table."""
        start, number, lines = [place for place in self.places if place[0] <= row][-1]
        return number + row - start if lines is None else lines[row - start]

    def first(self, wrong):
        """Return row, column and value of the first pixel for which wrong(block) is true."""
        for block, (start, _, _) in zip(self.blocks, self.places, strict=True):
            found = wrong(block)
            if found.any():
                row, column = np.unravel_index(int(found.argmax()), found.shape)
                return start + row, column, block[row, column]
        return None

    def count(self, wrong):
        """Return for how many pixels wrong(block) is true."""
        return sum(np.count_nonzero(wrong(block)) for block in self.blocks)


def _range(table, columns, rules, notes):
    """Return the numbers of paper and full ink, or refuse pixels beyond them."""
    low, high, most = float(table.lowest), float(table.highest), rules.max_pixel
    if most is None and low >= 0 and high <= 1 and high > 0.5:
        notes.append("its pixels go from 0 to 1, and 1 was taken for full ink")
        return 0.0, 1.0
    if most is None and table.whole and low >= 0 and high == 16:
        notes.append("its pixels go from 0 to 16, and 16 was taken for full ink")
        return 0.0, 16.0
    if most is None and low == -1 and high == 1:
        notes.append("its pixels go from -1 to 1, and -1 was taken for paper, 1 for full ink")
        return -1.0, 1.0
    ink = most or 255
    if low < 0 or high > ink:
        raise _out_of_range(table, columns, ink, most)
    if not table.whole:
        row, column, value = table.first(lambda block: block != np.floor(block))
        if most is None and table.count(lambda block: (block > 0) & (block < 1)) > table.rows:
            raise DataFileError(
                f"row {table.line(row)} of {table.name} has {value:g} in "
                f"{column_title(columns.names, columns.pixels[column])}, but its pixels go up to "
                f"{high:g}; expected 0 to 1, or 0 to 255: pass max_pixel, the number of full ink"
            )
        notes.append(
            f"row {table.line(row)} has the fraction {value:g} in "
            f"{column_title(columns.names, columns.pixels[column])}: the pixels were taken as numbers "
            f"from 0 to {ink}"
        )
    if most is None and 0 < high < 255 / 8:
        raise DataFileError(
            f"the brightest pixel of {table.name} is {high:g}, expected up to 255; pass the number "
            "of full ink as max_pixel, or max_pixel=255 if the images are that dark"
        )
    if 0 < high < (ink / 8 if most else DIMMEST):
        notes.append(
            f"its brightest pixel is {high:g} of {ink}; if its pixels go from 0 to a smaller "
            "number, pass that as max_pixel"
        )
    return 0.0, float(ink)


def _out_of_range(table, columns, ink, most):
    def wrong(block):
        return (block < 0) | (block > ink)

    row, column, value = table.first(wrong)
    low, high = float(table.lowest), float(table.highest)
    where = (
        f"row {table.line(row)} of {table.name} has {value:g} in "
        f"{column_title(columns.names, columns.pixels[column])}, expected a pixel, a number "
        f"from 0 to {ink}"
    )
    if table.count(wrong) <= max(3, table.rows * len(columns.pixels) / 100):
        return DataFileError(f"{where}; correct it, or leave the row out")
    scale = "numpy.rint(255 * (table - low) / (high - low))"
    if table.whole and low >= -128 and high <= 127 and low < 0:
        return DataFileError(
            f"{where}; its pixels go from {low:g} to {high:g}: if {low:g} is paper, write "
            "table + 128, and if they are bytes read with a sign, table % 256"
        )
    if low < -(2**20):
        return DataFileError(
            f"{where}; it looks like a color in one number (ARGB), whose blue is table & 255"
        )
    return DataFileError(
        f"{where}; its pixels go from {low:g} to {high:g}: write them from 0 to 255, for example "
        f"{scale} with the numbers of paper and full ink as low and high"
        + (", or pass a larger max_pixel" if most and most < high <= 255 and low >= 0 else "")
    )


def _warn_of_white_paper(table, columns, ink, notes):
    n = len(columns.pixels)
    side = math.isqrt(n)
    if side < 8 or side * side != n or table.rows == 0:
        return
    grid = np.arange(n).reshape(side, side)
    border = np.unique(np.concatenate([grid[0], grid[-1], grid[:, 0], grid[:, -1]]))
    bright = sum(np.count_nonzero(block[:, border] > 0.8 * ink) for block in table.blocks)
    if bright > 0.9 * table.rows * len(border):
        notes.append(
            "its images have full ink at nearly all borders, so the paper seems to be white and "
            "the ink 0, expected the reverse; turn them around: "
            "Dataset(1 - data.X, data.labels, data.class_names, data.image_shape)"
        )


# --- labels


def _labels(table, columns, values, rules, notes):
    """Return labels as integers, and the names of the classes."""
    name = columns.names[columns.label] if columns.names else ""
    where = f"column {columns.label + 1} ({name or 'label'})"
    texts = np.array([str(value).strip().strip("'\"").strip() for value in values], object)
    numbers = pd.to_numeric(pd.Series(texts), errors="coerce").to_numpy(dtype=float)
    known = np.isfinite(numbers)
    names = rules.class_names
    missing = np.array([text.lower() in MISSING for text in texts])
    if len(texts) and missing.all():
        raise DataFileError(
            f"row {table.line(0)} of {table.name} has {repr(texts[0]) * bool(texts[0]) or 'nothing'} "
            f"in {where}, and so have all rows, expected a label; leave the column out: "
            f"table.drop(columns=table.columns[{columns.label}])"
        )
    if not known.any() and not missing.any():
        return _named_labels(table, where, texts, names, notes)
    classes = 10 if names is None else len(names)
    fits = known & (numbers >= 0) & (numbers < classes) & (numbers == np.floor(numbers))
    if fits.all():
        return numbers.astype(np.intp), names
    row = int(np.flatnonzero(~fits)[0])
    shown = f"{numbers[row]:g}" if known[row] else repr(str(values[row])[:40])
    shown = "nothing" if shown == "''" else shown
    sentence = (
        f"row {table.line(row)} of {table.name} has {shown} in {where}, expected a label, a "
        f"whole number from 0 to {classes - 1}"
    )
    if columns.names and str(values[row]).strip() == columns.names[columns.label]:
        sentence = f"row {table.line(row)} of {table.name} repeats the header; remove that line"
    elif known.all() and (numbers == np.floor(numbers)).all() and numbers.min() >= 0:
        low, high = int(numbers.min()), int(numbers.max())
        if low == 1 and high == classes and (names is not None or classes > 9):
            sentence += f"; its labels go from 1 to {high}: subtract 1 from each"
            if names is None:
                sentence += ", or write 0 for 10 if that stands for the digit 0, as in MATLAB"
            else:
                sentence += f", or pass class_names with a name for 0 in front, {high + 1} in all"
        elif high < 1000 and (fits.mean() < 0.99 or names is not None):
            sentence += (
                f"; its highest label is {high}: for other classes than these pass class_names, "
                f"{high + 1} names in the order of the labels"
            )
    raise DataFileError(sentence)


def _named_labels(table, where, texts, names, notes):
    found = sorted(set(texts))
    if names is None:
        if len(found) > 100 or max(map(len, found)) > 40:
            raise DataFileError(
                f"row {table.line(0)} of {table.name} has {texts[0]!r:.60} in {where}, expected a "
                "label, a whole number, or one of a few names"
            )
        notes.append(
            f"the labels in {where} are texts and were taken as the names of {len(found)} classes: "
            f"{', '.join(found[:5])}{', …' * (len(found) > 5)}"
        )
        names = tuple(found)
    numbers = {text: i for i, text in enumerate(names)}
    for row, text in enumerate(texts):
        if text not in numbers:
            raise DataFileError(
                f"row {table.line(row)} of {table.name} has {text!r:.60} in {where}, expected one "
                f"of class_names ({', '.join(map(str, names[:5]))}{', …' * (len(names) > 5)}) or "
                "its number"
            )
    return np.array([numbers[text] for text in texts], np.intp), names


def _check_label_side(table, columns, labels, rules):
    """Refuse to guess where a file without header looks as if its labels stood last."""
    if columns.known or labels.dtype.kind not in "iuf":
        return
    classes = len(rules.class_names or range(10))
    last = np.concatenate([block[:, -1] for block in table.blocks])
    first, last_ones = (np.count_nonzero((v > 0) & (v < classes)) for v in (labels, last))
    if last_ones > first and last.max() < classes:
        raise DataFileError(
            f"{table.name} has no header, and its last column looks more like labels than its "
            'first; pass label_column="last", or label_column="first" if the first column is the '
            "label all the same"
        )
