"""Every committed notebook is the clean result of one run, and is made as CONTRIBUTING.md says."""

import copy
import io
import re
import statistics
import tokenize
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
OPENING = ("What you'll do", "What you'll learn", "What you'll need")
CLOSING = ("Summary", "On your own", "In practice", "Further reading")
MACHINE_PATH = re.compile(r"(?<![\w.:/-])(/(home|root|tmp|Users|work|usr|var)/|[A-Z]:\\)")
LONGEST_CELL, MEDIAN_CELL = 25, 6
WORDS_PER_CODE_LINE = 8
COMMENT_SHARE = 0.05


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def prose(notebook):
    return [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "markdown"]


def lines_of(cell):
    return [line for line in cell["source"].splitlines() if line.strip()]


def text_of(output):
    """The words of an output: what it prints, or the parts of its data that are text."""
    data = output.get("data", {})
    texts = [output.get("text", ""), *(data[kind] for kind in data if not kind.startswith("image/"))]
    texts += output.get("traceback", [])
    return "\n".join("".join(text) if isinstance(text, list) else str(text) for text in texts)


def metadata_problems(notebook):
    if notebook["metadata"] != {"kernelspec": KERNELSPEC}:
        yield f"metadata is {sorted(notebook['metadata'])}, expected the kernelspec python3 alone"
    for number, cell in enumerate(notebook["cells"], 1):
        if set(cell["metadata"]) - {"tags"}:
            yield f"cell {number} has the metadata {sorted(cell['metadata'])}, expected tags at most"


def run_problems(notebook):
    counts = [cell["execution_count"] for cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts are {counts}, expected 1, 2, 3, ... from one run"
    for cell in code_cells(notebook):
        may_raise = "raises-exception" in cell["metadata"].get("tags", [])
        for output in cell["outputs"]:
            if output["output_type"] == "error" and not may_raise:
                yield f"cell [{cell['execution_count']}] ends in {output['ename']}"
            if output.get("name") == "stderr":
                yield f"cell [{cell['execution_count']}] prints to stderr: {text_of(output):.80}"


def picture_problems(notebook):
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            for kind in output.get("data", {}):
                if kind.startswith("image/") and not output["metadata"].get(kind, {}).get("alt", "").strip():
                    yield f"cell [{cell['execution_count']}] has a picture without a text alternative"


def path_problems(notebook):
    texts = [cell["source"] for cell in notebook["cells"]]
    texts += [text_of(output) for cell in code_cells(notebook) for output in cell["outputs"]]
    for text in texts:
        if match := MACHINE_PATH.search(text):
            yield f"a path of one machine: {text[match.start() : match.start() + 40]!r}"


def comments_in(cell):
    """How many comments a code cell has."""
    source = re.sub(r"^\s*[%!].*$", "pass", cell["source"], flags=re.MULTILINE)
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):  # a cell may show what Python says to a broken line
        return sum(line.lstrip().startswith("#") for line in lines_of(cell))
    return sum(token.type == tokenize.COMMENT for token in tokens)


def rhythm_problems(notebook):
    lengths = [len(lines_of(cell)) for cell in code_cells(notebook)]
    for cell, length in zip(code_cells(notebook), lengths, strict=True):
        if not 0 < length <= LONGEST_CELL:
            yield f"cell [{cell['execution_count']}] has {length} lines, expected 1 to {LONGEST_CELL}"
    if statistics.median(lengths) > MEDIAN_CELL:
        yield f"the median cell has {statistics.median(lengths)} lines, expected at most {MEDIAN_CELL}"
    comments = sum(comments_in(cell) for cell in code_cells(notebook))
    if comments > COMMENT_SHARE * sum(lengths):
        yield f"there are {comments} comments in {sum(lengths)} lines, expected under {COMMENT_SHARE:.0%}"
    if (ratio := words_per_code_line(notebook)) < WORDS_PER_CODE_LINE:
        yield f"there are {ratio:.1f} words of prose a line of code, expected {WORDS_PER_CODE_LINE} or more"


def words_per_code_line(notebook):
    """Words of prose, formulas and quoted code left out, for each line of code."""
    text = "\n".join(prose(notebook))
    left_out = r"```.*?```|^~~~.*?^~~~|\$\$.*?\$\$|\$[^$\n]+\$|<!--.*?-->|\]\([^)]*\)"
    text = re.sub(left_out, " ", text, flags=re.DOTALL | re.MULTILINE)
    words = [word for word in text.split() if re.search(r"[A-Za-z]", word)]
    return len(words) / sum(len(lines_of(cell)) for cell in code_cells(notebook))


def frame_problems(notebook):
    first_code = next(i for i, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code")
    opening = "\n".join(cell["source"] for cell in notebook["cells"][:first_code]).replace("\u2019", "'")
    if not opening.startswith("# "):
        yield "it does not open with a title"
    for heading in OPENING:
        if heading not in opening:
            yield f"it does not open with {heading!r}"
    headings = re.findall(r"^## (.+?)\s*$", "\n".join(prose(notebook)), re.MULTILINE)
    if tuple(heading for heading in headings if heading in CLOSING) != CLOSING:
        yield f"it does not close with {', '.join(CLOSING)}"
    if notebook["cells"][-1]["cell_type"] != "markdown":
        yield "its last cell is code"


CHECKS = [metadata_problems, run_problems, picture_problems, path_problems, rhythm_problems, frame_problems]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path, check):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert list(check(notebook)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_file_is_as_make_notebooks_writes_it(path):
    text = path.read_text("utf8")
    assert text == nbformat.writes(nbformat.reads(text, as_version=4)).rstrip("\n") + "\n"


# Each check finds what it is there for


def good_notebook():
    words = "word " * 40
    opening = "# Load the digits\n\n" + "\n\n".join(f"**{heading}.** {words}" for heading in OPENING)
    closing = "\n\n".join(f"## {heading}\n\n{words}" for heading in CLOSING)
    figure = {
        "output_type": "execute_result",
        "execution_count": 2,
        "data": {"image/png": "aGVsbG8=/tmp/", "text/plain": "a line that rises"},
        "metadata": {"image/png": {"alt": "a line that rises"}},
    }
    code = {"cell_type": "code", "metadata": {}}
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": dict(KERNELSPEC)},
        "cells": [
            {"cell_type": "markdown", "id": "a", "metadata": {}, "source": opening},
            code | {"id": "b", "execution_count": 1, "source": "x = 1\ny = x / 2", "outputs": []},
            code | {"id": "c", "execution_count": 2, "source": "draw(x)", "outputs": [figure]},
            {"cell_type": "markdown", "id": "d", "metadata": {}, "source": closing},
        ],
    }


def test_the_good_notebook_is_good():
    for check in CHECKS:
        assert list(check(good_notebook())) == []


ERROR = {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": []}
STDERR = {"output_type": "stream", "name": "stderr", "text": "a warning"}
PATH = {"output_type": "stream", "name": "stdout", "text": "in /home/" + "ada/x.csv"}
SLOPPY = {
    "another kernel": (metadata_problems, ("metadata", "kernelspec", "name"), "venv"),
    "language_info": (metadata_problems, ("metadata", "language_info"), {"name": "python"}),
    "timings": (metadata_problems, ("cells", 1, "metadata", "execution"), {"iopub.status.busy": "2026"}),
    "a cell run twice": (run_problems, ("cells", 2, "execution_count"), 3),
    "a cell not run": (run_problems, ("cells", 1, "execution_count"), None),
    "an error": (run_problems, ("cells", 1, "outputs"), [ERROR]),
    "a warning": (run_problems, ("cells", 1, "outputs"), [STDERR]),
    "a picture for the seeing": (picture_problems, ("cells", 2, "outputs", 0, "metadata"), {}),
    "an empty alternative": (picture_problems, ("cells", 2, "outputs", 0, "metadata", "image/png", "alt"), " "),
    "a path in an output": (path_problems, ("cells", 1, "outputs"), [PATH]),
    "a path in the code": (path_problems, ("cells", 1, "source"), "open('/" + "root/x.csv')"),
    "a path of Windows": (path_problems, ("cells", 0, "source"), "in C:" + "\\Users\\ada"),
    "a long cell": (rhythm_problems, ("cells", 1, "source"), "x = 1\n" * 26),
    "an empty cell": (rhythm_problems, ("cells", 1, "source"), " \n"),
    "long cells all over": (rhythm_problems, ("cells", 1, "source"), "x = 1\n" * 13),
    "comments": (rhythm_problems, ("cells", 1, "source"), "x = 1  # one\ny = 2"),
    "code without prose": (rhythm_problems, ("cells", 3, "source"), "\n".join(f"## {word}" for word in CLOSING)),
    "no title": (frame_problems, ("cells", 0, "source"), "Load"),
    "nothing to expect": (frame_problems, ("cells", 0, "source"), "# Load\n\nWhat you'll do"),
    "no exercises": (frame_problems, ("cells", 3, "source"), "## Summary\n## In practice\n## Further reading"),
}


@pytest.mark.parametrize("name", SLOPPY)
def test_a_sloppy_notebook_is_found(name):
    check, keys, value = SLOPPY[name]
    notebook = copy.deepcopy(good_notebook())
    if name == "code without prose":
        notebook["cells"][0]["source"] = "# Load"
    part = notebook
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = value
    assert list(check(notebook)) != []


def test_an_error_on_purpose_is_fine():
    notebook = good_notebook()
    notebook["cells"][1] |= {"metadata": {"tags": ["raises-exception"]}, "outputs": [ERROR]}
    assert list(run_problems(notebook)) == list(metadata_problems(notebook)) == []


def test_formulas_and_quoted_code_are_not_prose():
    notebook = good_notebook()
    before = words_per_code_line(notebook)
    quoted = "```python\nf = g\n```\n~~~python\nh = g\n~~~"
    notebook["cells"][0]["source"] += f"\n\n$$a b c$$ and $d e$\n{quoted}\n[x](https://a.b/c d)"
    assert words_per_code_line(notebook) - before == pytest.approx(2 / 3)  # "and" and "[x"
