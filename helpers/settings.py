"""The settings of a training, checked before the first step."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers.activations import get_activation
from helpers.internals.checks import check_count, check_labels, check_layer_sizes, check_number
from helpers.network import weight_scale
from helpers.optimizers import get_optimizer


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of `train`, as documented there, but for the data, the callback and what to resume from.

    Raises ValueError for every value that does not fit, with what was expected.
    """

    layer_sizes: list[int]
    learning_rate: float
    batch_size: int | None
    optimizer: str
    max_epochs: int
    patience: int | None
    min_delta: float
    activation: str
    l2: float
    augment: Callable | None
    learning_rate_schedule: Callable | None
    dtype: type
    seed: int
    label_smoothing: float = 0.0
    measure_train: bool = True
    scheme: str | float = "he"

    def __post_init__(self):
        check_layer_sizes(self.layer_sizes)
        check_number("learning_rate", self.learning_rate, above=0, hint="0.1 is a good first try")
        check_count("batch_size", self.batch_size, none_means="the whole training set in one step")
        get_optimizer(self.optimizer, np.zeros(1))
        check_count("max_epochs", self.max_epochs)
        check_count("patience", self.patience, none_means="no early stopping")
        check_number("min_delta", self.min_delta, at_least=0)
        get_activation(self.activation)
        weight_scale(self.scheme, 1, 1)
        check_number("l2", self.l2, at_least=0)
        for name in ("augment", "learning_rate_schedule"):
            if getattr(self, name) is not None and not callable(getattr(self, name)):
                raise ValueError(f"{name} is {getattr(self, name)!r}, expected a function or None")
        if self.dtype not in (np.float32, np.float64, "float32", "float64"):
            raise ValueError(f"dtype is {self.dtype!r}, expected np.float64 or np.float32")
        check_count("seed", self.seed, at_least=0)
        check_number("label_smoothing", self.label_smoothing, at_least=0)
        if self.label_smoothing >= 1:
            raise ValueError(
                f"label_smoothing is {self.label_smoothing!r}, expected less than 1; 0.05 is a good first try"
            )
        if not isinstance(self.measure_train, bool):
            raise ValueError(f"measure_train is {self.measure_train!r}, expected True or False")


def check_dataset(name, dataset, layer_sizes):
    """Raise ValueError unless a dataset can train or judge a network of these layer sizes.

    name: how the error calls it. dataset: a Dataset; it needs labels, at least one example, as many features as
    the network has inputs, and no label beyond the network's outputs.
    """
    if not hasattr(dataset, "X") or not hasattr(dataset, "labels"):
        raise ValueError(
            f"{name} is a {type(dataset).__name__}, expected a Dataset; load_dataset or load_csv makes one"
        )
    features, m = dataset.X.shape
    if dataset.labels is None:
        raise ValueError(f"{name} has no labels, expected one an example: a network learns from labeled examples")
    if m == 0:
        raise ValueError(f"{name} is empty, expected at least one example")
    if features != layer_sizes[0]:
        raise ValueError(
            f"{name} has {features} features an example, but layer_sizes {list(layer_sizes)} starts with "
            f"{layer_sizes[0]}; begin layer_sizes with {features}"
        )
    try:
        check_labels(dataset.labels, layer_sizes[-1])
    except ValueError as error:
        raise ValueError(f"{name}: {error}; layer_sizes ends with {layer_sizes[-1]}, one output a class") from None
