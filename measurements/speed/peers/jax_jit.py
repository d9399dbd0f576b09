"""JAX, jitted: an epoch is one compiled call, lax.scan over the batches, Adam written out."""

import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np


def forward(parameters, X):
    for W, b in parameters[:-1]:
        X = jax.nn.relu(X @ W + b)
    W, b = parameters[-1]
    return X @ W + b


def loss(parameters, X, y):
    log_probabilities = jax.nn.log_softmax(forward(parameters, X))
    return -jnp.take_along_axis(log_probabilities, y[:, None], axis=1).mean()


def adam(
    parameters, gradients, mean, square, step, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    tree_map = jax.tree_util.tree_map
    mean = tree_map(lambda m, g: beta1 * m + (1 - beta1) * g, mean, gradients)
    square = tree_map(lambda v, g: beta2 * v + (1 - beta2) * g * g, square, gradients)
    mean_factor = learning_rate / (1 - beta1**step)
    square_factor = 1 / (1 - beta2**step)
    parameters = tree_map(
        lambda p, m, v: p - mean_factor * m / (jnp.sqrt(v * square_factor) + epsilon),
        parameters,
        mean,
        square,
    )
    return parameters, mean, square


def step(carry, chosen, X, y, learning_rate):
    parameters, mean, square, count = carry
    count += 1
    gradients = jax.grad(loss)(parameters, X[chosen], y[chosen])
    parameters, mean, square = adam(parameters, gradients, mean, square, count, learning_rate)
    return (parameters, mean, square, count), None


@functools.partial(jax.jit, donate_argnums=0, static_argnames="batch_size")
def train_epoch(carry, order, X, y, batch_size, learning_rate):
    """One epoch: the full batches in one scan, then the remaining examples in one smaller step."""
    full = len(X) // batch_size * batch_size
    one_step = functools.partial(step, X=X, y=y, learning_rate=learning_rate)
    carry, _ = jax.lax.scan(one_step, carry, order[:full].reshape(-1, batch_size))
    return one_step(carry, order[full:])[0] if full < len(X) else carry


@jax.jit
def loss_and_accuracy(parameters, X, y):
    return loss(parameters, X, y), (forward(parameters, X).argmax(axis=1) == y).mean()


class Peer:
    """One network in training; `epoch` trains on every example once, the first call compiles."""

    def __init__(
        self, train_rows, train_labels, measured, layer_sizes, batch_size, learning_rate, seed
    ):
        self.X, self.y = jnp.asarray(train_rows, jnp.float32), jnp.asarray(train_labels, jnp.int32)
        self.measured = [(jnp.asarray(X), jnp.asarray(y, jnp.int32)) for X, y in measured]
        self.settings = {"batch_size": batch_size, "learning_rate": learning_rate}
        rng = np.random.default_rng(seed)
        parameters = [
            (jnp.asarray(rng.standard_normal((i, o)) * np.sqrt(2 / i), jnp.float32), jnp.zeros(o))
            for i, o in itertools.pairwise(layer_sizes)
        ]
        zeros = jax.tree_util.tree_map(jnp.zeros_like, parameters)
        self.carry = (
            parameters,
            zeros,
            jax.tree_util.tree_map(jnp.zeros_like, parameters),
            jnp.zeros((), jnp.int32),
        )
        self.rng = rng  # NumPy shuffles 60,000 numbers in 1 ms, jax.random.permutation in 20 ms

    def go_on(self, rows, learning_rate):
        self.X, self.settings["learning_rate"] = jnp.asarray(rows, jnp.float32), learning_rate

    def epoch(self):
        order = self.rng.permutation(len(self.X)).astype(np.int32)
        self.carry = jax.block_until_ready(
            train_epoch(self.carry, order, self.X, self.y, **self.settings)
        )

    def measure(self):
        return [
            tuple(map(float, loss_and_accuracy(self.carry[0], *pair))) for pair in self.measured
        ]

    def predict(self, rows):
        return np.asarray(forward(self.carry[0], jnp.asarray(rows, jnp.float32)).argmax(axis=1))
