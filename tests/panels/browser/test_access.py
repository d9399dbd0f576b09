"""What holds for all panels but the lab in light and dark, at every width."""

import pytest
from test_digit_pad import CELL as PAD
from test_mistake_explorer import TWO
from test_network_inspector import CELL as INSPECTOR
from test_prediction import CURVE, READING, asked

BACKWARD = INSPECTOR.replace("column=18", 'column=18, mode="backward"')
PANELS = {
    "pad": (PAD, ".pad-nearest figure"),
    "explorer": (TWO, ".mistake-explorer article"),
    "inspector": (INSPECTOR, ".network-view svg path"),
    "backward": (BACKWARD, ".network-view svg path"),
    "choice": (asked('Prediction("Accessible?", ["yes", "no"])'), ".prediction label"),
    "number": (asked('Prediction("Accessible?", high=100)'), ".prediction svg text"),
    "curve": (asked(CURVE.format("Accessible?")), ".prediction svg text"),
    "compared": (
        asked('Prediction("Compared?", ["yes", "no"])')
        + '\nguess.reveal("no")\nguess.guess or guess.lock("yes")\nguess',
        ".prediction .found",
    ),
    "reading": (READING.replace("START", "60"), ".reading-test canvas"),
    "read": (
        READING.replace("START", "80")
        + "\nwhile reading.next is not None:\n    reading.read(3, 50)\nreading",
        ".reading-test img",
    ),
}
CHANGE = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"
OUTSIDE = """() => {
    const panel = document.querySelector('.helpers-panel'), edge = panel.getBoundingClientRect().right + 1;
    const seen = node => node.getClientRects().length > 0;
    const small = [...panel.querySelectorAll('*')].filter(node => node.children.length === 0 && seen(node)
        && node.textContent.trim() && parseFloat(getComputedStyle(node).fontSize) < 12);
    return [...panel.querySelectorAll('button, input, select, canvas')]
        .filter(part => seen(part) && !part.closest('.network-view, .confusion-menu')
            && part.getBoundingClientRect().right > edge)
        .concat(small).map(part => `${part.tagName} ${part.className} ${part.textContent.slice(0, 40)}`) }"""


def shown(open_cells, name, **options):
    cell, last = PANELS[name]
    page = open_cells(cell, **options)
    page.locator(last).first.wait_for()
    return page


@pytest.mark.parametrize("name", PANELS)
def test_axe_finds_no_violation_in_light_and_dark(open_cells, axe, name):
    page = shown(open_cells, name)
    for fold in page.locator(".helpers-panel summary").all():
        fold.click()
    for theme in ("Light", "Dark"):
        page.evaluate(CHANGE, f"JupyterLab {theme}")
        page.wait_for_timeout(1000)
        assert axe(page, ".helpers-panel") == [], theme


@pytest.mark.parametrize("name", PANELS)
def test_nothing_sticks_out_and_no_text_is_small(open_cells, name):
    page = shown(open_cells, name, width=800, height=1400)
    for width in (1400, 800, 390):
        page.set_viewport_size({"width": width, "height": 1400})
        page.wait_for_timeout(500)
        assert page.evaluate(OUTSIDE) == [], width
