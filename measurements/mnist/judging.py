"""Looking at the test images, once for all networks of a study, and comparing what they misread."""

import math
from itertools import pairwise

import numpy as np

from helpers.network import Layer
from helpers.storage import load_metadata, load_parameters, save_parameters
from measurements.mnist.recipes import LECUN_PAIRS, NOT_RUN, STUDIES
from measurements.mnist.result_files import (
    MODELS,
    load_results,
    save_results,
    settings_tried,
)
from measurements.mnist.running import images, networks_of, wrong_ones

IN_ONE_FILE = ("final", "committee", "distilled")
BUNDLED = "medium, distorted"  # what the digit pad asks: small enough to be in the repository
KEPT = ("seed", "seconds", "cpu_seconds", "command", "date", "machine", "versions")


def mcnemar(only_first, only_second):
    """Return the p of McNemar's exact test: two counts of digits that one of two networks misreads.

    How often would a fair coin, thrown once for each of these digits, be at least as uneven?
    """
    n, few = only_first + only_second, min(only_first, only_second)
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(few + 1)) / 2**n)


def paired(first, second):
    """Return the two counts and p for two arrays of indices of misread digits."""
    only_first, only_second = len(np.setdiff1d(first, second)), len(np.setdiff1d(second, first))
    p = mcnemar(only_first, only_second)
    return {"only_first": only_first, "only_second": only_second, "p": float(f"{p:.2g}")}


def judge(study, started):
    """Test every network of a study that was trained, and write its file; return the path.

    What the file says of rows without a network stays.
    """
    test_set, file = images("test"), "final" if study in IN_ONE_FILE else study
    try:
        known = load_results(file)
    except FileNotFoundError:
        known = {}
    rows, votes = test_rows(study, test_set)
    before = {row["name"]: row["runs"] for row in known_rows(study, known)}
    rows = [row | {"runs": row["runs"] or before.get(row["name"], [])} for row in rows]
    if study == "lecun_table":
        pairs = [pair for names in LECUN_PAIRS for pair in compare(rows, *names)]
        results = {"rows": rows, "not_run": NOT_RUN, "paired": pairs}
    elif study == "frontier":
        results = {"rows": rows}
    else:
        kept = {
            key: known[key]
            for key in ("recipes", "committee", "distilled", "bundled")
            if key in known
        }
        results = kept | part_of_final(study, rows, votes, test_set)
    tried = sum(map(settings_tried, IN_ONE_FILE if file == "final" else (study,)))
    return save_results(file, {"settings_tried": tried, **results}, started=started)


def test_rows(study, test_set):
    """Return the rows of a study, and the probabilities that each row's networks give."""
    rows, votes = [], {}
    for name, row in STUDIES[study].items():
        runs = []
        for path in networks_of(study, name):
            about, parameters = load_metadata(path), load_parameters(path)
            if about["settings"] != row["settings"]:
                continue
            wrong, probabilities = wrong_ones(parameters, row["settings"], test_set)
            votes.setdefault(name, []).append(probabilities)
            accuracy = round(1 - len(wrong) / len(test_set), 6)
            kept = KEPT if study in IN_ONE_FILE else KEPT[:5]
            run = {key: about[key] for key in kept} | {"test_accuracy": accuracy}
            runs.append(run | ({} if study == "frontier" else {"wrong": wrong.tolist()}))
        rows.append(describe(name, row) | {"runs": sorted(runs, key=lambda run: run["seed"])})
    return rows, votes


def known_rows(study, known):
    """Return what the file of a study says of its rows."""
    if study == "final":
        return [{"name": name, **row} for name, row in known.get("recipes", {}).items()]
    return known.get("rows", []) if study not in IN_ONE_FILE else []


def part_of_final(study, rows, votes, test_set):
    """Return what a study adds to final.json."""
    short = {row["name"]: {key: row[key] for key in ("settings", "runs")} for row in rows}
    if study == "final":
        recipes = {name: row for name, row in short.items() if row["runs"]}
        return {"recipes": recipes} | bundle(test_set)
    if study == "distilled":
        return {"distilled": short["784-128-10"]}
    missing = [name for name in short if name not in votes]
    if missing:
        raise ValueError(f"the committee lacks {', '.join(missing)}; run its command again")
    return {"committee": vote(rows, votes, test_set) | {"members": short}}


def describe(name, row):
    """Return what is to be known of a row beside its runs."""
    settings = row["settings"]
    sizes, prepare = settings["layer_sizes"], settings.get("prepare", ())
    return {
        "name": name,
        **{key: value for key, value in row.items() if key != "settings"},
        "layer_sizes": sizes,
        "parameters": sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes)),
        "deskew": "deskewed" in prepare,
        "pooled": "pooled" in prepare,
        "cropped": "cropped" in prepare,
        "distort": distortion(settings),
        "settings": settings,
    }


def distortion(settings):
    """Return "elastic", "affine" or None."""
    if "distort" not in settings:
        return None
    return "elastic" if settings["distort"].get("elastic_strength") else "affine"


def compare(rows, first, second):
    """Return one comparison for each seed that two rows share."""
    runs = {row["name"]: {run["seed"]: run for run in row["runs"]} for row in rows}
    seeds = sorted(runs[first].keys() & runs[second].keys())
    return [
        {"first": first, "second": second, "seed": seed}
        | paired(*(runs[name][seed]["wrong"] for name in (first, second)))
        for seed in seeds
    ]


def vote(rows, votes, test_set):
    """Return what the first networks of all rows misread together, beside the best of them."""
    together = sum(probabilities[0] for probabilities in votes.values())
    wrong = np.flatnonzero(together.argmax(axis=0) != test_set.labels)
    best = min(rows, key=lambda row: len(row["runs"][0]["wrong"]))
    return {
        "networks": list(votes),
        "test_accuracy": round(1 - len(wrong) / len(test_set), 6),
        "wrong": wrong.tolist(),
        "beside": {"first": "the vote", "second": best["name"]}
        | paired(wrong, best["runs"][0]["wrong"]),
    }


def bundle(test_set):
    """Write the network for the notebooks as float16, if it is there; return its bytes and its accuracy then."""
    paths = networks_of("final", BUNDLED)
    if not paths:
        return {}
    about = load_metadata(paths[0])
    facts = {"recipe": BUNDLED} | {key: about[key] for key in KEPT}
    model = save_parameters(
        MODELS / "mnist_network.npz", load_parameters(paths[0]), metadata=facts, dtype=np.float16
    )
    layers = [Layer(W.astype(np.float32), b.astype(np.float32)) for W, b in load_parameters(model)]
    wrong, _ = wrong_ones(layers, about["settings"], test_set)
    accuracy = round(1 - len(wrong) / len(test_set), 6)
    return {"bundled": {"bytes": model.stat().st_size, "test_accuracy": accuracy}}
