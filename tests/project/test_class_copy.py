"""The copy for a class: what is in it, and what it never takes along."""

import re
import shutil
import subprocess
from pathlib import Path

import class_copy
import nbformat
import pytest
from exercise_cells import all_exercises

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
def copy_for_a_class(tmp_path_factory):
    """The folder notebooks/ of a copy of this project, as it stands."""
    folder = tmp_path_factory.mktemp("class")
    for name in class_copy.FOLDERS:
        shutil.copytree(ROOT / name, folder / "project" / name)
    assert class_copy.copy(folder / "new", root=folder / "project") == len(NOTEBOOKS)
    return folder / "new" / "notebooks"


def test_no_solution_is_in_the_copy_for_a_class_and_all_else_is(copy_for_a_class):
    solutions = [exercise.solution for exercise in all_exercises()]
    assert len(solutions) > 40
    for path in NOTEBOOKS:
        before = nbformat.read(path, as_version=4)
        after = nbformat.read(copy_for_a_class / path.name, as_version=4)
        nbformat.validate(after)
        prose = "\n".join(cell.source for cell in after.cells if cell.cell_type == "markdown")
        assert not re.search(r"<summary>(Hint|Solution)", prose)
        assert not [solution for solution in solutions if solution in prose]
        assert prose.count("### Exercise ") == path.read_text("utf8").count("### Exercise ")
        kept = re.sub(
            r"<details><summary>(?:Hint \d|Solution)</summary>.*?</details>",
            "",
            "\n".join(c.source for c in before.cells),
            flags=re.DOTALL,
        )
        assert kept.split() == "\n".join(cell.source for cell in after.cells).split()
        codes = [
            [cell for cell in each.cells if cell.cell_type == "code"] for each in (before, after)
        ]
        assert codes[0] == codes[1]
    assert (copy_for_a_class / "models" / "digits_network.npz").exists()
    assert not list(copy_for_a_class.glob(".*"))
    there = {path.name for path in (copy_for_a_class.parent / "data").iterdir()}
    assert there == {
        path.name for path in (ROOT / "data").iterdir() if path.suffix in (".gz", ".md")
    }


def test_the_hints_may_stay():
    notebook = nbformat.read(ROOT / "notebooks" / "01_data_loading.ipynb", as_version=4)
    texts = "".join(
        cell.source for cell in class_copy.without_answers(notebook, keep_hints=True).cells
    )
    assert (
        texts.count("<summary>Hint 1")
        == texts.count("<summary>Hint 2")
        == texts.count("### Exercise ")
        > 0
    )
    assert "<summary>Solution" not in texts
    assert "<summary>Solution" in "".join(
        cell.source for cell in notebook.cells
    )  # the original is as it was


@pytest.fixture
def project(tmp_path):
    """A small project with one notebook."""
    root = tmp_path / "project"
    for folder in ("notebooks/models", "notebooks/results", "data"):
        (root / folder).mkdir(parents=True)
    cells = [nbformat.v4.new_code_cell("answer = ...", id="blank")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), root / "notebooks" / "01_one.ipynb")
    (root / "notebooks" / "models" / "network.npz").write_text("a network")
    (root / "data" / "digits.csv.gz").write_text("digits")
    return root


COPIED = {"notebooks/01_one.ipynb", "notebooks/models/network.npz", "data/digits.csv.gz"}


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
    path.write_text(path.read_text().replace("answer = ...", "answer = 42"))
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
