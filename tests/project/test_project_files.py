"""The project agrees with itself: its lists of dependencies, what lies where in helpers/, its docstrings."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
import readme_picture
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
CONDA_NAMES = {
    "matplotlib": "matplotlib-base"
}  # PyPI's name: conda-forge's name, where they differ
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]


def bounds(texts):
    """Requirements by canonical name."""
    return {
        canonicalize_name(Requirement(text).name): Requirement(text).specifier for text in texts
    }


TO_RUN = bounds(PROJECT["dependencies"])
TO_TEST = bounds(PROJECT["optional-dependencies"]["test"])


def pins(text):
    """Requirements of a file of pins: those of one name differ in their markers."""
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    return [Requirement(line) for line in lines if line]


def conda_dependencies(text):
    """Specifiers of the conda part of environment.yml by name, and the lines of its pip part."""
    conda, pip = text.split("  - pip:\n")
    packages = re.findall(
        r"^  - ([a-z0-9-]+)([<>=!~]\S*)?$", conda.split("dependencies:\n")[1], re.MULTILINE
    )
    return {name: SpecifierSet(bounds) for name, bounds in packages}, re.findall(
        r"^ +- (.+)$", pip, re.MULTILINE
    )


REQUIREMENTS = (ROOT / "requirements.txt").read_text("utf8")
TESTS = (ROOT / "requirements-test.txt").read_text("utf8")
BOTH = pins(REQUIREMENTS) + pins(TESTS)
ENVIRONMENT = (ROOT / "environment.yml").read_text("utf8")


def names(requirements):
    """The canonical names of requirements."""
    return {canonicalize_name(requirement.name) for requirement in requirements}


def test_every_requirement_is_pinned_exactly():
    assert not re.search(r"://|^-|@|\.whl|file:", REQUIREMENTS + TESTS, re.MULTILINE)
    for requirement in BOTH:
        assert re.fullmatch(r"==[0-9][0-9a-z.]*", str(requirement.specifier)), requirement.name


def test_the_pins_hold_the_bounds():
    for requirement in BOTH:
        name, version = canonicalize_name(requirement.name), str(requirement.specifier)[2:]
        assert (TO_RUN | TO_TEST).get(name, SpecifierSet()).contains(version), name
    advice = "compile both files again: CONTRIBUTING.md says how"
    assert set(TO_RUN) <= names(pins(REQUIREMENTS)), advice
    assert set(TO_TEST) <= names(BOTH), advice


def test_what_a_student_installs_has_no_tools_for_tests():
    run, test = names(pins(REQUIREMENTS)), names(pins(TESTS))
    assert {"pytest", "playwright", "ruff", "scikit-learn", "distributed"} <= test - run
    assert run & test <= {"psutil"}, "JupyterLab wants it on some systems, Dask on all"
    assert len(run) < 120


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14", "3.15"])
def test_each_python_gets_one_version_of_a_package(python):
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
    }
    chosen = [pin for pin in BOTH if pin.marker is None or pin.marker.evaluate(environment)]
    wanted = {(pin.name, str(pin.specifier)) for pin in chosen}
    assert len(wanted) == len(dict(wanted))
    assert {"numpy", "contourpy", "scipy"} <= set(dict(wanted))


def test_the_readme_shows_the_picture_of_the_notebook():
    assert readme_picture.PICTURE.read_bytes() == readme_picture.picture(), (
        "run `make notebooks NB=05`"
    )
    assert "(docs/mistakes.png)" in (ROOT / "README.md").read_text("utf8")


def test_conda_has_the_same_bounds():
    conda, pip = conda_dependencies(ENVIRONMENT)
    expected = {CONDA_NAMES.get(name, name): bound for name, bound in TO_RUN.items()}
    expected |= {"python": SpecifierSet(PROJECT["requires-python"]), "pip": SpecifierSet("")}
    assert conda == expected
    assert pip == ["-e ."]
    assert re.search(r"^channels:\n  - conda-forge\n  - nodefaults\n", ENVIRONMENT, re.MULTILINE)


@pytest.mark.skipif(
    Path(sys.prefix) != ROOT / ".venv", reason="only .venv is installed from these files"
)
def test_what_is_installed_is_what_is_pinned():
    for requirement in BOTH:
        if requirement.marker is None or requirement.marker.evaluate():
            assert requirement.specifier.contains(importlib.metadata.version(requirement.name)), (
                requirement.name
            )


# The helpers: what lies at the top is taught, and what is public is documented

MODULES = {
    path: ast.parse(path.read_text("utf8")) for path in sorted((ROOT / "helpers").rglob("*.py"))
}


def test_every_module_at_the_top_of_helpers_is_imported_by_a_notebook():
    cells = "".join(path.read_text("utf8") for path in (ROOT / "notebooks").glob("[!.]*.ipynb"))
    imported = set(re.findall(r"(?:from|import) helpers\.(\w+)", cells))
    imported |= {
        name
        for names in re.findall(r"from helpers import ([\w, ]+)", cells)
        for name in names.split(", ")
    }
    at_the_top = {path.stem for path in MODULES if path.parent == ROOT / "helpers"} - {"__init__"}
    assert at_the_top - imported == set(), (
        "what no notebook imports belongs into a folder, such as internals/"
    )


def public_names(tree):
    """The names in a module's __all__."""
    lists = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and "__all__" in ast.unparse(node.targets)
    ]
    return {name for value in lists for name in ast.literal_eval(value)}


def undocumented(tree):
    """The public functions and classes of a module that have no docstring, and "the module" where it has none."""
    definitions = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    public = [node for node in definitions if node.name in public_names(tree)]
    missing = [node.name for node in public if not ast.get_docstring(node)]
    return missing if ast.get_docstring(tree) else ["the module", *missing]


def test_what_is_public_is_documented():
    found = {
        path.relative_to(ROOT).as_posix(): undocumented(tree) for path, tree in MODULES.items()
    }
    assert {name: missing for name, missing in found.items() if missing} == {}


def test_no_docstring_promises_that_nothing_is_raised():
    pattern = re.compile(r"\braises\s+nothing\b", re.IGNORECASE)
    assert [path.name for path in MODULES if pattern.search(path.read_text("utf8"))] == []


def test_a_missing_docstring_is_found():
    source = '__all__ = ["f", "C"]\ndef f():\n    return 1\nclass C:\n    """C."""\ndef g():\n    return 2'
    assert undocumented(ast.parse(source)) == ["the module", "f"]
    assert undocumented(ast.parse('"""M."""\n' + source)) == ["f"]


def test_a_loose_pin_is_found():
    assert str(pins("numpy>=2.0\n")[0].specifier) == ">=2.0"
    assert [pin.name for pin in pins("# a comment\nA_b==1.0 ; sys_platform == 'win32'\n")] == [
        "A_b"
    ]


def test_no_path_of_one_machine_is_in_the_project():
    pattern = re.compile(r"(?<![\w.:/-])/(home|root|Users|work)/\w")
    folders = ("helpers", "scripts", "tests", "measurements", "site", "data", ".ci", ".github")
    files = [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in ("", ".py", ".md")
    ]
    files += [
        *ROOT.glob("*.md"),
        ROOT / "Makefile",
        ROOT / "environment.yml",
        ROOT / "pyproject.toml",
    ]
    found = [
        path.name for path in files if path.is_file() and pattern.search(path.read_text("utf8"))
    ]
    assert found == []
