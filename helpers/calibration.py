"""Whether a network's confidence can be taken at its word: of the answers it is 80 % sure of, are 80 % right?"""

import numpy as np
import pandas as pd

from helpers.internals.checks import check_count


def reliability(confidence, is_right, *, bins=10):
    """Sort answers into bins of equal width by their confidence, and compare confidence and accuracy in each.

    confidence: (m,) probabilities of the classes that were answered, 0 to 1; is_right: (m,) booleans, whether the
    answers were right; bins: how many. Returns a DataFrame with a row a bin: `lower`, `upper` (a bin holds what is
    above its lower and up to its upper end; 0 belongs to the first), `count`, and the means `confidence` and
    `accuracy`, fractions, NaN where the bin is empty. Raises ValueError where the arguments do not fit.
    Sources: DeGroot and Fienberg, "The comparison and evaluation of forecasters", 1983; Niculescu-Mizil and Caruana,
    "Predicting good probabilities with supervised learning", 2005.
    """
    confidence, is_right = _checked(confidence, is_right)
    check_count("bins", bins)
    edges = np.linspace(0, 1, bins + 1)
    number = np.maximum(np.searchsorted(edges, confidence, side="left"), 1) - 1
    count = np.bincount(number, minlength=bins)
    sums = [np.bincount(number, values, minlength=bins) for values in (confidence, is_right)]
    means = [np.divide(total, count, out=np.full(bins, np.nan), where=count > 0) for total in sums]
    columns = {"lower": edges[:-1], "upper": edges[1:], "count": count, "confidence": means[0], "accuracy": means[1]}
    return pd.DataFrame(columns)


def expected_calibration_error(confidence, is_right, *, bins=10):
    """Return by how much confidence and accuracy differ in a bin, the mean over all answers, a fraction 0 to 1.

    Arguments and errors are those of reliability: sum over the bins of count / m * |accuracy - confidence|. Raises
    ValueError as reliability does.
    Sources: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", 2015;
    Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", 2017.
    """
    table = reliability(confidence, is_right, bins=bins)
    gaps = (table["accuracy"] - table["confidence"]).abs()  # an empty bin's is NaN, which sum() leaves out
    return float((table["count"] * gaps).sum() / table["count"].sum())


def _checked(confidence, is_right):
    """Return both as arrays (m,), m at least 1, probabilities and booleans."""
    confidence, is_right = np.asarray(confidence), np.asarray(is_right)
    if confidence.shape != is_right.shape or confidence.ndim != 1 or confidence.size == 0:
        raise ValueError(
            f"confidence has shape {confidence.shape} and is_right {is_right.shape}, expected (m,) twice, m at least "
            "1; the confidence of an answer is the largest of its probabilities, probabilities.max(axis=0)"
        )
    if is_right.dtype != bool:
        raise ValueError(f"is_right holds {is_right.dtype}, expected booleans: predictions == labels makes them")
    if confidence.dtype.kind != "f" or not (confidence.min() >= 0 and confidence.max() <= 1 + 1e-6):
        raise ValueError("confidence must hold probabilities, from 0 to 1; percentages have to be divided by 100")
    return confidence, is_right
