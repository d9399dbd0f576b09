"""Runs that come with the JupyterLite site: where there are no processes, notebook 6 would take half an hour."""

import inspect
import linecache
import types
from pathlib import Path

from helpers.experiments.store import RunFile

FILE = Path(__file__).with_name("finished_runs.jsonl")  # only in the site, where site/lite/build.py puts it


def runs_of_the_site():
    """Return the RunFile that came with the JupyterLite site, or None. Raises ValueError where it is damaged."""
    return RunFile(FILE) if FILE.exists() else None


def rows_on_file(keys, own, of_the_site):
    """Return for each key of a run its row, or None where no file holds it; say how many are those of the site.

    keys: texts. own: the RunFile of this sweep, or None. of_the_site: what `runs_of_the_site` returned, or None.
    Raises nothing.
    """
    rows = [own and own.finished(key) for key in keys]
    if of_the_site is None:
        return rows
    found = [row or of_the_site.finished(key) for row, key in zip(rows, keys, strict=True)]
    done = len(found) - found.count(None)
    print(f"{done} of {len(found)} runs are read from the file, {len(found) - done} are done here.")
    return found


def portable(measure):
    """Return what names `measure` for a file of runs: its source where that says it all, otherwise itself.

    The site's runs were done with another version of Python, which makes other bytecode of the same source. The
    source says it all of a function of a notebook's cell that takes nothing from outside of it. Raises nothing.
    """
    if not isinstance(measure, types.FunctionType):
        return measure
    code = measure.__code__
    inner = any(isinstance(constant, types.CodeType) for constant in code.co_consts)
    outside = [measure.__defaults__, measure.__kwdefaults__, measure.__closure__, getattr(measure, "__wrapped__", None)]
    if inner or any(outside) or not measure.__globals__.keys().isdisjoint(code.co_names):
        return measure
    if measure.__name__ == "<lambda>" or Path(code.co_filename).exists():  # a file may have been edited since
        return measure
    lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :]  # getsource may guess another file
    return "".join(inspect.getblock(lines)) if lines else measure
