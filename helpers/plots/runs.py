"""What figures of a sweep have in common: which runs count, and what settings and axes are called."""

import numbers

import numpy as np

from helpers.plots.figure import number

LABELS = {
    "best_dev_accuracy": "best development accuracy (fraction)",
    "learning_rate": "learning rate",
    "layer_sizes": "layer sizes",
    "batch_size": "batch size (examples)",
    "parameters": "parameters (weights and biases)",
    "seconds": "training time (seconds)",
    "best_epoch": "best epoch",
    "epochs": "epochs trained",
    "max_epochs": "most epochs",
    "patience": "patience (epochs)",
}


def check_runs(runs, *names):
    """Raise ValueError unless runs is a DataFrame with at least one row and all columns `names`."""
    for name in names:
        if name not in getattr(runs, "columns", ()):
            have = ", ".join(map(str, getattr(runs, "columns", ()))) or "no columns"
            raise ValueError(f"runs have no column {name!r}; they have {have}")
    if len(runs) == 0:
        raise ValueError("there is no run to draw; run_experiment makes them")


def column_values(runs, name):
    """Return the values of a column as a list in which everything missing is None. Raises KeyError without it."""
    return [None if value is None or value != value else value for value in runs[name]]


def ended_well(runs, column):
    """Return for each run whether it neither failed nor diverged and has a finite value in `column`.

    runs: what run_experiment returned. Raises KeyError for a missing column.
    """
    finite = np.isfinite(np.asarray(runs[column], dtype=float))
    if "stop_reason" in runs.columns:
        finite &= ~np.isin(np.asarray(runs["stop_reason"], dtype=str), ["diverged", "error"])
    return finite


def value_name(value, column=""):
    """Return a setting's value in words: layer sizes as 784-10-10, no batch size as full batch.

    column: the name of the setting. Raises nothing.
    """
    if isinstance(value, tuple):
        return "-".join(map(value_name, value))
    if value is None or value != value:
        return {"batch_size": "full batch", "patience": "no limit"}.get(column, "none")
    if isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_):
        return f"{value:g}" if abs(value) < 1e6 else number(value)
    return str(value)


def axis_label(column, label=None):
    """Return the label of an axis, with units: `label` if it is given, else the column in words. Raises nothing."""
    return label or LABELS.get(column, column.replace("_", " "))


def default_title(xlabel, ylabel):
    """Return a title made of both labels without their units. Raises nothing."""
    return f"{ylabel.split(' (')[0].capitalize()} against {xlabel.split(' (')[0]}"
