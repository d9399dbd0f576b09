"""A training in small slices, so that whoever shares the kernel with it gets a turn all the time."""

import asyncio
import math
import sys

SLICE_SECONDS = 0.025
LONG_STEP = 1e9  # float operations; a longer step than this would be felt, so it is left to a thread


class Trainer:
    """Trains a TrainingRun while an event loop goes on, and can be paused, gone on with and stopped from anywhere.

    run: a TrainingRun. `paused` and `stopped` say what was asked for. Raises nothing.
    """

    def __init__(self, run):
        self.run = run
        self.paused = self.stopped = False
        self.single = False  # pause again after the next epoch
        self.pending = None  # a slice that still runs in a thread

    @property
    def steps_an_epoch(self):
        """The steps of one epoch, a count. Raises nothing."""
        m = len(self.run.labels)
        return math.ceil(m / (self.run.settings.batch_size or m))

    async def train(self, on_epoch, epochs=math.inf, until=lambda: False):
        """Train until the run's own rules end it, or `epochs` more are done, or it is stopped, or `until()` is true.

        on_epoch: called with the row of each finished epoch. Pausing keeps the epoch in progress for later. Raises
        what the training raises.
        """
        while epochs > 0 and self.run.stop_reason is None and not self.stopped and not until():
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
            self.run.train_rows = self.run.target_rows = self.run.dev_X = None

    async def _slice(self):
        """Do a little of the training; return the row of the epoch that ended with it, or None."""
        if self._steps_are_long() and sys.platform != "emscripten":
            self.pending = self.pending or asyncio.create_task(asyncio.to_thread(self.run.advance, SLICE_SECONDS))
            done, _ = await asyncio.wait({self.pending}, timeout=SLICE_SECONDS)
            if not done:
                return None
            finished, self.pending = self.pending, None
            return finished.result()
        row = self.run.advance(SLICE_SECONDS)
        await asyncio.sleep(0)
        return row

    def _steps_are_long(self):
        m, size = len(self.run.labels), self.run.vector.size
        return max(6 * (self.run.settings.batch_size or m), 2 * min(m, 5000)) * size > LONG_STEP
