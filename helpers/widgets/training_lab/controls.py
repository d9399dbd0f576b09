"""The controls of the training lab, what each of them does, and a figure of them."""

import math

import ipywidgets as widgets

from helpers.internals.checks import check_count, check_number
from helpers.optimizers import OPTIMIZERS
from helpers.plots.figure import BLUE, GRAY, new_figure, styled

DEFAULTS = {
    "learning_rate": 0.1,
    "hidden": (10, 10),
    "batch_size": 32,
    "optimizer": "gradient descent",
    "l2": 0.0,
    "epochs": 30,
    "patience": 10,
    "seed": 0,
    "share": 100,
}
MOST_LAYERS = 4
POWERS, DIGITS = range(-4, 1), (1, 1.5, 2, 3, 5, 7)
RATES = (*(float(f"{digits}e{power}") for power in POWERS for digits in DIGITS), 10.0)
WIDTHS = (
    *(1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24),
    *(32, 48, 64, 96, 128, 192, 256, 384, 512),
)
BATCHES = [(str(size), size) for size in (8, 16, 32, 64, 128, 256, 512, 1024)] + [("all", None)]
PENALTIES = [("none", 0.0), ("0.0001", 1e-4), ("0.001", 1e-3)]
PENALTIES += [("0.003", 3e-3), ("0.01", 0.01), ("0.03", 0.03)]
# fmt: off
HELP = {
    "learning_rate": ("Learning rate",
        "how far one step goes against the gradient; six notches are a factor of 10"),
    "layers": ("Hidden layers",
        "how many layers stand between the pixels and the ten outputs"),
    "neurons": ("Neurons in layer",
        "how many neurons (ReLU) this hidden layer has"),
    "batch_size": ("Batch size",
        "how many images one step looks at; all means full-batch gradient descent"),
    "optimizer": ("Optimizer",
        "how the gradient becomes a step; Adam wants about a tenth of the learning rate or less"),
    "l2": ("L2 penalty",
        "pulls every weight towards 0, against over-fitting"),
    "epochs": ("Epochs at most",
        "how often Train passes over the training images at most"),
    "patience": ("Patience",
        "stops after so many epochs without a better development accuracy"),
    "seed": ("Seed",
        "another seed gives other initial weights and another order of the images"),
    "share": ("Share of data",
        "percent of the training images that are used"),
}
# fmt: on
COLUMNS = 3  # of controls in the figure
NOTE = "A still picture of the panel: run this cell in Jupyter to turn the knobs."


class Controls:
    """The controls of the settings; `values()` reads them, `set` moves them, `box` is the widget.

    on_move: called after each change by the reader. start: what differs from DEFAULTS.
    """

    def __init__(self, on_move, **start):
        self.start = check_start(start)
        self.quiet = False
        look = {"continuous_update": True, "readout": True}
        widths = sorted({*WIDTHS, *self.start["hidden"]})
        self.rates = sorted({*RATES, self.start["learning_rate"]})
        rates = [(f"{rate:g}", rate) for rate in self.rates]
        neurons = {
            f"neurons {n}": widgets.SelectionSlider(options=widths, value=10, **look)
            for n in self._layers()
        }
        self.sliders = {
            "learning_rate": widgets.SelectionSlider(options=rates, **look),
            "layers": widgets.IntSlider(min=0, max=MOST_LAYERS, **look),
            **neurons,
            "batch_size": widgets.SelectionSlider(options=BATCHES, **look),
            "optimizer": widgets.Dropdown(options=list(OPTIMIZERS)),
            "l2": widgets.SelectionSlider(options=PENALTIES, **look),
            "epochs": widgets.IntSlider(min=1, max=200, **look),
            "patience": widgets.IntSlider(min=1, max=50, **look),
            "seed": widgets.BoundedIntText(min=0, max=9999),
            "share": widgets.IntSlider(min=5, max=100, step=5, **look),
        }
        for name, slider in self.sliders.items():
            title, words = HELP[name.split()[0]]
            slider.description = " ".join([title, *name.split()[1:]])
            slider.tooltip = f"{title}: {words}."
            slider.style.description_width = "125px"
            slider.layout = widgets.Layout(flex="1 1 291px", width="auto", max_width="420px")
            slider.layout.margin = "2px 0"
        self.set(self.start)
        for slider in self.sliders.values():
            slider.observe(lambda change: self._moved(on_move), "value")
        wrap = widgets.Layout(flex_flow="row wrap", width="100%")
        self.box = widgets.Box(list(self.sliders.values()), layout=wrap)

    def values(self):
        """Return the settings as a dictionary with the keys of DEFAULTS."""
        read = {name: slider.value for name, slider in self.sliders.items()}
        hidden = tuple(read[f"neurons {n}"] for n in self._layers() if n <= read["layers"])
        return {name: hidden if name == "hidden" else read[name] for name in DEFAULTS}

    def set(self, values):
        """Move some controls without calling on_move."""
        self.quiet = True
        try:
            for name, value in values.items():
                self._set(name, value)
        finally:
            self.quiet = False
            self._show_layers()

    def _set(self, name, value):
        if name == "hidden":
            self.sliders["layers"].value = len(value)
            for n, neurons in enumerate(value, 1):
                self.sliders[f"neurons {n}"].value = neurons
        elif name == "learning_rate":
            self.sliders[name].value = min(self.rates, key=lambda rate: abs(math.log(rate / value)))
        else:
            try:
                self.sliders[name].value = value
            except Exception as error:  # a TraitError, whose words speak of traits
                raise ValueError(
                    f"{name} is {value!r}, which the lab has no control position for"
                ) from error

    def _moved(self, on_move):
        if not self.quiet:
            self._show_layers()
            on_move()

    def _show_layers(self):
        for n in self._layers():
            shown = n <= self.sliders["layers"].value
            self.sliders[f"neurons {n}"].layout.display = "" if shown else "none"

    @staticmethod
    def _layers():
        return range(1, MOST_LAYERS + 1)


def check_start(start):
    """Return DEFAULTS with the settings of `start`, checked."""
    unknown = set(start) - set(DEFAULTS)
    if unknown:
        listed = ", ".join(sorted(unknown))
        raise ValueError(f"{listed}: no setting of the lab; there are {', '.join(DEFAULTS)}")
    rate = start.get("learning_rate", 1)
    check_number("learning_rate", rate, above=0, hint="0.1 is a good first try")
    hidden = start.get("hidden", ())
    if not isinstance(hidden, tuple | list) or len(hidden) > MOST_LAYERS:
        raise ValueError(
            f"hidden is {hidden!r}, expected the neurons of up to {MOST_LAYERS} layers, such as (10, 10)"
        )
    for neurons in hidden:
        check_count("a number of neurons in hidden", neurons)
    return DEFAULTS | start | {"hidden": tuple(start.get("hidden", DEFAULTS["hidden"]))}


def help_text():
    """Return one line of HTML for each control."""
    lines = "".join(f"<li><b>{title}</b>: {words}.</li>" for title, words in HELP.values())
    keys = "Keyboard: Tab goes to the next control; Page up, Page down and the arrow keys move a slider."
    live = "<b>Live</b>: ten epochs after every move; while Train is at work, a move waits for the next Train."
    items = f"{lines}<li>{live}</li><li>{keys}</li>"
    return f'<ul style="line-height: 1.5; margin: 0; padding-left: 1.2em">{items}</ul>'


@styled
def draw_knobs(sliders):
    """Return a figure of the controls as they stand, without those that are not displayed."""
    shown = [slider for slider in sliders.values() if slider.layout.display != "none"]
    rows = -(-len(shown) // COLUMNS)
    listed = ", ".join(f"{slider.description} {reading(slider)}" for slider in shown)
    alt = f"Panel with sliders: {listed}."
    fig = new_figure(9.6, 0.3 * rows + 0.4, alt, layout=None)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, COLUMNS), ylim=(rows + 0.2, -1.1))
    ax.axis("off")
    ax.text(0.02, -0.6, NOTE, va="center", color="#595959", style="italic")
    for i, slider in enumerate(shown):
        left, y = i % COLUMNS, i // COLUMNS + 0.3
        ax.text(left + 0.45, y, slider.description, ha="right", va="center", fontsize=10)
        place = position(slider)
        at = left + (0.49 if place is None else 0.76)
        ax.text(at, y, reading(slider), va="center", fontsize=10)
        if place is not None:
            look = {"color": GRAY, "linewidth": 2, "solid_capstyle": "round"}
            ax.plot([left + 0.49, left + 0.72], [y, y], **look)
            ax.plot([left + 0.49 + 0.23 * place], [y], "o", color=BLUE, markersize=8)
    return fig


def reading(control):
    """Return the value of a control as the panel shows it."""
    label = getattr(control, "label", None)
    return str(control.value) if label is None else str(label)


def position(control):
    """Return where the handle of a slider stands, 0 to 1, or None for a control without one."""
    if isinstance(control, widgets.SelectionSlider):
        return control.index / max(len(control.options) - 1, 1)
    if isinstance(control, widgets.IntSlider):
        return (control.value - control.min) / (control.max - control.min)
    return None
