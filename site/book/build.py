"""Build the HTML book from the committed notebooks and check its pages: `make book`."""

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from checks import problems_of
from reference import anchor, reference_pages
from series import live_frame, path_through, read_series, table_of_contents

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.append(str(HERE.parent / "live"))

from one_file import page as live_page  # noqa: E402

LITE = """
**In this browser**, with nothing to install: each notebook's page has a link *Try it live* below
its title.
"""
# Names that the theme gives to what can be pressed: a screen reader is to say what the eye reads.
NAMES = {
    ' aria-label="Toggle hidden content"': "",
    ' title="Search" aria-label="Search"': ' title="Search"',
    '<summary><span class="toctree-toggle"': '<summary aria-label="The pages below"><span class="toctree-toggle"',
}
# Of tex-svg.js, which every page loads.
MATHJAX_SHA256 = "2af9375000b5a3669be94d436ae1c61159855283cd18b3ee9817fb71c8f94c84"


def collect(source, lite):
    """Put all pages of the book into the folder `source`."""
    notebooks = read_series(ROOT / "notebooks")
    (source / "api").mkdir(parents=True)
    for name, text in reference_pages(ROOT / "helpers", notebooks).items():
        (source / "api" / name).write_text(text, "utf8")
    index = (HERE / "index.md").read_text("utf8")
    index = index.replace("<!-- lite -->", LITE if lite else "")
    index = index.replace("<!-- path -->", path_through(notebooks))
    index = index.replace("<!-- live -->", f"```{{raw}} html\n{live_frame('pad')}\n```")
    (source / "index.md").write_text(
        index.replace("<!-- contents -->", table_of_contents(notebooks)), "utf8"
    )
    (source / "teaching.md").write_text(for_teachers(), "utf8")
    (source / "glossary.md").write_text(glossary(), "utf8")
    for stem in ("before_you_start", *(notebook.stem for notebook in notebooks)):
        shutil.copy(ROOT / "notebooks" / f"{stem}.ipynb", source)
    shutil.copy(ROOT / "docs" / "mistakes.png", source)


def for_teachers():
    """Return docs/TEACHING.md for the book: without its film, and with names of files where it links other pages."""
    text = (ROOT / "docs" / "TEACHING.md").read_text("utf8")
    text = re.sub(r"<picture>.*?</picture>\n\n.*\n\n", "", text, flags=re.DOTALL, count=1)
    text = text.replace("(../notebooks/", "(").replace("(GLOSSARY.md)", "(glossary.md)")
    return re.sub(r"\[(docs/\w+\.md)\]\(\w+\.md\)", r"`\1` in the project", text)


def glossary():
    """Return docs/GLOSSARY.md with the places of its links as the book names them."""
    text = (ROOT / "docs" / "GLOSSARY.md").read_text("utf8")
    text = text.replace("[glossary.toml](glossary.toml)", "`docs/glossary.toml`")
    link = re.compile(r"\(\.\./notebooks/([^#)]+)#([^)]+)\)")
    return link.sub(lambda found: f"({found[1]}#{anchor(found[2])})", text)


def put_mathjax(folder):
    """Copy MathJax out of its package, if it is the file that was examined."""
    spec = importlib.util.find_spec("mathjax")
    if spec is None:
        raise SystemExit("MathJax is missing: python -m pip install -r site/book/requirements.txt")
    package = Path(next(iter(spec.submodule_search_locations)), "static", "mathjax")
    if hashlib.sha256((package / "es5" / "tex-svg.js").read_bytes()).hexdigest() != MATHJAX_SHA256:
        raise SystemExit(
            "tex-svg.js is not the file that was compared with MathJax's own, so no page gets it"
        )
    folder.mkdir(parents=True)
    shutil.copyfile(package / "es5" / "tex-svg.js", folder / "tex-svg.js")
    shutil.copyfile(package / "LICENSE", folder / "tex-svg.LICENSE.txt")


def name_what_can_be_pressed(out):
    """Put better names into all pages."""
    for path in out.rglob("*.html"):
        text = path.read_text("utf8")
        for old, new in NAMES.items():
            text = text.replace(old, new)
        path.write_text(text, "utf8")


def build(folder, lite):
    """Build `folder`/book; a warning or a check that finds something ends the program."""
    work, out = folder / "book-work", folder / "book"
    for old in (work, out):
        shutil.rmtree(old, ignore_errors=True)
    collect(work / "source", lite)
    put_mathjax(work / "mathjax")
    environment = os.environ | {"BOOK_MATHJAX": str(work / "mathjax")}
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-b",
        "html",
        "-W",
        "--keep-going",
        "-q",
        "-j",
        "2",
        "-c",
        str(HERE),
    ]
    command += ["-d", str(work / "doctrees"), str(work / "source"), str(out)]
    if subprocess.run(command, cwd=ROOT, env=environment).returncode:
        raise SystemExit("the book was not built: see the warnings above")
    name_what_can_be_pressed(out)
    (out / "live").mkdir()
    (out / "live" / "index.html").write_text(live_page("../index.html"), "utf8")
    if problems := problems_of(out, beside=lite):
        raise SystemExit("\n".join([*problems, f"{len(problems)} problems in {out}"]))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "build", help="where book/ is made (default: build)"
    )
    out = build(parser.parse_args().folder.resolve(), os.environ.get("BOOK_LITE", ""))
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"{len(list(out.rglob('*.html')))} pages, {size / 1e6:.0f} MB: {out / 'index.html'}")


if __name__ == "__main__":
    main()
