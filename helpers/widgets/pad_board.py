"""What lies on the digit pad's board, and the samples that can be put on it."""

from typing import NamedTuple

import numpy as np

from helpers.drawing import PEN, draw_strokes, sample_strokes


class Board(NamedTuple):
    """What lies on the board: strokes, or a picture (height, width), or neither; a sample goes at the next stroke."""

    strokes: list
    image: np.ndarray | None = None
    sample: bool = False


def make_samples(dataset=None):
    """Return the samples as pairs of a name and a Board: ten drawings, or a Dataset's first example of each class.

    Raises ValueError for a Dataset without labels.
    """
    if dataset is None:
        return [(str(digit), Board(sample_strokes(digit), sample=True)) for digit in range(10)]
    if dataset.labels is None:
        raise ValueError("samples has no labels, expected a Dataset that says which digit each image is")
    firsts = [np.flatnonzero(dataset.labels == label)[:1] for label in range(len(dataset.class_names))]
    return [
        (dataset.class_names[label], Board([], 1 - dataset.X[:, first[0]].reshape(28, 28), sample=True))
        for label, first in enumerate(firsts)
        if first.size
    ]


def boards_between(board, strokes):
    """Return the boards to which undo goes back, stroke by stroke, once these strokes lie where `board` lay.

    While a stroke grows there is none; but the browser waits for each answer, and the end of one stroke and the start
    of the next may come in one message. Raises nothing.
    """
    count = len(board.strokes)
    pairs = zip(board.strokes, strokes, strict=False)
    grown = board.image is None and count <= len(strokes) and all(old == new[: len(old)] for old, new in pairs)
    steps = [Board(strokes[:number]) for number in range(count if grown else 1, len(strokes))]
    return steps if grown else [board, *steps]


def picture_of(board, pen=PEN):
    """Return the board as a picture (height, width), strokes dark on light. Raises ValueError for what is no stroke."""
    return draw_strokes(board.strokes, pen=pen) if board.image is None else board.image
