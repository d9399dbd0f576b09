"""The three kinds of guess, a choice, a number and a curve: what each accepts, and its words."""

import math

import numpy as np

from helpers.plots.figure import number

MOST_POINTS = 13  # of a drawn curve


class Choice:
    """One of some texts."""

    def __init__(self, choices):
        self.choices = [str(choice) for choice in choices]
        if len(set(self.choices)) < max(2, len(self.choices)):
            raise ValueError(f"choices are {self.choices}, expected two or more different ones")
        self.about = {"kind": "choice", "choices": self.choices}
        self.invitation = "choose " + " · ".join(self.choices)

    def accept(self, guess):
        """The guess as it is kept; ValueError where it is none of this kind."""
        return self.measure(guess, "guess")

    def measure(self, value, name="measured"):
        """What was measured as the browser takes it; ValueError where it is none of this kind."""
        if str(value) not in self.choices:
            raise ValueError(f"{name} is {value!r}, expected one of the choices {self.choices}")
        return str(value)

    def compare(self, guess, measured):
        """A sentence that compares the two."""
        if guess == measured:
            return f"✓ As you expected: {measured}."
        return f"You expected {guess}; it is {measured}."


class Number:
    """A number between two ends, which lie on a line."""

    def __init__(self, low, high, unit, log):
        _check_ends(low, high, log)
        self.low, self.high, self.unit = low, high, f" {unit}" if unit else ""
        self.about = {"kind": "number", "low": low, "high": high, "unit": unit, "log": log}
        self.range = f"from {number(low)} to {number(high)}{self.unit}"
        self.invitation = f"a number {self.range}"

    def accept(self, guess):
        """The guess as it is kept; ValueError where it is none of this kind."""
        guess = _as_float("guess", guess)
        if not self.low <= guess <= self.high:
            raise ValueError(f"guess is {number(guess)}, expected a number {self.range}")
        return guess

    def measure(self, value):
        """What was measured as the browser takes it; TypeError where it is no number."""
        return _finite(_as_float("measured", value))

    def compare(self, guess, measured):
        """A sentence that compares the two."""
        found = "not a number" if measured is None else f"{number(measured)}{self.unit}"
        return f"You expected {number(guess)}{self.unit}; measured: {found}."


class Curve:
    """A line over given places, drawn at some of them."""

    def __init__(self, x, low, high, log, xlabel, ylabel):
        self.x = np.asarray(x, dtype=float)
        rising = self.x.ndim == 1 and len(self.x) > 1 and (np.diff(self.x) > 0).all()
        if not rising:
            raise ValueError(f"x is {x!r:.60}, expected two or more rising numbers")
        _check_ends(low, high, False)
        _check_ends(self.x[0], self.x[-1], log)
        self.low, self.high, self.scale = low, high, np.log10 if log else np.asarray
        self.points = self.x
        if len(self.x) > MOST_POINTS:
            ends = self.scale(self.x[[0, -1]])
            self.points = np.linspace(*ends, MOST_POINTS)
            self.points = 10**self.points if log else self.points
        names = {"xlabel": xlabel, "ylabel": ylabel, "log": log}
        self.about = {"kind": "curve", "low": low, "high": high, **names}
        self.about |= {"x": self.x.tolist(), "points": self.points.tolist()}
        across = f"{ylabel} from {number(low)} to {number(high)}"
        self.invitation = f"draw {across} over {xlabel}"

    def accept(self, guess):
        """The guess as it is kept; ValueError where it is none of this kind."""
        values = np.asarray(guess, dtype=float)
        inside = (
            values.shape == self.points.shape
            and ((values >= self.low) & (values <= self.high)).all()
        )
        if not inside:
            raise ValueError(
                f"guess is {guess!r:.60}, expected {len(self.points)} numbers "
                f"from {number(self.low)} to {number(self.high)}"
            )
        return [float(f"{value:.4g}") for value in values]

    def measure(self, values):
        """What was measured as the browser takes it; ValueError where the lengths differ."""
        values = np.asarray(values, dtype=float)
        if values.shape != self.x.shape:
            raise ValueError(
                f"measured has shape {values.shape}, expected {self.x.shape}: a number for each x"
            )
        return [_finite(value) for value in values.tolist()]

    def compare(self, guess, measured):
        """A sentence that compares the two."""
        values = np.array(measured, dtype=float)
        gaps = np.abs(np.interp(self.scale(self.points), self.scale(self.x), values) - guess)
        gaps = gaps[np.isfinite(gaps)]
        if not gaps.size:
            return "Nothing finite was measured."
        return f"On average your curve is {number(gaps.mean())} away from what was measured."


def _check_ends(low, high, log):
    """Raise ValueError for ends that make no line."""
    finite = all(
        isinstance(end, int | float | np.number) and math.isfinite(end) for end in (low, high)
    )
    if not (finite and low < high):
        raise ValueError(
            f"low is {low!r} and high is {high!r}, expected two numbers, the lower first"
        )
    if log and low <= 0:
        raise ValueError(f"low is {low!r}, expected more than 0 on a logarithmic axis")


def _as_float(name, value):
    """Return a value as a float; TypeError where it is no number."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} is {value!r:.60}, expected a number") from None


def _finite(value):
    """Return a number, or None for what JSON has no number for."""
    return value if math.isfinite(value) else None
