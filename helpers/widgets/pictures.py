"""Figures as pictures inside a panel: drawn fast, always of one size, with a text alternative."""

import html
import io

import ipywidgets as widgets
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from helpers.plots.figure import STYLE

UNSEEN = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap"


class Picture(widgets.VBox):
    """An image of at most width by height pixels, which shrinks with a narrow window and keeps its shape.

    width, height: on the screen. alt: what screen readers read out (ipywidgets' Image has no alt of its own).
    `draw` fills it. Raises nothing.
    """

    def __init__(self, width, height, alt=""):
        limits = {"width": f"{width}px", "max_width": "100%", "flex": "0 1 auto"}
        whole = widgets.Layout(height="auto", align_self="flex-start", object_fit="contain", margin="0", **limits)
        self.image = widgets.Image(format="png", width=width, height=height, layout=whole)
        self.words = widgets.HTML(layout=widgets.Layout(height="0", margin="0", overflow="hidden"))
        super().__init__([self.image, self.words], layout=widgets.Layout(margin="0", **limits))
        self.describe(alt)

    def draw(self, figure, alt=None):
        """Show a figure, without the moment of emptiness that flickers.

        figure: a matplotlib figure at its dpi; for the frames of a film keep one figure and change its data.
        alt: the new text alternative, if it changed. Raises nothing of its own.
        """
        self.image.value = fast_png(figure)
        if alt is not None:
            self.describe(alt)

    def describe(self, alt):
        """Set the text alternative. Raises nothing."""
        self.words.value = f'<span role="img" style="{UNSEEN}">{html.escape(alt)}</span>' if alt else ""


def draw_side_by_side(pictures, figure, alt=None):
    """Show equal parts of one figure, from left to right, in pictures that may stand below each other.

    pictures: Pictures. alt: the text alternative of the whole, told by the first. Raises nothing of its own.
    """
    whole = render(figure)
    width = whole.width // len(pictures)
    for i, picture in enumerate(pictures):
        picture.image.value = encode(whole.crop((i * width, 0, (i + 1) * width, whole.height)))
    if alt is not None:
        pictures[0].describe(alt)


def fast_png(figure):
    """Return the figure as bytes of a PNG file: larger than `to_png` makes it, and several times faster.

    Raises nothing of its own.
    """
    return encode(render(figure))


def render(figure):
    """Return the figure as a PIL image in RGB. Raises nothing of its own."""
    canvas = FigureCanvasAgg(figure)
    with style.context(["default", STYLE]):
        canvas.draw()
    rgba = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
    return rgba.convert("RGB")


def encode(image):
    """Return a PIL image as the bytes of a PNG file. Raises nothing."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
