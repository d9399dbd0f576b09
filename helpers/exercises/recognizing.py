"""Which mistake was made: predicates for those of one exercise, recognizers for those of all."""

import copy
import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers.exercises.comparing import find_difference, is_scalar, show_number


@dataclass(frozen=True)
class Attempt:
    """What an answer did in all cases; the lists have one entry per case."""

    exercise: object
    answer: object
    cases: list  # tuples of arguments
    outcomes: list  # see checking.py
    expected: list
    place: int = 0  # of the case at issue

    @property
    def case(self):
        """The arguments of the case at issue."""
        return self.cases[self.place]

    @property
    def outcome(self):
        """The outcome of the case at issue."""
        return self.outcomes[self.place]

    @property
    def returned(self):
        """What the answer returned in all cases."""
        return [outcome.returned for outcome in self.outcomes]

    def sizes(self):
        """The number of examples m of each case, None where it has none."""
        examples = self.exercise.examples or (lambda *arguments: examples_in(arguments))
        return [examples(*case) for case in self.cases]

    def pairs(self, name):
        """(returned, expected) of the part `name` for all cases, [] where one is missing."""
        sides, names = (self.returned, self.expected), self.exercise.returns
        all_parts = all(isinstance(value, (tuple, list)) for side in sides for value in side)
        if names and name in names and all_parts:
            sides = tuple([value[names.index(name)] for value in side] for side in sides)
        try:
            arrays = [[np.asarray(value) for value in side] for side in sides]
        except ValueError:
            return []
        kinds = {array.dtype.kind for side in arrays for array in side}
        return list(zip(*arrays, strict=True)) if kinds <= set("biuf") else []


def examples_in(arguments):
    """The m of some arguments: the columns of the first matrix, else the first vector's length."""
    arrays = [value for value in arguments if isinstance(value, np.ndarray)]
    ordered = [array for axes in (2, 1) for array in arrays if array.ndim == axes]
    return ordered[0].shape[-1] if ordered else None


# The mistakes of one exercise


@dataclass(frozen=True)
class Predicate:
    """Tells from an Attempt whether a mistake was made; where it raises, it was not."""

    holds: Callable
    wrongs: tuple = ()  # functions that make it, or that make one part of an answer wrong
    part: int | None = None


def when(test):
    """Whether test(returned, *arguments) holds in the case at issue."""
    return Predicate(lambda attempt: test(attempt.outcome.returned, *attempt.case))


def every(test, first=None):
    """Whether test(returned, *arguments) holds in every case, or in every one of the first few."""
    return Predicate(lambda attempt: all(itertools.islice(tests(test, attempt), first)))


def some(test):
    """Whether test(returned, *arguments) holds in any case."""
    return Predicate(lambda attempt: any(tests(test, attempt)))


def tests(test, attempt):
    """What `test` gives in each case."""
    pairs = zip(attempt.returned, attempt.cases, strict=True)
    return (test(returned, *case) for returned, case in pairs)


def stops(*words, place=None, everywhere=False):
    """Whether an error whose type or text has one of the words stops the case at issue (or all)."""

    def holds(attempt):
        outcomes = attempt.outcomes if everywhere else [attempt.outcome]
        texts = [one.error and f"{type(one.error).__name__}: {one.error}" for one in outcomes]
        is_there = place is None or attempt.place == place
        return is_there and all(text and any(word in text for word in words) for text in texts)

    return Predicate(holds)


def changes(name):
    """Whether the answer changes the argument `name` in any case."""
    return Predicate(lambda attempt: any(one.changed == name for one in attempt.outcomes))


def gives(*wrongs, part=None):
    """Whether the answer, or a part of it, is what one of the functions gives in all cases."""

    def is_same(value, wrong, case):
        return find_difference(value, wrong(*copy.deepcopy(case))) is None

    return given_by(is_same, wrongs, part)


def nearly(*wrongs, rtol=1e-5, atol=1e-8):
    """The same with only numbers and shape compared."""

    def is_near(value, wrong, case):
        near = wrong(*copy.deepcopy(case))
        same_shape = np.shape(value) == np.shape(near)
        return same_shape and np.allclose(value, near, rtol=rtol, atol=atol)

    return given_by(is_near, wrongs)


def given_by(is_same, wrongs, part=None):
    """Whether is_same(value, wrong, arguments) holds in all cases for one of `wrongs`."""

    def holds(attempt):
        if any(outcome.error is not None for outcome in attempt.outcomes):
            return False
        values = [returned if part is None else returned[part] for returned in attempt.returned]
        pairs = list(zip(values, attempt.cases, strict=True))
        return any(all(is_same(value, wrong, case) for value, case in pairs) for wrong in wrongs)

    return Predicate(holds, wrongs, part)


# The mistakes that all exercises share, told from the numbers alone


def recognize(difference, attempt):
    """(name, sentence) of the shared mistake that explains the Difference, or None."""
    for recognizer in (other_order_of_parts, *RECOGNIZERS[difference.kind]):
        if (found := recognizer(difference, attempt)) is not None:
            return found
    return None


def other_order_of_parts(difference, attempt):
    """The right parts of a tuple in the wrong order, in all cases."""
    names, values = attempt.exercise.returns, attempt.returned
    tuples = all(isinstance(value, (list, tuple)) for value in values)
    if not names or not tuples or any(len(value) != len(names) for value in values):
        return None
    for order in itertools.permutations(range(len(names))) if len(names) <= 4 else ():
        turned = [tuple(value[place] for place in order) for value in values]
        pairs = zip(turned, attempt.expected, strict=True)
        if all(find_difference(value, right) is None for value, right in pairs):
            words = f"the parts are right, but in another order: first {', then '.join(names)}"
            return "order of parts", words
    return None


def missing(difference, attempt):
    """A function that returns nothing."""
    if attempt.outcome.printed:
        return "printed", "it prints its result; give it back with `return` instead"
    return "no return", "is the `return` missing?"


def other_type(difference, attempt):
    """A list for an array, an array for a number, a function for its result."""
    returned, expected = difference.returned, difference.expected
    if isinstance(expected, np.ndarray):
        if isinstance(returned, (list, tuple)):
            return "a list", "make it an array with `np.array(...)`"
        if is_scalar(returned):
            words = "one number is left of it: does a sum, mean or maximum need its `axis`?"
            return "summed up", words
        if hasattr(returned, "to_numpy"):
            return "of pandas", "that is of pandas: make it an array with `.to_numpy()`"
    if isinstance(returned, np.ndarray) and is_scalar(expected):
        if returned.size == 1:
            words = "take the number out of the array, for example with `.item()`"
            return "an array of one", words
        return "not summed up", "is a sum or a mean missing, or its `axis` one too many?"
    if isinstance(expected, list) and isinstance(returned, np.ndarray):
        return "an array", "make it a list with `.tolist()`"
    if isinstance(expected, list) and hasattr(returned, "__next__"):
        return "an iterator", "make it a list with `list(...)`"
    if callable(returned) and not callable(expected):
        return "not called", "call the function with its arguments in parentheses"
    return None


def other_shape(difference, attempt):
    """A transposed array, a lost axis, an axis too many, the other axis."""
    returned, expected = difference.returned.shape, difference.expected.shape
    if len(expected) == 2 and returned == expected[::-1] and 1 not in expected:
        return "transposed", "which factor is transposed?"
    if len(returned) == len(expected) - 1 and returned == tuple(n for n in expected if n != 1):
        return "flat", "an axis got lost: is `keepdims=True` missing?"
    if len(expected) == len(returned) - 1 and expected == tuple(n for n in returned if n != 1):
        words = "there is an axis too many: is a `keepdims=True` or a `reshape` not needed?"
        return "too deep", words
    for values in attempt.case:
        if isinstance(values, np.ndarray) and values.ndim == 2:
            swap = dict(zip(values.shape, values.shape[::-1], strict=True))
            if len(swap) == 2 and tuple(swap.get(n, n) for n in returned) == expected:
                return "wrong axis", "was it done along the wrong `axis`?"
    return None


def other_dtype(difference, attempt):
    """Right numbers of the wrong type."""
    want = np.asarray(difference.expected).dtype
    if want.kind == "b":
        words = "the numbers are right, but a comparison such as `>` gives True and False by itself"
    elif want.itemsize < 4:
        words = "the numbers are right, and `astype` would change their type"
    elif is_scalar(difference.expected):
        words = "it is right, but should be a whole number: `int(...)`, or `//` for a division"
    else:
        words = "the numbers are right, but they should be whole: did a division or `np.zeros` make them floats?"
    return "dtype", words


def not_finite(difference, attempt):
    """nan and infinity."""
    if not numeric(difference):
        return None
    returned, expected = (np.asarray(side, dtype=float) for side in both(difference))
    if not (~np.isfinite(returned) & np.isfinite(expected)).any():
        return None
    if np.isnan(returned).any():
        words = "`nan` is not a number: it comes of 0 / 0, or of infinity divided by or taken from infinity"
        return "nan", words
    return "infinity", "a number became too large, or was divided by 0"


def boundary(difference, attempt):
    """`>=` for `>`: the answers differ only where an argument is 0."""
    if not numeric(difference) or not np.ndim(difference.returned):
        return None
    returned, expected = (side.astype(float) for side in both(difference))
    wrong = ~np.isclose(returned, expected, equal_nan=True)
    for values in attempt.case:
        if isinstance(values, np.ndarray) and values.shape == returned.shape:
            at_zero = (values[wrong] == 0).all() and not (values[~wrong] == 0).any()
            if at_zero and wrong.any() and not wrong.all():
                words = "it goes wrong only where the input is 0: should it be `>` or `>=`?"
                return "boundary", words
    return None


def constant_factor(difference, attempt):
    """A sign or a factor that is the same everywhere, in all cases."""
    pairs = attempt.pairs(difference.name)
    ratios = [ratio(returned, expected) for returned, expected in pairs]
    numbers = sum(np.count_nonzero(expected) for _, expected in pairs)
    if not ratios or None in ratios or numbers < 2:
        return None
    sizes = attempt.sizes()
    if np.allclose(ratios, -1):
        return "sign", "only the sign is wrong"
    for sign, words in ((1, ""), (-1, ", and the sign is wrong")) if None not in sizes else ():
        if np.allclose(ratios, sign * np.array(sizes)):
            advice = "is the mean over the examples missing?"
            return "factor m", f"right up to a factor of m{words}: {advice}"
        if np.allclose(ratios, sign / np.array(sizes)):
            advice = "was it divided by m once too often?"
            return "factor 1/m", f"right up to a factor of 1/m{words}: {advice}"
    if np.allclose(ratios, ratios[0]):
        return "factor", f"right up to a factor of {show_number(ratios[0])}"
    return None


def other_order(difference, attempt):
    """The right numbers in the wrong places."""
    returned, expected = both(difference)
    if not numeric(difference):
        return None
    square = returned.ndim == 2 and returned.shape == expected.T.shape
    if square and np.allclose(returned.T, expected):
        return "transposed", "which factor is transposed?"
    if returned.size > 2 and np.allclose(np.sort(returned, None), np.sort(expected, None)):
        return "order", "the numbers are right, but in another order"
    return None


def low_precision(difference, attempt):
    """A result that was right before it was rounded."""
    if not numeric(difference):
        return None
    returned, expected = both(difference)
    if not np.allclose(returned.astype(float), expected.astype(float), rtol=1e-3, atol=1e-6):
        return None
    if returned.dtype in (np.float32, np.float16):
        words = f"nearly right: {returned.dtype} has too few digits, calculate in float64"
        return "precision", words
    return "rounded", "nearly right: was it rounded on the way, or a part of it made float32?"


def both(difference):
    """What was returned and what was expected, as arrays."""
    return np.asarray(difference.returned), np.asarray(difference.expected)


def numeric(difference):
    """Whether both sides are numbers, and equally many."""
    sides = both(difference)
    return all(side.dtype.kind in "biuf" for side in sides) and sides[0].shape == sides[1].shape


def ratio(returned, expected):
    """The number by which `returned` is `expected` multiplied, or None where there is none."""
    returned, expected = (np.asarray(side, dtype=float).ravel() for side in (returned, expected))
    finite = np.isfinite(returned).all() and np.isfinite(expected).all()
    if returned.shape != expected.shape or not expected.size or not finite:
        return None
    largest = np.abs(expected).argmax()
    if expected[largest] == 0 or returned[largest] == 0:
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
