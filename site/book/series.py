"""The notebooks as the book describes them: end product, needs, minutes, exercises."""

import ast
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path

WORDS_A_MINUTE, CODE_LINES_A_MINUTE, PICTURES_A_MINUTE = 200, 20, 3
EXERCISE = re.compile(r"^### (Exercise (\d+\.\d+): .+?)\s*$", re.MULTILINE)
NOT_PROSE = re.compile(
    r"<details>.*?</details>|```.*?```|~~~.*?~~~|<!--.*?-->|\]\([^)]*\)", re.DOTALL
)


@dataclass(frozen=True)
class Notebook:
    """One notebook: its file's stem, its cells."""

    stem: str
    cells: list

    def sources(self, kind):
        return ["".join(cell["source"]) for cell in self.cells if cell["cell_type"] == kind]

    @property
    def number(self):
        return int(self.stem[:2])

    @property
    def title(self):
        return self.sources("markdown")[0].splitlines()[0].removeprefix("# ").strip()

    def opening(self, heading):
        """The sentences after a bold heading of the first cell, which must be there."""
        found = re.search(rf"^\*\*{heading}:\*\* (.+)$", self.sources("markdown")[0], re.MULTILINE)
        if not found:
            raise ValueError(
                f"{self.stem} has no **{heading}:** in its first cell; CONTRIBUTING.md shows one"
            )
        return found[1]

    @property
    def lessons(self):
        """The items below **What you'll learn** in the first cell."""
        part = self.sources("markdown")[0].split("**What you'll learn**\n\n")[1].split("\n\n")[0]
        return [line.removeprefix("- ").rstrip(";.") for line in part.splitlines()]

    @property
    def minutes(self):
        """Minutes of reading, to the next five, without hints, solutions and thinking."""
        words = sum(len(NOT_PROSE.sub(" ", text).split()) for text in self.sources("markdown"))
        lines = sum(len(text.splitlines()) for text in self.sources("code"))
        outputs = [output for cell in self.cells for output in cell.get("outputs", [])]
        pictures = sum("image/png" in output.get("data", {}) for output in outputs)
        reading = (
            words / WORDS_A_MINUTE + lines / CODE_LINES_A_MINUTE + pictures / PICTURES_A_MINUTE
        )
        return 5 * math.ceil(reading / 5)

    @property
    def exercises(self):
        """List of (heading, name of the check) in the order of the notebook."""
        text = "\n".join("".join(cell["source"]) for cell in self.cells)
        parts = EXERCISE.split(text)
        found = []
        for heading, _, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            check = re.search(r"^(check_\w+)\(", rest, re.MULTILINE)
            found.append((heading, check[1] if check else ""))
        return found

    @property
    def imported(self):
        """List of (module, name) that its cells import from helpers, in their order."""
        names = {}
        for source in self.sources("code"):
            for match in re.finditer(
                r"^from (helpers\.[\w.]+) import (\([^)]*\)|.+)$", source, re.MULTILINE
            ):
                statement = ast.parse(match[0]).body[0]
                names |= {(statement.module, alias.name): True for alias in statement.names}
            for name in re.findall(r"\bplots\.(plot_\w+)", source):
                names["helpers.plots", name] = True
        return list(names)


def read_series(folder):
    """Return the notebooks of a folder in the order of their numbers, which have no gap."""
    paths = sorted(Path(folder).glob("[0-9][0-9]_*.ipynb"))
    notebooks = [Notebook(path.stem, json.loads(path.read_text("utf8"))["cells"]) for path in paths]
    if [notebook.number for notebook in notebooks] != list(range(len(notebooks))):
        raise ValueError(
            f"the notebooks are {[path.name for path in paths]}, expected the numbers 0, 1, 2, ..."
        )
    return notebooks


def step(notebook):
    """Return the Markdown of one stage of the path: end product, needs, minutes."""
    do, need = notebook.opening("What you'll do"), notebook.opening("What you'll need")
    count = len(notebook.exercises)
    exercises = f" and {count} exercises" if count else ", no exercises"
    return "\n".join(
        [
            ":::{container} step",
            f"**{notebook.number}** **[{notebook.title}]({notebook.stem}.ipynb)**",
            "",
            do[0].upper() + do[1:],
            "",
            f"*You need* {need}",
            "",
            f"*It takes* about {notebook.minutes} minutes to read{exercises}.",
            ":::",
            "",
        ]
    )


def path_through(notebooks):
    """Return the Markdown of the path through the series, for the first page."""
    return "\n".join(step(notebook) for notebook in notebooks)


def table_of_contents(notebooks):
    """Return the lines of the toctree, one notebook each, with the number of its file."""
    return "\n".join(
        f"{notebook.number}. {notebook.title} <{notebook.stem}>" for notebook in notebooks
    )


LIVE = {
    "pad": ("The digit pad", "Draw a digit here, with the mouse or a finger", 760),
    "mistakes": ("The mistake explorer", "Walk through the misread digits here", 700),
    "inside": ("The network inspector", "Look inside the network here", 700),
    "train": ("The training lab", "Train a network here: move a slider", 900),
}


def live_frame(part):
    """Return the HTML of a frame with a part of the live page, which needs no kernel."""
    title, words, height = LIVE[part]
    address = f"live/index.html#show={part}"
    return (
        f'<div class="live-frame"><p><strong>{words}.</strong> It runs in this page, without Python; '
        f'<a href="live/index.html">all panels on one page</a>.</p>'
        f'<iframe src="{address}" title="{title}, live" loading="lazy" height="{height}"></iframe></div>'
    )
