"""See what a class has handed in: `python scripts/collect.py FOLDER` shows who has solved what, and what went wrong.

FOLDER holds notebooks in any layout, zip files too; each is known by its cells, and its learner by the name of a folder
or file. Nothing is run: what the checks said last is saved in the notebooks. With --run each is run again, in a fresh
folder and with a timeout, and the table says where the two disagree: that runs strangers' code with all that you may
do, so do it as another user or in a container, without network. Nothing is written into FOLDER.
"""

import argparse
import csv
import html
import io
import os
import sys
from collections import Counter
from pathlib import Path

from tools import hand_ins as reading

from helpers.exercises.declaring import place_of
from helpers.exercises.verdict import is_question
from helpers.internals.files import replace_file

TO = reading.ROOT / "build" / "class"
SIGNS = {
    "solved": "✓",
    "not yet": "✗",
    "open": "○",
    "failed": "!",
    "not run": "·",
    "no check": "–",
}
LEGEND = (
    "✓ solved, ✗ not yet, ○ open, ! its check failed, · its check was not run, – its check is gone"
)
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em }
:root { color-scheme: light dark }
table { border-collapse: collapse } th, td { padding: 0.2em 0.6em; text-align: left; vertical-align: top }
tr + tr { border-top: 1px solid #8888 } pre { overflow-x: auto; background: #8881; padding: 0.6em; margin: 0.3em 0 }
.solved { color: #00795a } .not-yet, .failed { color: #c04d00 } @media (prefers-color-scheme: dark) {
.solved { color: #2fcf9f } .not-yet, .failed { color: #ff8a3d } }
"""


def sign(said):
    """The sign of an exercise in the table; `✓≠✗` where it said one thing, and says another when it is run."""
    if said is None:
        return ""
    now = said.when_run
    return SIGNS[said.state] + (f"≠{SIGNS[now]}" if now and now != said.state else "")


def table_of(hand_ins):
    """(keys of all exercises and questions of the notebooks handed in, {learner: {key: Said}})."""
    rows = {}
    for hand_in in hand_ins:
        rows.setdefault(hand_in.learner, {}).update(hand_in.said)
    keys = {key for row in rows.values() for key in row}
    return sorted(keys, key=place_of), rows


def mistakes_of(hand_ins, most=3):
    """{key: [(number of learners, what to say about it), ...]}, the most frequent mistakes first."""
    exercises = {exercise.key: exercise for exercise in reading.CHECKS.values()}
    counts, samples = {}, {}
    for hand_in in hand_ins:
        for key, said in hand_in.said.items():
            if (said.when_run or said.state) == "not yet":
                counts.setdefault(key, Counter())[said.mistake] += 1
                samples.setdefault((key, said.mistake), said.message)
    found = {}
    for key in sorted(counts, key=place_of):
        known = {one.name: one.sentence for one in getattr(exercises.get(key), "mistakes", ())}
        found[key] = [
            (number, name or "no known mistake", known.get(name) or samples[key, name])
            for name, number in counts[key].most_common(most)
        ]
    return found


def text_of(hand_ins):
    """What is printed: the table, and the most frequent mistakes."""
    keys, rows = table_of(hand_ins)
    width = max(map(len, rows), default=0)
    cells = {who: [sign(row.get(key)) for key in keys] for who, row in rows.items()}
    lines = [" ".join([" " * width, *(f"{key:>4}" for key in keys)])]
    lines += [" ".join([f"{who:{width}}", *(f"{one:>4}" for one in cells[who])]) for who in rows]
    lines += ["", LEGEND]
    if any("≠" in one for row in cells.values() for one in row):
        lines[-1] += (
            "; before ≠ what it said when it was saved, after it what it says when it is run"
        )
    for key, mistakes in mistakes_of(hand_ins).items():
        lines += [f"{key}: {number} × {name}: {words}" for number, name, words in mistakes]
    return "\n".join(lines)


def csv_of(hand_ins):
    """The table for a gradebook: a row for each learner, with words for signs; questions do not count as solved."""
    keys, rows = table_of(hand_ins)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["learner", *keys, "solved"])
    for who, row in rows.items():
        states = {key: row[key].when_run or row[key].state if key in row else "" for key in keys}
        solved = [key for key in keys if not is_question(key) and states[key] == "solved"]
        safe = f"'{who}" if who[:1] in "=+-@\t" else who  # or a spreadsheet takes it for a formula
        writer.writerow([safe, *states.values(), len(solved)])
    return text.getvalue()


def page_of(hand_ins, problems):
    """The page for the browser, complete in itself."""
    keys, rows = table_of(hand_ins)
    head = "".join(f"<th>{key}</th>" for key in keys)
    lines = [f"<table><tr><th>learner</th>{head}</tr>"]
    for who, row in rows.items():
        cells = "".join(cell_of(row.get(key)) for key in keys)
        lines.append(f"<tr><th>{escape(who)}</th>{cells}</tr>")
    lines.append(f"</table><p>{LEGEND}; ≠ means that it says another thing when it is run</p>")
    lines.append("<h2>The most frequent mistakes</h2>")
    for key, mistakes in mistakes_of(hand_ins).items():
        items = [
            f"<li>{n} × <b>{escape(name)}</b>: {escape(words)}</li>" for n, name, words in mistakes
        ]
        lines.append(f"<h3>{key}</h3><ul>{''.join(items)}</ul>")
    lines += ["<h2>What is not solved</h2>", *unsolved(hand_ins)]
    lines += ["<h2>Predictions</h2>", *predictions(hand_ins)]
    lines += ["<h2>Cells that are neither ours nor an answer</h2>", *strange_cells(hand_ins)]
    if problems:
        lines += ["<h2>Not read</h2>", *(f"<p>{escape(one)}</p>" for one in problems)]
    start = '<!doctype html><html lang="en"><meta charset="utf-8"><title>A class</title>'
    return f"{start}<style>{STYLE}</style><h1>A class</h1>{''.join(lines)}</html>\n"


def escape(text):
    """Text for a page, with a sign in the place of each that only a terminal understands."""
    return html.escape("".join(one if one.isprintable() or one == "\n" else "�" for one in text))


def cell_of(said):
    """A cell of the table of the page."""
    if said is None:
        return "<td></td>"
    kind = said.state.replace(" ", "-")
    return f'<td class="{kind}" title="{escape(said.message)}">{sign(said)}</td>'


def unsolved(hand_ins):
    """For each learner what is not solved: what the check said, and the answer."""
    for hand_in in hand_ins:
        open_ones = {
            key: said
            for key, said in hand_in.said.items()
            if said.state not in ("solved", "open") or said.when_run not in ("", "solved", "open")
        }
        failed = [cell for cell in hand_in.cells if cell.kind == "code" and cell.error]
        if not (open_ones or failed or hand_in.notes):
            continue
        yield f"<h3>{escape(hand_in.learner)}, {hand_in.stem}</h3>"
        yield from (f"<p>{escape(note)}</p>" for note in hand_in.notes)
        for key, said in open_ones.items():
            words = said.message or said.state
            answer = reading.answer_to(hand_in.cells, key)
            yield f"<p><b>{key}</b> {sign(said)} {escape(words)}</p><pre>{escape(answer)}</pre>"
        for cell in failed:
            yield f"<p>cell {cell.number}: {escape(cell.error)}</p><pre>{escape(cell.source)}</pre>"


def predictions(hand_ins):
    """Under each question what every learner has written."""
    asked = {}
    for hand_in in hand_ins:
        for question, written in reading.predictions(hand_in.cells):
            if written:
                asked.setdefault((hand_in.stem, question), []).append((hand_in.learner, written))
    for (stem, question), answers in sorted(asked.items(), key=lambda one: one[0][0]):
        items = "".join(
            f"<tr><th>{escape(who)}</th><td>{escape(said)}</td></tr>" for who, said in answers
        )
        yield f"<h3>{stem}: {escape(question)}</h3><table>{items}</table>"
    if not asked:
        yield "<p>None was written down.</p>"


def strange_cells(hand_ins):
    """What a notebook runs beside our cells and the answers, and what is missing of ours."""
    originals = reading.our_notebooks()
    any_found = False
    for hand_in in hand_ins:
        if found := reading.cells_to_look_at(hand_in.cells, originals[hand_in.stem]):
            any_found = True
            yield f"<h3>{escape(hand_in.learner)}, {hand_in.stem}</h3>"
            yield from (f"<p>{what}</p><pre>{escape(source)}</pre>" for what, source in found)
    if not any_found:
        yield "<p>None.</p>"


def main(arguments=None):
    """Write the table and the page, and return 0, or 1 where there was nothing to read."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="what was handed in, zip files included")
    parser.add_argument(
        "--to", type=Path, default=TO, help="a folder for table.csv and class.html (build/class)"
    )
    parser.add_argument(
        "--run", action="store_true", help="run each again: that is strangers' code"
    )
    parser.add_argument("--timeout", type=int, default=60, help="seconds for a cell, with --run")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at once")
    options = parser.parse_args(arguments)
    if not options.folder.is_dir():
        print(f"{options.folder} is not a folder", file=sys.stderr)
        return 1
    hand_ins, problems = reading.collect(options.folder)
    if options.run:
        from tools import rerun

        rerun.run_all(
            hand_ins,
            options.timeout,
            options.jobs,
            lambda one: print(f"{one.place!a} was run", flush=True),
        )
    for problem in problems:
        print(escape_terminal(problem), file=sys.stderr)
    if not hand_ins:
        print(f"no notebook of this series is in {options.folder}", file=sys.stderr)
        return 1
    print(escape_terminal(text_of(hand_ins)))
    replace_file(options.to / "table.csv", csv_of(hand_ins).encode("utf-8-sig"))
    replace_file(options.to / "class.html", page_of(hand_ins, problems).encode())
    print(
        f"{options.to / 'table.csv'} is for a gradebook, {options.to / 'class.html'} for a browser"
    )
    return 0


def escape_terminal(text):
    """Text for a terminal: escape sequences in it must not reach it."""
    return "".join(one if one.isprintable() or one == "\n" else "?" for one in text)


if __name__ == "__main__":
    sys.exit(main())
