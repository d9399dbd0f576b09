"""What the digit pad says of a digit: the network's answer, and the nearest training digits."""

import numpy as np

from helpers.evaluation import nearest_examples
from helpers.internals.ink import stroke_width
from helpers.network import forward_propagation
from helpers.plots import percent
from helpers.widgets.digit_pad.board import pixels

SURE = 0.6  # below this probability the sentence names two classes
NEIGHBORS = 8
AGREE = 6  # of the nearest digits, to say what they are
MEASURED = 500  # training digits whose strokes are measured
UNUSUAL = 0.98


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


def widths_of_strokes(X):
    """Return the stroke widths, in pixels, of some hundred of the digits X (784, m), sorted."""
    some = X[:, :: -(-X.shape[1] // MEASURED)].T.reshape(-1, 28, 28) > 0.5
    return np.sort(stroke_width(some[some.any(axis=(1, 2))]))


def doubts_about(prepared, said, near, widths):
    """Return the sentences on why an answer may be wrong, and whether another pen may help.

    prepared: a Preprocessed; said: the name of the predicted class; near: the names of the
    nearest training digits, [] where there are none; widths: those of strokes in training digits.
    """
    doubts = list(prepared.doubts)
    if len(widths):
        width = stroke_width(prepared.x.reshape(28, 28) > 0.5)
        for kind, share in (
            ("thinner", (widths > width).mean()),
            ("thicker", (widths < width).mean()),
        ):
            if share >= UNUSUAL:
                doubts = [doubt for doubt in doubts if "strokes" not in doubt]
                doubts.append(
                    f"the strokes are {kind} than in {percent(share)} of the training digits"
                )
    most = max(set(near), key=near.count, default=said)
    if most != "?" and most != said and near.count(most) >= AGREE:
        doubts.append(f"{near.count(most)} of the {len(near)} nearest training digits are {most}")
    elif near and near.count(most) <= len(near) / 2:
        doubts.append(f"the nearest training digits disagree: {', '.join(near)}")
    return [doubt[:1].upper() + doubt[1:] for doubt in doubts], any("strokes" in d for d in doubts)


def _layer(number, values):
    """Return what is shown of a hidden layer: its activations (n,) and a note."""
    active = f"{np.count_nonzero(values > 0)} of {values.size} neurons above 0"
    return {
        "name": f"Hidden layer {number}",
        "values": values.tolist(),
        "note": f"{active}; highest {values.max():.2f}",
    }
