"""The diagram of a network, layer after layer."""

import itertools

import numpy as np
from matplotlib.patches import Circle

from helpers.plots.figure import BLUE, PALE, new_figure, styled, wrap_title

SHOWN = 10  # circles in a column before it is abbreviated
STEP = 3.0  # from layer to layer, in units where a circle is 0.56 wide


@styled
def plot_network(layer_sizes, *, title=None):
    """Draw the layers of a network as columns of circles, with the shapes of W, b and A.

    `layer_sizes` is [inputs, …, outputs]; a layer of more than ten neurons is drawn with a gap.
    Raises ValueError for fewer than two layers, or sizes that are not positive whole numbers.
    """
    sizes = [int(n) for n in layer_sizes]
    if len(sizes) < 2 or min(sizes) < 1 or sizes != list(layer_sizes):
        raise ValueError(
            f"layer_sizes needs at least two positive whole numbers, [inputs, …, outputs], got {layer_sizes}"
        )
    L = len(sizes) - 1
    roles = ["input", *[f"hidden layer {i}" for i in range(1, L)], "output"]
    alt = "; ".join(f"{role} of {n}" for role, n in zip(roles, sizes, strict=True))
    count = sum((a + 1) * b for a, b in itertools.pairwise(sizes))
    if title is None:
        title = f"A network {'-'.join(map(str, sizes))}: {count:,} weights and biases to learn"
    columns = [place_layer(i * STEP, n) for i, n in enumerate(sizes)]
    edge = max(y for column in columns for _, y, _ in column) + 0.75
    width, height = 0.62 * (STEP * L + 2.8), 0.62 * (2 * edge + 1.4) + 0.35
    lines = wrap_title(title, width)
    height += 0.22 * lines.count("\n")
    fig = new_figure(
        width, height, f"Diagram of a network from left to right: {alt}. It has {count:,} weights and biases."
    )
    fig.palette_size = 48  # many thin gray lines, which would make a large file
    ax = fig.add_subplot(aspect="equal")
    for left, right in itertools.pairwise(columns):
        for x0, y0, p0 in left:
            for x1, y1, p1 in right:
                if p0 is not None and p1 is not None:
                    ax.plot([x0, x1], [y0, y1], color=PALE, linewidth=0.6, antialiased=False, zorder=1)
    for i, column in enumerate(columns):
        for x, y, place in column:
            if place is None:
                ax.text(x, y, "⋮", ha="center", va="center", fontsize=16)
                continue
            color = {0: "white", L: "#F5C9A8"}.get(i, "#BBD9EC")
            ax.add_patch(Circle((x, y), 0.28, facecolor=color, edgecolor="black", linewidth=0.9, zorder=2))
            if i in (0, L) or len(column) <= SHOWN:
                ax.text(x, y, place, ha="center", va="center", fontsize=8, zorder=3)
        name = "A0 = X" if i == 0 else f"A{i}"
        ax.text(i * STEP, edge + 0.1, f"{roles[i]}\n{name} ({sizes[i]}, m)", ha="center", va="center", fontsize=10)
        if i:
            text = f"W{i} ({sizes[i]}, {sizes[i - 1]})\nb{i} ({sizes[i]}, 1)"
            ax.text((i - 0.5) * STEP, -edge - 0.1, text, ha="center", va="center", fontsize=10, color=BLUE)
    ax.set(xlim=(-1.4, L * STEP + 1.4), ylim=(-edge - 0.7, edge + 0.7))
    ax.axis("off")
    fig.suptitle(lines, x=0.02, ha="left")
    return fig


def place_layer(x, size):
    """Return the circles of a layer as (x, y, neuron), top to bottom; None marks the gap; raises nothing."""
    neurons = list(range(size)) if size <= SHOWN else [*range(4), None, *range(size - 4, size)]
    heights = 0.72 * ((len(neurons) - 1) / 2 - np.arange(len(neurons)))
    return [(x, y, neuron) for y, neuron in zip(heights, neurons, strict=True)]
