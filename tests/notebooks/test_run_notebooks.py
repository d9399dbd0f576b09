"""`make run` and `make notebooks`: what they write, and what they leave alone when a cell fails."""

import importlib.util
from pathlib import Path

import nbformat
import pytest
from tools.notebooks import METADATA

pytestmark = pytest.mark.slow  # `make test` leaves these out, `make test-all` does not

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def runner(tmp_path, monkeypatch):
    """The script, working on a project with one notebook that runs and one that fails."""
    specification = importlib.util.spec_from_file_location(
        "run_notebooks", ROOT / "scripts" / "run_notebooks.py"
    )
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    (tmp_path / "notebooks").mkdir()
    cells = {
        "01_good": [
            "import os\nx = bytearray(200 * 2**20)\ndel x",
            "print(os.path.basename(os.getcwd()))\nprint('done')",
        ],
        "02_bad": ["y = 1", "y / 0", "y = 2"],
    }
    for name, sources in cells.items():
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in sources]
        )
        notebook.metadata = {"language_info": {"name": "python"}, "widgets": {}}
        notebook.cells[0].metadata = {"tags": ["kept"], "execution": {"iopub.status.busy": "2026"}}
        nbformat.write(notebook, tmp_path / "notebooks" / f"{name}.ipynb")
    return module


def test_in_place_replaces_what_ran_and_only_that(runner, tmp_path, monkeypatch, capsys):
    good, bad = (tmp_path / "notebooks" / f"{name}.ipynb" for name in ("01_good", "02_bad"))
    before = bad.read_bytes()
    monkeypatch.setattr("sys.argv", ["run_notebooks.py", "--in-place"])
    assert runner.main() == 1
    printed = capsys.readouterr().out
    assert "notebooks/02_bad.ipynb, cell 2: ZeroDivisionError: division by zero" in printed
    assert "1 of 2 ran" in printed
    _, seconds, peak = next(
        line.split() for line in printed.splitlines() if line.startswith("01_good")
    )
    assert 0 < float(seconds) < 60
    assert (
        240 < float(peak) < 500
    )  # the 200 MB that were freed before the notebook ended, and Python's own
    assert bad.read_bytes() == before
    notebook = nbformat.read(good, as_version=4)
    assert notebook.metadata == METADATA
    assert notebook.cells[0].metadata == {"tags": ["kept"]}
    assert [cell.execution_count for cell in notebook.cells] == [1, 2]
    assert notebook.cells[1].outputs[0].text == "notebooks\ndone\n"
    assert sorted(path.name for path in (tmp_path / "notebooks").iterdir()) == [
        "01_good.ipynb",
        "02_bad.ipynb",
    ]
    assert not (tmp_path / "build").exists()


def test_one_notebook_goes_into_build(runner, tmp_path, monkeypatch, capsys):
    before = (tmp_path / "notebooks" / "02_bad.ipynb").read_bytes()
    monkeypatch.setattr("sys.argv", ["run_notebooks.py", "02"])
    assert runner.main() == 1
    assert [path.name for path in (tmp_path / "build").iterdir()] == ["02_bad.ipynb"]
    executed = nbformat.read(tmp_path / "build" / "02_bad.ipynb", as_version=4)
    assert executed.cells[1].outputs[0].ename == "ZeroDivisionError"
    assert (tmp_path / "notebooks" / "02_bad.ipynb").read_bytes() == before
    assert "01_good" not in capsys.readouterr().out


def test_a_name_that_no_notebook_has(runner, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["run_notebooks.py", "7"])
    assert runner.main() == 1
    assert capsys.readouterr().out == "no notebook starts with 7; there are: 01_good, 02_bad\n"
