"""The first exercises of notebook 7: weights for shuffled pixels, and a square that covers a part of every image."""

import numpy as np

from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.judging import make_check


def plain_weights(W, order):
    """Return weights for plain images of a layer W (n1, n0) that was trained on images X[order]; raises nothing."""
    return W[:, np.argsort(order)]


check_plain_weights = make_check(
    Exercise(
        key="7.1",
        name="my_plain_weights",
        title="Put shuffled weights back in order",
        reference=plain_weights,
        cases=lambda: [
            Case(np.array([[20.0, 30.0, 10.0]]), np.array([1, 2, 0])),
            Case(np.arange(8.0).reshape(2, 4), np.array([3, 0, 1, 2])),
            Case(np.arange(30.0).reshape(5, 6) ** 2, np.array([4, 2, 0, 5, 1, 3])),
        ],
        mistakes=(
            Mistake(
                "shuffled again",
                "that shuffles the columns once more: column `j` has to go to place `order[j]`, not come from there",
                lambda W, order: W[:, order],
            ),
            Mistake("unchanged", "these are the weights as they came", lambda W, order: W.copy()),
            Mistake(
                "rows",
                "`order` was applied to the rows of `W`, which are neurons: its columns are the pixels, `W[:, ...]`",
                when=lambda attempt: "axis 0" in str(attempt.outcome.error),
            ),
            Mistake(
                "backwards",
                "that turns the order round instead of undoing it",
                lambda W, order: W[:, order[::-1]],
            ),
        ),
        after="the weights are back with their pixels",
    )
)


def blot(X, row, column, size, image_shape=(28, 28)):
    """Return images X (n0, m) with a square of zeros; raises nothing."""
    return _covered(X, slice(row, row + size), slice(column, column + size), image_shape)


def _covered(X, rows, columns, image_shape, value=0.0):
    images = X.T.reshape(-1, *image_shape).copy()
    images[:, rows, columns] = value
    return images.reshape(X.shape[1], -1).T


def _pixels_mixed(X, row, column, size, image_shape=(28, 28)):
    images = X.reshape(-1, *image_shape).copy()
    images[:, row : row + size, column : column + size] = 0
    return images.reshape(X.shape)


def _in_place(X, row, column, size, image_shape=(28, 28)):
    """Cover the images of X itself, through the view that `reshape` gives."""
    X.T.reshape(-1, *image_shape)[:, row : row + size, column : column + size] = 0
    return X


def _counted_by_height(X, row, column, size, image_shape=(28, 28)):
    """Cover as if the rows of an image lay `height` pixels apart."""
    X, height = X.copy(), image_shape[0]
    for i in range(row, row + size):
        X[i * height + column : i * height + column + size] = 0
    return X


def _images(m, height, width):
    """Return m images in which no two pixels are alike, row after row in memory, as a Dataset has them."""
    count = m * height * width
    return (np.arange(1, count + 1).reshape(m, height * width) / 10 ** len(str(count))).T


def _came_as_rows(attempt):
    """Whether the right images came back as rows, or as a stack of pictures."""
    returned = np.asarray(attempt.outcome.returned)
    right = attempt.expected[attempt.place]
    return returned.size == right.size and np.array_equal(returned.reshape(right.shape[1], -1).T, right)


check_blot = make_check(
    Exercise(
        key="7.2",
        name="my_blot",
        title="Cover a part of every image",
        reference=blot,
        cases=lambda: [
            Case(_images(2, 3, 3), 0, 1, 2, (3, 3)),
            Case(_images(3, 6, 5), 2, 1, 3, (6, 5), says="3 images of 6 × 5 pixels, row 2, column 1, size 3,"),
            Case(_images(4, 28, 28), 10, 5, 6, says="4 images of 28 × 28 pixels, row 10, column 5, size 6,"),
        ],
        mistakes=(
            Mistake(
                "pixels mixed",
                "images are the columns of `X`, so reshape `X.T`: `X.reshape(...)` mixes pixels of different images",
                _pixels_mixed,
            ),
            Mistake(
                "row for column",
                "row and column are swapped: the row comes first, `images[:, rows, columns]`",
                lambda X, row, column, size, image_shape=(28, 28): blot(X, column, row, size, image_shape),
            ),
            Mistake(
                "one too many",
                "the square is a pixel too large: a slice `row : row + size` holds `size` rows already",
                lambda X, row, column, size, image_shape=(28, 28): blot(X, row, column, size + 1, image_shape),
            ),
            Mistake(
                "up to the size",
                "a slice names the place where it ends, and not how many it takes: `row : row + size`",
                lambda X, row, column, size, image_shape=(28, 28): _covered(
                    X, slice(row, size), slice(column, size), image_shape
                ),
            ),
            Mistake(
                "height for width",
                "an image lies row after row, so its pixel (i, j) is number `i * width + j`, not `i * height + j`",
                _counted_by_height,
            ),
            Mistake(
                "in place",
                "`reshape` only looks at the numbers of `X` in another way: take a `.copy()` before you write zeros",
                _in_place,
            ),
            Mistake(
                "ink",
                "the square came out black: blank paper is 0 in these images, and 1 is ink",
                lambda X, row, column, size, image_shape=(28, 28): _covered(
                    X, slice(row, row + size), slice(column, column + size), image_shape, 1.0
                ),
            ),
            Mistake(
                "first image alone",
                "only one image is covered: `images[:, ...]` takes them all",
                lambda X, row, column, size, image_shape=(28, 28): np.hstack(
                    [blot(X[:, :1], row, column, size, image_shape), X[:, 1:]]
                ),
            ),
            Mistake(
                "rows",
                "the images are right, but they should come back as columns: reshape to (m, n0), then `.T`",
                when=_came_as_rows,
            ),
        ),
        after="the square is where it should be, and `X` is as it was",
    )
)
