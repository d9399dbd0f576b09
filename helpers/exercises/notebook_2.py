"""The exercises of notebook 2: a leak, images as rows, a tent, first weights, a loss of scores."""

import re
from itertools import pairwise

import numpy as np

from helpers.activations import leaky_relu, relu, softmax
from helpers.exercises.checking import make_check
from helpers.exercises.comparing import describe_type, show_number, show_pair
from helpers.exercises.recognizing import Predicate, every, gives, stops, when
from helpers.losses import cross_entropy, one_hot
from helpers.network import initialize_parameters

check_leaky_relu = make_check(
    "2.1", "my_leaky_relu", "Let a little through", leaky_relu,
    cases=lambda: [
        (np.array([[-100.0, 0.0, 2.0]]),),
        (np.array([[-3.0, 1.0, -0.5], [0.0, 400.0, -1000.0]]),),
        (np.random.default_rng(0).standard_normal((10, 6)),),
    ],
    mistakes=[
    ("plain ReLU", relu,
     "negative sums should keep a hundredth of their size"),
    ("both scaled", lambda Z: 0.01 * Z,
     "only negative sums are made smaller; positive ones pass unchanged"),
    ("a floor", lambda Z: np.maximum(Z, 0.01),
     "here 0.01 is the smallest answer there is; it should be a factor of `Z`"),
    ("the wrong side", lambda Z: np.minimum(Z, 0.01 * Z),
     "the positive sums were made smaller, and the negative ones passed unchanged"),
    ("positive leak", lambda Z: np.where(Z > 0, Z, -0.01 * Z),
     "a negative sum should stay negative"),
    ("if for an array", stops("truth value of an array"),
     "an `if` decides once, but here each number needs its own decision: `np.where` or "
     "`np.maximum`"),
])  # fmt: skip


def layer_of_rows(W, b, X_rows):
    return X_rows @ W.T + b.T


def meet(left, right):
    """Whether a product stops where these two inner numbers, of names as in (m, inputs), meet."""

    def holds(attempt):
        W, _, X_rows = attempt.case
        sizes = {"m": len(X_rows), "inputs": W.shape[1], "neurons": W.shape[0]}
        text = str(attempt.outcome.error)
        if met := re.search(r"matmul.*size (\d+) is different from (\d+)", text):
            inner = int(met[2]), int(met[1])
        else:  # np.dot
            inner = tuple(map(int, re.search(r"(\d+) \(dim \d\) != (\d+)", text).groups()))
        return inner == (sizes[left], sizes[right])

    return Predicate(holds)


def row_cases():
    """Two neurons, three inputs, four images; as many images as neurons; more of each."""
    rng = np.random.default_rng(0)
    W, b = np.array([[1.0, -2.0, 0.5], [0.0, 1.0, -1.0]]), np.array([[-1.0], [1.0]])
    X_rows = np.array([[2.0, 1.0, 3.0], [0.0, 0.0, 0.0], [1.0, 2.0, 0.0], [0.0, 1.0, 2.0]])
    more = tuple(rng.standard_normal(shape) for shape in ((5, 7), (5, 1), (11, 7)))
    return [(W, b, X_rows), (W, b, X_rows[:2]), more]


check_rows = make_check(
    "2.2", "my_layer_of_rows", "Take images as rows", layer_of_rows, row_cases,
    mistakes=[
    ("no transpose", meet("inputs", "neurons"),
     "(m, inputs) times (neurons, inputs) does not fit: which factor must be transposed?"),
    ("W first", (meet("inputs", "m"), meet("neurons", "m")),
     "`W` stands first, but with images as rows the result is (m, neurons), so `X_rows` comes "
     "first"),
    ("X_rows transposed", meet("m", "inputs"),
     "`X_rows` is (m, inputs) already, as the first factor should be: only `W` must be transposed"),
    ("columns come out", lambda W, b, X_rows: W @ X_rows.T + b,
     "these are the right numbers with one image per column; here each image is a row of the result"),
    ("bias as a column", lambda W, b, X_rows: X_rows @ W.T + b,
     "the bias is still a column, (neurons, 1), but a neuron is now a column of the result: lay "
     "it down"),
    ("no bias", lambda W, b, X_rows: X_rows @ W.T,
     "the bias is missing"),
    ("activations", lambda W, b, X_rows: relu(layer_of_rows(W, b, X_rows)),
     "these are the activations; the sums before ReLU were asked for"),
])  # fmt: skip


# 2.3: three ReLU neurons whose curve is a tent from 0 to 2 with its top at 1

POINTS = np.array([-3.0, -1.0, 0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 10.0])
SHAPES = {"W1": (3, 1), "b1": (3, 1), "W2": (1, 3), "b2": (1, 1)}


def tent_network():
    hidden = np.ones((3, 1)), np.array([[0.0], [-1.0], [-2.0]])
    return [hidden, (np.array([[1.0, -2.0, 1.0]]), np.zeros((1, 1)))]


def curve(layers, x):
    """The output of a network at each x."""
    (W1, b1), (W2, b2) = layers
    return (W2 @ relu(W1 @ x.reshape(1, -1) + b1) + b2)[0]


def judge_tent(layers):
    """What is wrong with a network, or None where it makes the tent."""
    if not isinstance(layers, (list, tuple)) or [len(layer) for layer in layers] != [2, 2]:
        wanted = "expected a list of two pairs, `[(W1, b1), (W2, b2)]`"
        return f"my_tent is {describe_type(layers)}, {wanted}"
    for name, values in named(layers).items():
        if not isinstance(values, np.ndarray) or values.shape != SHAPES[name]:
            is_array = isinstance(values, np.ndarray)
            got = f"has shape {values.shape}" if is_array else f"is {describe_type(values)}"
            return f"your {name} {got}, expected an array of shape {SHAPES[name]}"
    heights, right = curve(layers, POINTS), np.maximum(0, 1 - np.abs(POINTS - 1))
    wrong = np.flatnonzero(~np.isclose(heights, right, atol=1e-9))
    if not wrong.size:
        return None
    got, expected = show_pair(float(heights[wrong[0]]), float(right[wrong[0]]))
    place = f"at x = {show_number(POINTS[wrong[0]])}"
    return f"{place} your curve has the height {got}, expected {expected}"


def named(layers):
    """The arrays of a network by their names."""
    (W1, b1), (W2, b2) = layers
    return dict(zip(SHAPES, (W1, b1, W2, b2), strict=True))


def shapes_are(**wanted):
    """Whether one of these arrays has the shape that is given for it."""
    return when(lambda layers: any(np.shape(named(layers)[n]) == wanted[n] for n in wanted))


def goes_through(points, heights):
    """Whether the curve has these heights."""
    return when(lambda layers: np.allclose(curve(layers, np.array(points)), heights))


def slope_at_the_end(layers):
    """The slope of the curve far to the right."""
    return round(float(np.diff(curve(layers, np.array([100.0, 101.0])))[0]), 9)


def is_list(layers):
    """Whether an array of the answer is a list of lists in the right shape."""
    arrays = named(layers)
    return any(isinstance(arrays[n], list) and np.shape(arrays[n]) == SHAPES[n] for n in SHAPES)


check_tent = make_check(
    "2.3", "my_tent", "Build a tent out of three neurons", tent_network, judge=judge_tent,
    after="three bends make a tent, and a sum of tents follows any curve",
    mistakes=[
    ("a list", when(is_list),
     "make it an array: `np.array([[...], ...])`"),
    ("flat weights", shapes_are(W1=(3,), W2=(3,)),
     "a matrix has two axes also where there is one input or one output: `[[1.0], [1.0], [1.0]]` "
     "is a column"),
    ("b before W", shapes_are(W2=(1, 1), b2=(1, 3)),
     "in each pair `W` comes first"),
    ("flat bias", shapes_are(b1=(3,), b2=(1,)),
     "a bias is a column, one row per neuron"),
    ("transposed", shapes_are(W1=(1, 3), W2=(3, 1)),
     "a row of `W` is a neuron, a column is an input"),
    ("falls on", goes_through(POINTS, relu(POINTS) - 2 * relu(POINTS - 1)),
     "the way down never ends: the third neuron must bend the curve level again at x = 2"),
    ("stays up", goes_through([0.0, 0.5, 1.0, 1.5], [0, 0.5, 1, 1]),
     "at x = 1 the slope must change from 1 to -1, which is a change of -2 and not of -1"),
    ("bends at the wrong places",
     when(lambda layers: (named(layers)["b1"] > 0).any() and np.all(named(layers)["W1"] == 1)),
     "the neuron relu(x + c) begins at x = -c: for a bend to the right of 0 the bias is negative"),
    ("slope left over", when(lambda layers: slope_at_the_end(layers) != 0),
     "after x = 2 the curve should be level: the slopes of all three neurons must add up to 0 "
     "there"),
])  # fmt: skip


# 2.4


def layers_with(scale, bias=0, turned=False):
    """A function that draws layers with scale(n_in, n_out), and W as (n_in, n_out) if turned."""

    def initialize(layer_sizes, rng):
        layers = []
        for n_in, n_out in pairwise(layer_sizes):
            shape = (n_in, n_out) if turned else (n_out, n_in)
            W = rng.standard_normal(shape) * scale(n_in, n_out)
            W = W.T if turned else W
            layers.append(
                (W, bias * rng.standard_normal((n_out, 1)) if bias else np.zeros((n_out, 1)))
            )
        return layers

    return initialize


check_initialize = make_check(
    "2.4", "my_initialize", "Draw the first weights of any network", initialize_parameters,
    cases=lambda: [
        ([3, 2, 4], np.random.default_rng(0)),
        ([784, 10, 10, 10], np.random.default_rng(1)),
        ([5, 7], np.random.default_rng(2)),
    ],
    without=("initialize_parameters",),
    mistakes=[
    ("apart", every(lambda pair, n, rng: len(pair) == 2 and len(pair[0]) == len(n) - 1),
     "put the `W` and the `b` of each layer into a pair, and the pairs into one list"),
    ("another number of layers", (every(lambda layers, n, rng: len(layers) == len(n)),
     every(lambda layers, n, rng: len(layers) == len(n) - 2)),
     "the first size is the number of inputs, so three sizes make two layers"),
    ("fixed sizes", (Predicate(lambda attempt: {len(layers) for layers in attempt.returned
                                                if layers is not None} in ({2}, {3})),
     stops("not enough values to unpack", "too many values to unpack", "list index out of range")),
     "every network has its own number of layers: go along `layer_sizes` in a loop"),
    ("another draw", layers_with(lambda n_in, n_out: np.sqrt(2 / n_in), turned=True),
     "drawn as (inputs, neurons) and transposed, the numbers are as good, but the same seed gives "
     "another network: draw in the shape of `W`"),
    ("one scale", gives(layers_with(lambda n_in, n_out: 0.01),
     layers_with(lambda n_in, n_out: np.sqrt(2 / 784))),
     "all layers have the same scale here; He's depends on the inputs of each layer"),
    ("no root", layers_with(lambda n_in, n_out: 2 / n_in),
     "that is He's variance; its square root is the standard deviation"),
    ("counts the outputs", layers_with(lambda n_in, n_out: np.sqrt(2 / n_out)),
     "He counts the inputs of the layer, the columns of `W`"),
    ("not scaled", layers_with(lambda n_in, n_out: 1.0),
     "the weights have standard deviation 1; scale them as He says"),
    ("no two", layers_with(lambda n_in, n_out: np.sqrt(1 / n_in)),
     "ReLU throws half of the signal away, and the 2 under the root makes up for that"),
    ("random biases", layers_with(lambda n_in, n_out: np.sqrt(2 / n_in), bias=1),
     "the biases start at 0; only the weights are random"),
    ("W transposed", when(lambda layers, n, rng: np.shape(layers[0][0]) == (n[0], n[1])),
     "one row of `W` is one neuron: (neurons, inputs)"),
    ("flat bias", when(lambda layers, n, rng: np.shape(layers[0][1]) == (n[1],)),
     "that is the flat bias of this notebook; make it a column"),
])  # fmt: skip


# 2.5


def loss_of_scores(Z, Y):
    return loss_without_maximum(Z - Z.max(axis=0), Y)


def loss_without_maximum(Z, Y):
    return (np.log(np.exp(Z).sum(axis=0)) - (Y * Z).sum(axis=0)).mean()


def mean_of_entries(Z, Y):
    shifted = Z - Z.max(axis=0)
    return (np.log(np.exp(shifted).sum(axis=0)) - Y * shifted).mean()


def one_total(Z, Y):
    shifted = Z - Z.max(axis=0)
    return np.log(np.exp(shifted).sum()) - (Y * shifted).sum(axis=0).mean()


def along_the_rows(Z, Y):
    shifted = Z - Z.max(axis=1, keepdims=True)
    return (np.log(np.exp(shifted).sum(axis=1)) - (Y * shifted).sum(axis=1)).mean()


def score_cases():
    """Scores to follow by hand, ten classes, and twice scores that overflow."""
    rng = np.random.default_rng(0)
    large = np.array([[1000.0, -2000.0], [1000.0, -1000.0], [998.0, -1001.0]])
    sure = np.array([[2000.0, 0.0, 1.0], [0.0, 900.0, 2.0]])
    return [
        (np.array([[0.0, 1.0], [0.0, 3.0], [np.log(2), 2.0]]), one_hot(np.array([2, 0]), 3)),
        (rng.standard_normal((10, 7)), one_hot(rng.integers(10, size=7))),
        (large, one_hot(np.array([0, 2]), 3)),
        (sure, one_hot(np.array([1, 0, 1]), 2)),
    ]


check_loss_of_scores = make_check(
    "2.5", "my_loss_of_scores", "Take the loss from the scores", loss_of_scores, score_cases,
    mistakes=[
    ("softmax first", lambda Z, Y: cross_entropy(softmax(Z), Y),
     "softmax rounded the probability of the true class to 0, and ln 0 is minus infinity; use "
     "the formula above, which needs no probability"),
    ("missing maximum", loss_without_maximum,
     "`np.exp` overflows at scores near 1,000: is the maximum of each column missing?"),
    ("one maximum for all", lambda Z, Y: loss_without_maximum(Z - Z.max(), Y),
     "that subtracts the largest score of the whole batch: each image needs that of its own "
     "column"),
    ("maximum not put back",
     lambda Z, Y: loss_of_scores(Z, Y) - (Y * Z.max(axis=0)).sum(axis=0).mean(),
     "the maximum was subtracted in one of the two terms only; both need it, or it does not "
     "cancel"),
    ("mean over all", gives(lambda Z, Y: loss_of_scores(Z, Y) / len(Z), mean_of_entries),
     "that is a mean over the classes as well: add up each column first, then take the mean over "
     "the images"),
    ("maximum of the rows", lambda Z, Y: loss_without_maximum(Z - Z.max(axis=1, keepdims=True), Y),
     "an image is a column, so its largest score is `Z.max(axis=0)`"),
    ("along the rows", (along_the_rows, stops("broadcast")),
     "an image is a column, so maximum and sums run along `axis=0`"),
    ("one total", one_total,
     "that adds up the whole batch: each image has a total of its own, along `axis=0`"),
    ("a small number added", gives(*(
     lambda Z, Y, n=n: -np.log((Y * softmax(Z)).sum(axis=0) + 10.0**-n).mean()
     for n in range(5, 21))),
     "a small number added under the logarithm keeps the cost finite, and wrong: the formula "
     "above needs none"),
])  # fmt: skip
