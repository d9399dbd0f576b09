"""Train the networks of the README's result table on the bundled digits, print the table, and write it there.

Seconds are of this machine and this run; the accuracies are the same everywhere.
"""

import sys
import time
from pathlib import Path

import numpy as np

from helpers.array_files import replace_file
from helpers.data import load_dataset, split
from helpers.training import train

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- results: written by `make results` -->", "<!-- end of results -->"
SEEDS = range(5)

RUNS = {
    "full batch, learning rate 0.1, 100 epochs": (
        [784, 10, 10, 10],
        {"learning_rate": 0.1, "max_epochs": 100, "patience": None},
    ),
    "batches of 32, learning rate 0.05, early stopping": (
        [784, 10, 10, 10],
        {"learning_rate": 0.05, "batch_size": 32},
    ),
    "the same, with more neurons": (
        [784, 100, 10],
        {"learning_rate": 0.05, "batch_size": 32},
    ),
}


def measure(layer_sizes, settings):
    """Return accuracies and seconds of one training a seed."""
    train_set, dev_set = split(load_dataset("digits"), 1000, np.random.default_rng(0))
    accuracies, seconds = [], []
    for seed in SEEDS:
        start = time.perf_counter()
        result = train(train_set, dev_set, layer_sizes, seed=seed, **settings)
        seconds.append(time.perf_counter() - start)
        accuracies.append(result.best_dev_accuracy)
    return accuracies, seconds


def table():
    """Return the table as lines of Markdown."""
    lines = [
        "| network | training | development accuracy, mean of 5 seeds | from … to | seconds a run |",
        "|---|---|---|---|---|",
    ]
    for training, (layer_sizes, settings) in RUNS.items():
        accuracies, seconds = measure(layer_sizes, settings)
        lines.append(
            f"| {'-'.join(map(str, layer_sizes))} | {training} | {np.mean(accuracies):.1%} "
            f"| {min(accuracies):.1%} … {max(accuracies):.1%} | {np.median(seconds):.1f} |"
        )
    return lines


def main():
    """Print the table and put it between the marks of the README; return 1 where the marks are missing."""
    block = "\n".join(table())
    print(block)
    text = README.read_text(encoding="utf-8")
    before, mark, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        print(f"README.md lacks the marks {BEGIN} and {END}; put them where the table belongs")
        return 1
    replace_file(README, f"{before}{BEGIN}\n{block}\n{END}{after}".encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
