"""What a network says about examples, and how often it is right."""

import numpy as np
import pandas as pd

from helpers.internals.checks import check_labels
from helpers.losses import cross_entropy, one_hot
from helpers.network import forward_propagation


def predict_probabilities(parameters, X, *, activation="relu"):
    """Return the probability of every class for every example.

    X: (n0, m). Returns (classes, m); each column sums to 1. Raises ValueError where X does not fit.
    """
    return forward_propagation(parameters, X, activation=activation)[-1]


def make_predictions(parameters, X, *, activation="relu"):
    """Return the most probable class of every example.

    X: (n0, m). Returns (m,) integers; of equally probable classes the lowest. Raises ValueError where X does
    not fit.
    """
    return predict_probabilities(parameters, X, activation=activation).argmax(axis=0)


def accuracy(predictions, labels):
    """Return the fraction of predictions that equal their label.

    predictions, labels: (m,) integers. Returns a float from 0 to 1, a fraction and not a percentage.
    Raises ValueError where the shapes differ or there is no example.
    """
    predictions, labels = check_pair(predictions, labels)
    return float((predictions == labels).mean())


def loss_and_accuracy(parameters, X, labels, *, activation="relu"):
    """Return the mean cross-entropy and the fraction of right predictions, from one forward pass.

    X: (n0, m); labels: (m,) integers. Returns (loss in nats, accuracy from 0 to 1). Raises ValueError where X
    or the labels do not fit the network, or there is no example.
    """
    probabilities = predict_probabilities(parameters, X, activation=activation)
    Y = one_hot(labels, probabilities.shape[0], dtype=probabilities.dtype)
    return cross_entropy(probabilities, Y), accuracy(probabilities.argmax(axis=0), labels)


def confusion_matrix(predictions, labels, num_classes=10):
    """Count how often each true class was predicted as each class.

    predictions, labels: (m,) integers. Returns (num_classes, num_classes) integers, a row for the true class
    and a column for the predicted one; the sum is m and the diagonal holds what is right.
    Raises ValueError where the shapes differ, there is no example, or a label is outside the classes.
    """
    predictions, labels = check_pair(predictions, labels)
    cells = check_labels(labels, num_classes) * num_classes + check_labels(predictions, num_classes)
    return np.bincount(cells, minlength=num_classes**2).reshape(num_classes, num_classes)


def mistakes(parameters, dataset, *, activation="relu"):
    """Return a table of the misclassified examples, the ones the network was surest of first.

    dataset: a Dataset with labels. Returns a pandas DataFrame with a row a mistake: `index` (the column of
    dataset.X), `true`, `predicted`, `confidence` (the probability of the predicted class) and
    `true_probability`. Raises ValueError where the dataset has no labels or does not fit the network.
    """
    if dataset.labels is None:
        raise ValueError("the dataset has no labels, expected one an example: without them nothing is a mistake")
    probabilities = predict_probabilities(parameters, dataset.X, activation=activation)
    predicted = probabilities.argmax(axis=0)
    wrong = np.flatnonzero(predicted != dataset.labels)
    table = pd.DataFrame(
        {
            "index": wrong,
            "true": dataset.labels[wrong],
            "predicted": predicted[wrong],
            "confidence": probabilities[predicted[wrong], wrong],
            "true_probability": probabilities[dataset.labels[wrong], wrong],
        }
    )
    return table.sort_values("confidence", ascending=False, kind="stable", ignore_index=True)


def check_pair(predictions, labels):
    """Return both as arrays after checking that they are (m,) with the same m, at least 1.

    Raises ValueError otherwise, with both shapes: NumPy would broadcast (m,) against (1, m) in silence.
    """
    predictions, labels = np.asarray(predictions), np.asarray(labels)
    if predictions.shape != labels.shape or predictions.ndim != 1 or predictions.size == 0:
        raise ValueError(
            f"predictions have shape {predictions.shape} and labels {labels.shape}, expected (m,) twice, m at least 1"
        )
    return predictions, labels
