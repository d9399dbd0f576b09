"""The curves of the training lab: one figure, made once, whose lines are given new data."""

import numpy as np

from helpers.plots import new_figure, percent
from helpers.plots.curves import UNITS
from helpers.plots.figure import BLACK, BLUE, GRAY, GREEN, VERMILLION, number, styled

MOST_PALE = 5  # earlier runs
BEST_TEXT = {
    "fontsize": 10,
    "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.85},
}


class Curves:
    """Loss and accuracy over epochs: a run in full color, one to compare with, gray ones."""

    @styled
    def __init__(self):
        self.figure = new_figure(9.6, 4.0, layout=None)
        self.axes = self.figure.subplots(1, 2)
        margins = {"left": 0.075, "right": 0.985, "top": 0.85, "bottom": 0.21}
        self.figure.subplots_adjust(**margins, wspace=0.22)
        self.title = self.figure.suptitle("", x=0.01, ha="left", fontsize=12)
        self.parts = [self._lines(ax) for ax in self.axes]
        labels = (UNITS["loss"], UNITS["accuracy"])
        for ax, label in zip(self.axes, labels, strict=True):
            ax.set(xlabel="epoch", ylabel=label)
            ax.set_title("", y=1.0)
            # labels in fixed places: to look for free ones takes a third of the drawing
            ax.xaxis.set_label_coords(0.5, -0.12)
            ax.yaxis.set_label_coords(-0.13, 0.5)
            ax.locator_params(nbins=5)
            ax.xaxis.get_major_locator().set_params(integer=True)
            ax.grid(True)
            place = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.17)}
            ax.legend(**place, ncols=2, borderaxespad=0)
        self.axes[1].set_ylim(0, 1.02)

    def _lines(self, ax):
        pale = {"color": GRAY, "alpha": 0.55, "linewidth": 1}
        name = {"color": "#595959", "fontsize": 9, "clip_on": True}
        dashed = {"color": VERMILLION, "linestyle": "--"}
        parts = {"pale": [ax.plot([], [], **pale)[0] for _ in range(MOST_PALE)]}
        parts["names"] = [ax.text(0, 0, "", **name) for _ in range(MOST_PALE + 1)]
        (parts["other"],) = ax.plot([], [], color=GREEN, linestyle="-.", marker="s", markersize=3)
        (parts["train"],) = ax.plot([], [], color=BLUE, label="training set")
        (parts["dev"],) = ax.plot([], [], **dashed, label="development set")
        (parts["best"],) = ax.plot([], [], "o", color=BLACK, markersize=6, zorder=5)
        (parts["end"],) = ax.plot([], [], "X", color=BLACK, markersize=9, zorder=6)
        parts["at_best"] = ax.axvline(0, color=BLACK, linewidth=1, linestyle=":", visible=False)
        place = {"transform": ax.get_xaxis_transform(), "zorder": 6}
        parts["words"] = ax.text(0, 0.03, "", **place, **BEST_TEXT)
        return parts

    def update(self, title, current, best_epoch, earlier=(), compared=None):
        """Show other data.

        current: the history of the run in full color, rows as dictionaries; best_epoch: its best, 0
        for none. earlier: (name, history) of the runs in gray, the newest last. compared: one such
        pair, or None.
        """
        earlier = list(earlier)[-MOST_PALE:]
        pairs = [*earlier, compared or ("", [])]
        last = max([len(current), *(len(history) for _, history in pairs), 2])
        for ax, parts, kind in zip(self.axes, self.parts, ("loss", "accuracy"), strict=True):
            named = any(name for name, _ in pairs)
            ax.set_xlim(1 - 0.03 * last, last * (1.13 if named else 1.04))
            train, dev = (put(parts[name], current, f"{name}_{kind}") for name in ("train", "dev"))
            shown = [train, dev]
            nothing = [("", [])] * (MOST_PALE - len(earlier))
            lines = zip((*parts["pale"], parts["other"]), parts["names"], strict=True)
            for (line, text), (name, history) in zip(
                lines, (*earlier, *nothing, pairs[-1]), strict=True
            ):
                values = put(line, history, f"dev_{kind}")
                shown.append(values)
                text.set_text(f" {name}" if len(values) else "")
                if len(values):
                    text.set_position((len(values), values[-1]))
            if kind == "loss":
                ax.set_ylim(0, ceiling(shown))
            self._mark(ax, parts, dev, best_epoch)
        self.title.set_text(title)
        title = title.replace("\n", " ")
        self.figure.alt = in_words(title, current, best_epoch, len(earlier))

    def _mark(self, ax, parts, dev, best_epoch):
        """Mark the best epoch, and where a run that diverged was last seen."""
        known = 0 < best_epoch <= len(dev)
        parts["best"].set_data([], [])
        parts["words"].set_text("")
        parts["at_best"].set_visible(known)
        if known:
            value = dev[best_epoch - 1]
            parts["best"].set_data([best_epoch], [value])
            parts["words"].set_text(f" best epoch {best_epoch}: {number(value)} ")
            parts["at_best"].set_xdata([best_epoch, best_epoch])
            parts["words"].set_x(best_epoch)
            left, right = ax.get_xlim()
            parts["words"].set_ha("right" if best_epoch > (left + right) / 2 else "left")
        good = np.flatnonzero(np.isfinite(dev))
        parts["end"].set_data([], [])
        if 0 < len(good) < len(dev):
            parts["end"].set_data([good[-1] + 1], [min(dev[good[-1]], ax.get_ylim()[1])])


def put(line, history, column):
    """Give a line the values of one column over the epochs from 1, and return them."""
    values = np.array([row[column] for row in history], dtype=float)
    values[~np.isfinite(values)] = np.nan
    line.set_data(np.arange(1, len(values) + 1), values)
    if line.get_marker() != "s":  # the compared run keeps its squares
        line.set_marker("o" if len(values) == 1 else "None")
    return values


def ceiling(curves):
    """Return the top of the loss axis: all curves, but what has diverged may leave the picture."""
    tops = [np.nanmax(values) for values in curves if np.isfinite(values).any()]
    return min(max([*tops, 0.5]) * 1.08, 5.0)


def in_words(title, current, best_epoch, earlier):
    """Return the text alternative of the curves."""
    text = f"Two line charts over the epochs, loss and accuracy. {title}."
    if not current:
        return f"{text} Nothing has been trained yet."
    first, last = current[0], current[-1]
    for name, words in (("train", "Training"), ("dev", "Development")):
        losses = f"{number(first[f'{name}_loss'])} to {number(last[f'{name}_loss'])}"
        reached = percent(last[f"{name}_accuracy"])
        text += f" {words} loss goes from {losses}, accuracy reaches {reached}."
    best = f" Best epoch: {best_epoch}." if best_epoch else ""
    return f"{text}{best}" + (f" {earlier} earlier runs in gray." if earlier else "")
