"""How numbers, arrays and arguments are written in a sentence: the same with every version of NumPy."""

import math

import numpy as np

MOST_NUMBERS = 16  # an array with more is shown by its shape and its first wrong place


def show_number(value, digits=4):
    """Return one number as text, floats with `digits` significant digits; raises nothing."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        value = float(value)
        if value == int(value) if math.isfinite(value) else False:
            return str(int(value)) if abs(value) < 1e15 else f"{value:.{digits}g}"
        return f"{value:.{digits}g}"
    return repr(value)


def show_nested(value, digits):
    """Return nested lists of numbers as text; raises nothing."""
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(show_nested(item, digits) for item in value) + "]"
    return show_number(value, digits)


def is_scalar(value):
    """Return whether the value is a single number: of Python, of NumPy, or an array without axes; raises nothing."""
    return isinstance(value, (bool, int, float, np.number, np.bool_)) or (
        isinstance(value, np.ndarray) and value.ndim == 0
    )


def kind_of(value):
    """Return what a value is, in words with an article; raises nothing."""
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


def show(value, digits=4, most=MOST_NUMBERS):
    """Return a value as it stands in a sentence: in full if it is short, else what it is; raises nothing."""
    if isinstance(value, np.ndarray):
        short = value.size <= most and value.dtype.kind in "biufUS"
        return show_nested(value.tolist(), digits) if short else kind_of(value)
    if is_scalar(value):
        return show_number(value, digits)
    if isinstance(value, str):
        return repr(value) if len(value) <= 60 else f"{value[:57]!r}..."
    if isinstance(value, (list, tuple)):
        plain = all(is_scalar(item) or isinstance(item, str) for item in value)
        return show_nested(list(value), digits) if plain and len(value) <= most else kind_of(value)
    if isinstance(value, dict) and len(value) <= 6 and all(is_scalar(item) for item in value.values()):
        return "{" + ", ".join(f"{key!r}: {show_number(item, digits)}" for key, item in value.items()) + "}"
    return kind_of(value)


def show_pair(returned, expected, most=MOST_NUMBERS):
    """Return both values as text, with as many digits as it takes to see that they differ; raises nothing."""
    for digits in (4, 7, 12, 17):
        texts = show(returned, digits, most), show(expected, digits, most)
        if texts[0] != texts[1]:
            break
    return texts


def show_arguments(names, values, shapes=False):
    """Return "Z = [-1, 0, 2], X of shape (784, 5)", without generators and functions; raises nothing.

    shapes: write matrices by their shapes, because these are at issue.
    """
    parts = []
    for name, value in zip(names, values, strict=False):
        if isinstance(value, np.ndarray) and (value.size > MOST_NUMBERS or (shapes and value.ndim > 1)):
            parts.append(f"{name} of shape {value.shape}")
        elif is_scalar(value) or isinstance(value, (str, np.ndarray)):
            parts.append(f"{name} = {show(value)}")
        elif isinstance(value, (list, tuple)) and (text := show(value)).startswith("["):
            parts.append(f"{name} = {text}")
    return ", ".join(parts)
