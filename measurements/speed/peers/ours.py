"""This project's trainer as `train` runs it by default: an epoch measures both sets at its end."""

import numpy as np

from helpers.data import Dataset
from helpers.evaluation import make_predictions
from helpers.optimizers import unpack_parameters
from helpers.training import Settings, advance, initial_state, step_flops, training


class Peer:
    """One network in training; `epoch` trains on every example once."""

    measure_train = True

    def __init__(self, rows, labels, measured, layer_sizes, batch_size, learning_rate, seed):
        settings = Settings(
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
        self.layer_sizes, self.state = layer_sizes, initial_state(settings)
        self.flops = step_flops(self.state, settings, len(rows))
        train_set, dev_set = Dataset(rows.T, labels), self.dev_set(measured)
        self.steps = training(train_set, dev_set, settings, self.state)

    def dev_set(self, measured):
        rows, labels = measured[1]
        return Dataset(rows.T, labels)

    def epoch(self):
        self.state = advance(self.steps, self.flops)

    def predict(self, rows):
        return make_predictions(unpack_parameters(self.state.vector, self.layer_sizes), rows.T)
