"""Copy the README's picture out of notebook 5: the mistakes of which the network was surest."""

import base64
import json
import sys
from pathlib import Path

from helpers.internals.files import replace_file

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "notebooks" / "05_predictions_and_visualization.ipynb"
PICTURE = ROOT / "docs" / "mistakes.png"
CALL = "plots.plot_mistakes("


def picture():
    """Return the bytes of the first picture that a call of plot_mistakes made in the notebook.

    Raises ValueError where the notebook holds no such picture.
    """
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        if CALL in "".join(cell["source"]):
            for output in cell.get("outputs", []):
                if "image/png" in output.get("data", {}):
                    return base64.b64decode("".join(output["data"]["image/png"]))
    raise ValueError(
        f"{NOTEBOOK.name} holds no picture made by {CALL}...); run `make notebooks NB=05`"
    )


if __name__ == "__main__":
    replace_file(PICTURE, picture())
    sys.exit()
