"""PyTorch, eager, with the variant of Adam that is one compiled loop; torch.optim.Adam takes it only when asked."""

from measurements.speed.peers import pytorch_eager


class Peer(pytorch_eager.Peer):
    """One network in training; `epoch` trains on every example once."""

    adam_options = {"fused": True}  # noqa: RUF012
