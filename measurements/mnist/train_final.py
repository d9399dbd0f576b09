"""Train a recipe on all 60,000 training images and keep the networks; no test image is read.

usage: python -m measurements.mnist.train_final NAME [--seeds 0 1 2 3 4]
NAME is a recipe, such as "small, fast", "medium, fast" or "best". Then `python -m
measurements.mnist.evaluate` looks at the test images, once for all the networks.
"""

import argparse
import time

import numpy as np

from helpers.data import load_dataset
from helpers.storage import save_parameters
from measurements.mnist.recipes import RECIPES, part_of, run_recipe
from measurements.mnist.result_files import NETWORKS, circumstances


def main():
    """Train with each seed and write build/networks/NAME-SEED.npz, which says how it was made."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    arguments = parser.parse_args()
    train_set = load_dataset("mnist", dtype=np.float32)
    glance = part_of(
        train_set, 1000
    )  # `train` wants something to show; these images are trained on, so no judge
    for seed in arguments.seeds:
        started, cpu_started = time.time(), time.process_time()
        parameters, result = run_recipe(RECIPES[arguments.name], train_set, glance, seed=seed)
        metadata = {
            **circumstances(started),
            "cpu_seconds": round(time.process_time() - cpu_started, 2),
            "recipe": arguments.name,
            "seed": seed,
            "epochs": len(result.history),
        }
        path = save_parameters(
            NETWORKS / f"{arguments.name}-{seed}.npz", parameters, metadata=metadata
        )
        print(f"{metadata['seconds']:.2f} s  {path}", flush=True)


if __name__ == "__main__":
    main()
