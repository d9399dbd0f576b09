"""A class at a glance: what is read of hand-ins in any layout, what is refused, and what running them again adds."""

import copy
import csv
import io
import json
import os
import stat
import time
import zipfile
from pathlib import Path

import collect
import nbformat
import pytest
from class_copy import for_a_class
from exercise_cells import all_exercises, run_answer
from tools import hand_ins, rerun

from helpers.exercises import check_question
from helpers.exercises.checking import check_answer
from helpers.exercises.questions import QUESTIONS

ROOT = Path(__file__).resolve().parents[2]
PATHS = {int(path.name[:2]): path for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))}
EXERCISES = {exercise.key: exercise for exercise in all_exercises()}
SUM = "def my_ink(X):\n    return X.sum(axis=0)"
CUT_OFF = "def my_pixels(X):\n    return (X.T * 255).astype('uint8')"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    """The checks write their progress file into the current folder."""
    (tmp_path / "current").mkdir()
    monkeypatch.chdir(tmp_path / "current")


def solutions(number):
    return {key: each.solution for key, each in EXERCISES.items() if key.startswith(f"{number}.")}


def cell_with(notebook, tag):
    return next(cell for cell in notebook.cells if tag in cell.metadata.get("tags", []))


def handed_in(number, answers, predictions=()):
    """A notebook of a class copy with answers, and what their checks say, as JupyterLab saves it."""
    notebook = for_a_class(nbformat.read(PATHS[number], as_version=4))
    for key, exercise in EXERCISES.items():
        if key.startswith(f"{number}."):
            source = answers.get(key, exercise.blank)
            cell_with(notebook, f"answer-{key}").source = source
            say(notebook, key, run_answer(key, source, exercise.check))
    places = [cell for cell in notebook.cells if "prediction" in cell.metadata.get("tags", [])]
    for cell, text in zip(places, predictions, strict=False):
        cell.source += f" {text}"
    return notebook


def say(notebook, key, verdict, metadata=True):
    """Put a verdict below the check of an exercise."""
    data = {"text/plain": repr(verdict), "text/html": verdict._repr_html_()}
    noted = verdict._repr_mimebundle_()[1] if metadata else {}
    output = nbformat.v4.new_output("execute_result", data, metadata=noted, execution_count=7)
    cell_with(notebook, f"check-{key}").outputs = [output]


def save(notebook, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def read(folder):
    """{learner: {key: state}} and what was refused."""
    found, problems = hand_ins.collect(folder)
    _, rows = collect.table_of(found)
    return {
        who: {key: one.state for key, one in row.items()} for who, row in rows.items()
    }, problems


@pytest.fixture(scope="module")
def one():
    """Notebook 1 of three learners: all solved, some, none."""
    some = solutions(1) | {"1.2": SUM, "1.3": CUT_OFF, "1.5": EXERCISES["1.5"].blank}
    none = {"1.1": "def my_pixel_number(row, column):\n    return row + column", "1.2": SUM}
    guesses = ("a five", "three", "the zero | <b>", "250 and 300")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("helpers.exercises.checking.noted", lambda verdict: verdict)
        return {
            "Ada": handed_in(1, solutions(1), guesses),
            "Ben": handed_in(1, some, ("a three",)),
            "Cleo": handed_in(1, none),
        }


ASKED = {  # those of the two notebooks that are handed in below; nobody has run their cells
    number: {key: "not run" for key in QUESTIONS if key[0] == str(number)} for number in (1, 2)
}
STATES = {
    "Ada": dict.fromkeys(["1.1", "1.2", "1.3", "1.4", "1.5"], "solved"),
    "Ben": dict(
        zip(
            ["1.1", "1.2", "1.3", "1.4", "1.5"],
            ["solved", "not yet", "not yet", "solved", "open"],
            strict=True,
        )
    ),
    "Cleo": dict(
        zip(
            ["1.1", "1.2", "1.3", "1.4", "1.5"],
            ["not yet", "not yet", "open", "open", "open"],
            strict=True,
        )
    ),
}
STATES = {who: row | ASKED[1] for who, row in STATES.items()}
NAME = "01_data_loading.ipynb"
LAYOUTS = {  # where the notebook of Ada lies, with the learner's name in the place of {}
    "a folder for each": "{}/01_data_loading.ipynb",
    "the class copy of each": "{}/class/notebooks/01_data_loading.ipynb",
    "files with names": "{}.ipynb",
    "files with both names": "{}_01_data_loading (1).ipynb",
    "a folder for the week": "week 3/{}/solution.ipynb",
    "Moodle": "{}_12345_assignsubmission_file_/01_data_loading.ipynb",
    "Teams": "Exercise 1/{}/Version 1/01_data_loading.ipynb",
    "a zip file of each": "{}.zip/notebooks/01_data_loading.ipynb",
    "one zip file": "all.zip/{}/01_data_loading.ipynb",
    "zip files in a zip file": "all.zip/{}.zip/01_data_loading.ipynb",
}


def write(folder, place, data):
    """Write a file; a part of its path that ends in .zip is a zip file."""
    parts = Path(place).parts
    zips = [number for number, part in enumerate(parts) if part.endswith(".zip")]
    if not zips:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(data)
        return
    if len(zips) == 2:
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as archive:
            archive.writestr("/".join(parts[zips[1] + 1 :]), data)
        parts, data = parts[: zips[1] + 1], inner.getvalue()
    with zipfile.ZipFile(folder / parts[0], "a") as archive:
        archive.writestr("/".join(parts[1:]), data)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_table_in_every_layout(one, tmp_path, layout):
    folder = tmp_path / "in"
    folder.mkdir()
    for who, notebook in one.items():
        write(folder, LAYOUTS[layout].format(who), nbformat.writes(notebook).encode())
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert read(folder) == (STATES, [])
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_two_notebooks_of_a_learner_are_one_row(one, tmp_path):
    two = handed_in(2, {})
    for exercise, notebook in {"week 1": one["Ada"], "week 2": two}.items():
        save(notebook, tmp_path / "in" / exercise / "Ada" / "a.ipynb")
        save(notebook, tmp_path / "in" / exercise / "Ben" / "b.ipynb")
    rows, problems = read(tmp_path / "in")
    assert list(rows) == ["Ada", "Ben"]
    assert problems == []
    assert (
        rows["Ada"]
        == STATES["Ada"] | dict.fromkeys(["2.1", "2.2", "2.3", "2.4", "2.5"], "open") | ASKED[2]
    )


def test_of_two_versions_the_later_counts(one, tmp_path):
    save(one["Cleo"], tmp_path / "in" / "Ada" / "01_data_loading.ipynb")
    save(one["Ada"], tmp_path / "in" / "Ada" / "01_data_loading (1).ipynb")
    save(one["Ben"], tmp_path / "in" / "Ben" / "01_data_loading.ipynb")
    os.utime(tmp_path / "in" / "Ada" / "01_data_loading.ipynb", (1, 1))
    rows, (problem,) = read(tmp_path / "in")
    assert rows["Ada"] == STATES["Ada"]
    assert "Ada/01_data_loading.ipynb: left out, since Ada/01_data_loading (1).ipynb was" in problem


def test_what_is_said_of_a_class(one, tmp_path, capsys):
    for who, notebook in one.items():
        save(notebook, tmp_path / "in" / who / "notebook.ipynb")
    assert collect.main([str(tmp_path / "in"), "--to", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "Ben     ✓    ✗    ✗    ✓    ○" in said
    assert "1.2: 2 × sum: that is the sum of the pixels; divide by how many" in said
    rows = list(csv.reader((tmp_path / "out" / "table.csv").open(encoding="utf-8-sig")))
    assert rows[0] == ["learner", "1.1", "1.2", "1.3", "1.4", "1.5", *ASKED[1], "solved"]
    states = ["solved", "not yet", "not yet", "solved", "open", *ASKED[1].values()]
    assert rows[2] == ["Ben", *states, "2"]
    page = (tmp_path / "out" / "class.html").read_text("utf8")
    assert "2 × <b>sum</b>" in page
    assert "return X.sum(axis=0)</pre>" in page
    assert "<th>Ada</th><td>a five</td></tr><tr><th>Ben</th><td>a three</td>" in page
    assert "the zero | &lt;b&gt;" in page
    assert "Which digit is it? Then give each number a shade of gray." in page
    assert "http" not in page, "it asks nothing of the network"


def test_the_three_most_frequent_mistakes_come_first(one, tmp_path):
    wrongs = {"sum": 3, "mean of each pixel": 2, "return in the loop": 2, "divided by 784": 1}
    exercise = hand_ins.CHECKS["check_ink"]
    functions = {mistake.name: mistake.how for mistake in exercise.mistakes}
    for name, number in wrongs.items():
        for place in range(number):
            notebook = copy.deepcopy(one["Ada"])
            say(notebook, "1.2", check_answer(exercise, functions[name]))
            save(notebook, tmp_path / "in" / f"{name} {place}" / "a.ipynb")
    found, _ = hand_ins.collect(tmp_path / "in")
    numbers = [number for number, *_ in collect.mistakes_of(found)["1.2"]]
    assert numbers == [3, 2, 2]


def test_answers_to_questions_stand_in_the_table_and_do_not_count_as_solved(one, tmp_path):
    for who, letter in {"Ada": "D", "Ben": "A", "Cleo": "A"}.items():
        notebook = copy.deepcopy(one[who])
        cell_with(notebook, "answer-1.b").source = f'check_question("1.b", "{letter}")'
        say(notebook, "1.b", check_question("1.b", letter), metadata=who != "Cleo")
        for cell in notebook.cells if who == "Ben" else ():
            cell.metadata.pop("tags", None)
        save(notebook, tmp_path / "in" / who / "a.ipynb")
    rows, _ = read(tmp_path / "in")
    assert [row["1.b"] for row in rows.values()] == ["solved", "not yet", "not yet"]
    found, _ = hand_ins.collect(tmp_path / "in")
    (number, name, words), (_, nameless, _) = collect.mistakes_of(found)["1.b"]
    assert (number, name, words) == (1, "A", QUESTIONS["1.b"][1])
    assert nameless == "no known mistake", "a program that saves no metadata"
    assert collect.csv_of(found).splitlines()[1].endswith(",5")
    assert hand_ins.answer_to(found[1].cells, "1.b") == 'check_question("1.b", "A")'
    page = collect.page_of(found, [])
    assert "<pre>check_question(&quot;1.b&quot;, &quot;A&quot;)</pre>" in page
    originals = hand_ins.our_notebooks()[found[2].stem]
    strange = hand_ins.cells_to_look_at(found[2].cells, originals)
    assert not [source for _, source in strange if "check_question" in source]


def no_check(notebook):
    notebook.cells.remove(cell_with(notebook, "check-1.1"))


def not_run(notebook):
    cell_with(notebook, "check-1.1").outputs = []


def failed(notebook):
    said = ["\x1b[31m○ Exercise 1.1 is open: `my_pixel_number` is not defined: run the cell"]
    error = nbformat.v4.new_output("error", ename="NameError", evalue="x", traceback=said)
    cell_with(notebook, "check-1.1").outputs = [error]


def without_metadata(notebook):
    for output in cell_with(notebook, "check-1.1").outputs:
        output.metadata = {}


def in_another_cell(notebook):
    cell_with(notebook, "check-1.1").source = "# what now?"


STRANGE = {
    "no check": (no_check, "no check"),
    "not run": (not_run, "not run"),
    "failed": (failed, "failed"),
    "a program that saves no metadata": (without_metadata, "solved"),
    "the output of a cell that was changed": (in_another_cell, "solved"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_why_a_check_says_nothing(one, tmp_path, name):
    change, state = STRANGE[name]
    notebook = copy.deepcopy(one["Ada"])
    change(notebook)
    save(notebook, tmp_path / "in" / "a.ipynb")
    assert read(tmp_path / "in")[0]["a"] == STATES["Ada"] | {"1.1": state}


@pytest.mark.parametrize("kernel", ["conda-env-school-py", "python", None])
def test_a_kernel_of_another_name_is_none_of_our_business(one, tmp_path, kernel):
    notebook = copy.deepcopy(one["Ada"])
    notebook.metadata = {"kernelspec": {"name": kernel, "display_name": "x"}} if kernel else {}
    save(notebook, tmp_path / "in" / "a.ipynb")
    assert read(tmp_path / "in")[0]["a"] == STATES["Ada"]


NO_NOTEBOOKS = {
    "empty": b"",
    "text": b"half a note",
    "a list": b"[1]",
    "no cells": b"{}",
    "deep": b"[" * 200_000,
    "cells of another kind": b'{"nbformat": 4, "cells": 3}',
    "cells without fields": b'{"cells": [{}, 1]}',
    "nothing of ours": json.dumps({"cells": [{"cell_type": "code", "source": "1 + 1"}]}).encode(),
}


@pytest.mark.parametrize("name", NO_NOTEBOOKS)
def test_what_is_no_notebook_of_ours_is_named_and_the_others_are_read(one, tmp_path, name):
    save(one["Ada"], tmp_path / "in" / "Ada" / "a.ipynb")
    (tmp_path / "in" / "bad.ipynb").write_bytes(NO_NOTEBOOKS[name])
    rows, (problem,) = read(tmp_path / "in")
    assert rows["Ada"] == STATES["Ada"]
    assert problem.startswith("bad.ipynb: this is no")


def test_what_a_system_leaves_behind_is_not_read(one, tmp_path):
    save(one["Ada"], tmp_path / "in" / "Ada" / "a.ipynb")
    save(one["Ben"], tmp_path / "in" / "Ada" / ".ipynb_checkpoints" / "a-checkpoint.ipynb")
    save(one["Ben"], tmp_path / "in" / "__MACOSX" / "Ada" / "._a.ipynb")
    (tmp_path / "in" / "Ada" / ".exercise_progress.json").write_text('{"1.1": "solved"}')
    assert [len(part) for part in read(tmp_path / "in")] == [1, 0]


def link(archive, data):
    member = zipfile.ZipInfo("link.ipynb")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(member, "/etc/passwd")


def bomb(archive, data):
    archive.writestr("bomb.ipynb", b" " * (hand_ins.LARGEST + 1), zipfile.ZIP_DEFLATED)


def too_many(archive, data):
    for number in range(hand_ins.MOST_MEMBERS + 1):
        archive.writestr(f"{number}.txt", b"")


def too_deep(archive, data):
    for _ in range(3):
        outer = io.BytesIO()
        with zipfile.ZipFile(outer, "w") as inner:
            inner.writestr("inner.zip", data)
        data = outer.getvalue()
    archive.writestr("inner.zip", data)


def at(name):
    return lambda archive, data: archive.writestr(name, data)


UNSAFE = {
    "out of the folder": (at("../../out.ipynb"), "its path leads out of the folder"),
    "from the root": (at("/etc/out.ipynb"), "its path leads out of the folder"),
    "of a drive": (at("C:\\out.ipynb"), "its path leads out of the folder"),
    "a link": (link, "it is a link"),
    "a bomb": (bomb, "it is larger than 50,000,000 bytes"),
    "too many": (too_many, "it has 5,001 members"),
    "zip files without end": (too_deep, "a zip file too deep inside of others"),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_an_unsafe_member_of_a_zip_file_is_refused(one, tmp_path, name):
    add, reason = UNSAFE[name]
    save(one["Ada"], tmp_path / "in" / "Ada" / "a.ipynb")
    with zipfile.ZipFile(tmp_path / "in" / "Ben.zip", "w") as archive:
        add(archive, nbformat.writes(one["Ben"]).encode())
    before = sorted(tmp_path.rglob("*"))
    rows, (problem,) = read(tmp_path / "in")
    assert list(rows) == ["Ada"]
    assert problem.startswith("Ben.zip")
    assert f"refused, {reason}" in problem
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\3\4" + bytes(100)])
def test_a_damaged_zip_file_is_named(one, tmp_path, content):
    save(one["Ada"], tmp_path / "in" / "Ada" / "a.ipynb")
    (tmp_path / "in" / "Ben.zip").write_bytes(content)
    rows, (problem,) = read(tmp_path / "in")
    assert list(rows) == ["Ada"]
    assert "Ben.zip: refused, it is not a zip file that can be read" in problem


def test_what_a_learner_writes_stays_text(one, tmp_path, capsys):
    notebook = copy.deepcopy(one["Ada"])
    answer = cell_with(notebook, "answer-1.2")
    answer.source = "print('\x1b[2J')  # <script>alert(1)</script>"
    say(notebook, "1.2", run_answer("1.2", SUM, "check_ink(my_ink)"))
    save(notebook, tmp_path / "in" / "=cmd()" / "\x1b[2J.ipynb")
    assert collect.main([str(tmp_path / "in"), "--to", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    page = (tmp_path / "out" / "class.html").read_text("utf8")
    assert "\x1b" not in said.out + said.err + page
    assert "<script>" not in page
    assert "\n'=cmd()," in (tmp_path / "out" / "table.csv").read_text("utf-8-sig")


def test_a_folder_with_nothing_in_it_is_named(tmp_path, capsys):
    assert collect.main([str(tmp_path)]) == 1
    assert collect.main([str(tmp_path / "nowhere")]) == 1
    said = capsys.readouterr().err
    assert "no notebook of this series is in" in said
    assert "nowhere is not a folder" in said


def test_ninety_notebooks_in_two_seconds(one, tmp_path):
    texts = {who: nbformat.writes(notebook) for who, notebook in one.items()}
    for number in range(90):
        (tmp_path / "in" / f"learner {number:02}").mkdir(parents=True)
        text = texts[list(texts)[number % 3]]
        (tmp_path / "in" / f"learner {number:02}" / "a.ipynb").write_text(text, "utf8")
    start = time.process_time()
    found, problems = hand_ins.collect(tmp_path / "in")
    collect.page_of(found, problems)
    assert time.process_time() - start < 2
    assert len(found) == 90


# What is neither ours nor an answer


OURS = hand_ins.read_cells(PATHS[2].read_bytes())


@pytest.fixture
def untouched():
    """Notebook 2 as a class gets it."""
    return for_a_class(nbformat.read(PATHS[2], as_version=4))


def listed(notebook):
    cells = hand_ins.read_cells(nbformat.writes(notebook).encode())
    return hand_ins.cells_to_look_at(cells, OURS)


def test_nothing_is_listed_of_an_untouched_notebook(untouched):
    assert listed(untouched) == listed(nbformat.read(PATHS[2], as_version=4)) == []


def test_nothing_is_listed_of_honest_answers_and_notes(untouched):
    for key, solution in solutions(2).items():
        cell_with(untouched, f"answer-{key}").source = solution
    for cell in untouched.cells:
        cell.metadata.update(trusted=True, collapsed=False)  # as JupyterLab may leave it
    untouched.cells.insert(3, nbformat.v4.new_markdown_cell("My notes"))
    untouched.cells.append(nbformat.v4.new_code_cell(""))
    assert listed(untouched) == []


def code_with(notebook, text):
    return next(cell for cell in notebook.cells if cell.cell_type == "code" and text in cell.source)


def write_progress(notebook):
    cell = code_with(notebook, "import numpy as np")
    cell.source += "\nopen('.exercise_progress.json', 'w').write('{\"2.1\": \"solved\"}')"
    return cell


def replace_the_judge(notebook):
    cell = nbformat.v4.new_code_cell(
        "from helpers.exercises import checking\nchecking.check_answer = print"
    )
    notebook.cells.insert(5, cell)
    return cell


def hand_the_check_its_own_reference(notebook):
    cell = cell_with(notebook, "check-2.2")
    cell.source = "check_rows(check_rows.exercise.reference)"
    return cell


def keep_a_check_from_running(notebook):
    """A cell with this tag is not run, and keeps the output that it came with."""
    cell = cell_with(notebook, "check-2.2")
    cell.metadata.tags = ["skip-execution"]
    return cell


def answer_twice(notebook):
    cell = copy.deepcopy(cell_with(notebook, "answer-2.1"))
    cell.id = "again"
    notebook.cells.append(cell)
    return cell


WAYS = [
    write_progress,
    replace_the_judge,
    hand_the_check_its_own_reference,
    keep_a_check_from_running,
    answer_twice,
]


@pytest.mark.parametrize("way", WAYS)
def test_a_faked_solution_is_listed(untouched, way):
    cell = way(untouched)
    assert cell.source.strip() in [
        source for what, source in listed(untouched) if what != "missing"
    ]


@pytest.mark.parametrize("gone", ["removed", "no code any more"])
def test_a_check_that_is_gone_is_listed(untouched, gone):
    cell = cell_with(untouched, "check-2.2")
    if gone == "removed":
        untouched.cells.remove(cell)
    else:
        cell.cell_type = "raw"
    assert listed(untouched) == [("missing", "check_rows(my_layer_of_rows)")]


# Run again


def of_exercises(number):
    """A hand-in of a notebook with its imports and exercises alone, all solved, so that it runs in a moment."""
    cells = [nbformat.v4.new_code_cell("import numpy as np\nfrom helpers.exercises import *")]
    whole = handed_in(number, solutions(number))
    for cell in whole.cells:
        if set(cell.metadata.get("tags", [])) & {"raises-exception"}:
            cells.append(cell)
    return nbformat.v4.new_notebook(cells=cells)


def rerun_of(notebook, tmp_path, timeout=20):
    """The hand-in after it was run again."""
    path = tmp_path / "in" / "Ada" / "renamed.ipynb"
    notebook.metadata.kernelspec = {"name": "of-the-student", "display_name": "not ours"}
    save(notebook, path)
    before = path.read_bytes()
    ((hand_in,), _) = hand_ins.collect(tmp_path / "in")
    rerun.run_all([hand_in], timeout, 1, lambda one: None)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    return hand_in


def endless(notebook):
    cell_with(notebook, "answer-1.2").source = "while True:\n    pass"
    return "ran longer than 15 s; it was left out", {"1.2": "failed"}


def stubborn(notebook):
    cell_with(notebook, "answer-1.2").source = (
        "while True:\n    try:\n        import time\n        time.sleep(1)\n"
        "    except BaseException:\n        pass"
    )
    return "ran longer than 15 s; it was left out", {"1.2": "failed"}


def ends(notebook):
    cell_with(notebook, "answer-1.3").source += "\nexit()"
    return None, {}


def dies(notebook):
    cell_with(notebook, "answer-1.3").source += "\nimport os\nos._exit(1)"
    return "ended the kernel; it was left out", {"1.3": "failed"}


def no_python(notebook):
    cell_with(notebook, "answer-1.1").source = "def my_pixel_number(row, column)\n    return 1"
    return None, {"1.1": "failed"}


def deleted(notebook):
    no_check(notebook)
    return None, {}


def below(notebook):
    """The answer stands below its check."""
    answer, blank = (cell_with(notebook, "answer-1.2"), EXERCISES["1.2"].blank)
    notebook.cells.append(nbformat.v4.new_code_cell(answer.source))
    answer.source = blank
    return None, {}


def changed_after_the_check(notebook):
    cell_with(notebook, "answer-1.2").source = SUM
    return None, {"1.2": "not yet"}


PITFALLS = [endless, stubborn, ends, dies, no_python, deleted, below, changed_after_the_check]


@pytest.mark.slow
@pytest.mark.parametrize("pitfall", PITFALLS)
def test_a_hand_in_is_run_again_to_its_end(tmp_path, pitfall):
    notebook = of_exercises(1)
    note, states = pitfall(notebook)
    hand_in = rerun_of(notebook, tmp_path, timeout=15 if note and "15 s" in note else 40)
    expected = STATES["Ada"] | dict.fromkeys(ASKED[1], "open") | states
    assert {key: said.when_run for key, said in hand_in.said.items()} == expected
    assert len(hand_in.notes) == (note is not None)
    assert note is None or note in hand_in.notes[0]


@pytest.mark.slow
def test_where_saying_and_running_disagree_the_table_shows_both(tmp_path):
    notebook = of_exercises(1)
    changed_after_the_check(notebook)
    hand_in = rerun_of(notebook, tmp_path)
    assert collect.sign(hand_in.said["1.1"]) == "✓"
    assert collect.sign(hand_in.said["1.2"]) == "✓≠✗"
    assert "not yet" in collect.csv_of([hand_in])
    assert "1 × sum" in collect.text_of([hand_in])


@pytest.mark.slow
def test_a_progress_file_that_came_along_does_not_count(one, tmp_path):
    notebook = of_exercises(1)
    for key in solutions(1):
        cell_with(notebook, f"answer-{key}").source = EXERCISES[key].blank
    cell = nbformat.v4.new_code_cell("import os\nprint(os.listdir())")
    notebook.cells.append(cell)
    with zipfile.ZipFile(tmp_path / "whole folder.zip", "w") as archive:
        archive.writestr("notebooks/a.ipynb", nbformat.writes(notebook))
        archive.writestr("notebooks/.exercise_progress.json", '{"1.1": "solved"}')
    (tmp_path / "in").mkdir()
    (tmp_path / "whole folder.zip").rename(tmp_path / "in" / "Ada.zip")
    ((hand_in,), _) = hand_ins.collect(tmp_path / "in")
    rerun.run_all([hand_in], 20, 1, lambda one: None)
    assert {said.when_run for said in hand_in.said.values()} == {"open"}
