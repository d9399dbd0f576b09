"""The board of the digit pad: an anywidget whose JavaScript follows the pen, and what passes between it and Python."""

from pathlib import Path

import anywidget
import numpy as np
import traitlets

from helpers.drawing import PEN

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
}


class PadSurface(anywidget.AnyWidget):
    """What the browser shows and sends; it computes nothing.

    The browser sets `strokes` (lists of points (x, y) on a board of 280 by 280), `stamp` (a number that rises with
    every sending), `pen` (its width) and `sample` (whether the next stroke replaces what is there). Python sets all
    the rest, and `answer` with the stamp that it answers, after which the browser sends again. Raises
    traitlets.TraitError for a value of the wrong type.
    """

    _esm = (HERE / "digit_pad.js").read_text(encoding="utf-8")
    _css = (HERE / "digit_pad.css").read_text(encoding="utf-8")
    strokes = traitlets.List([]).tag(sync=True)
    stamp = traitlets.Int(0).tag(sync=True)
    pen = traitlets.Int(PEN, min=1, max=100).tag(sync=True)
    sample = traitlets.Bool(False).tag(sync=True)
    picture = traitlets.Dict({}).tag(sync=True)
    samples = traitlets.List([]).tag(sync=True)
    class_names = traitlets.List([]).tag(sync=True)
    answer = traitlets.Dict(NO_ANSWER).tag(sync=True)


def pixels(image, **words):
    """Return an image (height, width) of 0, black, to 1, white, as the browser takes it, with more entries.

    Raises nothing.
    """
    data = np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)
    return {"width": data.shape[1], "height": data.shape[0], "data": data.tobytes(), **words}
