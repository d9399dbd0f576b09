"""A small data set for the tests: three clouds in four dimensions, easy to learn but not at once."""

import numpy as np

from helpers.data import Dataset


def blobs(m, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, m)
    rows = np.clip(0.5 + 0.3 * np.eye(4)[labels] + 0.12 * rng.standard_normal((m, 4)), 0, 1)
    return Dataset(rows.T, labels, class_names=("a", "b", "c"), image_shape=(2, 2))


TRAIN_SET, DEV_SET = blobs(53, 1), blobs(31, 2)
