"""What the answers of notebook 8 are tried on: probabilities, numbered examples, networks."""

from itertools import pairwise

import numpy as np

from helpers.activations import softmax
from helpers.data import Dataset
from helpers.losses import one_hot
from helpers.network import Layer, forward_propagation


def loss_cases():
    """Probabilities and one-hot labels: 2 classes and 3 examples, and larger ones."""
    rng = np.random.default_rng(1)
    small = np.array([[0.5, 0.25, 0.8], [0.5, 0.75, 0.2]])
    cases = [(small, np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]))]
    for classes, m in ((10, 7), (4, 9)):
        A = softmax(rng.normal(size=(classes, m)))
        cases.append((A, one_hot(rng.integers(0, classes, m), classes)))
    return cases


# Of batches: numbered examples, so that their order can be read off


def numbered(m):
    """X (1, m) with the numbers of the examples, and Y (2, m) that holds them too."""
    numbers = np.arange(float(m))
    return numbers[np.newaxis], np.stack([numbers, -numbers])


def numbers_of(pairs, side=0):
    """The numbers of the examples in X (side 0) or Y (1), in the order in which they come."""
    return np.concatenate([np.atleast_2d(pair[side])[0] for pair in pairs])


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


def softmax_cases():
    """Scores: ordinary, a thousand, columns a thousand apart, and far apart in a column."""
    return [
        (np.array([[0.0, 2.0], [1.0, -1.0], [3.0, 0.5]]),),
        (np.array([[1000.0], [999.0]]),),
        (np.array([[1000.0, -1000.0], [998.0, -999.0]]),),
        (np.array([[1000.0, 0.0], [0.0, 1e5], [-1000.0, -1e5]]),),
        (np.random.default_rng(0).normal(size=(10, 7)) * 300,),
    ]


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


def dropout_says():
    pairs = zip(network_says(NETWORKS), KEEPS, strict=True)
    return [f"{says} with keep = {keep}" for says, keep in pairs]


def step_cases():
    """A network, a batch, its labels and a learning rate."""
    cases = []
    for seed, (sizes, m) in enumerate(STEPS):
        rng = np.random.default_rng(seed)
        X, Y = rng.random((sizes[0], m)), one_hot(rng.integers(0, sizes[-1], m), sizes[-1])
        cases.append((small_network(sizes, seed), X, Y, 0.5))
    return cases
