"""What a check answers: open, solved or not yet, as text and as a box in a notebook."""

import html
import re
from dataclasses import dataclass

OPEN, SOLVED, NOT_YET = "open", "solved", "not yet"
LOOKS = {  # sign, color of the edge, translucent background, to be read on white and on black
    OPEN: ("○", "#7A7A7A", "rgba(122, 122, 122, 0.12)"),
    SOLVED: ("✓", "#009E73", "rgba(0, 158, 115, 0.14)"),
    NOT_YET: ("✗", "#D55E00", "rgba(213, 94, 0, 0.12)"),
}
HEADS = {OPEN: "is open", SOLVED: "is solved", NOT_YET: "is not solved yet"}
OF_A_QUESTION = {OPEN: "is open", SOLVED: "is answered correctly", NOT_YET: "needs another answer"}


def is_question(key):
    """Whether a key is that of a question, such as "2.a", and not of an exercise."""
    return key[-1].isalpha()


@dataclass(frozen=True, repr=False)
class Verdict:
    """The answer of a check."""

    key: str  # the number of the exercise, such as "2.1", or of the question, such as "2.a"
    state: str  # "open", "solved" or "not yet"
    message: str  # what to do, or what is wrong
    mistake: str | None = None  # the name of the recognized one

    @property
    def head(self):
        """ "✓ Exercise 2.1 is solved"."""
        of_exercise = f"Exercise {self.key} {HEADS[self.state]}"
        of_question = f"Question {self.key} {OF_A_QUESTION[self.state]}"
        return f"{LOOKS[self.state][0]} {of_question if is_question(self.key) else of_exercise}"

    def __repr__(self):
        return f"{self.head}: {self.message}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        """No further form, but what a program wants to know, as metadata of the output."""
        return {}, {"exercise": {"key": self.key, "state": self.state, "mistake": self.mistake}}

    def _repr_html_(self):
        _, edge, ground = LOOKS[self.state]
        words = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.message, quote=False))
        return (
            f'<div role="status" style="border-left: 5px solid {edge}; background: {ground}; '
            "color: inherit; padding: 0.5em 0.8em; margin: 0.2em 0; max-width: 56em; "
            'line-height: 1.45; white-space: pre-wrap">'
            f"<strong>{self.head}:</strong> {words}</div>"
        )
