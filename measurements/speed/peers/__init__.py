"""Who trains the same networks: a module each, with a class Peer that has `epoch` and `predict`.

Peer(rows, labels, measured, layer_sizes, batch_size, learning_rate, seed): rows (m, features)
float32, labels (m,) integers, measured a list of two such pairs. `epoch` trains on every example
once, in a new order, with Adam in float32; `measure`, where there is one, gives the loss and the
accuracy of both measured sets, as `train` does after each epoch; `predict` gives labels. Each runs
in a process of its own, pinned to one core, with one thread. Those of the speed run have
`go_on(rows, learning_rate)` too: the next epochs take these images and this rate.
"""
