"""Where an answer differs from the right one, and how numbers, arrays and arguments are written."""

import dataclasses
import math

import numpy as np

FLOAT32 = 3e-6  # the relative error up to which an answer in float32 is right
MOST_NUMBERS = 16  # an array with more is shown by its shape and its first wrong place


@dataclasses.dataclass(frozen=True)
class Difference:
    """The first difference found."""

    kind: str  # "missing", "type", "length", "shape", "dtype" or "values"
    name: str  # "" for the whole answer, else the part, such as "dW"
    returned: object
    expected: object


# Finding it


def find_difference(returned, expected, rtol=1e-9, atol=1e-12, name="", names=None):
    """The first Difference, or None; names: what the parts of a tuple are called."""
    if returned is None and expected is not None:
        return Difference("missing", name, returned, expected)
    wanted = parts(expected)
    if wanted is None:
        return single_difference(returned, expected, rtol, atol, name)
    found = parts(returned)
    tuples = isinstance(expected, (list, tuple)) and isinstance(returned, (list, tuple))
    if found is None or not (tuples or isinstance(returned, type(expected))):
        return Difference("type", name, returned, expected)
    other_keys = not tuples and [key for key, _ in found] != [key for key, _ in wanted]
    if len(found) != len(wanted) or other_keys:
        return Difference("length", name, returned, expected)
    for place, ((_, part), (key, right)) in enumerate(zip(found, wanted, strict=True)):
        full = names[place] if names else join_names(name, key)
        if (difference := find_difference(part, right, rtol, atol, full)) is not None:
            return difference
    return None


def single_difference(returned, expected, rtol, atol, name):
    """The Difference of two arrays, numbers or other single things, or None."""
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
    if not dtype_fits(returned, expected):
        return Difference("dtype", name, returned, expected)
    return None


def close(returned, expected, rtol, atol):
    """Whether two arrays or numbers of one shape agree, nan equal to nan."""
    returned, expected = np.asarray(returned), np.asarray(expected)
    if returned.dtype.kind not in "biuf" or expected.dtype.kind not in "biuf":
        return returned.dtype.kind in "OUS" and np.array_equal(returned, expected)
    if expected.dtype.kind in "biu" and returned.dtype.kind in "biu":
        return np.array_equal(returned, expected)
    floats = returned.astype(float), expected.astype(float)
    if returned.dtype.kind == "f" and returned.dtype.itemsize == 4:  # right to the digits it has
        largest = np.max(np.abs(floats[1]), where=np.isfinite(floats[1]), initial=0)
        rtol, atol = max(rtol, FLOAT32), max(atol, 0.1 * FLOAT32 * largest)
    return np.allclose(*floats, rtol=rtol, atol=atol, equal_nan=True)


def dtype_fits(returned, expected):
    """Whether the type of the numbers can stand for the expected one."""
    got, want = np.asarray(returned).dtype, np.asarray(expected).dtype
    if isinstance(expected, np.ndarray) and want.kind in "iuf" and want.itemsize < 4:
        return got == want  # whoever expects a small type expects just this one
    return got.kind == want.kind or want.kind == "f" or (want.kind in "iu" and got.kind in "iu")


def parts(value):
    """[(name, part), ...] of a value made of parts, or None where it is a single thing."""
    if hasattr(value, "_fields"):
        return list(zip(value._fields, value, strict=True))
    if isinstance(value, dict):
        return [(repr(key), item) for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        layers = all(getattr(item, "_fields", None) == ("W", "b") for item in value)
        form = "layer {}" if layers else "[{}]"
        return [(form.format(place + layers), item) for place, item in enumerate(value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(one.name, getattr(value, one.name)) for one in dataclasses.fields(value)]
    if hasattr(value, "columns") and hasattr(value, "to_dict"):  # a table of pandas
        return [(f"column {name!r}", value[name].to_numpy()) for name in value.columns]
    return None


def join_names(name, key):
    """The name of a part: "W of layer 2", "result[0]", "table.column 'x'"."""
    if "layer " in f"{name}{key}":
        return f"{key} of {name}" if name else key
    if key.startswith("["):
        return f"{name or 'result'}{key}"
    return f"{name}.{key}" if name else key


# Saying it


def describe(difference, reveal, rtol, atol):
    """A Difference in words: what came, and (with `reveal`) what was expected."""
    returned, expected, kind = difference.returned, difference.expected, difference.kind
    subject = f"your {difference.name} is" if difference.name else "you returned"
    came = f"{subject} {describe_type(returned)}"
    if kind == "missing":
        return came
    if kind == "length" and isinstance(expected, (list, tuple)):
        return f"{came}, expected {len(expected)}"
    if kind in ("type", "length"):
        number = isinstance(returned, np.ndarray) and is_scalar(expected)
        return f"{came}, expected {'a single number' if number else describe_type(expected)}"
    if kind == "shape":
        name = difference.name
        subject = f"your {name} has shape" if name else "you returned an array of shape"
        return f"{subject} {returned.shape}, expected {expected.shape}"
    if kind == "dtype":
        got, want = np.asarray(returned).dtype, np.asarray(expected).dtype
        what = "a number" if is_scalar(returned) else "numbers"
        return f"{subject} {what} of type {got}, expected {want}"
    large = isinstance(returned, np.ndarray) and show(returned) == describe_type(returned)
    if large and (place := first_place(returned, expected, rtol, atol)) is not None:
        returned, expected = returned[place], expected[place]
        subject = f"the entry {list(place)} of your {difference.name or 'array'} is"
    got, want = show_pair(returned, expected)
    return f"{subject} {got}, expected {want}" if reveal else f"{subject} {got}, which is not right"


def first_place(returned, expected, rtol, atol):
    """The index of the first entry that differs, as a tuple."""
    for place in np.ndindex(returned.shape):
        if not close(returned[place], expected[place], rtol, atol):
            return place
    return None


def is_scalar(value):
    """Whether the value is a single number: of Python, of NumPy, or an array without axes."""
    return isinstance(value, (bool, int, float, np.number, np.bool_)) or (
        isinstance(value, np.ndarray) and value.ndim == 0
    )


def describe_type(value):
    """What a value is, in words with an article."""
    if value is None:
        return "nothing (`None`)"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    if isinstance(value, (bool, np.bool_)):
        return "a single True or False"
    if is_scalar(value):
        return "a single number"
    if callable(value):
        return "a function"
    name = type(value).__name__
    words = f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"
    return f"{words} of {len(value)}" if isinstance(value, (list, tuple, dict)) else words


def show_number(value, digits=4):
    """One number as text, floats with `digits` significant digits."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if not isinstance(value, (float, np.floating)):
        return repr(value)
    value = float(value)
    is_whole = math.isfinite(value) and value == int(value) and abs(value) < 1e15
    return str(int(value)) if is_whole else f"{value:.{digits}g}"


def show_nested(value, digits):
    """Nested lists of numbers as text."""
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(show_nested(item, digits) for item in value) + "]"
    return show_number(value, digits)


def show(value, digits=4):
    """A value as it stands in a sentence: in full if it is short, else what it is."""
    if isinstance(value, np.ndarray):
        short = value.size <= MOST_NUMBERS and value.dtype.kind in "biufUS"
        return show_nested(value.tolist(), digits) if short else describe_type(value)
    if is_scalar(value):
        return show_number(value, digits)
    if isinstance(value, str):
        return repr(value) if len(value) <= 60 else f"{value[:57]!r}..."
    if isinstance(value, (list, tuple)):
        plain = all(is_scalar(item) or isinstance(item, str) for item in value)
        short = plain and len(value) <= MOST_NUMBERS
        return show_nested(list(value), digits) if short else describe_type(value)
    if isinstance(value, dict) and len(value) <= 6 and all(map(is_scalar, value.values())):
        items = (f"{key!r}: {show_number(item, digits)}" for key, item in value.items())
        return "{" + ", ".join(items) + "}"
    return describe_type(value)


def show_pair(returned, expected):
    """Both values as text, with as many digits as it takes to see that they differ."""
    for digits in (4, 7, 12, 17):
        texts = show(returned, digits), show(expected, digits)
        if texts[0] != texts[1]:
            break
    return texts


def show_arguments(names, values, shapes=False):
    """ "Z = [-1, 0, 2], X of shape (784, 5)", with `shapes` for all matrices; no functions."""
    texts = []
    for name, value in zip(names, values, strict=False):
        is_array = isinstance(value, np.ndarray)
        if is_array and (value.size > MOST_NUMBERS or (shapes and value.ndim > 1)):
            texts.append(f"{name} of shape {value.shape}")
        elif is_scalar(value) or isinstance(value, (str, np.ndarray)):
            texts.append(f"{name} = {show(value)}")
        elif isinstance(value, (list, tuple)) and (text := show(value)).startswith("["):
            texts.append(f"{name} = {text}")
    return ", ".join(texts)
