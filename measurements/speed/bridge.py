"""The PyTorch text at the end of notebook 0, run as it stands there."""

import json
import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import torch

from helpers.data import load_dataset, split
from helpers.losses import one_hot
from helpers.training import train

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "00_the_whole_game.ipynb"
SEEDS = range(3)


def accuracies():
    """Return the best development accuracies of the text and of `train`, one pair per seed."""
    train_set, dev_set = split(load_dataset("digits"), 1000, np.random.default_rng(0))
    data = train_set.X, one_hot(train_set.labels), dev_set.X, dev_set.labels
    settings = {"learning_rate": 0.05, "batch_size": 32, "max_epochs": 30, "patience": None}
    pairs = []
    for seed in SEEDS:
        result = train(train_set, dev_set, [784, 10, 10, 10], seed=seed, **settings)
        pairs.append((run_text(data, seed), result.best_dev_accuracy))
    return pairs


def run_text(data, seed):
    """Return the best development accuracy that the text of the notebook reaches."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # two are slower on so small a network
    names = {"data": data}
    with redirect_stdout(StringIO()):
        exec(text_of_the_notebook(), names)
    return max(names["scores"])


def text_of_the_notebook():
    """Return the Python text between tildes that imports torch. Raises ValueError without one."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    for text in re.findall(r"^~~~python\n(.*?)^~~~", prose, flags=re.DOTALL | re.MULTILINE):
        if "import torch" in text:
            return text
    raise ValueError(
        f"{NOTEBOOK.name} has no text in PyTorch, expected one between ~~~python and ~~~"
    )
