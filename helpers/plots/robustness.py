"""Accuracy against the strength of a perturbation, with pictures, and confidence against accuracy."""

import numpy as np

from helpers.plots.arrays import as_images, full_ink
from helpers.plots.figure import (
    BLUE,
    COLORS,
    GRAY,
    LINE_STYLES,
    add_legend,
    listing,
    new_figure,
    number,
    styled,
    wrap_title,
)
from helpers.plots.tiles import draw_image

WIDTH, LEFT, SPAN = 9, 0.085, 0.895  # inches; the axes' left edge and width as shares of it
TOP, LINES, GAP, PICTURE, TEXT = 0.5, 2.9, 0.62, 0.86, 0.42  # inches: title, curves, axis texts, pictures, captions


@styled
def plot_robustness(strengths, curves, images, captions=None, *, xlabel, title, image_shape=(28, 28)):
    """Draw accuracy against the strength of a perturbation, and under each strength what it does to one image.

    strengths: (n,) rising numbers. curves: {name: accuracies}, each (n,), or (runs, n), of which the mean is drawn as a
    line and the range from least to most as a band; fractions. images: one image under each strength, (features, n)
    or (n, height, width). captions: None or n texts. Raises ValueError where they do not fit together.
    """
    strengths = _rising(strengths)
    bands = {name: _as_runs(name, values, len(strengths)) for name, values in curves.items()}
    if not bands:
        raise ValueError("there is no curve to draw; give a dictionary {name: accuracies}")
    pictures = as_images(images, image_shape)
    for what, came in (("images", len(pictures)), ("captions", len(strengths if captions is None else captions))):
        if came != len(strengths):
            raise ValueError(f"got {came} {what} for {len(strengths)} strengths; give one for each")
    height = TOP + LINES + GAP + PICTURE + (TEXT if captions is not None else 0.1)
    fig = new_figure(WIDTH, height, _alt(strengths, bands, captions, xlabel, title), layout=None)
    ax = fig.add_axes((LEFT, 1 - (TOP + LINES) / height, SPAN, LINES / height))
    lines = []
    for i, runs in enumerate(bands.values()):
        look = {"color": COLORS[i % len(COLORS)]}
        lines += ax.plot(strengths, runs.mean(axis=0), marker="o", markersize=5, linestyle=LINE_STYLES[i % 4], **look)
        if len(runs) > 1:
            ax.fill_between(strengths, runs.min(axis=0), runs.max(axis=0), alpha=0.2, linewidth=0, **look)
    margin = np.diff(strengths).min() / 2
    ax.set(xlim=(strengths[0] - margin, strengths[-1] + margin), ylim=(0, 1.02), xlabel=xlabel)
    ax.set(ylabel="accuracy (fraction)", xticks=strengths, xticklabels=[number(value) for value in strengths])
    ax.set_title(wrap_title(title, WIDTH))
    ax.grid(True)
    if len(bands) > 1:
        add_legend(ax, bands, lines)
    _draw_pictures(fig, ax, strengths, pictures, captions, height)
    return fig


def _draw_pictures(fig, ax, strengths, pictures, captions, height):
    """Draw a picture under each strength, as large as fits between its neighbors."""
    low, high = ax.get_xlim()
    side = min(PICTURE, 0.92 * SPAN * WIDTH * np.diff(strengths).min() / (high - low))  # inches
    top = TOP + LINES + GAP
    ink = full_ink(pictures)
    for i, (strength, picture) in enumerate(zip(strengths, pictures, strict=True)):
        middle = LEFT + SPAN * (strength - low) / (high - low)
        small = fig.add_axes((middle - side / WIDTH / 2, 1 - (top + side) / height, side / WIDTH, side / height))
        draw_image(small, picture, ink)
        if captions is not None:
            place = {"transform": fig.transFigure, "ha": "center", "va": "top", "fontsize": 9.5, "linespacing": 1.2}
            fig.text(middle, 1 - (top + side + 0.04) / height, str(captions[i]), **place)


@styled
def plot_reliability(tables, *, title):
    """Draw accuracy against confidence bin by bin, with the diagonal of a kept promise, and the answers in each bin.

    tables: {name: what reliability returns}, drawn side by side. A bar below the diagonal is overconfidence. Raises
    ValueError for no table, or one without the columns that reliability gives.
    """
    if not tables:
        raise ValueError("there is no table to draw; give a dictionary {name: reliability(confidence, is_right)}")
    for name, table in tables.items():
        missing = {"lower", "upper", "count", "confidence", "accuracy"} - set(getattr(table, "columns", ()))
        if missing or len(table) == 0:
            raise ValueError(
                f"table {name!r} lacks {listing(sorted(missing)) or 'rows'}; reliability makes such tables"
            )
    words = ". ".join(f"{name}: {listing(_bins_in_words(table), 20)}" for name, table in tables.items())
    width = min(9, 1.4 + 3.8 * len(tables))
    fig = new_figure(width, 5, f"Reliability diagram, {title}. {words}.")
    axes = fig.subplots(2, len(tables), sharex=True, sharey="row", squeeze=False, height_ratios=[3, 1])
    for column, (name, table) in enumerate(tables.items()):
        upper, lower = axes[:, column]
        middles, widths = (table["lower"] + table["upper"]) / 2, 0.92 * (table["upper"] - table["lower"])
        filled = table["count"] > 0
        upper.bar(middles[filled], table["accuracy"][filled], widths[filled], color=BLUE, label="accuracy")
        upper.plot([0, 1], [0, 1], color="black", linestyle="--", linewidth=1.2, label="right as often as it is sure")
        upper.plot(
            table["confidence"][filled],
            table["accuracy"][filled],
            "o",
            color="black",
            markersize=4,
            label="at its mean confidence",
        )
        upper.set_title(wrap_title(name, width / len(tables)))
        upper.set(xlim=(0, 1), ylim=(0, 1.02), aspect="auto")
        lower.bar(middles, table["count"], widths, color=GRAY)
        lower.set(xlabel="confidence (probability)", ylim=(0, 1.25 * max(t["count"].max() for t in tables.values())))
        for middle, count in zip(middles, table["count"], strict=True):
            lower.text(middle, count, f" {count:,}", ha="center", va="bottom", fontsize=8)
    axes[0, 0].set_ylabel("accuracy (fraction)")
    axes[1, 0].set_ylabel("answers")
    axes[0, 0].legend(loc="upper left")
    fig.suptitle(wrap_title(title, width), x=0.01, ha="left")
    return fig


def _bins_in_words(table):
    """Return a text for each bin that is not empty."""
    filled = table[table["count"] > 0]
    for count, sure, right in zip(filled["count"], filled["confidence"], filled["accuracy"], strict=True):
        yield f"{count} answers at confidence {sure:.2f} with accuracy {right:.2f}"


def _rising(strengths):
    """Return strengths as an array after checking that they are two or more finite, rising numbers."""
    strengths = np.asarray(strengths, dtype=float)
    if (
        strengths.ndim != 1
        or len(strengths) < 2
        or not (np.diff(strengths) > 0).all()
        or not np.isfinite(strengths).all()
    ):
        raise ValueError(f"strengths are {strengths.tolist()!r:.60}, expected two or more finite numbers, rising")
    return strengths


def _as_runs(name, values, count):
    """Return a curve as (runs, strengths) after checking that it holds fractions."""
    runs = np.atleast_2d(np.asarray(values, dtype=float))
    if runs.ndim != 2 or runs.shape[1] != count or len(runs) == 0:
        raise ValueError(f"curve {name!r} has shape {np.shape(values)}, expected ({count},) or (runs, {count})")
    if not ((runs >= 0) & (runs <= 1)).all():
        raise ValueError(f"curve {name!r} must hold fractions from 0 to 1; divide percentages by 100")
    return runs


def _alt(strengths, bands, captions, xlabel, title):
    """Return the figure in words."""
    words = []
    for name, runs in bands.items():
        mean = runs.mean(axis=0)
        points = listing((f"{value:.2f} at {number(s)}" for s, value in zip(strengths, mean, strict=True)), 100)
        spread = (
            f", mean of {len(runs)} runs that differ by up to {np.ptp(runs, axis=0).max():.2f}" if len(runs) > 1 else ""
        )
        words.append(f"{name}: {points}{spread}")
    seen = (
        "" if captions is None else ", with the captions " + listing((" ".join(str(c).split()) for c in captions), 20)
    )
    return f"{title}. Accuracy against {xlabel}. {'. '.join(words)}. Below: one image under each strength{seen}."
