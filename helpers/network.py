"""The network: parameters, forward propagation, backward propagation, and one step downhill.

Columns are examples: X (n0, m), W (n_out, n_in), b (n_out, 1), every A (n_l, m), Y (classes, m) one-hot.
"""

import itertools
from typing import NamedTuple

import numpy as np

from helpers.activations import get_activation, softmax
from helpers.internals.checks import (
    check_examples,
    check_layer_sizes,
    check_learning_rate,
    check_parameters,
    check_rng,
    check_targets,
)


class Layer(NamedTuple):
    """The weights W (n_out, n_in) and biases b (n_out, 1) of one layer, or their gradients."""

    W: np.ndarray
    b: np.ndarray


def initialize_parameters(layer_sizes, rng, *, scheme="he", dtype=np.float64):
    """Return one Layer for each pair of neighboring sizes, random weights and zero biases.

    layer_sizes: such as [784, 10, 10, 10]. rng: a np.random.Generator. scheme: "he" (standard deviation
    sqrt(2 / n_in), made for ReLU), "glorot" (sqrt(2 / (n_in + n_out)), for sigmoid and tanh), "zeros", or a
    positive number that is the standard deviation of every weight. The random numbers are drawn in float64,
    so that both dtypes start from the same network. Raises ValueError for anything else.
    Sources: He et al., "Delving deep into rectifiers", 2015; Glorot and Bengio, "Understanding the difficulty
    of training deep feedforward neural networks", 2010.
    """
    sizes = check_layer_sizes(layer_sizes)
    check_rng(rng)
    layers = []
    for n_in, n_out in itertools.pairwise(sizes):
        W = rng.standard_normal((n_out, n_in)) * weight_scale(scheme, n_in, n_out)
        layers.append(Layer(W.astype(dtype), np.zeros((n_out, 1), dtype)))
    return layers


def weight_scale(scheme, n_in, n_out):
    """Return the standard deviation with which `scheme` draws the weights of a layer.

    scheme: as in initialize_parameters; n_in, n_out: neurons before and in the layer.
    Raises ValueError for an unknown scheme.
    """
    if isinstance(scheme, str) and scheme in ("he", "glorot", "zeros"):
        return {"he": np.sqrt(2 / n_in), "glorot": np.sqrt(2 / (n_in + n_out)), "zeros": 0.0}[scheme]
    if isinstance(scheme, (int, float)) and not isinstance(scheme, bool) and 0 < scheme < np.inf:
        return scheme
    raise ValueError(f'scheme is {scheme!r}, expected "he", "glorot", "zeros" or a positive standard deviation')


def forward_propagation(parameters, X, *, activation="relu"):
    """Return the activations of every layer, [A0 = X, A1, ..., AL], for a batch of examples.

    X: (n0, m). Each A: (n_l, m); the last holds the softmax probabilities (classes, m). activation: the
    function of the hidden layers, a key of ACTIVATIONS. Raises ValueError where X does not fit the first layer.
    """
    hidden = get_activation(activation).function
    check_parameters(parameters)
    check_examples(parameters, X)
    activations = [X]
    for W, b in parameters[:-1]:
        activations.append(hidden(weighted_sums(W, b, activations[-1])))
    W, b = parameters[-1]
    activations.append(softmax(weighted_sums(W, b, activations[-1])))
    return activations


def weighted_sums(W, b, A):
    """Return Z = W A + b: for every neuron of a layer and every example, the weighted inputs and the bias.

    W: (n_out, n_in), b: (n_out, 1), A: (n_in, m), the layer before. Returns (n_out, m). Raises ValueError, as NumPy
    does, where the shapes do not fit.
    """
    Z = W @ A
    return np.add(Z, b, out=Z if Z.dtype == b.dtype else None)  # in place: a batch's arrays stay in the cache


def backward_propagation(parameters, activations, Y, *, activation="relu", out=None):
    """Return the gradient of the mean cross-entropy with respect to every W and b.

    activations: what forward_propagation returned. Y: (classes, m) one-hot. Returns a list of Layers of the
    shapes of `parameters`, already divided by m. out: such a list, to be filled instead of a new one.
    Raises ValueError where Y or the activations do not fit.
    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.
    """
    derivative = get_activation(activation).derivative
    check_targets(parameters, activations, Y)
    gradients = out or [Layer(np.empty_like(W), np.empty_like(b)) for W, b in parameters]
    dZ = (activations[-1] - Y) / Y.shape[1]  # the mean over m enters here, once for all layers
    for l in reversed(range(len(parameters))):
        np.matmul(dZ, activations[l].T, out=gradients[l].W)
        dZ.sum(axis=1, keepdims=True, out=gradients[l].b)
        if l > 0:
            dZ = parameters[l].W.T @ dZ
            dZ *= derivative(activations[l])  # in place: a batch's arrays stay in the cache
    return gradients


def update_parameters(parameters, gradients, learning_rate):
    """Return new layers one step downhill: W - learning_rate dW and b - learning_rate db.

    parameters, gradients: lists of Layers of equal shapes, which are left as they are. Raises ValueError where
    the shapes differ or the learning rate is not a positive number.
    """
    check_learning_rate(learning_rate)
    shapes = [[(W.shape, b.shape) for W, b in layers] for layers in (parameters, gradients)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"gradients have the shapes {shapes[1]}, expected those of the parameters, {shapes[0]}")
    return [
        Layer(W - learning_rate * dW, b - learning_rate * db)
        for (W, b), (dW, db) in zip(parameters, gradients, strict=True)
    ]


def pack_parameters(parameters):
    """Copy all parameters into one vector, and return it with layers that are views of it.

    parameters: a list of Layers. Returns (vector, layers): vector (number of parameters,), in the order W1, b1,
    W2, b2, ...; a change of the vector is a change of the layers, so one whole-vector operation updates them all.
    Raises ValueError where the parameters are not a list of layers that chain.
    """
    check_parameters(parameters)
    vector = np.concatenate([values.ravel() for layer in parameters for values in layer])
    return vector, unpack_parameters(vector, parameters)


def unpack_parameters(vector, like):
    """Return layers that are views of a vector made by pack_parameters.

    vector: (number of parameters,). like: a list of Layers with the shapes wanted. Raises ValueError where the
    vector has another number of values than these layers.
    """
    sizes = [values.size for layer in like for values in layer]
    if vector.shape != (sum(sizes),):
        raise ValueError(f"the vector has shape {vector.shape}, expected ({sum(sizes)},), the parameters of `like`")
    parts = iter(np.split(vector, np.cumsum(sizes)[:-1]))
    return [Layer(next(parts).reshape(W.shape), next(parts).reshape(b.shape)) for W, b in like]
