"""The settings of a training and its data are checked before the first step, each with a sentence that helps."""

import types

import numpy as np
import pytest

from helpers.data import Dataset
from helpers.settings import Settings, check_dataset


def settings(**changes):
    usual = {"layer_sizes": [6, 4, 3], "learning_rate": 0.1, "batch_size": 8, "optimizer": "adam", "max_epochs": 5}
    usual |= {"patience": 2, "min_delta": 0.0, "activation": "relu", "l2": 0.0, "augment": None}
    return Settings(**usual | {"learning_rate_schedule": None, "dtype": np.float64, "seed": 0} | changes)


def test_what_is_left_out_has_a_default():
    usual = settings()
    assert (usual.label_smoothing, usual.measure_train, usual.scheme) == (0.0, True, "he")
    with pytest.raises(AttributeError):
        usual.seed = 1


@pytest.mark.parametrize(
    "changes",
    [
        {"batch_size": None, "patience": None},
        {"batch_size": 1, "patience": 1, "max_epochs": 1, "seed": 3},
        {"min_delta": 0.5, "l2": 0.5, "label_smoothing": 0.99},
        {"augment": lambda X, rng: X, "learning_rate_schedule": lambda share: 1.0},
        {"dtype": np.float32},
        {"dtype": "float32"},
        {"dtype": "float64"},
        {"dtype": np.dtype("float32")},
        {"measure_train": False},
        {"scheme": "glorot"},
        {"scheme": 0.1},
        {"optimizer": "momentum", "activation": "tanh", "learning_rate": 1e-9},
    ],
    ids=str,
)
def test_what_makes_sense_is_accepted(changes):
    for name, value in changes.items():
        assert getattr(settings(**changes), name) == value


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"layer_sizes": [6]}, r"layer_sizes is \[6\], expected two or more"),
        ({"learning_rate": 0}, "^learning_rate is 0, expected a number greater than 0; 0.1 is a good first try"),
        ({"batch_size": 0}, "^batch_size is 0, expected a whole number of at least 1, or None for the whole training"),
        ({"optimizer": "sgd"}, "optimizer is 'sgd', expected one of"),
        ({"max_epochs": 0}, "^max_epochs is 0, expected a whole number of at least 1$"),
        ({"max_epochs": None}, "^max_epochs is None"),
        ({"patience": 0}, "^patience is 0, .* or None for no early stopping"),
        ({"min_delta": -0.1}, "^min_delta is -0.1, expected a number at least 0"),
        ({"activation": "swish"}, "activation is 'swish', expected one of"),
        ({"scheme": "big"}, "scheme is 'big', expected"),
        ({"l2": -0.1}, "^l2 is -0.1, expected a number at least 0"),
        ({"augment": 3}, "^augment is 3, expected a function or None"),
        ({"learning_rate_schedule": "cosine"}, "^learning_rate_schedule is 'cosine', expected a function or None"),
        ({"dtype": np.int64}, "expected np.float64 or np.float32"),
        ({"dtype": "float16"}, "dtype is 'float16', expected np.float64 or np.float32"),
        ({"seed": -1}, "^seed is -1, expected a whole number of at least 0"),
        ({"label_smoothing": -0.1}, "^label_smoothing is -0.1, expected a number at least 0"),
        ({"label_smoothing": 1}, "^label_smoothing is 1, expected less than 1"),
        ({"measure_train": 1}, "^measure_train is 1, expected True or False"),
    ],
)
def test_what_makes_no_sense_is_refused(changes, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence):
        settings(**changes)


# Data for a network of the sizes [6, 4, 3]


def data(m=5, features=6, labels=(0, 1, 2, 1, 0)):
    labels = None if labels is None else np.array(labels[:m], int)
    return Dataset(np.zeros((features, m)), labels, image_shape=(1, features))


def test_data_that_fit_are_accepted():
    check_dataset("train_set", data(), [6, 4, 3])
    check_dataset("train_set", data(m=1), [6, 4, 3])


@pytest.mark.parametrize(
    ("dataset", "sentence"),
    [
        (np.zeros((6, 5)), "^dev_set is a ndarray, expected a Dataset"),
        (types.SimpleNamespace(X=np.zeros((6, 5))), "^dev_set is a SimpleNamespace, expected a Dataset"),
        (types.SimpleNamespace(labels=np.zeros(5, int)), "^dev_set is a SimpleNamespace, expected a Dataset"),
        (data(labels=None), "^dev_set has no labels"),
        (data(m=0), "^dev_set is empty"),
        (data(features=7), r"^dev_set has 7 features an example, but layer_sizes \[6, 4, 3\] starts with 6"),
        (data(labels=(0, 1, 3, 1, 0)), "^dev_set: label 3 at position 2 is outside the 3 classes.* ends with 3"),
    ],
    ids=str,
)
def test_data_that_do_not_fit_are_refused(dataset, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_dataset("dev_set", dataset, (6, 4, 3))
