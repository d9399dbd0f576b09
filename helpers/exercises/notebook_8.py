"""The exercises of notebook 8: ten functions with a bug, to be fixed."""

from itertools import pairwise

import numpy as np

from helpers.activations import softmax
from helpers.data import Dataset
from helpers.diagnostics import gradient_step
from helpers.exercises import broken_functions as broken
from helpers.exercises.checking import make_check
from helpers.exercises.recognizing import Predicate, every, gives, when
from helpers.losses import cross_entropy, one_hot
from helpers.network import (
    Layer,
    backward_propagation,
    forward_propagation,
    initialize_parameters,
)


def loss_cases():
    """Probabilities and one-hot labels: 2 classes and 3 examples, and larger ones."""
    rng = np.random.default_rng(1)
    small = np.array([[0.5, 0.25, 0.8], [0.5, 0.75, 0.2]])
    cases = [(small, np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]))]
    for classes, m in ((10, 7), (4, 9)):
        A = softmax(rng.normal(size=(classes, m)))
        cases.append((A, one_hot(rng.integers(0, classes, m), classes)))
    return cases


check_mended_loss = make_check(
    "8.1", "my_loss", "Mend the loss", cross_entropy, loss_cases, start=broken.loss,
    after="the loss is the mean over the examples, whatever the number of classes",
    mistakes=[
    ("sum", lambda A, Y: -(Y * np.log(A)).sum(),
     "that is the sum over the examples, which grows with the batch"),
    ("classes", lambda A, Y: -(Y * np.log(A)).sum() / len(Y),
     "the mean runs over the m examples, the columns; `len(Y)` counts the rows"),
    ("ten", lambda A, Y: -10 * (Y * np.log(A)).mean(),
     "a factor of 10 helps where there are ten classes, and only there: which mean do you want?"),
])  # fmt: skip


# 8.2 and 8.3: numbered examples, so that their order can be read off


def numbered(m):
    """X (1, m) with the numbers of the examples, and Y (2, m) that holds them too."""
    numbers = np.arange(float(m))
    return numbers[np.newaxis], np.stack([numbers, -numbers])


def numbers_of(pairs, side=0):
    """The numbers of the examples in X (side 0) or Y (1), in the order in which they come."""
    return np.concatenate([np.atleast_2d(pair[side])[0] for pair in pairs])


def judge_batches(pairs, X, Y, batch_size, rng):
    """What is wrong with shuffled batches, or None."""
    for pair in pairs:
        for name, part, whole in zip("XY", pair, (X, Y), strict=False):
            if part.shape[0] != len(whole):
                return f"the {name} of a batch has shape {part.shape}, expected {len(whole)} rows"
    images, labels, m = numbers_of(pairs, 0), numbers_of(pairs, 1), X.shape[1]
    if len(images) == len(labels) and (images != labels).any():
        return f"{int((images != labels).sum())} images lie beside the label of another one"
    if sorted(images) != list(range(m)) or len(images) != len(labels):
        found = len(np.unique(images))
        return f"{found} of the {m} examples come out, in {len(images)} columns"
    if (np.sort(images) == images).all():
        return "the examples come out in the order in which they went in"
    sizes = [pair[0].shape[1] for pair in pairs]
    if any(size != batch_size for size in sizes[:-1]):
        return f"the batches have {sizes} columns, expected {batch_size} in all but the last"
    return None


def in_order(side):
    """Whether the examples of one side come in their order, batch by batch."""
    return every(lambda pairs, *_: (np.diff(numbers_of(pairs, side)) == 1).all())


def together(test):
    """Whether each image has its own label and test(numbers, batches, batch_size) holds, always."""

    def is_made(pairs, X, Y, batch_size, rng):
        images, labels = numbers_of(pairs, 0), numbers_of(pairs, 1)
        return np.array_equal(images, labels) and test(images, pairs, batch_size)

    return every(is_made)


SIZES = ((40, 8), (43, 8), (50, 50))  # m, batch_size

check_mended_batches = make_check(
    "8.2", "my_batches", "Keep each image with its label", broken.batches,
    lambda: [(*numbered(m), size, np.random.default_rng(m)) for m, size in SIZES],
    says=[f"{m} numbered examples in batches of {size}" for m, size in SIZES],
    start=broken.batches_apart, judge=judge_batches,
    after="one permutation for both, so each image keeps its label",
    mistakes=[
    ("rows", when(lambda pairs, X, Y, batch_size, rng: len(pairs[0][1]) != len(Y)),
     "the examples are the columns: `X[:, order]`, with as many numbers in `order` as there are "
     "columns"),
    ("no shuffling", in_order(side=0),
     "each image has its label again, but nothing is shuffled any more; shuffle both in the same "
     "order"),
    ("one of two", in_order(side=1),
     "only one of the two is shuffled; use one permutation for both"),
    ("batches shuffled",
     together(lambda numbers, pairs, size: all((np.diff(X[0]) == 1).all() for X, Y in pairs)),
     "only the batches come in a random order, and each holds neighbors: shuffle the examples "
     "themselves"),
    ("drawn with repetition", together(lambda numbers, *_: len(np.unique(numbers)) < len(numbers)),
     "some examples are drawn twice and others never: `rng.permutation` draws each number once"),
    ("last batch", together(lambda numbers, pairs, size: (
     len(np.unique(numbers)) == len(numbers) and len(numbers) % size == 0)),
     "the order is right, but the last batch, which is not full, has gone missing"),
])  # fmt: skip


def is_filled_up(pairs, X, Y, batch_size):
    """Whether a last batch that would not be full holds examples for the second time."""
    numbers, m = numbers_of(pairs), X.shape[1]
    has_rest = m % batch_size and m > batch_size
    return not has_rest or len(np.unique(numbers)) == m < len(numbers)


PARTS = ((10, 4), (8, 4), (9, 4), (3, 4), (43, 7))  # m, batch_size

check_mended_parts = make_check(
    "8.3", "my_parts", "Let every image count",
    lambda X, Y, batch_size: broken.parts(X, Y, batch_size),
    lambda: [(*numbered(m), size) for m, size in PARTS],
    says=[f"{m} numbered examples in batches of {size}" for m, size in PARTS],
    start=broken.full_parts, after="every example is in exactly one part",
    mistakes=[
    ("empty part", (lambda X, Y, size: broken.parts(X, Y, size, X.shape[1] + 1),
     gives(lambda X, Y, size: broken.parts(X, Y, size, X.shape[1] + size))),
     "the last part begins behind the last example, so it is empty, and the mean of nothing is "
     "NaN"),
    ("rows for columns", lambda X, Y, size: broken.parts(X, Y, size, X.shape[0]),
     "`X.shape[0]` counts the pixels of an image; the images are the columns, `X.shape[1]`"),
    ("off by one", lambda X, Y, size: broken.parts(X, Y, size, X.shape[1] - 1),
     "where a single example is left over, it still goes missing"),
    ("at every example",
     lambda X, Y, size: [broken.columns(X, Y, slice(s, s + size)) for s in range(X.shape[1])],
     "a part begins at every example: `range` takes the distance of the starts as its third "
     "number"),
    ("twice", every(is_filled_up),
     "the last batch is filled up with examples that were counted before, so these count twice"),
])  # fmt: skip


# 8.4


def evaluate_cases():
    """A small network with a training set and a development set of other sizes."""
    cases = []
    for seed, sizes in ((1, (12, 5)), (2, (6, 20))):
        rng = np.random.default_rng(seed)
        sets = [
            Dataset(rng.random((4, m)), rng.integers(0, 3, m), tuple("abc"), (2, 2)) for m in sizes
        ]
        cases.append((small_network((4, 6, 3), seed), *sets))
    return cases


def small_network(sizes, seed):
    """Layers of the given sizes with random weights and biases."""
    rng = np.random.default_rng(seed)
    shapes = [(n_out, n_in) for n_in, n_out in pairwise(sizes)]
    return [Layer(rng.normal(size=s), 0.1 * rng.normal(size=(s[0], 1))) for s in shapes]


def judge_report(report, *arguments):
    """What is wrong with a report, or None."""
    for name, right in broken.evaluate(*arguments).items():
        if name not in report:
            return f"your report has no {name!r}"
        if not np.isclose(report[name], right):
            return f"your {name!r} is {report[name]:.4g}, expected {right:.4g}"
    return None


def reports(accuracies):
    """Whether all reports are those of `accuracies`, in whatever order of their numbers."""
    evaluate = broken.evaluate_with(accuracies)

    def is_made(report, *arguments):
        return all(np.isclose(report[n], value) for n, value in evaluate(*arguments).items())

    return Predicate(every(is_made).holds, wrongs=(evaluate,))


check_mended_evaluate = make_check(
    "8.4", "my_evaluate", "Measure the development set", broken.evaluate, evaluate_cases,
    says=("a network of 3 classes, 12 training and 5 development images",
          "a network of 3 classes, 6 training and 20 development images"),
    start=broken.evaluate_training_set, judge=judge_report,
    after="each number is measured on the set that it is named after",
    mistakes=[
    ("wrong size", reports(lambda right, sizes: (right[0] / sizes[0], right[1] / sizes[0])),
     "the right answers on the development set are divided by the size of the training set"),
    ("wrong count", reports(lambda right, sizes: (right[0] / sizes[0], right[0] / sizes[1])),
     "the size is that of the development set now, but the count is still that of the training "
     "set"),
    ("swapped", reports(lambda right, sizes: (right[1] / sizes[1], right[0] / sizes[0])),
     "now the two sets have changed places"),
])  # fmt: skip


# 8.5


def softmax_cases():
    """Scores: ordinary, a thousand, columns a thousand apart, and far apart in a column."""
    return [
        (np.array([[0.0, 2.0], [1.0, -1.0], [3.0, 0.5]]),),
        (np.array([[1000.0], [999.0]]),),
        (np.array([[1000.0, -1000.0], [998.0, -999.0]]),),
        (np.array([[1000.0, 0.0], [0.0, 1e5], [-1000.0, -1e5]]),),
        (np.random.default_rng(0).normal(size=(10, 7)) * 300,),
    ]


check_mended_softmax = make_check(
    "8.5", "my_softmax", "Make the softmax safe", softmax, softmax_cases, start=broken.softmax,
    after="the largest score of each column becomes 0, and exp(0) is as large as it gets",
    mistakes=[
    ("one maximum", lambda Z: broken.softmax(Z - Z.max()),
     "one maximum for the whole batch: a column far below it becomes 0 / 0; take the maximum of "
     "each column"),
    ("wrong axis", lambda Z: broken.softmax(Z - Z.max(axis=1, keepdims=True)),
     "that maximum is taken over the examples, not over the classes; each column needs its own"),
    ("not the largest", (lambda Z: broken.softmax(Z - Z.mean(axis=0)),
     gives(lambda Z: broken.softmax(Z - Z.min(axis=0)))),
     "a column whose scores lie far apart still overflows: subtract its *largest* score, which "
     "becomes 0"),
    ("divided", gives(lambda Z: softmax(Z / Z.max(axis=0)), lambda Z: softmax(Z / Z.max()),
     lambda Z: softmax(Z / 1000)),
     "dividing changes how far the scores lie apart, and with that the probabilities: subtract "
     "instead"),
    ("NaN hidden", gives(lambda Z: np.nan_to_num(broken.softmax(Z))),
     "the NaN is gone, but the probabilities do not come back with it: the overflow must not "
     "happen"),
    ("one sum", lambda Z: np.exp(Z - Z.max(axis=0)) / np.exp(Z - Z.max(axis=0)).sum(),
     "that divides by the sum over the whole batch; each column has a sum of its own"),
    ("clipped", every(
     lambda A, Z: np.allclose(A, softmax(Z) if Z.max() < 4 else 0.5), first=2),
     "cutting the scores off avoids the overflow, but makes all large scores equal"),
])  # fmt: skip


# 8.6

SMALLEST, LARGEST = 0.8, 1.25  # times He's standard deviation; the weights drawn have it within 5 %
LAYER_SIZES = (300, 80, 200, 10)  # first fall and then rise


def judge_start(layers, layer_sizes, rng):
    """What is wrong with the first weights, or None."""
    if len(layers) != len(layer_sizes) - 1:
        return f"you returned {len(layers)} layers, expected {len(layer_sizes) - 1}"
    pairs = zip(layers, pairwise(layer_sizes), strict=True)
    for number, ((W, b), (n_in, n_out)) in enumerate(pairs, 1):
        if np.shape(W) != (n_out, n_in):
            return f"your W{number} has shape {np.shape(W)}, expected {(n_out, n_in)}"
        if np.shape(b) != (n_out, 1):
            return f"your b{number} has shape {np.shape(b)}, expected {(n_out, 1)}"
        he, rows = np.sqrt(2 / n_in), len(np.unique(W, axis=0))
        factor = np.sqrt(np.mean(np.square(W))) / he
        if rows < n_out:
            neurons = f"the {n_out} neurons of layer {number}"
            return f"{neurons} have {rows} different rows of weights"
        if abs(W.mean()) > 0.3 * he:
            mean = f"the mean {W.mean():.2f}, expected about 0"
            return f"the weights of layer {number} have {mean}"
        if not SMALLEST < factor < LARGEST or np.abs(b).max() > 1:
            times = f"{factor:.2g} times as large as those of He's rule"
            return f"the weights of layer {number} are {times}"
    return None


def first_weights(test):
    """Whether test(weights of the first layer, layer_sizes) holds."""
    return when(lambda layers, layer_sizes, rng: test(np.asarray(layers[0][0]), layer_sizes))


def scale(test):
    """Whether test(factor) holds for the first layer whose weights are too large or too small."""

    def is_made(layers, layer_sizes, rng):
        factors = [np.std(W) / np.sqrt(2 / W.shape[1]) for W, _ in layers]
        return test(next((one for one in factors if not SMALLEST < one < LARGEST), 1))

    return when(is_made)


check_mended_initialize = make_check(
    "8.6", "my_initialize", "Let every neuron become somebody",
    lambda layer_sizes, rng: initialize_parameters(layer_sizes, rng),
    lambda: [(LAYER_SIZES, np.random.default_rng(seed)) for seed in (1, 2)],
    says=[f"layer_sizes = {LAYER_SIZES}"] * 2, start=broken.initialize, judge=judge_start,
    after="random, centered on 0, and scaled to the number of inputs",
    mistakes=[
    ("one number", first_weights(lambda W, layer_sizes: W.ndim == 0),
     "a single number was drawn for the whole layer: say how many you want, with the shape "
     "`(n_out, n_in)`"),
    ("all equal", first_weights(lambda W, layer_sizes: len(np.unique(W, axis=0)) == 1),
     "equal is as bad as zero: they compute the same, get the same gradient, and stay the same"),
    ("transposed", first_weights(lambda W, layer_sizes: W.shape == layer_sizes[:2]),
     "`W` has a row for each neuron and a column for each input: the shape is `(n_out, n_in)`"),
    ("positive", first_weights(lambda W, layer_sizes: W.min() >= 0),
     "all weights push the same way; draw them around 0, for example with `standard_normal`"),
    ("too large", scale(lambda factor: factor > LARGEST),
     "the neurons differ now, but their sums run away: scale by the square root of 2 over `n_in`"),
    ("too small", scale(lambda factor: 0 < factor < SMALLEST),
     "the neurons differ now, but the layer makes the signal smaller: use the square root of 2 "
     "over `n_in`"),
])  # fmt: skip


# 8.7 to 8.10

NETWORKS = (((3, 4, 2), 5), ((6, 5, 4, 3), 7), ((5, 4, 3), 4))
KEEPS = (0.5, 0.8, 0.4)
STEPS = (((3, 4, 2), 5), ((6, 5, 4, 3), 8))


def network_says(networks):
    return [f"a {'-'.join(map(str, sizes))} network and {m} examples" for sizes, m in networks]


def backward_cases(forward=lambda parameters, X, case: forward_propagation(parameters, X)):
    """Networks of two and of three layers, with their activations and labels."""
    cases = []
    for case, (sizes, m) in enumerate(NETWORKS):
        parameters, rng = small_network(sizes, case), np.random.default_rng(case)
        activations = forward(parameters, rng.random((sizes[0], m)), case)
        cases.append((parameters, activations, one_hot(rng.integers(0, sizes[-1], m), sizes[-1])))
    return cases


def dropout_cases():
    """The same after a forward pass with dropout, and with `keep`."""

    def forward(parameters, X, case):
        keep, rng, activations = KEEPS[case], np.random.default_rng(5 + case), [X]
        for W, b in parameters[:-1]:
            A = np.maximum(0, W @ activations[-1] + b)
            activations.append(A * (rng.random(A.shape) < keep) / keep)
        W, b = parameters[-1]
        return [*activations, softmax(W @ activations[-1] + b)]

    return [(*case, keep) for case, keep in zip(backward_cases(forward), KEEPS, strict=True)]


def step_cases():
    """A network, a batch, its labels and a learning rate."""
    cases = []
    for seed, (sizes, m) in enumerate(STEPS):
        rng = np.random.default_rng(seed)
        X, Y = rng.random((sizes[0], m)), one_hot(rng.integers(0, sizes[-1], m), sizes[-1])
        cases.append((small_network(sizes, seed), X, Y, 0.5))
    return cases


def backward(parameters, activations, Y):
    return backward_propagation(parameters, activations, Y)


check_mended_backward = make_check(
    "8.7", "my_backward", "Mend the backward pass", backward, backward_cases,
    says=network_says(NETWORKS), start=broken.backward_of_zeros,
    after="an active neuron lets the gradient through, a silent one does not",
    mistakes=[
    ("inverted", broken.backward_with(mask=lambda A: A <= 0),
     "the mask is upside down: the slope is 1 where the neuron is active, and 0 where it is "
     "silent"),
    ("no derivative", broken.backward_with(mask=lambda A: A),
     "the activation itself is not its slope; the slope of ReLU is 1 or 0"),
])  # fmt: skip


def is_divided_at_the_end(gradients, parameters, activations, Y, keep):
    """Whether the last layer is divided by `keep` too."""
    right = broken.dropout_backward(parameters, activations, Y, keep)
    return np.allclose(gradients[-1].W, right[-1].W / keep)


check_mended_dropout = make_check(
    "8.8", "my_dropout_backward", "Send dropout back the way it came", broken.dropout_backward,
    dropout_cases, start=broken.dropout_backward_with(lambda A, keep: A > 0),
    says=[f"{says} with keep = {keep}" for says, keep in zip(
        network_says(NETWORKS), KEEPS, strict=True)],
    after="what was multiplied on the way forward is multiplied on the way back",
    mistakes=[
    ("factor 2", broken.dropout_backward_with(lambda A, keep: (A > 0) * 2),
     "2 is right where half of the neurons are kept, and only there: the factor depends on `keep`"),
    ("times keep", broken.dropout_backward_with(lambda A, keep: (A > 0) * keep),
     "the forward pass divides by `keep`, so the slope is 1 / keep, not keep"),
    ("squared", broken.dropout_backward_with(lambda A, keep: (A > 0) / keep**2),
     "that is once too often: each layer was divided by `keep` once"),
    ("what is dropped", broken.dropout_backward_with(lambda A, keep: (A > 0) / (1 - keep)),
     "`1 - keep` is the share that is dropped; the forward pass divides by the share that is kept"),
    ("drawn anew", Predicate(
     lambda attempt: {"random", "default_rng"} & set(attempt.answer.__code__.co_names)),
     "do not draw again: the neurons were drawn on the way forward, and those that are out are 0"),
    ("in the last layer too", every(is_divided_at_the_end),
     "the last layer was right: no dropout lies behind it, so the factor belongs where `dZ` goes "
     "back"),
])  # fmt: skip

check_mended_step = make_check(
    "8.9", "my_step", "Take a full step",
    lambda parameters, X, Y, learning_rate: gradient_step(parameters, X, Y, learning_rate),
    step_cases, says=network_says(STEPS), start=broken.step,
    after="the gradient is a mean already, so the step needs no m",
    mistakes=[
    ("biases left", broken.step_with(lambda m: 1, lambda m: 1 / m),
     "the weights are mended, but the biases are still divided by m"),
    ("weights left", broken.step_with(lambda m: 1 / m, lambda m: 1),
     "the biases are mended, but the weights are still divided by m"),
    ("times m", broken.step_with(lambda m: m, lambda m: m),
     "now the step is m times too long; the gradient is a mean already and needs no factor at all"),
    ("uphill", broken.step_with(lambda m: -1, lambda m: -1),
     "that goes uphill: where is the minus sign?"),
])  # fmt: skip

check_mended_biases = make_check(
    "8.10", "my_bias_backward", "Give each neuron one bias", backward, backward_cases,
    says=network_says(NETWORKS), start=broken.backward_with(bias=lambda dZ: dZ.sum(axis=1)),
    after="a gradient has the shape of what it belongs to",
    mistakes=[
    ("row", broken.backward_with(bias=lambda dZ: dZ.sum(axis=1).reshape(1, -1)),
     "that is a row, which belongs to the examples; the biases of a layer are a column"),
    ("wrong axis", (broken.backward_with(bias=lambda dZ: dZ.sum(axis=0, keepdims=True)),
     gives(broken.backward_with(bias=lambda dZ: dZ.sum(axis=0)))),
     "that sums over the neurons; sum over the examples"),
    ("not summed", broken.backward_with(bias=lambda dZ: dZ),
     "that is one number for each example: a bias is shared by all examples, so add them up"),
    ("one number", broken.backward_with(bias=lambda dZ: dZ.sum(keepdims=True)),
     "that is one number for the whole layer; each neuron needs its own"),
    ("mean", broken.backward_with(bias=lambda dZ: dZ.mean(axis=1, keepdims=True)),
     "the shape is right, but dZ holds the 1/m already, so the biases need the sum and not the "
     "mean"),
])  # fmt: skip
