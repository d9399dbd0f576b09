"""The series on other people's machines: the workflow, Colab, Binder, a container, and GitHub's forms."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import colab_notebooks
import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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


# Binder, Codespaces, GitHub


def lines_of(name):
    text = (ROOT / name).read_text("utf8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def needed_to_run():
    """The canonical names of all that the dependencies of pyproject.toml bring along here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    found, todo = set(), [Requirement(text) for text in project["dependencies"]]
    while todo:
        name, extras = canonicalize_name(todo[-1].name), todo.pop().extras
        if (name, *extras) in found:
            continue
        found.add((name, *extras))
        for text in importlib.metadata.requires(name) or ():
            further = Requirement(text)
            environments = [{"extra": extra} for extra in extras or {""}]
            if further.marker is None or any(map(further.marker.evaluate, environments)):
                todo.append(further)
    return {name for name, *_ in found}


def test_binder_gets_the_pins_that_running_needs():
    pins, project = lines_of("binder/requirements.txt")
    assert (ROOT / "binder" / pins.removeprefix("-r ")).resolve() == ROOT / "requirements.txt"
    assert project == "-e ."  # this makes Binder copy the project before it installs
    pins = map(Requirement, lines_of("requirements.txt"))
    here = [pin for pin in pins if pin.marker is None or pin.marker.evaluate()]
    assert {canonicalize_name(pin.name) for pin in here} == needed_to_run()
    (python,) = lines_of("binder/runtime.txt")
    assert python in ("python-3.11", "python-3.12", "python-3.13")


UV = "uv run --no-project --with-requirements requirements.txt --with-editable . scripts/lab.py"


def test_the_line_for_uv_names_what_is_there():
    for page in ("README.md", "docs/INSTALL.md"):
        assert f"\n    {UV}\n" in (ROOT / page).read_text("utf8")
    assert all((ROOT / part).is_file() for part in UV.split() if "/" in part)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("uv") is None, reason="needs uv")
def test_with_the_line_for_uv_a_kernel_finds_the_helpers(tmp_path):
    (tmp_path / "a.py").write_text(KERNEL)
    command = [*UV.split()[:-1], str(tmp_path / "a.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.stdout.strip() == "['Prediction']", done.stderr


KERNEL = """
import nbformat
from nbclient import NotebookClient
cell = nbformat.v4.new_code_cell("from helpers.widgets import Prediction; print([Prediction.__name__])")
notebook = nbformat.v4.new_notebook(cells=[cell])
NotebookClient(notebook, kernel_name="python3").execute()
print(cell.outputs[0]["text"])
"""


def test_the_container_is_set_up_by_make():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf8"))
    makefile = (ROOT / "Makefile").read_text("utf8")
    assert container["postCreateCommand"] == "make .venv/.ready"
    assert {"VENV := .venv", "READY := $(VENV)/.ready"} <= set(makefile.splitlines())
    own = container["customizations"]
    assert "/.venv/bin/python" in own["vscode"]["settings"]["python.defaultInterpreterPath"]
    assert all((ROOT / name).exists() for name in own["codespaces"]["openFiles"])


FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_issue_forms_are_of_the_shape_that_github_takes(path):
    form = yaml.safe_load(path.read_text("utf8"))
    if path.stem == "config":
        assert set(form) <= {"blank_issues_enabled", "contact_links"}
        return
    assert (
        {"name", "description", "body"}
        <= set(form)
        <= {"name", "description", "body", "title", "labels"}
    )
    ids = [part["id"] for part in form["body"]]
    assert len(set(ids)) == len(ids)
    for part in form["body"]:
        assert part["type"] in ("input", "textarea")
        assert set(part) <= {"type", "id", "attributes", "validations"}
        assert part["attributes"]["label"]
        assert set(part["attributes"]) <= {"label", "description", "placeholder", "render"}
        assert part.get("validations", {}) in ({}, {"required": True})


def test_who_was_judged_wrongly_is_asked_for_the_cell():
    form = yaml.safe_load((FORMS[0].parent / "exercise.yml").read_text("utf8"))
    cell = next(part for part in form["body"] if part["id"] == "cell")
    assert cell["attributes"]["render"] == "python"
    assert cell["validations"] == {"required": True}


@pytest.mark.parametrize(
    "name", ["SUPPORT.md", "CODE_OF_CONDUCT.md", "docs/INSTALL.md", "README.md"]
)
def test_links_between_the_pages_of_the_project_lead_somewhere(name):
    text = (ROOT / name).read_text("utf8")
    for address, place in re.findall(r"\]\((?!http)([^)#]*)(#[^)]*)?\)", text):
        target = (ROOT / name).parent / address if address else ROOT / name
        assert target.exists(), address
        if place:
            headings = re.findall(r"^#+ (.+)$", target.read_text("utf8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w\- ]", "", text).replace(" ", "-").lower() for text in headings}
            assert place[1:] in anchors, place


def test_the_readme_is_read_in_one_go():
    assert len((ROOT / "README.md").read_text("utf8")) <= 8500
