"""Evaluate the networks of train_final.py on the 10,000 test images, after all was chosen.

usage: python -m measurements.mnist.evaluate
Writes notebooks/results/final.json and, as float16, the first network of the recipe "best" to
notebooks/models.
"""

import sys
import time

import numpy as np

from helpers.data import load_dataset
from helpers.evaluation import accuracy, predict_probabilities
from helpers.network import Layer
from helpers.storage import load_metadata, load_parameters, save_parameters
from measurements.mnist.recipes import RECIPES
from measurements.mnist.result_files import MODELS, NETWORKS, save_results

NAMES = ("small, fast", "medium, fast", "ten minutes", "best")
COMMITTEE = ("ten minutes", "best")


def main():
    """Test all networks that build/networks holds, and three of the widest as a committee."""
    started = time.time()
    test_set = load_dataset("mnist", "test", dtype=np.float32)
    recipes, voters, votes = {}, [], 0
    for name in NAMES:
        paths = sorted(NETWORKS.glob(f"{name}-*.npz"))
        if not paths:
            command = f'python -m measurements.mnist.train_final "{name}"'
            sys.exit(f'there is no network of the recipe "{name}"; {command} trains one')
        runs = []
        for path in paths:
            about = load_metadata(path)
            probabilities = predict_probabilities(load_parameters(path), test_set.X)
            if name in COMMITTEE and len(voters) < 3:
                voters.append(path.stem)
                votes = votes + probabilities
            kept = (
                "seed",
                "epochs",
                "seconds",
                "cpu_seconds",
                "command",
                "date",
                "machine",
                "versions",
            )
            test_accuracy = accuracy(probabilities.argmax(axis=0), test_set.labels)
            runs.append({**{key: about[key] for key in kept}, "test_accuracy": test_accuracy})
        recipes[name] = {"settings": RECIPES[name], "runs": runs}
        for run in runs:
            reached = f"{run['test_accuracy']:.4f} after {run['seconds']:.1f} s"
            print(f"{name}, seed {run['seed']}: {reached}")
    committee = {
        "networks": voters,
        "test_accuracy": accuracy(votes.argmax(axis=0), test_set.labels),
    }
    print(f"{', '.join(voters)} voting: {committee['test_accuracy']:.4f}")
    bundled = bundle(paths[0], test_set)  # of the last recipe, "best"
    print(
        save_results(
            "final",
            {"recipes": recipes, "committee": committee, "bundled": bundled},
            started=started,
        )
    )


def bundle(path, test_set):
    """Write a network as float16 to notebooks/models/mnist_best.npz; return its accuracy then."""
    about = load_metadata(path)
    facts = {
        key: about[key]
        for key in ("recipe", "seed", "epochs", "seconds", "command", "date", "machine", "versions")
    }
    model = save_parameters(
        MODELS / "mnist_best.npz", load_parameters(path), metadata=facts, dtype=np.float16
    )
    layers = [Layer(W.astype(np.float32), b.astype(np.float32)) for W, b in load_parameters(model)]
    predictions = predict_probabilities(layers, test_set.X).argmax(axis=0)
    return {"bytes": model.stat().st_size, "test_accuracy": accuracy(predictions, test_set.labels)}


if __name__ == "__main__":
    main()
