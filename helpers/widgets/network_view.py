"""The part of the network inspector that runs in the browser, and what it shows of all layers at once."""

from pathlib import Path

import anywidget
import traitlets

from helpers.plots.figure import number
from helpers.widgets.neuron_detail import chance, fraction, largest, picture

HERE = Path(__file__).parent
READABLE = 16  # neurons of a layer that stand one below the other with their numbers
FORWARD, BACKWARD = "forward", "backward"


class NetworkView(anywidget.AnyWidget):
    """The network as columns of buttons, with lines to the neuron that is chosen, or pointed at, from what feeds it.

    chosen: (layer, neuron), layers from 1; pointed: the same, or empty where the pointer is elsewhere. The rest is
    what `show` and `light` send. Raises nothing of its own.
    """

    _esm, _css = HERE / "network_view.js", HERE / "network_view.css"
    network = traitlets.Dict().tag(sync=True)
    lit = traitlets.Dict().tag(sync=True)
    chosen = traitlets.List(traitlets.Int(), [1, 0]).tag(sync=True)
    pointed = traitlets.List(traitlets.Int()).tag(sync=True)

    def show(self, trace, mode, dataset):
        """Show the neurons of all layers, Z and A or dA and dZ. Raises nothing of its own."""
        layers = [layer_texts(trace, mode, l, dataset.class_names) for l in range(1, len(trace.parameters) + 1)]
        image = picture("pixels", trace.A[0][:, 0], dataset.image_shape, signed=False)
        self.network = {"layers": layers, "image": image}

    def light(self, detail):
        """Light up what feeds the neuron of which forward_detail or backward_detail tell. Raises nothing."""
        image = detail["images"][-1] if detail["images"] else None
        self.lit = {"at": detail["at"], "links": detail["links"], "image": image}


class NeuronView(anywidget.AnyWidget):
    """One neuron with the parts of its sum; detail: what forward_detail or backward_detail return. Raises nothing."""

    _esm, _css = HERE / "neuron_view.js", HERE / "neuron_view.css"
    detail = traitlets.Dict().tag(sync=True)


def layer_texts(trace, mode, layer, class_names):
    """Return the neurons of a layer, from 1, with two texts and a bar from -1 to 1 each. Raises nothing."""
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
    texts = [[number(value) for value in column] for column in columns]
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
