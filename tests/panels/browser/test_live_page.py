"""The live page in Chromium, opened as one file: drawing, mistakes, training, links, files, access."""

import base64
import sys
from pathlib import Path

import numpy as np
import pytest

from helpers.drawing import draw_strokes, sample_strokes
from helpers.network import initialize_parameters
from helpers.storage import save_parameters

sys.path.append(str(Path(__file__).parents[3] / "site" / "live"))

import one_file as live


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("live") / "index.html"
    path.write_text(live.page(), "utf8")
    return path


@pytest.fixture
def opened(browser, page_file):
    """opened(hash, width) -> the page, opened as a file, with all its parts; it may ask no other address."""
    contexts, asked, errors = [], [], []

    def open_(hash="", width=1200, ready=True, **options):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **options))
        page = contexts[-1].new_page()
        page.set_default_timeout(30_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(page_file.as_uri() + hash)
        if ready:
            page.locator("#train .lab-tiles li").first.wait_for()
        return page

    yield open_
    for context in contexts:
        context.close()
    own = (page_file.as_uri(), "data:", "blob:")
    assert [address for address in asked if not address.startswith(own)] == []
    assert errors == []


DROP = """([content, name]) => {
    const files = new DataTransfer(), bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
    files.items.add(new File([bytes], name));
    const event = new DragEvent('drop', {dataTransfer: files, bubbles: true, cancelable: true});
    document.querySelector('.pad-canvas').dispatchEvent(event);
}"""


def draw_a_one(page):
    board = page.locator(".pad-canvas").bounding_box()
    x, y = board["x"] + 142, board["y"]
    page.mouse.move(x, y + 45)
    page.mouse.down()
    page.mouse.move(x - 4, y + 140, steps=8)
    page.mouse.move(x - 8, y + 236, steps=8)
    page.mouse.up()


def test_it_is_small_enough_for_a_phone(page_file):
    assert page_file.stat().st_size < live.MOST_BYTES


def test_the_pad_answers_and_the_link_brings_the_drawing_back(opened):
    page = opened()
    draw_a_one(page)
    page.wait_for_function("document.querySelector('.pad-sentence').textContent.includes('says 1')")
    assert page.locator(".pad-stages figure").count() == 5
    assert page.locator(".pad-nearest figure").count() == 8
    page.locator(".lab-learning_rate input").press("End")
    page.wait_for_function(
        "location.hash.includes('draw=') && location.hash.includes('learning_rate=10')"
    )
    other = opened(page.evaluate("location.hash"))
    assert "says 1" in other.locator(".pad-sentence").inner_text()
    assert (
        other.locator(".lab-title").inner_text().startswith("Run 1: 784-10-10-10, learning rate 10")
    )
    assert other.locator(".pad-undo").is_enabled()


def test_a_slider_trains_and_the_run_can_read_the_drawing(opened):
    page = opened()
    first = page.locator("#train .lab-title").inner_text()
    page.locator(".lab-neurons-1 input, .lab-neurons input").first.press("End")
    page.wait_for_function(
        "first => document.querySelector('#train .lab-title').textContent !== first", arg=first
    )
    page.wait_for_function(
        "document.querySelector('#train .lab-said').textContent.includes('Best epoch')"
    )
    before = page.locator(".pad-bars").inner_text()
    page.get_by_role("button", name="Let this run read your drawing").click()
    assert page.locator(".pad-networks select").evaluate("list => list.selectedIndex") == 2
    assert "784-512-10-10" in page.locator(".pad-networks option").nth(2).inner_text()
    assert page.locator(".pad-bars").inner_text() != before
    summary = page.locator("#mistakes .summary")
    assert not summary.inner_text().startswith("The network makes 104 mistakes")
    page.locator(".pad-networks select").select_option(index=1)
    summary.get_by_text("The network makes 104 mistakes").wait_for()


def test_a_mistake_is_looked_into(opened):
    page = opened()
    assert "104 mistakes on 1,000 images" in page.locator("#mistakes .summary").inner_text()
    card = page.locator("#mistakes article").nth(2)
    column = card.get_attribute("data-column")
    card.get_by_role("button", name="Nearest").click()
    assert page.locator("#mistakes .closer figure").count() == 8
    card.get_by_role("button", name="Look inside").click()
    assert f"image {column} is" in page.locator("#inside .verdict").inner_text()
    page.get_by_role("button", name="Backward").click()
    page.get_by_role("button", name="Take a step (0.1)").click()
    page.wait_for_function(
        "document.querySelector('#inside .steps').textContent.startsWith('Step 1')"
    )


def test_an_own_network_is_dropped_on_it(opened, tmp_path):
    parameters = initialize_parameters([784, 12, 7, 10], np.random.default_rng(1))
    path = save_parameters(tmp_path / "mine.npz", parameters)
    content = base64.b64encode(path.read_bytes()).decode()
    for hash in ("#show=pad", ""):  # without a lab there is no run in the list before it
        page = opened(hash, ready=not hash)
        page.evaluate(DROP, [content, "mine.npz"])
        page.wait_for_function(
            "document.querySelector('#file-said').textContent.startsWith('mine.npz reads')"
        )
        assert (
            page.locator(".pad-networks select").evaluate(
                "list => list.selectedOptions[0].textContent"
            )
            == "mine.npz (784-12-7-10)"
        )
    assert page.locator("#inside .network-view [role=group]").count() == 3
    page.evaluate(DROP, [content[:400], "cut.npz"])
    page.wait_for_function(
        "document.querySelector('#file-said').textContent.startsWith('⚠ cut.npz is no .npz file')"
    )


def test_a_photo_is_read(opened, tmp_path):
    from PIL import Image

    gray = draw_strokes(sample_strokes(4), side=300)
    Image.fromarray((255 * gray).astype(np.uint8)).save(tmp_path / "four.png")
    page = opened()
    page.locator(".pad-file").set_input_files(tmp_path / "four.png")
    page.wait_for_function("document.querySelector('.pad-sentence').textContent.includes('says 4')")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation(opened, axe, theme):
    page = opened(color_scheme=theme)
    for fold in page.locator("summary").all():
        fold.click()
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert axe(page, "body") == []


def test_nothing_sticks_out_at_any_width(opened):
    page = opened()
    for width in (1400, 800, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_one_part_alone_in_a_frame(opened):
    page = opened("#show=train&hidden=16&learning_rate=0.3")
    assert page.locator("#train").is_visible()
    assert not page.locator("#mistakes").is_visible()
    assert (
        page.locator("#train .lab-title")
        .inner_text()
        .startswith("Run 1: 784-16-10, learning rate 0.3")
    )
