"""The part of a network that training can change, kept together in memory.

An input that is 0 in every training example, as the corners of MNIST's images are, takes no part: whatever its weights,
it adds 0 to Z, and their gradient is 0. Training leaves such inputs out, which saves a tenth of the work on MNIST, and
puts the weights back where they belong after each epoch.
"""

import numpy as np

from helpers.network import Layer, pack_parameters, unpack_parameters
from helpers.optimizers import get_optimizer

WORTH_A_COPY = 0.97  # with more of the inputs in use than this, leaving out the others would not pay


def live_inputs(rows):
    """Return the indices of the inputs that are not 0 in every example, or None where nearly all of them are.

    rows: (m, features). Returns (live,) integers in rising order. Raises nothing.
    """
    live = np.flatnonzero(rows.any(axis=0))
    return live if 0 < len(live) < WORTH_A_COPY * rows.shape[1] else None


class LiveParameters:
    """All parameters of a network, and those of its live inputs with their gradient and their optimizer.

    parameters: a list of Layers, copied. optimizer: a key of OPTIMIZERS. live: what live_inputs returned; None takes
    all. `vector` and `layers` are the whole network as of the last `put_back`; `live_layers` what the steps change, by
    `gradients`. Raises ValueError for an unknown optimizer.
    """

    def __init__(self, parameters, optimizer, live=None):
        self.vector, self.layers = pack_parameters(parameters)
        first, rest = self.layers[0], self.layers[1:]
        like = self.layers if live is None else [Layer(first.W[:, live], first.b), *rest]
        self._places = None if live is None else positions(self.layers, live)
        self._live_vector, self.live_layers = (self.vector, self.layers) if live is None else pack_parameters(like)
        self._gradient, self.gradients = pack_parameters(like)
        self._step, self._moments = get_optimizer(optimizer, self._live_vector)

    def step(self, learning_rate):
        """Change the live parameters by their `gradients`, which are used up. Raises nothing."""
        self._step(self._live_vector, self._gradient, self._moments, learning_rate)

    def put_back(self):
        """Write the live parameters to their places in the whole network. Raises nothing."""
        if self._places is not None:
            self.vector[self._places] = self._live_vector

    def moments(self):
        """Return a copy of the optimizer's arrays for the whole network; for the other inputs they are 0.

        Raises nothing.
        """
        return {name: self._whole(values) for name, values in self._moments.items()}

    def restore(self, vector, moments):
        """Go on from the vector and the moments of the whole network. Raises nothing."""
        self.vector[:] = vector
        if self._places is not None:
            self._live_vector[:] = vector[self._places]
        for name, values in moments.items():
            live = values if self._places is None or values.ndim == 0 else values[self._places]
            self._moments[name][...] = live

    def _whole(self, values):
        """Return a copy of one of the optimizer's arrays, with 0 in the places of the inputs left out."""
        if self._places is None or values.ndim == 0:
            return values.copy()
        whole = np.zeros_like(self.vector)
        whole[self._places] = values
        return whole


def positions(layers, live):
    """Return where the parameters of the live inputs stand in the vector of all.

    layers: a list of Layers. live: (live inputs,) integers. Returns integers in the order of pack_parameters.
    Raises nothing.
    """
    count = sum(values.size for layer in layers for values in layer)
    first, *rest = unpack_parameters(np.arange(count), layers)
    return pack_parameters([Layer(first.W[:, live], first.b), *rest])[0]
