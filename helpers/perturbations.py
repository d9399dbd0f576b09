"""Images made harder by a chosen strength, to see how far a network can be trusted: noise, shift, turn, pen, patch.

Unlike `helpers.augmentation`, which draws a new distortion for each training image, a perturbation has one strength
for all images, so that accuracy can be drawn against it. In MNIST's sizes: 28 by 28 pixels, strokes about 3 wide.
"""

import math

import numpy as np

from helpers.augmentation import noise, transform
from helpers.internals.checks import check_number, check_rng, is_whole

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
