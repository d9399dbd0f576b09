"""The exercises as they stand in the notebooks, and how to run an answer."""

import ast
import functools
import linecache
import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))
HEADING = re.compile(r"^### Exercise (\d+\.\d+): (.+)$", re.MULTILINE)
DETAILS = re.compile(r"<details>\s*<summary>(.*?)</summary>(\n\n)?(.*?)</details>", re.DOTALL)
FENCE = re.compile(r"^~~~python\n(.*?)^~~~$", re.DOTALL | re.MULTILINE)


@dataclass
class ExerciseCells:
    """One exercise of a notebook; `setup`: imports, and cells tagged exercise-setup, before it."""

    notebook: str
    key: str
    title: str
    text: str
    blank: str
    check: str
    help: str
    setup: list
    earlier: list = field(default_factory=list)  # the exercises before it in the same notebook

    @property
    def folds(self):
        return {name.strip(): (gap, body) for name, gap, body in DETAILS.findall(self.help)}

    @property
    def solution(self):
        fences = FENCE.findall(self.folds["Solution"][1]) if "Solution" in self.folds else []
        return fences[0] if len(fences) == 1 else None


def setup_of(cell):
    """What the tests run of a code cell that stands before an exercise."""
    if "exercise-setup" in cell["metadata"].get("tags", []):
        return cell["source"]
    try:
        nodes = ast.parse(cell["source"]).body
    except SyntaxError:  # a magic, or a broken line that the notebook shows on purpose
        return ""
    return "\n".join(
        ast.unparse(node) for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))
    )


def exercises_of(cells, notebook):
    """Every exercise of a notebook's cells; what is missing of one is "" in it."""
    found, setup = [], []
    for place, cell in enumerate(cells):
        if cell["cell_type"] == "code":
            setup.append(setup_of(cell))
        elif match := HEADING.search(cell["source"]):
            kinds = [after["cell_type"] for after in cells[place + 1 : place + 4]]
            sources = [after["source"] for after in cells[place + 1 : place + 4]]
            parts = sources if kinds == ["code", "code", "markdown"] else ["", "", ""]
            found.append(
                ExerciseCells(
                    notebook, *match.groups(), cell["source"], *parts, list(setup), list(found)
                )
            )
    return found


@functools.cache
def all_exercises():
    """Every exercise of every notebook."""
    found = []
    for path in NOTEBOOKS:
        found += exercises_of(nbformat.read(path, as_version=4)["cells"], path.stem)
    return found


@functools.cache
def namespace_before(key):
    """The names that an answer to this exercise may use; copy it before running anything in it."""
    exercise = next(exercise for exercise in all_exercises() if exercise.key == key)
    names = {"__name__": "__main__"}
    for source in exercise.setup:
        exec(source, names)
    for earlier in exercise.earlier:
        if earlier.solution:
            exec(earlier.solution, names)
    return names


def run_answer(key, source, check):
    """Run an answer and its check cell as the notebook would, and return the verdict."""
    names = dict(namespace_before(key))
    file = f"<answer to exercise {key}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    exec(compile(source, file, "exec"), names)
    return eval(check, names)
