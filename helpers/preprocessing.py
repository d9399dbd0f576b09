"""From a drawing or a photo of any size to the form that the digits of MNIST have.

MNIST's digits are light on dark, scaled to fit 20 by 20 pixels in their own shape, with gray edges, and lie with their
center of mass in the middle of 28 by 28 pixels. A network that was trained on them knows nothing else.
Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998.
"""

from typing import NamedTuple

import numpy as np

from helpers.centering import center, crop, scale_to_fit, shrink
from helpers.internals.ink import (
    FAINTEST,
    NOISE_OF_A_PHOTO,
    lighting,
    otsu_threshold,
    stroke_width,
    thicken,
    without_specks,
)

BOX = 20  # pixels
MOST_PIXELS = 60_000_000
WORKING_SIZE = 400  # pixels of the longer side: a photo has more than the strokes need
THINNEST = 1 / 12  # width of a stroke to size of the digit; thinner strokes turn pale on 20 by 20 pixels


class Stage(NamedTuple):
    """One step of the preprocessing: its name, what it did in words, and the picture after it (height, width)."""

    name: str
    note: str
    image: np.ndarray


class Preprocessed(NamedTuple):
    """A digit in MNIST's form, x (784, 1) with values 0 to 1, and the stages (a tuple of Stage) that led there."""

    x: np.ndarray
    stages: tuple


def preprocess(image):
    """Turn a picture of one digit into MNIST's form, stage by stage: gray, ink, crop, 20×20, 28×28.

    image: (height, width) gray, or (height, width, 3) red, green, blue; whole numbers 0 to 255 or floats 0 to 1; dark
    on light or light on dark. Returns a Preprocessed: x (784, 1), and the stages with their pictures, in which ink is 1
    (in the first, gray, white is 1). Raises ValueError for what is no picture, has a wrong size, or shows no ink.
    """
    gray = to_gray(image)
    small = shrink(gray, WORKING_SIZE)
    ink, note = find_ink(small)
    cropped = crop(ink)
    scaled = scale_to_fit(cropped, BOX)
    centered, moved = center(scaled)
    stages = (
        Stage("gray", f"{gray.shape[1]} × {gray.shape[0]} pixels, one brightness each", small),
        Stage("ink", note, ink),
        Stage("cropped", f"cut to the ink, {cropped.shape[1]} × {cropped.shape[0]} pixels", cropped),
        Stage("scaled", f"{scaled.shape[1]} × {scaled.shape[0]} pixels: fits 20 × 20, its shape kept", scaled),
        Stage("centered", moved, centered),
    )
    return Preprocessed(centered.reshape(-1, 1), stages)


def to_gray(image):
    """Return a picture as brightness (height, width), 0 black to 1 white, with the weights of ITU-R BT.601.

    image: as preprocess takes it. Raises ValueError for another shape or type, values that are not finite or outside
    0 to 1 (whole numbers: 0 to 255), fewer than 8 or more than 60 million pixels.
    """
    image = np.asarray(image)
    shape = image.shape
    if image.ndim not in (2, 3) or (image.ndim == 3 and shape[2] != 3):
        raise ValueError(f"the picture has shape {shape}, expected (height, width) or (height, width, 3)")
    if not 8 <= shape[0] * shape[1] <= MOST_PIXELS or min(shape[:2]) < 2:
        raise ValueError(
            f"the picture has {shape[1]} × {shape[0]} pixels, expected at least 2 × 4 and at most "
            f"{MOST_PIXELS // 10**6} million in all; cut out the digit or make it smaller"
        )
    if image.dtype.kind not in "buif":
        raise ValueError(f"the picture holds {image.dtype}, expected whole numbers 0 to 255 or floats 0 to 1")
    full = 255 if image.dtype.kind in "ui" else 1
    if not (np.isfinite(image).all() and image.min() >= 0 and image.max() <= full):
        hint = "; divide by 255" if full == 1 and image.max() <= 255 and image.min() >= 0 else ""
        came = f"values from {image.min()} to {image.max()}"
        raise ValueError(f"the picture holds {came}, expected 0 to {full} for {image.dtype}{hint}")
    gray = image @ np.array([0.299, 0.587, 0.114]) if image.ndim == 3 else image
    return gray / full


def find_ink(gray):
    """Return how much ink each pixel has, 0 to 1, and a sentence on how it was found.

    gray: (height, width), 0 black to 1 white. What the border shows is background; ink is what differs from it to the
    side, darker or lighter, that differs more. A drawing keeps its gray edges; in a photo, whose background is
    uneven, Otsu's threshold decides, specks go, and strokes too thin for 28 pixels are thickened.
    Raises ValueError where nothing, or too little, differs from the background.
    """
    background, noise = lighting(gray)
    away = gray - background
    photo = noise > NOISE_OF_A_PHOTO or np.ptp(background) > 2 * NOISE_OF_A_PHOTO
    light = (away * away * away).sum() > 0  # the larger differences decide
    away = np.maximum(away if light else -away, 0)
    note = "light strokes on dark: kept" if light else "dark strokes on light: inverted"
    least = max(FAINTEST, 6 * noise)
    if away.max() < 0.02:
        raise ValueError("the picture is blank: nothing stands out from its background; draw or write a digit")
    if away.max() < least:
        raise ValueError(
            f"the picture is blank or its ink too faint: nothing differs from the background by more than "
            f"{away.max():.0%} of the way from black to white, expected {least:.0%}; take a darker pen or more light"
        )
    if not photo:
        ink = away / away.max()
        return np.where(ink > 0.05, ink, 0), note
    ink = without_specks(away > otsu_threshold(away))
    if ink.mean() > 0.6:
        raise ValueError(f"ink covers {ink.mean():.0%} of the picture: leave some background on all sides of the digit")
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    wanted = THINNEST * max(np.ptp(rows), np.ptp(columns))
    missing = wanted - stroke_width(ink)
    if missing > 0.5:
        ink = thicken(np.pad(ink, int(missing) + 1), missing / 2)
        note += f", thickened by {missing:.0f} px"
    return ink.astype(float), f"{note}, black or white by Otsu's threshold"
