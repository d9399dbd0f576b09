"""This project's trainer: one epoch of `train`, without measuring the training set after it."""

import dataclasses
import math

import numpy as np

from helpers.data import Dataset
from helpers.evaluation import make_predictions
from helpers.optimizers import unpack_parameters
from helpers.training import Settings, advance, initial_state, step_flops, training


class Peer:
    """One network in training; `epoch` trains on every example once."""

    measure_train = False
    dev_size = 100

    def __init__(self, rows, labels, layer_sizes, batch_size, learning_rate, seed):
        self.settings = Settings(
            layer_sizes=layer_sizes,
            learning_rate=learning_rate,
            batch_size=batch_size,
            optimizer="adam",
            max_epochs=10_000,
            patience=None,
            dtype=np.float32,
            seed=seed,
            measure_train=self.measure_train,
        )
        self.layer_sizes, self.labels = layer_sizes, labels
        self.state = initial_state(self.settings)
        self.flops = step_flops(self.state, self.settings, len(rows))
        self.go_on(rows, learning_rate)

    def go_on(self, rows, learning_rate):
        side = math.isqrt(rows.shape[1])
        train_set = Dataset(rows.T, self.labels, image_shape=(side, side))
        dev_set = train_set.subset(slice(self.dev_size))
        settings = dataclasses.replace(self.settings, learning_rate=learning_rate)
        self.steps = training(train_set, dev_set, settings, self.state)

    def epoch(self):
        self.state = advance(self.steps, self.flops)

    def predict(self, rows):
        return make_predictions(unpack_parameters(self.state.vector, self.layer_sizes), rows.T)
