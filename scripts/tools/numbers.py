"""Tell a difference in a number apart from a difference in formatting, for outputs made with other versions."""

import html
import math
import re

NUMBER = re.compile(
    r"(?<![\w.])[-+−]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d*)?(?:[eE][-+]?\d+)?|(?<![\w.])[-+−]?\.\d+(?:[eE][-+]?\d+)?"
    r"|(?<![\w.])[-+−]?(?:nan|inf)\b",
    re.IGNORECASE,
)
TEXTS = (
    "text/html",
    "text/markdown",
    "text/latex",
    "text/plain",
)  # the first that an output has is compared


def plain(text):
    """Return the words of an HTML text."""
    return html.unescape(re.sub(r"<style.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL))


def numbers_in(text):
    """Return the numbers of a text, as they are written. The 64 of float64 is none."""
    return [match.group().replace(",", "").replace("−", "-") for match in NUMBER.finditer(text)]


def last_place(number):
    """Return what one unit of the last written digit is worth: 0.01 for 0.25, 1e-4 for 1.5e-3."""
    mantissa, _, exponent = number.lower().partition("e")
    return 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


def agree(one, other):
    """Return whether two written numbers are one number, the shorter being the longer one rounded."""
    first, second = float(one), float(other)
    if math.isnan(first) or math.isnan(second):
        return math.isnan(first) and math.isnan(second)
    if first == second:
        return True
    places = last_place(one), last_place(other)
    return abs(first - second) <= 0.5000001 * max(places)


def text_of(output):
    """Return the text of an output that a reader sees."""
    if output["output_type"] == "error":
        return output["evalue"]
    data = output.get("data", {})
    kind = next((kind for kind in TEXTS if kind in data), None)
    text = output.get("text", "") if kind is None else data[kind]
    text = text if isinstance(text, str) else "".join(text)
    return plain(text) if kind == "text/html" else text


def difference(committed, printed):
    """Compare a cell's outputs. Returns "number", "format" or "", and a sentence that says where."""
    texts = [" ".join(" ".join(map(text_of, outputs)).split()) for outputs in (committed, printed)]
    if texts[0] == texts[1]:
        return "", ""
    old, new = map(numbers_in, texts)
    for place, pair in enumerate(zip(old, new, strict=False), 1):
        if not agree(*pair):
            return "number", f"number {place} of {len(old)} was {pair[0]} and is {pair[1]}"
    if len(old) != len(new):
        return (
            "number",
            f"{len(old)} numbers were printed and now {len(new)}: {texts[0][:80]!r}, now {texts[1][:80]!r}",
        )
    place = next(
        (i for i, pair in enumerate(zip(*texts, strict=False)) if pair[0] != pair[1]),
        min(map(len, texts)),
    )
    start = max(0, place - 20)
    return "format", f"{texts[0][start : place + 30]!r} is now {texts[1][start : place + 30]!r}"
