"""The network inspector: every number of one image's way through a network, and back."""

import ipywidgets as widgets
import numpy as np

from helpers.evaluation import make_predictions
from helpers.internals.checks import check_is_dataset, check_parameters
from helpers.network import Layer
from helpers.plots import plot_layer_activations, plot_weights
from helpers.plots.figure import RIGHT, WRONG
from helpers.widgets.controls import button, explanation, number_field, row, sentences
from helpers.widgets.figures import stack
from helpers.widgets.network_inspector.trace import trace_image
from helpers.widgets.network_inspector.view import (
    BACKWARD,
    FORWARD,
    NetworkView,
    NeuronView,
    backward_detail,
    chance,
    forward_detail,
)
from helpers.widgets.panel import Panel, network_of

__all__ = ["NetworkInspector"]

HELP = """<b>Image</b>: which column of X goes through the network; Next mistake finds one taken for
another class.<br>
<b>Forward</b>: every neuron with its Z and its A. <b>Backward</b>: with its dA and dZ, the slopes
of the loss of this one image.<br>
<b>A neuron</b>: pointing at it shows the sum behind it, choosing it (click or Enter) keeps it
there. Lines lead from what feeds it, solid where it adds, dashed where it takes away, wide where
it matters. Tab reaches a layer, the arrow keys walk: up and down in the layer, left and right to
its neighbors.<br>
<b>Images of the first layer</b>: red is positive, blue negative; pointing at a pixel, or the
arrow keys, read its numbers."""


class NetworkInspector(Panel):
    """A panel that shows every number of one image's way through a network, and of its gradients.

    Parameters
    ----------
    parameters : list of Layer or TrainingLab
        Of a lab the inspector takes the run on show, and follows.
    dataset : Dataset, optional
        By default the development set of a lab.
    column : int
        Which of its images comes first.
    mode : str
        "forward", or "backward", which needs labels.
    activation : str
        That of the hidden layers.

    Raises
    ------
    ValueError
        Where these do not fit each other.
    """

    def __init__(self, parameters, dataset=None, *, column=0, mode=FORWARD, activation="relu"):
        parameters, activation, lab = network_of(parameters, activation)
        if dataset is None and lab is not None:
            dataset = lab.dev_set
        check_parameters(parameters)
        check_is_dataset("dataset", dataset)
        parameters = [Layer(W, b) for W, b in parameters]
        if mode not in (FORWARD, BACKWARD) or (mode == BACKWARD and dataset.labels is None):
            raise ValueError(
                f'mode is {mode!r}, expected "forward", or "backward" for a dataset with labels'
            )
        if not 0 <= column < len(dataset):
            last = len(dataset) - 1
            raise ValueError(
                f"column is {column}, expected one of the {len(dataset)} images, 0 to {last}"
            )
        classes, outputs = len(dataset.class_names), len(parameters[-1].b)
        if classes != outputs:
            raise ValueError(
                f"the network has {outputs} outputs, expected {classes}, one for each class of the data"
            )
        self.parameters, self.dataset, self.activation = parameters, dataset, activation
        self.trace = self._trace(column)
        super().__init__()
        self._make_controls(column, mode)
        self._listen()
        self.diagram.chosen = [len(parameters), int(self.trace.A[-1].argmax())]
        self._follow_image()
        self.show(*self._arranged())
        if lab is not None:
            lab.join(self)

    def follow(self, lab):
        """Show the network of a TrainingLab; the image stays, and the neuron where there is still one."""
        parameters, self.activation, _ = network_of(lab, None)
        sizes, self.parameters = [len(b) for _, b in self.parameters], parameters
        self.trace = self._trace(self.image.value)
        if sizes != [len(b) for _, b in parameters]:
            self.diagram.pointed = []
            self.diagram.chosen = [len(parameters), int(self.trace.A[-1].argmax())]
        self._follow_image()

    def _trace(self, column):
        x, labels = self.dataset.X[:, [column]], self.dataset.labels
        label = None if labels is None else labels[column]
        return trace_image(self.parameters, x, label, activation=self.activation)

    def _make_controls(self, column, mode):
        high = len(self.dataset) - 1
        self.image = number_field("Image", column, "Its column in X", low=0, high=high)
        self.back = button("◀ Previous", "The image before")
        self.forward = button("Next ▶", "The image after")
        self.next_mistake = button("Next mistake", "The next image that the network gets wrong")
        modes = [("Forward", FORWARD), ("Backward", BACKWARD)]
        if self.dataset.labels is None:
            modes.pop()
        tooltips = ["Z and A of every neuron", "dA, dZ and dW of this image"]
        self.mode = widgets.ToggleButtons(options=modes, value=mode, tooltips=tooltips)
        self.mode.style.button_width = "100px"
        self.next_mistake.disabled = self.dataset.labels is None
        self.verdict, self.diagram, self.neuron = widgets.HTML(), NetworkView(), NeuronView()

    def _listen(self):
        self.image.observe(self.guard(self._follow_image), "value")
        self.mode.observe(self.guard(self._follow_mode), "value")
        self.diagram.observe(self.guard(self._follow_neuron), ["chosen", "pointed"])
        self.back.on_click(self.guard(lambda _: self._go_to(self.image.value - 1)))
        self.forward.on_click(self.guard(lambda _: self._go_to(self.image.value + 1)))
        self.next_mistake.on_click(self.guard(lambda _: self._go_to_mistake()))

    def _go_to(self, column):
        self.image.value = column % len(self.dataset)

    def _go_to_mistake(self):
        X = self.dataset.X
        predictions = make_predictions(self.parameters, X, activation=self.activation)
        wrong = np.flatnonzero(predictions != self.dataset.labels)
        if wrong.size == 0:
            raise ValueError("the network makes no mistake on this dataset")
        later = wrong[wrong > self.image.value]
        self._go_to(int(later[0] if later.size else wrong[0]))

    def _follow_image(self, change=None):
        self.trace = self._trace(self.image.value)
        P, names = self.trace.A[-1][:, 0], self.dataset.class_names
        said = int(P.argmax())
        text = f"the network says {names[said]} ({chance(P[said])})"
        if self.trace.label is not None:
            mark = RIGHT if said == self.trace.label else WRONG
            text = f"{mark} image {self.image.value} is {names[self.trace.label]}, {text}"
        self.verdict.value = sentences(text, bold=True)
        self._follow_mode()

    def _follow_mode(self, change=None):
        self.diagram.show(self.trace, self.mode.value, self.dataset)
        self._follow_neuron()

    def _follow_neuron(self, change=None):
        detail = forward_detail if self.mode.value == FORWARD else backward_detail
        layer, neuron = self.diagram.pointed or self.diagram.chosen
        parts = detail(self.trace, layer, neuron, self.dataset.image_shape)
        name = f"Neuron {neuron} of layer {layer}"
        if layer == len(self.parameters) and self.dataset.class_names[neuron] != str(neuron):
            name += f": {self.dataset.class_names[neuron]}"
        self.diagram.light(parts)
        self.neuron.detail = {"name": name, **parts}

    def _arranged(self):
        image = (self.back, self.image, self.forward, self.next_mistake)
        controls = row(*image, self.mode, self.verdict)
        return controls, self.diagram, self.neuron, explanation(HELP)

    def figure(self):
        """Return the static figure: the activations, and the first layer's weights or dW."""
        shape, trace = self.dataset.image_shape, self.trace
        below = plot_weights(trace.parameters[0].W[:10], shape)
        if self.mode.value == BACKWARD:
            title = "dW of the first layer for this image: red asks for less weight, blue for more"
            below = plot_weights(trace.gradients[0].W[:10], shape, title=title, quantity="slope")
        return stack(plot_layer_activations(trace.A, image_shape=shape), below)
