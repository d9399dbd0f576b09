"""From a drawing or a photo of any size to the form that MNIST's digits have (notebooks 5 and 7).

MNIST's digits are light on dark, scaled to fit 20 by 20 pixels in their own shape, with gray edges,
and lie with their center of mass in the middle of 28 by 28 pixels. A network that was trained on
them knows nothing else. Ink is 0 where there is none and 1 where it is full.
Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
recognition", 1998.
"""

from typing import NamedTuple

import numpy as np

from helpers.internals.image_files import MOST_PIXELS
from helpers.internals.ink import (
    FAINTEST,
    NOISE_OF_A_PHOTO,
    lighting,
    otsu_threshold,
    stroke_width,
    thicken,
    without_specks,
)

__all__ = [
    "MIDDLE",
    "SIDE",
    "Preprocessed",
    "Stage",
    "center",
    "crop",
    "find_ink",
    "preprocess",
    "resize",
    "scale_to_fit",
    "shrink",
    "to_gray",
]

SIDE, MIDDLE = 28, 14  # pixels; MNIST's centers of mass lie at row and column 14, counted from 0
BOX = 20  # pixels
WORKING_SIZE = 400  # pixels of the longer side: a photo has more than the strokes need
THINNEST = 1 / 12  # width of a stroke to size of the digit; thinner ones turn pale on 20 by 20
HALF = 1e-6  # pixels: symmetric ink balances on half a pixel, where no last bit may decide
FRINGE = 0.35  # a share of full ink: with 0.05 or 0.5, digits of other sizes lose a point more


class Stage(NamedTuple):
    """One step of the preprocessing: its name, what it did in words, the picture after it."""

    name: str
    note: str
    image: np.ndarray


class Preprocessed(NamedTuple):
    """A digit in MNIST's form, x (784, 1) from 0 to 1, and the tuple of Stages that led there."""

    x: np.ndarray
    stages: tuple


def preprocess(image):
    """Turn a picture of one digit into MNIST's form: gray, ink, crop, 20×20, 28×28.

    Parameters
    ----------
    image : array, shape (height, width) or (height, width, 3)
        Gray, or red, green, blue; integers 0 to 255 or floats 0 to 1; dark on light or light on
        dark.

    Returns
    -------
    x : array, shape (784, 1)
    stages : tuple of Stage
        With their pictures, in which ink is 1 (in the first, gray, white is 1).

    Raises
    ------
    TypeError
        If the picture is not an array of numbers.
    ValueError
        If it has another shape or size, or shows no ink.
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
        Stage(
            "scaled",
            f"{scaled.shape[1]} × {scaled.shape[0]} pixels: fits 20 × 20, its shape kept",
            scaled,
        ),
        Stage("centered", moved, centered),
    )
    return Preprocessed(centered.reshape(-1, 1), stages)


def to_gray(image):
    """Return a picture as brightness, with the weights of ITU-R BT.601.

    Parameters
    ----------
    image : array
        As preprocess takes it.

    Returns
    -------
    array, shape (height, width)
        0 black to 1 white.

    Raises
    ------
    TypeError
        If the picture is not an array of numbers.
    ValueError
        If it has another shape, fewer than 8 or more than 60 million pixels, or values that are
        not finite or outside 0 to 1 (integers: 0 to 255).
    """
    image = np.asarray(image)
    shape = image.shape
    if image.dtype.kind not in "buif":
        raise TypeError(f"the picture holds {image.dtype}, expected integers 0 to 255 or floats 0 to 1")
    if image.ndim not in (2, 3) or (image.ndim == 3 and shape[2] != 3):
        raise ValueError(f"the picture has shape {shape}, expected (height, width) or (height, width, 3)")
    if not 8 <= shape[0] * shape[1] <= MOST_PIXELS or min(shape[:2]) < 2:
        raise ValueError(
            f"the picture has {shape[1]} × {shape[0]} pixels, expected at least 2 × 4 and at most "
            f"{MOST_PIXELS // 10**6} million in all; cut out the digit or make it smaller"
        )
    full = 255 if image.dtype.kind in "ui" else 1
    if not (np.isfinite(image).all() and image.min() >= 0 and image.max() <= full):
        hint = "; divide by 255" if full == 1 and 0 <= image.min() <= image.max() <= 255 else ""
        raise ValueError(
            f"the picture holds values from {image.min()} to {image.max()}, expected 0 to {full} "
            f"for {image.dtype}{hint}"
        )
    gray = image @ np.array([0.299, 0.587, 0.114]) if image.ndim == 3 else image
    return gray / full


def find_ink(gray):
    """Return how much ink each pixel has, and a sentence on how it was found.

    What the border shows is background; ink is what differs from it to the side, darker or
    lighter, that differs more. A drawing keeps its gray edges; in a photo, whose background is
    uneven, Otsu's threshold decides, specks go, and strokes too thin for 28 pixels are thickened.

    Parameters
    ----------
    gray : array, shape (height, width)
        0 black to 1 white.

    Returns
    -------
    ink : array, shape (height, width)
        0 to 1; a little larger than gray where strokes were thickened.
    note : str

    Raises
    ------
    ValueError
        If nothing, or too little, differs from the background.
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
            "the picture is blank or its ink too faint: nothing differs from the background by "
            f"more than {away.max():.0%} of the way from black to white, expected {least:.0%}; "
            "take a darker pen or more light"
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


def shrink(gray, longest):
    """Return the picture with its longer side at most `longest` pixels.

    Parameters
    ----------
    gray : array, shape (height, width)
    longest : int

    Returns
    -------
    array, shape (new height, new width)
        Each new pixel is a mean of old ones.
    """
    factor = min(1, longest / max(gray.shape))
    if factor == 1:
        return gray
    return resize(gray, [max(2, round(length * factor)) for length in gray.shape])


def crop(ink):
    """Return the smallest rectangle that holds all the ink but the pale fringe of strokes.

    Parameters
    ----------
    ink : array, shape (height, width)

    Returns
    -------
    array, shape (rows, columns)

    Raises
    ------
    ValueError
        If there is no ink.
    """
    dark = ink > FRINGE * ink.max()
    if not dark.any():
        raise ValueError("there is no ink to crop to")
    rows, columns = (np.flatnonzero(dark.any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def scale_to_fit(ink, box):
    """Return the ink scaled so that its longer side is `box` pixels and its shape is kept.

    Parameters
    ----------
    ink : array, shape (height, width)
    box : int

    Returns
    -------
    array, shape (new height, new width)
    """
    factor = box / max(ink.shape)
    return resize(ink, [max(1, round(length * factor)) for length in ink.shape])


def resize(image, shape):
    """Return the image at another size, each new pixel a weighted mean of old ones under it.

    The weights fall off linearly over one new pixel to each side (over one old pixel where the
    image grows), so that edges come out gray and not stepped.

    Parameters
    ----------
    image : array, shape (height, width)
    shape : tuple of int
        (new height, new width)

    Returns
    -------
    array, shape (new height, new width)
    """
    rows, columns = (_weights(old, new) for old, new in zip(image.shape, shape, strict=True))
    resized = rows @ image @ columns.T
    return np.clip(resized, image.min(), image.max())  # rounding may go a little over


def _weights(old, new):
    """Return the weights (new, old) of the old pixels along one side; every row sums to 1."""
    step = old / new
    places = (np.arange(new)[:, None] + 0.5) * step - 0.5
    weights = np.maximum(0, 1 - np.abs(places - np.arange(old)) / max(step, 1))
    return weights / weights.sum(axis=1, keepdims=True)


def center(ink):
    """Return the ink in 28 by 28 pixels, its center of mass at the middle, and how it moved.

    Parameters
    ----------
    ink : array, shape (height, width)
        At most 28 by 28, none of it negative, some positive.

    Returns
    -------
    picture : array, shape (28, 28)
        The ink moved by whole pixels, never over the edge.
    note : str
        Where it lies now.
    """
    places, wanted = [], []
    for axis, length in enumerate(ink.shape):
        mass = ink.sum(axis=1 - axis)
        balance = (mass * np.arange(length)).sum() / mass.sum()
        wanted.append(round(MIDDLE - balance - HALF))
        places.append(int(np.clip(wanted[-1], 0, SIDE - length)))
    picture = np.zeros((SIDE, SIDE))
    top, left = places
    picture[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    middle = "in the middle of" if places == wanted else "as near as it fits to the middle of"
    place = f"{left} px from the left, {top} from the top"
    return picture, f"center of mass {middle} 28 × 28: {place}"
