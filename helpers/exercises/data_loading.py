"""The exercises of notebook 1: pixels, ink, scaling, a fair split, and a first reader of digits."""

import numpy as np

from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.fair_split import MISTAKES_OF_SPLIT, fair_split, judge_split, split_cases
from helpers.exercises.judging import make_check
from helpers.exercises.nearest_mean import MISTAKES_OF_READER, nearest_mean, reader_cases


def pixel_number(row, column):
    """Return the number of a pixel of a 28 × 28 image, counted row after row from 0; raises nothing."""
    return 28 * row + column


check_pixel_number = make_check(
    Exercise(
        key="1.1",
        name="my_pixel_number",
        title="Find a pixel in its row",
        reference=pixel_number,
        cases=lambda: [Case(0, 5), Case(2, 0), Case(14, 13), Case(27, 27)],
        mistakes=(
            Mistake(
                "swapped",
                "row and column are swapped: the next pixel of the table stands to the right, not below",
                wrong=lambda row, column: row + 28 * column,
            ),
            Mistake(
                "counted from 1",
                "the pixels are counted from 0: the first one of all is `pixel0`",
                wrong=lambda row, column: 28 * row + column + 1,
            ),
            Mistake(
                "27 in a row",
                "the last column has the number 27, but there are 28 of them in a row",
                wrong=lambda row, column: 27 * row + column,
            ),
            Mistake("added", "a step down skips a whole row of pixels", wrong=lambda row, column: row + column),
        ),
    )
)


def mean_ink(X):
    """Return the mean pixel of each image, (m,), of X (pixels, m); raises nothing."""
    return X.mean(axis=0)


def ink_cases():
    """Return a batch small enough to read, and one with the shape of the digits; raises nothing."""
    rng = np.random.default_rng(0)
    return [Case(np.array([[0.0, 255, 100], [50, 255, 0]])), Case(rng.integers(256, size=(784, 5)).astype(float))]


check_ink = make_check(
    Exercise(
        key="1.2",
        name="my_ink",
        title="Measure the ink of every image",
        reference=mean_ink,
        cases=ink_cases,
        mistakes=(
            Mistake(
                "mean of each pixel",
                "that is the mean of each pixel over all images; an image is a column, so average down the columns",
                wrong=lambda X: X.mean(axis=1),
            ),
            Mistake(
                "sum",
                "that is the sum of the pixels; divide by how many there are, or take the mean",
                wrong=lambda X: X.sum(axis=0),
            ),
            Mistake(
                "divided by the images",
                "divide by how many pixels an image has, not by how many images there are",
                wrong=lambda X: X.sum(axis=0) / X.shape[1],
            ),
            Mistake(
                "divided by 784",
                "not every image has 784 pixels: their number is that of the rows, or take the mean",
                wrong=lambda X: X.sum(axis=0) / 784,
            ),
        ),
    )
)


def undo_scaling(X):
    """Return the pixels (m, pixels), 0 to 255 in one byte, of X (pixels, m), 0 to 1; raises nothing."""
    return np.rint(X.T * 255).astype(np.uint8)


def scaled_cases():
    """Return pixels from a file, pixels from averages, and a larger batch; raises nothing."""
    rng = np.random.default_rng(1)
    averages = np.array([[0.0, 0.999], [0.3001, 1.0], [0.5001, 0.2]])
    return [Case(np.array([[0.0, 51, 255], [102, 0, 255]]).T / 255), Case(averages), Case(rng.random((784, 5)))]


check_pixels = make_check(
    Exercise(
        key="1.3",
        name="my_pixels",
        title="Undo the scaling",
        reference=undo_scaling,
        cases=scaled_cases,
        mistakes=(
            Mistake(
                "cut off",
                "`astype` cuts off what stands behind the point; round to the nearest whole number first",
                wrong=lambda X: (X.T * 255).astype(np.uint8),
            ),
            Mistake(
                "type first",
                "a `uint8` has no room for numbers between 0 and 1: multiply first, change the type last",
                wrong=lambda X: X.T.astype(np.uint8) * np.uint8(255),
            ),
            Mistake(
                "still columns",
                "in the file an image is a row",
                wrong=lambda X: np.rint(X * 255).astype(np.uint8),
            ),
            Mistake(
                "rounded up",
                "that rounds every number up; the nearest whole number may lie below",
                wrong=lambda X: np.ceil(X.T * 255).astype(np.uint8),
            ),
            Mistake(
                "rounded first",
                "rounded before it was multiplied, a pixel is 0 or 1: multiply first",
                wrong=lambda X: (np.rint(X.T) * 255).astype(np.uint8),
            ),
            Mistake(
                "not multiplied",
                "these are still numbers from 0 to 1, rounded; full ink is 255",
                wrong=lambda X: np.rint(X.T).astype(np.uint8),
            ),
            Mistake(
                "times 256",
                "full ink is 255; 256 does not fit into a `uint8`",
                wrong=lambda X: np.rint(X.T * 256).astype(np.int64).astype(np.uint8),
            ),
        ),
    )
)

check_split = make_check(
    Exercise(
        key="1.4",
        name="my_fair_split",
        title="Split with equal shares of every digit",
        reference=fair_split,
        cases=split_cases,
        judge=judge_split,
        mistakes=MISTAKES_OF_SPLIT,
        after="no column is lost, none is in both sets, and every digit has its share",
    )
)


check_reader = make_check(
    Exercise(
        key="1.5",
        name="my_reader",
        title="Read digits without a network",
        reference=nearest_mean,
        cases=reader_cases,
        examples=lambda X_train, labels_train, X: X.shape[1],
        mistakes=MISTAKES_OF_READER,
        after="now try it on the real digits: `my_reader(train_set.X, train_set.labels, dev_set.X)`",
    )
)
