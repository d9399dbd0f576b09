"""The training lab under a real mouse and a real keyboard, in JupyterLab and in Notebook 7."""

import re
import time

import pytest

LAB = "from helpers.widgets import TrainingLab\nlab = TrainingLab(train_set, dev_set)\nlab"
LONG = LAB.replace("dev_set)", "dev_set, hidden=(64, 64), epochs=200, patience=50, l2=0.01)")
WIDE = LONG.replace("64", "512")
SLIDERS = {  # a key, and what the control says after it
    "Learning rate": ("ArrowRight", "0.15"),
    "Hidden layers": ("ArrowRight", "3"),
    "Neurons in layer 1": ("ArrowLeft", "8"),
    "Neurons in layer 3": ("Home", "1"),
    "Batch size": ("End", "all"),
    "L2 penalty": ("ArrowRight", "0.0001"),
    "Epochs at most": ("ArrowLeft", "29"),
    "Patience": ("ArrowRight", "11"),
    "Share of data": ("ArrowLeft", "95 %"),
}


def curve(page):
    return page.locator(".lab-charts path.dev").first.get_attribute("d")


def wait_for_status(page, pattern, timeout=60_000):
    page.locator(".lab-said").filter(has_text=re.compile(pattern)).wait_for(timeout=timeout)


def button(page, name):
    return page.locator(".training-lab").get_by_role("button", name=name, exact=True)


def slider(page, name):
    return page.get_by_role("slider", name=name, exact=True)


def shown(page, name):
    """What is written beside a slider."""
    return slider(page, name).locator("xpath=../output").inner_text()


def run_cell(page, number):
    """Run one cell (from 0) as a reader would, with Shift-Enter, wait for it and return what it says."""
    cell = page.locator(".jp-CodeCell").nth(number)
    before = cell.locator(".jp-InputPrompt").inner_text()
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    done = """([number, before]) => {
        const text = document.querySelectorAll('.jp-CodeCell')[number].querySelector('.jp-InputPrompt').textContent;
        return /\\[\\d+\\]/.test(text) && text !== before }"""
    page.wait_for_function(done, arg=[number, before])
    output = cell.locator(".jp-OutputArea-output")
    return output.first.inner_text() if output.count() else ""


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_every_control_obeys_the_keyboard_and_the_mouse(open_cells, app):
    page = open_cells(LAB, "lab.values", app=app)
    wait_for_status(page, "Run 1")
    fold = page.locator(".training-lab summary", has_text="More settings")
    fold.focus()
    page.keyboard.press("Enter")
    for name, (key, text) in SLIDERS.items():
        slider(page, name).focus()
        page.keyboard.press(key)
        assert (shown(page, name), slider(page, name).get_attribute("aria-valuetext")) == (
            text,
        ) * 2
        assert slider(page, name).evaluate("node => node === document.activeElement")
    page.get_by_label("Optimizer").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_label("Activation").focus()
    page.keyboard.press("t")
    page.get_by_label("Seed", exact=True).fill("7")
    wait_for_status(page, r"Run \d+\. \d+ epochs? done")
    page.wait_for_timeout(300)
    values = run_cell(page, 2)
    for text in (
        "'learning_rate': 0.15",
        "(8, 10, 1)",
        "'batch_size': None",
        "'momentum'",
        "'tanh'",
        "'seed': 7",
    ):
        assert text in values
    assert "batch all, momentum, tanh" in page.locator(".lab-title").inner_text()

    for name, text in (("Learning rate", "10"), ("Batch size", "1024"), ("Share of data", "100 %")):
        slider(page, name).scroll_into_view_if_needed()
        box = slider(page, name).bounding_box()
        share = 0.87 if name == "Batch size" else 0.998
        page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        assert shown(page, name) == text
    button(page, "Reset").click()
    wait_for_status(page, r"Run 1\.")
    assert shown(page, "Learning rate") == "0.1"
    page.get_by_role("button", name=re.compile("^Undo: bring back")).click()
    wait_for_status(page, r"Run [2-9]")
    assert shown(page, "Learning rate") != "0.1"
    assert slider(page, "Neurons in layer 4").is_disabled()


def test_dragging_changes_the_curves_while_the_hand_moves(open_cells):
    page = open_cells(LAB)
    wait_for_status(page, "Run 1")
    page.evaluate("""() => {
        window.drawn = new Set();
        const said = document.querySelector('.lab-charts');
        new MutationObserver(() => drawn.add(said.querySelector('path.dev')?.getAttribute('d')))
            .observe(said, {childList: true, subtree: true}) }""")
    box = slider(page, "Learning rate").bounding_box()
    x, y = box["x"] + box["width"] * 18 / 30, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for i in range(1, 13):
        page.mouse.move(x - 12 * i, y)
        page.wait_for_timeout(50)
    page.mouse.up()
    wait_for_status(page, r"Run 2\. 10 epochs done")
    assert page.evaluate("drawn.size") > 8
    assert float(shown(page, "Learning rate")) < 0.05


def test_a_long_training_is_paused_stopped_and_leaves_other_cells_free(open_cells):
    page = open_cells(WIDE, "6 * 7", "len(lab.runs), lab.runs[1].stop_reason")
    button(page, "Train").click()
    wait_for_status(page, r"Training run 2: [1-9]\d* of at most 200 epochs")
    assert run_cell(page, 2) == "42"  # other cells run meanwhile

    slider(page, "Learning rate").focus()
    page.keyboard.press("ArrowRight")
    moved = page.locator(".lab-moved")
    moved.filter(has_text="this is run 2 with learning rate 0.1.").wait_for()
    assert "•" in page.evaluate(
        "getComputedStyle(document.querySelector('.lab-learning_rate label'), '::before').content"
    )

    button(page, "Pause").click()
    wait_for_status(page, "Paused in run 2")
    held = page.locator(".lab-said").inner_text()
    time.sleep(0.5)
    assert page.locator(".lab-said").inner_text() == held
    button(page, "Resume").click()
    wait_for_status(page, "Training run 2")

    begun = time.monotonic()
    button(page, "Stop").click()
    page.locator(".lab-said").filter(has_text=re.compile(r"Run 2\. Stopped|run 3")).wait_for()
    took = time.monotonic() - begun
    print(f"stop took {took:.3f} s")
    assert took < 1.5
    wait_for_status(page, r"Run 3\. ")  # the move that has waited
    assert moved.inner_text() == ""
    assert run_cell(page, 3) == "(3, 'interrupted')"


def test_a_run_comes_back_its_mistakes_lead_to_the_explorer_and_five_seeds_are_a_band(open_cells):
    explorer = (
        "from helpers.widgets import MistakeExplorer\nexplorer = MistakeExplorer(lab)\nexplorer"
    )
    page = open_cells(LAB, explorer)
    wait_for_status(page, "Run 1")
    first = curve(page)
    slider(page, "Learning rate").focus()
    page.keyboard.press("PageDown")
    wait_for_status(page, r"Run 2\. 10 epochs done")
    assert curve(page) != first
    page.locator(".lab-mistakes").filter(has_text="fixed since run 1").wait_for()
    assert page.locator(".lab-tiles canvas").count() >= 12
    assert "rate 0.1" in page.locator(".lab-charts").inner_text()

    page.locator(".lab-runs tbody").get_by_role("button", name="run 1").focus()
    page.keyboard.press("Enter")
    wait_for_status(page, r"Run 1\.")
    assert shown(page, "Learning rate") == "0.1"
    assert "Run 1: 784-10-10-10, learning rate 0.1" in page.locator(".lab-title").inner_text()

    tile = page.locator(".lab-tiles button").first
    is_ = tile.locator(".is").inner_text()
    tile.focus()
    page.keyboard.press("Enter")
    page.locator(".mistake-explorer article.looked-at").filter(has_text=is_).wait_for()

    button(page, "Five seeds").click()
    wait_for_status(page, r"With 5 seeds: 0\.\d+ ± 0\.\d+")
    assert page.locator(".lab-charts path.band").count() == 2
    assert "±" in page.locator(".lab-runs tr.shown").inner_text()


def test_a_hint_a_sorted_table_values_under_the_pointer_and_files(open_cells):
    page = open_cells(LAB.replace("dev_set)", "dev_set, learning_rate=1.0)"))
    wait_for_status(page, "Run 1")
    page.locator(".lab-hints button").click()
    wait_for_status(page, r"Run 2\.|run 2")
    assert shown(page, "Learning rate") == "0.1"
    wait_for_status(page, r"Run 2\. 10 epochs done")
    head = page.locator(".lab-runs").get_by_role("button", name="best dev accuracy")
    rows = page.locator(".lab-runs tbody th")
    assert rows.all_inner_texts() == ["▶ run 2", "run 1"]
    head.focus()
    page.keyboard.press("Enter")
    assert rows.all_inner_texts() == ["▶ run 2", "run 1"]
    page.keyboard.press("Enter")
    assert rows.all_inner_texts() == ["run 1", "▶ run 2"]
    assert page.locator(".lab-runs th[aria-sort=ascending]").inner_text().startswith("best dev")

    svg = page.locator(".lab-charts svg").first
    svg.hover(position={"x": 42, "y": 80})
    caption = page.locator(".lab-charts .lab-caption").first
    assert caption.inner_text().startswith("Before training: training 2.")
    assert "Two line charts" in svg.get_attribute("aria-label")

    page.locator("summary", has_text="As code, and files").click()
    with page.expect_download() as csv:
        button(page, "History as CSV").click()
    lines = csv.value.path().read_text().splitlines()
    assert lines[0] == "epoch,train_loss,train_accuracy,dev_loss,dev_accuracy"
    assert len(lines) == 12
    with page.expect_download() as svg_file:
        button(page, "Curves as SVG").click()
    picture = svg_file.value.path().read_text()
    blue = page.locator(".lab-charts path.dev").first.evaluate("e => getComputedStyle(e).stroke")
    assert picture.count(blue) >= 2
    assert "Accuracy (fraction)" in picture
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".copy-line button").first.click()
    page.locator(".copy-line button", has_text="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith(
        "train(train_set, dev_set, [784, 10, 10, 10]"
    )


def test_an_error_is_shown_in_the_panel_and_the_panel_lives_on(open_cells):
    page = open_cells(LAB, "lab.book.start = lambda *arguments: 1 / 0")
    button(page, "Train").click()
    page.get_by_role("alert").filter(has_text="ZeroDivisionError: division by zero").wait_for()
    button(page, "One epoch more").click()
    wait_for_status(page, r"Run 1\. Continued epoch by epoch, 11 epochs in all")
    assert page.locator(".training-lab .notice:visible").count() == 0


def test_running_the_cell_twice_leaves_one_loop(open_cells):
    count = "import asyncio\nsum('_watched' in repr(task) for task in asyncio.all_tasks())"
    page = open_cells(LONG, count)
    button(page, "Train").click()
    wait_for_status(page, "Training run 2")
    assert run_cell(page, 2) == "1"
    run_cell(page, 1)  # a new panel
    button(page, "Train").click()
    wait_for_status(page, "Training run 2")
    assert run_cell(page, 2) == "1"


def test_a_kernel_that_is_gone_is_told_after_ten_seconds(open_cells):
    page = open_cells(LAB)
    wait_for_status(page, "Run 1")
    page.evaluate(
        "async () => { await jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart() }"
    )
    slider(page, "Learning rate").focus()
    page.keyboard.press("ArrowRight")
    note = page.locator(".training-lab .notice").first
    assert not note.is_visible()
    note.filter(has_text="run this cell again").wait_for(timeout=15_000)
    assert page.locator(".lab-body.late").count() == 1


@pytest.mark.parametrize("width", [1400, 800, 390])
def test_nothing_sticks_out_of_the_panel_at_any_width(open_cells, width):
    page = open_cells(LAB, width=width, height=1500)
    wait_for_status(page, "Run 1")
    page.locator(".lab-tiles canvas").first.wait_for()
    page.locator("summary", has_text="More settings").click()
    outside = """() => {
        const panel = document.querySelector('.training-lab');
        const edge = panel.getBoundingClientRect().right + 1;
        const small = [...panel.querySelectorAll('*')].filter(node => node.children.length === 0
            && node.textContent.trim() && parseFloat(getComputedStyle(node).fontSize) < 12);
        return [...panel.querySelectorAll('button, input, select, canvas, svg, .lab-said, .lab-legend')]
            .filter(part => !part.closest('.lab-runs') && part.getBoundingClientRect().right > edge)
            .concat(small).map(part => `${part.tagName} ${part.className}`) }"""
    assert page.evaluate(outside) == []
    left, right = (box.bounding_box() for box in page.locator(".lab-charts svg").all())
    assert (left["y"] == right["y"]) == (width >= 800), "side by side where there is room"


@pytest.mark.parametrize("theme", ["Light", "Dark"])
@pytest.mark.parametrize("cell", [LAB], ids=["training_lab"])
def test_axe_finds_no_violation(open_cells, axe, cell, theme):
    page = open_cells(cell)
    wait_for_status(page, "Run 1")
    theme = f"JupyterLab {theme}"
    change = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"
    page.evaluate(change, theme)
    page.wait_for_timeout(1000)
    for fold in page.locator(".helpers-panel summary").all():
        fold.click()
    page.wait_for_timeout(500)
    assert axe(page, ".helpers-panel") == []
