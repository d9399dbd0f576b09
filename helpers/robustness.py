"""How far a network can be trusted: its accuracy on images made harder, and whether its confidence is justified.

Images are perturbed by a chosen strength: noise, shift, turn, thickness of the pen, an occluding patch. Unlike
`helpers.augmentation`, which draws a new distortion for each training image, a perturbation has one strength for all
images, so that accuracy can be drawn against it. In MNIST's sizes: 28 by 28 pixels, strokes about 3 wide.
"""

import math

import numpy as np
import pandas as pd

from helpers.augmentation import noise, transform
from helpers.evaluation import accuracy, make_predictions
from helpers.internals.checks import check_count, check_number, check_rng, is_whole

MOST_THICKNESS = 4  # pixels; more would fill a digit, or leave nothing of it


def change_thickness(X, pixels, *, image_shape=(28, 28)):
    """Return the images with every stroke `pixels` thicker on each side, or thinner where `pixels` is negative.

    X: (height * width, m), values 0 to 1. pixels: -4 to 4, also a part of a pixel, so the width changes by twice that.
    Thicker takes the largest value, thinner the smallest, that is found within this distance of a pixel. Raises
    ValueError for a number outside the range or an X that does not fit.
    Sources: Serra, "Image analysis and mathematical morphology", 1982; Castro et al., "Morpho-MNIST", 2019.
    """
    check_number("pixels", pixels, at_least=-MOST_THICKNESS)
    if pixels > MOST_THICKNESS:
        raise ValueError(f"pixels is {pixels!r}, expected at most {MOST_THICKNESS}")
    changed = transform(X, image_shape=image_shape)  # a copy, and a check of X
    extreme = np.maximum if pixels > 0 else np.minimum
    for shift in _disk(abs(pixels)):
        extreme(changed, transform(X, shift=shift, image_shape=image_shape), out=changed)
    return changed


def _disk(radius):
    """Return places (down, right) that cover a disk, at most a pixel apart, without the center."""
    places = []
    for ring in radius - np.arange(math.ceil(radius)):
        angles = np.linspace(0, 2 * np.pi, 8 * math.ceil(2 * np.pi * ring / 8), endpoint=False)
        places += [(ring * np.sin(angle), ring * np.cos(angle)) for angle in angles]
    return places


def occlude(X, size, rng, *, ink=0, image_shape=(28, 28)):
    """Return the images with a square of size by size pixels covered, at a random place of its own in each image.

    X: (height * width, m), values 0 to 1. size: a whole number from 0 to the shorter side. ink: the value of the
    square, 0 blank to 1 black. The square lies wholly inside of the image. Raises ValueError for an argument that is
    not in its range, an rng that is no generator, or an X that does not fit.
    Source: DeVries and Taylor, "Improved regularization of convolutional neural networks with cutout", 2017.
    """
    covered = transform(X, image_shape=image_shape)  # a copy, and a check of X
    if not is_whole(size) or not 0 <= size <= min(image_shape):
        raise ValueError(f"size is {size!r}, expected a whole number of pixels from 0 to {min(image_shape)}")
    check_number("ink", ink, at_least=0)
    if ink > 1:
        raise ValueError(f"ink is {ink!r}, expected a number from 0 to 1")
    check_rng(rng)
    height, width = image_shape
    m = X.shape[1]
    top, left = (rng.integers(0, length - size + 1, (m, 1)) for length in (height, width))
    rows = (np.arange(height) >= top) & (np.arange(height) < top + size)
    columns = (np.arange(width) >= left) & (np.arange(width) < left + size)
    patch = rows[:, :, None] & columns[:, None, :]
    covered.T.reshape(m, height, width)[patch] = ink
    return covered


def _add_noise(X, strength, rng, image_shape):
    return noise(strength)(X, rng)


def _shift(X, strength, rng, image_shape):
    return transform(X, shift=(0, strength), image_shape=image_shape)


def _rotate(X, strength, rng, image_shape):
    return transform(X, rotation=strength, image_shape=image_shape)


def _change_thickness(X, strength, rng, image_shape):
    return change_thickness(X, strength, image_shape=image_shape)


def _occlude(X, strength, rng, image_shape):
    return occlude(X, strength, rng, image_shape=image_shape)


PERTURBATIONS = {
    "noise": _add_noise,
    "shift": _shift,
    "rotation": _rotate,
    "thickness": _change_thickness,
    "occlusion": _occlude,
}


def perturb(X, kind, strength, *, seed=0, image_shape=(28, 28)):
    """Return the images perturbed by one of five kinds, all with the same strength.

    X: (height * width, m), values 0 to 1. kind and its strength: "noise", the standard deviation, a share of full ink;
    "shift", pixels to the right; "rotation", degrees counterclockwise; "thickness", pixels on each side of a stroke;
    "occlusion", the side of a blank square in pixels. seed: what noise and occlusion draw from; the same seed gives
    the same images. Raises ValueError for another kind, or a strength or X that does not fit.
    """
    if kind not in PERTURBATIONS:
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(map(repr, PERTURBATIONS))}")
    return PERTURBATIONS[kind](X, strength, np.random.default_rng(seed), image_shape)


def accuracy_curve(parameters, dataset, kind, strengths, *, seed=0, activation="relu"):
    """Return the accuracy on a dataset perturbed by each of the strengths, fractions (strengths,).

    parameters: a list of layers; dataset: a Dataset with labels; kind, strengths, seed: as perturb takes them. Each
    strength starts from the images as they are. Raises ValueError where one of them does not fit, or the dataset has
    no labels.
    Source: Hendrycks and Dietterich, "Benchmarking neural network robustness to common corruptions", 2019.
    """
    if dataset.labels is None:
        raise ValueError("the dataset has no labels, expected one an example: accuracy compares with them")
    reached = []
    for strength in strengths:
        X = perturb(dataset.X, kind, strength, seed=seed, image_shape=dataset.image_shape)
        reached.append(accuracy(make_predictions(parameters, X, activation=activation), dataset.labels))
    return np.array(reached)


def measure_robustness(result, dev_set, *, strengths, activation="relu"):
    """Return the accuracies of a TrainingResult on the perturbed development set, {"noise 0.1": fraction, ...}.

    strengths: {kind: the strengths}, as perturb takes them. functools.partial(measure_robustness, strengths=...) is a
    `measure` for run_experiment. Raises ValueError as accuracy_curve does.
    """
    columns = {}
    for kind, values in strengths.items():
        curve = accuracy_curve(result.parameters, dev_set, kind, values, activation=activation)
        columns |= {f"{kind} {value:g}": reached for value, reached in zip(values, curve.tolist(), strict=True)}
    return columns


def reliability(confidence, is_right, *, bins=10):
    """Sort answers into bins of equal width by their confidence, and compare confidence and accuracy in each.

    confidence: (m,) probabilities of the classes that were answered, 0 to 1; is_right: (m,) booleans, whether the
    answers were right; bins: how many. Returns a DataFrame with a row a bin: `lower`, `upper` (a bin holds what is
    above its lower and up to its upper end; 0 belongs to the first), `count`, and the means `confidence` and
    `accuracy`, fractions, NaN where the bin is empty. Raises ValueError where the arguments do not fit.
    Sources: DeGroot and Fienberg, "The comparison and evaluation of forecasters", 1983; Niculescu-Mizil and Caruana,
    "Predicting good probabilities with supervised learning", 2005.
    """
    confidence, is_right = _checked(confidence, is_right)
    check_count("bins", bins)
    edges = np.linspace(0, 1, bins + 1)
    number = np.maximum(np.searchsorted(edges, confidence, side="left"), 1) - 1
    count = np.bincount(number, minlength=bins)
    sums = [np.bincount(number, values, minlength=bins) for values in (confidence, is_right)]
    means = [np.divide(total, count, out=np.full(bins, np.nan), where=count > 0) for total in sums]
    columns = {"lower": edges[:-1], "upper": edges[1:], "count": count, "confidence": means[0], "accuracy": means[1]}
    return pd.DataFrame(columns)


def expected_calibration_error(confidence, is_right, *, bins=10):
    """Return by how much confidence and accuracy differ in a bin, the mean over all answers, a fraction 0 to 1.

    Arguments and errors are those of reliability: sum over the bins of count / m * |accuracy - confidence|. Raises
    ValueError as reliability does.
    Sources: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", 2015;
    Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", 2017.
    """
    table = reliability(confidence, is_right, bins=bins)
    gaps = (table["accuracy"] - table["confidence"]).abs()  # an empty bin's is NaN, which sum() leaves out
    return float((table["count"] * gaps).sum() / table["count"].sum())


def _checked(confidence, is_right):
    """Return both as arrays (m,), m at least 1, probabilities and booleans."""
    confidence, is_right = np.asarray(confidence), np.asarray(is_right)
    if confidence.shape != is_right.shape or confidence.ndim != 1 or confidence.size == 0:
        raise ValueError(
            f"confidence has shape {confidence.shape} and is_right {is_right.shape}, expected (m,) twice, m at least "
            "1; the confidence of an answer is the largest of its probabilities, probabilities.max(axis=0)"
        )
    if is_right.dtype != bool:
        raise ValueError(f"is_right holds {is_right.dtype}, expected booleans: predictions == labels makes them")
    if confidence.dtype.kind != "f" or not (confidence.min() >= 0 and confidence.max() <= 1 + 1e-6):
        raise ValueError("confidence must hold probabilities, from 0 to 1; percentages have to be divided by 100")
    return confidence, is_right
