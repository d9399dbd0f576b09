"""The exercises of notebook 7: shuffled pixels, a blot, the calibration error, distances."""

import numpy as np

from helpers.exercises.checking import make_check
from helpers.exercises.recognizing import gives, nearly, stops, when

check_plain_weights = make_check(
    "7.1", "my_plain_weights", "Put shuffled weights back in order",
    lambda W, order: W[:, np.argsort(order)],
    cases=[
        (np.array([[20.0, 30.0, 10.0]]), np.array([1, 2, 0])),
        (np.arange(8.0).reshape(2, 4), np.array([3, 0, 1, 2])),
        (np.arange(30.0).reshape(5, 6) ** 2, np.array([4, 2, 0, 5, 1, 3])),
    ],
    after="the weights are back with their pixels",
    mistakes=[
    ("shuffled again", lambda W, order: W[:, order],
     "that shuffles the columns once more: column `j` has to go to place `order[j]`, not come "
     "from there"),
    ("unchanged", lambda W, order: W.copy(),
     "these are the weights as they came"),
    ("rows", stops("axis 0"),
     "`order` was applied to the rows of `W`, which are neurons: its columns are the pixels, "
     "`W[:, ...]`"),
    ("backwards", lambda W, order: W[:, order[::-1]],
     "that turns the order round instead of undoing it"),
])  # fmt: skip


# 7.2


def blot(X, row, column, size, image_shape=(28, 28)):
    return covered(X, slice(row, row + size), slice(column, column + size), image_shape)


def covered(X, rows, columns, image_shape, images=slice(None), value=0.0):
    pictures = X.T.reshape(-1, *image_shape).copy()
    pictures[images, rows, columns] = value
    return pictures.reshape(X.shape[1], -1).T


def blot_with_a_bug(bug):
    """A function of the arguments of `blot` that returns bug(X, row, column, size, image_shape)."""
    return lambda X, row, column, size, image_shape=(28, 28): bug(X, row, column, size, image_shape)


def pixels_mixed(X, row, column, size, image_shape):
    images = X.reshape(-1, *image_shape).copy()
    images[:, row : row + size, column : column + size] = 0
    return images.reshape(X.shape)


def in_place(X, row, column, size, image_shape):
    X.T.reshape(-1, *image_shape)[:, row : row + size, column : column + size] = 0
    return X


def counted_by_height(X, row, column, size, image_shape):
    X, height = X.copy(), image_shape[0]
    for i in range(row, row + size):
        X[i * height + column : i * height + column + size] = 0
    return X


def images(m, height, width):
    """m images in which no two pixels are alike, row after row in memory, as a Dataset has them."""
    count = m * height * width
    return (np.arange(1, count + 1).reshape(m, height * width) / 10 ** len(str(count))).T


def came_as_rows(returned, X, *arguments):
    """Whether the right images came back as rows, or as a stack of pictures."""
    columns = np.asarray(returned).reshape(X.shape[1], -1).T
    return columns.shape == X.shape and np.array_equal(columns, blot(X, *arguments))


check_blot = make_check(
    "7.2", "my_blot", "Cover a part of every image", blot,
    cases=[
        (images(2, 3, 3), 0, 1, 2, (3, 3)),
        (images(3, 6, 5), 2, 1, 3, (6, 5)),
        (images(4, 28, 28), 10, 5, 6),
    ],
    says=(None, "3 images of 6 × 5 pixels, row 2, column 1, size 3,",
          "4 images of 28 × 28 pixels, row 10, column 5, size 6,"),
    after="the square is where it should be, and `X` is as it was",
    mistakes=[
    ("pixels mixed", blot_with_a_bug(pixels_mixed),
     "images are the columns of `X`, so reshape `X.T`: `X.reshape(...)` mixes pixels of "
     "different images"),
    ("row for column", blot_with_a_bug(lambda X, i, j, n, shape: blot(X, j, i, n, shape)),
     "row and column are swapped: the row comes first, `images[:, rows, columns]`"),
    ("one too many", blot_with_a_bug(lambda X, i, j, n, shape: blot(X, i, j, n + 1, shape)),
     "the square is a pixel too large: a slice `row : row + size` holds `size` rows already"),
    ("up to the size",
     blot_with_a_bug(lambda X, i, j, n, shape: covered(X, slice(i, n), slice(j, n), shape)),
     "a slice names the place where it ends, and not how many it takes: `row : row + size`"),
    ("height for width", blot_with_a_bug(counted_by_height),
     "an image lies row after row, so its pixel (i, j) is number `i * width + j`, not `i * "
     "height + j`"),
    ("in place", blot_with_a_bug(in_place),
     "`reshape` only looks at the numbers of `X` in another way: take a `.copy()` before you "
     "write zeros"),
    ("ink", blot_with_a_bug(lambda X, i, j, n, shape: covered(
     X, slice(i, i + n), slice(j, j + n), shape, value=1.0)),
     "the square came out black: blank paper is 0 in these images, and 1 is ink"),
    ("first image alone", blot_with_a_bug(lambda X, i, j, n, shape: covered(
     X, slice(i, i + n), slice(j, j + n), shape, images=0)),
     "only one image is covered: `images[:, ...]` takes them all"),
    ("rows", when(came_as_rows),
     "the images are right, but they should come back as columns: reshape to (m, n0), then `.T`"),
])  # fmt: skip


# 7.3


def calibration_error(count, confidence, accuracy):
    n, gaps = counts_and_gaps(count, confidence, accuracy)
    return float((n * np.abs(gaps)).sum() / n.sum())


def counts_and_gaps(count, confidence, accuracy):
    filled = count > 0
    return count[filled], accuracy[filled] - confidence[filled]


def weighted(size):
    """A function that adds up size(gap), weighted by the share of the answers."""

    def error(*bins):
        n, gaps = counts_and_gaps(*bins)
        return (n * size(gaps)).sum() / n.sum()

    return error


def not_divided(count, confidence, accuracy):
    return calibration_error(count, confidence, accuracy) * count.sum()


check_calibration_error = make_check(
    "7.3", "my_calibration_error", "Compute the calibration error", calibration_error,
    cases=[
        (np.array([4, 2]), np.array([0.6, 1.0]), np.array([0.25, 0.5])),
        (np.array([2, 6]), np.array([0.4, 0.9]), np.array([0.5, 0.7])),
        (np.array([0, 5, 15]), np.array([np.nan, 0.5, 0.9]), np.array([np.nan, 0.6, 0.8])),
    ],
    mistakes=[
    ("no absolute value", (weighted(np.positive),
     gives(lambda *bins: abs(weighted(np.positive)(*bins)))),
     "where one bin is too sure and another too modest, the gaps cancel: take the absolute value "
     "of each"),
    ("by the bins", (lambda count, *others: not_divided(count, *others) / len(count),
     gives(lambda count, *others: not_divided(count, *others) / (count > 0).sum())),
     "`len` counts the bins; the weights are shares of all answers: divide by the sum of the "
     "counts"),
    ("not weighted", lambda *bins: np.abs(counts_and_gaps(*bins)[1]).mean(),
     "every bin counted alike here: weigh each gap by the share of the answers in its bin"),
    ("squared", weighted(np.square),
     "the gaps were squared: the sum takes their absolute values"),
    ("not divided", not_divided,
     "the weights should be shares: divide the counts by their sum"),
    ("mean of the weighted gaps",
     lambda count, *others: calibration_error(count, *others) / (count > 0).sum(),
     "the weights sum to 1 already, so add the weighted gaps up: a mean divides once more"),
    ("empty bins", when(lambda error, *bins: np.isnan(error)),
     "an empty bin holds `nan`, and 0 times `nan` is `nan`: leave out the bins whose count is 0"),
])  # fmt: skip


# 7.4


def distances(X, known):
    return all_distances(X, known).min(axis=1)


def all_distances(X, known):
    """The distances (m, k) of all pairs."""
    return np.sqrt(((X[:, :, None] - known[:, None, :]) ** 2).sum(axis=0))


def with_squares(X, known, own=1, product=-2):
    """The roots of own * |x|² + product * x·y + |y|², each with the nearest."""
    squares = own * (X**2).sum(axis=0)[:, None] + product * X.T @ known + (known**2).sum(axis=0)
    return np.sqrt(np.maximum(squares.min(axis=1), 0))


def is_given(*wrongs):
    """Whether the answer gives what a function gives, rounding let pass as in the comparison."""
    return nearly(*wrongs, rtol=1e-6, atol=1e-4)


def distance_cases():
    """Images, of which the last are among the known ones: large numbers, so that rounding shows."""
    known = 100 + np.random.default_rng(0).random((6, 40))
    few = np.array([[0.0, 3.0, 6.0], [0.0, 4.0, 8.0]]), np.array([[0.0, 6.0], [2.0, 9.0]])
    rngs = np.random.default_rng(1), np.random.default_rng(2)
    return [few, (rngs[0].random((5, 7)), rngs[1].random((5, 4))), (known[:, :30], known)]


check_distances = make_check(
    "7.4", "my_distances", "Measure how far an image is from all you know", distances,
    distance_cases, says=(None, None, "30 images that are all among the 40 known ones"),
    rtol=1e-6, atol=1e-4,
    mistakes=[
    ("squared", is_given(lambda X, known: distances(X, known) ** 2),
     "this is the squared distance: take its root"),
    ("the other axis", is_given(lambda X, known: all_distances(X, known).min(axis=0)),
     "this has a distance for each known image: take the minimum over the known ones instead"),
    ("mean", is_given(lambda X, known: all_distances(X, known).mean(axis=1)),
     "this is the mean distance to all known images, where the nearest one was asked for"),
    ("farthest", is_given(lambda X, known: all_distances(X, known).max(axis=1)),
     "this is the farthest of the known images, not the nearest"),
    ("which one", is_given(lambda X, known: all_distances(X, known).argmin(axis=1)),
     "this says which known image is the nearest, not how far it is: `min` instead of `argmin`"),
    ("absolute differences", is_given(
     lambda X, known: np.abs(X[:, :, None] - known[:, None, :]).sum(axis=0).min(axis=1)),
     "the differences were added up without squaring them: square, add up, then take the root"),
    ("all distances", is_given(all_distances),
     "these are the distances to all known images: take the minimum of each row"),
    ("without the 2", is_given(lambda X, known: with_squares(X, known, product=-1)),
     "the product of `X` and `known` counts twice in the square of a difference"),
    ("plus", is_given(lambda X, known: with_squares(X, known, product=2)),
     "the product of `X` and `known` is taken off, not added"),
    ("one length missing", is_given(lambda X, known: with_squares(X, known, own=0)),
     "the squared lengths of the columns of `X` are missing"),
    ("no second axis", stops("broadcast"),
     "(m, k) has a row for each column of `X`, so the lengths of these must stand in a column: "
     "`[:, None]`"),
    ("root of a negative number", when(lambda returned, X, known: np.isnan(returned).any()),
     "rounding left a number just below 0, and its root is `nan`: take `np.maximum(squares, 0)` "
     "first"),
])  # fmt: skip
