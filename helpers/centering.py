"""The geometry of MNIST's digits: cut to the ink, scaled into a square, centered by mass in a larger one.

Pictures are (height, width) and hold ink, 0 where there is none and 1 where it is full.
"""

import numpy as np

SIDE, MIDDLE = 28, 14  # pixels; MNIST's centers of mass lie at row and column 14, counted from 0
HALF = 1e-6  # pixels: symmetric ink balances on half a pixel, where the last bit of a sum must not decide
FRINGE = 0.35  # a share of full ink: with 0.05 or 0.5 instead, digits of MNIST at other sizes lose a point more


def shrink(gray, longest):
    """Return the picture with its longer side at most `longest` pixels; each new pixel is a mean. Raises nothing."""
    factor = min(1, longest / max(gray.shape))
    return gray if factor == 1 else resize(gray, [max(2, round(length * factor)) for length in gray.shape])


def crop(ink):
    """Return the smallest rectangle that holds all the ink but the pale fringe of strokes, which has no shape.

    Raises ValueError where there is no ink.
    """
    dark = ink > FRINGE * ink.max()
    if not dark.any():
        raise ValueError("there is no ink to crop to")
    rows, columns = (np.flatnonzero(dark.any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def scale_to_fit(ink, box):
    """Return the ink scaled so that its longer side is `box` pixels and its shape is kept. Raises nothing."""
    factor = box / max(ink.shape)
    return resize(ink, [max(1, round(length * factor)) for length in ink.shape])


def resize(image, shape):
    """Return the image at another size (height, width), each new pixel a weighted mean of the old ones under it.

    The weights fall off linearly over one new pixel to each side (over one old pixel where the image grows), so that
    edges come out gray and not stepped. Raises nothing.
    """
    rows, columns = (_weights(old, new) for old, new in zip(image.shape, shape, strict=True))
    return np.clip(rows @ image @ columns.T, image.min(), image.max())  # rounding may go a little over


def _weights(old, new):
    """Return the weights (new, old) of the old pixels along one side in the new ones; every row sums to 1."""
    step = old / new
    places = (np.arange(new)[:, None] + 0.5) * step - 0.5
    weights = np.maximum(0, 1 - np.abs(places - np.arange(old)) / max(step, 1))
    return weights / weights.sum(axis=1, keepdims=True)


def center(ink):
    """Return the ink in 28 by 28 pixels with its center of mass at the middle, and a sentence on how it moved.

    ink: at most 28 by 28, none of it negative, some positive. Whole pixels, never over the edge. Raises nothing.
    """
    places, wanted = [], []
    for axis, length in enumerate(ink.shape):
        mass = ink.sum(axis=1 - axis)
        balance = (mass * np.arange(length)).sum() / mass.sum()
        wanted.append(round(MIDDLE - balance - HALF))
        places.append(int(np.clip(wanted[-1], 0, SIDE - length)))
    picture = np.zeros((SIDE, SIDE))
    picture[places[0] : places[0] + ink.shape[0], places[1] : places[1] + ink.shape[1]] = ink
    middle = "in the middle of" if places == wanted else "as near as it fits to the middle of"
    return picture, f"center of mass {middle} 28 × 28: {places[1]} px from the left, {places[0]} from the top"
