"""PyTorch, eager, with the Adam that is one compiled loop, which is used only when asked for."""

from measurements.speed.peers import pytorch_eager


class Peer(pytorch_eager.Peer):
    """One network in training; `epoch` trains on every example once."""

    adam_options = {"fused": True}  # noqa: RUF012
