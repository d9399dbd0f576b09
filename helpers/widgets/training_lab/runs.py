"""The runs of the training lab: each trains in slices; a book keeps those to compare."""

import asyncio
import contextlib
import ctypes
import math
import sys
import time
from dataclasses import replace

import numpy as np

from helpers.data import Dataset
from helpers.evaluation import loss_and_accuracy
from helpers.optimizers import unpack_parameters
from helpers.training import (
    Settings,
    advance,
    initial_state,
    measured,
    reason_to_stop,
    step_flops,
    training,
    training_result,
)

SLICE_SECONDS = 0.025
LONG = 1e9  # float operations in one piece; more would be felt, so they are left to a thread
LIVE_EPOCHS = 10
FIRST_FLOPS = 1e10  # that the run a new panel shows takes at most, but for one epoch
SAME_MOVE_SECONDS = 1.0  # a short run that the next one follows faster than this is not kept
MOST_RUNS, MOST_BYTES = 20, 2e7  # runs that are kept, and the networks of the newest of them
SHARED = ("learning_rate", "batch_size", "optimizer", "activation", "patience", "l2", "seed")
COLUMNS = ("train_loss", "train_accuracy", "dev_loss", "dev_accuracy")


class Run:
    """One training run of the lab, which goes on while an event loop does.

    values: its settings as the controls give them; live: a short one. `paused`, `stopped` and
    `single` (pause again after the next epoch) say what was asked for. `before` is the row of
    COLUMNS before the first step, `state` the TrainingState after the last finished epoch, and
    `others` are runs that differ in their seed alone.
    """

    def __init__(self, number, values, train_set, dev_set, settings, *, live=False):
        self.number, self.values, self.live = number, values, live
        self.settings, self.state, self.m = settings, initial_state(settings), len(train_set)
        self.parameters = self.state.vector.size
        self.flops = step_flops(self.state, settings, self.m)
        self.steps, self.before, self.others = self._from_start(train_set, dev_set), None, []
        self.stop_reason, self.extended, self.ended_at = None, False, -math.inf
        self.paused = self.stopped = self.single = False
        self.pending = None  # a slice that still runs in a thread

    @property
    def history(self):
        """The rows of the finished epochs, dictionaries."""
        return self.state.history

    @property
    def best_epoch(self):
        """The first epoch with the highest development accuracy, 0 for none."""
        return self.state.best_epoch

    @property
    def result(self):
        """The TrainingResult after the last finished epoch; None where the network was let go."""
        if self.state.vector is None:
            return None
        return training_result(self.state, self.settings, self.stop_reason or "not finished")

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

    @property
    def in_thread(self):
        """Whether a step or the measuring takes so long that it is left to a thread."""
        return is_long(max(self.flops, 2 * self.m * self.parameters))

    def curve(self, column):
        """Return a column of COLUMNS as an array, from before the first step on."""
        rows = self.history if self.before is None else (self.before, *self.history)
        return np.array([row[column] for row in rows], dtype=float)

    def accuracies(self):
        """Return the best development accuracy of this run and of its others, fractions."""
        best = [run.state.best_accuracy for run in (self, *self.others)]
        return [value if math.isfinite(value) else math.nan for value in best]

    def layers(self, best):
        """Return the parameters of the best epoch or of the last one, without a copy."""
        vector = self.state.best_vector if best else self.state.vector
        return unpack_parameters(vector, self.settings.layer_sizes)

    def repeated(self):
        """Return the Settings with which `train` repeats this run exactly."""
        cut = self.extended or self.stop_reason not in ("early stopping", "diverged")
        most = max(1, len(self.history)) if cut else self.settings.max_epochs
        patience = None if self.extended else self.settings.patience
        return replace(self.settings, max_epochs=most, patience=patience)

    def advance(self, seconds=math.inf):
        """Train for about `seconds`, an epoch at most; return whether the epoch has ended."""
        return self._take(advance(self.steps, self.flops, seconds))

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

    def go_on(self, train_set, dev_set):
        """Let a run that has ended go on from its last finished epoch, beyond its end too."""
        self.extended = self.extended or reason_to_stop(self.state, self.settings) is not None
        endless = replace(self.settings, max_epochs=10**9, patience=None)
        self.steps = training(train_set, dev_set, endless, self.state)
        self.stop_reason, self.stopped, self.others = None, False, []

    def end(self):
        """Close a run, which then holds its network but no images."""
        if self.stop_reason is None:
            self.stop_reason = "interrupted" if self.stopped else "on_epoch"
        self.steps, self.pending, self.ended_at = None, None, clock()
        if self.in_thread:
            give_back_memory()

    def release(self):
        """Let go of the network; settings and curves stay."""
        self.state = replace(self.state, vector=None, best_vector=None, optimizer_state={})

    def _from_start(self, train_set, dev_set):
        parameters, row = self.layers(best=False), ()
        for part in (train_set.subset(measured(self.m)), dev_set):
            row += loss_and_accuracy(
                parameters, part.X, part.labels, activation=self.settings.activation
            )
        self.before = dict(zip(COLUMNS, row, strict=True))
        yield from training(train_set, dev_set, self.settings, self.state)

    async def _slice(self):
        """Do a little of the training; return whether an epoch ended with it."""
        if not self.in_thread:
            ended = self.advance(SLICE_SECONDS)
            await asyncio.sleep(0)
            return ended
        if self.pending is None:
            work = asyncio.to_thread(advance, self.steps, self.flops, SLICE_SECONDS)
            self.pending = asyncio.create_task(work)
        done, _ = await asyncio.wait({self.pending}, timeout=SLICE_SECONDS)
        if not done:
            return False
        finished, self.pending = self.pending, None
        return self._take(finished.result())

    def _take(self, state):
        if state is not None:
            self.state, self.stop_reason = state, reason_to_stop(state, self.settings)
        return state is not None


class RunBook:
    """The runs of a lab: `.runs` are kept, `.shown` is in full color, kept or not."""

    def __init__(self, train_set, dev_set):
        self.train_set, self.dev_set = train_set, double(dev_set)
        self.subsets, self.runs, self.shown = {}, [], None

    def start(self, values, live):
        """Return a new Run with these settings of the controls, and show it."""
        last = self.runs[-1] if self.runs else None
        follows = live and last and last.live and last.number > 1  # the first run is always kept
        if follows and clock() - last.ended_at < SAME_MOVE_SECONDS:
            self.runs.pop()
        number = self.runs[-1].number + 1 if self.runs else 1
        most = min(values["epochs"], LIVE_EPOCHS) if live else values["epochs"]
        self.shown = self.new(number, values, live, max_epochs=most)
        return self.shown

    def new(self, number, values, live, **own):
        """Return a Run of these settings of the controls; own: Settings that differ from them."""
        sizes = [len(self.train_set.X), *values["hidden"], len(self.train_set.class_names)]
        settings = {name: values[name] for name in SHARED} | own
        settings = Settings(layer_sizes=sizes, **settings)
        return Run(number, values, *self.data(values), settings, live=live)

    def first(self, values):
        """Train and keep a run of as many epochs as do not delay the opening of a notebook."""
        run = self.start(values, live=True)
        epochs = int(FIRST_FLOPS / (run.flops * run.steps_an_epoch))
        for _ in range(max(1, min(LIVE_EPOCHS, epochs))):
            if run.stop_reason is None:
                run.advance()
        self.end(run)

    def end(self, run):
        """Close a run; keep it, if an epoch was finished."""
        run.end()
        if run.history and run not in self.runs:
            self.runs = [*self.runs, run][-MOST_RUNS:]
        held = 0
        for kept in reversed([old for old in self.runs if old.state.vector is not None]):
            held += sum(part.nbytes for part in arrays(kept.state))
            if held > MOST_BYTES and kept not in (run, self.shown):
                kept.release()

    def data(self, values):
        """Return what a run with these settings trains on, and the development set."""
        share = values["share"]
        if share not in self.subsets:
            part = self.train_set
            if share < 100:
                part = part.subset(chosen(len(part), share))
            self.subsets = {share: double(part)}
        return self.subsets[share], self.dev_set


def chosen(m, share):
    """Return the columns of `share` percent of m examples, the same ones for the same share."""
    return np.sort(np.random.default_rng(0).permutation(m)[: max(1, round(m * share / 100))])


def arrays(state):
    """Return the arrays of a TrainingState."""
    return [state.vector, state.best_vector, *state.optimizer_state.values()]


def double(dataset):
    """Return a dataset in float64, in which it is trained: the same object if it is so already."""
    if dataset.X.dtype == np.float64:
        return dataset
    rows = np.ascontiguousarray(dataset.X.T, np.float64)
    return Dataset(rows.T, dataset.labels, dataset.class_names, dataset.image_shape)


def is_long(flops):
    """Return whether so many float operations in one piece are better left to a thread."""
    return flops > LONG and sys.platform != "emscripten"


def give_back_memory():
    """Return to the system what was freed: under Linux each thread would keep it for its next use."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def clock():
    """Return the seconds of a clock that never goes back."""
    return time.perf_counter()
