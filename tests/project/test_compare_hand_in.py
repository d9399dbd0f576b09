"""What a teacher is shown of a handed-in notebook: the ways of faking "solved", and no false alarm."""

import copy
import re
import shlex
import subprocess
import sys
from pathlib import Path

import compare_hand_in
import nbformat
import pytest
from class_copy import without_answers
from exercise_cells import all_exercises

ROOT = Path(__file__).resolve().parents[2]

OURS = nbformat.read(ROOT / "notebooks" / "02_forward_propagation.ipynb", as_version=4)
TEACHING = (ROOT / "docs" / "TEACHING.md").read_text("utf8")


@pytest.fixture
def handed_in():
    """Notebook 2 as a class gets it, with nothing done."""
    return without_answers(OURS)


def cell_with(notebook, text):
    return next(cell for cell in notebook.cells if cell.cell_type == "code" and text in cell.source)


def listed(notebook):
    return compare_hand_in.cells_to_look_at(notebook, OURS)


def test_nothing_is_listed_of_an_untouched_notebook(handed_in):
    assert listed(handed_in) == listed(copy.deepcopy(OURS)) == []


def test_nothing_is_listed_of_honest_answers_and_notes(handed_in):
    answers = {
        exercise.blank: exercise.solution
        for exercise in all_exercises()
        if exercise.key.startswith("2.")
    }
    for cell in handed_in.cells:
        cell.source = answers.get(cell.source, cell.source)
        cell.metadata.update(trusted=True, collapsed=False)  # as JupyterLab may leave it
    handed_in.cells.insert(3, nbformat.v4.new_markdown_cell("My notes"))
    assert len(answers) == 5
    assert listed(handed_in) == []


def write_progress(notebook):
    cell = cell_with(notebook, "import numpy as np")
    cell.source += "\nopen('.exercise_progress.json', 'w').write('{\"2.1\": \"solved\"}')"
    return cell


def replace_the_judge(notebook):
    cell = nbformat.v4.new_code_cell(
        "from helpers.exercises import checking\nchecking.check_answer = print"
    )
    notebook.cells.insert(5, cell)
    return cell


def hand_the_check_its_own_reference(notebook):
    cell = cell_with(notebook, "check_rows(my_layer_of_rows)")
    cell.source = "check_rows(check_rows.exercise.reference)"
    return cell


def keep_a_check_from_running(notebook):
    """A cell with this tag is not run, and keeps the output that it came with."""
    cell = cell_with(notebook, "check_rows(my_layer_of_rows)")
    cell.metadata.tags = ["skip-execution"]
    return cell


def answer_twice(notebook):
    cell = copy.deepcopy(cell_with(notebook, "def my_leaky_relu"))
    notebook.cells.append(cell)
    return cell


WAYS = [
    write_progress,
    replace_the_judge,
    hand_the_check_its_own_reference,
    keep_a_check_from_running,
    answer_twice,
]


@pytest.mark.parametrize("way", WAYS)
def test_a_faked_solution_is_listed(handed_in, way):
    cell = way(handed_in)
    assert cell.source.strip() in [
        source for what, source in listed(handed_in) if what != "missing"
    ]


@pytest.mark.parametrize("gone", ["removed", "no code any more"])
def test_a_check_that_is_gone_is_listed(handed_in, gone):
    cell = cell_with(handed_in, "check_rows(my_layer_of_rows)")
    if gone == "removed":
        handed_in.cells.remove(cell)
    else:
        cell.cell_type = "raw"
    assert listed(handed_in) == [("missing", "check_rows(my_layer_of_rows)")]


def test_the_command_says_which_cells_and_cleans_the_file(handed_in, tmp_path, capsys):
    path = tmp_path / "ada.ipynb"  # any name: the cells tell which notebook it is
    handed_in.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    nbformat.write(handed_in, path)
    assert compare_hand_in.main([str(path)]) == 0
    assert "no cells to look at" in capsys.readouterr().out
    assert "widgets" not in nbformat.read(path, as_version=4).metadata
    handed_in.cells.append(nbformat.v4.new_code_cell("print('\x1b[2J')"))
    nbformat.write(handed_in, path)
    assert compare_hand_in.main([str(path)]) == 1
    said = capsys.readouterr().out
    assert "1 cell to look at" in said
    assert f"cell {len(handed_in.cells)}: print" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    "content", ["", "half a note", "[1]", "{}", "[" * 200_000, '{"nbformat": 4, "cells": 3}']
)
def test_what_is_no_notebook_of_ours_is_named_and_the_others_are_compared(
    handed_in, tmp_path, capsys, content
):
    (tmp_path / "bad.ipynb").write_text(content)
    nbformat.write(handed_in, tmp_path / "good.ipynb")
    names = [str(tmp_path / name) for name in ("missing.ipynb", "bad.ipynb", "good.ipynb")]
    assert compare_hand_in.main(names) == 1
    said = capsys.readouterr()
    assert "bad.ipynb: this is n" in said.err
    assert "missing.ipynb" in said.err
    assert "good.ipynb: no cells to look at" in said.out


@pytest.mark.slow
def test_the_command_for_handing_in_ends_where_a_cell_does_not(tmp_path):
    told = re.search(r"\.venv/bin/(jupyter execute [^`]+) \S+\.ipynb`", TEACHING)[1]
    command = told.replace("--timeout=120", "--timeout=2")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("while True: pass")])
    notebook.metadata.kernelspec = {
        "name": "of-the-student",
        "display_name": "a kernel that is not ours",
    }
    nbformat.write(notebook, tmp_path / "a.ipynb")
    command = [sys.executable, "-m", *shlex.split(command), str(tmp_path / "a.ipynb")]
    done = subprocess.run(command, text=True, capture_output=True, timeout=60)
    assert done.returncode != 0
    assert "CellTimeoutError" in done.stderr
