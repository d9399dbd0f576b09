"""Mistakes that many exercises share, told from the numbers alone: transposed, sign, factor m, `>=`, and so on."""

import itertools

import numpy as np

from helpers.exercises.comparing import find_difference
from helpers.exercises.showing import is_scalar, show_number


def recognize(difference, attempt):
    """Return (name, sentence) of the shared mistake that explains the difference, or None.

    difference: a Difference. attempt: the Attempt it was found in (see attempt.py). Raises nothing.
    """
    for recognizer in (other_order_of_parts, *RECOGNIZERS[difference.kind]):
        found = recognizer(difference, attempt)
        if found is not None:
            return found
    return None


def other_order_of_parts(difference, attempt):
    """Recognize the right parts of a tuple in the wrong order, in all cases; raises nothing."""
    names = attempt.exercise.returns
    values = [outcome.returned for outcome in attempt.outcomes]
    if not names or not all(isinstance(value, (list, tuple)) and len(value) == len(names) for value in values):
        return None
    for order in itertools.permutations(range(len(names))) if len(names) <= 4 else ():
        turned = [tuple(value[place] for place in order) for value in values]
        pairs = zip(turned, attempt.expected, strict=True)
        if all(find_difference(value, right, 1e-9, 1e-12) is None for value, right in pairs):
            return "order of parts", f"the parts are right, but in another order: first {', then '.join(names)}"
    return None


def missing(difference, attempt):
    """Recognize a function that returns nothing; raises nothing."""
    if attempt.outcome.printed:
        return "printed", "it prints its result; give it back with `return` instead"
    return "no return", "is the `return` missing?"


def other_type(difference, attempt):
    """Recognize a list for an array, an array for a number, a function for its result; raises nothing."""
    returned, expected = difference.returned, difference.expected
    if isinstance(returned, (list, tuple)) and isinstance(expected, np.ndarray):
        return "a list", "make it an array with `np.array(...)`"
    if isinstance(returned, np.ndarray) and is_scalar(expected):
        if returned.size == 1:
            return "an array of one", "take the number out of the array, for example with `.item()`"
        return "not summed up", "is a sum or a mean missing, or its `axis` one too many?"
    if is_scalar(returned) and isinstance(expected, np.ndarray):
        return "summed up", "one number is left of it: does a sum, mean or maximum need its `axis`?"
    if hasattr(returned, "to_numpy") and isinstance(expected, np.ndarray):
        return "of pandas", "that is of pandas: make it an array with `.to_numpy()`"
    if isinstance(expected, list) and isinstance(returned, np.ndarray):
        return "an array", "make it a list with `.tolist()`"
    if isinstance(expected, list) and hasattr(returned, "__next__"):
        return "an iterator", "make it a list with `list(...)`"
    if callable(returned) and not callable(expected):
        return "not called", "call the function with its arguments in parentheses"
    return None


def other_shape(difference, attempt):
    """Recognize a transposed array, a lost axis, the other axis; raises nothing."""
    returned, expected = difference.returned, difference.expected
    if expected.ndim == 2 and returned.shape == expected.shape[::-1] and 1 not in expected.shape:
        return "transposed", "which factor is transposed?"
    if returned.ndim == expected.ndim - 1 and returned.shape == tuple(n for n in expected.shape if n != 1):
        return "flat", "an axis got lost: is `keepdims=True` missing?"
    if expected.ndim == returned.ndim - 1 and expected.shape == tuple(n for n in returned.shape if n != 1):
        return "too deep", "there is an axis too many: is a `keepdims=True` or a `reshape` not needed?"
    for values in attempt.case.arguments:
        if isinstance(values, np.ndarray) and values.ndim == 2 and values.shape[0] != values.shape[1]:
            swap = dict(zip(values.shape, values.shape[::-1], strict=True))
            if returned.shape != expected.shape and tuple(swap.get(n, n) for n in returned.shape) == expected.shape:
                return "wrong axis", "was it done along the wrong `axis`?"
    return None


def other_dtype(difference, attempt):
    """Recognize right numbers of the wrong type; raises nothing."""
    want = np.asarray(difference.expected).dtype
    if want.kind == "b":
        return "dtype", "the numbers are right, but a comparison such as `>` gives True and False by itself"
    if want.itemsize < 4:
        return "dtype", "the numbers are right, and `astype` would change their type"
    if is_scalar(difference.expected):
        return "dtype", "it is right, but should be a whole number: `int(...)`, or `//` for a division"
    return "dtype", "the numbers are right, but they should be whole: did a division or `np.zeros` make them floats?"


def not_finite(difference, attempt):
    """Recognize nan and infinity; raises nothing."""
    if not numeric(difference):
        return None
    bad = ~np.isfinite(np.asarray(difference.returned, dtype=float))
    if (bad & np.isfinite(np.asarray(difference.expected, dtype=float))).any():
        if np.isnan(np.asarray(difference.returned, dtype=float)).any():
            return "nan", "`nan` is not a number: it comes of 0 / 0, or of infinity divided by or taken from infinity"
        return "infinity", "a number became too large, or was divided by 0"
    return None


def boundary(difference, attempt):
    """Recognize `>=` for `>`: the answers differ only where an argument is 0; raises nothing."""
    returned, expected = np.asarray(difference.returned), np.asarray(difference.expected)
    for values in attempt.case.arguments:
        if isinstance(values, np.ndarray) and values.shape == returned.shape and returned.ndim and numeric(difference):
            wrong = ~np.isclose(returned.astype(float), expected.astype(float), equal_nan=True)
            if wrong.any() and (values[wrong] == 0).all() and not (values[~wrong] == 0).any() and not wrong.all():
                return "boundary", "it goes wrong only where the input is 0: should it be `>` or `>=`?"
    return None


def constant_factor(difference, attempt):
    """Recognize a sign or a factor that is the same everywhere, in all cases; raises nothing."""
    pairs = attempt.pairs(difference.name)
    ratios = [ratio(returned, expected) for returned, expected in pairs]
    if not ratios or None in ratios or sum(np.count_nonzero(expected) for _, expected in pairs) < 2:
        return None
    sizes = attempt.sizes()
    if np.allclose(ratios, -1):
        return "sign", "only the sign is wrong"
    for sign, words in ((1, ""), (-1, ", and the sign is wrong")):
        if None not in sizes and np.allclose(ratios, sign * np.array(sizes)):
            return "factor m", f"right up to a factor of m{words}: is the mean over the examples missing?"
        if None not in sizes and np.allclose(ratios, sign / np.array(sizes)):
            return "factor 1/m", f"right up to a factor of 1/m{words}: was it divided by m once too often?"
    if np.allclose(ratios, ratios[0]):
        return "factor", f"right up to a factor of {show_number(ratios[0])}"
    return None


def other_order(difference, attempt):
    """Recognize the right numbers in the wrong places; raises nothing."""
    returned, expected = np.asarray(difference.returned), np.asarray(difference.expected)
    square = numeric(difference) and returned.ndim == 2 and returned.shape == expected.T.shape
    if square and np.allclose(returned.T, expected):
        return "transposed", "which factor is transposed?"
    if returned.size > 2 and numeric(difference) and np.allclose(np.sort(returned, None), np.sort(expected, None)):
        return "order", "the numbers are right, but in another order"
    return None


def low_precision(difference, attempt):
    """Recognize a result that was right before it was rounded; raises nothing."""
    returned, expected = np.asarray(difference.returned), np.asarray(difference.expected)
    if numeric(difference) and np.allclose(returned.astype(float), expected.astype(float), rtol=1e-3, atol=1e-6):
        if returned.dtype in (np.float32, np.float16):
            return "precision", f"nearly right: {returned.dtype} has too few digits, calculate in float64"
        return "rounded", "nearly right: was it rounded on the way?"
    return None


def numeric(difference):
    """Return whether both sides are numbers; raises nothing."""
    sides = (np.asarray(difference.returned), np.asarray(difference.expected))
    return all(side.dtype.kind in "biuf" for side in sides) and sides[0].shape == sides[1].shape


def ratio(returned, expected):
    """Return the number by which `returned` is `expected` multiplied, or None where there is none; raises nothing."""
    returned, expected = np.asarray(returned, dtype=float).ravel(), np.asarray(expected, dtype=float).ravel()
    if returned.shape != expected.shape or not np.isfinite(returned).all() or not np.isfinite(expected).all():
        return None
    largest = np.abs(expected).argmax() if expected.size else 0
    if not expected.size or expected[largest] == 0 or returned[largest] == 0:
        return None
    factor = returned[largest] / expected[largest]
    return factor if np.allclose(returned, factor * expected, rtol=1e-7, atol=1e-12) else None


RECOGNIZERS = {
    "missing": (missing,),
    "type": (other_type,),
    "length": (),
    "shape": (other_shape,),
    "dtype": (other_dtype,),
    "values": (not_finite, boundary, low_precision, constant_factor, other_order),
}
