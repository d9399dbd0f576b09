"""The two parts of the mistake explorer that run in the browser: the confusion matrix as a menu, and the images."""

from pathlib import Path

import anywidget
import numpy as np
import traitlets

from helpers.losses import cross_entropy, one_hot
from helpers.plots.arrays import kind_of
from helpers.plots.figure import RIGHT, WRONG, number, percent

HERE = Path(__file__).parent


class ConfusionMenu(anywidget.AnyWidget):
    """A confusion matrix of buttons; the cell that was chosen is `chosen`, (true, predicted), -1 for any.

    table: {"counts": rows of counts, "names": the classes, "kind": what they are}. Raises nothing of its own.
    """

    _esm, _css = HERE / "confusion_menu.js", HERE / "confusion_menu.css"
    table = traitlets.Dict().tag(sync=True)
    chosen = traitlets.List(traitlets.Int(), [-1, -1], minlen=2, maxlen=2).tag(sync=True)

    def show(self, matrix, class_names):
        """Show other counts, a matrix (true, predicted), in the same buttons. Raises nothing."""
        self.table = {"counts": matrix.tolist(), "names": list(class_names), "kind": kind_of(class_names)}


class MistakeCards(anywidget.AnyWidget):
    """One page of images, each with its probabilities and a box to mark its label as arguably wrong.

    page: {"cards": a dict an image, "pixels": bytes, "shape": (height, width)}; marked: columns of X, kept in order.
    Raises nothing of its own.
    """

    _esm, _css = HERE / "mistake_cards.js", HERE / "mistake_cards.css"
    page = traitlets.Dict().tag(sync=True)
    marked = traitlets.List(traitlets.Int()).tag(sync=True)

    def show(self, answers, columns):
        """Show these columns of the dataset, with what Answers say of each. Raises nothing."""
        dataset = answers.dataset
        ink = np.rint(255 * dataset.X[:, columns].T).astype(np.uint8)
        cards = [card(answers, int(column)) for column in columns]
        self.page = {"cards": cards, "pixels": ink.tobytes(), "shape": list(dataset.image_shape)}


def card(answers, column):
    """Return all that is written beside one image: texts, and the lengths of its bars from 0 to 1. Raises nothing."""
    names, true = answers.dataset.class_names, int(answers.labels[column])
    verdicts, losses, tables = [], [], []
    several = len(answers.names) > 1
    for who, P, predictions in zip(answers.names, answers.probabilities, answers.predictions, strict=True):
        said, p = int(predictions[column]), P[:, column]
        start = f"{who}: " if several else "says "
        verdicts.append(f"{RIGHT if said == true else WRONG} {start}{names[said]} ({in_percent(p[said])})")
        loss = cross_entropy(p[:, None], one_hot(np.array([true]), len(p)))
        losses.append(number(loss))
        bars = np.where(np.isfinite(p), p, 0).tolist()
        tables.append({"who": who, "said": said, "bars": bars, "texts": [in_percent(value) for value in p]})
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
    """Return a probability as text in percent, in words where a diverged network gives none. Raises nothing."""
    return percent(probability) if np.isfinite(probability) else "not a number"
