"""The HTML book: built without a warning, whole, and readable without asking another site."""

import collections
import html
import importlib
import importlib.util
import inspect
import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tools import browser as chromium

pytestmark = pytest.mark.slow  # `make test` leaves these out, `make test-all` does not

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "site" / "book"))

from checks import Page, problems_of  # noqa: E402
from reference import anchor, module_names  # noqa: E402
from series import Notebook, read_series  # noqa: E402

BUILD = ROOT / "site" / "book" / "build.py"
NOTEBOOKS = read_series(ROOT / "notebooks")
LITE = "lite/lab/index.html?path=notebooks/{name}.ipynb"  # as `make pages` says it


def python_with_sphinx():
    """The Python of .venv-book, or this one where it has all that the book needs, or None."""
    own = [ROOT / ".venv-book" / part for part in ("bin/python", "Scripts/python.exe")]
    if found := next((str(path) for path in own if path.exists()), None):
        return found
    return (
        sys.executable
        if all(map(importlib.util.find_spec, ("sphinx", "myst_nb", "mathjax")))
        else None
    )


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The folder of a book that was built anew."""
    if not (python := python_with_sphinx()):
        pytest.skip("needs .venv-book: `make book` sets it up")
    folder = tmp_path_factory.mktemp("build")
    environment = os.environ | {"BOOK_LITE": LITE, "BOOK_REPOSITORY": ""}
    command = [python, str(BUILD), "--folder", str(folder)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "book"


@pytest.fixture(scope="module")
def texts(book):
    return {
        path.relative_to(book).as_posix(): path.read_text("utf8") for path in book.rglob("*.html")
    }


def article(text):
    return re.search(r"<article.*?</article>", text, re.DOTALL)[0]


# The book as it was built


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_every_picture_arrives_with_its_alternative(texts, notebook):
    expected = collections.Counter()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                expected[output["metadata"]["image/png"]["alt"].strip()] += 1
    assert expected
    pictures = Page(article(texts[f"{notebook.stem}.html"])).pictures
    assert collections.Counter(alt for _, alt in pictures) == expected


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_all_cells_arrive_and_all_hints_are_folded(texts, notebook):
    text = texts[f"{notebook.stem}.html"]
    assert text.count('<div class="cell_input ') == len(notebook.sources("code"))
    expected = re.findall(r"<summary>(.*?)</summary>", "\n".join(notebook.sources("markdown")))
    details = Page(article(text)).details
    titles = [part["text"].strip().split("\n")[0] for part in details]
    assert [title for title in titles if title != "Show code cell output"] == expected
    hidden = [cell for cell in notebook.cells if "hide-output" in cell["metadata"].get("tags", [])]
    assert titles.count("Show code cell output") == len(hidden)
    assert sum(part["code"] for part in details) >= len(notebook.exercises)
    assert "~~~" not in text
    assert not re.search(r"<details[^>]*\bopen\b", article(text))


def test_the_path_and_the_pages_are_in_order(texts):
    steps = re.findall(
        r'<div class="step docutils container">(.*?)</div>', texts["index.html"], re.DOTALL
    )
    assert len(steps) == len(NOTEBOOKS)
    for step, notebook in zip(steps, NOTEBOOKS, strict=True):
        assert f'href="{notebook.stem}.html"' in step
        assert html.escape(notebook.title, quote=False) in step
        assert f"about {notebook.minutes} minutes to read" in step
    for before, after in itertools.pairwise(NOTEBOOKS):
        assert f'<link rel="next" title="{after.title}' in texts[f"{before.stem}.html"]
        assert f'<link rel="prev" title="{before.title}' in texts[f"{after.stem}.html"]


def test_the_page_for_teachers_arrives_with_all_lessons_and_the_first_page_leads_to_it(texts):
    assert 'href="teaching.html"' in article(texts["index.html"])
    page = html.unescape(re.sub(r"<[^>]+>", "", article(texts["teaching.html"])))
    lessons = (ROOT / "docs" / "lessons.toml").read_text("utf8")
    for title in re.findall(r'^title = "(.+)"$', lessons, re.MULTILINE):
        assert title in page
    assert "docs/CLASSROOM.md" in page
    assert "training_lab" not in texts["teaching.html"]


def test_every_public_helper_stands_in_the_reference(book, texts):
    ids = set().union(*(Page(text).ids for name, text in texts.items() if name.startswith("api/")))
    for name in module_names(ROOT / "helpers", NOTEBOOKS):
        module = importlib.import_module(f"helpers.{name}")
        for public in getattr(module, "__all__", ()):
            entry = getattr(module, public)
            if (inspect.isfunction(entry) or inspect.isclass(entry)) and not public.startswith(
                "check_"
            ):
                assert f"helpers.{name}.{public}" in ids
    assert "helpers.network.backward_propagation" in ids
    index = (book / "searchindex.js").read_text("utf8")
    assert "backward_propagation" in index
    assert "overfit" in index


def test_an_entry_names_the_notebooks_that_import_it_and_shows_its_source(texts):
    assert re.search(r"<p>In notebook <a [^>]*04_training.html[^>]*>", texts["api/training.html"])
    assert 'href="../_modules/helpers/training.html#train"' in texts["api/training.html"]
    assert 'id="train"' in texts["_modules/helpers/training.html"]


def test_each_notebook_links_its_live_copy(texts):
    for notebook in NOTEBOOKS:
        assert (
            f'<a href="{LITE.format(name=notebook.stem)}">Try it live</a>'
            in texts[f"{notebook.stem}.html"]
        )
    assert "Try it live</a>" not in texts["index.html"]


def described(text):
    """What the head of a page says for machines."""
    head = text.split("</head>")[0]
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', head, re.DOTALL)
    return json.loads(found)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_the_head_of_a_page_says_what_it_teaches(texts, notebook):
    about = described(texts[f"{notebook.stem}.html"])
    assert about["@context"] == "https://schema.org"
    assert about["@type"] == "LearningResource"
    assert about["name"] == notebook.title
    assert about["timeRequired"] == f"PT{notebook.minutes}M"
    assert len(about["teaches"]) > 2
    assert not re.search(r"[*`$\]\[]", " ".join([*about["teaches"], about["description"]]))
    assert {part["name"] for part in described(texts["index.html"])["hasPart"]} >= {notebook.title}


def test_each_picture_leads_to_itself(texts):
    for notebook in NOTEBOOKS:
        text = article(texts[f"{notebook.stem}.html"])
        pictures = re.findall(r'<img [^>]*src="([^"]+)"', text)
        linked = re.findall(r'<a class="picture" href="([^"]+)"><img [^>]*src="\1"', text)
        assert pictures == linked != []


def test_panels_stand_alive_in_the_pages_that_have_them(book, texts):
    expected = {"index": ["pad"], "00": ["train"], "04": ["train"]}
    expected["05"] = ["mistakes", "inside", "pad"]
    for name, text in texts.items():
        frames = re.findall(r'<iframe src="live/index.html#show=(\w+)"', text)
        key = "index" if name == "index.html" else name[:2]
        assert frames == expected.get(key, []), name
    assert (book / "live" / "index.html").is_file()


def test_it_reads_well_in_a_browser(book):
    if reason := chromium.missing():
        pytest.skip(reason)
    command = [sys.executable, str(ROOT / "tests" / "project" / "book_in_browser.py"), str(book)]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


# What the pages are written from


def test_modules_are_in_the_order_of_the_notebooks(tmp_path):
    for name in ("early.py", "late.py", "never.py", "__init__.py"):
        (tmp_path / name).touch()
    for name in ("internals", "package"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()

    def notebook(number, *modules):
        sources = [f"from helpers.{module} import thing" for module in modules]
        return Notebook(
            f"0{number}_a", [{"cell_type": "code", "source": [source]} for source in sources]
        )

    series = [notebook(1, "early"), notebook(2, "package", "early", "late")]
    assert module_names(tmp_path, series) == ["early", "package", "late", "never"]


def test_the_anchor_of_an_exercise():
    assert (
        anchor("Exercise 3.2: Find dZ without building Y")
        == "exercise-32-find-dz-without-building-y"
    )


def test_a_gap_in_the_series_is_found(tmp_path):
    for name in ("01_a", "03_c"):
        (tmp_path / f"{name}.ipynb").write_text('{"cells": []}')
    with pytest.raises(ValueError, match="expected the numbers 0, 1, 2"):
        read_series(tmp_path)


@pytest.mark.parametrize(
    "file", ["site/book/requirements.txt", "site/lite/requirements.txt", "site/lite/wheels.txt"]
)
def test_what_is_published_is_made_of_pinned_files(file):
    """Exact versions with their checksums and no address, in a form that pip reads."""
    entries = (ROOT / file).read_text("utf8").replace("\\\n", "").splitlines()
    assert entries
    entry = re.compile(
        r"[a-z0-9-]+==[0-9][0-9a-z.]*(?: ; [^#@/]+?)?(?: +--hash=sha256:[0-9a-f]{64})+"
    )
    assert [line for line in entries if not entry.fullmatch(line)] == []


def test_another_mathjax_goes_into_no_page(tmp_path, monkeypatch):
    package = tmp_path / "mathjax"
    (package / "static" / "mathjax" / "es5").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "static" / "mathjax" / "LICENSE").write_text("")
    (package / "static" / "mathjax" / "es5" / "tex-svg.js").write_text("evil()")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "mathjax", raising=False)
    spec = importlib.util.spec_from_file_location("build_book", BUILD)
    build_book = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build_book)
    with pytest.raises(SystemExit, match="no page gets it"):
        build_book.put_mathjax(tmp_path / "out")
    assert not (tmp_path / "out").exists()


# Each check finds what it is there for

GOOD = """<html><head><link rel="stylesheet" href="s.css"></head><body><article><p id="here">
<a href="#here">a</a> <a href="b.html#there">b</a> <a href="https://example.org">c</a>
<img src="p.png" alt="a line">
<details><summary>Solution</summary>
<div class="highlight"><pre>x</pre></div></details></p></article></body></html>"""
BAD = {
    'href="#here"': ('href="#nowhere"', "leads to no place in a.html"),
    "b.html#there": ("b.html#nowhere", "leads to no place in b.html"),
    'href="b.html': ('href="c.html', "leads to no file"),
    'alt="a line"': ('alt=" "', "has no text alternative"),
    "a line": ("p.png", "has no text alternative"),
    'src="p.png"': ('src="https://example.org/p.png"', "a.html loads https://example.org/p.png"),
    'href="s.css"': ('href="//cdn.example.org/s.css"', "a.html loads //cdn.example.org/s.css"),
    'alt="a': (
        'srcset="p.png 1x, https://example.org/q.png 2x" alt="a',
        "loads https://example.org/q.png",
    ),
    "<head>": (
        "<head><style>@import '//example.org/f.css';</style>",
        "a.html loads //example.org/f.css",
    ),
    "<p id": (
        '<p style="background: url(https://example.org/x)" id',
        "a.html loads https://example.org/x",
    ),
    "</head>": (
        "<script>load('https://example.org/a.js')</script></head>",
        "a.html loads https://example.org/a.js",
    ),
    "<body>": ('<body><script src="gone.js"></script>', "gone.js, which is not there"),
    "<article>": ('<article><div class="jupyter-widgets-view">', "a panel without a kernel"),
    'class="highlight"': ('class="plain"', "'Solution' shows no code"),
    '<div class="highlight"><pre>x</pre></div>': ("", "'Solution' is empty"),
    "\n<div class": (
        "\n<details><summary>Hint</summary>\nx</details><div class",
        "is within another",
    ),
}


def small_book(folder, text):
    files = {
        "a.html": text,
        "b.html": '<p id="there">',
        "s.css": "p {color: red}",
        "p.png": "",
        "j.js": "'http://w3.org/svg'",
    }
    for name, content in files.items():
        (folder / name).write_text(content)
    return folder


def test_a_good_page_is_good(tmp_path):
    assert problems_of(small_book(tmp_path, GOOD)) == []


@pytest.mark.parametrize("part", BAD)
def test_a_bad_page_is_found(tmp_path, part):
    change, sentence = BAD[part]
    assert part in GOOD
    problems = problems_of(small_book(tmp_path, GOOD.replace(part, change)))
    assert any(sentence in problem for problem in problems), problems


def test_the_site_beside_the_book_need_not_be_there_yet(tmp_path):
    folder = small_book(tmp_path, GOOD.replace("b.html#there", "lite/lab/index.html?path=b.ipynb"))
    assert problems_of(folder, beside="lite/lab/index.html?path={name}.ipynb") == []
    assert len(problems_of(folder)) == 1
    assert len(problems_of(folder, beside="light/lab/index.html")) == 1


def test_bad_files_beside_the_pages_are_found(tmp_path):
    small_book(tmp_path, GOOD)
    (tmp_path / "s.css").write_text("p {background: url('https://example.org/x.png')}")
    (tmp_path / "j.js").write_text('import("https://cdn.example.org/lib")')
    assert sorted(problems_of(tmp_path)) == [
        "j.js loads https://cdn.example.org/lib",
        "s.css loads https://example.org/x.png",
    ]
