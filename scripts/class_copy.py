"""Copy notebooks/ and data/ for a class, without the solutions of the exercises: `python scripts/class_copy.py FOLDER`.

The two hints of each exercise go too, unless --keep-hints is given. Nothing else is changed: the copy runs where this
project is installed, with the data beside it, which notebook 1 reads. Notebook 8 borrows one mended function from the
checks, which hold the right answers themselves.
"""

import argparse
import re
import shutil
import sys
from pathlib import Path

import nbformat
from run_notebooks import text_of

from helpers.internals.files import replace_file

ROOT = Path(__file__).resolve().parent.parent
SOLUTION = re.compile(r"<details>\s*<summary>\s*Solution\s*</summary>.*?</details>\s*", re.DOTALL)
FOLD = re.compile(SOLUTION.pattern.replace("Solution", r"(?:Hint \d|Solution)"), re.DOTALL)
LEFT_OUT = shutil.ignore_patterns(".*", "*.ipynb", "*.py", "__pycache__")


def without_answers(notebook, *, keep_hints=False):
    """Return a copy of the notebook without solutions, and without hints unless they are kept. Raises nothing."""
    notebook = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = (SOLUTION if keep_hints else FOLD).sub("", cell.source).strip()
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type != "markdown" or cell.source]
    return notebook


def main(arguments=None):
    """Write the copy and return 0, or 1 where the folder is there already and not empty."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a new folder, such as ../class")
    parser.add_argument("--keep-hints", action="store_true", help="leave out the solutions only")
    options = parser.parse_args(arguments)
    if options.folder.exists() and any(options.folder.iterdir()):
        print(f"{options.folder} is not empty; name a new folder, or empty it first", file=sys.stderr)
        return 1
    for name in ("notebooks", "data"):
        shutil.copytree(ROOT / name, options.folder / name, ignore=LEFT_OUT)
    paths = sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))
    for path in paths:
        notebook = without_answers(nbformat.read(path, as_version=4), keep_hints=options.keep_hints)
        replace_file(options.folder / "notebooks" / path.name, text_of(notebook).encode())
    print(f"{len(paths)} notebooks without solutions are in {options.folder / 'notebooks'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
