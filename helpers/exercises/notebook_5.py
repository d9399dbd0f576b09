"""The exercises of notebook 5: confusions, precision, doubt, k guesses, a drawing prepared."""

import re
from functools import partial

import numpy as np

from helpers.drawing import draw_strokes, sample_strokes
from helpers.evaluation import accuracy, confusion_matrix
from helpers.exercises.checking import make_check
from helpers.exercises.recognizing import Predicate, every, gives, stops, when
from helpers.preprocessing import MIDDLE, SIDE, center, resize, scale_to_fit


def confusions(predictions, labels, num_classes):
    return confusion_matrix(predictions, labels, num_classes)


def counted_once(predictions, labels, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    matrix[labels, predictions] += 1
    return matrix


def apart(predictions, labels, num_classes):
    """1 off the diagonal and 0 on it."""
    return 1 - np.eye(num_classes, dtype=int)


def confusion_cases():
    """Answers for three and for five classes, the last of which does not occur."""
    rng = np.random.default_rng(0)
    small = np.array([0, 2, 2, 1, 1, 2, 2]), np.array([0, 1, 2, 1, 0, 2, 1])
    return [(*small, 3), (rng.integers(0, 4, 40), rng.integers(0, 4, 40), 5)]


check_confusion_matrix = make_check(
    "5.1", "my_confusion_matrix", "Count the confusions", confusions, confusion_cases,
    without=("confusion_matrix",),
    mistakes=[
    ("transposed", gives(lambda predictions, labels, n: confusions(labels, predictions, n)),
     "rows and columns are swapped: the row belongs to the true class, the column to the "
     "predicted one"),
    ("counted once", gives(counted_once),
     "a pair that occurs several times counts only once: `matrix[rows, columns] += 1` reads each "
     "place, adds 1 and writes it back; count in a loop, or with `np.add.at`"),
    ("counted once, transposed", gives(
     lambda predictions, labels, n: counted_once(labels, predictions, n)),
     "two things: the row belongs to the true class, and `+= 1` with lists of places counts each "
     "pair once"),
    ("another size", when(lambda matrix, predictions, labels, n: matrix.shape != (n, n)),
     "the size is (num_classes, num_classes), whichever classes occur"),
    ("only the first", every(lambda matrix, *_: matrix.sum() == matrix.max() == 1),
     "it counts one image and ends: does the `return` stand inside the loop?"),
    ("only the mistakes", gives(lambda *arguments: confusions(*arguments) * apart(*arguments)),
     "the diagonal is empty: what was read right counts as well"),
    ("only what is right", gives(
     lambda *arguments: confusions(*arguments) * (1 - apart(*arguments))),
     "beside the diagonal everything is 0: what was misread counts as well"),
    ("not all counted", every(
     lambda matrix, predictions, labels, n: len(labels) - 2 <= matrix.sum() < len(labels)),
     "the entries should add up to the number of images, and some images are not counted: is the "
     "first or the last of them left out?"),
    ("fractions", when(lambda matrix, *_: not np.array_equal(matrix, np.rint(matrix))),
     "count the images, and do not divide"),
])  # fmt: skip


# 5.2


def precision(predictions, labels, digit):
    matrix = confusion_matrix(predictions, labels)
    return matrix[digit, digit] / matrix[:, digit].sum()


def precision_cases():
    """Answers in which precision, recall and accuracy differ."""
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 10, 60)
    predictions = np.where(rng.random(60) < 0.5, labels, rng.integers(0, 10, 60))
    small = np.array([7, 1, 7, 7, 2, 7, 1]), np.array([7, 7, 1, 7, 2, 2, 1])
    return [(*small, 7), (predictions, labels, 3), (predictions, labels, 0)]


def hits(predictions, labels, digit):
    return (predictions == digit) & (labels == digit)


check_precision = make_check(
    "5.2", "my_precision", "Compute a precision without the matrix", precision, precision_cases,
    mistakes=[
    ("recall", lambda predictions, labels, digit: precision(labels, predictions, digit),
     "that is the recall: of all images that are the digit, which fraction is found; ask it the "
     "other way"),
    ("accuracy", lambda predictions, labels, digit: accuracy(predictions, labels),
     "that is the accuracy over all digits; look only at the images that the network takes for "
     "this digit"),
    ("of all images", lambda predictions, labels, digit: hits(predictions, labels, digit).mean(),
     "divided by all images; the question is only about those that the network takes for this "
     "digit"),
    ("count", lambda predictions, labels, digit: hits(predictions, labels, digit).sum(),
     "that is a count; divide by how many images the network takes for this digit"),
    ("not only the hits",
     lambda predictions, labels, digit: (labels == digit).sum() / (predictions == digit).sum(),
     "above the line stand all images that *are* the digit, also those the network takes for "
     "another one"),
    ("wrong ones", lambda predictions, labels, digit: 1 - precision(predictions, labels, digit),
     "that is the fraction of these answers that are wrong; give the fraction that is right"),
    ("yes or no",
     lambda predictions, labels, digit: ((predictions == digit) == (labels == digit)).mean(),
     "that also counts the images that neither are the digit nor are taken for it; look only at "
     "those that the network takes for it"),
    ("percent", lambda predictions, labels, digit: 100 * precision(predictions, labels, digit),
     "right, but in percent; give a fraction from 0 to 1"),
])  # fmt: skip


# 5.3


def cautious_accuracy(probabilities, labels, threshold):
    answered = probabilities.max(axis=0) >= threshold
    right = probabilities.argmax(axis=0) == labels
    return float(answered.mean()), float(right[answered].mean())


def cautious_cases():
    """Five images, two of which are just as sure as the threshold, and forty random ones.

    The first case is so small that a verdict can write it in full, and a learner can try it.
    """
    P = np.array([[0.5, 0.2, 0.1, 0.3, 0.2], [0.3, 0.5, 0, 0.4, 0.6], [0.2, 0.3, 0.9, 0.3, 0.2]])
    rng = np.random.default_rng(0)
    scores = np.exp(2 * rng.normal(size=(4, 40)))
    labels = np.where(rng.random(40) < 0.6, scores.argmax(axis=0), rng.integers(0, 4, 40))
    return [(P, np.array([0, 2, 2, 1, 1]), 0.5), (scores / scores.sum(axis=0), labels, 0.7)]


def one_side_kept(attempt):
    """Whether it stops at a comparison of the answered images with all."""
    P, labels, threshold = attempt.case
    answered = (P.max(axis=0) >= threshold).sum()
    sizes = re.findall(r"\((\d+),\)", str(attempt.outcome.error))
    return sorted(map(int, sizes)) == [answered, len(labels)]


check_cautious_accuracy = make_check(
    "5.3", "my_cautious_accuracy", 'Let the network say "I do not know"', cautious_accuracy,
    cautious_cases, returns=("share", "accuracy"),
    mistakes=[
    ("one side", Predicate(one_side_kept),
     "only one side keeps just the answered images: `[answered]` belongs behind the predictions "
     "and behind the labels, or behind their comparison"),
    ("along the rows", stops("broadcast", "boolean index", everywhere=True),
     "an image is a column, so look down each column for its confidence and its digit: `axis=0`"),
    ("an array", gives(lambda *arguments: np.array(cautious_accuracy(*arguments))),
     "the numbers are right, but a pair is two values with a comma between them: `return share, "
     "accuracy`"),
    ("every probability", gives(lambda P, labels, least: np.mean(least <= P), part=0),
     "this compares every probability with the threshold: the confidence of an image is its "
     "largest one"),
    ("swapped", gives(lambda *arguments: cautious_accuracy(*arguments)[::-1]),
     "first the share of the images that are answered, then the accuracy on them"),
    ("strictly above", gives(
     lambda P, labels, least: cautious_accuracy(P, labels, np.nextafter(least, 1))),
     "`>=`, not `>`: it answers where its confidence is at least the threshold"),
    ("the silent ones", gives(lambda P, labels, least: (P.max(axis=0) < least).mean(), part=0),
     "that is the share of the images that go to a person; which share does the network answer?"),
    ("of all images", gives(lambda P, labels, least: ((P.max(axis=0) >= least).mean(),
     ((P.argmax(axis=0) == labels) & (P.max(axis=0) >= least)).mean())),
     "right answers as a share of all images; divide by how many the network answers"),
    ("accuracy of all", gives(lambda P, labels, least: (
     (P.max(axis=0) >= least).mean(), (P.argmax(axis=0) == labels).mean())),
     "that is the accuracy on all images; count only the ones that the network answers"),
    ("counts", gives(lambda P, labels, least: (P.max(axis=0) >= least).sum(), part=0),
     "that is a count; give the fraction of all images"),
])  # fmt: skip


# 5.4


def top_k_accuracy(probabilities, labels, k):
    return float(found_in(-probabilities, labels, slice(None, k)))


def found_in(probabilities, labels, rows, axis=0, sort=np.argsort):
    """The fraction of labels in the given rows of the classes, sorted by rising probability."""
    return (sort(probabilities, axis=axis)[rows] == labels).any(axis=0).mean()


def top_cases():
    """Four images and two guesses, then forty with one, three and six guesses."""
    P = np.array([[0.5, 0.2, 0.1, 0.2], [0.3, 0.5, 0.0, 0.3], [0.2, 0.3, 0.9, 0.5]])
    rng = np.random.default_rng(0)
    scores = np.exp(2 * rng.normal(size=(6, 40)))
    labels = np.where(rng.random(40) < 0.4, scores.argmax(axis=0), rng.integers(0, 6, 40))
    forty = [(scores / scores.sum(axis=0), labels, k) for k in (1, 3, 6)]
    return [(P, np.array([0, 2, 2, 0]), 2), *forty]


check_top_k_accuracy = make_check(
    "5.4", "my_top_k_accuracy", "Give the network k guesses", top_k_accuracy, top_cases,
    mistakes=[
    ("the least probable", lambda P, labels, k: found_in(P, labels, slice(None, k)),
     "those are the k least probable classes: `argsort` puts the smallest first"),
    ("along the rows", lambda P, labels, k: found_in(P, labels, slice(-k, None), axis=1),
     "an image is a column, so sort down each column: `axis=0`"),
    ("another shape", stops("broadcast"),
     "the guesses should have shape (k, m), a column for each image: sort down the columns, "
     "`axis=0`, and keep the last k *rows*, `[-k:]`"),
    ("any at all", (
     lambda P, labels, k: (np.argsort(P, axis=0)[-k:] == labels).any(),
     lambda P, labels, k: float((np.argsort(P, axis=0)[-k:] == labels).any())),
     "`.any()` asks about the whole array; with `axis=0` it asks about each image"),
    ("the last guess alone", lambda P, labels, k: found_in(P, labels, slice(-k, -k + 1 or None)),
     "that counts only guess number k; the guesses before it count as well"),
    ("one guess", lambda P, labels, k: top_k_accuracy(P, labels, 1),
     "that is the ordinary accuracy, for one guess, whatever k is"),
    ("of all guesses", lambda P, labels, k: (np.argsort(P, axis=0)[-k:] == labels).mean(),
     "of the k guesses for an image only one can be right: is any of them? Then average over the "
     "images"),
    ("count", lambda P, labels, k: round(top_k_accuracy(P, labels, k) * len(labels)),
     "that is a count; divide by the number of images"),
    ("probabilities for classes",
     lambda P, labels, k: found_in(P, labels, slice(-k, None), sort=np.sort),
     "`np.sort` gives probabilities, and no label equals one; `np.argsort` gives the numbers of "
     "the classes"),
])  # fmt: skip


# 5.5

BOX = 20


def tight(ink, last=1):
    """The smallest rectangle that holds all ink above 0."""
    rows, columns = (np.flatnonzero((ink > 0).any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + last, columns[0] : columns[-1] + last]


def prepare(drawing):
    return center(scale_to_fit(tight(1 - drawing), BOX))[0].reshape(-1, 1)


def prepare_with_a_bug(
    drawing, *, invert=True, crop=tight, keep_shape=True, middle=MIDDLE, by_mass=True
):
    """What `prepare` returns, with the bug that one keyword switches on."""
    ink = crop(1 - drawing if invert else drawing)
    sides = [max(1, round(side * BOX / max(ink.shape))) for side in ink.shape]
    ink = resize(ink, sides if keep_shape else (BOX, BOX))
    image, where = np.zeros((SIDE, SIDE)), []
    for axis, length in enumerate(ink.shape):
        mass = ink.sum(axis=1 - axis)
        balance = (mass * np.arange(length)).sum() / mass.sum()
        place = round(middle - balance) if by_mass else (SIDE - length) // 2
        place = min(max(place, 0), SIDE - length)
        where.append(slice(place, place + length))
    image[tuple(where)] = ink
    return image.reshape(-1, 1)


def drawings():
    """A large seven in a corner, a wide bar, a hair-thin line and an L with a heavy foot.

    None has its center of mass halfway between two rows or columns, where either would be right.
    """
    seven = np.ones((120, 100))
    seven[40:118, 20:98] = draw_strokes(sample_strokes(7), side=78)
    bar = np.ones((9, 17))
    bar[1:4, 2:15] = np.linspace(0.1, 0.8, 13)
    line = np.ones((60, 40))
    line[4:54, 30] = np.linspace(0.6, 0.1, 50)
    foot = np.ones((30, 26))
    foot[2:22, 3] = 0.5
    foot[18:22, 3:23] = 0
    return [(seven,), (bar,), (line,), (foot,)]


def is_too_large(attempt):
    """Whether it stops with an array that is larger than the box and does not fit."""
    error = str(attempt.outcome.error)
    sizes = re.search(r"input array from shape \((\d+),(\d+)\)", error)
    return bool(sizes) and max(int(size) for size in sizes.groups()) > BOX


def both_digits(test):
    """Whether test(digit that came, digit that should have come) holds, both without paper."""
    return when(
        lambda *pair: test(*(tight(x.reshape(SIDE, SIDE)) for x in (pair[0], prepare(pair[1]))))
    )


check_prepare = make_check(
    "5.5", "my_prepare", "Prepare a drawing for the network", prepare, drawings,
    says=("a seven in the corner on 120 × 100 pixels", "a bar on 9 × 17 pixels",
          "a hair-thin line on 60 × 40 pixels", "an L with a heavy foot on 30 × 26 pixels"),
    rtol=1e-6, atol=1e-9,
    mistakes=[
    ("not a column", when(lambda x, drawing: x.size == SIDE**2 and x.shape != (SIDE**2, 1)),
     "784 numbers, but not in a column: `reshape(-1, 1)`"),
    ("not inverted", partial(prepare_with_a_bug, invert=False),
     "paper is 1 in the drawing and has to become 0: step 1"),
    ("not cropped", partial(prepare_with_a_bug, crop=lambda ink: ink),
     "the paper around the digit was scaled with it: crop to the ink first, step 2"),
    ("cropped too much", every(lambda returned, drawing: np.allclose(
     returned, prepare_with_a_bug(drawing, crop=partial(tight, last=0))), first=1),
     "the last row and column of ink are cut off: a slice ends before its end, so add 1"),
    ("out of shape", gives(partial(prepare_with_a_bug, keep_shape=False)),
     "the digit is stretched to 20 × 20: scale both sides by the same factor, 20 over the longer "
     "one"),
    ("larger than the box", Predicate(is_too_large),
     "the scaled digit is larger than 20 pixels: it is the *longer* side that gets 20, step 3"),
    ("nothing left", stops("", place=2),
     "the shorter side of a thin line is rounded to 0 pixels: use `max(1, ...)`"),
    ("over the edge", stops("", place=3),
     "the center of mass would push the digit over the edge here: keep its place from 0 to 28 "
     "less its size"),
    ("box centered", partial(prepare_with_a_bug, by_mass=False),
     "the rectangle is in the middle; it is the center of mass that should be there: step 4"),
    ("at 13.5", partial(prepare_with_a_bug, middle=13.5),
     "off by a pixel in places: the center belongs at row and column 14, not at 13.5, and to "
     "come as near as possible takes `round`, where `int` cuts off"),
    ("transposed", lambda drawing: prepare(drawing).reshape(SIDE, SIDE).T.reshape(-1, 1),
     "rows and columns are swapped"),
    ("inverted at the end", lambda drawing: 1 - prepare(drawing),
     "the ground came out as 1 and the ink as 0: invert once, at the beginning, step 1"),
    ("another place", both_digits(np.allclose),
     "the digit has the right size and is in the wrong place: look at step 4 again"),
    ("another size", both_digits(lambda digit, right: digit.shape != right.shape),
     "the digit does not have the size that it should have: look at steps 2 and 3 again"),
])  # fmt: skip
