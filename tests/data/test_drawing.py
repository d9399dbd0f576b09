"""Strokes that become pictures, and the nearest examples."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from helpers.drawing import draw_strokes, sample_strokes
from helpers.nearest import nearest_examples, squared_lengths


def test_a_stroke_has_the_area_of_a_sausage_at_any_size():
    for side in (140, 280, 400):
        ink = 1 - draw_strokes([[(60, 140), (220, 140)]], side=side, pen=30)
        expected = (160 * 30 + math.pi * 15**2) * (side / 280) ** 2
        assert ink.sum() == pytest.approx(expected, rel=0.01)
        assert ink[side // 2, side // 2] == 1
        assert ink[side // 4, side // 2] == 0
        assert 0 < ((ink > 0) & (ink < 1)).mean() < 0.05


def test_one_point_is_a_dot_and_strokes_may_leave_the_board():
    assert (1 - draw_strokes([[(140, 140)]], side=280, pen=40)).sum() == pytest.approx(math.pi * 20**2, rel=0.01)
    assert draw_strokes([[(-90, 140), (500, 900)]], side=50).shape == (50, 50)
    assert_array_equal(draw_strokes([]), np.ones((140, 140)))
    right_top = draw_strokes([[(265, 15)]], side=28, pen=20)
    assert right_top[1, 26] == right_top.min() < 0.1  # x runs to the right, y downward
    corner = draw_strokes([[(-500, -500), (-400, -450)]])
    assert_array_equal(corner, np.ones((140, 140)))


@pytest.mark.parametrize(
    ("strokes", "words"),
    [
        ("abc", "strokes are str"),
        ([[(1, 2)], [(1, 2, 3)]], "stroke 2 is"),
        ([[]], "stroke 1 is"),
        ([[(1, "x")]], "stroke 1 is"),
        ([[(1, math.nan)]], "stroke 1 is"),
        ([[(1, 2)] * 20_001], "more than 20,000 points"),
    ],
)
def test_what_is_no_drawing_is_explained(strokes, words):
    with pytest.raises(ValueError, match=words):
        draw_strokes(strokes)


def test_there_are_ten_samples_and_no_more():
    assert len({str(sample_strokes(digit)) for digit in range(10)}) == 10
    for digit in (-1, 10, "7"):
        with pytest.raises(ValueError, match="expected 0 to 9"):
            sample_strokes(digit)


def test_nearest_examples_are_those_of_all_distances_sorted():
    rng = np.random.default_rng(0)
    X, x = rng.random((20, 300)), rng.random((20, 1))
    X[:, 7] = x[:, 0]
    every = np.sqrt(((X - x) ** 2).sum(axis=0))
    for lengths in (None, squared_lengths(X)):
        found, distances = nearest_examples(X, x, 5, lengths=lengths)
        assert_array_equal(found, np.argsort(every)[:5])
        assert_allclose(distances, np.sort(every)[:5], atol=1e-6)
    assert found[0] == 7
    assert len(nearest_examples(X[:, :3], x)[0]) == 3


def test_equally_near_examples_come_in_their_order_and_wrong_shapes_are_explained():
    X = np.ones((4, 6))
    assert_array_equal(nearest_examples(X, np.zeros((4, 1)), 6)[0], np.arange(6))
    with pytest.raises(ValueError, match=r"shape \(4,\), expected one column, \(4, 1\)"):
        nearest_examples(X, np.zeros(4))
    with pytest.raises(ValueError, match="count"):
        nearest_examples(X, np.zeros((4, 1)), 0)
