"""Where an answer differs from the right one, and the words for it."""

import dataclasses

import numpy as np

from helpers.exercises.showing import is_scalar, kind_of, show, show_pair


@dataclasses.dataclass(frozen=True)
class Difference:
    """The first difference found: `kind` is "missing", "type", "length", "shape", "dtype" or "values"."""

    kind: str
    name: str  # "" for the whole answer, else the part, such as "dW"
    returned: object
    expected: object


def close(returned, expected, rtol, atol):
    """Return whether two arrays or numbers of one shape agree, nan equal to nan; raises nothing."""
    returned, expected = np.asarray(returned), np.asarray(expected)
    if returned.dtype.kind not in "biuf" or expected.dtype.kind not in "biuf":
        return returned.dtype.kind in "OUS" and np.array_equal(returned, expected)
    if expected.dtype.kind in "biu" and returned.dtype.kind in "biu":
        return np.array_equal(returned, expected)
    return np.allclose(returned.astype(float), expected.astype(float), rtol=rtol, atol=atol, equal_nan=True)


def dtype_fits(returned, expected):
    """Return whether the type of the numbers can stand for the expected one; raises nothing."""
    got, want = np.asarray(returned).dtype, np.asarray(expected).dtype
    if isinstance(expected, np.ndarray) and want.kind in "iuf" and want.itemsize < 4:
        return got == want  # whoever expects a small type expects just this one
    return got.kind == want.kind or want.kind == "f" or (want.kind in "iu" and got.kind in "iu")


def parts(value):
    """Return [(name, part), ...] of a value made of parts, or None where it is a single thing; raises nothing."""
    if hasattr(value, "_fields"):
        return list(zip(value._fields, value, strict=True))
    if isinstance(value, dict):
        return [(repr(key), item) for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        layers = all(getattr(item, "_fields", None) == ("W", "b") for item in value)
        return [(f"layer {place + 1}" if layers else f"[{place}]", item) for place, item in enumerate(value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
    if hasattr(value, "columns") and hasattr(value, "to_dict"):  # a table of pandas
        return [(f"column {name!r}", value[name].to_numpy()) for name in value.columns]
    return None


def find_difference(returned, expected, rtol, atol, name="", names=None):
    """Return the first Difference of `returned` from `expected`, or None where they agree.

    name: what the answer is called. names: names of its parts, where it is a tuple. Raises nothing.
    """
    if returned is None and expected is not None:
        return Difference("missing", name, returned, expected)
    wanted = parts(expected)
    if wanted is None:
        return single_difference(returned, expected, rtol, atol, name)
    found = parts(returned)
    tuples = isinstance(expected, (list, tuple)) and isinstance(returned, (list, tuple))
    if found is None or not (tuples or isinstance(returned, type(expected))):
        return Difference("type", name, returned, expected)
    if len(found) != len(wanted) or (not tuples and [key for key, _ in found] != [key for key, _ in wanted]):
        return Difference("length", name, returned, expected)
    for place, ((_, part), (key, right)) in enumerate(zip(found, wanted, strict=True)):
        full = names[place] if names else join_names(name, key)
        if (difference := find_difference(part, right, rtol, atol, full)) is not None:
            return difference
    return None


def join_names(name, key):
    """Return the name of a part: "W of layer 2", "result[0]", "table.column 'x'"; raises nothing."""
    if "layer " in f"{name}{key}":
        return f"{key} of {name}" if name else key
    if key.startswith("["):
        return f"{name or 'result'}{key}"
    return f"{name}.{key}" if name else key


def single_difference(returned, expected, rtol, atol, name):
    """Return the Difference of two arrays, numbers or other single things, or None; raises nothing."""
    if isinstance(expected, np.ndarray) and expected.ndim:
        if not isinstance(returned, np.ndarray):
            return Difference("type", name, returned, expected)
        if returned.shape != expected.shape:
            return Difference("shape", name, returned, expected)
    elif is_scalar(expected):
        if not is_scalar(returned):
            return Difference("type", name, returned, expected)
    else:
        try:
            same = bool(returned == expected)
        except (TypeError, ValueError):
            same = False
        return None if same else Difference("values", name, returned, expected)
    if not close(returned, expected, rtol, atol):
        return Difference("values", name, returned, expected)
    return None if dtype_fits(returned, expected) else Difference("dtype", name, returned, expected)


def first_place(returned, expected, rtol, atol):
    """Return the index of the first entry that differs, as a tuple; raises nothing."""
    entries = np.ndindex(returned.shape)
    return next((place for place in entries if not close(returned[place], expected[place], rtol, atol)), None)


def describe(difference, reveal, rtol, atol):
    """Return a Difference in words: what came, and (with `reveal`) what was expected; raises nothing."""
    returned, expected = difference.returned, difference.expected
    subject = f"your {difference.name} is" if difference.name else "you returned"
    if difference.kind == "missing":
        return f"{subject} nothing (`None`)"
    if difference.kind == "type" or (difference.kind == "length" and not isinstance(expected, (list, tuple))):
        if isinstance(returned, np.ndarray) and is_scalar(expected):
            return f"{subject} {kind_of(returned)}, expected a single number"
        return f"{subject} {kind_of(returned)}, expected {kind_of(expected)}"
    if difference.kind == "length":
        return f"{subject} {kind_of(returned)}, expected {len(expected)}"
    if difference.kind == "shape":
        subject = f"your {difference.name} has shape" if difference.name else "you returned an array of shape"
        return f"{subject} {returned.shape}, expected {expected.shape}"
    if difference.kind == "dtype":
        got, want = np.asarray(returned).dtype, np.asarray(expected).dtype
        what = "a number" if is_scalar(returned) else "numbers"
        return f"{subject} {what} of type {got}, expected {want}"
    large = isinstance(returned, np.ndarray) and show(returned) == kind_of(returned)
    if large and (place := first_place(returned, expected, rtol, atol)) is not None:
        got, want = show_pair(returned[place], expected[place])
        where = f"the entry {list(place)} of your {difference.name or 'array'} is {got}"
        return f"{where}, expected {want}" if reveal else f"{where}, which is not right"
    got, want = show_pair(returned, expected)
    return f"{subject} {got}, expected {want}" if reveal else f"{subject} {got}, which is not right"
