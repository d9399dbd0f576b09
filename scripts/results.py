"""Write two tables: records on MNIST into the README, bundled digits into docs/RESULTS.md.

The first is taken from the file that the long training runs have left. The second is trained here:
its accuracies are the same everywhere, its seconds are those of this machine.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

from helpers.data import load_dataset, split
from helpers.internals.files import replace_file
from helpers.training import train

ROOT = Path(__file__).resolve().parent.parent
RECORDS = ROOT / "notebooks" / "results" / "final.json"
FILES = {"records": ROOT / "README.md", "results": ROOT / "docs" / "RESULTS.md"}
MARKS = "<!-- {}: written by `{}` -->", "<!-- end of {} -->"
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
    """Return the table as lines of Markdown: the networks on the bundled digits."""
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


def records_table():
    """Return the records on MNIST's test images as lines of Markdown."""
    lines = ["| network | training | test accuracy | seconds a run |", "|---|---|---|---|"]
    for recipe in json.loads(RECORDS.read_text(encoding="utf-8"))["recipes"].values():
        accuracies = [run["test_accuracy"] for run in recipe["runs"]]
        settings, runs = recipe["settings"], len(accuracies)
        many = f", {'mean' if runs > 2 else 'both'} of {runs} seeds" if runs > 1 else ""
        reached = f"{np.mean(accuracies):.2%} ± {np.std(accuracies):.2%}"
        lines.append(
            f"| {'-'.join(map(str, settings['layer_sizes']))} | {settings['max_epochs']} epochs of Adam"
            f"{', on distorted images' if 'distort' in settings else ''}{many} "
            f"| {reached if runs > 2 else ' and '.join(f'{accuracy:.2%}' for accuracy in accuracies)} "
            f"| {np.mean([run['seconds'] for run in recipe['runs']]):.{1 if runs > 2 else 0}f} |"
        )
    return lines


def insert(text, name, lines, by="make results"):
    """Return a text with the lines between its two marks of that name; ValueError where these are missing."""
    begin, end = MARKS[0].format(name, by), MARKS[1].format(name)
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(
            f"the marks {begin} and {end} are missing; put them where the table belongs"
        )
    return "\n".join([f"{before}{begin}", *lines, f"{end}{after}"])


def main():
    """Print the tables and put each between its marks."""
    for name, lines in (("records", records_table()), ("results", table())):
        print("\n".join(lines))
        text = FILES[name].read_text(encoding="utf-8")
        replace_file(FILES[name], insert(text, name, lines).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
