import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from helpers.activations import (
    ACTIVATIONS,
    get_activation,
    leaky_relu,
    relu,
    relu_derivative,
    sigmoid,
    softmax,
)

finite = st.floats(-50, 50, allow_subnormal=False)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_each_derivative_is_the_slope_of_its_function(name):
    function, derivative = get_activation(name)
    Z = np.array([[-3.0, -0.7, -0.01], [0.02, 0.9, 4.0]])
    h = 1e-6
    slope = (function(Z + h) - function(Z - h)) / (2 * h)
    np.testing.assert_allclose(derivative(function(Z)), slope, rtol=1e-8)


def test_relu_on_known_numbers_leaves_its_input_alone():
    Z = np.array([-2.0, -0.0, 0.0, 3.5])
    before = Z.copy()
    np.testing.assert_array_equal(relu(Z), [0, 0, 0, 3.5])
    np.testing.assert_array_equal(Z, before)
    np.testing.assert_array_equal(leaky_relu(Z), [-0.02, 0, 0, 3.5])


def test_relu_has_no_slope_at_its_corner():
    np.testing.assert_array_equal(
        relu_derivative(relu(np.array([-1.0, 0.0, 1.0]))), [False, False, True]
    )


def test_leaky_relu_has_the_small_slope_at_its_corner():
    A = leaky_relu(np.array([-1.0, 0.0, 1.0]))
    np.testing.assert_array_equal(get_activation("leaky_relu").derivative(A), [0.01, 0.01, 1])


def test_leaky_relu_has_its_slope_for_integers_too():
    function, derivative = get_activation("leaky_relu")
    np.testing.assert_array_equal(function(np.array([-100, 3])), [-1, 3])
    np.testing.assert_array_equal(derivative(np.array([-1, 3])), [0.01, 1])


def test_sigmoid_on_known_and_on_extreme_numbers():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_allclose(
            sigmoid(np.array([-1e4, 0.0, np.log(3), 1e4])), [0, 0.5, 0.75, 1], atol=1e-15
        )


def test_softmax_on_known_numbers():
    Z = np.log([[1.0, 2.0], [1.0, 2.0], [2.0, 12.0]])
    np.testing.assert_allclose(softmax(Z), [[0.25, 0.125], [0.25, 0.125], [0.5, 0.75]])
    np.testing.assert_allclose(softmax(np.log([1.0, 3.0])), [0.25, 0.75])


def test_softmax_of_scores_in_the_thousands_does_not_overflow():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_allclose(
            softmax(np.array([[1000.0, -5000.0], [1000.0, 5000.0]])), [[0.5, 0], [0.5, 1]]
        )


@given(arrays(np.float64, (4, 3), elements=finite), finite)
def test_softmax_columns_are_probabilities_and_a_shift_changes_nothing(Z, shift):
    A = softmax(Z)
    np.testing.assert_allclose(A.sum(axis=0), np.ones(3))
    assert (A >= 0).all()
    np.testing.assert_allclose(softmax(Z + shift), A, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float32_stays_float32(name):
    function, derivative = get_activation(name)
    Z = np.linspace(-2, 2, 6, dtype=np.float32).reshape(2, 3)
    dA = np.ones_like(Z)
    assert function(Z).dtype == np.float32
    assert (dA * derivative(function(Z))).dtype == np.float32
    assert softmax(Z).dtype == np.float32
