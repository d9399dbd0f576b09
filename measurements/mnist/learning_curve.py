"""What more data buys: the same network trained on 100 to 55,000 images, as they are and distorted.

usage: python -m measurements.mnist.learning_curve [--seeds 0 1 2]
Every training run takes the same number of steps, so that only the number of different images
varies. The development images are 5,000 drawn at random.
"""

import argparse
import time

import numpy as np

from helpers.data import load_dataset, split
from measurements.mnist.recipes import MEDIUM, MILD, SMOOTH
from measurements.mnist.result_files import save_results
from measurements.mnist.running import run_recipe, wrong_ones

SIZES = [100, 300, 1000, 3000, 10_000, 30_000, 55_000]
STEPS = 6000
RECIPE = {
    "layer_sizes": MEDIUM,
    "optimizer": "adam",
    "learning_rate": 0.003,
    "batch_size": 128,
    **SMOOTH,
}


def repeated(dataset, m):
    """Return the first m examples of a Dataset, many times over if they are few.

    Few epochs have many steps then.
    """
    return dataset.subset(np.arange(max(m, SIZES[-3])) % m)


def main():
    """Train on each number of images with each seed and write learning_curve.json."""
    started = time.time()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    seeds = parser.parse_args().seeds
    everything = load_dataset("mnist", dtype=np.float32)
    train_set, dev_set = split(everything, 5000, np.random.default_rng(0))
    curves = {}
    for name, more in (("as they are", {}), ("distorted", {"distort": MILD})):
        curves[name] = []
        for m in SIZES:
            images, accuracies = repeated(train_set, m), []
            epochs = round(STEPS / np.ceil(len(images) / RECIPE["batch_size"]))
            recipe = {**RECIPE, **more, "max_epochs": epochs}
            for seed in seeds:
                wrong, _ = wrong_ones(run_recipe(recipe, images, seed)[0], recipe, dev_set)
                accuracies.append(round(1 - len(wrong) / len(dev_set), 5))
            curves[name].append({"images": m, "dev_accuracy": accuracies})
            print(f"{name}, {m} images: {np.mean(accuracies):.4f}")
    settings = {**RECIPE, "distort": MILD}
    results = {"seeds": seeds, "steps": STEPS, "settings": settings, "curves": curves}
    print(save_results("learning_curve", results, started=started))


if __name__ == "__main__":
    main()
