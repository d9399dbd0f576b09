"""The board of the digit pad: what lies on it, its samples, and its part in the browser."""

from pathlib import Path
from typing import NamedTuple

import anywidget
import numpy as np
import traitlets

from helpers.drawing import PEN, draw_strokes, sample_strokes
from helpers.widgets.browser import module, style

HERE = Path(__file__).parent
NO_ANSWER = {
    "stamp": 0,
    "sentence": "Draw a digit.",
    "probabilities": [],
    "shares": [],
    "stages": [],
    "hidden": [],
    "nearest": [],
    "nearest_note": "",
    "doubts": [],
    "redraw": False,
}


class PadSurface(anywidget.AnyWidget):
    """What the browser shows and sends; view.js says what each of these holds."""

    _esm, _css = module(HERE / "view.js"), style(HERE / "view.css")
    strokes = traitlets.List([]).tag(sync=True)
    stamp = traitlets.Int(0).tag(sync=True)
    pen = traitlets.Int(PEN, min=1, max=100).tag(sync=True)
    sample = traitlets.Bool(False).tag(sync=True)
    picture = traitlets.Dict({}).tag(sync=True)
    samples = traitlets.List([]).tag(sync=True)
    class_names = traitlets.List([]).tag(sync=True)
    networks = traitlets.List([]).tag(sync=True)
    network = traitlets.Int(0).tag(sync=True)
    answer = traitlets.Dict(NO_ANSWER).tag(sync=True)
    kept = traitlets.Dict({"labels": [], "said": [], "data": b""}).tag(sync=True)
    error = traitlets.Unicode("").tag(sync=True)


class Board(NamedTuple):
    """Strokes or a picture (height, width); a sample goes at the next stroke."""

    strokes: list
    image: np.ndarray | None = None
    sample: bool = False


def make_samples(dataset=None):
    """Return pairs (name, Board): ten drawings, or a Dataset's first example of each class."""
    if dataset is None:
        return [(str(digit), Board(sample_strokes(digit), sample=True)) for digit in range(10)]
    if dataset.labels is None:
        raise ValueError(
            "samples has no labels, expected a Dataset that says which digit each image is"
        )
    samples = []
    for label, name in enumerate(dataset.class_names):
        for column in np.flatnonzero(dataset.labels == label)[:1]:
            image = 1 - dataset.X[:, column].reshape(28, 28)
            samples.append((name, Board([], image, sample=True)))
    return samples


def boards_between(board, strokes):
    """Return the boards to which undo goes back once these strokes lie where `board` lay.

    While a stroke grows there is none; but the browser waits for each answer, and the end of one
    stroke and the start of the next may come in one message.
    """
    count = len(board.strokes)
    pairs = zip(board.strokes, strokes, strict=False)
    same_start = all(old == new[: len(old)] for old, new in pairs)
    grown = board.image is None and count <= len(strokes) and same_start
    steps = [Board(strokes[:number]) for number in range(count if grown else 1, len(strokes))]
    return steps if grown else [board, *steps]


def picture_of(board, pen=PEN):
    """Return the board as a picture (height, width), strokes dark on light."""
    return draw_strokes(board.strokes, pen=pen) if board.image is None else board.image


def pixels(image, **words):
    """Return an image (height, width) of 0, black, to 1, white, as the browser takes it."""
    data = np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)
    return {"width": data.shape[1], "height": data.shape[0], "data": data.tobytes(), **words}
