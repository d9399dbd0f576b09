"""The activations of one image, its gradients, and the parts of the sums behind them."""

from typing import NamedTuple

import numpy as np

from helpers.activations import get_activation
from helpers.losses import one_hot
from helpers.network import backward_propagation, forward_propagation, pre_activations


class Trace(NamedTuple):
    """All numbers of one image: lists of one (n, 1) array per layer, `A` with the pixels in front.

    dZ, dA and gradients (Layers of dW and db) are None for an image without label, and so is the
    dA of the last layer: softmax and cross-entropy are differentiated as one, which gives its dZ
    = A - Y.
    """

    parameters: list
    activation: str
    Z: list
    A: list
    label: int | None
    dZ: list | None
    dA: list | None
    gradients: list | None


def trace_image(parameters, x, label=None, *, activation="relu"):
    """Return the Trace of one image x (n0, 1); without a label there is no way back."""
    A = forward_propagation(parameters, x, activation=activation)
    Z = [pre_activations(W, b, A_in) for (W, b), A_in in zip(parameters, A[:-1], strict=True)]
    if label is None:
        return Trace(parameters, activation, Z, A, None, None, None, None)
    Y = one_hot(np.array([label]), len(A[-1]), dtype=A[-1].dtype)
    gradients = backward_propagation(parameters, A, Y, activation=activation)
    dZ = [db for _, db in gradients]  # the mean over one example is that example's
    dA = [W.T @ dZ_next for (W, _), dZ_next in zip(parameters[1:], dZ[1:], strict=True)]
    return Trace(parameters, activation, Z, A, int(label), dZ, [*dA, None], gradients)


class Parts(NamedTuple):
    """The sum behind one number of one neuron: products = weights times values, each (n,)."""

    layer: int  # whose neurons give the values; 0 for the pixels
    weights: np.ndarray
    values: np.ndarray
    products: np.ndarray


def forward_parts(trace, layer, neuron):
    """Return the Parts whose sum, with the bias, is Z of a neuron; layers count from 1."""
    check_neuron(trace, layer, neuron)
    weights, values = trace.parameters[layer - 1].W[neuron], trace.A[layer - 1][:, 0]
    return Parts(layer - 1, weights, values, weights * values)


def backward_parts(trace, layer, neuron):
    """Return the Parts whose sum is dA of a hidden neuron, None in the last layer (dZ = A - Y)."""
    check_neuron(trace, layer, neuron)
    if trace.dZ is None:
        raise ValueError(
            "the image has no label, so there is no loss and nothing to send back; use labeled images"
        )
    if layer == len(trace.parameters):
        return None
    weights, values = trace.parameters[layer].W[:, neuron], trace.dZ[layer][:, 0]
    return Parts(layer + 1, weights, values, weights * values)


def slope(trace, layer, neuron):
    """Return the slope of a hidden neuron's activation function where this image puts it."""
    return float(get_activation(trace.activation).derivative(trace.A[layer])[neuron, 0])


def check_neuron(trace, layer, neuron):
    """Raise IndexError unless the network has this layer, from 1, and this neuron in it, from 0."""
    L = len(trace.parameters)
    if not 1 <= layer <= L:
        raise IndexError(f"layer {layer} is not there: the layers are numbered from 1 to {L}")
    if not 0 <= neuron < len(trace.Z[layer - 1]):
        n = len(trace.Z[layer - 1])
        raise IndexError(
            f"neuron {neuron} is not there: layer {layer} has {n}, numbered from 0 to {n - 1}"
        )
