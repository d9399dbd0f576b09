"""The functions of notebook 8: as given, each with its bug, and ways to write others.

`given_...` stands in the notebook once more, as the blank `my_...` of an exercise.
"""

from itertools import pairwise

import numpy as np

from helpers.losses import cross_entropy, one_hot
from helpers.network import Layer, backward_propagation, forward_propagation

# As given


def given_loss(A, Y):
    return -(Y * np.log(A)).mean()


def given_batches(X, Y, batch_size, rng):
    X = X[:, rng.permutation(X.shape[1])]
    Y = Y[:, rng.permutation(Y.shape[1])]
    starts = range(0, X.shape[1], batch_size)
    return [(X[:, s : s + batch_size], Y[:, s : s + batch_size]) for s in starts]


def given_parts(X, Y, batch_size):
    starts = range(0, X.shape[1] - batch_size + 1, batch_size)
    return [(X[:, s : s + batch_size], Y[:, s : s + batch_size]) for s in starts]


def given_evaluate(parameters, train_set, dev_set):
    row, right = {}, {}
    for name, dataset in {"train": train_set, "dev": dev_set}.items():
        A = forward_propagation(parameters, dataset.X)[-1]
        row[f"{name}_loss"] = cross_entropy(A, one_hot(dataset.labels, len(A)))
        right[name] = (A.argmax(axis=0) == dataset.labels).sum()
    row["train_accuracy"] = float(right["train"] / len(train_set))
    row["dev_accuracy"] = float(right["train"] / len(train_set))
    return row


def given_softmax(Z):
    E = np.exp(Z)
    return E / E.sum(axis=0)


def given_initialize(layer_sizes, rng):
    pairs = pairwise(layer_sizes)
    return [Layer(np.zeros((n_out, n_in)), np.zeros((n_out, 1))) for n_in, n_out in pairs]


def given_backward(parameters, activations, Y):
    dZ = (activations[-1] - Y) / Y.shape[1]
    gradients = []
    for l in reversed(range(len(parameters))):
        db = dZ.sum(axis=1, keepdims=True)
        gradients.insert(0, Layer(dZ @ activations[l].T, db))
        mask = activations[l] >= 0
        dZ = (parameters[l].W.T @ dZ) * mask
    return gradients


def given_dropout_backward(parameters, activations, Y, keep):
    dZ = (activations[-1] - Y) / Y.shape[1]
    gradients = []
    for l in reversed(range(len(parameters))):
        db = dZ.sum(axis=1, keepdims=True)
        gradients.insert(0, Layer(dZ @ activations[l].T, db))
        dZ = (parameters[l].W.T @ dZ) * (activations[l] > 0)
    return gradients


def given_step(parameters, X, Y, learning_rate):
    m = X.shape[1]
    gradients = backward_propagation(parameters, forward_propagation(parameters, X), Y)
    return [
        Layer(W - learning_rate * dW / m, b - learning_rate * db / m)
        for (W, b), (dW, db) in zip(parameters, gradients, strict=True)
    ]


def given_bias_backward(parameters, activations, Y):
    dZ = (activations[-1] - Y) / Y.shape[1]
    gradients = []
    for l in reversed(range(len(parameters))):
        db = dZ.sum(axis=1)
        gradients.insert(0, Layer(dZ @ activations[l].T, db))
        dZ = (parameters[l].W.T @ dZ) * (activations[l] > 0)
    return gradients


# Fixed, and wrong in other ways


def columns(X, Y, which):
    return X[:, which], Y[:, which]


def batches(X, Y, batch_size, rng):
    """Fixed, and the reference of notebook 4 too: pairs of shuffled columns of X and Y."""
    return parts(*columns(X, Y, rng.permutation(X.shape[1])), batch_size)


def parts(X, Y, batch_size, end=None):
    """Fixed: pairs of columns of X and Y in their order; the last one has what is left."""
    starts = range(0, X.shape[1] if end is None else end, batch_size)
    return [columns(X, Y, slice(start, start + batch_size)) for start in starts]


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


def backward_with(back=lambda dA, A: dA * (A > 0), bias=lambda dZ: dZ.sum(axis=1, keepdims=True)):
    """A function like backward_propagation with another back(dA, A), which is dZ, or bias(dZ)."""

    def backward(parameters, activations, Y):
        dZ = (activations[-1] - Y) / Y.shape[1]
        gradients = []
        for l in reversed(range(len(parameters))):
            gradients.insert(0, Layer(dZ @ activations[l].T, bias(dZ)))
            dZ = back(parameters[l].W.T @ dZ, activations[l])
        return gradients

    return backward


def dropout_backward_with(mask):
    """A function (parameters, activations, Y, keep) whose mask is mask(A, keep)."""

    def backward(parameters, activations, Y, keep):
        return backward_with(lambda dA, A: dA * mask(A, keep))(parameters, activations, Y)

    return backward


dropout_backward = dropout_backward_with(lambda A, keep: (A > 0) / keep)


def step_with(of_weights, of_biases=None):
    """A function like gradient_step, dW times of_weights(X) and db times of_biases(X)."""

    def step(parameters, X, Y, learning_rate):
        factors = of_weights(X), (of_biases or of_weights)(X)
        gradients = backward_propagation(parameters, forward_propagation(parameters, X), Y)
        return [
            Layer(W - learning_rate * dW * factors[0], b - learning_rate * db * factors[1])
            for (W, b), (dW, db) in zip(parameters, gradients, strict=True)
        ]

    return step
