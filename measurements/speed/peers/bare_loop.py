"""The same training written down in NumPy, one operation after the other, without any of our code.

No check, no generator, no setting: what is left is what NumPy itself takes. As in `train`, arrays
are changed in place where that is faster, Adam goes over all parameters in pieces that stay in the
cache and now and then sets to 0 what has all but decayed, which processors are slow with, and
pixels that are 0 in every image are left out.
"""

import itertools

import numpy as np

PIECE = 2**17


class Peer:
    """One network in training; `epoch` trains on every example once."""

    def __init__(self, rows, labels, measured, layer_sizes, batch_size, learning_rate, seed):
        self.rng = np.random.default_rng(seed)
        self.used = np.flatnonzero(rows.any(axis=0))
        self.X = rows.take(self.used, axis=1)  # row after row in memory, unlike rows[:, used]
        self.Y = np.eye(layer_sizes[-1], dtype=np.float32)[labels]
        self.batch_size, self.learning_rate, self.steps = batch_size, learning_rate, 0
        pairs = list(itertools.pairwise([self.X.shape[1], *layer_sizes[1:]]))
        size = sum((i + 1) * o for i, o in pairs)
        self.vectors = [np.zeros(size, np.float32) for _ in range(4)]
        self.layers, self.gradients = (self.views(vector, pairs) for vector in self.vectors[:2])
        for W, _ in self.layers:
            W[...] = self.rng.standard_normal(W.shape) * np.sqrt(2 / W.shape[1])

    def views(self, vector, pairs):
        layers, start = [], 0
        for i, o in pairs:
            b = start + o * i
            layers.append((vector[start:b].reshape(o, i), vector[b : b + o].reshape(o, 1)))
            start = b + o
        return layers

    def epoch(self):
        order = self.rng.permutation(len(self.X))
        X, Y = (np.empty_like(array[: self.batch_size]) for array in (self.X, self.Y))
        for start in range(0, len(order), self.batch_size):
            chosen = order[start : start + self.batch_size]
            m = len(chosen)
            self.X.take(chosen, axis=0, out=X[:m], mode="clip")
            self.Y.take(chosen, axis=0, out=Y[:m], mode="clip")
            self.step(X[:m].T, Y[:m].T)

    def step(self, X, Y):
        A = self.forward(X)
        dZ = A[-1]
        dZ -= Y
        dZ /= Y.shape[1]
        for l in reversed(range(len(self.layers))):
            dW, db = self.gradients[l]
            np.matmul(dZ, A[l].T, out=dW)
            dZ.sum(axis=1, keepdims=True, out=db)
            if l > 0:
                dZ = self.layers[l][0].T @ dZ
                dZ *= A[l] > 0
        self.adam()

    def forward(self, X):
        A = [X]
        for W, b in self.layers:
            Z = W @ A[-1]
            Z += b
            if len(A) < len(self.layers):
                np.maximum(Z, 0, out=Z)
            A.append(Z)
        Z -= Z.max(axis=0)
        np.exp(Z, out=Z)
        Z /= Z.sum(axis=0)
        return A

    def adam(self, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.steps += 1
        if self.steps % 128 == 0:
            for sums in self.vectors[2:]:
                sums[np.abs(sums) < 1e-32] = 0
        rate = self.learning_rate * (1 - beta2**self.steps) ** 0.5 / (1 - beta1**self.steps)
        for start in range(0, self.vectors[0].size, PIECE):
            w, g, m, v = (vector[start : start + PIECE] for vector in self.vectors)
            m *= beta1
            m += (1 - beta1) * g
            v *= beta2
            g *= g
            g *= 1 - beta2
            v += g
            np.sqrt(v, out=g)
            g += epsilon
            np.divide(m, g, out=g)
            g *= rate
            w -= g

    def predict(self, rows):
        return self.forward(rows[:, self.used].T)[-1].argmax(axis=0)
