"""Time and memory of reading 60,000 images from a CSV file: load_csv against pandas.

    python measurements/speed/csv_reading.py [--idx FOLDER] [--rounds 5] [--quoted]

Writes a CSV file of 60,000 x 785 numbers into a temporary folder, from the MNIST training files in
FOLDER (train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz) or else from the bundled digits,
twelve times over; with --quoted each field stands in quotes. Each reading is a fresh process with
one BLAS thread; the readers take turns.
"beyond" is the peak memory above what the imports needed and the returned arrays hold.
"""

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from helpers.data import load_dataset

READERS = {
    "pandas uint8": "table = pandas.read_csv(path, dtype=np.uint8); "
    "held = int(table.memory_usage().sum())",
    "load_csv float64": "d = load_csv(path); held = d.X.nbytes + d.labels.nbytes",
    "load_csv float32": "d = load_csv(path, dtype=np.float32); held = d.X.nbytes + d.labels.nbytes",
}
SCRIPT = """
import json, resource, sys, time
import numpy as np, pandas
from helpers.data import load_csv
path = sys.argv[1]
unit = 1 if sys.platform == "darwin" else 1024
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
before, start = peak(), time.perf_counter()
{reading}
print(json.dumps([time.perf_counter() - start, (peak() - before - held) / 1e6, held / 1e6]))
"""


def images_and_labels(folder: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels (60000, 784) and labels (60000,), from IDX files or the bundled digits."""
    if folder is None:
        digits = load_dataset("digits")
        return np.tile(np.rint(digits.X.T * 255).astype(np.uint8), (12, 1)), np.tile(
            digits.labels, 12
        )
    images, labels = (
        np.frombuffer(gzip.decompress((folder / name).read_bytes()), np.uint8, offset=offset)
        for name, offset in (("train-images-idx3-ubyte.gz", 16), ("train-labels-idx1-ubyte.gz", 8))
    )
    return images.reshape(-1, 784), labels


def write_csv(path: Path, pixels: np.ndarray, labels: np.ndarray) -> None:
    """Write label,pixel0,... with one image a row to path; raises OSError."""
    with path.open("w", encoding="ascii") as file:
        file.write("label," + ",".join(f"pixel{i}" for i in range(pixels.shape[1])) + "\n")
        for label, row in zip(labels.tolist(), pixels, strict=True):
            file.write(",".join(map(str, [label, *row.tolist()])) + "\n")


def make_file(path: Path, folder: Path | None, quoted: bool) -> None:
    """Write the CSV file of the benchmark to path; raises OSError."""
    write_csv(path, *images_and_labels(folder))
    if quoted:
        lines = path.read_text("ascii").splitlines()
        path.write_text("".join('"' + line.replace(",", '","') + '"\n' for line in lines), "ascii")


def measure(reading: str, path: Path) -> tuple[float, float, float]:
    """Return seconds, peak MB beyond the returned arrays, and MB returned, of one reading."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", SCRIPT.format(reading=reading), str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return tuple(json.loads(answer.stdout))


def main() -> None:
    """Print the table; raises CalledProcessError if a reading fails."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--idx", type=Path, help="folder with the MNIST training files")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quoted", action="store_true", help="quotes around each field")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.csv"
        with ProcessPoolExecutor(
            1, mp_context=get_context("spawn")
        ) as pool:  # a big parent would spoil the peaks
            pool.submit(make_file, path, arguments.idx, arguments.quoted).result()
        print(f"{path.stat().st_size / 1e6:.0f} MB of text; median of {arguments.rounds} rounds")
        runs = [
            {name: measure(code, path) for name, code in READERS.items()}
            for _ in range(arguments.rounds)
        ]
    print(
        f"{'reader':18}{'seconds':>9}{'fastest':>9}{'ratio':>7}{'returned MB':>13}{'beyond MB':>11}"
    )
    reference = statistics.median(run["pandas uint8"][0] for run in runs)
    for name in READERS:
        seconds, beyond, held = zip(*(run[name] for run in runs), strict=True)
        middle = statistics.median(seconds)
        ratio = middle / reference
        print(
            f"{name:18}{middle:9.2f}{min(seconds):9.2f}{ratio:7.2f}"
            f"{held[0]:13.0f}{max(beyond):11.0f}"
        )


if __name__ == "__main__":
    main()
