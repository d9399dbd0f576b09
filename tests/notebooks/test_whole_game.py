"""Notebook 0 is short, needs no helper, and trains the very network that the helpers train."""

import ast
import os
import re
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from helpers.data import load_dataset, split
from helpers.evaluation import mistakes
from helpers.storage import load_parameters
from helpers.training import train

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = nbformat.read(ROOT / "notebooks" / "00_the_whole_game.ipynb", as_version=4)
CODE = [cell.source for cell in NOTEBOOK.cells if cell.cell_type == "code"]
PROSE = "\n".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The names that the notebook defines, what it showed, and the folder in which it ran."""
    folder = tmp_path_factory.mktemp("whole_game") / "notebooks"
    folder.mkdir()
    (folder.parent / "data").symlink_to(ROOT / "data")
    shown = []
    names = {"display": lambda figure, metadata: shown.append(metadata["image/png"]["alt"])}
    before = Path.cwd()
    os.chdir(folder)
    try:
        for source in CODE:
            exec(source, names)
    finally:
        os.chdir(before)
        plt.close("all")
    return names, shown, folder


@pytest.fixture(scope="module")
def sets():
    return split(load_dataset("digits"), 1000, np.random.default_rng(0))


def test_it_is_short_and_uses_no_helper():
    lines = [line for source in CODE for line in source.splitlines() if line.strip()]
    text = re.sub(r"~~~.*?~~~|\]\([^)]*\)", " ", PROSE, flags=re.DOTALL)
    text = re.sub("^## Ask yourself.*?(?=^## )", "", text, flags=re.DOTALL | re.MULTILINE)
    assert len(lines) <= 70
    assert len(re.findall(r"\S*[A-Za-z]\S*", text)) <= 1000
    imports = [
        node
        for node in ast.walk(ast.parse("\n".join(CODE)))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    modules = {name.name for node in imports for name in node.names if isinstance(node, ast.Import)}
    assert modules | {getattr(node, "module", None) for node in imports} == {
        *("numpy", "pandas", "matplotlib.pyplot", "ipywidgets", None)
    }


@pytest.mark.parametrize("sizes", [[784, 10, 10, 10], [784, 20, 5, 10]])
def test_its_loop_ends_with_the_parameters_of_the_helpers_to_the_last_bit(page, sets, sizes):
    network, score = page[0]["train"](*page[0]["data"], sizes, learning_rate=0.05)
    # An augmentation that changes nothing, because without one `train` leaves out pixels that are always white, and
    # sums of fewer numbers are rounded otherwise.
    result = train(*sets, sizes, learning_rate=0.05, batch_size=32, augment=lambda X, rng: X)
    expected = [values for layer in result.parameters for values in layer]
    assert [np.array_equal(*pair) for pair in zip(network, expected, strict=True)] == [True] * 6
    assert score == result.best_dev_accuracy


def test_the_file_that_it_saves_holds_that_network(page):
    names, _, folder = page
    layers = load_parameters(folder / "my_network.npz")
    for saved, own in zip(
        [values for layer in layers for values in layer], names["network"], strict=True
    ):
        assert np.array_equal(saved, own)


def test_its_surest_mistakes_are_those_of_the_helpers(page, sets):
    _, shown, folder = page
    table = mistakes(load_parameters(folder / "my_network.npz"), sets[1]).head(12)
    expected = [
        f"{row.predicted}, is {row.true} ({row.confidence:.0%})" for row in table.itertuples()
    ]
    assert shown[1] == f"Misread: {', '.join(expected)}"


def test_it_points_to_every_other_notebook():
    others = {path.name for path in (ROOT / "notebooks").glob("0[1-9]_*.ipynb")}
    assert set(re.findall(r"\]\((0\d_\w+\.ipynb)\)", PROSE)) == others
