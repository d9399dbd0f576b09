"""What the network inspector shows in the browser: all layers at once, and one neuron in detail."""

from pathlib import Path

import anywidget
import numpy as np
import traitlets

from helpers.plots import percent
from helpers.plots.figure import number
from helpers.widgets.browser import module, style
from helpers.widgets.network_inspector.trace import Parts, backward_parts, forward_parts, slope

HERE = Path(__file__).parent
READABLE = 16  # neurons of a layer that stand one below the other with their numbers
FORWARD, BACKWARD = "forward", "backward"
MOST_PARTS = 16  # products that are listed one by one
NEARLY_ZERO = 1e-6  # a smaller slope is shown as about 0
SMALL_IMAGE = 100  # pixels that still have room for their numbers


class InspectorSurface(anywidget.AnyWidget):
    """What the browser shows and sends; view.js says what each of these holds."""

    _esm, _css = module(HERE / "view.js"), style(HERE / "view.css")
    images = traitlets.Int().tag(sync=True)
    labeled = traitlets.Bool().tag(sync=True)
    image = traitlets.Int().tag(sync=True)
    mode = traitlets.Unicode(FORWARD).tag(sync=True)
    chosen = traitlets.List(traitlets.Int(), [1, 0]).tag(sync=True)
    pointed = traitlets.List(traitlets.Int()).tag(sync=True)
    verdict = traitlets.Unicode("").tag(sync=True)
    steps = traitlets.Dict({"count": 0, "said": ""}).tag(sync=True)
    network = traitlets.Dict().tag(sync=True)
    lit = traitlets.Dict().tag(sync=True)
    detail = traitlets.Dict().tag(sync=True)
    error = traitlets.Unicode("").tag(sync=True)


def network_texts(trace, mode, dataset):
    """Return the neurons of all layers, with Z and A or dA and dZ, and the image."""
    numbers = range(1, len(trace.parameters) + 1)
    layers = [layer_texts(trace, mode, layer, dataset.class_names) for layer in numbers]
    image = picture("pixels", trace.A[0][:, 0], dataset.image_shape, signed=False)
    return {"layers": layers, "image": image}


def layer_texts(trace, mode, layer, class_names):
    """Return the neurons of a layer, from 1, with two texts and a bar from -1 to 1 each."""
    n, last = len(trace.Z[layer - 1]), layer == len(trace.parameters)
    names = list(class_names) if last and len(class_names) == n else [str(i) for i in range(n)]
    if mode == FORWARD:
        values = trace.A[layer][:, 0]
        columns = [trace.Z[layer - 1][:, 0], values]
        heads = ["Z", "A"]
    else:
        values = trace.dZ[layer - 1][:, 0]
        columns = [values] if last else [trace.dA[layer - 1][:, 0], values]
        heads = ["dZ"] if last else ["dA", "dZ"]
    text = number if mode == FORWARD else slope_text
    texts = [[text(value) for value in column] for column in columns]
    if mode == FORWARD and last:
        texts[1] = [chance(value) for value in values]
    full = 1.0 if last else largest(values)
    return {
        "title": f"Layer {layer}, softmax" if last else f"Layer {layer}, {trace.activation}",
        "heads": heads,
        "names": names,
        "texts": texts,
        "bars": [fraction(value, full) for value in values],
        "readable": n <= READABLE,
    }


def forward_detail(trace, layer, neuron, image_shape, class_names):
    """Return what makes Z and A of a neuron."""
    parts, last = forward_parts(trace, layer, neuron), layer == len(trace.parameters)
    bias = float(trace.parameters[layer - 1].b[neuron, 0])
    Z, A = float(trace.Z[layer - 1][neuron, 0]), float(trace.A[layer][neuron, 0])
    function = "e^Z over the sum of e^Z" if last else f"{trace.activation}(Z)"
    lines = [
        f"Z = sum of weight × {source(layer)} + b = {number(parts.products.sum())} {plus(bias)} = {number(Z)}",
        f"A = {function} = {number(A)}",
    ]
    tables = [softmax_table(trace, class_names)] if last else []
    if layer > 1:
        heads = ("from neuron", "weight W", "activation A", "W × A")
        tables.insert(0, table(parts, "What feeds it", heads))
        return assembled(layer, neuron, lines, parts, tables)
    images = [
        picture("pixels", parts.values, image_shape, signed=False),
        picture("weights", parts.weights, image_shape),
        picture("weight × pixel", parts.products, image_shape),
    ]
    return assembled(layer, neuron, lines, parts, tables, images)


def backward_detail(trace, layer, neuron, image_shape, before=None):
    """Return what makes dA, dZ and dW of a neuron; before: the Trace before a step, to compare."""
    parts = backward_parts(trace, layer, neuron)
    dZ, values = float(trace.dZ[layer - 1][neuron, 0]), trace.A[layer - 1][:, 0]
    dW = trace.gradients[layer - 1].W[neuron]
    changes = Parts(layer - 1, np.full(len(values), dZ), values, dW)
    tables = []
    if parts is None:
        A, y = float(trace.A[layer][neuron, 0]), int(neuron == trace.label)
        lines = [
            f"dZ = A − Y = {slope_text(A)} − {y} = {slope_text(dZ)}: softmax and cross-entropy in one step"
        ]
    else:
        dA, at = slope_text(trace.dA[layer - 1][neuron, 0]), number(slope(trace, layer, neuron))
        lines = [
            f"dA = sum of weight × dZ over layer {layer + 1} = {dA}",
            f"dZ = dA × slope of {trace.activation} = {dA} × {at} = {slope_text(dZ)}",
        ]
        heads = ("from neuron", "weight W", "its dZ", "W × dZ")
        tables = [table(parts, "What comes back to it", heads)]
    if before is not None:
        tables.append(step_table(before, trace, layer, neuron))
    lines.append(f"db = dZ = {slope_text(dZ)} and dW = dZ × {source(layer)}, for this one image")
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
    """Return the dict of one neuron; links: what feeds it, with a strength of -1 to 1."""
    indexes = [] if parts.layer == 0 else strongest(parts.products)
    full = largest(parts.products)
    links = [
        [parts.layer, int(i), fraction(parts.products[i], full)]
        for i in indexes
        if parts.products[i] != 0
    ]
    words = {"lines": lines, "tables": list(tables), "images": list(images)}
    return {"at": [layer, neuron], "links": links, **words}


def table(parts, caption, heads, *, is_sum=True):
    """Return Parts as rows of texts with a bar each, from -1 to 1; of many the strongest.

    is_sum: whether the products add up to something.
    """
    shown, full = strongest(parts.products), largest(parts.products)
    columns = (parts.weights, parts.values, parts.products)
    rows = [[str(i), *(number(column[i]) for column in columns)] for i in shown]
    bars = [fraction(parts.products[i], full) for i in shown]
    rest = np.delete(parts.products, shown)
    left = [f"{len(rest):,} smaller ones"] if rest.size else []
    if is_sum:
        left = [f"{words}, together {number(rest.sum())}" for words in left]
        left.append(f"sum {number(parts.products.sum())}")
    words = {"caption": caption, "heads": list(heads), "total": "; ".join(left)}
    return {"rows": rows, "bars": bars, **words}


def softmax_table(trace, class_names):
    """Return how all Z of the last layer become probabilities."""
    Z, A = trace.Z[-1][:, 0], trace.A[-1][:, 0]
    shifted = np.exp(Z - Z.max())
    names = class_names if len(class_names) == len(Z) else range(len(Z))
    values = zip(names, Z, shifted, A, strict=True)
    rows = [[str(name), number(z), number(e), chance(a)] for name, z, e, a in values]
    total = f"sum of e^(Z − {number(Z.max())}): {number(shifted.sum())}"
    heads = ["class", "Z", f"e^(Z − {number(Z.max())})", "A, its share"]
    caption = "Softmax: the largest Z is subtracted first, which leaves the shares as they are"
    bars = [fraction(a, 1.0) for a in A]
    return {"caption": caption, "heads": heads, "rows": rows, "bars": bars, "total": total}


def step_table(before, trace, layer, neuron):
    """Return the weights of a neuron before and after the last step, those with the largest dW."""
    old, new = (each.parameters[layer - 1].W[neuron] for each in (before, trace))
    dW = before.gradients[layer - 1].W[neuron]
    shown = strongest(dW)
    rows = [[str(i), *(number(values[i]) for values in (old, dW, new))] for i in shown]
    heads = [
        f"from {source(layer).replace('activation', 'neuron')}",
        "W before",
        "its dW",
        "W after",
    ]
    words = {"caption": "What the last step did", "heads": heads, "total": "W after = W − 0.1 × dW"}
    return {"rows": rows, "bars": [fraction(dW[i], largest(dW)) for i in shown], **words}


def strongest(products):
    """Return the indexes of the products to list: all of a few, else the largest without sign."""
    if len(products) <= MOST_PARTS:
        return np.arange(len(products))
    return np.sort(np.argsort(-np.abs(products), kind="stable")[:MOST_PARTS])


def picture(title, values, image_shape, *, signed=True):
    """Return values (pixels,) as an image for the browser, on a scale around 0 if signed."""
    return {
        "title": title,
        "values": np.nan_to_num(values, posinf=0, neginf=0).astype("<f4").tobytes(),
        "shape": list(image_shape),
        "signed": signed,
        "limit": largest(values) if signed else 1.0,
        "texts": [number(value) for value in values] if len(values) <= SMALL_IMAGE else [],
    }


def largest(values):
    """Return the largest finite value without its sign, or 1 where all are 0 or no numbers."""
    return float(np.abs(values[np.isfinite(values)]).max(initial=0)) or 1.0


def fraction(value, full):
    """Return value / full for a bar, 0 where a diverged network gives no number."""
    return float(np.nan_to_num(value / full, posinf=0, neginf=0))


def chance(probability):
    """Return a probability as text in percent, in words where it is not a number."""
    return percent(probability) if np.isfinite(probability) else "not a number"


def slope_text(value):
    """Return a slope as text, about 0 where it is that small beside the other numbers."""
    return "≈ 0" if 0 < abs(value) < NEARLY_ZERO else number(value)


def plus(value):
    """Return a term of a sum with its sign."""
    return f"− {number(-value)}" if value < 0 else f"+ {number(value)}"


def source(layer):
    """Return what the inputs of a layer are called."""
    return "pixel" if layer == 1 else "activation"
