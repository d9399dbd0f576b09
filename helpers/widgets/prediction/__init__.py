"""The prediction: say what you expect, and see it beside what was measured."""

import contextlib
import html
from pathlib import Path

import anywidget
import traitlets

from helpers.internals.progress_file import note_guess, read_guesses
from helpers.widgets.browser import module, style
from helpers.widgets.panel import Panel
from helpers.widgets.prediction.kinds import Choice, Curve, Number

__all__ = ["Prediction"]

HERE = Path(__file__).parent
LATER = "Locked. What is measured appears here when the cell below has run."
READY = "It is measured: lock your guess in to see it."


class PredictionSurface(anywidget.AnyWidget):
    """What the browser shows; it sends {type: "lock", guess}. view.js says what each holds."""

    _esm, _css = module(HERE / "view.js"), style(HERE / "view.css")
    about = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    error = traitlets.Unicode("").tag(sync=True)


class Prediction(Panel):
    """A question before a measurement: the guess is locked, then the measured is laid over it.

    With `choices` one of them is chosen, with `x` a curve is drawn, otherwise a number is typed.
    The guess is kept in the progress file. What a cell shows of it is the same whether or not
    there is a guess, and `reveal` shows nothing but in the panel.

    Parameters
    ----------
    question : str
        Another than all others of the series.
    choices : sequence, optional
        Two or more; texts are made of them.
    low, high : float
        The ends between which a number, or a curve, lies.
    unit : str
        Of a number, such as "%".
    x : array_like, shape (n,), optional
        Rising numbers at which a curve is measured.
    log : bool
        Whether the line of a number, or x, is logarithmic.
    xlabel, ylabel : str
        What a curve is of.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.
    """

    def __init__(
        self,
        question,
        choices=None,
        *,
        low=0,
        high=1,
        unit="",
        x=None,
        log=False,
        xlabel="x",
        ylabel="y",
    ):
        if not (isinstance(question, str) and question.strip()):
            raise TypeError(f"question is {question!r}, expected a sentence")
        if choices is not None:
            self.kind = Choice(choices)
        elif x is not None:
            self.kind = Curve(x, low, high, log, xlabel, ylabel)
        else:
            self.kind = Number(low, high, unit, log)
        super().__init__()
        self.question, self.guess, self.measured, self.trouble = question, None, None, ""
        self._is_measured = False
        with contextlib.suppress(KeyError, TypeError, ValueError):  # none yet, or of another kind
            self.guess = self.kind.accept(read_guesses()[question])
        self.surface = PredictionSurface(about={"question": question, **self.kind.about})
        self._refresh()
        self.surface.on_msg(self.answering(self._on_message))
        self.show(self.surface)

    def lock(self, guess):
        """Lock a guess as a reader would.

        Parameters
        ----------
        guess : str, float or sequence of float
            A choice, a number, or the heights of a curve at its points.

        Raises
        ------
        TypeError, ValueError
            Where it is no such guess, or where one is locked already.
        """
        if self.guess is not None:
            raise ValueError(f"the guess at {self.question!r} is locked: {self.guess}")
        self.guess = self.kind.accept(guess)
        self.trouble = note_guess(self.question, self.guess)
        self._refresh()

    def reveal(self, measured):
        """Show what was measured beside the guess, as soon as there is one.

        Parameters
        ----------
        measured : object, float or array_like, shape (n,)
            One of the choices, a number, or the curve at each x.

        Raises
        ------
        TypeError, ValueError
            Where it is not what was asked for.
        """
        self.measured, self._is_measured = self.kind.measure(measured), True
        self._refresh()

    def still(self):
        """Return the question as text, which a page without a kernel shows, and no metadata."""
        question, how = f"{self.question}:", self.kind.invitation
        if self.question.endswith("?"):
            question, how = self.question, how[0].upper() + how[1:]
        marked = f"<strong>{html.escape(question)}</strong> {html.escape(how)}"
        plain = f"✎ {question} {how}."
        return {"text/plain": plain, "text/html": f"<p>✎ {marked}.</p>"}, {}

    def _on_message(self, surface, message, buffers):
        match message:
            case {"type": "lock", "guess": guess}:
                self.lock(guess)

    def _refresh(self):
        """Tell the browser how things stand; what was measured only where a guess is locked."""
        locked, state = self.guess is not None, {"words": READY if self._is_measured else ""}
        if locked:
            state = {"guess": self.guess, "words": LATER + self.trouble}
        if locked and self._is_measured:
            state["measured"] = self.measured
            state["words"] = self.kind.compare(self.guess, self.measured) + self.trouble
        self.surface.state = {"locked": locked, "revealed": locked and self._is_measured, **state}
