"""Copy notebooks/ and data/ for a class, without the solutions of the exercises: `python scripts/class_copy.py FOLDER`.

The two hints of each exercise go too, unless --keep-hints is given. Nothing else is changed: the copy runs where this
project is installed, with the data beside it, which notebook 1 reads. Only what is committed is copied, so marks,
answers and other files of your own stay with you; a notebook with changes that are not committed stops the copy.
Notebook 8 takes its buggy functions from the checks, which hold the right answers as well.
"""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from tools.notebooks import text_of

from helpers.internals.files import replace_file

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("notebooks", "data")
WITHOUT_GIT = (
    *("notebooks/[0-9][0-9]_*.ipynb", "notebooks/models/*", "notebooks/results/*.json"),
    *("data/*.gz", "data/*.md"),
)
SOLUTION = re.compile(r"<details>\s*<summary>\s*Solution\s*</summary>.*?</details>\s*", re.DOTALL)
FOLD = re.compile(SOLUTION.pattern.replace("Solution", r"(?:Hint \d|Solution)"), re.DOTALL)


def without_answers(notebook, *, keep_hints=False):
    """Return a copy of the notebook without solutions, and without hints unless they are kept."""
    notebook = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = (SOLUTION if keep_hints else FOLD).sub("", cell.source).strip()
    notebook.cells = [
        cell for cell in notebook.cells if cell.cell_type != "markdown" or cell.source
    ]
    return notebook


def git(root, *command):
    """Return the names that a git command prints. Raises OSError with what git says where it fails."""
    done = subprocess.run(
        ["git", *command, "-z", "--", *FOLDERS], cwd=root, text=True, capture_output=True
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


def copy(folder, *, root=ROOT, keep_hints=False):
    """Write the copy and return the number of its notebooks. Raises OSError where it cannot be, with the reason."""
    if any(folder.resolve().is_relative_to((root / name).resolve()) for name in FOLDERS):
        raise OSError(
            f"{folder} lies inside of what is to be copied; name a folder beside the project"
        )
    if folder.is_symlink() and not folder.exists():
        raise OSError(f"{folder} is a link that leads nowhere; name a new folder")
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise OSError(f"{folder} is not empty; name a new folder, or empty it first")
    paths = names_to_copy(root)
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".ipynb":
            notebook = without_answers(
                nbformat.read(root / path, as_version=4), keep_hints=keep_hints
            )
            replace_file(folder / path, text_of(notebook).encode())
        else:
            shutil.copyfile(root / path, folder / path)
    return sum(path.suffix == ".ipynb" for path in paths)


def main(arguments=None):
    """Write the copy and return 0, or 1 where it cannot be, with the reason."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a new folder, such as ../class")
    parser.add_argument("--keep-hints", action="store_true", help="leave out the solutions only")
    options = parser.parse_args(arguments)
    try:
        number = copy(options.folder, keep_hints=options.keep_hints)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{number} notebooks without solutions are in {options.folder / 'notebooks'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
