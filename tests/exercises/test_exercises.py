"""Every exercise of every notebook: its solution passes, its blank is open, each mistake gets its own sentence."""

import importlib
import re
from pathlib import Path

import nbformat
import pytest
from exercise_cells import NOTEBOOKS, ROOT, all_exercises, exercises_of, namespace_before, run_answer
from nbclient import NotebookClient

import helpers.exercises as exercises_package
from helpers.exercises.exercise import REGISTRY
from helpers.exercises.reading import ignored_argument

EXERCISES = all_exercises()
TABLES = sorted((Path(__file__).parent / "exercise_mistakes").glob("[!_]*.py"))


def mistakes_tables():
    """All tables as one: key of the exercise -> name of the mistake -> list of answers that make it."""
    merged = {}
    for path in TABLES:
        names = {}
        exec(compile(path.read_text("utf8"), str(path), "exec"), names)
        for key, table in names["MISTAKES"].items():
            assert key not in merged, f"exercise {key} has two tables of mistakes"
            merged[key] = {name: [text] if isinstance(text, str) else list(text) for name, text in table.items()}
    return merged


MISTAKES = mistakes_tables()
ANSWERS = [(key, name, text) for key, table in MISTAKES.items() for name, texts in table.items() for text in texts]
per_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.key)


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    """The checks write their progress file into the current folder."""
    monkeypatch.chdir(tmp_path)


@per_exercise
def test_the_cells_are_complete(exercise):
    assert exercise.blank, "expected a heading, a blank cell, a check cell and a cell with hints, in this order"
    assert list(exercise.folds) == ["Hint 1", "Hint 2", "Solution"]
    assert all(gap and body.strip() for gap, body in exercise.folds.values()), "leave a line blank after <summary>"
    assert exercise.solution, "the solution is one ~~~python block"
    assert re.fullmatch(r"check_\w+\(\w+\)", exercise.check.strip())
    assert re.search(r"\b(One line|A few lines|A small project)\b", exercise.text), "say how large it is"


@per_exercise
def test_the_declaration_is_that_of_the_notebook(exercise):
    declared = REGISTRY[exercise.key]
    assert exercise.title == declared.title
    assert exercise.check.strip().endswith(f"({declared.name})")
    assert exercise.key.split(".")[0] == str(int(exercise.notebook[:2]))


@per_exercise
def test_the_solution_passes(exercise):
    assert run_answer(exercise.key, exercise.solution, exercise.check).state == "solved"


@per_exercise
def test_the_solution_uses_all_that_it_is_given(exercise):
    """Otherwise a check could blame a learner for ignoring what nobody needs."""
    names = dict(namespace_before(exercise.key))
    exec(exercise.solution, names)
    assert ignored_argument(names[REGISTRY[exercise.key].name]) is None


@per_exercise
def test_the_blank_is_open(exercise):
    assert run_answer(exercise.key, exercise.blank, exercise.check).state == "open"


@per_exercise
def test_mistakes_are_known(exercise):
    declared = [mistake.name for mistake in REGISTRY[exercise.key].mistakes]
    table = MISTAKES.get(exercise.key, {})
    assert len(set(declared)) == len(declared)
    assert set(declared) <= set(table), "a mistake is declared, but the table has no answer that makes it"
    assert len(table) >= 2


@pytest.mark.parametrize(("key", "name", "answer"), ANSWERS, ids=[f"{key}-{name}" for key, name, _ in ANSWERS])
def test_a_mistake_gets_its_sentence(key, name, answer):
    exercise = next(exercise for exercise in EXERCISES if exercise.key == key)
    verdict = run_answer(key, answer, exercise.check)
    assert (verdict.state, verdict.mistake) == ("not yet", name), verdict
    declared = {mistake.name: mistake.sentence for mistake in REGISTRY[key].mistakes}
    for other, sentence in declared.items():
        assert (sentence in verdict.message) == (sentence == declared.get(name)), (other, verdict)


def test_every_declared_exercise_is_in_a_notebook():
    assert sorted(REGISTRY) == sorted(exercise.key for exercise in EXERCISES)
    assert set(MISTAKES) <= set(REGISTRY)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_has_enough_exercises(path):
    number = int(path.stem[:2])
    keys = [exercise.key for exercise in EXERCISES if exercise.notebook == path.stem]
    assert keys == [f"{number}.{place}" for place in range(1, len(keys) + 1)], "number them in their order"
    if number <= 7:
        assert 3 <= len(keys) <= 5


def test_the_package_exports_every_check():
    for name in exercises_package.MODULES:
        module = importlib.import_module(f"helpers.exercises.{name}")
        checks = [check for check in vars(module) if check.startswith("check_")]
        assert checks
        assert all(getattr(exercises_package, check) is getattr(module, check) for check in checks)


def test_an_incomplete_exercise_is_found():
    cells = [{"cell_type": kind, "source": text, "metadata": {}} for kind, text in INCOMPLETE]
    (exercise,) = exercises_of(cells, "01_x")
    with pytest.raises(AssertionError, match="in this order"):
        test_the_cells_are_complete(exercise)


INCOMPLETE = [("markdown", "### Exercise 1.9: Do it\n\nOne line."), ("code", "x = ..."), ("markdown", "words")]


@pytest.mark.slow
def test_a_learner_solves_a_whole_notebook(tmp_path, monkeypatch):
    """Notebook 1 in a real kernel, with every solution written into its cell, in a learner's own folder."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data").symlink_to(ROOT / "data")
    notebook = nbformat.read(NOTEBOOKS[0], as_version=4)
    mine = [exercise for exercise in EXERCISES if exercise.notebook == NOTEBOOKS[0].stem]
    solutions = {exercise.blank: exercise.solution for exercise in mine}
    for cell in notebook["cells"]:
        cell["source"] = solutions.get(cell["source"], cell["source"])
    NotebookClient(notebook, resources={"metadata": {"path": tmp_path / "notebooks"}}).execute()
    said = {cell["source"]: cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"}
    for exercise in mine:
        (output,) = said[exercise.check]
        assert output["data"]["text/plain"].startswith(f"✓ Exercise {exercise.key} is solved: ")
        assert f"Exercise {exercise.key} is solved:" in output["data"]["text/html"]
    assert said["progress()"][0]["data"]["text/plain"].startswith(f"{len(mine)} of ")
    assert (tmp_path / "notebooks" / ".exercise_progress.json").exists()
