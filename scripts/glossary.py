"""Write docs/GLOSSARY.md from docs/glossary.toml and the notebooks: `make glossary`.

A term is what a notebook sets in bold, in three words or fewer and without a final mark; longer bold text is a claim.
Each links to the section, not the exercise, in which it first stands so; notebook 0 comes last, since it plays ahead.
"""

import re
import tomllib
from pathlib import Path

import nbformat
from results import insert

from helpers.internals.files import replace_file

ROOT = Path(__file__).resolve().parent.parent
TERMS, PAGE = ROOT / "docs" / "glossary.toml", ROOT / "docs" / "GLOSSARY.md"
NOT_PROSE = re.compile(r"<details>.*?</details>|^~~~.*?^~~~|`[^`\n]*`", re.DOTALL | re.MULTILINE)
HEADING_OR_BOLD = re.compile(r"^#+ (?!Exercise )(.+)|\*\*(?=\S)([^*]+?)(?<=\S)\*\*", re.MULTILINE)
OPENING, MOST_WORDS = "What you'll learn", 3


def terms_of(cells):
    """Yield (term, heading above it) for each bold term in the cells of a notebook."""
    heading = ""
    for cell in cells:
        text = NOT_PROSE.sub(" ", cell["source"]) if cell["cell_type"] == "markdown" else ""
        for title, bold in HEADING_OR_BOLD.findall(text):
            heading = title or heading
            is_claim = bold[-1:] in ".:?!" or len(bold.split()) > MOST_WORDS
            if bold and not is_claim and bold != OPENING:
                yield " ".join(bold.lower().split()), heading


def first_places():
    """Return {term: (stem of the notebook, heading)}."""
    paths = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    found = {}
    for path in [*paths[1:], paths[0]]:
        for term, heading in terms_of(nbformat.read(path, as_version=4)["cells"]):
            found.setdefault(term, (path.stem, heading))
    return found


def read_glossary(path=TERMS):
    """Return ({code: language}, the terms in alphabetical order), each with the (stem, heading) where it stands.

    Raises ValueError for a bold term that is not there, and for an entry that no notebook sets in bold.
    """
    table, places = tomllib.loads(path.read_text("utf8")), first_places()
    for entry in table["term"]:
        forms = [entry["term"].lower(), *entry.get("also", [])]
        stands = [places.pop(form) for form in forms if form in places]
        if not stands:
            raise ValueError(f"no notebook has {entry['term']!r} in bold: correct {path.name}")
        entry["where"] = stands[0]
    for term, (stem, heading) in places.items():
        raise ValueError(
            f"{stem}, {heading!r}, has {term!r} in bold: explain it in {path.name}, or make it italic"
        )
    return table["languages"], sorted(table["term"], key=lambda entry: entry["term"].lower())


def rows(languages, terms):
    """Return the table, lines of Markdown."""
    lines = [
        f"| term | what it means | {''.join(f'{name} | ' for name in languages.values())}where |",
        "|---" * (3 + len(languages)) + "|",
    ]
    for entry in terms:
        stem, heading = entry["where"]
        link = f"../notebooks/{stem}.ipynb#{heading.replace(' ', '-')}"
        others = "".join(f"{entry.get(code, '')} | " for code in languages)
        place = f"[{int(stem[:2])}: {heading}]({link})"
        lines.append(f"| **{entry['term']}** | {entry['meaning']} | {others}{place} |")
    return lines


if __name__ == "__main__":
    text = insert(PAGE.read_text("utf8"), "glossary", rows(*read_glossary()), by="make glossary")
    replace_file(PAGE, text.encode("utf8"))
    print(f"{PAGE.relative_to(ROOT)}: the table is written")
