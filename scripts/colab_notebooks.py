"""Copy the notebooks into build/colab/, each with a first cell that fetches the project on Google Colab: `make colab`.

The committed notebooks stay as they are; the workflow publishes these copies as the branch that the Colab links open.
"""

import json
import os
import shutil
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "colab"
FOLDER = "/content/project"  # on Colab
MISSING = "anywidget loky pooch threadpoolctl tqdm"  # what Colab may lack; its NumPy, pandas, matplotlib stay
CELL = """\
# On Google Colab this cell fetches the project. Anywhere else it does nothing.
import os
import sys

if "google.colab" in sys.modules:
    if not os.path.exists("{folder}"):
        !git clone --quiet --depth 1 {address} {folder}
        %pip install --quiet {missing}
    if "{folder}" not in sys.path:
        sys.path.insert(0, "{folder}")
    os.chdir("{folder}/notebooks")
    from google.colab import output

    output.enable_custom_widget_manager()"""


def repository():
    """Return the address, such as https://github.com/owner/name, or None where nobody says it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    return os.environ.get("REPOSITORY") or project.get("urls", {}).get("Repository")


def first_cell(address, folder=FOLDER):
    """Return the cell, a dictionary of the notebook format, that fetches the project from the address."""
    source = CELL.format(address=address, folder=folder, missing=MISSING)
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": "fetch-on-colab",
        "metadata": {"tags": ["colab"]},
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def main():
    """Write the copies; return an exit status."""
    address = repository()
    if not address:
        print('Colab must know where to fetch the project: write Repository = "https://github.com/owner/name" under '
              "[project.urls] in pyproject.toml, or set REPOSITORY", file=sys.stderr)  # fmt: skip
        return 1
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    for path in sorted((ROOT / "notebooks").glob("[!.]*.ipynb")):
        notebook = json.loads(path.read_text("utf8"))
        notebook["cells"].insert(0, first_cell(address))
        (OUT / path.name).write_text(
            json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", "utf8"
        )
    print(f"{OUT} has the notebooks for Colab")
    return 0


if __name__ == "__main__":
    sys.exit(main())
