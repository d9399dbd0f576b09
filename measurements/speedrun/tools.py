"""What entries may share, beside the helpers: images of half the size, distortions as matrices."""

import functools

import numpy as np

from helpers.internals.resampling import elastic_patterns

__all__ = ["distortion", "half_size"]


def half_size(X, image_shape=(28, 28)):
    """Return images of half the height and width: the mean of each 2 by 2 pixels.

    `pooled` of measurements/mnist adds the four in another order and rounds otherwise: the records
    of both were measured so.

    Parameters
    ----------
    X : array of float, shape (height * width, m)
        Both even.
    image_shape : tuple of int

    Returns
    -------
    array, shape (height * width / 4, m), dtype of X
        With each image in one piece in memory.
    """
    height, width = image_shape
    images = X.T.reshape(-1, height, width)
    pairs = images[:, ::2] + images[:, 1::2]
    mean = (pairs[:, :, ::2] + pairs[:, :, 1::2]) / 4
    return mean.reshape(len(mean), -1).T


def distortion(rng, smoothness, image_shape, strength):
    """Return a random elastic distortion as a matrix: D @ X bends all images of X alike.

    Each new pixel is a blend of the four old ones around the place where it looks, which is linear,
    so all of them together are a matrix. The places move by random fields, one for each smoothness.

    Parameters
    ----------
    rng : np.random.Generator
    smoothness : tuple of float
        The distances in pixels over which the fields change; a large one shifts, turns and
        stretches the image.
    image_shape : tuple of int
    strength : float
        The standard deviation of each field in pixels, down and right.

    Returns
    -------
    array of float32, shape (height * width, height * width)
    """
    height, width = image_shape
    pixels, bumps = _fields(smoothness, image_shape)
    places = pixels + strength * rng.standard_normal((2, len(bumps))) @ bumps
    row, column = places.astype(np.float32)[:, :, np.newaxis]
    near_row = np.maximum(0, 1 - np.abs(row - np.arange(height, dtype=np.float32)))
    near_column = np.maximum(0, 1 - np.abs(column - np.arange(width, dtype=np.float32)))
    blend = near_row[:, :, np.newaxis] * near_column[:, np.newaxis, :]
    return blend.reshape(height * width, height * width)


@functools.lru_cache(maxsize=16)
def _fields(smoothness, image_shape):
    """Return the place (2, pixels) of every pixel, and the bumps that move it."""
    pixels = np.mgrid[: image_shape[0], : image_shape[1]].reshape(2, -1)
    return pixels, np.vstack([elastic_patterns(image_shape, s) for s in smoothness])
