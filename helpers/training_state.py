"""A training between two epochs, kept so that it can go on."""

import math
from dataclasses import dataclass

import numpy as np

HISTORY_COLUMNS = ("epoch", "train_loss", "train_accuracy", "dev_loss", "dev_accuracy", "learning_rate", "seconds")


@dataclass(frozen=True)
class TrainingState:
    """A training as it stands after an epoch: whoever has it can go on, bit for bit.

    vector, best_vector: (number of parameters,). moments: the optimizer's arrays. rng_state: the generator's.
    improved_at, reference: the last epoch that counts as an improvement for the patience, and its development
    accuracy. history: a dictionary an epoch. origin: the settings and the data it belongs to (training_origin), where
    it comes from a checkpoint, else None. Raises nothing.
    """

    vector: np.ndarray
    best_vector: np.ndarray
    moments: dict
    rng_state: dict
    epoch: int = 0
    best_epoch: int = 0
    best_accuracy: float = -math.inf
    improved_at: int = 0
    reference: float = -math.inf
    history: tuple = ()
    origin: dict | None = None


def check_state(state, vector, moments):
    """Raise ValueError unless a state can be gone on from with these parameters and optimizer.

    state: a TrainingState. vector: (number of parameters,). moments: the optimizer's state, a dictionary of arrays.
    """
    if not isinstance(state, TrainingState):
        raise ValueError(f"resume_from is {type(state).__name__}, expected a TrainingResult or its state")
    arrays = {name: (values.shape, values.dtype) for name, values in state.moments.items()}
    expected = {name: (values.shape, values.dtype) for name, values in moments.items()}
    vectors = {(values.shape, values.dtype) for values in (state.vector, state.best_vector, vector)}
    if len(vectors) > 1 or ((state.epoch > 0 or arrays) and arrays != expected):
        raise ValueError(
            f"resume_from has {state.vector.size} parameters of {state.vector.dtype} and the moments "
            f"{sorted(arrays)}, expected {vector.size} of {vector.dtype} and {sorted(expected)}; "
            "resume with the layer sizes, dtype and optimizer of the first run"
        )
