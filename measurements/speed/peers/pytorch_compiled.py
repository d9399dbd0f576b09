"""PyTorch with the network and its loss compiled by torch.compile, and the fused Adam.

The fastest of three ways that were tried: compiling the network alone, or the optimizer's step too,
was slower.
"""

import torch

from measurements.speed.peers import pytorch_fused


class Peer(pytorch_fused.Peer):
    """One network in training; the first epoch compiles, for the last, smaller batch too."""

    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **settings)
        self.loss_of = torch.compile(self.loss_of, dynamic=False)
