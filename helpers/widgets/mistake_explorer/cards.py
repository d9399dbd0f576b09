"""The mistake explorer in the browser: what it shows and sends."""

from pathlib import Path

import anywidget
import numpy as np
import traitlets

from helpers.losses import cross_entropy, one_hot
from helpers.plots import percent
from helpers.plots.figure import RIGHT, WRONG, number
from helpers.widgets.browser import module, style

HERE = Path(__file__).parent


class ExplorerSurface(anywidget.AnyWidget):
    """What the browser shows and sends; view.js says what each of these holds."""

    _esm, _css = module(HERE / "view.js"), style(HERE / "view.css")
    about = traitlets.Dict().tag(sync=True)
    choice = traitlets.Dict().tag(sync=True)
    page = traitlets.Dict().tag(sync=True)
    marked = traitlets.List(traitlets.Int()).tag(sync=True)
    tally = traitlets.Unicode("").tag(sync=True)
    closer = traitlets.Dict().tag(sync=True)
    error = traitlets.Unicode("").tag(sync=True)


def pixels_of(X, columns):
    """Return these columns of X as bytes of ink, image after image."""
    return np.rint(255 * X[:, columns].T).astype(np.uint8).tobytes()


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
