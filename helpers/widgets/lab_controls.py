"""The sliders and fields of the training lab, and what each of them does."""

import math

import ipywidgets as widgets

from helpers.internals.checks import check_count, check_number
from helpers.optimizers import OPTIMIZERS

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
RATES = (*(float(f"{digits}e{power}") for power in range(-4, 1) for digits in (1, 1.5, 2, 3, 5, 7)), 10.0)
WIDTHS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
BATCHES = [(str(size), size) for size in (8, 16, 32, 64, 128, 256, 512, 1024)] + [("all", None)]
PENALTIES = [("none", 0.0), ("0.0001", 1e-4), ("0.001", 1e-3), ("0.003", 3e-3), ("0.01", 0.01), ("0.03", 0.03)]
HELP = {
    "learning_rate": ("Learning rate", "how far one step goes against the gradient; six notches are a factor of 10"),
    "layers": ("Hidden layers", "how many layers stand between the pixels and the ten outputs"),
    "neurons": ("Neurons in layer", "how many neurons (ReLU) this hidden layer has"),
    "batch_size": ("Batch size", "how many images one step looks at; all means full-batch gradient descent"),
    "optimizer": (
        "Optimizer",
        "how the gradient becomes a step; Adam wants about a tenth of the learning rate or less",
    ),
    "l2": ("L2 penalty", "pulls every weight towards 0, against over-fitting"),
    "epochs": ("Epochs at most", "how often Train passes over the training images at most"),
    "patience": ("Patience", "stops after so many epochs without a better development accuracy"),
    "seed": ("Seed", "another seed gives other initial weights and another order of the images"),
    "share": ("Share of data", "percent of the training images that are used"),
}


class Controls:
    """The controls of a training's settings; `values()` reads them, `set` moves them.

    start: settings that differ from DEFAULTS. `box` is the widget; `on_move(name)` is called after each change by
    the reader. Raises ValueError for a setting that does not exist or does not fit.
    """

    def __init__(self, on_move, **start):
        self.start = check_start(start)
        self.quiet = False
        look = {"continuous_update": True, "readout": True}
        widths = sorted({*WIDTHS, *self.start["hidden"]})
        self.rates = sorted({*RATES, self.start["learning_rate"]})
        self.sliders = {
            "learning_rate": widgets.SelectionSlider(options=[(f"{rate:g}", rate) for rate in self.rates], **look),
            "layers": widgets.IntSlider(min=0, max=MOST_LAYERS, **look),
            **{f"neurons {n}": widgets.SelectionSlider(options=widths, value=10, **look) for n in self._layers()},
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
            slider.layout = widgets.Layout(flex="1 1 291px", width="auto", max_width="420px", margin="2px 0")
        self.set(self.start)
        for name, slider in self.sliders.items():
            slider.observe(lambda change, name=name: self._moved(on_move, name), "value")
        self.box = widgets.Box(list(self.sliders.values()), layout=widgets.Layout(flex_flow="row wrap", width="100%"))

    def values(self):
        """Return the settings as a dictionary with the keys of DEFAULTS. Raises nothing."""
        read = {name: slider.value for name, slider in self.sliders.items()}
        hidden = tuple(read[f"neurons {n}"] for n in self._layers() if n <= read["layers"])
        return {name: hidden if name == "hidden" else read[name] for name in DEFAULTS}

    def set(self, values):
        """Move some controls without calling on_move. Raises ValueError for a value that no slider stands for."""
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
                raise ValueError(f"{name} is {value!r}, which the lab has no control position for") from error

    def _moved(self, on_move, name):
        if not self.quiet:
            self._show_layers()
            on_move(name)

    def _show_layers(self):
        for n in self._layers():
            self.sliders[f"neurons {n}"].layout.display = "" if n <= self.sliders["layers"].value else "none"

    @staticmethod
    def _layers():
        return range(1, MOST_LAYERS + 1)


def check_start(start):
    """Return DEFAULTS with the settings of `start`; raises ValueError for unknown ones and for impossible layers."""
    unknown = set(start) - set(DEFAULTS)
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))}: no setting of the lab; there are {', '.join(DEFAULTS)}")
    check_number("learning_rate", start.get("learning_rate", 1), above=0, hint="0.1 is a good first try")
    hidden = start.get("hidden", ())
    if not isinstance(hidden, tuple | list) or len(hidden) > MOST_LAYERS:
        raise ValueError(f"hidden is {hidden!r}, expected the neurons of up to {MOST_LAYERS} layers, such as (10, 10)")
    for neurons in hidden:
        check_count("a number of neurons in hidden", neurons)
    return DEFAULTS | start | {"hidden": tuple(start.get("hidden", DEFAULTS["hidden"]))}


def help_text():
    """Return one line of HTML for each control. Raises nothing."""
    lines = "".join(f"<li><b>{title}</b>: {words}.</li>" for title, words in HELP.values())
    keys = "Keyboard: Tab goes to the next control; Page up, Page down and the arrow keys move a slider."
    live = "<b>Live</b>: ten epochs after every move; while Train is at work, a move waits for the next Train."
    items = f"{lines}<li>{live}</li><li>{keys}</li>"
    return f'<ul style="line-height: 1.5; margin: 0; padding-left: 1.2em">{items}</ul>'
