"""Write the tables of the README and of docs/RESULTS.md.

Those on MNIST are taken from the files that the long training runs have left. That on the bundled
digits is trained here: its accuracies are the same everywhere, its seconds those of this machine.
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
LONG_RUNS = ROOT / "notebooks" / "results"
PAGE = ROOT / "docs" / "RESULTS.md"
FILES = {"records": ROOT / "README.md", "lecun": PAGE, "frontier": PAGE, "results": PAGE}
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
    final = long_runs("final")
    rows = [*final["recipes"].values(), final["distilled"]]
    committee, members = final["committee"], final["committee"]["members"].values()
    epochs = max(member["settings"]["max_epochs"] for member in members)  # all have the same
    seconds = sum(member["runs"][0]["cpu_seconds"] for member in members)
    return [
        "| network | training | test accuracy | core seconds |",
        "|---|---|---|---|",
        *map(record, rows),
        f"| {len(members)} networks, a vote | {epochs} epochs of Adam each, on distorted images "
        f"| {committee['test_accuracy']:.2%} | {seconds:,.0f} |",
    ]


def record(recipe):
    """Return the line of one recipe."""
    settings, runs = recipe["settings"], recipe["runs"]
    accuracies = [100 * run["test_accuracy"] for run in runs]
    reached = f"{spread(accuracies, 2)}%".replace(" ±", "% ±")
    many = f", mean of {len(runs)} seeds" if len(runs) > 1 else ""
    seconds = np.mean([run["cpu_seconds"] for run in runs])
    return (
        f"| {'-'.join(map(str, settings['layer_sizes']))} | {settings['max_epochs']} epochs of Adam"
        f"{images_of(settings)}{many} | {reached} | {seconds:,.{0 if seconds > 100 else 1}f} |"
    )


def long_runs(name):
    """Return what a file of the long training runs holds."""
    return json.loads((LONG_RUNS / f"{name}.json").read_text(encoding="utf-8"))


def images_of(settings):
    """Return what was done to the images of a training run, in words."""
    if settings.get("dropout"):
        return ", told nothing about neighboring pixels"
    kinds = [*settings.get("prepare", []), *(["distorted"] if "distort" in settings else [])]
    taught = ", taught by the seven" if "teachers" in settings else ""
    return f", on {' and '.join(kinds)} images{taught}" if kinds else ""


def spread(values, digits):
    """Return mean and standard deviation, or the one value there is."""
    mean = f"{np.mean(values):.{digits}f}"
    return f"{mean} ± {np.std(values, ddof=1):.{digits}f}" if len(values) > 1 else mean


def lecun_table():
    """Return the plain networks of the MNIST page, then and now, as lines of Markdown."""
    lines = [
        "| network | year | error then (%) | error now (%) | seeds | seconds now |",
        "|---|---|---|---|---|---|",
    ]
    results = long_runs("lecun_table")
    for row in [*results["rows"], *results["not_run"]]:
        runs = row.get("runs", [])
        now = spread([100 * (1 - run["test_accuracy"]) for run in runs], 2) if runs else "not run"
        seconds = f"{np.mean([run['cpu_seconds'] for run in runs]):.0f}" if runs else ""
        then = "not verified" if row["then"] is None else row["then"]
        lines.append(
            f"| {row['name']} | {row['year']} | {then} | {now} | {len(runs) or ''} | {seconds} |"
        )
    return lines


def frontier_table():
    """Return accuracy against the number of parameters as lines of Markdown."""
    lines = ["| parameters | network | images | accuracy (%) | seconds |", "|---|---|---|---|---|"]
    for row in sorted(long_runs("frontier")["rows"], key=lambda row: row["parameters"]):
        kinds = [*row["settings"]["prepare"], *(["distorted"] if row["distort"] else [])]
        accuracies = [100 * run["test_accuracy"] for run in row["runs"]]
        lines.append(
            f"| {row['parameters']:,} | {'-'.join(map(str, row['layer_sizes']))} "
            f"| {', '.join(kinds) or 'as they are'} | {spread(accuracies, 2)} "
            f"| {np.mean([run['cpu_seconds'] for run in row['runs']]):.0f} |"
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
    tables = {"records": records_table, "lecun": lecun_table, "frontier": frontier_table}
    for name, make in {**tables, "results": table}.items():
        lines = make()
        print("\n".join(lines))
        text = FILES[name].read_text(encoding="utf-8")
        replace_file(FILES[name], insert(text, name, lines).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
