"""PyTorch, eager: data in one preloaded tensor, batches by indexing, torch.optim.Adam."""

import itertools

import numpy as np
import torch


class Peer:
    """One network in training; `epoch` trains on every example once."""

    adam_options = {}  # noqa: RUF012

    def __init__(
        self, train_rows, train_labels, measured, layer_sizes, batch_size, learning_rate, seed
    ):
        torch.set_num_threads(1)
        torch.manual_seed(seed)
        layers = []
        for n_in, n_out in itertools.pairwise(layer_sizes):
            layers += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
            torch.nn.init.kaiming_normal_(layers[-2].weight, nonlinearity="relu")
            torch.nn.init.zeros_(layers[-2].bias)
        self.model = torch.nn.Sequential(*layers[:-1])
        self.X = torch.from_numpy(np.ascontiguousarray(train_rows, np.float32))
        self.y = torch.from_numpy(np.asarray(train_labels, np.int64))
        self.batch_size = batch_size
        self.optimizer = torch.optim.Adam(
            self.model.parameters(), lr=learning_rate, **self.adam_options
        )
        self.loss = torch.nn.CrossEntropyLoss()
        self.measured = [(torch.from_numpy(X), torch.from_numpy(y)) for X, y in measured]

    def loss_of(self, X, y):
        return self.loss(self.model(X), y)

    def go_on(self, rows, learning_rate):
        self.X = torch.from_numpy(np.ascontiguousarray(rows, np.float32))
        self.optimizer.param_groups[0]["lr"] = learning_rate

    def epoch(self):
        order = torch.randperm(len(self.X))
        for chosen in order.split(self.batch_size):
            self.optimizer.zero_grad()
            self.loss_of(self.X[chosen], self.y[chosen]).backward()
            self.optimizer.step()

    def measure(self):
        with torch.inference_mode():
            scores = [(self.model(X), y) for X, y in self.measured]
            return [
                (self.loss(Z, y).item(), (Z.argmax(dim=1) == y).float().mean().item())
                for Z, y in scores
            ]

    def predict(self, rows):
        with torch.inference_mode():
            return (
                self.model(torch.from_numpy(np.ascontiguousarray(rows, np.float32)))
                .argmax(dim=1)
                .numpy()
            )
