"""Several figures as one, and the line above it: what stands in the place of a panel."""

import numpy as np

from helpers.plots import new_figure
from helpers.plots.figure import DPI, render, styled


@styled
def under_note(figure, purpose):
    """Return the figure under a line that says: this is a still; run the cell for this purpose."""
    words = f"A still picture of the panel: run this cell in Jupyter to {purpose}."
    note = new_figure(figure.get_figwidth(), 0.25, words, layout=None)
    note.text(
        0.05 / figure.get_figwidth(), 0.5, words, va="center", color="#595959", style="italic"
    )
    return stack(note, figure)


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
