"""Backpropagation against finite differences, automatic differentiation, and its usual bugs."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from helpers import network
from helpers.activations import ACTIVATIONS, Activation
from helpers.gradient_check import check_gradients, numerical_gradients, relative_error
from helpers.losses import one_hot
from helpers.network import Layer, backward_propagation, forward_propagation, initialize_parameters

SIZES = [7, 6, 5, 4]  # all different, and different from M
M = 9


def problem(sizes=SIZES, seed=1):
    """Parameters with unequal, non-zero biases, and examples for them."""
    rng = np.random.default_rng(seed)
    parameters = [
        Layer(W, 0.3 * rng.standard_normal(b.shape)) for W, b in initialize_parameters(sizes, rng)
    ]
    return (
        parameters,
        rng.standard_normal((sizes[0], M)),
        one_hot(rng.integers(0, sizes[-1], M), sizes[-1]),
    )


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sizes", [[7, 4], [7, 6, 4], SIZES, [7, 8, 6, 5, 4]], ids=str)
def test_gradients_agree_with_central_differences(sizes, activation):
    parameters, X, Y = problem(sizes)
    assert check_gradients(parameters, X, Y, activation=activation) < 1e-6


ORACLE = {
    "relu": lambda Z: anp.where(Z > 0, Z, 0.0),
    "leaky_relu": lambda Z: anp.where(Z > 0, Z, 0.01 * Z),
    "sigmoid": lambda Z: 1 / (1 + anp.exp(-Z)),
    "tanh": anp.tanh,
}


def oracle_loss(flat, X, labels, activation):
    """The same network, independent of helpers: rows are examples, the loss comes from scores."""
    H = X.T
    for W, b in flat[:-1]:
        H = ORACLE[activation](anp.dot(H, W.T) + b.T)
    scores = anp.dot(H, flat[-1][0].T) + flat[-1][1].T
    log_total = anp.log(anp.sum(anp.exp(scores), axis=1))
    return anp.mean(log_total - scores[anp.arange(len(labels)), labels])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_agree_with_automatic_differentiation(activation):
    parameters, X, Y = problem()
    ours = backward_propagation(
        parameters,
        forward_propagation(parameters, X, activation=activation),
        Y,
        activation=activation,
    )
    theirs = autograd.grad(oracle_loss)(
        [tuple(layer) for layer in parameters], X, Y.argmax(axis=0), activation
    )
    for (dW, db), (oracle_dW, oracle_db) in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(dW, oracle_dW, rtol=1e-10, atol=1e-15)
        np.testing.assert_allclose(db, oracle_db, rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize(
    ("ours", "theirs"), [("relu", "relu"), ("sigmoid", "logistic"), ("tanh", "tanh")]
)
def test_forward_agrees_with_scikit_learn_on_the_same_weights(ours, theirs):
    parameters, X, _ = problem()
    model = MLPClassifier(
        hidden_layer_sizes=SIZES[1:-1], activation=theirs, max_iter=1, random_state=0
    )
    with pytest.warns(match="Maximum iterations"):
        model.fit(X.T, np.arange(M) % SIZES[-1])
    model.coefs_ = [W.T for W, _ in parameters]
    model.intercepts_ = [b.ravel() for _, b in parameters]
    np.testing.assert_allclose(
        forward_propagation(parameters, X, activation=ours)[-1].T,
        model.predict_proba(X.T),
        rtol=1e-12,
    )


# --- the judge itself


def forgotten_mean(parameters, activations, Y, **options):
    m = Y.shape[1]
    return [
        Layer(m * dW, m * db)
        for dW, db in backward_propagation(parameters, activations, Y, **options)
    ]


def wrong_sign(parameters, activations, Y, **options):
    return [
        Layer(-dW, -db) for dW, db in backward_propagation(parameters, activations, Y, **options)
    ]


def forgotten_bias(parameters, activations, Y, **options):
    return [
        Layer(dW, 0 * db) for dW, db in backward_propagation(parameters, activations, Y, **options)
    ]


def reversed_neurons(parameters, activations, Y, **options):
    (dW, db), *rest = backward_propagation(parameters, activations, Y, **options)
    return [Layer(dW[::-1], db[::-1]), *rest]


@pytest.mark.parametrize("bug", [forgotten_mean, wrong_sign, forgotten_bias, reversed_neurons])
def test_the_check_sees_a_wrong_gradient(monkeypatch, bug):
    parameters, X, Y = problem()
    monkeypatch.setattr("helpers.gradient_check.backward_propagation", bug)
    assert check_gradients(parameters, X, Y) > 0.01


def test_the_check_sees_a_relu_mask_that_is_always_true(monkeypatch):
    parameters, X, Y = problem()
    mutant = Activation(ACTIVATIONS["relu"].function, lambda A: A >= 0)
    monkeypatch.setattr(network, "get_activation", lambda name: mutant)
    assert check_gradients(parameters, X, Y) > 0.1


def test_the_check_takes_the_step_that_it_is_given():
    assert check_gradients(*problem(), activation="tanh", step=0.5) > 1e-4


def test_numerical_gradients_are_right_where_the_answer_is_known():
    parameters = [Layer(np.zeros((2, 1)), np.zeros((2, 1)))]
    X, Y = np.array([[3.0, 3.0, 3.0]]), one_hot([0, 0, 0], 2)
    ((dW, db),) = numerical_gradients(parameters, X, Y)
    np.testing.assert_allclose(dW, [[-1.5], [1.5]], rtol=1e-8)
    np.testing.assert_allclose(db, [[-0.5], [0.5]], rtol=1e-8)
    assert (parameters[0].W == 0).all()


@pytest.mark.parametrize("place", ["W", "b"])
def test_parameters_are_as_they_were_even_after_an_error(monkeypatch, place):
    parameters, X, Y = problem()
    before = [Layer(W.copy(), b.copy()) for W, b in parameters]
    passes = iter(range(7 * 6 if place == "W" else 2 * 7 * 6 + 1))
    monkeypatch.setattr("helpers.gradient_check.cross_entropy", lambda A, Y: float(next(passes)))
    with pytest.raises(StopIteration):
        numerical_gradients(parameters, X, Y)
    for layer, copies in zip(parameters, before, strict=True):
        np.testing.assert_array_equal(layer.W, copies.W)
        np.testing.assert_array_equal(layer.b, copies.b)


def test_relative_error_on_known_numbers():
    assert relative_error([3.0, 4.0], [3.0, 4.0]) == 0
    assert relative_error(np.zeros(3), np.zeros(3)) == 0
    assert relative_error([1.0], [0.0]) == 1
    assert relative_error([1.0], [3.0]) == pytest.approx(0.5)
