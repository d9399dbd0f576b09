"""The copy for a class: what is in it, and what it never takes along."""

import csv
import importlib.util
import itertools
import os
import re
import shutil
import subprocess
from functools import partial
from pathlib import Path

import class_copy
import nbformat
import pytest
from exercise_cells import all_exercises
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
GIT = [
    "git",
    "-c",
    "user.name=a",
    "-c",
    "user.email=a@example.org",
    "-c",
    "init.defaultBranch=main",
]


@pytest.fixture(scope="module")
def project_as_it_stands(tmp_path_factory):
    """What a class copy takes of this project, without its history."""
    root = tmp_path_factory.mktemp("project")
    for name in class_copy.FOLDERS:
        shutil.copytree(ROOT / name, root / name)
    for name in class_copy.LICENSES:
        shutil.copy(ROOT / name, root)
    return root


@pytest.fixture(scope="module")
def class_folder(project_as_it_stands, tmp_path_factory):
    """A copy for a class."""
    folder = tmp_path_factory.mktemp("class") / "new"
    assert class_copy.copy(folder, root=project_as_it_stands) == len(NOTEBOOKS)
    return folder


def read(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def prose_of(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def codes_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tagged(notebook, tag):
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


per_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@per_notebook
def test_a_class_gets_all_text_and_code_but_hints_and_solutions(class_folder, path):
    before, after = read(path), read(class_folder / "notebooks" / path.name)
    prose = prose_of(after)
    assert not re.search(r"<summary>(Hint|Solution)|click to open|\bsolutions?\b", prose)
    assert not [each.solution for each in all_exercises() if each.solution in prose]
    own = re.compile(r"^\*Your prediction:\*$|^### .+ \(continued\)$", re.MULTILINE)
    kept = class_copy.ABOUT_FOLDS.sub("", class_copy.FOLD.sub("", prose_of(before)))
    assert own.sub("", prose).split() == kept.split()
    assert [c.source for c in codes_of(before)] == [c.source for c in codes_of(after)]
    ids = [cell.id for cell in after.cells]
    assert len(set(ids)) == len(ids)


@per_notebook
def test_no_output_stands_below_a_prediction_and_there_is_a_place_to_write_it(class_folder, path):
    after = read(class_folder / "notebooks" / path.name)
    assert not [cell for cell in codes_of(after) if cell.outputs or cell.execution_count]
    asked = [place for place, cell in enumerate(after.cells) if "> **Predict" in cell.source]
    assert asked or path.stem == "before_you_start"
    assert sum(cell.source.count("> **Predict") for cell in after.cells) == len(asked)
    assert [after.cells[place + 1] for place in asked] == tagged(after, "prediction")
    assert {cell.source for cell in tagged(after, "prediction")} <= {"*Your prediction:*"}


@per_notebook
def test_answers_and_checks_can_be_found_and_do_not_stop_the_lesson(class_folder, path):
    after = read(class_folder / "notebooks" / path.name)
    mine = [each for each in all_exercises() if each.notebook == path.stem]
    for exercise in mine:
        for kind, source in (("answer", exercise.blank), ("check", exercise.check)):
            (cell,) = tagged(after, f"{kind}-{exercise.key}")
            assert cell.source == source
            assert "raises-exception" in cell.metadata.tags
    asked = [cell for cell in codes_of(after) if "check_question(" in cell.source]
    for cell in asked:
        key = re.search(r'check_question\("(.+?)", "..."\)', cell.source)[1]
        assert tagged(after, f"answer-{key}") == tagged(after, f"check-{key}") == [cell]
        assert "raises-exception" in cell.metadata.tags
    assert len(tagged(after, "raises-exception")) == 2 * len(mine) + len(asked)


@pytest.mark.parametrize("keep_hints", [False, True])
@per_notebook
def test_folding_an_exercise_folds_no_lesson_away(path, keep_hints):
    """Below the heading of an exercise stand its answer, its check and its hints, and then another heading."""
    after = class_copy.for_a_class(read(path), keep_hints=keep_hints)
    starts = [place for place, cell in enumerate(after.cells) if "### Exercise " in cell.source]
    for place in starts:
        heading, answer, check, *rest = after.cells[place:]
        assert heading.source.startswith("### Exercise ")
        assert (answer.cell_type, check.cell_type) == ("code", "code")
        if keep_hints:
            hints = rest.pop(0).source
            assert re.findall("<summary>(.*?)</summary>", hints) == ["Hint 1", "Hint 2"]
            assert hints.endswith("</details>")
        assert not rest or re.match("##+ ", rest[0].source), rest[0].source
    levels = [len(mark) for mark in re.findall("^(#+) ", prose_of(after), re.MULTILINE)]
    assert all(two - one <= 1 for one, two in itertools.pairwise(levels))


def test_the_copy_has_licenses_data_models_and_a_page_to_start_with(class_folder):
    for name in class_copy.LICENSES:
        assert (class_folder / name).read_bytes() == (ROOT / name).read_bytes()
    start = (class_folder / "START.md").read_text("utf8")
    assert "Run All Above" in start
    assert all(path.name in start for path in NOTEBOOKS)
    assert len(start.split()) < 300, "half a page"
    assert (class_folder / "notebooks" / "models" / "digits_network.npz").exists()
    assert not list((class_folder / "notebooks").glob(".*"))
    assert {path.name for path in (class_folder / "data").iterdir()} == {
        path.name for path in (ROOT / "data").iterdir() if path.suffix in (".gz", ".md")
    }


def test_the_hints_may_stay():
    notebook = read(ROOT / "notebooks" / "01_data_loading.ipynb")
    texts = prose_of(class_copy.for_a_class(notebook, keep_hints=True))
    number = texts.count("### Exercise ")
    assert texts.count("<summary>Hint 1") == texts.count("<summary>Hint 2") == number > 0
    assert "hints are folded" in texts
    assert "<summary>Solution" not in texts
    assert "<summary>Solution" in prose_of(notebook), "the original is as it was"


def test_some_notebooks_alone(project_as_it_stands, tmp_path, capsys):
    assert class_copy.copy(tmp_path / "new", root=project_as_it_stands, only=["1", "02", "4"]) == 4
    paths = sorted((tmp_path / "new" / "notebooks").glob("*.ipynb"))
    assert [path.name[:2] for path in paths] == ["01", "02", "04", "be"], "Before you start, too"
    linked = {name for path in paths for name in re.findall(r"\]\((\d\d)_", prose_of(read(path)))}
    assert linked <= {"01", "02", "04"}
    assert "02" in linked
    there = files_in(tmp_path / "new" / "notebooks" / "models")
    assert there == {"digits_network.npz"}, "notebook 4 writes it; the large one is for 5 and 9"
    assert not (tmp_path / "new" / "notebooks" / "results").exists()
    with pytest.raises(OSError, match=r"there is no notebook 12; there are 0, 1, 2"):
        class_copy.copy(tmp_path / "other", root=project_as_it_stands, only=["1", "12"])
    assert not (tmp_path / "other").exists()


def test_the_site_for_browsers_is_built_from_the_copy(class_folder, tmp_path):
    spec = importlib.util.spec_from_file_location("build", ROOT / "site" / "lite" / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    build.copy_contents(tmp_path, class_folder)
    for path in NOTEBOOKS:
        here, there = (read(root / "notebooks" / path.name) for root in (class_folder, tmp_path))
        assert here.cells == there.cells
        assert there.metadata.kernelspec.name == "python"
    assert {"START.md", "LICENSE", "LICENSE-TEXT"} <= {path.name for path in tmp_path.iterdir()}
    page = build.front_door("01_data_loading")
    assert "00_" not in page
    assert ">Notebook 1</a>" in page


@pytest.mark.slow
def test_a_slip_does_not_stop_the_lesson(class_folder):
    """Run All goes on past an answer that is no Python: the last cell of the notebook is reached."""
    notebook = read(class_folder / "notebooks" / "01_data_loading.ipynb")
    (answer,) = tagged(notebook, "answer-1.1")
    answer.source = "def my_pixel_number(row, column)\n    return 28 * row + column"
    resources = {"metadata": {"path": class_folder / "notebooks"}}
    NotebookClient(notebook, kernel_name="python3", resources=resources).execute()
    (check,) = tagged(notebook, "check-1.1")
    assert "stopped with a SyntaxError in line 1" in check.outputs[-1].traceback[-1]
    assert codes_of(notebook)[-1].execution_count == len(codes_of(notebook))


NBGRADER = ROOT / ".venv-nbgrader" / "bin" / "python"


@pytest.mark.slow
@pytest.mark.skipif(not NBGRADER.exists(), reason="needs nbgrader: CONTRIBUTING.md says how")
def test_nbgrader_gives_full_marks_for_every_solution_and_none_for_blanks(
    project_as_it_stands, tmp_path
):
    course = tmp_path / "course"
    class_copy.copy(course, root=project_as_it_stands, only=["1"], nbgrader=True)
    path = os.pathsep.join([str(NBGRADER.parent), os.environ["PATH"]])  # it calls `alembic`
    run = partial(subprocess.run, cwd=course, check=True, env=os.environ | {"PATH": path})
    run([NBGRADER, "-m", "nbgrader", "generate_assignment", "digits", "--create"])
    released = course / "release" / "digits"
    solutions = {each.blank: each.solution for each in all_exercises()}
    for learner in ("all", "none"):
        shutil.copytree(released, course / "submitted" / learner / "digits")
    for path in (course / "submitted" / "all" / "digits").glob("*.ipynb"):
        notebook = read(path)
        assert "HIDDEN TESTS" not in path.read_text("utf8")
        for cell in notebook.cells:
            cell.source = solutions.get(cell.source, cell.source)
        nbformat.write(notebook, path)
    run([NBGRADER, "-m", "nbgrader", "autograde", "digits", "--create"])
    run([NBGRADER, "-m", "nbgrader", "export"])
    with (course / "grades.csv").open() as file:
        marks = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    wanted = sum(each.key.startswith("1.") for each in all_exercises())
    assert marks == {"all": wanted, "none": 0}


@pytest.fixture
def project(tmp_path):
    """A small project with one notebook."""
    root = tmp_path / "project"
    for folder in ("notebooks/models", "notebooks/results", "data"):
        (root / folder).mkdir(parents=True)
    cells = [nbformat.v4.new_code_cell('load("network.npz")', id="blank")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), root / "notebooks" / "01_one.ipynb")
    (root / "notebooks" / "models" / "network.npz").write_text("a network")
    (root / "data" / "digits.csv.gz").write_text("digits")
    (root / "LICENSE").write_text("free")
    return root


COPIED = {"notebooks/01_one.ipynb", "notebooks/models/network.npz", "data/digits.csv.gz"}
COPIED |= {"LICENSE", "START.md"}


def commit(root):
    for arguments in (
        ["init", "--quiet"],
        ["add", "--force", "."],
        ["commit", "--quiet", "--message=one"],
    ):
        subprocess.run([*GIT, *arguments], cwd=root, check=True)


def files_in(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def add_what_is_private(root):
    """Put marks, answers, links out of the project, and a link that leads nowhere into a project."""
    for name in (
        "grades.csv",
        "02_with_my_answers.ipynb.txt",
        "handed_in/marks.txt",
        "results/exam.txt",
    ):
        (root / "notebooks" / name).parent.mkdir(exist_ok=True)
        (root / "notebooks" / name).write_text("private")
    (root.parent / "private.json").write_text("private")
    (root / "notebooks" / "results" / "linked.json").symlink_to(root.parent / "private.json")
    (root / "notebooks" / "results" / "dangling.json").symlink_to(root.parent / "nowhere")
    (root.parent / "folder").mkdir()
    (root.parent / "folder" / "marks.gz").write_text("private")
    (root / "data" / "more").symlink_to(root.parent / "folder")


@pytest.mark.parametrize("with_git", [pytest.param(True, marks=needs_git), False])
def test_what_is_private_stays_with_the_teacher(project, tmp_path, with_git):
    if with_git:
        commit(project)
    add_what_is_private(project)
    assert class_copy.copy(tmp_path / "new", root=project) == 1
    assert files_in(tmp_path / "new") == COPIED


@needs_git
def test_a_link_is_not_followed_even_where_it_is_committed(project, tmp_path):
    add_what_is_private(project)
    commit(project)
    class_copy.copy(tmp_path / "new", root=project)
    assert not [
        path
        for path in (tmp_path / "new").rglob("*")
        if path.name in ("linked.json", "dangling.json", "more")
    ]


@needs_git
def test_a_notebook_that_differs_from_what_is_committed_stops_the_copy(project, tmp_path):
    commit(project)
    path = project / "notebooks" / "01_one.ipynb"
    path.write_text(path.read_text().replace("load(", "save("))
    with pytest.raises(OSError, match=r"^notebooks/01_one.ipynb: not as committed"):
        class_copy.copy(tmp_path / "new", root=project)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "place", ["notebooks/class", "data/class", "notebooks", "notebooks/../data/a/b"]
)
def test_a_copy_into_itself_is_refused(project, place):
    before = files_in(project)
    with pytest.raises(OSError, match="lies inside of what is to be copied"):
        class_copy.copy(project / place, root=project)
    assert files_in(project) == before


def test_a_folder_that_holds_something_is_not_touched(tmp_path, capsys):
    (tmp_path / "marks.txt").write_text("1")
    assert class_copy.main([str(tmp_path)]) == 1
    assert class_copy.main([str(tmp_path / "marks.txt")]) == 1
    assert capsys.readouterr().err.count("is not empty") == 2
    assert [path.name for path in tmp_path.iterdir()] == ["marks.txt"]


def test_a_target_that_is_a_dangling_link_is_named(tmp_path, capsys):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert class_copy.main([str(tmp_path / "link")]) == 1
    assert "is a link that leads nowhere" in capsys.readouterr().err
