"""The command line: try settings on development images, train on all images, look at the test.

`--dev` trains on the first 50,000 training images and counts the mistakes on the last 10,000; each
such run is one line of tried.csv, so that anyone can count what was tried. Without it the networks
of a study are trained on all 60,000 and kept in build/networks, except those that are there
already: a run that was stopped goes on with the next missing one. `--test` then looks at the
10,000 test images, once for all of them, and writes notebooks/results.
"""

import argparse
import json
import time

from measurements.mnist.judging import describe, judge
from measurements.mnist.recipes import ON_DEVELOPMENT_IMAGES, STUDIES
from measurements.mnist.result_files import load_results, note_trial, save_results, settings_tried
from measurements.mnist.running import (
    DEV_SIZE,
    development_images,
    images,
    run_recipe,
    train_missing,
    wrong_ones,
)


def main(arguments=None):
    """Do what the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m measurements.mnist",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("study", choices=STUDIES)
    parser.add_argument("--only", nargs="+", metavar="ROW", help="instead of all rows of the study")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--dev", action="store_true", help="judge by development images")
    parser.add_argument(
        "--set", nargs="+", default=[], metavar="NAME=VALUE", help="with --dev: other settings"
    )
    parser.add_argument("--test", action="store_true", help="look at the test images afterwards")
    options = parser.parse_args(arguments)
    unknown = set(options.only or ()) - set(STUDIES[options.study])
    if unknown:
        parser.error(
            f"{options.study} has no row {unknown.pop()!r}: {', '.join(STUDIES[options.study])}"
        )
    started, names = time.time(), options.only or list(STUDIES[options.study])
    if options.dev or options.study in ON_DEVELOPMENT_IMAGES:
        changes = dict(map(_name_and_value, options.set))
        develop(options.study, names, options.seeds, changes, keep=not options.dev, started=started)
        return
    dataset = images("train")
    for seed in options.seeds:
        for name in names:
            if train_missing(options.study, name, seed, dataset):
                print(f"{time.time() - started:6.0f} s  {name}, seed {seed}", flush=True)
    if options.test:
        print(judge(options.study, started))


def develop(study, names, seeds, changes, *, keep, started):
    """Train on 50,000 images and judge by 10,000; note each run, and keep those of a study."""
    dataset, dev_set = development_images()
    for seed in seeds:
        for name in names:
            recipe = {**STUDIES[study][name]["settings"], **changes}
            if keep and _is_kept(study, name, seed, recipe):
                continue
            parameters, cpu_seconds = run_recipe(recipe, dataset, seed)
            mistakes = len(wrong_ones(parameters, recipe, dev_set)[0])
            note_trial(study, name, seed, mistakes, cpu_seconds, recipe)
            print(
                f"{100 - 100 * mistakes / len(dev_set):.2f} %  {cpu_seconds:6.1f} s  {name}, seed {seed}",
                flush=True,
            )
            if keep:
                accuracy = round(1 - mistakes / len(dev_set), 6)
                run = {"seed": seed, "dev_accuracy": accuracy, "cpu_seconds": cpu_seconds}
                keep_run(study, name, run, started)


def keep_run(study, name, run, started):
    """Put a run into the file of a study that is judged by development images."""
    runs = {row["name"]: row["runs"] for row in _kept(study)}
    same = [other for other in runs.get(name, []) if other["seed"] != run["seed"]]
    runs[name] = sorted([*same, run], key=lambda run: run["seed"])
    rows = [
        describe(name, row) | {"runs": runs.get(name, [])} for name, row in STUDIES[study].items()
    ]
    results = {"dev_size": DEV_SIZE, "settings_tried": settings_tried(study), "rows": rows}
    save_results(study, results, started=started)


def _is_kept(study, name, seed, recipe):
    return any(
        row["name"] == name and row["settings"] == recipe and run["seed"] == seed
        for row in _kept(study)
        for run in row["runs"]
    )


def _kept(study):
    """Return the rows in a study's file whose settings are still those of the recipes."""
    try:
        rows = load_results(study)["rows"]
    except FileNotFoundError:
        return []
    recipes = STUDIES[study]
    return [row for row in rows if row["settings"] == recipes.get(row["name"], {}).get("settings")]


def _name_and_value(text):
    """Return (name, value) of NAME=VALUE, the value as JSON says."""
    name, _, value = text.partition("=")
    return name, json.loads(value)
