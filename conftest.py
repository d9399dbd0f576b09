"""What nbval lacks: the pictures of the notebooks are compared too, and a summary can be kept.

--outputs=numbers compares, for other versions of the libraries, the numbers in the outputs and not their formatting.
"""

import json
import re
from importlib.metadata import version
from pathlib import Path

import pytest

FOUND = pytest.StashKey()


def pytest_addoption(parser):
    group = parser.getgroup("nbval")
    group.addoption(
        "--outputs",
        choices=("strict", "numbers"),
        default="strict",
        help="how outputs are compared",
    )
    group.addoption("--outputs-report", metavar="FILE", help="write what differed to a JSON file")


def pytest_configure(config):
    config.stash[FOUND] = {
        "cells": 0,
        "pictures": 0,
        "identical": 0,
        "sized": 0,
        "format": [],
        "failed": [],
    }


def pytest_itemcollected(item):
    if type(item).__name__ == "IPyNbCell":
        CellComparison(item)


class CellComparison:
    """Stands in for nbval's comparison of a cell, and does that first. Cells with ignored outputs never get here."""

    def __init__(self, item):
        self.item, self.compare_texts = item, item.compare_outputs
        self.found = item.config.stash[FOUND]
        self.where = f"notebooks/{item.path.name}, cell [{item.cell.execution_count}]"
        item.compare_outputs = self

    def __call__(self, test, ref, skip_compare=None):
        if self.item.config.option.outputs == "numbers":
            problems = self.number_problems(test, ref)
        else:
            problems = (
                []
                if self.compare_texts(test, ref, skip_compare)
                else list(self.item.comparison_traceback)
            )
        problems += self.picture_problems(test, ref)
        self.item.comparison_traceback = problems
        return not problems

    def number_problems(self, test, ref):
        from scripts.tools import numbers

        kind, sentence = numbers.difference(ref, test)
        if kind == "format":
            self.found["format"].append(f"{self.where}: {sentence}")
        return [f"{self.where}: {sentence}"] if kind == "number" else []

    def picture_problems(self, test, ref):
        from scripts.tools import pictures

        committed, drawn = map(pictures.pictures_of, (ref, test))
        if len(committed) != len(drawn):
            return [f"{self.where}: {len(drawn)} pictures, committed are {len(committed)}"]
        problems = []
        for number, ((old, old_alt), (new, new_alt)) in enumerate(
            zip(committed, drawn, strict=True), 1
        ):
            self.found["pictures"] += 1
            if old_alt != new_alt and self.item.config.option.outputs == "strict":
                problems.append(
                    f"{self.where}: text alternative {number} was {old_alt!r} and is {new_alt!r}"
                )
            if old == new:
                self.found["identical"] += 1
            else:
                problems += self.look(old, new, number)
        return problems

    def look(self, old, new, number):
        """What differs between two pictures that are not the same bytes, as a list of at most one sentence."""
        from scripts.tools import pictures

        old, new = pictures.decode(old), pictures.decode(new)
        if matplotlib_draws_alike(self.item.config.rootpath):
            problem, stray = pictures.difference(old, new)
        else:
            problem, stray = pictures.size_problem(old, new), None
            self.found["sized"] += 1
        if not problem:
            return []
        path = Path(
            "build",
            "pictures",
            f"{self.item.path.stem}_{self.item.cell.execution_count:03d}_{number}.png",
        )
        pictures.save_beside(self.item.config.rootpath / path, old, new, stray)
        return [
            f"{self.where}: picture {number} is another one: {problem}; {path} shows both, and where"
        ]


def matplotlib_draws_alike(folder):
    """Whether the installed matplotlib places text as the pinned one does; between minor versions that changes."""
    pinned = re.search(
        r"^matplotlib==(\d+\.\d+)\.", (folder / "requirements.txt").read_text("utf8"), re.MULTILINE
    )
    return version("matplotlib").startswith(f"{pinned[1]}.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if type(item).__name__ == "IPyNbCell" and report.when == "call":
        found = item.config.stash[FOUND]
        found["cells"] += 1
        if call.excinfo is not None and report.failed:
            lines = getattr(item, "comparison_traceback", None) or [str(call.excinfo.value)]
            text = re.sub(r"\x1b\[\d+m", "", "\n".join(map(str, lines))).strip()
            where = f"notebooks/{item.path.name}, cell [{item.cell.execution_count}]"
            found["failed"].append(text if text.startswith(where) else f"{where}: {text}")
    return report


def pytest_terminal_summary(terminalreporter, config):
    found = config.stash[FOUND]
    alike = found["pictures"] - found["identical"]
    if found["pictures"]:
        note = (
            f"; of the others only the size, for matplotlib {version('matplotlib')}"
            if found["sized"]
            else ""
        )
        terminalreporter.write_line(
            f"{found['pictures']} pictures compared, {found['identical']} of them the same to the byte"
            + (f", {alike} looked at{note}" if alike else "")
        )
    if found["format"]:
        terminalreporter.write_line(
            f"{len(found['format'])} cells differ in formatting alone, the first of them:"
        )
        for line in found["format"][:8]:
            terminalreporter.write_line(f"  {line}")
    if path := config.option.outputs_report:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(json.dumps(found, indent=1), encoding="utf-8")
