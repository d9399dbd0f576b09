"""Call a learner's function on copies, and keep whatever happens: result, error, output, a changed argument."""

import contextlib
import copy
import dataclasses
import inspect
import io
import linecache
import re
import traceback
import warnings

import numpy as np

from helpers.exercises.comparing import find_difference, parts


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What one call did: `returned`, or `error`; `changed`: the argument that it changed; `printed`: its output."""

    returned: object = None
    error: BaseException | None = None
    changed: str | None = None
    printed: str = ""


def wrong_arguments(function, names, count):
    """Return a sentence where the function cannot be called with `count` arguments, else None; raises nothing."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(*range(count))
    except TypeError:
        own = ", ".join(signature.parameters) or "none"
        return f"takes the arguments ({own}), but the check calls it with ({', '.join(names[:count])})"
    return None


def same(one, other):
    """Return whether an argument is as it was before the call; raises nothing.

    What cannot be compared counts as unchanged.
    """
    if isinstance(one, np.ndarray):
        return find_difference(one, other, 0, 0) is None
    if (inner := parts(one)) is not None:
        outer = parts(other)
        return len(inner) == len(outer) and all(same(a, b) for (_, a), (_, b) in zip(inner, outer, strict=True))
    return True


def call(function, case, names=()):
    """Call the function with copies of the case's arguments and return an Outcome; raises nothing."""
    arguments = copy.deepcopy(case.arguments)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            returned = function(*arguments)
    except (Exception, SystemExit) as error:
        return Outcome(error=error, printed=printed.getvalue())
    pairs = zip(arguments, case.arguments, strict=True)
    changed = [place for place, (after, before) in enumerate(pairs) if not same(after, before)]
    name = (names[changed[0]] if changed[0] < len(names) else "its argument") if changed else None
    return Outcome(returned, None, name, printed.getvalue())


def describe_error(error, answer):
    """Return "it stops with a NameError in line 2, `return maxmum(Z, 0)`: name ..."; raises nothing."""
    code = getattr(answer, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if code is not None and frame.filename == code.co_filename]
    kind = type(error).__name__
    where = ""
    if own:
        text = (own[-1].line or linecache.getline(own[-1].filename, own[-1].lineno)).strip()
        where = f" in line {own[-1].lineno} of its cell" + (f", `{text}`" if text else "")
    message = " ".join(str(error).split())
    if sizes := re.search(r"matmul.*size (\d+) is different from (\d+)", message):
        message = f"the inner two numbers of a matrix product must agree, but they are {sizes[2]} and {sizes[1]}"
    article = "an" if kind[0] in "AEIOU" else "a"
    return f"it stops with {article} {kind}{where}" + (f": {message[:200]}" if message else "")
