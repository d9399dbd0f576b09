"""Sweeps: many training runs, each setting with several seeds, as one table, and its summary."""

import concurrent.futures
import contextlib
import inspect
import itertools
import os
import warnings

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from helpers.experiments.executors import finished_runs
from helpers.experiments.running import RESULT_COLUMNS, in_rows
from helpers.experiments.runs_file import RunFile
from helpers.internals.checks import check_count
from helpers.internals.fingerprints import fingerprint, readable
from helpers.training import train

__all__ = ["grid", "run_experiment", "summarize"]

PATH_VARIABLE = "NEURAL_NETWORK_RUNS"  # names the file of runs for calls without a path
# Raise this number when `train` gives other results for the same arguments: then the runs that
# are on file are done again. tests/training/test_experiments.py notices.
TRAINER_VERSION = 1
DEFAULTS = {
    name: parameter.default
    for name, parameter in inspect.signature(train).parameters.items()
    if name not in ("train_set", "dev_set", "seed", "resume_from", "checkpoint")
}


def grid(base, /, **varied):
    """Return a list of settings: those of `base`, with every combination of the values varied.

    Parameters
    ----------
    base : dict
        Arguments of `train`.
    **varied : list
        For each argument to vary, its values; the last one named changes fastest.

    Returns
    -------
    list of dict

    Raises
    ------
    TypeError
        If `base` is not a dictionary.
    ValueError
        If the values of an argument are not a list, or an empty one.
    """
    if not isinstance(base, dict):
        raise TypeError(
            f"base is a {type(base).__name__}, expected a dictionary of arguments of train"
        )
    values = {name: _values(name, given) for name, given in varied.items()}
    return [
        {**base, **dict(zip(values, chosen, strict=True))}
        for chosen in itertools.product(*values.values())
    ]


def _values(name, given):
    if not isinstance(given, list | tuple | range | np.ndarray) or len(given) == 0:
        raise ValueError(f"{name} is {given!r}, expected a list of values to try, such as [1, 2]")
    if name == "layer_sizes" and not all(isinstance(x, list | tuple | np.ndarray) for x in given):
        raise ValueError(
            f"layer_sizes is {given!r}, expected a list of lists, such as [[4, 3], [4, 5, 3]]"
        )
    return [value.item() if isinstance(value, np.generic) else value for value in given]


def run_experiment(
    train_set, dev_set, settings, *, seeds=5, executor=None, path=None, measure=None, progress=True
):
    """Train with every setting and every seed, and return a table with one row per run.

    The same settings, data and seed give the same row on every executor in float64, bit for bit
    but for the seconds, where the BLAS kernels are the same. Ctrl-C ends the sweep: the finished
    runs come back, with a warning that says how many.

    Parameters
    ----------
    train_set, dev_set : Dataset
        Or a function that returns both, as `train_set`, and None: each worker calls it once,
        which spares a cluster the sending.
    settings : list of dict, or dict
        Arguments of `train`, as `grid` returns them.
    seeds : int or list of int
        How many seeds, from 0 up, or which.
    executor : concurrent.futures.Executor, optional
        `process_pool()` for all cores, `Client.get_executor()` of Dask for a cluster, or any
        other; by default the runs are done in this process.
    path : str or Path, optional
        A file to which each run is written as it ends. Runs that it holds are read and not done
        again, so that the same call goes on where it stopped; failed ones are tried again. By
        default the file that the environment variable NEURAL_NETWORK_RUNS names, if it is set.
    measure : callable, optional
        measure(result, dev_set) returns a dictionary of further columns, numbers or texts. It is
        called where the run is.
    progress : bool
        Whether to show a bar, and how many runs were read from the file.

    Returns
    -------
    pandas.DataFrame
        The rows in the order of settings and seeds. Columns: every setting that occurs, its
        default where it is not given; seed; best_dev_accuracy (fraction), best_epoch, epochs,
        seconds (of the training), stop_reason, parameters (how many); error, None or what went
        wrong; those of `measure`.

    Raises
    ------
    TypeError
        If a set is not a Dataset.
    ValueError
        If another argument does not fit or cannot be sent to another process, or `path` is some
        other file.
    RuntimeError
        If a worker was killed. With `path`, the same call goes on from there.
    """
    settings, seeds = _checked_settings(settings), _checked_seeds(seeds)
    if callable(train_set) and dev_set is None:
        source, data = train_set, fingerprint(train_set)
    else:
        source = _checked_set("train_set", train_set), _checked_set("dev_set", dev_set)
        data = fingerprint([_content(dataset) for dataset in source])
    jobs = [(setting, seed) for setting in settings for seed in seeds]
    names = {name: None for setting in settings for name in setting}
    columns = {name: _shown([(DEFAULTS | setting)[name] for setting, _ in jobs]) for name in names}
    shown = [{name: values[i] for name, values in columns.items()} for i in range(len(jobs))]
    keys = [_key(setting, seed, data, measure) for setting, seed in jobs]
    path = path or os.environ.get(PATH_VARIABLE)
    file = path and RunFile(path)
    rows = [file.rows.get(key) if file else None for key in keys]
    todo = [(i, *jobs[i]) for i, row in enumerate(rows) if row is None]
    if progress and len(todo) < len(jobs):
        read = len(jobs) - len(todo)
        print(f"{read} of {len(jobs)} runs are read from the file, {len(todo)} are done here.")
    bar = tqdm(
        total=len(jobs),
        initial=len(jobs) - len(todo),
        unit="run",
        leave=False,
        disable=not progress
        or not todo
        or bool(os.environ.get("TQDM_DISABLE")),  # not read by tqdm in a notebook
    )
    interrupted = False
    finished = finished_runs(todo, executor, source, data, measure)
    with bar, contextlib.closing(finished):
        try:
            for index, row in finished:
                if row["stop_reason"] == "interrupted":
                    raise KeyboardInterrupt
                rows[index] = row
                if file:
                    file.append(keys[index], {**shown[index], "seed": jobs[index][1]}, row)
                bar.update()
        except KeyboardInterrupt:
            interrupted = True
        except (concurrent.futures.BrokenExecutor, concurrent.futures.CancelledError) as error:
            raise RuntimeError(_lost(error, rows, file)) from error
    done = [i for i, row in enumerate(rows) if row is not None]
    if interrupted:
        saved = "; the same call with this path goes on from there" if file else ""
        warnings.warn(f"interrupted: {len(done)} of {len(jobs)} runs are done{saved}", stacklevel=2)
    first = [*names, "seed", *RESULT_COLUMNS]
    return _table([{**shown[i], "seed": jobs[i][1], **rows[i]} for i in done], first)


def _checked_settings(settings):
    settings = [settings] if isinstance(settings, dict) else list(settings)
    if not settings or not all(isinstance(setting, dict) for setting in settings):
        raise ValueError(
            "settings must be a list of dictionaries, one or more; grid(base, ...) makes one"
        )
    for setting in settings:
        if unknown := [name for name in setting if name not in DEFAULTS]:
            known = f"it has {', '.join(DEFAULTS)}"
            hint = "seeds come as seeds=" if unknown[0] == "seed" else known
            raise ValueError(f"{unknown[0]!r} is not a setting of train; {hint}")
        if missing := [name for name in ("layer_sizes", "learning_rate") if name not in setting]:
            raise ValueError(f"the setting {setting!r:.80} has no {missing[0]}, which train needs")
    return settings


def _checked_seeds(seeds):
    if isinstance(seeds, int | np.integer):
        check_count("seeds", seeds)
        return list(range(seeds))
    seeds = [int(seed) if isinstance(seed, np.integer) else seed for seed in seeds]
    for seed in seeds:
        check_count("seed", seed, at_least=0)
    if not seeds or len(set(seeds)) < len(seeds):
        raise ValueError(f"seeds are {seeds!r}, expected at least one, each of them once")
    return seeds


def _checked_set(name, dataset):
    if not hasattr(dataset, "X") or not hasattr(dataset, "labels"):
        raise TypeError(
            f"{name} is a {type(dataset).__name__}, expected a Dataset; load_dataset or load_csv makes one"
        )
    return in_rows(dataset)


def _content(dataset):
    # in the browser labels have 32 bits
    labels = dataset.labels if dataset.labels is None else dataset.labels.astype(np.int64)
    return [dataset.X.T, labels, dataset.class_names, dataset.image_shape]


def _key(setting, seed, data, measure):
    """Return a text that names all that the row of a run depends on, but for the seconds."""
    setting = DEFAULTS | setting
    with contextlib.suppress(TypeError):  # the run itself says what is wrong with a dtype
        setting["dtype"] = np.dtype(setting["dtype"]).name
    return fingerprint([TRAINER_VERSION, sorted(setting.items()), seed, data, measure])


def _shown(values):
    """Return one setting of every run as the table shows it; no two functions look the same."""
    marks, shown = {}, []
    for value in values:
        text = readable(value)
        if callable(value):
            others = marks.setdefault(text, [])
            if (mark := fingerprint(value)) not in others:
                others.append(mark)
            text += f" #{others.index(mark) + 1}" if others.index(mark) else ""
        shown.append(text)
    return shown


def _lost(error, rows, file):
    """Say that a worker was lost, and how to go on."""
    done = f"{len(rows) - rows.count(None)} of {len(rows)} runs"
    advice = (
        f"{done} are on file, and the same call goes on from there"
        if file
        else f"the {done} that had ended are lost: give the call a file, such as path='runs.jsonl'"
    )
    return f"a worker was lost ({(str(error) or type(error).__name__).splitlines()[0]}); {advice}"


def _table(records, first):
    """Return the records, dictionaries, as a DataFrame whose first columns have these names."""
    names = dict.fromkeys([*first, *(name for record in records for name in record)])
    return pd.DataFrame(
        {
            name: _series([record.get(name, np.nan) for record in records], name == "error")
            for name in names
        }
    )


def _series(values, as_they_are=False):
    """Return a column that keeps None and tuples as they are."""
    keep = as_they_are or any(value is None or isinstance(value, tuple) for value in values)
    return pd.Series(values, dtype=object if keep else None)


def summarize(runs, by, column="best_dev_accuracy"):
    """Summarize a column of a sweep for each value of another, over the seeds.

    Parameters
    ----------
    runs : pandas.DataFrame
        What `run_experiment` returned.
    by : str or list of str
        Columns; their values keep the order in which they occur.
    column : str
        What is summarized. Runs without a number there, such as failed ones, are not counted.

    Returns
    -------
    pandas.DataFrame
        Mean, standard deviation (of a sample), min, max and count.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    names = [by] if isinstance(by, str) else list(by)
    for name in [*names, column]:
        if name not in runs.columns:
            raise ValueError(
                f"runs have no column {name!r}; they have {', '.join(map(str, runs.columns))}"
            )
    groups = {}
    for *key, value in zip(*(runs[name] for name in names), runs[column], strict=True):
        groups.setdefault(tuple(key), []).append(value)
    statistics = ["mean", "std", "min", "max", "count"]
    table = pd.DataFrame(
        [pd.Series(values, dtype=float).agg(statistics) for values in groups.values()]
    ).astype({"count": int})
    if isinstance(by, str):
        values = _series([key for (key,) in groups])
        table.index = pd.Index(values, name=by, tupleize_cols=False)
    else:
        table.index = pd.MultiIndex.from_tuples(list(groups), names=names)
    return table
