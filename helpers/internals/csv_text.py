"""The text of a CSV file: its bytes decoded, its layout found out, its blocks read.

Blocks of plain numbers are read by NumPy, others by pandas; csv_files finds out what they mean.
What is damaged is refused with one sentence that names file and row.
"""

import codecs
import csv
import io
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.internals.csv_bytes import DAMAGE, DataFileError, open_unpacked

MAX_LINE = 2**22  # characters in a line
MAX_COLUMNS = 2**16 + 16  # images of 256 x 256; pandas takes a second for such a line
PIECE_BYTES = 2**18  # of the file or a block at once: fits a processor's cache
BLOCK_BYTES = 2**23  # of text read at once: large enough for the fixed costs of pandas

LABEL_NAMES = ("label", "labels", "class", "target", "digit", "y")


# --- decoding


def read_blocks(path: Path):
    """Yield (number of its first line, lines of UTF-8 text that all end with a line feed)."""
    number, rest = 1, bytearray()
    try:
        with open_unpacked(path) as file:
            if file.peek().startswith(codecs.BOM_UTF8):
                file.read(len(codecs.BOM_UTF8))
            decode = _decoder(file.peek())
            while piece := file.read1(PIECE_BYTES):
                if piece.endswith(b"\r"):
                    piece += file.read(1)
                piece = decode(piece)
                if b"\r" in piece:
                    piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
                rest += piece
                if len(rest) < BLOCK_BYTES:
                    continue
                end = rest.rfind(b"\n") + 1
                if end:
                    text = bytes(memoryview(rest)[:end])
                    del rest[:end]
                    _check_text(path.name, number, text)
                    yield number, text
                    number += text.count(b"\n")
                    del text
                if len(rest) > MAX_LINE:
                    raise _too_long(path.name, number)
            rest += decode(b"", final=True)
    except UnicodeDecodeError:
        raise DataFileError(
            f"{path.name} is cut off or damaged after row {number - 1}: it is not UTF-16 text to its end; copy it again"
        ) from None
    except (*DAMAGE, OSError) as error:
        if type(error) is not OSError and not isinstance(error, DAMAGE):
            raise  # no such file, no permission
        rows = number - 1 + rest.count(b"\n")
        raise DataFileError(
            f"{path.name} is incomplete: its packed data are cut off or damaged after row {rows}; "
            "copy or download it again"
        ) from None
    if rest:
        text = bytes(rest) + b"\n" * (not rest.endswith(b"\n"))
        del rest
        _check_text(path.name, number, text)
        yield number, text


def _decoder(start: bytes):
    """Return what turns the bytes of a file into UTF-8, told by their start."""
    even, odd = start[0:1000:2], start[1:1000:2]
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        encoding = "utf-32"
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif len(start) > 3 and not even.count(0) and odd.count(0) > 0.9 * len(odd):
        encoding = "utf-16-le"
    elif len(start) > 3 and not odd.count(0) and even.count(0) > 0.9 * len(even):
        encoding = "utf-16-be"
    else:
        return lambda piece, final=False: piece
    decoder = codecs.getincrementaldecoder(encoding)()
    return lambda piece, final=False: decoder.decode(piece, final).encode("utf-8", "replace")


def _check_text(name, number, text):
    if b"\0" in text:
        row = number + text[: text.index(b"\0")].count(b"\n")
        raise DataFileError(f"row {row} of {name} holds binary data; expected a CSV file")
    if not text.isascii():
        try:
            text.decode()
        except UnicodeDecodeError as error:
            row = number + text[: error.start].count(b"\n")
            raise DataFileError(
                f"row {row} of {name} is not UTF-8 text; open it in an editor and save it as UTF-8"
            ) from None
    start = 0
    while len(text) - start > MAX_LINE:  # a few jumps per block
        end = text.rfind(b"\n", start, start + MAX_LINE + 1)
        if end < 0:
            raise _too_long(name, number + text[:start].count(b"\n"))
        start = end + 1


def _too_long(name, row):
    return DataFileError(
        f"row {row} of {name} has more than {MAX_LINE:,} characters; expected one image per row"
    )


# --- layout


class Layout(NamedTuple):
    """How a file is written: what separates its fields, its column names, and its first lines."""

    separator: str
    quote: str
    decimal: str
    names: list[str] | None
    columns: int
    head: int  # lines before the first image
    first: list[str] | None  # the first image, where pandas had made a header of it

    def without_head(self, number, text):
        """Return the first block, and the number of its first line, from the first image on."""
        end = 0
        for _ in range(self.head):
            end = text.index(b"\n", end) + 1
        if self.first is None:
            return number + self.head, text[end:]
        first = self.separator.join(self.first).encode() + b"\n"
        return number + self.head - 1, first + text[end:]

    def split(self, line):
        """Return the fields of a line."""
        if self.separator == " ":
            return line.split()
        return _split(line, self.separator, self.quote)


def _split(line, separator, quote='"'):
    try:
        return next(csv.reader([line], delimiter=separator, quotechar=quote, skipinitialspace=True))
    except csv.Error:
        return line.split(separator)


def find_layout(name, text, notes):
    """Find out how a file is written, from the first lines of its text."""
    lines = _first_lines(text) if text else []
    filled = [(i, line) for i, line in enumerate(lines) if line.strip()]
    if not filled:
        raise DataFileError(f"{name} is empty; expected a header line and one image per row")
    separator = None
    if declared := re.fullmatch(r'"?sep=(.)"?\s*', filled[0][1]):
        separator = declared[1]
        filled = filled[1:]
    while filled and filled[0][1].lstrip().startswith("#"):
        bare = filled[0][1].replace("#", "", 1).strip()
        body = [line for _, line in filled[1:]] or [bare]
        sign = separator or _separator(body)
        if sign and len(_split(bare, sign)) == len(_split(body[-1], sign)):
            filled[0] = (filled[0][0], bare)  # np.savetxt writes headers so
            break
        notes.append(f"row {filled[0][0] + 1} starts with # and was left out as a comment")
        filled = filled[1:]
    if not filled:
        raise DataFileError(f"{name} has no rows; expected one image per row")
    while len(filled) > 2 and _is_a_title([line for _, line in filled]):
        notes.append(
            f"row {filled[0][0] + 1} ({filled[0][1].strip():.40}) is no row of the table and was "
            "left out"
        )
        filled = filled[1:]
    rows = [line for _, line in filled]
    data = rows[1:] or rows
    if re.search(r"(^|[,;\s])(\.\.\.|…)([,;\s\]]|$)", rows[0] + "\n" + rows[-1]):
        raise DataFileError(
            f"row {filled[0][0] + 1} of {name} is shortened by ..., as Python prints a large table; "
            "write the table itself, for example by its to_csv(new_path, index=False)"
        )
    if re.match(r"\s*\[\s*[-\d].*\]\s*$", rows[0]):
        raise DataFileError(
            f"row {filled[0][0] + 1} of {name} stands in brackets, as Python prints a list; write "
            'the rows by numpy.savetxt(new_path, rows, fmt="%d", delimiter=",")'
        )
    separator = separator or _separator(data)
    if separator is None:
        raise DataFileError(
            f"row {filled[0][0] + 1} of {name} has no commas ({rows[0].strip():.40}); expected one "
            "image per row, its pixels between commas"
        )
    quote = "'" if data[-1].count("'") > data[-1].count('"') else '"'
    layout = Layout(separator, quote, ".", None, 0, filled[0][0], None)
    split = [layout.split(line) for line in data]
    if separator != "," and any(re.fullmatch(r"-?\d+,\d+", f) for row in split for f in row):
        layout = layout._replace(decimal=",")
        notes.append("the commas in its numbers were read as decimal points")
    columns = Counter(map(len, split)).most_common(1)[0][0]
    first = layout.split(rows[0])
    if separator != " " and len(first) != columns:
        outside = re.split(rf"{re.escape(separator)}(?![^(]*\))", rows[0])  # not within ( )
        first = outside if len(outside) == columns else first
    original = _unmangled(first, split if len(rows) > 1 else [])
    if original is not None:
        notes.append(
            f"row {filled[0][0] + 1} is an image that pandas had taken for a header "
            f"({', '.join(first[:3])}, …): it was read as an image again"
        )
        return layout._replace(columns=columns, head=filled[0][0] + 1, first=original)
    if not _is_header(first):
        return layout._replace(columns=columns)
    names = [field.strip() for field in first]
    if len(names) == columns - 1 and len(rows) > 1:
        names = [*names, ""] if not split[-1][-1].strip() else ["", *names]
    elif len(names) == columns + 1 and not names[-1]:
        names = names[:-1]
    return layout._replace(columns=len(names), names=names, head=filled[0][0] + 1)


def _is_a_title(lines):
    """Tell whether the first line is one text, where the table below has many columns."""
    sign = _separator(lines[2:])
    if sign is None or sign == " " or re.fullmatch(r"[-+\d.,;\s]*", lines[0]):
        return False
    widths = [len(_split(line, sign)) for line in lines]
    return widths[0] <= 2 < 4 <= widths[-1]


def _first_lines(text):
    """Return the first 20 lines, those that are blank before them not counted."""
    return re.match(rb"\s*(.*\n){1,20}", text)[0].decode().split("\n")[:-1]


def _separator(lines):
    """Return the sign between the fields of lines, " " for any blanks, or None."""
    bare = [re.sub(r'"[^"]*"', "0", line) for line in lines]
    for sign in (";", "\t", "|"):
        counts = [line.count(sign) for line in bare]
        rare = 2 * sum(counts) < sum(line.count(",") for line in bare)  # a stray tab
        if min(counts) > 0 and not rare and Counter(counts).most_common(1)[0][1] * 2 > len(counts):
            return sign
    with_comma = sum("," in line for line in bare) * 2 > len(bare)
    fields = bare[-1].split()
    decimal = [re.fullmatch(r"-?\d+(,\d+)?", field) for field in fields]
    if with_comma and len(fields) > 1 and all(decimal):
        with_comma = bare[-1].count(",") * 2 < len(fields)  # 0,5 0,25: a comma in each number
    if with_comma:
        return ","
    return " " if all(len(line.split()) > 1 for line in bare) else None


def _is_header(fields):
    """Tell whether the fields of a line are names of columns rather than pixels."""
    words = sum(not _is_number(field) for field in fields)
    named = any(name.strip().lower() in LABEL_NAMES for name in (fields[0], fields[-1]))
    return named or 2 * words > len(fields) or is_count(fields) or is_count(fields[1:], fields[0])


def is_count(fields, before=None):
    """Tell whether fields are 0, 1, 2, … or 1, 2, 3, … (after an empty one)."""
    if len(fields) < 3 or (before is not None and before.strip()):
        return False
    starts = (0, 1) if len(fields) > 15 else (0,)
    return any(fields == [str(i + start) for i in range(len(fields))] for start in starts)


def _is_number(field):
    try:
        float(field.replace(",", ".", 1) or 0)
    except ValueError:
        return False
    return True


def _unmangled(fields, rows):
    """Return an image that pandas wrote as a header, its repeated numbers numbered, or None."""
    whole = re.compile(r"\s*\d+(\.0*)?\s*")
    repeated = [field for field in fields if re.fullmatch(r"\d+\.\d+", field)]
    if not repeated or len(fields) < 4 or not all(whole.fullmatch(f) for r in rows for f in r):
        return None
    original, seen, mangled = [field.split(".")[0] for field in fields], Counter(), []
    for field in original:
        mangled.append(f"{field}.{seen[field]}" if seen[field] else field)
        seen[field] += 1
    return original if mangled == fields else None


# --- blocks of the table


def read_table(name, number, text, layout):
    """Read a block: whole numbers up to 255 at once, anything else as pandas reads it."""
    if layout.columns > MAX_COLUMNS:
        raise DataFileError(
            f"{name} has {layout.columns:,} columns, expected at most {MAX_COLUMNS:,}, which "
            "is a label and an image of 256×256 pixels; make the images smaller"
        )
    table = _small_numbers(text, layout)
    if table is None and (bare := _without_quotes(text, layout)) is not None:
        table = _small_numbers(bare, layout)
    if table is not None:
        return pd.DataFrame(table, copy=False)
    try:
        frame = pd.read_csv(
            io.BytesIO(text),
            header=None,
            na_filter=False,
            sep=r"\s+" if layout.separator == " " else layout.separator,
            quotechar=layout.quote,
            decimal=layout.decimal,
            skipinitialspace=b", " in text[:MAX_LINE],
            low_memory=False,
        )
    except (ValueError, OverflowError):  # a ParserError is a ValueError
        frame = None
    if frame is None or frame.shape[1] != layout.columns:
        check_lines(name, number, text, layout)
        raise DataFileError(
            f"{name} cannot be read as a table from row {number} on; expected one image "
            "per row, its pixels between commas and each quote closed"
        )
    return frame


def _without_quotes(text, layout):
    """Return a block without its quotes where each of them is around one whole field, or None."""
    quote, sign = layout.quote.encode(), layout.separator.encode()
    before = text.count(sign + quote) + text.count(b"\n" + quote) + text.startswith(quote)
    after = text.count(quote + sign) + text.count(quote + b"\n")
    if not 0 < before == after == text.count(quote) / 2:
        return None
    letters = np.frombuffer(text, np.uint8)
    inside = np.cumsum(letters == quote[0], dtype=np.uint8) & 1
    ends = (letters == sign[0]) | (letters == ord("\n"))
    return None if inside[ends].any() else text.replace(quote, b"")


def _small_numbers(text, layout):
    """Return a block as uint8 if its fields are whole numbers up to 255 and nothing else, or None.

    Every byte that is no digit must end a field, whose number is in the one to three bytes before.
    """
    values, start = [], 0
    while start < len(text):
        end = text.find(b"\n", min(start + PIECE_BYTES, len(text) - 1)) + 1
        digits = np.frombuffer(text, np.uint8, end - start, start) - ord("0")  # others above 9
        ends = np.flatnonzero(digits > 9)
        lengths = np.diff(ends, prepend=-1) - 1
        marks = digits[ends] + np.uint8(ord("0"))
        row = layout.separator * (layout.columns - 1) + "\n"
        if (
            len(ends) % layout.columns
            or marks.tobytes() != row.encode() * (len(ends) // layout.columns)
            or lengths.min() < 1
            or lengths.max() > 3
        ):
            return None
        numbers = digits[ends - 1]
        for place, power in ((2, 10), (3, 100)):
            longer = np.flatnonzero(lengths >= place)
            numbers_here = numbers[longer] + digits[ends[longer] - place].astype(np.int16) * power
            if numbers_here.max(initial=0) > 255:
                return None
            numbers[longer] = numbers_here
        values.append(numbers.reshape(-1, layout.columns))
        start = end
    return np.concatenate(values)


def check_lines(name, number, text, layout):
    """Refuse the first line of a block that check_line refuses."""
    for i, line in enumerate(text.decode().split("\n")):
        if line.strip():
            check_line(f"row {number + i} of {name}", line, layout)


def check_line(where, line, layout):
    """Refuse a line that is a header, or has another number of fields than the file."""
    fields = layout.split(line)
    if layout.names and [field.strip() for field in fields] == layout.names:
        raise DataFileError(f"{where} repeats the header; remove that line")
    words = [field for field in fields if re.match(r"\s*[^\W\d]", field)]
    hexadecimal = all(re.fullmatch(r"[\da-fA-F]{1,2}", field.strip()) for field in fields)
    if layout.names and len(words) * 2 > len(fields) > 2 and not hexadecimal:
        raise DataFileError(f"{where} is a second header line; keep one")
    if len(fields) != layout.columns:
        raise DataFileError(
            f"{where} has {len(fields)} fields, expected {layout.columns} as in the "
            f"{'header' if layout.names else 'other rows'}; it is cut off or damaged, so correct "
            "it or leave it out"
        )
