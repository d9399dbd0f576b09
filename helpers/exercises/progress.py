"""Which exercises the progress file calls solved, and the table that `progress` shows."""

import html
import itertools
import re
from dataclasses import replace

from helpers.exercises.declaring import REGISTRY, place_of
from helpers.exercises.verdict import LOOKS, NOT_YET, OPEN, SOLVED, is_question
from helpers.internals.progress_file import FILE, append_entry, read_progress

NOTE = re.compile(rf'"(\d+\.(?:\d+|[a-z]))"\s*:\s*"({SOLVED}|{NOT_YET})"')
LEGEND = ", ".join(f"{LOOKS[state][0]} {state}" for state in (OPEN, NOT_YET, SOLVED))
CELL = 'style="text-align: left; padding: 0.15em 0.8em; white-space: nowrap"'


def read_notes():
    """({key: state}, why nothing can be noted or ""); bad lines are skipped."""
    text, trouble = read_progress()
    states = {}
    for key, state in NOTE.findall(text):
        if states.get(key) != SOLVED:
            states[key] = state
    return states, trouble


def record(verdict):
    """Append what is new; return why that failed, or ""."""
    states, _ = read_notes()
    if verdict.state == OPEN or states.get(verdict.key) in (SOLVED, verdict.state):
        return ""
    return append_entry({verdict.key: verdict.state})


def noted(verdict):
    """Record a verdict and return it, with the reason where it cannot be recorded."""
    trouble = record(verdict)
    note = f" (it cannot be noted in `{FILE}`: {trouble})" if trouble else ""
    return replace(verdict, message=verdict.message + note)


class Progress:
    """What `progress` returns; `rows` has (key, title, state) for every exercise."""

    def __init__(self, rows, trouble="", questions=()):
        self.rows = rows
        answered = " ".join(f" {LOOKS[state][0]} {key}" for key, state in questions)
        self.legend = f"questions: {answered}; {LEGEND}" if questions else LEGEND
        self.trouble = f"What you solve cannot be noted in {FILE}: {trouble}" if trouble else ""

    def head(self):
        """ "3 of 28 exercises are solved; next: 1.4 Split ..."."""
        solved = sum(state == SOLVED for *_, state in self.rows)
        text = f"{solved} of {len(self.rows)} exercises {'is' if solved == 1 else 'are'} solved"
        left = [f"; next: {key} {title}" for key, title, state in self.rows if state != SOLVED]
        return text + "".join(left[:1])

    def notebooks(self):
        """[(number of the notebook, [(sign, color, key), ...]), ...]."""
        marks = [(key, *LOOKS[state][:2]) for key, _, state in self.rows]
        groups = itertools.groupby(marks, key=lambda mark: mark[0].split(".")[0])
        return [
            (number, [(sign, color, key) for key, sign, color in group]) for number, group in groups
        ]

    def __repr__(self):
        lines = [
            f"notebook {number}:  {'  '.join(f'{s} {key}' for s, _, key in marks)}"
            for number, marks in self.notebooks()
        ]
        return "\n".join([self.head(), *lines, self.legend, *filter(None, [self.trouble])])

    def _repr_html_(self):
        rows = []
        titles = {key: f"{title}: {state}" for key, title, state in self.rows}
        for number, marks in self.notebooks():
            cells = [f'<th {CELL} scope="row">notebook {number}</th>']
            for sign, color, key in marks:
                mark = f'<span style="color: {color}; font-weight: bold">{sign}</span>'
                cells.append(f'<td {CELL} title="{html.escape(titles[key])}">{mark} {key}</td>')
            rows.append(f"<tr>{''.join(cells)}</tr>")
        trouble = f"<p>{html.escape(self.trouble)}</p>" if self.trouble else ""
        table = f"<table>{''.join(rows)}</table><p>{self.legend}</p>"
        return f"<p>{html.escape(self.head())}</p>{table}{trouble}"


def progress(notebook=None):
    """Show which exercises are open, not yet solved, and solved, and the questions answered.

    Parameters
    ----------
    notebook : int, optional
        The number of one notebook, 0 for "Before you start"; without it, 1 to 9 are shown.

    Returns
    -------
    Progress
        A table. What is solved stays solved until the file `.exercise_progress.json` is deleted.

    Raises
    ------
    ValueError
        If no notebook with exercises has this number.
    """
    states, trouble = read_notes()
    order = sorted(REGISTRY, key=place_of)
    answered = sorted((key for key in states if is_question(key)), key=place_of)
    if notebook is not None:
        numbers = list(dict.fromkeys(int(key.split(".")[0]) for key in order))
        if notebook not in numbers:
            there = f"one of {', '.join(map(str, numbers))}"
            raise ValueError(f"notebook is {notebook!r}, expected {there}; or leave it out for all")
    shown = range(1, 10) if notebook is None else [notebook]
    order, answered = (
        [key for key in keys if int(key.split(".")[0]) in shown] for keys in (order, answered)
    )
    rows = [(key, REGISTRY[key].title, states.get(key, OPEN)) for key in order]
    return Progress(rows, trouble, [(key, states[key]) for key in answered])
