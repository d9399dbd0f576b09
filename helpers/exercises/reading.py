"""What the code of an answer uses, read without running it: an argument it ignores, a name it should do without."""

import dis
import re
import types

import numpy as np


def all_codes(code):
    """Return a code object and those of the functions inside it; raises nothing."""
    inner = [inside for part in code.co_consts if isinstance(part, types.CodeType) for inside in all_codes(part)]
    return [code, *inner]


def ignored_argument(answer):
    """Return the first argument that a function never looks at, also one that it overwrites first; raises nothing."""
    code = getattr(answer, "__code__", None)
    if code is None:
        return None
    first = {}
    for step in dis.get_instructions(code):
        names = step.argval if isinstance(step.argval, tuple) else (step.argval,)
        for kind, name in zip(re.findall("LOAD|STORE", step.opname), names, strict=False):
            if re.search("FAST|DEREF|CLOSURE", step.opname) and isinstance(name, str):
                first.setdefault(name, kind)
    return next((name for name in code.co_varnames[: code.co_argcount] if first.get(name) != "LOAD"), None)


def notebook_data(answer):
    """Return the name of an array or data set of the notebook that a function reads, or None; raises nothing."""
    code, names = getattr(answer, "__code__", None), getattr(answer, "__globals__", {})
    for name in (name for one in all_codes(code) for name in globals_of(one)) if code else ():
        if isinstance(names.get(name), np.ndarray) or hasattr(names.get(name), "image_shape"):
            return name
    return None


def globals_of(code):
    """Return the names that a code object looks up outside of its function, in their order; raises nothing."""
    return [step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")]


def forbidden_name(answer, names):
    """Return the first of `names` that a function uses, or None; raises nothing."""
    code = getattr(answer, "__code__", None)
    used = [name for one in all_codes(code) for name in globals_of(one)] if code else []
    return next((name for name in names if name in used), None)


def ignored(answer):
    """Return (name, sentence) where a function ignores an argument, else None; raises nothing."""
    if (name := ignored_argument(answer)) is None:
        return None
    instead = notebook_data(answer)
    other = f"; it takes `{instead}` of the notebook instead" if instead and instead != name else ""
    return "ignored", f"it never looks at the `{name}` that it is given{other}"
