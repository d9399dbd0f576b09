"""Compare the pictures of a notebook as an eye does: nbval, which compares everything else, does not look at them.

Pictures with the same pixels are equal. Others, drawn by another FreeType, another palette or another processor, may
differ in the gray of an edge, or lie a pixel aside. A moved point, a changed digit, a missing line or another color is
no such difference: there, at least three pixels close together show what the other picture has nowhere near.
"""

import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image

REACH = 1  # pixels that an edge may lie aside
TOLERANCE = 25  # levels of 256 by which a color, blurred, may differ
PATCH, MOST_STRAY = 9, 2  # a square of 9 by 9 pixels may hold two that differ by more
KINDS = ("image/png", "image/jpeg")
MARK = (220, 0, 90)


def decode(text):
    """Return a picture in base64, as a notebook holds it, as an array (height, width, 3) from 0 to 255.

    Raises ValueError where it cannot be read.
    """
    try:
        with Image.open(io.BytesIO(base64.b64decode(text))) as picture:
            return np.asarray(picture.convert("RGB"), dtype=np.float32)
    except Exception as error:
        raise ValueError(f"the picture cannot be read: {error}") from error


def windows(pixels, size, axis):
    """Return views of `size` neighbors along an axis, as a last axis; the edge is continued."""
    width = [(size // 2, size // 2) if axis == each else (0, 0) for each in range(pixels.ndim)]
    return np.lib.stride_tricks.sliding_window_view(np.pad(pixels, width, mode="edge"), size, axis)


def blur(pixels):
    """Return each pixel as a weighted mean of its 3 by 3 neighbors, which softens edges."""
    weights = np.array([0.25, 0.5, 0.25], dtype=np.float32)
    return windows(windows(pixels, 3, 0) @ weights, 3, 1) @ weights


def stray_pixels(committed, drawn):
    """Return a mask (height, width): where a picture has a color that the other has nowhere within REACH.

    committed, drawn: arrays (height, width, 3) of one shape.
    """
    committed, drawn = blur(committed), blur(drawn)
    stray = np.zeros(committed.shape[:2], dtype=bool)
    for one, other in ((committed, drawn), (drawn, committed)):
        low = high = other
        for axis in (0, 1):
            low, high = (
                windows(low, 2 * REACH + 1, axis).min(-1),
                windows(high, 2 * REACH + 1, axis).max(-1),
            )
        stray |= ((one < low - TOLERANCE) | (one > high + TOLERANCE)).any(axis=2)
    return stray


def densest_patch(stray):
    """Return (count, row, column): how many stray pixels the fullest patch holds, and its center."""
    count = stray.astype(np.int32)
    for axis in (0, 1):
        count = windows(np.pad(count, PATCH // 2), PATCH, axis).sum(-1)[
            (slice(PATCH // 2, -(PATCH // 2)),) * 2
        ]
    row, column = np.unravel_index(count.argmax(), count.shape)
    return int(count[row, column]), int(row), int(column)


def difference(committed, drawn):
    """Return what an eye would see between two arrays of pixels, in words, "" where it is nothing; and the stray mask.

    Sizes may differ by one pixel, which rounding decides in some versions of matplotlib.
    """
    if problem := size_problem(committed, drawn):
        return problem, None
    height, width = (min(sizes) for sizes in zip(committed.shape[:2], drawn.shape[:2], strict=True))
    stray = stray_pixels(committed[:height, :width], drawn[:height, :width])
    densest, row, column = densest_patch(stray)
    if densest <= MOST_STRAY:
        return "", stray
    share = stray.mean()
    return (
        f"{stray.sum():,} of {stray.size:,} pixels ({share:.2%}) differ by more than an edge does, "
        f"most of them around column {column}, row {row}"
    ), stray


def size_problem(committed, drawn):
    """Return what is wrong with the size of a picture, "" where nothing is."""
    if np.abs(np.subtract(committed.shape[:2], drawn.shape[:2])).max() <= 1:
        return ""
    (height, width), (new_height, new_width) = committed.shape[:2], drawn.shape[:2]
    return f"it is {new_width} pixels wide and {new_height} high, committed is {width} wide and {height} high"


def save_beside(path, committed, drawn, stray=None):
    """Write the committed picture, the new one, and where they differ, side by side. Raises OSError where it cannot."""
    parts = [committed, drawn]
    if stray is not None:
        pale = 255 - (255 - committed[: stray.shape[0], : stray.shape[1]]) / 4
        spread = windows(windows(stray, 5, 0).any(-1), 5, 1).any(-1)
        parts.append(np.where(spread[:, :, None], np.float32(MARK), pale))
    height = max(part.shape[0] for part in parts)
    framed = [
        np.pad(part, ((0, height - part.shape[0]), (0, 10), (0, 0)), constant_values=128)
        for part in parts
    ]
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.hstack(framed).astype(np.uint8)).save(path)


def pictures_of(outputs):
    """Return the pictures of a cell's outputs in their order, as (base64 text, text alternative)."""
    found = []
    for output in outputs:
        for kind in KINDS:
            if kind in output.get("data", {}):
                text = output["data"][kind]
                found.append(
                    (
                        "".join(text).replace("\n", ""),
                        output.get("metadata", {}).get(kind, {}).get("alt", ""),
                    )
                )
    return found
