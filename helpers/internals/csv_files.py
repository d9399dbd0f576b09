"""CSV files of images: what the table means that helpers.internals.csv_text reads.

What is unambiguous is read, with a note that says what was taken for what. What is ambiguous or
damaged is refused with one sentence. The parts stand in the order in which a table runs through
them: columns, values, labels.
"""

import math
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.internals.csv_text import (
    LABEL_NAMES,
    DataFileError,
    Reader,
    check_line,
    check_lines,
    find_layout,
    is_count,
    read_blocks,
)


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
    reader = Reader(path.name, layout)
    columns, table, labels = None, _Table(path.name, layout, rules), []
    number, text = layout.without_head(number, text)
    while text is not None:
        if text.strip():
            frame = reader.frame(number, text)
            if columns is None:
                columns = _columns(path.name, frame, layout.names, rules, notes)
            _check_later(path.name, number, text, frame, columns, layout)
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
    _check_orientation(table, columns, rules)
    names = rules.class_names
    if columns.label is not None:
        labels = np.concatenate(labels)
        _check_label_side(table, columns, labels, rules)
        labels, names = _labels(table, columns, labels, rules, notes)
    paper, ink = _range(table, columns, rules, notes)
    _warn_of_white_paper(table, columns, ink, notes)
    return Images(table.blocks, paper, ink, labels if len(labels) else None, names, notes)


# --- columns


class _Columns(NamedTuple):
    """Which columns of a file are pixels, in the order of the image, and which is the label."""

    pixels: list[int]
    label: int | None
    names: list[str] | None
    known: bool  # whether a header or the caller says where the label is
    empty: int | None  # the last column, where each row ends with a separator


def _columns(name, frame, names, rules, notes):
    left, empty = list(range(frame.shape[1])), None
    _check_for_other_tables(name, frame, names, rules)
    if len(left) > 1 and _is_empty(frame[left[-1]]) and not (names and names[-1]):
        notes.append(f"column {len(left)} is empty in every row and was left out")
        empty = left.pop()
    names = names and [field.strip() for field in names]
    for i in _index_columns(frame, names, left, rules):
        notes.append(f"{_column(names, i)} numbers the rows and was left out")
        left.remove(i)
    common = _skeleton(names, left) if names else None
    numbered = common is not None
    labels = [i for i in left if names and names[i].lower() in LABEL_NAMES]
    if numbered:
        shapes = {i: re.sub(r"\d+", "#", names[i]) for i in left}
        others = [i for i in left if i not in labels and shapes[i] != common]
        label = _label_among(name, frame, names, labels, others, left, rules, notes)
        left = [i for i in left if i not in others or i == label]
    elif len(labels) > 1 or (labels and labels[0] not in (left[0], left[-1])):
        raise DataFileError(
            f"{name}: the header must name one column label, the first or the last; it is "
            f"{' and '.join(_column(names, i) for i in labels[:3])}"
        )
    else:
        label = labels[0] if labels else None
    label = _checked_label(name, frame, names, label, left, rules, notes)
    pixels = [i for i in left if i != label]
    if not _is_image(len(pixels), rules):
        raise _no_image(name, frame, len(left), rules)
    if numbered and _skeleton(names, pixels) is not None:
        pixels = _in_order(name, names, pixels, notes)
    known = bool(labels) or numbered or rules.label_column != "auto"
    return _Columns(pixels, label, names, known, empty)


def _check_later(name, number, text, frame, columns, layout):
    """Check what a block has in the columns that are no pixels."""
    label, empty = columns.label, columns.empty
    if label is not None and frame[label].dtype.kind not in "iufb" and (frame[label] == "").any():
        check_lines(name, number, text, layout)
    if empty is not None and not _is_empty(frame[empty]):
        raise DataFileError(
            f"{name} has something in column {empty + 1} below row {number}, which is empty above; "
            "correct it, or leave the column out"
        )


def _is_empty(column):
    return column.dtype.kind not in "iufb" and (column.astype(str).str.strip() == "").all()


def _index_columns(frame, names, left, rules):
    """Return the columns at the left that number the rows: by their names, or by their values."""
    if names:
        index = re.compile(r"|unnamed: ?\d+|index|(image|row|sample)?[_ ]?(id|no|nr|index)", re.I)
        found = []
        for i in left[:-1]:
            if not index.fullmatch(names[i]):
                break
            found.append(i)
        return found
    n, m = len(left), len(frame)
    first = frame[left[0]].to_numpy()
    if n < 3 or first.dtype.kind not in "iu" or not _counts_up(first) or _is_image(n, rules):
        return []
    surely_no_label = m > len(rules.class_names or range(10))
    two_too_many = m > 1 and _is_image(n - 2, rules) and not _is_image(n - 1, rules)
    return left[:1] if two_too_many or (surely_no_label and _is_image(n - 1, rules)) else []


def _counts_up(values):
    return values[0] in (0, 1) and bool((np.diff(values.astype(float)) == 1).all())


def _skeleton(names, columns):
    """Return what most of the names have in common beside a number, or None."""
    counts = Counter(re.sub(r"\d+", "#", names[i]) for i in columns)
    common, times = counts.most_common(1)[0]
    return common if "#" in common and times > 1 and 2 * times > len(columns) else None


def _label_among(name, frame, names, labels, others, left, rules, notes):
    """Find the label of a file whose pixels have numbers, among the columns that have none."""
    if len(labels) > 1:
        raise DataFileError(
            f"{name}: the header must name one column label, it names "
            f"{' and '.join(_column(names, i) for i in labels[:3])}; keep one"
        )
    if labels:
        for i in others:
            notes.append(f"{_column(names, i)} is neither a pixel nor the label and was left out")
        return labels[0]
    chosen = {"first": left[0], "last": left[-1]}.get(rules.label_column)
    if chosen in others:
        return chosen
    if len(others) > 1:
        listed = " and ".join(_column(names, i) for i in others[:3])
        raise DataFileError(
            f"{name}: {listed} are no pixels, and none is called label; rename one to label, or "
            f"leave them out: pandas.read_csv(path).drop(columns={[names[i] for i in others[:3]]})"
            ".to_csv(new_path, index=False)"
        )
    if not others or rules.label_column is None:
        return None
    values = frame[others[0]].to_numpy()
    m, classes = len(frame), len(rules.class_names or range(10))
    if values.dtype.kind in "iu" and m > classes and _counts_up(values):
        notes.append(f"{_column(names, others[0])} numbers the rows and was left out")
        return None
    notes.append(f"{_column(names, others[0])} is the only one that is no pixel: it is the label")
    return others[0]


def _checked_label(name, frame, names, label, left, rules, notes):
    """Bring header, caller and number of columns together."""
    chosen = {"first": left[0], "last": left[-1], None: None}.get(rules.label_column)
    if label is not None:
        if rules.label_column != "auto" and chosen != label:
            raise DataFileError(
                f"{name}: the header says that {_column(names, label)} is the label, but "
                f'label_column is {rules.label_column!r}; leave label_column at "auto"'
            )
        return label
    if rules.label_column != "auto" or _is_image(len(left), rules):
        return chosen
    if not _is_image(len(left) - 1, rules):
        raise _no_image(name, frame, len(left), rules)
    if names and not is_count([names[i] for i in left]):
        raise DataFileError(
            f"{name}: the header names none of the {len(left)} columns label (the first is "
            f"{names[left[0]]!r:.40}, the last {names[left[-1]]!r:.40}); "
            'pass label_column="first" or "last"'
        )
    first, last = (frame[left[i]].to_numpy() for i in (0, -1))
    if {first.dtype.kind, last.dtype.kind} <= set("iuf"):
        limit = max(10, len(rules.class_names or ()))
        can_be = [((v == np.floor(v)) & (v >= 0) & (v <= limit)).all() for v in (first, last)]
        if not can_be[0] and can_be[1] and (first != np.floor(first)).any():
            notes.append(f"{_column(names, left[-1])} was taken for the label: it alone is whole")
            return left[-1]
    return left[0]


def _in_order(name, names, pixels, notes):
    """Put pixels whose names have one number in its order; check those with row and column."""
    numbers = {i: tuple(map(int, re.findall(r"\d+", names[i]))) for i in pixels}
    if len(set(numbers.values())) < len(pixels):
        twice = next(i for n, i in enumerate(pixels) if names[i] in [names[j] for j in pixels[:n]])
        raise DataFileError(
            f"{name}: the header has the name {names[twice]!r:.40} twice; keep one column of it"
        )
    ordered = sorted(pixels, key=numbers.get)
    if ordered == pixels:
        return pixels
    if len(numbers[pixels[0]]) == 1:
        notes.append(f"its pixels were put in the order of their names, {names[ordered[0]]} first")
        return ordered
    if sorted(pixels, key=lambda i: numbers[i][::-1]) == pixels:
        return pixels
    raise DataFileError(
        f"{name}: the pixels, {names[pixels[0]]}, {names[pixels[1]]}, …, are not in order, row by "
        "row; put the columns in order"
    )


def _is_image(pixels, rules):
    if rules.features:
        return pixels == rules.features
    return pixels > 0 and math.isqrt(pixels) ** 2 == pixels


def _column(names, i):
    return f"column {i + 1}" + (f" ({names[i]:.40})" if names and names[i] else "")


def _check_for_other_tables(name, frame, names, rules):
    """Refuse lists of answers and of file names, and many pixels in one field."""
    kinds = [dtype.kind for dtype in frame.dtypes]
    for i in (i for i, kind in enumerate(kinds) if kind not in "iufb"):
        field = str(frame[i].iloc[0])
        if len(re.findall(r"\d+", field)) > 15:
            text, label = (names or [i] * (i + 1))[i], (names or [0])[0]
            raise DataFileError(
                f"{name} has many pixels in one field, {_column(names, i)}; give each its own: "
                f"table = pandas.read_csv(path); pixels = table[{text!r}].str.split(expand=True); "
                f'pixels.insert(0, "label", table[{label!r}]); '
                "pixels.to_csv(new_path, index=False)"
            )
        if re.search(r"\.(png|jpe?g|gif|bmp|tiff?|webp)$", field, re.I):
            raise DataFileError(
                f"{name} has {field!r:.60} in {_column(names, i)}, the name of a picture, expected "
                "the pixels themselves; read_image and preprocess of helpers.preprocessing read it"
            )
    if frame.shape[1] <= 2 and rules.features is None:
        listed = f" ({', '.join(names)})" if names else ""
        raise DataFileError(
            f"{name} has {frame.shape[1]} columns{listed:.80}, which are no images; it looks like "
            "a list of answers, expected one image per row, its pixels between commas"
            if frame.shape[1] == 2
            else f"{name} has one column{listed:.80}, expected one image per row, its pixels between commas"
        )


def _no_image(name, frame, columns, rules):
    """Say what a table may be whose rows are no images."""
    m = len(frame)
    if rules.features:
        return DataFileError(
            f"{name} has {columns} columns: {columns} pixels, or a label and {columns - 1} pixels, "
            f"do not make an image of {rules.features} pixels; pass another image_shape"
        )
    start = f"{name} has {columns} columns, expected a square number of pixels, or one more"
    one_hot = [n for n in (10, len(rules.class_names or ())) if _is_image(columns - n, rules)]
    for n in one_hot:
        for part in (slice(-n, None), slice(0, n)):
            numbers = frame.iloc[:, part].apply(pd.to_numeric, errors="coerce").to_numpy()
            if ((numbers == 0) | (numbers == 1)).all() and (numbers.sum(axis=1) == 1).all():
                where, rest = ("last", f":-{n}") if part.start else ("first", f"{n}:")
                ones = f"-{n}:" if part.start else f":{n}"
                return DataFileError(
                    f"{start}; its {where} {n} look like one-hot labels, so write the label as one "
                    f"number: new = table.iloc[:, {rest}]; "
                    f'new.insert(0, "label", table.iloc[:, {ones}].to_numpy().argmax(axis=1))'
                )
    for labels in (0, 1):
        for channels in (3, 4):
            pixels, more = divmod(columns - labels, channels)
            if pixels >= 64 and not more and _is_image(pixels, rules):
                return DataFileError(
                    f"{start}; {channels} times {pixels} look like color images, and gray ones "
                    "are read: if the colors of a pixel stand together, take table.iloc[:, "
                    f"{labels}:].to_numpy().reshape(len(table), -1, {channels})[:, :, :3]"
                    ".mean(axis=2)"
                )
    if m == columns:
        return DataFileError(
            f"{name} is {m} lines of {columns} numbers, which looks like one image; expected one "
            'image per row: numpy.savetxt(new_path, table.reshape(1, -1), fmt="%d", delimiter=",")'
        )
    if m >= 64 and any(_is_image(m - labels, rules) for labels in (0, 1)):
        return DataFileError(
            f"{start}; its {m} rows look like pixels and its columns like images, so write "
            "pandas.read_csv(path, header=None).T.to_csv(new_path, index=False, header=False)"
        )
    for pixels in (columns - 1, columns):
        near = math.isqrt(pixels) ** 2
        if pixels >= 4 and 0 < pixels - near <= 2 and near > 16:
            return DataFileError(
                f"{start}, such as {near} ({math.isqrt(near)}×{math.isqrt(near)}) or {near + 1}; "
                "leave out the columns that are neither pixels nor the label"
            )
    shapes = [
        f"({h}, {n // h})"
        for n in (columns - 1, columns)
        for h in range(math.isqrt(n), 0, -1)
        if n % h == 0 and n >= 6 and n // h <= 2 * h
    ]
    if shapes:
        return DataFileError(
            f"{start}; if the images are not square, pass image_shape=(height, width), such as "
            f"{' or '.join(shapes[:3])}"
        )
    return DataFileError(f"{start}, the label; check that no column is missing")


def _check_orientation(table, columns, rules):
    if columns.known or columns.names or rules.features:
        return
    rows, n = table.rows, len(columns.pixels)
    if rows in (784, 785) and n < 784:
        raise DataFileError(
            f"{table.name} has {rows} rows of {n} numbers: images of {n} pixels, or one image of "
            f"28×28 per column? If rows are images, pass image_shape=({math.isqrt(n)}, "
            f"{math.isqrt(n)}); if columns are, write pandas.read_csv(path, header=None).T"
            ".to_csv(new_path, index=False, header=False)"
        )


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
            self._refuse_field(number, text, row, columns, column, str(values[row, column]))
        small = whole and low >= 0 and high <= 255
        self.blocks.append(values.astype(np.uint8 if small else np.float64, order="C"))
        self.rows += len(values)
        self.lowest, self.highest = min(self.lowest, low), max(self.highest, high)
        self.whole = self.whole and whole

    def _only_numbers(self, number, text, frame, columns):
        """Turn columns of texts into numbers, or refuse the first field that is none."""
        frame = frame.copy()
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
            self._refuse_field(number, text, row, columns, place, repr(field[:40]))
        return frame

    def _refuse_field(self, number, text, row, columns, place, shown):
        line = self.line(self.rows + row)
        where = f"row {line} of {self.name}"
        check_line(where, text.decode().split("\n")[line - number], self.layout)
        shown = "nothing" if not shown.strip("' ") else shown
        raise DataFileError(
            f"{where} has {shown} in {_column(columns.names, columns.pixels[place])}, expected "
            f"a pixel, a number from 0 to {self.most}; correct it, or leave the row out"
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
                f"{_column(columns.names, columns.pixels[column])}, but its pixels go up to "
                f"{high:g}; expected 0 to 1, or 0 to 255: pass max_pixel, the number of full ink"
            )
        notes.append(
            f"row {table.line(row)} has the fraction {value:g} in "
            f"{_column(columns.names, columns.pixels[column])}: the pixels were taken as numbers "
            f"from 0 to {ink}"
        )
    if most is None and 0 < high < 255 / 8:
        raise DataFileError(
            f"the brightest pixel of {table.name} is {high:g}, expected up to 255; pass the number "
            "of full ink as max_pixel, or max_pixel=255 if the images are that dark"
        )
    if 0 < high < ink / 8:
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
        f"{_column(columns.names, columns.pixels[column])}, expected a pixel, a number "
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
    if not known.any() and all(texts) and "nan" not in {text.lower() for text in texts}:
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
