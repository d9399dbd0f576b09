"""What the README shows and tells teachers, the copy for a class, and the checks before a commit."""

import io
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
import yaml
from exercise_cells import all_exercises
from PIL import Image, ImageChops, ImageSequence

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "book")]

import check_commit  # noqa: E402
import class_copy  # noqa: E402
import readme_animation  # noqa: E402
from series import read_series  # noqa: E402

README = (ROOT / "README.md").read_text("utf8")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))
ANSWERS = {"training_lab": (0, 260, 970, 620), "digit_pad": (340, 80, 780, 305)}  # where the curves and the bars are


# The films


def frames_of(source):
    """[(picture, seconds)] of an animated file."""
    with Image.open(source) as film:
        return [(frame.convert("RGB"), frame.info.get("duration", 0) / 1000) for frame in ImageSequence.Iterator(film)]


@pytest.mark.parametrize("name", readme_animation.FILMS)
def test_a_film_is_short_light_legible_and_comes_to_rest(name):
    path = ROOT / "docs" / f"{name}.gif"
    frames = frames_of(path)
    assert len(frames) >= 40
    assert path.stat().st_size < 1_500_000
    assert 8 <= sum(seconds for _, seconds in frames) <= readme_animation.LONGEST
    assert frames[-1][1] >= 2
    assert min(seconds for _, seconds in frames) >= 0.05  # browsers slow down what is faster
    assert 830 <= frames[0][0].width <= 1000
    with Image.open(path) as film:
        assert film.info["loop"] == 0  # again and again


@pytest.mark.parametrize("name", readme_animation.FILMS)
def test_the_panel_answers_in_the_film(name):
    parts = [picture.crop(ANSWERS[name]) for picture, _ in frames_of(ROOT / "docs" / f"{name}.gif")]
    assert len({part.tobytes() for part in parts}) >= 15
    changed = ImageChops.difference(parts[0], parts[-1]).getbbox()
    assert changed is not None
    assert changed[2] - changed[0] > 100  # more than a mark that moved


@pytest.mark.parametrize("name", readme_animation.FILMS)
def test_the_readme_shows_the_film_and_a_still_to_those_who_want_no_motion(name):
    pattern = (
        rf'<picture>\s*<source media="\(prefers-reduced-motion: reduce\)" srcset="docs/{name}\.png">\s*'
        rf'<img [^>]*src="docs/{name}\.gif"[^>]* alt="([^"]+)"[^>]*>\s*</picture>'
    )
    match = re.search(pattern, README)
    assert match, f"the README has no <picture> with docs/{name}.gif and its still"
    assert len(match[1].split()) >= 15
    with Image.open(ROOT / "docs" / f"{name}.png") as still:
        assert still.width >= 830


def test_frames_that_stand_too_short_or_say_nothing_new_are_left_out():
    black, gray, white = (Image.new("RGB", (4, 4), color) for color in ("black", "gray", "white"))
    painted = [(0.0, black), (0.3, black), (0.5, gray), (0.52, white), (0.8, black)]
    thinned = readme_animation.thinned(painted)
    assert [picture.getpixel((0, 0))[0] for picture, _ in thinned] == [0, 255, 0]
    assert [round(seconds, 2) for _, seconds in thinned] == [0.5, 0.3, readme_animation.REST]


def test_the_frequent_colors_of_a_film_are_exact_and_it_keeps_its_time():
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (20, 60, 3), dtype=np.uint8)
    pictures = []
    for color in ([255, 255, 255], [0, 114, 178], [213, 94, 0]):
        pixels = np.full((60, 60, 3), color, dtype=np.uint8)
        pixels[:20] = noise
        pictures.append(Image.fromarray(pixels))
    seconds = [0.25, 0.1, 2.5]
    frames = frames_of(io.BytesIO(readme_animation.animated(list(zip(pictures, seconds, strict=True)))))
    assert [duration for _, duration in frames] == seconds
    assert [picture.getpixel((30, 40)) for picture, _ in frames] == [(255, 255, 255), (0, 114, 178), (213, 94, 0)]
    assert np.abs(np.asarray(frames[0][0])[:20].astype(int) - noise).mean() < 40


# What teachers are told

MINUTES_AN_EXERCISE = 15  # the README says so, and calls it an estimate


def test_the_hours_follow_from_the_notebooks():
    rows = re.findall(r"^\| (\d) [^|]+\| ([\d.]+) \|", README.split("## For teachers")[1], re.MULTILINE)
    expected = []
    for path, notebook in zip(NOTEBOOKS, read_series(ROOT / "notebooks"), strict=True):
        exercises = path.read_text("utf8").count("### Exercise ")
        half_hours = math.ceil((notebook.minutes + MINUTES_AN_EXERCISE * exercises) / 30)
        expected.append((str(int(path.name[:2])), f"{half_hours / 2:g}"))
    assert rows == expected


def test_the_comparison_says_of_every_tutorial_what_was_checked():
    text = (ROOT / "docs" / "COMPARISON.md").read_text("utf8")
    short = README.split("## Beside other tutorials")[1].split("## For teachers")[0]
    for address in re.findall(r"\| \[[^]]+\]\((https?:[^)]+)\)", short):
        assert f"({address})" in text, f"the README names {address}, and docs/COMPARISON.md does not"
    for accuracy in re.findall(r"([\d.]+ %) (?:test|validation)", short):
        assert accuracy in text or accuracy.replace(".3 %", ".30 %") in text
    assert "2026-11-23" in text
    assert "2026-11-23" in short


def test_the_places_to_stop_are_headings():
    places = re.findall(r'"([^"]+)" in (\d)', README.split("## For teachers")[1].split("## Install")[0])
    assert len(places) == 3
    for words, number in places:
        (path,) = [path for path in NOTEBOOKS if path.name.startswith(f"0{number}")]
        cells = nbformat.read(path, as_version=4).cells
        lines = [line for cell in cells if cell.cell_type == "markdown" for line in cell.source.splitlines()]
        assert any(line.startswith(f"## {words}") for line in lines)


# The copy for a class


@pytest.fixture(scope="module")
def copy_for_a_class(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "new"
    assert class_copy.main([str(folder)]) == 0
    return folder / "notebooks"


def test_no_solution_is_in_the_copy_for_a_class_and_all_else_is(copy_for_a_class):
    solutions = [exercise.solution for exercise in all_exercises()]
    assert len(solutions) > 40
    for path in NOTEBOOKS:
        before = nbformat.read(path, as_version=4)
        after = nbformat.read(copy_for_a_class / path.name, as_version=4)
        nbformat.validate(after)
        prose = "\n".join(cell.source for cell in after.cells if cell.cell_type == "markdown")
        assert "<details>" not in prose
        assert not [solution for solution in solutions if solution in prose]
        assert prose.count("### Exercise ") == path.read_text("utf8").count("### Exercise ")
        kept = re.sub(r"<details>.*?</details>", "", "\n".join(c.source for c in before.cells), flags=re.DOTALL)
        assert kept.split() == "\n".join(cell.source for cell in after.cells).split()
        codes = [[cell for cell in each.cells if cell.cell_type == "code"] for each in (before, after)]
        assert codes[0] == codes[1]
    assert (copy_for_a_class / "models" / "digits_network.npz").exists()
    assert not list(copy_for_a_class.glob(".*"))
    there = {path.name for path in (copy_for_a_class.parent / "data").iterdir()}
    assert there == {path.name for path in (ROOT / "data").iterdir() if path.suffix in (".gz", ".md")}


def test_the_hints_may_stay(copy_for_a_class):
    notebook = nbformat.read(NOTEBOOKS[0], as_version=4)
    texts = "".join(cell.source for cell in class_copy.without_answers(notebook, keep_hints=True).cells)
    assert texts.count("<summary>Hint 1") == texts.count("<summary>Hint 2") == texts.count("### Exercise ") > 0
    assert "<summary>Solution" not in texts
    assert "<summary>Solution" in "".join(cell.source for cell in notebook.cells)  # the original is as it was


def test_a_folder_that_holds_something_is_not_touched(tmp_path, capsys):
    (tmp_path / "marks.txt").write_text("1")
    assert class_copy.main([str(tmp_path)]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["marks.txt"]


# Before a commit

HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf8"))["repos"]


def run_hook(name, *files):
    """Run the command of a hook as pre-commit does, in this Python, and return its status and what it said."""
    hook = next(hook for hook in HOOKS[0]["hooks"] if hook["id"] == name)
    command = hook["entry"].split()
    assert command[0] == ".venv/bin/python"
    done = subprocess.run([sys.executable, *command[1:], *map(str, files)], cwd=ROOT, text=True, capture_output=True)
    return done.returncode, done.stdout + done.stderr


def test_the_hooks_fetch_nothing():
    assert [repo["repo"] for repo in HOOKS] == ["local"]
    assert {hook["language"] for hook in HOOKS[0]["hooks"]} == {"system"}
    assert "://" not in (ROOT / ".pre-commit-config.yaml").read_text("utf8")


@pytest.mark.parametrize(
    ("hook", "good", "bad", "problem"),
    [
        ("ruff-check", "x = 1\n", "import os\n", "F401"),
        ("ruff-format", 'x = {"a": 1}\n', 'x = {"a":1}\n', "would be reformatted"),
    ],
)
def test_ruff_stops_a_commit(tmp_path, hook, good, bad, problem):
    path = tmp_path / "part.py"
    path.write_text(good)
    assert run_hook(hook, path)[0] == 0
    path.write_text(bad)
    status, said = run_hook(hook, path)
    assert status == 1
    assert problem in said


def test_a_notebook_with_traces_stops_a_commit(tmp_path):
    good = NOTEBOOKS[0]
    assert run_hook("clean-notebooks", good) == (0, "")
    bad = tmp_path / good.name
    notebook = nbformat.read(good, as_version=4)
    notebook.metadata["language_info"] = {"name": "python"}
    bad.write_text(nbformat.writes(notebook) + "\n", "utf8")
    status, said = run_hook("clean-notebooks", good, bad)
    assert status == 1
    assert f"{bad}: metadata is ['kernelspec', 'language_info']" in said
    assert "make notebooks" in said
    bad.write_text(good.read_text("utf8") + "\n\n", "utf8")
    assert "another way" in run_hook("clean-notebooks", bad)[1]
    bad.write_text("half a note", "utf8")
    assert "this is no notebook" in run_hook("clean-notebooks", bad)[1]


def test_a_large_file_stops_a_commit(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(check_commit, "ROOT", tmp_path)
    small, large = tmp_path / "small.bin", tmp_path / "large.bin"
    small.write_bytes(bytes(check_commit.LARGEST))
    large.write_bytes(bytes(check_commit.LARGEST + 1))
    assert check_commit.main(["sizes", str(small)]) == 0
    assert capsys.readouterr().out == ""
    assert check_commit.main(["sizes", str(small), str(large)]) == 1
    assert "large.bin: 1,000,001 bytes" in capsys.readouterr().out


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_every_file_of_the_project_is_small_enough():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, text=True, capture_output=True)
    names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]
    problems = [f"{name}: {problem}" for name in names for problem in check_commit.size_problems(ROOT / name)]
    assert problems == []
    assert {name for name in check_commit.LARGER if (ROOT / name).stat().st_size <= check_commit.LARGEST} == set()
