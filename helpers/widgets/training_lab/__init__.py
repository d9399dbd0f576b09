"""The training lab: turn the knobs of a training run and see at once what becomes of its curves."""

import asyncio
import weakref
from pathlib import Path

import anywidget
import traitlets

from helpers.internals.checks import check_dataset
from helpers.widgets.browser import module, style
from helpers.widgets.panel import Panel
from helpers.widgets.training_lab.hints import Bounds, dead_neurons, find_hints
from helpers.widgets.training_lab.runs import RunBook, clock, give_back_memory
from helpers.widgets.training_lab.settings import DEFAULTS, Controls
from helpers.widgets.training_lab.showing import (
    Misread,
    answer,
    code,
    first_layer,
    for_browser,
    in_words,
    lab_code,
    outcome,
    progress,
    title,
)
from helpers.widgets.training_lab.still import draw_still

__all__ = ["TrainingLab"]

HERE = Path(__file__).parent
LIVE_SECONDS = 2.0  # a live run on a slow machine or with wide layers ends then
SHOWN_SECONDS = 0.15  # so long may a live run go on that the next move has overtaken
FIRST_EXAMPLES = 5000  # at most in the run that a new panel shows
FRAME_SECONDS = 0.06
JUDGES = 500  # development images on which dead neurons are looked for
SEEDS = 5


class LabSurface(anywidget.AnyWidget):
    """What the browser shows and sends; view.js says what each of these holds."""

    _esm, _css = module(HERE / "view.js"), style(HERE / "view.css")
    controls = traitlets.List().tag(sync=True)
    settings = traitlets.Dict().tag(sync=True)
    live = traitlets.Bool(True).tag(sync=True)
    frame = traitlets.Dict().tag(sync=True)
    page = traitlets.Dict().tag(sync=True)
    error = traitlets.Unicode("").tag(sync=True)
    stamp = traitlets.Int(0).tag(sync=True)
    heard = traitlets.Int(0).tag(sync=True)


class TrainingLab(Panel):
    """Sliders for the settings of a training run, and what follows from them: curves and mistakes.

    It opens with a first run of ten epochs; training goes on beside other cells. `DigitPad`,
    `MistakeExplorer` and `NetworkInspector` take a lab in place of parameters, and follow it.

    Parameters
    ----------
    train_set, dev_set : Dataset
        With labels, as for `train`.
    **start
        Settings to start with, such as learning_rate=0.05 or hidden=(32,): learning_rate, hidden,
        batch_size (None for all), optimizer, activation, l2, epochs, patience, seed or share.

    Raises
    ------
    ValueError
        Where the data or a setting do not fit.
    """

    purpose = "turn the knobs"

    def __init__(self, train_set, dev_set, **start):
        check_dataset("train_set", train_set, sizes_of(train_set))
        check_dataset("dev_set", dev_set, sizes_of(train_set))
        if len(train_set) > FIRST_EXAMPLES:
            start = {"share": max(5, 5 * int(20 * FIRST_EXAMPLES / len(train_set)))} | start
        self.controls = Controls(**start)
        super().__init__()
        self.train_set, self.dev_set = train_set, dev_set
        self.book, self.lock, self.request = RunBook(train_set, dev_set), asyncio.Lock(), 0
        self.bounds, self.misread, self.forgotten, self.framed_at = Bounds(), None, None, 0.0
        self.panels, self.column = weakref.WeakSet(), 0  # that follow; an image to be answered
        self.surface = LabSurface(
            controls=self.controls.described(), settings=self.controls.all_positions()
        )
        self.quiet, self._hints = False, []
        self.surface.observe(self.guard(self._on_settings), "settings")
        self.surface.observe(self.guard(self._on_live), "live")
        self.surface.on_msg(self.guard(self._on_message))
        self.show(self.surface)
        self.book.first(self.controls.start)
        self.working = self.run
        self._show_frame()
        self._show_page()
        if self.loop is not None and self.run.stop_reason == "on_epoch":
            self.later(self._rest_of_first_run(self.request))

    @property
    def run(self):
        """The run on show: the newest, or one that was brought back."""
        return self.book.shown

    @property
    def runs(self):
        """The runs that are kept, the newest last: each has .values, .history and .result.

        The result is None where a wide network was let go to save memory; bringing the run back
        trains it again.
        """
        return self.book.runs

    @property
    def result(self):
        """The TrainingResult of the run on show, as it stands after its last finished epoch."""
        return self.run.result

    @property
    def values(self):
        """The settings as the controls stand, a dictionary."""
        return self.controls.values(self.surface.settings)

    @property
    def code(self):
        """The line of Python that repeats the run on show exactly."""
        return code(self.run, len(self.train_set))

    @property
    def hints(self):
        """The Hints for the run on show."""
        return self._hints

    def figure(self):
        """Return the knobs, the curves and the misread images as they stand, an AccessibleFigure."""
        return draw_still(self)

    def set(self, **values):
        """Move controls to these settings, as if a reader had.

        Raises
        ------
        ValueError
            For a setting or a value that the lab does not have.
        """
        self.surface.settings = self.surface.settings | self.controls.positions(values)

    def train(self, live=False):
        """Start a run with the present settings, a short one if live; one that goes on ends."""
        self.request += 1
        if not live:
            self.working.stopped = True
        self.later(self._train(self.request, live))

    def five_seeds(self):
        """Repeat the run on show with four other seeds; where the controls have moved, train first."""
        if not self.lock.locked():
            self.request += 1
            self.later(self._five_seeds(self.request))

    def join(self, panel):
        """Let a panel follow: its `follow(lab)` is called whenever another run is on show."""
        self.panels.add(panel)

    def look_at(self, column):
        """Show the answer to this image of the development set, in panels that follow too."""
        self.column = column
        self._show_frame()
        for panel in self._followers():
            panel.guard(panel.look_at)(column)

    def pause(self):
        """Hold the training, or go on with it."""
        if self.lock.locked() and not self.working.stopped:
            self.working.paused = not self.working.paused
            self._show_frame()

    def stop(self):
        """End the training within a moment; the epochs that are finished stay."""
        self.request += 1
        self.working.stopped = True

    def one_more(self):
        """Go on with the run on show for a single epoch; raises ValueError if it cannot."""
        if self.lock.locked():
            self.working.single, self.working.paused = True, False
        elif self.run.stop_reason == "diverged":
            raise ValueError(
                "this run has diverged and cannot go on; choose other settings and press Train"
            )
        else:
            self.later(self._one_more())

    def reset(self):
        """Forget all runs, put the controls back and train the first run again; undo takes it back."""
        self.stop()
        self.later(self._reset())

    def undo(self):
        """Bring back the runs that Reset has forgotten."""
        if self.forgotten and not self.lock.locked():
            self.book.runs, shown = self.forgotten
            self.forgotten = None
            self._bring_back(shown)

    def back_to(self, number):
        """Bring back the settings of a run that is kept, and its curves while no long run goes on.

        Raises
        ------
        ValueError
            Where there is none of this number.
        """
        found = [run for run in self.runs if run.number == number]
        if not found:
            raise ValueError(f"there is no run {number}, expected one of the table")
        self._bring_back(found[0])

    def cure(self, hint):
        """Apply the cure of a Hint and train again, as long as the run it was about."""
        self._set(hint.cure)
        self.bounds.seeds += "seed" in hint.cure
        self.train(live=self.run.live and bool(hint.cure))

    def _on_settings(self, change):
        self.surface.heard = self.surface.stamp
        if not self.quiet:
            self.bounds = Bounds()
            if self.surface.live and (self.run.live or not self.lock.locked()):
                self.train(live=True)

    def _on_live(self, change):
        if change.new and not self.lock.locked() and self.values != self.run.values:
            self.train(live=True)

    def _on_message(self, surface, message, buffers):
        surface.heard = message.get("stamp", 0)
        match message:
            case {"do": "cure", "number": int(i)}:
                self.cure(self._hints[i])
            case {"do": "back", "number": int(number)}:
                self.back_to(number)
            case {"do": "look", "number": int(column)}:
                self.look_at(column % len(self.dev_set))
            case {
                "do": "train"
                | "five_seeds"
                | "pause"
                | "stop"
                | "one_more"
                | "reset"
                | "undo" as name
            }:
                getattr(self, name)()

    def _set(self, values):
        """Move controls without training."""
        self.quiet = True
        try:
            self.set(**values)
        finally:
            self.quiet = False

    def _bring_back(self, run):
        self.bounds = Bounds()
        if self.lock.locked() and not self.run.live:  # the long run goes on, and this is a move
            self._set(run.values)
        elif run.result is None:  # its network was let go
            self._set(run.values)
            self.train(live=run.live)
        else:
            self.request += 1
            self.working.stopped = True
            self.later(self._show_again(run))

    async def _show_again(self, run):
        async with self.lock:
            self.book.shown = self.working = run
            self._set(run.values)
        await self._finish()

    async def _train(self, request, live):
        async with self.lock:
            if request != self.request:  # a newer move has come meanwhile
                return
            run = self.book.start(self.values, live)
            self.forgotten = None
            await self._go_on(run, until=self._time_is_up(run, request))
        await self._finish(request)

    def _time_is_up(self, run, request):
        """Return a function that says whether a live run has gone on from now for long enough."""
        begun = clock()

        def is_up():
            limit = LIVE_SECONDS if request == self.request else SHOWN_SECONDS
            return run.live and len(run.history) > 0 and clock() - begun > limit

        return is_up

    async def _rest_of_first_run(self, request):
        """Do the epochs of the first run that would have delayed the opening, as in any live run."""
        run = self.run
        if self.loop is not None and run.stop_reason == "on_epoch":
            async with self.lock:
                if request == self.request and run is self.run:
                    run.go_on(*self.book.data(run.values))
                    await self._go_on(run, until=self._time_is_up(run, request))
        await self._finish(request)

    async def _one_more(self):
        async with self.lock:
            self.run.go_on(*self.book.data(self.run.values))
            await self._go_on(self.run, epochs=1)
        await self._finish()

    async def _five_seeds(self, request):
        if self.values != self.run.values:
            self.request = request = request + 1
            await self._train(request, live=self.surface.live)
        async with self.lock:
            run = self.run
            if request != self.request or run.stop_reason == "diverged" or not run.history:
                return
            run.others, first = [], run.values["seed"]
            settings = run.repeated()
            for seed in range(first + 1, first + SEEDS):
                values = run.values | {"seed": seed}
                own = {"max_epochs": settings.max_epochs, "patience": settings.patience}
                other = self.book.new(run.number, values, run.live, **own)
                await self._go_on(other)
                if other.stopped:
                    break
                other.release()
                run.others.append(other)
            self.working = run
        await self._finish()

    async def _reset(self):
        async with self.lock:
            self.forgotten = (self.runs, self.run)
            self._set(self.controls.start)
            self.book.runs, self.misread, self.bounds = [], None, Bounds()
            self.book.first(self.controls.start)
            self.working = self.run
        await self._rest_of_first_run(self.request)

    async def _go_on(self, run, **how_long):
        """Train a run and show how it goes; keep it if it is the one on show."""
        self.working = run
        self._show_frame()
        try:
            await run.train(self._after_epoch, **how_long)
        except BaseException:  # also where the task is cancelled: the panel stays usable
            run.stopped, self.working = True, self.run
            self.book.end(self.run)
            self._show_frame()
            raise
        run.end()
        if run is self.run:
            self.book.end(run)

    def _after_epoch(self):
        if self.working.paused or clock() - self.framed_at > FRAME_SECONDS:
            self._show_frame()

    async def _finish(self, request=None):
        """Show what stands at the end, and do a move that has waited for it."""
        run = self.run
        overtaken = request not in (None, self.request) and not run.stopped
        if overtaken or self.lock.locked():
            return
        request = self.request
        self._show_frame()
        await asyncio.sleep(0)  # in which Reset or a click in the table may show another run
        if request != self.request or self.lock.locked() or run is not self.run:
            return
        if self.surface.live and self.values != run.values:
            self.train(live=True)
            return
        await self._look_at_mistakes(run)
        if request == self.request and run is self.run:
            self._show_page()
        if run.in_thread:
            give_back_memory()

    async def _look_at_mistakes(self, run):
        before, dev_set = self.misread, self.book.dev_set
        if Misread.is_long(run, dev_set):
            self.misread = await asyncio.to_thread(Misread, run, dev_set, before)
        else:
            self.misread = Misread(run, dev_set, before)
        if self.misread.before is not None:
            self.misread.before.before = None  # no longer a chain than two

    def _show_frame(self):
        """Show the run as it stands."""
        run, working, busy = self.run, self.working, self.lock.locked()
        phase = "idle" if not busy or (run.stop_reason and working is run) else "training"
        if phase == "training" and working.paused:
            phase = "paused"
        self.framed_at = clock()
        layers = working.layers(best=phase == "idle")
        self.surface.frame = {
            "phase": phase,
            "long": phase != "idle" and not (run.live and working is run),
            "said": outcome(run) if phase == "idle" else progress(run, working),
            "title": title(run, self.controls),
            "alt": in_words(run, self.controls),
            "run": for_browser(run, self._positions(run)),
            "weights": first_layer(layers, self.dev_set.image_shape),
            "answer": answer(layers, run.settings.activation, self.dev_set, self.column),
        }

    def _show_page(self):
        """Show what is known once a run has ended."""
        run, dev_set = self.run, self.book.dev_set
        if self.misread is None:
            self.misread = Misread(run, dev_set)
        self._hints = find_hints(run, dead_neurons(run, dev_set.X[:, :JUDGES]), self.bounds)
        self.surface.page = {
            "number": run.number,
            "runs": [for_browser(each, self._positions(each)) for each in self.runs],
            "hints": [{"text": hint.text, "button": hint.button} for hint in self._hints],
            "mistakes": self.misread.tiles(dev_set),
            "forgotten": len(self.forgotten[0]) if self.forgotten else 0,
            "lines": [
                ["This run as code", self.code],
                ["A lab with these settings", lab_code(run.values, DEFAULTS)],
            ],
        }
        for panel in self._followers():
            panel.guard(panel.follow)(self)

    def _followers(self):
        return [panel for panel in self.panels if not panel.closed]

    def _positions(self, run):
        return self.surface.settings | self.controls.positions(run.values)


def sizes_of(dataset):
    """Return the sizes that a dataset gives to the ends of a network: features and classes."""
    return [len(dataset.X), len(dataset.class_names)] if hasattr(dataset, "class_names") else [1, 1]
