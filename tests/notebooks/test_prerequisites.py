"""Nobody meets a construct or a term unprepared: "Before you start", first uses, and the glossary."""

import ast
import re
from pathlib import Path

import glossary
import nbformat
import pytest
import teaching

ROOT = Path(__file__).resolve().parents[2]
BEFORE = ROOT / "notebooks" / "before_you_start.ipynb"
SERIES = sorted(
    (ROOT / "notebooks").glob("0[1-9]_*.ipynb")
)  # notebook 0 explains little, and says so
FENCE = re.compile(r"^~~~python\n(.*?)^~~~$", re.DOTALL | re.MULTILINE)
SECTION = re.compile(r"^(?=#{1,2} )", re.MULTILINE)

LOOP, PLACES = (ast.For, ast.comprehension), (ast.Tuple, ast.List)
MANY = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def parts(node):
    """What stands in the brackets of an index."""
    return getattr(node.slice, "elts", [node.slice])


def each(kind):
    return lambda node: isinstance(node, kind)


def is_number_list(part):
    return isinstance(part, ast.List) and not all(
        isinstance(getattr(one, "value", None), str) for one in part.elts
    )


# construct, node, what else holds of it, and the words of the section of its first use that explain it
# fmt: off
CONSTRUCTS = [
    ("f-string", ast.JoinedStr, None, None),
    ("format", ast.FormattedValue, lambda n: n.format_spec, None),
    ("slice", ast.Slice, None, None),
    ("slice with a step", ast.Slice, lambda n: n.step, r"`\[::-1\]`"),
    ("slices of two axes", ast.Subscript, lambda n: parts(n)[1:] and any(map(each(ast.Slice), parts(n))),
     r"`image\[7:27, 8:20\]` takes"),
    ("mask", ast.Subscript, lambda n: any(map(each((ast.Compare, ast.BoolOp)), parts(n))), r"picks these rows"),
    ("list as index", ast.Subscript, lambda n: any(map(is_number_list, parts(n))), r"As an index, a list"),
    ("None as index", ast.Subscript, lambda n: any(getattr(part, "value", 0) is None for part in parts(n)), r"`None`"),
    ("with", ast.With, None, None),
    ("unpacking", ast.Assign, lambda n: isinstance(n.targets[0], PLACES), None),
    ("loop over pairs", LOOP, lambda n: isinstance(n.target, PLACES), None),
    ("pairs within pairs", LOOP, lambda n: isinstance(n.target, PLACES) and any(map(each(PLACES), n.target.elts)),
     r"the inner pair of parentheses"),
    ("the rest", ast.Starred, lambda n: isinstance(n.ctx, ast.Store), r"`\*rest` takes"),
    ("list as arguments", ast.Call, lambda n: any(map(each(ast.Starred), n.args)), r"`f\(\*arguments\)` calls"),
    ("dictionary as arguments", ast.keyword, lambda n: n.arg is None, r"`\*\*axes` passes"),
    ("dictionary in a dictionary", ast.Dict, lambda n: None in n.keys, r"`\*\*values` puts"),
    ("further arguments", ast.arguments, lambda n: n.vararg, r"`\*arguments` in a first line takes"),
    ("further named arguments", ast.arguments, lambda n: n.kwarg, r"`\*\*labels` takes"),
    ("named arguments only", ast.arguments, lambda n: n.kwonlyargs, r"behind the `\*` must be named"),
    ("default", ast.arguments, lambda n: n.defaults, r"unless a call says otherwise"),
    ("list comprehension", ast.ListComp, None, None),
    ("comprehension with if", ast.comprehension, lambda n: n.ifs, None),
    ("dict comprehension", ast.DictComp, None, None),
    ("generator", ast.GeneratorExp, None, None),
    ("two loops in one", MANY, lambda n: n.generators[1:], r"the first is the outer loop"),
    ("set", (ast.Set, ast.SetComp), None, r"\*set\*"),
    ("zip", ast.Name, lambda n: n.id == "zip", None),
    ("strict", ast.keyword, lambda n: n.arg == "strict", r"`strict=True` lets"),
    ("enumerate", ast.Name, lambda n: n.id == "enumerate", None),
    ("axis", ast.keyword, lambda n: n.arg == "axis", None),
    ("keepdims", ast.keyword, lambda n: n.arg == "keepdims", r"`keepdims=True` leaves"),
    ("matrix product", ast.MatMult, None, r"`known.T @ X`, a matrix product"),
    ("not, of arrays", ast.Invert, None, r"`~` makes"),
    ("either", ast.BitOr, None, r"`\|` joins"),
    ("chained comparison", ast.Compare, lambda n: n.ops[1:], None),
    ("value by condition", ast.IfExp, None, r"otherwise"),
    ("assert", ast.Assert, None, r"`assert` stops"),
    ("try", ast.Try, None, r"`try` runs"),
    ("lambda", ast.Lambda, None, r"`lambda` writes"),
    ("partial", ast.Name, lambda n: n.id == "partial", r"`partial` makes"),
    ("raise", ast.Raise, None, r"`raise`"),
    ("decorator", (ast.FunctionDef, ast.ClassDef), lambda n: n.decorator_list, r"`@\w"),
    ("class", ast.ClassDef, None, r"`class`"),
    ("yield", ast.Yield, None, r"`yield`"),
    ("walrus", ast.NamedExpr, None, r"`:=`"),
]
# fmt: on


def constructs_in(*sources):
    """The names of the constructs in some code; a magic, or a line that is broken on purpose, has none."""
    found = set()
    for source in sources:
        try:
            nodes = list(ast.walk(ast.parse(source)))
        except SyntaxError:
            continue
        for name, kind, test, _ in CONSTRUCTS:
            if any(isinstance(node, kind) and (test is None or test(node)) for node in nodes):
                found.add(name)
    return found


def known_before():
    """The constructs of the code that "Before you start" shows, its solutions left out."""
    texts = [cell["source"] for cell in read(BEFORE) if cell["cell_type"] == "markdown"]
    return constructs_in(*FENCE.findall(teaching.FOLDED.sub("", "\n".join(texts))))


def sections(cells):
    """[[prose, code cells]] of a notebook, hints and solutions left out."""
    found = []
    for cell in cells:
        if cell["cell_type"] == "code":
            found[-1][1].append(cell["source"])
            continue
        for part in SECTION.split(teaching.FOLDED.sub("", cell["source"])):
            if part.startswith("#") or not found:
                found.append(["", []])
            found[-1][0] += part
    return found


def unexplained(series, known):
    """Yield (construct, notebook, heading) where the section of a first use does not explain it."""
    known = set(known)
    for stem, cells in series:
        for prose, codes in sections(cells):
            for name, *_, words in CONSTRUCTS:
                if name in constructs_in(*codes) - known:
                    known.add(name)
                    if words is None or not re.search(words, prose):
                        yield name, stem, prose.partition("\n")[0]


def read(path):
    return nbformat.read(path, as_version=4)["cells"]


def test_the_first_use_of_a_construct_is_explained():
    series = [(path.stem, read(path)) for path in SERIES]
    assert list(unexplained(series, known_before())) == []


@pytest.mark.parametrize(
    ("name", "code"), [("lambda", "f = lambda x: x"), ("walrus", "(n := 3)"), ("mask", "a[a > 3]")]
)
def test_a_construct_without_a_word_is_found(name, code):
    cells = [
        {"cell_type": "markdown", "source": "# Do\n\n`lambda` writes.\n\n## Look\n\nNothing."},
        {"cell_type": "code", "source": code},
    ]
    assert list(unexplained([("01_x", cells)], set())) == [(name, "01_x", "## Look")]
    assert list(unexplained([("01_x", cells)], {name})) == []


def test_before_you_start_asks_for_what_it_is_there_for_in_fifteen_minutes():
    asked = {"f-string", "slice", "with", "unpacking", "list comprehension", "zip", "axis"}
    assert asked < known_before()
    parts, exercises = teaching.minutes_of({"cells": read(BEFORE)})
    assert 12 < sum(parts.values()) / teaching.IN_CLASS + sum(exercises.values()) < 15.5


@pytest.mark.parametrize(
    "name", ["README.md", "docs/TEACHING.md", "site/book/index.md", "00", "01", "02"]
)
def test_what_is_needed_is_said_with_a_link_to_it(name):
    (path,) = (ROOT / "notebooks").glob(f"{name}_*") if name.isdigit() else [ROOT / name]
    text = path.read_text("utf8")
    assert "before_you_start.ipynb)" in text
    words = ("first course in Python", "chain rule", "quotient rule", "logarithm|ln x")
    assert name.isdigit() or all(re.search(one, text) for one in words)


# The glossary


def test_the_glossary_is_what_the_command_writes():
    text = glossary.PAGE.read_text("utf8")
    rows = glossary.rows(*glossary.read_glossary())
    assert glossary.insert(text, "glossary", rows, by="make glossary") == text, (
        "run `make glossary`"
    )


def test_a_term_is_explained_in_a_sentence():
    languages, terms = glossary.read_glossary()
    for entry in terms:
        assert len(entry["meaning"].split()) <= 25, entry["term"]
        assert entry["meaning"].endswith("."), entry["term"]
        assert "|" not in "".join(map(str, entry.values()))
        assert set(entry) <= {"term", "meaning", "also", "where", *languages}


def test_a_term_is_short_and_bold_and_stands_outside_of_code_and_hints():
    text = "## Look\n\nA **neuron** is *one*. **Predict.** **It is so:** **no term in so many words** `2**3**1`"
    assert list(glossary.terms_of([{"cell_type": "markdown", "source": text}])) == [
        ("neuron", "Look")
    ]
    folded = {"cell_type": "markdown", "source": "<details>A **neuron**</details>"}
    assert list(glossary.terms_of([folded])) == []


@pytest.mark.parametrize(
    ("bold", "message"),
    [("a", "no notebook has 'b' in bold: correct"), ("ba", "has 'a' in bold: explain it in")],
)
def test_a_term_without_an_entry_and_an_entry_without_a_term_are_found(
    tmp_path, monkeypatch, bold, message
):
    file = tmp_path / "terms.toml"
    file.write_text('[languages]\n[[term]]\nterm = "b"\nmeaning = "It."\n', "utf8")
    monkeypatch.setattr(glossary, "first_places", lambda: dict.fromkeys(bold, ("01_x", "Look")))
    with pytest.raises(ValueError, match=message):
        glossary.read_glossary(file)
