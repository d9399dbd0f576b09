"""Does every example, every label and every number arrive where it is meant to?"""

import numpy as np
import pandas as pd

from helpers.dataset import Dataset
from helpers.network import forward_propagation


def trace_batches(batches, examples, batch_size, *, seed=0):
    """Send numbered examples through a function that makes batches, and count what comes out.

    batches(X, Y, batch_size, rng) yields pairs (X, Y) of columns. Here X and Y are both the numbers 0, 1, 2, ...
    Returns a Series: `batches`, `seen` (different examples), `missing`, `repeated` (beyond the first time) and
    `misaligned` (columns of X beside the Y of another example). All but the first two should be 0.
    Raises ValueError where a batch has not as many columns in X as in Y.
    """
    numbers = np.arange(examples)[np.newaxis]
    pairs = [(X, Y) for X, Y in batches(numbers, numbers.copy(), batch_size, np.random.default_rng(seed))]
    for X, Y in pairs:
        if X.shape != Y.shape:
            raise ValueError(f"a batch has X of shape {X.shape} and Y of shape {Y.shape}, expected as many columns")
    X, Y = (np.concatenate([pair[i] for pair in pairs], axis=1)[0] if pairs else np.empty(0) for i in (0, 1))
    seen = len(np.unique(X))
    counts = {"batches": len(pairs), "seen": seen, "missing": examples - seen, "repeated": len(X) - seen}
    return pd.Series(counts | {"misaligned": int((X != Y).sum())})


def batch_dependence(parameters, X, *, forward=forward_propagation, sizes=(1, 7, 10, 32)):
    """Compare what a forward pass says to a batch and what it says to the same examples one at a time.

    X: (n0, m) with m at least the largest of `sizes`. Returns a DataFrame with a row a batch size: `difference`
    (the largest, in probability; rounding is under 1e-9) and `error` (what was raised, or ""). An example's answer
    must not depend on its neighbors: a softmax over the wrong axis or a bias of shape (n,) shows here.
    Raises ValueError where X has too few columns.
    """
    if X.shape[1] < max(sizes):
        raise ValueError(f"X has {X.shape[1]} examples, expected at least {max(sizes)}, the largest batch")
    rows = {}
    for size in sizes:
        try:
            together = forward(parameters, X[:, :size])[-1]
            alone = np.hstack([forward(parameters, X[:, [i]])[-1] for i in range(size)])
            rows[size] = np.abs(together - alone).max() if together.shape == alone.shape else np.inf, ""
        except ValueError as error:
            rows[size] = np.nan, str(error)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["difference", "error"]).rename_axis("batch size")


def label_sensitivity(evaluate, parameters, train_set, dev_set, *, seed=0):
    """Ask each number of an evaluation which labels it depends on, by shuffling those of one set at a time.

    evaluate(parameters, train_set, dev_set) -> dictionary of numbers. Returns a DataFrame with a column a number and
    the rows "as they are", "training labels shuffled", "development labels shuffled". A development accuracy must
    fall to 1 / classes in the last row and must not move in the second. Raises nothing of its own.
    """
    rng = np.random.default_rng(seed)

    def shuffled(dataset):
        return Dataset(dataset.X, rng.permutation(dataset.labels), dataset.class_names, dataset.image_shape)

    rows = {
        "as they are": (train_set, dev_set),
        "training labels shuffled": (shuffled(train_set), dev_set),
        "development labels shuffled": (train_set, shuffled(dev_set)),
    }
    return pd.DataFrame({name: evaluate(parameters, *sets) for name, sets in rows.items()}).T


def softmax_report(softmax, *, sizes=(1, 10, 100, 1000), classes=10, examples=7, seed=0):
    """Feed a softmax scores of growing size, and see whether probabilities come out.

    softmax(Z) -> A, both (classes, m). Returns a DataFrame with a row a size of the largest score: `finite` and
    `sum_is_1` (whether that holds for every column). Raises nothing of its own.
    """
    Z = np.random.default_rng(seed).uniform(-1, 1, (classes, examples))
    rows = {}
    with np.errstate(all="ignore"):
        for size in sizes:
            A = softmax(Z / np.abs(Z).max() * size)
            rows[size] = bool(np.isfinite(A).all()), bool(np.allclose(A.sum(axis=0), 1))
    return pd.DataFrame.from_dict(rows, orient="index", columns=["finite", "sum_is_1"]).rename_axis("largest score")
