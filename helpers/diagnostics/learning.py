"""Does the network start where it should, can it learn at all, and do its neurons answer?

The pieces of a training are arguments, and those of the project are their defaults: pass your own `forward`,
`backward`, ... to examine them. X is (n0, m), Y is (classes, m) one-hot, parameters are a list of Layers.
"""

import numpy as np
import pandas as pd

from helpers.diagnostics.gradients import gradient_step
from helpers.internals.checks import check_number, is_whole
from helpers.losses import cross_entropy
from helpers.network import forward_propagation, initialize_parameters


def initial_loss(
    layer_sizes, X, Y, *, initialize=initialize_parameters, forward=forward_propagation, loss=cross_entropy, seeds=5
):
    """Measure the loss before any training, which should be near ln(classes), the price of knowing nothing.

    initialize(layer_sizes, rng) -> parameters. seeds: how many networks, from the seeds 0, 1, ... Returns a
    DataFrame with a row a seed: `loss`, `expected` (ln of the number of classes), `ratio` of the two. Between 0.9 and
    1.5 all is well; much below, the loss is not what it says; much above, the weights or the pixels are too large.
    Raises ValueError for seeds that is not a whole number from 1.
    """
    if not is_whole(seeds) or seeds < 1:
        raise ValueError(f"seeds is {seeds!r}, expected a whole number from 1")
    losses = [loss(forward(initialize(layer_sizes, np.random.default_rng(i)), X)[-1], Y) for i in range(seeds)]
    expected = np.log(Y.shape[0])
    table = {"loss": losses, "expected": expected, "ratio": np.array(losses) / expected}
    return pd.DataFrame(table, index=pd.RangeIndex(seeds, name="seed"))


def overfit(
    X,
    Y,
    layer_sizes,
    *,
    initialize=initialize_parameters,
    step=gradient_step,
    forward=forward_propagation,
    loss=cross_entropy,
    learning_rate=0.1,
    steps=300,
    seed=0,
):
    """Train on one small batch alone, over and over, and return the loss before each step and after the last.

    step(parameters, X, Y, learning_rate) -> parameters. Returns (steps + 1,). Ten images are learned by heart by any
    network that can learn: their loss should end under 0.05. One that stays up cannot learn at all, whatever the
    data. Raises ValueError for a learning rate that is not positive.
    """
    check_number("learning_rate", learning_rate, above=0)
    parameters = initialize(layer_sizes, np.random.default_rng(seed))
    losses = []
    for _ in range(steps):
        losses.append(loss(forward(parameters, X)[-1], Y))
        parameters = step(parameters, X, Y, learning_rate)
    return np.array([*losses, loss(forward(parameters, X)[-1], Y)])


def neuron_report(activations):
    """Count the neurons of each hidden layer that answer at all, and those that differ from all others.

    activations: [A0 = X, A1, ..., AL], as forward_propagation returns them, for some dozens of examples or more.
    Returns a DataFrame with a row a hidden layer: `neurons`, `active` (above 0 for at least one example), `distinct`
    (different rows, to 9 digits). Few active: dead ReLUs. One distinct: all start equal. Raises nothing.
    """
    rows = {
        f"A{number}": (len(A), int((A > 0).any(axis=1).sum()), len(np.unique(A.round(9), axis=0)))
        for number, A in enumerate(activations[1:-1], 1)
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["neurons", "active", "distinct"])
