"""The sheets to compute by hand: their key, their numbers, and what is printed."""

import re
from fractions import Fraction
from operator import mul

import numpy as np
import pytest
import worksheet

PARAMETERS = ("W1", "b1", "W2", "b2")
NODES = {"dZ1": "Z1", "dA1": "A1", "dZ2": "Z2"}
CELL = re.compile(r"<td>(.*?)</td>")


@pytest.fixture(scope="module")
def sheets():
    return worksheet.draw(30, seed=0)


def numbers(answer):
    return np.ravel(answer).tolist()


def compute(given, **fixed):
    """Return Z1, A1, Z2 and the loss; what is fixed is taken instead of its own formula."""
    known = {name: array + Fraction() for name, array in given.items()} | fixed
    known.setdefault("Z1", known["W1"] @ known["X"] + known["b1"])
    known.setdefault("A1", np.where(known["Z1"] > 0, known["Z1"], Fraction(0)))
    known.setdefault("Z2", known["W2"] @ known["A1"] + known["b2"])
    known["J"] = ((known["Z2"] - known["Y"]) ** 2).sum() / 2 / known["Y"].shape[1]
    return known


def slopes(given, name):
    """Return the loss's slope at each entry, by central differences: exact, as no ReLU is near its kink."""
    values, step = compute(given)[name], Fraction(1, 1000)
    measured = np.empty(values.shape, dtype=object)
    for index in np.ndindex(values.shape):
        up, down = values.copy(), values.copy()
        up[index] += step
        down[index] -= step
        rise = compute(given, **{name: up})["J"] - compute(given, **{name: down})["J"]
        measured[index] = rise / (2 * step)
    return measured


def test_forward_numbers_are_those_of_one_neuron_after_the_other(sheets):
    for given, key in sheets:
        for image in range(2):
            values = given["X"][:, image].tolist()
            for layer in "12":
                W, b = given[f"W{layer}"].tolist(), given[f"b{layer}"].ravel().tolist()
                values = [sum(map(mul, row, values)) + bias for row, bias in zip(W, b, strict=True)]
                assert values == key[f"Z{layer}"][:, image].tolist()
                if layer == "1":
                    values = [max(0, z) for z in values]
                    assert values == key["A1"][:, image].tolist()


def test_the_loss_is_half_the_mean_squared_distance(sheets):
    for given, key in sheets:
        left, right = (abs(z - y) ** 2 for z, y in zip(key["Z2"].T, given["Y"].T, strict=True))
        assert key["J"] == Fraction(sum(left) + sum(right), 4)


def test_every_slope_of_the_key_is_how_the_loss_changes(sheets):
    for given, key in sheets:
        for name in (*(f"d{name}" for name in PARAMETERS), *NODES):
            assert numbers(slopes(given, NODES.get(name, name[1:]))) == numbers(key[name]), name


def test_the_self_check_and_the_step_come_out(sheets):
    for given, key in sheets:
        assert (key["above"] - key["below"]) / 2 == key["dW2"][0, 0] != 0
        assert numbers(10 * (given["W2"] - key["new W2"])) == numbers(key["dW2"])


def test_no_two_sheets_have_the_same_question_or_answer(sheets):
    for name in ("Z1", "dW1"):
        assert len({str(key[name]) for _, key in sheets}) == len(sheets) == 30
    assert str(worksheet.draw(2, seed=0)) == str(sheets[:2]) != str(worksheet.draw(2, seed=1))


def test_numbers_are_small_and_every_image_has_a_silent_neuron(sheets):
    for given, key in sheets:
        for name, answer in key.items():
            assert all(abs(x) <= 20 for x in numbers(answer))
            largest = {"new W2": 10, "J": 4, "above": 4, "below": 4}.get(name, 1)
            assert all(largest % x.denominator == 0 for x in numbers(answer)), name
        speaks = key["A1"] > 0
        assert speaks.any(axis=0).all()
        assert not speaks.all(axis=0).any()
        assert speaks.any(axis=1).all()
        assert 0 not in numbers(key["Z1"])
        assert sorted(given["Y"].tolist()) == [[0, 1], [1, 0]]


@pytest.mark.parametrize("name", ["Z1", "A1", "Z2", "J", "dW1", "db1", "dW2", "db2", "new W2"])
def test_a_wrong_key_is_not_printed(sheets, name):
    given, key = sheets[0]
    worksheet.check(given, key)
    wrong = np.array(key[name], dtype=object)  # a copy
    wrong[(-1,) * wrong.ndim] += Fraction(1, 100)
    with pytest.raises(ValueError, match=f"^{name} of the key"):
        worksheet.check(given, key | {name: wrong})


def test_the_page_has_two_pages_a_sheet_without_answers_and_then_the_key(sheets):
    html = worksheet.document(sheets)
    assert not re.search(r"https?:|src=|<link|<script", html)
    *pages, last = re.findall(r'<section class="page">.*?</section>', html, re.DOTALL)
    assert len(pages) + 1 == 60
    assert ".page { height: 240mm; overflow: hidden; break-after: page }" in html
    tables = html.index("Key: pages from 61 on")
    assert html.index(last) < tables
    for (given, _), forward, backward in zip(sheets, pages[::2], [*pages[1::2], last], strict=True):
        shown = [x for name in ("X", *PARAMETERS, "Y") for x in numbers(given[name])]
        assert [Fraction(x.replace("−", "-")) for x in CELL.findall(forward) if x] == shown
        assert not any(CELL.findall(backward))
    blocks = html[tables:].split("<b>Sheet ")[1:]
    for (_, key), block in zip(sheets, blocks, strict=True):
        names = ["Z1", "A1", "Z2", "dZ2", "db2", "dW2", "dA1", "dZ1", "dW1", "db1", "new W2"]
        printed = [x for name in names for x in numbers(key[name])]
        assert [Fraction(x.replace("−", "-")) for x in CELL.findall(block)] == printed
        losses = re.findall(r"(?:=|1:) ([\d.]+)", block)[:3]
        assert list(map(Fraction, losses)) == [key["J"], key["above"], key["below"]]


def test_the_command_writes_one_file_and_refuses_a_class_of_none(tmp_path, capsys):
    worksheet.main(["--class", "2", "--to", str(tmp_path / "new" / "sheets.html")])
    assert "2 sheets of two pages" in capsys.readouterr().out
    text = (tmp_path / "new" / "sheets.html").read_text("utf8")
    assert text == worksheet.document(worksheet.draw(2, seed=0))
    with pytest.raises(SystemExit):
        worksheet.main(["--class", "0", "--to", str(tmp_path / "none.html")])
    assert "--class is 0, expected a number from 1 to 500" in capsys.readouterr().err
