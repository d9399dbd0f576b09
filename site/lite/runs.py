"""Do the runs of notebook 6 for the JupyterLite site, as the notebook itself does them: build/finished_runs.jsonl.

`make lite` calls it with the Python of .venv. In the reader's browser, where there are no processes, `process_pool`
finds this file in the site's wheel. A run stays on file as long as its setting, data and trainer stay the same.
"""

import contextlib
import functools
import io
import json
import os
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from helpers import experiments
from helpers.experiments import finished
from helpers.internals.files import replace_file

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "06_hyperparameters.ipynb"
FILE = ROOT / "build" / "finished_runs.jsonl"


def main():
    """Run the notebook, and keep the runs that it asked for. Raises what a cell of the notebook raises."""
    FILE.parent.mkdir(exist_ok=True)
    asked, rows_on_file = [], finished.rows_on_file

    def noted(keys, *files):
        asked.extend(keys)
        return rows_on_file(keys, *files)

    experiments.sweep.rows_on_file = noted
    experiments.run_experiment = functools.partial(experiments.run_experiment, path=FILE, progress=False)
    os.chdir(NOTEBOOK.parent)
    quiet = Config({"HistoryManager": {"enabled": False}})
    shell = InteractiveShell.instance(config=quiet)  # in which a cell's functions have a source, as in the notebook
    for cell in json.loads(NOTEBOOK.read_text("utf8"))["cells"]:
        if cell["cell_type"] == "code":
            with contextlib.redirect_stdout(io.StringIO()):
                shell.run_cell("".join(cell["source"]), silent=True).raise_error()
    keep(set(asked))
    print(f"{FILE} holds the {len(set(asked))} runs of {NOTEBOOK.name}")


def keep(keys):
    """Write the file again with these runs only: others are those of an older notebook."""
    header, *lines = FILE.read_text("utf8").splitlines(keepends=True)
    wanted = [line for line in lines if json.loads(line)["key"] in keys]
    replace_file(FILE, "".join([header, *wanted]).encode())


if __name__ == "__main__":
    main()
