"""Seconds per epoch of every peer for three networks; what beginners get in the same time."""

import statistics

from measurements.speed.peer_process import PeerProcess

NETWORKS = (([784, 10, 10, 10], 64), ([784, 128, 10], 128), ([784, 256, 128, 10], 128))
PEERS = {
    "ours": "this project",
    "unmeasured": "this project, measure_train=False",
    "bare_loop": "a bare NumPy loop, without any of our code",
    "pytorch_eager": "PyTorch, eager",
    "pytorch_fused": "PyTorch, Adam(fused=True)",
    "pytorch_compiled": "PyTorch, torch.compile",
    "jax_jit": "JAX, jitted",
    "scikit_learn": "scikit-learn",
    "products": "matrix products alone, NumPy",
    "jax_products": "matrix products alone, JAX",
}
MAY_FAIL = {"pytorch_compiled"}  # it needs a C++ compiler that suits it
# How many times as fast as the peer, per network; than JAX with its compiling over ten epochs: 1.
GOALS = {
    "pytorch_eager": (4.5, 2.2, 2.0),
    "scikit_learn": (2.5, 1.9, 1.9),
    "jax_jit": (0.9, 0.75, 0.75),
}
LEARNING_RATE, SEED = 0.001, 0


def measure_network(folder, layer_sizes, batch_size, rounds, say):
    """Return for each peer the first epoch, the median of `rounds` more, memory and accuracy.

    The peers take turns. folder: with the arrays of worker.py. say: called with a line of progress.
    A peer of MAY_FAIL that ends is left out.
    """
    settings = {
        "layer_sizes": layer_sizes,
        "batch_size": batch_size,
        "learning_rate": LEARNING_RATE,
        "seed": SEED,
    }
    workers, first = {}, {}
    for name in PEERS:
        try:
            workers[name] = PeerProcess(name, folder, settings)
            first[name] = workers[name].ask("epoch")
        except RuntimeError as error:
            if name not in MAY_FAIL:
                raise
            workers.pop(name, None)
            say(f"{layer_sizes}: {error}; it is left out")
    later = {name: [] for name in workers}
    for number in range(rounds):
        for name, worker in workers.items():
            later[name].append(worker.ask("epoch"))
        say(f"{layer_sizes}: round {number + 1} of {rounds}")
    results = {}
    for name, worker in workers.items():
        results[name] = summary(first[name], later[name])
        results[name]["accuracy"] = worker.ask("accuracy")["accuracy"]
        worker.close()
    return results


def summary(first, later):
    """Return the figures of a peer from what its worker said of the first epoch and of the others."""
    whole = [answer["cpu"] + answer["measuring"] for answer in later]
    return {
        "training": statistics.median(answer["cpu"] for answer in later),
        "epoch": statistics.median(whole),
        "slowest": max(whole),
        "fastest": min(whole),
        "wall": statistics.median(answer["wall"] for answer in later),
        "first": first["cpu"] + first["measuring"],
        "ten": first["cpu"] + first["measuring"] + 9 * statistics.median(whole),
        "peak_mb": later[-1]["peak_mb"],
    }


def compare_with_beginner(folder, epochs, say):
    """Return the accuracy of 784-10-10-10 after `epochs`, the seconds, and the beginner's.

    The beginner's network gets the same seconds of one core, and then ten times as many.
    """
    layer_sizes, batch_size = NETWORKS[0]
    settings = {
        "layer_sizes": layer_sizes,
        "batch_size": batch_size,
        "learning_rate": LEARNING_RATE,
        "seed": SEED,
    }
    ours, beginner = (PeerProcess(name, folder, settings) for name in ("ours", "beginner"))
    seconds = sum(ours.ask("epoch")["cpu"] for _ in range(epochs))
    rows = [("this project", epochs, seconds, ours.ask("accuracy")["accuracy"])]
    spent, steps = 0.0, 0
    for budget in (seconds, 10 * seconds):
        while spent < budget:
            spent += beginner.ask("epoch")["cpu"]
            steps += 1
        rows.append(("the usual first version", steps, spent, beginner.ask("accuracy")["accuracy"]))
        say(f"the usual first version: {steps} steps")
    ours.close()
    beginner.close()
    return rows
