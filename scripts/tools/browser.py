"""A real JupyterLab and a real Chromium: for the tests of the panels, and for the films of the README.

with running_server(folder) as server, running_browser() as browser, opened(notebook, server, browser) as page: ...
"""

import contextlib
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from pathlib import Path

import nbformat
from lab import with_our_settings

from tools.notebooks import KERNELSPEC

ROOT = Path(__file__).resolve().parents[2]
AXE = "axe-core@4.14.1"
TOKEN = secrets.token_hex(24)  # whoever knows it can run programs as the one who runs the tests
SERVER_OPTIONS = [
    *("--no-browser", "--allow-root", "--ip=127.0.0.1", "--ServerApp.port_retries=0"),
    *("--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True"),
    "--ServerApp.jpserver_extensions={'notebook': True}",
]
DATA_CELL = """
import numpy as np
from helpers.data import load_dataset, split
train_set, dev_set = split(load_dataset("digits"), 1000, np.random.default_rng(0))
"""
OPTIONS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def chromium_path():
    """Return the path of a Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def missing():
    """Return what keeps Chromium from being driven, in words, or None."""
    if importlib.util.find_spec("playwright") is None:
        return "needs Playwright: pip install playwright"
    return (
        None
        if chromium_path()
        else "needs Chromium: apt-get install chromium, or CHROMIUM=path of a browser"
    )


def free_port():
    """Return the number of a port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running_server(folder):
    """Run JupyterLab, which serves Notebook 7 too, for a folder of notebooks; yield (its address, the folder)."""
    with tempfile.TemporaryDirectory() as home:
        port, log = free_port(), Path(home, "server.log")
        own = {
            f"JUPYTER_{name}_DIR": str(Path(home, name.lower()))
            for name in ("CONFIG", "DATA", "RUNTIME")
        }
        own |= {"IPYTHONDIR": str(Path(home, "ipython")), "PYTHONPATH": str(ROOT)}
        own |= {"JUPYTER_TOKEN": TOKEN, "OPENBLAS_NUM_THREADS": "1", "TQDM_DISABLE": "1"}
        command = [sys.executable, "-m", "jupyterlab", *SERVER_OPTIONS]
        command += [f"--port={port}", f"--ServerApp.root_dir={folder}"]
        with log.open("w") as file:
            environment = with_our_settings(dict(os.environ)) | own
            process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
        try:
            wait_for_server(f"http://127.0.0.1:{port}/api?token={TOKEN}", process, log)
            yield f"http://127.0.0.1:{port}", Path(folder)
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


@contextlib.contextmanager
def running_browser():
    """Run a headless Chromium under Playwright and yield it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=OPTIONS)
        yield chromium
        chromium.close()


@contextlib.contextmanager
def opened(notebook, server, browser, *, name="notebook", width=1300, height=1000, app="lab"):
    """Open a notebook in JupyterLab, or in Notebook 7 (app="notebook"), and yield its page, with an idle kernel."""
    address, folder = server
    notebook.metadata.kernelspec = KERNELSPEC
    nbformat.write(notebook, folder / f"{name}.ipynb")
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=False)
    try:
        page = context.new_page()
        page.set_default_timeout(30_000)
        kind, reset = ("lab/tree", "&reset") if app == "lab" else ("notebooks", "")
        page.goto(f"{address}/{kind}/{name}.ipynb?token={TOKEN}{reset}")
        page.locator(".jp-NotebookPanel .jp-CodeCell").first.wait_for(timeout=60_000)
        wait_for_kernel(page)
        if app == "lab" and width < 1000:
            page.evaluate(
                "async () => { await jupyterapp.commands.execute('application:toggle-left-area') }"
            )
        yield page
    finally:
        stop_kernels(context)
        context.close()


def notebook_of(*sources):
    """Return a notebook of these cells; a first one loads digits as train_set and dev_set."""
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in (DATA_CELL, *sources)]
    )


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


def axe_script():
    """Return axe-core's script, which is fetched from npm once, or None where it is not to be had."""
    archive = ROOT / "build" / f"{AXE.replace('@', '-')}.tgz"
    if not archive.exists():
        archive.parent.mkdir(exist_ok=True)
        npm = shutil.which("npm")
        command = [npm, "pack", AXE, "--silent", f"--pack-destination={archive.parent}"]
        if npm is None or subprocess.run(command, capture_output=True, timeout=120).returncode:
            return None
    with tarfile.open(archive) as files:
        return files.extractfile("package/axe.min.js").read().decode()


SERIOUS = ("serious", "critical")


def violations(page, script, selector, impacts=("minor", "moderate", *SERIOUS)):
    """Return what axe-core finds wrong in a part of a page, one line each."""
    page.evaluate(script)
    found = page.evaluate("async part => (await axe.run(part)).violations", selector)
    found = [rule for rule in found if rule["impact"] in impacts]
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:150]} {node['failureSummary'][:300]}"
        for rule in found
        for node in rule["nodes"]
    ]
