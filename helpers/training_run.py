"""One training, an epoch at a time: what `train` loops over, and what a panel can pause between two epochs."""

import math
import time
from dataclasses import dataclass

import numpy as np

from helpers.evaluation import loss_and_accuracy
from helpers.losses import one_hot
from helpers.network import backward_propagation, forward_propagation, initialize_parameters, pack_parameters
from helpers.optimizers import get_optimizer
from helpers.settings import check_dataset


@dataclass(frozen=True)
class TrainingState:
    """A training as it stands after an epoch: whoever has it can go on, bit for bit.

    vector, best_vector: (number of parameters,). moments: the optimizer's arrays. rng_state: the generator's.
    improved_at, reference: the last epoch that counts as an improvement for the patience, and its development
    accuracy. history: a dictionary an epoch. Raises nothing.
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


class TrainingRun:
    """A training that is run epoch by epoch until `stop_reason` is no longer None.

    train_set, dev_set: Datasets with labels. settings: a Settings. resume_from: the TrainingState of an earlier run
    with the same settings, or None. `parameters` are the current layers, `state` is the last finished epoch's.
    Raises ValueError where the data or the state do not fit the settings.
    """

    def __init__(self, train_set, dev_set, settings, resume_from=None):
        check_dataset("train_set", train_set, settings.layer_sizes)
        check_dataset("dev_set", dev_set, settings.layer_sizes)
        self.settings = settings
        self.rng = np.random.default_rng(settings.seed)
        self.train_rows = np.ascontiguousarray(train_set.X.T, settings.dtype)
        self.target_rows = one_hot(train_set.labels, settings.layer_sizes[-1], dtype=settings.dtype).T
        self.dev_X = np.ascontiguousarray(dev_set.X.T, settings.dtype).T
        self.labels, self.dev_labels = train_set.labels, dev_set.labels

        initial = initialize_parameters(settings.layer_sizes, self.rng, dtype=settings.dtype)
        self.vector, self.parameters = pack_parameters(initial)
        self.gradient, self.gradients = pack_parameters(initial)
        self.optimizer_step, self.moments = get_optimizer(settings.optimizer, self.vector)
        self.state = TrainingState(self.vector.copy(), self.vector.copy(), {}, self.rng.bit_generator.state)
        if resume_from is not None:
            self._restore(resume_from)
        self.stop_reason = self._reason_to_stop()

    def run_epoch(self):
        """Train on every example once, and return the epoch's row of the history as a dictionary.

        Sets stop_reason where this was the last epoch. Raises RuntimeError if the run had stopped before.
        """
        if self.stop_reason is not None:
            raise RuntimeError(f'this training has stopped ("{self.stop_reason}"); start a new one')
        start = time.perf_counter()
        with np.errstate(over="ignore", invalid="ignore"):  # a diverging run says so once, in its stop reason
            for step, (X, Y) in enumerate(self._batches()):
                learning_rate = self._learning_rate(step)
                self._train_batch(X, Y, learning_rate)
            losses = self._measure()
        row = {"epoch": self.state.epoch + 1, **losses, "learning_rate": learning_rate}
        row["seconds"] = time.perf_counter() - start
        self.state = self._finished_epoch(row)
        self.stop_reason = self._reason_to_stop()
        return row

    def _batches(self):
        """Yield X (features, m) and Y (classes, m) of each step of an epoch; the last batch may be smaller."""
        size = self.settings.batch_size
        if size is None:
            yield self.train_rows.T, self.target_rows.T
            return
        order = self.rng.permutation(len(self.train_rows))
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            yield self.train_rows[chosen].T, self.target_rows[chosen].T

    def _learning_rate(self, step):
        """Return the learning rate of a step of the current epoch, as the schedule says."""
        settings = self.settings
        if settings.learning_rate_schedule is None:
            return settings.learning_rate
        steps_an_epoch = math.ceil(len(self.train_rows) / (settings.batch_size or len(self.train_rows)))
        share_done = (self.state.epoch + step / steps_an_epoch) / settings.max_epochs
        return settings.learning_rate * settings.learning_rate_schedule(share_done)

    def _train_batch(self, X, Y, learning_rate):
        """Take one step downhill on one batch."""
        settings = self.settings
        if settings.augment is not None:
            X = settings.augment(X, self.rng)
        activations = forward_propagation(self.parameters, X, activation=settings.activation)
        backward_propagation(self.parameters, activations, Y, activation=settings.activation, out=self.gradients)
        if settings.l2 > 0:
            for (W, _), (dW, _) in zip(self.parameters, self.gradients, strict=True):
                dW += settings.l2 * W
        self.optimizer_step(self.vector, self.gradient, self.moments, learning_rate)

    def _measure(self):
        """Return loss and accuracy on the whole training set and the development set, as history columns."""
        activation = self.settings.activation
        train = loss_and_accuracy(self.parameters, self.train_rows.T, self.labels, activation=activation)
        dev = loss_and_accuracy(self.parameters, self.dev_X, self.dev_labels, activation=activation)
        return dict(zip(("train_loss", "train_accuracy", "dev_loss", "dev_accuracy"), train + dev, strict=True))

    def _finished_epoch(self, row):
        """Return the state after an epoch; a diverged epoch is never the best one."""
        old, healthy = self.state, math.isfinite(row["train_loss"])
        epoch, accuracy = row["epoch"], row["dev_accuracy"]
        best = healthy and accuracy > old.best_accuracy
        improved = healthy and accuracy > old.reference + self.settings.min_delta
        vector = self.vector.copy()
        return TrainingState(
            vector=vector,
            best_vector=vector if best else old.best_vector,
            moments={name: values.copy() for name, values in self.moments.items()},
            rng_state=self.rng.bit_generator.state,
            epoch=epoch,
            best_epoch=epoch if best else old.best_epoch,
            best_accuracy=accuracy if best else old.best_accuracy,
            improved_at=epoch if improved else old.improved_at,
            reference=accuracy if improved else old.reference,
            history=(*old.history, row),
        )

    def _reason_to_stop(self):
        """Return why the training is over after the last finished epoch, or None."""
        state, patience = self.state, self.settings.patience
        if state.history and not math.isfinite(state.history[-1]["train_loss"]):
            return "diverged"
        if patience is not None and state.epoch - state.improved_at >= patience:
            return "early stopping"
        return "max epochs" if state.epoch >= self.settings.max_epochs else None

    def _restore(self, state):
        """Go on from the state of an earlier run."""
        if not isinstance(state, TrainingState):
            raise ValueError(f"resume_from is {type(state).__name__}, expected a TrainingResult or its state")
        arrays = {name: (values.shape, values.dtype) for name, values in state.moments.items()}
        expected = {name: (values.shape, values.dtype) for name, values in self.moments.items()}
        vectors = [(values.shape, values.dtype) for values in (state.vector, self.vector)]
        if vectors[0] != vectors[1] or (state.epoch > 0 and arrays != expected):
            raise ValueError(
                f"resume_from has {state.vector.size} parameters of {state.vector.dtype} and the moments "
                f"{sorted(arrays)}, expected {self.vector.size} of {self.vector.dtype} and {sorted(expected)}; "
                "resume with the layer sizes, dtype and optimizer of the first run"
            )
        self.vector[:] = state.vector
        for name, values in state.moments.items():
            self.moments[name][...] = values
        self.rng.bit_generator.state = state.rng_state
        self.state = state
