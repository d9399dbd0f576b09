"""What the checks of notebook 8 feed to the learner's functions; made anew for each check."""

import itertools

import numpy as np

from helpers.activations import softmax
from helpers.data import Dataset
from helpers.exercises.exercise import Case
from helpers.losses import one_hot
from helpers.network import Layer, forward_propagation


def small_network(sizes, seed, bias=0.1):
    """Return layers of the given sizes with random weights and biases; raises nothing."""
    rng = np.random.default_rng(seed)
    return [Layer(rng.normal(size=(n, n0)), bias * rng.normal(size=(n, 1))) for n0, n in itertools.pairwise(sizes)]


def loss_cases():
    """Return probabilities and one-hot labels: 2 classes, 3 examples, and larger ones; raises nothing."""
    rng = np.random.default_rng(1)
    cases = [Case(np.array([[0.5, 0.25, 0.8], [0.5, 0.75, 0.2]]), np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]))]
    for classes, m in ((10, 7), (4, 9)):
        A = softmax(rng.normal(size=(classes, m)))
        cases.append(Case(A, one_hot(rng.integers(0, classes, m), classes)))
    return cases


def numbered(m):
    """Return X (1, m) with the numbers of the examples, and Y (2, m) that holds them too; raises nothing."""
    numbers = np.arange(float(m))
    return numbers[np.newaxis], np.stack([numbers, -numbers])


def batch_cases():
    """Return numbered examples to shuffle: 40 in batches of 8, and 43, which leaves 3; raises nothing."""
    sizes = ((40, 8), (43, 8), (50, 50))
    says = "{} numbered examples in batches of {}"
    return [Case(*numbered(m), size, np.random.default_rng(m), says=says.format(m, size)) for m, size in sizes]


def parts_cases():
    """Return numbered examples to cut: none left over, some left over, one left over, one part; raises nothing."""
    sizes = ((10, 4), (8, 4), (9, 4), (3, 4), (43, 7))
    return [Case(*numbered(m), size, says=f"{m} numbered examples in batches of {size}") for m, size in sizes]


def evaluate_cases():
    """Return a small network with a training set and a development set of other sizes; raises nothing."""
    cases = []
    for seed, sizes in ((1, (12, 5)), (2, (6, 20))):
        rng = np.random.default_rng(seed)
        sets = [Dataset(rng.random((4, m)), rng.integers(0, 3, m), tuple("abc"), (2, 2)) for m in sizes]
        says = f"a network of 3 classes, {sizes[0]} training and {sizes[1]} development images"
        cases.append(Case(small_network((4, 6, 3), seed), *sets, says=says))
    return cases


def softmax_cases():
    """Return scores: ordinary, a thousand, columns a thousand apart, and far apart in a column; raises nothing."""
    return [
        Case(np.array([[0.0, 2.0], [1.0, -1.0], [3.0, 0.5]])),
        Case(np.array([[1000.0], [999.0]])),
        Case(np.array([[1000.0, -1000.0], [998.0, -999.0]])),
        Case(np.array([[1000.0, 0.0], [0.0, 1e5], [-1000.0, -1e5]])),
        Case(np.random.default_rng(0).normal(size=(10, 7)) * 300),
    ]


def initialize_cases():
    """Return layer sizes, which first fall and then rise, each with a generator; raises nothing."""
    sizes = (300, 80, 200, 10)
    return [Case(sizes, np.random.default_rng(seed), says=f"layer_sizes = {sizes}") for seed in (1, 2)]


def backward_cases(forward=forward_propagation, extra=()):
    """Return a network of two layers, one of three, with their activations and labels; raises nothing."""
    cases = []
    for seed, (sizes, m) in enumerate((((3, 4, 2), 5), ((6, 5, 4, 3), 7), ((5, 4, 3), 4))):
        parameters, rng = small_network(sizes, seed), np.random.default_rng(seed)
        activations = forward(parameters, rng.random((sizes[0], m)))
        says = f"a {'-'.join(map(str, sizes))} network and {m} examples"
        rest = (extra[seed],) if extra else ()
        says += f" with keep = {rest[0]}" if rest else ""
        cases.append(Case(parameters, activations, one_hot(rng.integers(0, sizes[-1], m), sizes[-1]), *rest, says=says))
    return cases


def dropout_cases():
    """Return what backward_cases does, after a forward pass with dropout, and with keep; raises nothing."""
    keeps = iter((0.5, 0.8, 0.4))
    seeds = iter((5, 6, 7))

    def forward(parameters, X):
        keep, rng, activations = next(keeps), np.random.default_rng(next(seeds)), [X]
        for W, b in parameters[:-1]:
            A = np.maximum(0, W @ activations[-1] + b)
            activations.append(A * (rng.random(A.shape) < keep) / keep)
        return [*activations, softmax(parameters[-1].W @ activations[-1] + parameters[-1].b)]

    return backward_cases(forward, (0.5, 0.8, 0.4))


def step_cases():
    """Return a network, a batch, its labels and a learning rate; raises nothing."""
    cases = []
    for seed, (sizes, m) in enumerate((((3, 4, 2), 5), ((6, 5, 4, 3), 8))):
        rng = np.random.default_rng(seed)
        X, Y = rng.random((sizes[0], m)), one_hot(rng.integers(0, sizes[-1], m), sizes[-1])
        says = f"a {'-'.join(map(str, sizes))} network and {m} examples"
        cases.append(Case(small_network(sizes, seed), X, Y, 0.5, says=says))
    return cases
