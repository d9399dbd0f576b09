"""Result files: what was measured, and everything that one needs to measure it again."""

import csv
import datetime
import json
import os
import platform
import re
import shlex
import sys
import time
from importlib.metadata import version
from pathlib import Path

from helpers.internals.blas import blas_libraries
from helpers.internals.files import replace_file
from measurements.speed.machine import processor

ROOT = Path(__file__).resolve().parents[2]
RESULTS, MODELS = ROOT / "notebooks" / "results", ROOT / "notebooks" / "models"
NETWORKS = ROOT / "build" / "networks"  # not under version control
TRIED = Path(__file__).parent / "tried.csv"
COLUMNS = ("date", "study", "row", "seed", "dev_mistakes", "cpu_seconds", "settings")
NUMBERS = re.compile(r"\[\s+([\d.,\s]+?)\s+\]")


def save_results(name, results, *, started, folder=None):
    """Write results and circumstances to NAME.json in notebooks/results; return its path."""
    record = {**circumstances(started), **results}
    text = json.dumps(record, indent=1, ensure_ascii=False)
    text = NUMBERS.sub(lambda found: f"[{' '.join(found[1].split())}]", text)  # on one line
    return replace_file(Path(folder or RESULTS) / f"{name}.json", (text + "\n").encode())


def circumstances(started):
    """Return command, day, seconds since `started` (a time.time()), machine and versions."""
    module = f"measurements.mnist.{Path(sys.argv[0]).stem}".removesuffix(".__main__")
    return {
        "command": shlex.join(["python", "-m", module, *sys.argv[1:]]),
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "seconds": round(time.time() - started, 2),
        "machine": machine(),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "pandas")},
        },
    }


def load_results(name, folder=None):
    """Return the dictionary in NAME.json of notebooks/results."""
    return json.loads((Path(folder or RESULTS) / f"{name}.json").read_text(encoding="utf-8"))


def note_trial(study, row, seed, mistakes, cpu_seconds, recipe):
    """Add a run on development images to the list of all that was tried."""
    is_new = not TRIED.exists()
    today = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")
    with TRIED.open("a", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        if is_new:
            writer.writerow(COLUMNS)
        writer.writerow([today, study, row, seed, mistakes, cpu_seconds, json.dumps(recipe)])


def settings_tried(study):
    """Return how many different settings were tried for a study, on development images."""
    if not TRIED.exists():
        return 0
    with TRIED.open(newline="", encoding="utf-8") as lines:
        runs = [run for run in csv.DictReader(lines) if run["study"] == study]
    return len({(run["row"], run["settings"]) for run in runs})


def machine():
    """Return processor, cores and BLAS library, in a dictionary that names no computer."""
    libraries = blas_libraries()
    blas = [
        {
            key: library.get(key)
            for key in ("internal_api", "version", "architecture", "num_threads")
        }
        for library in (libraries.info() if libraries else [])
    ]
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "blas": blas,
    }
