"""The exercises of notebook 8: ten functions with a bug to fix, and two to name."""

from itertools import pairwise

import numpy as np

from helpers.activations import softmax
from helpers.diagnostics import gradient_step
from helpers.exercises import broken_functions as broken
from helpers.exercises.bug_cases import (
    NETWORKS,
    STEPS,
    backward_cases,
    dropout_cases,
    dropout_says,
    evaluate_cases,
    loss_cases,
    network_says,
    numbered,
    numbers_of,
    softmax_cases,
    step_cases,
)
from helpers.exercises.checking import make_check
from helpers.exercises.recognizing import Predicate, every, gives, nearly, stops, when
from helpers.losses import cross_entropy
from helpers.network import backward_propagation, initialize_parameters

check_fixed_loss = make_check(
    "8.1", "my_loss", "Fix the loss", cross_entropy, loss_cases, start=broken.given_loss,
    after="the loss is the mean over the examples, whatever the number of classes",
    mistakes=[
    ("sum", lambda A, Y: -(Y * np.log(A)).sum(),
     "that is the sum over the examples, which grows with the batch"),
    ("classes", lambda A, Y: -(Y * np.log(A)).sum() / len(Y),
     "the mean runs over the m examples, the columns; `len(Y)` counts the rows"),
    ("ten", lambda A, Y: -10 * (Y * np.log(A)).mean(),
     "a factor of 10 helps where there are ten classes, and only there: which mean do you want?"),
    ("inside the logarithm",
     nearly(lambda A, Y: -(Y * np.log(A + 1e-8)).sum() / Y.shape[1], rtol=3e-7),
     "all but the last digits are right: was a small number added inside the logarithm? Is it "
     "needed?"),
])  # fmt: skip


# 8.2 and 8.3: numbered examples, so that their order can be read off


def judge_pairs(pairs, X, Y, batch_size):
    """What is wrong with batches in whatever order, or None."""
    images, labels, m = numbers_of(pairs, 0), numbers_of(pairs, 1), X.shape[1]
    for place, pair in enumerate(pairs, 1):
        for name, part, whole in zip("XY", pair, (X, Y), strict=True):
            if part.shape[0] != len(whole):
                return f"the {name} of a batch has shape {part.shape}, expected {len(whole)} rows"
        if pair[0].shape[1] == 0:
            return f"pair {place} of {len(pairs)} is empty"
    if len(images) == len(labels) and (images != labels).any():
        return f"{int((images != labels).sum())} images lie beside the label of another one"
    if sorted(images) != list(range(m)) or len(images) != len(labels):
        found = len(np.unique(images))
        return f"what comes out is {found} of the {m} examples, in {len(images)} columns"
    sizes = [pair[0].shape[1] for pair in pairs]
    if any(size != batch_size for size in sizes[:-1]) or sizes[-1] > batch_size:
        return f"the batches have {sizes} columns, expected {batch_size} in all but the last"
    return None


def judge_batches(pairs, X, Y, batch_size, rng):
    """What is wrong with shuffled batches, or None."""
    if words := judge_pairs(pairs, X, Y, batch_size):
        return words
    images = numbers_of(pairs)
    if (np.sort(images) == images).all():
        return "the examples come out in the order in which they went in"
    if len(pairs) > 1 and all(np.ptp(A[0]) == A.shape[1] - 1 for A, _ in pairs):
        return "each batch holds neighbors from the list that went in"
    return None


def judge_parts(pairs, X, Y, batch_size):
    """What is wrong with parts that keep the order, or None."""
    if words := judge_pairs(pairs, X, Y, batch_size):
        return words
    return (
        "the examples come out in another order" if np.diff(numbers_of(pairs)).min() < 1 else None
    )


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

check_fixed_batches = make_check(
    "8.2", "my_batches", "Fix the batches", broken.batches,
    lambda: [(*numbered(m), size, np.random.default_rng(m)) for m, size in SIZES],
    says=[f"{m} numbered examples in batches of {size}" for m, size in SIZES],
    start=broken.given_batches, judge=judge_batches,
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
    ("within batches", together(lambda numbers, pairs, size: all(
     np.ptp(X[0]) == X.shape[1] - 1 for X, Y in pairs)),
     "each batch holds the same examples in every epoch, only in another order: shuffle before "
     "you cut"),
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

check_fixed_parts = make_check(
    "8.3", "my_parts", "Fix the parts",
    lambda X, Y, batch_size: broken.parts(X, Y, batch_size),
    lambda: [(*numbered(m), size) for m, size in PARTS],
    says=[f"{m} numbered examples in batches of {size}" for m, size in PARTS],
    start=broken.given_parts, judge=judge_parts, after="every example is in exactly one part",
    mistakes=[
    ("empty part", (lambda X, Y, size: broken.parts(X, Y, size, X.shape[1] + 1),
     gives(lambda X, Y, size: broken.parts(X, Y, size, X.shape[1] + size))),
     "the last part begins behind the last example, so it is empty, and the mean of nothing is "
     "NaN"),
    ("rows for columns", lambda X, Y, size: broken.parts(X, Y, size, X.shape[0]),
     "`X.shape[0]` counts the pixels of an image; the images are the columns, `X.shape[1]`"),
    ("off by one", lambda X, Y, size: broken.parts(X, Y, size, X.shape[1] - 1),
     "where a single example is left over, it still goes missing"),
    ("last full part", lambda X, Y, size: broken.parts(X, Y, size, X.shape[1] - size),
     "even where the batches fit, the last one is missing now: `range` stops before its second "
     "number"),
    ("at every example",
     lambda X, Y, size: [broken.columns(X, Y, slice(s, s + size)) for s in range(X.shape[1])],
     "a part begins at every example: `range` takes the distance of the starts as its third "
     "number"),
    ("twice", every(is_filled_up),
     "the last batch is filled up with examples that were counted before, so these count twice"),
])  # fmt: skip


# 8.4


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


check_fixed_evaluate = make_check(
    "8.4", "my_evaluate", "Fix the report", broken.evaluate, evaluate_cases,
    says=("a network of 3 classes, 12 training and 5 development images",
          "a network of 3 classes, 6 training and 20 development images"),
    start=broken.given_evaluate, judge=judge_report,
    after="each number is measured on the set that it is named after",
    mistakes=[
    ("wrong size", reports(lambda right, sizes: (right[0] / sizes[0], right[1] / sizes[0])),
     "the right answers on the development set are divided by the size of the training set"),
    ("wrong count", reports(lambda right, sizes: (right[0] / sizes[0], right[0] / sizes[1])),
     "the size is that of the development set now, but the count is still that of the training "
     "set"),
    ("development set twice", reports(lambda right, sizes: (right[1] / sizes[1],) * 2),
     "now the training accuracy is measured on the development set"),
    ("swapped", reports(lambda right, sizes: (right[1] / sizes[1], right[0] / sizes[0])),
     "now the two sets have changed places"),
])  # fmt: skip


# 8.5


check_fixed_softmax = make_check(
    "8.5", "my_softmax", "Fix the softmax", softmax, softmax_cases, start=broken.given_softmax,
    after="the largest score of each column becomes 0, and exp(0) is as large as it gets",
    mistakes=[
    ("one maximum", lambda Z: broken.given_softmax(Z - Z.max()),
     "one maximum for the whole batch: a column far below it becomes 0 / 0; take the maximum of "
     "each column"),
    ("wrong axis", lambda Z: broken.given_softmax(Z - Z.max(axis=1, keepdims=True)),
     "that maximum is taken over the examples, not over the classes; each column needs its own"),
    ("one row too few", stops("broadcast"),
     "`axis=1` finds a maximum per class; each column needs its own, along `axis=0`"),
    ("numerator only", lambda Z: np.exp(Z - Z.max(axis=0)) / np.exp(Z).sum(axis=0),
     "the maximum is subtracted above the fraction bar only: the sum below needs the same scores"),
    ("not the largest", (lambda Z: broken.given_softmax(Z - Z.mean(axis=0)),
     gives(lambda Z: broken.given_softmax(Z - Z.min(axis=0)))),
     "a column whose scores lie far apart still overflows: subtract its *largest* score, which "
     "becomes 0"),
    ("divided", gives(lambda Z: softmax(Z / Z.max(axis=0)), lambda Z: softmax(Z / Z.max()),
     lambda Z: softmax(Z / 1000)),
     "dividing changes how far the scores lie apart, and with that the probabilities: subtract "
     "instead"),
    ("NaN hidden", gives(lambda Z: np.nan_to_num(broken.given_softmax(Z))),
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


check_fixed_initialize = make_check(
    "8.6", "my_initialize", "Fix the initial weights",
    lambda layer_sizes, rng: initialize_parameters(layer_sizes, rng),
    lambda: [(LAYER_SIZES, np.random.default_rng(seed)) for seed in (1, 2)],
    says=[f"layer_sizes = {LAYER_SIZES}"] * 2, start=broken.given_initialize, judge=judge_start,
    after="random, centered on 0, and scaled to the number of inputs",
    mistakes=[
    ("one number", first_weights(lambda W, layer_sizes: W.ndim == 0),
     "a single number was drawn for the whole layer: say how many you want, with the shape "
     "`(n_out, n_in)`"),
    ("all equal", first_weights(lambda W, layer_sizes: len(np.unique(W, axis=0)) == 1),
     "equal is as bad as zero: they compute the same, get the same gradient, and stay the same"),
    ("some layers", when(
     lambda layers, *_: len({np.ptp(np.asarray(layer[0])) > 0 for layer in layers}) == 2),
     "not every layer is random: the weights of one are still all equal"),
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


def backward(parameters, activations, Y):
    return backward_propagation(parameters, activations, Y)


check_fixed_backward = make_check(
    "8.7", "my_backward", "Fix the backward pass", backward, backward_cases,
    says=network_says(NETWORKS), start=broken.given_backward,
    after="an active neuron lets the gradient through, a silent one does not",
    mistakes=[
    ("inverted", broken.backward_with(lambda dA, A: dA * (A <= 0)),
     "the mask is upside down: the slope is 1 where the neuron is active, and 0 where it is "
     "silent"),
    ("no derivative", broken.backward_with(lambda dA, A: dA * A),
     "the activation itself is not its slope; the slope of ReLU is 1 or 0"),
    ("above 1", broken.backward_with(lambda dA, A: dA * (A > 1)),
     "ReLU lets everything above 0 through, not only what is above 1"),
    ("ReLU of the gradient", broken.backward_with(lambda dA, A: np.maximum(dA, 0)),
     "that is the ReLU of the gradient; its *slope* is asked for, at the activations"),
    ("sigmoid's slope", broken.backward_with(lambda dA, A: dA * A * (1 - A)),
     "that is the slope of the sigmoid; these neurons are ReLUs"),
    ("another layer", stops("broadcast"),
     "the mask is that of the layer which the gradient arrives at, `activations[l]`"),
])  # fmt: skip


def is_divided_at_the_end(gradients, parameters, activations, Y, keep):
    """Whether the last layer is divided by `keep` too."""
    right = broken.dropout_backward(parameters, activations, Y, keep)
    return np.allclose(gradients[-1].W, right[-1].W / keep)


check_fixed_dropout = make_check(
    "8.8", "my_dropout_backward", "Fix the backward pass with dropout", broken.dropout_backward,
    dropout_cases, start=broken.given_dropout_backward, says=dropout_says(),
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
    ("mask of zeros", broken.dropout_backward_with(lambda A, keep: (A >= 0) / keep),
     "the factor is right now, but `>=` lets the gradient of the silent neurons through"),
    ("drawn anew", Predicate(
     lambda attempt: {"random", "default_rng"} & set(attempt.answer.__code__.co_names)),
     "do not draw again: the neurons were drawn on the way forward, and those that are out are 0"),
    ("in the last layer too", every(is_divided_at_the_end),
     "the last layer was right: no dropout lies behind it, so the factor belongs where `dZ` goes "
     "back"),
])  # fmt: skip

check_fixed_step = make_check(
    "8.9", "my_step", "Fix the step",
    lambda parameters, X, Y, learning_rate: gradient_step(parameters, X, Y, learning_rate),
    step_cases, says=network_says(STEPS), start=broken.given_step,
    after="the gradient is a mean already, so the step needs no m",
    mistakes=[
    ("biases left", broken.step_with(lambda X: 1, lambda X: 1 / X.shape[1]),
     "the weights are right now, but the biases are still divided by m"),
    ("weights left", broken.step_with(lambda X: 1 / X.shape[1], lambda X: 1),
     "the biases are right now, but the weights are still divided by m"),
    ("times m", broken.step_with(lambda X: X.shape[1]),
     "now the step is m times too long; the gradient is a mean already and needs no factor at all"),
    ("divided still", (broken.step_with(lambda X: 1 / len(X)),
     broken.step_with(lambda X: X.shape[1] ** -0.5)),
     "the gradient is still divided by something; it is a mean already and needs no factor"),
    ("uphill", broken.step_with(lambda X: -1),
     "that goes uphill: where is the minus sign?"),
])  # fmt: skip

check_fixed_biases = make_check(
    "8.10", "my_bias_backward", "Fix the other backward pass", backward, backward_cases,
    says=network_says(NETWORKS), start=broken.given_bias_backward,
    after="a gradient has the shape of what it belongs to",
    mistakes=[
    ("misspelled", stops("keepdim"), "the argument has an s at its end: `keepdims`"),
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


# 8.11: the last program

ALIBIS = {
    "start": "`initial_loss` and `neuron_report` find nothing in the networks that it starts with",
    "shuffle": "`trace_batches` finds nothing missing, repeated or misaligned in its batches",
    "predict": "`softmax_report` and `batch_dependence` find nothing in its answers",
    "score": "give it labels that are shuffled, and its numbers fall as they should",
}


def judge_suspects(suspects):
    """What is wrong with the names of the two functions, or None."""
    suspects = [suspects] if isinstance(suspects, str) else suspects
    names = sorted({getattr(one, "__name__", one) for one in suspects})
    for name in names:
        if name in ALIBIS:
            return f"`{name}` is right: {ALIBIS[name]}"
        if name not in ("cut", "learn"):
            return f"the program has no function {name!r}"
    return None if len(names) == 2 else f"`{names[0]}` is one of the two; which is the other?"


check_suspects = make_check(
    "8.11", "my_suspects", "Name the two", lambda: ["cut", "learn"], judge=judge_suspects,
    after="now fix both where they stand, and let the tools say whether you have",
)  # fmt: skip
