"""How well a network does: confusion matrix, accuracy of each class, mistakes, then and now."""

import numpy as np

from helpers.plots.arrays import as_images, as_matrix, axis_name, check_columns
from helpers.plots.figure import (
    BLUE,
    GRAY,
    RIGHT,
    VERMILLION,
    WRONG,
    draw_sheet,
    label_log_axis,
    listing,
    new_figure,
    number,
    percent,
    styled,
    wrap_title,
)


@styled
def plot_confusion_matrix(matrix, class_names=None, *, title=None):
    """Draw a confusion matrix: the right predictions on a gray diagonal, the errors colored.

    The color scale belongs to the errors alone, which would all look white beside the diagonal.

    Parameters
    ----------
    matrix : array_like of int, shape (classes, classes)
        Counts by true class (rows) and predicted class (columns).
    class_names : sequence of str, optional
        "0", "1", ... by default.
    title : str, optional

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        When the matrix is not square, not counts, empty, or has another number of names.
    """
    matrix, names = as_matrix(matrix, class_names)
    kind = axis_name(names)
    n, total, right = len(matrix), matrix.sum(), np.trace(matrix)
    errors = np.where(np.eye(n, dtype=bool), 0, matrix)
    true, predicted = np.unravel_index(errors.argmax(), errors.shape)
    summary = f"{right:,} of {total:,} right"
    if errors.any():
        summary += f"; the most frequent mistake: {names[true]} taken for {names[predicted]}, "
        summary += "once" if errors.max() == 1 else f"{errors.max():,} times"
    size = max(4.2, 0.58 * n + 0.9)
    fig = new_figure(size + 0.5, size, f"Confusion matrix of {n} classes. {summary}.")
    ax = fig.add_subplot()
    shown = np.ma.masked_array(errors, mask=np.eye(n, dtype=bool))
    full = max(3, errors.max())
    drawn = ax.imshow(shown, cmap="Oranges", vmin=0, vmax=full, interpolation="nearest")
    ax.set_facecolor("#D9D9D9")
    for (row, column), count in np.ndenumerate(matrix):
        dark = row != column and count > 0.6 * full
        color = "white" if dark else ("#B0B0B0" if count == 0 else "black")
        look = {"color": color, "fontweight": "bold" if row == column else "normal", "fontsize": 10}
        ax.text(column, row, f"{count}", ha="center", va="center", **look)
    turned = {"rotation": 40, "ha": "right"} if max(map(len, names)) > 4 else {}
    ax.set_xticks(range(n), names, **turned)
    ax.set_yticks(range(n), names)
    ax.tick_params(length=0)
    ax.set(xlabel=f"predicted {kind}", ylabel=f"true {kind}")
    ax.set_title(wrap_title(summary if title is None else title, size - 0.6))
    bar = fig.colorbar(drawn, ax=ax, shrink=0.7, label="errors (number of images)")
    bar.locator.set_params(integer=True)
    bar.update_ticks()
    return fig


@styled
def plot_accuracy_per_class(matrix, class_names=None, *, title=None):
    """Draw the fraction of each class that was predicted right, plus and minus one standard error.

    The standard error of a fraction p of n examples is sqrt(p (1 - p) / n). A class without
    examples has no bar.

    Parameters
    ----------
    matrix : array_like of int, shape (classes, classes)
        Counts by true class (rows) and predicted class (columns).
    class_names : sequence of str, optional
        "0", "1", ... by default.
    title : str, optional

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        When the matrix is not square, not counts, empty, or has another number of names.
    """
    matrix, names = as_matrix(matrix, class_names)
    sizes, overall = matrix.sum(axis=1), np.trace(matrix) / matrix.sum()
    present = np.flatnonzero(sizes)
    fractions = np.diag(matrix)[present] / sizes[present]
    standard_errors = np.sqrt(fractions * (1 - fractions) / sizes[present])
    best, worst = names[present[fractions.argmax()]], names[present[fractions.argmin()]]
    kind = axis_name(names)
    if title is None:
        title = f"Recognized best: {best}, worst: {worst} (line: ± one standard error)"
    words = ", ".join(f"{names[i]}: {number(f)}" for i, f in zip(present, fractions, strict=True))
    alt = f"Bar chart, accuracy of each {kind}. {words}. Overall {number(overall)}."
    fig = new_figure(7.5, 3.8, alt)
    ax = fig.add_subplot()
    look = {"color": "#9DC3DE", "edgecolor": BLUE, "capsize": 4}
    ax.bar(present, fractions, yerr=standard_errors, **look)
    for x, f in zip(present, fractions, strict=True):
        ax.text(x, 0.04, f"{f:.2f}", ha="center", fontsize=10)
    for x in np.flatnonzero(sizes == 0):
        ax.text(x, 0.04, "none", ha="center", fontsize=10, color=GRAY)
    look = {"color": "black", "linestyle": "--", "linewidth": 1.2}
    ax.axhline(overall, label=f"overall: {overall:.3f}", **look)
    turned = {"rotation": 35, "ha": "right"} if max(map(len, names)) > 4 else {}
    ax.set_xticks(range(len(names)), names, **turned)
    ax.set(xlabel=f"true {kind}", ylabel="accuracy (fraction)")
    ax.set(ylim=(0, 1.16), yticks=np.linspace(0, 1, 6))
    ax.set_title(wrap_title(title, 7.5))
    ax.legend(loc="upper right")
    return fig


@styled
def plot_mistakes(table, dataset, *, count=12, title=None):
    """Draw the first rows of a table of mistakes: the images, what they are and what was said.

    Parameters
    ----------
    table : DataFrame
        What `helpers.evaluation.mistakes` returns.
    dataset : Dataset
        The one that was evaluated.
    count : int
        How many rows, at least 1.
    title : str, optional

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For a missing column, no row, a count below 1, or an index outside the dataset.
    """
    wanted = ("index", "true", "predicted", "confidence", "true_probability")
    check_columns("the table of mistakes", table, *wanted)
    if count < 1 or len(table) == 0:
        raise ValueError(
            f"there is no mistake to draw: the table has {len(table)} rows and count is {count}"
        )
    rows = table.head(count)
    chosen, m = rows["index"].to_numpy(), dataset.X.shape[1]
    if chosen.min() < 0 or chosen.max() >= m:
        raise ValueError(
            f"index {chosen.max()} is not in the dataset of {m} images; pass the dataset that was evaluated"
        )
    images = as_images(dataset.X[:, chosen], dataset.image_shape)
    names = dataset.class_names
    captions, words = [], []
    for row in rows.itertuples():
        true, said = names[row.true], names[row.predicted]
        mark = RIGHT if row.true == row.predicted else WRONG
        answer, truth = percent(row.confidence), percent(row.true_probability)
        captions.append(f"{mark} said {said}: {answer}\nis {true}: {truth}")
        words.append(f"{true} taken for {said}" if mark == WRONG else f"{true} right")
    if title is None:
        title = (
            f"{len(rows)} of {len(table)} mistakes: "
            "what the network said, what it is, and how probable it thought each"
        )
    alt = f"{len(rows)} images from a table of {len(table)}: {listing(words, 20)}."
    longest = max(len(line) for text in captions for line in text.split("\n"))
    columns = 6 if longest <= 20 else 4
    return draw_sheet(images, captions, title=title, alt=alt, columns=columns)


@styled
def plot_then_and_now(rows, *, xlabel, title):
    """Draw two measurements of each row on one line, on a logarithmic axis, an arrow between them.

    Parameters
    ----------
    rows : dict of str to (then, now)
        Positive numbers by name, the first row on top; NaN for what is not known.
    xlabel, title : str

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For no row, or for a value of 0 or less.
    """
    values = np.array(list(rows.values()), dtype=float)
    if not values.size or (values <= 0).any():
        raise ValueError("rows is empty or has values of 0 or less, expected {name: (then, now)}")
    pairs = zip(rows, values, strict=True)
    known = (
        f"{name}: " + " and ".join("unknown" if np.isnan(x) else number(x) for x in pair)
        for name, pair in pairs
    )
    height, places = 1.3 + 0.3 * len(rows), np.arange(len(rows))
    fig = new_figure(7.5, height, f"{xlabel}, then and now. {listing(known, 30)}.")
    ax = fig.add_subplot(xlabel=xlabel, xscale="log")
    arrow = {"arrowstyle": "-|>", "color": GRAY, "shrinkA": 6, "shrinkB": 6}
    for place, (then, now) in zip(places, values, strict=True):
        if not np.isnan(then + now):
            ax.annotate("", (now, place), (then, place), arrowprops=arrow)
    looks = {"then": ("s", VERMILLION, "white"), "now": ("o", BLUE, BLUE)}
    for column, (name, (marker, edge, face)) in zip(values.T, looks.items(), strict=True):
        look = {"marker": marker, "markeredgecolor": edge, "markerfacecolor": face}
        ax.plot(column, places, linestyle="none", markersize=7, label=name, **look)
    ax.set_yticks(places, list(rows))
    ax.set_ylim(len(rows) - 0.4, -0.6)
    label_log_axis(ax.xaxis, values)
    ax.grid(True, axis="x")
    ax.legend(loc="lower right", frameon=True, edgecolor="none", framealpha=0.85)
    ax.set_title(wrap_title(title, 6))
    return fig
