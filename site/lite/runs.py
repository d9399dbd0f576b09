"""Do the runs of notebook 6 for the JupyterLite site, as the notebook does them.

`make lite` calls it with the Python of .venv. In the reader's browser, which has no processes, the
variable NEURAL_NETWORK_RUNS names this file, so that `run_experiment` reads the runs that it holds.
"""

import contextlib
import io
import json
import os
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "06_hyperparameters.ipynb"
FILE = ROOT / "build" / "finished_runs.txt"  # JupyterLite would read a .jsonl as one JSON value


def main():
    """Run the notebook with a new file of runs."""
    unfinished = FILE.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    os.environ |= {"NEURAL_NETWORK_RUNS": str(unfinished), "TQDM_DISABLE": "1"}
    os.chdir(NOTEBOOK.parent)
    quiet = Config({"HistoryManager": {"enabled": False}})
    # In a shell, a cell's functions have a source, as in the notebook.
    shell = InteractiveShell.instance(config=quiet)
    for cell in json.loads(NOTEBOOK.read_text("utf8"))["cells"]:
        if cell["cell_type"] == "code":
            with contextlib.redirect_stdout(io.StringIO()):
                shell.run_cell("".join(cell["source"]), silent=True).raise_error()
    unfinished.replace(FILE)
    runs = len(FILE.read_text("utf8").splitlines()) - 1
    print(f"{FILE} holds the {runs} runs of {NOTEBOOK.name}")


if __name__ == "__main__":
    main()
