"""One-hot labels, and the cross-entropy that compares probabilities with them (notebook 2)."""

import numpy as np

from helpers.internals.checks import (
    check_array,
    check_count,
    check_dtype,
    check_labels,
)

__all__ = ["cross_entropy", "one_hot"]


def one_hot(labels, num_classes=10, *, dtype=np.float64):
    """Return one column per label, with a 1 in the label's row and 0 elsewhere.

    Parameters
    ----------
    labels : array-like, shape (m,)
        Integers from 0 to num_classes - 1.
    num_classes : int
    dtype : dtype
        Of the result: np.float64, np.float32, or of integers or booleans.

    Returns
    -------
    Y : array, shape (num_classes, m)

    Raises
    ------
    TypeError
        If labels or num_classes are not integers.
    ValueError
        If the labels are not one-dimensional, or one of them is outside the classes.
    """
    check_count("num_classes", num_classes)
    check_dtype(dtype, others=("float16", "int", "int64", "int32", "uint8", "bool"))
    labels = check_labels(labels, num_classes)
    Y = np.zeros((labels.size, num_classes), dtype)
    Y[np.arange(labels.size), labels] = 1
    return Y.T


def cross_entropy(A, Y):
    """Return the mean over the examples of `-log(probability of the true class)`, in nats.

    Parameters
    ----------
    A : array, shape (classes, m)
        Probabilities.
    Y : array, shape (classes, m)
        One-hot labels.

    Returns
    -------
    float
        A true class of probability 0 costs infinity: nothing is clipped, so a training run that
        has diverged cannot look healthy.

    Raises
    ------
    TypeError
        If one of them is not an array of numbers.
    ValueError
        If the shapes differ, or there is no example.
    """
    check_array("A", A)
    check_array("Y", Y)
    if A.shape != Y.shape or A.ndim != 2 or A.shape[1] == 0:
        raise ValueError(
            f"A has shape {A.shape} and Y {Y.shape}, expected (classes, m) twice, m at least 1; one_hot(labels) makes Y"
        )
    true_probabilities = (A * Y).sum(axis=0)
    with np.errstate(divide="ignore"):
        return float(-np.log(true_probabilities).mean(dtype=np.float64))
