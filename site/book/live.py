"""A Sphinx extension: where the build knows the JupyterLite site, each notebook's page links its live copy there."""

import re

NOTEBOOK = re.compile(r"[0-9]{2}_\w+")


def add_button(app, pagename, templatename, context, doctree):
    """Put a line under the title of a notebook: how to try it, where that can be done."""
    place = app.config.book_lite
    if not (place and NOTEBOOK.fullmatch(pagename) and "body" in context):
        return
    address = context["pathto"](place.format(name=pagename), 1)
    link = f'<a href="{address}">Try it live</a>'
    line = f'<p class="live">{link} in this browser, with nothing to install; the first start loads about 50 MB</p>'
    context["body"] = context["body"].replace("</h1>", f"</h1>\n{line}", 1)


def setup(app):
    app.add_config_value("book_lite", "", "html")
    app.connect("html-page-context", add_button)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
