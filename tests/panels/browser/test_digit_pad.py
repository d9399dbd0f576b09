"""The digit pad under a real mouse, a real keyboard and a real file dialog."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from test_training_lab import run_cell

from helpers.data import load_csv
from helpers.drawing import draw_strokes, sample_strokes

MODEL = Path(__file__).parents[3] / "notebooks" / "models" / "digits_network.npz"
CELL = f"""
from helpers.storage import load_parameters
from helpers.widgets import DigitPad
pad = DigitPad(load_parameters({str(MODEL)!r}), train_set)
pad
"""
BOTH = f"""
from helpers.storage import load_parameters
from helpers.widgets import DigitPad
files = {{"small": {str(MODEL)!r}, "wide": {str(MODEL.with_name("mnist_network.npz"))!r}}}
networks = {{name: load_parameters(path) for name, path in files.items()}}
pad = DigitPad(networks, train_set)
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
    says(pad, "⚠ .*damaged picture.* The board is as it was")
    assert pad.locator(".pad-bars.late").count() == 1
    pad.locator(".pad-canvas").focus()
    pad.keyboard.press("3")
    says(pad, "^The network says 3")


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_samples_are_picked_with_the_keyboard_alone(open_cells, app):
    pad = open_cells(CELL, app=app)
    says(pad, "says 7")
    pad.locator(".pad-canvas").focus()
    pad.keyboard.press("4")
    says(pad, "says 4")
    for _ in range(5):  # Undo, Clear, Load image… (Crop is disabled), pen width, samples
        pad.keyboard.press("Tab")
    for _ in range(2):
        pad.keyboard.press("ArrowRight")
    pad.keyboard.press("Enter")
    says(pad, "says 2")
    pad.keyboard.press("Control+z")
    says(pad, "says 4")
    assert pad.locator(".jp-CodeCell").count() == 2  # none of the keys reached the notebook


def png(image):
    buffer = io.BytesIO()
    Image.fromarray((255 * image).astype(np.uint8)).save(buffer, "PNG")
    return {"name": "picture.png", "mimeType": "image/png", "buffer": buffer.getvalue()}


def two_digits():
    left, right = (draw_strokes(sample_strokes(digit), side=200, pen=18) for digit in (4, 2))
    return np.hstack([left, right])


def test_it_says_why_it_is_unsure_and_draws_again(pad):
    pad.get_by_role("button", name="Clear", exact=True).click()
    draw(pad, [(60, 64), (220, 64)])
    draw(pad, [(60, 200), (220, 200)])
    pad.locator(".pad-doubts li", has_text="2 patches of ink: more than one digit?").wait_for()
    pad.keyboard.press("Control+z")
    pad.locator(".pad-canvas").focus()
    pad.keyboard.press("8")
    says(pad, "says 8")
    pen = pad.get_by_role("slider", name="Pen width")
    pen.focus()
    pad.keyboard.press("End")
    assert pen.get_attribute("aria-valuetext") == "44 of 280 pixels"
    pad.locator(".pad-doubts li", has_text="thicker than in").wait_for()
    again = pad.get_by_role("button", name="Draw it again with a pen of 20")
    again.focus()
    pad.keyboard.press("Enter")
    again.wait_for(state="hidden")
    assert pen.input_value() == "20"
    pad.wait_for_function("() => !document.querySelector('.pad-doubts li')")


@pytest.mark.parametrize("hand", ["mouse", "keyboard"])
def test_a_digit_is_cut_out_of_a_picture(pad, hand):
    crop = pad.get_by_role("button", name="Crop", exact=True)
    assert crop.is_disabled()
    pad.locator(".pad-file").set_input_files(png(two_digits()))
    says(pad, "2 digits side by side")
    pad.locator(".pad-file").set_input_files(png(one_beside_a_blot()))
    pad.locator(".pad-doubts li", has_text="patches of ink").wait_for()
    crop.focus()
    pad.keyboard.press("Enter")
    if hand == "mouse":
        box = pad.locator(".pad-canvas").bounding_box()
        pad.mouse.move(box["x"] + 2, box["y"] + 72)
        pad.mouse.down()
        pad.mouse.move(box["x"] + 138, box["y"] + 208, steps=5)
        pad.mouse.up()
    else:  # the rectangle lies from 70 to 210
        for _ in range(10):
            pad.keyboard.press("ArrowLeft")
        pad.keyboard.press("Enter")
    says(pad, "says 4")
    assert pad.locator(".pad-cut").is_hidden()
    pad.wait_for_function(
        "() => !document.querySelector('.pad-doubts li')?.textContent.includes('patches')"
    )
    pad.keyboard.press("Control+z")
    pad.locator(".pad-doubts li", has_text="patches of ink").wait_for()


def one_beside_a_blot():
    picture = np.ones((200, 400))
    picture[:, :200] = draw_strokes(sample_strokes(4), side=200, pen=18)
    picture[80:120, 300:340] = 0
    return picture


def test_own_digits_are_collected_scored_and_saved(open_cells):
    page = open_cells(BOTH, "X = pad.collected.X; pad.collected.labels, int(255 * X.sum())")
    says(page, "says 7")
    page.locator(".pad-collect summary").click()
    save = page.get_by_role("button", name="Save as CSV")
    assert save.is_disabled()
    labels = page.get_by_role("toolbar", name="The digit on the board is").get_by_role("button")
    labels.nth(7).click()
    page.get_by_text("1 of 1 read right.").wait_for()
    says(page, "Draw a digit")
    page.locator(".pad-canvas").focus()
    page.keyboard.press("4")
    says(page, "says 4")
    labels.nth(0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_text("1 of 2 read right.").wait_for()
    page.get_by_label("Network", exact=True).select_option("wide")
    page.get_by_text("1 of 2 read right.").wait_for()
    with page.expect_download() as file:
        save.click()
    path = Path(file.value.path()).rename(Path(file.value.path()).with_suffix(".csv"))
    saved = load_csv(path)
    assert saved.labels.tolist() == [7, 1]
    assert run_cell(page, 2) == f"(array([7, 1]), {int(255 * saved.X.sum())})"
    page.get_by_role("button", name="Forget the last").click()
    page.get_by_text("1 of 1 read right.").wait_for()


def test_a_kernel_that_is_gone_is_told_and_the_old_answer_dimmed(pad):
    pad.evaluate(
        "async () => { await jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart() }"
    )
    draw(pad, [(80, 64), (205, 58)])
    assert "says 7" in pad.locator(".pad-sentence").inner_text()
    pad.locator(".pad-sentence", has_text="run this cell again").wait_for(timeout=15_000)
    assert pad.locator(".pad-bars.late").count() == 1
