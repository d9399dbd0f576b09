"""The comparison of pictures in `make nbval`: blind to how edges are drawn, and not to what is shown."""

import base64
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image
from tools import pictures

from helpers import plots
from helpers.data import load_dataset

ROOT = Path(__file__).resolve().parents[2]

X = np.arange(1, 21)
POINTS = np.random.default_rng(1).normal(size=(2, 300))
LABELS = np.arange(300) % 10
MATRIX = np.diag(np.full(10, 90)) + np.random.default_rng(0).integers(0, 5, (10, 10))
DIGITS = load_dataset("digits").X[:, ::500]


def pixels(figure):
    return pictures.decode(base64.b64encode(figure.to_png()).decode())


def lines(*, train=1 / X, dev=1 / X + 0.1, title="The loss falls", order=("train", "dev")):
    values = {"train": (X, train), "dev": (X, dev)}
    return plots.plot_lines(
        {name: values[name] for name in order}, xlabel="epoch", ylabel="loss", title=title
    )


def with_label(text):
    figure = lines()
    figure.axes[0].text(10, 0.8, text, fontsize=10)
    return figure


def changed(values, place, value):
    values = values.copy()
    values[place] = value
    return values


def swapped(matrix, one, other):
    matrix = matrix.copy()
    matrix[one], matrix[other] = matrix[other], matrix[one]
    return matrix


FIGURES = {
    "lines": lines,
    "points": lambda: plots.plot_points(POINTS, LABELS),
    "confusion matrix": lambda: plots.plot_confusion_matrix(MATRIX),
    "digits": lambda: plots.plot_digits(DIGITS),
}
WRONG = {
    "colors swapped": ("lines", lambda: lines(order=("dev", "train"))),
    "a line missing": ("lines", lambda: lines(order=("train",))),
    "a curve shifted by a hundredth of the axis": ("lines", lambda: lines(dev=1 / X + 0.11)),
    "one value of a curve moved": ("lines", lambda: lines(train=changed(1 / X, 9, 0.13))),
    "another title": ("lines", lambda: lines(title="The loss fails")),
    "a point moved": (
        "points",
        lambda: plots.plot_points(changed(POINTS, (0, 5), POINTS[0, 5] + 0.3), LABELS),
    ),
    "a point of another class": (
        "points",
        lambda: plots.plot_points(POINTS, changed(LABELS, 7, 8)),
    ),
    "two cells swapped": (
        "confusion matrix",
        lambda: plots.plot_confusion_matrix(swapped(MATRIX, (2, 3), (4, 5))),
    ),
    "a count larger by one": (
        "confusion matrix",
        lambda: plots.plot_confusion_matrix(MATRIX + (MATRIX == 4)),
    ),
    "a pixel of a digit": (
        "digits",
        lambda: plots.plot_digits(changed(DIGITS, (300, 3), 1 - DIGITS[300, 3])),
    ),
    "two digits swapped": ("digits", lambda: plots.plot_digits(DIGITS[:, [1, 0, *range(2, 10)]])),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_picture_is_seen(name):
    right, wrong = WRONG[name]
    problem, _ = pictures.difference(pixels(FIGURES[right]()), pixels(wrong()))
    assert "differ by more than an edge does" in problem


@pytest.mark.parametrize(
    ("one", "other"), ["38", "17", "08", "56", "98", "68", ("0.1", "0.2"), ("epoch", "epocn")]
)
def test_another_digit_in_a_small_label_is_seen(one, other):
    assert pictures.difference(pixels(with_label(one)), pixels(with_label(other)))[0]


def requantized(picture):
    image = Image.fromarray(picture.astype(np.uint8)).quantize(240, dither=Image.Dither.NONE)
    return np.asarray(image.convert("RGB"), dtype=np.float32)


def moved(picture, share):
    """The picture moved right and down by a share of a pixel, as a rasterizer that rounds otherwise would draw it."""
    for axis in (0, 1):
        picture = (1 - share) * picture + share * np.roll(picture, 1, axis)
    return picture


INNOCENT = {
    "the same": lambda picture: picture,
    "another palette": requantized,
    "a fifth of a pixel aside": lambda picture: moved(picture, 0.2),
    "a quarter of a pixel aside": lambda picture: moved(picture, 0.25),
    "a pixel aside": lambda picture: moved(picture, 1),
    "a row fewer": lambda picture: picture[:-1],
}


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("name", INNOCENT)
def test_another_way_to_draw_an_edge_is_not(name, figure):
    picture = pixels(FIGURES[figure]())
    assert pictures.difference(picture, INNOCENT[name](picture))[0] == ""


def test_another_size_is_seen():
    picture = pixels(lines())
    assert "pixels wide" in pictures.difference(picture, picture[:-2])[0]


def test_what_is_not_a_picture_is_said():
    with pytest.raises(ValueError, match="cannot be read"):
        pictures.decode(base64.b64encode(b"not a PNG").decode())


SHOW = """
import base64, io
from PIL import Image

def square(shade):
    buffer = io.BytesIO()
    Image.new("L", (40, 30), shade).save(buffer, "PNG")
    return {"image/png": base64.b64encode(buffer.getvalue()).decode(), "text/plain": "a square"}
"""


def drawing(shade):
    """A cell that shows a square of one shade of gray, committed with the output of shade 0."""
    names = {}
    exec(SHOW, names)
    output = nbformat.v4.new_output("display_data", data=names["square"](0))
    return nbformat.v4.new_code_cell(f"display(square({shade}), raw=True)", outputs=[output])


def nbval(folder, matplotlib):
    """What nbval prints about the notebook in a project that pins this version of matplotlib."""
    (folder / "requirements.txt").write_text(f"contourpy==1.0.0\nmatplotlib=={matplotlib}\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "conftest",
        "--rootdir",
        str(folder),
        "-c",
        os.devnull,
    ]
    options = [
        "-p",
        "no:cacheprovider",
        "--color=no",
        "--nbval",
        "--nbval-current-env",
        "squares.ipynb",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        [*command, *options], cwd=folder, env=environment, capture_output=True, text=True
    )
    return result.stdout + result.stderr


@pytest.mark.slow
def test_nbval_looks_at_every_picture_that_is_not_ignored(tmp_path):
    cells = [nbformat.v4.new_code_cell(SHOW), drawing(0), drawing(90), drawing(91), drawing(0)]
    cells[3].metadata["tags"] = ["nbval-ignore-output"]
    cells[4].outputs *= 2
    for count, cell in enumerate(cells, 1):
        cell.execution_count = count
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "squares.ipynb")
    printed = nbval(tmp_path, version("matplotlib"))
    assert "2 failed, 3 passed" in printed
    assert "cell [3]: picture 1 is another one: 1,200 of 1,200 pixels (100.00%) differ" in printed
    assert "cell [4]" not in printed
    assert "dissimilar number of outputs" in printed
    saved = Path("build", "pictures", "squares_003_1.png")
    assert str(saved) in printed
    with Image.open(tmp_path / saved) as picture:
        assert picture.size == (3 * (40 + 10), 30)
    other = nbval(tmp_path, "1.0.0")  # which draws text otherwise
    assert "1 failed, 4 passed" in other
    assert "of the others only the size" in other
