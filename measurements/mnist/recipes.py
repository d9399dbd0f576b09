"""Recipes of training runs, from the small network of the series step by step to the best one.

A recipe is the settings of `train`, but for `distort`, which holds those of
helpers.augmentation.distort. All settings were chosen on the development images, never on the test
images.
"""

import numpy as np

from helpers.augmentation import distort
from helpers.data import Dataset, load_dataset, split
from helpers.schedules import cosine
from helpers.training import train

DEV_SIZE = 5000
SMALL, MEDIUM, WIDE, WIDEST = (
    [784, 10, 10, 10],
    [784, 128, 10],
    [784, 800, 10],
    [784, 1000, 500, 10],
)
MILD = {
    "max_shift": 1,
    "max_rotation": 10,
    "max_scale": 0.1,
    "max_shear": 8,
    "elastic_strength": 0.6,
}
STRONG = {
    "max_shift": 1,
    "max_rotation": 10,
    "max_scale": 0.12,
    "max_shear": 8,
    "elastic_strength": 1.1,
    "elastic_smoothness": 5,
}

ADAM = {"optimizer": "adam", "learning_rate": 0.002, "batch_size": 64}
MEDIUM_ADAM = {**ADAM, "learning_rate": 0.003, "batch_size": 128}
SMOOTH = {"schedule": True, "label_smoothing": 0.05}

BEST = {
    "layer_sizes": WIDEST,
    **SMOOTH,
    "optimizer": "adam",
    "learning_rate": 0.0015,
    "batch_size": 256,
    "distort": STRONG,
}

RECIPES = {
    "full batch": {"layer_sizes": SMALL, "learning_rate": 0.2, "max_epochs": 20},
    "mini-batches": {
        "layer_sizes": SMALL,
        "learning_rate": 0.2,
        "batch_size": 64,
        "max_epochs": 20,
    },
    "Adam": {"layer_sizes": SMALL, **ADAM, "max_epochs": 20},
    "width": {"layer_sizes": MEDIUM, **MEDIUM_ADAM, "max_epochs": 20},
    "schedule": {"layer_sizes": MEDIUM, **MEDIUM_ADAM, "schedule": True, "max_epochs": 20},
    "regularization": {"layer_sizes": MEDIUM, **MEDIUM_ADAM, **SMOOTH, "max_epochs": 20},
    "distortion": {
        "layer_sizes": MEDIUM,
        **MEDIUM_ADAM,
        **SMOOTH,
        "distort": MILD,
        "max_epochs": 20,
    },
    "wide layer": {
        "layer_sizes": WIDE,
        **MEDIUM_ADAM,
        "learning_rate": 0.002,
        **SMOOTH,
        "distort": MILD,
        "max_epochs": 40,
    },
    "small, fast": {
        "layer_sizes": SMALL,
        **ADAM,
        "learning_rate": 0.006,
        "schedule": True,
        "label_smoothing": 0.02,
        "max_epochs": 16,
    },
    "medium, fast": {
        "layer_sizes": MEDIUM,
        **ADAM,
        **SMOOTH,
        "learning_rate": 0.005,
        "batch_size": 100,
        "max_epochs": 6,
    },
    "ten minutes": {**BEST, "max_epochs": 150},
    "best": {**BEST, "max_epochs": 200},
}
STEPS = list(RECIPES)[: list(RECIPES).index("wide layer") + 1]


def mnist_split(dtype=np.float32):
    """Return the 60,000 training images of MNIST as 55,000 and 5,000, always the same way."""
    return split(load_dataset("mnist", dtype=dtype), DEV_SIZE, np.random.default_rng(0))


def run_recipe(recipe, train_set, dev_set, *, seed, max_epochs=None):
    """Train to the last epoch of a recipe; return (parameters of that epoch, TrainingResult).

    recipe: an entry of RECIPES. max_epochs: instead of the recipe's. There is no early stopping:
    choosing the best epoch on the development images would make them part of the training.
    """
    settings = dict(recipe)
    if max_epochs is not None:
        settings["max_epochs"] = max_epochs
    if settings.pop("schedule", False):
        settings["learning_rate_schedule"] = cosine(warm_up=0.02)
    if "distort" in settings:
        settings["augment"] = distort(**settings.pop("distort"), image_shape=train_set.image_shape)
    result = train(
        train_set,
        dev_set,
        settings.pop("layer_sizes"),
        patience=None,
        measure_train=False,
        dtype=train_set.X.dtype.type,
        seed=seed,
        **settings,
    )
    return result.last_parameters, result


def part_of(dataset, m):
    """Return a Dataset of the first m examples, as a view. Raises ValueError if there are fewer."""
    if m > len(dataset):
        raise ValueError(f"there are {len(dataset)} examples, not {m}")
    return Dataset(dataset.X[:, :m], dataset.labels[:m], dataset.class_names, dataset.image_shape)
