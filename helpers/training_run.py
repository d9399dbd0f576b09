"""One training, an epoch at a time: what `train` loops over, and what a panel can pause between two batches."""

import math
import time

import numpy as np

from helpers.evaluation import loss_and_accuracy
from helpers.internals.blas import threads_for
from helpers.live_parameters import LiveParameters, live_inputs
from helpers.losses import one_hot
from helpers.network import backward_propagation, forward_propagation, initialize_parameters
from helpers.settings import check_dataset
from helpers.training_state import TrainingState, check_state

EXAMPLES_AT_ONCE = 5000  # measured in one forward pass: more would take gigabytes in wide layers


def smooth(Y, label_smoothing):
    """Return targets that give every class a small share, (1 - s) Y + s / classes.

    Y: (classes, m) one-hot; label_smoothing: s, 0 to 1. The dtype stays that of Y. Raises nothing.
    Source: Szegedy et al., "Rethinking the inception architecture for computer vision", 2016.
    """
    return Y if label_smoothing == 0 else (1 - label_smoothing) * Y + label_smoothing / len(Y)


class TrainingRun:
    """A training that is run epoch by epoch until `stop_reason` is no longer None.

    train_set, dev_set: Datasets with labels. settings: a Settings. resume_from: the TrainingState of an earlier run
    with the same settings, or None. `parameters` are the layers and `state` is the state of the last finished epoch.
    Raises ValueError where the data or the state do not fit the settings.
    """

    def __init__(self, train_set, dev_set, settings, resume_from=None):
        check_dataset("train_set", train_set, settings.layer_sizes)
        check_dataset("dev_set", dev_set, settings.layer_sizes)
        self.settings = settings
        self.rng = np.random.default_rng(settings.seed)
        classes = settings.layer_sizes[-1]
        self.train_rows = np.ascontiguousarray(train_set.X.T, settings.dtype)
        self.target_rows = smooth(one_hot(train_set.labels, classes, dtype=settings.dtype), settings.label_smoothing).T
        self.dev_X = np.ascontiguousarray(dev_set.X.T, settings.dtype).T
        self.labels, self.dev_labels = train_set.labels, dev_set.labels

        initial = initialize_parameters(settings.layer_sizes, self.rng, scheme=settings.scheme, dtype=settings.dtype)
        exact = settings.augment is None and settings.l2 == 0  # else inputs of 0 may be inked, or weights shrink
        live = live_inputs(self.train_rows) if exact else None
        self.train_rows = self.train_rows if live is None else self.train_rows.take(live, axis=1)
        self.network = LiveParameters(initial, settings.optimizer, live)
        self.vector, self.parameters = self.network.vector, self.network.layers
        self.state = TrainingState(self.vector.copy(), self.vector.copy(), {}, self.rng.bit_generator.state)
        if resume_from is not None:
            self._restore(resume_from)
        self.stop_reason = self._reason_to_stop()
        self._steps, self._seconds = None, 0.0  # of an epoch that is not finished

    def run_epoch(self):
        """Train on every example once, and return the epoch's row of the history as a dictionary.

        Sets stop_reason where this was the last epoch. Raises RuntimeError if the run had stopped before.
        """
        return self.advance(math.inf)

    def advance(self, seconds):
        """Train for about `seconds` but to the end of the epoch at most; return its row, or None if it is not over.

        So whoever else runs in this process gets a turn between two batches; an epoch in slices is, to the last bit,
        the epoch in one go. seconds: at least one batch is done. Raises RuntimeError if the run had stopped before.
        """
        if self.stop_reason is not None:
            raise RuntimeError(f'this training has stopped ("{self.stop_reason}"); start a new one')
        start = time.perf_counter()
        steps, self._steps = self._steps or self._epoch_steps(), None
        flops = 6 * self.vector.size * (self.settings.batch_size or len(self.labels))  # three products, * and +
        # a diverging run says so once, in its stop reason
        with np.errstate(over="ignore", invalid="ignore"), threads_for(flops):
            for row in steps:
                used = time.perf_counter() - start
                if row is None and used >= seconds:
                    self._steps, self._seconds = steps, self._seconds + used
                    return None
        row["seconds"], self._seconds = self._seconds + used, 0.0
        self.state = self._finished_epoch(row)
        self.stop_reason = self._reason_to_stop()
        return row

    def _epoch_steps(self):
        """Yield None after each piece of work of an epoch, and its row of the history, without seconds, at the end."""
        for step, (X, Y) in enumerate(self._batches()):
            learning_rate = self._learning_rate(step)
            self._train_batch(X, Y, learning_rate)
            yield None
        losses = yield from self._measure()
        yield {"epoch": self.state.epoch + 1, **losses, "learning_rate": learning_rate}

    def _batches(self):
        """Yield X (features, m) and Y (classes, m) of each step of an epoch; the last batch may be smaller."""
        size = self.settings.batch_size
        if size is None:
            yield self.train_rows.T, self.target_rows.T
            return
        order = self.rng.permutation(len(self.train_rows))
        rows, targets = np.empty_like(self.train_rows[:size]), np.empty_like(self.target_rows[:size])
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            X, Y = rows[: len(chosen)], targets[: len(chosen)]
            # Into the same memory every time, which the cache still holds; without "clip" take would copy twice.
            self.train_rows.take(chosen, axis=0, out=X, mode="clip")
            self.target_rows.take(chosen, axis=0, out=Y, mode="clip")
            yield X.T, Y.T

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
        layers, gradients = self.network.live_layers, self.network.gradients
        activations = forward_propagation(layers, X, activation=settings.activation)
        backward_propagation(layers, activations, Y, activation=settings.activation, out=gradients)
        if settings.l2 > 0:
            for (W, _), (dW, _) in zip(layers, gradients, strict=True):
                dW += settings.l2 * W
        self.network.step(learning_rate)

    def _measure(self):
        """Return loss and accuracy on the training set and the development set, as history columns, step by step."""
        train = (math.nan, math.nan)
        if self.settings.measure_train:
            train = yield from self._loss_and_accuracy(self.network.live_layers, self.train_rows.T, self.labels)
        self.network.put_back()
        dev = yield from self._loss_and_accuracy(self.parameters, self.dev_X, self.dev_labels)
        return dict(zip(("train_loss", "train_accuracy", "dev_loss", "dev_accuracy"), train + dev, strict=True))

    def _loss_and_accuracy(self, parameters, X, labels):
        """Return the mean cross-entropy and the fraction of right predictions, measured block by block."""
        sums = np.zeros(2)
        for start in range(0, len(labels), EXAMPLES_AT_ONCE):
            block = slice(start, start + EXAMPLES_AT_ONCE)
            means = loss_and_accuracy(parameters, X[:, block], labels[block], activation=self.settings.activation)
            if len(labels) <= EXAMPLES_AT_ONCE:
                return means
            sums += np.multiply(means, len(labels[block]))
            yield None
        return tuple((sums / len(labels)).tolist())

    def _finished_epoch(self, row):
        """Return the state after an epoch; a diverged epoch is never the best one."""
        old, healthy = self.state, self._is_healthy(row)
        epoch, accuracy = row["epoch"], row["dev_accuracy"]
        best = healthy and accuracy > old.best_accuracy
        improved = healthy and accuracy > old.reference + self.settings.min_delta
        vector = self.vector.copy()
        return TrainingState(
            vector=vector,
            best_vector=vector if best else old.best_vector,
            moments=self.network.moments(),
            rng_state=self.rng.bit_generator.state,
            epoch=epoch,
            best_epoch=epoch if best else old.best_epoch,
            best_accuracy=accuracy if best else old.best_accuracy,
            improved_at=epoch if improved else old.improved_at,
            reference=accuracy if improved else old.reference,
            history=(*old.history, row),
        )

    def _is_healthy(self, row):
        """Return whether the loss of an epoch is a number: the training loss, or the development loss without it."""
        return math.isfinite(row["train_loss" if self.settings.measure_train else "dev_loss"])

    def _reason_to_stop(self):
        """Return why the training is over after the last finished epoch, or None."""
        state, patience = self.state, self.settings.patience
        if state.history and not self._is_healthy(state.history[-1]):
            return "diverged"
        if patience is not None and state.epoch - state.improved_at >= patience:
            return "early stopping"
        return "max epochs" if state.epoch >= self.settings.max_epochs else None

    def _restore(self, state):
        """Go on from the state of an earlier run."""
        check_state(state, self.vector, self.network.moments())
        self.network.restore(state.vector, state.moments)
        self.rng.bit_generator.state = state.rng_state
        self.state = state
