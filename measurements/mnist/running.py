"""One training run by a recipe, and the networks that runs have left behind."""

import time

import numpy as np

from helpers.augmentation import distort
from helpers.data import load_dataset
from helpers.evaluation import predict_probabilities
from helpers.schedules import cosine
from helpers.storage import load_metadata, load_parameters, save_parameters
from helpers.training import train
from measurements.mnist.loops import run_loop
from measurements.mnist.preparing import prepare, prepare_batch
from measurements.mnist.recipes import STUDIES
from measurements.mnist.result_files import NETWORKS, circumstances

DEV_SIZE = 10_000
OWN_LOOP = {"squared_error", "dropout", "attack", "teachers", "workers"}  # what `train` does not do


def images(part):
    """Return MNIST's images, all "train" or "test"."""
    return load_dataset("mnist", part, dtype=np.float32)


def development_images():
    """Return MNIST's training images in two parts: to train on, and the last 10,000 to judge by."""
    whole = images("train")
    return whole.subset(slice(None, -DEV_SIZE)), whole.subset(slice(-DEV_SIZE, None))


def run_recipe(recipe, dataset, seed):
    """Train to the last epoch of a recipe; return the parameters then and the processor's seconds.

    There is no early stopping and no best epoch: choosing one would make the images that choose it
    a part of the training. The seconds include the preparation of the images.
    """
    started = time.process_time()
    settings = dict(recipe)
    dataset = prepare(dataset, settings.pop("prepare", ()))
    if settings.pop("schedule", False):
        settings["learning_rate_schedule"] = cosine(warm_up=0.02)
    if "distort" in settings:
        settings["augment"] = distort(**settings.pop("distort"), image_shape=dataset.image_shape)
    if OWN_LOOP & set(settings):
        teachers = settings.pop("teachers", None)
        teacher = voters(teachers) if teachers else None
        parameters = run_loop(dataset, {**settings, "dtype": np.float32}, seed, teacher)
    else:
        glance = dataset.subset(np.arange(min(len(dataset), 100)))  # `train` wants some to judge by
        parameters = train(
            dataset,
            glance,
            settings.pop("layer_sizes"),
            patience=None,
            measure_train=False,
            dtype=np.float32,
            seed=seed,
            **settings,
        ).last_parameters
    return parameters, round(time.process_time() - started, 2)


def wrong_ones(parameters, recipe, dataset):
    """Return the indices of the images that a network misreads, and its probabilities for all."""
    dataset = prepare(dataset, recipe.get("prepare", ()))
    probabilities = predict_probabilities(parameters, dataset.X)
    return np.flatnonzero(probabilities.argmax(axis=0) != dataset.labels), probabilities


def path_of(study, name, seed):
    """Return where the network of a run lies."""
    return NETWORKS / study / f"{name}-{seed}.npz"


def networks_of(study, name):
    """Return the paths of the networks of a row, one for each seed."""
    paths = (NETWORKS / study).glob("*.npz")
    return sorted(path for path in paths if path.stem.rpartition("-")[0] == name)


def train_missing(study, name, seed, dataset):
    """Train on all images and keep the network, unless it is there; return whether it was not."""
    recipe, path = STUDIES[study][name]["settings"], path_of(study, name, seed)
    if path.exists() and load_metadata(path)["settings"] == recipe:
        return False
    started = time.time()
    parameters, cpu_seconds = run_recipe(recipe, dataset, seed)
    about = {
        **circumstances(started),
        "cpu_seconds": cpu_seconds,
        "seed": seed,
        "settings": recipe,
    }
    save_parameters(path, parameters, metadata=about)
    return True


def voters(study):
    """Return the function of 28 by 28 images that gives the mean probabilities of a study's networks.

    Raises FileNotFoundError if one of them was not trained yet.
    """
    paths = {name: path_of(study, name, 0) for name in STUDIES[study]}
    for name, path in paths.items():
        if not path.exists():
            raise FileNotFoundError(
                f'there is no network "{name}"; python -m measurements.mnist {study} trains it'
            )
    networks = [
        (load_parameters(path), STUDIES[study][name]["settings"].get("prepare", ()))
        for name, path in paths.items()
    ]

    def vote(X):
        return sum(
            predict_probabilities(parameters, prepare_batch(X, (28, 28), names)[0])
            for parameters, names in networks
        ) / X.dtype.type(len(networks))

    return vote
