"""What is solved, kept in a small file of the folder the notebook runs in; the file can be deleted without harm."""

import contextlib
import html
import json
import os
import tempfile
from pathlib import Path

from helpers.exercises.exercise import REGISTRY
from helpers.exercises.verdict import LOOKS, NOT_YET, OPEN, SOLVED

FILE = ".exercise_progress.json"


def read_states():
    """Return {key: state} of the file, empty where there is none or it cannot be read; raises nothing."""
    try:
        states = json.loads(Path(FILE).read_text("utf8"))["states"]
        return {key: state for key, state in states.items() if state in (SOLVED, NOT_YET)}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def record(verdict):
    """Note the state of an exercise; what was solved stays so, and an open one is not noted. Raises nothing."""
    states = read_states()
    if verdict.state == OPEN or states.get(verdict.key) in (SOLVED, verdict.state):
        return
    text = json.dumps({"states": dict(sorted((states | {verdict.key: verdict.state}).items()))}, indent=1)
    temporary = None
    try:
        with tempfile.NamedTemporaryFile("w", dir=".", prefix=FILE, delete=False, encoding="utf8") as file:
            temporary = file.name
            file.write(text + "\n")
        os.replace(temporary, FILE)
    except OSError:  # a folder that cannot be written to: the verdict matters, the note does not
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


class Progress:
    """The table that `progress` returns: `rows` has (key, title, state) for every exercise; raises nothing."""

    def __init__(self, rows):
        self.rows = rows

    def head(self):
        """Return "3 of 28 exercises are solved"; raises nothing."""
        solved = sum(state == SOLVED for *_, state in self.rows)
        return f"{solved} of {len(self.rows)} exercises {'is' if solved == 1 else 'are'} solved"

    def __repr__(self):
        lines = [f"{LOOKS[state][0]} {key:<5} {state:<8} {title}" for key, title, state in self.rows]
        return "\n".join([self.head(), *lines])

    def _repr_html_(self):
        cell = '<td style="text-align: left; padding: 0.15em 0.8em">'
        rows = []
        for key, title, state in self.rows:
            sign, color, _ = LOOKS[state]
            mark = f'<span style="color: {color}" aria-hidden="true">{sign}</span> {state}'
            rows.append(f"<tr>{cell}{key}</td>{cell}{html.escape(title)}</td>{cell}{mark}</td></tr>")
        head = "".join(f'<th style="text-align: left">{name}</th>' for name in ("exercise", "what to do", "state"))
        return f"<table><caption>{self.head()}</caption><tr>{head}</tr>{''.join(rows)}</table>"


def progress():
    """Return a table of all exercises of all notebooks, each open, not yet solved, or solved.

    What is solved stays solved until the file `.exercise_progress.json` is deleted. Raises nothing.
    """
    states = read_states()
    order = sorted(REGISTRY, key=lambda key: [int(part) for part in key.split(".")])
    return Progress([(key, REGISTRY[key].title, states.get(key, OPEN)) for key in order])
