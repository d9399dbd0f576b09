"""The JupyterLite site in a headless Chromium that reaches this machine alone."""

import contextlib
import functools
import http.server
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from tools import browser as chromium

ROOT = Path(__file__).resolve().parents[2]
SITE, PYODIDE = ROOT / "build" / "lite", ROOT / "build" / "pyodide"
ELSEWHERE = "https://cdn.jsdelivr.net/pyodide/v314.0.3/full/"  # where readers' browsers get Pyodide
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
CELLS = """() => {
    const panel = [...jupyterapp.shell.widgets('main')].find((widget) => widget.content?.widgets);
    const cells = panel.content.widgets.filter((cell) => cell.model.type === 'code');
    const outputs = cells.map((cell) => cell.model.outputs.toJSON());
    return {
        busy: panel.sessionContext.session.kernel.status !== 'idle'
            || cells.some((cell) => cell.model.executionState === 'running')
            || cells.some((cell) => /\\*/.test(cell.promptNode?.textContent)),
        run: cells.filter((cell) => cell.model.executionCount).length,
        cells: cells.length,
        errors: outputs.flatMap((all, i) => all.filter((output) => output.output_type === 'error')
            .map((output) => `cell ${i}: ${output.ename}: ${output.evalue}`)),
        texts: outputs.map((all) => all.map((output) =>
            [output.text ?? output.data?.['text/plain'] ?? ''].flat().join('')).join('\\n')),
    } }"""


def missing():
    """Return what keeps the site from being tested, in words, or None."""
    if reason := chromium.missing():
        return reason
    if not (SITE / "index.html").exists():
        return "needs the site: make lite"
    if not (PYODIDE / "pyodide.asm.wasm").exists():
        return "needs a local copy of Pyodide, which `make test-lite` fetches where it is to be had"
    return None


class Server(http.server.SimpleHTTPRequestHandler):
    """Serves the site as it was built, but with the local copy of Pyodide."""

    def log_message(self, *_):
        """Say nothing."""

    def translate_path(self, path):
        inner = urlsplit(path).path
        return (
            str(PYODIDE / inner[9:])
            if inner.startswith("/pyodide/")
            else super().translate_path(path)
        )

    def do_GET(self):
        """Let the site take Pyodide from here."""
        path = Path(self.translate_path(self.path))
        if path.name not in ("jupyter-lite.json", "pyodide-lock.json") or not path.exists():
            return super().do_GET()
        text = path.read_text("utf8").replace(ELSEWHERE, f"http://{self.headers['Host']}/pyodide/")
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return self.wfile.write(body)


@contextlib.contextmanager
def served_site(folder=SITE):
    """The address of a running server of the site, or of a folder with the site somewhere in it."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Server, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def open_browser():
    """A Chromium that finds no other machine."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = [*chromium.OPTIONS, ALONE]
        browser = playwright.chromium.launch(executable_path=chromium.chromium_path(), args=options)
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def new_page(browser):
    """A page of a browser that has seen nothing before; the list of what it asks of other sites."""
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    try:
        page, elsewhere = context.new_page(), []

        def note(request):
            parts = urlsplit(request.url)
            if parts.scheme in ("http", "https") and parts.hostname != "127.0.0.1":
                elsewhere.append(request.url)

        context.on("request", note)
        page.set_default_timeout(60_000)
        yield page, elsewhere
    finally:
        context.close()


@contextlib.contextmanager
def opened(browser, address, name):
    """A page with the notebook `name`, its kernel idle; the list of what it asked of other sites."""
    with new_page(browser) as (page, elsewhere):
        page.goto(f"{address}/lab/index.html?path=notebooks/{name}.ipynb")
        wait_until_idle(page)
        yield page, elsewhere


def wait_until_idle(page, timeout=240):
    """Wait until a notebook is there and its kernel has started."""
    page.locator(".jp-NotebookPanel .jp-CodeCell").first.wait_for(timeout=timeout * 1000)
    page.get_by_text("Python (Pyodide) | Idle").wait_for(timeout=timeout * 1000)


def clear(page):
    """Clear all outputs, after which no cell counts as run."""
    page.evaluate(
        "async () => { await jupyterapp.commands.execute('notebook:clear-all-cell-outputs') }"
    )
    assert page.evaluate(CELLS)["run"] == 0


def run_all(page, timeout):
    """Clear all outputs, run all cells to the first error, and return what CELLS says of them."""
    end = time.monotonic() + timeout
    clear(page)
    page.evaluate("() => { void jupyterapp.commands.execute('notebook:run-all-cells') }")
    while (state := page.evaluate(CELLS))["busy"] or not (
        state["errors"] or state["run"] == state["cells"]
    ):
        if time.monotonic() > end:
            raise TimeoutError(
                f"{state['run']} of {state['cells']} cells had run after {timeout} s"
            )
        time.sleep(0.5)
    return state


def run_cells(page, *starts, timeout=300):
    """Run the cells that hold these texts, one after another. Raises TimeoutError."""
    find = """(text) => {
        const open = [...jupyterapp.shell.widgets('main')];
        const panel = open.find((widget) => widget.content?.widgets);
        const holds = (cell) =>
            cell.model.type === 'code' && cell.model.sharedModel.source.includes(text);
        panel.content.activeCellIndex = panel.content.widgets.findIndex(holds);
        return jupyterapp.commands.execute('notebook:run-cell') }"""
    end = time.monotonic() + timeout
    for text in starts:
        page.evaluate(find, text)
        while page.evaluate(CELLS)["busy"]:
            if time.monotonic() > end:
                raise TimeoutError(f"the cell with {text!r} had not run after {timeout} s")
            time.sleep(0.2)
        assert page.evaluate(CELLS)["errors"] == []


def say(page, code):
    """Run code in the kernel of the open notebook, and return what it prints or complains of."""
    ask = """async (code) => {
        const open = [...jupyterapp.shell.widgets('main')];
        const panel = open.find((widget) => widget.content?.widgets);
        const future = panel.sessionContext.session.kernel.requestExecute({ code });
        let said = '';
        future.onIOPub = ({ content }) => {
            said += content.text ?? (content.traceback ?? []).join('\\n'); };
        await future.done;
        return said; }"""
    return page.evaluate(ask, code)
