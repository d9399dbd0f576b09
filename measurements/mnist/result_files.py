"""Result files: what was measured, and everything that one needs to measure it again."""

import datetime
import json
import os
import platform
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


def save_results(name, results, *, started, folder=None):
    """Write results and circumstances to NAME.json in notebooks/results; return its path."""
    record = {**circumstances(started), **results}
    text = json.dumps(record, indent=1, ensure_ascii=False)
    return replace_file(Path(folder or RESULTS) / f"{name}.json", (text + "\n").encode())


def circumstances(started):
    """Return command, day, seconds since `started` (a time.time()), machine and versions."""
    return {
        "command": shlex.join(
            ["python", "-m", f"measurements.mnist.{Path(sys.argv[0]).stem}", *sys.argv[1:]]
        ),
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
