"""Checks of arguments, one for each kind of mistake.

A wrong type raises TypeError, a wrong value or shape raises ValueError, and the sentence has one
form: "name is X, expected Y; do Z".
"""

import functools
import inspect
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


def checks_arguments(**checks):
    """Have a function check its arguments first: each name has its check(name, value).

    `function.__wrapped__` is the function without, for the training loop, which has checked once.
    """

    def decorate(function):
        signature = inspect.signature(function)

        @functools.wraps(function)
        def checked(*values, **named):
            for name, value in signature.bind(*values, **named).arguments.items():
                if name in checks:
                    checks[name](name, value)
            return function(*values, **named)

        return checked

    return decorate


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
    if not str(value).strip():
        raise _wrong(ValueError, name, value, "the path of a file", hint)
    return Path(value).expanduser()


def check_function(name, value, *, or_none=True):
    """Check that a value is a function, or None."""
    if not callable(value) and not (or_none and value is None):
        raise _wrong(TypeError, name, value, f"a function{' or None' * or_none}")


def check_flag(name, value, *, or_none=False):
    """Check that a value is True or False, or None where that is allowed."""
    if not isinstance(value, (bool, np.bool_)) and not (or_none and value is None):
        raise _wrong(TypeError, name, value, f"True or False{', or None' * or_none}")


def check_dict(name, value):
    """Check that a value is a dict."""
    if not isinstance(value, dict):
        raise _wrong(TypeError, name, value, "a dict")


def _is_sequence(values):
    """Whether values are several: a list or the like, not a text."""
    return isinstance(values, (list, tuple, range)) or getattr(values, "shape", ()) != ()


def check_sequence(name, values, check, expected):
    """Check that values are several, and each of them; texts and dicts are not meant."""
    if not _is_sequence(values):
        raise _wrong(TypeError, name, values, expected)
    for value in values:
        check(f"one of {name}", value)


def check_dtype(dtype, *, others=()):
    """Check that dtype is np.float64 or np.float32, or the name of one of them, or of others."""
    names = ("float64", "float32", *others)
    expected = " or ".join(f"np.{name}" for name in names)
    if not isinstance(dtype, (type, str, np.dtype)):
        raise _wrong(TypeError, "dtype", dtype, expected)
    if getattr(dtype, "__name__", str(dtype)) not in names:
        raise _wrong(ValueError, "dtype", dtype, expected)


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
    if type(values) is np.ndarray and values.dtype.kind in kinds:  # quick, and nearly always so
        return
    if not isinstance(values, np.ndarray) or values.dtype.kind not in kinds:
        raise _wrong(TypeError, name, values, expected)
    if isinstance(values, (np.matrix, np.ma.MaskedArray)):  # whose products and sums are others
        masked = isinstance(values, np.ma.MaskedArray)
        hint = f"{name}.filled(0)" if masked else f"np.asarray({name})"
        raise _wrong(TypeError, name, type(values), "a plain NumPy array", f"{hint} makes one")


def check_numbers(name, values):
    """Check that values are numbers: one, or an array of them of any shape."""
    is_number = isinstance(values, numbers.Real)
    if not is_number and getattr(getattr(values, "dtype", None), "kind", "") not in tuple("fiub"):
        raise _wrong(TypeError, name, values, "an array of numbers", "np.array(...) makes one")


def check_parameters(parameters, name="parameters"):
    """Check that parameters, or gradients, are a list of layers (W, b) whose shapes chain."""
    if not isinstance(parameters, (list, tuple)) or not parameters:
        error = ValueError if isinstance(parameters, (list, tuple)) else TypeError
        hint = "initialize_parameters makes one" if name == "parameters" else ""
        if hasattr(parameters, "parameters"):
            hint = "its .parameters are one"
        elif isinstance(parameters, dict) and "W1" in parameters:
            hint = "[(W1, b1), (W2, b2)] is one"
        raise _wrong(error, name, parameters, "a list of layers", hint)
    n_in = None
    for number, layer in enumerate(parameters, 1):
        if not isinstance(layer, (list, tuple)) or len(layer) != 2:
            hint = "[(W1, b1), (W2, b2)] is a list of them" if number == 1 else ""
            raise _wrong(TypeError, f"layer {number} of the {name}", layer, "a pair (W, b)", hint)
        W, b = layer
        check_array(f"W{number}", W)
        check_array(f"b{number}", b)
        if W.ndim != 2:
            raise ValueError(f"W{number} has shape {W.shape}, expected (n_out, n_in)")
        n_out, width = W.shape
        if n_in is not None and width != n_in:
            hint = f"; take W{number}.T if it is (n_in, n_out)" if n_out == n_in else ""
            raise ValueError(
                f"W{number} has shape {W.shape}, expected ({n_out}, {n_in}): layer {number - 1} "
                f"has {n_in} neurons{hint}"
            )
        if b.shape != (n_out, 1):  # a flat b, (n_out,), would broadcast a batch of n_out silently
            if b.size == width != n_out:
                raise ValueError(
                    f"W{number} has shape {W.shape} and b{number} {b.size} numbers, expected "
                    f"(n_out, n_in) and n_out: W{number} seems to be (n_in, n_out), as in Keras "
                    f"or scikit-learn; take W{number}.T, and b{number}.reshape(-1, 1)"
                )
            hint = "; b.reshape(-1, 1) makes a column" if b.size == n_out else ""
            raise ValueError(
                f"b{number} has shape {b.shape}, expected ({n_out}, 1), one row per neuron of "
                f"W{number} {W.shape}{hint}"
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
    check_array("X", X, expected=f"a NumPy array of shape ({n0}, m), one column per example")
    if X.ndim == 2 and X.shape[0] == n0:
        return
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
    expected = getattr(activations[-1], "shape", ())
    if len(expected) != 2:
        hint = "forward_propagation returns them"
        raise _wrong(TypeError, "the last of activations", activations[-1], "an array", hint)
    hint = f"one_hot(labels, {expected[0]}) makes it"
    check_array("Y", Y, expected=f"a NumPy array of shape {expected}, one-hot; {hint}")
    if Y.shape != expected:
        raise ValueError(f"Y has shape {Y.shape}, expected {expected}, one-hot; {hint}")


def check_finite(name, X):
    """Refuse NaN and infinity, and say where the first of them stands."""
    if not np.isfinite(X).all():
        column, row = np.argwhere(~np.isfinite(X.T))[0]
        raise ValueError(
            f"{name} holds {X[row, column]}, first in column {column}, row {row}, expected numbers; "
            "replace it, or leave the example out"
        )


def check_labels(labels, num_classes):
    """Return labels as an array (m,) of integers, all of them classes."""
    labels = _integers("labels", labels)
    wrong = np.flatnonzero((labels < 0) | (labels >= num_classes))
    if wrong.size:
        raise ValueError(
            f"label {labels[wrong[0]]} at position {wrong[0]} is outside the {num_classes} classes "
            f"0 to {num_classes - 1}"
        )
    return labels.astype(np.intp, copy=False)


def as_array(name, values):
    """Return values as an array; lists of different lengths make none."""
    try:
        return np.asarray(values)
    except ValueError:
        raise _wrong(TypeError, name, values, "an array, or lists of equal lengths") from None


def _integers(name, values):
    """Return labels or predictions as an array (m,) of integers."""
    values = as_array(name, values)
    if values.dtype.kind not in "biuf":
        hint = ""
        if values.ndim and all(isinstance(v, (str, bytes)) or is_whole(v) for v in values.flat):
            digits = all(is_whole(v) or v.strip().isdigit() for v in values.flat)
            hint = f"np.asarray({name}).astype(int) converts them"
            if not digits:
                hint = f"np.unique({name}, return_inverse=True)[1] numbers their names"
        raise _wrong(TypeError, name, values, "integers", hint)
    if values.ndim != 1:
        hint = ""
        if values.ndim == 2 and 1 in values.shape:
            hint = f"; {name}.ravel() has that shape"
        elif values.ndim == 2 and values.size:
            axis = int((values.sum(axis=0) != 1).any() and (values.sum(axis=1) == 1).all())
            hint = f"; they look one-hot: {name}.argmax(axis={axis}) undoes it"
        raise ValueError(f"{name} have shape {values.shape}, expected (m,), one per example{hint}")
    if values.size and values.dtype.kind not in "iu":
        whole = values == np.floor(values) if values.dtype.kind == "f" else np.array([True])
        if whole.all():
            raise _wrong(TypeError, name, values, "integers", f"{name}.astype(int) converts them")
        found = f"{values[~whole][0]} at position {np.flatnonzero(~whole)[0]}"
        raise _wrong(TypeError, name, values, "integers", f"the first that is none is {found}")
    return values


def check_label_array(labels):
    """Check that labels are a NumPy array (m,) of integers, and say how to make them one."""
    if not isinstance(labels, np.ndarray):
        several = _is_sequence(labels)
        if several:
            _integers("labels", labels)
        hint = "np.asarray(labels) makes one" if several else ""
        raise _wrong(TypeError, "labels", labels, "a NumPy array of integers", hint)
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        _integers("labels", labels)
        raise _wrong(TypeError, "labels", labels, "a NumPy array of integers", "")


def check_answers(predictions, labels):
    """Return predictions and labels as arrays (m,) of integers, with the same m, at least 1."""
    predictions, labels = _integers("predictions", predictions), _integers("labels", labels)
    return check_pair("predictions", predictions, "labels", labels)


def check_pair(name, values, other_name, others, *, hint=""):
    """Return both as arrays (m,) with the same m, at least 1: (m,) and (1, m) would broadcast."""
    values, others = as_array(name, values), as_array(other_name, others)
    if values.shape != others.shape or values.ndim != 1 or values.size == 0:
        raise ValueError(
            f"{name} has shape {values.shape} and {other_name} {others.shape}, expected (m,) "
            f"twice, m at least 1{'; ' * bool(hint)}{hint}"
        )
    return values, others


# --- images and data sets


def check_class_names(class_names):
    """Return the names of the classes as a tuple."""
    expected = 'a list of the names of the classes, such as ["cat", "dog"]'
    if not _is_sequence(class_names):
        raise _wrong(TypeError, "class_names", class_names, expected)
    names = tuple(class_names)
    if not names or len(set(map(str, names))) < len(names):
        raise _wrong(ValueError, "class_names", class_names, f"{expected}, each of them once")
    return names


def check_picture(name, values):
    """Check that values are an array (height, width) of numbers."""
    expected = "a NumPy array (height, width) of numbers"
    check_array(name, values, expected=expected)
    if values.ndim != 2 or 0 in values.shape:
        raise _wrong(ValueError, name, values, expected)


def check_image_shape(name, image_shape):
    """Return (height, width) as a tuple of positive Python integers."""
    expected = "(height, width) in pixels, such as (28, 28)"
    if not isinstance(image_shape, (tuple, list)) or not all(map(is_whole, image_shape)):
        raise _wrong(TypeError, name, image_shape, expected)
    if len(image_shape) != 2 or min(image_shape) < 1:
        raise _wrong(ValueError, name, image_shape, expected)
    return tuple(int(length) for length in image_shape)


def check_images(X, image_shape=None):
    """Check that X is a float array (pixels, m), one image per column."""
    expected = "a NumPy array (pixels, m) of float32 or float64, one column per image"
    if not isinstance(X, np.ndarray) or X.dtype not in (np.float32, np.float64):
        raise _wrong(TypeError, "X", X, expected)
    check_array("X", X)
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
    known = hasattr(dataset, "X") and hasattr(dataset, "labels")
    if isinstance(dataset, type) or not known:
        hint = "load_dataset, load_csv or Dataset(X, labels) makes one"
        raise _wrong(TypeError, name, dataset, "a Dataset", hint)


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
