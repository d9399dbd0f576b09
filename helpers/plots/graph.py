"""A computation as a graph: values forward, slopes backward."""

import math
from collections import Counter

from helpers.plots.figure import (
    BLUE,
    GRAY,
    VERMILLION,
    listing,
    new_figure,
    number,
    styled,
    wrap_title,
)

ROW = 1.75  # from row to row, in units of half an inch


@styled
def plot_graph(values, local_slopes, *, slopes=True, title=None):
    """Draw how a number is computed, with its slope with respect to every number before it.

    Each number has its value above it and the slope below: along each path to the last number the
    slopes on the arrows are multiplied, and the paths are added.

    Parameters
    ----------
    values : dict of str to float
        By name, each number after those that it is computed from; the slopes are those of the last.
    local_slopes : dict of str to dict of str to float
        {result: {name: the slope of the result with respect to it, all others held still}}.
    slopes : bool
        False leaves the slopes of the last number to the reader.
    title : str, optional

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        When an arrow begins or ends at a name without a value, or at one that comes later.
    """
    names = list(values)
    known = {name: place for place, name in enumerate(names)}
    arrows = [(start, end) for end, parts in local_slopes.items() for start in parts]
    for start, end in arrows:
        if not known.get(start, len(names)) < known.get(end, -1):
            raise ValueError(
                f"values has the names {names}, expected {start} and after it {end}, which is "
                "computed from it; put each number after those that it is computed from"
            )
    total, depth = Counter({names[-1]: 1.0}), Counter()
    for end in reversed(names):
        for start, slope in local_slopes.get(end, {}).items():
            total[start] += total[end] * slope  # multiply along a path, add over the paths
            depth[start] = max(depth[start], depth[end] + 1)
    step = 2 + 0.25 * max(map(len, names))  # from column to column: an arrow needs room
    places = place_numbers(names, depth, step)
    last = names[-1]
    if title is None:
        title = f"Values forward, slopes of {last} backward"
    tall = max(abs(y) for _, y in places.values()) + 1.1
    wide = step * max(depth.values()) + 2.2
    title = wrap_title(title, wide / 2 - 0.6)
    height = tall + 0.6 + 0.22 * title.count("\n")
    fig = new_figure(wide / 2, height, alt_text(values, local_slopes, slopes and total))
    ax = fig.add_subplot(aspect="equal")
    for start, end in arrows:
        (x0, y0), (x1, y1) = places[start], places[end]
        gap = to_edge(end, x1 - x0, y1 - y0)
        look = {"arrowstyle": "-|>", "color": GRAY, "shrinkA": 0, "shrinkB": gap, "zorder": 1}
        ax.annotate("", places[end], places[start], arrowprops=look)
        text = f"× {number(local_slopes[end][start])}"
        label(ax, (x0 + x1) / 2, (y0 + y1) / 2, text, color=BLUE, size=10, pad=0.15, edge="none")
    for name, (x, y) in places.items():
        label(ax, x, y, name, color="black", size=11, pad=0.4, edge="black")
        ax.text(x, y + 0.45, number(values[name]), ha="center", va="bottom", fontsize=10)
        if slopes:
            look = {"ha": "center", "va": "top", "fontsize": 10, "color": VERMILLION}
            ax.text(x, y - 0.45, number(total[name]), **look)
    key = f"above: value, {f'below: slope of {last}' if slopes else 'on an arrow: local slope'}"
    ax.text(wide - 1.2, -tall - 0.1, key, ha="right", va="center", fontsize=9.5, color=GRAY)
    ax.set(xlim=(-1.1, wide - 1.1), ylim=(-tall - 0.4, tall))
    ax.axis("off")
    fig.suptitle(title, x=0.02, ha="left")
    return fig


def place_numbers(names, depth, step):
    """Where each number stands: in columns by its distance from the last, in their order."""
    columns = {}
    for name in names:
        columns.setdefault(max(depth.values()) - depth[name], []).append(name)
    return {
        name: (column * step, ROW * ((len(inside) - 1) / 2 - row))
        for column, inside in columns.items()
        for row, name in enumerate(inside)
    }


def to_edge(name, dx, dy):
    """How many points an arrow in this direction ends before the middle of a number's box."""
    length = math.hypot(dx, dy)
    return min((2.7 * len(name) + 8) * length / abs(dx), 14 * length / (abs(dy) or 1e-9))


def label(ax, x, y, text, *, color, size, pad, edge):
    """Write a text on white, in a round box."""
    box = {"boxstyle": f"round,pad={pad}", "facecolor": "white", "edgecolor": edge}
    ax.text(x, y, text, ha="center", va="center", fontsize=size, color=color, bbox=box)


def alt_text(values, local_slopes, total):
    """The graph in words, the slopes where there are any."""
    steps = []
    for end, parts in local_slopes.items():
        sources = " and ".join(f"{start} (× {number(slope)})" for start, slope in parts.items())
        steps.append(f"{end} = {number(values[end])} from {sources}")
    text = f"Graph of a computation: {'; '.join(steps)}."
    if not total:
        return text
    by = listing(f"{name} {number(total[name])}" for name in list(values)[:-1])
    return f"{text} Slope of {list(values)[-1]} with respect to {by}."
