"""Accuracy against the strength of a perturbation, and against confidence."""

import numpy as np

from helpers.plots.arrays import as_images, full_ink
from helpers.plots.figure import (
    BLUE,
    COLORS,
    GRAY,
    LINE_STYLES,
    add_legend,
    draw_image,
    listing,
    new_figure,
    number,
    styled,
    wrap_title,
)

WIDTH, LEFT, SPAN = 9, 0.085, 0.895  # inches; the axes' left edge and width as shares of it
# inches: the title, the curves, the texts of the axis, the pictures, their captions
TOP, LINES, GAP, PICTURE, TEXT = 0.5, 2.9, 0.62, 0.86, 0.42


@styled
def plot_robustness(
    strengths, curves, images, captions=None, *, xlabel, title, image_shape=(28, 28)
):
    """Draw accuracy against the strength of a perturbation, and what it does to an image.

    Parameters
    ----------
    strengths : array_like, shape (n,)
        Rising numbers.
    curves : dict of str to array_like, shape (n,) or (runs, n)
        Accuracies (fractions) by name; of several runs the mean is drawn as a line and the range
        as a band.
    images : array_like, shape (features, n) or (n, height, width)
        One image under each strength.
    captions : sequence of n str, optional
    xlabel, title : str
    image_shape : tuple of int
        (height, width).

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        Where they do not fit together.
    """
    strengths = _rising(strengths)
    bands = {name: _as_runs(name, values, len(strengths)) for name, values in curves.items()}
    if not bands:
        raise ValueError("there is no curve to draw; give a dictionary {name: accuracies}")
    pictures = as_images(images, image_shape)
    for what, given in (("images", pictures), ("captions", captions)):
        if given is not None and len(given) != len(strengths):
            raise ValueError(
                f"got {len(given)} {what} for {len(strengths)} strengths; give one for each"
            )
    height = TOP + LINES + GAP + PICTURE + (TEXT if captions is not None else 0.1)
    fig = new_figure(WIDTH, height, _alt(strengths, bands, captions, xlabel, title), layout=None)
    ax = fig.add_axes((LEFT, 1 - (TOP + LINES) / height, SPAN, LINES / height))
    lines = []
    for i, runs in enumerate(bands.values()):
        color = COLORS[i % len(COLORS)]
        look = {"marker": "o", "markersize": 5, "linestyle": LINE_STYLES[i % 4], "color": color}
        lines += ax.plot(strengths, runs.mean(axis=0), **look)
        if len(runs) > 1:
            low, high = runs.min(axis=0), runs.max(axis=0)
            ax.fill_between(strengths, low, high, alpha=0.2, linewidth=0, color=color)
    margin = np.diff(strengths).min() / 2
    ax.set(xlim=(strengths[0] - margin, strengths[-1] + margin), ylim=(0, 1.02))
    ax.set(xlabel=xlabel, ylabel="accuracy (fraction)")
    ax.set_xticks(strengths, [number(value) for value in strengths])
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
    bottom = 1 - (TOP + LINES + GAP + side) / height
    ink = full_ink(pictures)
    center = {"ha": "center", "va": "top", "fontsize": 9.5, "linespacing": 1.2}
    for i, (strength, picture) in enumerate(zip(strengths, pictures, strict=True)):
        middle = LEFT + SPAN * (strength - low) / (high - low)
        place = (middle - side / WIDTH / 2, bottom, side / WIDTH, side / height)
        draw_image(fig.add_axes(place), picture, ink)
        if captions is not None:
            fig.text(middle, bottom - 0.04 / height, str(captions[i]), **center)


@styled
def plot_reliability(tables, *, title):
    """Draw accuracy against confidence bin by bin, and how many answers each bin holds.

    A bar below the diagonal is overconfidence.

    Parameters
    ----------
    tables : dict of str to DataFrame
        What `helpers.robustness.reliability` returns, by name; drawn side by side.
    title : str

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For no table, or one without the columns that `reliability` gives.
    """
    if not tables:
        raise ValueError(
            "there is no table to draw; give a dictionary {name: reliability(confidence, is_right)}"
        )
    for name, table in tables.items():
        missing = {"lower", "upper", "count", "confidence", "accuracy"} - set(
            getattr(table, "columns", ())
        )
        if missing or len(table) == 0:
            raise ValueError(
                f"table {name!r} lacks {listing(sorted(missing)) or 'rows'}; reliability makes such tables"
            )
    words = ". ".join(
        f"{name}: {listing(_bins_in_words(table), 20)}" for name, table in tables.items()
    )
    width = min(9, 1.4 + 3.8 * len(tables))
    fig = new_figure(width, 5, f"Reliability diagram, {title}. {words}.")
    shared = {"sharex": True, "sharey": "row", "squeeze": False, "height_ratios": [3, 1]}
    axes = fig.subplots(2, len(tables), **shared)
    most = max(table["count"].max() for table in tables.values())
    diagonal = {"color": "black", "linestyle": "--", "linewidth": 1.2}
    dots = {"color": "black", "marker": "o", "markersize": 4, "linestyle": "none"}
    for column, (name, table) in enumerate(tables.items()):
        upper, lower = axes[:, column]
        middles = (table["lower"] + table["upper"]) / 2
        widths = 0.92 * (table["upper"] - table["lower"])
        filled = table["count"] > 0
        sure, right = table["confidence"][filled], table["accuracy"][filled]
        upper.bar(middles[filled], right, widths[filled], color=BLUE, label="accuracy")
        upper.plot([0, 1], [0, 1], label="right as often as it is sure", **diagonal)
        upper.plot(sure, right, label="at its mean confidence", **dots)
        upper.set_title(wrap_title(name, width / len(tables)))
        upper.set(xlim=(0, 1), ylim=(0, 1.02), aspect="auto")
        lower.bar(middles, table["count"], widths, color=GRAY)
        lower.set(xlabel="confidence (probability)", ylim=(0, 1.25 * most))
        for middle, count in zip(middles, table["count"], strict=True):
            lower.text(middle, count, f" {count:,}", ha="center", va="bottom", fontsize=8)
    axes[0, 0].set_ylabel("accuracy (fraction)")
    axes[1, 0].set_ylabel("answers")
    axes[0, 0].legend(loc="upper left")
    fig.suptitle(wrap_title(title, width), x=0.01, ha="left")
    return fig


def _bins_in_words(table):
    """Yield a text for each bin that is not empty."""
    for row in table[table["count"] > 0].itertuples():
        yield (
            f"{row.count} answers at confidence {row.confidence:.2f} with accuracy {row.accuracy:.2f}"
        )


def _rising(strengths):
    """Return strengths as an array, checked to be two or more finite, rising numbers."""
    strengths = np.asarray(strengths, dtype=float)
    many = strengths.ndim == 1 and len(strengths) > 1
    if not (many and np.isfinite(strengths).all() and (np.diff(strengths) > 0).all()):
        raise ValueError(
            f"strengths are {strengths.tolist()!r:.60}, expected two or more finite numbers, rising"
        )
    return strengths


def _as_runs(name, values, count):
    """Return a curve as (runs, strengths) after checking that it holds fractions."""
    runs = np.atleast_2d(np.asarray(values, dtype=float))
    if runs.ndim != 2 or runs.shape[1] != count or len(runs) == 0:
        raise ValueError(
            f"curve {name!r} has shape {np.shape(values)}, expected ({count},) or (runs, {count})"
        )
    if not ((runs >= 0) & (runs <= 1)).all():
        raise ValueError(
            f"curve {name!r} must hold fractions from 0 to 1; divide percentages by 100"
        )
    return runs


def _alt(strengths, bands, captions, xlabel, title):
    """Return the figure in words."""
    words = []
    for name, runs in bands.items():
        mean = runs.mean(axis=0)
        pairs = zip(strengths, mean, strict=True)
        text = f"{name}: " + listing((f"{value:.2f} at {number(s)}" for s, value in pairs), 100)
        if len(runs) > 1:
            spread = np.ptp(runs, axis=0).max()
            text += f", mean of {len(runs)} runs that differ by up to {spread:.2f}"
        words.append(text)
    below = "Below: one image under each strength"
    if captions is not None:
        below += ", with the captions "
        below += listing((" ".join(str(c).split()) for c in captions), 20)
    return f"{title}. Accuracy against {xlabel}. {'. '.join(words)}. {below}."
