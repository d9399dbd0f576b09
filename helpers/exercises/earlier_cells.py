"""What was run before a check: an answer that stopped, or one under another name, is not judged by its predecessor."""

import ast
import difflib
import linecache
import re
import sys
import warnings

from helpers.exercises.declaring import REGISTRY
from helpers.exercises.source_code import all_names
from helpers.exercises.verdict import OPEN, Verdict

AGAIN = "run it, then run this cell again"
GIVES = re.compile(r"^(?:(?:async[ \t]+)?def[ \t]+(\w+)|(\w+)[ \t]*=(?!=))", re.MULTILINE)
CALL = re.compile(r"\b(check_\w+)\(\s*(\w+)")
ALIKE = 0.8  # of difflib: "my_inc" for "my_ink" has 0.83, and so have most slips of one letter


def shell():
    """The IPython in which this runs, or None."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def cells():
    """[(number, text)] of all cells run so far, this one first."""
    history = getattr(shell(), "history_manager", None)
    return list(enumerate(getattr(history, "input_hist_raw", ())))[:0:-1]


def last_try(name, used=frozenset()):
    """(number, text, name) of the last cell that gives a value to `name`, or to what may be meant by it, or None."""
    others = {exercise.name for exercise in REGISTRY.values()} | used
    header = re.compile(rf"^(?:\w+[ \t]+{name}\b|{name}\b.*:[ \t]*$)", re.MULTILINE)
    for number, text in cells():
        given = [function or value for function, value in GIVES.findall(text)]
        if name in given or (header.search(text) and syntax_error(text)):
            return number, text, name
        slips = [one for one in given if one.lower().startswith("my") and one not in others]
        if slips := difflib.get_close_matches(name, slips, 1, ALIKE):
            return number, text, slips[0]
    return None


def python_of(text):
    """A cell as Python, its magics made calls."""
    return shell().transform_cell(text)


def syntax_error(text):
    """The SyntaxError that keeps a cell from running, or None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(python_of(text), "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        return error
    return None


def error_in(number, text):
    """The kind of error that stopped a cell while it ran, or None where none did or nobody knows."""
    noted = getattr(shell().history_manager, "exceptions", {}).get(number)  # since IPython 9
    if noted:
        return noted["ename"]
    last = shell().last_execution_result
    stopped = last and last.info.raw_cell.rstrip("\n") == text and last.error_in_exec
    return type(stopped).__name__ if stopped else None


def is_from(answer, text):
    """Whether a function was defined by this cell."""
    file = getattr(getattr(answer, "__code__", None), "co_filename", "")
    return "".join(linecache.getlines(file)).strip() == python_of(text).strip()


def trouble_before(name, answer=None):
    """(mistake, sentence) where the last try at an answer gave none, so that `answer` is an earlier one; else None."""
    found = last_try(name, frozenset(all_names(getattr(answer, "__code__", None))))
    if found is None or found[0] == cells()[0][0]:
        return None
    number, text, given = found
    if error := syntax_error(text):
        kind = f"{'an' if type(error).__name__[0] in 'AEIOU' else 'a'} {type(error).__name__}"
        line = (error.text or "").strip()
        where = f"line {error.lineno}" + (f", `{line}`" if line else "")
        words = f"the cell with your `{given}` stopped with {kind} in {where}: {error.msg}"
        return "syntax error", f"{words}; fix the cell, {AGAIN}"
    if given != name:
        words = f"you gave a value to `{given}`, and this check asks for `{name}`"
        return "another name", f"{words}: is it spelled so? Correct the cell, {AGAIN}"
    if (kind := error_in(number, text)) and not is_from(answer, text):
        words = (
            f"the cell with your `{name}` stopped with {'an' if kind[0] in 'AEIOU' else 'a'} {kind}"
        )
        return "stopped", f"{words} before there was a new answer; fix the cell, {AGAIN}"
    return None


# A name that is not defined: the check is never called, so IPython is asked to say more than NameError


def about_undefined(name):
    """The Verdict on a check that is called with an undefined name, or None where it is not about that."""
    calls = [check for check, given in CALL.findall(cells()[0][1]) if given == name]
    exercise = getattr(shell().user_ns.get(calls[0]), "exercise", None) if calls else None
    if exercise is None:
        return None
    if trouble := trouble_before(exercise.name):
        return Verdict(exercise.key, OPEN, trouble[1], trouble[0])
    there = [one for one in shell().user_ns if not one.startswith("_")]
    near = difflib.get_close_matches(name, there, 1, ALIKE)
    words = f", but `{near[0]}` is: is it spelled so?" if near else ": run the cell above first"
    return Verdict(exercise.key, OPEN, f"`{name}` is not defined{words}")


def show_undefined(here, kind, error, trace, tb_offset=None):
    """Show a NameError as a sentence where a check is called with an undefined name, else as IPython does."""
    verdict = about_undefined(error.name) if kind is NameError else None
    if verdict is None:
        here.showtraceback((kind, error, trace), tb_offset=tb_offset)
    else:
        here._showtraceback(kind, error, [repr(verdict)])


def watch_for_undefined():
    """Let IPython, where this runs in it, show such a NameError as a sentence."""
    if (here := shell()) is not None and not here.custom_exceptions:
        here.set_custom_exc((NameError,), show_undefined)
