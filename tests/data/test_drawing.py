"""Strokes become pictures."""

import math

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from helpers.drawing import draw_strokes, sample_strokes


def test_a_stroke_has_the_area_of_a_sausage_at_any_size():
    for side in (140, 280, 400):
        ink = 1 - draw_strokes([[(60, 140), (220, 140)]], side=side, pen=30)
        expected = (160 * 30 + math.pi * 15**2) * (side / 280) ** 2
        assert ink.sum() == pytest.approx(expected, rel=0.01)
        assert ink[side // 2, side // 2] == 1
        assert ink[side // 4, side // 2] == 0
        assert 0 < ((ink > 0) & (ink < 1)).mean() < 0.05


def test_one_point_is_a_dot_and_strokes_may_leave_the_board():
    assert (1 - draw_strokes([[(140, 140)]], side=280, pen=40)).sum() == pytest.approx(
        math.pi * 20**2, rel=0.01
    )
    assert draw_strokes([[(-90, 140), (500, 900)]], side=50).shape == (50, 50)
    assert_array_equal(draw_strokes([]), np.ones((140, 140)))
    right_top = draw_strokes([[(265, 15)]], side=28, pen=20)
    assert right_top[1, 26] == right_top.min() < 0.1  # x runs to the right, y downward
    corner = draw_strokes([[(-500, -500), (-400, -450)]])
    assert_array_equal(corner, np.ones((140, 140)))


def test_there_are_ten_different_samples():
    assert len({str(sample_strokes(digit)) for digit in range(10)}) == 10
