"""The whole suite: measure everything and write RESULTS.md, and its first table into docs/RESULTS.md.

MNIST comes from load_dataset("mnist"): the environment variable NEURAL_NETWORK_DATA names a folder
that has it.
"""

import argparse
import datetime
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from helpers.data import load_dataset
from helpers.internals.files import replace_file
from helpers.training import measured
from measurements.speed import csv_reading, report
from measurements.speed.epochs import NETWORKS, SEED, compare_with_beginner, measure_network
from measurements.speed.machine import describe
from scripts.results import insert

SHOWN = Path(__file__).parents[2] / "docs" / "RESULTS.md"
READERS = csv_reading.READERS | {
    "pandas, default": "table = pandas.read_csv(path); held = int(table.memory_usage().sum())",
    "pandas, pyarrow": 'table = pandas.read_csv(path, engine="pyarrow"); '
    "held = int(table.memory_usage().sum())",
    "numpy.loadtxt uint8": 'd = np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.uint8); '
    "held = d.nbytes",
}


def main():
    """Measure, print and write the report. Raises what load_dataset and the peers raise."""
    parser = argparse.ArgumentParser(prog="python -m measurements.speed", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="few rounds, for development; writes nothing"
    )
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        apart(save_arrays, folder)
        headline, lines = measure_all(folder, rounds=2 if quick else 7, epochs=2 if quick else 10)
    text = "\n".join(lines) + "\n"
    print(text)
    if not quick:
        replace_file(Path(__file__).parent / "RESULTS.md", text.encode())
        page = SHOWN.read_text(encoding="utf-8")
        replace_file(SHOWN, insert(page, "speed", headline, by="make bench").encode())


def save_arrays(folder):
    """Write MNIST as float32 arrays, which every peer reads. Raises what load_dataset raises."""
    train_set, test_set = (
        load_dataset("mnist", part, dtype=np.float32) for part in ("train", "test")
    )
    sample = train_set.subset(measured(len(train_set)))
    for prefix, part in (("", train_set), ("sample_", sample), ("test_", test_set)):
        np.save(folder / f"{prefix}rows.npy", part.X.T)
        np.save(folder / f"{prefix}labels.npy", part.labels)


def measure_all(folder, rounds, epochs):
    """Return the first table and the whole report, lines of Markdown.

    Raises RuntimeError where a peer fails that must not.
    """
    results = [measure_network(folder, *network, rounds, say) for network in NETWORKS]
    beginner = compare_with_beginner(folder, epochs, say)
    csv = measure_csv(folder, max(rounds // 3, 1))
    differences = apart(compare_optimizers)
    pairs = apart(run_the_text)
    today = datetime.date.today().isoformat()
    command = "make bench" if os.environ.get("MAKELEVEL") else "python -m measurements.speed"
    headline = report.headline_table(NETWORKS, results)
    return headline, [
        "# Benchmarks",
        "",
        f"Written by `{command}` on {today}, in one run; do not edit. Seed {SEED} everywhere.",
        "",
        *describe(),
        "",
        "## Training: seconds per epoch",
        "",
        "60,000 images of MNIST, Adam, float32, the same learning rate and batches for all. Each",
        "peer runs in a process of its own on one thread, all pinned to the same core, and they",
        f"take turns, one epoch each per round; a figure is the median of {rounds} rounds after a",
        "first one. Seconds are those that the processor spent on the process, on a quiet machine",
        "the time on the clock, given below too. An epoch of this project is what `train` does by",
        "default; after it PyTorch and JAX measure the same two sets too, loss and accuracy of",
        "10,000 training and 10,000 development images. scikit-learn measures nothing.",
        "",
        *headline,
        "",
        *report.ratios_table(NETWORKS, results),
        "",
        "The same without measuring: of this project with measure_train=False and a development",
        "set of 100 images. The bare loop and NumPy's products leave out the pixels that are 0 in",
        "every image, as `train` does; JAX has them all.",
        "",
        *report.training_table(NETWORKS, results),
        "",
        *report.details_table(NETWORKS, results),
        "",
        "Peak memory holds the libraries and the images (188 MB, twice where a peer copies them).",
        "",
        "## Training: against the usual first version",
        "",
        "float64, all 60,000 images in every step, gradient descent with learning rate 0.1, on the",
        "same core.",
        "",
        *report.beginner_table(beginner),
        "",
        "## Optimizers: against PyTorch",
        "",
        "The largest difference of any parameter after 50 steps from the same start, float64.",
        "",
        *report.table(
            ["optimizer", "difference"],
            [[name, f"{value:.0e}"] for name, value in differences.items()],
        ),
        "",
        "## The PyTorch text of notebook 0",
        "",
        "Run as it stands there; beside it `train` with the same settings. The random starts differ.",
        "",
        *report.table(
            ["seed", "best development accuracy of the text", "of this project"],
            [[seed, *(f"{value:.1%}" for value in pair)] for seed, pair in enumerate(pairs)],
        ),
        "",
        "## Reading a CSV file of 60,000 images",
        "",
        *report.csv_table(csv),
    ]


def measure_csv(folder, rounds):
    """Return csv_reading.measure's answer for every reader, one dictionary per round."""
    path = folder / "train.csv"
    apart(write_csv, folder, path)
    runs = []
    for number in range(rounds):
        runs.append({name: csv_reading.measure(code, path) for name, code in READERS.items()})
        say(f"CSV readers: round {number + 1} of {rounds}")
    return runs


def write_csv(folder, path):
    """Write the training images as a CSV file. Raises OSError."""
    rows, labels = np.load(folder / "rows.npy"), np.load(folder / "labels.npy")
    csv_reading.write_csv(path, np.rint(rows * 255).astype(np.uint8), labels)


def compare_optimizers():
    """Return the differences of agreement.py."""
    from measurements.speed.agreement import (
        largest_differences,
    )  # imports PyTorch, which is not for this process

    return largest_differences()


def run_the_text():
    """Return the pairs of accuracies of bridge.py."""
    from measurements.speed.bridge import accuracies  # imports PyTorch, too

    return accuracies()


def apart(function, *arguments):
    """Call a function in its own process: what it loads is not to count as the readers' memory."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def say(line):
    """Print a line of progress."""
    print(line, file=sys.stderr, flush=True)
