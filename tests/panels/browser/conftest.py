"""Notebooks in a real browser, which are skipped with a reason where there is none.

`open_cells("x = 1", "TrainingLab(...)")` returns a Playwright page with a notebook of these cells, all of them run.
"""

import contextlib
import re
from pathlib import Path

import pytest
from tools.browser import (
    axe_script,
    missing,
    notebook_of,
    opened,
    run_all,
    running_browser,
    running_server,
    violations,
)


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


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A running JupyterLab: (its address, the folder of its notebooks)."""
    with running_server(tmp_path_factory.mktemp("notebooks")) as server:
        yield server


@pytest.fixture(scope="session")
def browser():
    with running_browser() as browser:
        yield browser


@pytest.fixture
def open_notebook(server, browser, request):
    """open_notebook(notebook, **options of tools.browser.opened) -> page, with an idle kernel."""
    name = re.sub(r"\W", "_", request.node.name)
    with contextlib.ExitStack() as stack:
        number = iter(range(1000))
        yield lambda notebook, **options: stack.enter_context(
            opened(notebook, server, browser, name=f"{name}_{next(number)}", **options)
        )


@pytest.fixture
def open_cells(open_notebook):
    """open_cells(*sources, **options of open_notebook) -> page, with digits loaded and every cell run."""

    def open_(*sources, **options):
        page = open_notebook(notebook_of(*sources), **options)
        run_all(page)
        return page

    return open_


@pytest.fixture(scope="session")
def axe():
    """axe(page, selector) -> what axe-core finds wrong in that part of a page, one line each."""
    if (script := axe_script()) is None:
        pytest.skip("needs axe-core from npm")
    return lambda page, selector: violations(page, script, selector)
