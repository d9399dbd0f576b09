"""Hints of the training lab: rules that find a problem in a finished run and name its cure.

Followed one after the other, hints come to an end: a rate that was too high or too low bounds all
later ones, and every other cure moves its setting one way only.
"""

import math
from dataclasses import dataclass

import numpy as np

from helpers.network import forward_propagation, initialize_parameters
from helpers.widgets.training_lab.settings import RATES

FEW_STEPS = 200
NARROW, WIDE_ENOUGH = 5, 10  # neurons of a hidden layer
POOR = 0.8  # training accuracy
MOST_L2 = 0.03


@dataclass(frozen=True)
class Hint:
    """A problem, and the button that cures it."""

    problem: str  # a short name
    text: str
    button: str
    cure: dict  # the settings that change; empty to train all epochs


class Bounds:
    """Learning rates known to be too low and too high, while one hint after the other is followed."""

    def __init__(self):
        self.low, self.high, self.seeds = 0.0, math.inf, 0

    def lower(self, problem, text, rate, factor):
        """Return the hint to divide the rate, not as far as one that was too low; None if none is left."""
        self.high = min(self.high, rate)
        return self._between(problem, text, rate, rate / factor, f"Learning rate ÷ {factor}")

    def raise_(self, problem, text, rate, factor):
        """Return the hint to multiply the rate, not as far as one that was too high."""
        self.low = max(self.low, rate)
        return self._between(problem, text, rate, rate * factor, f"Learning rate × {factor}")

    def _between(self, problem, text, rate, new, button):
        if not self.low < new < self.high:
            between = [rate for rate in RATES if self.low < rate < self.high]
            if not between:  # neighbors on the slider
                return None
            new = min(between, key=lambda rate: abs(math.log(rate**2 / self.low / self.high)))
            button = f"Learning rate {new:g}, between the two"
        return Hint(problem, text, button, {"learning_rate": new})


def find_hints(run, dead, bounds=None):
    """Return at most two hints that fit a finished Run, the more urgent first, of different settings.

    dead: from `dead_neurons`. bounds: the Bounds of the hints that were followed to get here.
    """
    bounds = bounds or Bounds()
    if hint := diverged(run, bounds):
        return [hint]
    found = []
    for rule in (
        too_few_steps,
        bottleneck,
        saturated,
        dead_relus,
        jumping,
        too_slow,
        too_short,
        over_fitting,
    ):
        hint = rule(run, dead, bounds)
        if hint and not any(set(hint.cure) & set(other.cure) for other in found):
            found.append(hint)
        if hint and rule is not over_fitting and rule is not dead_relus:
            break  # the later rules would read the same poor curve as another problem
    return found[:2]


def diverged(run, bounds):
    """Return the hint for a loss that left the numbers, or grew beyond the start."""
    losses = run.curve("train_loss")
    if run.stop_reason != "diverged" and not losses[-1] > 2 * max(losses[0], math.log(10)):
        return None
    text = "Diverged: every step jumps over the valley and lands higher up, until the loss is no longer a number."
    if run.stop_reason != "diverged":
        text = "The loss has grown: every step jumps over the valley and lands higher up."
    return bounds.lower("diverged", text, run.values["learning_rate"], 10)


def too_few_steps(run, dead, bounds):
    """Return the hint for a run that was over before it could learn."""
    steps, values = len(run.history) * run.steps_an_epoch, run.values
    if steps >= FEW_STEPS or run.curve("train_accuracy")[-1] > 0.9:
        return None
    text = f"Few steps: {steps} in {count(len(run.history))}, because "
    if values["batch_size"] is None or values["batch_size"] > 32:
        each = "an epoch is one step" if run.steps_an_epoch == 1 else "the batches are large"
        return Hint("few steps", f"{text}{each}.", "Batch size 32", {"batch_size": 32})
    if values["share"] < 100:
        text += f"only {values['share']} % of the data are used."
        return Hint("few steps", text, "Use all the data", {"share": 100})
    if values["epochs"] < 30:
        text += f"it may have {count(values['epochs'])} at most."
        return Hint("few steps", text, "30 epochs at most", {"epochs": 30})
    if len(run.history) < values["epochs"] and run.live:
        return Hint("few steps", f"{text}it was a short run.", "Train all epochs", {})
    return None


def bottleneck(run, dead, bounds):
    """Return the hint for a layer through which too little passes."""
    hidden = run.values["hidden"]
    narrow = [n for n, neurons in enumerate(hidden, 1) if neurons < NARROW]
    if not narrow or run.curve("train_accuracy")[-1] >= POOR:
        return None
    n = min(narrow, key=lambda n: hidden[n - 1])
    text = f"Bottleneck: all that is known of an image passes through {hidden[n - 1]} "
    text += f"neuron{'s' if hidden[n - 1] > 1 else ''} of hidden layer {n}."
    wider = tuple(max(neurons, WIDE_ENOUGH) if neurons < NARROW else neurons for neurons in hidden)
    return Hint("bottleneck", text, f"{WIDE_ENOUGH} neurons", {"hidden": wider})


def saturated(run, dead, bounds):
    """Return the hint for a deep network of sigmoids, whose first layers get hardly any gradient."""
    hidden, losses = run.values["hidden"], run.curve("train_loss")
    if (
        run.values["activation"] != "sigmoid"
        or len(hidden) < 2
        or losses[-1] < 0.8 * losses[1:].max()
    ):
        return None
    text = f"The loss hardly falls: through {len(hidden)} layers of sigmoids the gradient shrinks, "
    text += "by a factor of 4 or more at each."
    return Hint("vanishing gradient", text, "ReLU", {"activation": "relu"})


def dead_relus(run, dead, bounds):
    """Return the hint for hidden neurons that give 0 for every image."""
    layers = [
        (n, dying, width)
        for n, (dying, width, _) in enumerate(dead, 1)
        if dying >= max(1, 0.2 * width)
    ]
    if not layers:
        return None
    listed = " and ".join(
        f"{dying} of {width} neurons in hidden layer {n}" for n, dying, width in layers
    )
    text = f"Dead ReLUs: {listed} give 0 for every image. Their gradient is 0 too, so they rarely come back."
    if sum(born for *_, born in dead) >= sum(dying for _, dying, _ in layers):
        if bounds.seeds >= 3:
            return None
        cure = {"seed": run.values["seed"] + 1}
        return Hint("dead ReLUs", f"{text} They were so from the start.", "Another seed", cure)
    factor = 10 if run.curve("dev_accuracy")[-1] < 0.3 else 3
    text += " Large steps threw them there."
    return bounds.lower("dead ReLUs", text, run.values["learning_rate"], factor)


def jumping(run, dead, bounds):
    """Return the hint for a loss that goes up and down, or nowhere, at a high level."""
    losses = run.curve("train_loss")[1:]
    if len(losses) < 4 or losses[-1] < 0.6 or (np.diff(losses) > 0).mean() < 0.3:
        return None
    if losses[-1] > 0.95 * run.curve("train_loss")[0] and np.ptp(losses) < 0.1:
        return None  # it hardly moves at all
    text = "Learning rate too large: the loss jumps up and down and stays high."
    return bounds.lower("learning rate too large", text, run.values["learning_rate"], 3)


def too_slow(run, dead, bounds):
    """Return the hint for a loss that still falls at the end as fast as on average."""
    losses = run.curve("train_loss")[1:]
    if len(losses) < 4 or losses[-1] < 0.5:
        return None
    falls = -np.diff(losses)
    third = max(2, len(losses) // 3)
    if (falls > 0).mean() < 0.8 or falls[-third:].mean() < 0.4 * falls.mean():
        return None
    text = "Learning rate too small: the loss is still high, and still falls as steadily as at the start."
    return bounds.raise_("learning rate too small", text, run.values["learning_rate"], 3)


def too_short(run, dead, bounds):
    """Return the hint for a short run that ended while it was learning well."""
    losses, done = run.curve("train_loss")[1:], len(run.history)
    if not run.live or done < 4 or done >= run.values["epochs"] or run.best_epoch < done:
        return None
    if losses[-1] < 0.4 or losses[-4] - losses[-1] < 0.05 * losses[-1]:
        return None
    text = f"Still learning: the short run ended after {count(done)}, and the loss still falls."
    return Hint("short run", text, "Train all epochs", {})


def over_fitting(run, dead, bounds):
    """Return the hint for a network that memorized the training images."""
    train, dev, values = run.curve("train_loss")[1:], run.curve("dev_loss")[1:], run.values
    if len(dev) < 3:
        return None
    gap = run.curve("train_accuracy")[-1] - run.curve("dev_accuracy")[-1]
    rising = dev[-1] > 1.1 * dev.min() and train[-1] < train[dev.argmin()]
    if not rising and gap < 0.1:
        return None
    what = (
        "the loss on the development set rises again"
        if rising
        else "the two accuracies are far apart"
    )
    text = f"Overfitting: {what} while the training set is learned ever better."
    if values["share"] < 100:
        return Hint("overfitting", text, "Use all the data", {"share": 100})
    if values["l2"] < MOST_L2:
        stronger = 0.01 if values["l2"] < 0.01 else MOST_L2
        return Hint("overfitting", text, f"L2 penalty {stronger}", {"l2": stronger})
    if values["patience"] > 3:
        return Hint("overfitting", text, "Stop earlier (patience 3)", {"patience": 3})
    return None


def dead_neurons(run, X):
    """Return (dead, neurons, dead at the start) for each hidden layer of ReLUs: 0 for all of X."""
    if run.settings.activation != "relu" or run.stop_reason == "diverged":
        return []
    settings = run.settings
    start = initialize_parameters(settings.layer_sizes, np.random.default_rng(settings.seed))
    now, before = (_silent(parameters, X) for parameters in (run.result.last_parameters, start))
    layers = zip(now, before, strict=True)
    return [(int(new.sum()), len(new), int(old.sum())) for new, old in layers]


def count(epochs):
    """Return a number of epochs in words."""
    return f"{epochs} epoch{'' if epochs == 1 else 's'}"


def _silent(parameters, X):
    return [(A <= 0).all(axis=1) for A in forward_propagation(parameters, X)[1:-1]]
