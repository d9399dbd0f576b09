"""The runs of the training lab: each trains in slices; a book keeps those to compare."""

import asyncio
import math
import sys
import time
from dataclasses import replace

import numpy as np

from helpers.data import Dataset
from helpers.plots.figure import number
from helpers.training import (
    Settings,
    advance,
    initial_state,
    reason_to_stop,
    step_flops,
    training,
    training_result,
)

SLICE_SECONDS = 0.025
LONG_STEP = (
    1e9  # float operations; a longer step than this would be felt, so it is left to a thread
)
LIVE_EPOCHS = 10
FIRST_FLOPS = 1e10  # that the run a new panel shows takes at most, but for one epoch
SAME_MOVE_SECONDS = 1.0  # a short run that the next one follows faster than this is not kept
MOST_RUNS = 20
SHARED = ("learning_rate", "batch_size", "optimizer", "patience", "l2", "seed")  # with `train`


class Run:
    """One training run of the lab, which goes on while an event loop does.

    values: its settings as the controls give them; live: a short one. `paused`, `stopped` and
    `single` (pause again after the next epoch) say what was asked for. `state` is the
    TrainingState after the last finished epoch, `result` the TrainingResult once it has ended, at
    the clock time `ended_at`.
    """

    def __init__(self, number, values, train_set, dev_set, settings, *, live=False):
        self.number, self.values, self.live = number, values, live
        self.settings, self.state = settings, initial_state(settings)
        self.datasets, self.m = (train_set, dev_set), len(train_set)
        self.flops = step_flops(self.state, settings, self.m)
        self.steps = training(train_set, dev_set, settings, self.state)
        self.stop_reason = self.result = None
        self.paused = self.stopped = self.single = False
        self.pending = None  # a slice that still runs in a thread
        self.ended_at = -math.inf

    @property
    def name(self):
        """How the panel calls it."""
        return f"run {self.number}"

    @property
    def history(self):
        """The rows of the finished epochs, dictionaries."""
        return self.state.history

    @property
    def best_epoch(self):
        """The first epoch with the highest development accuracy, 0 for none."""
        return self.state.best_epoch

    @property
    def parameters(self):
        """How many weights and biases it has."""
        return self.state.vector.size

    @property
    def seconds(self):
        """The seconds of the finished epochs."""
        return sum(row["seconds"] for row in self.history)

    @property
    def steps_an_epoch(self):
        """How many batches an epoch has."""
        return math.ceil(self.m / (self.settings.batch_size or self.m))

    @property
    def steps_a_second(self):
        """Steps of the optimizer per second, measuring included."""
        return len(self.history) * self.steps_an_epoch / max(self.seconds, 1e-9)

    def cells(self):
        """Return its settings as the table shows them, in order."""
        values = self.values
        return {
            "learning rate": number(values["learning_rate"]),
            "layers": "-".join(map(str, self.settings.layer_sizes)),
            "batch": "all" if values["batch_size"] is None else str(values["batch_size"]),
            "optimizer": values["optimizer"],
            "L2": number(values["l2"]),
            "share": f"{values['share']} %",
            "seed": str(values["seed"]),
        }

    def title(self):
        """Return what it is in two short lines."""
        cells = self.cells()
        unusual = [name for name in ("L2", "share") if cells[name] not in ("0", "100 %")]
        extra = "".join(f", {name} {cells[name]}" for name in unusual)
        start = f"Run {self.number}: {cells['layers']}, learning rate {cells['learning rate']}"
        return f"{start},\nbatch {cells['batch']}, {cells['optimizer']}{extra}"

    def so_far(self):
        """Return the TrainingResult as it stands after the last finished epoch."""
        return training_result(self.state, self.settings, self.stop_reason or "not finished")

    def advance(self, seconds=math.inf):
        """Train for about `seconds`, an epoch at most; return whether the epoch has ended."""
        state = advance(self.steps, self.flops, seconds)
        if state is not None:
            self.state, self.stop_reason = state, reason_to_stop(state, self.settings)
        return state is not None

    async def train(self, on_epoch, epochs=math.inf, until=lambda: False):
        """Train until the settings end it, `epochs` more are done, it is stopped, or `until()`.

        on_epoch: called after each epoch. Pausing keeps the epoch in progress for later.
        """
        while epochs > 0 and self.stop_reason is None and not self.stopped and not until():
            if self.paused:
                await asyncio.sleep(0.02)
            elif await self._slice():
                epochs -= 1
                if self.single:
                    self.single, self.paused = False, True
                on_epoch()

    def go_on(self):
        """Let a run that was stopped, or has come to its end, go on."""
        if reason_to_stop(self.state, self.settings) is not None:  # its loop is over
            endless = replace(self.settings, max_epochs=10**9, patience=None)
            self.steps = training(*self.datasets, endless, self.state)
        self.stop_reason, self.stopped = None, False

    def end(self):
        """Close the run with its result."""
        if self.stop_reason is None:
            self.stop_reason = "interrupted" if self.stopped else "on_epoch"
        self.result, self.ended_at = self.so_far(), clock()

    def release(self):
        """Let go of the images of a run that has ended, which cannot go on afterwards."""
        if self.pending is None:  # else a thread still takes its last step
            self.steps = self.datasets = None

    async def _slice(self):
        """Do a little of the training; return whether an epoch ended with it."""
        measuring = 2 * self.m * self.parameters
        if max(self.flops, measuring) <= LONG_STEP or sys.platform == "emscripten":
            ended = self.advance(SLICE_SECONDS)
            await asyncio.sleep(0)
            return ended
        if self.pending is None:
            self.pending = asyncio.create_task(asyncio.to_thread(self.advance, SLICE_SECONDS))
        done, _ = await asyncio.wait({self.pending}, timeout=SLICE_SECONDS)
        if not done:
            return False
        finished, self.pending = self.pending, None
        return finished.result()


class RunBook:
    """The runs of a lab: `.runs` are kept, `.newest` is in full color, kept or not."""

    def __init__(self, train_set, dev_set):
        self.train_set, self.dev_set = train_set, double(dev_set)
        self.subsets, self.runs, self.newest = {}, [], None

    def start(self, values, live):
        """Return a new Run with these settings of the controls, and make it the newest."""
        previous = self.runs[-1] if self.runs else None
        if previous and previous.live and clock() - previous.ended_at < SAME_MOVE_SECONDS:
            self.runs.pop()
        settings = Settings(
            layer_sizes=[len(self.train_set.X), *values["hidden"], len(self.train_set.class_names)],
            max_epochs=min(values["epochs"], LIVE_EPOCHS) if live else values["epochs"],
            **{name: values[name] for name in SHARED},
        )
        for run in self.runs:  # only the newest can go on: the images of all take half a gigabyte
            run.release()
        number = self.runs[-1].number + 1 if self.runs else 1
        subset = self.subset(values["share"])
        self.newest = Run(number, values, subset, self.dev_set, settings, live=live)
        return self.newest

    def first(self, values):
        """Train and keep a run of as many epochs as do not delay the opening of a notebook."""
        run = self.start(values, live=True)
        epochs = int(FIRST_FLOPS / (run.flops * run.steps_an_epoch))
        for _ in range(max(1, min(LIVE_EPOCHS, epochs))):
            if run.stop_reason is None:
                run.advance()
        self.end(run)
        run.ended_at = -math.inf

    def end(self, run):
        """Close a run; keep it, if an epoch was finished."""
        run.end()
        if run.history and run not in self.runs:
            self.runs = [*self.runs, run][-MOST_RUNS:]

    def forget(self):
        """Drop all runs."""
        self.runs, self.newest = [], None

    def subset(self, share):
        """Return `share` percent of the training set, the same images for the same share."""
        if share not in self.subsets:
            m = len(self.train_set)
            order = np.random.default_rng(0).permutation(m)
            chosen = np.sort(order[: max(1, round(m * share / 100))])
            part = self.train_set if share == 100 else self.train_set.subset(chosen)
            self.subsets = {share: double(part)}
        return self.subsets[share]


def double(dataset):
    """Return a dataset in float64, in which it is trained: the same object if it is so already."""
    if dataset.X.dtype == np.float64:
        return dataset
    rows = np.ascontiguousarray(dataset.X.T, np.float64)
    return Dataset(rows.T, dataset.labels, dataset.class_names, dataset.image_shape)


def best(run):
    """Return a run's best development accuracy, a fraction, -1 where no epoch was good."""
    value = run.result.best_dev_accuracy
    return value if math.isfinite(value) else -1.0


def last(run, column):
    """Return a column of the last epoch of a run, infinite where it is not a number."""
    value = float(run.history[-1][column]) if run.history else math.nan
    return value if math.isfinite(value) else math.inf


def clock():
    """Return the seconds of a clock that never goes back."""
    return time.perf_counter()
