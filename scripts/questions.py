"""Print the questions after the notebooks' summaries, a page per notebook, and then their key: `make questions`.

The questions are read from the notebooks, and what to say of each answer from helpers.exercises.questions.
"""

import html
import re
from pathlib import Path

import nbformat
from worksheet import STYLE, to_print

from helpers.exercises.questions import QUESTIONS
from helpers.internals.files import replace_file

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "build" / "questions.html"
QUESTION = re.compile(r"^\*\*Question (\d+\.[a-z])\.\*\* (.+)", re.MULTILINE)
OPTION = re.compile(r"^(?:- \*\*|<summary>)([A-D])\.(?:\*\*)? (.+?)(?:</summary>)?$", re.MULTILINE)
MORE = ".page { height: auto } .question { break-inside: avoid } ol { list-style: upper-alpha }"


def questions_of(notebook):
    """Return {key: (question, {letter: option})} of a notebook."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    _, *parts = QUESTION.split(text)
    triples = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return {key: (question, dict(OPTION.findall(rest))) for key, question, rest in triples}


def read_questions():
    """Return {heading: its questions} for all notebooks."""
    found = {}
    for path in sorted((ROOT / "notebooks").glob("0[0-9]_*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        title = notebook.cells[0].source.split("\n")[0].removeprefix("# ")
        found[f"Notebook {int(path.name[:2])}: {title}"] = questions_of(notebook)
    return found


def text(markdown):
    """Return a line of Markdown as HTML."""
    return re.sub("`(.+?)`", r"<code>\1</code>", html.escape(markdown, quote=False))


def page(heading, questions):
    """Return the page of a notebook, without answers."""
    blocks = [
        f'<div class="question"><p><b>{key}</b> {text(question)}</p>'
        f"<ol>{''.join(f'<li>{text(option)}</li>' for option in options.values())}</ol></div>"
        for key, (question, options) in questions.items()
    ]
    name = "<span>Name: ____________________</span>"
    return f'<section class="page"><h1><span>{heading}</span>{name}</h1>{"".join(blocks)}</section>'


def key_of(key):
    """Return what to say of each answer, the right letter first."""
    right, *sentences = QUESTIONS[key]
    lines = "".join(f"<li>{text(sentence)}</li>" for sentence in sentences)
    return f'<div class="question"><p><b>{key}: {right}</b></p><ol>{lines}</ol></div>'


def document(found):
    """Return all questions, and then their key, as one HTML page."""
    pages = "".join(page(heading, questions) for heading, questions in found.items() if questions)
    keys = "".join(key_of(key) for questions in found.values() for key in questions)
    body = f"{pages}\n<h1>The key, not for learners</h1>\n{keys}"
    return to_print("Questions on the notebooks", body, STYLE + MORE)


if __name__ == "__main__":
    replace_file(PAGE, document(read_questions()).encode("utf8"))
    print(f"{PAGE}: a page of questions per notebook, then the key; print it on A4 or Letter")
