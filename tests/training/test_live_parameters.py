"""Inputs that are 0 in every training example are left out of the steps, and nothing but the time can tell."""

import numpy as np
import pytest

from helpers.data import Dataset
from helpers.evaluation import loss_and_accuracy
from helpers.live_parameters import LiveParameters, live_inputs, positions
from helpers.losses import one_hot
from helpers.network import (
    backward_propagation,
    forward_propagation,
    initialize_parameters,
    pack_parameters,
    update_parameters,
)
from helpers.training import train

SIZES = [12, 5, 4, 3]
DEAD = [0, 1, 5, 11]


def datasets(dead=DEAD):
    """60 and 23 random examples; the training examples have 0 in the dead inputs, the development set has not."""
    rng = np.random.default_rng(3)
    sets = []
    for m in (60, 23):
        rows, labels = rng.random((m, SIZES[0])), rng.integers(0, 3, m)
        sets.append([rows, labels])
    sets[0][0][:, dead] = 0
    return [Dataset(rows.T, labels, class_names=("a", "b", "c"), image_shape=(3, 4)) for rows, labels in sets]


def by_hand(train_set, epochs, learning_rate):
    """The whole network, step by step, with the functions that the notebooks derive."""
    rng = np.random.default_rng(0)
    parameters = initialize_parameters(SIZES, rng)
    for _ in range(epochs):
        order = rng.permutation(60)
        for start in range(0, 60, 8):
            chosen = order[start : start + 8]
            activations = forward_propagation(parameters, train_set.X[:, chosen])
            Y = one_hot(train_set.labels[chosen], 3)
            parameters = update_parameters(parameters, backward_propagation(parameters, activations, Y), learning_rate)
    return parameters


def test_live_inputs():
    rows = np.zeros((4, 5))
    rows[1, 2], rows[3, 0] = -1, 0.5
    assert live_inputs(rows).tolist() == [0, 2]
    assert live_inputs(np.zeros((4, 5))) is None
    assert live_inputs(np.ones((4, 5))) is None
    nearly_all = np.ones((2, 100))
    nearly_all[:, 7] = 0
    assert live_inputs(nearly_all) is None
    nearly_all[:, [8, 9]] = 0
    assert live_inputs(nearly_all) is None  # 97 of 100
    nearly_all[:, 10] = 0
    assert live_inputs(nearly_all).tolist() == [*range(7), *range(11, 100)]
    assert live_inputs(np.array([[0.0, 0.0, 0.1]])).tolist() == [2]


def test_the_network_is_the_one_trained_by_hand():
    train_set, dev_set = datasets()
    assert live_inputs(train_set.X.T).tolist() == [2, 3, 4, 6, 7, 8, 9, 10]
    result = train(train_set, dev_set, SIZES, learning_rate=0.3, batch_size=8, max_epochs=4, patience=None)
    expected = by_hand(train_set, 4, 0.3)
    for (W, b), (expected_W, expected_b) in zip(result.last_parameters, expected, strict=True):
        np.testing.assert_allclose(W, expected_W, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(b, expected_b, rtol=1e-12, atol=1e-15)
    initial = initialize_parameters(SIZES, np.random.default_rng(0))
    assert (result.last_parameters[0].W[:, DEAD] == initial[0].W[:, DEAD]).all()
    assert (result.last_parameters[0].W[:, 2] != initial[0].W[:, 2]).any()


def test_the_history_is_that_of_the_whole_network():
    train_set, dev_set = datasets()
    result = train(train_set, dev_set, SIZES, learning_rate=0.3, batch_size=8, max_epochs=3, patience=None)
    row = result.history.loc[3]
    for prefix, dataset in (("train", train_set), ("dev", dev_set)):
        loss, fraction = loss_and_accuracy(result.last_parameters, dataset.X, dataset.labels)
        assert row[f"{prefix}_loss"] == pytest.approx(loss, rel=1e-12)
        assert row[f"{prefix}_accuracy"] == fraction


@pytest.mark.parametrize("optimizer", ["gradient descent", "momentum", "adam"])
def test_resuming_gives_the_same_bits(optimizer):
    train_set, dev_set = datasets()
    settings = {"learning_rate": 0.01, "batch_size": 8, "optimizer": optimizer, "patience": None}
    whole = train(train_set, dev_set, SIZES, max_epochs=6, **settings)
    first = train(train_set, dev_set, SIZES, max_epochs=2, **settings)
    second = train(train_set, dev_set, SIZES, max_epochs=6, resume_from=first, **settings)
    assert (whole.state.vector == second.state.vector).all()
    for name, values in whole.state.moments.items():
        assert np.array_equal(values, second.state.moments[name])
        assert values.ndim == 0 or values.shape == whole.state.vector.shape


@pytest.mark.parametrize("extra", [{"l2": 0.1}, {"augment": lambda X, rng: X + rng.random(X.shape)}])
def test_all_inputs_take_part_where_their_weights_can_change(extra):
    train_set, dev_set = datasets()
    result = train(train_set, dev_set, SIZES, learning_rate=0.1, batch_size=8, max_epochs=1, **extra)
    initial = initialize_parameters(SIZES, np.random.default_rng(0))
    assert (result.last_parameters[0].W[:, DEAD] != initial[0].W[:, DEAD]).any(axis=0).all()


def test_positions():
    layers = initialize_parameters(SIZES, np.random.default_rng(1))
    vector, views = pack_parameters(layers)
    live = np.array([2, 3, 9])
    places = positions(views, live)
    assert (vector[places] == pack_parameters([views[0]._replace(W=views[0].W[:, live]), *views[1:]])[0]).all()
    assert len(np.unique(places)) == len(places) == len(vector) - 9 * SIZES[1]


def test_the_whole_network_follows_when_put_back():
    layers = initialize_parameters(SIZES, np.random.default_rng(1))
    network = LiveParameters(layers, "adam", np.array([2, 3, 9]))
    before = network.vector.copy()
    for values in (values for layer in network.gradients for values in layer):
        values[...] = 1
    network.step(0.01)
    assert (network.vector == before).all()
    network.put_back()
    changed = network.layers[0].W != layers[0].W
    assert changed[:, [2, 3, 9]].all()
    assert not np.delete(changed, [2, 3, 9], axis=1).any()
    squares = network.moments()["squares"]
    assert (squares > 0).sum() == len(squares) - 9 * SIZES[1]
