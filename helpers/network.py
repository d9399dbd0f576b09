"""The network: parameters, forward propagation, backward propagation, one step downhill.

Notebooks 2 and 3 derive it. Columns are examples: X (n0, m), W (n_out, n_in), b (n_out, 1), every
A (n_l, m), Y (classes, m) one-hot.
"""

import itertools
from typing import NamedTuple

import numpy as np

from helpers.activations import get_activation, softmax
from helpers.internals.checks import (
    check_choice,
    check_count,
    check_dtype,
    check_examples,
    check_layer_sizes,
    check_learning_rate,
    check_number,
    check_parameters,
    check_rng,
    check_targets,
)

__all__ = [
    "Layer",
    "backward_propagation",
    "forward_propagation",
    "initialize_parameters",
    "pre_activations",
    "update_parameters",
    "weight_scale",
]


class Layer(NamedTuple):
    """The weights W (n_out, n_in) and biases b (n_out, 1) of one layer, or their gradients."""

    W: np.ndarray
    b: np.ndarray


def initialize_parameters(layer_sizes, rng, *, scheme="he", dtype=np.float64):
    """Return layers with random weights and zero biases.

    Parameters
    ----------
    layer_sizes : list of int
        From the inputs to the classes, such as [784, 10, 10, 10].
    rng : np.random.Generator
        Drawn from in float64, so that both dtypes start from the same network.
    scheme : {"he", "glorot", "zeros"} or float
        The standard deviation of the weights: "he" is `sqrt(2 / n_in)`, made for ReLU, "glorot"
        `sqrt(2 / (n_in + n_out))`, for sigmoid and tanh; a number is used as it is.
    dtype : np.float64 or np.float32

    Returns
    -------
    list of Layer
        One for each pair of neighboring sizes.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    References
    ----------
    He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015; Glorot and Bengio,
    "Understanding the difficulty of training deep feedforward neural networks", 2010.
    """
    sizes = check_layer_sizes(layer_sizes)
    check_rng(rng)
    check_dtype(dtype)
    layers = []
    for n_in, n_out in itertools.pairwise(sizes):
        W = rng.standard_normal((n_out, n_in)) * weight_scale(scheme, n_in, n_out)
        layers.append(Layer(W.astype(dtype), np.zeros((n_out, 1), dtype)))
    return layers


def weight_scale(scheme, n_in, n_out):
    """Return the standard deviation with which a scheme draws the weights of a layer.

    Parameters
    ----------
    scheme : {"he", "glorot", "zeros"} or float
        As initialize_parameters takes it.
    n_in, n_out : int
        Neurons in the layer before and in this one.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If the scheme is neither of these names nor a positive number.
    """
    check_count("n_in", n_in)
    check_count("n_out", n_out)
    if isinstance(scheme, str):
        scales = {"he": np.sqrt(2 / n_in), "glorot": np.sqrt(2 / (n_in + n_out)), "zeros": 0.0}
        check_choice("scheme", scheme, scales, hint="or a positive standard deviation")
        return scales[scheme]
    check_number("scheme", scheme, above=0, hint='or one of "he", "glorot", "zeros"')
    return scheme


def forward_propagation(parameters, X, *, activation="relu"):
    """Return the activations of every layer for a batch of examples.

    Parameters
    ----------
    parameters : list of Layer
    X : array, shape (n0, m)
    activation : str
        The function of the hidden layers, a key of ACTIVATIONS.

    Returns
    -------
    list of array
        [A0 = X, A1, ..., AL], each (n_l, m); the last holds the softmax probabilities
        (classes, m).

    Raises
    ------
    TypeError, ValueError
        If the parameters are not layers that chain, or X does not fit the first one.
    """
    hidden = get_activation(activation).function
    check_parameters(parameters)
    check_examples(parameters, X)
    activations = [X]
    for W, b in parameters[:-1]:
        activations.append(hidden(pre_activations(W, b, activations[-1])))
    W, b = parameters[-1]
    activations.append(softmax(pre_activations(W, b, activations[-1])))
    return activations


def pre_activations(W, b, A):
    """Return `Z = W A + b`, the weighted inputs and the bias of every neuron for every example.

    Parameters
    ----------
    W : array, shape (n_out, n_in)
    b : array, shape (n_out, 1)
    A : array, shape (n_in, m)
        The activations of the layer before.

    Returns
    -------
    Z : array, shape (n_out, m)
    """
    Z = W @ A
    # in place: a batch's arrays stay in the cache
    return np.add(Z, b, out=Z if Z.dtype == b.dtype else None)


def backward_propagation(parameters, activations, Y, *, activation="relu", out=None):
    """Return the gradient of the mean cross-entropy with respect to every W and b.

    Parameters
    ----------
    parameters : list of Layer
    activations : list of array
        What forward_propagation returned.
    Y : array, shape (classes, m)
        One-hot labels.
    activation : str
        The function of the hidden layers, a key of ACTIVATIONS.
    out : list of Layer, optional
        Filled and returned instead of a new list.

    Returns
    -------
    list of Layer
        (dW, db) in the shapes of the parameters, already divided by m.

    Raises
    ------
    TypeError, ValueError
        If the activations or Y do not fit the parameters.

    References
    ----------
    Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.
    """
    derivative = get_activation(activation).derivative
    if not (
        type(out) is list and out and type(out[0]) is Layer
    ):  # the training loop passes layers, and has checked
        check_parameters(parameters)
        if out is not None:
            check_parameters(out, "out")
    check_targets(parameters, activations, Y)
    gradients = out or [Layer(np.empty_like(W), np.empty_like(b)) for W, b in parameters]
    dZ = (activations[-1] - Y) / Y.shape[1]  # the mean over m enters here, once for all layers
    for l in reversed(range(len(parameters))):
        (W, _), (dW, db) = parameters[l], gradients[l]
        np.matmul(dZ, activations[l].T, out=dW)
        dZ.sum(axis=1, keepdims=True, out=db)
        if l > 0:
            dZ = W.T @ dZ
            dZ *= derivative(activations[l])  # in place: a batch's arrays stay in the cache
    return gradients


def update_parameters(parameters, gradients, learning_rate):
    """Return new layers one step downhill: `W - learning_rate dW`, and b likewise.

    Parameters
    ----------
    parameters, gradients : list of Layer
        Of equal shapes; both are left as they are.
    learning_rate : float
        Positive.

    Returns
    -------
    list of Layer

    Raises
    ------
    TypeError, ValueError
        If the shapes differ, or the learning rate is not a positive number.
    """
    check_learning_rate(learning_rate)
    check_parameters(parameters)
    check_parameters(gradients, "gradients")
    shapes = [[(W.shape, b.shape) for W, b in layers] for layers in (parameters, gradients)]
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"gradients have the shapes {shapes[1]}, expected those of the parameters, {shapes[0]}"
        )
    return [
        Layer(W - learning_rate * dW, b - learning_rate * db)
        for (W, b), (dW, db) in zip(parameters, gradients, strict=True)
    ]
