"""Many values at once: a histogram, and a map of points in two dimensions."""

import math

import numpy as np
from matplotlib import patheffects
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from helpers.plots.arrays import as_labels, kind_of
from helpers.plots.figure import COLORS, LINE_STYLES, add_legend, new_figure, number, styled, wrap_title


@styled
def plot_histogram(samples, *, xlabel, title=None, bins=50):
    """Draw how often values occur, one outline for each entry of {name: values}, all with the same bins.

    Raises ValueError for no entry, an entry without a value, or values that are not finite.
    """
    if not samples:
        raise ValueError("there is nothing to count; give a dictionary {name: values}")
    values = {name: np.asarray(v, dtype=float).ravel() for name, v in samples.items()}
    for name, v in values.items():
        if v.size == 0 or not np.isfinite(v).all():
            raise ValueError(f"{name!r} must hold at least one value, all finite, got {v.size} values")
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


@styled
def plot_points(points, labels, class_names=None, *, title=None, xlabel="first direction", ylabel="second direction"):
    """Draw points (2, m) as a map, each with its class: one-letter class names stand at the points themselves.

    Raises ValueError for another shape of points, values that are not finite, or labels that are not one a point.
    """
    points = np.asarray(points, dtype=float)
    labels, names = as_labels(labels, class_names)
    if points.ndim != 2 or points.shape[0] != 2 or not np.isfinite(points).all():
        raise ValueError(f"points must be finite and of shape (2, m), one column a point, got {points.shape}")
    if points.shape[1] != len(labels):
        raise ValueError(f"got {len(labels)} labels for {points.shape[1]} points; give one label a point")
    kind, classes = kind_of(names), np.unique(labels)
    middles = {c: np.median(points[:, labels == c], axis=1) for c in classes}
    words = ", ".join(f"{names[c]} around ({tenths(x)}, {tenths(y)})" for c, (x, y) in middles.items())
    fig = new_figure(7.5, 6, f"Map of {len(labels):,} points of {len(classes)} classes; middles: {words}.")
    ax = fig.add_subplot(xlabel=xlabel, ylabel=ylabel)
    shapes, drawn = "os^vDPX<>*", []
    for c in classes:
        x, y = points[:, labels == c]
        letter = letter_marker(names[c])
        look = {"marker": letter, "s": 42, "linewidths": 0.3} if letter else {"marker": shapes[c % 10], "s": 18}
        drawn.append(ax.scatter(x, y, color=COLORS[c % len(COLORS)], alpha=0.6, **look))
    for c, (x, y) in middles.items():
        text = ax.text(
            x,
            y,
            names[c],
            fontsize=17 if len(names[c]) == 1 else 11,
            fontweight="bold",
            ha="center",
            va="center",
            color=COLORS[c % len(COLORS)],
        )
        text.set_path_effects([patheffects.withStroke(linewidth=4, foreground="white")])
    ax.set_title(
        wrap_title(
            f"{len(labels):,} images as points, the middle of each {kind} in bold" if title is None else title, 7.5
        )
    )
    ax.margins(0.04)
    if not all(letter_marker(names[c]) for c in classes):
        place = {"ncols": math.ceil(len(classes) / 12), "loc": "center left", "bbox_to_anchor": (1, 0.5)}
        add_legend(ax, [names[c] for c in classes], drawn, **place)
    return fig


def letter_marker(name):
    """Return a marker in the form of a one-letter name, or None for a longer one or a blank."""
    vertices, codes = text_to_path.get_text_path(FontProperties(), name)
    if len(name) != 1 or len(vertices) == 0:
        return None
    path = Path(vertices, codes)
    (left, bottom), (right, top) = path.get_extents().get_points()
    return path.transformed(Affine2D().translate(-(left + right) / 2, -(bottom + top) / 2))


def tenths(value):
    """Return a number as text with one decimal, 0.0 never with a minus sign; raises nothing."""
    return f"{round(float(value), 1) + 0.0:.1f}"
