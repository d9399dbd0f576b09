"""The settings of the training lab: what can be chosen for each, and what each of them does."""

import math

from helpers.activations import ACTIVATIONS
from helpers.internals.checks import check_count, check_number
from helpers.optimizers import OPTIMIZERS

DEFAULTS = {
    "learning_rate": 0.1,
    "hidden": (10, 10),
    "batch_size": 32,
    "optimizer": "gradient descent",
    "activation": "relu",
    "l2": 0.0,
    "epochs": 30,
    "patience": 10,
    "seed": 0,
    "share": 100,
}
MOST_LAYERS, MOST_SEEDS = 4, 9999
RATES = (
    *(float(f"{digits}e{power}") for power in range(-4, 1) for digits in (1, 1.5, 2, 3, 5, 7)),
    10.0,
)
WIDTHS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
PENALTIES = (0.0, 1e-4, 1e-3, 3e-3, 0.01, 0.03)
LISTS = ("optimizer", "activation")  # the others are sliders, but for the seed
FIRST = ("learning_rate", "layers", "neurons")  # those that are always in view
# fmt: off
CONTROLS = {  # name: its label, what a run is called by it, what it does
    "learning_rate": ("Learning rate", "rate",
        "How far one step goes against the gradient; six notches are a factor of 10."),
    "layers": ("Hidden layers", "layers",
        "How many layers stand between the pixels and the outputs."),
    "neurons": ("Neurons in layer", "layers",
        "How many neurons this hidden layer has."),
    "batch_size": ("Batch size", "batch",
        "How many images one step looks at; all is full-batch gradient descent, one step per epoch."),
    "optimizer": ("Optimizer", "",
        "How the gradient becomes a step; Adam wants about a tenth of the learning rate or less."),
    "activation": ("Activation", "",
        "The function of the hidden neurons."),
    "l2": ("L2 penalty", "L2",
        "Pulls every weight towards 0, against overfitting."),
    "epochs": ("Epochs at most", "epochs",
        "How often Train passes over the training images at most."),
    "patience": ("Patience", "patience",
        "Training stops after so many epochs without a better development accuracy."),
    "seed": ("Seed", "seed",
        "Another seed gives other initial weights and another order of the images."),
    "share": ("Share of data", "data",
        "How much of the training set is used."),
}
# fmt: on


class Controls:
    """The controls of the lab: from settings, with the keys of DEFAULTS, to positions and back.

    start: what differs from DEFAULTS. A position is the index of an option, of the seed its value.
    """

    def __init__(self, **start):
        self.start = DEFAULTS | check_values(start)
        widths = sorted({*WIDTHS, *self.start["hidden"]})
        numbers = {
            "learning_rate": sorted({*RATES, self.start["learning_rate"]}),
            "layers": range(MOST_LAYERS + 1),
            **{f"neurons {n}": widths for n in range(1, MOST_LAYERS + 1)},
            "batch_size": [2**power for power in range(3, 11)],
            "l2": PENALTIES,
            "epochs": range(1, 201),
            "patience": range(1, 51),
        }
        self.options = {name: {f"{n:g}": n for n in row} for name, row in numbers.items()}
        self.options["batch_size"]["all"] = None
        self.options["l2"] = {"none" if n == 0 else f"{n:g}": n for n in PENALTIES}
        self.options["share"] = {f"{n} %": n for n in range(5, 101, 5)}
        self.options["optimizer"] = {name: name for name in OPTIMIZERS}
        self.options["activation"] = {
            "ReLU" if name == "relu" else name.replace("relu", "ReLU").replace("_", " "): name
            for name in ACTIVATIONS
        }
        self.positions(self.start)

    def positions(self, values):
        """Return the position of every control that these settings move; the rate the nearest."""
        values = check_values(values)
        hidden = values.pop("hidden", None)
        if hidden is not None:
            values["layers"] = len(hidden)
            values |= {f"neurons {n}": neurons for n, neurons in enumerate(hidden, 1)}
        return {name: self._position(name, value) for name, value in values.items()}

    def values(self, positions):
        """Return the settings at these positions."""
        read = {name: list(row.values())[positions[name]] for name, row in self.options.items()}
        read["seed"] = min(MOST_SEEDS, max(0, int(positions["seed"])))
        read["hidden"] = tuple(read[f"neurons {n}"] for n in range(1, read["layers"] + 1))
        return {name: read[name] for name in DEFAULTS}

    def all_positions(self):
        """Return the position of every control at the start."""
        neurons = {f"neurons {n}": 10 for n in range(1, MOST_LAYERS + 1)}
        unused = {name: self._position(name, value) for name, value in neurons.items()}
        return unused | self.positions(self.start)

    def described(self):
        """Return the controls as the browser takes them, in order."""
        rows = []
        for title in CONTROLS:
            for name in [name for name in (*self.options, "seed") if name.split()[0] == title]:
                label, short, words = CONTROLS[title]
                label = " ".join([label, *name.split()[1:]])
                row = {"name": name, "label": label, "short": short, "words": words}
                row |= {"first": title in FIRST, "list": title in LISTS}
                rows.append(row | {"texts": list(self.options.get(name, ())), "most": MOST_SEEDS})
        return rows

    def text(self, name, value):
        """Return a setting as its control shows it."""
        return next((text for text, own in self.options[name].items() if own == value), str(value))

    def _position(self, name, value):
        if name == "seed" and value in range(MOST_SEEDS + 1):
            return value
        options = list(self.options.get(name, {}).values())
        if name == "learning_rate":
            return min(range(len(options)), key=lambda i: abs(math.log(options[i] / value)))
        if value not in options:
            raise ValueError(f"{name} is {value!r}, which the lab has no control position for")
        return options.index(value)


def check_values(values):
    """Return some of the settings, checked; layers as a tuple."""
    unknown = set(values) - set(DEFAULTS)
    if unknown:
        listed = ", ".join(sorted(unknown))
        raise ValueError(f"{listed}: no setting of the lab; there are {', '.join(DEFAULTS)}")
    rate = values.get("learning_rate", 1)
    check_number("learning_rate", rate, above=0, hint="0.1 is a good first try")
    hidden = values.get("hidden", ())
    if not isinstance(hidden, tuple | list) or len(hidden) > MOST_LAYERS:
        raise ValueError(
            f"hidden is {hidden!r}, expected the neurons of up to {MOST_LAYERS} layers, such as (10, 10)"
        )
    for neurons in hidden:
        check_count("a number of neurons in hidden", neurons)
    return values | ({"hidden": tuple(hidden)} if "hidden" in values else {})
