"""Training: mini-batches, early stopping on the development set, and a history of what happened."""

import math
import os
from dataclasses import dataclass

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from helpers.internals.checkpoints import CheckpointFile, check_resumed, state_to_resume
from helpers.internals.training_origin import training_origin
from helpers.network import Layer, unpack_parameters
from helpers.settings import Settings
from helpers.training_run import TrainingRun
from helpers.training_state import HISTORY_COLUMNS, TrainingState

BAR_AFTER_SECONDS = 10


@dataclass(frozen=True)
class TrainingResult:
    """What a training leaves behind.

    parameters: the layers of the best epoch. history: a DataFrame with a row an epoch, indexed by `epoch` from 1:
    train_loss, train_accuracy, dev_loss, dev_accuracy (nats and fractions, measured after the epoch on the whole
    set), learning_rate, seconds. best_epoch: the first epoch with the highest development accuracy, 0 if none
    was finished. stop_reason: "early stopping", "max epochs", "diverged", "interrupted" or "on_epoch".
    last_parameters: the layers after the last finished epoch. state: all that `resume_from` needs. Raises nothing.
    """

    parameters: list[Layer]
    history: pd.DataFrame
    best_epoch: int
    stop_reason: str
    last_parameters: list[Layer]
    state: TrainingState

    @property
    def best_dev_accuracy(self):
        """The development accuracy of the best epoch, a fraction; NaN if no epoch was finished. Raises nothing."""
        return float(self.history["dev_accuracy"].get(self.best_epoch, math.nan))

    def __repr__(self):
        best = f"best epoch {self.best_epoch} with development accuracy {self.best_dev_accuracy:.3f}"
        return f"TrainingResult: {len(self.history)} epochs, {best}; stopped by: {self.stop_reason}"


def train(
    train_set,
    dev_set,
    layer_sizes,
    *,
    learning_rate,
    batch_size=None,
    optimizer="gradient descent",
    max_epochs=100,
    patience=10,
    min_delta=0.0,
    activation="relu",
    scheme="he",
    l2=0.0,
    augment=None,
    learning_rate_schedule=None,
    label_smoothing=0.0,
    measure_train=True,
    dtype=np.float64,
    seed=0,
    on_epoch=None,
    resume_from=None,
    checkpoint=None,
):
    """Train a network and return the parameters of its best epoch, with the history of the training.

    train_set, dev_set: Datasets with labels; the gradient sees the first alone. layer_sizes: from the features to the
    classes. batch_size: examples a step, None for all of them (full-batch gradient descent). optimizer: a key of
    OPTIMIZERS. The training stops after max_epochs, or when the development accuracy has not risen by more than
    min_delta for `patience` epochs (None: never). scheme: how initialize_parameters draws the weights. l2: l2 times
    each weight is added to its gradient; the losses of the history leave the penalty out. augment: augment(X, rng)
    gives the batch (features, m) to train on. learning_rate_schedule: a function of the share of max_epochs done, 0
    to 1, that gives the factor of learning_rate (helpers/schedules.py has some). label_smoothing: s trains towards (1
    - s) Y + s / classes; the losses of the history stay those of Y. measure_train: False leaves train_loss and
    train_accuracy NaN and saves a forward pass over the training set after each epoch. dtype: np.float64, or
    np.float32 for speed. seed: of the one generator for initial weights and order. on_epoch: called after each epoch
    with its row of the history as a dictionary; True stops the training. resume_from: an earlier result of the same
    settings, to go on from its last epoch exactly as if it had not stopped; or the path of a checkpoint. checkpoint:
    the path of a .npz file to which the training is written before the first epoch and after every one, whole or not
    at all, so that not even a killed process loses more than the epoch that was under way.

    With the same path for both, `train(..., checkpoint="run.npz", resume_from="run.npz")` starts anew where there is
    no file and goes on where there is one; a checkpoint alone never overwrites a file. A checkpoint of other settings
    or data is refused, but max_epochs (without a schedule) and patience may be raised. Of the functions augment and
    learning_rate_schedule the file holds name, arguments and a checksum of the code, not the functions.

    A training of more than ten seconds shows a progress bar, unless TQDM_DISABLE is set in the environment.
    Ctrl-C stops and returns the best so far. A loss that is NaN or infinite stops with "diverged"; the training loss
    is watched, or the development loss where measure_train is False.
    Raises ValueError for every argument that does not fit, with what was expected; CheckpointFileError (a ValueError)
    for a damaged checkpoint, FileNotFoundError where there is none, FileExistsError where one would be overwritten, and
    OSError where it cannot be written. Should that fail after the first epoch has begun, or another training write to
    the same file meanwhile, it warns and goes on without touching that file.
    """
    settings = Settings(
        layer_sizes=layer_sizes,
        learning_rate=learning_rate,
        batch_size=batch_size,
        optimizer=optimizer,
        max_epochs=max_epochs,
        patience=patience,
        min_delta=min_delta,
        activation=activation,
        scheme=scheme,
        l2=l2,
        augment=augment,
        learning_rate_schedule=learning_rate_schedule,
        label_smoothing=label_smoothing,
        measure_train=measure_train,
        dtype=dtype,
        seed=seed,
    )
    file = None if checkpoint is None else CheckpointFile(checkpoint)
    state, origin = state_to_resume(resume_from, checkpoint), None
    if checkpoint is not None or getattr(state, "origin", None) is not None:
        origin = training_origin(settings, train_set, dev_set)
        check_resumed(resume_from, state, origin)
    run = TrainingRun(train_set, dev_set, settings, state)
    if file is not None:
        file.save(run.state, origin)  # a folder that cannot be written shows now, not hours later
    quiet = bool(os.environ.get("TQDM_DISABLE"))  # tqdm reads this variable itself, but not in a notebook
    bar = tqdm(
        total=max_epochs, initial=run.state.epoch, unit="epoch", leave=False, delay=BAR_AFTER_SECONDS, disable=quiet
    )
    with bar:
        try:
            while run.stop_reason is None:
                row = run.run_epoch()
                if file is not None:
                    file.keep(run.state, origin)
                bar.update()
                if on_epoch is not None and on_epoch(row) and run.stop_reason is None:
                    run.stop_reason = "on_epoch"
        except KeyboardInterrupt:
            run.stop_reason = "interrupted"
    return training_result(run)


def training_result(run):
    """Return the TrainingResult of a TrainingRun, finished or not.

    run: a TrainingRun. Raises nothing.
    """
    state = run.state
    return TrainingResult(
        parameters=unpack_parameters(state.best_vector.copy(), run.parameters),
        history=pd.DataFrame(state.history, columns=HISTORY_COLUMNS).set_index("epoch"),
        best_epoch=state.best_epoch,
        stop_reason=run.stop_reason or "not finished",
        last_parameters=unpack_parameters(state.vector.copy(), run.parameters),
        state=state,
    )
