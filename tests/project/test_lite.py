"""The series in the reader's browser: what goes into the JupyterLite site, and the site in Chromium.

The site is tested where it was built and a copy of Pyodide lies in build/pyodide: `make test-lite` sees
to both and runs every notebook. `make test-all` runs one.
"""

import hashlib
import importlib.util
import json
import lzma
import os
import re
import shutil
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import lite_site
import numpy as np
import pytest

from helpers import plots
from helpers.data import load_dataset
from helpers.evaluation import confusion_matrix
from helpers.experiments.sweep import PATH_VARIABLE
from helpers.internals import mnist_files

pytestmark = pytest.mark.slow  # `make test` leaves these out, `make test-all` does not

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
CELLS_OF_6 = json.loads((ROOT / "notebooks" / "06_hyperparameters.ipynb").read_text("utf8"))[
    "cells"
]
SWEEPS_OF_6 = sum(
    "run_experiment(" in "".join(cell["source"])
    for cell in CELLS_OF_6
    if cell["cell_type"] == "code"
)
ALL = os.environ.get("LITE") == "all"
MINUTES = 20  # for a notebook, on a slow machine


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = load(ROOT / "site" / "lite" / "build.py")
local_pyodide = load(ROOT / "site" / "lite" / "local_pyodide.py")
runs = load(ROOT / "site" / "lite" / "runs.py")


# What goes into the site


def test_the_wheel_holds_helpers_and_data_and_needs_nothing_else_of_the_project(tmp_path):
    wheel = build.project_wheel(tmp_path)
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "helpers").rglob("*.py")}
    assert sources <= names
    assert {name for name in names if name.startswith("data/")} == {
        "data/digits.csv.gz", "data/digits_8x8.csv.gz", "data/fashion.csv.gz"
    }  # fmt: skip
    code = "import helpers.widgets, helpers.exercises, helpers.data as data; "
    code += "print(len(data.load_dataset('digits')), data.__file__)"
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, text=True, capture_output=True
    )
    assert done.stdout.split() == ["5000", str(tmp_path / "site" / "helpers" / "data.py")], (
        done.stderr
    )


def test_equal_sources_give_an_equal_wheel_whose_record_is_right(tmp_path):
    paths = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        paths.append(build.project_wheel(tmp_path / name))
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with zipfile.ZipFile(paths[0]) as archive:
        record = archive.read(
            next(name for name in archive.namelist() if name.endswith("/RECORD"))
        ).decode()
        assert len(record.splitlines()) == len(archive.namelist())
        name, digest, size = record.splitlines()[0].split(",")
        content = archive.read(name)
    assert int(size) == len(content)
    assert (
        digest
        == "sha256="
        + build.base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    )


def test_the_notebooks_of_the_site_are_the_committed_ones_but_for_the_kernel(tmp_path):
    build.copy_contents(tmp_path)
    for name in NOTEBOOKS:
        here, there = (
            json.loads((root / "notebooks" / f"{name}.ipynb").read_text("utf8"))
            for root in (ROOT, tmp_path)
        )
        assert here["cells"] == there["cells"]
        assert there["metadata"]["kernelspec"]["name"] == "python"
    assert (tmp_path / "notebooks" / "models" / "mnist_best.npz").exists()
    assert (tmp_path / "data" / "digits.csv.gz").exists()


def test_packed_files_are_not_read_as_text(tmp_path):
    entries = [
        {"name": "digits.csv.gz", "mimetype": "text/csv"},
        {"name": "a.csv", "mimetype": "text/csv"},
    ]
    (tmp_path / "all.json").write_text(json.dumps({"content": entries}))
    build.mark_binary_files(tmp_path)
    kinds = [
        entry["mimetype"] for entry in json.loads((tmp_path / "all.json").read_text())["content"]
    ]
    assert kinds == ["application/octet-stream", "text/csv"]


def test_the_runs_of_notebook_6_go_where_the_browser_looks_for_them(tmp_path, monkeypatch):
    assert build.RUNS == runs.FILE
    monkeypatch.setattr(build, "RUNS", tmp_path / runs.FILE.name)
    build.RUNS.write_text("the runs")
    build.copy_contents(tmp_path / "contents")
    site = {"jupyter-config-data": {"litePluginSettings": {build.PLUGIN: {}}}}
    (tmp_path / "jupyter-lite.json").write_text(json.dumps(site))
    build.configure(tmp_path / "jupyter-lite.json", [])
    site = json.loads((tmp_path / "jupyter-lite.json").read_text())
    plugins = site["jupyter-config-data"]["litePluginSettings"]
    variable = plugins[build.PLUGIN]["loadPyodideOptions"]["env"][PATH_VARIABLE]
    assert (tmp_path / "contents" / "notebooks" / variable).read_text() == "the runs"


def test_the_runs_are_those_that_the_notebook_asks_for_each_done_once(tmp_path, monkeypatch):
    cell = """
        from helpers.data import load_dataset
        from helpers.experiments import grid, process_pool, run_experiment
        def measure(result, dev_set):
            return {"one": 1}
        digits = load_dataset("digits-8x8").subset(range(50))
        base = {"layer_sizes": [64, 10], "learning_rate": RATE, "max_epochs": 1}
        run_experiment(digits, digits, base, seeds=2, executor=process_pool(1))
        run_experiment(digits, digits, base, seeds=2, executor=process_pool(1), measure=measure)
    """
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "site" / "lite").mkdir(parents=True)
    shutil.copy(ROOT / "site" / "lite" / "runs.py", tmp_path / "site" / "lite")

    def rows(rate):
        cells = [
            {"cell_type": "code", "source": [textwrap.dedent(cell).replace("RATE", str(rate))]}
        ]
        cells.append({"cell_type": "markdown", "source": ["no code"]})
        (tmp_path / "notebooks" / "06_hyperparameters.ipynb").write_text(
            json.dumps({"cells": cells})
        )
        command = [sys.executable, "site/lite/runs.py"]
        done = subprocess.run(command, cwd=tmp_path, text=True, capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr
        lines = (tmp_path / "build" / "finished_runs.txt").read_text().splitlines()
        assert json.loads(lines[0])["file"] == "runs of helpers.experiments"
        return [json.loads(line) for line in lines[1:]]

    first = rows(0.1)
    assert [entry["settings"]["learning_rate"] for entry in first] == [0.1] * 4
    assert [entry["row"].get("one") for entry in first] == [None, None, 1, 1]
    assert [entry["settings"]["learning_rate"] for entry in rows(0.2)] == [0.2] * 4


def test_an_error_in_the_notebook_is_not_passed_over(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "site" / "lite").mkdir(parents=True)
    shutil.copy(ROOT / "site" / "lite" / "runs.py", tmp_path / "site" / "lite")
    cells = [{"cell_type": "code", "source": ["assert 1 > 2\n"]}]
    (tmp_path / "notebooks" / "06_hyperparameters.ipynb").write_text(json.dumps({"cells": cells}))
    command = [sys.executable, "site/lite/runs.py"]
    done = subprocess.run(command, cwd=tmp_path, text=True, capture_output=True)
    assert done.returncode != 0
    assert "AssertionError" in done.stderr


def test_the_tests_take_the_version_of_pyodide_that_readers_get():
    assert lite_site.ELSEWHERE == build.PYODIDE
    assert build.PYODIDE.startswith("https://")
    listed = json.loads((ROOT / "site" / "lite" / "pyodide.json").read_text("utf8"))["packages"]
    assert {entry["file_name"] for entry in listed.values()} == {
        entry["file_name"] for entry in local_pyodide.packages()
    }


def test_the_kernel_loads_pyodides_packages_from_there_and_each_wheel_of_the_site(tmp_path):
    wheel = build.write_wheel(tmp_path, "my-package", "2", {"my_package.py": b"answer = 42\n"})
    assert {"numpy", "pandas", "matplotlib", "micropip", "my-package"} <= set(
        build.write_lock(tmp_path)
    )
    lock = json.loads((tmp_path / build.LOCK).read_text("utf8"))["packages"]
    assert lock["numpy"]["file_name"].startswith(build.PYODIDE + "numpy-")
    mine = lock["my-package"]
    assert (mine["version"], mine["file_name"]) == ("2", wheel.name)
    assert mine["sha256"] == hashlib.sha256(wheel.read_bytes()).hexdigest()
    needed = {name for entry in lock.values() for name in entry["depends"]}
    assert needed <= set(lock)


def test_another_copy_of_pyodide_is_not_taken(tmp_path, monkeypatch, capsys):
    name, version = local_pyodide.WHEEL.replace("-", "_").split("==")
    files = {local_pyodide.INSIDE + part: b"evil" for part in local_pyodide.CORE}
    wheel = build.write_wheel(tmp_path, name, version, files)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setattr(local_pyodide, "FOLDER", tmp_path / "build" / "pyodide")
    local_pyodide.main()
    assert "has another checksum, so there is no local Pyodide" in capsys.readouterr().out
    assert not local_pyodide.FOLDER.exists()
    with pytest.raises(ValueError, match="is not Pyodide's own"):
        local_pyodide.unpack(wheel, local_pyodide.CORE)


# What does not work in the browser says so


def test_a_download_in_the_browser_says_what_to_do_instead(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(
        mnist_files, "_pooch", lambda: pytest.fail("pooch is not to be had in the browser")
    )
    monkeypatch.delenv(mnist_files.FOLDER_VARIABLE, raising=False)
    with pytest.raises(
        ConnectionError,
        match=r'^MNIST .* cannot be downloaded in the browser. Take load_dataset\("digits"\)',
    ):
        load_dataset("mnist")


def test_without_lzma_helpers_load_and_an_xz_file_is_told_to_be_unpacked(tmp_path):
    path = tmp_path / "digits.csv.xz"
    path.write_bytes(lzma.compress(b"label,p0\n1,0\n"))
    code = (
        "import sys; sys.modules['lzma'] = None\n"
        "from helpers.data import load_csv\n"
        f"load_csv({str(path)!r})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "digits.csv.xz is packed by xz, which this Python cannot unpack" in done.stderr


def test_labels_are_counted_in_the_one_type_that_bincount_takes_in_the_browser(monkeypatch):
    count = np.bincount

    def count_on_32_bits(x, *rest, **options):
        assert np.asarray(x).dtype == np.intp, "Cannot cast array data according to the rule 'safe'"
        return count(x, *rest, **options)

    monkeypatch.setattr(np, "bincount", count_on_32_bits)
    labels = np.array(
        [1, 0, 1], np.int16
    )  # not np.intp, as an int64 is not in the browser, which has 32 bits
    assert confusion_matrix(labels, labels, 2).tolist() == [[1, 0], [0, 2]]
    assert plots.plot_label_counts(labels, ("a", "b")).axes


# The site in Chromium

NO_KERNEL_YET = """() => {
    const open = [...(globalThis.jupyterapp?.shell.widgets('main') ?? [])];
    const panel = open.find((widget) => widget.content?.widgets?.length > 2);
    const run = panel?.toolbar.node.querySelector('[data-jp-item-name="run"]');
    const box = run?.getBoundingClientRect();
    if (!box?.width) return false;
    panel.content.activeCellIndex = panel.content.widgets.findIndex(
        (cell) => cell.model.type === 'code');
    panel.content.node.focus();
    return !panel.sessionContext.session?.kernel && [box.x + box.width / 2, box.y + box.height / 2]; }"""


def why_not():
    """Return why the site cannot be tested, in words, or None."""
    if reason := lite_site.missing():
        return reason
    kinds = (".py", ".css", ".js")
    wheel = next((lite_site.SITE / build.WHEELS).glob("neural_network_notebooks-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        names = [
            name
            for name in archive.namelist()
            if name.startswith("helpers/") and name.endswith(kinds)
        ]
        packed = {name: archive.read(name) for name in names}
    helpers = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in (ROOT / "helpers").rglob("*")
        if path.suffix in kinds
    }
    return None if packed == helpers else "the site in build/lite is older than helpers/: make lite"


def why_no_book():
    """Return why the book's links to the site cannot be tested, in words, or None."""
    if not ALL:
        return "takes minutes: make test-lite"
    if not BOOK_PYTHON.exists():
        return "needs the environment of the book: make book"
    return REASON


BOOK_PYTHON = ROOT / ".venv-book" / "bin" / "python"
REASON = why_not()


@pytest.fixture(scope="module")
def site():
    """A running server of the site and a browser that reaches nothing else."""
    with lite_site.served_site() as address, lite_site.open_browser() as browser:
        yield browser, address


@pytest.mark.skipif(
    not (lite_site.SITE / "index.html").exists(), reason="needs the site: make lite"
)
def test_the_site_has_the_lab_alone_since_a_link_to_another_app_runs_code_among_the_readers_files():
    apps = {path.parent.name for path in lite_site.SITE.glob("*/index.html")}
    assert apps == {"lab"}


@pytest.mark.skipif(REASON is not None, reason=str(REASON))
def test_the_front_door_opens_notebook_0(site):
    browser, address = site
    page = browser.new_page()
    page.goto(address)
    page.wait_for_url(
        "**/lab/index.html?path=notebooks/00_the_whole_game.ipynb", wait_until="commit"
    )
    page.get_by_role("heading", name="Play the whole game").first.wait_for(timeout=240_000)
    page.close()


@pytest.mark.skipif(REASON is not None, reason=str(REASON))
@pytest.mark.parametrize("by", ["Shift+Enter", "the Run button"])
def test_a_cell_run_before_python_is_there_waits_for_it(site, by):
    browser, address = site
    with lite_site.new_page(browser) as (page, _):
        page.goto(f"{address}/lab/index.html?path=notebooks/01_data_loading.ipynb")
        said = page.get_by_role("status").filter(has_text="Python is loading into this page")
        said.wait_for(timeout=240_000)
        place = page.wait_for_function(NO_KERNEL_YET, timeout=240_000, polling=10).json_value()
        page.mouse.click(*place) if by == "the Run button" else page.keyboard.press(by)
        assert page.locator(".jp-Dialog").count() == 0
        lite_site.wait_until_idle(page)
        assert lite_site.say(page, "print(find_file.__name__)") == "find_file\n"
        said.wait_for(state="detached")


PRODUCTS = """
import itertools, sys
import numpy as np
rng = np.random.default_rng(0)
def layouts(m, n):
    yield rng.standard_normal((m, n))
    yield rng.standard_normal((n, m)).T
    yield rng.standard_normal((2 * m, 3 * n))[::2, ::-3]
sizes = [(0, 3, 4), (1, 1, 1), (10, 0, 3), (7, 5, 9), (1, 600, 3), (3, 600, 1), (17, 257, 24)]
tried = 0
for m, n, p in sizes:
    for A, B, C in itertools.product(layouts(m, n), layouts(n, p), layouts(m, p)):
        np.matmul(A, B, out=C)
        for product in (C, A @ B):
            assert np.allclose(product, np.einsum("ij,jk->ik", A, B), rtol=1e-12, atol=1e-12)
        tried += 1
stack = rng.standard_normal((5, 3, 4))
assert np.allclose(stack @ np.eye(4), stack)
print(tried, "products" in sys.modules)
"""


@pytest.mark.skipif(REASON is not None, reason=str(REASON))
def test_products_in_the_browser_are_ours_and_right_however_matrices_lie_in_memory(site):
    with lite_site.opened(*site, "01_data_loading") as (page, _):
        mine = "print([name for name in dir() if not name.startswith('_')])"
        assert "products" not in lite_site.say(page, mine)
        assert lite_site.say(page, PRODUCTS) == "189 True\n"


@pytest.mark.skipif(REASON is not None, reason=str(REASON))
@pytest.mark.parametrize("name", NOTEBOOKS if ALL else NOTEBOOKS[1:2])
def test_every_cell_of_the_notebook_runs_in_the_browser(site, name):
    with lite_site.opened(*site, name) as (page, elsewhere):
        state = lite_site.run_all(page, timeout=60 * MINUTES)
    assert state["errors"] == []
    assert state["run"] == state["cells"] > 10
    assert elsewhere == []
    read = re.findall(
        r"(\d+ of \d+) runs are read from the file, 0 are done here", "\n".join(state["texts"])
    )
    assert len(read) == (SWEEPS_OF_6 if name.startswith("06") else 0)


@pytest.mark.skipif(
    REASON is not None or not ALL, reason=str(REASON or "takes minutes: make test-lite")
)
def test_the_sliders_of_the_training_lab_train_in_the_browser(site):
    with lite_site.opened(*site, "04_training") as (page, _):
        lite_site.run_cells(
            page, "from helpers import plots", "train_set, dev_set = split", "TrainingLab("
        )
        said = page.locator(".lab-said")
        said.filter(has_text=re.compile("Run 1")).wait_for(timeout=240_000)
        slider = page.get_by_role("slider", name="Learning rate")
        slider.focus()
        page.keyboard.press("ArrowLeft")
        assert slider.get_attribute("aria-valuetext") == "0.07"
        said.filter(has_text=re.compile("Run 2")).wait_for(timeout=240_000)
        box = slider.bounding_box()
        page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
        said.filter(has_text=re.compile("Run [23]")).wait_for(timeout=240_000)
        assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0


@pytest.mark.skipif(why_no_book() is not None, reason=str(why_no_book()))
def test_try_it_live_opens_that_notebook_and_its_first_cells_run(site, tmp_path):
    browser, _ = site
    place = re.search(r"BOOK_LITE := (.+)", (ROOT / "Makefile").read_text("utf8")).group(1)
    environment = os.environ | {"BOOK_LITE": place, "BOOK_REPOSITORY": ""}
    command = [BOOK_PYTHON, "site/book/build.py", f"--folder={tmp_path}"]
    done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.copytree(
        lite_site.SITE, tmp_path / "book" / "lite"
    )  # as `make pages` puts them together
    with (
        lite_site.served_site(tmp_path / "book") as address,
        lite_site.new_page(browser) as (page, elsewhere),
    ):
        for name in NOTEBOOKS[1], NOTEBOOKS[2]:
            page.goto(f"{address}/{name}.html")
            page.get_by_role("link", name="Try it live").click()
            lite_site.wait_until_idle(page)
            assert (
                page.evaluate("() => jupyterapp.shell.currentWidget.context.path")
                == f"notebooks/{name}.ipynb"
            )
            lite_site.clear(page)
            lite_site.run_cells(page, "import numpy as np", "load_dataset(")
            assert page.evaluate(lite_site.CELLS)["run"] == 2
    assert elsewhere == []
