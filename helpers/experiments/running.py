"""One run of a sweep: settings in, a row out, and no exception that could end the sweep."""

import dataclasses
import threading
import time

import numpy as np

from helpers.internals.blas import limit_blas_threads
from helpers.training import train

RESULT_COLUMNS = (
    "best_dev_accuracy",
    "best_epoch",
    "epochs",
    "seconds",
    "stop_reason",
    "parameters",
    "error",
)
_SETS = {}  # both sets of the last sweep that this process worked for, by their key
_LOCK = threading.Lock()


def run_one(train_set, dev_set, settings, seed, measure=None):
    """Train once; return RESULT_COLUMNS and what `measure` adds, an exception as "error"."""
    try:
        # one BLAS thread wherever it runs: more can change the last bits of a product
        with limit_blas_threads(0):
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
    """Return the row of a run that ended with this exception."""
    text = f"{type(error).__name__}: {error}"
    return {**dict.fromkeys(RESULT_COLUMNS, np.nan), "stop_reason": "error", "error": text}


def _checked(measured, settings):
    """Return what `measure` returned as plain numbers and texts, which every file can hold."""
    if not isinstance(measured, dict):
        raise TypeError(
            f"measure returned {type(measured).__name__}, expected a dictionary {{column: value}}"
        )
    values = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in measured.items()
    }
    for name, value in values.items():
        if not isinstance(name, str) or name in (*RESULT_COLUMNS, "seed", *settings):
            raise ValueError(
                f"measure returned a column {name!r}; choose a name that no other column has"
            )
        if not isinstance(value, bool | int | float | str | None):
            raise TypeError(
                f"measure returned {type(value).__name__} for {name!r}, expected a number or a text"
            )
    return values


def run_in_worker(key, load, settings, seed, measure):
    """Return the row of one run; `load`, which returns both sets, is called once per worker."""
    try:
        with _LOCK:
            if key not in _SETS:
                sets = load_sets(load)
                _SETS.clear()
                _SETS[key] = sets
            sets = _SETS[key]
    except (Exception, SystemExit) as error:
        return failed_row(error)
    return run_one(*sets, settings, seed, measure)


def load_sets(load):
    """Return (train_set, dev_set) as the function `load` does, in the memory order of all runs."""
    sets = load()
    pair = isinstance(sets, tuple | list) and len(sets) == 2
    if not pair or not all(hasattr(each, "labels") for each in sets):
        raise TypeError(
            f"the function given as train_set returned {sets!r:.80}, expected (train_set, dev_set)"
        )
    return tuple(in_rows(each) for each in sets)


def in_rows(dataset):
    """Return the Dataset with its images row after row, which decides the last bits of products."""
    if dataset.X.T.flags.c_contiguous:
        return dataset
    return dataclasses.replace(dataset, X=np.ascontiguousarray(dataset.X.T).T)
