"""New images out of old ones: shifted, turned, stretched, slanted, bent and noisy, still the same digits.

Every factory returns a function augment(X, rng): it takes a batch X (pixels, m) with values 0 to 1 and a random
generator and returns a new batch of the same shape and type, each image changed in a way of its own. `train` calls
it on every mini-batch, so that no epoch sees the same image twice.
"""

import functools
import math
import numbers

import numpy as np

from helpers.internals.checks import check_number, check_rng, is_whole
from helpers.internals.resampling import affine_patterns, affine_weights, elastic_patterns, sample_images

MOST = {"max_rotation": 180, "max_scale": 0.9, "max_shear": 80}


def transform(X, *, shift=(0, 0), rotation=0, scale=1, shear=0, image_shape=(28, 28)):
    """Return all images of a batch stretched, slanted, turned and shifted by the same amounts.

    X: (height * width, m), values 0 to 1. shift: (down, right) in pixels. rotation: degrees, counterclockwise.
    scale: factor of the size, or (factor of the height, of the width). shear: degrees by which an upright line
    leans to the right. In this order, all but the shift about the center; what comes from outside is 0.
    Raises ValueError for an argument that is not a finite number in its range or an X that does not fit.
    """
    image_shape = _checked_shape(image_shape)
    amounts = {"shift": _pair("shift", shift), "scale": _pair("scale", scale)}
    for name, value in (("shift", amounts["shift"][0]), ("shift", amounts["shift"][1]), ("rotation", rotation)):
        _check_between(name, value, -math.inf, math.inf)
    for factor in amounts["scale"]:
        check_number("scale", factor, above=0)
    _check_between("shear", shear, -80, 80)
    _check_batch(X, image_shape)
    names = ("shift_down", "shift_right", "scale_down", "scale_right", "rotation", "shear")
    values = (*amounts["shift"], *amounts["scale"], rotation, shear)
    one_each = {name: np.full(X.shape[1], float(value)) for name, value in zip(names, values, strict=True)}
    weights = affine_weights(image_shape, **one_each).astype(X.dtype)
    return sample_images(X, weights, affine_patterns(image_shape).astype(X.dtype), image_shape)


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
    """Return augment(X, rng), which shifts, turns, stretches, slants and bends each image, all in one step.

    max_shift: pixels, down and right each. max_rotation, max_shear: degrees to either side. max_scale: a share of
    the size, height and width each; 0.1 draws factors from 0.9 to 1.1. All are drawn uniformly. elastic_strength:
    the standard deviation in pixels by which a pixel moves, down and right each; elastic_smoothness: the distance
    in pixels over which that changes (the standard deviation of a Gaussian). image_shape: (height, width).
    Raises ValueError for a setting that is not a number in its range; augment raises it for a batch that does not
    fit. Sources: Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to visual
    document analysis", 2003; Ciresan et al., "Deep, big, simple neural nets for handwritten digit recognition", 2010.
    """
    image_shape = _checked_shape(image_shape)
    settings = {"max_shift": max_shift, "max_rotation": max_rotation, "max_scale": max_scale, "max_shear": max_shear}
    for name, value in {**settings, "elastic_strength": elastic_strength}.items():
        check_number(name, value, at_least=0)
        if value > MOST.get(name, math.inf):
            raise ValueError(f"{name} is {value!r}, expected at most {MOST[name]}")
    check_number("elastic_smoothness", elastic_smoothness, at_least=1)
    bend = (float(elastic_strength), float(elastic_smoothness))
    return functools.partial(_distort, bend=bend, image_shape=image_shape, **settings)


def _distort(X, rng, *, max_shift, max_rotation, max_scale, max_shear, bend, image_shape):
    """Return the batch with each image distorted: what the function that distort returns does."""
    _check_batch(X, image_shape)
    check_rng(rng)
    amount = rng.uniform(-1, 1, (6, X.shape[1]))  # in float64 for both types, so that both are distorted alike
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
    """Return the patterns whose weights are a distortion: 1, row, column, and bumps if there is something to bend."""
    patterns = affine_patterns(image_shape)
    if strength > 0:
        patterns = np.vstack([patterns, strength * elastic_patterns(image_shape, smoothness)])
    return patterns.astype(dtype)


def affine(*, max_shift=0, max_rotation=0, max_scale=0, max_shear=0, image_shape=(28, 28)):
    """Return augment(X, rng), which shifts, turns, stretches and slants each image; the settings are those of distort.

    Raises ValueError as distort does.
    """
    return distort(max_shift=max_shift, max_rotation=max_rotation, max_scale=max_scale, max_shear=max_shear,
                   image_shape=image_shape)  # fmt: skip


def elastic(strength, smoothness=4, *, image_shape=(28, 28)):
    """Return augment(X, rng), which bends each image: distort with elastic_strength and elastic_smoothness alone.

    strength, smoothness: pixels. Raises ValueError as distort does. Source: Simard, Steinkraus and Platt, 2003.
    """
    return distort(elastic_strength=strength, elastic_smoothness=smoothness, image_shape=image_shape)


def noise(amount):
    """Return augment(X, rng), which adds normal noise of standard deviation `amount` to every pixel, cut to 0 to 1.

    amount: a share of full ink. Raises ValueError for a negative or infinite amount or a batch that does not fit.
    """
    check_number("amount", amount, at_least=0)
    return functools.partial(_add_noise, amount=amount)


def _add_noise(X, rng, *, amount):
    """Return the batch with noise added: what the function that noise returns does."""
    _check_batch(X)
    check_rng(rng)
    rows = rng.standard_normal(X.shape[::-1], X.dtype)  # drawn image after image
    rows *= amount
    rows += X.T
    return np.clip(rows, 0, 1, out=rows).T


def compose(*augments):
    """Return augment(X, rng), which applies several, the first one first. Raises ValueError for what is no function.

    distort does shift, turn, stretch, slant and bend in one step, which is faster and blurs once instead of twice.
    """
    for augment in augments:
        if not callable(augment):
            raise ValueError(f"{augment!r} is not a function augment(X, rng), such as affine(max_shift=2) returns")

    return functools.partial(_apply_all, augments=augments)


def _apply_all(X, rng, *, augments):
    """Return the batch after all of the functions: what the function that compose returns does."""
    for augment in augments:
        X = augment(X, rng)
    return X


def _pair(name, value):
    """Return the two numbers of a pair; one number stands for both."""
    pair = tuple(value) if isinstance(value, (tuple, list, np.ndarray)) else (value, value)
    if len(pair) != 2:
        raise ValueError(f"{name} is {value!r}, expected a number for down and one for right")
    return pair


def _check_between(name, value, least, most):
    number = isinstance(value, numbers.Real) and math.isfinite(value)
    if not (number and least <= value <= most):
        raise ValueError(
            f"{name} is {value!r}, expected a "
            + ("finite number" if most == math.inf else f"number from {least} to {most}")
        )


def _checked_shape(image_shape):
    shape = tuple(image_shape) if isinstance(image_shape, (tuple, list)) else ()
    if len(shape) != 2 or not all(is_whole(size) and size > 0 for size in shape):
        raise ValueError(f"image_shape is {image_shape!r}, expected (height, width) in pixels, such as (28, 28)")
    return shape


def _check_batch(X, image_shape=None):
    if not isinstance(X, np.ndarray) or X.dtype not in (np.float32, np.float64) or X.ndim != 2:
        came = f"{X.dtype} of shape {X.shape}" if isinstance(X, np.ndarray) else type(X).__name__
        raise ValueError(f"X is {came}, expected an array (pixels, m) of float32 or float64, one image a column")
    if image_shape is not None and X.shape[0] != math.prod(image_shape):
        hint = "; the images seem to be rows: pass X.T" if X.shape[1] == math.prod(image_shape) else ""
        raise ValueError(
            f"X has {X.shape[0]} pixels an image, but image_shape {image_shape} needs {math.prod(image_shape)}{hint}"
        )
