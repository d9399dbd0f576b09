"""The project agrees with itself: its three lists of dependencies, its imports, its docstrings."""

import ast
import importlib.metadata
import importlib.util
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
CONDA_NAMES = {"matplotlib": "matplotlib-base"}  # PyPI's name: conda-forge's name, where they differ
FROM_PYPI = {"playwright"}  # installed by pip in the conda environment too


def direct_dependencies():
    """Requirements of pyproject.toml, those of the tests included, by canonical name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    texts = project["dependencies"] + [text for group in project["optional-dependencies"].values() for text in group]
    return {canonicalize_name(Requirement(text).name): Requirement(text).specifier for text in texts}


def pins(text):
    """Requirements of requirements.txt by canonical name."""
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    return {canonicalize_name(Requirement(line).name): Requirement(line) for line in lines if line}


def conda_dependencies(text):
    """Specifiers of the conda part of environment.yml by name, and the lines of its pip part."""
    conda, pip = text.split("  - pip:\n")
    packages = re.findall(r"^  - ([a-z0-9-]+)([<>=!~]\S*)?$", conda.split("dependencies:\n")[1], re.MULTILINE)
    return {name: SpecifierSet(bounds) for name, bounds in packages}, re.findall(r"^ +- (.+)$", pip, re.MULTILINE)


REQUIREMENTS = (ROOT / "requirements.txt").read_text("utf8")
ENVIRONMENT = (ROOT / "environment.yml").read_text("utf8")


def test_every_requirement_is_pinned_exactly():
    assert not re.search(r"://|^-|@|\.whl|file:", REQUIREMENTS, re.MULTILINE)
    for name, requirement in pins(REQUIREMENTS).items():
        assert re.fullmatch(r"==[0-9][0-9a-z.]*", str(requirement.specifier)), name


def test_the_pins_hold_the_bounds():
    pinned = pins(REQUIREMENTS)
    for name, bounds in direct_dependencies().items():
        assert name in pinned, f"{name} is in pyproject.toml but not in requirements.txt: compile it again"
        assert bounds.contains(str(pinned[name].specifier).removeprefix("==")), name


def test_the_readme_shows_the_picture_of_the_notebook():
    spec = importlib.util.spec_from_file_location("readme_picture", ROOT / "scripts" / "readme_picture.py")
    readme_picture = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(readme_picture)
    assert readme_picture.PICTURE.read_bytes() == readme_picture.picture(), "run `make notebooks NB=05`"
    assert "(docs/mistakes.png)" in (ROOT / "README.md").read_text("utf8")


def test_conda_has_the_same_bounds():
    conda, pip = conda_dependencies(ENVIRONMENT)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    direct = direct_dependencies()
    expected = {CONDA_NAMES.get(name, name): direct[name] for name in direct if name not in FROM_PYPI}
    expected |= {"python": SpecifierSet(project["requires-python"]), "pip": SpecifierSet("")}
    assert conda == expected
    assert pip == [*(f"{name}{direct[name]}" for name in sorted(FROM_PYPI)), "-e ."]
    assert re.search(r"^channels:\n  - conda-forge\n  - nodefaults\n", ENVIRONMENT, re.MULTILINE)


@pytest.mark.skipif(Path(sys.prefix) != ROOT / ".venv", reason="only .venv is installed from requirements.txt")
def test_what_is_installed_is_what_is_pinned():
    for name, requirement in pins(REQUIREMENTS).items():
        if requirement.marker is None or requirement.marker.evaluate():
            assert requirement.specifier.contains(importlib.metadata.version(name)), name


def modules():
    """Every file of helpers/."""
    return sorted((ROOT / "helpers").rglob("*.py"))


def public_functions(tree):
    """Every public function and public method of a module."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                    yield method


def docstring_problems(source):
    """What the docstrings of a module leave unsaid."""
    tree = ast.parse(source)
    problems = [] if ast.get_docstring(tree) else ["the module has no docstring"]
    for function in public_functions(tree):
        text = ast.get_docstring(function) or ""
        is_property = any(getattr(decorator, "id", "") == "property" for decorator in function.decorator_list)
        if not text:
            problems.append(f"{function.name} has no docstring")
        elif not is_property and not re.search(r"\b[Rr]aises?\b", text):
            problems.append(f"{function.name} does not say what it raises")
    return problems


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.stem)
def test_modules_are_short_and_documented(path):
    source = path.read_text("utf8")
    assert source.count("\n") < 200, "a module past about 150 lines is two modules"
    assert docstring_problems(source) == []


def test_a_silent_docstring_is_found():
    assert docstring_problems('"""M."""\ndef f():\n    """Return 1."""') == ["f does not say what it raises"]
    assert docstring_problems('"""M."""\nclass C:\n    def f(self):\n        return 1') == ["f has no docstring"]
    assert docstring_problems("x = 1") == ["the module has no docstring"]
    assert docstring_problems('"""M."""\ndef f():\n    """Return 1. Raises nothing."""') == []


def test_a_loose_pin_is_found():
    assert str(pins("numpy>=2.0\n")["numpy"].specifier) == ">=2.0"
    assert set(pins("# a comment\nA_b==1.0 ; sys_platform == 'win32'\n")) == {"a-b"}


def test_no_path_of_one_machine_is_in_the_project():
    pattern = re.compile(r"(?<![\w.:/-])/(home|root|Users|work)/\w")
    folders = ("helpers", "scripts", "tests", "benchmarks", "records", "book", "lite", "data", ".ci", ".github")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in ("", ".py", ".md")]
    files += [*ROOT.glob("*.md"), ROOT / "Makefile", ROOT / "environment.yml", ROOT / "pyproject.toml"]
    found = [path.name for path in files if path.is_file() and pattern.search(path.read_text("utf8"))]
    assert found == []
