"""The JavaScript and CSS of the panels go where the package goes."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = [path for path in (ROOT / "helpers").rglob("*") if path.suffix in (".css", ".js")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_installed_package_holds_it(path):
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["tool"]["setuptools"]
    package = ".".join(path.parent.relative_to(ROOT).parts)
    patterns = [*settings["package-data"].get("*", []), *settings["package-data"].get(package, [])]
    assert any(fnmatch(path.name, pattern) for pattern in patterns)
    assert any(fnmatch(package, pattern) for pattern in settings["packages"]["find"]["include"])
    assert (path.parent / "__init__.py").exists()
