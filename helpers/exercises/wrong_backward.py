"""Cases of exercises 3.4 and 3.5, and backward passes with one bug each, to know it again in an answer."""

import numpy as np

from helpers.exercises.exercise import Case
from helpers.network import Layer, forward_propagation, initialize_parameters


def layer_cases():
    """Return a layer whose sizes all differ, and a square one, where a dropped transpose raises no error."""
    rng = np.random.default_rng(0)
    cases = []
    for n_out, n_in, m in ((3, 2, 4), (4, 4, 3)):
        arrays = [rng.integers(1, 9, size) / 2 for size in ((n_out, m), (n_out, n_in), (n_in, m))]
        arrays[0][::2] *= -1
        arrays[2][:, 0] = 0
        says = f"{n_in} inputs, {n_out} neurons and {m} examples"
        cases.append(Case(*arrays, says=says))
    return cases


def network_cases():
    """Return networks with one, two and no hidden layers of sigmoids, with activations and labels; raises nothing."""
    rng = np.random.default_rng(1)
    cases = []
    for sizes, m in (([4, 3, 2], 5), ([5, 4, 6, 3], 7), ([4, 3], 6), ([3, 3, 3, 3], 5)):
        layers = initialize_parameters(sizes, rng, scheme=1.0)
        parameters = [Layer(W, rng.normal(size=b.shape)) for W, b in layers]
        activations = forward_propagation(parameters, rng.normal(size=(sizes[0], m)), activation="sigmoid")
        Y = np.eye(sizes[-1])[:, rng.integers(0, sizes[-1], m)]
        says = f"a {'-'.join(map(str, sizes))} network and {m} examples"
        cases.append(Case(parameters, activations, Y, says=says))
    return cases


def backward_with_a_bug(
    parameters,
    activations,
    Y,
    *,
    slope=lambda A: A * (1 - A),
    last_slope=lambda A: 1,
    mean=lambda m: 1 / m,
    mean_again=False,
    back=0,
    slope_at=0,
    by_classes=False,
    turned=True,
):
    """Return the gradients of a sigmoid network, a list of Layers, with the bug that one keyword switches on.

    parameters, activations, Y: as in backward_propagation. Raises ValueError where the bug makes the shapes clash.
    """
    m = len(Y) if by_classes else Y.shape[1]
    gradients = []
    dZ = (activations[-1] - Y) * last_slope(activations[-1]) * mean(m)
    for l in reversed(range(len(parameters))):
        A = activations[l]
        again = m if mean_again else 1
        gradients.insert(0, Layer(dZ @ A.T / again, dZ.sum(axis=1, keepdims=True) / again))
        if l > 0:
            W = parameters[l + back].W
            dZ = ((W.T if turned else W) @ dZ) * slope(activations[l + slope_at])
    return gradients
