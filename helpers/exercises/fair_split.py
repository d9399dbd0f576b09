"""What a split with equal shares must be: many are right, so it is judged by its properties."""

import numpy as np

from helpers.exercises.exercise import Case, Mistake
from helpers.exercises.showing import kind_of

NAMES = ("train_columns", "dev_columns")


def fair_split(labels, dev_per_digit, rng):
    """Return (train_columns, dev_columns) with `dev_per_digit` columns of each digit in the second; raises nothing."""
    order = rng.permutation(len(labels))
    dev_columns = np.concatenate([order[labels[order] == digit][:dev_per_digit] for digit in range(10)])
    return np.setdiff1d(order, dev_columns), dev_columns


def split_cases():
    """Return a small set, and a larger one whose digits are not equally frequent; raises nothing."""
    rng = np.random.default_rng(0)
    small = rng.permutation(np.arange(60) % 10)
    large = rng.permutation(np.concatenate([np.arange(400) % 10, np.arange(150) % 3]))
    return [
        Case(small, 2, np.random.default_rng(1), says="60 labels, 6 of each digit, and dev_per_digit = 2"),
        Case(large, 12, np.random.default_rng(2), says="550 labels, 40 or more of each digit, and dev_per_digit = 12"),
    ]


def judge_split(case, returned):
    """Return None for a good split, else a sentence; raises TypeError for what cannot be unpacked."""
    labels, dev_per_digit, _ = case.arguments
    if not isinstance(returned, (list, tuple)) or len(returned) != 2:
        return f"you returned {kind_of(returned)}, expected two arrays: `return train_columns, dev_columns`"
    for name, columns in zip(NAMES, returned, strict=True):
        if not isinstance(columns, (list, tuple, np.ndarray)):
            return f"your {name} are {kind_of(columns)}, expected an array of column numbers"
        if isinstance(columns, (list, tuple)) and any(np.ndim(part) for part in columns):
            return f"your {name} are {len(columns)} lists, expected one array of column numbers"
    train, dev = (np.asarray(columns) for columns in returned)
    for name, columns in zip(NAMES, (train, dev), strict=True):
        if columns.ndim != 1 or columns.dtype.kind not in "iu":
            return (
                f"your {name} are an array of shape {columns.shape} and type {columns.dtype}, expected column numbers, "
                "of shape (n,)"
            )
        if columns.size and not (columns.min() >= 0 and columns.max() < len(labels)):
            return f"your {name} go from {columns.min()} to {columns.max()}, but there are {len(labels)} columns"
    if both := sorted(set(train.tolist()) & set(dev.tolist())):
        return f"column {both[0]} is in both sets"
    if missing := sorted(set(range(len(labels))) - set(train.tolist()) - set(dev.tolist())):
        return f"column {missing[0]} is in none of the sets"
    if len(train) + len(dev) > len(labels):
        return "a column is in a set twice"
    counts = np.bincount(labels[dev].astype(np.intp), minlength=10)
    if (wrong := np.flatnonzero(counts != dev_per_digit)).size:
        return f"your dev_columns hold {counts[wrong[0]]} images of the digit {wrong[0]}, expected {dev_per_digit}"
    if any(np.array_equal(np.sort(dev), taken) for taken in without_chance(labels, dev_per_digit)):
        return "your dev_columns are the first or the last images of every digit"
    return None


def without_chance(labels, dev_per_digit):
    """Return the columns that a split takes which does not shuffle, from either end; raises nothing."""
    columns = [np.flatnonzero(labels == digit) for digit in range(10)]
    ends = (slice(None, dev_per_digit), slice(-dev_per_digit, None))
    return [np.sort(np.concatenate([part[end] for part in columns])) for end in ends]


def is_swapped(attempt):
    """Return whether the two sets come in the wrong order; raises what cannot be unpacked."""
    train_columns, dev_columns = attempt.outcome.returned
    return judge_split(attempt.case, (dev_columns, train_columns)) is None


def is_without_chance(attempt):
    """Return whether always the same images of a digit are taken; raises what cannot be unpacked."""
    labels, dev_per_digit, _ = attempt.case.arguments
    dev = np.sort(attempt.outcome.returned[1])
    return any(np.array_equal(dev, taken) for taken in without_chance(labels, dev_per_digit))


def is_plain(attempt):
    """Return whether the digits were left to chance, the size being right; raises what cannot be unpacked."""
    labels, dev_per_digit, _ = attempt.case.arguments
    train, dev = attempt.outcome.returned
    whole = np.array_equal(np.sort(np.concatenate([train, dev])), np.arange(len(labels)))
    counts = np.bincount(labels[dev].astype(np.intp), minlength=10)
    return whole and len(dev) == 10 * dev_per_digit and np.ptp(counts) > 0


def is_overlapping(attempt):
    """Return whether the training set still holds the development set; raises what cannot be unpacked."""
    train, dev = attempt.outcome.returned
    return len(dev) > 0 and set(np.asarray(dev).tolist()) <= set(np.asarray(train).tolist())


def is_too_small(attempt):
    """Return whether the development set is as small as the share of one digit; raises what cannot be unpacked."""
    return len(attempt.outcome.returned[1]) == attempt.case.arguments[1]


def is_digits(attempt):
    """Return whether the sets hold the labels in place of the columns; raises what cannot be unpacked."""
    _, dev_per_digit, _ = attempt.case.arguments
    train, dev = attempt.outcome.returned
    return np.array_equal(np.sort(dev), np.repeat(np.arange(10), dev_per_digit)) and np.max(train) < 10


def is_places(attempt):
    """Return whether the sets hold places among the images of one digit; raises what cannot be unpacked."""
    counts = np.bincount(attempt.case.arguments[0].astype(np.intp))
    places = np.concatenate([np.arange(count) for count in counts])
    return np.array_equal(np.sort(np.concatenate(attempt.outcome.returned)), np.sort(places))


def is_mask(attempt):
    """Return whether the sets are given as True and False; raises what cannot be unpacked."""
    return all(np.asarray(columns).dtype == bool for columns in attempt.outcome.returned)


def is_several(attempt):
    """Return whether a set comes as one list a digit; raises what cannot be unpacked."""
    return any(isinstance(columns, (list, tuple)) and np.ndim(columns[0]) for columns in attempt.outcome.returned)


MISTAKES_OF_SPLIT = (
    Mistake("mask", "`np.flatnonzero` gives the numbers of the columns that are True", when=is_mask),
    Mistake("a list a digit", "`np.concatenate` makes one array of several", when=is_several),
    Mistake(
        "a set",
        "make it an array: `np.array(sorted(...))`",
        when=lambda attempt: any(isinstance(columns, set) for columns in attempt.outcome.returned),
    ),
    Mistake(
        "digits",
        "these are digits, not columns: `np.flatnonzero(labels == digit)` says which columns hold a digit",
        when=is_digits,
    ),
    Mistake(
        "places",
        "these are places among the images of one digit: `np.flatnonzero(labels == digit)` has their columns",
        when=is_places,
    ),
    Mistake("swapped", "the two sets are swapped: first the columns for training", when=is_swapped),
    Mistake(
        "overlap",
        "the training set is what remains after the development set was taken away: `np.isin` or `np.setdiff1d` help",
        when=is_overlapping,
    ),
    Mistake(
        "without chance",
        "draw them with `rng`, because neighbors in a file are often alike",
        when=is_without_chance,
    ),
    Mistake("plain split", "chance divided the digits; take the share of each digit by itself", when=is_plain),
    Mistake("too small", "that many are wanted of each of the ten digits", when=is_too_small),
)
