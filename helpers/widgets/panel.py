"""What panels share: their display, their errors, and tasks that run beside other cells."""

import asyncio
import functools

import ipywidgets as widgets
from IPython import get_ipython

from helpers.widgets.figures import under_note

OPEN_PANELS = {}  # (kind of panel, cell) -> the panel that this cell made last


class Panel:
    """The base of all panels of controls in a notebook.

    A subclass makes its `.surface`, an anywidget with a trait `error`, fills `.view` through
    `show`, and gives `figure()`, the static figure that stands in its place where there is no
    browser. Making a panel again in the same cell closes the one before it, which is `.previous`
    until then.
    """

    purpose = "use it"  # of running its cell, as the note above the figure says it

    def __init__(self):
        self.loop = running_loop()
        self.tasks, self.last_error = set(), None
        self.closed = False
        self.view = widgets.VBox(layout=widgets.Layout(width="100%", align_items="stretch"))
        place = (type(self).__name__, current_cell())
        previous = OPEN_PANELS.pop(place, None)
        self.previous = previous if place[1] else None
        if previous is not None:
            # not all programs name the cell: it may be another cell's, which only stops then
            previous.close() if place[1] else previous.cancel()
        OPEN_PANELS[place] = self

    def show(self, *children):
        """Make these widgets, one below the other, the content of the panel, and return it."""
        self.view.children, self.previous = children, None
        return self

    def follow(self, lab):
        """Take over the network that a TrainingLab shows."""
        raise NotImplementedError

    def look_at(self, column):
        """Show an image of the lab's development set, where the panel shows one."""

    def figure(self):
        """Return the static figure, an AccessibleFigure with a deterministic `alt`."""
        raise NotImplementedError

    def guard(self, callback):
        """Return the callback in a form whose errors appear in the panel instead of vanishing."""

        @functools.wraps(callback)
        def guarded(*args, **kwargs):
            try:
                self.clear_error()
                return callback(*args, **kwargs)
            except Exception as error:
                self.show_error(error)

        return guarded

    def answering(self, callback):
        """Return the guarded callback in a form that tells the browser when it has been heard."""
        guarded = self.guard(callback)

        @functools.wraps(callback)
        def answered(*args, **kwargs):
            guarded(*args, **kwargs)
            self.surface.send({"heard": True})

        return answered

    def show_error(self, error):
        """Show an exception's sentence in the panel; the exception is kept as `.last_error`."""
        self.last_error = error
        text = str(error) or "something went wrong, without a word about it"
        if not isinstance(error, ValueError):
            text = f"{type(error).__name__}: {text}"
        self.tell_error(text)

    def clear_error(self):
        """Take the error away."""
        if self.last_error is not None:
            self.last_error = None
            self.tell_error("")

    def tell_error(self, text):
        """Show the sentence of an error in the panel, "" for none."""
        self.surface.error = text

    def later(self, coroutine):
        """Run a coroutine on the loop of the panel's cell; where there is none, to its end."""
        if self.loop is None:
            asyncio.run(self._watched(coroutine))
        elif running_loop() is self.loop:
            self._start(coroutine)
        else:  # callbacks of JupyterLab's subshells come from another thread with another loop
            self.loop.call_soon_threadsafe(self._start, coroutine)

    def cancel(self):
        """End all that the panel runs."""
        for task in list(self.tasks):
            task.get_loop().call_soon_threadsafe(task.cancel)

    def close(self):
        """Cancel what the panel still runs and free its widgets."""
        self.cancel()
        self.closed = True
        for widget in family(self.view):
            widget.close()

    def _start(self, coroutine):
        task = self.loop.create_task(self._watched(coroutine))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _watched(self, coroutine):
        try:
            await coroutine
        except Exception as error:
            self.show_error(error)

    def still(self):
        """Return (data, metadata) by MIME type of what stands in the panel's place."""
        return under_note(self.figure(), self.purpose)

    def _repr_mimebundle_(self, include=None, exclude=None):
        data, metadata = self.still()
        return {**self.view._repr_mimebundle_(), **data}, metadata


def network_of(source, activation):
    """Return (parameters, activation, lab): what a TrainingLab shows, or what was given and None."""
    if isinstance(source, Panel):
        run = source.run
        return run.result.parameters, run.settings.activation, source
    return source, activation, None


def running_loop():
    """Return the event loop that runs in this thread, or None."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def current_cell():
    """Return the id of the notebook cell that is being executed, or None where nobody says."""
    shell = get_ipython()
    if not hasattr(shell, "get_parent"):
        return None
    metadata = shell.get_parent().get("metadata", {})
    return metadata.get("cellId") or metadata.get("cell_id")


def family(widget):
    """Yield a widget and all that it holds, children first."""
    for child in getattr(widget, "children", ()):
        yield from family(child)
    yield widget
