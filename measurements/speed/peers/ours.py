"""This project's trainer: one epoch of `train`, without measuring the training set after it."""

import numpy as np

from helpers.data import Dataset
from helpers.evaluation import make_predictions
from helpers.settings import Settings
from helpers.training_run import TrainingRun


class Peer:
    """One network in training; `epoch` trains on every example once."""

    measure_train = False
    dev_size = 100

    def __init__(self, rows, labels, layer_sizes, batch_size, learning_rate, seed):
        train_set = Dataset(rows.T, labels)
        dev_set = Dataset(rows[: self.dev_size].T, labels[: self.dev_size])
        settings = Settings(
            layer_sizes=layer_sizes,
            learning_rate=learning_rate,
            batch_size=batch_size,
            optimizer="adam",
            max_epochs=10_000,
            patience=None,
            min_delta=0.0,
            activation="relu",
            l2=0.0,
            augment=None,
            learning_rate_schedule=None,
            dtype=np.float32,
            seed=seed,
            measure_train=self.measure_train,
        )
        self.run = TrainingRun(train_set, dev_set, settings)

    def epoch(self):
        self.run.run_epoch()

    def predict(self, rows):
        return make_predictions(self.run.parameters, rows.T)
