"""The ten functions of notebook 8 with their bugs, and the fixed ones where no helper has them."""

from itertools import pairwise

import numpy as np

from helpers.losses import cross_entropy, one_hot
from helpers.network import Layer, backward_propagation, forward_propagation


def loss(A, Y):
    return -(Y * np.log(A)).mean()


def columns(X, Y, which):
    return X[:, which], Y[:, which]


def batches(X, Y, batch_size, rng):
    """Fixed, and the reference of notebook 4 too: pairs of shuffled columns of X and Y."""
    return parts(*columns(X, Y, rng.permutation(X.shape[1])), batch_size)


def batches_apart(X, Y, batch_size, rng):
    X, Y = X[:, rng.permutation(X.shape[1])], Y[:, rng.permutation(Y.shape[1])]
    return parts(X, Y, batch_size)


def parts(X, Y, batch_size, end=None):
    """Fixed: pairs of columns of X and Y in their order; the last one has what is left."""
    starts = range(0, X.shape[1] if end is None else end, batch_size)
    return [columns(X, Y, slice(start, start + batch_size)) for start in starts]


def full_parts(X, Y, batch_size):
    return parts(X, Y, batch_size, X.shape[1] - batch_size + 1)


def evaluate_with(accuracies):
    """A function that reports the losses and accuracies(right answers, sizes) of both sets."""

    def report(parameters, train_set, dev_set):
        row, right = {}, []
        for name, dataset in {"train": train_set, "dev": dev_set}.items():
            A = forward_propagation(parameters, dataset.X)[-1]
            row[f"{name}_loss"] = cross_entropy(A, one_hot(dataset.labels, len(A)))
            right.append((A.argmax(axis=0) == dataset.labels).sum())
        both = accuracies(right, (len(train_set), len(dev_set)))
        return row | {"train_accuracy": float(both[0]), "dev_accuracy": float(both[1])}

    return report


evaluate = evaluate_with(lambda right, sizes: (right[0] / sizes[0], right[1] / sizes[1]))
evaluate_training_set = evaluate_with(lambda right, sizes: (right[0] / sizes[0],) * 2)


def softmax(Z):
    E = np.exp(Z)
    return E / E.sum(axis=0)


def initialize(layer_sizes, rng):
    pairs = pairwise(layer_sizes)
    return [Layer(np.zeros((n_out, n_in)), np.zeros((n_out, 1))) for n_in, n_out in pairs]


def backward_with(mask=lambda A: A > 0, bias=lambda dZ: dZ.sum(axis=1, keepdims=True)):
    """A function like backward_propagation with another mask(A) or bias(dZ)."""

    def backward(parameters, activations, Y):
        dZ = (activations[-1] - Y) / Y.shape[1]
        gradients = []
        for l in reversed(range(len(parameters))):
            gradients.insert(0, Layer(dZ @ activations[l].T, bias(dZ)))
            dZ = (parameters[l].W.T @ dZ) * mask(activations[l])
        return gradients

    return backward


backward_of_zeros = backward_with(mask=lambda A: A >= 0)


def dropout_backward_with(mask):
    """A function (parameters, activations, Y, keep) whose mask is mask(A, keep)."""

    def backward(parameters, activations, Y, keep):
        return backward_with(lambda A: mask(A, keep))(parameters, activations, Y)

    return backward


dropout_backward = dropout_backward_with(lambda A, keep: (A > 0) / keep)


def step_with(of_weights, of_biases):
    """A function like gradient_step, dW times of_weights(m) and db times of_biases(m)."""

    def step(parameters, X, Y, learning_rate):
        m = X.shape[1]
        gradients = backward_propagation(parameters, forward_propagation(parameters, X), Y)
        return [
            Layer(W - learning_rate * dW * of_weights(m), b - learning_rate * db * of_biases(m))
            for (W, b), (dW, db) in zip(parameters, gradients, strict=True)
        ]

    return step


step = step_with(lambda m: 1 / m, lambda m: 1 / m)
