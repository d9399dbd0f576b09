"""The curves of the training lab: one figure, made once, whose lines are given new data while the training goes on."""

import numpy as np

from helpers.plots.figure import BLACK, BLUE, GRAY, GREEN, VERMILLION, new_figure, number, percent, styled

MOST_PALE = 5
BEST_TEXT = {"fontsize": 10, "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.85}}


class Curves:
    """Loss and accuracy over the epochs: one run in full color, one to compare with, and earlier ones in gray.

    `update` gives it data; `.figure` is the AccessibleFigure that shows them. Raises nothing.
    """

    @styled
    def __init__(self):
        self.figure = new_figure(9.6, 4.0, layout=None)
        self.axes = self.figure.subplots(1, 2)
        self.figure.subplots_adjust(left=0.075, right=0.985, top=0.85, bottom=0.21, wspace=0.22)
        self.title = self.figure.suptitle("", x=0.01, ha="left", fontsize=12)
        self.parts = [self._lines(ax) for ax in self.axes]
        for ax, label in zip(self.axes, ("loss (mean cross-entropy, nats)", "accuracy (fraction)"), strict=True):
            ax.set(xlabel="epoch", ylabel=label)
            ax.set_title("", y=1.0)
            # labels in fixed places: to look for free ones takes a third of the drawing
            ax.xaxis.set_label_coords(0.5, -0.12)
            ax.yaxis.set_label_coords(-0.13, 0.5)
            ax.locator_params(nbins=5)
            ax.xaxis.get_major_locator().set_params(integer=True)
            ax.grid(True)
            ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2, borderaxespad=0)
        self.axes[1].set_ylim(0, 1.02)

    def _lines(self, ax):
        parts = {"pale": [ax.plot([], [], color=GRAY, alpha=0.55, linewidth=1)[0] for _ in range(MOST_PALE)]}
        parts["names"] = [ax.text(0, 0, "", color="#595959", fontsize=9, clip_on=True) for _ in range(MOST_PALE + 1)]
        (parts["other"],) = ax.plot([], [], color=GREEN, linestyle="-.", marker="s", markersize=3)
        (parts["train"],) = ax.plot([], [], color=BLUE, label="training set")
        (parts["dev"],) = ax.plot([], [], color=VERMILLION, linestyle="--", label="development set")
        (parts["best"],) = ax.plot([], [], "o", color=BLACK, markersize=6, zorder=5)
        (parts["end"],) = ax.plot([], [], "X", color=BLACK, markersize=9, zorder=6)
        parts["at_best"] = ax.axvline(0, color=BLACK, linewidth=1, linestyle=":", visible=False)
        parts["words"] = ax.text(0, 0.03, "", transform=ax.get_xaxis_transform(), zorder=6, **BEST_TEXT)
        return parts

    def update(self, title, current, best_epoch, earlier=(), compared=None):
        """Show other data.

        current: the history of the run in full color, a list of rows as dictionaries; best_epoch: its best, 0 for
        none. earlier: (name, history) of the runs in gray, the newest last. compared: one such pair, or None.
        Returns the figure. Raises nothing.
        """
        earlier = list(earlier)[-MOST_PALE:]
        pairs = [*earlier, compared or ("", [])]
        last = max([len(current), *(len(history) for _, history in pairs), 2])
        for ax, parts, kind in zip(self.axes, self.parts, ("loss", "accuracy"), strict=True):
            ax.set_xlim(1 - 0.03 * last, last * (1.13 if any(name for name, _ in pairs) else 1.04))
            train, dev = (put(parts[name], current, f"{name}_{kind}") for name in ("train", "dev"))
            shown = [train, dev]
            for i, line in enumerate([*parts["pale"], parts["other"]]):
                place = i if i < MOST_PALE else len(earlier)
                name, history = ("", []) if i < MOST_PALE and i >= len(earlier) else pairs[place]
                values = put(line, history, f"dev_{kind}")
                shown.append(values)
                parts["names"][i].set_text(f" {name}" if len(values) else "")
                if len(values):
                    parts["names"][i].set_position((len(values), values[-1]))
            if kind == "loss":
                ax.set_ylim(0, ceiling(shown))
            self._mark(ax, parts, dev, best_epoch)
        self.title.set_text(title)
        self.figure.alt = in_words(title.replace("\n", " "), current, best_epoch, len(earlier))
        return self.figure

    def _mark(self, ax, parts, dev, best_epoch):
        known = 0 < best_epoch <= len(dev)
        parts["best"].set_data(*(([best_epoch], [dev[best_epoch - 1]]) if known else ([], [])))
        parts["at_best"].set_visible(known)
        parts["words"].set_text(f" best epoch {best_epoch}: {number(dev[best_epoch - 1])} " if known else "")
        if known:
            parts["at_best"].set_xdata([best_epoch, best_epoch])
            parts["words"].set_x(best_epoch)
            left, right = ax.get_xlim()
            parts["words"].set_ha("right" if best_epoch > (left + right) / 2 else "left")
        good = np.flatnonzero(np.isfinite(dev))
        diverged = 0 < len(good) < len(dev)
        parts["end"].set_data(*(([good[-1] + 1], [min(dev[good[-1]], ax.get_ylim()[1])]) if diverged else ([], [])))


def put(line, history, column):
    """Give a line the values of one column over the epochs from 1, and return them. Raises nothing."""
    values = np.array([row[column] for row in history], dtype=float)
    values[~np.isfinite(values)] = np.nan
    line.set_data(np.arange(1, len(values) + 1), values)
    if line.get_marker() != "s":  # the compared run keeps its squares
        line.set_marker("o" if len(values) == 1 else "None")
    return values


def ceiling(curves):
    """Return the top of the loss axis: all curves, but what has diverged may leave the picture. Raises nothing."""
    tops = [np.nanmax(values) for values in curves if np.isfinite(values).any()]
    return min(max([*tops, 0.5]) * 1.08, 5.0)


def in_words(title, current, best_epoch, earlier):
    """Return the text alternative of the curves. Raises nothing."""
    text = f"Two line charts over the epochs, loss and accuracy. {title}."
    if not current:
        return f"{text} Nothing has been trained yet."
    first, last = current[0], current[-1]
    for name, words in (("train", "Training"), ("dev", "Development")):
        losses = f"{number(first[f'{name}_loss'])} to {number(last[f'{name}_loss'])}"
        text += f" {words} loss goes from {losses}, accuracy reaches {percent(last[f'{name}_accuracy'])}."
    best = f" Best epoch: {best_epoch}." if best_epoch else ""
    return f"{text}{best}" + (f" {earlier} earlier runs in gray." if earlier else "")
