"""What the training lab shows below its sliders: buttons, status, curves, hints and the table of runs."""

import html

import ipywidgets as widgets

from helpers.widgets.lab_controls import help_text
from helpers.widgets.lab_table import SORTS, table
from helpers.widgets.pictures import Picture

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
WRAP = {"flex_flow": "row wrap", "width": "100%", "align_items": "center"}
LIVE_HELP = "Retrain at every move of a control, for ten epochs at most; Train always uses all epochs"


class LabView:
    """The widgets of a training lab but for its sliders.

    controls: the widget of the sliders. on_click: {name of BUTTONS: callback}; on_choice: called when another run is
    to be compared, on_cure with the Hint whose button was pressed. `children` are its widgets. Raises nothing.
    """

    def __init__(self, controls, on_click, on_choice, on_cure):
        self.on_cure, self.rows, self.quiet = on_cure, ((), None), False
        self.live = widgets.Checkbox(value=True, description="Live: retrain at every move", indent=False)
        self.live.tooltip, self.live.layout.width = LIVE_HELP, "230px"
        self.buttons = {}
        for name, (title, icon, words) in BUTTONS.items():
            button = widgets.Button(description=title, icon=icon, tooltip=words)
            button.on_click(on_click[name])
            self.buttons[name] = button
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
        explained = widgets.Accordion([widgets.HTML(help_text())], selected_index=None)
        explained.set_title(0, "What is this?")
        self.children = [
            controls,
            widgets.Box([*self.buttons.values(), self.live], layout=widgets.Layout(**WRAP)),
            *(self.status, widgets.Box(self.pictures, layout=widgets.Layout(**WRAP)), self.hints),
            widgets.Box([self.compare, self.sort_by, self.descending], layout=widgets.Layout(**WRAP)),
            *(self.table, explained),
        ]

    def set_state(self, state):
        """Enable the buttons that make sense in a state, a key of ENABLED. Raises nothing."""
        for name, button in self.buttons.items():
            button.disabled = name not in ENABLED[state]
        pause = self.buttons["pause"]
        pause.description, pause.icon = ("Resume", "play") if state == "paused" else ("Pause", "pause")

    def say(self, text):
        """Show a sentence about the training. Raises nothing."""
        self.status.value = (
            f'<div role="status" style="line-height: 1.45; white-space: normal">{html.escape(text)}</div>'
        )

    def show_hints(self, hints):
        """Show hints, each with the button that applies its cure. Raises nothing."""
        old = self.hints.children
        self.hints.children = [self._hint(hint) for hint in hints]
        for row in old:
            for widget in (*row.children, row):
                widget.close()

    def _hint(self, hint):
        text = widgets.HTML(
            f'<div style="line-height: 1.4; white-space: normal"><b>Hint.</b> {html.escape(hint.text)}</div>'
        )
        text.layout = widgets.Layout(flex="1 1 320px", width="auto")
        button = widgets.Button(description=hint.button, tooltip=f"Apply the cure and train again: {hint.button}")
        button.layout.width, button.button_style = "auto", "warning"
        button.style.text_color = "black"
        button.on_click(lambda _: self.on_cure(hint))
        return widgets.Box([text, button], layout=widgets.Layout(**WRAP))

    def show_runs(self, runs, current):
        """Show the runs in the table, and offer all but the current one for comparison. Raises nothing."""
        self.rows = (runs, current)
        others = [("no run", None)] + [(run.name, run.number) for run in runs if run is not current]
        if tuple(others) != self.compare.options:
            chosen = self.compare.value
            kept = chosen if chosen in [number for _, number in others] else None
            self.quiet = True  # new options unset the choice for a moment
            self.compare.options = others
            self.compare.value = kept
            self.quiet = False
        self.table.value = table(runs, current, self.sort_by.value, self.descending.value)
