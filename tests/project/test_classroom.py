"""`make classroom`: a kernel that fails, dies or prints something else is counted and named; memory is measured."""

import importlib.util
import sys
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.slow  # `make unit` leaves these out, `make test` does not

ROOT = Path(__file__).resolve().parents[2]
FIRST = "import os\nfirst = not os.path.exists(os.environ['CLASS_MARK'])\nopen(os.environ['CLASS_MARK'], 'a').close()"


@pytest.fixture
def classroom(tmp_path, monkeypatch):
    """The script, working on a project that has no notebook yet."""
    monkeypatch.syspath_prepend(ROOT / "scripts")
    specification = importlib.util.spec_from_file_location("classroom", ROOT / "scripts" / "classroom.py")
    module = importlib.util.module_from_spec(specification)
    monkeypatch.setitem(sys.modules, "classroom", module)  # a dataclass looks for its module there
    specification.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setenv("CLASS_MARK", str(tmp_path / "mark"))
    for name in ("notebooks", "data", "docs"):
        (tmp_path / name).mkdir()
    (tmp_path / "data" / "some.csv").write_text("1,2")
    return module


def write(folder, name, *cells):
    """Write a notebook of (source, committed output) pairs."""
    notebook = nbformat.v4.new_notebook()
    for source, printed in cells:
        outputs = [nbformat.v4.new_output("stream", text=printed)] if printed else []
        notebook.cells.append(nbformat.v4.new_code_cell(source, outputs=outputs))
    nbformat.write(notebook, folder / "notebooks" / f"{name}.ipynb")


def run(classroom, monkeypatch, capsys, *arguments):
    """Return the script's status, and what it printed."""
    monkeypatch.setattr("sys.argv", ["classroom.py", *arguments])
    return classroom.main(), capsys.readouterr().out


def row(printed, words):
    """The numbers of a row of the table."""
    line = next(line for line in printed.splitlines() if line.startswith(f"| {words} |"))
    return [float(cell.replace(",", "")) for cell in line.split("|")[2:-1]]


def test_two_kernels_that_run(classroom, tmp_path, monkeypatch, capsys):
    held = "x = bytearray(150 * 10**6)\nimport time\ntime.sleep(1.5)\ndel x"
    saved = "open('own.txt', 'x').close()\nprint(open('../data/some.csv').read())"
    write(tmp_path, "04_good", (held, ""), (saved, "1,2\n"))
    status, printed = run(classroom, monkeypatch, capsys, "2")
    assert (status, row(printed, "failed")) == (0, [0, 0])
    assert all(1.5 < seconds < 100 for seconds in row(printed, "seconds until the last one was done"))
    own = row(printed, "MB of one kernel, its own")
    parts = row(printed, "MB of one kernel, with its part of what kernels share")
    everything = row(printed, "MB of one kernel, with all that it shares")
    for one, part, most in zip(own, parts, everything, strict=True):
        assert 150 < one <= part <= most < 350
    one, two = row(printed, "MB of all together")
    assert 150 < one < two < 700
    assert two > 300  # both held their 150 MB at the same time
    assert not (tmp_path / "notebooks" / "own.txt").exists()
    assert list((tmp_path / "docs").iterdir()) == []


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        (("first = 1 / int(first)", ""), "cell 2: ZeroDivisionError: division by zero"),
        (("os._exit(1) if not first else None", ""), "cell 2: DeadKernelError: Kernel died"),
        (("print(8.07 if first else 8.06)", "8.07\n"), "cell 2: number 1 of 1 was 8.07 and is 8.06"),
    ],
)
def test_a_kernel_that_fails_is_told(classroom, tmp_path, monkeypatch, capsys, cell, problem):
    write(tmp_path, "04_bad", (FIRST, ""), cell)
    status, printed = run(classroom, monkeypatch, capsys, "1")
    assert (status, row(printed, "failed")) == (1, [0, 1])
    assert f"04_bad.ipynb, kernel 1 of 1, {problem}" in printed


def test_the_report_is_written_where_none_failed(classroom, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(classroom, "CLASS", 2)
    write(tmp_path, "04_good", ("print('done')", "done\n"))
    write(tmp_path, "05_children", ("import subprocess\nassert subprocess.run(['sleep', '1'])", ""))
    assert run(classroom, monkeypatch, capsys)[0] == 0
    report = (tmp_path / "docs" / "CLASSROOM.md").read_text("utf8")
    assert row(report, "failed") == [0, 0]
    assert row(report, "04_good")[-1] == 1
    assert row(report, "05_children")[-1] == 2  # the kernel and its child
    write(tmp_path, "05_children", ("print(1)", "2\n"))
    status, printed = run(classroom, monkeypatch, capsys)
    assert status == 1
    assert "05_children.ipynb, kernel 1 of 1, cell 1: number 1 of 1 was 2 and is 1" in printed
    assert (tmp_path / "docs" / "CLASSROOM.md").read_text("utf8") == report


def test_what_cannot_be_run_is_said(classroom, tmp_path, monkeypatch, capsys):
    write(tmp_path, "04_good", ("1", ""))
    for arguments in (["0"], ["2", "--notebook", "9"]):
        with pytest.raises(SystemExit):
            run(classroom, monkeypatch, capsys, *arguments)
        assert "of: 04_good.ipynb" in capsys.readouterr().err
