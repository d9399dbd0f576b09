"""The network inspector in a real JupyterLab, with a real mouse and keyboard."""

import re

import pytest

CELL = """
from pathlib import Path
import helpers
from helpers.storage import load_parameters
from helpers.widgets.network_inspector import NetworkInspector
parameters = load_parameters(Path(helpers.__file__).parents[1] / "notebooks" / "models" / "digits_network.npz")
inspector = NetworkInspector(parameters, dev_set, column=18)
inspector
"""
SMALL = """
from helpers.network import initialize_parameters
from helpers.widgets.network_inspector import NetworkInspector
tiny = load_dataset("digits-8x8")
NetworkInspector(initialize_parameters([64, 4, 10], np.random.default_rng(0)), tiny)
"""
WIDE = """
from helpers.network import initialize_parameters
from helpers.widgets.network_inspector import NetworkInspector
clothes = load_dataset("fashion")
NetworkInspector(initialize_parameters([784, 100, 10], np.random.default_rng(0)), clothes)
"""


def neuron(page, layer, name):
    return page.get_by_role("button", name=re.compile(f"^Layer {layer}, .*neuron {name}: "))


def lines(page):
    return page.locator(".network-view svg path").count()


def test_pointing_lights_up_what_feeds_a_neuron(open_cells):
    page = open_cells(CELL)
    page.get_by_text("image 18 is 3, the network says 5").wait_for()
    page.get_by_text("Neuron 5 of layer 3").wait_for()
    neuron(page, 2, 3).hover()
    page.get_by_text("Neuron 3 of layer 2").wait_for()
    assert (
        page.locator(".network-view .at")
        .get_attribute("title")
        .startswith("Layer 2, relu, neuron 3: Z ")
    )
    assert lines(page) == page.locator(".network-view .adds, .network-view .takes").count() > 0
    neuron(page, 1, 3).hover()
    page.get_by_text("Neuron 3 of layer 1").wait_for()
    assert page.locator(".neuron-view canvas").count() == 3
    assert "weight × pixel of neuron 3" in page.locator(".network-view canvas").get_attribute(
        "aria-label"
    )
    page.mouse.move(5, 5)
    page.get_by_text("Neuron 5 of layer 3").wait_for()


def test_a_choice_stays_and_goes_backward(open_cells):
    page = open_cells(CELL)
    neuron(page, 1, 4).click()
    page.locator(".neuron-view canvas").nth(1).hover(position={"x": 63, "y": 93})
    page.get_by_text(
        re.compile(r"^row 15, column 10: pixels \S+ weights \S+ weight × pixel \S+$")
    ).wait_for()
    page.get_by_role("button", name="Backward", exact=True).click()
    page.get_by_text(re.compile("^dA = sum of weight × dZ over layer 2 = ")).wait_for()
    page.get_by_text(re.compile("^dW = dZ × pixel, ")).wait_for()
    assert neuron(page, 1, 4).get_attribute("aria-pressed") == "true"
    assert page.get_by_text("What comes back to it").is_visible()
    page.get_by_role("button", name="Next mistake").click()
    page.get_by_text(re.compile("^✗ image (?!18 )")).wait_for()


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_the_keyboard_walks_through_the_network(open_cells, app):
    page = open_cells(CELL, app=app)
    neuron(page, 1, 0).focus()
    page.keyboard.press("ArrowDown")
    page.get_by_text("Neuron 1 of layer 1").wait_for()
    page.keyboard.press("ArrowRight")
    page.get_by_text("Neuron 1 of layer 2").wait_for()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.get_by_text("Neuron 9 of layer 2").wait_for()
    assert neuron(page, 2, 9).get_attribute("aria-pressed") == "true"
    neuron(page, 1, 0).click()
    page.locator(".neuron-view canvas").first.focus()
    page.keyboard.press("ArrowUp")
    page.get_by_text(re.compile("^row 13, column 14: pixels ")).wait_for()


@pytest.mark.parametrize(
    ("cell", "width", "height"),
    [(SMALL, 1300, 1100), (WIDE, 700, 1400), (CELL, 700, 1400)],
    ids=["8x8", "wide", "digits"],
)
def test_networks_of_all_sizes_fit(open_cells, cell, width, height):
    page = open_cells(cell, width=width, height=height)
    neuron(page, 1, 3).click()
    page.get_by_text("Neuron 3 of layer 1").wait_for()
    for part in (".network-view", ".neuron-view"):
        assert page.locator(part).evaluate("part => part.scrollWidth - part.clientWidth") <= 1, part


def test_a_step_and_back_by_keyboard(open_cells):
    page = open_cells(CELL, app="notebook")
    page.get_by_text("image 18 is 3, the network says 5").wait_for()
    page.get_by_text("Softmax: the largest Z is subtracted first").wait_for()
    step = page.get_by_role("button", name="Take a step (0.1)")
    assert step.is_hidden()
    page.get_by_role("button", name="Backward", exact=True).focus()
    page.keyboard.press("Enter")
    step.focus()
    page.keyboard.press("Enter")
    page.get_by_text(
        re.compile(r"^Step 1: the probability of 3 goes from \S+ % to \S+ %, the loss")
    ).wait_for()
    page.get_by_text("What the last step did").wait_for()
    assert step.evaluate("node => node === document.activeElement")
    undo = page.get_by_role("button", name="Undo the steps")
    undo.click()
    undo.wait_for(state="hidden")
    page.get_by_text("image 18 is 3, the network says 5").wait_for()
    image = page.get_by_label("Image", exact=True)
    image.focus()
    page.keyboard.press("ArrowUp")
    page.get_by_text(re.compile("image 19 is ")).wait_for()


def test_the_next_mistake_chooses_what_it_was_taken_for(open_cells):
    page = open_cells(CELL)
    neuron(page, 1, 4).click()
    page.get_by_role("button", name="Next mistake").click()
    said = page.locator(".verdict", has_text=re.compile("^✗ image (?!18 )"))
    said.wait_for()
    winner = re.search(r"the network says (\d)", said.inner_text())[1]
    page.get_by_text(f"Neuron {winner} of layer 3").wait_for()
    assert neuron(page, 3, winner).get_attribute("aria-pressed") == "true"
