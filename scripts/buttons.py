"""Write the README's links that open the series elsewhere: in the browser, on Binder, on Google Colab.

`python scripts/buttons.py` takes the project's address from pyproject.toml, [project.urls], Repository, which is the
one place to fill in. While nothing stands there, nothing is written, so that no link leads nowhere.
"""

import os
import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
START, END = "<!-- buttons: written by scripts/buttons.py -->\n", "<!-- end of buttons -->\n"
FIRST = "01_data_loading"
COLAB_BRANCH = "colab"  # made by the workflow from scripts/colab_notebooks.py


def repository():
    """Return the address, such as https://github.com/owner/name, or None while pyproject.toml names none."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    return os.environ.get("REPOSITORY") or project.get("urls", {}).get("Repository")


def places(address, notebook):
    """Return the addresses where a notebook can be run, by name. Raises ValueError for an address not on GitHub."""
    parts = urlsplit(address)
    match = re.fullmatch(r"/([\w.-]+)/([\w.-]+?)(?:\.git)?/?", parts.path)
    if parts.scheme != "https" or parts.hostname != "github.com" or match is None:
        raise ValueError(f"the repository is {address!r}, expected an address like https://github.com/owner/name")
    owner, name = match.groups()
    return {
        "your browser": f"https://{owner.lower()}.github.io/{name}/lite/lab/index.html?path=notebooks/{notebook}.ipynb",
        "Binder": f"https://mybinder.org/v2/gh/{owner}/{name}/main?urlpath=lab/tree/notebooks/{notebook}.ipynb",
        "Colab": f"https://colab.research.google.com/github/{owner}/{name}/blob/{COLAB_BRANCH}/{notebook}.ipynb",
        "book": f"https://{owner.lower()}.github.io/{name}/",
    }


def links(address):
    """Return the lines of the README, or an empty text without an address. Raises ValueError as `places` does."""
    if not address:
        return ""
    where = places(address, FIRST)
    return (
        f"**Start at once, with nothing to install:** [in your browser]({where['your browser']}), "
        f"on [Binder]({where['Binder']}) or on [Colab]({where['Colab']}). To read: [the book]({where['book']}).\n"
    )


def written(text, address):
    """Return the README with its links between the two comments. Raises ValueError where the comments are missing."""
    if START not in text or END not in text:
        raise ValueError(f"the README has no lines {START.strip()} and {END.strip()}")
    before, rest = text.split(START)
    return before + START + links(address) + END + rest.split(END)[1]


if __name__ == "__main__":
    README.write_text(written(README.read_text("utf8"), repository()), "utf8")
