"""How far a network can be trusted: perturbed images, and calibration (notebook 7).

Images are perturbed by a chosen strength: noise, shift, rotation, thickness of the pen, a square
that covers a part. Unlike `helpers.augmentation`, which draws a new distortion for each training
image, a perturbation has one strength for all images, so that accuracy can be drawn against it.
(The literature says corruption.) Sizes are MNIST's: 28 by 28 pixels, strokes about 3 wide.
"""

import math

import numpy as np
import pandas as pd

from helpers.augmentation import noise, transform
from helpers.internals.checks import (
    check_choice,
    check_count,
    check_image_shape,
    check_images,
    check_number,
    check_numbers,
    check_pair,
    check_rng,
)

__all__ = [
    "PERTURBATIONS",
    "change_thickness",
    "expected_calibration_error",
    "occlude",
    "perturb",
    "reliability",
]

LARGEST_THICKNESS = 4  # pixels; more would fill a digit, or leave nothing of it


def change_thickness(X, pixels, *, image_shape=(28, 28)):
    """Return the images with every stroke thicker or thinner.

    Thicker takes the largest value within a distance of each pixel, thinner the smallest.

    Parameters
    ----------
    X : array of float, shape (height * width, m)
        Values from 0 to 1.
    pixels : float
        How much thicker on each side, -4 to 4; negative is thinner. The width of a stroke changes
        by twice that.
    image_shape : tuple of int
        (height, width) in pixels.

    Returns
    -------
    array, shape and dtype of X

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    References
    ----------
    Serra, "Image analysis and mathematical morphology", 1982; Castro, Tan, Kainz, Konukoglu and
    Glocker, "Morpho-MNIST", 2019.
    """
    check_number("pixels", pixels, at_least=-LARGEST_THICKNESS, at_most=LARGEST_THICKNESS)
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
    """Return the images with a square covered, at a random place of its own in each image.

    Parameters
    ----------
    X : array of float, shape (height * width, m)
        Values from 0 to 1.
    size : int
        Side of the square in pixels, 0 to the shorter side of the image. It lies wholly inside.
    rng : np.random.Generator
    ink : float
        The value of the square, 0 blank to 1 black.
    image_shape : tuple of int
        (height, width) in pixels.

    Returns
    -------
    array, shape and dtype of X

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    References
    ----------
    DeVries and Taylor, "Improved regularization of convolutional neural networks with cutout",
    2017.
    """
    covered = transform(X, image_shape=image_shape)  # a copy, and a check of X
    check_count("size", size, at_least=0, at_most=min(image_shape))
    check_number("ink", ink, at_least=0, at_most=1)
    check_rng(rng)
    height, width = image_shape
    m = X.shape[1]
    top, left = (rng.integers(0, length - size + 1, (m, 1)) for length in (height, width))
    rows = (np.arange(height) >= top) & (np.arange(height) < top + size)
    columns = (np.arange(width) >= left) & (np.arange(width) < left + size)
    patch = rows[:, :, None] & columns[:, None, :]
    covered.T.reshape(m, height, width)[patch] = ink
    return covered


PERTURBATIONS = {
    "noise": lambda X, strength, rng, shape: noise(strength)(X, rng),
    "shift": lambda X, strength, rng, shape: transform(X, shift=(0, strength), image_shape=shape),
    "rotation": lambda X, strength, rng, shape: transform(X, rotation=strength, image_shape=shape),
    "thickness": lambda X, strength, rng, shape: change_thickness(X, strength, image_shape=shape),
    "occlusion": lambda X, strength, rng, shape: occlude(X, strength, rng, image_shape=shape),
}


def perturb(X, kind, strength, *, seed=0, image_shape=(28, 28)):
    """Return the images perturbed by one of five kinds, all with the same strength.

    Parameters
    ----------
    X : array of float, shape (height * width, m)
        Values from 0 to 1.
    kind : {"noise", "shift", "rotation", "thickness", "occlusion"}
    strength : float
        Of noise the standard deviation, a share of full ink; of a shift the pixels to the right;
        of a rotation the degrees counterclockwise; of thickness the pixels on each side of a
        stroke; of occlusion the side of a blank square in pixels, a whole number.
    seed : int
        For what noise and occlusion draw: the same seed gives the same images.
    image_shape : tuple of int
        (height, width) in pixels.

    Returns
    -------
    array, shape and dtype of X

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.
    """
    image_shape = check_image_shape("image_shape", image_shape)
    check_images(X, image_shape)
    check_choice("kind", kind, PERTURBATIONS)
    check_number("strength", strength)
    check_count("seed", seed, at_least=0)
    return PERTURBATIONS[kind](X, strength, np.random.default_rng(seed), image_shape)


def reliability(confidence, is_right, *, bins=10):
    """Compare confidence and accuracy of answers, in bins of equal width of their confidence.

    Parameters
    ----------
    confidence : array-like of float, shape (m,)
        Probabilities of the classes that were answered, 0 to 1.
    is_right : array-like of bool, shape (m,)
        Whether the answers were right.
    bins : int

    Returns
    -------
    pandas.DataFrame
        One row per bin: `lower` and `upper` (a bin holds what is above its lower and up to its
        upper end; 0 belongs to the first), `count`, and the means `confidence` and `accuracy`,
        fractions, NaN where the bin is empty.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    References
    ----------
    DeGroot and Fienberg, "The comparison and evaluation of forecasters", 1983; Niculescu-Mizil
    and Caruana, "Predicting good probabilities with supervised learning", 2005.
    """
    hint = "an answer's confidence is the largest of its probabilities, probabilities.max(axis=0)"
    confidence, is_right = check_pair("confidence", confidence, "is_right", is_right, hint=hint)
    if is_right.dtype != bool:
        raise TypeError(
            f"is_right is an array of {is_right.dtype}, expected booleans; predictions == labels makes them"
        )
    check_numbers("confidence", confidence)
    if confidence.dtype.kind != "f" or not (confidence.min() >= 0 and confidence.max() <= 1 + 1e-6):
        raise ValueError(
            f"confidence has values from {confidence.min()} to {confidence.max()}, expected "
            "probabilities, 0 to 1; divide percentages by 100"
        )
    check_count("bins", bins)
    edges = np.linspace(0, 1, bins + 1)
    number = np.maximum(np.searchsorted(edges, confidence, side="left"), 1) - 1
    count = np.bincount(number, minlength=bins)
    means = []
    for values in (confidence, is_right):
        sums = np.bincount(number, values, minlength=bins)
        means.append(np.divide(sums, count, out=np.full(bins, np.nan), where=count > 0))
    return pd.DataFrame(
        {
            "lower": edges[:-1],
            "upper": edges[1:],
            "count": count,
            "confidence": means[0],
            "accuracy": means[1],
        }
    )


def expected_calibration_error(confidence, is_right, *, bins=10):
    """Return by how much confidence and accuracy differ in a bin, the mean over all answers.

    Parameters
    ----------
    confidence, is_right, bins
        As reliability takes them.

    Returns
    -------
    float
        The sum over the bins of `count / m * |accuracy - confidence|`, a fraction from 0 to 1.

    Raises
    ------
    TypeError, ValueError
        As reliability does.

    References
    ----------
    Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian
    binning", 2015; Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks",
    2017.
    """
    table = reliability(confidence, is_right, bins=bins)
    gaps = (table["accuracy"] - table["confidence"]).abs()  # NaN of an empty bin: sum() skips it
    return float((table["count"] * gaps).sum() / table["count"].sum())
