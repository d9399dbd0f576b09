"""The network inspector: every number of one image's way through a network, and back."""

import numpy as np

from helpers.evaluation import make_predictions
from helpers.internals.checks import check_is_dataset, check_parameters
from helpers.losses import cross_entropy, one_hot
from helpers.network import Layer, update_parameters
from helpers.plots import plot_layer_activations, plot_weights
from helpers.plots.figure import RIGHT, WRONG, number
from helpers.widgets.figures import stack
from helpers.widgets.network_inspector.trace import trace_image
from helpers.widgets.network_inspector.view import (
    BACKWARD,
    FORWARD,
    InspectorSurface,
    backward_detail,
    chance,
    forward_detail,
    network_texts,
)
from helpers.widgets.panel import Panel, network_of

__all__ = ["NetworkInspector"]

STEP = 0.1


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

    purpose = "follow the numbers"

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
        self.stepped, self.before, self.count = parameters, None, 0
        super().__init__()
        self.surface = InspectorSurface(
            images=len(dataset), labeled=dataset.labels is not None, image=column, mode=mode
        )
        self._choose_the_winner()
        self._show_image()
        self.surface.observe(self.answering(self._follow_image), "image")
        self.surface.observe(self.answering(self._show_image), "mode")
        self.surface.observe(self.answering(self._show_neuron), ["chosen", "pointed"])
        self.surface.on_msg(self.answering(self._on_message))
        self.show(self.surface)
        if lab is not None:
            lab.join(self)

    @property
    def trace(self):
        """The Trace of the image through the network as it stands."""
        column, labels = self.surface.image, self.dataset.labels
        label = None if labels is None else labels[column]
        x = self.dataset.X[:, [column]]
        return trace_image(self.stepped, x, label, activation=self.activation)

    def follow(self, lab):
        """Show the network of a TrainingLab; the image stays, and the neuron where there is still one."""
        parameters, self.activation, _ = network_of(lab, None)
        sizes, self.parameters = [len(b) for _, b in self.parameters], parameters
        self.stepped, self.before, self.count = parameters, None, 0
        if sizes != [len(b) for _, b in parameters]:
            self._choose_the_winner()
        self._show_image()

    def look_at(self, column):
        """Show an image of the development set of a lab."""
        self.surface.image = column

    def next_mistake(self):
        """Show the next image that the network gets wrong, and the class that it was taken for.

        Raises
        ------
        ValueError
            Where it makes no mistake.
        """
        X, column = self.dataset.X, self.surface.image
        predictions = make_predictions(self.parameters, X, activation=self.activation)
        wrong = np.flatnonzero(predictions != self.dataset.labels)
        if wrong.size == 0:
            raise ValueError("the network makes no mistake on this dataset")
        later = wrong[wrong > column]
        self.surface.image = int(later[0] if later.size else wrong[0])
        self._choose_the_winner()

    def step(self):
        """Move all weights and biases by 0.1 against their slopes for this one image."""
        self.before = self.trace
        self.stepped = update_parameters(self.stepped, self.before.gradients, STEP)
        self.count += 1
        self._show_image()

    def undo_steps(self):
        """Bring the network back as it was before all steps."""
        self.stepped, self.before, self.count = self.parameters, None, 0
        self._show_image()

    def _choose_the_winner(self):
        with self.surface.hold_trait_notifications():
            self.surface.pointed = []
            self.surface.chosen = [len(self.parameters), int(self.trace.A[-1].argmax())]

    def _on_message(self, surface, message, buffers):
        labeled = self.dataset.labels is not None
        match message:
            case {"type": "mistake"} if labeled:
                self.next_mistake()
            case {"type": "step"} if labeled:
                self.step()
            case {"type": "back"}:
                self.undo_steps()

    def _follow_image(self, change):
        self.surface.image = change.new % len(self.dataset)
        self.undo_steps()

    def _show_image(self, change=None):
        trace, names, surface = self.trace, self.dataset.class_names, self.surface
        P = trace.A[-1][:, 0]
        said, steps = int(P.argmax()), ""
        text = f"the network says {names[said]} ({chance(P[said])})"
        if trace.label is not None:
            mark = RIGHT if said == trace.label else WRONG
            text = f"{mark} image {surface.image} is {names[trace.label]}, {text}"
        if self.count:
            both, Y = (self.before.A[-1], trace.A[-1]), one_hot(np.array([trace.label]), len(P))
            p = [chance(A[trace.label, 0]) for A in both]
            loss = [number(cross_entropy(A, Y)) for A in both]
            steps = (
                f"Step {self.count}: the probability of {names[trace.label]} goes from {p[0]} to "
                f"{p[1]}, the loss from {loss[0]} to {loss[1]}."
            )
        with surface.hold_sync():
            surface.verdict, surface.steps = text, {"count": self.count, "said": steps}
            surface.network = network_texts(trace, surface.mode, self.dataset)
            self._show_neuron()

    def _show_neuron(self, change=None):
        trace, shape, names = self.trace, self.dataset.image_shape, self.dataset.class_names
        layer, neuron = self.surface.pointed or self.surface.chosen
        if self.surface.mode == FORWARD:
            parts = forward_detail(trace, layer, neuron, shape, names)
        else:
            parts = backward_detail(trace, layer, neuron, shape, self.before)
        name = f"Neuron {neuron} of layer {layer}"
        if layer == len(self.parameters) and names[neuron] != str(neuron):
            name += f": {names[neuron]}"
        image = parts["images"][-1] if parts["images"] else None
        with self.surface.hold_sync():
            self.surface.lit = {"at": parts["at"], "links": parts["links"], "image": image}
            self.surface.detail = {"name": name, **parts}

    def figure(self):
        """Return the static figure: the activations, and the first layer's weights or dW."""
        shape, trace = self.dataset.image_shape, self.trace
        below = plot_weights(trace.parameters[0].W[:10], shape)
        if self.surface.mode == BACKWARD:
            title = "dW of the first layer for this image: red asks for less weight, blue for more"
            below = plot_weights(trace.gradients[0].W[:10], shape, title=title, quantity="slope")
        return stack(plot_layer_activations(trace.A, image_shape=shape), below)
