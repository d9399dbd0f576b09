"""The examples of a dataset that look most like a given one."""

import numpy as np

from helpers.internals.checks import check_count


def squared_lengths(X):
    """Return the sum of squares of every column of X (n0, m), as (m,). Raises nothing."""
    return np.einsum("ij,ij->j", X, X)


def nearest_examples(X, x, count=8, *, lengths=None):
    """Return the columns of X nearest to x, the nearest first, and their distances.

    X: (n0, m); x: (n0, 1). The distance is Euclidean, the root of the sum of squared differences of all features.
    lengths: squared_lengths(X), where they are known already. Returns (indices (count,), distances (count,)), fewer
    where m is smaller. Raises ValueError where the shapes do not fit or the count is not a positive whole number.
    """
    check_count("count", count)
    if X.ndim != 2 or x.shape != (X.shape[0], 1):
        raise ValueError(f"x has shape {x.shape}, expected one column, ({X.shape[0]}, 1), for X of shape {X.shape}")
    lengths = squared_lengths(X) if lengths is None else lengths
    squares = lengths - 2 * (x.ravel().astype(X.dtype) @ X) + float(x.ravel() @ x.ravel())
    count = min(count, X.shape[1])
    nearest = np.argpartition(squares, count - 1)[:count]
    nearest = nearest[np.lexsort((nearest, squares[nearest]))]
    return nearest, np.sqrt(np.maximum(squares[nearest], 0))  # rounding may leave a little less than 0
