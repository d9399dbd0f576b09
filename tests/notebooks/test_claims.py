"""Every number with a unit in the prose agrees with its source, which claims.toml names; none may lack one."""

import json
import re
import sys
import tomllib
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest
from prose_claims import counted, last_place, measured, prose_of, value_of

from helpers.data import load_dataset, split
from helpers.training import train

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "data" / "README.md"]
KINDS = {"is", "asserted", "published", "timed", "meaning"}
SETTINGS = {"where", "text", "about", "least", "most"}
CODE_NUMBER = re.compile(r"(?<![\w.])\d[\d,_]*(?:\.\d+)?")

sys.path.insert(0, str(ROOT / "scripts"))
from results import RUNS, records_table  # noqa: E402


@cache
def claims():
    return tomllib.loads((ROOT / "tests" / "notebooks" / "claims.toml").read_text("utf8"))


def name_of(path):
    """How claims.toml calls a file."""
    return path.name[:2] if path.suffix == ".ipynb" else path.relative_to(ROOT).as_posix()


def entries(path):
    return [entry for entry in claims()["claim"] if entry["where"] == name_of(path)]


@cache
def cells(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


@cache
def outputs(path):
    """All that a notebook prints, as one text; HTML repeats what the plain text says."""
    texts = []
    for cell in cells(path):
        for output in cell.outputs:
            texts.append(output.get("text", "") or output.get("data", {}).get("text/plain", ""))
    return "\n".join(texts)


def evaluate(expression, path):
    """The value of an expression of claims.toml."""

    def printed(pattern):
        found = re.search(pattern, outputs(path))
        assert found, f"{path.name} prints nothing like {pattern!r}"
        return float(found[1].replace(",", ""))

    def results(name):
        return json.loads((ROOT / "notebooks" / "results" / f"{name}.json").read_text("utf8"))

    def bench(row, column):
        lines = [line.split("|") for line in (ROOT / "benchmarks" / "RESULTS.md").read_text("utf8").splitlines()]
        cell = next(line[column + 1] for line in lines if len(line) > column + 1 and line[1].strip() == row)
        return float(re.search(r"[\d.]+", cell)[0])

    def count(words, start=""):
        texts = [each.read_text("utf8") for each in NOTEBOOKS if each.name.startswith(start)]
        return sum(text.count(words) for text in texts)

    def listed(module):
        names = (ROOT / module).read_text("utf8").partition("__all__ = [")[2].partition("]")[0]
        return names.count('"') // 2

    names = {"printed": printed, "results": results, "bench": bench, "path": ROOT.joinpath, "np": np, "re": re}
    return eval(expression, names | {"count": count, "listed": listed})


def agrees(match, value, entry):
    """Whether the number of a match is that value, as written or as the entry says."""
    written = value_of(match)
    if entry.get("least"):
        return value >= written
    if entry.get("most"):
        return value <= written
    if "about" in entry:
        return abs(value - written) <= entry["about"] * abs(written)
    return abs(value - written) <= 0.5000001 * last_place(match)


def source_problem(entry, matches, path):
    """What is wrong between an entry and the numbers in its text, "" if nothing is."""
    kinds = KINDS & set(entry)
    if len(kinds) != 1 or set(entry) - KINDS - SETTINGS:
        return f"expected one source of {sorted(KINDS)}, got {sorted(set(entry) - SETTINGS)}"
    if "asserted" in entry:
        wanted = " ".join(entry["asserted"].split())
        lines = [" ".join(cell.source.split()) for cell in cells(path)]
        if not any(re.search(rf"\bassert(_\w+)?\b.*{re.escape(wanted)}", line) for line in lines):
            return f"no cell asserts {wanted!r}"
    if "is" in entry:
        expressions = entry["is"] if isinstance(entry["is"], list) else [entry["is"]]
        if len(expressions) != len(matches):
            return f"the text holds {len(matches)} numbers, and {len(expressions)} sources are named"
        for match, expression in zip(matches, expressions, strict=True):
            value = evaluate(expression, path)
            if not agrees(match, value, entry):
                return f"{match.group()!r} is claimed, and {expression} is {value:.6g}"
    return ""


def dataset_facts(name):
    """The numbers that describe a bundled data set."""
    data = load_dataset(name)
    features, m = data.X.shape
    return {m, features, features + 1, *data.image_shape, len(data.class_names), int(np.bincount(data.labels).min())}


def known_counts(path):
    """Numbers that prose may call a count of something: the project's facts, and what is in the notebook's cells."""
    known = {value for fact in claims()["facts"].values() for value in fact["values"]}
    if path.suffix == ".ipynb":
        texts = [outputs(path), *(cell.source for cell in cells(path))]
        numbers = [match.group().replace(",", "").replace("_", "") for match in CODE_NUMBER.finditer("\n".join(texts))]
        known |= {float(number) for number in numbers if number}
    return known


def problems_of(path, text, listed):
    """What is wrong with the numbers of a text, given the entries for it."""
    numbers = measured(text)
    things = counted(text, words=path.suffix == ".md")
    covered = set()
    for entry in listed:
        wanted = " ".join(entry["text"].split())
        start = text.find(wanted)
        inside = [each for each in numbers if start <= each.start() and each.end() <= start + len(wanted)]
        inside = inside or [each for each in things if start <= each.start() and each.end() <= start + len(wanted)]
        covered |= {each.span() for each in inside}
        if start < 0:
            yield f"{wanted!r} is not in the prose any more"
        elif not inside:
            yield f"{wanted!r} is without a number that needs a source"
        elif problem := source_problem(entry, inside, path):
            yield f"{wanted!r}: {problem}"
    known = known_counts(path)
    things = [each for each in things if value_of(each) not in known]
    for each in numbers + things:
        if each.span() not in covered:
            around = text[max(0, each.start() - 60) : each.end() + 20]
            yield f"{each.group()!r} in {around!r} has no source in tests/notebooks/claims.toml"


@pytest.mark.parametrize("path", [*NOTEBOOKS, *PAGES], ids=name_of)
def test_every_number_in_prose_has_a_source(path):
    assert list(problems_of(path, prose_of(path), entries(path))) == []


def test_every_entry_is_for_a_file_that_is_there():
    assert {entry["where"] for entry in claims()["claim"]} <= {name_of(path) for path in [*NOTEBOOKS, *PAGES]}


@pytest.mark.parametrize("name", ["digits", "digits-8x8"])
def test_the_facts_about_the_data_are_true(name):
    assert set(claims()["facts"][name]["values"]) <= dataset_facts(name)


def test_the_records_in_the_readme_are_those_that_were_measured():
    assert "\n".join(records_table()) in (ROOT / "README.md").read_text("utf8")


def test_the_results_in_the_readme_hold_a_training_of_today():
    layer_sizes, settings = RUNS["batches of 32, learning rate 0.05, early stopping"]
    train_set, dev_set = split(load_dataset("digits"), 1000, np.random.default_rng(0))
    reached = train(train_set, dev_set, layer_sizes, seed=0, **settings).best_dev_accuracy
    row = re.search(r"batches of 32.*?\| ([\d.]+)% … ([\d.]+)%", (ROOT / "README.md").read_text("utf8"))
    assert float(row[1]) <= round(100 * reached, 1) <= float(row[2])


# Each kind of untruth is found

PROSE = "It takes 3.1 seconds for 95.2 % of 1,234 images, twice as fast as before."
TRUE = {"where": "01", "text": "3.1 seconds for 95.2 %", "is": ["3.14", "0.9518"]}
FASTER = {"where": "01", "text": "twice as fast", "timed": "on paper"}
COUNT = {"where": "01", "text": "1,234 images", "meaning": "a supposition"}


def test_a_claim_with_its_source_passes():
    assert list(problems_of(NOTEBOOKS[0], PROSE, [TRUE, FASTER, COUNT])) == []


@pytest.mark.parametrize(
    ("listed", "problem"),
    [
        ([FASTER, COUNT], "'3.1 seconds' in .* has no source"),
        ([TRUE, COUNT], "'twice as fast' in .* has no source"),
        ([TRUE, FASTER], "'1,234 images' in .* has no source"),
        ([TRUE | {"is": ["3.14", "0.9526"]}, FASTER, COUNT], "'95.2 %' is claimed, and 0.9526 is 0.9526"),
        ([TRUE | {"is": "3.14"}, FASTER, COUNT], "holds 2 numbers, and 1 sources"),
        ([TRUE | {"text": "3.2 seconds"}, FASTER, COUNT], "not in the prose any more"),
        ([TRUE | {"meaning": "two sources"}, FASTER, COUNT], "expected one source"),
        ([TRUE | {"text": "It takes"}, FASTER, COUNT], "without a number"),
        ([{"where": "01", "text": TRUE["text"], "asserted": "1 == 2"}, FASTER, COUNT], "no cell asserts '1 == 2'"),
    ],
)
def test_an_untrue_claim_is_found(listed, problem):
    assert any(re.search(problem, found) for found in problems_of(NOTEBOOKS[0], PROSE, listed))


@pytest.mark.parametrize(
    ("text", "settings", "true"),
    [
        ("under 2 minutes", {"is": "100", "most": True}, True),
        ("under 2 minutes", {"is": "121", "most": True}, False),
        ("more than 12 %", {"is": "0.121", "least": True}, True),
        ("more than 12 %", {"is": "0.119", "least": True}, False),
        ("ten times", {"is": "11.9", "about": 0.2}, True),
        ("ten times", {"is": "12.1", "about": 0.2}, False),
        ("2 MB", {"is": "2.4e6"}, True),
        ("2 MB", {"is": "2.6e6"}, False),
    ],
)
def test_about_and_under_mean_what_they_say(text, settings, true):
    found = list(problems_of(NOTEBOOKS[0], text, [{"where": "01", "text": text, **settings}]))
    assert (found == []) is true
