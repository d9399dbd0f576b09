"""Every exercise: its solution passes, its blank is open, each mistake gets its own sentence."""

import importlib
import re
from collections import Counter

import nbformat
import pytest
from exercise_cells import (
    NOTEBOOKS,
    ROOT,
    all_exercises,
    exercises_of,
    namespace_before,
    run_answer,
)
from nbclient import NotebookClient
from right_answers import RIGHT
from wrong_answers import ANSWERS

import helpers.exercises as exercises_package
from helpers.exercises.checking import check_answer
from helpers.exercises.declaring import REGISTRY
from helpers.exercises.recognizing import Predicate
from helpers.exercises.source_code import ignored_argument

EXERCISES = all_exercises()
CHECKS = {exercise.key: exercise.check for exercise in EXERCISES}
FIRST = next(path for path in NOTEBOOKS if path.stem.startswith("01_"))
per_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.key)


def wrong_functions(exercise, mistake):
    """The functions by which a mistake is recognized: each of them is an answer that makes it."""
    for way in mistake.ways:
        for wrong in way.wrongs if isinstance(way, Predicate) else (way,):
            part = getattr(way, "part", None)
            yield wrong if part is None else replaced(exercise.reference, wrong, part)


def replaced(right, wrong, part):
    """The right function but for one part of what it returns."""

    def answer(*arguments):
        parts = list(right(*arguments))
        parts[part] = wrong(*arguments)
        return tuple(parts)

    return answer


def number_of(stem):
    """The number of a notebook's exercises: notebook 0 has none, so "Before you start" has its number."""
    return int(stem[:2]) if stem[:2].isdigit() else 0


FUNCTIONS = [
    (exercise, mistake.name, function)
    for exercise in REGISTRY.values()
    for mistake in exercise.mistakes
    for function in wrong_functions(exercise, mistake)
]
FUNCTION_NAMES = [f"{exercise.key}-{name}" for exercise, name, _ in FUNCTIONS]
CELL_NAMES = [f"{key}-{name}" for key, name, *_ in ANSWERS]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    """The checks write their progress file into the current folder."""
    monkeypatch.chdir(tmp_path)


@per_exercise
def test_the_cells_are_complete(exercise):
    assert exercise.blank, (
        "expected a heading, a blank, a check and a cell with hints, in this order"
    )
    assert list(exercise.folds) == ["Hint 1", "Hint 2", "Solution"]
    filled = all(gap and body.strip() for gap, body in exercise.folds.values())
    assert filled, "leave a line blank after <summary>"
    assert exercise.solution, "the solution is one ~~~python block"
    assert re.fullmatch(r"check_\w+\(\w+\)", exercise.check.strip())
    assert re.search(r"\b(One value|One line|A few lines|A small project)\b", exercise.text), (
        "say the size"
    )


@per_exercise
def test_the_declaration_is_that_of_the_notebook(exercise):
    declared = REGISTRY[exercise.key]
    assert exercise.title == declared.title
    assert exercise.check.strip().endswith(f"({declared.name})")
    assert exercise.key.split(".")[0] == str(number_of(exercise.notebook))


@per_exercise
def test_the_solution_passes(exercise):
    assert run_answer(exercise.key, exercise.solution, exercise.check).state == "solved"


@pytest.mark.parametrize(("key", "cell"), RIGHT, ids=[key for key, _ in RIGHT])
def test_another_right_answer_passes(key, cell):
    assert run_answer(key, cell, CHECKS[key]).state == "solved"


@per_exercise
def test_the_solution_uses_all_that_it_is_given(exercise):
    """Otherwise a check could blame a learner for ignoring what nobody needs."""
    names = dict(namespace_before(exercise.key))
    exec(exercise.solution, names)
    assert ignored_argument(names[REGISTRY[exercise.key].name]) is None


@per_exercise
def test_the_blank_is_open(exercise):
    assert run_answer(exercise.key, exercise.blank, exercise.check).state == "open"


def assert_only_its_sentence(exercise, name, verdict):
    assert (verdict.state, verdict.mistake) == ("not yet", name), verdict
    for mistake in exercise.mistakes:
        is_said = mistake.sentence in verdict.message
        assert is_said == (mistake.name == name), (mistake.name, verdict)


@pytest.mark.parametrize(("exercise", "name", "function"), FUNCTIONS, ids=FUNCTION_NAMES)
def test_a_function_that_makes_a_mistake_gets_its_sentence(exercise, name, function):
    answer = function() if exercise.is_value else function
    assert_only_its_sentence(exercise, name, check_answer(exercise, answer))


@pytest.mark.parametrize(("key", "name", "cell", "changes"), [
    (key, name, cell, changes) for key, name, cell, *changes in ANSWERS
], ids=CELL_NAMES)  # fmt: skip
def test_a_cell_that_makes_a_mistake_gets_its_sentence(key, name, cell, changes):
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in cell
        cell = cell.replace(old, new)
    assert_only_its_sentence(REGISTRY[key], name, run_answer(key, cell, CHECKS[key]))


@per_exercise
def test_each_way_to_recognize_a_mistake_is_proven(exercise):
    mistakes = REGISTRY[exercise.key].mistakes
    names, cells = [mistake.name for mistake in mistakes], Counter(CELL_NAMES)
    assert len(set(names)) == len(names)
    for mistake in mistakes:
        ways = [way for way in mistake.ways if isinstance(way, Predicate) and not way.wrongs]
        assert cells[f"{exercise.key}-{mistake.name}"] >= len(ways), mistake.name


def test_every_declared_exercise_is_in_a_notebook():
    assert sorted(REGISTRY) == sorted(exercise.key for exercise in EXERCISES)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_has_enough_exercises(path):
    number = number_of(path.stem)
    keys = [exercise.key for exercise in EXERCISES if exercise.notebook == path.stem]
    numbered = [f"{number}.{place}" for place in range(1, len(keys) + 1)]
    assert keys == numbered, "number them in their order"
    if number not in (0, 8):
        assert 3 <= len(keys) <= 5


def test_the_package_exports_every_check_of_the_file_of_its_notebook():
    for name in exercises_package.MODULES:
        module = importlib.import_module(f"helpers.exercises.{name}")
        checks = {
            check: value for check, value in vars(module).items() if check.startswith("check_")
        }
        keys = [check.exercise.key for check in checks.values()]
        assert keys == [f"{name[-1]}.{place}" for place in range(1, len(keys) + 1)]
        assert all(vars(exercises_package)[check] is value for check, value in checks.items())


def test_an_incomplete_exercise_is_found():
    kinds = [
        ("markdown", "### Exercise 1.9: Do it\n\nOne line."),
        ("code", "x = ..."),
        ("markdown", ""),
    ]
    cells = [{"cell_type": kind, "source": text, "metadata": {}} for kind, text in kinds]
    (exercise,) = exercises_of(cells, "01_x")
    with pytest.raises(AssertionError, match="in this order"):
        test_the_cells_are_complete(exercise)


@pytest.mark.slow
def test_a_learner_solves_a_whole_notebook(tmp_path, monkeypatch):
    """Notebook 1 in a real kernel, with every solution in its cell, in a learner's own folder."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data").symlink_to(ROOT / "data")
    notebook = nbformat.read(FIRST, as_version=4)
    mine = [exercise for exercise in EXERCISES if exercise.notebook == FIRST.stem]
    solutions = {exercise.blank: exercise.solution for exercise in mine}
    for cell in notebook["cells"]:
        cell["source"] = solutions.get(cell["source"], cell["source"])
    NotebookClient(notebook, resources={"metadata": {"path": tmp_path / "notebooks"}}).execute()
    codes = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    said = {cell["source"]: cell["outputs"] for cell in codes}
    for exercise in mine:
        (output,) = said[exercise.check]
        text = f"Exercise {exercise.key} is solved: "
        assert output["data"]["text/plain"].startswith(f"✓ {text}")
        assert text.strip() in output["data"]["text/html"]
    assert said["progress()"][0]["data"]["text/plain"].startswith(f"{len(mine)} of ")
    assert (tmp_path / "notebooks" / ".exercise_progress.json").exists()
