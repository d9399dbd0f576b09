"""What a network does with images: its activations, its probabilities, its weights."""

import math

import numpy as np

from helpers.plots.arrays import as_images, as_labels, as_names, full_ink, kind_of
from helpers.plots.figure import (
    BLUE,
    GRAY,
    RIGHT,
    VERMILLION,
    WRONG,
    listing,
    new_figure,
    number,
    percent,
    styled,
    wrap_title,
)
from helpers.plots.tiles import draw_image, tile_figure

TICKS = 10  # bars that are numbered one by one


@styled
def plot_layer_activations(activations, column=0, *, image_shape=(28, 28), title=None):
    """Draw one image on its way through a network: the picture, then the activations of each layer as bars.

    `activations` is [A0 = X, A1, …, AL], each (n_l, m); `column` says which of the m images.
    Raises ValueError for fewer than two layers or different m, IndexError for a column that is not there.
    """
    layers = [np.asarray(A) for A in activations]
    if len(layers) < 2 or any(A.ndim != 2 for A in layers) or len({A.shape[1] for A in layers}) != 1:
        raise ValueError("activations must be [A0, A1, …, AL] as forward_propagation returns them, each of shape "
                         f"(neurons, m), got shapes {[A.shape for A in layers]}")  # fmt: skip
    m, L = layers[0].shape[1], len(layers) - 1
    if not 0 <= column < m:
        raise IndexError(f"column {column} is not there: the batch has {m} images, numbered from 0 to {m - 1}")
    image = as_images(layers[0][:, column], image_shape)
    values = [A[:, column] for A in layers[1:]]
    top = int(values[-1].argmax())
    words = [f"In hidden layer {i}, {(v > 0).sum()} of {len(v)} neurons are active." for i, v in enumerate(values, 1)]
    words[-1] = f"The largest output is number {top} with {number(values[-1][top])}."
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
        ax.set(xlabel="class" if last else "neuron", ylabel="probability" if last else "activation")
        if len(v) <= TICKS:
            ax.set_xticks(range(len(v)))
            ax.tick_params(axis="x", labelsize=9)
        if last and v.min() >= 0 and v.max() <= 1:
            ax.set_ylim(0, 1.05)
    fig.suptitle(wrap_title(title, 2.2 + 2.3 * L), x=0.01, ha="left")
    return fig


@styled
def plot_probabilities(images, probabilities, labels=None, class_names=None, *, title="", image_shape=(28, 28)):
    """Draw each image beside the probabilities a network gave to its classes.

    `images` is (features, m), `probabilities` (classes, m) with columns that sum to 1, `labels` None or (m,).
    Over the bars stands the prediction, with labels also whether it is right (✓) or wrong (✗).
    Raises ValueError for shapes that do not agree, or columns that are not probabilities.
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
            raise ValueError(f"got {len(labels)} labels for {m} images; give one label an image")
    if len(names) != len(P):
        raise ValueError(f"there are {len(names)} class names for {len(P)} rows of probabilities")
    pairs = min(2, m)
    rows = math.ceil(m / pairs)
    long = max(map(len, names)) > 2
    height = (2.25 if long else 1.65) * rows + (0.45 if title else 0.1)
    predictions, words = P.argmax(axis=0), []
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
        bars.bar(range(len(P)), P[:, i], color=[color if c == said else GRAY for c in range(len(P))])
        bars.set_title(text, fontsize=10)
        bars.set(ylim=(0, 1.02), yticks=[0, 0.5, 1], ylabel="probability")
        bars.set_xticks(range(len(P)), names, rotation=90 if long else 0)
        bars.tick_params(labelsize=9)
        if i + pairs >= m:
            bars.set_xlabel(kind_of(names))
    if title:
        fig.suptitle(wrap_title(title, 4.5 * pairs), x=0.01, ha="left")
    fig.alt = f"{m} image{'s' * (m > 1)} beside bar charts of their class probabilities: {listing(words)}."
    return fig


@styled
def plot_weights(W, image_shape=(28, 28), *, title=None, quantity="weight"):
    """Draw the weights (neurons, pixels) of a first layer, one image a neuron, on one scale around 0.

    quantity: what is drawn, for the scale and the alternative text: "slope" for dW, or "change of a weight".

    The scale ends where one weight in 200 is larger, so that a single large one does not make the rest pale.

    Raises ValueError when W is not finite or its columns are not the pixels of `image_shape`.
    """
    W = np.asarray(W)
    if W.ndim != 2 or W.shape[1] != math.prod(image_shape):
        raise ValueError(
            f"W must have shape (neurons, {math.prod(image_shape)}), a row a neuron and a column a pixel, "
            f"got {W.shape}; pass the first layer's W, and image_shape for images of another size"
        )
    images = as_images(W.T, image_shape)
    limit = float(np.quantile(np.abs(W), 0.995, method="higher")) or 1.0
    if title is None:
        title = "What each neuron of the first layer adds up: ink on red counts for it, ink on blue against it"
    span = f"from {number(W.min())} to {number(W.max())}"
    alt = f"Images of {len(W)} neurons, {quantity} by pixel, {span}: red positive, blue negative."
    captions = [f"neuron {i}" for i in range(len(W))]
    return tile_figure(images, captions, title=title, alt=alt, columns=5, cmap="RdBu_r", vmin=-limit, vmax=limit,
                       width=740, bar_label=f"{quantity} (no unit)")  # fmt: skip
