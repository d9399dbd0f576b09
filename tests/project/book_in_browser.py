"""Read a built book in Chromium, on a phone and on a desk, and print what is wrong as JSON.

A program of its own, because Playwright leaves an event loop behind: book_in_browser.py FOLDER
"""

import functools
import http.server
import json
import sys
import threading
from pathlib import Path

from playwright.sync_api import TimeoutError, sync_playwright
from tools.browser import OPTIONS, SERIOUS, axe_script, chromium_path, violations

EXAMINED = ("index.html", "02_forward_propagation.html", "04_training.html")
# A window of 1400 by 1000 pixels at 200 %, and a phone.
NARROW = ((700, 500), (390, 844))
CONTROLS = (
    "Toggle primary sidebar",
    "Download this page",
    "Color mode",
    "Search",
    "Toggle secondary sidebar",
)
MENU = ".primary-toggle"
IN_SIGHT = """name => [...document.querySelectorAll('button')].some(part => {
    const box = part.getBoundingClientRect();
    return (part.ariaLabel || part.title) === name && box.width > 0
        && box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight;
})"""
SPLIT_ON_PAPER = """() => [...document.querySelectorAll('.bd-article div.cell')].filter(cell =>
    getComputedStyle(cell).breakInside !== 'avoid'
    || [...cell.querySelectorAll('.cell_output')].some(output => !output.offsetHeight)
).map(cell => cell.textContent.trim().slice(0, 60))"""
VIEWS = {"desk, light": (1400, 1000, "light"), "phone, dark": (390, 844, "dark")}
FORMULAS = """() => [...document.querySelectorAll('.bd-article .math')].filter(
    formula => !formula.querySelector('mjx-container')
        || formula.querySelector('mjx-merror, [data-mjx-error]')
).map(formula => formula.textContent.trim().slice(0, 60))"""
LEFT_OVER = """() => [
    ...document.querySelectorAll('.bd-article p, .bd-article li, .bd-article td')
].filter(
    part => !part.querySelector('code, pre, .math')
        && /\\$[^$ ]|\\\\\\\\[a-z]+\\{/.test(part.textContent)
).map(part => part.textContent.trim().slice(0, 60))"""
GROUNDS = """() => [...document.querySelectorAll('.bd-article img')].filter(picture => {
    const style = getComputedStyle(picture);
    return style.backgroundColor !== 'rgb(255, 255, 255)' || /invert|contrast/.test(style.filter);
}).map(picture => picture.alt.slice(0, 60))"""
# The contrast of the words in verdicts and tables against the first opaque ground below them.
CONTRAST = """() => {
    const numbers = text => text.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = part => {
        for (; part; part = part.parentElement) {
            const color = numbers(getComputedStyle(part).backgroundColor);
            if (color.length < 4 || color[3] > 0.5) return color;
        }
        return [255, 255, 255];
    };
    const words = '.cell_output td, .cell_output th, .cell_output [role=status], .cell_output pre';
    return [...document.querySelectorAll(words)]
        .filter(part => part.textContent.trim()).map(part => {
            const ink = light(numbers(getComputedStyle(part).color));
            const [a, b] = [ink, light(ground(part))].sort((x, y) => y - x);
            return [(a + 0.05) / (b + 0.05), part.textContent.trim().slice(0, 40)];
        }).filter(([ratio]) => ratio < 4.5).map(([ratio, text]) => `${ratio.toFixed(1)}: ${text}`);
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def page_problems(page, name, is_dark):
    """Yield what is wrong with the page that is open."""
    if page.locator(".bd-article .math").count():
        page.wait_for_selector("mjx-container", state="attached")
        page.evaluate("MathJax.startup.promise")
    width, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    if width > window:
        yield f"{name} is {width} pixels wide in a window of {window}"
    yield from (f"{name}: the formula {text!r} is not set" for text in page.evaluate(FORMULAS))
    yield from (f"{name}: TeX is left over in {text!r}" for text in page.evaluate(LEFT_OVER))
    yield from (f"{name}: too little contrast, {text!r}" for text in page.evaluate(CONTRAST))
    if is_dark:
        yield from (f"{name}: no white ground under {text!r}" for text in page.evaluate(GROUNDS))
    if page.locator(".bd-article details[open]").count():
        yield f"{name}: a folded part is open"


def solution_problems(page):
    """Yield what is wrong with the first solution: a click opens it and shows code in colors."""
    solution = page.locator(
        ".bd-article details", has=page.locator("summary", has_text="Solution")
    ).first
    code = solution.locator("div.highlight span.k").first
    if code.is_visible():
        yield "a solution is visible before the click"
    solution.locator("summary").click()
    if not code.is_visible():
        yield "a click on a solution does not show its code"


def button_problems(page):
    """Yield what is wrong with the copy button and the switch between light and dark."""
    page.locator("div.cell_input").first.hover()
    page.locator("div.cell_input button.copybtn").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    if "import" not in copied:
        yield f"the copy button copied {copied!r}"
    page.locator("button.theme-switch-button:visible").first.click()
    page.locator(".theme-change-button[data-mode=dark]:visible").first.click()
    if page.evaluate("document.documentElement.dataset.theme") != "dark":
        yield "the switch does not change to dark"


def access_problems(page, base, script):
    """Yield what axe-core calls serious in the pages examined."""
    for name in EXAMINED if script else ():
        page.goto(base + name)
        yield from (f"{name}: {text}" for text in violations(page, script, "html", SERIOUS))


def narrow_problems(page, base):
    """Yield the controls that cannot be reached where there is little room."""
    for width, height in NARROW:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(base + EXAMINED[1])
        page.wait_for_timeout(300)
        for name in CONTROLS:
            if not page.evaluate(IN_SIGHT, name):
                yield f"{name!r} is out of sight in a window of {width} by {height}"
        page.locator(MENU).locator("visible=true").first.click()
        try:
            page.locator("a", has_text="Train the network").locator("visible=true").first.click()
            page.wait_for_url("**/04_training.html")
        except TimeoutError as error:
            yield f"the menu leads nowhere in a window of {width} by {height}: {error}"
    page.locator("a.picture").first.click()
    page.wait_for_url("**/*.png")


def paper_problems(page, base):
    """Yield the cells that a printed page may split, or whose output it leaves out."""
    page.goto(base + EXAMINED[1])
    page.emulate_media(media="print")
    yield from (f"on paper {text!r} is split or folded" for text in page.evaluate(SPLIT_ON_PAPER))
    page.emulate_media(media="screen")


def frame_problems(page, base):
    """Yield what is wrong with the digit pad on the first page: it answers, whole, in the book's theme."""
    page.goto(base + "index.html")
    frame = page.locator(".live-frame iframe")
    frame.scroll_into_view_if_needed()
    inside = frame.element_handle().content_frame()
    inside.wait_for_function("document.documentElement.dataset.ready", timeout=60_000)
    if "says 7" not in inside.locator(".pad-sentence").inner_text():
        yield "the pad on the first page does not answer"
    height, content = frame.bounding_box()["height"], inside.evaluate("document.body.offsetHeight")
    if abs(height - content) > 2:
        yield f"the frame of the pad is {height} pixels high for a page of {content}"
    theme = "document.documentElement.dataset.theme"
    if page.evaluate(theme) != inside.evaluate(theme):
        yield "the frame of the pad is not as light or dark as the book"


def search_problems(page, base):
    """Yield what is wrong with the search."""
    page.goto(base + "search.html?q=overfitting")
    page.wait_for_selector("#search-results li a", timeout=15_000)
    found = page.locator("#search-results li a").all_inner_texts()
    if not any("Train the network" in text for text in found):
        yield f"a search for overfitting finds {found[:5]}"


def read(browser, base, view, pages):
    width, height, scheme = VIEWS[view]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    problems = []

    def route(handler):
        address = handler.request.url
        if address.startswith((base, "data:")):
            handler.continue_()
        else:
            problems.append(f"{view}: {address} is asked for")
            handler.abort()

    context.route("**/*", route)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.on("pageerror", lambda error: problems.append(f"{view}, {page.url}: {error}"))
    page.on(
        "console",
        lambda line: problems.append(f"{view}: {line.text}") if line.type == "error" else None,
    )
    page.on(
        "response",
        lambda answer: (
            problems.append(f"{answer.url} is missing") if answer.status >= 400 else None
        ),
    )
    for name in pages if width < 500 else [name for name in pages if "api/" not in name]:
        page.goto(base + name)
        problems += [f"{view}, {text}" for text in page_problems(page, name, scheme == "dark")]
    problems += [f"{view}, {text}" for text in access_problems(page, base, axe_script())]
    if scheme == "light":
        problems += [*paper_problems(page, base), *narrow_problems(page, base)]
        page.set_viewport_size({"width": width, "height": height})
        page.goto(base + "08_bug_hunt.html")
        problems += [*solution_problems(page), *button_problems(page), *search_problems(page, base)]
    problems += [f"{view}, {text}" for text in frame_problems(page, base)]
    context.close()
    return problems


def main(folder):
    handler = functools.partial(Quiet, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    names = sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*.html"))
    pages = [
        name
        for name in names
        if "_static" not in name and name not in ("search.html", "genindex.html")
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=OPTIONS)
        base = f"http://127.0.0.1:{server.server_port}/"
        problems = [problem for view in VIEWS for problem in read(browser, base, view, pages)]
        browser.close()
    print(json.dumps(problems, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
