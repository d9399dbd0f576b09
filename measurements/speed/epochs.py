"""Seconds per epoch of every peer for three networks; what beginners get in the same time."""

import statistics

from measurements.speed.peer_process import PeerProcess

NETWORKS = (([784, 10, 10, 10], 64), ([784, 128, 10], 128), ([784, 256, 128, 10], 128))
PEERS = {
    "ours": "this project",
    "ours_measured": "this project, measuring 70,000 images an epoch",
    "pytorch_eager": "PyTorch, eager",
    "pytorch_fused": "PyTorch, eager, Adam(fused=True)",
    "scikit_learn": "scikit-learn",
    "jax_jit": "JAX, jitted",
    "products": "matrix products alone",
}
# How many times as fast as the peer, per network; than JAX with its compiling over ten epochs: 1.
GOALS = {"pytorch_eager": (4, 2, 2), "scikit_learn": (2, 2, 2), "jax_jit": (0.9, 0.75, 0.75)}
LEARNING_RATE, SEED = 0.001, 0


def measure_network(folder, layer_sizes, batch_size, rounds, say):
    """Return each peer's first epoch, the median of `rounds` more, memory and accuracy.

    The peers take turns. folder: with the arrays of worker.py. say: called with a line of progress.
    """
    settings = {
        "layer_sizes": layer_sizes,
        "batch_size": batch_size,
        "learning_rate": LEARNING_RATE,
        "seed": SEED,
    }
    workers = {name: PeerProcess(name, folder, settings) for name in PEERS}
    first = {name: worker.ask("epoch") for name, worker in workers.items()}
    later = {name: [] for name in workers}
    for number in range(rounds):
        for name, worker in workers.items():
            later[name].append(worker.ask("epoch"))
        say(f"{layer_sizes}: round {number + 1} of {rounds}")
    results = {}
    for name, worker in workers.items():
        cpu, wall = ([answer[clock] for answer in later[name]] for clock in ("cpu", "wall"))
        results[name] = {
            "first": first[name]["cpu"],
            "epoch": statistics.median(cpu),
            "slowest": max(cpu),
            "fastest": min(cpu),
            "wall": statistics.median(wall),
            "ten": first[name]["cpu"] + 9 * statistics.median(cpu),
            "peak_mb": later[name][-1]["peak_mb"],
            "accuracy": worker.ask("accuracy")["accuracy"],
        }
        worker.close()
    return results


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
