"""The checks before a commit, run as pre-commit runs them."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import check_commit
import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf8"))["repos"]


def run_hook(name, *files):
    """Run the command of a hook as pre-commit does, in this Python, and return its status and what it said."""
    hook = next(hook for hook in HOOKS[0]["hooks"] if hook["id"] == name)
    command = hook["entry"].split()
    assert command[0] == ".venv/bin/python"
    done = subprocess.run(
        [sys.executable, *command[1:], *map(str, files)], cwd=ROOT, text=True, capture_output=True
    )
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
    notebook.metadata["language_info"] = {"name": "python", "version": "3.11.7"}
    bad.write_text(nbformat.writes(notebook) + "\n", "utf8")
    status, said = run_hook("clean-notebooks", good, bad)
    assert status == 1
    assert re.search(rf"{re.escape(str(bad))}: metadata is .*'version': '3.11.7'", said)
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
    problems = [
        f"{name}: {problem}"
        for name in names
        for problem in check_commit.size_problems(ROOT / name)
    ]
    assert problems == []
    assert {
        name for name in check_commit.LARGER if (ROOT / name).stat().st_size <= check_commit.LARGEST
    } == set()
