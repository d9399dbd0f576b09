"""The exercises of notebook 3: slopes, dZ, a leaky slope, one layer, a whole backward pass."""

from functools import partial

import numpy as np

from helpers.activations import leaky_relu_derivative, sigmoid
from helpers.exercises.checking import make_check
from helpers.exercises.comparing import find_difference
from helpers.exercises.recognizing import Predicate, changes, every, gives, some, stops, when
from helpers.losses import one_hot
from helpers.network import (
    Layer,
    backward_propagation,
    forward_propagation,
    initialize_parameters,
)

# 3.1


def central_slopes(f, w, h):
    w = np.asarray(w, dtype=float)
    return np.array([(f(w + step) - f(w - step)) / (2 * h) for step in h * np.eye(len(w))])


def other_slopes(f, w, h, *, below=-1, width=2, dtype=float, together=False):
    """Slopes as a learner may get them wrong: other points or distances, whole numbers."""
    slopes = np.zeros(len(w))
    for i in range(len(w)):
        points = [np.array(w, dtype=dtype) for _ in range(2)]
        place = slice(None) if together else i
        points[0][place] = points[0][place] + h
        points[1][place] = points[1][place] + below * h
        slopes[i] = (f(points[0]) - f(points[1])) / (width * h)
    return slopes


def not_put_back(f, w, h):
    w, slopes = np.array(w, dtype=float), np.zeros(len(w))
    for i in range(len(w)):
        w[i] += h
        above = f(w)
        w[i] -= 2 * h
        slopes[i] = (above - f(w)) / (2 * h)
    return slopes


def undone_by_arithmetic(attempt):
    """Whether the slopes of the floats are right, but w is not exactly what it was."""
    pairs = list(zip(attempt.returned, attempt.expected, strict=True))[:2]
    return changes("w").holds(attempt) and all(np.allclose(one, two) for one, two in pairs)


def product(w):
    return w[0] * w[0] * w[1]


def cubes(w):
    return w[0] ** 3 - w[1] ** 3 + 2 * w[2] ** 3


check_slopes = make_check(
    "3.1", "my_slopes", "Measure the slope at every entry of a vector", central_slopes,
    cases=[
        (product, np.array([3.0, 5.0]), 0.5),
        (cubes, np.array([1.0, -2.0, 0.5]), 0.1),
        (lambda w: product(w) / 4, np.array([3, 5]), 1e-5),
    ],
    says=(
        "f(w) = w[0]² w[1], w = [3, 5], h = 0.5",
        "f(w) = w[0]³ - w[1]³ + 2 w[2]³, w = [1, -2, 0.5], h = 0.1",
        "f(w) = w[0]² w[1] / 4, whole numbers w = [3, 5], h = 0.00001",
    ),
    rtol=1e-6,
    mistakes=[
    ("one-sided", partial(other_slopes, below=0, width=1),
     "that is the one-sided difference; a central one goes to both sides of w"),
    ("divided by h", partial(other_slopes, width=1),
     "twice what it should be: the two points lie 2h apart, not h"),
    ("half a step", partial(other_slopes, below=0),
     "the distance between the two points is not what you divide by: go h below w as well as h "
     "above it"),
    ("all move", partial(other_slopes, together=True),
     "all entries move at once; for entry i only w[i] may move, and all others stay"),
    ("one number", when(lambda slopes, *_: np.ndim(slopes) == 0 and slopes is not None),
     "`w + h` moves all entries together, and gives one number: move one entry at a time, in a "
     "loop"),
    ("an entry alone", stops("invalid index to scalar", "not subscriptable"),
     "`f` takes the whole vector, not a single number: change one entry of a copy of w, and give "
     "`f` the copy"),
    ("whole numbers", partial(other_slopes, dtype=None),
     "the copy of w holds whole numbers, so a small step is cut off: copy with `np.array(w, "
     "dtype=float)`"),
    ("slopes of whole numbers", gives(lambda f, w, h: central_slopes(f, w, h).astype(w.dtype),
     lambda f, w, h: other_slopes(f, w, h, dtype=None).astype(w.dtype)),
     "the array of slopes has the type of w, so a slope is cut to a whole number: "
     "`np.zeros(len(w))` has floats"),
    ("times h", lambda f, w, h: central_slopes(f, w, h) * h * h,
     "`/ 2 * h` divides by 2 and then multiplies by h: write `/ (2 * h)`"),
    ("moved for good", not_put_back,
     "an entry stays moved while the next one moves: put it back first"),
    ("undone by arithmetic", Predicate(undone_by_arithmetic),
     "adding h again does not give the old number back exactly: keep it in a variable and put "
     "that back, or step on a copy"),
    ("not put back", changes("w"),
     "step on a copy of w (`v = w` is no copy), or put each entry back to what it was"),
])  # fmt: skip


# 3.2


def less_one(A, labels, rows=None, columns=None, factor=lambda A: 1 / A.shape[1]):
    """A copy of A in which the true classes, or other places, are less by 1, times factor(A)."""
    dZ = A.copy()
    rows = labels if rows is None else rows
    dZ[rows, np.arange(len(labels)) if columns is None else columns] -= 1
    return factor(A) * dZ


def replaced(A, labels):
    without = np.where(np.arange(len(A))[:, np.newaxis] == labels, 0, A)
    return less_one(without, labels)


check_dZ = make_check(
    "3.2", "my_dZ", "Find dZ without building Y",
    lambda A, labels: (A - one_hot(labels, len(A))) / len(labels), without=("one_hot",),
    cases=[
        (np.array([[0.5, 0.25], [0.25, 0.5], [0.25, 0.25]]), np.array([0, 2])),
        (np.array([[1, 2, 3, 1], [2, 2, 1, 1], [1, 1, 2, 2], [2, 1, 1, 3], [4, 4, 3, 3]]) / 10,
         np.array([1, 2, 0, 1])),
        (np.array([[0.8, 0.3, 0.5, 0.6, 0.1], [0.2, 0.7, 0.5, 0.4, 0.9]]),
         np.array([1, 0, 0, 1, 1])),
    ],
    mistakes=[
    ("in place", changes("A"),
     "others still need it, so take the 1 away from a copy, `A.copy()`"),
    ("no mean", partial(less_one, factor=lambda A: 1),
     "right up to a factor of m: is the mean over the examples missing?"),
    ("classes", partial(less_one, factor=lambda A: 1 / len(A)),
     "divided by the number of classes; the mean is over the examples, and these are the columns"),
    ("sign", partial(less_one, factor=lambda A: -1 / A.shape[1]),
     "only the sign is wrong: the slope is A - Y, what was given minus what was wanted"),
    ("labels taken away", gives(lambda A, labels: (A - labels) / len(labels),
     lambda A, labels: A - labels),
     "`A - labels` takes the number of the class away from a whole column; take 1 away from one "
     "entry of it, the one in the row `labels[k]`"),
    ("divided too early", lambda A, labels: less_one(A / len(labels), labels, factor=lambda A: 1),
     "1 was taken away after the division: take it from a copy of A, then divide all of that by m"),
    ("replaced", gives(replaced, lambda A, labels: replaced(A, labels) * len(labels)),
     "`= -1` puts -1 in the place of the probability; `-= 1` takes 1 away from it"),
    ("whole rows", partial(less_one, columns=slice(None)),
     "`dZ[labels]` names whole rows; each column loses 1 in one row only, so name the column too"),
    ("row and column swapped", lambda A, labels: less_one(
     A, labels, np.arange(len(labels)), labels),
     "row and column are swapped: the row is the label, the column is the number of the example"),
])  # fmt: skip

check_leaky_slope = make_check(
    "3.3", "my_leaky_slope", "Let a little slope through", leaky_relu_derivative,
    cases=[
        (np.array([[-0.02, 0.0, 3.0]]),),
        (np.array([[2.0, -0.5, 0.0, 0.005], [-0.03, 0.0, 1.0, 7.0]]),),
    ],
    mistakes=[
    ("at zero", lambda A: np.where(A >= 0, 1, 0.01),
     "it goes wrong only at 0, where the slope of the left side is wanted: `>` in place of `>=`"),
    ("whole numbers", every(lambda slopes, A: slopes.dtype.kind in "iu" and np.array_equal(
     slopes, A > 0)),
     "your array holds whole numbers, and they have no 0.01: make it an array of floats, with 0.01 "
     "where A is not positive"),
    ("ReLU", lambda A: (A > 0).astype(float),
     "that is the slope of ReLU; here a little of it gets through where A is not positive: 0.01, "
     "not 0"),
    ("if", stops("truth value"),
     "`if` wants a single True or False, and `A > 0` holds many: `np.where(A > 0, ..., ...)` "
     "chooses entry by entry"),
    ("value", gives(lambda A: np.where(A > 0, A, 0.01 * A), lambda A: np.where(A > 0, 1, 0.01 * A)),
     "that is a value of the leaky ReLU, not its slope; the slope of 0.01 z is 0.01, whatever z "
     "is"),
    ("both", lambda A: (A > 0) + 0.01,
     "on the positive side the slope is 1, not 1 and 0.01 together"),
    ("swapped", lambda A: np.where(A > 0, 0.01, 1),
     "the two slopes are swapped: 1 belongs to the positive side"),
])  # fmt: skip


# 3.4


def layer_cases():
    """A layer whose sizes all differ, and a square one, where a dropped .T raises no error."""
    rng = np.random.default_rng(0)
    cases = []
    for n_out, n_in, m in ((3, 2, 4), (4, 4, 3)):
        shapes = ((n_out, m), (n_out, n_in), (n_in, m))
        dZ, W, A_prev = (rng.integers(1, 9, shape) / 2 for shape in shapes)
        dZ[::2] *= -1
        A_prev[:, 0] = 0
        cases.append((dZ, W, A_prev))
    return cases


check_layer_backward = make_check(
    "3.4", "my_layer_backward", "Go back through one layer",
    lambda dZ, W, A_prev: (dZ @ A_prev.T, dZ.sum(axis=1, keepdims=True), W.T @ dZ), layer_cases,
    says=("2 inputs, 3 neurons and 4 examples", "4 inputs, 4 neurons and 3 examples"),
    returns=("dW", "db", "dA_prev"),
    mistakes=[
    ("dW transposed", gives(lambda dZ, W, A_prev: A_prev @ dZ.T, part=0),
     "which factor is transposed? dW has a row for each neuron and a column for each input, like "
     "W"),
    ("another mean", gives(lambda dZ, W, A_prev: dZ @ A_prev.T / dZ.shape[1], part=0),
     "right up to a factor of 1/m: dZ carries the mean over the examples already, so nothing is "
     "left to divide"),
    ("db a mean", gives(lambda dZ, W, A_prev: dZ.mean(axis=1, keepdims=True), part=1),
     "right up to a factor of 1/m: dZ carries the mean over the examples already, so db is a sum"),
    ("db flat", gives(lambda dZ, W, A_prev: dZ.sum(axis=1), part=1),
     "a bias is a column: with `keepdims=True` the sum keeps its second axis"),
    ("db over the neurons", gives(lambda dZ, W, A_prev: dZ.sum(axis=0, keepdims=True),
     lambda dZ, W, A_prev: dZ.sum(axis=0), part=1),
     "that sums over the neurons; a neuron's bias acts on every example, so sum over the "
     "examples, `axis=1`"),
    ("W not transposed", some(lambda gradients, dZ, W, A_prev: (
     len(W) == len(W.T) and np.allclose(gradients[2], W @ dZ))),
     "which factor has to be turned? The slopes at the inputs sum over the neurons i, the first "
     "index of W"),
    ("dA_prev transposed", gives(lambda dZ, W, A_prev: dZ.T @ W, part=2),
     "it is turned: a row for each input and a column for each example, like A_prev"),
    ("masked", gives(lambda dZ, W, A_prev: (W.T @ dZ) * (A_prev > 0), part=2),
     "it has gone through the slope of ReLU as well; this function stops before, at dA_prev"),
    ("no such product", stops("matmul", everywhere=True),
     "matrices of these shapes have no product; write both shapes side by side: which factor has "
     "to be turned?"),
])  # fmt: skip


# 3.5


def sigmoid_backward(parameters, activations, Y):
    return backward_propagation(parameters, activations, Y, activation="sigmoid")


def backward_with_a_bug(bug, parameters, activations, Y):
    """The gradients of a sigmoid network, with one bug."""
    gradients, A, m = [], activations[-1], Y.shape[1]
    factors = {"sign": -1 / m, "no mean": 1, "divided by the classes": 1 / len(Y)}
    dZ = (A - Y) * factors.get(bug, 1 / m) * (A * (1 - A) if bug == "slope of softmax" else 1)
    again = 1 / m if bug == "a mean in every layer" else 1
    for l in reversed(range(len(parameters))):
        dW, db = dZ @ activations[l].T, dZ.sum(axis=1, keepdims=True)
        gradients.insert(0, Layer(dW * again, db * again))
        if l > 0:
            W = parameters[l - (bug == "W of the layer before")].W
            A = activations[l + (bug == "slope of the layer after")]
            if bug == "slope before W":
                dZ, A = dZ * activations[l + 1] * (1 - activations[l + 1]), None
            dA = (W if bug == "W not transposed" else W.T) @ dZ
            A = sigmoid(A) if bug == "sigmoid twice" else A
            dZ = dA if bug == "no slope" or A is None else dA * A * (1 - A)
    return gradients


NETWORKS = (([4, 3, 2], 5), ([5, 4, 6, 3], 7), ([4, 3], 6), ([3, 3, 3, 3], 5))


def random_layers(sizes, rng):
    """Layers whose weights and biases are all random, so that no mistake hides behind a zero."""
    layers = initialize_parameters(sizes, rng, scheme=1.0)
    return [Layer(W, rng.normal(size=b.shape)) for W, b in layers]


def network_cases():
    """Networks with one, two and no hidden layers of sigmoids, with activations and labels."""
    rng = np.random.default_rng(1)
    cases = []
    for sizes, m in NETWORKS:
        parameters = random_layers(sizes, rng)
        X = rng.normal(size=(sizes[0], m))
        activations = forward_propagation(parameters, X, activation="sigmoid")
        Y = np.eye(sizes[-1])[:, rng.integers(0, sizes[-1], m)]
        cases.append((parameters, activations, Y))
    return cases


def on_the_square_network(test):
    """Whether test(gradients, *arguments) holds in the last case, where any two W have a product."""
    return Predicate(lambda attempt: test(attempt.returned[-1], *attempt.cases[-1]))


def leaves_W(gradients, *arguments):
    wrong = backward_with_a_bug("W not transposed", *arguments)
    return find_difference(gradients, wrong) is None


def goes_forwards(gradients, parameters, activations, Y):
    """Whether the last dZ met the inputs of the first layer."""
    meeting = (activations[-1] - Y) / Y.shape[1] @ activations[0].T
    return any(np.allclose(layer[0], meeting) for layer in gradients)


def is_in_reverse(gradients, *arguments):
    """Whether the right layers come last first."""
    right = sigmoid_backward(*arguments)
    pairs = list(zip(gradients[::-1], right, strict=True))
    return all(one[0].shape == two.W.shape and np.allclose(one[0], two.W) for one, two in pairs)


check_backward = make_check(
    "3.5", "my_backward", "Write the backward pass of a sigmoid network", sigmoid_backward,
    network_cases,
    says=[f"a {'-'.join(map(str, n))} network and {m} examples" for n, m in NETWORKS],
    without=("backward_propagation",), returns=tuple(f"gradients[{place}]" for place in range(5)),
    rtol=1e-7,
    mistakes=[
    ("no slope", partial(backward_with_a_bug, "no slope"),
     "the slope went from A to Z unchanged: a sigmoid's A > 0 is true everywhere, its slope is A "
     "* (1 - A)"),
    ("sigmoid twice", partial(backward_with_a_bug, "sigmoid twice"),
     "A is the sigmoid of Z already: its slope is A * (1 - A), without another sigmoid"),
    ("slope before W", partial(backward_with_a_bug, "slope before W"),
     "the slope comes too early: first `W.T @ dZ`, then the slope of the layer you arrive at, "
     "from `activations[l]`"),
    ("slope of softmax", partial(backward_with_a_bug, "slope of softmax"),
     "the last layer is right without a slope: A - Y has that of the softmax in it already"),
    ("sign", partial(backward_with_a_bug, "sign"),
     "only the sign is wrong: the slope is A - Y, what was given minus what was wanted"),
    ("forwards", on_the_square_network(goes_forwards),
     "it goes from the first layer to the last; dZ is known at the end, so begin there: "
     "`reversed(...)`"),
    ("no mean", partial(backward_with_a_bug, "no mean"),
     "all is right up to a factor of m: is the mean over the examples missing?"),
    ("a mean in every layer", partial(backward_with_a_bug, "a mean in every layer"),
     "a 1/m too many in every layer: the mean enters once, in the first dZ, and the rest "
     "inherits it"),
    ("backward order", every(is_in_reverse),
     "the layers come out last first: put each new one in front with `gradients.insert(0, ...)`"),
    ("divided by the classes", partial(backward_with_a_bug, "divided by the classes"),
     "divided by the number of classes; the mean is over the examples, the columns of Y"),
    ("W not transposed", on_the_square_network(leaves_W),
     "which factor is transposed? The way back adds over the neurons i, the first index of W"),
    ("W of the layer before", partial(backward_with_a_bug, "W of the layer before"),
     "the way back to the inputs of a layer goes through its own W, not through that of the "
     "layer before"),
    ("slope of the layer after", partial(backward_with_a_bug, "slope of the layer after"),
     "the slope is that of the layer you arrive at: its activations are the inputs, "
     "`activations[l]`"),
    ("no such product", stops("matmul"),
     "write both shapes side by side: is it the `dZ` of this layer, and which factor has to be "
     "turned?"),
])  # fmt: skip
