"""What is solved, kept in a small file of the folder the notebook runs in; the file can be deleted without harm."""

import contextlib
import html
import itertools
import json
import os
import tempfile
from pathlib import Path

from helpers.exercises.exercise import REGISTRY
from helpers.exercises.verdict import LOOKS, NOT_YET, OPEN, SOLVED

FILE = ".exercise_progress.json"
LEGEND = ", ".join(f"{LOOKS[state][0]} {state}" for state in (OPEN, NOT_YET, SOLVED))
CELL = 'style="text-align: left; padding: 0.15em 0.8em; white-space: nowrap"'


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
        """Return "3 of 28 exercises are solved; next: 1.4 Split ..."; raises nothing."""
        solved = sum(state == SOLVED for *_, state in self.rows)
        text = f"{solved} of {len(self.rows)} exercises {'is' if solved == 1 else 'are'} solved"
        left = [f"; next: {key} {title}" for key, title, state in self.rows if state != SOLVED]
        return text + "".join(left[:1])

    def notebooks(self):
        """Return [(number of the notebook, [(sign, color, key), ...]), ...]; raises nothing."""
        marks = [(key, *LOOKS[state][:2]) for key, _, state in self.rows]
        groups = itertools.groupby(marks, key=lambda mark: mark[0].split(".")[0])
        return [(number, [(sign, color, key) for key, sign, color in group]) for number, group in groups]

    def __repr__(self):
        lines = [
            f"notebook {number}:  {'  '.join(f'{s} {key}' for s, _, key in marks)}"
            for number, marks in self.notebooks()
        ]
        return "\n".join([self.head(), *lines, LEGEND])

    def _repr_html_(self):
        rows = []
        titles = {key: f"{title}: {state}" for key, title, state in self.rows}
        for number, marks in self.notebooks():
            cells = [f'<th {CELL} scope="row">notebook {number}</th>']
            for sign, color, key in marks:
                mark = f'<span style="color: {color}; font-weight: bold">{sign}</span>'
                cells.append(f'<td {CELL} title="{html.escape(titles[key])}">{mark} {key}</td>')
            rows.append(f"<tr>{''.join(cells)}</tr>")
        return f"<p>{html.escape(self.head())}</p><table>{''.join(rows)}</table><p>{LEGEND}</p>"


def progress():
    """Return a table of all exercises of all notebooks, each open, not yet solved, or solved.

    What is solved stays solved until the file `.exercise_progress.json` is deleted. Raises nothing.
    """
    states = read_states()
    order = sorted(REGISTRY, key=lambda key: [int(part) for part in key.split(".")])
    return Progress([(key, REGISTRY[key].title, states.get(key, OPEN)) for key in order])
