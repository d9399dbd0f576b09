"""Distorted images: the directions, the ranges, and an independent sampler as oracle."""

import functools
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage

from helpers.augmentation import affine, compose, deskew, distort, elastic, noise, transform
from helpers.plots import plot_variants

EVERYTHING = {
    "max_shift": 2,
    "max_rotation": 15,
    "max_scale": 0.15,
    "max_shear": 12,
    "elastic_strength": 1.2,
    "elastic_smoothness": 4,
}
AUGMENTS = {
    "affine": affine(max_shift=2.5, max_rotation=20, max_scale=0.2, max_shear=15),
    "elastic": elastic(1.5),
    "distort": distort(**EVERYTHING),
    "noise": noise(0.3),
    "compose": compose(noise(0.1), affine(max_shift=1), noise(0.1)),
}


def random_batch(m, image_shape=(28, 28), dtype=np.float64, seed=1):
    return np.random.default_rng(seed).random((m, image_shape[0] * image_shape[1]), dtype).T


def image_of(X, column, image_shape):
    return X[:, column].reshape(image_shape)


def upright_line(height=9, width=11):
    image = np.zeros((height, width))
    image[:, width // 2] = 1
    return image.reshape(-1, 1)


def test_nothing_to_do_gives_the_same_values_in_a_new_array():
    X = random_batch(70)
    for result in (transform(X), distort()(X, np.random.default_rng(0))):
        assert_array_equal(result, X)
        assert not np.shares_memory(result, X)


def test_shift_by_whole_pixels_moves_down_and_right_and_fills_with_zeros():
    X = random_batch(3, (5, 7))
    expected = np.zeros((3, 5, 7))
    expected[:, 2:, 1:] = X.T.reshape(3, 5, 7)[:, :-2, :-1]
    assert_allclose(
        transform(X, shift=(2, 1), image_shape=(5, 7)).T.reshape(3, 5, 7), expected, atol=1e-12
    )


def test_half_a_pixel_is_the_mean_of_two():
    X = np.array([[0.2], [0.6], [1.0]])
    assert_allclose(transform(X, shift=(0, 0.5), image_shape=(1, 3)).ravel(), [0.1, 0.4, 0.8])


def test_rotation_by_90_degrees_is_counterclockwise():
    X = random_batch(2, (9, 9))
    result = transform(X, rotation=90, image_shape=(9, 9))
    assert_allclose(image_of(result, 1, (9, 9)), np.rot90(image_of(X, 1, (9, 9))), atol=1e-12)


def test_shear_leans_to_the_right():
    leaned = transform(upright_line(), shear=45, image_shape=(9, 11)).reshape(9, 11)
    assert_array_equal(leaned.argmax(axis=1), 5 + 4 - np.arange(9))


def test_scale_enlarges_height_and_width_each_by_its_factor():
    image = np.zeros((31, 31))
    image[13:18, 13:18] = 1
    larger = transform(image.reshape(-1, 1), scale=(3, 1), image_shape=(31, 31)).reshape(31, 31)
    assert larger.sum(axis=0)[15] == pytest.approx(15, abs=1e-9)
    assert larger.sum(axis=1)[15] == pytest.approx(5, abs=1e-9)


@pytest.mark.parametrize(
    ("shift", "seen"), [(0, 1), (-0.25, 0.75), (0.5, 0.5), (1, 0), (1e30, 0), (-1e30, 0)]
)
def test_what_comes_from_outside_of_the_image_is_zero(shift, seen):
    shifted = transform(np.ones((9, 1)), shift=(shift, 0), image_shape=(3, 3)).reshape(3, 3)
    assert_array_equal(shifted[0 if shift > 0 else -1], np.full(3, seen))


@pytest.mark.parametrize("image_shape", [(28, 28), (8, 13)])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-5)])
def test_transform_agrees_with_scipy_on_the_inverted_forward_matrix(image_shape, dtype, tolerance):
    X = random_batch(131, image_shape, dtype)  # more than a block of the sampler
    shift, angle, scale, slant = (1.3, -0.7), np.radians(17), (1.2, 0.85), np.tan(np.radians(-9))
    # rows point down, so counterclockwise on the screen takes (row, column) = (0, 1) to (-sin, cos)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    forward = turn @ np.array([[1, 0], [-slant, 1]]) @ np.diag(scale)
    center = (np.array(image_shape) - 1) / 2
    back = np.linalg.inv(forward)
    result = transform(X, shift=shift, rotation=17, scale=scale, shear=-9, image_shape=image_shape)
    for column in (0, 63, 64, 130):
        expected = ndimage.affine_transform(
            image_of(X, column, image_shape),
            back,
            center - back @ (center + shift),
            order=1,
            mode="grid-constant",
        )
        assert_allclose(image_of(result, column, image_shape), expected, atol=tolerance)


def test_elastic_strength_and_smoothness_are_those_of_the_displacement_in_pixels():
    ramp = np.tile(np.arange(28) / 27, (28, 1)).reshape(
        -1, 1
    )  # its value says where a pixel came from
    X = np.ascontiguousarray(np.repeat(ramp, 2000, axis=1).T).T
    moved = (
        27 * (elastic(0.8, 4)(X, np.random.default_rng(3)) - ramp).reshape(28, 28, -1)[6:22, 6:22]
    )
    assert moved.std() == pytest.approx(0.8, rel=0.03)
    assert abs(moved.mean()) < 0.03
    for distance in (
        1,
        4,
        13,
    ):  # noise blurred by a Gaussian of deviation s: exp(-distance² / 4 s²)
        correlation = np.corrcoef(moved[8, 1], moved[8, 1 + distance])[0, 1]
        assert correlation == pytest.approx(np.exp(-(distance**2) / 64), abs=0.08)


def test_the_draws_fill_their_range_and_do_not_leave_it():
    X = np.zeros((400, 784))
    X[:, 14 * 28 + 14] = 1
    moved = affine(max_shift=3)(np.ascontiguousarray(X).T, np.random.default_rng(4)).T.reshape(
        400, 28, 28
    )
    rows = (moved.sum(axis=2) * np.arange(28)).sum(axis=1) - 14
    columns = (moved.sum(axis=1) * np.arange(28)).sum(axis=1) - 14
    for amounts in (rows, columns):
        assert amounts.min() > -3 - 1e-9
        assert amounts.max() < 3 + 1e-9
        assert amounts.min() < -2.8
        assert amounts.max() > 2.8
    assert abs(np.corrcoef(rows, columns)[0, 1]) < 0.2


@pytest.mark.parametrize("setting", ["max_rotation", "max_scale", "max_shear"])
def test_each_setting_alone_changes_the_images_and_leaves_the_center(setting):
    X = random_batch(5, (9, 9))
    value = {"max_rotation": 30, "max_scale": 0.3, "max_shear": 30}[setting]
    result = distort(**{setting: value}, image_shape=(9, 9))(X, np.random.default_rng(5))
    assert_allclose(result[40], X[40])
    assert (np.abs(result - X).max(axis=0) > 0.01).all()


@pytest.mark.parametrize("image_shape", [(9, 1), (1, 9)])
def test_scale_is_drawn_for_height_and_for_width(image_shape):
    X = random_batch(40, image_shape)
    result = distort(max_scale=0.3, image_shape=image_shape)(X, np.random.default_rng(5))
    assert (np.abs(result - X).max(axis=0) > 0.01).mean() > 0.9


def slants(X, image_shape):
    """The covariance of row and column over the variance of the row, image by image."""
    grid = np.mgrid[: image_shape[0], : image_shape[1]].reshape(2, -1).astype(float)
    covariances = [np.cov(grid, aweights=X[:, image]) for image in range(X.shape[1])]
    return np.array([covariance[0, 1] / covariance[0, 0] for covariance in covariances])


def blots(m, image_shape, dtype=np.float64, margin=8):
    """Random ink with so wide a margin that no shear of up to one column a row leaves the image."""
    images = random_batch(m, image_shape, dtype).T.reshape(m, *image_shape).copy()
    images[:, :, :margin] = images[:, :, -margin:] = 0
    return images.reshape(m, -1).T


@pytest.mark.parametrize("degrees", [-30, 12, 40])
def test_deskew_undoes_a_known_shear(degrees):
    image_shape = (13, 31)
    upright = deskew(blots(3, image_shape, margin=13), image_shape=image_shape)
    leaning = transform(upright, shear=degrees, image_shape=image_shape)
    assert_allclose(slants(leaning, image_shape), -np.tan(np.radians(degrees)), atol=1e-12)
    again = deskew(leaning, image_shape=image_shape)
    assert_allclose(slants(again, image_shape), 0, atol=1e-12)
    # what is sheared there and back is blurred along its rows, and each row keeps its ink
    rows = [X.T.reshape(3, *image_shape).sum(axis=2) for X in (upright, again)]
    assert_allclose(*rows, atol=1e-12)


@pytest.mark.parametrize("image_shape", [(28, 28), (12, 35), (35, 6)])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-5)])
def test_deskew_agrees_with_scipy_on_numpys_covariance(image_shape, dtype, tolerance):
    X = random_batch(131, image_shape, dtype) ** 60  # more than a block of the sampler
    X[[0, -1]] = 1  # leaning, and with ink that leaves the image on both sides
    result = deskew(X, image_shape=image_shape)
    assert result.dtype == dtype
    assert result.T.flags.c_contiguous
    assert 0 <= result.min() <= result.max() <= 1
    for column in (0, 63, 64, 130):
        image, slant = (
            image_of(X, column, image_shape).astype(float),
            slants(X, image_shape)[column],
        )
        row = np.average(np.arange(image_shape[0]), weights=image.sum(axis=1))
        expected = ndimage.affine_transform(
            image, [[1, 0], [slant, 1]], [0, -slant * row], order=1, mode="grid-constant"
        )
        assert_allclose(image_of(result, column, image_shape), expected, atol=tolerance)


def test_deskew_leaves_an_upright_image_and_the_batch_alone():
    mirrored = random_batch(4, (9, 11)).T.reshape(4, 9, 11)
    mirrored = (mirrored + mirrored[:, :, ::-1]).reshape(4, -1).T / 2
    before = mirrored.copy()
    result = deskew(mirrored, image_shape=(9, 11))
    assert_allclose(result, before, atol=1e-12)
    assert_array_equal(mirrored, before)
    assert not np.shares_memory(result, mirrored)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_deskew_leaves_what_has_no_slant(dtype):
    images = np.zeros((4, 28, 28), dtype)
    images[1, 3, 20] = 0.3  # one pixel
    images[2, 27, 2:9] = np.linspace(0.1, 1, 7)  # one row, at the edge
    images[3, 2:25, 20] = 1  # one column
    X = images.reshape(4, -1).T
    assert_array_equal(deskew(X), X)
    assert deskew(X[:, :0]).shape == (784, 0)


def test_what_deskew_moves_by_more_than_the_width_is_gone():
    image = np.full((9, 31), 1e-4)  # a flat stroke, one row further down on its right half
    image[4, :16] = image[5, 15:] = 1
    X = np.repeat(image.reshape(-1, 1), 65, axis=1)
    result = deskew(X, image_shape=(9, 31)).T.reshape(65, 9, 31)
    assert_array_equal(result[:, [0, 1, 8]], 0)
    assert (result[:, 4:6].sum(axis=(1, 2)) > 15).all()


def test_deskew_refuses_what_is_no_batch_of_images():
    with pytest.raises(ValueError, match="X has 3 rows, expected 784"):
        deskew(np.zeros((3, 2)))


@pytest.mark.parametrize("name", AUGMENTS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_type_range_and_memory_order_are_kept_and_the_batch_is_left_alone(name, dtype):
    X = (random_batch(130, dtype=dtype) > 0.5).astype(dtype, order="K")
    before = X.copy()
    result = AUGMENTS[name](X, np.random.default_rng(0))
    assert_array_equal(X, before)
    assert result.shape == X.shape
    assert result.dtype == dtype
    assert result.T.flags.c_contiguous
    assert result.min() >= 0
    assert result.max() <= 1
    assert np.abs(result - X).max() > 0.1


@pytest.mark.parametrize("name", AUGMENTS)
def test_the_same_seed_gives_the_same_images_and_each_image_its_own(name):
    X = np.repeat(random_batch(1), 66, axis=1)
    first, again, other = (AUGMENTS[name](X, np.random.default_rng(seed)) for seed in (7, 7, 8))
    assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01
    assert np.abs(first[:, 0] - first[:, 65]).max() > 0.01


def test_both_types_are_distorted_alike():
    X = random_batch(20)
    results = [
        distort(**EVERYTHING)(X.astype(dtype), np.random.default_rng(0))
        for dtype in (np.float32, np.float64)
    ]
    assert_allclose(*results, atol=1e-4)


def test_images_as_rows_in_memory_and_as_columns_give_the_same():
    X = random_batch(5)
    results = [
        AUGMENTS["distort"](Y, np.random.default_rng(0)) for Y in (X, np.ascontiguousarray(X))
    ]
    assert_array_equal(*results)


def test_threads_do_not_disturb_one_another():
    X = random_batch(200, dtype=np.float32)
    expected = [AUGMENTS["distort"](X, np.random.default_rng(seed)) for seed in range(8)]
    with ThreadPoolExecutor(4) as executor:
        results = list(
            executor.map(lambda seed: AUGMENTS["distort"](X, np.random.default_rng(seed)), range(8))
        )
    for result, wanted in zip(results, expected, strict=True):
        assert_array_equal(result, wanted)


def test_augments_travel_to_other_processes():
    X = random_batch(3)
    for augment in AUGMENTS.values():
        copy = pickle.loads(pickle.dumps(augment))
        assert_array_equal(copy(X, np.random.default_rng(0)), augment(X, np.random.default_rng(0)))


def test_an_empty_batch_stays_empty():
    assert AUGMENTS["distort"](np.zeros((0, 784)).T, np.random.default_rng(0)).shape == (784, 0)


def test_noise_has_its_standard_deviation_and_is_cut_to_0_and_1():
    gray = np.full((2000, 100), 0.5)
    assert (noise(0.1)(gray, np.random.default_rng(0)) - 0.5).std() == pytest.approx(0.1, rel=0.02)
    loud = noise(2.0)(gray, np.random.default_rng(0))
    assert (loud.min(), loud.max()) == (0, 1)


def test_compose_applies_the_first_one_first():
    halve, to_one = (
        functools.partial(change, value=value) for change, value in ((scaled, 0.5), (raised, 1))
    )
    assert_array_equal(compose(halve, to_one)(np.full((4, 2), 0.6), None), np.full((4, 2), 1.3))


def scaled(X, rng, value):
    return X * value


def raised(X, rng, value):
    return X + value


def test_plot_variants_draws_a_row_for_the_originals_and_one_for_each_variant():
    X = random_batch(3, (4, 5))
    figure = plot_variants(X, {"darker": X, "gone": 0 * X}, title="Changes", image_shape=(4, 5))
    images = [drawn.get_array() for drawn in figure.axes[0].images]
    assert len(images) == 9
    assert_array_equal(images[4], image_of(X, 1, (4, 5)))
    assert_array_equal(images[7], np.zeros((4, 5)))
    captions = [text.get_text() for text in figure.axes[0].texts]
    assert captions == ["original", "darker", "gone"]
    assert "3 rows of 3 images" in figure.alt
    assert f"gone changes a pixel by {X.mean():.2f} on average" in figure.alt


def test_plot_variants_refuses_what_does_not_fit():
    X = random_batch(3)
    with pytest.raises(ValueError, match="no variant to draw"):
        plot_variants(X, {})
    with pytest.raises(
        ValueError, match=r"variant 'fewer' has images \(2, 28, 28\), expected \(3, 28, 28\)"
    ):
        plot_variants(X, {"fewer": X[:, :2]})
