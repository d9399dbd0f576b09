"""Compare the pictures of a notebook as an eye does: nbval, which compares everything else, does not look at them.

Pictures with the same pixels are equal. Others, drawn by another FreeType or on another processor, may differ in the gray
of an edge, or lie a pixel aside; a moved point, a changed label, a missing line or another color is no such difference.
"""

import base64
import io

import numpy as np
from PIL import Image

REACH = 1  # pixels that an edge may lie aside
TOLERANCE = 40  # levels of 256 that a color may differ: what a palette of 256 colors rounds, and more
MOST_STRAY = 3  # pixels beyond that, within one patch of PATCH by PATCH pixels
PATCH = 9


def decode(text):
    """Return a PNG in base64, as a notebook holds it, as an array (height, width, 3) of int16; raises ValueError."""
    try:
        with Image.open(io.BytesIO(base64.b64decode(text))) as picture:
            return np.asarray(picture.convert("RGB"), dtype=np.int16)
    except Exception as error:
        raise ValueError(f"a picture cannot be read: {error}") from error


def neighborhood(pixels):
    """Return the darkest and the lightest value within REACH of every pixel, for each channel; raises nothing."""
    low, high = pixels, pixels
    for axis in (0, 1):
        width = [(REACH, REACH) if axis == other else (0, 0) for other in range(3)]
        low, high = (np.pad(bound, width, mode="edge") for bound in (low, high))
        low, high = (np.lib.stride_tricks.sliding_window_view(bound, 2 * REACH + 1, axis) for bound in (low, high))
        low, high = low.min(axis=-1), high.max(axis=-1)
    return low, high


def stray_pixels(committed, drawn):
    """Return a mask (height, width) of pixels whose color is in neither picture near where the other has it.

    committed, drawn: arrays (height, width, 3) of one shape. Raises nothing.
    """
    stray = np.zeros(committed.shape[:2], dtype=bool)
    for one, other in ((committed, drawn), (drawn, committed)):
        low, high = neighborhood(other)
        stray |= ((one < low - TOLERANCE) | (one > high + TOLERANCE)).any(axis=2)
    return stray
