"""The figure that every plot returns, with its style; sheets of images; and numbers as text."""

import base64
import functools
import io
import math
import textwrap

import numpy as np
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from PIL import Image

from helpers.plots.arrays import full_ink

# Okabe and Ito's palette (2008), told apart with any common color vision, and three more colors
BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK = "#E69F00", "#56B4E9", "#000000"
GRAY, PALE, BROWN, OLIVE = "#7A7A7A", "#D9D9D9", "#6B3E00", "#9A8F00"
COLORS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK, GRAY, BROWN, OLIVE)
LINE_STYLES = ("-", "--", "-.", ":")
RIGHT, WRONG = "✓", "✗"

DPI = 100
LINE = 17  # screen pixels of one line of caption
LETTER = 7.6  # screen pixels of one letter of caption, on the safe side
STYLE = {
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "figure.titlesize": 12,
    "axes.labelsize": 11,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#E5E5E5",
    "lines.linewidth": 1.8,
    "hatch.linewidth": 0.8,
}


class AccessibleFigure(Figure):
    """A matplotlib figure with a text alternative that displays itself as the last line of a cell.

    It is made without pyplot, so no global list keeps it alive and nothing shows it a second time.

    Parameters
    ----------
    alt : str
        The text alternative, kept as the attribute `alt`.
    *args, **kwargs
        As for `matplotlib.figure.Figure`.
    """

    def __init__(self, *args, alt="", **kwargs):
        super().__init__(*args, **kwargs)
        self.alt = alt
        self.palette_size = 256

    def draw(self, renderer):
        """Draw the figure; of what `styled` wrote, only powers of ten on an axis are formulas."""
        for axis in (axis for ax in self.axes for axis in (ax.xaxis, ax.yaxis)):
            if axis.get_scale() == "log":
                for tick in (*axis.majorTicks, *axis.minorTicks):
                    tick.label1.set_parse_math(True)
        super().draw(renderer)

    def to_png(self):
        """Return the figure as the bytes of a PNG file, the same from run to run.

        A palette of `palette_size` colors makes the file, and so the notebook, a third of the size.
        """
        return png_of(render(self), self.palette_size)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return mimebundle(self.to_png(), self.alt)


def png_of(picture, colors=256):
    """Return a PIL image as the bytes of a PNG file with a palette of so many colors."""
    how = {"method": Image.Quantize.MEDIANCUT, "dither": Image.Dither.NONE}
    buffer = io.BytesIO()
    picture.quantize(colors, **how).save(buffer, "PNG", optimize=True, dpi=(DPI, DPI))
    return buffer.getvalue()


def mimebundle(png, alt):
    """Return what Jupyter shows of a picture and its text alternative."""
    encoded = base64.b64encode(png).decode("ascii")
    return {"image/png": encoded, "text/plain": alt}, {"image/png": {"alt": alt}}


def render(figure):
    """Return a figure as a PIL image in RGB, drawn in the house style."""
    canvas = FigureCanvasAgg(figure)
    with style.context(["default", STYLE]):
        canvas.draw()
    size, pixels = canvas.get_width_height(), canvas.buffer_rgba()
    return Image.frombuffer("RGBA", size, pixels, "raw", "RGBA", 0, 1).convert("RGB")


def new_figure(width, height, alt="", *, layout="constrained"):
    """Return an empty `AccessibleFigure`.

    Parameters
    ----------
    width, height : float
        In inches, at 100 pixels per inch.
    alt : str
        The text alternative.
    layout : str or None
        As for `matplotlib.figure.Figure`.

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For a size that is not positive.
    """
    if not (width > 0 and height > 0):
        raise ValueError(
            f"a figure has width {width} and height {height}, expected positive numbers of inches"
        )
    return AccessibleFigure(figsize=(width, height), dpi=DPI, layout=layout, alt=alt)


def styled(function):
    """Return a plotting function in the house style that draws texts as written, `$` too."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        with style.context(["default", STYLE, {"text.parse_math": False}]):
            return function(*args, **kwargs)

    return wrapper


def add_legend(ax, names, handles, **options):
    """Add a legend; matplotlib before 3.10 would leave out names that begin with an underscore."""
    legend = ax.legend(handles, ["name"] * len(handles), **options)
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_text(name)


def wrap_title(title, width):
    """Return the title broken into lines that fit a figure `width` inches wide."""
    return "\n".join(textwrap.fill(line, max(12, int(width * 11.5))) for line in title.split("\n"))


def number(value):
    """Return a number as text with three significant digits, integers in full."""
    value = float(value)
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "infinity" if value > 0 else "minus infinity"
    if value == int(value):
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"


def percent(fraction):
    """Return a fraction as text in percent.

    Parameters
    ----------
    fraction : float
        From 0 to 1.

    Returns
    -------
    str
        Whole percent, with one decimal near 0 and 100, and never rounded to either.
    """
    value = 100 * float(fraction)
    if 0 < value < 0.05 or 99.95 < value < 100:
        return "< 0.1 %" if value < 1 else "> 99.9 %"
    return f"{value:.1f} %" if 0 < value < 9.95 or 98.95 <= value < 100 else f"{value:.0f} %"


def listing(parts, most=12):
    """Return up to `most` parts joined by commas, and how many were left out."""
    parts = list(parts)
    text = ", ".join(parts[:most])
    return text if len(parts) <= most else f"{text} and {len(parts) - most} more"


def label_log_axis(axis, values):
    """Give a logarithmic axis ticks at round numbers, written out: 0.1 and not a power of ten."""
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    if values.size == 0 or values.min() < 1e-4:
        return  # powers of ten are shorter here
    decades = np.log10(values.max() / values.min())
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if decades < 2.5 else (1,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axis.set_minor_formatter(NullFormatter())


def label_whole_numbers(axis, values):
    """Give an axis no ticks between whole numbers where only these are drawn, as for epochs."""
    values = np.asarray(values, dtype=float)
    if np.isfinite(values).all() and (values == np.rint(values)).all():
        axis.set_major_locator(MaxNLocator(integer=True))


def draw_image(ax, image, vmax=1):
    """Draw one image (height, width) into axes, ink dark on white, without ticks."""
    ax.imshow(np.asarray(image), cmap="gray_r", vmin=0, vmax=vmax, interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set(visible=True, color="#BBBBBB")


def draw_sheet(
    images, captions, *, title, alt, columns, colors="gray_r", limits=None, width=860, bar_label=""
):
    """Return a figure of images (m, height, width) in rows, with a caption under each.

    limits: the values at the ends of the colors, by default those of ink. A pixel is a whole
    number of pixels on the screen. With bar_label a color bar stands at the right.
    """
    m, h, w = images.shape
    vmin, vmax = limits or (0, full_ink(images))
    if columns < 1:
        raise ValueError(f"columns must be at least 1, got {columns}")
    if captions is not None and len(captions) != m:
        raise ValueError(
            f"got {len(captions)} captions for {m} images; give one caption per image, or None"
        )
    captions = [""] * m if captions is None else [str(c) for c in captions]
    columns = min(columns, m)
    rows = math.ceil(m / columns)

    text_width = max(len(line) for caption in captions for line in caption.split("\n")) * LETTER
    text_height = LINE * max(c.count("\n") + 1 for c in captions) + 4 if any(captions) else 0
    scale = max(1, min(int(112 / max(h, w)), int((width / columns - 8) / w)))
    step_x, step_y = math.ceil(max(w * scale, text_width) + 8), h * scale + text_height + 8

    total_x = max(columns * step_x, 280) + 16
    full_x = total_x + (100 if bar_label else 0)
    title_lines = wrap_title(title, full_x / DPI) if title else ""
    top = 22 * (title_lines.count("\n") + 1) + 8 if title else 4
    total_y = rows * step_y + top + 4
    if bar_label:
        total_y = max(total_y, 170 + top)
    fig = new_figure(full_x / DPI, total_y / DPI, alt, layout=None)
    ax = fig.add_axes((0, 0, total_x / full_x, 1), xlim=(0, total_x), ylim=(total_y, 0))
    ax.axis("off")
    if title:
        fig.text(8 / full_x, 1 - 6 / total_y, title_lines, va="top", fontsize=12)
    look = {"cmap": colors, "vmin": vmin, "vmax": vmax, "interpolation": "nearest"}
    for i, (image, caption) in enumerate(zip(images, captions, strict=True)):
        x = 8 + (i % columns) * step_x + (step_x - 8 - w * scale) // 2
        y = top + (i // columns) * step_y
        box = (x, x + w * scale, y + h * scale, y)
        drawn = ax.imshow(image, extent=box, aspect="auto", **look)
        frame = {"fill": False, "edgecolor": "#BBBBBB", "linewidth": 0.6}
        ax.add_patch(Rectangle((x, y), w * scale, h * scale, **frame))
        if caption:
            place = {"ha": "center", "va": "top", "fontsize": 9.5, "linespacing": 1.2}
            ax.text(x + w * scale / 2, y + h * scale + 4, caption, **place)
    ax.set(xlim=(0, total_x), ylim=(total_y, 0))
    if bar_label:
        height = min(total_y - top - 24, 320)
        place = (total_x / full_x, 1 - (top + height) / total_y, 14 / full_x, height / total_y)
        # arrows say that some values are beyond the scale
        beyond = "both" if abs(images).max() > vmax else "neither"
        fig.colorbar(drawn, cax=fig.add_axes(place), label=bar_label, extend=beyond)
    return fig
