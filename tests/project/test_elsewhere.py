"""The series on other people's machines: the workflow, Binder and Colab."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import buttons  # noqa: E402
import colab_notebooks  # noqa: E402

WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text("utf8"))
README = (ROOT / "README.md").read_text("utf8")
ADDRESS = "https://github.com/Someone/digits.git"


def commands(job):
    return [step["run"] for step in WORKFLOW["jobs"][job]["steps"] if "run" in step]


# The workflow


def test_the_workflow_calls_make_targets_that_exist():
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf8"), re.MULTILINE))
    called = [
        match[1] for job in WORKFLOW["jobs"] for line in commands(job) if (match := re.match(r"make (\S+)", line))
    ]
    assert {"test", "test-lite", "pages", "colab"} == set(called) <= targets


def test_windows_does_what_the_readme_says():
    block = README.split("**Windows, or without make**")[1].split("**conda**")[0]
    told = [line.strip() for line in block.splitlines() if line.startswith("    ")]
    expected = [line.replace("py -m venv", "python -m venv") for line in told if not line.endswith("lab.py")]
    assert commands("windows") == expected
    assert len(expected) == 7


def test_the_oldest_supported_python_is_tested_on_all_systems():
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]["requires-python"].strip(">=")
    systems = {"windows-latest"}
    for job in ("make", "windows"):
        matrix = WORKFLOW["jobs"][job]["strategy"]["matrix"]
        assert matrix["python"] == [oldest, "3.12", "3.13"]
        systems |= set(matrix.get("os", ()))
    assert systems == {"ubuntu-latest", "macos-latest", "windows-latest"}


def test_the_workflow_runs_each_week_and_publishes_only_what_passed_on_main():
    assert re.fullmatch(r"\d+ \d+ \* \* \d", WORKFLOW[True]["schedule"][0]["cron"])  # YAML reads `on` as true
    for name in ("pages", "colab"):
        job = WORKFLOW["jobs"][name]
        assert set(job["needs"]) == {"make", "windows"}
        assert "github.ref == 'refs/heads/main'" in job["if"]
    assert WORKFLOW["permissions"] == {"contents": "read"}


# The links


def test_the_readme_has_the_links_of_the_address_in_pyproject():
    if buttons.START not in README:
        pytest.skip("the README has no place for the links yet")
    assert buttons.written(README, buttons.repository()) == README, "run `python scripts/buttons.py`"


def test_the_links_lead_to_the_address_and_to_notebooks_that_exist():
    assert buttons.links(None) == ""
    text = buttons.written(f"# A\n{buttons.START}old\n{buttons.END}rest\n", ADDRESS)
    assert text.startswith(f"# A\n{buttons.START}**Start at once")
    assert text.endswith(f"{buttons.END}rest\n")
    assert "https://mybinder.org/v2/gh/Someone/digits/main?urlpath=lab/tree/notebooks/01_data_loading.ipynb" in text
    assert "https://someone.github.io/digits/lite/lab/index.html?path=notebooks/01_data_loading.ipynb" in text
    assert "https://colab.research.google.com/github/Someone/digits/blob/colab/01_data_loading.ipynb" in text
    assert (ROOT / "notebooks" / f"{buttons.FIRST}.ipynb").exists()


@pytest.mark.parametrize(
    "address", ["github.com/a/b", "https://github.com/a", "https://example.org/a/b", "http://github.com/a/b"]
)
def test_another_kind_of_address_is_refused(address):
    with pytest.raises(ValueError, match="expected an address like"):
        buttons.links(address)
    with pytest.raises(ValueError, match="has no lines"):
        buttons.written("# A\n", ADDRESS)


# Colab


def test_the_copies_for_colab_have_one_cell_more_and_are_valid(tmp_path, monkeypatch):
    monkeypatch.setattr(colab_notebooks, "OUT", tmp_path / "colab")
    monkeypatch.setenv("REPOSITORY", ADDRESS)
    assert colab_notebooks.main() == 0
    paths = sorted((tmp_path / "colab").glob("*.ipynb"))
    assert [path.name for path in paths] == sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
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
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
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
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {"HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, text=True, capture_output=True
    )
    expected = [str(tmp_path)]
    if on_colab:
        expected = [f"{folder}/notebooks", f"{folder}/helpers/__init__.py"]
        expected += ["install --quiet " + colab_notebooks.MISSING, "widgets", "widgets"]
    assert done.stdout.splitlines()[-1:] == [str(expected)], done.stderr


# Binder


def test_binder_finds_what_it_installs():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf8"))
    assert "-e ." in environment["dependencies"][-1]["pip"]  # this makes Binder copy the project before it installs
    assert {"jupyter", "ipywidgets"} <= {re.split("[>=]", line)[0] for line in environment["dependencies"][:-1]}
