"""What more data buys: the same network trained on 100 to 55,000 images, as they are and distorted.

usage: python -m measurements.mnist.learning_curve [--seeds 0 1 2]
Every training takes the same number of steps, so that only the number of different images varies.
"""

import argparse
import time

import numpy as np

from measurements.mnist.recipes import RECIPES, mnist_split, part_of, run_recipe
from measurements.mnist.result_files import save_results

SIZES = [100, 300, 1000, 3000, 10_000, 30_000, 55_000]
STEPS = 6000


def repeated(dataset):
    """Return the examples of a small Dataset many times over: few epochs have many steps then."""
    return dataset.subset(np.arange(max(len(dataset), SIZES[-3])) % len(dataset))


def main():
    """Train on each number of images with each seed and write learning_curve.json."""
    started = time.time()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    seeds = parser.parse_args().seeds
    train_set, dev_set = mnist_split()
    curves = {}
    for name, recipe in (("as they are", "regularization"), ("distorted", "distortion")):
        curves[name] = []
        for m in SIZES:
            images = repeated(part_of(train_set, m))
            epochs = round(STEPS / np.ceil(len(images) / RECIPES[recipe]["batch_size"]))
            accuracies = []
            for seed in seeds:
                result = run_recipe(
                    RECIPES[recipe], images, dev_set, seed=seed, max_epochs=int(epochs)
                )[1]
                accuracies.append(round(float(result.history["dev_accuracy"].iloc[-1]), 5))
            curves[name].append({"images": m, "dev_accuracy": accuracies})
            print(f"{name}, {m} images: {np.mean(accuracies):.4f}")
    results = {"seeds": seeds, "steps": STEPS, "settings": RECIPES["distortion"], "curves": curves}
    print(save_results("learning_curve", results, started=started))


if __name__ == "__main__":
    main()
