"""The README's tables are what the command writes."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def results():
    spec = importlib.util.spec_from_file_location("results", ROOT / "scripts" / "results.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["records", "lecun", "frontier"])
def test_the_pages_have_the_figures_of_the_long_training_runs(results, name):
    text = results.FILES[name].read_text("utf8")
    make = {"records": "records_table", "lecun": "lecun_table", "frontier": "frontier_table"}[name]
    assert results.insert(text, name, getattr(results, make)()) == text, "run `make results`"


def test_a_table_goes_between_its_marks(results):
    text = "a\n<!-- x: written by `make results` -->\nold\nolder\n<!-- end of x -->\nb\n"
    assert results.insert(text, "x", ["new", "newer"]) == text.replace("old\nolder", "new\nnewer")
    other = text.replace("make results", "make bench")
    assert "new" in results.insert(other, "x", ["new"], by="make bench")
    with pytest.raises(ValueError, match="are missing"):
        results.insert(other, "x", ["new"])
    with pytest.raises(ValueError, match="are missing"):
        results.insert(text.replace("<!-- end", "<!-- END"), "x", [])
