"""A Sphinx extension for what the book knows of its notebooks.

The text alternatives of their pictures arrive in the pages, a panel stands there alive, each page
links its live copy where the JupyterLite site is known, and each entry of the reference names the
notebooks that import it.
"""

import re
import sys
from pathlib import Path

from docutils import nodes
from myst_nb.core.render import NbElementRenderer
from series import live_frame, read_series

# How a cell opens a panel: the part of the live page that is the same
PANELS = {r"DigitPad\(": "pad", r"MistakeExplorer\(": "mistakes", r"NetworkInspector\(": "inside"}
PANELS |= {r"TrainingLab\(": "train", r"interact\(play": "train"}
ALIVE = ("00_", "04_", "05_")  # whose panels show the network of the live page, or one like it
PLAIN_RENDER_IMAGE = NbElementRenderer.render_image


def render_image(self, data):
    """Render a picture as myst-nb does, with the `alt` of the output, which myst-nb leaves out."""
    rendered = PLAIN_RENDER_IMAGE(self, data)
    alt = data.output_metadata.get(data.mime_type, {}).get("alt", "").strip()
    for node in rendered:
        if alt:
            node["alt"] = alt
    return rendered


def add_live_panels(app, doctree):
    """Put a frame with the live panel below the first cell that opens one of its kind."""
    seen = set()
    if not app.env.docname.startswith(ALIVE):
        return
    for cell in list(doctree.findall(nodes.container)):
        source = cell.astext() if cell.get("nb_element") == "cell_code_source" else ""
        for opening, part in PANELS.items():
            if part not in seen and re.search(rf"^(\w+ = )?{opening}", source, re.MULTILINE):
                seen.add(part)
                outer = cell.parent
                frame = nodes.raw("", live_frame(part), format="html")
                outer.parent.insert(outer.parent.index(outer) + 1, frame)


def add_live_link(app, pagename, templatename, context, doctree):
    """Put a line under the title of a notebook: how to try it, where that can be done."""
    place = app.config.book_lite
    if not (place and re.fullmatch(r"[0-9]{2}_\w+", pagename) and "body" in context):
        return
    address = context["pathto"](place.format(name=pagename), 1)
    link = f'<a href="{address}">Try it live</a>'
    words = "in this browser, with nothing to install; the first start loads about 50 MB"
    line = f'<p class="live">{link} {words}</p>'
    context["body"] = context["body"].replace("</h1>", f"</h1>\n{line}", 1)


def name_notebooks(app, what, name, obj, options, lines):
    """End the docstring of a helper with links to the notebooks that import it."""
    found = [
        book for book in app.config.book_notebooks if tuple(name.rsplit(".", 1)) in book.imported
    ]
    if found:
        links = ", ".join(f":doc:`{book.number} </{book.stem}>`" for book in found)
        lines += ["", f"In notebook {links}."]


def leave_out_foreign(app, what, name, obj, skip, options):
    """Leave out names that are not in `__all__`, fields of a tuple, and what is inherited."""
    own = getattr(obj, "__module__", None) or "helpers"
    if what == "module":
        module = sys.modules[app.env.temp_data["autodoc:module"]]
        return skip or name not in getattr(
            module, "__all__", [name] if own == module.__name__ else []
        )
    return skip or not own.startswith("helpers") or type(obj).__name__ == "_tuplegetter"


def setup(app):
    NbElementRenderer.render_image = render_image
    app.add_config_value("book_lite", "", "html")
    app.add_config_value("book_notebooks", read_series(Path(app.srcdir)), "")
    app.connect("doctree-read", add_live_panels)
    app.connect("html-page-context", add_live_link)
    app.connect("autodoc-process-docstring", name_notebooks)
    app.connect("autodoc-skip-member", leave_out_foreign)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
