"""One neuron in detail for the network inspector: its equations, the parts of its sum, and images of its weights."""

import numpy as np

from helpers.plots.figure import number, percent
from helpers.widgets.network_trace import Parts, backward_parts, forward_parts, slope

MOST_PARTS = 16  # products that are listed one by one
SMALL_IMAGE = 100  # pixels that still have room for their numbers


def forward_detail(trace, layer, neuron, image_shape):
    """Return what makes Z and A of a neuron, as a dict for the browser. Raises IndexError for one not there."""
    parts, last = forward_parts(trace, layer, neuron), layer == len(trace.parameters)
    bias = float(trace.parameters[layer - 1].b[neuron, 0])
    Z, A = float(trace.Z[layer - 1][neuron, 0]), float(trace.A[layer][neuron, 0])
    lines = [
        f"Z = sum of weight × {source(layer)} + b = {number(parts.products.sum())} + ({number(bias)}) = {number(Z)}",
        f"A = softmax over all Z of the layer = {number(A)}" if last else f"A = {trace.activation}(Z) = {number(A)}",
    ]
    if layer > 1:
        tables = [table(parts, "What feeds it", ("from neuron", "weight W", "activation A", "W × A"))]
        return assembled(layer, neuron, lines, parts, tables)
    images = [
        picture("pixels", parts.values, image_shape, signed=False),
        picture("weights", parts.weights, image_shape),
        picture("weight × pixel", parts.products, image_shape),
    ]
    return assembled(layer, neuron, lines, parts, images=images)


def backward_detail(trace, layer, neuron, image_shape):
    """Return what makes dA, dZ and dW of a neuron, as a dict for the browser.

    Raises IndexError for a neuron that is not there, and ValueError for an image without label.
    """
    parts = backward_parts(trace, layer, neuron)
    dZ, values = float(trace.dZ[layer - 1][neuron, 0]), trace.A[layer - 1][:, 0]
    changes = Parts(layer - 1, np.full(len(values), dZ), values, trace.gradients[layer - 1].W[neuron])
    tables = []
    if parts is None:
        A, y = float(trace.A[layer][neuron, 0]), int(neuron == trace.label)
        lines = [f"dZ = A − Y = {number(A)} − {y} = {number(dZ)}: softmax and cross-entropy in one step"]
    else:
        dA = number(trace.dA[layer - 1][neuron, 0])
        lines = [
            f"dA = sum of weight × dZ over layer {layer + 1} = {dA}",
            f"dZ = dA × slope of {trace.activation} = {dA} × {number(slope(trace, layer, neuron))} = {number(dZ)}",
        ]
        tables = [table(parts, "What comes back to it", ("from neuron", "weight W", "its dZ", "W × dZ"))]
    lines.append(f"db = dZ = {number(dZ)} and dW = dZ × {source(layer)}, for this one image")
    if layer > 1:
        heads = ("from neuron", "its dZ", "activation A", "dW = dZ × A")
        tables.append(table(changes, "What its weights get", heads, is_sum=False))
        return assembled(layer, neuron, lines, parts or changes, tables)
    images = [
        picture("pixels", values, image_shape, signed=False),
        picture("weights", trace.parameters[0].W[neuron], image_shape),
        picture("dW = dZ × pixel", changes.products, image_shape),
    ]
    return assembled(layer, neuron, lines, parts or changes, tables, images)


def assembled(layer, neuron, lines, parts, tables=(), images=()):
    """Return the dict of one neuron; `links` are the neurons that feed it with their strength, -1 to 1.

    Raises nothing.
    """
    indexes = [] if parts.layer == 0 else strongest(parts.products)
    full = largest(parts.products)
    links = [[parts.layer, int(i), fraction(parts.products[i], full)] for i in indexes if parts.products[i] != 0]
    return {"at": [layer, neuron], "lines": lines, "tables": list(tables), "images": list(images), "links": links}


def table(parts, caption, heads, *, is_sum=True):
    """Return Parts as rows of texts with a bar each, from -1 to 1; of many the strongest, and how many are left.

    is_sum: whether the products add up to something. Raises nothing.
    """
    shown, full = strongest(parts.products), largest(parts.products)
    rows = [
        [str(i), *(number(column[i]) for column in (parts.weights, parts.values, parts.products))]
        for i in map(int, shown)
    ]
    bars = [fraction(parts.products[i], full) for i in shown]
    rest = np.delete(parts.products, shown)
    left = [f"{len(rest):,} smaller ones" + (f", together {number(rest.sum())}" if is_sum else "")] if rest.size else []
    total = "; ".join(left + [f"sum {number(parts.products.sum())}"] * is_sum)
    return {"caption": caption, "heads": list(heads), "rows": rows, "bars": bars, "total": total}


def strongest(products):
    """Return the indexes of the products to list: all of a few, else the largest without sign. Raises nothing."""
    if len(products) <= MOST_PARTS:
        return np.arange(len(products))
    return np.sort(np.argsort(-np.abs(products), kind="stable")[:MOST_PARTS])


def picture(title, values, image_shape, *, signed=True):
    """Return values (pixels,) as an image for the browser, on a scale around 0 if signed; texts if it is small.

    Raises nothing.
    """
    return {
        "title": title,
        "values": np.nan_to_num(values, posinf=0, neginf=0).astype("<f4").tobytes(),
        "shape": list(image_shape),
        "signed": signed,
        "limit": largest(values) if signed else 1.0,
        "texts": [number(value) for value in values] if len(values) <= SMALL_IMAGE else [],
    }


def largest(values):
    """Return the largest finite value without its sign, or 1 where all are 0 or no numbers. Raises nothing."""
    return float(np.abs(values[np.isfinite(values)]).max(initial=0)) or 1.0


def fraction(value, full):
    """Return value / full for a bar, 0 where a diverged network gives no number. Raises nothing."""
    return float(np.nan_to_num(value / full, posinf=0, neginf=0))


def chance(probability):
    """Return a probability as text in percent, in words where it is no number. Raises nothing."""
    return percent(probability) if np.isfinite(probability) else "not a number"


def source(layer):
    """Return what the inputs of a layer are called. Raises nothing."""
    return "pixel" if layer == 1 else "activation"
