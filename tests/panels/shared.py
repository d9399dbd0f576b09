"""What the tests of figures and panels share: small data, and how a figure is looked at."""

import base64

import numpy as np

from helpers.data import Dataset
from helpers.network import Layer, initialize_parameters

NAMES = ("ant", "bee", "cat")


def texts(fig):
    """Every text of a figure that is not empty, in drawing order, once it is drawn."""
    fig.to_png()
    found = fig.findobj(lambda artist: hasattr(artist, "get_text"))
    return [text.get_text() for text in found if text.get_text()]


def small_network(*sizes, seed=1):
    rng = np.random.default_rng(seed)
    layers = initialize_parameters(list(sizes), rng)
    return [Layer(W, b + rng.normal(size=b.shape)) for W, b in layers]


def small_dataset(m=7, *, labels=True):
    """Random images of 2 by 3 pixels in three classes."""
    rng = np.random.default_rng(2)
    X = np.ascontiguousarray(rng.random((m, 6))).T
    return Dataset(X, rng.integers(0, 3, m) if labels else None, NAMES, (2, 3))


def shown_without_browser(panel):
    """The text alternative of the figure that stands in a panel's place."""
    data, metadata = panel._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == panel.view.model_id
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == metadata["image/png"]["alt"]
    note, _, alt = data["text/plain"].partition(". ")
    assert note == f"A still picture of the panel: run this cell in Jupyter to {panel.purpose}"
    return alt
