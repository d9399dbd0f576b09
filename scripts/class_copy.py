"""Copy the series for a class, without the solutions of the exercises: `python scripts/class_copy.py FOLDER`.

The copy has no outputs, so that a prediction comes before its answer, a cell for each prediction, and tags by which
scripts/collect.py and JupyterLab find answers and checks. The two hints of each exercise go too, unless --keep-hints
is given; --only 1,2,4 copies these notebooks and "Before you start"; --nbgrader makes a course folder of nbgrader. The
copy runs where this project is installed, and `make lite CLASS=FOLDER` builds the site for browsers from it. Only what
is committed is copied: marks and answers of your own stay with you, and a change that is not committed stops the copy.
"""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from tools.notebooks import ASKED, text_of

from helpers.internals.files import replace_file

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("notebooks", "data")
LICENSES = ("LICENSE", "LICENSE-TEXT")
WITHOUT_GIT = (
    *("notebooks/[!.]*.ipynb", "notebooks/models/*", "notebooks/results/*.json"),
    *("data/*.gz", "data/*.md", *LICENSES),
)
SOLUTION = re.compile(r"<details>\s*<summary>\s*Solution\s*</summary>.*?</details>\s*", re.DOTALL)
FOLD = re.compile(SOLUTION.pattern.replace("Solution", r"(?:Hint \d|Solution)"), re.DOTALL)
ABOUT_FOLDS = re.compile(r"[^.!?\n]*\b(?:hint|solution)s?\b[^.!?\n]*\bfolded\b[^.!?\n]*[.!?]", re.I)
EXERCISE = re.compile(r"^### Exercise (\d+\.\d+): ", re.MULTILINE)
BEFORE_EXERCISE = re.compile(r"\n(?=### Exercise \d)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
PREDICTION = re.compile(r"^> \*\*Predict\b", re.MULTILINE)
LINK = re.compile(r"\[([^]]+)\]\((\d\d)_\w+\.ipynb[^)]*\)")
GOES_ON = "raises-exception"  # a tag by which a slip does not stop Run All
START = """# Start here

{notebooks}

Open the folder `notebooks`, and in it the notebook that your teacher names.

- **Run** a cell with Shift+Enter, from the top to the bottom. If you stopped in the middle last time, click where you
  want to go on, and choose *Run → Run All Above Selected Cell*.
- **Predict.** Double-click *Your prediction*, write what you expect and why, and only then run the next cell. A wrong
  prediction costs nothing: it is the place where you learn something.
- **Exercises.** Replace the `...`, run that cell, then the check below it. The check says what is wrong, and you may
  try as often as you like. An exercise left open does no harm: no later cell needs it.
- **An error?** Read its last line first. If all seems mixed up: *Kernel → Restart Kernel and Run up to Selected Cell*.
- **Questions** after a summary: write the letter of your answer in the place of the `...`, and run the cell.
- **What have I solved?** `progress(1)` in a cell of your own shows it for notebook 1.
- **Hand in:** save (Ctrl+S) and give away the notebook, the file that ends in `.ipynb`, under any name. What your
  checks said last is saved in it; nothing else is needed.

The text and figures are under CC BY 4.0 (`LICENSE-TEXT`), the code under the MIT License (`LICENSE`).
"""


def for_a_class(notebook, *, given=None, keep_hints=False):
    """Return a copy of the notebook as a class gets it; `given`: the numbers of all notebooks of the copy."""
    notebook = nbformat.from_dict(notebook)
    cells, section, expected, key, after = [], "", [], None, False
    predictions = 0
    for cell in split_cells(notebook.cells, keep_hints):
        text = cell.source
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        elif given is not None:
            cell.source = LINK.sub(lambda link: link[0] if link[2] in given else link[1], text)
        if cell.cell_type == "code" and (asked := ASKED.search(text)):
            tag(cell, f"answer-{asked[1]}", f"check-{asked[1]}", GOES_ON)
        elif expected and cell.cell_type == "code":
            tag(cell, f"{expected.pop(0)}-{key}", GOES_ON)
            after = not expected
        elif after and not FOLD.match(text):  # the lesson goes on
            if cell.cell_type == "code" or not HEADING.match(text):
                cells.append(
                    markdown(f"after-{key.replace('.', '-')}", f"### {section} (continued)")
                )
            after = False
        cells.append(cell)
        if cell.cell_type == "markdown":
            if exercise := EXERCISE.search(text):
                key, expected = exercise[1], ["answer", "check"]
            elif not FOLD.match(text) and (titles := HEADING.findall(text)):
                section = titles[-1]
            if PREDICTION.search(text):
                predictions += 1
                cell = markdown(f"prediction-{predictions}", "*Your prediction:*")
                cell.metadata.tags = ["prediction"]
                cells.append(cell)
    notebook.cells = cells
    return notebook


def tag(cell, *tags):
    """Add tags to a cell."""
    cell.metadata.tags = [*cell.metadata.get("tags", []), *tags]


def markdown(cell_id, text):
    """Return a new cell of text."""
    return nbformat.v4.new_markdown_cell(text, id=cell_id)


def split_cells(cells, keep_hints):
    """Yield the cells without folds that go; an exercise, and what stands below its hints, gets a cell of its own."""
    for cell in cells:
        if cell.cell_type != "markdown":
            yield cell
            continue
        kept = "".join(FOLD.findall(SOLUTION.sub("", cell.source))) if keep_hints else ""
        text = FOLD.sub("", cell.source)
        parts = [kept, *BEFORE_EXERCISE.split(text if keep_hints else ABOUT_FOLDS.sub("", text))]
        for number, part in enumerate(filter(None, map(str.strip, parts))):
            new = nbformat.from_dict(cell)
            new.source, new.id = part, cell.id + number * "-on"
            yield new


def for_nbgrader(notebook):
    """Give answers and checks the metadata of nbgrader, and each check a hidden line that fails unless it is solved."""
    for cell in notebook.cells:
        for kind, key in re.findall(
            r"(answer|check)-(\d+\.\d+)", " ".join(cell.metadata.get("tags", []))
        ):
            is_check = kind == "check"
            cell.metadata.nbgrader = {
                "schema_version": 3,
                "grade_id": f"{kind}-{key.replace('.', '-')}",
                "solution": not is_check,
                "grade": is_check,
                "locked": is_check,
                "task": False,
                **({"points": 1} if is_check else {}),
            }
            if is_check:
                hidden = f'assert ({cell.source.strip()}).state == "solved"'
                cell.source += f"\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"


NBGRADER = """c = get_config()
c.CourseDirectory.course_id = "digits"
c.ClearSolutions.enabled = False  # the answers are blank, or hold the bug that is to be found
c.ExecutePreprocessor.timeout = 120
"""


def git(root, *command):
    """Return the names that a git command prints. Raises OSError with what git says where it fails."""
    done = subprocess.run(
        ["git", *command, "-z", "--", *FOLDERS, *LICENSES], cwd=root, text=True, capture_output=True
    )
    if done.returncode:
        raise OSError(done.stderr.strip())
    return [name for name in done.stdout.split("\0") if name]


def names_to_copy(root):
    """Return the files of a class copy, relative to root. Raises OSError where one differs from what is committed."""
    if (root / ".git").exists() and shutil.which("git"):
        if changed := git(root, "diff", "--name-only", "HEAD"):
            raise OSError(
                f"{', '.join(changed)}: not as committed; commit or undo the change, or the class gets it"
            )
        names = git(root, "ls-files")
    else:
        names = [
            path.relative_to(root).as_posix()
            for pattern in WITHOUT_GIT
            for path in sorted(root.glob(pattern))
        ]
    paths = [Path(name) for name in names]
    return [
        path for path in paths if path.suffix not in (".py", ".toml") and is_own_file(root, path)
    ]


def is_own_file(root, path):
    """Return whether a relative path is a file, and neither it nor a folder on the way a link."""
    return (root / path).is_file() and not any(
        (root / part).is_symlink() for part in (path, *path.parents)
    )


def chosen(paths, only, root):
    """Return (notebooks, other files) of a copy. Raises OSError for the number of a notebook that is not there."""
    notebooks = {path.name[:2]: path for path in paths if path.suffix == ".ipynb"}
    numbered = [number for number in notebooks if number.isdigit()]
    numbers = set(numbered) if only is None else {number.zfill(2) for number in only}
    if missing := numbers - set(numbered):
        there = ", ".join(str(int(number)) for number in numbered)
        raise OSError(f"there is no notebook {', '.join(sorted(missing))}; there are {there}")
    given = [
        path for number, path in notebooks.items() if number in numbers or number not in numbered
    ]
    text = "".join((root / path).read_text("utf8") for path in given)
    others = [
        path
        for path in paths
        if path.suffix != ".ipynb"
        and (
            path.parent.name not in ("models", "results")
            or path.name in text
            or f"{path.parent.name}/{{" in text
        )
    ]
    return given, others


def copy(folder, *, root=ROOT, only=None, keep_hints=False, nbgrader=False):
    """Write the copy and return the number of its notebooks. Raises OSError where it cannot be, with the reason."""
    if any(folder.resolve().is_relative_to((root / name).resolve()) for name in FOLDERS):
        raise OSError(
            f"{folder} lies inside of what is to be copied; name a folder beside the project"
        )
    if folder.is_symlink() and not folder.exists():
        raise OSError(f"{folder} is a link that leads nowhere; name a new folder")
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise OSError(f"{folder} is not empty; name a new folder, or empty it first")
    given, others = chosen(names_to_copy(root), only, root)
    numbers = {path.name[:2] for path in given}
    for path in given:
        notebook = nbformat.read(root / path, as_version=4)
        notebook = for_a_class(notebook, given=numbers, keep_hints=keep_hints)
        if nbgrader:
            for_nbgrader(notebook)
            path = Path("source", "digits", path.name)
        replace_file(folder / path, text_of(notebook).encode())
    if nbgrader:  # the checks bring their own data, and the helpers find theirs
        replace_file(folder / "nbgrader_config.py", NBGRADER.encode())
        others = [Path(name) for name in LICENSES if (root / name).exists()]
    else:
        names = "\n".join(f"- `{path.name}`" for path in given)
        replace_file(folder / "START.md", START.format(notebooks=names).encode())
    for path in others:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / path, folder / path)
    return len(given)


def main(arguments=None):
    """Write the copy and return 0, or 1 where it cannot be, with the reason."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a new folder, such as ../class")
    parser.add_argument("--only", help="numbers of notebooks, such as 1,2,4; without it, all")
    parser.add_argument("--keep-hints", action="store_true", help="leave out the solutions only")
    parser.add_argument("--nbgrader", action="store_true", help="make a course folder of nbgrader")
    options = parser.parse_args(arguments)
    only = options.only and options.only.replace(",", " ").split()
    try:
        number = copy(
            options.folder,
            only=only,
            keep_hints=options.keep_hints,
            nbgrader=options.nbgrader,
        )
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"{number} notebook{'' if number == 1 else 's'} without solutions are in {options.folder}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
