"""List what a handed-in notebook runs that is neither ours nor an answer: `python scripts/compare_hand_in.py FILE...`

A check cannot tell who wrote "solved", so a teacher looks at these cells, and at the answers. A cell of ours that is
missing, or has another tag, is listed too. Widget state that is saved in the file is removed from it.
"""

import argparse
import itertools
import re
import sys
from pathlib import Path

import nbformat
from tools.notebooks import text_of

from helpers.internals.files import replace_file

ROOT = Path(__file__).resolve().parent.parent
EXERCISE = re.compile(r"^### Exercise \d+\.\d+: ", re.MULTILINE)


def code(cell):
    """Return what a cell runs, and its tags, which can keep it from being run."""
    return cell.source.strip(), tuple(cell.metadata.get("tags", ()))


def code_of(notebook):
    """Return [(source, tags)] of the cells of code."""
    return [code(cell) for cell in notebook.cells if cell.cell_type == "code"]


def cells_to_look_at(handed_in, ours):
    """Return [(what, source)] for the cells of code of a handed-in notebook that are neither ours nor an answer.

    `what` is "cell 7", counted from 1 over all cells, or "missing". An answer stands in the cell with the id of a
    blank. Prose is not compared, since it is never run.
    """
    pairs = itertools.pairwise(ours.cells)
    blanks = {cell.id: code(cell) for heading, cell in pairs if EXERCISE.search(heading.source)}
    missing, found = code_of(ours), []
    for number, cell in enumerate(handed_in.cells, 1):
        if cell.cell_type != "code":
            continue
        ours_or_blank = blanks.get(cell.get("id"), code(cell))
        if ours_or_blank in missing:
            missing.remove(ours_or_blank)
        else:
            found.append((f"cell {number}", code(cell)[0]))
    return found + [("missing", source) for source, _ in missing]


def original_of(handed_in, notebooks):
    """Return which of our notebooks this is, by the cells that they share. Raises ValueError where it shares none."""
    code = set(code_of(handed_in))
    shared = {len(code & set(code_of(notebook))): notebook for notebook in notebooks}
    if not max(shared):
        raise ValueError("this is none of our notebooks: it shares no cell with them")
    return shared[max(shared)]


def compare(path, notebooks):
    """Print what is to be looked at in one file, remove its widget state, and return the number of these cells.

    Raises OSError for a file that cannot be read or written, ValueError for one that is no notebook of ours.
    """
    try:
        handed_in = nbformat.read(path, as_version=4)
    except OSError:
        raise
    except Exception as error:  # whatever a stranger's file does to the reader
        raise ValueError("this is not a notebook") from error
    if handed_in.metadata.pop("widgets", None) is not None:
        replace_file(path, text_of(handed_in).encode())
    found = cells_to_look_at(handed_in, original_of(handed_in, notebooks))
    print(f"{path}: {len(found) or 'no'} cell{'' if len(found) == 1 else 's'} to look at")
    for what, source in found:
        print(
            f"  {what}: {ascii(source)[1:80]}"
        )  # escape sequences in it must not reach the terminal
    return len(found)


def main(arguments=None):
    """Compare each file and return 0, or 1 where there is something to look at, or a file that cannot be compared."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path, help="handed-in notebooks")
    notebooks = [
        nbformat.read(path, as_version=4)
        for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    ]
    status = 0
    for path in parser.parse_args(arguments).files:
        try:
            status |= compare(path, notebooks) > 0
        except (OSError, ValueError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            status = 1
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
