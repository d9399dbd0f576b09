"""The figure that all plots return: it shows itself in a notebook, once, with a text alternative."""

import base64
import functools
import io
import math
import textwrap

import numpy as np
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from PIL import Image

# Okabe and Ito's palette (2008), told apart with any common color vision; the last three fill up to ten classes.
BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK = "#E69F00", "#56B4E9", "#000000"
GRAY, PALE, BROWN, OLIVE = "#7A7A7A", "#D9D9D9", "#6B3E00", "#9A8F00"
COLORS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK, GRAY, BROWN, OLIVE)
LINE_STYLES = ("-", "--", "-.", ":")
RIGHT, WRONG = "✓", "✗"

DPI = 100
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
    """A matplotlib figure with a text alternative `alt`, which displays itself as the last line of a cell.

    It is made without pyplot, so no global list keeps it alive and nothing shows it a second time.
    Raises nothing of its own.
    """

    def __init__(self, *args, alt="", **kwargs):
        super().__init__(*args, **kwargs)
        self.alt = alt
        self.palette_size = 256

    def draw(self, renderer):
        """Draw the figure; of all that `styled` wrote, only the powers of ten of a logarithmic axis are formulas."""
        for axis in (axis for ax in self.axes for axis in (ax.xaxis, ax.yaxis) if axis.get_scale() == "log"):
            for tick in (*axis.majorTicks, *axis.minorTicks):
                tick.label1.set_parse_math(True)
        super().draw(renderer)

    def to_png(self):
        """Return the figure as the bytes of a PNG file, the same from run to run; raises nothing of its own.

        A palette (256 colors, or `palette_size`) makes the file, and so the notebook, about a third of the size.
        """
        canvas, buffer = FigureCanvasAgg(self), io.BytesIO()
        with style.context(["default", STYLE]):
            canvas.draw()
        picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        picture = picture.quantize(self.palette_size, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        picture.save(buffer, "PNG", optimize=True, dpi=(DPI, DPI))
        return buffer.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None):
        png = base64.b64encode(self.to_png()).decode("ascii")
        return {"image/png": png, "text/plain": self.alt}, {"image/png": {"alt": self.alt}}


def new_figure(width, height, alt="", *, layout="constrained"):
    """Return an empty `AccessibleFigure` of width by height inches at 100 pixels an inch.

    Raises ValueError for a size that is not positive.
    """
    if not (width > 0 and height > 0):
        raise ValueError(f"a figure needs a positive width and height in inches, got {width} and {height}")
    return AccessibleFigure(figsize=(width, height), dpi=DPI, layout=layout, alt=alt)


def styled(function):
    """Return a plotting function that runs under the house style and draws texts as they are written, `$` too."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        with style.context(["default", STYLE, {"text.parse_math": False}]):
            return function(*args, **kwargs)

    return wrapper


def add_legend(ax, names, handles, **options):
    """Add a legend; by itself matplotlib leaves out names that begin with an underscore."""
    legend = ax.legend(handles, ["name"] * len(handles), **options)
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_text(name)


def wrap_title(title, width):
    """Return the title broken into lines that fit a figure `width` inches wide; raises nothing."""
    return "\n".join(textwrap.fill(line, max(12, int(width * 11.5))) for line in title.split("\n"))


def number(value):
    """Return a number as text with three significant digits, integers in full; raises nothing."""
    value = float(value)
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else ("infinity" if value > 0 else "minus infinity")
    if value == int(value):
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"


def percent(fraction):
    """Return a fraction as text in percent, with one decimal near 0 and 100, never rounded to these; raises nothing."""
    value = 100 * float(fraction)
    if 0 < value < 0.05 or 99.95 < value < 100:
        return "< 0.1 %" if value < 1 else "> 99.9 %"
    return f"{value:.1f} %" if 0 < value < 9.95 or 98.95 <= value < 100 else f"{value:.0f} %"


def listing(parts, most=12):
    """Return up to `most` parts joined by commas, and how many were left out; raises nothing."""
    parts = list(parts)
    text = ", ".join(parts[:most])
    return text if len(parts) <= most else f"{text} and {len(parts) - most} more"


def label_log_axis(axis, values):
    """Give a logarithmic axis ticks at round numbers, written out: 0.1 and not a power of ten.

    axis: ax.xaxis or ax.yaxis. values: what is drawn along it, above 0. Raises nothing.
    """
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    if values.size == 0 or values.min() < 1e-4:
        return  # powers of ten are shorter here
    decades = np.log10(values.max() / values.min())
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if decades < 2.5 else (1,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axis.set_minor_formatter(NullFormatter())


def label_whole_numbers(axis, values):
    """Give an axis no ticks between whole numbers where only these are drawn, as for epochs and layers.

    axis: ax.xaxis or ax.yaxis. values: what is drawn along it. Raises nothing.
    """
    values = np.asarray(values, dtype=float)
    if np.isfinite(values).all() and (values == np.rint(values)).all():
        axis.set_major_locator(MaxNLocator(integer=True))
