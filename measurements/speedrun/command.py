"""Measure an entry of the speed run, keep its result, and write it into docs/SPEEDRUN.md.

MNIST comes from load_dataset("mnist"): the environment variable NEURAL_NETWORK_DATA names a folder
that has it.
"""

import argparse
import datetime
import importlib
import inspect
import os
import re
import sys
import time

from measurements.mnist.result_files import save_results
from measurements.mnist.running import development_images, images
from measurements.speedrun.measuring import (
    RuleBroken,
    count_lines,
    measure,
    result_line,
    summarize,
    watched,
)
from measurements.speedrun.page import stored, write_page

RECORD = "bent_batches"  # the fastest entry, which is measured unless another is named
SEEDS = range(5)
AT_LEAST = 0.99
SIGNATURE = re.compile(r"Entered by (.+?); (\d+) settings? tried", re.DOTALL)


def main():
    """Measure the entry that the command line names. Exits where a rule is broken."""
    parser = argparse.ArgumentParser(prog="python -m measurements.speedrun", description=__doc__)
    parser.add_argument("entry", nargs="?", default=RECORD, help="a module of entries/")
    parser.add_argument(
        "--development",
        action="store_true",
        help="train on 50,000 images, judge by the other 10,000, and write nothing",
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    arguments = parser.parse_args()
    os.environ["TQDM_DISABLE"] = "1"  # the bar would start a thread
    started = time.time()
    try:
        recipe, about = read_entry(arguments.entry)
        runs = measure(recipe, *sets(arguments.development), seeds=arguments.seeds)
    except RuleBroken as broken:
        sys.exit(f"{arguments.entry} is refused: {broken}")
    summary = summarize(runs)
    if arguments.development:
        print("On development images:")
    elif arguments.seeds != list(SEEDS):
        print("Not kept: an entry has the seeds 0 to 4")
    elif summary["test_accuracy"] < AT_LEAST:
        print(
            f"Not kept: the mean is {summary['test_accuracy']:.2%}, "
            f"expected at least {AT_LEAST:.1%}"
        )
    else:
        keep({"name": arguments.entry, **about, **summary, "runs": runs}, started)
    print(f"{summary['relative']:.1f} times the matrix products of an epoch of 784-256-128-10")
    print(result_line(summary, len(runs)))


def sets(development):
    """Return MNIST's training and test images, or two parts of the training images."""
    return development_images() if development else (images("train"), images("test"))


def read_entry(name):
    """Return the recipe of an entry and what its file says of it. Raises RuleBroken."""
    with watched():
        module = importlib.import_module(f"measurements.speedrun.entries.{name}")
    text = inspect.getdoc(module) or ""
    signature = SIGNATURE.search(text)
    if not signature:
        raise RuleBroken(
            'its docstring has no line "Entered by NAME; 12 settings tried on development images."'
        )
    return module.recipe, {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "who": " ".join(signature[1].split()),
        "tried": int(signature[2]),
        "recipe": text.splitlines()[0],
        "lines": count_lines(inspect.getsource(module)),
    }


def keep(entry, started):
    """Put an entry into speedrun.json in place of the one of its name, and write the page."""
    others = [old for old in stored("speedrun", "entries") if old["name"] != entry["name"]]
    save_results(
        "speedrun",
        {"command": "python -m measurements.speedrun", "entries": [*others, entry]},
        started=started,
    )
    write_page()


if __name__ == "__main__":
    main()
