"""Pictures of images: one, many, variants of them, the stages of the preprocessing, and maps."""

import math

import numpy as np
from matplotlib import patheffects
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from helpers.plots.arrays import as_images, as_labels, as_names, axis_name, full_ink
from helpers.plots.figure import (
    BLUE,
    COLORS,
    GRAY,
    add_legend,
    draw_sheet,
    listing,
    new_figure,
    number,
    percent,
    styled,
    wrap_title,
)

MARKERS = "os^vDPX<>*"


@styled
def plot_image(image, *, title="", show_values=False, image_shape=(28, 28)):
    """Draw one image, ink dark on white, its rows and columns numbered in pixels.

    Parameters
    ----------
    image : array_like, shape (features,), (features, 1) or (height, width)
    title : str
    show_values : bool
        Whether every pixel's value is written into it.
    image_shape : tuple of int
        (height, width).

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For another shape, or more than one image.
    """
    images = as_images(image, image_shape)
    if len(images) != 1:
        raise ValueError(
            f"plot_image draws one image, got {len(images)}; use plot_digits for several"
        )
    picture, ink = images[0], full_ink(images)
    h, w = picture.shape
    inked = int((picture > 0).sum())
    alt = f"{title or 'One image'}: {h} by {w} pixels, {inked} of them not blank"
    if inked:
        down, across = (np.flatnonzero((picture > 0).any(axis=axis)) for axis in (1, 0))
        alt += f", between rows {down[0]} and {down[-1]} and columns {across[0]} and {across[-1]}"
    size = max(3.6, 0.31 * max(h, w)) if show_values else 3.6
    fig = new_figure(size * w / max(h, w) + 0.4, size * h / max(h, w) + 0.5, alt + ".")
    ax = fig.add_subplot()
    ax.imshow(picture, cmap="gray_r", vmin=0, vmax=ink, interpolation="nearest")
    ax.spines[:].set(visible=True, color="#BBBBBB")
    ax.set(xlabel="column (pixels)", ylabel="row (pixels)")
    ax.set(xticks=range(0, w, max(1, w // 7)), yticks=range(0, h, max(1, h // 7)))
    if title:
        ax.set_title(wrap_title(title, size))
    if show_values:
        for (row, column), value in np.ndenumerate(picture):
            whole = ink > 1 or value in (0, 1)
            text = f"{value:.0f}" if whole else f"{value:.2f}".removeprefix("0")
            shade = "white" if value > ink / 2 else ("#BBBBBB" if value == 0 else "black")
            ax.text(column, row, text, ha="center", va="center", color=shade, fontsize=7.5)
    return fig


@styled
def plot_digits(images, captions=None, *, title="", columns=10, image_shape=(28, 28)):
    """Draw many images on one sheet, a caption under each.

    Parameters
    ----------
    images : array_like, shape (features, m) or (m, height, width)
    captions : sequence of m str, optional
    title : str
    columns : int
        Images per row.
    image_shape : tuple of int
        (height, width).

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For another shape, no image, or another number of captions.
    """
    images = as_images(images, image_shape)
    m, h, w = images.shape
    noun = "image" if m == 1 else "images"
    alt = f"{title or 'A sheet'}: {m} {noun} of {h} by {w} pixels, in rows of {min(columns, m)}"
    if captions is not None:
        alt += ". Captions: " + listing((" ".join(str(c).split()) for c in captions), 20)
    return draw_sheet(images, captions, title=title, alt=alt + ".", columns=columns)


@styled
def plot_variants(images, variants, *, title="", image_shape=(28, 28)):
    """Draw images in the first row and what became of them in the rows below, a name under each row.

    Parameters
    ----------
    images : array_like, shape (features, m) or (m, height, width)
    variants : dict of str to array_like
        The m changed images by name, in the same form.
    title : str
    image_shape : tuple of int
        (height, width).

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For another shape, no image, no variant, or a variant of another number of images.
    """
    originals = as_images(images, image_shape)
    if not variants:
        raise ValueError("there is no variant to draw; give a dictionary {name: images}")
    rows = {"original": originals}
    for name, changed in variants.items():
        rows[name] = as_images(changed, image_shape)
        if rows[name].shape != originals.shape:
            raise ValueError(
                f"variant {name!r} has images {rows[name].shape}, expected {originals.shape} as the originals"
            )
    m, h, w = originals.shape
    captions = [caption for name in rows for caption in (name, *[""] * (m - 1))]
    moved = (
        f"{name} changes a pixel by {np.abs(row - originals).mean():.2f} on average"
        for name, row in rows.items()
        if name != "original"
    )
    alt = (
        f"{title or 'Images and their variants'}: {len(rows)} rows of {m} images of {h} by {w} "
        f"pixels; the first row holds the originals, the others: {listing(variants)}; "
        f"{listing(moved)}."
    )
    stack = np.concatenate(list(rows.values()))
    return draw_sheet(stack, captions, title=title, alt=alt, columns=m)


@styled
def plot_label_counts(labels, class_names=None, *, title=None):
    """Draw how many examples each class has, as bars with the count over each.

    Parameters
    ----------
    labels : array_like of int, shape (m,)
        Classes without an example get a bar of height 0.
    class_names : sequence of str, optional
        "0" to "9" by default.
    title : str, optional

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For no labels, or a label without a class name.
    """
    labels, names = as_labels(labels, class_names)
    counts, kind = np.bincount(labels, minlength=len(names)), axis_name(names)
    if title is None:
        title = f"{len(labels):,} images: from {counts.min():,} to {counts.max():,} of each {kind}"
    bars = ", ".join(f"{name}: {number(count)}" for name, count in zip(names, counts, strict=True))
    fig = new_figure(7.5, 3.4, f"Bar chart, images of each {kind}. {bars}.")
    ax = fig.add_subplot()
    drawn = ax.bar(range(len(names)), counts, color=BLUE)
    ax.bar_label(drawn, labels=[f"{count:,}" for count in counts], padding=2, fontsize=10)
    ax.margins(y=0.12)
    turned = {"rotation": 35, "ha": "right"} if max(map(len, names)) > 4 else {}
    ax.set_xticks(range(len(names)), names, **turned)
    ax.set(xlabel=kind, ylabel="number of images")
    ax.set_title(wrap_title(title, 7.5))
    return fig


@styled
def plot_points(
    points,
    labels,
    class_names=None,
    *,
    title=None,
    xlabel="first direction",
    ylabel="second direction",
):
    """Draw points as a map, each with its class: one-letter names stand at the points themselves.

    Parameters
    ----------
    points : array_like, shape (2, m)
    labels : array_like of int, shape (m,)
    class_names : sequence of str, optional
        "0" to "9" by default.
    title, xlabel, ylabel : str, optional

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For another shape of points, values that are not finite, or another number of labels.
    """
    points = np.asarray(points, dtype=float)
    labels, names = as_labels(labels, class_names)
    if points.ndim != 2 or points.shape[0] != 2 or not np.isfinite(points).all():
        raise ValueError(
            f"points must be finite and of shape (2, m), one column per point, got shape {points.shape}"
        )
    m, classes = len(labels), np.unique(labels)
    if points.shape[1] != m:
        raise ValueError(f"got {m} labels for {points.shape[1]} points; give one label per point")
    middles = {c: np.median(points[:, labels == c], axis=1) for c in classes}
    words = ", ".join(
        f"{names[c]} around ({tenths(x)}, {tenths(y)})" for c, (x, y) in middles.items()
    )
    alt = f"Map of {m:,} points of {len(classes)} classes; middles: {words}."
    fig = new_figure(7.5, 6, alt)
    ax = fig.add_subplot(xlabel=xlabel, ylabel=ylabel)
    drawn, letters = [], {c: letter_marker(names[c]) for c in classes}
    for c in classes:
        look = {"marker": MARKERS[c % len(MARKERS)], "s": 18}
        if letters[c]:
            look = {"marker": letters[c], "s": 42, "linewidths": 0.3}
        color = COLORS[c % len(COLORS)]
        drawn.append(ax.scatter(*points[:, labels == c], color=color, alpha=0.6, **look))
    for c, (x, y) in middles.items():
        look = {"fontsize": 17 if len(names[c]) == 1 else 11, "color": COLORS[c % len(COLORS)]}
        text = ax.text(x, y, names[c], fontweight="bold", ha="center", va="center", **look)
        text.set_path_effects([patheffects.withStroke(linewidth=4, foreground="white")])
    if title is None:
        title = f"{m:,} images as points, the middle of each {axis_name(names)} in bold"
    ax.set_title(wrap_title(title, 7.5))
    ax.margins(0.04)
    if not all(letters.values()):
        place = {"loc": "center left", "bbox_to_anchor": (1, 0.5)}
        ncols = math.ceil(len(classes) / 12)
        add_legend(ax, [names[c] for c in classes], drawn, ncols=ncols, **place)
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
    """Return a number as text with one decimal, 0.0 never with a minus sign."""
    return f"{round(float(value), 1) + 0.0:.1f}"


@styled
def plot_stages(stages, probabilities=None, class_names=None, *, title=""):
    """Draw the stages of the preprocessing, and what a network says to the last.

    Parameters
    ----------
    stages : sequence
        Those of `preprocess`: each with a name, a note and an image (height, width) of 0 to 1.
    probabilities : array_like, shape (classes, 1), optional
    class_names : sequence of str, optional
        "0", "1", ... by default.
    title : str

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For no stage, or probabilities of more than one image.
    """
    if len(stages) == 0:
        raise ValueError("there is no stage to draw; preprocess(image).stages holds five")
    count = len(stages)
    words = ", ".join(f"{stage.name} ({stage.note})" for stage in stages)
    P = None if probabilities is None else np.asarray(probabilities, dtype=float)
    if P is not None and P.shape not in ((P.shape[0],), (P.shape[0], 1)):
        raise ValueError(
            f"probabilities have shape {P.shape}, expected one image's column, (classes, 1)"
        )
    P = None if P is None else P.ravel()
    names = as_names(class_names, 10 if P is None else len(P))
    if P is not None and len(P) != len(names):
        raise ValueError(
            f"there are {len(P)} probabilities for {len(names)} class names; give one name per class"
        )
    width = 1.75 * count + (2.6 if P is not None else 0)
    alt = f"{title or 'Preprocessing'}. {count} stages: {words}."
    fig = new_figure(width, 2.35 + (0.3 if title else 0), alt)
    ratios = [1] * count + [1.6] * (P is not None)
    axes = fig.subplots(1, len(ratios), width_ratios=ratios, squeeze=False)[0]
    for place, (ax, stage) in enumerate(zip(axes, stages, strict=False), 1):
        ax.imshow(stage.image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        height, wide = stage.image.shape
        ax.set(xticks=[], yticks=[], xlabel=f"{wide} × {height} pixels")
        ax.set_title(f"{place} {stage.name}", fontsize=11)
        ax.spines[:].set(visible=True, color="#888888")
    if P is not None:
        said, ax = int(P.argmax()), axes[-1]
        ax.bar(range(len(P)), P, color=[BLUE if c == said else GRAY for c in range(len(P))])
        ax.set_title(f"says {names[said]} ({percent(P[said])})", fontsize=11)
        ax.set(ylim=(0, 1.02), yticks=[0, 0.5, 1], ylabel="probability", xlabel=axis_name(names))
        ax.set_xticks(range(len(P)), names, rotation=90 if max(map(len, names)) > 2 else 0)
        fig.alt += f" The network says {names[said]} ({percent(P[said])})."
    if title:
        fig.suptitle(wrap_title(title, width), x=0.01, ha="left")
    return fig
