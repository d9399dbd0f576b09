"""The mistake explorer in a real JupyterLab, with a real mouse and keyboard."""

import re

import pytest

NETWORK = """
from pathlib import Path
import helpers
from helpers.storage import load_parameters
from helpers.widgets.mistake_explorer import MistakeExplorer
parameters = load_parameters(Path(helpers.__file__).parents[1] / "notebooks" / "models" / "digits_network.npz")
"""
ONE = f"{NETWORK}explorer = MistakeExplorer(parameters, dev_set, train_set)\nexplorer"
TWO = f"""{NETWORK}
from helpers.network import Layer
noise = np.random.default_rng(0)
blurred = [Layer(W + 0.05 * noise.standard_normal(W.shape), b) for W, b in parameters]
names = ("the trained network", "a disturbed one")
explorer = MistakeExplorer(parameters, dev_set, train_set, other=blurred, names=names)
explorer"""


def verdicts(page):
    """What the cards say, such as [["✗ says 7 (99.8 %)", "is 9"], ...]."""
    page.locator(".mistake-explorer article").first.wait_for()
    return page.locator(".mistake-explorer article").evaluate_all(
        "cards => cards.map(card => [card.children[0].textContent, card.children[1].textContent])"
    )


def cell(page, words):
    return page.get_by_role("button", name=re.compile(words))


def test_a_click_on_a_cell_shows_its_images(open_cells):
    page = open_cells(ONE, "print(explorer.doubtful)")
    chosen = cell(page, "^true digit 9, predicted 7: 9 images$")
    chosen.click()
    page.get_by_text("Images 1 to 6 of 9, page 1 of 2").wait_for()
    assert chosen.get_attribute("aria-pressed") == "true"
    shown = verdicts(page)
    assert len(shown) == 6
    assert all(said.startswith("✗ says 7 (") and true == "is 9" for said, true in shown)

    page.get_by_role("button", name="Next ▶").click()
    page.get_by_text("Images 7 to 9 of 9, page 2 of 2").wait_for()
    page.locator(".mistake-explorer article").nth(3).wait_for(state="detached")
    page.get_by_label("label is arguably wrong").first.check()
    page.get_by_text("1 marked as arguably wrong").wait_for()
    column = page.locator(".mistake-explorer article").first.get_attribute("data-column")
    page.evaluate("async () => { await jupyterapp.commands.execute('notebook:move-cursor-down') }")
    page.locator(".jp-CodeCell").nth(2).click()
    page.evaluate("async () => { await jupyterapp.commands.execute('notebook:run-cell') }")
    page.get_by_text(f"[{column}]", exact=True).wait_for()


def test_counts_of_three_digits_are_seen_whole(open_cells):
    large = "all_of_it = Dataset(np.hstack([train_set.X, dev_set.X]), np.r_[train_set.labels, dev_set.labels])"
    page = open_cells(
        f"{NETWORK}from helpers.data import Dataset\n{large}\nMistakeExplorer(parameters, all_of_it)"
    )
    menu = page.locator(".confusion-menu")
    menu.wait_for()
    assert menu.evaluate("element => element.scrollWidth - element.clientWidth") == 0


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_the_keyboard_walks_in_the_matrix(open_cells, app):
    page = open_cells(ONE, app=app)
    first = cell(page, "^all images of the group$")
    first.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.get_by_text("Images 1 to 1 of 1, page 1 of 1").wait_for()
    assert (
        cell(page, "^true digit 1, predicted 2: 1 image$").get_attribute("aria-pressed") == "true"
    )
    assert (
        page.get_by_label("Predicted", exact=True).evaluate("list => list.selectedOptions[0].text")
        == "2"
    )
    page.keyboard.press("Enter")
    page.get_by_text("Images 1 to 6 of 104, page 1 of 18").wait_for()


def test_two_networks_side_by_side(open_cells):
    page = open_cells(TWO)
    shown = verdicts(page)
    assert all(
        "✓ the trained network: " in said and "✗ a disturbed one: " in said for said, _ in shown
    )
    page.get_by_label("Show", exact=True).select_option("new mistakes of the trained network")
    page.locator(".mistake-explorer .verdicts", has_text="✗ the trained network: ").first.wait_for()
    assert all("✓ a disturbed one: " in said for said, _ in verdicts(page))


@pytest.mark.parametrize(("width", "height"), [(1300, 1000), (700, 1400)])
def test_nothing_sticks_out(open_cells, width, height):
    page = open_cells(TWO, width=width, height=height)
    verdicts(page)
    wide = page.locator(
        ".confusion-menu, .mistake-explorer, .mistake-explorer article"
    ).evaluate_all(
        "parts => parts.filter(part => part.scrollWidth > part.clientWidth + 1).map(part => part.className)"
    )
    assert wide == []


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_lists_and_pages_obey_the_keyboard(open_cells, app):
    page = open_cells(ONE, app=app)
    verdicts(page)
    page.get_by_label("True", exact=True).focus()
    page.keyboard.press("9")
    page.get_by_text(re.compile("^Images 1 to 6 of (?!104)")).wait_for()
    assert page.get_by_label("Sort by").input_value() == "surest first"
    page.get_by_label("Sort by").focus()
    page.keyboard.press("ArrowDown")
    assert page.get_by_label("Sort by").input_value() == "least sure first"
    page.get_by_label("Page", exact=True).focus()
    page.keyboard.press("ArrowUp")
    page.get_by_text(re.compile("page 2 of")).wait_for()
    box = page.get_by_label("label is arguably wrong").first
    box.focus()
    page.keyboard.press(" ")
    page.get_by_text("1 marked as arguably wrong").wait_for()
    fold = page.locator(".mistake-explorer summary")
    fold.focus()
    page.keyboard.press("Enter")
    page.locator(".mistake-explorer dt").first.wait_for()


def test_from_a_card_to_the_nearest_images_and_into_the_network(open_cells):
    page = open_cells(ONE)
    first = page.locator(".mistake-explorer article").first
    column = first.get_attribute("data-column")
    first.get_by_role("button", name="Nearest").click()
    page.get_by_text(f"The nearest of 4,000 training images to image {column}").wait_for()
    assert page.locator(".mistake-explorer .near figure").count() == 8
    first.get_by_role("button", name="Look inside").focus()
    page.keyboard.press("Enter")
    page.locator(".network-inspector .verdict", has_text=f"image {column} is").wait_for()


def test_a_cell_of_the_diagonal_shows_right_images_and_says_so(open_cells):
    page = open_cells(ONE)
    cell(page, "^true digit 3, predicted 3: ").click()
    page.locator(".verdicts", has_text="✓ says 3").first.wait_for()
    assert page.get_by_label("Show", exact=True).input_value() == "every image"


def test_a_kernel_that_is_gone_is_told(open_cells):
    page = open_cells(ONE)
    verdicts(page)
    page.evaluate(
        "async () => { await jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart() }"
    )
    cell(page, "^true digit 9, predicted 7: ").click()
    page.locator(".mistake-explorer .notice", has_text="run this cell again").wait_for(
        timeout=15_000
    )
    assert page.locator(".mistake-explorer .body.late").count() == 1
