"""A network: its diagram, its activations, its probabilities and its weights."""

import itertools
import math

import numpy as np
from matplotlib.patches import Circle

from helpers.plots.arrays import as_images, as_labels, as_names, axis_name, full_ink
from helpers.plots.figure import (
    BLUE,
    GRAY,
    PALE,
    RIGHT,
    VERMILLION,
    WRONG,
    draw_image,
    draw_sheet,
    listing,
    new_figure,
    number,
    percent,
    styled,
    wrap_title,
)

TICKS = 10  # bars that are numbered one by one
SHOWN = 10  # circles in a column before it is abbreviated
STEP = 3.0  # from layer to layer, in units where a circle is 0.56 wide


@styled
def plot_network(layer_sizes, *, neuron=None, incoming=False, title=None):
    """Draw the layers of a network as columns of circles, with the shapes of W, b and A.

    Parameters
    ----------
    layer_sizes : sequence of int
        [inputs, ..., outputs]; a layer of more than ten neurons is drawn with a gap.
    neuron : (int, int), optional
        (layer, number) of a neuron that stands out with its lines to the next layer.
    incoming : bool
        Whether its lines from the layer before stand out instead.
    title : str, optional

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For fewer than two layers, or sizes that are not positive whole numbers.
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
    alt = f"Diagram of a network from left to right: {alt}. It has {count:,} weights and biases."
    if neuron is not None:
        way = "to" if incoming else "from"
        alt += f" The lines {way} neuron {neuron[1]} of layer {neuron[0]} stand out."
    fig = new_figure(width, height, alt)
    fig.palette_size = 48  # many thin gray lines, which would make a large file
    ax = fig.add_subplot(aspect="equal")
    plain = {"color": PALE, "linewidth": 0.6, "antialiased": False, "zorder": 1}
    bold = {"color": VERMILLION, "linewidth": 2.2, "zorder": 1.5}
    for i, (left, right) in enumerate(itertools.pairwise(columns)):
        for (x0, y0, p0), (x1, y1, p1) in itertools.product(left, right):
            if p0 is not None and p1 is not None:
                end = (i + 1, p1) if incoming else (i, p0)
                ax.plot([x0, x1], [y0, y1], **(bold if end == neuron else plain))
    center = {"ha": "center", "va": "center"}
    look = {"edgecolor": "black", "linewidth": 0.9, "zorder": 2}
    for i, column in enumerate(columns):
        for x, y, place in column:
            if place is None:
                ax.text(x, y, "⋮", **center, fontsize=16)
                continue
            color = {0: "white", L: "#F5C9A8"}.get(i, "#BBD9EC")
            ring = {"linewidth": 2.6, "edgecolor": VERMILLION} if (i, place) == neuron else {}
            ax.add_patch(Circle((x, y), 0.28, facecolor=color, **(look | ring)))
            if i in (0, L) or len(column) <= SHOWN:
                ax.text(x, y, place, **center, fontsize=8, zorder=3)
        name = "A0 = X" if i == 0 else f"A{i}"
        text = f"{roles[i]}\n{name} ({sizes[i]}, m)"
        ax.text(i * STEP, edge + 0.1, text, **center, fontsize=10)
        if i:
            text = f"W{i} ({sizes[i]}, {sizes[i - 1]})\nb{i} ({sizes[i]}, 1)"
            ax.text((i - 0.5) * STEP, -edge - 0.1, text, **center, fontsize=10, color=BLUE)
    ax.set(xlim=(-1.4, L * STEP + 1.4), ylim=(-edge - 0.7, edge + 0.7))
    ax.axis("off")
    fig.suptitle(lines, x=0.02, ha="left")
    return fig


def place_layer(x, size):
    """Return the circles of a layer as (x, y, neuron), top to bottom; None marks the gap."""
    neurons = list(range(size)) if size <= SHOWN else [*range(4), None, *range(size - 4, size)]
    heights = 0.72 * ((len(neurons) - 1) / 2 - np.arange(len(neurons)))
    return [(x, y, neuron) for y, neuron in zip(heights, neurons, strict=True)]


@styled
def plot_layer_activations(activations, column=0, *, image_shape=(28, 28), title=None):
    """Draw one image on its way through a network: the picture, then each layer's activations.

    Parameters
    ----------
    activations : sequence of ndarray
        [A0 = X, A1, ..., AL] as `forward_propagation` returns them, each (n_l, m).
    column : int
        Which of the m images.
    image_shape : tuple of int
        (height, width).
    title : str, optional

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For fewer than two layers, or layers of different m.
    IndexError
        For a column that is not there.
    """
    layers = [np.asarray(A) for A in activations]
    if (
        len(layers) < 2
        or any(A.ndim != 2 for A in layers)
        or len({A.shape[1] for A in layers}) != 1
    ):
        raise ValueError(
            "activations must be [A0, A1, …, AL] as forward_propagation returns them, "
            f"each of shape (neurons, m), got shapes {[A.shape for A in layers]}"
        )
    m, L = layers[0].shape[1], len(layers) - 1
    if not 0 <= column < m:
        raise IndexError(
            f"column {column} is not there: the batch has {m} images, numbered from 0 to {m - 1}"
        )
    image = as_images(layers[0][:, column], image_shape)
    values = [A[:, column] for A in layers[1:]]
    top = int(values[-1].argmax())
    words = [
        f"In hidden layer {i}, {(v > 0).sum()} of {len(v)} neurons are active."
        for i, v in enumerate(values[:-1], 1)
    ]
    words.append(f"The largest output is number {top} with {number(values[-1][top])}.")
    if title is None:
        title = f"One image through the network: the largest of its outputs is number {top}"
    alt = f"One image and bar charts of the activations of {L} layers. {' '.join(words)}"
    fig = new_figure(2.2 + 2.3 * L, 3, alt)
    axes = fig.subplots(1, L + 1, width_ratios=[1.1, *[1.2] * L])
    draw_image(axes[0], image[0], full_ink(image))
    axes[0].set_title("input", fontsize=11)
    for i, (ax, v) in enumerate(zip(axes[1:], values, strict=True), 1):
        last = i == L
        colors = [VERMILLION if last and j == top else BLUE for j in range(len(v))]
        ax.bar(range(len(v)), v, color=colors)
        ax.axhline(0, color="black", linewidth=0.8)
        ax.set_title("output" if last else f"hidden layer {i}", fontsize=11)
        ax.set_xlabel("class" if last else "neuron")
        ax.set_ylabel("probability" if last else "activation")
        if len(v) <= TICKS:
            ax.set_xticks(range(len(v)))
            ax.tick_params(axis="x", labelsize=9)
        if last and v.min() >= 0 and v.max() <= 1:
            ax.set_ylim(0, 1.05)
    fig.suptitle(wrap_title(title, 2.2 + 2.3 * L), x=0.01, ha="left")
    return fig


@styled
def plot_probabilities(
    images, probabilities, labels=None, class_names=None, *, title="", image_shape=(28, 28)
):
    """Draw each image beside the probabilities a network gave to its classes.

    Over the bars stands the prediction, with labels also whether it is right (✓) or wrong (✗), and
    the bar of the true class has a black edge. The scale ends at one half if no bar is higher.

    Parameters
    ----------
    images : array_like, shape (features, m)
    probabilities : array_like, shape (classes, m)
        Columns that sum to 1.
    labels : array_like of int, shape (m,), optional
    class_names : sequence of str, optional
        "0", "1", ... by default.
    title : str
    image_shape : tuple of int
        (height, width).

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        For shapes that do not agree, or columns that are not probabilities.
    """
    images, P = as_images(images, image_shape), np.asarray(probabilities, dtype=float)
    P = P[:, None] if P.ndim == 1 else P
    m = len(images)
    if P.ndim != 2 or P.shape[1] != m:
        raise ValueError(
            f"probabilities must have shape (classes, m) with one column for each of {m} images, got {P.shape}"
        )
    if not np.isfinite(P).all() or (P < -1e-6).any() or np.abs(P.sum(axis=0) - 1).max() > 1e-3:
        raise ValueError(
            "every column of probabilities must be at least 0 and sum to 1; did you pass Z, before softmax?"
        )
    names = as_names(class_names, len(P))
    if labels is not None:
        labels, names = as_labels(labels, names)
        if len(labels) != m:
            raise ValueError(f"got {len(labels)} labels for {m} images; give one label per image")
    if len(names) != len(P):
        raise ValueError(
            f"there are {len(names)} class names for {len(P)} rows of probabilities; give one name per class"
        )
    pairs = min(2, m)
    rows = math.ceil(m / pairs)
    long = max(map(len, names)) > 2
    height = (2.25 if long else 1.65) * rows + (0.45 if title else 0.1)
    predictions, words = P.argmax(axis=0), []
    top = 1 if P.max() > 0.5 else 0.5
    fig = new_figure(4.5 * pairs, height)
    axes = np.atleast_2d(fig.subplots(rows, 2 * pairs, width_ratios=[1, 2.2] * pairs))
    for i in range(rows * pairs):
        row, left = divmod(i, pairs)
        picture, bars = axes[row, 2 * left], axes[row, 2 * left + 1]
        if i >= m:
            picture.axis("off")
            bars.axis("off")
            continue
        draw_image(picture, images[i], full_ink(images))
        said = int(predictions[i])
        text, color = f"says {names[said]} ({percent(P[said, i])})", BLUE
        if labels is not None:
            right = labels[i] == said
            text = f"{RIGHT if right else WRONG} {text}"
            if not right:
                color = VERMILLION
                text += f", is {names[labels[i]]} ({percent(P[labels[i], i])})"
        words.append(text.replace(RIGHT, "right,").replace(WRONG, "wrong,"))
        colors = [color if c == said else GRAY for c in range(len(P))]
        drawn = bars.bar(range(len(P)), P[:, i], color=colors)
        if labels is not None:
            drawn[labels[i]].set(edgecolor="black", linewidth=1.5)
        bars.set_title(text, fontsize=10)
        bars.set(ylim=(0, 1.02 * top), yticks=[0, top / 2, top])
        if left == 0:
            bars.set_ylabel("probability")
        bars.set_xticks(range(len(P)), names, rotation=90 if long else 0)
        bars.tick_params(labelsize=9)
        if i + pairs >= m:
            bars.set_xlabel(axis_name(names))
    if title:
        fig.suptitle(wrap_title(title, 4.5 * pairs), x=0.01, ha="left")
    beside = "beside bar charts of their class probabilities"
    fig.alt = f"{m} image{'s' * (m > 1)} {beside}: {listing(words)}."
    return fig


@styled
def plot_weights(W, image_shape=(28, 28), *, title=None, quantity="weight"):
    """Draw the weights of a first layer, one image per neuron, on one scale around 0.

    The scale ends where one weight in 200 is larger, so that a single large one does not make the
    rest pale.

    Parameters
    ----------
    W : array_like, shape (neurons, pixels)
    image_shape : tuple of int
        (height, width).
    title : str, optional
    quantity : str
        What is drawn, such as "slope" for dW, or "change of a weight".

    Returns
    -------
    AccessibleFigure

    Raises
    ------
    ValueError
        When W is not finite or its columns are not the pixels of `image_shape`.
    """
    W = np.asarray(W)
    if W.ndim != 2 or W.shape[1] != math.prod(image_shape):
        raise ValueError(
            f"W must have shape (neurons, {math.prod(image_shape)}), one row per neuron and one "
            f"column per pixel, got {W.shape}; pass the first layer's W, and image_shape for "
            "images of another size"
        )
    images = as_images(W.T, image_shape)
    limit = float(np.quantile(np.abs(W), 0.995, method="higher")) or 1.0
    if title is None:
        title = "What each neuron of the first layer adds up: ink on red counts for it, ink on blue against it"
    span = f"from {number(W.min())} to {number(W.max())}"
    alt = f"Images of {len(W)} neurons, {quantity} by pixel, {span}: red positive, blue negative."
    captions = [f"neuron {i}" for i in range(len(W))]
    look = {"colors": "RdBu_r", "limits": (-limit, limit), "bar_label": quantity}
    return draw_sheet(images, captions, title=title, alt=alt, columns=5, width=740, **look)
