"""What is done to every image before training, alike to training, development and test images.

Each preparation takes a batch X (height * width, m) and its image_shape and returns both anew.
"""

import numpy as np

from helpers.augmentation import deskew
from helpers.data import Dataset
from helpers.robustness import change_thickness

__all__ = ["PREPARATIONS", "prepare", "prepare_batch"]


def deskewed(X, image_shape):
    """Slanted upright by the moments of the ink."""
    return deskew(X, image_shape=image_shape), image_shape


def pooled(X, image_shape):
    """The mean of each 2 by 2 pixels, added in the order in which the results were measured.

    `half_size` of measurements/speedrun has another one, in which its record was measured.
    """
    height, width = image_shape
    images = X.T.reshape(-1, height, width)
    corners = [images[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]
    mean = (corners[0] + corners[1] + corners[2] + corners[3]) / X.dtype.type(4)
    return mean.reshape(len(mean), -1).T, (height // 2, width // 2)


def cropped(X, image_shape):
    """Without a margin of a fourteenth of the height, where there is hardly any ink."""
    height, width = image_shape
    margin = height // 14
    inner = X.T.reshape(-1, height, width)[:, margin:-margin, margin:-margin]
    return np.ascontiguousarray(inner).reshape(len(inner), -1).T, inner.shape[1:]


def thicker(X, image_shape):
    """Drawn with a pen wider by half a pixel on each side."""
    return change_thickness(X, 0.5, image_shape=image_shape), image_shape


def thinner(X, image_shape):
    """Drawn with a pen narrower by half a pixel on each side."""
    return change_thickness(X, -0.5, image_shape=image_shape), image_shape


PREPARATIONS = {
    "deskewed": deskewed,
    "pooled": pooled,
    "cropped": cropped,
    "thicker": thicker,
    "thinner": thinner,
}


def prepare_batch(X, image_shape, names):
    """Return X and image_shape after the preparations of these names, the first one first."""
    for name in names:
        X, image_shape = PREPARATIONS[name](X, image_shape)
    return X, image_shape


def prepare(dataset, names):
    """Return a Dataset after the preparations of these names."""
    X, image_shape = prepare_batch(dataset.X, dataset.image_shape, names)
    return Dataset(X, dataset.labels, dataset.class_names, image_shape)
