"""Open JupyterLab at the first notebook: in the browser, or at the address it prints where there is none.

What it sets beyond Jupyter's own settings is in scripts/jupyter/: no question about news, and no saved widget state.
"""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from helpers.internals.blas import choose_kernels

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "scripts" / "jupyter"
FIRST = "notebooks/00_the_whole_game.ipynb"


def with_our_settings(environment):
    """Return the environment in which Jupyter reads scripts/jupyter/ before all other settings."""
    others = environment.get("JUPYTER_CONFIG_PATH", "")
    return environment | {
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, (str(CONFIG), others)))
    }


def main():
    """Start the server in the foreground and return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog="Other options go to JupyterLab."
    )
    parser.add_argument("--port", type=int, help="the port (otherwise 8888, or the next free one)")
    parser.add_argument(
        "folder", nargs="?", type=Path, default=ROOT, help="another folder, such as a hand-in"
    )
    options, others = parser.parse_known_args()
    first = f"/lab/tree/{FIRST}" if (options.folder / FIRST).exists() else "/lab"
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--log-level=WARN",
        "--ServerApp.answer_yes=True",
    ]
    command += [f"--ServerApp.root_dir={options.folder.resolve()}", f"--LabApp.default_url={first}"]
    if options.port is not None:
        command += [f"--ServerApp.port={options.port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    print("JupyterLab starts; Ctrl-C stops it.", flush=True)
    choose_kernels()  # of NumPy, by an environment variable, which the notebooks' kernels inherit
    server = subprocess.Popen(
        [*command, *others], cwd=ROOT, env=with_our_settings(dict(os.environ))
    )
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the server by itself
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    return max(server.wait(), 0)


if __name__ == "__main__":
    sys.exit(main())
