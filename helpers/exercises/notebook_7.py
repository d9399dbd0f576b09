"""The exercises of notebook 7: shuffled pixels, a blot, calibration, the gradient of an image."""

from functools import partial

import numpy as np

from helpers.exercises.checking import make_check
from helpers.exercises.notebook_3 import NETWORKS, random_layers
from helpers.exercises.recognizing import gives, stops, when
from helpers.network import forward_propagation

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
    ("the order alone", lambda W, order: np.argsort(order),
     "that is the order which undoes `order`; now take the columns of `W` in it, `W[:, ...]`"),
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
     "images are the columns of `X`, so reshape `X.T`: `X.reshape(-1, ...)` mixes pixels of "
     "different images"),
    ("row for column", blot_with_a_bug(lambda X, i, j, n, shape: blot(X, j, i, n, shape)),
     "row and column are swapped: the row comes first, `images[:, rows, columns]`"),
    ("one too many", blot_with_a_bug(lambda X, i, j, n, shape: blot(X, i, j, n + 1, shape)),
     "the square is a pixel too large: a slice `row : row + size` holds `size` rows already"),
    ("counted from 1", blot_with_a_bug(lambda X, i, j, n, shape: covered(
     X, slice(i - 1, i - 1 + n), slice(j - 1, j - 1 + n), shape)),
     "the square begins a pixel too early: rows and columns are counted from 0"),
    ("without the images' axis", blot_with_a_bug(lambda X, i, j, n, shape: covered(
     X, slice(j, j + n), slice(None), shape, images=slice(i, i + n))),
     "the first axis counts the images: `images[row : row + size, ...]` takes whole rows of some "
     "of them, `images[:, rows, columns]` a square of each"),
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
     "that is divided by the number of bins; the weights are shares of all answers: divide by the "
     "sum of the counts"),
    ("by the largest", lambda count, *others: not_divided(count, *others) / count.max(),
     "that is divided by the largest count; the weights are shares of all answers: divide by the "
     "sum of the counts"),
    ("root of the squares", lambda *bins: np.sqrt(weighted(np.square)(*bins)),
     "that is the root of the mean square; the sum takes the absolute value of each gap, without "
     "squares"),
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


def input_gradient(parameters, X, Y):
    return input_gradient_with_a_bug(None, parameters, X, Y)


def input_gradient_with_a_bug(bug, parameters, X, Y):
    """The gradient of each image's loss with respect to its pixels, with one bug."""
    activations = forward_propagation(parameters, X)
    A = activations[-1]
    dZ = (A - Y) * (A * (1 - A) if bug == "slope of softmax" else 1)
    for l in reversed(range(1, len(parameters))):
        W = parameters[l].W
        dA = (W if bug == "W not transposed" else W.T) @ dZ
        slope = activations[l + (bug == "slope of the layer after")] > 0
        dZ = dA if bug == "no slope" else dA * slope
    if bug == "stops at Z1":
        return dZ
    dX = parameters[0].W.T @ dZ
    changes = {
        "mean over the images": lambda dX: dX / X.shape[1],
        "slope at the pixels": lambda dX: dX * (X > 0),
        "signs": np.sign,
        "summed up": lambda dX: dX.sum(axis=1, keepdims=True),
    }
    return changes.get(bug, lambda dX: dX)(dX)


def network_cases():
    """Networks of one to three layers, with images in which some pixels are blank."""
    rng = np.random.default_rng(1)
    cases = []
    for sizes, m in NETWORKS:
        parameters = random_layers(sizes, rng)
        X = np.maximum(rng.uniform(-0.5, 1, (sizes[0], m)), 0)
        cases.append((parameters, X, np.eye(sizes[-1])[:, rng.integers(0, sizes[-1], m)]))
    return cases


check_input_gradient = make_check(
    "7.4", "my_input_gradient", "Go back to the pixels of any network", input_gradient,
    network_cases,
    says=[f"a {'-'.join(map(str, n))} network and {m} images" for n, m in NETWORKS],
    after="it goes back to the pixels in a network of any depth",
    mistakes=[
    ("mean over the images", partial(input_gradient_with_a_bug, "mean over the images"),
     "each image has a loss of its own here, so there is no mean over the images to take: leave "
     "out the division by m"),
    ("no slope", partial(input_gradient_with_a_bug, "no slope"),
     "the rate went from A to Z unchanged: in a hidden layer, ReLU lets it through only where "
     "A > 0"),
    ("slope of softmax", partial(input_gradient_with_a_bug, "slope of softmax"),
     "the last layer needs no slope: A - Y has that of the softmax in it already"),
    ("slope at the pixels", partial(input_gradient_with_a_bug, "slope at the pixels"),
     "the pixels are not the output of a ReLU: a blank pixel can be given ink, so its rate counts"),
    ("stops at Z1", partial(input_gradient_with_a_bug, "stops at Z1"),
     "that is the rate at Z of the first layer; one product with its W is left to reach the pixels"),
    ("signs", partial(input_gradient_with_a_bug, "signs"),
     "these are the signs alone; the gradient has sizes, too"),
    ("summed up", partial(input_gradient_with_a_bug, "summed up"),
     "that adds the images up; each has a column of its own"),
    ("slope of the layer after", partial(input_gradient_with_a_bug, "slope of the layer after"),
     "the slope is that of the layer you arrive at: its activations are the inputs of this W, "
     "`activations[l]`"),
    ("W not transposed", partial(input_gradient_with_a_bug, "W not transposed"),
     "which factor has to be turned? The way back adds over the neurons, the first index of W"),
    ("no such product", stops("matmul", "broadcast"),
     "write the shapes side by side: (n_l, m) becomes (n_(l-1), m) by W.T, and the slope has the "
     "shape of what it multiplies"),
])  # fmt: skip
