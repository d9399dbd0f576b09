"""The training lab: turn the knobs of a training and see at once what becomes of its curves."""

import asyncio

from helpers.internals.checks import check_dataset
from helpers.widgets.lab_book import RunBook, clock
from helpers.widgets.lab_controls import Controls
from helpers.widgets.lab_screen import Screen
from helpers.widgets.lab_still import draw_knobs
from helpers.widgets.lab_view import BUTTONS, LabView
from helpers.widgets.panel import Panel
from helpers.widgets.stills import stack

LIVE_SECONDS = 2.0  # a live run on a slow machine or with wide layers ends then
SHOWN_SECONDS = 0.15  # so long may a live run go on that the next move has overtaken, so that something is seen
FIRST_EXAMPLES = 5000  # at most in the run that a new panel shows


class TrainingLab(Panel):
    """Sliders for the settings of a training, and the curves that follow from them.

    train_set, dev_set: Datasets with labels, as for `train`. start: settings that differ from lab_controls.DEFAULTS,
    such as learning_rate=0.05 or hidden=(32,). It opens with a first run of ten epochs; training goes on beside other
    cells. `.result` is the newest run's TrainingResult, `.runs` are all that are kept. Raises ValueError where the
    data or a setting do not fit.
    """

    def __init__(self, train_set, dev_set, **start):
        check_dataset("train_set", train_set, sizes_of(train_set))
        check_dataset("dev_set", dev_set, sizes_of(train_set))
        if len(train_set) > FIRST_EXAMPLES:
            start = {"share": max(5, 5 * int(20 * FIRST_EXAMPLES / len(train_set)))} | start
        self.controls = Controls(lambda name: self.guard(self.move)(name), **start)
        super().__init__()
        self.book, self.lock, self.request = RunBook(train_set, dev_set), asyncio.Lock(), 0
        clicks = {name: self.guard(lambda _, name=name: getattr(self, name)()) for name in BUTTONS}
        self.parts = LabView(
            self.controls.box, clicks, self.guard(lambda _: self.later(self._compare())), self.guard(self.cure)
        )
        self.screen = Screen(self.book, self.parts)
        self.show(*self.parts.children)
        self.first_run()

    @property
    def run(self):
        """The newest run, in full color. Raises nothing."""
        return self.book.newest

    @property
    def runs(self):
        """The runs that are kept, the newest last: each has .values, .result and .history. Raises nothing."""
        return self.book.runs

    @property
    def result(self):
        """The TrainingResult of the newest run, as it stands after its last finished epoch. Raises nothing."""
        ended = self.run.result is not None and not self.lock.locked()
        return self.run.result if ended else self.run.trainer.result

    def figure(self):
        """Return the knobs and the curves as they stand, an AccessibleFigure. Raises nothing."""
        return stack(draw_knobs(self.controls.sliders), self.screen.curves.figure)

    def train(self, live=False):
        """Start a training with the present settings; one that goes on ends. live: a short one. Raises nothing."""
        self.request += 1
        if not live:
            self.run.trainer.stopped = True
        self.later(self._train(self.request, live))

    def pause(self):
        """Hold the training, or go on with it. Raises nothing."""
        trainer = self.run.trainer
        if self.lock.locked() and not trainer.stopped:
            trainer.paused = not trainer.paused
            self.screen.show_progress()

    def stop(self):
        """End the training within a moment; the epochs that are finished stay. Raises nothing."""
        self.request += 1
        self.run.trainer.stopped = True

    def one_more(self):
        """Go on with the newest run for a single epoch. Raises ValueError after a run that diverged."""
        trainer = self.run.trainer
        if self.lock.locked():
            trainer.single, trainer.paused = True, False
        elif trainer.stop_reason == "diverged":
            raise ValueError("this run has diverged and cannot go on; choose other settings and press Train")
        else:
            self.later(self._one_more())

    def reset(self):
        """Forget all runs, put the controls back and train the first run again. Raises nothing."""
        self.stop()
        self.later(self._reset())

    def move(self, name):
        """Retrain after a control has moved, in live mode and while no long training goes on. Raises nothing."""
        if self.parts.live.value and (self.run.live or not self.lock.locked()):
            self.train(live=True)

    def cure(self, hint):
        """Apply the cure of a Hint and train again, as long as the run it was about. Raises nothing."""
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
            self.run.trainer.go_on()
            await self._go_on(epochs=1)

    async def _reset(self):
        async with self.lock:
            self.controls.set(self.controls.start)
            self.book.forget()
            self.first_run()

    async def _compare(self):
        self.screen.draw()  # here, because two threads must not draw at once

    async def _go_on(self, **limits):
        """Train the newest run until it is over or a limit is reached; an error leaves the panel usable."""
        request = self.request
        self.screen.show_progress()
        try:
            await self.run.trainer.train(self.screen.after_epoch, **limits)
        except BaseException:  # also where the task is cancelled
            self.parts.set_state("idle")
            raise
        overtaken = self.run.live and self.request != request and not self.run.trainer.stopped
        self.book.end(self.run)
        if overtaken:  # the next run is waiting
            self.screen.draw()
        else:
            self.screen.show_end()

    def first_run(self):
        """Train the run that the panel shows when it opens. Raises nothing."""
        self.book.first(self.controls.values())
        self.screen.show_end()


def sizes_of(dataset):
    """Return the sizes that a dataset gives to the ends of a network: features and classes. Raises nothing."""
    return [len(dataset.X), len(dataset.class_names)] if hasattr(dataset, "class_names") else [1, 1]
