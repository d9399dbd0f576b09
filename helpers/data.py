"""Images for the network: read them from a CSV file, or load one of the sets that come with the project."""

import math
import os
import warnings
from pathlib import Path

import numpy as np

from helpers.dataset import Dataset, split
from helpers.internals.csv_format import DataFileError, Rules
from helpers.internals.csv_reader import read_table
from helpers.internals.data_sources import SOURCES
from helpers.internals.downloads import FOLDER_VARIABLE, load_full_dataset

__all__ = ["DataFileError", "Dataset", "load_csv", "load_dataset", "split"]

DATA_FOLDER = Path(__file__).parent.parent / "data"
DIGIT_NAMES = tuple("0123456789")
FASHION_NAMES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
BUNDLED = {
    "digits": ("digits.csv.gz", 255, DIGIT_NAMES),
    "fashion": ("fashion.csv.gz", 255, FASHION_NAMES),
    "digits-8x8": ("digits_8x8.csv.gz", 16, DIGIT_NAMES),
}
_ROWS_AT_ONCE = 256


def load_csv(
    path: str | os.PathLike,
    *,
    dtype=np.float64,
    max_pixel: int = 255,
    label_column: str | None = "auto",
    class_names: tuple[str, ...] | None = None,
    image_shape: tuple[int, int] | None = None,
) -> Dataset:
    """Read a CSV file of images, one a row, and return a Dataset with X (pixels, m) scaled to 0..1.

    The file is plain or gzip, with or without a header line. label_column is "first", "last", None (no labels),
    or "auto": the column that the header names label; without a header, the first column if it is one too many
    for an image. Pixels are whole numbers 0 to max_pixel (at most 255) and are divided by max_pixel. Labels are
    0 to 9, or 0 to len(class_names) - 1. Images are square unless image_shape=(height, width) says otherwise.
    dtype is np.float64 or np.float32. A file may hold 512 MiB of text, five times MNIST's, packed or not; at most 3 GiB
    of memory are taken for it, and nearly none for one that is refused.

    Raises FileNotFoundError or IsADirectoryError for the path, DataFileError (a ValueError) for the content, naming
    file, row (line of the file, from 1) and column, and ValueError for other wrong arguments. Warns (UserWarning)
    if every pixel is darker than an eighth of max_pixel, which then is probably wrong.
    """
    _check_arguments(dtype, max_pixel, label_column)
    path = Path(path)
    class_names = DIGIT_NAMES if class_names is None else tuple(class_names)
    features = math.prod(image_shape) if image_shape is not None else None
    values, label = read_table(path, Rules(label_column, max_pixel, len(class_names), features))
    labels = None if label is None else values[:, label].astype(np.intp)
    pixels = values[:, int(label == 0) : values.shape[1] - int(label not in (0, None))]
    shape = _image_shape(path.name, pixels.shape[1], image_shape)
    if 0 < pixels.max() < max_pixel / 8:
        warnings.warn(
            f"the brightest pixel of {path.name} is {pixels.max()} of {max_pixel}; if its pixels go from 0 to a "
            "smaller number, pass that as max_pixel",
            stacklevel=2,
        )
    return Dataset(_scale(pixels, max_pixel, dtype).T, labels, class_names, shape)


def _check_arguments(dtype, max_pixel, label_column):
    if dtype not in (np.float64, np.float32):
        raise ValueError(f"dtype must be np.float64 or np.float32, not {dtype!r}")
    if isinstance(max_pixel, bool) or not isinstance(max_pixel, int | np.integer) or not 1 <= max_pixel <= 255:
        raise ValueError(f"max_pixel must be a whole number from 1 to 255, not {max_pixel!r}")
    if label_column not in ("auto", "first", "last", None):
        raise ValueError(f'label_column must be "auto", "first", "last" or None, not {label_column!r}')


def _image_shape(file_name, pixels, image_shape):
    side = math.isqrt(pixels)
    shape = (side, side) if image_shape is None else tuple(image_shape)
    if math.prod(shape) != pixels:
        wanted = f"image_shape {shape} needs {math.prod(shape)}" if image_shape else "that is not a square image"
        raise DataFileError(f"{file_name} has {pixels} pixels a row, but {wanted}; pass image_shape=(height, width)")
    return shape


def _scale(pixels: np.ndarray, max_pixel: int, dtype) -> np.ndarray:
    # A bytearray, since np.empty asks for huge pages, and a virtual machine hands those out at half the speed.
    rows = np.frombuffer(bytearray(pixels.size * np.dtype(dtype).itemsize), dtype=dtype).reshape(pixels.shape)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        block = slice(start, start + _ROWS_AT_ONCE)
        np.divide(pixels[block], max_pixel, out=rows[block], dtype=dtype)
    return rows


def load_dataset(name: str, part: str = "train", *, dtype=np.float64) -> Dataset:
    """Load a data set: "digits", "fashion" or "digits-8x8", bundled, or "mnist" or "fashion-mnist", downloaded once.

    X is (784, 5000) for the bundled images, (64, 1797) for the 8x8 digits, (784, 60000) for the full sets and
    (784, 10000) for their part "test"; values are 0 to 1 in dtype, np.float64 or np.float32. Files in the folder that
    the environment variable NEURAL_NETWORK_DATA names come first: a bundled set is used from data/ beside the helpers
    if it is not there, a full set is looked for in a folder of its name there (helpers/internals/downloads.py). Raises
    ValueError for an unknown name, part or dtype, what load_csv raises, and for a full set what load_full_dataset
    raises.
    """
    if name in SOURCES:
        return load_full_dataset(name, part, dtype=dtype)
    if name not in BUNDLED:
        raise ValueError(f"there is no data set {name!r}; available: {', '.join([*BUNDLED, *SOURCES])}")
    if part != "train":
        raise ValueError(
            f'{name} comes with part="train" alone, not {part!r}: no test images are bundled, so that they stay '
            "unseen; use split() to set some of the training images aside"
        )
    file_name, max_pixel, class_names = BUNDLED[name]
    path = Path(os.environ.get(FOLDER_VARIABLE) or DATA_FOLDER) / file_name
    path = path if path.exists() else DATA_FOLDER / file_name
    return load_csv(path, dtype=dtype, max_pixel=max_pixel, class_names=class_names)
