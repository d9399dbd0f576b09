"""The core of each notebook: what is left without the sections marked extra, which a learner in a hurry skips."""

import re
import symtable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from tools.notebooks import EXTRA, EXTRA_TAG, extra_cells

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("[0-9]*.ipynb"))
OPENING = re.compile(rf"#{{2,3}} .+\n\n{re.escape(EXTRA)}\n\n")
per_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def names_in(source):
    """(names that a cell gives a value, names of other cells that it uses)."""
    tables, used = [symtable.symtable(source, "cell", "exec")], set()
    own = {
        one.get_name() for one in tables[0].get_symbols() if one.is_assigned() or one.is_imported()
    }
    while tables:
        table = tables.pop()
        tables += table.get_children()
        top = table.get_type() == "module"
        used |= {one.get_name() for one in table.get_symbols() if top or one.is_global()}
    return own, used - own


def borrowed(cells):
    """Names that a core cell uses, and that an extra cell was the last to give a value."""
    from_extra = {}
    for cell, is_extra in zip(cells, extra_cells(cells), strict=True):
        if cell["cell_type"] == "code":
            own, used = names_in(cell["source"])
            yield from (name for name in sorted(used) if not is_extra and from_extra.get(name))
            from_extra |= dict.fromkeys(own, is_extra)


@per_notebook
def test_what_is_tagged_extra_says_so_and_nothing_else_does(path):
    for cell in nbformat.read(path, as_version=4).cells:
        tagged = EXTRA_TAG in cell.metadata.get("tags", [])
        assert bool(OPENING.match(cell.source)) == tagged, cell.id
        assert cell.source.count(EXTRA) == tagged, cell.id


@per_notebook
def test_the_core_uses_no_name_of_an_extra_section(path):
    assert not list(borrowed(nbformat.read(path, as_version=4).cells))


def test_an_extra_section_ends_at_the_next_heading_as_high():
    text = "# Title|extra ## One|a = 1|### Exercise 1.1: Do|b = a|## Two|extra ### Three|a = 2|### Four|print(a)"
    cells = []
    for part in text.split("|"):
        words = part.removeprefix("extra ")
        new = new_markdown_cell if words.startswith("#") else new_code_cell
        cells.append(new(words, metadata={"tags": ["extra"]} if words != part else {}))
    assert extra_cells(cells) == [False, True, True, True, True, False, True, True, False, False]
    assert list(borrowed(cells)) == ["a"]


def test_names_inside_of_functions_and_comprehensions_count():
    own, used = names_in("def f(x):\n    return x + y\n\n\nz = [w * v for w in range(3)]")
    assert own == {"f", "z"}
    assert used == {"y", "v", "range"}
