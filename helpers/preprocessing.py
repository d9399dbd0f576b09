"""From a drawing or a photo of any size to the form that MNIST's digits have (notebooks 5 and 7).

MNIST's digits are light on dark, scaled to fit 20 by 20 pixels in their own shape, with gray edges,
and lie with their center of mass in the middle of 28 by 28 pixels. A network that was trained on
them knows nothing else. Ink is 0 where there is none and 1 where it is full.
Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
recognition", 1998.
"""

import os
from functools import partial
from typing import NamedTuple

import numpy as np

from helpers.internals.checks import (
    as_array,
    check_count,
    check_flag,
    check_image_shape,
    check_picture,
    checks_arguments,
)
from helpers.internals.image_files import MOST_PIXELS, read_image
from helpers.internals.ink import (
    MOSTLY,
    border_of,
    find_patches,
    has_light_ink,
    only,
    otsu_threshold,
    paper_of_a_drawing,
    patches_of_the_digit,
    side_by_side,
    stroke_width,
    thicken,
    without_specks,
    without_strokes,
)

__all__ = [
    "MIDDLE",
    "SIDE",
    "Preprocessed",
    "Stage",
    "center",
    "crop",
    "find_ink",
    "is_photo",
    "preprocess",
    "read_image",
    "resize",
    "scale_to_fit",
    "shrink",
    "to_gray",
]

SIDE, MIDDLE = 28, 14  # pixels; MNIST's centers of mass lie at row and column 14, counted from 0
BOX = 20  # pixels
WORKING_SIZE = 400  # pixels of the longer side: a photo has more than the strokes need
THICKEST = 1 / 4  # width of a stroke to size of the digit; MNIST's thickest
THINNEST = 1 / 12  # width of a stroke to size of the digit; thinner ones turn pale on 20 by 20
HALF = 1e-6  # pixels: symmetric ink balances on half a pixel, where no last bit may decide
FAINTEST = 0.08  # least difference of ink and paper, a share of the way from black to white
FAINTEST_EDGE = 0.05  # of full ink
DARKEST_SHADOW = 0.5  # of the brightest paper; what is darker is no paper, but a table
LEAST_INK = 0.001  # share of a photo that a digit's ink takes at least
FEW_PIXELS = 100  # of the longer side; in fewer, one digit's parts may stand apart
CLEAR = 4  # how many standard deviations of the background ink has to stand out from it
MOST_INK = 0.6  # of the picture, and of its border
FRINGE = 0.35  # a share of full ink: with 0.05 or 0.5, digits of other sizes lose a point more


_PICTURE = {"gray": check_picture, "ink": check_picture, "image": check_picture}


class Stage(NamedTuple):
    """One step of the preprocessing: its name, what it did in words, the picture after it."""

    name: str
    note: str
    image: np.ndarray


class Preprocessed(NamedTuple):
    """A digit in MNIST's form, x (784, 1) from 0 to 1, and the tuple of Stages that led there."""

    x: np.ndarray
    stages: tuple

    @property
    def doubts(self):
        """Sentences on why the ink may not be one digit, often none."""
        ink = self.stages[1].image > 0.5
        doubts = []
        parts = len(without_specks(find_patches(ink)[1]))
        if parts > 1:
            doubts.append(f"there are {parts} patches of ink: more than one digit?")
        width = stroke_width(ink) / max(self.stages[2].image.shape)
        if width > THICKEST:
            doubts.append("the strokes are thick for the size of the digit: a thinner pen?")
        if "thickened" in self.stages[1].note:
            doubts.append("the strokes were thin, and were thickened")
        if ink.mean() > 0.5:
            doubts.append("ink covers over half of the picture: is there more than the digit?")
        if border_of(ink).any():
            doubts.append("ink runs out of the picture: is the digit cut off?")
        return tuple(doubts)


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
    ink, note = find_ink(small, photo=is_photo(gray))
    cropped = crop(ink)
    scaled = scale_to_fit(cropped, BOX)
    centered, moved = center(scaled)
    stages = (
        Stage("gray", f"{_size(gray)}, one brightness each", small),
        Stage("ink", note, ink),
        Stage("cropped", f"cut to the ink, {_size(cropped)}", cropped),
        Stage("scaled", f"{_size(scaled)}: fits 20 × 20, its shape kept", scaled),
        Stage("centered", moved, centered),
    )
    return Preprocessed(centered.reshape(-1, 1), stages)


def _size(picture):
    return f"{picture.shape[1]} × {picture.shape[0]} pixels"


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
    if image is None or isinstance(image, str | bytes | os.PathLike):
        raise TypeError(
            f"the picture is {image!r:.60}, expected an array; read_image(path) of "
            "helpers.preprocessing makes one of a file"
        )
    image = as_array("the picture", image)
    shape = image.shape
    if image.dtype.kind not in "buif":
        raise TypeError(
            f"the picture holds {image.dtype}, expected integers 0 to 255 or floats 0 to 1"
        )
    if image.ndim not in (2, 3) or (image.ndim == 3 and shape[2] != 3) or _is_column(shape):
        raise ValueError(
            f"the picture has shape {shape}, expected (height, width) or (height, width, 3)"
            f"{_advice_on_shape(shape)}"
        )
    if not 8 <= shape[0] * shape[1] <= MOST_PIXELS or min(shape[:2]) < 2:
        raise ValueError(
            f"the picture has {shape[1]} × {shape[0]} pixels, expected at least 2 × 4 and at most "
            f"{MOST_PIXELS // 10**6} million in all; cut out the digit or make it smaller"
        )
    full = 255 if image.dtype.kind in "ui" else 1
    if not (np.isfinite(image).all() and image.min() >= 0 and image.max() <= full):
        hint = "; divide by 255" if full == 1 and 0 <= image.min() <= image.max() <= 255 else ""
        if image.dtype.kind == "u" and image.dtype.itemsize == 2:
            hint = "; image / 65535 scales 16 bits per pixel"
        raise ValueError(
            f"the picture holds values from {image.min()} to {image.max()}, expected 0 to {full} "
            f"for {image.dtype}{hint}"
        )
    if full == 255 and image.max() == 1:
        full = 1  # black and white as 0 and 1
    if image.dtype.kind != "f" or image.dtype.itemsize < 4:
        image = image.astype(np.float32 if image.size > 10**6 else float)
    gray = image @ np.array([0.299, 0.587, 0.114]) if image.ndim == 3 else image
    return gray / full


def _is_column(shape):
    """Whether the shape is that of X in place of a picture's: images as columns of 784 pixels."""
    return len(shape) == 2 and shape[0] == SIDE * SIDE and shape[1] < SIDE


def _advice_on_shape(shape):
    if len(shape) == 3 and shape[2] in (2, 4):
        return "; [..., :-1] drops the transparency"
    if len(shape) == 3 and 1 in shape:
        return "; squeeze() drops the axis of length 1"
    if len(shape) == 3 and shape[0] == 3:
        return "; transpose(1, 2, 0) brings the colors to the end"
    if _is_column(shape) or shape == (SIDE * SIDE,):
        return f"; an image of MNIST is x.reshape({SIDE}, {SIDE})"
    return ""


@checks_arguments(**_PICTURE)
def is_photo(gray):
    """Return whether the border is of many shades, as in a photo and never in a drawing.

    To be asked before the picture is made smaller, because that smooths what tells.

    Parameters
    ----------
    gray : array, shape (height, width)

    Returns
    -------
    bool
    """
    return paper_of_a_drawing(gray)[1] < MOSTLY


@checks_arguments(**_PICTURE, photo=partial(check_flag, or_none=True))
def find_ink(gray, *, photo=None):
    """Return how much ink each pixel has, and a sentence on how it was found.

    In a drawing the background is the shade of the border, and ink what differs from it; its gray
    edges are kept. In a photo the background is what is left when all strokes are filled in from
    around them; ink is what takes away much of its light, more than Otsu's threshold. Specks,
    frames and what runs out of the picture go, and strokes too thin for 28 pixels are thickened.

    Parameters
    ----------
    gray : array, shape (height, width)
        0 black to 1 white.
    photo : bool, optional
        By default as is_photo says.

    Returns
    -------
    ink : array, shape (height, width)
        0 to 1; a little larger than gray where strokes were thickened.
    note : str

    Raises
    ------
    ValueError
        If nothing, or too little, differs from the background, if ink is nearly everywhere, or
        if there are several digits side by side.
    """
    photo = is_photo(gray) if photo is None else photo
    away, light = _away_from_the_background(gray) if photo else _away_from_the_border(gray)
    note = "light strokes on dark: kept" if light else "dark strokes on light: inverted"
    if away.max() < 0.02:
        raise ValueError(
            "the picture is blank: nothing stands out from its background; draw or write a digit"
        )
    threshold = _threshold_of_a_photo(away) if photo else FAINTEST_EDGE * away.max()
    ink = np.where(away > threshold, away, 0)
    contrast = _contrast(away, ink > 0) if photo else away.max()
    if contrast < FAINTEST:
        raise ValueError(
            "the picture is blank or its ink too faint: it differs from the background by "
            f"{contrast:.0%} of the way from black to white, expected {FAINTEST:.0%}; "
            "take a darker pen or more light"
        )
    ink = (ink > 0).astype(float) if photo else ink / ink.max()
    ink = _only_the_digit(ink)
    dark = ink > 0.5
    rows, columns = (np.flatnonzero(dark.any(axis=axis)) for axis in (1, 0))
    missing = THINNEST * max(np.ptp(rows), np.ptp(columns)) - stroke_width(dark)
    if missing > 0.5:
        ink = thicken(ink, missing / 2)
        note += f", thickened by {missing:.0f} px"
    return ink, f"{note}, black or white by Otsu's threshold" if photo else note


def _away_from_the_border(gray):
    """Return how far each pixel is from the border's shade, to the side that differs more."""
    away = gray - paper_of_a_drawing(gray)[0]
    light = (away * away * away).sum() > 0
    return np.maximum(away if light else -away, 0), light


def _away_from_the_background(gray):
    """Return the share of light that ink takes away from the background at each pixel."""
    light = has_light_ink(gray)
    gray = 1 - gray if light else gray
    ground = without_strokes(gray)
    return (ground - gray) / np.maximum(ground, DARKEST_SHADOW * ground.max()), light


def _threshold_of_a_photo(away):
    """Return Otsu's threshold, or half of what the darkest pixels have, if that is more.

    So the fainter lines of squared paper go, although they stand out too.
    """
    return max(otsu_threshold(away), 0.5 * np.quantile(away, 1 - LEAST_INK))


def _contrast(away, ink):
    """Return the mean difference of ink and background, if it stands out from unrest there."""
    contrast, unrest = away[ink].mean() - away[~ink].mean(), away[~ink].std()
    if contrast < CLEAR * unrest:
        raise ValueError(
            "no digit stands out: the background is as restless as what is on it; "
            "write on plain paper and take the photo in even light"
        )
    return contrast


def _only_the_digit(ink):
    """Return the ink without specks, frames and what runs out of the picture."""
    labels, patches = find_patches(ink > 0)
    patches = patches_of_the_digit(labels, patches)
    if max(ink.shape) >= FEW_PIXELS and (count := side_by_side(patches)) > 1:
        raise ValueError(f"there seem to be {count} digits side by side; draw or cut out one")
    ink = only(ink, labels, patches)
    dark = ink > 0.5
    for share, where in ((dark.mean(), "picture"), (border_of(dark).mean(), "picture's border")):
        if share > MOST_INK:
            raise ValueError(
                f"ink covers {share:.0%} of the {where}: leave some background on all sides of "
                "the digit"
            )
    return ink


@checks_arguments(**_PICTURE, longest=check_count)
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


@checks_arguments(**_PICTURE)
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


@checks_arguments(**_PICTURE, box=check_count)
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


@checks_arguments(**_PICTURE, shape=check_image_shape)
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


@checks_arguments(**_PICTURE)
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
