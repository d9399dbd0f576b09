"""The training lab: turn the knobs of a training run and see at once what becomes of its curves."""

import asyncio

from helpers.internals.checks import check_dataset
from helpers.widgets.figures import stack
from helpers.widgets.panel import Panel
from helpers.widgets.training_lab.controls import Controls, draw_knobs
from helpers.widgets.training_lab.runs import RunBook, clock
from helpers.widgets.training_lab.view import BUTTONS, LabView, Screen

__all__ = ["TrainingLab"]

LIVE_SECONDS = 2.0  # a live run on a slow machine or with wide layers ends then
SHOWN_SECONDS = 0.15  # so long may a live run go on that the next move has overtaken
FIRST_EXAMPLES = 5000  # at most in the run that a new panel shows


class TrainingLab(Panel):
    """Sliders for the settings of a training run, and the curves that follow from them.

    It opens with a first run of ten epochs; training goes on beside other cells.

    Parameters
    ----------
    train_set, dev_set : Dataset
        With labels, as for `train`.
    **start
        Settings to start with, such as learning_rate=0.05 or hidden=(32,): learning_rate, hidden,
        batch_size, optimizer, l2, epochs, patience, seed or share.

    Raises
    ------
    ValueError
        Where the data or a setting do not fit.
    """

    def __init__(self, train_set, dev_set, **start):
        check_dataset("train_set", train_set, sizes_of(train_set))
        check_dataset("dev_set", dev_set, sizes_of(train_set))
        if len(train_set) > FIRST_EXAMPLES:
            start = {"share": max(5, 5 * int(20 * FIRST_EXAMPLES / len(train_set)))} | start
        self.controls = Controls(lambda: self.guard(self.move)(), **start)
        super().__init__()
        self.book, self.lock, self.request = RunBook(train_set, dev_set), asyncio.Lock(), 0
        clicks = {name: self.guard(lambda _, name=name: getattr(self, name)()) for name in BUTTONS}
        compare = self.guard(lambda _: self.later(self._compare()))
        self.parts = LabView(self.controls.box, clicks, compare, self.guard(self.cure))
        self.screen = Screen(self.book, self.parts)
        self.show(*self.parts.children)
        self.first_run()

    @property
    def run(self):
        """The newest run, in full color."""
        return self.book.newest

    @property
    def runs(self):
        """The runs that are kept, the newest last: each has .values, .result and .history."""
        return self.book.runs

    @property
    def result(self):
        """The TrainingResult of the newest run, as it stands after its last finished epoch."""
        ended = self.run.result is not None and not self.lock.locked()
        return self.run.result if ended else self.run.so_far()

    def figure(self):
        """Return the knobs and the curves as they stand, an AccessibleFigure."""
        return stack(draw_knobs(self.controls.sliders), self.screen.curves.figure)

    def train(self, live=False):
        """Start a run with the present settings, a short one if live; one that goes on ends."""
        self.request += 1
        if not live:
            self.run.stopped = True
        self.later(self._train(self.request, live))

    def pause(self):
        """Hold the training, or go on with it."""
        if self.lock.locked() and not self.run.stopped:
            self.run.paused = not self.run.paused
            self.screen.show_progress()

    def stop(self):
        """End the training within a moment; the epochs that are finished stay."""
        self.request += 1
        self.run.stopped = True

    def one_more(self):
        """Go on with the newest run for a single epoch; raises ValueError if it diverged."""
        if self.lock.locked():
            self.run.single, self.run.paused = True, False
        elif self.run.stop_reason == "diverged":
            raise ValueError(
                "this run has diverged and cannot go on; choose other settings and press Train"
            )
        else:
            self.later(self._one_more())

    def reset(self):
        """Forget all runs, put the controls back and train the first run again."""
        self.stop()
        self.later(self._reset())

    def move(self):
        """Retrain after a control has moved, in live mode and while no long training goes on."""
        if self.parts.live.value and (self.run.live or not self.lock.locked()):
            self.train(live=True)

    def cure(self, hint):
        """Apply the cure of a Hint and train again, as long as the run it was about."""
        self.controls.set(hint.cure)
        self.train(live=self.run.live)

    async def _train(self, request, live):
        async with self.lock:
            if request != self.request:  # a newer move has come meanwhile
                return
            run, begun = self.book.start(self.controls.values(), live), clock()

            def is_over():
                limit = LIVE_SECONDS if request == self.request else SHOWN_SECONDS
                return live and len(run.history) > 0 and clock() - begun > limit

            await self._go_on(until=is_over)

    async def _one_more(self):
        async with self.lock:
            self.run.go_on()
            await self._go_on(epochs=1)

    async def _reset(self):
        async with self.lock:
            self.controls.set(self.controls.start)
            self.book.forget()
            self.first_run()

    async def _compare(self):
        self.screen.draw()  # here, because two threads must not draw at once

    async def _go_on(self, **limits):
        """Train the newest run until it or a limit ends; an error leaves the panel usable."""
        request = self.request
        self.screen.show_progress()
        try:
            await self.run.train(self.screen.after_epoch, **limits)
        except BaseException:  # also where the task is cancelled
            self.parts.set_state("idle")
            raise
        overtaken = self.run.live and self.request != request and not self.run.stopped
        self.book.end(self.run)
        if overtaken:  # the next run is waiting
            self.screen.draw()
        else:
            self.screen.show_end()

    def first_run(self):
        """Train the run that the panel shows when it opens."""
        self.book.first(self.controls.values())
        self.screen.show_end()


def sizes_of(dataset):
    """Return the sizes that a dataset gives to the ends of a network: features and classes."""
    return [len(dataset.X), len(dataset.class_names)] if hasattr(dataset, "class_names") else [1, 1]
