"""The series in the reader's browser: what goes into the JupyterLite site, and the site itself in Chromium, offline.

The site is tested where it was built and a local copy of Pyodide lies in build/pyodide; `make test-lite` sees to both
and runs every notebook. `make test` runs one.
"""

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import lite_site
import numpy as np
import pytest

from helpers import downloads, plots
from helpers.data import load_dataset
from helpers.evaluation import confusion_matrix

pytestmark = pytest.mark.slow  # `make unit` leaves these out, `make test` does not

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
ALL = os.environ.get("LITE") == "all"
MINUTES = {"06": 90}  # notebooks of many trainings, on slow machines; the others take 15


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = load(ROOT / "lite" / "build.py")
local_pyodide = load(ROOT / "lite" / "local_pyodide.py")


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
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, text=True, capture_output=True)
    assert done.stdout.split() == ["5000", str(tmp_path / "site" / "helpers" / "data.py")], done.stderr


def test_equal_sources_give_an_equal_wheel_whose_record_is_right(tmp_path):
    paths = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        paths.append(build.project_wheel(tmp_path / name))
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with zipfile.ZipFile(paths[0]) as archive:
        record = archive.read(next(name for name in archive.namelist() if name.endswith("/RECORD"))).decode()
        assert len(record.splitlines()) == len(archive.namelist())
        name, digest, size = record.splitlines()[0].split(",")
        content = archive.read(name)
    assert int(size) == len(content)
    assert digest == "sha256=" + build.base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def test_the_notebooks_of_the_site_are_the_committed_ones_but_for_the_kernel(tmp_path):
    build.copy_contents(tmp_path)
    for name in NOTEBOOKS:
        here, there = (
            json.loads((root / "notebooks" / f"{name}.ipynb").read_text("utf8")) for root in (ROOT, tmp_path)
        )
        assert here["cells"] == there["cells"]
        assert there["metadata"]["kernelspec"]["name"] == "python"
    assert (tmp_path / "notebooks" / "models" / "mnist_best.npz").exists()
    assert (tmp_path / "data" / "digits.csv.gz").exists()


def test_packed_files_are_not_read_as_text(tmp_path):
    entries = [{"name": "digits.csv.gz", "mimetype": "text/csv"}, {"name": "a.csv", "mimetype": "text/csv"}]
    (tmp_path / "all.json").write_text(json.dumps({"content": entries}))
    build.mark_binary_files(tmp_path)
    kinds = [entry["mimetype"] for entry in json.loads((tmp_path / "all.json").read_text())["content"]]
    assert kinds == ["application/octet-stream", "text/csv"]


@pytest.mark.parametrize("name", ["requirements.txt", "wheels.txt"])
def test_what_the_site_is_built_from_is_pinned(name):
    lines = [line for line in (ROOT / "lite" / name).read_text("utf8").splitlines() if not line.startswith("#")]
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*( ; .+)?", line)] == []


def test_the_tests_take_the_version_of_pyodide_that_readers_get():
    assert f"/v{local_pyodide.VERSION}/" in build.PYODIDE
    assert build.PYODIDE.startswith("https://")


def test_a_changed_file_of_pyodide_is_found(tmp_path):
    package = {"file_name": "a.whl", "sha256": hashlib.sha256(b"right").hexdigest()}
    lock = {"info": {"version": local_pyodide.VERSION}, "packages": {"a": package}}
    (tmp_path / "pyodide-lock.json").write_text(json.dumps(lock))
    (tmp_path / "a.whl").write_bytes(b"right")
    assert local_pyodide.wrong_file(tmp_path) is None
    (tmp_path / "a.whl").write_bytes(b"wrong")
    assert "a.whl is not the published file" in local_pyodide.wrong_file(tmp_path)
    lock["info"]["version"] = "0.1"
    (tmp_path / "pyodide-lock.json").write_text(json.dumps(lock))
    assert "expected 0.27.7" in local_pyodide.wrong_file(tmp_path)


# What does not work in the browser says so


def test_a_download_in_the_browser_says_what_to_do_instead(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(downloads, "_pooch", lambda: pytest.fail("pooch is not to be had in the browser"))
    monkeypatch.delenv(downloads.FOLDER_VARIABLE, raising=False)
    with pytest.raises(
        ConnectionError, match=r'^MNIST .* cannot be downloaded in the browser. Take load_dataset\("digits"\)'
    ):
        load_dataset("mnist")


def test_labels_are_counted_in_the_one_type_that_bincount_takes_in_the_browser(monkeypatch):
    count = np.bincount

    def count_on_32_bits(x, *rest, **options):
        assert np.asarray(x).dtype == np.intp, "Cannot cast array data according to the rule 'safe'"
        return count(x, *rest, **options)

    monkeypatch.setattr(np, "bincount", count_on_32_bits)
    labels = np.array([1, 0, 1], np.int16)  # not np.intp, as an int64 is not in the browser, which has 32 bits
    assert confusion_matrix(labels, labels, 2).tolist() == [[1, 0], [0, 2]]
    assert plots.plot_label_counts(labels, ("a", "b")).axes


# The site in Chromium


def why_not():
    """Return why the site cannot be tested, in words, or None."""
    if reason := lite_site.missing():
        return reason
    wheel = next((lite_site.SITE / build.WHEELS).glob("neural_network_notebooks-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        packed = {name: archive.read(name) for name in archive.namelist() if name.startswith("helpers/")}
    helpers = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in (ROOT / "helpers").rglob("*")
        if path.suffix in (".py", ".css", ".js")
    }
    return None if packed == helpers else "the site in build/lite is older than helpers/: make lite"


REASON = why_not()


@pytest.fixture(scope="module")
def site():
    """A running server of the site and a browser that reaches nothing else."""
    with lite_site.served_site() as address, lite_site.open_browser() as browser:
        yield browser, address


@pytest.mark.skipif(REASON is not None, reason=str(REASON))
@pytest.mark.parametrize("name", NOTEBOOKS if ALL else NOTEBOOKS[1:2])
def test_every_cell_of_the_notebook_runs_in_the_browser(site, name):
    with lite_site.opened(*site, name) as (page, elsewhere):
        state = lite_site.run_all(page, timeout=60 * MINUTES.get(name[:2], 15))
    assert state["errors"] == []
    assert state["run"] == state["cells"] > 10
    assert elsewhere == []


@pytest.mark.skipif(REASON is not None or not ALL, reason=str(REASON or "takes minutes: make test-lite"))
def test_the_sliders_of_the_training_lab_train_in_the_browser(site):
    with lite_site.opened(*site, "04_training") as (page, _):
        lite_site.run_cells(page, "from helpers import plots", "train_set, dev_set = split", "TrainingLab(")
        status = page.get_by_role("status")
        status.filter(has_text=re.compile("Run 1")).wait_for(timeout=240_000)
        handle = page.locator(".widget-slider").filter(has_text="Learning rate").locator(".noUi-handle")
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 45, y, steps=9)
        page.mouse.up()
        status.filter(has_text=re.compile("Run 2")).wait_for(timeout=240_000)
        assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
