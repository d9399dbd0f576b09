"""What a network says about examples, how often it is right, and what looks like an example.

Predictions and accuracy (notebook 2), confusion matrix and mistakes (5), nearest examples (the panels of 5).
"""

import warnings

import numpy as np
import pandas as pd

from helpers.internals.checks import (
    check_answers,
    check_array,
    check_count,
    check_examples,
    check_finite,
    check_labeled,
    check_labels,
    check_parameters,
    checks_arguments,
)
from helpers.losses import cross_entropy, one_hot
from helpers.network import forward_propagation

__all__ = [
    "accuracy",
    "confusion_matrix",
    "loss_and_accuracy",
    "make_predictions",
    "mistakes",
    "nearest_examples",
    "predict_probabilities",
    "squared_lengths",
]

BLOCK = 5000  # examples in one forward pass: more would take gigabytes in wide layers


def predict_probabilities(parameters, X, *, activation="relu"):
    """Return the probability of every class for every example.

    Parameters
    ----------
    parameters : list of Layer
    X : array, shape (n0, m)
        Any number of examples: they go through the network in blocks of 5,000.
    activation : str
        The function of the hidden layers, a key of ACTIVATIONS.

    Returns
    -------
    array, shape (classes, m)
        Each column sums to 1.

    Raises
    ------
    TypeError, ValueError
        If the parameters are not layers that chain, X does not fit the first one, or X holds NaN.

    Warns
    -----
    UserWarning
        If X holds whole numbers over 1, such as pixels from 0 to 255.
    """
    check_parameters(parameters)
    check_examples(parameters, X)
    if X.dtype.kind in "iu" and X.max(initial=0) > 1:
        warnings.warn(
            f"X holds whole numbers up to {X.max()}, expected 0 to 1 as in training; X / 255 "
            "scales bytes",
            stacklevel=2,
        )
    blocks = [
        forward_propagation(parameters, X[:, start : start + BLOCK], activation=activation)[-1]
        for start in range(0, max(X.shape[1], 1), BLOCK)
    ]
    probabilities = blocks[0] if len(blocks) == 1 else np.hstack(blocks)
    if not np.isfinite(probabilities).all():
        check_finite("X", X)  # what else makes them NaN is a network that has diverged
    return probabilities


def make_predictions(parameters, X, *, activation="relu"):
    """Return the most probable class of every example.

    Parameters
    ----------
    parameters, X, activation
        As predict_probabilities takes them.

    Returns
    -------
    array of int, shape (m,)
        Of equally probable classes the lowest.

    Raises
    ------
    TypeError, ValueError
        As predict_probabilities does, and if the network answers NaN.
    """
    probabilities = predict_probabilities(parameters, X, activation=activation)
    if np.isnan(probabilities).any():
        raise ValueError(
            "parameters make probabilities that are NaN, expected numbers; the training run "
            "diverged: try a smaller learning rate"
        )
    return probabilities.argmax(axis=0)


def accuracy(predictions, labels):
    """Return the fraction of predictions that equal their label.

    Parameters
    ----------
    predictions, labels : array-like of int, shape (m,)

    Returns
    -------
    float
        From 0 to 1: a fraction, not a percentage.

    Raises
    ------
    TypeError
        If predictions or labels are not integers.
    ValueError
        If the shapes differ, or there is no example.
    """
    predictions, labels = check_answers(predictions, labels)
    return float((predictions == labels).mean())


def loss_and_accuracy(parameters, X, labels, *, activation="relu"):
    """Return the mean cross-entropy and the fraction of right predictions.

    Parameters
    ----------
    parameters, X, activation
        As predict_probabilities takes them.
    labels : array-like of int, shape (m,)

    Returns
    -------
    loss : float
        In nats.
    accuracy : float
        From 0 to 1.

    Raises
    ------
    TypeError, ValueError
        If X or the labels do not fit the network, or there is no example.
    """
    probabilities = predict_probabilities(parameters, X, activation=activation)
    Y = one_hot(labels, probabilities.shape[0], dtype=probabilities.dtype)
    return cross_entropy(probabilities, Y), accuracy(probabilities.argmax(axis=0), labels)


def confusion_matrix(predictions, labels, num_classes=10):
    """Count how often each true class was predicted as each class.

    Parameters
    ----------
    predictions, labels : array-like of int, shape (m,)
    num_classes : int

    Returns
    -------
    array of int, shape (num_classes, num_classes)
        A row for each true class, a column for each predicted one. The sum is m, the diagonal
        holds what is right.

    Raises
    ------
    TypeError
        If predictions or labels are not integers.
    ValueError
        If the shapes differ, there is no example, or one of them is outside the classes.
    """
    predictions, labels = check_answers(predictions, labels)
    check_count("num_classes", num_classes)
    rows, columns = check_labels(labels, num_classes), check_labels(predictions, num_classes)
    cells = np.bincount(rows * num_classes + columns, minlength=num_classes**2)
    return cells.reshape(num_classes, num_classes)


def mistakes(parameters, dataset, *, activation="relu"):
    """Return a table of the misclassified examples, the surest ones first.

    Parameters
    ----------
    parameters : list of Layer
    dataset : Dataset
        With labels.
    activation : str
        The function of the hidden layers, a key of ACTIVATIONS.

    Returns
    -------
    pandas.DataFrame
        One row per mistake: `index` (the column of dataset.X), `true`, `predicted`, `confidence`
        (the probability of the predicted class) and `true_probability`, fractions.

    Raises
    ------
    TypeError, ValueError
        If the dataset has no labels or no examples, or does not fit the network.
    """
    check_labeled("dataset", dataset)
    probabilities = predict_probabilities(parameters, dataset.X, activation=activation)
    predicted = probabilities.argmax(axis=0)
    labels = check_labels(dataset.labels, len(probabilities))
    wrong = np.flatnonzero(predicted != labels)
    table = pd.DataFrame(
        {
            "index": wrong,
            "true": labels[wrong],
            "predicted": predicted[wrong],
            "confidence": probabilities[predicted[wrong], wrong],
            "true_probability": probabilities[labels[wrong], wrong],
        }
    )
    return table.sort_values("confidence", ascending=False, kind="stable", ignore_index=True)


@checks_arguments(X=check_array)
def squared_lengths(X):
    """Return the sum of squares of every column.

    Parameters
    ----------
    X : array, shape (n0, m)

    Returns
    -------
    array, shape (m,)
    """
    return np.einsum("ij,ij->j", X, X)


def nearest_examples(X, x, count=8, *, lengths=None):
    """Return the columns of X nearest to x, the nearest first, and their distances.

    Parameters
    ----------
    X : array, shape (n0, m)
    x : array, shape (n0, 1)
    count : int
        How many; fewer are returned where m is smaller.
    lengths : array, shape (m,), optional
        squared_lengths(X), where they are known already.

    Returns
    -------
    indices : array of int, shape (count,)
    distances : array, shape (count,)
        Euclidean: the root of the sum of squared differences of all features.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, or the count is not a positive whole number.
    """
    check_count("count", count)
    check_array("X", X)
    check_array("x", x)
    if X.ndim != 2 or x.shape != (X.shape[0], 1):
        raise ValueError(
            f"x has shape {x.shape} and X {X.shape}, expected one column (n0, 1) for X (n0, m)"
        )
    if lengths is None:
        lengths = squared_lengths(X)
    check_array("lengths", lengths)
    if lengths.shape != X.shape[1:]:
        raise ValueError(
            f"lengths have shape {lengths.shape}, expected {X.shape[1:]}; squared_lengths(X)"
        )
    squares = lengths - 2 * (x.ravel().astype(X.dtype) @ X) + float(x.ravel() @ x.ravel())
    count = min(count, X.shape[1])
    nearest = np.argpartition(squares, count - 1)[:count]
    nearest = nearest[np.lexsort((nearest, squares[nearest]))]
    # rounding may leave a little less than 0
    return nearest, np.sqrt(np.maximum(squares[nearest], 0))
