"""A notebook's file: how it is written, how it is cleaned, and what must not be in it."""

import re

import nbformat

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# by which `jupyter nbconvert --to script` writes a .py file; without versions, which would differ
LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"}
METADATA = {"kernelspec": KERNELSPEC, "language_info": LANGUAGE}
HIDDEN, HIDDEN_TAG = (
    {"jupyter": {"outputs_hidden": True}},
    "hide-output",
)  # for JupyterLab, for the book
WIDGET = "application/vnd.jupyter.widget-view+json"
PANEL = re.compile(r"\b(TrainingLab|DigitPad|MistakeExplorer|NetworkInspector|ReadingTest)\(")
GUESS = re.compile(r"^(\w+) = Prediction\(", re.MULTILINE)
ASKED = re.compile(r"""\bcheck_question\(\s*["'](\d+\.[a-z])["']""")
EXTRA_TAG, EXTRA = "extra", "*Extra: skip it if you are in a hurry.*"
FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
HEADING = re.compile(r"^(#{1,3}) (.+)$", re.MULTILINE)
MACHINE_PATH = re.compile(r"(?<![\w.:/-])(/(home|root|tmp|Users|work|usr|var)/|[A-Z]:\\)")


def text_of(notebook):
    """Return a notebook as the text of its file, which ends with one line feed."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def clean(notebook):
    """Return the notebook with METADATA as its only metadata, and cells without traces of a run."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        for trace in ("execution", "collapsed", "scrolled", "ExecuteTime"):
            cell.metadata.pop(trace, None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(
                WIDGET, None
            )  # without a kernel it would show an error; the picture stays
        if "outputs" in cell:  # of a widget without a picture only its name would be left
            cell.outputs = [output for output in cell.outputs if not names_a_widget(output)]
    return notebook


def names_a_widget(output):
    """Whether an output is nothing but the name of what ipywidgets' `interact` shows."""
    data = output.get("data", {})
    return set(data) == {"text/plain"} and data["text/plain"].startswith("interactive(")


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def extra_cells(cells):
    """Whether each cell belongs to an extra section: from a heading tagged "extra" to the next one as high."""
    found, level = [], 0
    for cell in cells:
        if cell["cell_type"] == "markdown":
            marks = HEADING.findall(FOLDED.sub("", cell["source"]))
            if any(len(mark) <= level for mark, _ in marks):
                level = 0
            if EXTRA_TAG in cell["metadata"].get("tags", []):
                level = len(marks[0][0])
        found.append(level > 0)
    return found


def words_of(output):
    """The words of an output: what it prints, or the parts of its data that are text."""
    data = output.get("data", {})
    texts = [
        output.get("text", ""),
        *(data[kind] for kind in data if not kind.startswith("image/")),
    ]
    texts += output.get("traceback", [])
    return "\n".join("".join(text) if isinstance(text, list) else str(text) for text in texts)


def metadata_problems(notebook):
    """Metadata beyond the names of kernel and language, and the tags of cells."""
    if notebook["metadata"] not in (METADATA, {"kernelspec": KERNELSPEC}):
        yield f"metadata is {notebook['metadata']}, expected {METADATA}"
    for number, cell in enumerate(notebook["cells"], 1):
        metadata = {key: value for key, value in cell["metadata"].items() if key != "tags"}
        hidden = HIDDEN_TAG in cell["metadata"].get("tags", [])
        if metadata != (HIDDEN if hidden else {}):
            expected = f"tags at most, or {HIDDEN} with {HIDDEN_TAG}"
            yield f"cell {number} has the metadata {cell['metadata']}, expected {expected}"


def prediction_problems(notebook):
    """Answers that can be read before they are opened, but for those of a panel, and guesses without one."""
    asked, waiting = False, []
    for cell in notebook["cells"]:
        waiting = [name for name in waiting if f"{name}.reveal(" not in cell["source"]]
        if cell["cell_type"] == "markdown":
            asked = asked or "> **Predict." in cell["source"]
        elif names := GUESS.findall(cell["source"]):
            asked, waiting = True, waiting + names
        elif cell["outputs"]:
            hidden = HIDDEN_TAG in cell["metadata"].get("tags", [])
            if asked and not hidden and not PANEL.search(cell["source"]):
                yield f"cell [{cell['execution_count']}] shows the answer to a prediction, expected a hidden output"
            asked = False
    if asked:
        yield "the last prediction has no answer"
    yield from (f"{name} is never revealed" for name in waiting)


def run_problems(notebook):
    """Cells that one clean run from top to bottom does not leave."""
    counts = [cell["execution_count"] for cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts are {counts}, expected 1, 2, 3, ... from one run"
    for cell in code_cells(notebook):
        may_raise = "raises-exception" in cell["metadata"].get("tags", [])
        for output in cell["outputs"]:
            if output["output_type"] == "error" and not may_raise:
                yield f"cell [{cell['execution_count']}] ends in {output['ename']}"
            if output.get("name") == "stderr":
                yield f"cell [{cell['execution_count']}] prints to stderr: {words_of(output):.80}"


def picture_problems(notebook):
    """Pictures without a text alternative."""
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            for kind in output.get("data", {}):
                if (
                    kind.startswith("image/")
                    and not output["metadata"].get(kind, {}).get("alt", "").strip()
                ):
                    yield f"cell [{cell['execution_count']}] has a picture without a text alternative"


def path_problems(notebook):
    """Paths of the machine where the notebook was run."""
    texts = [cell["source"] for cell in notebook["cells"]]
    texts += [words_of(output) for cell in code_cells(notebook) for output in cell["outputs"]]
    for text in texts:
        if match := MACHINE_PATH.search(text):
            yield f"a path of one machine: {text[match.start() : match.start() + 40]!r}"


TRACES = (
    metadata_problems,
    prediction_problems,
    run_problems,
    picture_problems,
    path_problems,
)  # each yields what is wrong, in words
