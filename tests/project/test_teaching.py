"""The lessons for teachers: what they name is there, and none is over its minutes."""

import re

import nbformat
import numpy as np
import pytest
import teaching
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.data import load_dataset

MINUTES = re.compile(r", (\d+) min \|")
BREAK = re.compile(
    r"### Take a break\n\n- \*\*You have:\*\* .+\n- \*\*You can say:\*\* .+\n- \*\*Next:\*\* .+"
)
WRONG = """
[[lesson]]
number = "1"
sections = [["01", {heading}]]
exercises = [{exercise}]
"""


@pytest.fixture(scope="module")
def lessons():
    return teaching.read_lessons()


def test_no_lesson_is_over_its_minutes_and_all_are_there(lessons):
    numbers = [lesson["number"] for lesson in lessons]
    assert sorted(numbers) == [*"123456789", *"abcdefg", "taster"]
    for lesson in lessons:
        most = teaching.OF_TWO if lesson["number"] == "taster" else teaching.OF_A_LESSON
        assert lesson["minutes"] <= most, f"lesson {lesson['number']}"
        for name in ("title", "open", "discuss", "wrong", "exit", "homework"):
            assert "|" not in lesson[name] != ""


def test_the_page_is_what_the_command_writes(lessons):
    text = teaching.PAGE.read_text("utf8")
    new = teaching.page(text, lessons)
    assert MINUTES.sub("|", new) == MINUTES.sub("|", text), "run `make teaching`"
    assert len(MINUTES.findall(text)) == len(lessons)
    for printed, counted in zip(MINUTES.findall(text), MINUTES.findall(new), strict=True):
        assert abs(int(printed) - int(counted)) <= 3, "run `make teaching`"


def test_a_break_sums_up_in_three_lines_where_a_lesson_ends_and_the_next_has_the_same_notebook(
    lessons,
):
    ends = {}
    for lesson in lessons:
        for name, *headings in lesson["sections"] if lesson["number"] != "taster" else ():
            ends.setdefault(name, []).append(headings[-1])
    for path in (teaching.ROOT / "notebooks").glob("[0-9]*.ipynb"):
        section, breaks = "", []
        for cell in nbformat.read(path, as_version=4).cells:
            if BREAK.fullmatch(cell.source):
                breaks.append(section)
            elif cell.cell_type == "markdown":
                section = [section, *re.findall("^##? (.+)", cell.source, re.MULTILINE)][-1]
        assert breaks == ends.get(path.name[:2], [])[:-1], path.name


def test_the_readme_leads_to_the_page():
    assert "[teachers with a class](docs/TEACHING.md)" in (teaching.ROOT / "README.md").read_text(
        "utf8"
    )


@pytest.mark.parametrize(
    ("heading", "exercise", "message"),
    [
        ("Look at nothing", "1.1", "lesson 1 names 'Look at nothing', expected a heading of noteb"),
        ("Read your own file", "1.1", "a heading of notebook 01 outside of extra sections"),
        ("Look at the digits", "2.1", "lesson 1 names exercise 2.1, expected one of its notebooks"),
    ],
)
def test_what_is_named_must_be_there(tmp_path, heading, exercise, message):
    file = tmp_path / "lessons.toml"
    file.write_text(WRONG.format(heading=repr(heading), exercise=repr(exercise)), "utf8")
    with pytest.raises(ValueError, match=message):
        teaching.read_lessons(file)


def test_minutes_are_counted_as_the_page_says():
    figure = new_output("display_data", {"image/png": ""})
    folded = f"<details>{'word ' * 500}</details>"
    notebook = new_notebook(
        cells=[
            new_markdown_cell("# First\n" + "word " * 198),
            new_code_cell("1"),
            new_markdown_cell("more\n\n## Second\n\n> **Predict.** What?"),
            new_code_cell('guess = Prediction("What?")\nguess', outputs=[figure]),
            new_code_cell("2", outputs=[figure, new_output("stream", text="x")]),
            new_markdown_cell(f"### Exercise 1.1: Do\n\nA small project. Do.\n\n{folded}"),
            new_markdown_cell("### Exercise 1.2: Do\n\nOne line. Do."),
            new_markdown_cell("## Third\n\nwords", metadata={"tags": ["extra"]}),
            new_markdown_cell("### Exercise 1.3: Do\n\nOne line. Do."),
            new_markdown_cell("## On your own\n\nDo."),
        ]
    )
    sections, exercises = teaching.minutes_of(notebook)
    assert sections["First"] == pytest.approx(1.5 * (1 + 0.5 + 1 / 200))
    second = 1.5 * (1 + 0.5 + 0.5 + (5 + 8 + 7) / 200)
    assert sections["Second"] == pytest.approx(second)
    assert list(sections) == ["First", "Second", "On your own"]
    assert exercises == {"1.1": 20, "1.2": 5}


def test_a_gap_between_headings_is_shown():
    sections = ["A", "B", "C", "D", "E"]
    assert teaching.where("03", ["A", "B", "C"], sections) == "3: *A* … *C*"
    assert teaching.where("03", ["A", "B", "D"], sections) == "3: *A* … *B*, *D*"
    assert teaching.where("00", ["*"], sections) == "notebook 0"


def test_the_start_of_the_project_runs_on_files_of_the_digit_pad(tmp_path, monkeypatch, capsys):
    digits, header = load_dataset("digits"), ",".join(["label", *(f"pixel{i}" for i in range(784))])
    (tmp_path / "our_digits").mkdir()
    for writer in range(3):
        chosen = np.arange(writer, 5000, 250)
        rows = np.column_stack([digits.labels[chosen], np.rint(255 * digits.X[:, chosen]).T])
        file = tmp_path / "our_digits" / f"{writer}.csv"
        np.savetxt(file, rows, fmt="%d", delimiter=",", header=header, comments="")
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", teaching.PAGE.read_text("utf8"), re.DOTALL)
    exec(compile(code, "project", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in printed] == [
        "nearest image",
        "network, their digits",
        "network, and ours",
    ]
    assert printed[0].endswith("of 20")
    assert all(int(re.search(r"(\d+)%", line)[1]) >= 70 for line in printed)
    assert all(re.search(r"by writer \[\d", line) for line in printed[1:])
