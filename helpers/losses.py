"""Labels as columns of zeros and ones, and the loss that compares probabilities with them."""

import numpy as np

from helpers.internals.checks import check_labels


def one_hot(labels, num_classes=10, *, dtype=np.float64):
    """Return one column a label, with a 1 in the label's row and 0 elsewhere.

    labels: (m,) integers from 0 to num_classes - 1. Returns Y of shape (num_classes, m).
    Raises ValueError where labels are not whole numbers, not one-dimensional or outside the classes.
    """
    labels = check_labels(labels, num_classes)
    Y = np.zeros((labels.size, num_classes), dtype)
    Y[np.arange(labels.size), labels] = 1
    return Y.T


def cross_entropy(A, Y):
    """Return the mean over the examples of -log(probability given to the true class), in nats.

    A: (classes, m) probabilities, Y: (classes, m) one-hot. Returns a float. A true class with probability 0
    costs infinity: nothing is clipped, so a training that has diverged cannot look healthy.
    Raises ValueError where the shapes differ or there is no example.
    """
    if A.shape != Y.shape or A.ndim != 2 or A.shape[1] == 0:
        raise ValueError(
            f"probabilities have shape {A.shape} and labels {Y.shape}, expected (classes, m) twice, with m >= 1; "
            "one_hot(labels) makes Y"
        )
    true_probabilities = (A * Y).sum(axis=0)
    with np.errstate(divide="ignore"):
        return float(-np.log(true_probabilities).mean(dtype=np.float64))
