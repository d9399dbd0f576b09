"""A real JupyterLab and a real Chromium for the panels' tests, which are skipped with a reason where either is missing.

`open_cells("x = 1", "TrainingLab(...)")` returns a Playwright page with a notebook of these cells, all of them run.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from chromium import OPTIONS, chromium_path, missing

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "panels"
SERVER_OPTIONS = [
    *(
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={TOKEN}",
    ),
    *("--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True"),
    "--ServerApp.jpserver_extensions={'notebook': True}",
]
DATA_CELL = """
import numpy as np
from helpers.data import load_dataset, split
train_set, dev_set = split(load_dataset("digits"), 1000, np.random.default_rng(0))
"""


def pytest_configure(config):
    config.addinivalue_line("markers", "browser: runs a real JupyterLab in a real Chromium")


def pytest_collection_modifyitems(items):
    reason = missing()
    items.sort(key=in_browser)  # last: Playwright leaves a running event loop in the main thread
    for item in items:
        if in_browser(item):
            item.add_marker("browser")
            if reason:
                item.add_marker(pytest.mark.skip(reason=reason))


def in_browser(item):
    return Path(__file__).parent in item.path.parents


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A running JupyterLab, which serves Notebook 7 too: (address, the folder of its notebooks)."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("notebooks")
    (home / "config" / "labconfig").mkdir(parents=True)
    quiet = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (home / "config" / "labconfig" / "page_config.json").write_text(json.dumps(quiet))
    port = free_port()
    own = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    environment = (
        os.environ
        | own
        | {
            "IPYTHONDIR": str(home / "ipython"),
            "PYTHONPATH": str(ROOT),
            "OPENBLAS_NUM_THREADS": "1",
            "TQDM_DISABLE": "1",
        }
    )
    command = [sys.executable, "-m", "jupyterlab", *SERVER_OPTIONS, f"--port={port}", f"--ServerApp.root_dir={folder}"]
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        wait_for_server(f"http://127.0.0.1:{port}/api?token={TOKEN}", process, home / "server.log")
        yield f"http://127.0.0.1:{port}", folder
    finally:
        process.terminate()
        process.wait(20)


def wait_for_server(address, process, log):
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_cells(server, browser, request):
    """open_cells(*sources, width=1300, height=1000, app="lab" or "notebook") -> page: the cells, all of them run.

    Digits are there already: a first cell loads them as train_set and dev_set.
    """
    contexts = []

    def open_(*sources, width=1300, height=1000, app="lab"):
        address, folder = server
        cells = [nbformat.v4.new_code_cell(source) for source in (DATA_CELL, *sources)]
        kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        name = f"{request.node.name.replace('[', '_').replace(']', '')}_{len(contexts)}.ipynb"
        nbformat.write(notebook, folder / name)
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, has_touch=False))
        page = contexts[-1].new_page()
        page.set_default_timeout(30_000)
        where = f"/lab/tree/{name}?token={TOKEN}&reset" if app == "lab" else f"/notebooks/{name}?token={TOKEN}"
        page.goto(address + where)
        page.locator(".jp-NotebookPanel .jp-CodeCell").first.wait_for(timeout=60_000)
        wait_for_kernel(page)
        if app == "lab" and width < 1000:
            page.evaluate("async () => { await jupyterapp.commands.execute('application:toggle-left-area') }")
        run_all(page)
        return page

    yield open_
    for context in contexts:
        stop_kernels(context)
        context.close()


def wait_for_kernel(page):
    """Wait until the kernel is idle; cells that are run earlier are not run, silently."""
    idle = """() => {
        const panel = jupyterapp.shell.currentWidget ?? [...jupyterapp.shell.widgets('main')][0];
        return panel?.sessionContext?.session?.kernel?.status === 'idle' }"""
    page.wait_for_function("() => window.jupyterapp !== undefined", timeout=60_000)
    page.wait_for_function(idle, timeout=60_000)


def run_all(page):
    """Run every cell and wait until each has its number."""
    page.evaluate("async () => { await jupyterapp.commands.execute('notebook:run-all-cells') }")
    done = """() => document.querySelector('[data-mime-type="application/vnd.jupyter.error"]') !== null
        || [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
            .every(prompt => /\\[\\d+\\]/.test(prompt.textContent))"""
    page.wait_for_function(done, timeout=60_000)
    errors = page.locator('[data-mime-type="application/vnd.jupyter.error"]').all_inner_texts()
    assert not errors, "a cell failed:\n" + "\n".join(errors)


def stop_kernels(context):
    for page in context.pages:
        page.evaluate("""async () => {
            const panel = jupyterapp.shell.currentWidget ?? [...jupyterapp.shell.widgets('main')][0];
            await panel?.sessionContext?.shutdown() }""")
