"""A training in small slices, so that whoever shares the kernel with it gets a turn all the time."""

import asyncio
import math
import sys
from dataclasses import replace

from helpers.training import (
    advance,
    initial_state,
    reason_to_stop,
    step_flops,
    training,
    training_result,
)

SLICE_SECONDS = 0.025
LONG_STEP = 1e9  # float operations; a longer step than this would be felt, so it is left to a thread


class Trainer:
    """Trains while an event loop goes on, and can be paused, gone on with and stopped from anywhere.

    train_set, dev_set: Datasets. settings: Settings. `state` is the TrainingState after the last finished epoch;
    `paused` and `stopped` say what was asked for.
    """

    def __init__(self, train_set, dev_set, settings):
        self.settings, self.state, self.stop_reason = settings, initial_state(settings), None
        self.datasets, self.m = (train_set, dev_set), len(train_set)
        self.flops = step_flops(self.state, settings, self.m)
        self.steps = training(train_set, dev_set, settings, self.state)
        self.paused = self.stopped = False
        self.single = False  # pause again after the next epoch
        self.pending = None  # a slice that still runs in a thread

    @property
    def steps_an_epoch(self):
        """The steps of one epoch, a count."""
        return math.ceil(self.m / (self.settings.batch_size or self.m))

    @property
    def result(self):
        """The TrainingResult as it stands after the last finished epoch."""
        return training_result(self.state, self.settings, self.stop_reason or "not finished")

    def advance(self, seconds=math.inf):
        """Train for about `seconds`; return the row of the epoch that ended with it, or None."""
        state = advance(self.steps, self.flops, seconds)
        if state is None:
            return None
        self.state, self.stop_reason = state, reason_to_stop(state, self.settings)
        return state.history[-1]

    def go_on(self):
        """Let a run that was stopped, or has come to its end, go on."""
        if reason_to_stop(self.state, self.settings) is not None:  # its loop is over
            endless = replace(self.settings, max_epochs=10**9, patience=None)
            self.steps = training(*self.datasets, endless, self.state)
        self.stop_reason, self.stopped = None, False

    async def train(self, on_epoch, epochs=math.inf, until=lambda: False):
        """Train until the run's own rules end it, or `epochs` more are done, or it is stopped, or `until()` is true.

        on_epoch: called with the row of each finished epoch. Pausing keeps the epoch in progress for later. Raises
        what the training raises.
        """
        while epochs > 0 and self.stop_reason is None and not self.stopped and not until():
            if self.paused:
                await asyncio.sleep(0.02)
                continue
            row = await self._slice()
            if row is not None:
                epochs -= 1
                if self.single:
                    self.single, self.paused = False, True
                on_epoch(row)

    def release(self):
        """Let go of the images of a run that has ended, which cannot go on afterwards. Raises nothing."""
        if self.pending is None:  # else a thread still takes its last step
            self.steps = self.datasets = None

    async def _slice(self):
        """Do a little of the training; return the row of the epoch that ended with it, or None."""
        if self._steps_are_long() and sys.platform != "emscripten":
            self.pending = self.pending or asyncio.create_task(asyncio.to_thread(self.advance, SLICE_SECONDS))
            done, _ = await asyncio.wait({self.pending}, timeout=SLICE_SECONDS)
            if not done:
                return None
            finished, self.pending = self.pending, None
            return finished.result()
        row = self.advance(SLICE_SECONDS)
        await asyncio.sleep(0)
        return row

    def _steps_are_long(self):
        return max(self.flops, 2 * self.m * self.state.vector.size) > LONG_STEP  # a step, and measuring
