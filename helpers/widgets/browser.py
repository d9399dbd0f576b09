"""The part of a panel that runs in the browser: its module and its style, with what all share."""

import re
from pathlib import Path

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "(\.[^"]+)";$', re.MULTILINE)


def module(path):
    """Return a view as one JavaScript module: each file stands where it is first imported.

    A web page imports the files as they are; a notebook has no address to import from.
    """
    seen = set()

    def whole(path):
        if path in seen:
            return ""
        seen.add(path)
        text = path.read_text("utf8")
        return IMPORT.sub(lambda found: whole((path.parent / found[1]).resolve()), text)

    return re.sub(r"^export (?!default)", "", whole(path.resolve()), flags=re.MULTILINE)


def style(path):
    """Return the colors of all panels and the style of one."""
    return (HERE / "shared.css").read_text("utf8") + path.read_text("utf8")
