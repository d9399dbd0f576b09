"""What the plots expect of their arguments, with errors that say what to do."""

import math

import numpy as np


def as_images(images, image_shape=(28, 28)):
    """Return one image, columns (features, m) or a stack of images as (m, height, width)."""
    images = np.asarray(images)
    features = math.prod(image_shape)
    if not np.issubdtype(images.dtype, np.number) and images.dtype != bool:
        raise ValueError(f"images must hold numbers, got an array of {images.dtype}")
    if images.ndim == 3:
        stack = images
    elif images.ndim == 1 and images.size == features:
        stack = images.reshape(1, *image_shape)
    elif images.ndim == 2 and images.shape[0] == features:
        stack = images.T.reshape(-1, *image_shape)
    elif images.shape == tuple(image_shape):
        stack = images[None]
    else:
        hint = "pass image_shape=(height, width) if your images have another size"
        if images.ndim == 2 and images.shape[1] == features:
            hint = "these look like one image per row: pass images.T"
        raise ValueError(
            f"images have shape {images.shape}, expected columns of {features} pixels, "
            f"({features},) or ({features}, m), or a stack (m, height, width); {hint}"
        )
    if stack.size == 0:
        raise ValueError(f"there is no image to draw: got an array of shape {images.shape}")
    if not np.isfinite(stack).all():
        raise ValueError("images hold NaN or infinite values; draw only finite pixels")
    return stack


def full_ink(images):
    """Return the pixel value that is drawn black: 1 for scaled images, 16 or 255 for raw ones."""
    highest = images.max()
    if highest <= 2:  # noise may push scaled pixels a little over 1
        return 1
    return 16 if highest <= 16 else max(255, highest)


def as_labels(labels, class_names=None):
    """Return labels (m,) as integers, and the class names, by default "0" to "9"."""
    labels = np.asarray(labels)
    if labels.ndim != 1 or labels.size == 0:
        raise ValueError(
            f"labels must be one or more integers of shape (m,), got shape {labels.shape}"
        )
    if labels.dtype.kind not in "iuf" or (labels != np.floor(labels)).any():
        raise ValueError(
            f"labels must be whole numbers, got {labels.dtype} values such as {labels[0]!r}"
        )
    labels = labels.astype(int)
    names = as_names(class_names, 10)
    if labels.min() < 0 or labels.max() >= len(names):
        wrong = labels[(labels < 0) | (labels >= len(names))][0]
        raise ValueError(
            f"label {wrong} has no name: there are {len(names)} class names, so labels run from 0 "
            f"to {len(names) - 1}; pass class_names with a name for each class"
        )
    return labels, names


def as_names(class_names, count):
    """Return class names as a tuple of str, "0", "1", ... by default."""
    names = tuple(map(str, range(count) if class_names is None else class_names))
    if not names:
        raise ValueError(
            "class_names is empty; give one name for each class, or None for the digits"
        )
    return names


def axis_name(names):
    """Return what an axis of these classes is called: "digit" for 0 to 9, else "class"."""
    return "digit" if set(names) <= set("0123456789") else "class"


def as_matrix(matrix, class_names=None):
    """Return a confusion matrix as integers, and its class names."""
    matrix = np.asarray(matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        raise ValueError(
            f"a confusion matrix is square, (classes, classes), got shape {matrix.shape}"
        )
    if matrix.dtype.kind not in "iuf" or (matrix < 0).any() or (matrix != np.floor(matrix)).any():
        raise ValueError(
            "a confusion matrix holds counts: whole numbers from 0 up; pass it before any division"
        )
    if matrix.sum() == 0:
        raise ValueError(
            "the confusion matrix counts no example; compute it from at least one prediction"
        )
    names = as_names(class_names, len(matrix))
    if len(names) != len(matrix):
        raise ValueError(
            f"there are {len(names)} class names for {len(matrix)} rows of the confusion matrix"
        )
    return matrix.astype(int), names


def as_column(history, column, name="history"):
    """Return a history's epochs and one column as float arrays."""
    check_columns(name, history, column)
    if len(history) == 0:
        raise ValueError(f"{name} has no epoch to draw; train for at least one")
    return np.asarray(history.index, dtype=float), np.asarray(history[column], dtype=float)


def check_columns(name, table, *columns):
    """Raise ValueError for a table that lacks one of the columns."""
    have = list(getattr(table, "columns", ()))
    for column in columns:
        if column not in have:
            listed = ", ".join(map(str, have)) or "no columns"
            raise ValueError(f"{name} has no column {column!r}; it has {listed}")
