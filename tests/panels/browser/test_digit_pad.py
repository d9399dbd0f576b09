"""The digit pad under a real mouse, a real keyboard and a real file dialog."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.drawing import draw_strokes, sample_strokes

MODEL = Path(__file__).parents[3] / "notebooks" / "models" / "digits_network.npz"
CELL = f"""
from helpers.storage import load_parameters
from helpers.widgets import DigitPad
pad = DigitPad(load_parameters({str(MODEL)!r}), train_set)
pad
"""
BLACK_PIXELS = """() => {
    const board = document.querySelector('.pad-canvas');
    const pixels = board.getContext('2d').getImageData(0, 0, board.width, board.height).data;
    return pixels.filter((value, i) => i % 4 === 0 && value < 128).length * (280 / board.width) ** 2 }"""


@pytest.fixture
def pad(open_cells):
    """The page with the digit pad in it, its example on the board."""
    page = open_cells(CELL)
    page.locator(".digit-pad .pad-canvas").scroll_into_view_if_needed()
    says(page, "says 7")
    return page


def says(page, words):
    page.locator(".pad-sentence", has_text=re.compile(words)).wait_for(timeout=10_000)


def draw(page, points):
    """Draw one stroke with the mouse; points on the board of 280 by 280."""
    box = page.locator(".pad-canvas").bounding_box()
    places = [(box["x"] + x, box["y"] + y) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def top_bar(page):
    return page.locator(".pad-bar.pad-top .pad-name").inner_text()


def test_a_seven_drawn_with_the_mouse_is_a_seven_and_can_be_undone(pad):
    pad.get_by_role("button", name="Clear", exact=True).click()
    says(pad, "Draw a digit")
    assert pad.locator(".pad-top").count() == 0
    draw(pad, [(80, 64), (205, 58)])
    draw(pad, [(205, 58), (160, 140), (126, 236)])
    says(pad, "says 7")
    assert top_bar(pad) == "▶ 7"
    assert pad.locator(".pad-stages figure").count() == 5
    pad.wait_for_function("""() => [...document.querySelectorAll('.pad-nearest figcaption')].slice(0, 4)
        .map((label) => label.textContent).join('') === '7777'""")
    pad.get_by_role("button", name="Undo", exact=True).click()
    pad.locator(".pad-sentence", has_not_text="says 7").wait_for()
    assert 125 * 20 < pad.evaluate(BLACK_PIXELS) < 155 * 20
    pad.get_by_role("button", name="Undo", exact=True).click()
    says(pad, "Draw a digit")
    assert pad.evaluate(BLACK_PIXELS) == 0
    pad.get_by_role("button", name="Undo", exact=True).click()
    says(pad, "says 7")


def test_bars_follow_while_the_pen_is_still_down(pad):
    box = pad.locator(".pad-canvas").bounding_box()
    pad.mouse.move(box["x"] + 140, box["y"] + 40)
    pad.mouse.down()
    pad.mouse.move(box["x"] + 136, box["y"] + 240, steps=20)
    says(pad, "says 1")
    pad.mouse.up()


def test_a_finger_draws_and_does_not_scroll(pad):
    pad.get_by_role("button", name="Clear", exact=True).click()
    box = pad.locator(".pad-canvas").bounding_box()
    finger = pad.context.new_cdp_session(pad)
    for kind, down in [
        ("touchStart", 40),
        *[("touchMove", y) for y in range(50, 240, 10)],
        ("touchEnd", None),
    ]:
        points = [] if down is None else [{"x": box["x"] + 140, "y": box["y"] + down}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    says(pad, "says 1")
    assert 180 * 20 < pad.evaluate(BLACK_PIXELS) < 220 * 20
    assert pad.locator(".pad-canvas").bounding_box() == box


def test_a_photo_is_loaded_and_a_broken_file_is_explained(pad):
    shade = 0.55 + 0.3 * np.arange(300) / 300
    photo = shade * (1 - 0.8 * (1 - draw_strokes(sample_strokes(3), side=300, pen=9)))
    noisy = photo + np.random.default_rng(0).normal(0, 0.02, photo.shape)
    buffer = io.BytesIO()
    Image.fromarray((noisy * 255).clip(0, 255).astype(np.uint8)).save(buffer, "JPEG")
    files = pad.locator(".pad-file")
    files.set_input_files(
        {"name": "three.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}
    )
    says(pad, "says 3")
    assert "Otsu" in pad.locator(".pad-stages figure").nth(1).inner_text()
    files.set_input_files(
        {"name": "three.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()[:900]}
    )
    pad.get_by_role("alert").get_by_text("damaged picture").wait_for()
    says(pad, "says 3")


def test_samples_are_picked_with_the_keyboard_alone(pad):
    pad.locator(".pad-canvas").focus()
    pad.keyboard.press("4")
    says(pad, "says 4")
    for _ in range(5):  # Undo, Clear, Load image…, pen width, samples
        pad.keyboard.press("Tab")
    for _ in range(2):
        pad.keyboard.press("ArrowRight")
    pad.keyboard.press("Enter")
    says(pad, "says 2")
    pad.keyboard.press("Control+z")
    says(pad, "says 4")
    assert pad.locator(".jp-CodeCell").count() == 2  # none of the keys reached the notebook
