"""A sweep: how a result moves with a setting, over several seeds."""

import math
import numbers

import numpy as np
from matplotlib.ticker import NullFormatter

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
from helpers.plots.runs import axis_label, check_runs, column_values, default_title, ended_well, value_name

MARKERS = "os^DvPX*<>"
LOST = {"marker": "x", "color": BLACK, "s": 45, "linewidths": 1.6, "zorder": 5}
MOST_TICKS = 10


@styled
def plot_sweep(runs, x, column="best_dev_accuracy", *, group=None, logx=False, xlabel=None, ylabel=None, title=None):
    """Draw a column of a sweep against a setting: a dot a run, a line through the means, a band from min to max.

    runs: what run_experiment returned. x: a column; values that are not all numbers stand side by side in the order
    in which they occur. group: a column whose values get a line each. A run that failed or diverged is a cross, at
    the bottom where it has no value, and does not count in the line and the band.
    Raises ValueError for a missing column, no run, or a value up to 0 on a logarithmic axis.
    """
    check_runs(runs, x, column, *([group] if group else []))
    kinds = list(dict.fromkeys(column_values(runs, x)))
    numeric = all(isinstance(kind, numbers.Real) and math.isfinite(kind) for kind in kinds)
    if logx and not (numeric and min(kinds) > 0):
        raise ValueError(f"logx needs numbers above 0 in {x!r}, got {listing(map(value_name, kinds))}; use logx=False")
    kinds = sorted(kinds) if numeric else kinds
    place = {kind: kind if numeric else i for i, kind in enumerate(kinds)}
    groups = list(dict.fromkeys(column_values(runs, group))) if group else [None]
    xlabel, ylabel = axis_label(x, xlabel), axis_label(column, ylabel)
    fig = new_figure(7.5, 4.2)
    ax = fig.add_subplot(xlabel=xlabel, ylabel=ylabel)
    words, lost, legend = [], 0, []
    for i, name in enumerate(groups):
        chosen = runs if group is None else runs[[value == name for value in column_values(runs, group)]]
        values = _sort_out(chosen, x, column)
        label = "mean of the runs" if group is None else value_name(name, group)
        legend += [(label, line) for line in _draw_line(ax, values, place, i)]
        lost += sum(len(crosses) for _, crosses in values.values())
        said = listing(f"{value_name(kind, x)} {_in_words(*values[kind], column)}" for kind in kinds if kind in values)
        words.append(said if group is None else f"{value_name(name, group)}: {said}")
    if group is None:
        legend.append(("smallest to largest", ax.fill_between([], [], color=COLORS[0], alpha=0.15)))
    if lost:
        legend.append(("failed or diverged", ax.scatter([], [], **LOST)))
    _set_ticks(ax, kinds, x, numeric, logx)
    ax.grid(True)
    frame = {"frameon": True, "edgecolor": "none", "framealpha": 0.85}
    add_legend(ax, *zip(*legend, strict=True), title=group and axis_label(group), **frame)
    ax.set_title(wrap_title(title or default_title(xlabel, ylabel), 7.5))
    crosses = f" {lost} failed or diverged and are drawn as crosses." if lost else ""
    fig.alt = f"{ylabel} of {len(runs)} runs against {xlabel}, mean and range of the runs: {'; '.join(words)}.{crosses}"
    return fig


def _sort_out(runs, x, column):
    """Return for each value of x the values of the runs that ended well, and those of the others."""
    values = {}
    for kind, value, well in zip(column_values(runs, x), runs[column], ended_well(runs, column), strict=True):
        values.setdefault(kind, ([], []))[0 if well else 1].append(float(value))
    return values


def _draw_line(ax, values, place, i):
    """Draw the runs of one group, and return the line through their means, if there is one, in a list."""
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
    low, high, mean = ([f(v) for v in good.values()] for f in (min, max, np.mean))
    ax.fill_between(list(good), low, high, color=look["color"], alpha=0.15, linewidth=0)
    line = ax.plot(list(good), mean, linestyle=LINE_STYLES[i % 4], markersize=5, **look)
    dots = [(at, value) for at, values in good.items() for value in values]
    ax.scatter(*zip(*dots, strict=True), s=26, alpha=0.65, linewidths=0.5, edgecolors="white", zorder=3, **look)
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
    lost = f", {len(crosses)} lost" if crosses else ""
    if not good or column == "seconds":  # which differ from machine to machine, as no text alternative may
        return f"({len(good)} runs{lost})"
    return f"{number(np.mean(good))} ({number(min(good))} to {number(max(good))}{lost})"
