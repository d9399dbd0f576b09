"""Data sets of images: read from a CSV file or loaded by name, and split in two (notebook 1)."""

import math
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.internals.checks import (
    check_array,
    check_choice,
    check_class_names,
    check_count,
    check_dtype,
    check_finite,
    check_image_shape,
    check_is_dataset,
    check_label_array,
    check_path,
    check_rng,
)
from helpers.internals.csv_bytes import DataFileError
from helpers.internals.csv_files import Rules, read_csv_images
from helpers.internals.mnist_files import read_images, users_folder

__all__ = ["DataFileError", "Dataset", "find_file", "load_csv", "load_dataset", "split"]

PROJECT = Path(__file__).resolve().parent.parent
DATA_FOLDER = PROJECT / "data"
DIGIT_NAMES = tuple("0123456789")
# fmt: off
FASHION_NAMES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)
# fmt: on
BUNDLED = {
    "digits": ("digits.csv.gz", 255, DIGIT_NAMES),
    "fashion": ("fashion.csv.gz", 255, FASHION_NAMES),
    "digits-8x8": ("digits_8x8.csv.gz", 16, DIGIT_NAMES),
}
FULL = {"mnist": DIGIT_NAMES, "fashion-mnist": FASHION_NAMES}
_ROWS_AT_ONCE = 256


def find_file(name):
    """Return the path of a file that comes with this project, in whatever folder a notebook runs.

    Parameters
    ----------
    name : str or Path
        Such as "digits.csv.gz" or "models/digits_network.npz".

    Returns
    -------
    Path
        The file of this name seen from the current folder, which may be your own, or else the
        project's, in its folders notebooks/ and data/.

    Raises
    ------
    TypeError
        If the name is no path.
    FileNotFoundError
        If there is no such file; it says where it was looked for.
    """
    name = check_path("name", name)
    if name.exists():
        return name
    folders = (PROJECT / "notebooks", DATA_FOLDER)
    for folder in folders:
        if (folder / name).exists():
            inside = Path.cwd().resolve().is_relative_to(PROJECT)
            return Path(os.path.relpath(folder / name)) if inside else folder / name
    raise FileNotFoundError(
        f"there is no file {name} in {Path.cwd()}, {' or '.join(map(str, folders))}; check the "
        "spelling"
    )


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images as the columns of X, with their labels.

    Parameters
    ----------
    X : array of float, shape (features, m)
        Values from 0 to 1, one image per column.
    labels : array of int, shape (m,), or None
        From 0 to len(class_names) - 1.
    class_names : tuple of str
        The digits unless told otherwise.
    image_shape : tuple of int
        (height, width) of one image in pixels, of which X has as many rows.

    Raises
    ------
    TypeError
        If X is not an array of floating-point numbers, or labels not one of integers.
    ValueError
        If shapes or values do not fit together.
    """

    X: np.ndarray
    labels: np.ndarray | None = None
    class_names: tuple[str, ...] = DIGIT_NAMES
    image_shape: tuple[int, int] = (28, 28)

    def __post_init__(self):
        object.__setattr__(self, "class_names", check_class_names(self.class_names))
        object.__setattr__(self, "image_shape", check_image_shape("image_shape", self.image_shape))
        self._check_X()
        if self.labels is not None:
            self._check_labels()

    def _check_X(self):
        X, pixels = self.X, math.prod(self.image_shape)
        check_array("X", X, kinds="f", expected="a NumPy array of floats; scale the pixels to 0..1")
        if X.ndim != 2:
            raise ValueError(f"X has shape {X.shape}, expected ({pixels}, m), one column per image")
        if X.shape[0] != pixels:
            labels_fit = self.labels is not None and np.shape(self.labels) == (X.shape[0],)
            hint = "; the images seem to be rows: pass X.T"
            raise ValueError(
                f"X has {X.shape[0]} rows, expected {pixels} for image_shape {self.image_shape}"
                f"{hint if X.shape[1] == pixels or labels_fit else ''}"
            )
        if X.size and not (X.min() >= 0 and X.max() <= 1):
            check_finite("X", X)
            low, high = X.min(), X.max()
            advice = "divide the pixels by the largest value a pixel can have"
            if low < 0:
                advice = f"they were shifted or standardized: {advice} instead, 255 for most files"
            elif high < 1.01:
                advice = "np.clip(X, 0, 1) cuts what rounding left over"
            raise ValueError(
                f"X has values from {low:.9g} to {high:.9g}, expected 0 to 1; {advice}"
            )

    def _check_labels(self):
        labels, m, classes = self.labels, self.X.shape[1], len(self.class_names)
        check_label_array(labels)
        if labels.shape != (m,):
            images_are_rows = labels.shape == (self.X.shape[0],)
            hint = "; the images seem to be rows: pass X.T" if images_are_rows else ""
            raise ValueError(
                f"labels have shape {labels.shape}, expected ({m},), one per column of X{hint}"
            )
        if m and not (labels.min() >= 0 and labels.max() < classes):
            raise ValueError(
                f"labels are from {labels.min()} to {labels.max()}, expected 0 to {classes - 1} "
                f"for {classes} class names"
            )

    def __len__(self):
        return self.X.shape[1]

    def __repr__(self):
        height, width = self.image_shape
        labels = f"{len(self.class_names)} classes" if self.labels is not None else "no labels"
        return f"Dataset({len(self)} images of {height}×{width} pixels, {labels}, {self.X.dtype})"

    def subset(self, indices):
        """Return a Dataset of the chosen columns, with its images row after row in memory.

        Parameters
        ----------
        indices : array-like of int, slice, or array of bool with shape (m,)
            Whatever selects from an array (m,), in this order.

        Returns
        -------
        Dataset
            A slice may share the memory of the whole.

        Raises
        ------
        IndexError
            If an index is out of range.
        """
        X = np.ascontiguousarray(self.X.T[indices]).T
        labels = None if self.labels is None else self.labels[indices]
        return Dataset(X, labels, self.class_names, self.image_shape)


def split(dataset, dev_size, rng):
    """Shuffle a dataset and divide it into a training set and a development set.

    Parameters
    ----------
    dataset : Dataset
        m examples.
    dev_size : int
        Examples in the development set, from 1 to m - 1.
    rng : np.random.Generator

    Returns
    -------
    train_set, dev_set : Dataset
        They share no example, and together hold all of them.

    Raises
    ------
    TypeError
        If an argument is of another type.
    ValueError
        If one of the sets would be empty.
    """
    check_is_dataset("dataset", dataset)
    check_rng(rng)
    m = len(dataset)
    check_count("dev_size", dev_size, at_most=m - 1)
    order = rng.permutation(m)
    return dataset.subset(order[dev_size:]), dataset.subset(order[:dev_size])


def load_csv(
    path,
    *,
    dtype=np.float64,
    max_pixel=None,
    label_column="auto",
    class_names=None,
    image_shape=None,
):
    """Read a CSV file of images, one per row.

    What is unambiguous is read, and a warning says what was taken for what; what is ambiguous or
    damaged is refused with one sentence. Commas, semicolons, tabs or blanks may separate the
    fields; quotes, `4.0` for 4, decimal commas, UTF-16, and files packed by gzip, bzip2, xz or zip
    are read as well. EMNIST's images lie on their side: turn them by
    `X.reshape(28, 28, -1).transpose(1, 0, 2).reshape(784, -1)`.

    Parameters
    ----------
    path : str or Path
        A file with or without a header line. It may hold 512 MiB of text, five times MNIST's,
        packed or not; at most 3 GiB of memory are taken for it, and little for one that is
        refused.
    dtype : np.float64 or np.float32
        Of X.
    max_pixel : int, optional
        The number of full ink, 1 to 255; paper is 0. Unless given, it is 255, but pixels from 0 to
        1, 0 to 16 or -1 to 1 are recognized.
    label_column : {"auto", "first", "last", None}
        Where the labels are; None for a file without. "auto" takes the column that the header
        calls label, class, target, digit or y, or the one that is no numbered pixel; without a
        header, the first column if it is one too many for an image.
    class_names : tuple of str, optional
        The ten digits unless given. Labels are 0 to len(class_names) - 1, or these names.
    image_shape : tuple of int, optional
        (height, width) in pixels; images are square unless given.

    Returns
    -------
    Dataset
        X (pixels, m), values from 0 to 1. Pixels whose names are numbered stand in their order.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        For the path.
    DataFileError
        A ValueError: for the content of the file, naming row (line of the file, from 1) and column.
    TypeError, ValueError
        For another argument.

    Warns
    -----
    UserWarning
        Says how the file was understood, where that is not plain, and what looks wrong.
    """
    check_dtype(dtype)
    if max_pixel is not None:
        check_count("max_pixel", max_pixel, at_most=255)
    check_choice("label_column", label_column, ("auto", "first", "last", None))
    path = check_path("path", path, hint="Dataset(X, labels) takes arrays")
    class_names = check_class_names(class_names) if class_names is not None else None
    image_shape = check_image_shape("image_shape", image_shape) if image_shape is not None else None
    features = math.prod(image_shape) if image_shape is not None else None
    images = read_csv_images(path, Rules(label_column, max_pixel, class_names, features))
    for note in images.notes:
        warnings.warn(f"{path.name}: {note}", stacklevel=2)
    X = _scale(images.blocks, images.paper, images.ink, dtype).T
    side = math.isqrt(len(X))
    return Dataset(X, images.labels, images.class_names or DIGIT_NAMES, image_shape or (side, side))


def _scale(blocks, paper, ink, dtype):
    """Return the images of all blocks as rows, from 0 for paper to 1 for full ink."""
    shape = (sum(map(len, blocks)), blocks[0].shape[1])
    # np.empty would ask for huge pages, which a virtual machine hands out at half the speed.
    buffer = bytearray(math.prod(shape) * np.dtype(dtype).itemsize)
    rows = np.frombuffer(buffer, dtype=dtype).reshape(shape)
    done = 0
    for block in blocks:
        for start in range(0, len(block), _ROWS_AT_ONCE):
            part = block[start : start + _ROWS_AT_ONCE]
            out = rows[done : done + len(part)]
            if paper:
                part = part - paper
            np.divide(part, ink - paper, out=out, dtype=dtype, casting="same_kind")
            done += len(part)
    return rows


def load_dataset(name, part="train", *, dtype=np.float64):
    """Load a data set by name: a bundled one, or a full one that is downloaded once.

    Files in the folder that the environment variable NEURAL_NETWORK_DATA names come first. A
    bundled set is used from data/ beside the helpers if it is not there. The files of a full set
    may be packed or not, carry a number of their download, and lie in a folder of any name there:
    their checksums tell which they are.

    Parameters
    ----------
    name : {"digits", "fashion", "digits-8x8", "mnist", "fashion-mnist"}
        The last two are the full sets.
    part : {"train", "test"}
        "test" for the full sets only.
    dtype : np.float64 or np.float32
        Of X.

    Returns
    -------
    Dataset
        X is (784, 5000) for "digits" and "fashion", (64, 1797) for "digits-8x8", (784, 60000) for
        the full sets and (784, 10000) for their part "test"; values are 0 to 1.

    Raises
    ------
    TypeError, ValueError
        If there is no such name, part or dtype.
    DataFileError
        A ValueError: if a file is not the published one.
    ConnectionError
        If no mirror delivers a full set; it says what to put where.
    OSError
        If the cache cannot be written, or NEURAL_NETWORK_DATA names no folder.
    """
    check_choice("name", name, (*BUNDLED, *FULL))
    check_choice("part", part, ("train", "test"))
    check_dtype(dtype)
    if name in FULL:
        images, labels = read_images(name, part)
        X = _scale([images.reshape(len(images), -1)], 0, 255, dtype).T
        return Dataset(X, labels.astype(np.intp), FULL[name], images.shape[1:])
    if part != "train":
        raise ValueError(
            f'part is {part!r}, expected "train" for {name}: no test images are bundled, so that '
            "they stay unseen; split() sets some of the training images aside"
        )
    file_name, max_pixel, class_names = BUNDLED[name]
    path = (users_folder() or DATA_FOLDER) / file_name
    path = path if path.exists() else DATA_FOLDER / file_name
    return load_csv(path, dtype=dtype, max_pixel=max_pixel, class_names=class_names)
