"""Find the numbers in prose that a cell or a command could have printed: measured ones, and counts."""

import re

import nbformat

GENERATED = r"<!-- (results|records): written by.*?<!-- end of \1 -->"  # held against its source by a test of its own
LEFT_OUT = re.compile(
    GENERATED + r"|```.*?```|^~~~.*?^~~~|\$\$.*?\$\$|\$[^$\n]+\$|`[^`]*`|<!--.*?-->|(?<=\])\([^)]*\)|<https?:[^>]*>",
    re.DOTALL | re.MULTILINE,
)
ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDS = {word: value for value, word in enumerate([*ONES, "eleven", "twelve", "thirteen", "fourteen", "fifteen"])}
WORDS |= {word: 10 * value for value, word in enumerate(TENS, 2)}
WORDS |= {"a": 1, "an": 1, "hundred": 100, "thousand": 1000, "million": 10**6}
DIGITS = r"(?<![\w.,-])[-−+]?\d[\d,]*(?:\.\d+)?"
WRITTEN = rf"\b(?:{'|'.join(WORDS)})\b"
SECONDS = {"second": 1, "s": 1, "minute": 60, "hour": 3600, "ms": 1e-3, "millisecond": 1e-3, "µs": 1e-6}
SECONDS |= {"microsecond": 1e-6, "ns": 1e-9, "nanosecond": 1e-9}
BYTES = {"byte": 1, "KB": 1e3, "kB": 1e3, "MB": 1e6, "GB": 1e9, "kilobyte": 1e3, "megabyte": 1e6, "gigabyte": 1e9}
BYTES |= {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
SHARES = {"%": 0.01, "percent": 0.01, "percentage point": 0.01}
UNITS = {**SECONDS, **BYTES, **SHARES, "times": 1, "fold": 1, "GFLOPS": 1e9, "point": 1}
MEASURED = re.compile(
    rf"(?P<number>{DIGITS}|{WRITTEN})[\s-]?(?P<unit>{'|'.join(sorted(UNITS, key=len, reverse=True))})s?(?![\w/])"
)
DOUBLE = re.compile(r"\b(?:twice as (?:fast|slow|large|many|much|long)|doubled)\b")
NOT_MEASURED = re.compile(r"an? (?:second|point|times?|s)$|one (?:second|point)$|(?:hundred|thousand|million) s$")
THINGS = "image example pixel epoch step parameter weight neuron digit seed exercise bit column row feature class bug"
COUNTED = re.compile(rf"(?P<number>{DIGITS})\s(?P<unit>{'|'.join(THINGS.split())})(?:s|es)?\b")
MANY = "exercises|bugs|tools|settings|ways|panels|hints|files|kinds|mirrors|data sets|networks|notebooks|people"
WRITTEN_COUNT = re.compile(rf"(?P<number>(?!(?i:a|an|one)\b)(?i:{WRITTEN})) (?:\w+ )?(?P<unit>{MANY})\b")


def value_of(match):
    """The number of a match in the unit's own base: seconds, bytes, fractions."""
    if "number" not in match.groupdict():
        return 2
    text = match["number"].replace(",", "").replace("−", "-").lower()
    return (WORDS[text] if text in WORDS else float(text)) * UNITS.get(match["unit"], 1)


def last_place(match):
    """What one unit of the last written digit is worth, in the same base."""
    if "number" not in match.groupdict():
        return 1
    decimals = len(match["number"].partition(".")[2])
    return 10.0**-decimals * UNITS.get(match["unit"], 1)


def prose_of(path):
    """The prose of a file as one text, with code, formulas and addresses replaced by blanks."""
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    else:
        text = path.read_text("utf8")
    return " ".join(LEFT_OUT.sub(" ", text).split())


def measured(text):
    """Matches of numbers with a measured unit: time, memory, shares, ratios."""
    found = [*MEASURED.finditer(text), *DOUBLE.finditer(text)]
    return sorted((match for match in found if not NOT_MEASURED.search(match.group())), key=lambda match: match.start())


def counted(text, *, words=False):
    """Matches of numbers of things, in digits, and in words too where asked."""
    found = list(COUNTED.finditer(text))
    return found + list(WRITTEN_COUNT.finditer(text)) if words else found
