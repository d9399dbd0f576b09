"""Put the live page into one HTML file that stands alone: `make live` writes build/live/index.html."""

import argparse
import base64
import gzip
import json
import re
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from helpers.data import load_dataset, split  # noqa: E402
from helpers.drawing import sample_strokes  # noqa: E402
from helpers.storage import load_metadata  # noqa: E402
from helpers.widgets.browser import module, style  # noqa: E402
from helpers.widgets.training_lab.settings import DEFAULTS, Controls  # noqa: E402

MODELS = ROOT / "notebooks" / "models"
NETWORKS = {"mnist_network": "trained in notebook 9", "digits_network": "trained in notebook 4"}
PANELS = ("digit_pad", "mistake_explorer", "network_inspector", "training_lab")
DEV_SIZE = 1000
VIEW = re.compile(r'^import (\w+) from "(\.[^"]+)";$', re.MULTILINE)
LINK = re.compile(r'<a href="NOTEBOOKS">(.*?)</a>', re.DOTALL)
MOST_BYTES = 2_000_000  # what a phone at 10 Mbit/s loads in less than two seconds


def network(name, origin):
    """Return a name for the list of networks, and the file as it is, in base64."""
    path = MODELS / f"{name}.npz"
    sizes = "-".join(map(str, load_metadata(path)["layer_sizes"]))
    return {"name": f"{sizes}, {origin}", "file": base64.b64encode(path.read_bytes()).decode()}


def facts():
    """Return what the page is told by Python: the networks, the samples, the controls of the lab."""
    controls = Controls()
    return {
        "networks": [network(name, origin) for name, origin in NETWORKS.items()],
        "samples": [sample_strokes(digit) for digit in range(10)],
        "digits": {"all": 5000, "train": 5000 - DEV_SIZE},
        "controls": controls.described(),
        "positions": controls.all_positions(),
        "options": {name: list(row.values()) for name, row in controls.options.items()},
        "defaults": DEFAULTS,
    }


def digits():
    """Return the bundled digits, split as in the notebooks: all labels, then all images, gzipped."""
    parts = split(load_dataset("digits"), DEV_SIZE, np.random.default_rng(0))
    labels = np.concatenate([part.labels for part in parts]).astype(np.uint8)
    images = np.rint(255 * np.hstack([part.X for part in parts]).T).astype(np.uint8)
    return gzip.compress(labels.tobytes() + images.tobytes(), 9, mtime=0)


def script():
    """Return all modules as one script, each view in a scope of its own."""

    def view(found):
        text = module(HERE / found[2]).replace("export default {", "return {")
        return f"const {found[1]} = (() => {{\n{text}}})();"

    return f'"use strict";\n(async () => {{\n{VIEW.sub(view, module(HERE / "page.js"))}}})();'


def page(notebooks=""):
    """Return the page as text; notebooks: the address of the series, if there is one."""
    styles = [style(ROOT / "helpers" / "widgets" / name / "view.css") for name in PANELS]
    shared = (ROOT / "helpers" / "widgets" / "shared.css").read_text("utf8")
    styles = [shared, *(text.removeprefix(shared) for text in styles)]
    styles.append((HERE / "page.css").read_text("utf8"))
    parts = {
        "STYLE": "\n".join(styles),
        "SCRIPT": script(),
        "FACTS": json.dumps(facts(), ensure_ascii=False, separators=(",", ":")),
        "DIGITS": base64.b64encode(digits()).decode(),
    }
    for name, text in parts.items():
        if "</" in text and re.search(r"</(script|style)", text, re.IGNORECASE):
            raise SystemExit(f"{name} holds the end of its own element")
    text = LINK.sub(
        rf'<a href="{notebooks}">\1</a>' if notebooks else r"\1",
        (HERE / "page.html").read_text("utf8"),
    )
    return re.sub(r"\b(STYLE|SCRIPT|FACTS|DIGITS)\b", lambda found: parts[found[1]], text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--folder",
        type=Path,
        default=ROOT / "build" / "live",
        help="where index.html is made",
    )
    parser.add_argument("--notebooks", default="", help="the address of the series, for a link")
    arguments = parser.parse_args()
    content = page(arguments.notebooks).encode()
    if len(content) > MOST_BYTES:
        raise SystemExit(f"the page has {len(content):,} bytes, expected at most {MOST_BYTES:,}")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    path = arguments.folder / "index.html"
    path.write_bytes(content)
    print(f"{len(content) / 1e6:.2f} MB: {path}")


if __name__ == "__main__":
    main()
