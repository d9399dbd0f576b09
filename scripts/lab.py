"""Open JupyterLab at the first notebook: in the browser, or at the address it prints where there is none."""

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import helpers  # noqa: F401  chooses NumPy's kernels by an environment variable, which the notebooks' kernels inherit

ROOT = Path(__file__).resolve().parent.parent
FIRST = "notebooks/01_data_loading.ipynb"
QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


def main():
    """Start the server in the foreground and return its exit status. Raises nothing on Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, help="the port (otherwise 8888, or the next free one)")
    port = parser.parse_args().port
    settings = Path(sys.prefix, "share/jupyter/lab/settings/overrides.json")
    if not settings.exists():  # without this the first thing a learner sees is a question about news
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(json.dumps(QUIET))
    command = [sys.executable, "-m", "jupyterlab", "--log-level=WARN", "--ServerApp.answer_yes=True"]
    command += [f"--ServerApp.root_dir={ROOT}", f"--LabApp.default_url=/lab/tree/{FIRST}"]
    if port is not None:
        command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    print("JupyterLab starts; Ctrl-C stops it.", flush=True)
    server = subprocess.Popen(command, cwd=ROOT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the server by itself
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    return max(server.wait(), 0)


if __name__ == "__main__":
    sys.exit(main())
