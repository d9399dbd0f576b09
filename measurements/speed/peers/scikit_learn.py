"""scikit-learn's MLPClassifier in float32: partial_fit shuffles and trains one epoch in batches."""

import numpy as np
from sklearn.neural_network import MLPClassifier


class Peer:
    """One network in training; `epoch` trains on every example once."""

    def __init__(
        self, train_rows, train_labels, measured, layer_sizes, batch_size, learning_rate, seed
    ):
        self.X, self.y = np.ascontiguousarray(train_rows, np.float32), train_labels
        self.classes = np.arange(layer_sizes[-1])
        self.model = MLPClassifier(
            tuple(layer_sizes[1:-1]),
            activation="relu",
            solver="adam",
            alpha=0.0,
            batch_size=batch_size,
            learning_rate_init=learning_rate,
            random_state=seed,
        )

    def go_on(self, rows, learning_rate):
        self.X = np.ascontiguousarray(rows, np.float32)
        self.model._optimizer.learning_rate_init = learning_rate  # there is no public way

    def epoch(self):
        self.model.partial_fit(self.X, self.y, classes=self.classes)

    def predict(self, rows):
        return self.model.predict(np.ascontiguousarray(rows, np.float32))
