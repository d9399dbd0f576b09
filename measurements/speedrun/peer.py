"""One peer in its own process: train until 99 % of the test images are right, and say when.

    python -m measurements.speedrun.peer MODULE FOLDER STARTED '{"images": "raw", ...}'

MODULE is one of measurements.speed.peers, FOLDER holds the arrays of peers.py, STARTED is the
time.time() of the start of this process. Measuring, after every epoch, does not count.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path

GOALS = (0.98, 0.99)


def main(module, folder, started, settings):
    """Train epoch after epoch and print one JSON line; raises what the peer raises."""
    core = os.environ.get("BENCHMARK_CORE")
    if core:
        os.sched_setaffinity(0, {int(core)})
    Peer = importlib.import_module(f"measurements.speed.peers.{module}").Peer
    import numpy as np  # after the peer, which may have to set something before

    settings = json.loads(settings)
    images, copies = settings.pop("images"), settings.pop("copies")
    rates = settings.pop("learning_rates")

    def array(name):
        return np.load(Path(folder, f"{name}.npy"))

    test_rows, test_labels = array(f"{images}_test"), array("test_labels")
    rows, labels = array(f"{images}_0"), array("labels")
    measured = [(rows[:100], labels[:100])] * 2  # those of `train`; none of these peers measures
    peer = Peer(rows, labels, measured, learning_rate=rates[0], seed=0, **settings)
    reached, best, paused = {}, 0.0, (0.0, 0.0)
    for epoch, rate in enumerate(rates):
        if epoch and (copies > 1 or rate != rates[epoch - 1]):
            peer.go_on(array(f"{images}_{epoch % copies}"), rate)
        peer.epoch()
        cpu, clock = time.process_time(), time.time()
        accuracy = float((peer.predict(test_rows) == test_labels).mean())
        best = max(best, accuracy)
        for goal in GOALS:
            if accuracy >= goal:
                spent = {
                    "epochs": epoch + 1,
                    "cpu_seconds": round(cpu - paused[0], 2),
                    "clock_seconds": round(clock - float(started) - paused[1], 2),
                }
                reached.setdefault(goal, spent)
        if best >= GOALS[-1]:
            break
        paused = paused[0] + time.process_time() - cpu, paused[1] + time.time() - clock
    print(json.dumps({"reached": [reached.get(goal) for goal in GOALS], "best": best}))


if __name__ == "__main__":
    main(*sys.argv[1:])
