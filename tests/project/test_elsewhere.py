"""The series on other people's machines: the workflow, Binder and Colab."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import colab_notebooks
import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text("utf8"))
ADDRESS = "https://github.com/Someone/digits.git"


def commands(job):
    return [step["run"] for step in WORKFLOW["jobs"][job]["steps"] if "run" in step]


# The workflow


def test_the_workflow_calls_make_targets_that_exist():
    targets = set(
        re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf8"), re.MULTILINE)
    )
    called = [
        match[1]
        for job in WORKFLOW["jobs"]
        for line in commands(job)
        if (match := re.match(r"make (\S+)", line))
    ]
    assert called
    assert set(called) <= targets


def test_what_may_publish_runs_no_package_and_no_other_job_may_write():
    permissions = {
        name: job["permissions"] for name, job in WORKFLOW["jobs"].items() if "permissions" in job
    }
    assert permissions == {
        "deploy": {"pages": "write", "id-token": "write"},
        "colab": {"contents": "write"},
    }
    assert commands("deploy") == []
    assert not any("pip" in line for line in commands("colab"))


def test_no_checkout_leaves_its_token_behind():
    steps = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == 6
    assert all(step.get("with", {}).get("persist-credentials") is False for step in checkouts)


def test_the_audit_reads_every_requirement_file():
    audited = set(re.findall(r"-r (\S+)", " ".join(commands("audit"))))
    files = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("[!.]*/*/requirements.txt")}
    assert audited == files | {
        "requirements.txt", "requirements-test.txt", "site/lite/wheels.txt"
    }  # fmt: skip


# Colab


def test_the_copies_for_colab_have_one_cell_more_and_are_valid(tmp_path, monkeypatch):
    monkeypatch.setattr(colab_notebooks, "OUT", tmp_path / "colab")
    monkeypatch.setenv("REPOSITORY", ADDRESS)
    assert colab_notebooks.main() == 0
    paths = sorted((tmp_path / "colab").glob("*.ipynb"))
    assert [path.name for path in paths] == sorted(
        path.name for path in (ROOT / "notebooks").glob("*.ipynb")
    )
    for path in paths:
        cells = json.loads(path.read_text("utf8"))["cells"]
        assert cells[1:] == json.loads((ROOT / "notebooks" / path.name).read_text("utf8"))["cells"]
        nbformat.validate(nbformat.read(path, 4))


def test_without_an_address_it_says_where_to_write_it(monkeypatch, capsys):
    monkeypatch.setattr(colab_notebooks, "repository", lambda: None)
    assert colab_notebooks.main() == 1
    assert "[project.urls] in pyproject.toml" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
@pytest.mark.parametrize("on_colab", [True, False])
def test_the_first_cell_fetches_the_project_on_colab_only(tmp_path, on_colab):
    origin = tmp_path / "origin"
    (origin / "helpers").mkdir(parents=True)
    (origin / "notebooks").mkdir()
    (origin / "helpers" / "__init__.py").write_text("HERE = __file__")
    (origin / "notebooks" / "a.txt").write_text("")
    git = [
        "git",
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.org",
        "-c",
        "init.defaultBranch=main",
    ]
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message=one"]):
        subprocess.run([*git, *arguments], cwd=origin, check=True)
    folder = (tmp_path / "content" / "project").as_posix()
    cell = "".join(colab_notebooks.first_cell(origin.as_uri(), folder)["source"])
    program = f"""
import os, sys, types
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
installed = []
shell.register_magic_function(installed.append, "line", "pip")
colab = types.ModuleType("google.colab")
colab.output = types.SimpleNamespace(enable_custom_widget_manager=lambda: installed.append("widgets"))
if {on_colab}:
    sys.modules["google.colab"] = colab
for _ in range(2):
    shell.run_cell({cell!r}).raise_error()
import helpers
print([os.getcwd(), helpers.HERE, *installed] if {on_colab} else [os.getcwd(), *installed])
"""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {
        "HOME": str(tmp_path)
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment,
        text=True,
        capture_output=True,
    )
    expected = [str(tmp_path)]
    if on_colab:
        expected = [f"{folder}/notebooks", f"{folder}/helpers/__init__.py"]
        expected += ["install --quiet " + colab_notebooks.MISSING, "widgets", "widgets"]
    assert done.stdout.splitlines()[-1:] == [str(expected)], done.stderr


# Binder


def test_binder_finds_what_it_installs():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf8"))
    assert (
        "-e ." in environment["dependencies"][-1]["pip"]
    )  # this makes Binder copy the project before it installs
    assert {"jupyter", "ipywidgets"} <= {
        re.split("[>=]", line)[0] for line in environment["dependencies"][:-1]
    }
