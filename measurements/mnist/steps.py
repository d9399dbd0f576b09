"""Measure what each recipe on the way buys, on 5,000 images held back from the training set.

usage: python -m measurements.mnist.steps [--seeds 0 1 2] [--only NAME ...]
"""

import argparse
import time

import numpy as np

from helpers.evaluation import accuracy, make_predictions
from measurements.mnist.recipes import RECIPES, STEPS, mnist_split, run_recipe
from measurements.mnist.result_files import circumstances, load_results, save_results


def main():
    """Train each recipe with each seed and write notebooks/results/steps.json."""
    started = time.time()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument(
        "--only",
        nargs="+",
        default=STEPS,
        choices=STEPS,
        help="the others stay as they were measured",
    )
    arguments = parser.parse_args()
    train_set, dev_set = mnist_split()
    try:
        steps = load_results("steps")["steps"]
    except FileNotFoundError:
        steps = {}
    for name in arguments.only:
        runs = []
        for seed in arguments.seeds:
            cpu_started = time.process_time()
            parameters, result = run_recipe(RECIPES[name], train_set, dev_set, seed=seed)
            cpu_seconds = round(time.process_time() - cpu_started, 2)
            curve = [round(float(value), 5) for value in result.history["dev_accuracy"]]
            runs.append(
                {
                    "seed": seed,
                    "seconds": round(float(result.history["seconds"].sum()), 2),
                    "cpu_seconds": cpu_seconds,
                    "train_accuracy": round(
                        accuracy(make_predictions(parameters, train_set.X), train_set.labels), 5
                    ),
                    "dev_accuracy": curve[-1],
                    "dev_accuracy_by_epoch": curve,
                }
            )
        steps[name] = {
            "settings": RECIPES[name],
            "command": circumstances(started)["command"],
            "runs": runs,
        }
        with_circumstances = {
            "dev_size": len(dev_set),
            "steps": {key: steps[key] for key in STEPS if key in steps},
        }
        path = save_results("steps", with_circumstances, started=started)
        accuracies = [run["dev_accuracy"] for run in runs]
        seconds = np.mean([run["cpu_seconds"] for run in runs])
        print(f"{name}: {np.mean(accuracies):.4f} in {seconds:.1f} s", flush=True)
    print(path)


if __name__ == "__main__":
    main()
