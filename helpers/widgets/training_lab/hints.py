"""Hints of the training lab: rules that find a problem in a finished run and name its cure."""

import math
from dataclasses import dataclass

import numpy as np

from helpers.network import forward_propagation, initialize_parameters

MOST_L2 = 0.03


@dataclass(frozen=True)
class Hint:
    """A problem, and the button that cures it."""

    problem: str  # a short name
    text: str
    button: str
    cure: dict  # the settings that change


def find_hints(values, result, dead):
    """Return the hints that fit a finished run, the most urgent first.

    values: the settings as the controls give them. dead: from `dead_neurons`.
    """
    rules = (diverged, dead_relus, too_slow, over_fitting)
    hints = [rule(values, result, dead) for rule in rules]
    found = [hint for hint in hints if hint is not None]
    return found[:1] if found and found[0].problem == "diverged" else found


def diverged(values, result, dead):
    """Return the hint for a loss that left the numbers, or None."""
    losses = result.history["train_loss"].to_numpy()
    grown = len(losses) > 1 and losses[-1] > 2 * max(losses[0], math.log(10))
    if result.stop_reason != "diverged" and not grown:
        return None
    text = "Diverged: every step jumps over the valley and lands higher up, until the loss is no longer a number."
    return slower("diverged", text, values, 10)


def dead_relus(values, result, dead):
    """Return the hint for hidden neurons that give 0 for every image, or None."""
    layers = [
        (n, count, width)
        for n, (count, width, _) in enumerate(dead, 1)
        if count >= max(1, 0.2 * width)
    ]
    if not layers:
        return None
    listed = " and ".join(
        f"{count} of {width} neurons in hidden layer {n}" for n, count, width in layers
    )
    text = f"Dead ReLUs: {listed} give 0 for every image. Their gradient is 0 too, so they never come back."
    if sum(born for *_, born in dead) >= sum(count for _, count, _ in layers):
        cure = {"seed": values["seed"] + 1}
        return Hint("dead ReLUs", f"{text} They were born so.", "Another seed", cure)
    factor = 10 if result.history["dev_accuracy"].iloc[-1] < 0.3 else 3
    return slower("dead ReLUs", f"{text} A large step threw them there.", values, factor)


def too_slow(values, result, dead):
    """Return the hint for a loss that still falls as fast at the end as on average, or None."""
    losses = result.history["train_loss"].to_numpy()
    if len(losses) < 5 or not np.isfinite(losses).all() or losses[-1] < 0.5:
        return None
    third = max(2, len(losses) // 3)
    falls = -np.diff(losses)
    if (falls > 0).mean() < 0.8 or falls[-third:].mean() < 0.4 * falls.mean():
        return None
    cure = {"learning_rate": values["learning_rate"] * 3}
    text = "Learning rate too small: the loss is still high, and still falls as steadily as at the start."
    return Hint("learning rate too small", text, "Learning rate × 3", cure)


def over_fitting(values, result, dead):
    """Return the hint for a network that learned the training images by heart, or None."""
    history = result.history
    dev, last = history["dev_loss"].to_numpy(), history.iloc[-1]
    if len(dev) < 3 or not np.isfinite(dev).all():
        return None
    falling = last["train_loss"] < history["train_loss"].iloc[dev.argmin()]
    rising = dev[-1] > 1.1 * dev.min() and falling
    if not rising and last["train_accuracy"] - last["dev_accuracy"] < 0.1:
        return None
    what = "the two accuracies are far apart"
    if rising:
        what = "the loss on the development set rises again"
    text = f"Over-fitting: {what} while the training set is learned ever better."
    if values["share"] < 100:
        return Hint("over-fitting", text, "Use all the data", {"share": 100})
    if values["l2"] < MOST_L2:
        stronger = 0.01 if values["l2"] < 0.01 else MOST_L2
        return Hint("over-fitting", text, f"L2 penalty {stronger}", {"l2": stronger})
    return Hint("over-fitting", text, "Stop earlier (patience 3)", {"patience": 3})


def slower(problem, text, values, factor):
    """Return the hint whose cure divides the learning rate by `factor`."""
    cure = {"learning_rate": values["learning_rate"] / factor}
    return Hint(problem, text, f"Learning rate ÷ {factor}", cure)


def dead_neurons(result, settings, X):
    """Return (dead, neurons, dead at the start) for each hidden layer: 0 for all of X."""
    start = initialize_parameters(settings.layer_sizes, np.random.default_rng(settings.seed))
    now, before = (_silent(parameters, X) for parameters in (result.last_parameters, start))
    layers = zip(now, before, strict=True)
    return [(int(new.sum()), len(new), int(old.sum())) for new, old in layers]


def _silent(parameters, X):
    return [(A <= 0).all(axis=1) for A in forward_propagation(parameters, X)[1:-1]]
