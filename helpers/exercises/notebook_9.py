"""The exercises of notebook 9: a slant, a look between pixels, Adam, smooth labels, few numbers."""

from functools import cache
from itertools import pairwise

import numpy as np

from helpers.augmentation import deskew
from helpers.data import Dataset, load_dataset, split
from helpers.exercises.checking import make_check
from helpers.exercises.comparing import describe_type
from helpers.exercises.recognizing import stops, when
from helpers.losses import cross_entropy
from helpers.training import train

# 9.1


def slant(image):
    return leaning()(image)


def leaning(part=lambda rr, rc, cc: rc / rr, weigh=lambda image: image, center=None):
    """my_slant with another part of the moments, other weights, or another center."""

    def answer(image):
        row, column = np.indices(image.shape).astype(float)
        ink = weigh(image) / weigh(image).sum()
        middle = center(image) if center else ((ink * row).sum(), (ink * column).sum())
        row, column = row - middle[0], column - middle[1]
        products = row * row, row * column, column * column
        return part(*((ink * product).sum() for product in products))

    return answer


def slant_cases():
    """A leaning line, a blot with ink in every pixel, and one near a corner of a wide image."""
    rng = np.random.default_rng(8)
    corner = np.zeros((7, 12))
    corner[:5, 6:] = rng.random((5, 6)) * np.tri(5, 6, 2)
    return [(np.eye(3)[:, ::-1] * [[1], [1], [0.5]],), (rng.random((5, 6)).round(2),), (corner,)]


check_slant = make_check(
    "9.1", "my_slant", "Measure how far a digit leans", slant, slant_cases,
    says=("a line of three pixels that leans to the right,", "ink in all of 5 × 6 pixels,",
          "ink in a corner of 7 × 12 pixels,"),
    after="each row moved by the slant times its distance from the center, the image stands upright",
    mistakes=[
    ("the other way", leaning(lambda rr, rc, cc: -rc / rr),
     "the sign is turned around: the slant is positive where the ink of lower rows, with larger "
     "numbers, lies further right"),
    ("variance of the column", leaning(lambda rr, rc, cc: rc / cc),
     "divided by the variance of the column, this counts rows per column: divide by that of the "
     "row"),
    ("the correlation", leaning(lambda rr, rc, cc: rc / np.sqrt(rr * cc)),
     "this is the correlation, which is never above 1: the slant divides by the variance of the "
     "row alone"),
    ("the root", leaning(lambda rr, rc, cc: rc / np.sqrt(rr)),
     "the covariance is divided by the variance of the row, not by its root"),
    ("the covariance", leaning(lambda rr, rc, cc: rc),
     "this is the covariance; the slant is its share of the variance of the row"),
    ("one of the two per ink", (lambda image: slant(image) * image.sum(),
     lambda image: slant(image) / image.sum()),
     "one of the two sums is divided by the ink and the other is not"),
    ("an angle", (lambda image: np.arctan(slant(image)),
     lambda image: np.degrees(np.arctan(slant(image)))),
     "this is an angle; the slant itself, columns per row, is asked for"),
    ("center of the image", leaning(center=lambda image: (np.array(image.shape) - 1) / 2),
     "this measures from the middle of the image: take the center of the ink, the mean row and the "
     "mean column weighted by it"),
    ("from the corner", leaning(center=lambda image: (0, 0)),
     "this measures from row 0 and column 0: subtract the center of the ink first"),
    ("each pixel alike", leaning(weigh=lambda image: image > 0),
     "every pixel with ink counts the same here: weigh it by how much ink it has"),
    ("the ink twice", leaning(weigh=lambda image: image**2),
     "the ink is multiplied in twice: one factor `image` in each sum is enough"),
    ("no ink", leaning(weigh=np.ones_like),
     "this comes out for every image alike: each pixel has to be weighed by its ink"),
])  # fmt: skip


# 9.2


def look_up(image, rows, columns):
    return looked_up(image, rows, columns)


def looked_up(image, rows, columns, share_down=None, share_right=None, across=None):
    """The four neighbors' mean by shares down and right, which functions of both may change."""
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, right = rows - top, columns - left
    if across is not None:
        return across(image, top, left, down, right)
    if share_down is not None:
        down, right = share_down(down, right), share_right(down, right)
    above = (1 - right) * image[top, left] + right * image[top, left + 1]
    below = (1 - right) * image[top + 1, left] + right * image[top + 1, left + 1]
    return (1 - down) * above + down * below


def look_up_with_a_bug(**bug):
    """A function of the arguments of `look_up` that does as `looked_up` does with the bug."""
    return lambda image, rows, columns: looked_up(image, rows, columns, **bug)


def look_up_cases():
    """One place by hand, places in a picture that is not square, and an image moved a little."""
    rng = np.random.default_rng(4)
    small = np.array([[0.0, 0.4], [0.8, 0.2]])
    places = (
        np.array([[0.0, 1.5, 2.25], [0.4, 1.0, 2.9]]),
        np.array([[3.0, 0.25, 2.5], [1.1, 2.0, 0]]),
    )
    moved = np.indices((7, 7)) + np.array([0.3, 0.75])[:, None, None]
    return [
        (small, np.array([0.25]), np.array([0.5])),
        (rng.random((4, 5)).round(2), *places),
        (rng.random((9, 9)), *moved),
    ]


check_look_up = make_check(
    "9.2", "my_look_up", "Look between the pixels", look_up, look_up_cases,
    says=(None, "a picture of 4 × 5 pixels and six places,", "an image moved by parts of a pixel,"),
    after="with the right places it shifts, turns and bends any image",
    mistakes=[
    ("rows for columns", lambda image, rows, columns: looked_up(image, columns, rows),
     "rows and columns are swapped: the first index of `image` is the row"),
    ("places as indices", stops("integer"),
     "a place between pixels is no index: cut off its fraction with `.astype(int)`"),
    ("nearest", lambda image, rows, columns: image[
        np.rint(rows).astype(int), np.rint(columns).astype(int)],
     "that takes the nearest pixel: take a weighted mean of the four around the place"),
    ("top left", look_up_with_a_bug(across=lambda image, i, j, down, right: image[i, j]),
     "that takes the pixel up and to the left alone: the other three neighbors count too"),
    ("in the row alone", look_up_with_a_bug(across=lambda image, i, j, down, right:
        (1 - right) * image[i, j] + right * image[i, j + 1]),
     "right along the row above the place; do the same in the row below it, then mix the two"),
    ("in the column alone", look_up_with_a_bug(across=lambda image, i, j, down, right:
        (1 - down) * image[i, j] + down * image[i + 1, j]),
     "right along the column left of the place; do the same in the column to its right, then mix "
     "the two"),
    ("shares turned round", look_up_with_a_bug(
        share_down=lambda down, right: 1 - down, share_right=lambda down, right: 1 - right),
     "the shares are turned round: the nearer the place lies to a pixel, the more that pixel "
     "counts"),
    ("one share turned round", (
        look_up_with_a_bug(
            share_down=lambda down, right: 1 - down, share_right=lambda down, right: right),
        look_up_with_a_bug(
            share_down=lambda down, right: down, share_right=lambda down, right: 1 - right)),
     "one of the two shares is turned round: 0.25 below a pixel, that pixel counts 0.75"),
    ("shares exchanged", look_up_with_a_bug(
        share_down=lambda down, right: right, share_right=lambda down, right: right * 0 + down),
     "the share of the row was used along the columns, and the other way round"),
    ("plain mean", look_up_with_a_bug(
        share_down=lambda down, right: 0.5, share_right=lambda down, right: 0.5),
     "that is the plain mean of the four neighbors: weigh each by how near it is"),
    ("sum", look_up_with_a_bug(across=lambda image, i, j, down, right:
        image[i, j] + image[i + 1, j] + image[i, j + 1] + image[i + 1, j + 1]),
     "that is the sum of the four neighbors: weigh each by how near it is"),
    ("diagonal", look_up_with_a_bug(across=lambda image, i, j, down, right:
        (1 - down) * (1 - right) * image[i, j] + down * right * image[i + 1, j + 1]),
     "two of the four neighbors are missing: up and to the right, down and to the left"),
])  # fmt: skip


# 9.3


def adam_with(mean_from=0.9, square_from=0.999, step=None, keep=None):
    """my_adam_step with another share kept, another step or other means given back."""

    def answer(w, g, mean, square, t, learning_rate):
        old = mean
        mean = mean_from * mean + (1 - mean_from) * g
        square = square_from * square + (1 - square_from) * g**2
        fair_mean, fair_square = mean / (1 - 0.9**t), square / (1 - 0.999**t)
        way = fair_mean / (np.sqrt(fair_square) + 1e-8)
        if step is not None:
            way = step(g, old, mean, square, t)
        kept = (mean, square) if keep is None else (fair_mean, fair_square)
        return w - learning_rate * way, *kept

    return answer


def adam_cases():
    """A first step from zeros, with a gradient of 0, and later ones with tiny gradients too."""
    zeros = np.zeros(3)
    first = np.array([1.0, 1.0, 2.0]), np.array([4.0, -0.01, 0.0]), zeros, zeros, 1, 0.1
    rng = np.random.default_rng(9)
    g = rng.standard_normal(5) * [1, 10, 1e-6, 0.1, 3]
    later = rng.standard_normal(5), g, 0.5 * g[::-1], rng.random(5) ** 2, 3, 0.002
    tiny = np.array([0.5, -2.0]), np.array([2e-7, -3e-5]), np.zeros(2), np.zeros(2), 2, 0.01
    return [first, later, tiny]


def adam_without_epsilon(g, old, mean, square, t):
    return mean / (1 - 0.9**t) / np.sqrt(square / (1 - 0.999**t))


check_adam_step = make_check(
    "9.3", "my_adam_step", "Take a step of Adam", adam_with(), adam_cases,
    returns=("w", "mean", "square"), rtol=1e-7,
    after="the helper does the same to all parameters at once, in place",
    mistakes=[
    ("no divisors", adam_with(step=lambda g, old, mean, square, t: mean / (np.sqrt(square) + 1e-8)),
     "both means start from 0 and are too small at first: divide them by 1 - 0.9ᵗ and 1 - 0.999ᵗ"),
    ("one divisor", (
        adam_with(step=lambda g, old, mean, square, t: mean / (1 - 0.9**t) / (
            np.sqrt(square) + 1e-8)),
        adam_with(step=lambda g, old, mean, square, t: mean / (
            np.sqrt(square / (1 - 0.999**t)) + 1e-8))),
     "only one of the two means is divided by its divisor, and both start from 0"),
    ("divisor outside the root",
     adam_with(step=lambda g, old, mean, square, t: mean / (1 - 0.9**t) / (
         np.sqrt(square) / (1 - 0.999**t) + 1e-8)),
     "1 - 0.999ᵗ belongs to the mean of the squares, so it stands under the root as well"),
    ("times t", adam_with(step=lambda g, old, mean, square, t: mean / (1 - 0.9 * t) / (
        np.sqrt(abs(square / (1 - 0.999 * t))) + 1e-8)),
     "t is an exponent: `0.9**t`, not `0.9 * t`"),
    ("counted from 0", adam_with(step=lambda g, old, mean, square, t: mean / (1 - 0.9**(t + 1)) / (
        np.sqrt(square / (1 - 0.999**(t + 1))) + 1e-8)),
     "t counts this step already: no `t + 1`"),
    ("one step behind", adam_with(step=lambda g, old, mean, square, t: mean / (1 - 0.9**(t - 1)) / (
        np.sqrt(square / (1 - 0.999**(t - 1))) + 1e-8)),
     "t counts this step already: with `t - 1` the first step divides by 0"),
    ("no epsilon", adam_with(step=adam_without_epsilon),
     "where all gradients were 0, this divides 0 by 0: add 1e-8 below the line"),
    ("epsilon under the root", adam_with(step=lambda g, old, mean, square, t:
        mean / (1 - 0.9**t) / np.sqrt(square / (1 - 0.999**t) + 1e-8)),
     "the 1e-8 came under the root, where it counts as 1e-4: add it to the root"),
    ("no root", adam_with(step=lambda g, old, mean, square, t: mean / (1 - 0.9**t) / (
        square / (1 - 0.999**t) + 1e-8)),
     "the mean is divided by the *root* of the mean square: `np.sqrt`"),
    ("gradient for mean", adam_with(step=lambda g, old, mean, square, t: g / (
        np.sqrt(square / (1 - 0.999**t)) + 1e-8)),
     "above the line stands the running mean of the gradients, not this gradient alone"),
    ("old mean", adam_with(step=lambda g, old, mean, square, t: old / (1 - 0.9**t) / (
        np.sqrt(square / (1 - 0.999**t)) + 1e-8)),
     "the step takes the mean as it was: update both means first"),
    ("upward", adam_with(step=lambda g, old, mean, square, t: -mean / (1 - 0.9**t) / (
        np.sqrt(square / (1 - 0.999**t)) + 1e-8)),
     "the step goes uphill: subtract it"),
    ("corrected means kept", adam_with(keep="corrected"),
     "`w` is right, but the divisors belong to this step alone: return the running means without "
     "them"),
    ("means exchanged", adam_with(0.999, 0.9),
     "0.9 belongs to the mean of the gradients, and 0.999 to that of their squares"),
    ("shares exchanged", adam_with(0.1, 0.001),
     "most of the old mean is kept: 0.9 of it and 0.1 of the gradient, not the other way round"),
    ("not squared", lambda w, g, mean, square, t, rate: (
        w - rate * (0.9 * mean + 0.1 * g) / (1 - 0.9**t) / (np.sqrt(abs(
            0.999 * square + 0.001 * g) / (1 - 0.999**t)) + 1e-8),
        0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g),
     "`square` is the running mean of the *squared* gradients: `g**2`"),
])  # fmt: skip


# 9.4


def smooth_loss(A, Y, smoothing):
    return loss_of(A, (1 - smoothing) * Y + smoothing / len(Y))


def loss_of(A, targets):
    return -(targets * np.log(A)).sum(axis=0).mean()


def smooth_loss_cases():
    """Probabilities of two classes for one example, and of more classes for several ones."""
    rng = np.random.default_rng(6)
    cases = [(np.array([[0.9], [0.1]]), np.array([[1.0], [0.0]]), 0.2)]
    for classes, m, smoothing in ((10, 4, 0.05), (4, 7, 0.1)):
        A = rng.random((classes, m)) + 0.05
        Y = np.eye(classes)[:, rng.integers(0, classes, m)]
        cases.append((A / A.sum(axis=0), Y, smoothing))
    return cases


check_smooth_loss = make_check(
    "9.4", "my_smooth_loss", "Let the loss ask for less", smooth_loss, smooth_loss_cases,
    rtol=1e-6,
    after="every class counts a little now, so no answer can be certain for free",
    mistakes=[
    ("the helper", lambda A, Y, s: cross_entropy(A, (1 - s) * Y + s / len(Y)),
     "this takes the logarithm of a mixed probability, as `cross_entropy` does, which knows only "
     "targets of 0 and 1: take the logarithm of each first, then weigh and add"),
    ("labels as they are", lambda A, Y, s: loss_of(A, Y) + 0 * s,
     "this is the loss of `Y` as it is: it has to be smoothed first"),
    ("ten classes", lambda A, Y, s: loss_of(A, (1 - s) * Y + s / 10),
     "the share is divided by the number of classes, the rows of `Y`, which is not always 10"),
    ("divided by m", lambda A, Y, s: loss_of(A, (1 - s) * Y + s / Y.shape[1]),
     "`Y.shape[1]` counts the examples: the share is divided by the number of classes"),
    ("not divided", lambda A, Y, s: loss_of(A, (1 - s) * Y + s),
     "each class got the whole of `smoothing`, and it should be shared among all of them"),
    ("nothing taken away", lambda A, Y, s: loss_of(A, Y + s / len(Y)),
     "a column of targets must still add up to 1: what is shared out has to be taken from `Y`"),
    ("the wrong classes alone",
     lambda A, Y, s: loss_of(A, (1 - s) * Y + s / (len(Y) - 1) * (1 - Y)),
     "here the share goes to the wrong classes alone; in the formula the right class gets its "
     "part of it too"),
    ("sum", lambda A, Y, s: A.shape[1] * smooth_loss(A, Y, s),
     "that is the sum over the examples: take their mean"),
    ("mean of all entries", lambda A, Y, s: smooth_loss(A, Y, s) / len(Y),
     "this is divided by the classes as well: add over the classes, take the mean over the "
     "examples"),
    ("positive", lambda A, Y, s: -smooth_loss(A, Y, s),
     "logarithms of probabilities are negative: the minus sign is missing"),
    ("no logarithm", lambda A, Y, s: -(((1 - s) * Y + s / len(Y)) * A).sum(axis=0).mean(),
     "the logarithm is missing: the cross-entropy weighs `np.log(A)`"),
    ("not summed", lambda A, Y, s: -(((1 - s) * Y + s / len(Y)) * np.log(A)).sum(axis=0),
     "that is the loss of each example: return their mean"),
])  # fmt: skip


# 9.5

MOST, TARGETS = 5000, {"digits": 0.95, "mnist": 0.98}
GAME_SEEDS = range(100, 103)
MEASURED = {}  # of the entry that was judged last


@cache
def game_images(name):
    """The training and the development set of the game: bundled digits, or MNIST's 60,000."""
    if name == "digits":
        return split(load_dataset("digits"), 1000, np.random.default_rng(0))
    images = load_dataset(name, dtype=np.float32)
    return images.subset(slice(0, 50_000)), images.subset(slice(50_000, None))


def prepared(prepare, dataset):
    """The Dataset that the network of an entry sees; a ValueError says what is wrong with it."""
    X = prepare(dataset.X.copy())
    if not isinstance(X, np.ndarray) or X.ndim != 2 or X.shape[1] != len(dataset):
        came = describe_type(X)
        raise ValueError(f"`prepare` returns {came}, expected one of shape (n, {len(dataset)})")
    if not np.allclose(prepare(dataset.X[:, :5].copy()), X[:, :5], atol=1e-5):
        raise ValueError("`prepare` makes something else of an image when others lie beside it")
    return Dataset(X, dataset.labels, dataset.class_names, (1, len(X)))


def measure_entry(entry):
    """Train an entry with each seed: how many numbers it has, and how much it reads at the end."""
    settings = {"prepare": None, "images": "digits", **entry}
    prepare, images = settings.pop("prepare"), settings.pop("images")
    if not callable(prepare):
        raise ValueError("my_entry has no `prepare`, expected a function of images (784, m)")
    if images not in TARGETS:
        raise ValueError(f"`images` is {images!r}, expected one of {', '.join(TARGETS)}")
    train_set, dev_set = (prepared(prepare, dataset) for dataset in game_images(images))
    sizes = settings.get("layer_sizes") or [0]
    if sizes[0] != len(train_set.X):
        raise ValueError(
            f"`layer_sizes` begins with {sizes[0]}, but `prepare` makes {len(train_set.X)}"
        )
    numbers = sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
    if numbers >= MOST:
        raise ValueError(f"your network has {numbers:,} numbers, expected fewer than {MOST:,}")
    settings |= {"patience": None, "dtype": train_set.X.dtype.type}
    results = [train(train_set, dev_set, **{**settings, "seed": seed}) for seed in GAME_SEEDS]
    if any(result.stop_reason == "diverged" for result in results):
        raise ValueError("with your settings a training run diverges: lower the learning rate")
    reached = np.mean([result.history["dev_accuracy"].iloc[-1] for result in results])
    return {"numbers": numbers, "images": images, "reached": reached, "target": TARGETS[images]}


def judge_entry(entry):
    """What is wrong with an entry, or None where it reaches the target."""
    MEASURED.clear()
    if not isinstance(entry, dict):
        return f"my_entry is {describe_type(entry)}, expected a dictionary"
    try:
        MEASURED.update(measure_entry(entry))
    except (TypeError, ValueError) as error:
        return f"{error}"
    if MEASURED["reached"] >= MEASURED["target"]:
        return None
    return "{numbers:,} numbers read {reached:.2%}, expected {target:.0%}".format(**MEASURED)


def is_entry(test):
    """Whether the entry was measured, and test(entry) holds."""
    return when(lambda entry: bool(MEASURED) and test(entry))


def leaves_leaning(entry):
    """Whether `prepare` makes something else of an image that was stood upright before."""
    X = game_images("digits")[1].X
    leaning_ones, upright_ones = (entry["prepare"](images) for images in (X, deskew(X)))
    return np.abs(leaning_ones - upright_ones).mean() > 0.01


def my_pools(X):
    images = deskew(X).reshape(28, 28, -1)[4:24, 4:24]
    return images.reshape(10, 2, 10, 2, -1).mean(axis=(1, 3)).reshape(100, -1)


check_few_numbers = make_check(
    "9.5", "my_entry", "Spend fewer than 5,000 numbers well",
    lambda: {"prepare": my_pools, "layer_sizes": [100, 36, 28, 10]},
    judge=judge_entry,
    after=lambda: "{numbers:,} numbers read {reached:.2%}; {target:.0%} was asked for".format(**MEASURED),
    mistakes=[
    ("large images", is_entry(lambda entry: entry["layer_sizes"][0] == 784),
     "784 inputs leave room for six neurons: which pixels can `prepare` leave out or put together?"),
    ("leaning", is_entry(leaves_leaning),
     "your `prepare` leaves a leaning digit leaning"),
    ("the same images", is_entry(lambda entry: entry.get("augment") is None),
     "your network sees the same images in every epoch; what could `augment` do?"),
])  # fmt: skip
