"""Film the panels: the training lab for docs/TEACHING.md, the digit pad for the README (docs/*.gif).

Beside each film it puts a still of the whole panel (.png), for readers who want no motion.
A real JupyterLab, a real Chromium, a mouse that drags and draws: what Chromium paints becomes the frames, and each is
shown for as long as it stood on the screen, so the films run at real speed. Two things are put in: the arrow, because
a browser without a window shows none, and the rest on the last frame.
"""

import argparse
import base64
import io
import itertools
import re
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops
from tools.browser import missing, notebook_of, opened, run_all, running_browser, running_server

from helpers.drawing import BOARD, sample_strokes
from helpers.internals.files import replace_file

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "notebooks" / "models" / "digits_network.npz"
SETUP = f"""from helpers.storage import load_parameters
from helpers.widgets import DigitPad, TrainingLab
parameters = load_parameters({str(MODEL)!r})"""
ARROW = """() => {
    const style = document.createElement('style');
    style.textContent = '.jp-cell-toolbar { display: none } #arrow { position: fixed; left: 0; top: 0; z-index: 99999;'
        + 'pointer-events: none }';
    const arrow = document.createElement('div');
    arrow.id = 'arrow';
    arrow.innerHTML = `<svg width="22" height="30"><path fill="black" stroke="white" stroke-width="2"
        stroke-linejoin="round" d="M2 2 L2 23 L7.5 18 L11.5 27 L15.5 25.2 L11.5 16.5 L19 16.5 Z"/></svg>`;
    document.body.append(style, arrow);
    document.addEventListener('pointermove', (event) => {
        arrow.style.transform = `translate(${event.clientX - 2}px, ${event.clientY - 2}px)` }, true) }"""
LONGEST_STEP = 1 / 20  # of a movement
SHORTEST = 0.07  # seconds: a frame that stood shorter gives way to the next
REST = 2.5  # seconds that the last frame stands
LONGEST = 16  # seconds of a film
EXACT, COLORS = 160, 255  # colors that are kept as they are, and all colors of a film


class Hand:
    """The mouse, moved in the time that a hand takes, or longer on a busy machine, where strokes stay round too."""

    def __init__(self, page):
        self.page, self.place = page, (0, 0)

    def follow(self, points, seconds):
        """Move along the points, slowly at both ends."""
        points = np.array([self.place, *points], dtype=float)
        passed = np.concatenate([[0], np.hypot(*np.diff(points, axis=0).T).cumsum()])
        begun, share = time.perf_counter(), 0.0
        while share < 1:
            self.page.wait_for_timeout(15)
            share = min(1.0, share + LONGEST_STEP, (time.perf_counter() - begun) / seconds)
            way = passed[-1] * (3 - 2 * share) * share**2
            self.page.mouse.move(*(float(np.interp(way, passed, axis)) for axis in points.T))
        self.place = tuple(points[-1])

    def press(self, seconds, points=(), moving=0.0):
        """Press the button, follow the points, let it go and wait."""
        self.page.mouse.down()
        if points:
            self.follow(points, moving)
        self.page.mouse.up()
        self.page.wait_for_timeout(1000 * seconds)


def move_the_learning_rate(page, hand):
    """Drag the slider of the learning rate down, far up and back. Raises what Playwright raises."""
    track = page.get_by_role("slider", name="Learning rate").bounding_box()
    x, y = track["x"] + track["width"] * 18 / 30, track["y"] + track["height"] / 2  # 0.1
    notch = track["width"] / 30
    hand.follow([(x, y)], 0.8)
    for place, moving, waiting in ((-10, 1.2, 1.1), (9, 1.8, 1.1), (-2, 1.2, 0.1)):
        hand.press(0.4, [(x + place * notch, y)], moving)
        page.locator(".lab-said").filter(has_text=re.compile(r"^Run \d")).wait_for()  # it has ended
        page.wait_for_timeout(1000 * waiting)


def draw_two_digits(page, hand):
    """Draw a 3 and a 5 on the pad, with Clear between. Raises what Playwright raises."""
    board = page.locator(".pad-canvas").bounding_box()
    clear = page.get_by_role("button", name="Clear", exact=True).bounding_box()
    scale = board["width"] / BOARD
    for digit in (3, 5):
        hand.follow([(clear["x"] + clear["width"] / 2, clear["y"] + clear["height"] / 2)], 0.7)
        hand.press(0.2)
        for stroke in sample_strokes(digit):
            start, *others = [(board["x"] + scale * x, board["y"] + scale * y) for x, y in stroke]
            hand.follow([start], 0.5)
            hand.press(1.2, others, 2.4)


FILMS = {  # name: the cell, what the hand does, the last thing that is to be seen, the size of the window
    "training_lab": (
        "TrainingLab(train_set, dev_set)",
        move_the_learning_rate,
        ".lab-charts",
        (1150, 1000),
    ),
    "digit_pad": ("DigitPad(parameters, train_set)", draw_two_digits, ".pad-stages", (1030, 1150)),
}


def film(page, act, last):
    """Let `act` work on the panel of the last cell. Returns [(time, picture)] as painted, and a still (PNG)."""
    cell = page.locator(".jp-CodeCell").last
    page.evaluate(
        "async () => { await jupyterapp.commands.execute('application:toggle-left-area') }"
    )
    page.evaluate(ARROW)
    page.wait_for_timeout(2000)
    code = cell.locator(".jp-InputArea-editor").bounding_box()
    bottom = max(
        box["y"] + box["height"]
        for box in (each.bounding_box() for each in page.locator(last).all())
    )
    corners = [round(value) for value in (code["x"], code["y"], code["x"] + code["width"], bottom)]
    painted = []
    camera = page.context.new_cdp_session(page)

    def keep(event):
        painted.append((event["metadata"]["timestamp"], base64.b64decode(event["data"])))
        camera.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

    hand = Hand(page)
    hand.follow([(code["x"] + code["width"] / 2, corners[3] - 60)], 0.1)
    camera.on("Page.screencastFrame", keep)
    camera.send("Page.startScreencast", {"format": "png"})
    page.wait_for_timeout(700)
    act(page, hand)
    page.wait_for_timeout(1000)
    camera.send("Page.stopScreencast")
    page.evaluate("document.querySelector('#arrow').remove()")
    page.set_viewport_size({"width": 1310, "height": 1500})  # room for the whole table of runs
    page.wait_for_timeout(1000)
    still = cell.locator(".jp-OutputArea-output").screenshot()
    return [
        (at, Image.open(io.BytesIO(data)).convert("RGB").crop(corners)) for at, data in painted
    ], still


def thinned(painted):
    """Return [(picture, seconds)] of the frames that differ and stood long enough; the last one rests."""
    kept = []
    for at, picture in painted:
        if kept and ImageChops.difference(picture, kept[-1][1]).getbbox() is None:
            continue
        if kept and at - kept[-1][0] < SHORTEST:
            kept[-1] = (kept[-1][0], picture)
        else:
            kept.append((at, picture))
    seconds = [after[0] - before[0] for before, after in itertools.pairwise(kept)]
    return list(zip([picture for _, picture in kept], [*seconds, REST], strict=True))


def packed(picture):
    """Return the colors of a picture, one integer a pixel (height, width)."""
    return np.asarray(picture).astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.uint32)


def unpacked(colors):
    """Return red, green and blue (n, 3) of such integers (n,)."""
    return np.stack([colors >> 16, colors >> 8 & 255, colors & 255], axis=1).astype(np.uint8)


def animated(frames):
    """Return the bytes of a GIF that loops. frames: [(picture, seconds)].

    The most frequent colors stay as they are, the others become the nearest one of the palette.
    """
    colors, counts = np.unique([packed(picture) for picture, _ in frames], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    rest = Image.fromarray(
        unpacked(colors[order[EXACT:]] if len(order) > COLORS else colors[order])[None]
    )
    chosen = np.reshape(
        rest.quantize(COLORS - EXACT, Image.Quantize.MAXCOVERAGE).getpalette(), (-1, 3)
    )
    palette = np.concatenate([unpacked(colors[order[:EXACT]]), chosen])[:COLORS].astype(int)
    nearest = [
        int(np.square(palette - color).sum(axis=1).argmin())
        for color in unpacked(colors).astype(int)
    ]
    numbers = np.zeros(1 << 24, dtype=np.uint8)
    numbers[colors] = nearest
    pictures = [Image.fromarray(numbers[packed(picture)], "P") for picture, _ in frames]
    for picture in pictures:
        picture.putpalette(palette.astype(np.uint8).tobytes())
    durations = [
        round(100 * seconds) * 10 for _, seconds in frames
    ]  # a GIF counts hundredths of a second
    file = io.BytesIO()
    pictures[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=durations,
        loop=0,
        optimize=True,
    )
    return file.getvalue()


def main():
    """Film what is asked for, or both. Returns 0, or 1 where Chromium is missing or the machine was too busy."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("only", nargs="*", help=f"{' or '.join(FILMS)}; without it, both")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "docs", help="where they go (otherwise docs/)"
    )
    options = parser.parse_args()
    if set(options.only) - set(FILMS):
        parser.error(f"expected {' or '.join(FILMS)}, got {' '.join(options.only)}")
    if reason := missing():
        print(reason)
        return 1
    status = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(folder) as server,
        running_browser() as browser,
    ):
        for name in options.only or FILMS:
            cell, act, last, (width, height) = FILMS[name]
            with opened(
                notebook_of(SETUP, cell), server, browser, width=width, height=height
            ) as page:
                run_all(page)
                painted, still = film(page, act, last)
            frames = thinned(painted)
            seconds = sum(seconds for _, seconds in frames)
            if seconds > LONGEST:
                print(
                    f"{name} took {seconds:.0f} s, expected {LONGEST} at most: film it again on a quiet machine"
                )
                status = 1
                continue
            data = animated(frames)
            replace_file(options.folder / f"{name}.gif", data)
            replace_file(options.folder / f"{name}.png", still)
            print(f"{name}: {len(frames)} frames, {seconds:.1f} s, {len(data) / 1e6:.2f} MB")
    return status


if __name__ == "__main__":
    sys.exit(main())
