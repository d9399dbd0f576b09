"""The exercises of notebook 1: pixels, ink, scaling, a fair split, and a first reader of digits."""

import copy

import numpy as np

from helpers.exercises.checking import make_check
from helpers.exercises.comparing import describe_type
from helpers.exercises.recognizing import Predicate, every, stops, when

check_pixel_number = make_check(
    "1.1", "my_pixel_number", "Find a pixel in its row", lambda row, column: 28.0 * row + column,
    cases=[(0, 5), (2, 0), (14, 13), (27, 27)],
    mistakes=[
    ("swapped", lambda row, column: row + 28 * column,
     "row and column are swapped: the next pixel of the table stands to the right, not below"),
    ("counted from 1", lambda row, column: 28 * row + column + 1,
     "the pixels are counted from 0: the first one of all is `pixel0`"),
    ("27 in a row", lambda row, column: 27 * row + column,
     "the last column has the number 27, but there are 28 of them in a row"),
    ("added", lambda row, column: row + column,
     "a step down skips a whole row of pixels"),
])  # fmt: skip


def ink_cases():
    """A batch small enough to read, and one with the shape of the digits."""
    digits = np.random.default_rng(0).integers(256, size=(784, 5)).astype(float)
    return [(np.array([[0.0, 255, 100], [50, 255, 0]]),), (digits,)]


check_ink = make_check(
    "1.2", "my_ink", "Measure the ink of every image", lambda X: X.mean(axis=0), ink_cases,
    mistakes=[
    ("mean of each pixel", lambda X: X.mean(axis=1),
     "that is the mean of each pixel over all images; an image is a column, so average down the "
     "columns"),
    ("sum", lambda X: X.sum(axis=0),
     "that is the sum of the pixels; divide by how many there are, or take the mean"),
    ("divided by the images", lambda X: X.sum(axis=0) / X.shape[1],
     "divide by how many pixels an image has, not by how many images there are"),
    ("return in the loop", lambda X: X[:, 0].mean(),
     "that is the ink of the first image alone: does the `return` stand inside of the loop?"),
    ("divided by 784", lambda X: X.sum(axis=0) / 784,
     "not every image has 784 pixels: their number is that of the rows, or take the mean"),
])  # fmt: skip


def scaled_cases():
    """Pixels from a file, pixels from averages, and a larger batch."""
    averages = np.array([[0.0, 0.999], [0.3001, 1.0], [0.5001, 0.2]])
    larger = np.random.default_rng(1).random((784, 5))
    return [(np.array([[0.0, 51, 255], [102, 0, 255]]).T / 255,), (averages,), (larger,)]


def pixels_through_a_view(X):
    rows = X.T
    rows *= 255
    return np.rint(rows).astype(np.uint8)


check_pixels = make_check(
    "1.3", "my_pixels", "Undo the scaling", lambda X: np.rint(X.T * 255).astype(np.uint8),
    scaled_cases,
    mistakes=[
    ("cut off", lambda X: (X.T * 255).astype(np.uint8),
     "`astype` cuts off what stands behind the point; round to the nearest whole number first"),
    ("type first", lambda X: X.T.astype(np.uint8) * np.uint8(255),
     "a `uint8` has no room for numbers between 0 and 1: multiply first, change the type last"),
    ("still columns", when(lambda returned, X: np.shape(returned) == X.shape),
     "in the file an image is a row, so rows and columns must be exchanged"),
    ("reshape", lambda X: np.rint(X.reshape(X.shape[::-1]) * 255).astype(np.uint8),
     "`reshape` leaves the numbers in their order and cuts it elsewhere; `.T` exchanges rows and "
     "columns"),
    ("a view", pixels_through_a_view,
     "`X.T` is a view of `X`, so `*=` writes into `X`, too; `X.T * 255` makes a new array"),
    ("rounded up", lambda X: np.ceil(X.T * 255).astype(np.uint8),
     "that rounds every number up; the nearest whole number may lie below"),
    ("rounded first", lambda X: (np.rint(X.T) * 255).astype(np.uint8),
     "rounded before it was multiplied, a pixel is 0 or 1: multiply first"),
    ("not multiplied", lambda X: np.rint(X.T).astype(np.uint8),
     "these are still numbers from 0 to 1, rounded; full ink is 255"),
    ("times 256", lambda X: np.rint(X.T * 256).astype(np.int64).astype(np.uint8),
     "full ink is 255; 256 does not fit into a `uint8`"),
])  # fmt: skip


# 1.4: many splits are right, so a split is judged by its properties


def fair_split(labels, dev_per_digit, rng):
    order = rng.permutation(len(labels))
    dev = [order[labels[order] == digit][:dev_per_digit] for digit in range(10)]
    return np.setdiff1d(order, np.concatenate(dev)), np.concatenate(dev)


def split_cases():
    """A small set with two seeds, and a larger one whose digits are not equally frequent."""
    rng = np.random.default_rng(0)
    small = rng.permutation(np.arange(60) % 10)
    large = rng.permutation(np.concatenate([np.arange(400) % 10, np.arange(150) % 3]))
    calls = [(small, 2, 1), (large, 12, 2), (small, 2, 3)]
    return [(labels, size, np.random.default_rng(seed)) for labels, size, seed in calls]


def judge_split(returned, labels, dev_per_digit, rng):
    """What is wrong with a split, or None."""
    if not isinstance(returned, (list, tuple)) or len(returned) != 2:
        advice = "expected two arrays: `return train_columns, dev_columns`"
        return f"you returned {describe_type(returned)}, {advice}"
    sets = dict(zip(("train_columns", "dev_columns"), returned, strict=True))
    for name, columns in sets.items():
        if not isinstance(columns, (list, tuple, np.ndarray)):
            kind = describe_type(columns)
            return f"your {name} are {kind}, expected an array of column numbers"
        if isinstance(columns, (list, tuple)) and any(np.ndim(part) for part in columns):
            return f"your {name} are {len(columns)} lists, expected one array of column numbers"
    train, dev = (np.asarray(columns) for columns in returned)
    m = len(labels)
    for name, columns in zip(sets, (train, dev), strict=True):
        if columns.ndim != 1 or columns.dtype.kind not in "iu":
            kind = f"an array of shape {columns.shape} and type {columns.dtype}"
            return f"your {name} are {kind}, expected column numbers, of shape (n,)"
        if columns.size and not (columns.min() >= 0 and columns.max() < m):
            ends = f"from {columns.min()} to {columns.max()}"
            return f"your {name} go {ends}, but there are {m} columns"
    if both := sorted(set(train.tolist()) & set(dev.tolist())):
        return f"column {both[0]} is in both sets"
    if missing := sorted(set(range(m)) - set(train.tolist()) - set(dev.tolist())):
        return f"column {missing[0]} is in none of the sets"
    if len(train) + len(dev) > m:
        return "a column is in a set twice"
    counts = np.bincount(labels[dev].astype(np.intp), minlength=10)
    if (wrong := np.flatnonzero(counts != dev_per_digit)).size:
        held = f"{counts[wrong[0]]} images of the digit {wrong[0]}"
        return f"your dev_columns hold {held}, expected {dev_per_digit}"
    return None


def judge_seeds(splits):
    """What is wrong when two seeds put the same images into the development set, or None."""
    one, other = (set(np.asarray(splits[place][1]).tolist()) for place in (0, 2))
    return "another seed gives the same images for development" if one == other else None


def is_swapped(returned, *arguments):
    """Whether the two sets come in the wrong order."""
    train, dev = returned
    return judge_split((dev, train), *arguments) is None


def is_plain(returned, labels, dev_per_digit, rng):
    """Whether the digits were left to chance, the size being right."""
    train, dev = returned
    whole = np.array_equal(np.sort(np.concatenate([train, dev])), np.arange(len(labels)))
    counts = np.bincount(labels[dev].astype(np.intp), minlength=10)
    return whole and len(dev) == 10 * dev_per_digit and np.ptp(counts) > 0


def is_overlapping(returned, *arguments):
    """Whether the training set still holds the development set."""
    train, dev = (set(np.asarray(columns).tolist()) for columns in returned)
    return len(dev) > 0 and dev <= train


def is_digits(returned, labels, dev_per_digit, rng):
    """Whether the sets hold the labels in place of the columns."""
    return np.array_equal(np.sort(np.concatenate(returned)), np.sort(labels))


def is_masked_in_the_old_order(returned, labels, dev_per_digit, rng):
    """Whether the mask of each digit was not shuffled along with the columns."""
    order = copy.deepcopy(rng).permutation(len(labels))
    dev = np.concatenate([order[labels == digit][:dev_per_digit] for digit in range(10)])
    return np.array_equal(returned[1], dev)


def is_too_long(returned, labels, dev_per_digit, rng):
    """Whether there are more columns than labels."""
    return max(map(np.max, returned)) >= len(labels)


def is_places(returned, labels, dev_per_digit, rng):
    """Whether the sets hold places among the images of one digit."""
    counts = np.bincount(labels.astype(np.intp))
    places = np.concatenate([np.arange(count) for count in counts])
    return np.array_equal(np.sort(np.concatenate(returned)), np.sort(places))


check_split = make_check(
    "1.4", "my_fair_split", "Split with equal shares of every digit", fair_split, split_cases,
    says=("60 labels, 6 of each digit, and dev_per_digit = 2",
          "550 labels, 40 or more of each digit, and dev_per_digit = 12", None),
    judge=judge_split,
    together=judge_seeds,
    after="no column is lost, none is in both sets, and every digit has its share",
    mistakes=[
    ("mask", when(lambda sets, *_: all(np.asarray(columns).dtype == bool for columns in sets)),
     "`np.flatnonzero` gives the numbers of the columns that are True"),
    ("a list a digit", when(lambda sets, *_: any(isinstance(columns, list) and np.ndim(columns[0])
                                                 for columns in sets)),
     "`np.concatenate` makes one array of several"),
    ("a set", when(lambda sets, *_: any(isinstance(columns, set) for columns in sets)),
     "make it an array: `np.array(sorted(...))`"),
    ("digits", when(is_digits),
     "these are digits, not columns: `np.flatnonzero(labels == digit)` says which columns hold a "
     "digit"),
    ("places", when(is_places),
     "these are places among the images of one digit: `np.flatnonzero(labels == digit)` has "
     "their columns"),
    ("swapped", when(is_swapped),
     "the two sets are swapped: first the columns for training"),
    ("old order", every(is_masked_in_the_old_order),
     "`order` is in the new order and `labels == digit` in the old one: `labels[order] == digit`"),
    ("5000", (when(is_too_long), stops("out of bounds", "boolean index did not match")),
     "the number of columns is `len(labels)`, and that is not always 5000"),
    ("with repetition", when(lambda sets, *_: np.unique(sets[1]).size < np.size(sets[1])),
     "the development set holds a column twice: `rng.choice` repeats unless you say "
     "`replace=False`"),
    ("overlap", when(is_overlapping),
     "the training set is what remains after the development set was taken away: `np.isin` or "
     "`np.setdiff1d` help"),
    ("without chance", Predicate(lambda attempt: judge_seeds(attempt.returned) is not None),
     "draw them with `rng`, because neighbors in a file are often alike"),
    ("plain split", when(is_plain),
     "chance divided the digits; take the share of each digit by itself"),
    ("too small", when(lambda sets, labels, dev_per_digit, rng: len(sets[1]) == dev_per_digit),
     "that many are wanted of each of the ten digits"),
])  # fmt: skip


def distances_to_means(X_train, labels_train, X, size=np.square):
    """The sum of size(difference) of each column of X and the mean of each digit, (10, m)."""
    means = [X_train[:, labels_train == d].mean(axis=1, keepdims=True) for d in range(10)]
    return np.array([size(X - mean).sum(axis=0) for mean in means])


def nearest_mean(X_train, labels_train, X):
    """The digits as whole floats, so that an answer in either type is right."""
    return distances_to_means(X_train, labels_train, X).argmin(axis=0) * 1.0


def mean_products(X_train, labels_train, X):
    means = np.array([X_train[:, labels_train == d].mean(axis=1) for d in range(10)])
    return (means @ X).argmax(axis=0)


def with_means_of(average):
    """A reader with average(images of a digit) for the mean image."""

    def reader(X_train, labels_train, X):
        means = [average(X_train[:, labels_train == d]) for d in range(10)]
        return np.array([np.square(X - mean).sum(axis=0) for mean in means]).argmin(axis=0)

    return reader


def nearest_image(X_train, labels_train, X):
    distances = ((X_train[:, :, np.newaxis] - X[:, np.newaxis, :]) ** 2).sum(axis=0)
    return labels_train[distances.argmin(axis=0)]


def reader_cases():
    """Images of a few pixels around ten centers, all ten digits among them."""
    cases = []
    for seed, (pixels, m) in enumerate([(6, 4), (12, 40)]):
        rng = np.random.default_rng(seed)
        centers, spread = rng.random((pixels, 10)), 0.3
        labels = np.arange(30) % 10
        X_train = centers[:, labels] + spread * rng.standard_normal((pixels, 30))
        X = centers[:, rng.integers(10, size=m)] + spread * rng.standard_normal((pixels, m))
        cases.append((X_train, labels, X))
    return cases


check_reader = make_check(
    "1.5", "my_reader", "Read digits by ten averages",
    nearest_mean,
    reader_cases,
    examples=lambda X_train, labels_train, X: X.shape[1],
    after="now try it on the real digits: `my_reader(train_set.X, train_set.labels, dev_set.X)`",
    mistakes=[
    ("flat mean", stops("broadcast"),
     "the mean has lost an axis: as a column of shape (pixels, 1) it would go to every image, and "
     "`keepdims=True` makes it one"),
    ("rows picked", stops("boolean index did not match"),
     "an image is a column, so `labels_train == digit` picks columns: `X_train[:, ...]`"),
    ("sum", with_means_of(lambda images: images.sum(axis=1, keepdims=True)),
     "that is the sum of the images of a digit, which grows with their number; take the mean"),
    ("return in the loop", (lambda *sets: distances_to_means(*sets)[0],
                            lambda X_train, labels_train, X: np.zeros(X.shape[1], int),
                            when(lambda answers, *_: np.size(answers) == 1)),
     "that is only the first round of the loop: does the `return` stand inside of it?"),
    ("mean pixel", with_means_of(np.mean),
     "only the mean pixel of each image plays a part: is a `mean()` without its `axis`, or is it "
     "squared only after the sum?"),
    ("farthest", lambda *sets: distances_to_means(*sets).argmax(axis=0),
     "that is the digit whose mean is farthest away; take the smallest distance"),
    ("distances", distances_to_means,
     "these are distances; return which of the ten is the smallest, for each image"),
    ("smallest distance", lambda *sets: distances_to_means(*sets).min(axis=0),
     "that is the smallest distance itself; return which digit has it"),
    ("axis", lambda *sets: distances_to_means(*sets).argmin(axis=1),
     "that is the nearest image for each digit; the digits are the rows, so search along `axis=0`"),
    ("product", mean_products,
     "a large product rewards any ink, also where the mean has little; square the differences "
     "instead"),
    ("not squared", lambda *sets: distances_to_means(*sets, size=np.positive).argmin(axis=0),
     "positive and negative differences cancel each other; square them before you add"),
    ("absolute differences", lambda *sets: distances_to_means(*sets, size=np.abs).argmin(axis=0),
     "that adds up the sizes of the differences; square each of them before you add"),
    ("nearest image", nearest_image,
     "that is the label of the nearest single image; average the images of each digit first"),
])  # fmt: skip
