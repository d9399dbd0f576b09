"""Which columns of a CSV file are pixels, which is the label, and which tables hold no images."""

import math
import re
from collections import Counter
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.internals.csv_bytes import DataFileError
from helpers.internals.csv_text import LABEL_NAMES, check_lines, is_count


class Columns(NamedTuple):
    """Which columns of a file are pixels, in the order of the image, and which is the label."""

    pixels: list[int]
    label: int | None
    names: list[str] | None
    known: bool  # whether a header or the caller says where the label is
    empty: int | None  # the last column, where each row ends with a separator


def find_columns(name, frame, names, rules, notes):
    """Tell pixels and label apart by the header, the caller's rules and the first block."""
    left, empty = list(range(frame.shape[1])), None
    _check_for_other_tables(name, frame, names, rules)
    if len(left) > 1 and _is_empty(frame[left[-1]]) and not (names and names[-1]):
        notes.append(f"column {len(left)} is empty in every row and was left out")
        empty = left.pop()
    names = names and [field.strip() for field in names]
    for i in _index_columns(frame, names, left, rules):
        notes.append(f"{column_title(names, i)} numbers the rows and was left out")
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
            f"{' and '.join(column_title(names, i) for i in labels[:3])}"
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
    return Columns(pixels, label, names, known, empty)


def check_later(name, number, text, frame, columns, layout):
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
            f"{' and '.join(column_title(names, i) for i in labels[:3])}; keep one"
        )
    if labels:
        for i in others:
            notes.append(
                f"{column_title(names, i)} is neither a pixel nor the label and was left out"
            )
        return labels[0]
    chosen = {"first": left[0], "last": left[-1]}.get(rules.label_column)
    if chosen in others:
        return chosen
    if len(others) > 1 and len(others) in (10, len(rules.class_names or ())):
        raise _no_image(name, frame, len(left), rules)
    if len(others) > 1:
        listed = " and ".join(column_title(names, i) for i in others[:3])
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
        notes.append(f"{column_title(names, others[0])} numbers the rows and was left out")
        return None
    notes.append(
        f"{column_title(names, others[0])} is the only one that is no pixel: it is the label"
    )
    return others[0]


def _checked_label(name, frame, names, label, left, rules, notes):
    """Bring header, caller and number of columns together."""
    chosen = {"first": left[0], "last": left[-1], None: None}.get(rules.label_column)
    if label is not None:
        if rules.label_column != "auto" and chosen != label:
            raise DataFileError(
                f"{name}: the header says that {column_title(names, label)} is the label, but "
                f'label_column is {rules.label_column!r}; leave label_column at "auto"'
            )
        return label
    if rules.label_column != "auto" or _is_image(len(left), rules):
        return chosen
    if not _is_image(len(left) - 1, rules):
        raise _no_image(name, frame, len(left), rules)
    if names and not _only_number([names[i] for i in left]):
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
            notes.append(
                f"{column_title(names, left[-1])} was taken for the label: it alone is whole"
            )
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
    first, last = (numbers[ordered[i]] for i in (0, -1))
    if len(first) == 1 and last[0] - first[0] != len(pixels) - 1:
        gap = next(n for n in range(first[0], last[0]) if (n,) not in numbers.values())
        notes.append(f"its pixels have no number {gap}: is a column missing?")
    if ordered == pixels:
        return pixels
    if len(numbers[pixels[0]]) == 1:
        notes.append(f"its pixels were put in the order of their names, {names[ordered[0]]} first")
        return ordered
    if sorted(pixels, key=lambda i: numbers[i][::-1]) == pixels:
        notes.append(
            f"its pixels are named {names[pixels[0]]}, {names[pixels[1]]}, … and were taken row by "
            "row in the order of the file; if these numbers are (row, column), turn the images: "
            "X.reshape(28, 28, -1).transpose(1, 0, 2).reshape(784, -1)"
        )
        return pixels
    raise DataFileError(
        f"{name}: the pixels, {names[pixels[0]]}, {names[pixels[1]]}, …, are not in order, row by "
        "row; put the columns in order"
    )


def _only_number(names):
    """Tell whether names only number the columns: 0, 1, 2, or V1, V2, V3 as R writes."""
    common = {re.sub(r"\d+", "", name).lower().rstrip("_. ") for name in names}
    numbers = [re.sub(r"\D+", "", name) for name in names]
    usual = {"", "v", "var", "x", "c", "col", "column", "f", "field", "feature", "unnamed:"}
    return len(common) == 1 and common <= usual and (is_count(numbers) or is_count(["0", *numbers]))


def _is_image(pixels, rules):
    if rules.features:
        return pixels == rules.features
    return pixels > 0 and math.isqrt(pixels) ** 2 == pixels


def column_title(names, i):
    """Return what a sentence calls a column."""
    return f"column {i + 1}" + (f" ({names[i]:.40})" if names and names[i] else "")


def _check_for_other_tables(name, frame, names, rules):
    """Refuse lists of answers and of file names, and many pixels in one field."""
    kinds = [dtype.kind for dtype in frame.dtypes]
    for i in (i for i, kind in enumerate(kinds) if kind not in "iufb"):
        field = str(frame[i].iloc[0])
        if len(re.findall(r"\d+", field)) > 15:
            text, label = (names or [i] * (i + 1))[i], (names or [0])[0]
            raise DataFileError(
                f"{name} has many pixels in one field, {column_title(names, i)}; give each its own: "
                f"table = pandas.read_csv(path); pixels = table[{text!r}].str.split(expand=True); "
                f'pixels.insert(0, "label", table[{label!r}]); '
                "pixels.to_csv(new_path, index=False)"
            )
        if re.search(r"\.(png|jpe?g|gif|bmp|tiff?|webp)$", field, re.I):
            raise DataFileError(
                f"{name} has {field!r:.60} in {column_title(names, i)}, the name of a picture, expected "
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
                    f"number: new = table.iloc[:, {rest}].copy(); "
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
    if columns >= 8 and m % columns == 0:
        images = f"{m // columns} images" if m > columns else "one image"
        return DataFileError(
            f"{name} is {m} lines of {columns} numbers, which looks like {images}; expected one "
            f"image per row: numpy.savetxt(new_path, table.reshape({m // columns}, -1), "
            'fmt="%d", delimiter=",")'
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


def check_orientation(table, columns, rules):
    """Refuse a table that may hold an image in each column, or four numbers per pixel."""
    rows, n = table.rows, len(columns.pixels)
    if n % 4 == 0 and n >= 256 and not rules.features:
        opaque = all((block[:, 3::4] == 255).all() for block in table.blocks)
        if opaque and not all((block == 255).all() for block in table.blocks):
            raise DataFileError(
                f"every fourth pixel of {table.name} is 255, so they look like {n // 4} pixels in "
                "color (RGBA), and gray ones are read; their means are "
                f"table.to_numpy()[:, -{n}:].reshape(len(table), -1, 4)[:, :, :3].mean(axis=2)"
            )
    if columns.known or columns.names or rules.features:
        return
    if rows in (784, 785) and n < 784:
        raise DataFileError(
            f"{table.name} has {rows} rows of {n} numbers: images of {n} pixels, or one image of "
            f"28×28 per column? If rows are images, pass image_shape=({math.isqrt(n)}, "
            f"{math.isqrt(n)}); if columns are, write pandas.read_csv(path, header=None).T"
            ".to_csv(new_path, index=False, header=False)"
        )
