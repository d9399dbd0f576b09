"""Perturbed images, calibration, and the figures that show them."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage

from helpers import plots
from helpers.robustness import (
    PERTURBATIONS,
    change_thickness,
    expected_calibration_error,
    occlude,
    perturb,
    reliability,
)

STRENGTHS = {"noise": 0.3, "shift": 2, "rotation": 20, "thickness": 0.7, "occlusion": 3}


def random_batch(m=5, image_shape=(7, 9), dtype=np.float64):
    return np.random.default_rng(1).random((m, image_shape[0] * image_shape[1]), dtype).T


def upright_bar(width=3, side=15):
    image = np.zeros((side, side))
    image[:, 6 : 6 + width] = 1
    return image


# --- stroke thickness


@pytest.mark.parametrize("pixels", [-1, -0.5, -0.25, 0, 0.25, 0.5, 1, 1.5, 2])
def test_a_stroke_gets_wider_by_twice_the_pixels(pixels):
    bar = upright_bar()
    changed = change_thickness(bar.reshape(-1, 1), pixels, image_shape=bar.shape).reshape(bar.shape)
    middle = changed[7]  # away from the ends
    assert middle.sum() == pytest.approx(3 + 2 * pixels)


def test_thickness_of_a_curved_stroke_grows_in_all_directions():
    rows, columns = np.mgrid[:41, :41] - 20
    ring = np.abs(np.hypot(rows, columns) - 12) < 2  # of circumference 24 pi
    changed = change_thickness(ring.reshape(-1, 1).astype(float), 1, image_shape=(41, 41)).reshape(
        41, 41
    )
    widths = [picture.sum() / (24 * np.pi) for picture in (ring, changed)]
    assert widths[1] == pytest.approx(widths[0] + 2, abs=0.3)
    assert_allclose(changed, changed.T, atol=1e-12)
    assert_allclose(changed, changed[::-1], atol=1e-12)


def test_thickness_lies_between_the_cross_and_the_square_of_scipy():
    X = random_batch()
    for image, changed in zip(X.T, change_thickness(X, 1, image_shape=(7, 9)).T, strict=True):
        image, changed = image.reshape(7, 9), changed.reshape(7, 9)
        cross = ndimage.grey_dilation(
            image, footprint=ndimage.generate_binary_structure(2, 1), mode="constant"
        )
        square = ndimage.grey_dilation(image, size=(3, 3), mode="constant")
        assert (changed >= cross - 1e-12).all()
        assert (changed <= square + 1e-12).all()


def test_a_wide_pen_leaves_no_ring_around_a_dot():
    dot = np.zeros((15, 15))
    dot[7, 7] = 1
    changed = change_thickness(dot.reshape(-1, 1), 3, image_shape=(15, 15)).reshape(15, 15)
    distance = np.hypot(*np.mgrid[-7:8, -7:8])
    assert (changed[distance <= 2.5] > 0.2).all()
    assert (changed[distance > 4.5] == 0).all()
    assert changed[7, :3].max() == 0


def test_more_is_never_thinner_and_no_change_is_none():
    X = random_batch()
    amounts = [-2, -0.5, 0, 0.5, 2]
    changed = [change_thickness(X, amount, image_shape=(7, 9)) for amount in amounts]
    assert_array_equal(changed[2], X)
    assert (np.diff([batch.sum() for batch in changed]) > 0).all()
    assert (changed[1] <= X).all()
    assert (changed[3] >= X).all()


# --- occlusion


def test_occlusion_covers_one_square_wholly_inside():
    X = np.full((63, 200), 0.5)
    covered = occlude(X, 3, np.random.default_rng(0), ink=1, image_shape=(7, 9)).T.reshape(
        200, 7, 9
    )
    assert set(np.unique(covered)) == {0.5, 1.0}
    places = set()
    for image in covered:
        rows, columns = np.nonzero(image == 1)
        assert len(rows) == 9
        assert np.ptp(rows) == np.ptp(columns) == 2
        places.add((int(rows[0]), int(columns[0])))
    assert places == {(row, column) for row in range(5) for column in range(7)}, (
        "each place is possible"
    )


def test_occlusion_is_blank_by_default_and_may_cover_nothing_or_all():
    X = random_batch()
    assert_array_equal(occlude(X, 0, np.random.default_rng(0), image_shape=(7, 9)), X)
    assert (occlude(np.ones((49, 2)), 7, np.random.default_rng(0), image_shape=(7, 7)) == 0).all()


# --- all kinds


@pytest.mark.parametrize("kind", PERTURBATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_perturbation_keeps_form_and_range_and_repeats(kind, dtype):
    X = random_batch(dtype=dtype)
    before = X.copy()
    first = perturb(X, kind, STRENGTHS[kind], image_shape=(7, 9))
    assert first.shape == X.shape
    assert first.dtype == dtype
    assert first.min() >= 0
    assert first.max() <= 1
    assert_array_equal(X, before)
    assert not np.array_equal(first, X)
    assert_array_equal(first, perturb(X, kind, STRENGTHS[kind], image_shape=(7, 9)))
    assert_array_equal(perturb(X, kind, 0, image_shape=(7, 9)), X)


def test_shift_goes_to_the_right_and_rotation_counterclockwise():
    X = random_batch(2, (7, 7))
    images = X.T.reshape(2, 7, 7)
    shifted = perturb(X, "shift", 2, image_shape=(7, 7)).T.reshape(2, 7, 7)
    assert_allclose(shifted[:, :, 2:], images[:, :, :-2], atol=1e-12)
    turned = perturb(X, "rotation", 90, image_shape=(7, 7)).T.reshape(2, 7, 7)
    assert_allclose(turned, np.rot90(images, axes=(1, 2)), atol=1e-12)


def test_the_seed_changes_what_is_drawn():
    X = random_batch()
    for kind in ("noise", "occlusion"):
        one, other = (
            perturb(X, kind, STRENGTHS[kind], seed=seed, image_shape=(7, 9)) for seed in (0, 1)
        )
        assert not np.array_equal(one, other)


# --- calibration


def test_bins_hold_what_is_above_their_lower_and_up_to_their_upper_end():
    confidence = np.array([0.0, 0.25, 0.26, 0.5, 0.9, 1.0])
    table = reliability(confidence, np.array([False, True, False, True, True, True]), bins=4)
    assert table["count"].tolist() == [2, 2, 0, 2]
    assert_allclose(table["confidence"], [0.125, 0.38, np.nan, 0.95])
    assert_allclose(table["accuracy"], [0.5, 0.5, np.nan, 1])
    assert_allclose(table[["lower", "upper"]], [[0, 0.25], [0.25, 0.5], [0.5, 0.75], [0.75, 1]])


def test_the_calibration_error_worked_out_by_hand():
    confidence = np.array([0.6, 0.6, 0.6, 0.6, 1.0, 1.0])
    is_right = np.array([True, False, False, False, True, True])
    # Four answers at 0.6 with accuracy 0.25, two at 1 with accuracy 1: 4/6 * 0.35 + 2/6 * 0.
    assert expected_calibration_error(confidence, is_right) == pytest.approx(4 / 6 * 0.35)
    assert expected_calibration_error(confidence, ~is_right) == pytest.approx(4 / 6 * 0.15 + 2 / 6)


def test_an_honest_forecaster_has_almost_no_calibration_error():
    rng = np.random.default_rng(0)
    confidence = rng.random(100_000)
    assert expected_calibration_error(confidence, rng.random(100_000) < confidence) < 0.01
    assert expected_calibration_error(confidence, rng.random(100_000) < confidence**2) > 0.1


# --- figures

IMAGES = random_batch(3, (28, 28))


def test_robustness_draws_means_bands_and_a_picture_under_each_strength():
    curves = {"one": [0.9, 0.5, 0.1], "three": [[0.8, 0.6, 0.2], [0.6, 0.4, 0.0], [1.0, 0.5, 0.1]]}
    fig = plots.plot_robustness(
        [0, 1, 3], curves, IMAGES, ["a", "b", "c"], xlabel="noise", title="Falls"
    )
    ax, *pictures = fig.axes
    lines = [line.get_ydata().tolist() for line in ax.lines]
    assert lines == [[0.9, 0.5, 0.1], pytest.approx([0.8, 0.5, 0.1])]
    [band] = ax.collections
    corners = band.get_paths()[0].vertices
    assert corners[:, 1].min() == 0
    assert corners[:, 1].max() == 1
    assert len(pictures) == 3
    for strength, picture, column in zip([0, 1, 3], pictures, IMAGES.T, strict=True):
        assert_array_equal(picture.images[0].get_array(), column.reshape(28, 28))
        box, low, high = picture.get_position(), *ax.get_xlim()
        place = ax.get_position().x0 + ax.get_position().width * (strength - low) / (high - low)
        assert (box.x0 + box.x1) / 2 == pytest.approx(place), "a picture stands under its strength"
        assert box.x0 >= 0
        assert box.x1 <= 1
        assert box.y0 >= 0
        assert box.y1 < ax.get_position().y0
    assert "0.50 at 1" in fig.alt
    assert "mean of 3 runs that differ by up to 0.40" in fig.alt
    assert "captions a, b, c" in fig.alt


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"strengths": [0, 2, 1]}, "rising"),
        ({"strengths": [0]}, "two or more"),
        ({"curves": {}}, "no curve"),
        (
            {"curves": {"a": [0.1, 0.2]}},
            "curve 'a' has shape \\(2,\\), expected \\(3,\\) or \\(runs, 3\\)",
        ),
        ({"curves": {"a": [90, 80, 70]}}, "fractions"),
        ({"images": IMAGES[:, :2]}, "got 2 images for 3 strengths"),
        ({"captions": ["a"]}, "got 1 captions for 3 strengths"),
    ],
)
def test_robustness_refuses_what_does_not_fit(change, message):
    arguments = {
        "strengths": [0, 1, 2],
        "curves": {"a": [0.1, 0.2, 0.3]},
        "images": IMAGES,
        "captions": None,
    }
    with pytest.raises(ValueError, match=message):
        plots.plot_robustness(**arguments | change, xlabel="x", title="t")


def test_the_reliability_diagram_draws_each_bin_and_its_count():
    table = reliability(
        np.array([0.3, 0.9, 0.95, 0.8]), np.array([False, True, True, False]), bins=5
    )
    fig = plots.plot_reliability(
        {"clean": table, "noisy": table.assign(count=9)}, title="Sure and wrong"
    )
    upper, other, lower, _ = fig.axes
    assert [bar.get_height() for bar in upper.patches] == [0, 0, 1]
    assert [bar.get_height() for bar in lower.patches] == [0, 1, 0, 1, 2]
    assert [text.get_text().strip() for text in lower.texts] == ["0", "1", "0", "1", "2"]
    assert upper.get_title(loc="left") == "clean"
    assert other.get_title(loc="left") == "noisy"
    assert "2 answers at confidence 0.93 with accuracy 1.00" in fig.alt
    assert lower.get_ylim()[1] > 9, "both panels share the scale of the counts"
    fig = plots.plot_reliability(
        {"noisy": table.assign(count=9), "clean": table}, title="Sure and wrong"
    )
    assert fig.axes[2].get_ylim()[1] > 9


def test_the_reliability_diagram_wants_a_table():
    with pytest.raises(ValueError, match="no table"):
        plots.plot_reliability({}, title="t")
    with pytest.raises(
        ValueError, match="table 'a' lacks accuracy, confidence, count, lower, upper"
    ):
        plots.plot_reliability({"a": pd.DataFrame()}, title="t")
