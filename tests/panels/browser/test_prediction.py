"""Predictions and the reading test in a real JupyterLab, with a real mouse and keyboard."""

import re

import pytest

IMPORT = "from helpers.widgets import Prediction, ReadingTest\n"
READING = """
from pathlib import Path
import helpers
from helpers.data import Dataset
from helpers.robustness import perturb
from helpers.storage import load_parameters
from helpers.widgets import ReadingTest
parameters = load_parameters(Path(helpers.__file__).parents[1] / "notebooks" / "models" / "digits_network.npz")
count = 3
with_gaps = perturb(dev_set.X[:, START : START + count], "occlusion", 14)
reading = ReadingTest(Dataset(with_gaps, dev_set.labels[START : START + count]), parameters)
reading"""


def asked(call):
    """The cell that makes and shows a prediction."""
    return f"{IMPORT}guess = {call}\nguess"


def run_cell(page, number):
    page.locator(".jp-CodeCell").nth(number).click()
    page.evaluate("async () => { await jupyterapp.commands.execute('notebook:run-cell') }")


def words(page, text):
    page.locator(".prediction .words", has_text=text).wait_for()


def lock(page):
    page.get_by_role("button", name="Lock it in").click()


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_choice_by_keyboard(open_cells, app):
    question = f"Better, as well or worse in {app}?"
    page = open_cells(asked(f'Prediction("{question}", ["better", "as well", "worse"])'), app=app)
    button = page.get_by_role("button", name="Lock it in")
    assert button.is_disabled()
    page.get_by_role("radio", name="better").focus()
    for key in (" ", "ArrowDown", "Tab"):
        page.keyboard.press(key)
    assert button.evaluate("button => button === document.activeElement")
    page.keyboard.press("Enter")
    words(page, "Locked.")
    page.get_by_text("as well (your guess)").wait_for()
    assert page.get_by_role("radio").count() == 0


def test_a_number_by_mouse_and_what_is_measured_laid_over_it(open_cells):
    page = open_cells(
        asked('Prediction("By mouse?", high=100, unit="%")'), "guess.guess", "guess.reveal(63.1)"
    )
    words(page, "It is measured: lock your guess in")
    assert "63.1" not in page.locator(".prediction").inner_text()
    box = page.locator(".prediction svg").bounding_box()
    page.mouse.click(box["x"] + 16 + 0.25 * (box["width"] - 32), box["y"] + 50)
    assert page.get_by_label("Your guess").input_value() == "25"
    page.mouse.move(box["x"] + 16 + 0.25 * (box["width"] - 32), box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 16 + 0.5 * (box["width"] - 32), box["y"] + 40, steps=5)
    page.mouse.up()
    assert page.get_by_label("Your guess").input_value() == "50"
    lock(page)
    words(page, "You expected 50 %; measured: 63.1 %.")
    drawn = page.locator(".prediction svg text").all_text_contents()
    assert {"you 50 %", "measured 63.1 %"} <= set(drawn)
    run_cell(page, 2)
    page.get_by_text("50.0", exact=True).wait_for()


def test_a_number_by_keyboard(open_cells):
    page = open_cells(asked('Prediction("By keyboard?", low=1, high=1e12, log=True)'))
    field = page.get_by_label("Your guess")
    field.fill("0.5")
    assert page.get_by_role("button", name="Lock it in").is_disabled(), "below the lower end"
    field.fill("1e9")
    field.press("Enter")
    words(page, "Locked.")
    assert "you 1e9" in page.locator(".prediction svg text").all_text_contents()


def test_a_locked_guess_is_there_when_the_cell_runs_again(open_cells):
    page = open_cells(asked('Prediction("Again?", [1, 2])'))
    page.get_by_role("radio", name="2").check()
    lock(page)
    words(page, "Locked.")
    run_cell(page, 1)
    page.get_by_text("2 (your guess)").wait_for()
    words(page, "Locked.")
    assert page.get_by_role("button", name="Lock it in").count() == 0


CURVE = """Prediction("{}", x=range(1, 101), high=2, xlabel="epoch", ylabel="loss")"""


def test_a_curve_is_drawn_with_the_mouse(open_cells):
    reveal = "guess.reveal([1.0] * 100)"
    page = open_cells(asked(CURVE.format("Drawn?")), reveal, "print(*guess.guess)")
    box = page.locator(".prediction svg").bounding_box()
    left, right, low, top = (
        box["x"] + 52,
        box["x"] + box["width"] - 16,
        box["y"] + 200,
        box["y"] + 24,
    )
    page.mouse.move(left - 10, low)
    page.mouse.down()
    page.mouse.move(left + (right - left) / 2, top, steps=3)
    page.mouse.up()
    assert page.get_by_role("button", name="Lock it in").is_disabled(), "half of it is not drawn"
    page.mouse.move(left + (right - left) / 2, top)
    page.mouse.down()
    page.mouse.move(right + 10, low, steps=4)
    page.mouse.up()
    lock(page)
    words(page, re.compile("^On average your curve is 0.[45]"))
    assert page.locator(".prediction svg path.measured").count() == 1
    run_cell(page, 3)
    output = page.locator(".jp-CodeCell").nth(3).locator(".jp-OutputArea-output")
    output.wait_for()
    drawn = [float(text) for text in output.inner_text().split()]
    assert len(drawn) == 13
    assert drawn[6] == pytest.approx(2, abs=0.1)
    assert drawn[0] == pytest.approx(0, abs=0.25)
    assert drawn[:7] == sorted(drawn[:7])
    assert drawn[6:] == sorted(drawn[6:], reverse=True)


def test_a_curve_is_drawn_with_the_keyboard(open_cells):
    page = open_cells(
        asked('Prediction("By keys?", x=[0, 1, 2], ylabel="loss", xlabel="t")'),
        "guess.reveal([0.5, 0.6, 0.7])",
    )
    heights = page.locator(".prediction input[type=range]")
    assert (
        heights.evaluate_all(
            "all => all.map(one => one.ariaValueText ?? one.getAttribute('aria-valuetext'))"
        )
        == ["not drawn yet"] * 3
    )
    page.get_by_label("loss at t 0").focus()
    for _ in range(3):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    words(page, "On average your curve is 0.0")


def test_digits_are_read_by_mouse_and_keyboard(open_cells):
    page = open_cells(READING.replace("START", "40"))
    page.get_by_text("Image 1 of 3").wait_for()
    page.get_by_role("button", name="4", exact=True).click()
    page.get_by_role("button", name="80 %").click()
    page.get_by_text("Image 2 of 3").wait_for()
    page.get_by_role("button", name="0", exact=True).focus()
    page.keyboard.press("7")
    assert page.get_by_role("button", name="7", exact=True).get_attribute("aria-pressed") == "true"
    page.keyboard.press("Enter")  # the first of the ten levels has the focus
    page.get_by_text("Image 3 of 3").wait_for()
    page.keyboard.press("1")
    for _ in range(9):
        page.keyboard.press("Tab")
    page.keyboard.press(" ")
    page.get_by_text("All 3 are read.").wait_for()
    page.get_by_text(re.compile(r"^you: \d of 3 right, sure to 63% on average")).wait_for()
    picture = page.locator(".reading-test img")
    picture.wait_for()
    assert (
        picture.evaluate("async image => { await image.decode(); return image.naturalWidth }") > 500
    )
    assert "Reliability diagram" in picture.get_attribute("alt")


def test_a_kernel_that_is_gone_is_told(open_cells):
    page = open_cells(asked('Prediction("Gone?", [1, 2])'))
    page.evaluate(
        "async () => { await jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart() }"
    )
    page.get_by_role("radio", name="2").check()
    lock(page)
    page.get_by_text("No answer for ten seconds.").wait_for()
