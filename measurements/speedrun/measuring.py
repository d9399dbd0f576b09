"""Measure an entry of the speed run, and refuse one that breaks a rule that a program can check."""

import ast
import contextlib
import os
import re
import statistics
import sys
import threading
import time
from pathlib import Path

import numpy as np

from helpers.data import Dataset
from helpers.internals.blas import blas_libraries
from measurements.speed.peers import products

__all__ = ["RuleBroken", "count_lines", "measure", "result_line", "summarize"]

MOST_LINES = 20
YARDSTICK = {"layer_sizes": [784, 256, 128, 10], "batch_size": 128}  # an epoch of 60,000 images
BUSY = 1.05  # more seconds of the processor than of the clock: more than one core
CODE = re.compile(r"\.(py|pyc|so|pyd|dll|dylib)(\.\d+)?$")
NOT_ALONE = {
    "os.fork": "a process",
    "os.posix_spawn": "a process",
    "os.system": "a process",
    "subprocess.Popen": "a process",
    "socket.connect": "a connection",
}


class RuleBroken(ValueError):
    """An entry does what docs/SPEEDRUN.md does not allow."""


def measure(recipe, train_set, test_set, *, seeds=range(5), say=print):
    """Run a recipe once per seed on one core, and count its seconds.

    Parameters
    ----------
    recipe : function
        recipe(train_set, X_test, rng) -> labels (m,), integers from 0 to 9. It is never given the
        labels of the test images.
    train_set, test_set : Dataset
        With labels.
    seeds : iterable of int
    say : function
        Called with a line of progress.

    Returns
    -------
    list of dict
        Per seed: seed, test_accuracy (a fraction), cpu_seconds, clock_seconds, and
        products_seconds, those of the yardstick just before.

    Raises
    ------
    RuleBroken
        A ValueError: for an entry that opens a file, starts a thread or a process, keeps more than
        one core busy, changes its images or returns anything but one label per test image.
    """
    train_set, test_set = read_only(train_set), read_only(test_set)
    runs = []
    for seed in seeds:
        with one_thread():
            products_seconds = yardstick(train_set.X.T)
            rng = np.random.default_rng(seed)
            with watched():
                clock, processor = time.perf_counter(), processor_seconds()
                predictions = recipe(train_set, test_set.X, rng)
                clock, processor = time.perf_counter() - clock, processor_seconds() - processor
            check_one_core(processor, clock)
        check_predictions(predictions, len(test_set))
        correct = float((predictions == test_set.labels).mean())
        runs.append(
            {
                "seed": seed,
                "test_accuracy": correct,
                "cpu_seconds": round(processor, 3),
                "clock_seconds": round(clock, 3),
                "products_seconds": round(products_seconds, 4),
            }
        )
        say(f"seed {seed}: {correct:.2%}, {processor:.2f} s processor, {clock:.2f} s clock")
    return runs


def summarize(runs):
    """Return the means over the runs, the spread of the accuracy, and seconds over the yardstick's.

    Parameters
    ----------
    runs : list of dict
        What measure returned.

    Returns
    -------
    dict
        test_accuracy, spread (the standard deviation over the seeds), cpu_seconds, clock_seconds,
        and relative: cpu_seconds over the median of the yardstick.
    """
    columns = {key: [run[key] for run in runs] for key in runs[0]}
    processor = statistics.mean(columns["cpu_seconds"])
    return {
        "test_accuracy": statistics.mean(columns["test_accuracy"]),
        "spread": statistics.stdev(columns["test_accuracy"]) if len(runs) > 1 else 0.0,
        "cpu_seconds": processor,
        "clock_seconds": statistics.mean(columns["clock_seconds"]),
        "relative": processor / statistics.median(columns["products_seconds"]),
    }


def result_line(summary, seeds):
    """Return the line of a result: accuracy, seeds, seconds of the processor and of the clock."""
    return (
        f"speedrun: {summary['test_accuracy']:.2%} mean of {seeds} seeds, ".replace("%", " %")
        + f"{summary['cpu_seconds']:.1f} s processor, {summary['clock_seconds']:.1f} s clock"
    )


def count_lines(source):
    """Return how many lines of code an entry has, but for imports, docstrings and comments.

    Parameters
    ----------
    source : str
        The text of its file.

    Returns
    -------
    int

    Raises
    ------
    RuleBroken
        If there are more than 20.
    """
    tree = ast.parse(source)
    left_out = set()
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_text or isinstance(node, (ast.Import, ast.ImportFrom)):
            left_out.update(range(node.lineno, node.end_lineno + 1))
    lines = [
        line
        for number, line in enumerate(source.splitlines(), 1)
        if number not in left_out and line.strip() and not line.lstrip().startswith("#")
    ]
    if len(lines) > MOST_LINES:
        raise RuleBroken(
            f"the entry has {len(lines)} lines of code, expected at most {MOST_LINES}; imports, "
            "docstrings and comments do not count"
        )
    return len(lines)


def yardstick(rows):
    """Return the seconds of the matrix products alone of an epoch of 784-256-128-10."""
    peer = products.Peer(rows, None, None, learning_rate=0, seed=0, **YARDSTICK)
    started = time.process_time()
    peer.epoch()
    return (time.process_time() - started) * 60_000 / len(rows)


def processor_seconds():
    """Return what the processor has spent on this process, its threads and its children."""
    return time.process_time() + os.times().children_user + os.times().children_system


def read_only(dataset):
    """Return the same Dataset over arrays that cannot be written to."""
    X, labels = dataset.X.view(), dataset.labels.view()
    X.flags.writeable = labels.flags.writeable = False
    return Dataset(X, labels, dataset.class_names, dataset.image_shape)


@contextlib.contextmanager
def one_thread():
    """Let matrix products run on one thread; refuse what has changed that meanwhile."""
    with blas_libraries().limit(limits=1):
        yield
        threads = max(library["num_threads"] for library in blas_libraries().info())
        if threads > 1:
            raise RuleBroken(
                f"the entry lets matrix products run on {threads} threads, expected 1; take out "
                "what sets them"
            )


class _Watch:
    """Whether an entry is running, and the first rule that it broke."""

    on, installed, broken = False, False, None


@contextlib.contextmanager
def watched():
    """Refuse files, threads, processes and connections of what runs inside."""
    if not _Watch.installed:
        sys.addaudithook(_audit)  # there is no way to take it back, so it asks whether it is meant
        _Watch.installed = True
    _Watch.on, _Watch.broken = True, None
    start, threading.Thread.start = threading.Thread.start, _start_thread  # no event tells of it
    try:
        yield
    finally:
        _Watch.on, threading.Thread.start = False, start
    if _Watch.broken:  # the entry has caught it
        raise RuleBroken(_Watch.broken)


def _audit(event, arguments):
    """Refuse an event of sys.audit, https://docs.python.org/3/library/audit_events.html."""
    if not _Watch.on:
        return
    sentence = None
    if event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
        name = os.fsdecode(arguments[0])
        if not name.startswith(("/proc/", "/sys/")) and not CODE.search(name):
            sentence = (
                f"the entry opened {Path(name).name}, expected no file; it may use only the "
                "images and labels that it is given"
            )
    elif event in NOT_ALONE:
        sentence = f"the entry started {NOT_ALONE[event]}, expected one process on one core"
    if sentence:
        _refuse(sentence)


def _start_thread(thread):
    """Stand for Thread.start while an entry runs."""
    _refuse("the entry started a thread, expected one process on one core")


def _refuse(sentence):
    """Raise RuleBroken, and remember it: an entry may catch what it raises."""
    _Watch.broken = _Watch.broken or sentence
    raise RuleBroken(sentence)


def check_one_core(processor, clock):
    """Raise RuleBroken if more than one core was busy."""
    if processor > BUSY * clock + 0.05:
        raise RuleBroken(
            f"the entry kept {processor / clock:.1f} cores busy, expected one; take out what sets "
            "threads"
        )


def check_predictions(predictions, m):
    """Raise RuleBroken unless there is one label for each of the m test images."""
    if not isinstance(predictions, np.ndarray) or predictions.shape != (m,):
        what = getattr(predictions, "shape", type(predictions).__name__)
        raise RuleBroken(
            f"the entry returned {what}, expected an array of shape ({m},), one label per test "
            "image; probabilities.argmax(axis=0) gives labels"
        )
    if predictions.dtype.kind not in "iu" or not (0 <= predictions.min() <= predictions.max() <= 9):
        raise RuleBroken(
            f"the entry returned {predictions.dtype} from {predictions.min()} to "
            f"{predictions.max()}, expected integers from 0 to 9"
        )
