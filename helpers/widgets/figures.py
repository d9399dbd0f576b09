"""Figures in panels: a picture that is drawn again and again, and several figures as one."""

import html
import io

import ipywidgets as widgets
import numpy as np

from helpers.plots import new_figure
from helpers.plots.figure import DPI, render

UNSEEN = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap"


class Picture(widgets.VBox):
    """An image that shrinks with a narrow window; width, height: its size in pixels at most."""

    def __init__(self, width, height):
        limits = {"width": f"{width}px", "max_width": "100%", "flex": "0 1 auto"}
        whole = {"height": "auto", "align_self": "flex-start", "object_fit": "contain"}
        layout = widgets.Layout(margin="0", **limits, **whole)
        self.image = widgets.Image(format="png", width=width, height=height, layout=layout)
        # ipywidgets' Image has no text alternative of its own
        self.words = widgets.HTML(layout=widgets.Layout(height="0", margin="0", overflow="hidden"))
        super().__init__([self.image, self.words], layout=widgets.Layout(margin="0", **limits))

    def show(self, picture, alt=""):
        """Show a PIL image, without the moment of emptiness that flickers."""
        buffer = io.BytesIO()
        picture.save(buffer, "PNG", compress_level=1)  # several times faster than `to_png`
        self.image.value = buffer.getvalue()
        described = f'<span role="img" style="{UNSEEN}">{html.escape(alt)}</span>'
        self.words.value = described if alt else ""


def draw_side_by_side(pictures, figure):
    """Show equal parts of one figure, from left to right, in Pictures that may wrap."""
    whole = render(figure)
    width = whole.width // len(pictures)
    for i, picture in enumerate(pictures):
        part = whole.crop((i * width, 0, (i + 1) * width, whole.height))
        picture.show(part, "" if i else figure.alt)


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
