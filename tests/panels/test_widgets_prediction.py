"""The prediction without a browser: what it accepts, keeps and tells, and what it keeps to itself."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("anywidget", reason="the panels need anywidget")

from helpers.exercises import progress
from helpers.internals.progress_file import FILE, read_guesses
from helpers.widgets import Prediction

ROOT = Path(__file__).parents[2]
X = [0, 0.5, 2]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def choice():
    return Prediction("Better or worse?", ["better", "worse"])


def number_():
    return Prediction("How many?", high=100, unit="%")


def curve():
    return Prediction("Which way?", x=X, low=-1, high=1, xlabel="t", ylabel="loss")


KINDS = {
    "choice": (choice, "better", "worse", "You expected better; it is worse."),
    "number": (number_, 25, 63.14, "You expected 25 %; measured: 63.1 %."),
    "curve": (
        curve,
        [0, 0.5, 1],
        [0, 0.2, -2],
        "On average your curve is 1.1 away from what was measured.",
    ),
}


def browser(guess, value):
    """What the browser sends when its button is pressed."""
    guess.surface._handle_custom_msg({"type": "lock", "guess": value}, [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_guess_is_locked_kept_and_compared(kind):
    make, guessed, measured, sentence = KINDS[kind]
    guess = make()
    assert guess.surface.state == {"locked": False, "revealed": False, "words": ""}
    browser(guess, guessed)
    assert guess.guess == guessed
    assert guess.surface.state["locked"]
    assert guess.surface.state["guess"] == guessed
    assert "cell below" in guess.surface.state["words"]
    guess.reveal(measured)
    assert guess.surface.state["measured"] == measured
    assert guess.surface.state["words"] == sentence
    again = make()
    assert again.surface.state["guess"] == guessed


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_measured_stays_in_the_kernel_until_a_guess_is_locked(kind):
    make, guessed, measured, sentence = KINDS[kind]
    guess = make()
    guess.reveal(measured)
    assert "measured" not in guess.surface.state
    assert "lock your guess" in guess.surface.state["words"]
    browser(guess, guessed)
    assert guess.surface.state["words"] == sentence


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_cell_shows_never_changes(kind):
    make, guessed, measured, _ = KINDS[kind]
    guess = make()
    data, metadata = guess._repr_mimebundle_()
    assert data["text/plain"].startswith(f"✎ {guess.question} ")
    assert guess.question in data["text/html"]
    guess.lock(guessed)
    assert guess.reveal(measured) is None
    assert (data, metadata) == guess._repr_mimebundle_()
    assert make().still()[0]["text/plain"] == data["text/plain"]


def test_a_right_choice_is_said():
    guess = choice()
    guess.lock("worse")
    guess.reveal("worse")
    assert guess.surface.state["words"] == "✓ As you expected: worse."


def test_choices_may_be_numbers():
    guess = Prediction("Which digit?", range(10))
    guess.lock("7")
    guess.reveal(np.int64(7))
    assert guess.surface.state["words"].startswith("✓")


def test_a_long_curve_is_drawn_at_a_few_points():
    rates = np.geomspace(1e-4, 1e4, 50)
    guess = Prediction("Which way?", x=rates, log=True)
    points = np.array(guess.surface.about["points"])
    assert points.shape == (13,)
    np.testing.assert_allclose(np.diff(np.log10(points)), 8 / 12)
    guess.lock([0.5] * 13)
    guess.reveal(np.where(rates > 1, np.nan, 0.75))  # diverged runs have no accuracy
    assert guess.surface.state["measured"][0] == 0.75
    assert guess.surface.state["measured"][-1] is None
    assert guess.surface.state["words"].startswith("On average your curve is 0.25 away")
    json.dumps(guess.surface.state, allow_nan=False)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_number_that_is_none_is_said(value):
    guess = number_()
    guess.lock(3)
    guess.reveal(value)
    assert guess.surface.state["words"] == "You expected 3 %; measured: not a number."


NO_GUESS = {
    "another choice": (choice, "equal"),
    "above the end": (number_, 101),
    "no number": (number_, "many"),
    "nothing": (number_, None),
    "too short": (curve, [0, 0]),
    "outside": (curve, [0, 0, 2]),
    "a gap": (curve, [0, None, 0]),
}


@pytest.mark.parametrize("name", NO_GUESS)
def test_another_guess_is_refused_and_not_kept(name):
    make, value = NO_GUESS[name]
    guess = make()
    with pytest.raises((TypeError, ValueError), match="expected"):
        guess.lock(value)
    browser(guess, value)
    assert "expected" in guess.surface.error
    assert guess.guess is None
    assert not Path(FILE).exists()


def test_a_locked_guess_cannot_be_changed():
    guess = number_()
    guess.lock(3)
    browser(guess, 4)
    assert guess.surface.error == "the guess at 'How many?' is locked: 3.0"
    assert guess.guess == 3
    Path(FILE).write_text(Path(FILE).read_text() + '{"prediction": "How many?", "guess": 5}\n')
    assert number_().guess == 3, "the first counts"


@pytest.mark.parametrize(("make", "measured"), [(choice, "equal"), (number_, "x"), (curve, [1, 2])])
def test_a_measurement_of_another_kind_is_refused(make, measured):
    with pytest.raises((TypeError, ValueError), match=r"measured .*expected"):
        make().reveal(measured)


@pytest.mark.parametrize(
    ("arguments", "settings", "says"),
    [
        (["Which?", ["a"]], {}, "two or more different"),
        (["Which?", ["a", "a"]], {}, "two or more different"),
        (["How many?"], {"low": 1, "high": 1}, "the lower first"),
        (["How many?"], {"low": "a"}, "the lower first"),
        (["How many?"], {"log": True}, "more than 0"),
        (["Which way?"], {"x": [1, 0]}, "rising"),
        (["Which way?"], {"x": [1]}, "rising"),
        ([""], {}, "a sentence"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(arguments, settings, says):
    with pytest.raises((TypeError, ValueError), match=says):
        Prediction(*arguments, **settings)


# The progress file, which the exercises use too


def test_guesses_and_verdicts_share_the_file():
    Path(FILE).write_text('{"1.1": "solved"}')
    number_().lock(3)
    assert Path(FILE).read_text().splitlines() == [
        '{"1.1": "solved"}',
        '{"prediction": "How many?", "guess": 3.0}',
    ]
    assert repr(progress()).startswith("1 of ")


@pytest.mark.parametrize(
    "line", ["[" * 100_000, '{"prediction": ' + "[" * 100_000, '{"prediction": 5}', "\0", "{"]
)
def test_a_bad_line_costs_no_guess(line):
    Path(FILE).write_text(f'{line}\n{{"prediction": "How many?", "guess": 3}}\n')
    assert read_guesses() == {"How many?": 3}
    assert number_().guess == 3


@pytest.mark.parametrize("kept", ['"many"', "-1", "null", "[3]", "{}", "NaN"])
def test_a_guess_that_no_longer_fits_is_asked_again(kept):
    Path(FILE).write_text(f'{{"prediction": "How many?", "guess": {kept}}}\n')
    assert number_().guess is None


def test_where_nothing_can_be_noted_the_panel_says_so():
    Path(FILE).mkdir()
    guess = number_()
    guess.lock(3)
    guess.reveal(4)
    assert guess.surface.state["words"] == (
        f"You expected 3 %; measured: 4 %. (It cannot be noted in {FILE}: Is a directory.)"
    )


def test_no_two_questions_of_the_series_are_the_same():
    asked = []
    for path in sorted((ROOT / "notebooks").glob("[!.]*.ipynb")):
        for cell in json.loads(path.read_text("utf8"))["cells"]:
            source = "".join(cell["source"])
            if "= Prediction(" in source:
                asked += re.findall(
                    r'^(?:question = |guess_\w+ = Prediction\(\n? *)"(.+?)"', source, re.M
                )
                assert asked, source
    assert len(asked) > 20
    assert len(set(asked)) == len(asked)
