"""Build the HTML book from the committed notebooks, warnings as errors, and check its links and pictures: `make book`."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "book"))

from checks import problems_of  # noqa: E402
from reference import write_reference  # noqa: E402
from series import path_through, read_series, table_of_contents  # noqa: E402

WORK, OUT = ROOT / "build" / "book-work", ROOT / "build" / "book"
LITE = "**In this browser**, with nothing to install: each notebook's page has a link *Try it live* below its title.\n"


def write(path, text):
    """Write a page where it differs, so that Sphinx reads anew only what changed."""
    data = text.encode("utf8")
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def collect(source, lite):
    """Put all pages of the book into the folder `source`, and remove what no longer belongs there."""
    notebooks = read_series(ROOT / "notebooks")
    pages = {f"api/{name}": text for name, text in write_reference(ROOT / "helpers", notebooks).items()}
    index = (ROOT / "book" / "index.md").read_text("utf8")
    index = index.replace("<!-- lite -->", f"\n{LITE}" if lite else "")
    index = index.replace("<!-- path -->", path_through(notebooks))
    pages["index.md"] = index.replace("<!-- contents -->", table_of_contents(notebooks))
    for notebook in notebooks:
        pages[f"{notebook.stem}.ipynb"] = (ROOT / "notebooks" / f"{notebook.stem}.ipynb").read_text("utf8")
    for path in [path for path in source.rglob("*") if path.is_file()]:
        if path.relative_to(source).as_posix() not in {*pages, "mistakes.png"}:
            path.unlink()
    for name, text in pages.items():
        write(source / name, text)
    shutil.copyfile(ROOT / "docs" / "mistakes.png", source / "mistakes.png")


def put_mathjax(folder):
    """Copy MathJax out of its package; where that is missing, say what to do."""
    spec = importlib.util.find_spec("mathjax")
    if spec is None:
        raise SystemExit("MathJax is missing: python -m pip install -r book/requirements.txt")
    package = Path(next(iter(spec.submodule_search_locations)), "static", "mathjax")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(package / "es5" / "tex-svg.js", folder / "tex-svg.js")
    shutil.copyfile(package / "LICENSE", folder / "tex-svg.LICENSE.txt")


def main():
    lite = os.environ.get("BOOK_LITE", "")
    (WORK / "source").mkdir(parents=True, exist_ok=True)
    collect(WORK / "source", lite)
    put_mathjax(WORK / "mathjax")
    environment = os.environ | {"BOOK_MATHJAX": str(WORK / "mathjax")}
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-j", "2", "-c", "book"]
    command += ["-d", str(WORK / "doctrees"), str(WORK / "source"), str(OUT)]
    if subprocess.run(command, cwd=ROOT, env=environment).returncode:
        raise SystemExit("the book was not built: see the warnings above")
    if problems := problems_of(OUT):
        raise SystemExit("\n".join([*problems, f"{len(problems)} problems in build/book"]))
    size = sum(path.stat().st_size for path in OUT.rglob("*") if path.is_file())
    print(f"build/book/index.html: {len(list(OUT.rglob('*.html')))} pages, {size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
