"""Seconds from the start of a process to 98 % and to 99 %: PyTorch, JAX, scikit-learn and `train`.

    .venv-bench/bin/python -m measurements.speedrun.peers

Each trains by the usual recipe, and then with the images, the network and the learning rates of our
entry. Reached is a goal after the first epoch with so many of the test images right, which flatters
all of them alike.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from helpers.augmentation import deskew
from helpers.data import load_dataset
from measurements.mnist.result_files import save_results
from measurements.speed.peer_process import ONE_THREAD, last_core
from measurements.speed.suite import apart
from measurements.speedrun.page import write_page
from measurements.speedrun.tools import distortion, half_size

PEERS = {
    "pytorch_eager": "PyTorch, eager",
    "pytorch_fused": "PyTorch, eager, Adam(fused=True)",
    "jax_jit": "JAX, jitted",
    "scikit_learn": "scikit-learn",
    "unmeasured": "this project's `train`, not measuring",
}
EPOCHS, COPIES = 20, 10
RECIPES = {
    "usual": {
        "images": "raw",
        "copies": 1,
        "layer_sizes": [784, 256, 128, 10],
        "batch_size": 128,
        "learning_rates": [0.001] * EPOCHS,
    },
    "ours": {
        "images": "bent",
        "copies": COPIES,
        "layer_sizes": [196, 500, 200, 10],
        "batch_size": 384,
        "learning_rates": [0.006 * (1 - epoch / EPOCHS) for epoch in range(EPOCHS)],
    },
}


def main():
    """Run every peer by both recipes, print what it took, and write speedrun_peers.json."""
    started = time.time()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        apart(save_raw, folder)
        before = {"usual": [0.0] * EPOCHS, "ours": apart(save_bent, folder)}
        for recipe, settings in RECIPES.items():
            for peer, title in PEERS.items():
                answer = run(peer, folder, settings)
                for reached in filter(None, answer["reached"]):
                    seconds = before[recipe][reached["epochs"] - 1]  # of making the images
                    for clock in ("cpu_seconds", "clock_seconds"):
                        reached[clock] = round(reached[clock] + seconds, 2)
                to_98, to_99 = answer["reached"]
                rows.append(
                    {
                        "peer": peer,
                        "title": title,
                        "recipe": recipe,
                        "to_98": to_98,
                        "to_99": to_99,
                        "best": answer["best"],
                    }
                )
                print(
                    f"{title}, {recipe} recipe: 98 % {said(to_98)}, 99 % {said(to_99)}", flush=True
                )
    results = {
        "command": "python -m measurements.speedrun.peers",
        "epochs": EPOCHS,
        "settings": RECIPES,
        "rows": rows,
    }
    save_results("speedrun_peers", results, started=started)
    write_page()


def save_raw(folder):
    """Write MNIST as it is into the folder, in the arrays that peer.py reads."""
    for part, suffix, labels in (("train", "0", "labels"), ("test", "test", "test_labels")):
        dataset = load_dataset("mnist", part, dtype=np.float32)
        np.save(Path(folder, f"raw_{suffix}.npy"), dataset.X.T)
        np.save(Path(folder, f"{labels}.npy"), dataset.labels)


def save_bent(folder):
    """Write the images of our entry; return the seconds that those of 1, 2, ... epochs took."""
    started, saving, rng = time.process_time(), 0.0, np.random.default_rng(0)
    X, X_test = (
        half_size(deskew(np.load(Path(folder, f"raw_{name}.npy")).T)) for name in ("0", "test")
    )
    np.save(Path(folder, "bent_test.npy"), X_test.T)
    seconds = []
    for copy in range(COPIES):
        rows = np.empty_like(X.T)
        for batch in np.array_split(rng.permutation(len(rows)), 156):
            rows[batch] = (distortion(rng, (2.5, 8), (14, 14), 0.25) @ X[:, batch]).T
        seconds.append(time.process_time() - started - saving)
        paused = time.process_time()
        np.save(Path(folder, f"bent_{copy}.npy"), rows)
        saving += time.process_time() - paused
    return seconds + seconds[-1:] * (EPOCHS - COPIES)


def run(peer, folder, settings):
    """Return what peer.py says. Raises CalledProcessError where it ends with an error."""
    environment = os.environ | ONE_THREAD | {"JAX_PLATFORMS": "cpu", "BENCHMARK_CORE": last_core()}
    command = [sys.executable, "-m", "measurements.speedrun.peer", peer, str(folder)]
    command += [str(time.time()), json.dumps(settings)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def said(reached):
    """Return a few words about a goal."""
    if reached is None:
        return f"not in {EPOCHS} epochs"
    return f"after {reached['cpu_seconds']:.1f} s processor, {reached['clock_seconds']:.1f} s clock"


if __name__ == "__main__":
    main()
