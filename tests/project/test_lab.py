"""`make lab`: what the server does when it opens a notebook, and where it starts."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

from helpers.internals.notebook_files import WithoutWidgetState

ROOT = Path(__file__).resolve().parents[2]
STATE = {
    "application/vnd.jupyter.widget-state+json": {
        "state": {},
        "version_major": 2,
        "version_minor": 0,
    }
}
NOBODY = 65534


def write_notebook_with_state(path):
    cells = [nbformat.v4.new_code_cell("1 + 1", id="one")]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"widgets": STATE, "kept": 1}), path
    )


@pytest.fixture
def files(tmp_path):
    write_notebook_with_state(tmp_path / "a.ipynb")
    return WithoutWidgetState(root_dir=str(tmp_path))


def metadata_of(files, path):
    return asyncio.run(files.get(path))["content"]["metadata"]


def test_a_notebook_is_read_without_its_widget_state(files, tmp_path):
    assert metadata_of(files, "a.ipynb") == {"kept": 1}
    assert nbformat.read(tmp_path / "a.ipynb", 4).metadata == {
        "widgets": STATE,
        "kept": 1,
    }  # reading changes no file


def test_a_restored_checkpoint_is_read_without_it_too(files, tmp_path):
    checkpoint = asyncio.run(files.create_checkpoint("a.ipynb"))
    (tmp_path / "a.ipynb").write_text("{}")
    asyncio.run(files.restore_checkpoint(checkpoint["id"], "a.ipynb"))
    assert metadata_of(files, "a.ipynb") == {"kept": 1}


def test_what_is_no_opened_notebook_is_as_jupyter_gives_it(files, tmp_path):
    (tmp_path / "notes.txt").write_text("widgets")
    assert asyncio.run(files.get("notes.txt"))["content"] == "widgets"
    assert asyncio.run(files.get("a.ipynb", content=False))["content"] is None
    assert [entry["name"] for entry in asyncio.run(files.get(""))["content"]] == [
        "a.ipynb",
        "notes.txt",
    ]


START = """
import runpy, sys
sys.prefix, *sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def another_user():
    """Options of subprocess for another user: none, unless we are root and others can run this Python."""
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    try:
        subprocess.run(
            [sys.executable, "-c", "import helpers"], check=True, capture_output=True, **user
        )
    except (OSError, ValueError, subprocess.CalledProcessError):
        return {}
    return user


@contextlib.contextmanager
def lab_in_an_environment_that_is_not_ours(folder):
    """Run scripts/lab.py for a folder and yield a function that asks its server; as another user, where that can be."""
    environment = folder / "environment"
    environment.touch()  # a file: even root cannot make the folder share/ in it
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = {"HOME": str(folder), "JUPYTER_TOKEN": "of this test", "PYTHONDONTWRITEBYTECODE": "1"}
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "XDG", "IPYTHON"))
    }
    command = [
        sys.executable,
        "-c",
        START,
        str(environment),
        str(ROOT / "scripts" / "lab.py"),
        str(folder),
    ]
    command += [f"--port={port}", "--no-browser"]
    process = subprocess.Popen(
        command, env=kept | home, stderr=subprocess.PIPE, text=True, **another_user()
    )

    def ask(path):
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
        request.add_header("Authorization", "token of this test")
        end = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return json.load(answer)
            except OSError as error:
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(
                        "JupyterLab did not start: " + process.stderr.read()
                    ) from error
                time.sleep(0.2)

    try:
        yield ask
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture
def open_folder():
    """A folder that another user can use; pytest's own cannot be entered by others."""
    folder = Path(tempfile.mkdtemp(prefix="lab-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
def test_lab_starts_where_its_environment_is_not_writable(open_folder):
    write_notebook_with_state(open_folder / "a.ipynb")
    with lab_in_an_environment_that_is_not_ours(open_folder) as ask:
        assert ask("/api/contents/a.ipynb")["content"]["metadata"] == {"kept": 1}
        news = ask("/lab/api/settings/@jupyterlab/apputils-extension:notification")["schema"][
            "properties"
        ]
        assert news["fetchNews"]["default"] == "false"
    assert (open_folder / "environment").read_bytes() == b""


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_takes_its_variables_from_its_command_line_alone(tmp_path):
    def said(*variables, **environment):
        command = ["make", "--no-print-directory", "lab", "run", "PY=echo", "READY=", *variables]
        return subprocess.run(
            command, cwd=ROOT, env=os.environ | environment, text=True, capture_output=True
        ).stdout

    assert said(PORT="8890", NB="04") == "scripts/lab.py\nscripts/run_notebooks.py\n"
    assert (
        said("PORT=8890", "NB=04 05")
        == "scripts/lab.py --port=8890\nscripts/run_notebooks.py 04 05\n"
    )
    program = f"; touch {tmp_path}/run"
    assert said(f"PORT=1{program}").startswith(f"scripts/lab.py --port=1{program}\n")
    assert list(tmp_path.iterdir()) == []
