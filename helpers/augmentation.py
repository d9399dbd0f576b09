"""New images from old ones: shifted, turned, stretched, slanted, bent, noisy (notebooks 7 and 9).

transform does one change to all images, and deskew stands each one upright. The others return a
function augment(X, rng), which takes a batch X (pixels, m) with values 0 to 1 and a random
generator and returns a new batch of the same shape and dtype, each image changed in a way of its
own. `train` calls it on every mini-batch, so that no epoch sees the same image twice.
"""

import functools

import numpy as np

from helpers.internals.checks import check_image_shape, check_images, check_number, check_rng
from helpers.internals.resampling import (
    affine_patterns,
    affine_weights,
    elastic_patterns,
    move_rows,
    sample_images,
)

__all__ = ["affine", "compose", "deskew", "distort", "elastic", "noise", "transform"]


def transform(X, *, shift=(0, 0), rotation=0, scale=1, shear=0, image_shape=(28, 28)):
    """Return all images stretched, slanted, turned and shifted by the same amounts.

    In this order, all but the shift about the center; what comes from outside is 0.

    Parameters
    ----------
    X : array of float, shape (height * width, m)
        Values from 0 to 1.
    shift : tuple of float
        (down, right) in pixels.
    rotation : float
        Degrees, counterclockwise.
    scale : float or tuple of float
        Factor of the size, or (factor of the height, factor of the width).
    shear : float
        Degrees by which an upright line leans to the right, -80 to 80.
    image_shape : tuple of int
        (height, width) in pixels.

    Returns
    -------
    array, shape and dtype of X

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.
    """
    image_shape = check_image_shape("image_shape", image_shape)
    check_images(X, image_shape)
    shift, scale = _pair("shift", shift), _pair("scale", scale)
    for pixels in shift:
        check_number("shift", pixels)
    for factor in scale:
        check_number("scale", factor, above=0)
    check_number("rotation", rotation)
    check_number("shear", shear, at_least=-80, at_most=80)
    names = ("shift_down", "shift_right", "scale_down", "scale_right", "rotation", "shear")
    values = (*shift, *scale, rotation, shear)
    one_each = {
        n: np.full(X.shape[1], float(value)) for n, value in zip(names, values, strict=True)
    }
    weights = affine_weights(image_shape, **one_each).astype(X.dtype)
    return sample_images(X, weights, affine_patterns(image_shape).astype(X.dtype), image_shape)


def deskew(X, *, image_shape=(28, 28)):
    """Return all images sheared so that each one stands upright.

    The slant of an image is the covariance of row and column, weighted by the ink, divided by the
    variance of the row: the columns by which its line leans per row. Every row is moved by its
    distance to the center of ink times the slant. An image without ink, or with ink in one row
    alone, has no slant.

    Parameters
    ----------
    X : array of float, shape (height * width, m)
        Values from 0 to 1.
    image_shape : tuple of int
        (height, width) in pixels.

    Returns
    -------
    array, shape and dtype of X

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    References
    ----------
    LeCun, Cortes and Burges, "The MNIST database of handwritten digits", and LeCun, Bottou, Bengio
    and Haffner, "Gradient-based learning applied to document recognition", 1998: the results with
    "deskewing".
    """
    image_shape = check_image_shape("image_shape", image_shape)
    check_images(X, image_shape)
    one, row, column = affine_patterns(image_shape)
    moments = np.stack([one, row, column, row * row, row * column]).astype(X.dtype) @ X
    ink = np.where(moments[0] > 0, moments[0], 1).astype(float)
    mean_row, mean_column, row_row, row_column = moments[1:] / ink
    variance, covariance = row_row - mean_row**2, row_column - mean_row * mean_column
    slant = np.zeros_like(ink)
    # the variance of ink in a single row is 0 but for rounding
    np.divide(covariance, variance, out=slant, where=variance > 1e-3)
    rows = row[:: image_shape[1]]
    return move_rows(X, slant[:, np.newaxis] * (rows - mean_row[:, np.newaxis]), image_shape)


def distort(
    *,
    max_shift=0,
    max_rotation=0,
    max_scale=0,
    max_shear=0,
    elastic_strength=0,
    elastic_smoothness=4,
    image_shape=(28, 28),
):
    """Return augment(X, rng), which shifts, turns, stretches, slants and bends in one step.

    Parameters
    ----------
    max_shift : float
        Pixels, down and right each.
    max_rotation, max_shear : float
        Degrees to either side, at most 180 and 80.
    max_scale : float
        A share of the size, height and width each: 0.1 draws factors from 0.9 to 1.1; at most
        0.9. This and the three above are drawn uniformly for each image.
    elastic_strength : float
        The standard deviation in pixels by which a pixel moves, down and right each.
    elastic_smoothness : float
        The distance in pixels over which that changes (the standard deviation of a Gaussian), at
        least 1.
    image_shape : tuple of int
        (height, width) in pixels.

    Returns
    -------
    function
        augment(X, rng) -> X

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described; from augment, if X does not fit image_shape.

    References
    ----------
    Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to
    visual document analysis", 2003; Ciresan, Meier, Gambardella and Schmidhuber, "Deep, big,
    simple neural nets for handwritten digit recognition", 2010.
    """
    image_shape = check_image_shape("image_shape", image_shape)
    check_number("max_shift", max_shift, at_least=0)
    check_number("max_rotation", max_rotation, at_least=0, at_most=180)
    check_number("max_scale", max_scale, at_least=0, at_most=0.9)
    check_number("max_shear", max_shear, at_least=0, at_most=80)
    check_number("elastic_strength", elastic_strength, at_least=0)
    check_number("elastic_smoothness", elastic_smoothness, at_least=1)
    return functools.partial(
        _distort,
        bend=(float(elastic_strength), float(elastic_smoothness)),
        image_shape=image_shape,
        max_shift=max_shift,
        max_rotation=max_rotation,
        max_scale=max_scale,
        max_shear=max_shear,
    )


def _distort(X, rng, *, max_shift, max_rotation, max_scale, max_shear, bend, image_shape):
    """Return the batch with each image distorted: what the function that distort returns does."""
    check_images(X, image_shape)
    check_rng(rng)
    # in float64 for both dtypes, so that both are distorted alike
    amount = rng.uniform(-1, 1, (6, X.shape[1]))
    weights = affine_weights(
        image_shape,
        shift_down=max_shift * amount[0],
        shift_right=max_shift * amount[1],
        rotation=max_rotation * amount[2],
        scale_down=1 + max_scale * amount[3],
        scale_right=1 + max_scale * amount[4],
        shear=max_shear * amount[5],
    )
    patterns = _patterns(image_shape, *bend, X.dtype)
    if len(patterns) > 3:
        weights = np.hstack([weights, rng.standard_normal((len(weights), len(patterns) - 3))])
    return sample_images(X, weights.astype(X.dtype), patterns, image_shape)


@functools.lru_cache(maxsize=16)
def _patterns(image_shape, strength, smoothness, dtype):
    """Return what a distortion is a weighted sum of: 1, row, column, and bumps where it bends."""
    patterns = affine_patterns(image_shape)
    if strength > 0:
        patterns = np.vstack([patterns, strength * elastic_patterns(image_shape, smoothness)])
    return patterns.astype(dtype)


def affine(*, max_shift=0, max_rotation=0, max_scale=0, max_shear=0, image_shape=(28, 28)):
    """Return augment(X, rng), which shifts, turns, stretches and slants each image.

    Parameters
    ----------
    max_shift, max_rotation, max_scale, max_shear, image_shape
        As distort takes them.

    Returns
    -------
    function
        augment(X, rng) -> X

    Raises
    ------
    TypeError, ValueError
        As distort does.
    """
    return distort(
        max_shift=max_shift,
        max_rotation=max_rotation,
        max_scale=max_scale,
        max_shear=max_shear,
        image_shape=image_shape,
    )


def elastic(strength, smoothness=4, *, image_shape=(28, 28)):
    """Return augment(X, rng), which bends each image.

    Parameters
    ----------
    strength, smoothness : float
        elastic_strength and elastic_smoothness of distort, in pixels.
    image_shape : tuple of int
        (height, width) in pixels.

    Returns
    -------
    function
        augment(X, rng) -> X

    Raises
    ------
    TypeError, ValueError
        As distort does.

    References
    ----------
    Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to
    visual document analysis", 2003.
    """
    return distort(
        elastic_strength=strength, elastic_smoothness=smoothness, image_shape=image_shape
    )


def noise(amount):
    """Return augment(X, rng), which adds normal noise to every pixel, cut to 0 to 1.

    Parameters
    ----------
    amount : float
        The standard deviation, a share of full ink.

    Returns
    -------
    function
        augment(X, rng) -> X

    Raises
    ------
    TypeError, ValueError
        If the amount is not a number of at least 0; from augment, if X does not hold images.
    """
    check_number("amount", amount, at_least=0)
    return functools.partial(_add_noise, amount=amount)


def _add_noise(X, rng, *, amount):
    """Return the batch with noise added: what the function that noise returns does."""
    check_images(X)
    check_rng(rng)
    rows = rng.standard_normal(X.shape[::-1], X.dtype)  # drawn image after image
    rows *= amount
    rows += X.T
    return np.clip(rows, 0, 1, out=rows).T


def compose(*augments):
    """Return augment(X, rng), which applies several functions, the first one first.

    distort does shift, turn, stretch, slant and bend in one step, which is faster and blurs once
    instead of twice.

    Parameters
    ----------
    `*augments` : function
        Each augment(X, rng) -> X.

    Returns
    -------
    function
        augment(X, rng) -> X

    Raises
    ------
    TypeError
        If one of them is not a function.
    """
    for augment in augments:
        if not callable(augment):
            raise TypeError(
                f"augment is {augment!r:.60}, expected a function augment(X, rng), such as affine(max_shift=2) returns"
            )
    return functools.partial(_apply_all, augments=augments)


def _apply_all(X, rng, *, augments):
    """Return the batch after all functions: what the function that compose returns does."""
    for augment in augments:
        X = augment(X, rng)
    return X


def _pair(name, value):
    """Return the two numbers of a pair; one number stands for both."""
    pair = tuple(value) if isinstance(value, (tuple, list, np.ndarray)) else (value, value)
    if len(pair) != 2:
        raise ValueError(
            f"{name} is {value!r:.60}, expected one number, or a pair for height and width"
        )
    return pair
