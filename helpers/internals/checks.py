"""Checks of arguments, one for each kind of mistake.

A wrong type raises TypeError, a wrong value or shape raises ValueError, and the sentence has one
form: "name is X, expected Y; do Z".
"""

import math
import numbers
import os
from pathlib import Path

import numpy as np

_BOUNDS = {
    "above": ("greater than", lambda value, bound: value > bound),
    "at_least": ("at least", lambda value, bound: value >= bound),
    "below": ("less than", lambda value, bound: value < bound),
    "at_most": ("at most", lambda value, bound: value <= bound),
}


# --- numbers, choices, random generators


def check_number(name, value, *, hint="", **bounds):
    """Check a finite real number; the bounds are above, at_least, below and at_most."""
    words = " and ".join(f"{_BOUNDS[kind][0]} {bound}" for kind, bound in bounds.items())
    expected = f"a number {words}" if bounds else "a finite number"
    if not isinstance(value, numbers.Real) or isinstance(value, (bool, np.bool_)):
        raise _wrong(TypeError, name, value, expected, hint)
    finite = -np.inf < value < np.inf
    if not finite or not all(_BOUNDS[kind][1](value, bound) for kind, bound in bounds.items()):
        raise _wrong(ValueError, name, value, expected, hint)


def check_count(name, value, *, at_least=1, at_most=None, none_means=None):
    """Check a whole number; none_means says what None stands for, where None is allowed."""
    if value is None and none_means:
        return
    expected = f"a whole number of at least {at_least}"
    if at_most is not None:
        expected = f"a whole number from {at_least} to {at_most}"
    if none_means:
        expected += f", or None for {none_means}"
    if not is_whole(value):
        raise _wrong(TypeError, name, value, expected)
    if value < at_least or (at_most is not None and value > at_most):
        raise _wrong(ValueError, name, value, expected)


def is_whole(value):
    """Return whether a value is an integer of Python or NumPy; a boolean is not."""
    return isinstance(value, numbers.Integral) and not isinstance(value, (bool, np.bool_))


def check_choice(name, value, choices, *, hint=""):
    """Check that a value is one of the choices, which are texts or None."""
    expected = f"one of {', '.join(map(repr, choices))}"
    if not isinstance(value, tuple({type(choice) for choice in choices})):
        raise _wrong(TypeError, name, value, expected, hint)
    if value not in choices:
        raise _wrong(ValueError, name, value, expected, hint)


def check_path(name, value, *, hint=""):
    """Return a path as a Path, with the home folder in place of ~."""
    if not isinstance(value, (str, os.PathLike)) or isinstance(os.fspath(value), bytes):
        raise _wrong(TypeError, name, value, "the path of a file, as text or a Path", hint)
    return Path(value).expanduser()


def check_function(name, value):
    """Check that a value is a function, or None."""
    if value is not None and not callable(value):
        raise _wrong(TypeError, name, value, "a function or None")


def check_dtype(dtype):
    """Check that dtype is np.float64 or np.float32, or the name of one of them."""
    if not isinstance(dtype, (type, str, np.dtype)):
        raise _wrong(TypeError, "dtype", dtype, "np.float64 or np.float32")
    if dtype not in (np.float64, np.float32, "float64", "float32"):
        raise _wrong(ValueError, "dtype", dtype, "np.float64 or np.float32")


def check_rng(rng):
    """Check that rng is a NumPy random generator; a seed alone is not enough."""
    if not isinstance(rng, np.random.Generator):
        hint = "np.random.default_rng(0) makes one"
        raise _wrong(TypeError, "rng", rng, "a random generator", hint)


def check_learning_rate(learning_rate):
    """Check that the learning rate is a positive number."""
    check_number("learning_rate", learning_rate, above=0, hint="0.1 is a good first try")


def check_layer_sizes(layer_sizes):
    """Return layer sizes as a list of at least two positive Python integers."""
    expected = "two or more positive whole numbers from the inputs to the classes, such as [784, 10, 10, 10]"
    if not isinstance(layer_sizes, (list, tuple, np.ndarray)) or not all(
        map(is_whole, layer_sizes)
    ):
        raise _wrong(TypeError, "layer_sizes", layer_sizes, expected)
    if len(layer_sizes) < 2 or min(layer_sizes) < 1:
        raise _wrong(ValueError, "layer_sizes", layer_sizes, expected)
    return [int(size) for size in layer_sizes]


# --- arrays


def check_array(name, values, *, kinds="fiub", expected="a NumPy array of numbers"):
    """Check that values are a NumPy array of these kinds of dtype."""
    if not _is_array(values, kinds):
        raise _wrong(TypeError, name, values, expected)


def _is_array(values, kinds="fiub"):
    """Return whether values are a NumPy array of these kinds of dtype."""
    return isinstance(values, np.ndarray) and values.dtype.kind in kinds


def check_parameters(parameters, name="parameters"):
    """Check that parameters, or gradients, are a list of layers (W, b) whose shapes chain."""
    if not isinstance(parameters, (list, tuple)) or not parameters:
        error = ValueError if isinstance(parameters, (list, tuple)) else TypeError
        hint = "initialize_parameters makes one" if name == "parameters" else ""
        raise _wrong(error, name, parameters, "a list of layers", hint)
    n_in = None
    for number, layer in enumerate(parameters, 1):
        if not isinstance(layer, (list, tuple)) or len(layer) != 2:
            raise _wrong(TypeError, f"layer {number} of the {name}", layer, "a pair (W, b)")
        W, b = layer
        if not (_is_array(W) and _is_array(b)):
            check_array(f"W{number}", W)
            check_array(f"b{number}", b)
        if W.ndim != 2:
            raise ValueError(f"W{number} has shape {W.shape}, expected (n_out, n_in)")
        n_out, width = W.shape
        if n_in is not None and width != n_in:
            raise ValueError(
                f"W{number} has shape {W.shape}, expected ({n_out}, {n_in}): layer {number - 1} has {n_in} neurons"
            )
        if b.shape != (n_out, 1):  # a flat b, (n_out,), would broadcast a batch of n_out silently
            raise ValueError(
                f"b{number} has shape {b.shape}, expected ({n_out}, 1), one row per neuron of "
                f"W{number} {W.shape}; b.reshape(-1, 1) makes a column"
            )
        n_in = n_out


def check_float64(values):
    """Check that an array of the parameters is float64: finite differences need its digits."""
    if values.dtype != np.float64:
        raise ValueError(
            f"parameters are {values.dtype}, expected float64: shorter numbers hide the slope"
        )


def check_examples(parameters, X):
    """Check that X is an array (n0, m) that fits the first layer; rows are recognized."""
    n0 = parameters[0][0].shape[1]
    if _is_array(X) and X.ndim == 2 and X.shape[0] == n0:
        return
    check_array("X", X, expected=f"a NumPy array of shape ({n0}, m), one column per example")
    hint = ""
    if X.shape == (n0,):
        hint = "; X.reshape(-1, 1) makes a batch of one example"
    elif X.ndim == 2 and X.shape[1] == n0:
        hint = "; the examples seem to be rows: pass X.T"
    raise ValueError(f"X has shape {X.shape}, expected ({n0}, m), one column per example{hint}")


def check_targets(parameters, activations, Y):
    """Check that activations are those of every layer, and Y is of the last one's shape."""
    if not isinstance(activations, (list, tuple)):
        expected = "a list [A0 = X, A1, ..., AL]"
        raise _wrong(
            TypeError, "activations", activations, expected, "forward_propagation returns it"
        )
    if len(activations) != len(parameters) + 1:
        raise ValueError(
            f"there are {len(activations)} activations for {len(parameters)} layers, expected "
            f"{len(parameters) + 1}: [A0 = X, A1, ..., AL], as forward_propagation returns them"
        )
    expected = activations[-1].shape
    if _is_array(Y) and Y.shape == expected:
        return
    hint = f"one_hot(labels, {expected[0]}) makes it"
    check_array("Y", Y, expected=f"a NumPy array of shape {expected}, one-hot; {hint}")
    raise ValueError(f"Y has shape {Y.shape}, expected {expected}, one-hot; {hint}")


def check_labels(labels, num_classes):
    """Return labels as an array (m,) of integers, all of them classes."""
    labels = np.asarray(labels)
    if labels.dtype.kind not in "biuf":
        raise _wrong(TypeError, "labels", labels, "integers")
    if labels.ndim != 1:
        looks_one_hot = labels.ndim == 2
        hint = "; they look one-hot: labels.argmax(axis=0) undoes it" if looks_one_hot else ""
        raise ValueError(f"labels have shape {labels.shape}, expected (m,), one per example{hint}")
    if labels.size and labels.dtype.kind not in "iu":
        raise _wrong(TypeError, "labels", labels, "integers", "labels.astype(int) converts them")
    wrong = np.flatnonzero((labels < 0) | (labels >= num_classes))
    if wrong.size:
        raise ValueError(
            f"label {labels[wrong[0]]} at position {wrong[0]} is outside the {num_classes} classes "
            f"0 to {num_classes - 1}"
        )
    return labels.astype(np.intp, copy=False)


def check_pair(name, values, other_name, others, *, hint=""):
    """Return both as arrays (m,) with the same m, at least 1: (m,) and (1, m) would broadcast."""
    values, others = np.asarray(values), np.asarray(others)
    if values.shape != others.shape or values.ndim != 1 or values.size == 0:
        raise ValueError(
            f"{name} has shape {values.shape} and {other_name} {others.shape}, expected (m,) "
            f"twice, m at least 1{'; ' * bool(hint)}{hint}"
        )
    return values, others


# --- images and data sets


def check_image_shape(image_shape):
    """Return image_shape as a tuple (height, width) of positive Python integers."""
    expected = "(height, width) in pixels, such as (28, 28)"
    if not isinstance(image_shape, (tuple, list)) or not all(map(is_whole, image_shape)):
        raise _wrong(TypeError, "image_shape", image_shape, expected)
    if len(image_shape) != 2 or min(image_shape) < 1:
        raise _wrong(ValueError, "image_shape", image_shape, expected)
    return tuple(int(length) for length in image_shape)


def check_images(X, image_shape=None):
    """Check that X is a float array (pixels, m), one image per column."""
    expected = "a NumPy array (pixels, m) of float32 or float64, one column per image"
    if not isinstance(X, np.ndarray) or X.dtype not in (np.float32, np.float64):
        raise _wrong(TypeError, "X", X, expected)
    if X.ndim != 2:
        raise _wrong(ValueError, "X", X, expected)
    pixels = X.shape[0] if image_shape is None else math.prod(image_shape)
    if X.shape[0] != pixels:
        hint = "; the images seem to be rows: pass X.T" if X.shape[1] == pixels else ""
        raise ValueError(
            f"X has {X.shape[0]} rows, expected {pixels} for image_shape {image_shape}{hint}"
        )


def check_is_dataset(name, dataset):
    """Check that a dataset is a Dataset."""
    if not hasattr(dataset, "X") or not hasattr(dataset, "labels"):
        raise _wrong(TypeError, name, dataset, "a Dataset", "load_dataset or load_csv makes one")


def check_labeled(name, dataset):
    """Check that a dataset is a Dataset with labels and at least one example."""
    check_is_dataset(name, dataset)
    if dataset.labels is None:
        raise ValueError(f"{name} has no labels, expected one per example")
    if dataset.X.shape[1] == 0:
        raise ValueError(f"{name} is empty, expected at least one example")


def check_dataset(name, dataset, layer_sizes):
    """Check that a dataset can train or judge a network of these layer sizes."""
    check_labeled(name, dataset)
    features = dataset.X.shape[0]
    if features != layer_sizes[0]:
        raise ValueError(
            f"{name} has {features} features per example, but layer_sizes {list(layer_sizes)} "
            f"starts with {layer_sizes[0]}; begin layer_sizes with {features}"
        )
    try:
        check_labels(dataset.labels, layer_sizes[-1])
    except ValueError as error:
        raise ValueError(
            f"{name}: {error}; layer_sizes ends with {layer_sizes[-1]}, one output per class"
        ) from None


def _wrong(error, name, value, expected, hint=""):
    """Return an error with the usual sentence."""
    came = " ".join(repr(value).split())[:60]  # on one line
    if isinstance(value, np.ndarray):
        came = f"an array of {value.dtype} of shape {value.shape}"
    return error(f"{name} is {came}, expected {expected}{'; ' * bool(hint)}{hint}")
