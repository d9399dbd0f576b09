"""Each question is answered right about sound parts, and shows the fault it is there for."""

import itertools
from functools import partial

import numpy as np
import pytest

from helpers.activations import relu, softmax
from helpers.data import Dataset
from helpers.diagnostics import (
    batch_dependence,
    gradient_errors,
    gradient_step,
    initial_loss,
    label_sensitivity,
    neuron_report,
    overfit,
    softmax_report,
    trace_batches,
    update_ratios,
)
from helpers.evaluation import accuracy, make_predictions
from helpers.gradient_check import numerical_gradients, relative_error
from helpers.losses import cross_entropy, one_hot
from helpers.network import (
    Layer,
    backward_propagation,
    forward_propagation,
    initialize_parameters,
    update_parameters,
)

SIZES = (6, 9, 5, 4)
M = 7


@pytest.fixture
def network():
    rng = np.random.default_rng(3)
    return [
        Layer(rng.normal(size=(n, n0)), rng.normal(size=(n, 1)) / 5)
        for n0, n in itertools.pairwise(SIZES)
    ]


@pytest.fixture
def batch():
    rng = np.random.default_rng(4)
    return rng.random((SIZES[0], M)), one_hot(rng.integers(0, SIZES[-1], M), SIZES[-1])


def scaled(factors):
    """Backpropagation with the gradients of each layer multiplied by a factor."""

    def backward(parameters, activations, Y):
        gradients = backward_propagation(parameters, activations, Y)
        return [Layer(f * dW, f * db) for f, (dW, db) in zip(factors, gradients, strict=True)]

    return backward


def test_sound_gradients_agree_in_every_array(network, batch):
    table = gradient_errors(network, *batch)
    assert list(table.index) == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert table["relative_error"].max() < 1e-6
    np.testing.assert_allclose(table[["ratio", "cosine"]], 1, rtol=1e-5)


def test_with_all_entries_it_is_the_gradient_check(network, batch):
    wrong = scaled((1.1, 1, 0.7))
    table = gradient_errors(network, *batch, backward=wrong, entries=10**6)
    numerical = numerical_gradients(network, *batch)
    analytic = wrong(network, forward_propagation(network, batch[0]), batch[1])
    expected = [
        relative_error(a, n)
        for pair in zip(analytic, numerical, strict=True)
        for a, n in zip(*pair, strict=True)
    ]
    np.testing.assert_allclose(table["relative_error"], expected, atol=1e-7)
    np.testing.assert_allclose(table["ratio"], [1.1, 1.1, 1, 1, 0.7, 0.7], rtol=1e-5)


@pytest.mark.parametrize("entries", [1, 7, 10**6])
def test_as_many_entries_are_tried_as_asked_for(network, batch, entries):
    losses = []
    gradient_errors(
        network, *batch, entries=entries, loss=lambda A, Y: losses.append(1) or cross_entropy(A, Y)
    )
    assert len(losses) == 2 * sum(
        min(entries, values.size) for layer in network for values in layer
    )


def test_a_factor_shows_as_ratio_and_a_sign_as_cosine(network, batch):
    table = gradient_errors(network, *batch, backward=scaled((10, -1, 0)))
    np.testing.assert_allclose(table["ratio"], [10, 10, 1, 1, 0, 0], rtol=1e-5)
    np.testing.assert_allclose(table["cosine"], [1, 1, -1, -1, np.nan, np.nan], rtol=1e-5)
    np.testing.assert_allclose(table["relative_error"], [9 / 11, 9 / 11, 1, 1, 1, 1], rtol=1e-4)


def test_a_gradient_where_the_loss_has_no_slope_is_infinitely_too_long(network, batch):
    table = gradient_errors(network, *batch, loss=lambda A, Y: 1.0)
    assert np.isinf(table["ratio"]).all()
    table = gradient_errors(network, *batch, loss=lambda A, Y: 1.0, backward=scaled((0, 0, 0)))
    assert (table["ratio"] == 1).all()
    assert (table["relative_error"] == 0).all()


def test_the_gradient_check_leaves_the_parameters_alone(network, batch):
    before = [Layer(W.copy(), b.copy()) for W, b in network]
    gradient_errors(network, *batch)
    for old, new in zip(before, network, strict=True):
        np.testing.assert_array_equal(old.W, new.W)
        np.testing.assert_array_equal(old.b, new.b)


def test_the_gradient_check_names_a_wrong_shape(network, batch):
    def backward(parameters, activations, Y):
        return [Layer(dW, db[:, 0]) for dW, db in backward_propagation(parameters, activations, Y)]

    with pytest.raises(ValueError, match=r"db1 has shape \(9,\), expected \(9, 1\)"):
        gradient_errors(network, *batch, backward=backward)
    short = [Layer(W.astype(np.float32), b.astype(np.float32)) for W, b in network]
    with pytest.raises(ValueError, match="float32, expected float64"):
        gradient_errors(short, *batch)


def test_a_gradient_step_goes_downhill_by_the_gradient(network, batch):
    X, Y = batch
    expected = update_parameters(
        network, backward_propagation(network, forward_propagation(network, X), Y), 0.3
    )
    for got, right in zip(gradient_step(network, X, Y, 0.3), expected, strict=True):
        np.testing.assert_array_equal(got.W, right.W)
        np.testing.assert_array_equal(got.b, right.b)
    doubled = gradient_step(network, X, Y, 0.3, backward=scaled((2, 2, 2)))
    np.testing.assert_allclose(doubled[0].W - network[0].W, 2 * (expected[0].W - network[0].W))


@pytest.mark.parametrize(("power", "doubled"), [(0, 1), (1, 2), (-1, 0.5)])
def test_a_step_that_is_no_mean_notices_examples_given_twice(network, batch, power, doubled):
    def step(parameters, X, Y, learning_rate):
        return gradient_step(parameters, X, Y, learning_rate * X.shape[1] ** power)

    table = update_ratios(network, *batch, 0.1, step=step)
    assert list(table.index) == ["W1", "W2", "W3"]
    np.testing.assert_allclose(table["doubled"], doubled)


def test_update_ratios_are_root_mean_squares(network, batch):
    def step(parameters, X, Y, learning_rate):
        return [Layer(1.25 * W, b) for W, b in parameters]

    table = update_ratios(network, *batch, 0.1, step=step)
    np.testing.assert_allclose(table["ratio"], 0.25)
    np.testing.assert_allclose(table["weights"], [np.sqrt((W**2).mean()) for W, _ in network])


def test_weights_that_are_zero_have_no_ratio(batch):
    zeros = initialize_parameters(SIZES, np.random.default_rng(0), scheme="zeros")
    assert update_ratios(zeros, *batch, 0.1)["ratio"].isna().all()


def test_the_first_loss_is_near_the_price_of_knowing_nothing(batch):
    table = initial_loss(SIZES, *batch, seeds=20)
    assert len(table) == 20
    np.testing.assert_allclose(table["expected"], np.log(4))
    np.testing.assert_allclose(table["ratio"], table["loss"] / np.log(4))
    assert 0.9 < table["ratio"].mean() < 1.5
    parameters = initialize_parameters(SIZES, np.random.default_rng(2))
    assert table["loss"][2] == cross_entropy(
        forward_propagation(parameters, batch[0])[-1], batch[1]
    )


def test_the_first_loss_shows_a_wrong_mean_and_large_weights(batch):
    wrong_mean = initial_loss(SIZES, *batch, loss=lambda A, Y: -(Y * np.log(A)).mean())
    np.testing.assert_allclose(wrong_mean["ratio"] * 4, initial_loss(SIZES, *batch)["ratio"])
    large = initial_loss(SIZES, *batch, initialize=partial(initialize_parameters, scheme=3.0))
    assert large["ratio"].min() > 2


def test_a_sound_network_learns_a_batch_by_heart(batch):
    losses = overfit(*batch, SIZES, steps=1500)
    assert losses.shape == (1501,)
    assert losses[-1] < 0.05 < 1 < losses[0]
    parameters = initialize_parameters(SIZES, np.random.default_rng(0))
    stepped = gradient_step(parameters, *batch, 0.1)
    expected = [
        cross_entropy(forward_propagation(p, batch[0])[-1], batch[1]) for p in (parameters, stepped)
    ]
    np.testing.assert_allclose(losses[:2], expected)


def test_a_network_that_cannot_learn_stays_up(batch):
    zeros = partial(initialize_parameters, scheme="zeros")
    assert overfit(*batch, SIZES, initialize=zeros)[-1] > 0.5
    assert (
        np.ptp(overfit(*batch, SIZES, step=lambda parameters, X, Y, learning_rate: parameters)) == 0
    )
    with pytest.raises(ValueError, match="learning_rate"):
        overfit(
            *batch, SIZES, step=lambda parameters, X, Y, learning_rate: parameters, learning_rate=0
        )


def test_a_batch_is_learned_from_the_batches_that_are_given(batch):
    def apart(X, Y, batch_size, rng):
        drawn.append(batch_size)
        return [(X, Y[:, rng.permutation(batch_size)])]

    def halves(X, Y, batch_size, rng):
        return [(X[:, :4], Y[:, :4]), (X[:, 4:], Y[:, 4:])]

    drawn = []
    assert overfit(*batch, SIZES, steps=1500, batches=apart)[-1] > 0.5
    assert drawn == [M] * 1500
    (X, Y), start = batch, initialize_parameters(SIZES, np.random.default_rng(0))
    stepped = gradient_step(gradient_step(start, X[:, :4], Y[:, :4], 0.1), X[:, 4:], Y[:, 4:], 0.1)
    expected = cross_entropy(forward_propagation(stepped, X)[-1], Y)
    np.testing.assert_allclose(overfit(X, Y, SIZES, steps=1, batches=halves)[1], expected)


def test_silent_and_equal_neurons_are_counted():
    A1 = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 0.0], [0.0, 2.0]])
    A2 = np.array([[0.0, 0.0], [0.0, 0.0]])
    table = neuron_report([np.ones((3, 2)), A1, A2, np.full((2, 2), 0.5)])
    assert table.to_dict("index") == {
        "A1": {"neurons": 4, "active": 3, "distinct": 3},
        "A2": {"neurons": 2, "active": 0, "distinct": 1},
    }


def test_rounding_does_not_make_neurons_distinct():
    A1 = np.array([[1.0, 0.3], [1.0, 0.1 + 0.2]])
    assert neuron_report([A1, A1, A1]).loc["A1", "distinct"] == 1


def in_order(X, Y, batch_size, rng):
    for start in range(0, X.shape[1], batch_size):
        yield X[:, start : start + batch_size], Y[:, start : start + batch_size]


def without_the_rest(X, Y, batch_size, rng):
    return [(x, y) for x, y in in_order(X, Y, batch_size, rng) if x.shape[1] == batch_size]


def with_the_first_twice(X, Y, batch_size, rng):
    return [next(in_order(X, Y, batch_size, rng)), *in_order(X, Y, batch_size, rng)]


def with_moved_labels(X, Y, batch_size, rng):
    return in_order(X, np.roll(Y, 1, axis=1), batch_size, rng)


@pytest.mark.parametrize(
    ("batches", "expected"),
    [
        (in_order, (3, 10, 0, 0, 0)),
        (without_the_rest, (2, 8, 2, 0, 0)),
        (with_the_first_twice, (4, 10, 0, 4, 0)),
        (with_moved_labels, (3, 10, 0, 0, 10)),
        (lambda X, Y, batch_size, rng: [], (0, 0, 10, 0, 0)),
    ],
)
def test_what_happens_to_numbered_examples(batches, expected):
    counts = trace_batches(batches, 10, 4)
    assert dict(counts) == dict(
        zip(("batches", "seen", "missing", "repeated", "misaligned"), expected, strict=True)
    )


def test_examples_without_labels_are_an_error():
    with pytest.raises(ValueError, match="as many columns"):
        trace_batches(lambda X, Y, batch_size, rng: [(X, Y[:, 1:])], 10, 4)


def test_batches_are_given_a_generator_of_the_seed():
    drawn = []
    for seed in (5, 5, 6):
        trace_batches(
            lambda X, Y, size, rng: [drawn.append(rng.random()) or (X, Y)], 3, 3, seed=seed
        )
    assert drawn[0] == drawn[1] != drawn[2]


def forward_with(last, bias=lambda b: b):
    def forward(parameters, X):
        A = [X]
        for W, b in parameters[:-1]:
            A.append(relu(W @ A[-1] + bias(b)))
        return [*A, last(parameters[-1].W @ A[-1] + bias(parameters[-1].b))]

    return forward


def test_a_sound_answer_does_not_depend_on_the_neighbors(network):
    X = np.random.default_rng(0).random((6, 32))
    table = batch_dependence(network, X)
    assert list(table.index) == [1, 7, 10, 32]
    assert table["difference"].max() < 1e-12
    assert (table["error"] == "").all()


def test_a_softmax_over_the_examples_is_found(network):
    def over_examples(Z):
        return softmax(Z.T).T

    table = batch_dependence(
        network,
        np.random.default_rng(0).random((6, 10)),
        forward=forward_with(over_examples),
        sizes=(7,),
    )
    assert table.loc[7, "difference"] > 0.1


def test_a_flat_bias_is_found():
    rng = np.random.default_rng(0)
    square = [Layer(rng.normal(size=(5, 5)), rng.normal(size=5)) for _ in range(2)]
    table = batch_dependence(
        square, rng.random((5, 7)), forward=forward_with(softmax), sizes=(5, 7)
    )
    assert table.loc[5, "difference"] > 0.01
    assert "broadcast" in table.loc[7, "error"]
    assert np.isnan(table.loc[7, "difference"])
    table = batch_dependence(square, rng.random((5, 7)), forward=forward_with(softmax), sizes=(1,))
    assert np.isinf(table.loc[1, "difference"])  # one image, five answers


def test_too_few_examples_are_an_error(network):
    with pytest.raises(ValueError, match="X has 8 examples, expected at least 32"):
        batch_dependence(network, np.ones((6, 8)))


def test_each_number_depends_on_the_labels_of_its_own_set():
    rng = np.random.default_rng(0)
    sets = [
        Dataset(rng.random((4, m)), rng.integers(0, 3, m), tuple("abc"), (2, 2)) for m in (300, 200)
    ]
    parameters = initialize_parameters((4, 20, 3), rng)
    sets = [
        Dataset(s.X, make_predictions(parameters, s.X), s.class_names, s.image_shape) for s in sets
    ]
    before = [s.labels.copy() for s in sets]

    def evaluate(parameters, train_set, dev_set):
        scores = [
            accuracy(make_predictions(parameters, s.X), s.labels) for s in (train_set, dev_set)
        ]
        return {"train": scores[0], "dev": scores[1], "mixed": sum(scores)}

    table = label_sensitivity(evaluate, parameters, *sets)
    assert (table.loc["as they are", ["train", "dev"]] == 1).all()
    assert (
        table.loc["training labels shuffled", "train"]
        < 0.8
        < table.loc["training labels shuffled", "dev"]
    )
    assert (
        table.loc["development labels shuffled", "dev"]
        < 0.8
        < table.loc["development labels shuffled", "train"]
    )
    assert (table["mixed"].iloc[1:] < 2).all()
    for dataset, labels in zip(sets, before, strict=True):
        np.testing.assert_array_equal(dataset.labels, labels)


def test_a_softmax_is_pushed_until_it_gives_way():
    assert softmax_report(softmax).all(axis=None)
    naive = softmax_report(lambda Z: np.exp(Z) / np.exp(Z).sum(axis=0))
    assert naive["finite"].tolist() == [True, True, True, False]
    not_normed = softmax_report(lambda Z: 2 * softmax(Z))
    assert not_normed["finite"].all()
    assert not not_normed["sum_is_1"].any()
    largest = []
    softmax_report(lambda Z: largest.append(np.abs(Z).max()) or softmax(Z))
    np.testing.assert_allclose(largest, [1, 10, 100, 1000])
