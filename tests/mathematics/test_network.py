import numpy as np
import pytest

from helpers.losses import one_hot
from helpers.network import (
    Layer,
    backward_propagation,
    forward_propagation,
    initialize_parameters,
    pack_parameters,
    unpack_parameters,
    update_parameters,
    weighted_sums,
)


def rng(seed=0):
    return np.random.default_rng(seed)


# --- initialization ---------------------------------------------------------------------------------------------


def test_parameters_have_the_shapes_of_the_house():
    layers = initialize_parameters([7, 5, 4, 3], rng())
    assert [(W.shape, b.shape) for W, b in layers] == [((5, 7), (5, 1)), ((4, 5), (4, 1)), ((3, 4), (3, 1))]
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
        assert (W64.dtype, W32.dtype, b64.dtype, b32.dtype) == (np.float64, np.float32, np.float64, np.float32)
        np.testing.assert_array_equal(W64.astype(np.float32), W32)


def test_the_generator_decides_and_moves_on():
    generator = rng(3)
    first = initialize_parameters([5, 4], generator)
    second = initialize_parameters([5, 4], generator)
    again = initialize_parameters([5, 4], rng(3))
    np.testing.assert_array_equal(first[0].W, again[0].W)
    assert (first[0].W != second[0].W).all()


@pytest.mark.parametrize("sizes", [[784], [], [784, 0, 10], [784, 10.5, 10], [784, True], "784", None, [3, -1]])
def test_layer_sizes_that_are_none_are_refused(sizes):
    with pytest.raises(ValueError, match="expected two or more positive whole numbers"):
        initialize_parameters(sizes, rng())


@pytest.mark.parametrize("scheme", ["hee", 0, -1.0, None, True, np.inf, np.ones(2)], ids=str)
def test_an_unknown_scheme_is_refused(scheme):
    with pytest.raises(ValueError, match='expected "he", "glorot", "zeros"'):
        initialize_parameters([3, 2], rng(), scheme=scheme)


def test_a_seed_is_not_a_generator():
    with pytest.raises(ValueError, match=r"rng is 0, expected .*default_rng\(0\)"):
        initialize_parameters([3, 2], 0)


# --- forward propagation ----------------------------------------------------------------------------------------


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
def test_weighted_sums_of_any_kinds_of_number_lose_nothing(weights, biases, inputs, expected):
    W, b, A = np.array([[1, -2], [3, 4]], weights), np.array([[0.5], [-0.25]], biases), np.array([[1], [2]], inputs)
    kept = W.copy(), b.copy(), A.copy()
    Z = weighted_sums(W, b, A)
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


@pytest.mark.parametrize(
    ("X", "sentence"),
    [
        (np.ones((9, 6)), r"shape \(9, 6\), expected \(6, m\).*pass X.T"),
        (np.ones(6), r"shape \(6,\).*X.reshape\(-1, 1\)"),
        (np.ones((7, 9)), r"shape \(7, 9\), expected \(6, m\), one example a column$"),
        ([[1.0]], "X is a list, expected a NumPy array"),
    ],
)
def test_examples_that_do_not_fit_are_refused(X, sentence):
    with pytest.raises(ValueError, match=sentence):
        forward_propagation(initialize_parameters([6, 5, 4], rng()), X)


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        ([Layer(np.ones((5, 6)), np.ones(5))], r"b1 has shape \(5,\), expected \(5, 1\).*reshape\(-1, 1\)"),
        ([Layer(np.ones((5, 6)), np.ones((1, 5)))], r"b1 has shape \(1, 5\), expected \(5, 1\)"),
        (
            [Layer(np.ones((5, 6)), np.ones((5, 1))), Layer(np.ones((3, 4)), np.ones((3, 1)))],
            r"W2 has shape \(3, 4\), expected \(3, 5\): layer 1 has 5 neurons",
        ),
        ([Layer(np.ones(6), np.ones((6, 1)))], "layer 1 is not a pair W, b"),
        ([], "expected a list of layers"),
        ({"W1": 1}, "expected a list of layers"),
    ],
)
def test_parameters_that_do_not_chain_are_refused(layers, sentence):
    with pytest.raises(ValueError, match=sentence):
        forward_propagation(layers, np.ones((6, 5)))


# --- backward propagation (finite differences and oracles: test_gradients.py) -------------------------------------


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


def test_out_is_filled_and_returned():
    parameters, X, Y = paper_network()
    activations = forward_propagation(parameters, X)
    vector, out = pack_parameters(parameters)
    returned = backward_propagation(parameters, activations, Y, out=out)
    assert returned is out
    fresh = backward_propagation(parameters, activations, Y)
    np.testing.assert_array_equal(vector, np.concatenate([a.ravel() for layer in fresh for a in layer]))


def test_targets_and_activations_that_do_not_fit_are_refused():
    parameters = initialize_parameters([6, 5, 4], rng())
    activations = forward_propagation(parameters, np.ones((6, 7)))
    with pytest.raises(ValueError, match=r"Y has shape \(7,\), expected \(4, 7\), one-hot"):
        backward_propagation(parameters, activations, np.zeros(7, dtype=int))
    with pytest.raises(ValueError, match=r"Y has shape \(4, 1\), expected \(4, 7\)"):
        backward_propagation(parameters, activations, np.ones((4, 1)))
    with pytest.raises(ValueError, match="2 activations for 2 layers, expected 3"):
        backward_propagation(parameters, activations[1:], np.ones((4, 7)))


@pytest.mark.parametrize("rate", [0, -0.1, np.nan, np.inf, "fast", None, True])
def test_a_learning_rate_that_is_not_positive_is_refused(rate):
    parameters, _, _ = paper_network()
    with pytest.raises(ValueError, match=r"learning_rate is .* expected a number greater than 0"):
        update_parameters(parameters, parameters, rate)


def test_gradients_of_another_network_are_refused():
    with pytest.raises(ValueError, match="expected those of the parameters"):
        update_parameters(initialize_parameters([3, 2], rng()), initialize_parameters([4, 2], rng()), 0.1)


def test_packed_layers_are_views_in_order():
    parameters, _, _ = paper_network()
    vector, layers = pack_parameters(parameters)
    np.testing.assert_array_equal(vector, [1, 0, 0, -1, 0, 1, 2, 1, 1, 3, 0, 1])
    vector[:] = range(12)
    np.testing.assert_array_equal(layers[1].W, [[6, 7], [8, 9]])
    np.testing.assert_array_equal(layers[0].b, [[4], [5]])
    assert parameters[0].W[0, 0] == 1


def test_what_cannot_be_packed_or_unpacked_is_refused():
    parameters, _, _ = paper_network()
    with pytest.raises(ValueError, match=r"b1 has shape \(2,\), expected \(2, 1\)"):
        pack_parameters([Layer(np.ones((2, 3)), np.ones(2))])
    for count in (11, 13):
        with pytest.raises(ValueError, match=rf"the vector has shape \({count},\), expected \(12,\)"):
            unpack_parameters(np.zeros(count), parameters)
