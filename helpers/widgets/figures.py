"""Several figures as one: what stands in the place of a panel."""

import numpy as np

from helpers.plots import new_figure
from helpers.plots.figure import DPI, render


def stack(*figures):
    """Return one figure with the given ones, and their text alternatives, one after the other."""
    pictures = [np.asarray(render(figure)) for figure in figures]
    height = sum(len(picture) for picture in pictures)
    width = max(picture.shape[1] for picture in pictures)
    alt = " ".join(figure.alt for figure in figures)
    fig = new_figure(width / DPI, height / DPI, alt, layout=None)
    top = height
    for picture in pictures:
        top -= len(picture)
        fig.figimage(picture, 0, top)
    return fig
