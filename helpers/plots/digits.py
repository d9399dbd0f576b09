"""Pictures of images: one, many, and how many there are of each class."""

import numpy as np

from helpers.plots.arrays import as_images, as_labels, full_ink, kind_of
from helpers.plots.figure import BLUE, listing, new_figure, number, styled, wrap_title
from helpers.plots.tiles import tile_figure


@styled
def plot_image(image, *, title="", show_values=False, image_shape=(28, 28)):
    """Draw one image, ink dark on white, its rows and columns numbered in pixels.

    `image` is (features,), (features, 1) or (height, width); `show_values` writes every pixel's value into it.
    Raises ValueError for another shape, or more than one image.
    """
    images = as_images(image, image_shape)
    if len(images) != 1:
        raise ValueError(f"plot_image draws one image, got {len(images)}; use plot_digits for several")
    picture, ink = images[0], full_ink(images)
    h, w = picture.shape
    inked = int((picture > 0).sum())
    alt = f"{title or 'One image'}: {h} by {w} pixels, {inked} of them not blank"
    if inked:
        down, across = np.flatnonzero((picture > 0).any(axis=1)), np.flatnonzero((picture > 0).any(axis=0))
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
            text = f"{value:.0f}" if ink > 1 or value in (0, 1) else f"{value:.2f}".removeprefix("0")
            shade = "white" if value > ink / 2 else ("#BBBBBB" if value == 0 else "black")
            ax.text(column, row, text, ha="center", va="center", color=shade, fontsize=7.5)
    return fig


@styled
def plot_digits(images, captions=None, *, title="", columns=10, image_shape=(28, 28)):
    """Draw many images on one sheet, a caption under each.

    `images` is (features, m) columns or a stack (m, height, width); `captions` None or one text an image.
    Raises ValueError for another shape, no image, or captions that are not one an image.
    """
    images = as_images(images, image_shape)
    m, h, w = images.shape
    noun = "image" if m == 1 else "images"
    alt = f"{title or 'A sheet'}: {m} {noun} of {h} by {w} pixels, in rows of {min(columns, m)}"
    if captions is not None:
        alt += ". Captions: " + listing((" ".join(str(c).split()) for c in captions), 20)
    return tile_figure(
        images, captions, title=title, alt=alt + ".", columns=columns, cmap="gray_r", vmin=0, vmax=full_ink(images)
    )


@styled
def plot_label_counts(labels, class_names=None, *, title=None):
    """Draw how many examples each class has, as bars with the count over each.

    `labels` is (m,) integers; classes without an example get a bar of height 0.
    Raises ValueError for no labels, or a label without a class name.
    """
    labels, names = as_labels(labels, class_names)
    counts = np.bincount(labels, minlength=len(names))
    if title is None:
        title = f"{len(labels):,} images: from {counts.min():,} to {counts.max():,} of each {kind_of(names)}"
    bars = ", ".join(f"{name}: {number(count)}" for name, count in zip(names, counts, strict=True))
    fig = new_figure(7.5, 3.4, f"Bar chart, images of each {kind_of(names)}. {bars}.")
    ax = fig.add_subplot()
    drawn = ax.bar(range(len(names)), counts, color=BLUE)
    ax.bar_label(drawn, labels=[f"{count:,}" for count in counts], padding=2, fontsize=10)
    ax.margins(y=0.12)
    turned = {"rotation": 35, "ha": "right"} if max(map(len, names)) > 4 else {}
    ax.set_xticks(range(len(names)), names, **turned)
    ax.set(xlabel=kind_of(names), ylabel="number of images")
    ax.set_title(wrap_title(title, 7.5))
    return fig
