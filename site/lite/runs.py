"""Do the runs of notebook 6 for the JupyterLite site, as the notebook itself does them: build/finished_runs.txt.

`make lite` calls it with the Python of .venv. In the reader's browser, where there are no processes, the variable
NEURAL_NETWORK_RUNS names this file, so that `run_experiment` reads the runs that it holds.
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
FILE = ROOT / "build" / "finished_runs.txt"  # .jsonl would be taken for one JSON value by JupyterLite


def main():
    """Run the notebook with a new file of runs."""
    unfinished = FILE.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    os.environ |= {"NEURAL_NETWORK_RUNS": str(unfinished), "TQDM_DISABLE": "1"}
    os.chdir(NOTEBOOK.parent)
    quiet = Config({"HistoryManager": {"enabled": False}})
    shell = InteractiveShell.instance(config=quiet)  # in which a cell's functions have a source, as in the notebook
    for cell in json.loads(NOTEBOOK.read_text("utf8"))["cells"]:
        if cell["cell_type"] == "code":
            with contextlib.redirect_stdout(io.StringIO()):
                shell.run_cell("".join(cell["source"]), silent=True).raise_error()
    unfinished.replace(FILE)
    print(f"{FILE} holds the {len(FILE.read_text('utf8').splitlines()) - 1} runs of {NOTEBOOK.name}")


if __name__ == "__main__":
    main()
