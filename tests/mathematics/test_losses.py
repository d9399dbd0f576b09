import warnings

import numpy as np
import pytest

from helpers.losses import cross_entropy, one_hot


def test_one_hot_puts_one_in_the_row_of_the_label():
    np.testing.assert_array_equal(
        one_hot([2, 0, 1, 2], 3), [[0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1]]
    )
    assert one_hot(np.array([3], dtype=np.uint8)).shape == (10, 1)
    assert one_hot([1], 2, dtype=np.float32).dtype == np.float32


def test_cross_entropy_is_the_mean_of_minus_log_of_the_true_probability():
    A = np.array([[0.5, 0.1, 0.25], [0.5, 0.9, 0.75]])
    Y = one_hot([0, 1, 0], 2)
    assert cross_entropy(A, Y) == pytest.approx(
        -(np.log(0.5) + np.log(0.9) + np.log(0.25)) / 3, rel=1e-15
    )


def test_knowing_nothing_of_ten_classes_costs_log_ten():
    assert cross_entropy(np.full((10, 7), 0.1), one_hot(range(7))) == pytest.approx(np.log(10))


def test_a_true_class_with_probability_zero_costs_infinity_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cross_entropy(np.array([[0.0], [1.0]]), one_hot([0], 2)) == np.inf
