"""Check the files of a commit: `notebooks` for traces of a machine or a half run, `sizes` for files too large for git.

.pre-commit-config.yaml calls this with the names of the files; the checks of notebooks are those of the tests.
"""

import sys
from pathlib import Path

import nbformat
from tools.notebooks import TRACES, text_of

ROOT = Path(__file__).resolve().parent.parent
LARGEST = 1_000_000  # bytes: notebooks with their pictures, and films, have less
LARGER = {"data/digits.csv.gz", "data/fashion.csv.gz"}


def notebook_problems(path):
    """Yield what is wrong with a notebook, in words. Raises OSError where it cannot be read."""
    text = path.read_text("utf8")
    try:
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
    except (nbformat.ValidationError, nbformat.reader.NotJSONError) as error:
        yield f"this is no notebook: {str(error).splitlines()[0]:.100}"
        return
    for check in TRACES:
        yield from check(notebook)
    if text != text_of(notebook):
        yield "it is written in another way than `make notebooks` writes it"


def size_problems(path):
    """Yield what is wrong with the size of a file. Raises OSError where it is not there."""
    name = path.resolve().relative_to(ROOT).as_posix()
    if path.stat().st_size > LARGEST and name not in LARGER:
        yield f"{path.stat().st_size:,} bytes, expected at most {LARGEST:,}; a large file stays in git for ever"


CHECKS = {"notebooks": notebook_problems, "sizes": size_problems}
CURES = {
    "notebooks": "`make notebooks NB=04` runs notebook 4 and writes it clean",
    "sizes": "see scripts/check_commit.py",
}


def main(arguments):
    """Print what is wrong with the files, and return 1 where something is, otherwise 0."""
    if not arguments or arguments[0] not in CHECKS:
        print(f"usage: check_commit.py {'|'.join(CHECKS)} FILE ...", file=sys.stderr)
        return 2
    kind, *names = arguments
    problems = [f"{name}: {problem}" for name in names for problem in CHECKS[kind](Path(name))]
    print("\n".join([*problems, CURES[kind]] if problems else []), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
