"""Build the HTML book from the committed notebooks, warnings as errors, and check its pages: `make book`."""

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from checks import problems_of
from reference import reference_pages
from series import path_through, read_series, table_of_contents

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

LITE = "**In this browser**, with nothing to install: each notebook's page has a link *Try it live* below its title.\n"
MATHJAX_SHA256 = "2af9375000b5a3669be94d436ae1c61159855283cd18b3ee9817fb71c8f94c84"  # tex-svg.js goes into every page


def write(path, text):
    """Write a page where it differs, so that Sphinx reads anew only what changed."""
    data = text.encode("utf8")
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def collect(source, lite):
    """Put all pages of the book into the folder `source`, and remove what no longer belongs there."""
    notebooks = read_series(ROOT / "notebooks")
    pages = {f"api/{name}": text for name, text in reference_pages(ROOT / "helpers", notebooks).items()}
    index = (HERE / "index.md").read_text("utf8")
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
    """Copy MathJax out of its package; raises SystemExit where that is missing, or is not the one that was examined."""
    spec = importlib.util.find_spec("mathjax")
    if spec is None:
        raise SystemExit("MathJax is missing: python -m pip install -r site/book/requirements.txt")
    package = Path(next(iter(spec.submodule_search_locations)), "static", "mathjax")
    if hashlib.sha256((package / "es5" / "tex-svg.js").read_bytes()).hexdigest() != MATHJAX_SHA256:
        raise SystemExit(
            "tex-svg.js is another file than the one that was compared with MathJax's own, so no page gets it"
        )
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(package / "es5" / "tex-svg.js", folder / "tex-svg.js")
    shutil.copyfile(package / "LICENSE", folder / "tex-svg.LICENSE.txt")


def build(folder):
    """Build the book in `folder`/book; raises SystemExit with what is wrong where a warning or a check stops it."""
    work, out = folder / "book-work", folder / "book"
    (work / "source").mkdir(parents=True, exist_ok=True)
    collect(work / "source", os.environ.get("BOOK_LITE", ""))
    put_mathjax(work / "mathjax")
    environment = os.environ | {"BOOK_MATHJAX": str(work / "mathjax")}
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-j", "2", "-c", str(HERE)]
    command += ["-d", str(work / "doctrees"), str(work / "source"), str(out)]
    if subprocess.run(command, cwd=ROOT, env=environment).returncode:
        shutil.rmtree(work / "doctrees", ignore_errors=True)  # else a second run would pass: it reads only what changed
        raise SystemExit("the book was not built: see the warnings above")
    if problems := problems_of(out, beside=os.environ.get("BOOK_LITE", "")):
        raise SystemExit("\n".join([*problems, f"{len(problems)} problems in {out}"]))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "build", help="where book/ is made (default: build)")
    out = build(parser.parse_args().folder.resolve())
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"{len(list(out.rglob('*.html')))} pages, {size / 1e6:.0f} MB: {out / 'index.html'}")


if __name__ == "__main__":
    main()
