"""Drawings as strokes: lists of points that a pen passed, turned into a picture (notebook 5).

A point is (x, y) on a board of 280 by 280, x to the right, y downward. Ten digits drawn by hand
come along.
"""

import numpy as np

from helpers.internals.checks import check_count, check_number

__all__ = ["BOARD", "PEN", "draw_strokes", "sample_strokes"]

BOARD = 280
PEN = 20  # width of the pen on the board: a tenth of a digit's height, as MNIST's pens about drew
MOST_POINTS = 20_000

# The points that a hand would pass, few of them; sample_strokes rounds the corners.
# fmt: off
SAMPLES = (
    [[(169, 44), (130, 48), (93, 77), (68, 123), (65, 174), (94, 230), (154, 230), (203, 180),
      (214, 101), (162, 43)]],
    [[(146, 46), (142, 110), (138, 170), (134, 236)]],
    [[(82, 92), (102, 52), (160, 46), (188, 84), (168, 136), (118, 190), (80, 226), (134, 222),
      (206, 228)]],
    [[(86, 62), (136, 44), (186, 64), (178, 112), (128, 134), (184, 148), (200, 196), (156, 234),
      (84, 222)]],
    [[(98, 50), (86, 104), (80, 148), (134, 146), (204, 140)], [(176, 52), (170, 120), (162, 180),
      (156, 240)]],
    [[(192, 50), (100, 54), (94, 124), (148, 118), (194, 152), (186, 208), (132, 234), (78, 214)]],
    [[(172, 44), (116, 84), (84, 150), (88, 212), (136, 236), (186, 208), (182, 160), (136, 144),
      (92, 182)]],
    [[(76, 62), (134, 58), (204, 54), (176, 116), (148, 176), (126, 240)]],
    [[(182, 70), (140, 42), (92, 76), (112, 118), (180, 170), (182, 234), (90, 234), (96, 168),
      (170, 110), (182, 64)]],
    [[(186, 92), (152, 52), (102, 68), (92, 114), (132, 142), (182, 114), (188, 76), (184, 150),
      (166, 238)]],
)
# fmt: on


def draw_strokes(strokes, *, side=140, pen=PEN):
    """Return the picture of strokes on a white board.

    Parameters
    ----------
    strokes : list of list of (x, y)
        One list of points per stroke, on a board from 0 to 280; one point makes a dot. At most
        20,000 points in all.
    side : int
        Height and width of the picture in pixels.
    pen : float
        Width of the round pen on the board.

    Returns
    -------
    array, shape (side, side)
        0 where there is ink, 1 where there is none; edges are gray over one pixel.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.
    """
    _check_strokes(strokes)
    check_count("side", side)
    check_number("pen", pen, above=0)
    scale = side / BOARD
    ink = np.zeros((side, side))
    for points in strokes:
        places = np.array(points, dtype=float) * scale - 0.5  # pixel 0 has its middle at 0
        for start, end in zip(places, places[1:] if len(places) > 1 else places, strict=False):
            _draw_segment(ink, start, end, pen * scale / 2)
    return 1 - ink


def _draw_segment(ink, start, end, radius):
    """Blacken the pixels of ink closer than radius to the line from start to end, in pixels."""
    low = np.maximum(np.floor(np.minimum(start, end) - radius - 1), 0).astype(int)
    high = np.ceil(np.maximum(start, end) + radius + 2).astype(int)
    part = ink[low[1] : high[1], low[0] : high[0]]
    y, x = np.ogrid[low[1] : low[1] + part.shape[0], low[0] : low[0] + part.shape[1]]
    along = end - start
    share = ((x - start[0]) * along[0] + (y - start[1]) * along[1]) / max(along @ along, 1e-9)
    share = np.clip(share, 0, 1)
    distance = np.hypot(x - start[0] - share * along[0], y - start[1] - share * along[1])
    np.maximum(part, np.clip(radius + 0.5 - distance, 0, 1), out=part)


def _check_strokes(strokes):
    """Check that strokes are lists of points (x, y), and not too many."""
    if not isinstance(strokes, (list, tuple)):
        raise TypeError(
            f"strokes are {strokes!r:.60}, expected a list of strokes, each a list of points (x, y)"
        )
    for number, points in enumerate(strokes, 1):
        try:
            places = np.array(points, dtype=float)
        except (TypeError, ValueError):
            places = np.empty(0)
        pairs = places.ndim == 2 and places.shape[1] == 2 and len(places) > 0
        if not pairs or not np.isfinite(places).all():
            raise ValueError(
                f"stroke {number} is {points!r:.60}, expected a list of points (x, y), numbers from 0 to {BOARD}"
            )
    if sum(map(len, strokes)) > MOST_POINTS:
        raise ValueError(
            f"the drawing has more than {MOST_POINTS:,} points; clear it and draw one digit"
        )


def sample_strokes(digit):
    """Return a hand-drawn digit as strokes.

    Parameters
    ----------
    digit : int
        0 to 9.

    Returns
    -------
    list of list of [x, y]
        One list of points per stroke, as draw_strokes takes them.

    Raises
    ------
    TypeError, ValueError
        If the digit is not a whole number from 0 to 9.
    """
    check_count("digit", digit, at_least=0, at_most=9)
    return [_rounded(points) for points in SAMPLES[digit]]


def _rounded(points):
    """Return a curve along the points, by Chaikin's algorithm of cut corners (1974)."""
    places = np.array(points, dtype=float)
    for _ in range(3):
        before, after = places[:-1], places[1:]
        cut = np.stack([0.75 * before + 0.25 * after, 0.25 * before + 0.75 * after], axis=1)
        places = np.vstack([places[:1], cut.reshape(-1, 2), places[-1:]])
    return places.round(1).tolist()
