"""A peer in its own process: answers requests, one JSON line each, with seconds and memory.

    python -m measurements.speed.worker MODULE FOLDER '{"layer_sizes": [784, 10], ...}'

FOLDER holds rows.npy and labels.npy (to train on), those of the training images that are measured
(sample_rows.npy, sample_labels.npy) and test_rows.npy and test_labels.npy, the development set
here. A request is "epoch", which trains and then measures where the peer can, or "accuracy"; an
empty line or the end of the input ends the process.
"""

import contextlib
import importlib
import json
import os
import sys
import time
from pathlib import Path


def main(module, folder, settings):
    """Answer requests until there are no more; raises what the peer raises."""
    core = os.environ.get("BENCHMARK_CORE")
    if core:
        os.sched_setaffinity(0, {int(core)})
    Peer = importlib.import_module(f"measurements.speed.peers.{module}").Peer
    import numpy as np  # after the peer, which may have to set something before

    def part(name):
        return np.load(Path(folder, f"{name}rows.npy")), np.load(Path(folder, f"{name}labels.npy"))

    peer = Peer(*part(""), [part("sample_"), part("test_")], **json.loads(settings))
    answer({"ready": True})
    for request in map(str.strip, sys.stdin):
        if request == "epoch":
            started = time.perf_counter()
            seconds = timed(peer.epoch)
            measuring = timed(peer.measure) if hasattr(peer, "measure") else 0.0
            wall = time.perf_counter() - started
            answer({"cpu": seconds, "measuring": measuring, "wall": wall, "peak_mb": peak_mb()})
        elif request == "accuracy":
            rows, labels = part("test_")
            predictions = peer.predict(rows)
            correct = None if predictions is None else float((predictions == labels).mean())
            answer({"accuracy": correct})
        else:
            break


def timed(function):
    """Call a function; return the seconds of the processor that it took."""
    before = time.process_time()
    function()
    return time.process_time() - before


def peak_mb():
    """Return the most memory the process has held, in MB, or None where the system does not tell.

    On Linux from VmHWM: ru_maxrss there begins with the memory of the process that started this.
    """
    with contextlib.suppress(OSError):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(
            (int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM")), None
        )
    with contextlib.suppress(ImportError):
        import resource

        return (
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            * (1 if sys.platform == "darwin" else 1024)
            / 1e6
        )
    return None


def answer(values):
    """Print one JSON line at once. Raises BrokenPipeError when nobody listens any more."""
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
