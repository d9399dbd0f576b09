"""As most beginners write it: float64, all images in every step, plain gradient descent."""

import itertools

import numpy as np


class Peer:
    """One network in training; `epoch` is one step on all the examples."""

    def __init__(self, rows, labels, measured, layer_sizes, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        self.X, self.Y = rows.astype(np.float64), np.eye(layer_sizes[-1])[labels]
        pairs = itertools.pairwise(layer_sizes)
        self.parameters = [
            (rng.standard_normal((i, o)) * np.sqrt(2 / i), np.zeros(o)) for i, o in pairs
        ]

    def forward(self, X):
        activations = [X]
        for W, b in self.parameters[:-1]:
            activations.append(np.maximum(0, activations[-1] @ W + b))
        W, b = self.parameters[-1]
        scores = activations[-1] @ W + b
        E = np.exp(scores - scores.max(axis=1, keepdims=True))
        return [*activations, E / E.sum(axis=1, keepdims=True)]

    def epoch(self):
        activations = self.forward(self.X)
        delta = (activations[-1] - self.Y) / len(self.X)
        for l in reversed(range(len(self.parameters))):
            W, b = self.parameters[l]
            gradient = activations[l].T @ delta
            step = delta.sum(axis=0)
            delta = (delta @ W.T) * (activations[l] > 0)
            self.parameters[l] = (W - 0.1 * gradient, b - 0.1 * step)

    def predict(self, rows):
        return self.forward(rows)[-1].argmax(axis=1)
