"""Many small images in one picture, every pixel a whole number of screen pixels."""

import math

import numpy as np
from matplotlib.patches import Rectangle

from helpers.plots.figure import DPI, new_figure, wrap_title

LINE = 17  # screen pixels of one line of caption
LETTER = 7.6  # screen pixels of one letter of caption, on the safe side


def tile_figure(images, captions, *, title, alt, columns, cmap, vmin, vmax, width=860, bar_label=None):
    """Return a figure with images (m, height, width) in rows of `columns`, a caption under each.

    `captions` is None or one str an image, "\\n" for a new line. With `bar_label` a color bar stands at the right.
    Raises ValueError for fewer than one column, or captions that are not one an image.
    """
    m, h, w = images.shape
    if columns < 1:
        raise ValueError(f"columns must be at least 1, got {columns}")
    if captions is not None and len(captions) != m:
        raise ValueError(f"got {len(captions)} captions for {m} images; give one caption an image, or None")
    captions = [""] * m if captions is None else [str(c) for c in captions]
    columns = min(columns, m)
    rows = math.ceil(m / columns)

    lines = [line for caption in captions for line in caption.split("\n")]
    text_width = max(len(line) for line in lines) * LETTER
    text_height = LINE * max(c.count("\n") + 1 for c in captions) + 4 if any(captions) else 0
    scale = max(1, min(int(112 / max(h, w)), int((width / columns - 8) / w)))
    step_x, step_y = math.ceil(max(w * scale, text_width) + 8), h * scale + text_height + 8

    right = 100 if bar_label else 0
    total_x = max(columns * step_x, 280) + 16
    title_lines = wrap_title(title, (total_x + right) / DPI) if title else ""
    top = 22 * (title_lines.count("\n") + 1) + 8 if title else 4
    total_y = rows * step_y + top + 4
    if bar_label:
        total_y = max(total_y, 170 + top)
    fig = new_figure((total_x + right) / DPI, total_y / DPI, alt, layout=None)
    ax = fig.add_axes((0, 0, total_x / (total_x + right), 1), xlim=(0, total_x), ylim=(total_y, 0))
    ax.axis("off")
    if title:
        fig.text(8 / (total_x + right), 1 - 6 / total_y, title_lines, va="top", fontsize=12)
    for i, (image, caption) in enumerate(zip(images, captions, strict=True)):
        x = 8 + (i % columns) * step_x + (step_x - 8 - w * scale) // 2
        y = top + (i // columns) * step_y
        box = (x, x + w * scale, y + h * scale, y)
        drawn = ax.imshow(image, cmap=cmap, vmin=vmin, vmax=vmax, interpolation="nearest", extent=box, aspect="auto")
        ax.add_patch(Rectangle((x, y), w * scale, h * scale, fill=False, edgecolor="#BBBBBB", linewidth=0.6))
        if caption:
            ax.text(x + w * scale / 2, y + h * scale + 4, caption, ha="center", va="top", fontsize=9.5, linespacing=1.2)
    ax.set(xlim=(0, total_x), ylim=(total_y, 0))
    if bar_label:
        height = min(total_y - top - 24, 320)
        full = total_x + right
        bar_ax = fig.add_axes((total_x / full, 1 - (top + height) / total_y, 14 / full, height / total_y))
        beyond = "both" if abs(images).max() > vmax else "neither"  # arrows say that some values are beyond the scale
        fig.colorbar(drawn, cax=bar_ax, label=bar_label, extend=beyond)
    return fig


def draw_image(ax, image, vmax=1):
    """Draw one image (height, width) into axes, ink dark on white, without ticks; raises nothing of its own."""
    ax.imshow(np.asarray(image), cmap="gray_r", vmin=0, vmax=vmax, interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set(visible=True, color="#BBBBBB")
