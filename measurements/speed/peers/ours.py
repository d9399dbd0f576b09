"""This project's trainer as `train` runs it by default: an epoch measures both sets at its end."""

import dataclasses
import math

import numpy as np

from helpers.data import Dataset
from helpers.evaluation import make_predictions
from helpers.optimizers import unpack_parameters
from helpers.training import Settings, advance, initial_state, step_flops, training


class Peer:
    """One network in training; `epoch` trains on every example once."""

    measure_train = True

    def __init__(self, rows, labels, measured, layer_sizes, batch_size, learning_rate, seed):
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
        self.measured = self.dev_set(measured)
        self.go_on(rows, learning_rate)

    def go_on(self, rows, learning_rate):
        train_set = square_images(rows, self.labels)
        settings = dataclasses.replace(self.settings, learning_rate=learning_rate)
        self.steps = training(train_set, self.measured, settings, self.state)

    def dev_set(self, measured):
        rows, labels = measured[1]
        return square_images(rows, labels)

    def epoch(self):
        self.state = advance(self.steps, self.flops)

    def predict(self, rows):
        return make_predictions(unpack_parameters(self.state.vector, self.layer_sizes), rows.T)


def square_images(rows, labels):
    """Return a Dataset of images as rows."""
    side = math.isqrt(rows.shape[1])
    return Dataset(rows.T, labels, image_shape=(side, side))
