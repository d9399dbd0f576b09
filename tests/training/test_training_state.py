"""A state can be gone on from only where it has the arrays that the training expects."""

import math

import numpy as np
import pytest

from helpers.training_state import HISTORY_COLUMNS, TrainingState, check_state

VECTOR = np.zeros(5)
MOMENTS = {"velocity": np.zeros(5), "steps": np.zeros((), np.int64)}


def state(**changes):
    return TrainingState(**{"vector": VECTOR, "best_vector": VECTOR, "moments": MOMENTS, "rng_state": {}} | changes)


def test_the_history_has_the_columns_that_notebooks_and_files_know():
    columns = "epoch train_loss train_accuracy dev_loss dev_accuracy learning_rate seconds"
    assert tuple(columns.split()) == HISTORY_COLUMNS


def test_a_new_state_has_nothing_behind_it():
    new = state()
    assert (new.epoch, new.best_epoch, new.improved_at, new.history, new.origin) == (0, 0, 0, (), None)
    assert new.best_accuracy == new.reference == -math.inf
    with pytest.raises(AttributeError):
        new.epoch = 1


@pytest.mark.parametrize("changes", [{}, {"epoch": 3}, {"moments": {}}, {"origin": {}}])
def test_a_state_that_fits_is_accepted(changes):
    check_state(state(**changes), VECTOR, MOMENTS)


@pytest.mark.parametrize(
    "changes",
    [
        {"vector": np.zeros(6)},
        {"vector": np.zeros(5, np.float32)},
        {"best_vector": np.zeros(6)},
        {"vector": np.zeros(6), "best_vector": np.zeros(6)},
        {"vector": np.zeros(5, np.float32), "best_vector": np.zeros(5, np.float32)},
        {"moments": {"velocity": np.zeros(5)}},
        {"moments": {"velocity": np.zeros(6), "steps": np.zeros((), np.int64)}},
        {"moments": {"velocity": np.zeros(5, np.float32), "steps": np.zeros((), np.int64)}},
        {"moments": {"speed": np.zeros(5), "steps": np.zeros((), np.int64)}},
        {"moments": {}, "epoch": 1},  # only a training that has not begun may lack them
        {"moments": MOMENTS | {"squares": np.zeros(5)}, "epoch": 1},
    ],
    ids=str,
)
def test_a_state_of_another_training_is_refused(changes):
    with pytest.raises(ValueError, match="resume with the layer sizes, dtype and optimizer of the first run"):
        check_state(state(**changes), VECTOR, MOMENTS)


def test_the_sentence_says_what_came_and_what_was_expected():
    with pytest.raises(
        ValueError, match=r"has 6 parameters of float64 .*\['steps', 'velocity'\], expected 5 of float64"
    ):
        check_state(state(vector=np.zeros(6)), VECTOR, MOMENTS)
    with pytest.raises(ValueError, match="resume_from is dict, expected a TrainingResult or its state"):
        check_state({"vector": VECTOR}, VECTOR, MOMENTS)
