"""Fifty steps of every optimizer here and in PyTorch: same start, same batches, float64."""

import numpy as np
import torch

from helpers.data import Dataset
from helpers.optimizers import unpack_parameters
from helpers.schedules import cosine
from helpers.training import Settings, initial_state, training

STEPS, BATCH_SIZE, SIZES = 50, 16, [25, 12, 8, 10]
CASES = {
    "gradient descent": ({"optimizer": "gradient descent"}, {}),
    "momentum": ({"optimizer": "momentum"}, {"momentum": 0.9}),
    "gradient descent with L2": ({"optimizer": "gradient descent", "l2": 0.01}, {}),
    "Adam": ({"optimizer": "adam"}, {}),
    "Adam with label smoothing": ({"optimizer": "adam", "label_smoothing": 0.1}, {}),
    "Adam with a cosine schedule": (
        {"optimizer": "adam", "learning_rate_schedule": cosine(warm_up=0)},
        {},
    ),
}


def largest_differences():
    """Return, for each case, the largest difference of any parameter after fifty steps."""
    return {name: difference(ours, theirs) for name, (ours, theirs) in CASES.items()}


def difference(ours, theirs):
    """Return the largest difference of any parameter after fifty steps of one case."""
    rng = np.random.default_rng(0)
    m = STEPS * BATCH_SIZE
    rows, labels = rng.random((m, SIZES[0])), rng.integers(0, SIZES[-1], m)
    data = Dataset(rows.T, labels, image_shape=(5, 5))
    learning_rate = 0.01 if ours["optimizer"] == "adam" else 0.1
    fixed = {"layer_sizes": SIZES, "batch_size": BATCH_SIZE, "max_epochs": 1, "patience": None}
    settings = Settings(**fixed, learning_rate=learning_rate, **ours)
    state = initial_state(settings)
    model = torch_model(unpack_parameters(state.vector, SIZES))
    order = np.random.default_rng(0)
    order.bit_generator.state = state.rng_state
    train_torch(model, rows, labels, order.permutation(len(rows)), settings, theirs)
    *_, end = training(data, data, settings, state)
    parameters = unpack_parameters(end.vector, SIZES)
    linear = [layer for layer in model if isinstance(layer, torch.nn.Linear)]
    pairs = [(layer.weight, W) for layer, (W, _) in zip(linear, parameters, strict=True)]
    pairs += [(layer.bias, b[:, 0]) for layer, (_, b) in zip(linear, parameters, strict=True)]
    return max(float(np.abs(tensor.detach().numpy() - array).max()) for tensor, array in pairs)


def torch_model(parameters):
    """Return the same network in PyTorch. parameters: a list of Layers."""
    layers = []
    for W, b in parameters:
        linear = torch.nn.Linear(W.shape[1], W.shape[0], dtype=torch.float64)
        linear.weight.data = torch.from_numpy(W.copy())
        linear.bias.data = torch.from_numpy(b[:, 0].copy())
        layers += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def train_torch(model, rows, labels, order, settings, options):
    """Train a PyTorch model for one epoch in a given order, with PyTorch's optimizer and losses."""
    groups = [  # PyTorch would let the biases decay too
        {"params": [p for p in model.parameters() if p.ndim == 2], "weight_decay": settings.l2},
        {"params": [p for p in model.parameters() if p.ndim == 1]},
    ]
    kind = torch.optim.Adam if settings.optimizer == "adam" else torch.optim.SGD
    optimizer = kind(groups, lr=settings.learning_rate, **options)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    loss = torch.nn.CrossEntropyLoss(label_smoothing=settings.label_smoothing)
    X, y = torch.from_numpy(rows), torch.from_numpy(labels)
    for chosen in torch.from_numpy(order).split(BATCH_SIZE):
        optimizer.zero_grad()
        loss(model(X[chosen]), y[chosen]).backward()
        optimizer.step()
        if settings.learning_rate_schedule is not None:
            schedule.step()
