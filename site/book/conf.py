"""How Sphinx builds the book; build.py collects the pages and calls it."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [
    str(HERE),
    str(ROOT),
]  # for our extensions, and for autodoc, which imports the helpers

project = "A neural network from scratch"
author = "the neural-network-notebooks authors"
copyright = "2026; text and figures are under CC BY 4.0, the code is under the MIT License"
language = "en"

extensions = ["myst_nb", "sphinx_copybutton"]
extensions += [
    f"sphinx.ext.{name}" for name in ("autodoc", "autosummary", "mathjax", "napoleon", "viewcode")
]
extensions += ["notebooks"]
templates_path = []
nb_execution_mode = "off"  # the committed outputs are what nbval compared
nb_ipywidgets_js = {}  # the panels are still pictures here, with the live page in a frame below
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath", "linkify"]
myst_linkify_fuzzy_links = False  # addresses with http alone, as on GitHub
myst_heading_anchors = 3
default_role = "literal"  # `x` in a docstring is code
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autosummary_generate = False
napoleon_google_docstring = False
napoleon_use_param = napoleon_use_rtype = (
    False  # a type is words, "array of shape (n, m)", and no link
)
add_module_names = False
highlight_language = "python"
copybutton_exclude = ".linenos, .gp, .go"
copybutton_selector = (
    "div.cell_input div.highlight pre, details div.highlight pre, div.highlight-shell pre"
)

mathjax_path = "tex-svg.js"  # build.py puts it into _static
mathjax3_config = {
    "options": {"enableMenu": False},
    "svg": {"fontCache": "global"},
    "tex": {
        "packages": {"[-]": ["noundefined"]}
    },  # a misspelled command is an error, which the test in Chromium sees
}

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = [str(HERE / "_static"), os.environ["BOOK_MATHJAX"]]
html_css_files = ["book.css"]
html_js_files = ["book.js"]
html_favicon = str(HERE / "_static" / "favicon.svg")
html_context = {"default_mode": "auto"}
html_copy_source = True
html_show_sphinx = False
html_last_updated_fmt = None
html_theme_options = {
    "home_page_in_toc": True,
    "show_toc_level": 2,
    "show_navbar_depth": 1,
    "use_download_button": True,
    "use_fullscreen_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "back_to_top_button": False,
    "navbar_persistent": [],
}

# Buttons that open a notebook elsewhere appear where the build is told the place, by the workflow.
book_lite = os.environ.get(
    "BOOK_LITE", ""
)  # such as lite/lab/index.html?path={name}.ipynb, from the book's first page
if repository := os.environ.get("BOOK_REPOSITORY", ""):  # such as https://github.com/owner/name
    html_theme_options |= {
        "repository_url": repository,
        "repository_branch": os.environ.get("BOOK_BRANCH", "main"),
        "path_to_docs": "notebooks",
        "use_repository_button": True,
        "use_issues_button": True,
        "launch_buttons": {
            "binderhub_url": "https://mybinder.org",
            "colab_url": "https://colab.research.google.com",
            "notebook_interface": "jupyterlab",
        },
    }
