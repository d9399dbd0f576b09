"""Sweeps: many trainings, each setting with several seeds, on one core, on all of them, or on a cluster."""

import contextlib
import inspect
import itertools
import os
import warnings

import numpy as np
from tqdm.auto import tqdm

from helpers.experiments.data import in_rows, pack
from helpers.experiments.dispatch import finished_runs
from helpers.experiments.finished import portable, rows_on_file
from helpers.experiments.pool import process_pool
from helpers.experiments.store import RunFile
from helpers.experiments.table import run_table, setting_column, summarize
from helpers.experiments.tasks import load_sets
from helpers.internals.checks import check_count
from helpers.internals.fingerprints import fingerprint, trainer_fingerprint
from helpers.training import train

__all__ = ["grid", "process_pool", "run_experiment", "summarize"]

DEFAULTS = {
    name: parameter.default
    for name, parameter in inspect.signature(train).parameters.items()
    if name not in ("train_set", "dev_set", "seed", "resume_from", "checkpoint")
}


def grid(base, /, **varied):
    """Return a list of settings: those of `base`, with every combination of the values that are varied.

    base: a dictionary of arguments of `train`. varied: for each argument to vary, a list of its values; the last
    one named changes fastest. Raises ValueError for a value that is not such a list, or an empty one.
    """
    if not isinstance(base, dict):
        raise ValueError(f"base is a {type(base).__name__}, expected a dictionary of arguments of train")
    values = {name: _values(name, given) for name, given in varied.items()}
    return [{**base, **dict(zip(values, chosen, strict=True))} for chosen in itertools.product(*values.values())]


def _values(name, given):
    if not isinstance(given, list | tuple | range | np.ndarray) or len(given) == 0:
        raise ValueError(f"{name} is {given!r}, expected a list of values to try, such as [1, 2]")
    given = list(given)
    if name == "layer_sizes" and not all(isinstance(value, list | tuple | np.ndarray) for value in given):
        raise ValueError(f"layer_sizes is {given!r}, expected a list of lists, such as [[784, 10], [784, 20, 10]]")
    return [value.item() if isinstance(value, np.generic) else value for value in given]


def run_experiment(
    train_set, dev_set, settings, *, seeds=5, executor=None, path=None, measure=None, progress=True
):  # fmt: skip
    """Train with every setting and every seed, and return a DataFrame with a row a run.

    train_set, dev_set: Datasets; or a function that returns both, as train_set, and None: each worker calls it once,
    which spares a cluster the sending. settings: a list of dictionaries of arguments of `train`, as `grid` returns,
    or one. seeds: how many, 0 and up, or a list. executor: None for this process, process_pool() for all cores, or
    any concurrent.futures.Executor, such as Client.get_executor() of Dask. path: a file to which each run is
    written as it ends; a sweep with the same path goes on where it stopped, and runs that failed are tried again.
    measure: measure(result, dev_set) returns a dictionary of further columns, numbers or texts; it is called where
    the run is. progress: whether to show a bar with the runs done.

    The rows stand in the order of settings and seeds, whatever order they end in. Columns: every setting that occurs,
    its default where it is not given; seed; best_dev_accuracy (fraction), best_epoch, epochs, seconds (of the
    training), stop_reason, parameters (how many); error, None or what went wrong. Same settings, data and seed give
    the same row on every executor in float64, bit for bit but for the seconds, where the BLAS kernels are the same.
    Ctrl-C ends the sweep: the finished runs come back, with a warning that says how many.
    Raises ValueError for arguments that do not fit, or cannot be sent to another process.
    """
    settings, seeds = _checked_settings(settings), _checked_seeds(seeds)
    load = train_set if callable(train_set) and dev_set is None else None
    sets = None if load else [_checked_set("train_set", train_set), _checked_set("dev_set", dev_set)]
    jobs = [(setting, seed) for setting in settings for seed in seeds]
    packed = [pack(each) for each in sets] if sets and (path is not None or executor is not None) else None
    keys = _keys(jobs, fingerprint(load) if load else packed and [each["digest"] for each in packed], measure)
    store = None if path is None else RunFile(path)
    rows = rows_on_file(keys, store, getattr(executor, "runs_of_the_site", None))
    todo = [(i, *jobs[i]) for i, row in enumerate(rows) if row is None]
    here = (lambda: load_sets(None, load)) if load else (lambda: sets)
    bar = tqdm(
        total=len(jobs),
        initial=len(jobs) - len(todo),
        unit="run",
        leave=False,
        disable=not progress or not todo or bool(os.environ.get("TQDM_DISABLE")),  # not read by tqdm in a notebook
    )
    names = {name: None for setting in settings for name in setting}
    columns = {name: setting_column([{**DEFAULTS, **setting}[name] for setting, _ in jobs]) for name in names}
    interrupted = False
    with bar, contextlib.closing(finished_runs(todo, executor, here, packed, load, measure)) as finished:
        try:
            for index, row in finished:
                if row["stop_reason"] == "interrupted":
                    raise KeyboardInterrupt
                rows[index] = row
                if store is not None:
                    shown = {name: column[index] for name, column in columns.items()}
                    store.append(keys[index], {**shown, "seed": jobs[index][1]}, row)
                bar.update()
        except KeyboardInterrupt:
            interrupted = True
    table = run_table(columns, jobs, rows)
    if interrupted:
        saved = "; the same call with this path goes on from there" if path is not None else ""
        warnings.warn(f"interrupted: {len(table)} of {len(jobs)} runs are done{saved}", stacklevel=2)
    return table


def _checked_settings(settings):
    settings = [settings] if isinstance(settings, dict) else list(settings)
    if not settings or not all(isinstance(setting, dict) for setting in settings):
        raise ValueError("settings must be a list of dictionaries, one or more; grid(base, ...) makes one")
    for setting in settings:
        if unknown := [name for name in setting if name not in DEFAULTS]:
            hint = "seeds come as seeds=" if unknown[0] == "seed" else f"it has {', '.join(DEFAULTS)}"
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
        raise ValueError(
            f"{name} is a {type(dataset).__name__}, expected a Dataset; load_dataset or load_csv makes one"
        )
    return in_rows(dataset)


def _keys(jobs, data, measure):
    """Return for each run a text that names all that its row depends on, but for the seconds."""
    common = fingerprint([data, portable(measure), trainer_fingerprint()]) if data else ""
    full = [{**DEFAULTS, **setting, "seed": seed} for setting, seed in jobs]
    for each in full:
        with contextlib.suppress(TypeError):  # the run itself says what is wrong with a dtype
            each["dtype"] = np.dtype(each["dtype"]).name
    return [fingerprint([common, sorted(each.items())]) for each in full] if data else [""] * len(jobs)
