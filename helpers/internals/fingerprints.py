"""Settings and functions as text: a readable one for tables, and a checksum of every detail."""

import functools
import hashlib
import inspect
import linecache
import types
from pathlib import Path

import numpy as np


def readable(value):
    """Return a setting as a table can show and group it: lists as tuples, functions by their name.

    A function that another one made is called as that was: cosine(final=0.0, warm_up=0.05).
    """
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list | tuple | np.ndarray):
        return tuple(readable(entry) for entry in value)
    if isinstance(value, type | np.dtype):
        return getattr(value, "__name__", None) or value.name
    if isinstance(value, functools.partial):
        return _call(value.func, [*map(_text, value.args), *_pairs(value.keywords)])
    if isinstance(value, types.FunctionType) and value.__closure__:
        inside = inspect.getclosurevars(value).nonlocals
        return _call(value, _pairs(inside))
    if callable(value):
        return getattr(value, "__qualname__", type(value).__name__)
    return value if isinstance(value, bool | int | float | str | None) else repr(value)


def _call(function, arguments):
    name = (
        getattr(function, "__qualname__", type(function).__name__).split(".<locals>")[0].lstrip("_")
    )
    return f"{name}({', '.join(arguments)})"


def _pairs(values):
    return [f"{name}={_text(value)}" for name, value in values.items()]


def _text(value):
    return value if isinstance(value := readable(value), str) else repr(value)


def fingerprint(value):
    """Return a text that is the same for the same value in every process, else another.

    Of a function it holds the code, the defaults, what it closes over and, for one that was written
    in a notebook, the globals that it names. value: a setting, an array, a Dataset or a function.
    """
    return hashlib.sha256(_describe(value, ()).encode("utf8", "backslashreplace")).hexdigest()


def _describe(value, above):
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | int | float | str | bytes | None):
        return repr(value)
    if id(value) in above:  # a function that calls itself
        return "again"
    above = (*above, id(value))
    many = functools.partial(_many, above=above)
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        content = hashlib.sha256(np.ascontiguousarray(value)).hexdigest()
        return f"array {value.shape} {value.dtype} {content}"
    if isinstance(value, list | tuple | np.ndarray):
        return f"[{many(value)}]"
    if isinstance(value, set | frozenset):
        return f"set [{', '.join(sorted(_describe(entry, above) for entry in value))}]"
    if isinstance(value, dict):
        return f"dict [{many(entry for pair in value.items() for entry in pair)}]"
    if isinstance(value, type | types.ModuleType | types.BuiltinFunctionType | np.ufunc):
        return (
            f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', value.__name__)}"
        )
    if isinstance(value, types.CodeType):
        return f"code {value.co_code!r} {value.co_names} [{many(value.co_consts)}]"
    if isinstance(value, types.MethodType):
        return f"method [{many((value.__func__, value.__self__))}]"
    if isinstance(value, functools.partial):
        return f"partial [{many((value.func, value.args, value.keywords))}]"
    if isinstance(value, types.FunctionType):
        inside = inspect.getclosurevars(value).nonlocals
        code = _source(value.__code__) or value.__code__
        parts = (code, value.__defaults__, value.__kwdefaults__, inside)
        own = _named_globals(value) if value.__module__ == "__main__" else {}
        return f"function {value.__module__}.{value.__qualname__} [{many((*parts, own))}]"
    inside = many(vars(value).items()) if hasattr(value, "__dict__") else repr(value)
    return f"{type(value)} [{inside}]"


def _many(values, above):
    return ", ".join(_describe(value, above) for value in values)


def _source(code):
    """Return the source of a function of a notebook's cell, or None.

    Unlike its bytecode it is the same in every version of Python, and so in the browser.
    """
    in_a_file = Path(code.co_filename).exists()  # which may have been edited since
    if in_a_file or code.co_name == "<lambda>":
        return None
    lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :]
    return "".join(inspect.getblock(lines)) if lines else None


def _named_globals(function):
    """Return the globals that a function names, also in the functions inside of it."""
    names, codes = set(), [function.__code__]
    for code in codes:
        names.update(code.co_names)
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return {
        name: function.__globals__[name] for name in sorted(names) if name in function.__globals__
    }
