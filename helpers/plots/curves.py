"""Curves over epochs or anything else, and histograms."""

import numpy as np

from helpers.plots.arrays import as_column
from helpers.plots.figure import (
    BLUE,
    COLORS,
    GRAY,
    LINE_STYLES,
    VERMILLION,
    add_legend,
    label_log_axis,
    label_whole_numbers,
    new_figure,
    number,
    styled,
    wrap_title,
)

UNITS = {
    "loss": "loss (mean cross-entropy, nats)",
    "accuracy": "accuracy (fraction)",
    "seconds": "time (seconds)",
    "learning_rate": "learning rate",
}


def _ylabel(column):
    return next((label for ending, label in UNITS.items() if column.endswith(ending)), column)


def _draw(ax, x, y, i, name, **options):
    good = np.flatnonzero(np.isfinite(y))
    marker = "o" if len(x) <= 12 else None
    look = {"color": COLORS[i % len(COLORS)], "linestyle": LINE_STYLES[i % 4], **options}
    seen = np.where(np.isfinite(y), y, np.nan)
    (line,) = ax.plot(x, seen, marker=marker, markersize=5, label=name, **look)
    if len(good) > 0 and good[-1] < len(y) - 1:  # diverged: mark where it was last seen
        ax.plot(x[good[-1]], y[good[-1]], marker="X", markersize=9, color=look["color"])
    return line


def _in_words(name, x, y):
    good = np.flatnonzero(np.isfinite(y))
    if len(good) == 0:
        return f"{name} has no finite value"
    start, end = (f"{number(y[i])} at {number(x[i])}" for i in (good[0], good[-1]))
    text = f"{name} goes from {start} to {end}"
    return text if good[-1] == len(y) - 1 else f"{text}, and is not finite after that"


@styled
def plot_lines(lines, *, xlabel, ylabel, title, logx=False, logy=False):
    """Draw lines over a common pair of axes; values that are not finite leave a gap.

    Parameters
    ----------
    lines : dict of str to (x, y)
        By name, x and y of the same length.
    xlabel, ylabel, title : str
        Labels with their units.
    logx, logy : bool
        Whether an axis is logarithmic.

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For no line, x and y of different lengths, or a value up to 0 on a logarithmic axis.
    """
    if not lines:
        raise ValueError("there is no line to draw; give a dictionary {name: (x, y)}")
    curves = {}
    for name, (x, y) in lines.items():
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        if x.ndim != 1 or x.shape != y.shape or x.size == 0:
            raise ValueError(
                f"line {name!r} needs as many x as y, at least one; got shapes {x.shape} and {y.shape}"
            )
        for axis, values, log in (("x", x, logx), ("y", y, logy)):
            if log and (values <= 0).any():
                raise ValueError(
                    f"line {name!r} has {axis} values of 0 or less, which a logarithmic axis "
                    f"cannot show; use log{axis}=False"
                )
        curves[name] = (x, y)
    words = "; ".join(_in_words(name, x, y) for name, (x, y) in curves.items())
    fig = new_figure(7.5, 3.8, f"Line chart of {ylabel} against {xlabel}: {words}.")
    ax = fig.add_subplot(xlabel=xlabel, ylabel=ylabel)
    drawn = [_draw(ax, x, y, i, name) for i, (name, (x, y)) in enumerate(curves.items())]
    ax.set_title(wrap_title(title, 7.5))
    ax.grid(True)
    directions = ((ax.xaxis, ax.set_xscale, logx), (ax.yaxis, ax.set_yscale, logy))
    for part, (axis, scale, log) in enumerate(directions):
        values = np.concatenate([curve[part] for curve in curves.values()])
        if log:
            scale("log")
            label_log_axis(axis, values)
        elif part == 0:
            label_whole_numbers(axis, values)
    if len(curves) > 1:
        add_legend(ax, curves, drawn)
    return fig


@styled
def plot_history(history, best_epoch=None, *, title=None):
    """Draw the loss and the accuracy of a training run side by side, the best epoch marked.

    Parameters
    ----------
    history : DataFrame
        With the columns train_loss, dev_loss, train_accuracy and dev_accuracy, indexed by epoch.
    best_epoch : int, optional
        By default the first with the highest development accuracy.
    title : str, optional

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For a missing column, no epoch, or a best epoch that is not in the history.
    """
    pairs = {kind: (f"train_{kind}", f"dev_{kind}") for kind in ("loss", "accuracy")}
    columns = {name: as_column(history, name) for names in pairs.values() for name in names}
    epochs, dev = columns["dev_accuracy"]
    if best_epoch is None:
        if not np.isfinite(dev).any():
            raise ValueError(
                "dev_accuracy has no finite value, so there is no best epoch; pass best_epoch"
            )
        best_epoch = int(epochs[np.nanargmax(dev)])
    if best_epoch not in epochs:
        raise ValueError(
            f"best epoch {best_epoch} is not in the history, which runs from {epochs[0]:.0f} to {epochs[-1]:.0f}"
        )
    best = dev[list(epochs).index(best_epoch)]
    if title is None:
        title = f"Training stopped after epoch {epochs[-1]:.0f}; the best on the development set was epoch {best_epoch}"
    ends = {name: f"from {number(y[0])} to {number(y[-1])}" for name, (_, y) in columns.items()}
    loss = f"Loss: training {ends['train_loss']}, development {ends['dev_loss']}"
    right = f"Accuracy: training {ends['train_accuracy']}, development {ends['dev_accuracy']}"
    alt = f"Two line charts over {len(epochs)} epochs. {loss}. {right}, "
    fig = new_figure(9, 3.8, alt + f"best {number(best)} at epoch {best_epoch}.")
    for ax, (kind, (train, development)) in zip(fig.subplots(1, 2), pairs.items(), strict=True):
        _draw(ax, *columns[train], 0, "training set", color=BLUE, linestyle="-")
        _draw(ax, *columns[development], 1, "development set", color=VERMILLION, linestyle="--")
        ax.axvline(best_epoch, color="black", linewidth=1, linestyle=":")
        value = columns[development][1][list(epochs).index(best_epoch)]
        ax.plot([best_epoch], [value], "o", color="black", markersize=6, zorder=5)
        ax.set(xlabel="epoch", ylabel=UNITS[kind])
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.grid(True)
        if kind == "accuracy":
            late = best_epoch > (epochs[0] + epochs[-1]) / 2
            text = f" best epoch {best_epoch}: {best:.3f} "
            place = {"transform": ax.get_xaxis_transform(), "ha": "right" if late else "left"}
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            ax.text(best_epoch, 0.04, text, **place, bbox=box)
    fig.axes[0].legend(loc="upper right", frameon=True, edgecolor="none", framealpha=0.85)
    fig.suptitle(wrap_title(title, 9), x=0.01, ha="left")
    return fig


@styled
def plot_histories(histories, column, *, title=None, logy=False):
    """Draw one column of several training runs over their epochs.

    Parameters
    ----------
    histories : dict of str to DataFrame
        By name, each indexed by epoch.
    column : str
        Which one, such as "dev_loss".
    title : str, optional
    logy : bool
        Whether the vertical axis is logarithmic.

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For no history, a missing column, or a value up to 0 with `logy`.
    """
    if not histories:
        raise ValueError("there is no history to draw; give a dictionary {name: history}")
    lines = {
        name: as_column(history, column, f"history {name!r}") for name, history in histories.items()
    }
    if title is None:
        subject = column.replace("_", " ").replace("dev ", "development ")
        subject = subject.replace("train ", "training ")
        title = f"{subject.capitalize()} of {len(lines)} training runs"
    fig = plot_lines(lines, xlabel="epoch", ylabel=_ylabel(column), title=title, logy=logy)
    fig.axes[0].xaxis.get_major_locator().set_params(integer=True)
    return fig


@styled
def plot_valley(loss, paths, *, w1, w2, title):
    """Draw walks over the contour lines of a loss of two coordinates, one map per walk.

    Parameters
    ----------
    loss : callable
        loss(w1, w2) for two arrays of one shape, an array of that shape.
    paths : dict of str to array, shape (steps + 1, 2)
        By name, the places of a walk from its start on.
    w1, w2 : tuple of float
        From where to where the maps reach; a walk may leave them.
    title : str

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For no walk, or one that is not of shape (steps + 1, 2).
    """
    if not paths:
        raise ValueError("there is no walk to draw; give a dictionary {name: path}")
    words = []
    for name, path in paths.items():
        if np.ndim(path) != 2 or np.shape(path)[1] != 2 or len(path) == 0:
            raise ValueError(f"walk {name!r} has shape {np.shape(path)}, expected (steps + 1, 2)")
        places = [f"({number(place[0])}, {number(place[1])})" for place in (path[0], path[-1])]
        ends = [number(loss(*place)) for place in (path[0], path[-1])]
        words.append(
            f"{name}, in {len(path) - 1} steps from {places[0]}, where the loss is {ends[0]}, "
            f"to {places[1]}, where it is {ends[1]}"
        )
    height = 0.9 + len(paths) * (0.5 + 6.6 * (w2[1] - w2[0]) / (w1[1] - w1[0]))
    fig = new_figure(7.5, height, f"Walks over a map of the loss: {'; '.join(words)}.")
    grid = np.meshgrid(np.linspace(*w1, 200), np.linspace(*w2, 100))
    J = loss(*grid)
    levels = J.min() + (J.max() - J.min()) * np.linspace(0.08, 0.96, 9) ** 2
    maps = fig.subplots(len(paths), 1, sharex=True, squeeze=False)[:, 0]
    for ax, (name, path) in zip(maps, paths.items(), strict=True):
        ax.contour(*grid, J, levels=levels, colors=GRAY, linewidths=0.7)
        ax.plot(*np.transpose(path), "-o", color=BLUE, linewidth=1.2, markersize=3.5)
        ax.plot(*path[0], "s", color=VERMILLION, markersize=8)
        ax.set(xlim=w1, ylim=w2, aspect="equal", ylabel="w₂", title=name)
    maps[-1].set_xlabel("w₁")
    fig.suptitle(wrap_title(title, 7.5), x=0.01, ha="left")
    return fig


@styled
def plot_histogram(samples, *, xlabel, title=None, bins=50):
    """Draw how often values occur, one outline per entry, all with the same bins.

    Parameters
    ----------
    samples : dict of str to array_like
        The values by name.
    xlabel : str
        What the values are, with their unit.
    title : str, optional
    bins : int or array_like
        As for `numpy.histogram_bin_edges`.

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For no entry, an entry without a value, or values that are not finite.
    """
    if not samples:
        raise ValueError("there is nothing to count; give a dictionary {name: values}")
    values = {name: np.asarray(v, dtype=float).ravel() for name, v in samples.items()}
    for name, v in values.items():
        if v.size == 0 or not np.isfinite(v).all():
            raise ValueError(
                f"{name!r} must hold at least one value, all finite, got {v.size} values"
            )
    edges = np.histogram_bin_edges(np.concatenate(list(values.values())), bins=bins)
    words = "; ".join(
        f"{name}, {v.size:,} values from {number(v.min())} to {number(v.max())} with mean {number(v.mean())}"
        for name, v in values.items()
    )
    fig = new_figure(7.5, 3.6, f"Histogram of {xlabel}: {words}.")
    ax = fig.add_subplot(xlabel=xlabel, ylabel="count")
    drawn = []
    for i, v in enumerate(values.values()):
        look = {"color": COLORS[i % len(COLORS)], "linestyle": LINE_STYLES[i % 4]}
        ax.hist(v, bins=edges, histtype="stepfilled", alpha=0.2, color=look["color"])
        drawn += ax.hist(v, bins=edges, histtype="step", linewidth=1.8, **look)[2]
    ax.set_title(wrap_title(f"How often each {xlabel} occurs" if title is None else title, 7.5))
    if len(values) > 1:
        add_legend(ax, values, drawn)
    return fig
