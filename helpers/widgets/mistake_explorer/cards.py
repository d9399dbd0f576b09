"""The mistake explorer in the browser: the confusion matrix as a menu, and the images."""

from pathlib import Path

import anywidget
import numpy as np
import traitlets

from helpers.losses import cross_entropy, one_hot
from helpers.plots import percent
from helpers.plots.arrays import axis_name
from helpers.plots.figure import RIGHT, WRONG, number

HERE = Path(__file__).parent


class ConfusionMenu(anywidget.AnyWidget):
    """A confusion matrix of buttons; `chosen` is the cell, (true, predicted), -1 for any."""

    _esm, _css = HERE / "menu.js", HERE / "menu.css"
    table = traitlets.Dict().tag(sync=True)
    chosen = traitlets.List(traitlets.Int(), [-1, -1], minlen=2, maxlen=2).tag(sync=True)

    def show(self, matrix, class_names):
        """Show other counts, a matrix (true, predicted), in the same buttons."""
        names = list(class_names)
        self.table = {"counts": matrix.tolist(), "names": names, "kind": axis_name(names)}


class MistakeCards(anywidget.AnyWidget):
    """One page of images; `marked` are the columns of X whose label was called arguably wrong."""

    _esm, _css = HERE / "cards.js", HERE / "cards.css"
    page = traitlets.Dict().tag(sync=True)
    marked = traitlets.List(traitlets.Int()).tag(sync=True)

    def show(self, answers, columns):
        """Show these columns of the dataset, with what Answers say of each."""
        X, shape = answers.dataset.X, list(answers.dataset.image_shape)
        ink = np.rint(255 * X[:, columns].T).astype(np.uint8).tobytes()
        cards = [card(answers, int(column)) for column in columns]
        self.page = {"cards": cards, "pixels": ink, "shape": shape}


def card(answers, column):
    """Return all that is written beside one image: texts, and the lengths of its bars, 0 to 1."""
    names, true = answers.dataset.class_names, int(answers.labels[column])
    verdicts, losses, tables = [], [], []
    networks = zip(answers.names, answers.probabilities, answers.predictions, strict=True)
    for who, P, predictions in networks:
        said, p = int(predictions[column]), P[:, column]
        start = f"{who}: " if len(answers.names) > 1 else "says "
        mark = RIGHT if said == true else WRONG
        verdicts.append(f"{mark} {start}{names[said]} ({in_percent(p[said])})")
        loss = cross_entropy(p[:, None], one_hot(np.array([true]), len(p)))
        losses.append(number(loss))
        bars = np.where(np.isfinite(p), p, 0).tolist()
        texts = [in_percent(value) for value in p]
        tables.append({"who": who, "said": said, "bars": bars, "texts": texts})
    return {
        "column": column,
        "verdicts": verdicts,
        "is": names[true],
        "true": true,
        "loss": f"loss {' and '.join(losses)}",
        "names": list(names),
        "networks": tables,
    }


def in_percent(probability):
    """Return a probability as text in percent, in words where a diverged network gives none."""
    return percent(probability) if np.isfinite(probability) else "not a number"
