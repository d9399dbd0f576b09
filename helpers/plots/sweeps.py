"""Sweeps: how a result moves with a setting over several seeds, and what an accuracy costs."""

import math
import numbers

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from helpers.plots.arrays import check_columns
from helpers.plots.figure import (
    BLACK,
    COLORS,
    LINE_STYLES,
    add_legend,
    label_whole_numbers,
    listing,
    new_figure,
    number,
    styled,
    wrap_title,
)

MARKERS = "os^DvPX*<>"
LOST = {"marker": "x", "color": BLACK, "s": 45, "linewidths": 1.6, "zorder": 5}
FRAME = {"frameon": True, "edgecolor": "none", "framealpha": 0.85}
MOST_TICKS = 10
LABELS = {
    "best_dev_accuracy": "best development accuracy (fraction)",
    "learning_rate": "learning rate",
    "layer_sizes": "layer sizes",
    "batch_size": "batch size (examples)",
    "parameters": "parameters (weights and biases)",
    "seconds": "training time (seconds)",
    "best_epoch": "best epoch",
    "epochs": "epochs trained",
    "max_epochs": "most epochs",
    "patience": "patience (epochs)",
}


@styled
def plot_sweep(
    runs,
    x,
    column="best_dev_accuracy",
    *,
    group=None,
    logx=False,
    xlabel=None,
    ylabel=None,
    title=None,
):
    """Draw a result of a sweep against a setting: every run as a dot, the means as a line.

    A run that failed or diverged is a cross, at the bottom where it has no value, and does not
    count in the mean. Values that are not numbers have no line between them: a dash is the mean.

    Parameters
    ----------
    runs : DataFrame
        What `run_experiment` returned.
    x : str
        A column; values that are not all numbers stand side by side in the order in which they
        occur.
    column : str
        The result.
    group : str, optional
        A column whose values get a line each.
    logx : bool
        Whether the horizontal axis is logarithmic.
    xlabel, ylabel, title : str, optional

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For a missing column, no run, or a value up to 0 on a logarithmic axis.
    """
    check_runs(runs, x, column, *([group] if group else []))
    kinds = list(dict.fromkeys(column_values(runs, x)))
    numeric = all(isinstance(kind, numbers.Real) and math.isfinite(kind) for kind in kinds)
    if logx and not (numeric and min(kinds) > 0):
        came = listing(map(value_name, kinds))
        raise ValueError(f"logx needs numbers above 0 in {x!r}, got {came}; use logx=False")
    kinds = sorted(kinds) if numeric else kinds
    place = {kind: kind if numeric else i for i, kind in enumerate(kinds)}
    groups = list(dict.fromkeys(column_values(runs, group))) if group else [None]
    xlabel, ylabel = axis_label(x, xlabel), axis_label(column, ylabel)
    fig = new_figure(7.5, 4.2)
    ax = fig.add_subplot(xlabel=xlabel, ylabel=ylabel)
    words, lost, legend = [], 0, []
    for i, name in enumerate(groups):
        chosen = runs
        if group is not None:
            chosen = runs[[value == name for value in column_values(runs, group)]]
        values = _sort_out(chosen, x, column)
        label = "mean of the runs" if group is None else value_name(name, group)
        legend += [(label, line) for line in _draw_line(ax, values, place, i, joined=numeric)]
        lost += sum(len(crosses) for _, crosses in values.values())
        said = listing(
            f"{value_name(kind, x)} {_in_words(*values[kind], column)}"
            for kind in kinds
            if kind in values
        )
        words.append(said if group is None else f"{label}: {said}")
    if lost:
        legend.append(("failed or diverged", ax.scatter([], [], **LOST)))
    _set_ticks(ax, kinds, x, numeric, logx)
    ax.grid(True)
    add_legend(ax, *zip(*legend, strict=True), title=group and axis_label(group), **FRAME)
    ax.set_title(wrap_title(title or default_title(xlabel, ylabel), 7.5))
    fig.alt = f"{ylabel} of {len(runs)} runs against {xlabel}, mean and range of the runs: "
    fig.alt += "; ".join(words) + "."
    if lost:
        fig.alt += f" {lost} failed or diverged and are drawn as crosses."
    return fig


@styled
def plot_tradeoff(
    runs,
    x="parameters",
    column="best_dev_accuracy",
    *,
    label=None,
    logx=None,
    xlabel=None,
    ylabel=None,
    title=None,
):
    """Draw what each setting reaches against what it costs: the mean, with bars from min to max.

    Runs that failed or diverged are left out, and counted in the text alternative.

    Parameters
    ----------
    runs : DataFrame
        What `run_experiment` returned.
    x : str
        "parameters", "seconds" or another column of numbers.
    column : str
        The result.
    label : str or sequence of str, optional
        The columns that name a setting; by default those before `seed` that vary.
    logx : bool, optional
        By default the axis is logarithmic where x spans more than a factor of five.
    xlabel, ylabel, title : str, optional

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For a missing column, no run with a value, or a value up to 0 on a logarithmic axis.
    """
    names = _varied(runs) if label is None else [label] if isinstance(label, str) else list(label)
    check_runs(runs, x, column, *names)
    kept = runs[ended_well(runs, column) & ended_well(runs, x)]
    if len(kept) == 0:
        raise ValueError(f"no run has both {x!r} and {column!r}; look at the column error")
    least, most = kept[x].min(), kept[x].max()
    if logx and least <= 0:
        raise ValueError(
            f"{x!r} has values of 0 or less, which a logarithmic axis cannot show; use logx=False"
        )
    points = {}
    columns = (column_values(kept, name) for name in (*names, x, column))
    for *key, cost, value in zip(*columns, strict=True):
        points.setdefault(tuple(key), []).append((cost, value))
    xlabel, ylabel = axis_label(x, xlabel), axis_label(column, ylabel)
    fig = new_figure(7.5, 4.6)
    ax = fig.add_subplot(xlabel=xlabel, ylabel=ylabel)
    settings, drawn, words = [], [], []
    for i, (key, pairs) in enumerate(points.items()):
        costs, values = np.array(pairs, dtype=float).T
        middle = costs.mean(), values.mean()
        xerr, yerr = (
            [[m - v.min()], [v.max() - m]] for m, v in zip(middle, (costs, values), strict=True)
        )
        look = {"fmt": MARKERS[i % len(MARKERS)], "color": COLORS[i % len(COLORS)]}
        drawn.append(ax.errorbar(*middle, yerr, xerr, elinewidth=1, capsize=3, **look)[0])
        parts = zip(key, names, strict=True)
        settings.append(", ".join(value_name(part, name) for part, name in parts) or "all runs")
        # Seconds are others on every machine, and a text alternative has to be the same everywhere.
        cost = "" if x == "seconds" else f" at {number(middle[0])}"
        reached = f"{number(middle[1])} ({number(values.min())} to {number(values.max())})"
        words.append(f"{settings[-1]}{cost} {reached}")
    if logx or (logx is None and 0 < 5 * least < most):
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.xaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.margins(x=0.12, y=0.12)
    ax.grid(True)
    add_legend(ax, settings, drawn, title=", ".join(map(axis_label, names)), **FRAME)
    ax.set_title(wrap_title(title or default_title(xlabel, ylabel), 7.5))
    fig.alt = f"{ylabel} against {xlabel}, mean and range of each setting: {listing(words)}"
    fig.alt += "; the seconds depend on the machine." if x == "seconds" else "."
    if len(kept) < len(runs):
        fig.alt += f" {len(runs) - len(kept)} runs failed or diverged and are left out."
    return fig


def check_runs(runs, *names):
    """Raise ValueError unless runs is a DataFrame with at least one row and all columns `names`."""
    check_columns("the table of runs", runs, *names)
    if len(runs) == 0:
        raise ValueError("there is no run to draw; run_experiment makes them")


def column_values(runs, name):
    """Return the values of a column as a list in which everything missing is None."""
    return [None if value is None or value != value else value for value in runs[name]]


def ended_well(runs, column):
    """Return for each run whether it ended well, with a finite value in `column`."""
    finite = np.isfinite(np.asarray(runs[column], dtype=float))
    if "stop_reason" in runs.columns:
        finite &= ~np.isin(np.asarray(runs["stop_reason"], dtype=str), ["diverged", "error"])
    return finite


def value_name(value, column=""):
    """Return a setting's value in words: layer sizes as 784-10-10, no batch size as full batch."""
    if isinstance(value, tuple):
        return "-".join(map(value_name, value))
    if value is None or value != value:
        return {"batch_size": "full batch", "patience": "no limit"}.get(column, "none")
    if isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_):
        return f"{value:g}" if abs(value) < 1e6 else number(value)
    return str(value)


def axis_label(column, label=None):
    """Return the label of an axis, with units: `label` if it is given, else the column in words."""
    return label or LABELS.get(column, column.replace("_", " "))


def default_title(xlabel, ylabel):
    """Return a title made of both labels without their units."""
    return f"{ylabel.split(' (')[0].capitalize()} against {xlabel.split(' (')[0]}"


def _sort_out(runs, x, column):
    """Return for each value of x the results of the runs that ended well, and of the others."""
    values = {}
    rows = zip(column_values(runs, x), runs[column], ended_well(runs, column), strict=True)
    for kind, value, well in rows:
        values.setdefault(kind, ([], []))[0 if well else 1].append(float(value))
    return values


def _draw_line(ax, values, place, i, joined):
    """Draw the runs of one group; return in a list the line or the dashes of the means, if any."""
    look = {"color": COLORS[i % len(COLORS)], "marker": MARKERS[i % len(MARKERS)]}
    good = {place[kind]: values[kind][0] for kind in place if kind in values and values[kind][0]}
    for kind, (_, crosses) in values.items():
        for value in crosses:
            if math.isfinite(value):
                ax.scatter([place[kind]], [value], **LOST)
            else:
                ax.scatter([place[kind]], [0.03], transform=ax.get_xaxis_transform(), **LOST)
    if not good:
        return []
    means = [np.mean(value) for value in good.values()]
    shape = {"linestyle": LINE_STYLES[i % 4], "markersize": 5, **look}
    if not joined:
        shape |= {"linestyle": "none", "marker": "_", "markersize": 26, "markeredgewidth": 2}
    line = ax.plot(list(good), means, **shape)
    dots = [(at, value) for at, values in good.items() for value in values]
    look |= {"s": 26, "alpha": 0.65, "linewidths": 0.5, "edgecolors": "white", "zorder": 3}
    ax.scatter(*zip(*dots, strict=True), **look)
    return line


def _set_ticks(ax, kinds, x, numeric, logx):
    """Put a tick at each value of x where there is room."""
    if logx:
        ax.set_xscale("log")
    if numeric and len(kinds) > 1:  # set here, since a cross at the bottom does not widen the axis
        low, high = np.log(kinds[:: len(kinds) - 1]) if logx else kinds[:: len(kinds) - 1]
        edges = np.array([low, high]) + np.array([-0.05, 0.05]) * (high - low)
        ax.set_xlim(np.exp(edges) if logx else edges)
    names = [value_name(kind, x) for kind in kinds]
    if not numeric:
        ax.set_xticks(range(len(kinds)), names, rotation=20 if sum(map(len, names)) > 60 else 0)
        ax.margins(x=0.08)
    elif not logx:
        label_whole_numbers(ax.xaxis, kinds)
    elif len(kinds) <= MOST_TICKS:
        ax.set_xticks(kinds, names)
        ax.xaxis.set_minor_formatter(NullFormatter())


def _in_words(good, crosses, column):
    """Return the mean and the range of the runs of one setting; seconds differ between machines."""
    lost = f", {len(crosses)} lost" if crosses else ""
    if not good or column == "seconds":
        return f"({len(good)} runs{lost})"
    return f"{number(np.mean(good))} ({number(min(good))} to {number(max(good))}{lost})"


def _varied(runs):
    """Return the names of the settings that differ between runs."""
    columns = list(getattr(runs, "columns", ()))
    settings = columns[: columns.index("seed")] if "seed" in columns else []
    return [name for name in settings if len(set(column_values(runs, name))) > 1]
