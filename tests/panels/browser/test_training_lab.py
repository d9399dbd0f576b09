import hashlib
import re
import time

import pytest

LAB = "from helpers.widgets import TrainingLab\nlab = TrainingLab(train_set, dev_set)\nlab"
LONG = LAB.replace("dev_set)", "dev_set, hidden=(64, 64), epochs=200, patience=50, l2=0.01)")
WIDE = LONG.replace("64", "512")


def picture(page):
    """The bytes of the curves, as a short text."""
    source = page.locator("img.widget-image").first.get_attribute("src")
    code = "async url => [...new Uint8Array(await (await fetch(url)).arrayBuffer())]"
    return hashlib.md5(bytes(page.evaluate(code, source))).hexdigest()


def status(page):
    return page.get_by_role("status").filter(has_text=re.compile(r"[Rr]un \d")).inner_text()


def wait_for_status(page, pattern, timeout=60_000):
    page.get_by_role("status").filter(has_text=re.compile(pattern)).wait_for(timeout=timeout)


def button(page, name):
    return page.locator("button.jupyter-button").filter(has_text=re.compile(rf"^\s*{name}$"))


def slider(page, name):
    return page.locator(".widget-slider").filter(has_text=name).locator(".noUi-handle")


def run_cell(page, number):
    """Run one cell (from 0) as a reader would, with Shift-Enter, and wait for its number."""
    before = page.locator(".jp-CodeCell").nth(number).locator(".jp-InputPrompt").inner_text()
    page.locator(".jp-CodeCell").nth(number).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    done = """([number, before]) => {
        const text = document.querySelectorAll('.jp-CodeCell')[number].querySelector('.jp-InputPrompt').textContent;
        return /\\[\\d+\\]/.test(text) && text !== before }"""
    page.wait_for_function(done, arg=[number, before])


def test_dragging_the_learning_rate_changes_the_curves(open_cells):
    page = open_cells(LAB)
    wait_for_status(page, "Run 1")
    before = picture(page)
    box = slider(page, "Learning rate").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 45, y, steps=9)
    page.mouse.up()
    wait_for_status(page, "Run 2")
    deadline = time.monotonic() + 10
    while picture(page) == before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert picture(page) != before
    assert page.locator(".widget-slider").filter(has_text="Learning rate").inner_text() != "0.1"


def test_new_curves_follow_a_key_and_not_only_the_end_of_the_run(open_cells):
    page = open_cells(LONG)
    wait_for_status(page, "Run 1")
    page.evaluate("""() => {
        window.drawn = 0;
        const image = document.querySelector('img.widget-image');
        new MutationObserver(() => drawn++).observe(image, {attributeFilter: ['src']}) }""")
    slider(page, "Learning rate").focus()
    page.keyboard.press("ArrowLeft")
    wait_for_status(page, r"Run 2\. (10 epochs done|Time is up)")
    page.wait_for_timeout(500)
    assert page.evaluate("drawn") > 1


def test_a_long_training_is_paused_stopped_and_leaves_other_cells_free(open_cells):
    page = open_cells(WIDE, "6 * 7", "len(lab.result.history), lab.result.stop_reason")
    button(page, "Train").click()
    wait_for_status(page, r"Training run 2: [1-9]\d* of at most 200 epochs")

    run_cell(page, 2)  # other cells run meanwhile
    assert page.locator(".jp-OutputArea-output").filter(has_text=re.compile("^42$")).count() == 1

    button(page, "Pause").click()
    wait_for_status(page, "Paused in run 2")
    held = status(page)
    time.sleep(0.5)
    assert status(page) == held
    button(page, "Resume").click()
    wait_for_status(page, "Training run 2")

    begun = time.monotonic()
    button(page, "Stop").click()
    wait_for_status(page, r"Run 2\. Stopped by you")
    took = time.monotonic() - begun
    print(f"stop took {took:.3f} s")
    assert took < 1.5  # 0.2 s on a quiet machine, with the drawing

    run_cell(page, 3)
    assert (
        "interrupted"
        in page.locator(".jp-CodeCell").nth(3).locator(".jp-OutputArea-output").inner_text()
    )


def test_the_layers_are_switched_with_the_keyboard(open_cells):
    page = open_cells(LAB, "lab.run.settings.layer_sizes")
    assert slider(page, "Neurons in layer 2").is_visible()
    slider(page, "Hidden layers").focus()
    page.keyboard.press("ArrowLeft")
    slider(page, "Neurons in layer 2").wait_for(state="hidden")
    wait_for_status(page, "Run 2")
    run_cell(page, 2)
    assert (
        page.locator(".jp-CodeCell").nth(2).locator(".jp-OutputArea-output").inner_text()
        == "[784, 10, 10]"
    )


def test_an_error_is_shown_in_the_panel_and_the_panel_lives_on(open_cells):
    broken = "lab.book.start = lambda *arguments: 1 / 0"
    page = open_cells(LAB, broken)
    button(page, "Train").click()
    page.get_by_role("alert").filter(has_text="ZeroDivisionError: division by zero").wait_for()
    button(page, "One epoch more").click()
    wait_for_status(page, r"Run 1\. 11 epochs done")
    assert page.get_by_role("alert").count() == 0


def test_running_the_cell_twice_leaves_one_loop(open_cells):
    count = "import asyncio\nsum('_watched' in repr(task) for task in asyncio.all_tasks())"
    page = open_cells(LONG, count)
    button(page, "Train").click()
    wait_for_status(page, "Training run 2")
    run_cell(page, 2)
    tasks = page.locator(".jp-CodeCell").nth(2).locator(".jp-OutputArea-output")
    assert tasks.inner_text() == "1"
    run_cell(page, 1)  # a new panel
    button(page, "Train").click()
    wait_for_status(page, "Training run 2")
    run_cell(page, 2)
    assert tasks.inner_text() == "1"


@pytest.mark.parametrize("width", [1300, 700])
def test_nothing_sticks_out_of_the_panel(open_cells, width, tmp_path):
    page = open_cells(LAB, width=width, height=1500)
    page.locator("img.widget-image").first.wait_for()
    page.screenshot(path=tmp_path / "lab.png")
    outside = """() => {
        const panel = document.querySelector('.jp-OutputArea-output .widget-vbox');
        const edge = panel.getBoundingClientRect().right + 1;
        return [...panel.querySelectorAll('button, .widget-slider, .widget-dropdown, img, .widget-checkbox')]
            .filter(part => part.getBoundingClientRect().right > edge).map(part => part.className) }"""
    assert page.evaluate(outside) == []
    image = page.locator("img.widget-image").first.bounding_box()
    assert image["width"] / image["height"] == pytest.approx(480 / 400, rel=0.02)


def test_it_works_in_notebook_7(open_cells):
    page = open_cells(LAB, app="notebook")
    wait_for_status(page, "Run 1")
    before = picture(page)
    slider(page, "Learning rate").focus()
    page.keyboard.press("PageDown")  # Notebook 7 keeps the arrow keys for itself
    wait_for_status(page, "Run 2")
    assert picture(page) != before
