"""Several figures as one, and the line above it: what stands in the place of a panel."""

import numpy as np
from PIL import Image

from helpers.plots import new_figure
from helpers.plots.figure import DPI, mimebundle, png_of, render, styled


@styled
def under_note(figure, purpose):
    """Return the figure, for Jupyter, under a line that says what running the cell is for."""
    words = f"A still picture of the panel: run this cell in Jupyter to {purpose}."
    note = new_figure(figure.get_figwidth(), 0.25, words, layout=None)
    note.text(
        0.05 / figure.get_figwidth(), 0.5, words, va="center", color="#595959", style="italic"
    )
    return mimebundle(png_of(pile([render(note), render(figure)])), f"{words} {figure.alt}")


def stack(*figures):
    """Return one figure with the given ones, and their text alternatives, one after the other."""
    picture = pile([render(figure) for figure in figures])
    alt = " ".join(figure.alt for figure in figures)
    fig = new_figure(picture.width / DPI, picture.height / DPI, alt, layout=None)
    fig.figimage(np.asarray(picture))
    return fig


def pile(pictures):
    """Return one PIL image with the given ones below each other."""
    width, height = max(each.width for each in pictures), sum(each.height for each in pictures)
    whole, top = Image.new("RGB", (width, height), "white"), 0
    for picture in pictures:
        whole.paste(picture, (0, top))
        top += picture.height
    return whole
