"""A check knows what it judges: after a cell that stopped, or another name, it does not judge the answer before."""

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient
from traitlets.config import Config

IMPORT = "import numpy as np\nfrom helpers.exercises import *"
WATCH = "from helpers.exercises.earlier_cells import watch_for_undefined\nwatch_for_undefined()"
BLANK = "def my_ink(X):\n    return ..."
WRONG = "def my_ink(X):\n    return X.sum(axis=0)"
RIGHT = "def my_ink(X):\n    return X.mean(axis=0)"
CHECK = "check_ink(my_ink)"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs cells one after the other, as a notebook does, and returns what the last of them gives."""
    monkeypatch.chdir(tmp_path)
    before = InteractiveShell._instance
    InteractiveShell.clear_instance()
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell.instance(config=config)
    monkeypatch.setattr(shell, "_showtraceback", lambda *error: shown.append(error))
    shown = []

    def run_cells(*cells):
        for cell in [IMPORT, WATCH, *cells]:  # the first import, outside of IPython, did not watch
            shown.clear()
            result = shell.run_cell(cell, store_history=True)
        return result.result if result.success else "\n".join(shown[-1][2])

    yield run_cells
    shell.set_custom_exc((), None)
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()
    InteractiveShell._instance = before


STALE = {  # cells, and what the check says in the end
    "a SyntaxError": ([RIGHT, "def my_ink(X)\n    return X.sum(axis=0)", CHECK],
     ("syntax error", "stopped with a SyntaxError in line 1, `def my_ink(X)`: expected ':'")),
    "an IndentationError": ([WRONG, "def my_ink(X):\nreturn X.mean(axis=0)", CHECK],
     ("syntax error", "stopped with an IndentationError in line 2, `return X.mean(axis=0)`")),
    "a parenthesis": ([BLANK, "def my_ink(X):\n    return X.mean(axis=0", CHECK],
     ("syntax error", "in line 2, `return X.mean(axis=0`: '(' was never closed")),
    "no def": ([BLANK, "my_ink(X):\n    return X.mean(axis=0)", CHECK],
     ("syntax error", "in line 1, `my_ink(X):`")),
    "another keyword": ([BLANK, "define my_ink(X):\n    return X.mean(axis=0)", CHECK],
     ("syntax error", "in line 1, `define my_ink(X):`")),
    "the check again": ([RIGHT, "def my_ink(X)\n    return 1", CHECK, CHECK, "1 + 1", CHECK],
     ("syntax error", "fix the cell, run it, then run this cell again")),
    "another name": ([BLANK, RIGHT.replace("my_ink", "my_inc"), CHECK],
     ("another name", "you gave a value to `my_inc`, and this check asks for `my_ink`: is it")),
    "another case": ([WRONG, RIGHT.replace("my_ink", "my_Ink"), CHECK, CHECK],
     ("another name", "you gave a value to `my_Ink`")),
    "an error before": ([WRONG, f"import nonsense\n{RIGHT}", CHECK],
     ("stopped", "stopped with a ModuleNotFoundError before there was a new answer")),
    "a value": (["my_tent = ...", "my_tent = np.array([1]) + np.array([1, 2]) @ [1]",
                 "check_tent(my_tent)"],
     ("stopped", "the cell with your `my_tent` stopped with a ValueError")),
}  # fmt: skip


@pytest.mark.parametrize("name", STALE)
def test_no_answer_is_judged_that_another_should_have_replaced(run, name):
    cells, (mistake, sentence) = STALE[name]
    verdict = run(*cells)
    assert (verdict.state, verdict.mistake) == ("not yet", mistake), verdict
    assert sentence in verdict.message


UNDEFINED = {
    "not run": ([CHECK], "○ Exercise 1.2 is open: `my_ink` is not defined: run the cell above"),
    "a SyntaxError": (["def my_ink(X)\n    return 1", CHECK], "stopped with a SyntaxError in line 1"),
    "another name": ([RIGHT.replace("ink", "inc"), CHECK], "you gave a value to `my_inc`"),
    "in the check": ([RIGHT, "check_ink(my_inc)"],
                     "`my_inc` is not defined, but `my_ink` is: is it spelled so?"),
    "elsewhere": ([RIGHT, "print(my_inc)"], "NameError"),
    "after the check": ([RIGHT, "check_ink(lambda X: X)\nprint(nothing)"], "NameError"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNDEFINED)
def test_an_undefined_name_is_explained_where_a_check_asks_for_it(run, name):
    cells, sentence = UNDEFINED[name]
    said = run(*cells)
    assert sentence in said
    assert ("Traceback" in said) == (sentence == "NameError")


FRESH = {
    "the usual way": [BLANK, CHECK, RIGHT, CHECK],
    "after a mistake was fixed": [WRONG, "def my_ink(X)\n  return 1", CHECK, RIGHT, CHECK],
    "after the name was fixed": [WRONG, RIGHT.replace("ink", "inc"), CHECK, RIGHT, CHECK],
    "in one cell": ["def my_ink(X)\n  return 1", f"{RIGHT}\n{CHECK}"],
    "with a helper of a like name": [
        "def my_ink(X):\n    return my_inks(X)",
        "def my_inks(X):\n    return X.mean(axis=0)",
        CHECK,
    ],
    "beside another exercise": [RIGHT, "def my_batches(X)\n  return 1", CHECK],
    "with an error in a cell that only uses it": [RIGHT, "print(my_ink(X)", CHECK],
    "with an error after it": [f"{RIGHT}\n1 / 0", CHECK],
    "timed": ["def my_ink(X)\n  return 1", f"%%time\n{RIGHT}", CHECK],
    "given by another name": ["def my_ink(X)\n  return 1", "f = lambda X: X.mean(0)\nmy_ink = f", CHECK],
}  # fmt: skip


@pytest.mark.parametrize("name", FRESH)
def test_an_answer_that_is_the_last_one_is_judged(run, name):
    assert run(*FRESH[name]).state == "solved"


def test_the_verdict_tells_programs_what_it_says(run):
    verdict = run(WRONG, CHECK)
    expected = {"key": "1.2", "state": "not yet", "mistake": "sum"}
    assert verdict._repr_mimebundle_() == ({}, {"exercise": expected})


def test_in_a_real_kernel(tmp_path):
    """The notebook shows the sentence in place of a traceback, and notes the mistake's name in its output."""
    cells = [IMPORT, CHECK, WRONG, CHECK, "def my_ink(X)\n    return X", CHECK]
    notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, cells)])
    resources = {"metadata": {"path": tmp_path}}
    NotebookClient(
        notebook, allow_errors=True, kernel_name="python3", resources=resources
    ).execute()
    undefined, judged, stopped = (notebook.cells[place].outputs[-1] for place in (1, 3, 5))
    assert undefined.ename == "NameError"
    assert undefined.traceback == [
        "○ Exercise 1.2 is open: `my_ink` is not defined: run the cell above first"
    ]
    assert judged.metadata.exercise == {"key": "1.2", "state": "not yet", "mistake": "sum"}
    assert "that is the sum of the pixels" in judged.data["text/html"]
    assert stopped.metadata.exercise.mistake == "syntax error"
