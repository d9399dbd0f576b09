"""One run of a sweep, as a worker does it: settings in, a row out, and no exception that could end the sweep."""

import multiprocessing
import os
import pickle
import threading
import time
from pathlib import Path

import numpy as np

from helpers.experiments.data import in_rows, unpack
from helpers.internals.blas import threads_for
from helpers.training import train

RESULT_COLUMNS = ("best_dev_accuracy", "best_epoch", "epochs", "seconds", "stop_reason", "parameters", "error")
_UNPACKED = {}  # the last data set of this worker, by its key
_LOCK = threading.Lock()


def run_one(train_set, dev_set, settings, seed, measure=None):
    """Train once and return the row as a dictionary: RESULT_COLUMNS, and what `measure` adds.

    Every run has one BLAS thread, wherever it runs, since more can change the last bits of a product. An exception
    becomes the row's "error". Raises nothing but KeyboardInterrupt, which `train` itself turns into a stop_reason.
    """
    try:
        with threads_for(0):
            start = time.perf_counter()
            result = train(train_set, dev_set, **settings, seed=seed)
            seconds = time.perf_counter() - start
            row = {
                "best_dev_accuracy": result.best_dev_accuracy,
                "best_epoch": result.best_epoch,
                "epochs": len(result.history),
                "seconds": seconds,
                "stop_reason": result.stop_reason,
                "parameters": sum(layer.W.size + layer.b.size for layer in result.parameters),
                "error": None,
            }
            if measure is None or result.stop_reason == "interrupted":
                return row
            return row | _checked(measure(result, dev_set), settings)
    except (Exception, SystemExit) as error:
        return failed_row(error)


def failed_row(error):
    """Return the row of a run that failed. error: the exception, or a sentence. Raises nothing."""
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return {**dict.fromkeys(RESULT_COLUMNS, np.nan), "stop_reason": "error", "error": text}


def _checked(measured, settings):
    """Return what `measure` returned as plain numbers and texts, which every executor and file keeps as they are."""
    if not isinstance(measured, dict):
        raise TypeError(f"measure returned {type(measured).__name__}, expected a dictionary {{column: value}}")
    values = {name: value.item() if isinstance(value, np.generic) else value for name, value in measured.items()}
    for name, value in values.items():
        if not isinstance(name, str) or name in (*RESULT_COLUMNS, "seed", *settings):
            raise ValueError(f"measure returned a column {name!r}; choose a name that no other column has")
        if not isinstance(value, bool | int | float | str | None):
            raise TypeError(f"measure returned {type(value).__name__} for {name!r}, expected a number or a text")
    return values


def run_packed(key, shared, job):
    """Do a run that was sent to this process, and return its row as run_one does.

    key: names what is shared. shared: that itself, packed: bytes, a list of pieces, or the path of a file; it is
    unpacked once a worker. job: the pickled settings and seed. Raises nothing but KeyboardInterrupt.
    """
    if multiprocessing.parent_process() is not None:
        os.environ["TQDM_DISABLE"] = "1"  # a worker has no screen of its own
    try:
        train_set, dev_set, measure = _unpacked(key, shared)
        settings, seed = pickle.loads(job)
    except (Exception, SystemExit) as error:
        return failed_row(error)
    return run_one(train_set, dev_set, settings, seed, measure)


def _unpacked(key, shared):
    with _LOCK:
        if key not in _UNPACKED:
            if isinstance(shared, str):
                shared = Path(shared).read_bytes()
            contents = pickle.loads(b"".join(shared) if isinstance(shared, list) else shared)
            _UNPACKED.clear()
            _UNPACKED[key] = (*load_sets(contents["sets"], contents["load"]), contents["measure"])
        return _UNPACKED[key]


def load_sets(packed_sets, load):
    """Return (train_set, dev_set), unpacked, or as the function `load` returns them where that is not None.

    Raises TypeError where `load` returns anything but two Datasets, and what it raises itself.
    """
    if load is None:
        return tuple(unpack(packed) for packed in packed_sets)
    sets = load()
    if not isinstance(sets, tuple | list) or len(sets) != 2 or not all(hasattr(each, "labels") for each in sets):
        raise TypeError(f"the function given as train_set returned {sets!r:.80}, expected (train_set, dev_set)")
    return tuple(in_rows(each) for each in sets)
