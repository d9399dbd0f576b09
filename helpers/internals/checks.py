"""What an argument must be, and the sentence that says so when it is not: one place for all modules."""

import numbers

import numpy as np


def check_parameters(parameters):
    """Raise ValueError unless `parameters` is a list of layers whose shapes chain.

    Each W must be (n_out, n_in), each b (n_out, 1): a bias of shape (n,) would broadcast silently to (n, n)
    where a batch happens to hold n examples.
    """
    if not isinstance(parameters, (list, tuple)) or len(parameters) == 0:
        raise ValueError(
            f"parameters are {type(parameters).__name__} {parameters!r:.60}, expected a list of layers; "
            "initialize_parameters makes one"
        )
    n_in = None
    for number, layer in enumerate(parameters, 1):
        try:
            W, b = layer
            rows, columns = W.shape
        except (TypeError, ValueError, AttributeError):
            raise ValueError(f"layer {number} is not a pair W, b with W of shape (n_out, n_in)") from None
        if n_in is not None and columns != n_in:
            raise ValueError(
                f"W{number} has shape {W.shape}, expected ({rows}, {n_in}): layer {number - 1} has {n_in} neurons"
            )
        if b.shape != (rows, 1):
            raise ValueError(
                f"b{number} has shape {b.shape}, expected ({rows}, 1): one row a neuron of W{number} {W.shape}; "
                "b.reshape(-1, 1) makes a column"
            )
        n_in = rows


def check_examples(parameters, X):
    """Raise ValueError unless X is an array of shape (n0, m) that fits the first layer.

    parameters: a list of layers that check_parameters has passed. Rows instead of columns are recognized.
    """
    n0 = parameters[0][0].shape[1]
    if not isinstance(X, np.ndarray):
        raise ValueError(f"X is a {type(X).__name__}, expected a NumPy array of shape ({n0}, m), one example a column")
    if X.ndim == 2 and X.shape[0] == n0:
        return
    if X.shape == (n0,):
        hint = "; X.reshape(-1, 1) makes a batch of one example"
    elif X.ndim == 2 and X.shape[1] == n0:
        hint = "; the examples seem to be rows: pass X.T"
    else:
        hint = ""
    raise ValueError(f"X has shape {X.shape}, expected ({n0}, m), one example a column{hint}")


def check_targets(parameters, activations, Y):
    """Raise ValueError unless the activations are those of every layer and Y is one-hot of shape (classes, m).

    parameters: a list of layers; activations: what forward_propagation returned. The values of Y are not checked.
    """
    if len(activations) != len(parameters) + 1:
        raise ValueError(
            f"there are {len(activations)} activations for {len(parameters)} layers, expected "
            f"{len(parameters) + 1}: [A0 = X, A1, ..., AL], as forward_propagation returns them"
        )
    expected = activations[-1].shape
    if getattr(Y, "shape", None) != expected:
        came = f"shape {Y.shape}" if hasattr(Y, "shape") else f"type {type(Y).__name__}"
        raise ValueError(f"Y has {came}, expected {expected}, one-hot; one_hot(labels, {expected[0]}) makes it")


def check_labels(labels, num_classes):
    """Return labels as an array of integers after checking that they are classes.

    labels: (m,) whole numbers. Raises ValueError with the first label outside 0 to num_classes - 1, and where
    labels are not integers or not one-dimensional.
    """
    labels = np.asarray(labels)
    if labels.ndim != 1:
        hint = "; they look one-hot already: labels.argmax(axis=0) undoes it" if labels.ndim == 2 else ""
        raise ValueError(f"labels have shape {labels.shape}, expected (m,), one whole number an example{hint}")
    if labels.size and not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels are of type {labels.dtype}, expected integers; labels.astype(int) converts them")
    wrong = np.flatnonzero((labels < 0) | (labels >= num_classes))
    if wrong.size:
        raise ValueError(
            f"label {labels[wrong[0]]} at position {wrong[0]} is outside the {num_classes} classes "
            f"0 to {num_classes - 1}"
        )
    return labels.astype(np.intp, copy=False)


def check_layer_sizes(layer_sizes):
    """Return layer sizes as a list after checking that they are at least two positive whole numbers.

    layer_sizes: from the inputs to the classes, such as [784, 10, 10, 10]. Raises ValueError otherwise.
    """
    sizes = list(layer_sizes) if isinstance(layer_sizes, (list, tuple, np.ndarray)) else []
    if len(sizes) < 2 or not all(is_whole(size) and size > 0 for size in sizes):
        raise ValueError(
            f"layer_sizes is {layer_sizes!r}, expected two or more positive whole numbers from the inputs to the "
            "classes, such as [784, 10, 10, 10]"
        )
    return [int(size) for size in sizes]


def check_rng(rng):
    """Raise ValueError unless rng is a NumPy random generator (a seed alone is not enough)."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng is {rng!r}, expected a random generator; np.random.default_rng(0) makes one")


def check_learning_rate(learning_rate):
    """Raise ValueError unless the learning rate is a positive finite number."""
    check_number("learning_rate", learning_rate, above=0, hint="0.1 is a good first try")


def check_number(name, value, *, above=None, at_least=None, hint=""):
    """Raise ValueError unless `value` is a finite real number in its bounds.

    above, at_least: the lower bound, excluded or included. hint: what to do, appended to the sentence.
    """
    bound = f"greater than {above}" if above is not None else f"at least {at_least}"
    is_number = isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool_))
    in_bounds = is_number and np.isfinite(value) and (value > above if above is not None else value >= at_least)
    if not in_bounds:
        raise ValueError(f"{name} is {value!r}, expected a number {bound}" + (f"; {hint}" if hint else ""))


def check_count(name, value, *, at_least=1, none_means=None):
    """Raise ValueError unless `value` is a whole number of at least `at_least`.

    none_means: what None stands for, where None is allowed.
    """
    if value is None and none_means:
        return
    if not is_whole(value) or value < at_least:
        none = f", or None for {none_means}" if none_means else ""
        raise ValueError(f"{name} is {value!r}, expected a whole number of at least {at_least}{none}")


def is_whole(value):
    """Return whether `value` is an integer of Python or NumPy (a boolean is not). Raises nothing."""
    return isinstance(value, numbers.Integral) and not isinstance(value, (bool, np.bool_))
