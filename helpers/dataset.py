"""A set of labelled images, and how it is divided into a training and a development set."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images as the columns of X, with their labels.

    X is (features, m), floating point, 0 to 1; labels is (m,) whole numbers from 0 to len(class_names) - 1, or
    None; image_shape is (height, width) of one image. Raises TypeError for arrays of the wrong type and
    ValueError for shapes or values that do not fit together.
    """

    X: np.ndarray
    labels: np.ndarray | None = None
    class_names: tuple[str, ...] = tuple("0123456789")
    image_shape: tuple[int, int] = (28, 28)

    def __post_init__(self):
        object.__setattr__(self, "class_names", tuple(self.class_names))
        object.__setattr__(self, "image_shape", tuple(self.image_shape))
        self._check_X()
        if self.labels is not None:
            self._check_labels()

    def _check_X(self):
        X = self.X
        if not isinstance(X, np.ndarray) or not np.issubdtype(X.dtype, np.floating):
            kind = f"an array of {X.dtype}" if isinstance(X, np.ndarray) else type(X).__name__
            raise TypeError(f"X must be a NumPy array of floating-point numbers, not {kind}; scale the pixels to 0..1")
        if X.ndim != 2:
            raise ValueError(f"X must have two dimensions, (features, m), not the shape {X.shape}")
        pixels = math.prod(self.image_shape)
        if X.shape[0] != pixels:
            labels_fit = self.labels is not None and np.shape(self.labels) == (X.shape[0],)
            hint = "; its rows look like images: pass X.T" if X.shape[1] == pixels or labels_fit else ""
            raise ValueError(f"X has {X.shape[0]} rows, but image_shape {self.image_shape} needs {pixels}{hint}")
        if X.size and not (X.min() >= 0 and X.max() <= 1):
            raise ValueError(
                f"X must hold values from 0 to 1, not {X.min():g} to {X.max():g}; "
                "divide the pixels by the largest value a pixel can have"
            )

    def _check_labels(self):
        labels, m, classes = self.labels, self.X.shape[1], len(self.class_names)
        if not isinstance(labels, np.ndarray) or not np.issubdtype(labels.dtype, np.integer):
            kind = f"an array of {labels.dtype}" if isinstance(labels, np.ndarray) else type(labels).__name__
            raise TypeError(f"labels must be a NumPy array of integers, not {kind}")
        if labels.shape != (m,):
            hint = "; its rows look like images: pass X.T" if labels.shape == (self.X.shape[0],) else ""
            raise ValueError(f"labels must have the shape ({m},), one for each column of X, not {labels.shape}{hint}")
        if m and not (labels.min() >= 0 and labels.max() < classes):
            raise ValueError(
                f"labels must be 0 to {classes - 1} for {classes} class names, not {labels.min()} to {labels.max()}"
            )

    def __len__(self) -> int:
        return self.X.shape[1]

    def __repr__(self) -> str:
        height, width = self.image_shape
        labels = f"{len(self.class_names)} classes" if self.labels is not None else "no labels"
        return f"Dataset({len(self)} images of {height}×{width} pixels, {labels}, {self.X.dtype})"

    def subset(self, indices) -> "Dataset":
        """Return a new Dataset of the chosen columns, in the order given, with its images row after row in memory.

        indices is anything that selects from an (m,) array: integers, a slice, or a mask of m booleans.
        A slice may share the memory of the whole. Raises IndexError for an index that is out of range.
        """
        X = np.ascontiguousarray(self.X.T[indices]).T
        labels = None if self.labels is None else self.labels[indices]
        return Dataset(X, labels, self.class_names, self.image_shape)


def split(dataset: Dataset, dev_size: int, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
    """Shuffle a dataset and return (train_set, dev_set), where dev_set holds dev_size of its m examples.

    The two sets share no example and together hold all of them. Raises TypeError if dev_size is not a whole
    number or rng is not a NumPy Generator, and ValueError if either set would be empty.
    """
    if isinstance(dev_size, bool) or not isinstance(dev_size, int | np.integer):
        raise TypeError(f"dev_size must be a whole number of examples, such as 1000, not {dev_size!r}")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a generator such as np.random.default_rng(0), not {rng!r}")
    m = len(dataset)
    if not 1 <= dev_size < m:
        raise ValueError(f"dev_size must be from 1 to {m - 1} for {m} examples, not {dev_size}")
    order = rng.permutation(m)
    return dataset.subset(order[dev_size:]), dataset.subset(order[:dev_size])
