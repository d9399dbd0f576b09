"""The runs of a sweep as a table, and its summary over the seeds."""

import numpy as np
import pandas as pd

from helpers.experiments.tasks import RESULT_COLUMNS
from helpers.internals.fingerprints import fingerprint, readable


def setting_column(values):
    """Return one setting of every run as the table shows it; different functions never look the same.

    values: one a run. Raises nothing.
    """
    texts, shown = {}, []
    for value in values:
        text = readable(value)
        if callable(value):
            others = texts.setdefault(text, [])
            if (mark := fingerprint(value)) not in others:
                others.append(mark)
            text += f" #{others.index(mark) + 1}" if others.index(mark) else ""
        shown.append(text)
    return shown


def run_table(columns, jobs, rows):
    """Return the finished rows as a DataFrame.

    columns: {setting: its readable values, one a run}. jobs: (settings, seed) of every run. rows: a dictionary each,
    or None for a run that is not done. Raises nothing.
    """
    done = [i for i, row in enumerate(rows) if row is not None]
    parts = {name: _series([values[i] for i in done]) for name, values in columns.items()}
    parts["seed"] = _series([jobs[i][1] for i in done])
    extra = dict.fromkeys(name for i in done for name in rows[i] if name not in RESULT_COLUMNS)
    for name in (*RESULT_COLUMNS, *extra):
        parts[name] = _series([rows[i].get(name, np.nan) for i in done], as_they_are=name == "error")
    return pd.DataFrame(parts)


def _series(values, as_they_are=False):
    """Return a column that keeps None and tuples as they are."""
    keep = as_they_are or any(value is None or isinstance(value, tuple) for value in values)
    return pd.Series(values, dtype=object if keep else None)


def summarize(runs, by, column="best_dev_accuracy"):
    """Return mean, standard deviation (of a sample), min, max and count of a column for each value of `by`.

    runs: what run_experiment returned. by: the name of a column, or a list of names; the values keep the order in
    which they occur. Runs without a number in the column, such as failed ones, are left out and not counted.
    Raises ValueError for a column that is not there.
    """
    names = [by] if isinstance(by, str) else list(by)
    for name in [*names, column]:
        if name not in runs.columns:
            raise ValueError(f"runs have no column {name!r}; they have {', '.join(map(str, runs.columns))}")
    groups = {}
    for *key, value in zip(*(runs[name] for name in names), runs[column], strict=True):
        groups.setdefault(tuple(key), []).append(value)
    table = pd.DataFrame(
        [pd.Series(values, dtype=float).agg(["mean", "std", "min", "max", "count"]) for values in groups.values()],
    ).astype({"count": int})
    if isinstance(by, str):
        table.index = pd.Index(_series([key for (key,) in groups]), name=by, tupleize_cols=False)
    else:
        table.index = pd.MultiIndex.from_tuples(list(groups), names=names)
    return table
