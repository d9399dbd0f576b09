"""What the digit pad says of a digit: the network's answer, and the nearest training digits."""

import numpy as np

from helpers.evaluation import nearest_examples
from helpers.network import forward_propagation
from helpers.plots import percent
from helpers.widgets.digit_pad.board import pixels

SURE = 0.6  # below this probability the sentence names two classes
NEIGHBORS = 8


def look(parameters, x, stages, activation, class_names):
    """Return (probabilities (classes, 1), answer): what a network says about x (784, 1)."""
    activations = forward_propagation(parameters, x, activation=activation)
    P = activations[-1].ravel()
    return activations[-1], {
        "sentence": sentence(P, class_names),
        "probabilities": P.tolist(),
        "shares": [percent(share) for share in P],
        "stages": [pixels(stage.image, name=stage.name, note=stage.note) for stage in stages],
        "hidden": [_layer(number, A.ravel()) for number, A in enumerate(activations[1:-1], 1)],
    }


def sentence(probabilities, class_names):
    """Return the prediction in words: one class, or two where none is probable."""
    order = np.argsort(-probabilities, kind="stable")[:2]
    named = [f"{class_names[i]} ({percent(probabilities[i])})" for i in order]
    sure = probabilities[order[0]] >= SURE or len(named) == 1
    return f"The network says {named[0]}." if sure else f"Not sure: {named[0]} or {named[1]}?"


def nearest(train_set, lengths, x, class_names):
    """Return the training examples nearest to x (784, 1); lengths: squared_lengths(train_set.X)."""
    X, labels = train_set.X, train_set.labels
    chosen, distances = nearest_examples(X, x, NEIGHBORS, lengths=lengths)
    names = ["?" if labels is None else class_names[labels[i]] for i in chosen]
    near = zip(chosen, distances, names, strict=True)
    return {
        "nearest": [
            pixels(X[:, i].reshape(28, 28), name=name, distance=float(d)) for i, d, name in near
        ],
        "nearest_note": f"The nearest of {X.shape[1]:,} training digits: label, picture, distance",
    }


def _layer(number, values):
    """Return what is shown of a hidden layer: its activations (n,) and a note."""
    active = f"{np.count_nonzero(values > 0)} of {values.size} neurons above 0"
    return {
        "name": f"Hidden layer {number}",
        "values": values.tolist(),
        "note": f"{active}; highest {values.max():.2f}",
    }
