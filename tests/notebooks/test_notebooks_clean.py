"""Every committed notebook is the clean result of one run, and is made as CONTRIBUTING.md says."""

import copy
import io
import re
import statistics
import tokenize
from pathlib import Path

import nbformat
import pytest
from nbconvert import ScriptExporter
from tools.notebooks import (
    METADATA,
    TRACES,
    clean,
    code_cells,
    metadata_problems,
    path_problems,
    picture_problems,
    prediction_problems,
    run_problems,
    text_of,
)

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))
OPENING = ("What you'll do", "What you'll learn", "What you'll need")
CLOSING = ("Summary", "On your own", "In practice", "Further reading")
LONGEST_CELL, MEDIAN_CELL = 25, 6
WORDS_PER_CODE_LINE = 8
COMMENT_SHARE = 0.05


def prose(notebook):
    return [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "markdown"]


def lines_of(cell):
    return [line for line in cell["source"].splitlines() if line.strip()]


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
    opening = "\n".join(cell["source"] for cell in notebook["cells"][:first_code]).replace(
        "\u2019", "'"
    )
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


CHECKS = [*TRACES, rhythm_problems, frame_problems]
# "Before you start" ends with a decision instead
NO_LESSON = "".join(f"## {heading}\n\n" for heading in CLOSING)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path, check):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    if path.stem == "before_you_start" and check is frame_problems:
        notebook["cells"].append({"cell_type": "markdown", "source": NO_LESSON})
    assert list(check(notebook)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_file_is_as_make_notebooks_writes_it(path):
    text = path.read_text("utf8")
    assert text == text_of(nbformat.reads(text, as_version=4))


def test_a_notebook_as_a_script_is_a_python_file():
    notebook = clean(nbformat.read(NOTEBOOKS[0], as_version=4))
    _, resources = ScriptExporter().from_notebook_node(notebook)
    assert resources["output_extension"] == ".py"


# Each check finds what it is there for


def good_notebook():
    words = "word " * 40
    opening = "# Load the digits\n\n" + "\n\n".join(
        f"**{heading}.** {words}" for heading in OPENING
    )
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
        "metadata": copy.deepcopy(METADATA),
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
    "language_info": (metadata_problems, ("metadata", "language_info"), {"version": "3.11.7"}),
    "timings": (
        metadata_problems,
        ("cells", 1, "metadata", "execution"),
        {"iopub.status.busy": "2026"},
    ),
    "a cell run twice": (run_problems, ("cells", 2, "execution_count"), 3),
    "a prediction's answer in sight": (
        prediction_problems,
        ("cells", 0, "source"),
        "> **Predict.** Up or down?",
    ),
    "a prediction without an answer": (
        prediction_problems,
        ("cells", 3, "source"),
        "> **Predict.** Up or down?",
    ),
    "hidden for JupyterLab alone": (
        metadata_problems,
        ("cells", 2, "metadata", "jupyter"),
        {"outputs_hidden": True},
    ),
    "a cell not run": (run_problems, ("cells", 1, "execution_count"), None),
    "an error": (run_problems, ("cells", 1, "outputs"), [ERROR]),
    "a warning": (run_problems, ("cells", 1, "outputs"), [STDERR]),
    "a picture for the seeing": (picture_problems, ("cells", 2, "outputs", 0, "metadata"), {}),
    "an empty alternative": (
        picture_problems,
        ("cells", 2, "outputs", 0, "metadata", "image/png", "alt"),
        " ",
    ),
    "a path in an output": (path_problems, ("cells", 1, "outputs"), [PATH]),
    "a path in the code": (path_problems, ("cells", 1, "source"), "open('/" + "root/x.csv')"),
    "a path of Windows": (path_problems, ("cells", 0, "source"), "in C:" + "\\Users\\ada"),
    "a long cell": (rhythm_problems, ("cells", 1, "source"), "x = 1\n" * 26),
    "an empty cell": (rhythm_problems, ("cells", 1, "source"), " \n"),
    "long cells all over": (rhythm_problems, ("cells", 1, "source"), "x = 1\n" * 13),
    "comments": (rhythm_problems, ("cells", 1, "source"), "x = 1  # one\ny = 2"),
    "code without prose": (
        rhythm_problems,
        ("cells", 3, "source"),
        "\n".join(f"## {word}" for word in CLOSING),
    ),
    "no title": (frame_problems, ("cells", 0, "source"), "Load"),
    "nothing to expect": (frame_problems, ("cells", 0, "source"), "# Load\n\nWhat you'll do"),
    "no exercises": (
        frame_problems,
        ("cells", 3, "source"),
        "## Summary\n## In practice\n## Further reading",
    ),
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


def test_a_guess_needs_its_measurement_behind_a_hidden_output():
    notebook = good_notebook()
    _, asks, measures, _ = notebook["cells"]
    asks["source"] = 'guess = Prediction("Up or down?")\nguess'
    asks["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "Up or down?"}}]
    shown, never = list(prediction_problems(notebook))
    assert shown.startswith("cell [2] shows the answer to a prediction")
    assert never == "guess is never revealed"
    measures["source"] += "\nguess.reveal(1)"
    assert list(prediction_problems(notebook)) == [shown]
    measures["metadata"] = {"tags": ["hide-output"]}
    assert list(prediction_problems(notebook)) == []


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
