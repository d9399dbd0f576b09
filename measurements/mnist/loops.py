"""The training loop for what `train` does not do: squared error, dropout, attacks, a teacher."""

import numpy as np

from helpers.activations import softmax
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


def run_loop(dataset, settings, seed, teacher=None):
    """Train a network to its last epoch and return its parameters.

    settings: as run_recipe gives them to `train`, and beside them squared_error, dropout, and
    attack, the distance by which every pixel is moved to make the loss rise (the network learns
    from each batch as it is and attacked: Goodfellow and others, "Explaining and harnessing
    adversarial examples", 2015). teacher(X): the probabilities to learn instead of the labels.
    """
    rng, dtype = np.random.default_rng(seed), settings["dtype"]
    parameters = initialize_parameters(settings["layer_sizes"], rng, dtype=dtype)
    sizes, vector = settings["layer_sizes"], pack_parameters(parameters)
    parameters, gradient = unpack_parameters(vector, sizes), np.zeros_like(vector)
    gradients = unpack_parameters(gradient, sizes)
    take_step, state = get_optimizer(settings.get("optimizer", "gradient descent"), vector)
    options = {
        "squared_error": settings.get("squared_error", False),
        "dropout": settings.get("dropout", (0, 0)),
        "rng": rng,
    }
    X_all = np.ascontiguousarray(dataset.X.T, dtype).T
    Y_all = smooth_labels(
        one_hot(dataset.labels, sizes[-1], dtype=dtype), settings.get("label_smoothing", 0)
    )
    schedule = settings.get("learning_rate_schedule") or (lambda share_done: 1.0)
    epochs, attack = settings["max_epochs"], settings.get("attack", 0)
    for epoch in range(epochs):
        for X, Y, share_done in batches(X_all, Y_all, settings["batch_size"], rng):
            if settings.get("augment") is not None:
                X = settings["augment"](X, rng)
            if teacher is not None:
                Y = teacher(X)
            dX = propagate(parameters, X, Y, gradients, to_inputs=bool(attack), **options)
            if attack:
                plain = gradient.copy()
                attacked = np.clip(X + dtype(attack) * np.sign(dX), 0, 1)
                propagate(parameters, attacked, Y, gradients, **options)
                gradient += plain
                gradient /= 2
            rate = settings["learning_rate"] * schedule((epoch + share_done) / epochs)
            take_step(vector, gradient, state, rate)
    return [Layer(W.copy(), b.copy()) for W, b in parameters]
