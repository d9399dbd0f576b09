"""The training lab below its sliders: buttons, status, curves, hints, table of runs."""

import html
import math

import ipywidgets as widgets

from helpers.widgets.controls import explanation
from helpers.widgets.figures import Picture, draw_side_by_side
from helpers.widgets.training_lab.controls import help_text
from helpers.widgets.training_lab.curves import Curves
from helpers.widgets.training_lab.hints import dead_neurons, find_hints
from helpers.widgets.training_lab.runs import best, clock, last

BUTTONS = {
    "train": ("Train", "play", "Start a new training with these settings"),
    "pause": ("Pause", "pause", "Hold the training, or go on with it"),
    "stop": ("Stop", "stop", "End the training; its last finished epoch is kept"),
    "one_more": ("One epoch more", "step-forward", "Go on for a single epoch, also after the end"),
    "reset": ("Reset", "undo", "Forget all runs and put every control back"),
}
ENABLED = {
    "idle": {"train", "one_more", "reset"},
    "training": {"train", "pause", "stop", "reset"},
    "paused": {"train", "pause", "stop", "one_more", "reset"},
}
SORTS = {
    "run": lambda run: run.number,
    "learning rate": lambda run: run.values["learning_rate"],
    "parameters": lambda run: run.parameters,
    "best dev accuracy": best,
    "last train accuracy": lambda run: last(run, "train_accuracy"),
    "last dev loss": lambda run: last(run, "dev_loss"),
    "epochs": lambda run: len(run.history),
    "seconds": lambda run: run.seconds,
}
WRAP = {"flex_flow": "row wrap", "width": "100%", "align_items": "center"}
LINE = "line-height: 1.45; white-space: normal"
CELL = "padding: 1px 8px; text-align: right; border-bottom: 1px solid #ccc; white-space: nowrap"
LIVE_HELP = (
    "Retrain at every move of a control, for ten epochs at most; Train always uses all epochs"
)
FRAME_SECONDS = 0.12
JUDGES = 500  # development images on which dead neurons are looked for


class LabView:
    """The widgets of a training lab but for its sliders.

    controls: the widget of the sliders. on_click: {name of BUTTONS: callback}; on_choice: called
    when another run is to be compared, on_cure with the Hint whose button was pressed.
    """

    def __init__(self, controls, on_click, on_choice, on_cure):
        self.on_cure, self.rows, self.quiet = on_cure, ((), None), False
        self.live = widgets.Checkbox(
            value=True, description="Live: retrain at every move", indent=False
        )
        self.live.tooltip, self.live.layout.width = LIVE_HELP, "230px"
        self.buttons = {}
        for name, (title, icon, words) in BUTTONS.items():
            self.buttons[name] = widgets.Button(description=title, icon=icon, tooltip=words)
            self.buttons[name].on_click(on_click[name])
        self.buttons["train"].button_style = "primary"
        self.status = widgets.HTML(layout=widgets.Layout(min_height="46px", width="100%"))
        self.pictures = [Picture(480, 400), Picture(480, 400)]
        self.hints = widgets.VBox(layout=widgets.Layout(width="100%"))
        self.compare = widgets.Dropdown(options=[("no run", None)], description="Compare with")
        self.sort_by = widgets.Dropdown(options=list(SORTS), description="Sort runs by")
        self.descending = widgets.Checkbox(value=True, description="Largest first", indent=False)
        self.compare.tooltip = "Draw another run beside the present one, green with squares"
        self.sort_by.tooltip = "The column that orders the table of runs"
        self.descending.tooltip = "The direction of the order"
        for chooser in (self.compare, self.sort_by):
            chooser.style.description_width = "100px"
            chooser.layout.width = "270px"
        self.compare.observe(lambda change: self.quiet or on_choice(change), "value")
        for control in (self.sort_by, self.descending):
            control.observe(lambda change: self.show_runs(*self.rows), "value")
        self.table = widgets.HTML(layout=widgets.Layout(width="100%", overflow="auto"))
        self.children = [
            *(controls, wrapped(*self.buttons.values(), self.live), self.status),
            *(wrapped(*self.pictures), self.hints),
            *(wrapped(self.compare, self.sort_by, self.descending), self.table),
            explanation(help_text()),
        ]

    def set_state(self, state):
        """Enable the buttons that make sense in a state, a key of ENABLED."""
        for name, button in self.buttons.items():
            button.disabled = name not in ENABLED[state]
        pause = self.buttons["pause"]
        paused = state == "paused"
        pause.description, pause.icon = ("Resume", "play") if paused else ("Pause", "pause")

    def say(self, text):
        """Show a sentence about the training."""
        self.status.value = f'<div role="status" style="{LINE}">{html.escape(text)}</div>'

    def show_hints(self, hints):
        """Show hints, each with the button that applies its cure."""
        old = self.hints.children
        self.hints.children = [self._hint(hint) for hint in hints]
        for row in old:
            for widget in (*row.children, row):
                widget.close()

    def _hint(self, hint):
        words = f"<b>Hint.</b> {html.escape(hint.text)}"
        text = widgets.HTML(f'<div style="{LINE.replace("1.45", "1.4")}">{words}</div>')
        text.layout = widgets.Layout(flex="1 1 320px", width="auto")
        tooltip = f"Apply the cure and train again: {hint.button}"
        button = widgets.Button(description=hint.button, tooltip=tooltip)
        button.layout.width, button.button_style = "auto", "warning"
        button.style.text_color = "black"
        button.on_click(lambda _: self.on_cure(hint))
        return wrapped(text, button)

    def show_runs(self, runs, current):
        """Show the runs in the table, and offer all but the current one for comparison."""
        self.rows = (runs, current)
        others = [("no run", None)]
        others += [(run.name, run.number) for run in runs if run is not current]
        if tuple(others) != self.compare.options:
            chosen = self.compare.value
            kept = chosen if chosen in [number for _, number in others] else None
            self.quiet = True  # new options unset the choice for a moment
            self.compare.options = others
            self.compare.value = kept
            self.quiet = False
        self.table.value = table(runs, current, self.sort_by.value, self.descending.value)


class Screen:
    """Shows in a LabView the newest run, the earlier ones and the one to compare with."""

    def __init__(self, book, view):
        self.book, self.view, self.curves, self.drawn_at = book, view, Curves(), 0.0

    def after_epoch(self):
        """Draw a frame, if the last one is old enough or the training pauses."""
        if self.book.newest.paused or clock() - self.drawn_at > FRAME_SECONDS:
            self.show_progress()
            self.draw()

    def show_progress(self):
        """Show how far the training is."""
        self.view.set_state("paused" if self.book.newest.paused else "training")
        self.view.say(progress(self.book.newest))

    def show_end(self):
        """Show the newest run with what is to be said about it."""
        run = self.book.newest
        self.view.set_state("idle")
        self.view.say(stop_in_words(run))
        self.draw()
        self.view.show_runs(self.book.runs, run)
        dead = []
        if run.stop_reason != "diverged":
            dead = dead_neurons(run.result, run.settings, self.book.dev_set.X[:, :JUDGES])
        self.view.show_hints(find_hints(run.values, run.result, dead))

    def draw(self):
        """Draw the newest run, the earlier ones and the one to compare with."""
        chosen = self.view.compare.value
        newest = self.book.newest
        others = [run for run in self.book.runs if run is not newest]
        compared = next(((run.name, run.history) for run in others if run.number == chosen), None)
        earlier = [(run.name, run.history) for run in others if run.number != chosen]
        self.curves.update(newest.title(), newest.history, newest.best_epoch, earlier, compared)
        draw_side_by_side(self.view.pictures, self.curves.figure)
        self.drawn_at = clock()


def wrapped(*children):
    """Return the widgets side by side over the whole width, below each other where it is narrow."""
    return widgets.Box(children, layout=widgets.Layout(**WRAP))


def table(runs, current, sort_by="run", descending=True):
    """Return the runs as an HTML table; what differs from the current one's settings is bold."""
    if not runs:
        return "No run yet."
    ordered = sorted(runs, key=SORTS[sort_by], reverse=descending)
    rows = [_row(run, current) for run in ordered]
    style = f"{CELL}; white-space: normal"
    heads = "".join(f'<th scope="col" style="{style}">{name}</th>' for name in rows[0])
    lines = ("".join(f'<td style="{CELL}">{text}</td>' for text in row.values()) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    content = f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody>"
    return (
        '<div style="overflow-x: auto; line-height: 1.5">'
        f'<table style="border-collapse: collapse">{content}</table></div>'
    )


def _row(run, current):
    """Return the cells of one run by the names of their columns, as HTML."""
    cells = {"run": f"▶ {run.number}" if run is current else str(run.number)}
    cells["best dev accuracy"] = "–" if best(run) < 0 else f"{best(run):.3f}"
    theirs = current.cells() if current else {}
    for name, text in run.cells().items():
        same = theirs.get(name, text) == text
        cells[name] = html.escape(text) if same else f"<b>{html.escape(text)}</b>"
    for name, column in (("last train accuracy", "train_accuracy"), ("last dev loss", "dev_loss")):
        value = last(run, column)
        cells[name] = f"{value:.3f}" if math.isfinite(value) else "–"
    cells["epochs"] = f"{len(run.history)} (best {run.best_epoch})"
    cells["ended by"] = html.escape(run.result.stop_reason)
    cells["seconds"] = f"{run.seconds:.2f}"
    cells["steps/s"] = f"{run.steps_a_second:,.0f}"
    return cells


def progress(run):
    """Return how far a run is, as a sentence."""
    doing = "Paused in" if run.paused else "Training"
    most = count(run.settings.max_epochs)
    start = f"{doing} run {run.number}: {len(run.history)} of at most {most}"
    if not run.history:
        return f"{start}."
    return f"{start}, development accuracy {run.history[-1]['dev_accuracy']:.3f}. {pace(run)}"


def stop_in_words(run):
    """Return why a run has stopped, its best epoch and its pace, as sentences."""
    epochs, patience = len(run.history), count(run.values["patience"])
    reason = {
        "early stopping": f"Early stopping: no better development accuracy for {patience}",
        "max epochs": f"{count(epochs)} done, all of a {'short' if run.live else 'full'} run",
        "diverged": f"Diverged in epoch {epochs}: the loss is not a number any more",
        "interrupted": f"Stopped by you after {count(epochs)}",
    }.get(run.result.stop_reason, f"Time is up for the live mode after {count(epochs)}")
    if not run.history:
        return f"Run {run.number}. {reason}."
    best_words = "No epoch was good"
    if run.best_epoch:
        best_words = f"Best epoch: {run.best_epoch}, development accuracy {best(run):.3f}"
    return f"Run {run.number}. {reason}. {best_words}. {pace(run)}"


def pace(run):
    """Return the seconds and steps per second of a run, as a sentence."""
    return f"{run.seconds:.2f} s, {run.steps_a_second:,.0f} steps a second."


def count(epochs):
    """Return a number of epochs in words."""
    return f"{epochs} epoch{'' if epochs == 1 else 's'}"
