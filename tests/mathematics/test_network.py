import numpy as np
import pytest

from helpers.losses import one_hot
from helpers.network import (
    Layer,
    backward_propagation,
    forward_propagation,
    initialize_parameters,
    pre_activations,
    update_parameters,
)


def rng(seed=0):
    return np.random.default_rng(seed)


# --- initialization


def test_layers_have_the_shapes_of_the_conventions():
    layers = initialize_parameters([7, 5, 4, 3], rng())
    assert [(W.shape, b.shape) for W, b in layers] == [
        ((5, 7), (5, 1)),
        ((4, 5), (4, 1)),
        ((3, 4), (3, 1)),
    ]
    assert all((b == 0).all() for _, b in layers)


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [("he", np.sqrt(2 / 800)), ("glorot", np.sqrt(2 / 1000)), (0.3, 0.3), ("zeros", 0)],
)
def test_each_scheme_has_its_spread(scheme, expected):
    (layer,) = initialize_parameters([800, 200], rng(), scheme=scheme)
    assert layer.W.std() == pytest.approx(expected, rel=0.01)
    assert abs(layer.W.mean()) <= 0.01 * expected


def test_both_dtypes_start_from_the_same_network():
    double = initialize_parameters([6, 4, 3], rng(5))
    single = initialize_parameters([6, 4, 3], rng(5), dtype=np.float32)
    for (W64, b64), (W32, b32) in zip(double, single, strict=True):
        assert (W64.dtype, W32.dtype, b64.dtype, b32.dtype) == (
            np.float64,
            np.float32,
            np.float64,
            np.float32,
        )
        np.testing.assert_array_equal(W64.astype(np.float32), W32)


def test_the_generator_decides_and_moves_on():
    generator = rng(3)
    first = initialize_parameters([5, 4], generator)
    second = initialize_parameters([5, 4], generator)
    again = initialize_parameters([5, 4], rng(3))
    np.testing.assert_array_equal(first[0].W, again[0].W)
    assert (first[0].W != second[0].W).all()


# --- forward propagation


@pytest.mark.parametrize(
    ("weights", "biases", "inputs", "expected"),
    [
        (np.float64, np.float64, np.float64, np.float64),
        (np.float32, np.float32, np.float32, np.float32),
        (np.float32, np.float64, np.float32, np.float64),
        (np.float64, np.float32, np.float64, np.float64),
        (int, np.float64, int, np.float64),
        (np.float32, np.float32, np.uint8, np.float32),
    ],
    ids=str,
)
def test_pre_activations_of_mixed_dtypes_lose_nothing(weights, biases, inputs, expected):
    W, b, A = (
        np.array([[1, -2], [3, 4]], weights),
        np.array([[0.5], [-0.25]], biases),
        np.array([[1], [2]], inputs),
    )
    kept = W.copy(), b.copy(), A.copy()
    Z = pre_activations(W, b, A)
    assert Z.dtype == expected
    np.testing.assert_array_equal(Z, [[-2.5], [10.75]])
    for before, after in zip(kept, (W, b, A), strict=True):
        np.testing.assert_array_equal(before, after)


def paper_network():
    """A 2-2-2 network and three examples whose numbers can be followed on paper."""
    parameters = [
        Layer(np.array([[1.0, 0.0], [0.0, -1.0]]), np.array([[0.0], [1.0]])),
        Layer(np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([[0.0], [1.0]])),
    ]
    X = np.array([[1.0, 3.0, 1.0], [2.0, 0.0, 2.0]])
    return parameters, X, one_hot([0, 1, 0], 2)


def test_forward_on_paper():
    parameters, X, _ = paper_network()
    A0, A1, A2 = forward_propagation(parameters, X)
    assert A0 is X
    np.testing.assert_array_equal(A1, [[1, 3, 1], [0, 1, 0]])
    np.testing.assert_allclose(A2, np.full((2, 3), 0.5))


def test_examples_do_not_influence_each_other():
    parameters = initialize_parameters([6, 5, 4], rng())
    X = rng(1).random((6, 9))
    whole = forward_propagation(parameters, X)[-1]
    one_by_one = np.hstack([forward_propagation(parameters, X[:, [i]])[-1] for i in range(9)])
    np.testing.assert_allclose(whole, one_by_one, rtol=1e-13)


def test_forward_changes_neither_parameters_nor_examples():
    parameters, X, Y = paper_network()
    copies = [array.copy() for layer in parameters for array in layer], X.copy(), Y.copy()
    backward_propagation(parameters, forward_propagation(parameters, X), Y)
    for array, copy in zip([a for layer in parameters for a in layer], copies[0], strict=True):
        np.testing.assert_array_equal(array, copy)
    np.testing.assert_array_equal(X, copies[1])
    np.testing.assert_array_equal(Y, copies[2])


# --- backward propagation (finite differences and oracles: test_gradients.py)


def test_backward_and_one_update_on_paper():
    parameters, X, Y = paper_network()
    gradients = backward_propagation(parameters, forward_propagation(parameters, X), Y)
    (dW1, db1), (dW2, db2) = gradients
    np.testing.assert_allclose(dW2, [[1 / 6, 1 / 6], [-1 / 6, -1 / 6]])
    np.testing.assert_allclose(db2, [[-1 / 6], [1 / 6]])
    np.testing.assert_allclose(dW1, [[1 / 6, -2 / 3], [-1, 0]], atol=1e-16)
    np.testing.assert_allclose(db1, [[-1 / 6], [-1 / 3]])

    (W1, b1), (W2, b2) = update_parameters(parameters, gradients, 0.6)
    np.testing.assert_allclose(W1, [[0.9, 0.4], [0.6, -1]])
    np.testing.assert_allclose(b1, [[0.1], [1.2]])
    np.testing.assert_allclose(W2, [[1.9, 0.9], [1.1, 3.1]])
    np.testing.assert_allclose(b2, [[0.1], [0.9]])
    np.testing.assert_array_equal(parameters[0].W, [[1, 0], [0, -1]])


def test_plain_pairs_are_layers_too():
    parameters, X, Y = paper_network()
    pairs = [tuple(layer) for layer in parameters]
    gradients = backward_propagation(pairs, forward_propagation(pairs, X), Y)
    expected = backward_propagation(parameters, forward_propagation(parameters, X), Y)
    steps = update_parameters(pairs, gradients, 0.5), update_parameters(parameters, expected, 0.5)
    for (W, b), layer in zip(*steps, strict=True):
        np.testing.assert_array_equal(W, layer.W)
        np.testing.assert_array_equal(b, layer.b)


def test_out_is_filled_and_returned():
    parameters, X, Y = paper_network()
    activations = forward_propagation(parameters, X)
    out = [Layer(np.empty_like(W), np.empty_like(b)) for W, b in parameters]
    returned = backward_propagation(parameters, activations, Y, out=out)
    assert returned is out
    fresh = backward_propagation(parameters, activations, Y)
    for filled, expected in zip(out, fresh, strict=True):
        np.testing.assert_array_equal(filled.W, expected.W)
        np.testing.assert_array_equal(filled.b, expected.b)


@pytest.mark.parametrize(
    ("gradients", "message"),
    [
        (5, "^gradients is 5"),
        (
            [Layer(np.ones((2, 3)), np.ones((2, 1)))],
            r"^gradients have the shapes .*\(2, 3\).* expected .*\(2, 2\)",
        ),
    ],
)
def test_gradients_that_do_not_fit_are_called_gradients(gradients, message):
    with pytest.raises((TypeError, ValueError), match=message):
        update_parameters([Layer(np.ones((2, 2)), np.ones((2, 1)))], gradients, 0.1)
