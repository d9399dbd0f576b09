"""Training: the settings, the loop over epochs and batches, and `train`, which runs it to the end.

`training` is the loop of notebook 4, as a generator: it hands over after every batch and every
epoch, so that `train` can show its progress and keep a checkpoint, and a panel can draw in between.
"""
# ruff: noqa: RUF009 (`setting` returns a dataclasses.field)

from __future__ import annotations

import itertools
import math
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from helpers.activations import get_activation
from helpers.evaluation import loss_and_accuracy
from helpers.internals.blas import limit_blas_threads
from helpers.internals.checkpoints import (
    HISTORY_COLUMNS,
    TrainingState,
    open_checkpoint,
    training_identity,
)
from helpers.internals.checks import (
    check_choice,
    check_count,
    check_dataset,
    check_dtype,
    check_function,
    check_layer_sizes,
    check_number,
)
from helpers.internals.settings import check_settings, lists_settings, setting
from helpers.losses import one_hot
from helpers.network import (
    Layer,
    backward_propagation,
    forward_propagation,
    initialize_parameters,
    weight_scale,
)
from helpers.optimizers import get_optimizer, pack_parameters, unpack_parameters

__all__ = ["Settings", "TrainingResult", "train", "training"]

BAR_AFTER_SECONDS = 10
MEASURED = 10_000  # training examples that are measured after each epoch, at most
NAN = (math.nan, math.nan)  # loss and accuracy where they are not measured
WORTH_A_COPY = 0.97  # with a larger share of the inputs in use, leaving out the others does not pay


# fmt: off
@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a training run: each is declared, checked and explained here, once.

    `train` takes every one of them as an argument, and lists them in its help.

    Raises
    ------
    TypeError, ValueError
        For a value of a wrong type, and for one that does not fit.
    """

    layer_sizes: list[int] = setting(
        lambda name, value: check_layer_sizes(value),
        "Neurons per layer, from the features to the classes, such as [784, 10, 10, 10].")
    learning_rate: float = setting(
        partial(check_number, above=0, hint="0.1 is a good first try"),
        "How far a step goes: what the gradient is multiplied by.")
    batch_size: int | None = setting(
        partial(check_count, none_means="the whole training set in one step"),
        "Examples per step; None takes all of them (full-batch gradient descent).", default=None)
    optimizer: str = setting(
        lambda name, value: get_optimizer(value, np.zeros(1)),
        "'gradient descent', 'momentum' or 'adam' (helpers.optimizers).",
        default="gradient descent")
    max_epochs: int = setting(
        check_count,
        "Training stops after so many epochs.", default=100)
    patience: int | None = setting(
        partial(check_count, none_means="no early stopping"),
        "Training stops early once the development accuracy has not risen for so many epochs; None "
        "never stops early.", default=10)
    min_delta: float = setting(
        partial(check_number, at_least=0),
        "A rise of the accuracy by no more than this fraction does not count for the patience.",
        default=0.0)
    activation: str = setting(
        lambda name, value: get_activation(value),
        "The function of the hidden layers, a key of helpers.activations.ACTIVATIONS.",
        default="relu")
    scheme: str | float = setting(
        lambda name, value: weight_scale(value, 1, 1),
        "How the first weights are drawn: 'he', 'glorot', 'zeros' or a standard deviation "
        "(helpers.network.initialize_parameters).", default="he")
    l2: float = setting(
        partial(check_number, at_least=0),
        "l2 times each weight is added to its gradient. The losses in the history leave this "
        "penalty out.", default=0.0)
    augment: Callable | None = setting(
        check_function,
        "augment(X, rng) returns the batch (features, m) to train on in place of X.", default=None)
    learning_rate_schedule: Callable | None = setting(
        check_function,
        "A function of the share of max_epochs that is done, 0 to 1; its value multiplies the "
        "learning rate of a step (helpers.schedules).", default=None)
    label_smoothing: float = setting(
        partial(check_number, at_least=0, below=1, hint="0.05 is a good first try"),
        "s trains towards (1 - s) Y + s / classes. The losses in the history stay those of Y.",
        default=0.0)
    measure_train: bool = setting(
        partial(check_choice, choices=(True, False)),
        "False leaves train_loss and train_accuracy NaN. They are of the whole training set up to "
        "10,000 examples, of a larger one of every k-th example, k as small as leaves 10,000.",
        default=True)
    dtype: type = setting(
        lambda name, value: check_dtype(value),
        "np.float64, or np.float32 for speed.", default=np.float64)
    seed: int = setting(
        partial(check_count, at_least=0),
        "Of the one random generator that draws the first weights and the order of the examples.",
        default=0)

    def __post_init__(self):
        check_settings(self)
# fmt: on


def training(train_set, dev_set, settings, state):
    """Train a network: THE LOOP, which hands over after every batch and every epoch.

    Parameters
    ----------
    train_set, dev_set : Dataset
        With labels. The gradient sees the first alone.
    settings : Settings
    state : TrainingState
        Where to start: `initial_state(settings)`, or the state after any epoch of the same run.

    Yields
    ------
    None or TrainingState
        None after each batch, and the state after each epoch.
    """
    activation, batch_size = settings.activation, settings.batch_size
    measure = partial(loss_and_accuracy, activation=activation)
    rng = np.random.default_rng()
    rng.bit_generator.state = state.rng_state
    Y_train = one_hot(train_set.labels, settings.layer_sizes[-1], dtype=settings.dtype)
    Y_train = smooth_labels(Y_train, settings.label_smoothing)
    X_train, sizes, places = used_inputs(train_set.X, settings)
    sample = measured(len(train_set))
    X_dev = np.ascontiguousarray(dev_set.X.T, settings.dtype).T

    vector = state.vector[places].copy()  # all parameters, so that one operation updates them
    gradient = np.empty_like(vector)
    parameters, gradients = unpack_parameters(vector, sizes), unpack_parameters(gradient, sizes)
    take_step, optimizer_state = get_optimizer(settings.optimizer, vector)
    for name, values in state.optimizer_state.items():
        optimizer_state[name][...] = values[places] if values.ndim else values

    while reason_to_stop(state, settings) is None:
        started = time.perf_counter()
        for X, Y, share_done in batches(X_train, Y_train, batch_size, rng):
            if settings.augment is not None:
                X = settings.augment(X, rng)
            activations = forward_propagation(parameters, X, activation=activation)
            backward_propagation(parameters, activations, Y, activation=activation, out=gradients)
            if settings.l2 > 0:
                for (W, _), (dW, _) in zip(parameters, gradients, strict=True):
                    dW += settings.l2 * W
            learning_rate = scheduled(settings, state.epoch + share_done)
            take_step(vector, gradient, optimizer_state, learning_rate)
            paused = time.perf_counter()
            yield None
            started += time.perf_counter() - paused  # the time of others does not count

        losses = NAN
        if settings.measure_train:
            losses = measure(parameters, X_train[:, sample], train_set.labels[sample])
        whole = put_back(vector, places, state.vector)
        losses += measure(unpack_parameters(whole, settings.layer_sizes), X_dev, dev_set.labels)
        row = (state.epoch + 1, *losses, learning_rate, time.perf_counter() - started)
        moments = {
            name: put_back(values, places, np.zeros_like(whole))
            for name, values in optimizer_state.items()
        }
        state = after_epoch(state, settings, row, whole, moments, rng.bit_generator.state)
        yield state


def measured(m):
    """Return which of m training examples are measured after each epoch, a slice."""
    return slice(None, None, -(-m // MEASURED))


def batches(X, Y, batch_size, rng):
    """Yield X (features, m) and Y (classes, m) of each batch of an epoch; the last may be smaller.

    With each goes the share of the epoch that is done before it, 0 to 1.
    """
    if batch_size is None:
        yield X, Y, 0.0
        return
    rows, targets = X.T, Y.T  # an example lies in one piece in memory
    order = rng.permutation(len(rows))
    starts = range(0, len(order), batch_size)
    X_rows, Y_rows = np.empty_like(rows[:batch_size]), np.empty_like(targets[:batch_size])
    for step, start in enumerate(starts):
        chosen = order[start : start + batch_size]
        X, Y = X_rows[: len(chosen)], Y_rows[: len(chosen)]
        # Into the same memory each time, which the cache still holds; "clip" saves a second copy.
        rows.take(chosen, axis=0, out=X, mode="clip")
        targets.take(chosen, axis=0, out=Y, mode="clip")
        yield X.T, Y.T, step / len(starts)


def scheduled(settings, epochs_done):
    """Return the learning rate of a step, as the schedule says."""
    if settings.learning_rate_schedule is None:
        return settings.learning_rate
    share_done = epochs_done / settings.max_epochs
    return settings.learning_rate * settings.learning_rate_schedule(share_done)


def used_inputs(X, settings):
    """Return X without the inputs that are 0 in every example, and what is left of the network.

    Such an input adds 0 to Z, and its weights have the gradient 0, unless augmentation fills it or
    L2 shrinks them. Leaving it out saves 5 to 8 % of an epoch's time on MNIST. What is left: the
    layer sizes, and the places of these parameters in the vector of all.
    """
    rows = np.ascontiguousarray(X.T, settings.dtype)
    used = np.flatnonzero(rows.any(axis=0))
    sizes = list(settings.layer_sizes)
    all_take_part = settings.augment is not None or settings.l2 > 0
    if all_take_part or not 0 < len(used) < WORTH_A_COPY * sizes[0]:
        return rows.T, sizes, slice(None)
    numbers = np.arange(sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(sizes)))
    first, *rest = unpack_parameters(numbers, sizes)
    places = pack_parameters([Layer(first.W[:, used], first.b), *rest])
    return rows.take(used, axis=1).T, [len(used), *sizes[1:]], places


def put_back(values, places, into):
    """Return a copy of the vector `into` with the values in their places; a count stays a count."""
    if values.ndim == 0:
        return values.copy()
    whole = into.copy()
    whole[places] = values
    return whole


def smooth_labels(Y, label_smoothing):
    """Return targets that give every class a small share, (1 - s) Y + s / classes.

    Source: Szegedy et al., "Rethinking the inception architecture for computer vision", 2016.
    """
    s = label_smoothing
    return Y if s == 0 else (1 - s) * Y + s / len(Y)


def initial_state(settings):
    """Return the TrainingState before the first step: random weights, and nothing behind it."""
    rng = np.random.default_rng(settings.seed)
    parameters = initialize_parameters(
        settings.layer_sizes, rng, scheme=settings.scheme, dtype=settings.dtype
    )
    vector = pack_parameters(parameters)
    _, optimizer_state = get_optimizer(settings.optimizer, vector)
    return TrainingState(vector, vector, rng.bit_generator.state, optimizer_state)


def after_epoch(state, settings, row, vector, optimizer_state, rng_state):
    """Return the TrainingState after one more epoch; a diverged epoch is never the best."""
    row = dict(zip(HISTORY_COLUMNS, row, strict=True))
    epoch, accuracy = row["epoch"], row["dev_accuracy"]
    best = is_healthy(row, settings) and accuracy > state.best_accuracy
    improved = is_healthy(row, settings) and accuracy > state.best_for_patience + settings.min_delta
    return TrainingState(
        vector=vector,
        best_vector=vector if best else state.best_vector,
        rng_state=rng_state,
        optimizer_state=optimizer_state,
        epoch=epoch,
        best_epoch=epoch if best else state.best_epoch,
        best_accuracy=accuracy if best else state.best_accuracy,
        last_improvement=epoch if improved else state.last_improvement,
        best_for_patience=accuracy if improved else state.best_for_patience,
        history=(*state.history, row),
    )


def is_healthy(row, settings):
    """Return whether the loss of an epoch is a number: the training loss, if it was measured."""
    return math.isfinite(row["train_loss" if settings.measure_train else "dev_loss"])


def reason_to_stop(state, settings):
    """Return why a run is over after its last finished epoch, or None."""
    if state.history and not is_healthy(state.history[-1], settings):
        return "diverged"
    patience = settings.patience
    if patience is not None and state.epoch - state.last_improvement >= patience:
        return "early stopping"
    return "max epochs" if state.epoch >= settings.max_epochs else None


def advance(steps, flops, seconds=math.inf):
    """Go on for about `seconds`, to the end of the epoch at most; return its state, or None.

    steps: what `training` returned. flops: float operations of one step.
    """
    end = time.perf_counter() + seconds
    # a run that diverges says so once, in its stop reason
    with np.errstate(over="ignore", invalid="ignore"), limit_blas_threads(flops):
        for state in steps:
            if state is not None or time.perf_counter() >= end:
                return state
    return None


def step_flops(state, settings, m):
    """Return the float operations of one step: three matrix products, each of them * and +."""
    return 6 * state.vector.size * (settings.batch_size or m)


@dataclass(frozen=True)
class TrainingResult:
    """What a training run leaves behind.

    Parameters
    ----------
    parameters : list of Layer
        The layers of the best epoch.
    history : DataFrame
        One row per epoch, indexed by `epoch` from 1: train_loss, train_accuracy, dev_loss,
        dev_accuracy (nats and fractions, measured after the epoch; the first two on at most 10,000
        examples, see measure_train of `train`), learning_rate, seconds.
    best_epoch : int
        The first epoch with the highest development accuracy, 0 if none was finished.
    stop_reason : str
        "early stopping", "max epochs", "diverged", "interrupted" or "on_epoch".
    last_parameters : list of Layer
        The layers after the last finished epoch.
    state : TrainingState
        All that `resume_from` needs.
    """

    parameters: list[Layer]
    history: pd.DataFrame
    best_epoch: int
    stop_reason: str
    last_parameters: list[Layer]
    state: TrainingState

    @property
    def best_dev_accuracy(self):
        """The development accuracy of the best epoch, a fraction; NaN if no epoch was finished."""
        return float(self.history["dev_accuracy"].get(self.best_epoch, math.nan))

    def __repr__(self):
        best = (
            f"best epoch {self.best_epoch} with development accuracy {self.best_dev_accuracy:.3f}"
        )
        return f"TrainingResult: {len(self.history)} epochs, {best}; stopped by: {self.stop_reason}"


def training_result(state, settings, stop_reason):
    """Return the TrainingResult of a run that stands at this state."""
    return TrainingResult(
        parameters=unpack_parameters(state.best_vector.copy(), settings.layer_sizes),
        history=pd.DataFrame(state.history, columns=HISTORY_COLUMNS).set_index("epoch"),
        best_epoch=state.best_epoch,
        stop_reason=stop_reason,
        last_parameters=unpack_parameters(state.vector.copy(), settings.layer_sizes),
        state=state,
    )


def warn_of_one_class(name, dataset):
    """Warn where all examples have one label: a network then learns to say nothing else."""
    classes = np.unique(dataset.labels)
    if len(classes) == 1 < len(dataset):
        warnings.warn(
            f"all {len(dataset)} examples of {name} have the label {classes[0]}, expected several "
            "classes; look at dataset.labels",
            stacklevel=3,
        )


@lists_settings(Settings)
def train(
    train_set,
    dev_set,
    layer_sizes,
    *,
    on_epoch=None,
    resume_from=None,
    checkpoint=None,
    **settings,
):
    """Train a network and return the parameters of its best epoch, with the history of the run.

    Parameters
    ----------
    train_set, dev_set : Dataset
        With labels. The gradient sees the first alone.
    {settings}
    on_epoch : callable, optional
        Called after each epoch with its row of the history, a dictionary; True stops the run.
    resume_from : TrainingResult or path, optional
        An earlier result of the same settings, or the path of a checkpoint, to go on from its last
        epoch exactly as if the run had not stopped.
    checkpoint : path, optional
        A .npz file to which the run is written before the first epoch and after each one, whole or
        not at all, so that a killed process loses no more than the epoch that was under way.

    Returns
    -------
    TrainingResult

    Raises
    ------
    TypeError, ValueError
        For an argument of a wrong type, for one that does not fit, and for a checkpoint of other
        settings or data.
    CheckpointFileError
        (A ValueError.) For a damaged checkpoint.
    FileNotFoundError, FileExistsError
        Where there is no checkpoint to go on from, and where one would be overwritten.
    OSError
        Where the checkpoint cannot be written. Should that happen after the first epoch has begun,
        or another run write to the same file, `train` warns and goes on without touching the file.

    Notes
    -----
    With the same path for both, `train(..., checkpoint="run.npz", resume_from="run.npz")` starts
    anew where there is no file and goes on where there is one; a checkpoint alone never overwrites
    a file. max_epochs (without a schedule) and patience may be raised on the way. A file knows
    functions (augment, learning_rate_schedule) by their name and arguments, not by their code.

    After ten seconds a progress bar shows, unless TQDM_DISABLE is set in the environment. Ctrl-C
    stops the run and returns the best so far. A loss that is NaN or infinite stops it with
    "diverged": the training loss, or the development loss where measure_train is False.
    """
    settings = Settings(layer_sizes=layer_sizes, **settings)
    check_dataset("train_set", train_set, settings.layer_sizes)
    check_dataset("dev_set", dev_set, settings.layer_sizes)
    check_function("on_epoch", on_epoch)
    warn_of_one_class("train_set", train_set)
    state, file = open_checkpoint(
        checkpoint,
        resume_from,
        initial_state(settings),
        lambda: training_identity(vars(settings), train_set, dev_set),
    )
    steps = training(train_set, dev_set, settings, state)
    flops = step_flops(state, settings, len(train_set))
    with tqdm(
        total=settings.max_epochs,
        initial=state.epoch,
        unit="epoch",
        leave=False,
        delay=BAR_AFTER_SECONDS,
        disable=bool(os.environ.get("TQDM_DISABLE")),  # tqdm reads it itself, but not in notebooks
    ) as bar:
        try:
            while (stop_reason := reason_to_stop(state, settings)) is None:
                state = advance(steps, flops)
                if file is not None:
                    file.keep(state)
                bar.update()
                if on_epoch is not None and on_epoch(state.history[-1]):
                    stop_reason = reason_to_stop(state, settings) or "on_epoch"
                    break
        except KeyboardInterrupt:
            stop_reason = "interrupted"
    return training_result(state, settings, stop_reason)
