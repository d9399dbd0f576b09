"""The matrix products of an epoch and nothing else: what no NumPy trainer can fall below."""

import itertools

import numpy as np


class Peer:
    """The same products on arrays that stay in place; `predict` has nothing to say."""

    def __init__(self, rows, labels, layer_sizes, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        self.steps = -(-len(rows) // batch_size)
        self.products = []
        for n_in, n_out in itertools.pairwise(layer_sizes):
            W = rng.standard_normal((n_out, n_in), np.float32)
            dZ = rng.standard_normal((n_out, batch_size), np.float32)
            first = n_in == layer_sizes[0]
            A = (
                rows[:batch_size].T
                if first
                else rng.standard_normal((n_in, batch_size), np.float32)
            )
            self.products += [(W, A, np.empty_like(dZ)), (dZ, A.T, np.empty_like(W))]
            if not first:
                self.products.append((W.T, dZ, np.empty_like(A)))

    def epoch(self):
        for _ in range(self.steps):
            for left, right, out in self.products:
                np.matmul(left, right, out=out)

    def predict(self, rows):
        return None
