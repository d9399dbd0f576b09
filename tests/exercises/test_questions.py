"""The questions after the summaries: what each objective is tested by, the cells, the sentences, the printed page."""

import re
from collections import Counter

import nbformat
import pytest
import questions as printed
from exercise_cells import NOTEBOOKS, all_exercises

from helpers.exercises import check_question, progress
from helpers.exercises.questions import QUESTIONS

# What tests each objective: the words by which its line under "What you'll learn" begins, then exercises and questions.
# A line is said to be tested by what asks for the thing itself, not by what could be solved without it.
TESTED = {
    0: {
        "what the parts of such a program are": "0.a",
        "what the learning rate and the layer sizes do": "0.b",
        "which notebook of this series derives": "0.c",
    },
    1: {
        "how an image becomes a row of a table": "1.1 1.2 1.3 1.d",
        "what `axis` means in NumPy, and how the type": "1.2 1.c",
        "why a program is judged on examples": "1.5 1.a 1.b",
    },
    2: {
        "what a weighted sum can see": "2.a",
        "how a neuron, a layer and a whole network": "2.1 2.2 2.3",
        "why a network starts from random numbers": "2.4 2.b",
        "how softmax and cross-entropy put a price": "2.5 2.c 2.d",
    },
    3: {
        "what a slope tells you about a weight": "3.1 3.a",
        "the chain rule, used backwards": "3.4 3.5",
        "why softmax and cross-entropy together": "3.2 3.b",
        "where each transpose comes from": "3.3 3.4",
        "how to catch a wrong gradient": "3.c 3.d",
    },
    4: {
        "what gradient descent is": "4.5 4.a",
        "what the learning rate and the layer sizes do": "4.1 4.b 4.c",
        "why small random batches get further": "4.d",
        "what overfitting looks like": "4.3 4.4",
        "how much is luck": "4.e",
    },
    5: {
        "how to read a confusion matrix": "5.1 5.2",
        "how far to trust an accuracy": "5.a 5.b",
        "that a network can be sure and wrong": "5.3",
        "what pictures of weights": "5.c 5.d",
        "how a drawing becomes an image": "5.5",
    },
    6: {
        "how to compare settings": "6.1 6.2 6.a",
        "what happens on the way": "6.b",
        "that the network of this series gains nothing": "6.c",
        "where He's initial weights come from": "6.4",
        "why the best of many runs": "6.5 6.d",
        "what to do first with new data": "6.e",
    },
    7: {
        "what carries over": "7.1 7.a",
        "how to take a disturbance apart": "7.b",
        "what training on disturbed images buys": "7.c",
        "what a confidence of 99 %": "7.3 7.d",
        "how one more line of backpropagation": "7.4",
        "which mistakes in a CSV file": "7.e",
    },
    8: {
        "nine small tools": "8.11",
        "in which order to ask": "8.a",
        "what each bug costs": "8.b",
        "how to read a gradient check": "8.7 8.8 8.c",
    },
    9: {
        "how to stand a digit upright": "9.1 9.2 9.3 9.c 9.d",
        "what each idea buys": "9.a",
        "where parameters are well spent": "9.5",
        "how to report a record": "9.b",
    },
}
NUMBERED = [path for path in NOTEBOOKS if path.stem[:2].isdigit()]
CELLS = {int(path.stem[:2]): nbformat.read(path, as_version=4).cells for path in NUMBERED}
FOUND = {key: one for found in printed.read_questions().values() for key, one in found.items()}
per_notebook = pytest.mark.parametrize("number", CELLS)
per_question = pytest.mark.parametrize("key", QUESTIONS)


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    """The checks write their progress file into the current folder."""
    monkeypatch.chdir(tmp_path)


def objectives(cells):
    """The lines under "What you'll learn"."""
    text = "\n".join(cell.source for cell in cells[:5] if cell.cell_type == "markdown")
    lines = re.search(r"^\*\*What you'll learn\*\*\n+((?:- .+\n)+)", text, re.MULTILINE)
    return re.findall(r"^- (.+)", lines[1], re.MULTILINE)


@per_notebook
def test_every_objective_is_tested_by_an_exercise_or_a_question(number):
    begin, tests = list(TESTED[number]), list(TESTED[number].values())
    lines = objectives(CELLS[number])
    assert len(lines) == len(begin)
    assert all(map(str.startswith, lines, begin)), "does what is named in TESTED still test it?"
    known = {*(exercise.key for exercise in all_exercises()), *QUESTIONS}
    named = [key for keys in tests for key in keys.split()]
    assert {key.split(".")[0] for key in named} == {str(number)}
    assert set(named) <= known
    assert {key for key in QUESTIONS if key.split(".")[0] == str(number)} <= set(named)


@per_notebook
def test_each_question_stands_above_its_cell_after_the_summary(number):
    cells = CELLS[number]
    (last,) = [place for place, cell in enumerate(cells) if "## On your own" in cell.source]
    (first,) = [place for place, cell in enumerate(cells) if "## Ask yourself" in cell.source]
    assert cells[first].source.startswith("## Ask yourself\n")
    assert cells[last].source.startswith("## On your own\n")
    assert any("## Summary" in cell.source for cell in cells[:first])
    keys = [key for key in QUESTIONS if key.split(".")[0] == str(number)]
    assert keys == [f"{number}.{letter}" for letter in "abcde"[: len(keys)]]
    assert len(keys) >= 3
    if number == 0:  # it needs no helper: the answers fold open
        assert last == first + 1
        return
    assert last == first + 2 * len(keys)
    for key, asked, check in zip(
        keys, cells[first:last:2], cells[first + 1 : last : 2], strict=True
    ):
        assert re.findall(r"^\*\*Question (.+?)\.\*\*", asked.source, re.MULTILINE) == [key]
        assert check.source.endswith(f'check_question("{key}", "...")')
        assert len(check.source.splitlines()) <= 3


@per_question
def test_one_option_is_right_and_each_has_a_sentence_of_its_own(key):
    _, options = FOUND[key]
    right, *sentences = QUESTIONS[key]
    assert "".join(options) == "ABCD"[: len(sentences)]
    assert 3 <= len(set(options.values())) == len(options)
    said = {letter: check_question(key, letter) for letter in options}
    assert [letter for letter in said if said[letter].state == "solved"] == [right]
    assert {said[letter].state for letter in options if letter != right} == {"not yet"}
    assert [said[letter].mistake for letter in options if letter != right] == [
        letter for letter in options if letter != right
    ]
    assert [one.message for one in said.values()] == sentences
    assert len(set(sentences)) == len(sentences)
    assert all(len(sentence) > 20 and sentence[-1] not in ".!?" for sentence in sentences)


def test_neither_the_letter_nor_the_length_gives_the_answer_away():
    rights = Counter(right for right, *_ in QUESTIONS.values())
    assert min(rights[letter] for letter in "ABCD") > len(QUESTIONS) / 8
    longest = [max(options, key=lambda one: len(options[one])) for _, options in FOUND.values()]
    hits = sum(QUESTIONS[key][0] == letter for key, letter in zip(FOUND, longest, strict=True))
    assert hits < len(QUESTIONS) / 2


def test_the_folds_of_notebook_0_say_the_same_sentences():
    text = "\n".join(cell.source for cell in CELLS[0])
    said = re.findall(r"<summary>[A-D]\. .+</summary>\n\n(.+)\.\n\n</details>", text)
    there = [sentence for key in QUESTIONS if key[0] == "0" for sentence in QUESTIONS[key][1:]]
    assert [sentence[0].lower() + sentence[1:] for sentence in said] == there


@per_question
def test_an_unanswered_cell_passes_and_notes_nothing(key, tmp_path):
    for blank in ("...", ..., " ... "):
        verdict = check_question(key, blank)
        assert (verdict.state, verdict.mistake) == ("open", None)
    assert repr(verdict).startswith(f"○ Question {key} is open: put the letter")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_letter_is_named():
    assert check_question("4.a", " b ").state == "solved"
    for answer in ("E", "", 2, None, ["B"], "AB"):
        verdict = check_question("4.a", answer)
        assert verdict.state == "open"
        assert verdict.message == f"your answer is {answer!r}, expected one of A, B, C, D"
    with pytest.raises(ValueError, match=r"^key is '4\.z', expected one such as '4\.a'"):
        check_question("4.z", "A")


def test_progress_shows_answers_beside_the_exercises():
    before = repr(progress())
    check_question("4.b", "A")
    check_question("2.a", "C")
    after = repr(progress())
    assert after.splitlines()[:-1] == before.splitlines()[:-1], "no exercise is solved by it"
    assert after.endswith("\nquestions:  ✓ 2.a  ✗ 4.b; ○ open, ✗ not yet, ✓ solved")
    assert "questions:  ✗ 4.b; " in progress(4)._repr_html_()
    assert "questions" not in repr(progress(1)) + before


def test_the_page_has_what_the_cells_have_and_then_the_key():
    page = printed.document(printed.read_questions())
    assert not re.search(r"https?:|src=|<link|<script", page)
    questions, key = page.split("<h1>The key, not for learners</h1>")
    assert questions.count('<section class="page">') == len(NUMBERED)
    assert list(FOUND) == list(QUESTIONS)
    plain = re.sub(r"</?code>", "`", questions)
    for name, (question, options) in FOUND.items():
        asked = f"<p><b>{name}</b> {printed.html.escape(question, quote=False)}</p><ol>"
        assert asked in plain
        items = plain.split(asked)[1].split("</ol>")[0]
        assert items == "".join(
            f"<li>{printed.html.escape(option, quote=False)}</li>" for option in options.values()
        )
        right, *sentences = QUESTIONS[name]
        assert f"<b>{name}: {right}</b>" in key
        assert all(printed.text(sentence) in key for sentence in sentences)
        assert not any(printed.text(sentence) in questions for sentence in sentences)
