"""A reader of digits that compares with ten mean images, and how such a reader goes wrong."""

import numpy as np

from helpers.exercises.exercise import Case, Mistake


def nearest_mean(X_train, labels_train, X):
    """Return for each column of X the digit whose mean image is nearest, (m,); raises nothing."""
    return distances_to_means(X_train, labels_train, X).argmin(axis=0)


def distances_to_means(X_train, labels_train, X):
    """Return the squared distance of each column of X to the mean of each digit, (10, m); raises nothing."""
    means = [X_train[:, labels_train == digit].mean(axis=1, keepdims=True) for digit in range(10)]
    return np.array([((X - mean) ** 2).sum(axis=0) for mean in means])


def mean_products(X_train, labels_train, X):
    """Return the digit whose mean image overlaps most with each column of X, (m,); raises nothing."""
    means = np.array([X_train[:, labels_train == digit].mean(axis=1) for digit in range(10)])
    return (means @ X).argmax(axis=0)


def mean_differences(X_train, labels_train, X):
    """Return the digit with the smallest sum of differences that were not squared, (m,); raises nothing."""
    means = [X_train[:, labels_train == digit].mean(axis=1, keepdims=True) for digit in range(10)]
    return np.array([(X - mean).sum(axis=0) for mean in means]).argmin(axis=0)


def mean_sizes(X_train, labels_train, X):
    """Return the digit with the smallest sum of absolute differences, (m,); raises nothing."""
    means = [X_train[:, labels_train == digit].mean(axis=1, keepdims=True) for digit in range(10)]
    return np.array([np.abs(X - mean).sum(axis=0) for mean in means]).argmin(axis=0)


def nearest_image(X_train, labels_train, X):
    """Return the label of the single nearest training image of each column of X, (m,); raises nothing."""
    distances = ((X_train[:, :, np.newaxis] - X[:, np.newaxis, :]) ** 2).sum(axis=0)
    return labels_train[distances.argmin(axis=0)]


def reader_cases():
    """Return images of a few pixels around ten centers, all ten digits among them; raises nothing."""
    cases = []
    for seed, (pixels, m) in enumerate([(6, 4), (12, 40)]):
        rng = np.random.default_rng(seed)
        centers, spread = rng.random((pixels, 10)), 0.3
        labels = np.arange(30) % 10
        X_train = centers[:, labels] + spread * rng.standard_normal((pixels, 30))
        X = centers[:, rng.integers(10, size=m)] + spread * rng.standard_normal((pixels, m))
        cases.append(Case(X_train, labels, X))
    return cases


MISTAKES_OF_READER = (
    Mistake(
        "farthest",
        "that is the digit whose mean is farthest away; take the smallest distance",
        wrong=lambda *arguments: distances_to_means(*arguments).argmax(axis=0),
    ),
    Mistake(
        "distances",
        "these are distances; return which of the ten is the smallest, for each image",
        wrong=distances_to_means,
    ),
    Mistake(
        "smallest distance",
        "that is the smallest distance itself; return which digit has it",
        wrong=lambda *arguments: distances_to_means(*arguments).min(axis=0),
    ),
    Mistake(
        "axis",
        "that is the nearest image for each digit; the digits are the rows, so search along `axis=0`",
        wrong=lambda *arguments: distances_to_means(*arguments).argmin(axis=1),
    ),
    Mistake(
        "product",
        "a large product rewards any ink, also where the mean has little; square the differences instead",
        wrong=mean_products,
    ),
    Mistake(
        "not squared",
        "positive and negative differences cancel each other; square them before you add",
        wrong=mean_differences,
    ),
    Mistake(
        "absolute differences",
        "that adds up the sizes of the differences; square each of them before you add",
        wrong=mean_sizes,
    ),
    Mistake(
        "nearest image",
        "that is the label of the nearest single image; average the images of each digit first",
        wrong=nearest_image,
    ),
)
