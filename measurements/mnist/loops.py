"""The training loop for what `train` does not do: squared error, dropout, attacks, a teacher, several workers."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from itertools import pairwise

import numpy as np

from helpers.activations import softmax
from helpers.internals.blas import limit_blas_threads
from helpers.losses import one_hot
from helpers.network import Layer, initialize_parameters, pre_activations
from helpers.optimizers import get_optimizer, pack_parameters, unpack_parameters
from helpers.training import batches, smooth_labels

__all__ = ["propagate", "run_loop"]


def propagate(
    parameters, X, Y, gradients, *, squared_error=False, dropout=(0, 0), rng=None, to_inputs=False
):
    """Fill the gradients of the mean loss; to_inputs: return that with respect to X too, (n0, m).

    squared_error: of the softmax probabilities, instead of their cross-entropy. dropout: the shares
    of the inputs and of the hidden activations that are left out, drawn anew with rng for each
    example (Srivastava and others, "Dropout", 2014); the others are raised to make up for it.
    """
    m, masks, activations = X.shape[1], [], [X]
    for l, (W, b) in enumerate(parameters):
        drop = dropout[min(l, 1)]
        masks.append(None)
        if drop > 0:
            masks[l] = (rng.random(activations[l].shape, X.dtype) >= drop) / X.dtype.type(1 - drop)
            activations[l] = activations[l] * masks[l]
        Z = pre_activations(W, b, activations[l])
        activations.append(softmax(Z) if l == len(parameters) - 1 else np.maximum(Z, 0, out=Z))
    A = activations[-1]
    dZ = (A - Y) / m
    if squared_error:
        dA = 2 * dZ
        dZ = A * (dA - (dA * A).sum(axis=0))
    for l in reversed(range(len(parameters))):
        np.matmul(dZ, activations[l].T, out=gradients[l].W)
        dZ.sum(axis=1, keepdims=True, out=gradients[l].b)
        if l == 0 and not to_inputs:
            return None
        dZ = parameters[l].W.T @ dZ
        if masks[l] is not None:
            dZ *= masks[l]
        if l > 0:
            dZ *= activations[l] > 0
    return dZ


def run_loop(dataset, settings, seed, teacher=None, prepare=None):
    """Train a network to its last epoch and return its parameters.

    settings: as run_recipe gives them to `train`, and beside them squared_error, dropout, and
    attack, the distance by which every pixel is moved to make the loss rise (the network learns
    from each batch as it is and attacked: Goodfellow and others, "Explaining and harnessing
    adversarial examples", 2015). workers: threads that share the examples of each batch and the
    parameters of each step, one core each. teacher(X): the probabilities to learn instead of the
    labels. prepare(X): what the network sees of the images that its teacher sees.
    """
    rng, dtype, sizes = np.random.default_rng(seed), settings["dtype"], settings["layer_sizes"]
    vector = pack_parameters(initialize_parameters(sizes, rng, dtype=dtype))
    parameters = unpack_parameters(vector, sizes)
    X_all = np.ascontiguousarray(dataset.X.T, dtype).T
    Y_all = smooth_labels(
        one_hot(dataset.labels, sizes[-1], dtype=dtype), settings.get("label_smoothing", 0)
    )
    schedule = settings.get("learning_rate_schedule") or (lambda share_done: 1.0)
    epochs, n_workers = settings["max_epochs"], settings.get("workers", 1)
    rngs = [rng] if n_workers == 1 else rng.spawn(n_workers)
    all_gradients = np.zeros((n_workers, len(vector)), dtype)
    pieces = equal_slices(len(vector), n_workers)
    optimizers = [
        get_optimizer(settings.get("optimizer", "gradient descent"), vector[piece])
        for piece in pieces
    ]

    def learn(worker, X, Y, weight):
        """Fill the worker's gradient with that of its examples, weighted by their share of the batch."""
        own_gradient = all_gradients[worker]
        if settings.get("augment") is not None:
            X = settings["augment"](X, rngs[worker])
        if teacher is not None:
            Y = teacher(X)
        if prepare is not None:
            X = prepare(X)
        fill_gradient(parameters, X, Y, own_gradient, settings, rngs[worker])
        if weight != 1:
            own_gradient *= dtype(weight)

    def move(worker, rate):
        """Take the step for the worker's piece of the parameters."""
        (take_step, state), piece = optimizers[worker], pieces[worker]
        gradient = all_gradients[0, piece]
        for other in all_gradients[1:, piece]:
            gradient += other
        take_step(vector[piece], gradient, state, rate)

    one_thread = limit_blas_threads(0) if n_workers > 1 else nullcontext()
    with one_thread, ThreadPoolExecutor(n_workers) as pool:
        each_worker = map if n_workers == 1 else pool.map  # one alone need not be waited for
        for epoch in range(epochs):
            for X, Y, share_done in batches(X_all, Y_all, settings["batch_size"], rng):
                shares = equal_slices(X.shape[1], n_workers)
                Xs, Ys = [X[:, share] for share in shares], [Y[:, share] for share in shares]
                weights = [(share.stop - share.start) / X.shape[1] for share in shares]
                list(each_worker(learn, range(n_workers), Xs, Ys, weights))
                rate = settings["learning_rate"] * schedule((epoch + share_done) / epochs)
                list(each_worker(move, range(n_workers), [rate] * n_workers))
    return [Layer(W.copy(), b.copy()) for W, b in parameters]


def equal_slices(size, count):
    """Return slices of nearly equal length, which cover a size together."""
    borders = np.linspace(0, size, count + 1).astype(int)
    return [slice(*pair) for pair in pairwise(borders)]


def fill_gradient(parameters, X, Y, gradient, settings, rng):
    """Fill the gradient vector of the mean loss of X, half of it attacked if the settings say so."""
    gradients = unpack_parameters(gradient, settings["layer_sizes"])
    attack = settings.get("attack", 0)
    options = {
        "squared_error": settings.get("squared_error", False),
        "dropout": settings.get("dropout", (0, 0)),
        "rng": rng,
    }
    dX = propagate(parameters, X, Y, gradients, to_inputs=bool(attack), **options)
    if attack:
        plain = gradient.copy()
        attacked = np.clip(X + X.dtype.type(attack) * np.sign(dX), 0, 1)
        propagate(parameters, attacked, Y, gradients, **options)
        gradient += plain
        gradient /= 2
