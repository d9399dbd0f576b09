"""The pages of the reference, one per module, in the order in which the notebooks import them.

Sphinx itself reads the docstrings (autodoc, napoleon) and shows the source (viewcode).
"""

import re
from pathlib import Path

PAGE = """# {name}

```{{eval-rst}}
.. automodule:: helpers.{name}
{members}
```
"""

INDEX = """# Look up the helpers

What the notebooks derive, they then import from `helpers/`: small modules with one implementation
of the mathematics. Examples are columns everywhere: `X` is (features, m), `W` is (n_out, n_in), `b`
is (n_out, 1).

{names}

## All modules

```{{toctree}}
:maxdepth: 1

{modules}
```
"""

NAMES = """## Notebook {number}: {title}

```{{eval-rst}}
.. autosummary::
   :nosignatures:

{names}
```
"""


def module_names(helpers, notebooks):
    """Return the names of the public modules, in the order of the notebooks that import them."""
    names = {path.stem for path in helpers.glob("[!_]*.py")}
    names |= {path.parent.name for path in helpers.glob("*/__init__.py")}
    imported = [module.split(".")[1] for notebook in notebooks for module, _ in notebook.imported]
    return sorted(
        names - {"internals"},
        key=lambda name: imported.index(name) if name in imported else len(imported),
    )


def exercise_list(notebooks):
    """Return the Markdown table of all exercises, each with its check and its notebook."""
    rows = ["| exercise | check | notebook |", "|---|---|---|"]
    for notebook in notebooks:
        for heading, check in notebook.exercises:
            link = f"[{heading}](../{notebook.stem}.ipynb#{anchor(heading)})"
            rows.append(f"| {link} | `{check}` | [{notebook.number}](../{notebook.stem}.ipynb) |")
    return "\n".join(rows) + "\n"


def anchor(heading):
    """Return the anchor that MyST gives a heading, as GitHub does."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def index_page(notebooks, modules):
    """Return the first page: the names that each notebook is the first to import; all modules."""
    seen, parts = set(), []
    for notebook in notebooks:
        new = [
            f"{module}.{name}"
            for module, name in notebook.imported
            if f"{module}.{name}" not in seen
        ]
        seen |= set(new)
        new = [name for name in new if not name.split(".")[-1].startswith("check_")]
        if new:
            lines = "\n".join(f"   {name}" for name in new)
            parts.append(NAMES.format(number=notebook.number, title=notebook.title, names=lines))
    return INDEX.format(names="\n".join(parts), modules="\n".join(modules))


def reference_pages(helpers, notebooks):
    """Return {file name: Markdown} of the reference."""
    helpers = Path(helpers)
    modules = module_names(helpers, notebooks)
    pages = {"index.md": index_page(notebooks, modules)}
    for name in modules:
        members = "   :members: progress" if name == "exercises" else "   :members:"
        if (helpers / f"{name}.py").exists():
            # In the order of the source, not of __all__, which notebooks.py heeds.
            members += "\n   :imported-members:\n   :ignore-module-all:"
        pages[f"{name}.md"] = PAGE.format(name=name, members=members)
    pages["exercises.md"] += "\n" + exercise_list(notebooks)
    return pages
