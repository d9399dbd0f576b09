"""Count the minutes of the lessons in docs/lessons.toml, and write their tables into docs/TEACHING.md: `make teaching`.

Reading takes a minute for 200 words without what is folded, running a cell and looking at a figure half a minute each,
a prediction one; in class all that times 1.5. An exercise takes 1, 5, 10 or 20 minutes, as its first words say. Extra
sections are not counted, and no lesson names one.
"""

import re
import tomllib
from pathlib import Path

import nbformat
from results import insert
from tools.notebooks import FOLDED, extra_cells

from helpers.internals.files import replace_file

ROOT = Path(__file__).resolve().parent.parent
LESSONS, PAGE = ROOT / "docs" / "lessons.toml", ROOT / "docs" / "TEACHING.md"
IN_CLASS = 1.5
SIZES = {"One value": 1, "One line": 5, "A few lines": 10, "A small project": 20}
OF_A_LESSON, OF_TWO = 32, 72  # minutes that 45 and 90 leave after coming in, questions and leaving
ALONE = {"Ask yourself", "On your own", "In practice", "Further reading"}
SECTION = re.compile(r"^(?=##? )", re.MULTILINE)
EXERCISE = re.compile(r"^### Exercise (\d+\.\d+): .*\n+(.*)", re.MULTILINE)


def minutes_of(notebook):
    """Return the minutes in class of each core section without its exercises, and of each exercise in one."""
    sections, exercises, heading = {}, {}, None
    for cell, is_extra in zip(notebook["cells"], extra_cells(notebook["cells"]), strict=True):
        if is_extra:
            continue
        if cell["cell_type"] == "code":
            if " = Prediction(" in cell["source"]:
                continue  # where a guess is noted: in the minute of its question
            figures = sum("image/png" in output.get("data", {}) for output in cell["outputs"])
            sections[heading] += IN_CLASS * (1 + figures) / 2
            continue
        text = FOLDED.sub("", cell["source"])
        for part in filter(None, SECTION.split(text)):
            if title := re.match(r"##? (.+)", part):
                heading = title[1]
                sections[heading] = 0
            predictions = part.count("> **Predict")
            sections[heading] += IN_CLASS * (len(part.split()) / 200 + predictions)
        for number, task in EXERCISE.findall(text):
            sizes = [minutes for words, minutes in SIZES.items() if task.startswith(words)]
            exercises[number] = (sizes or [SIZES["A few lines"]])[0]
    return sections, exercises


def read_lessons(path=LESSONS):
    """Return the lessons, each with its minutes; ValueError names a heading or exercise that is nowhere."""
    lessons, counted = tomllib.loads(path.read_text("utf8"))["lesson"], {}
    for lesson in lessons:
        total, left = lesson.get("more", 0), list(lesson.get("exercises", []))
        lesson["where"] = []
        for name, *headings in lesson["sections"]:
            if name not in counted:
                (file,) = (ROOT / "notebooks").glob(f"{name}_*.ipynb")
                counted[name] = minutes_of(nbformat.read(file, as_version=4))
            sections, exercises = counted[name]
            lesson["where"].append(where(name, headings, list(sections)))
            for heading in sections.keys() - ALONE if headings == ["*"] else headings:
                if heading not in sections:
                    raise ValueError(
                        f"lesson {lesson['number']} names {heading!r}, expected a heading of notebook {name} outside "
                        "of extra sections: correct it in docs/lessons.toml"
                    )
                total += sections[heading]
            total += sum(exercises[number] for number in left if number in exercises)
            left = [number for number in left if number not in exercises]
        if left:
            raise ValueError(
                f"lesson {lesson['number']} names exercise {left[0]}, expected one of its notebooks: "
                "correct it in docs/lessons.toml"
            )
        lesson["minutes"] = round(total)
    return lessons


def table(lessons):
    """Return lessons as lines of Markdown, a row each."""
    lines = [
        "| lesson | from … to | open, discuss | what goes wrong | exit, homework |",
        "|---" * 5 + "|",
    ]
    for lesson in lessons:
        parts = list(lesson["where"])
        if "exercises" in lesson:
            parts.append(f"exercise {', '.join(lesson['exercises'])}")
        cells = (
            f"**{lesson['number']}** {lesson['title']}, {lesson['minutes']} min",
            "; ".join(parts),
            f"{lesson['open']}<br>{lesson['discuss']}",
            lesson["wrong"],
            f"{lesson['exit']}<br>{lesson['homework']}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def where(name, headings, sections):
    """Return a notebook's number and its headings: the first and last of each run without a gap."""
    number = int(name)
    if headings == ["*"]:
        return f"notebook {number}"
    runs = []
    for heading in headings:
        before = sections[: sections.index(heading)] if heading in sections else []
        if runs and before and before[-1] == runs[-1][-1]:
            runs[-1].append(heading)
        else:
            runs.append([heading])
    ends = (dict.fromkeys((run[0], run[-1])) for run in runs)
    return f"{number}: {', '.join(' … '.join(f'*{title}*' for title in run) for run in ends)}"


def page(text, lessons):
    """Return the page with its three tables as these lessons are."""
    for name, belongs in (
        ("taster", lambda number: number == "taster"),
        ("nine lessons", str.isdigit),
        ("seven lessons with calculus", lambda number: len(number) == 1 and number.isalpha()),
    ):
        rows = table([lesson for lesson in lessons if belongs(lesson["number"])])
        text = insert(text, name, rows, by="make teaching")
    return text


if __name__ == "__main__":
    replace_file(PAGE, page(PAGE.read_text("utf8"), read_lessons()).encode("utf8"))
    print(f"{PAGE.relative_to(ROOT)}: the tables are written")
