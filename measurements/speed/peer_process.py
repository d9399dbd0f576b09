"""The other end of worker.py: start a peer on one core with one thread, and ask it for epochs."""

import json
import os
import subprocess
import sys

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}


class PeerProcess:
    """A running worker for a module of peers; RuntimeError where it has ended.

    folder: where the arrays are. settings: those of the Peer but for its data.
    """

    def __init__(self, module, folder, settings):
        self.module = module
        environment = (
            os.environ | ONE_THREAD | {"JAX_PLATFORMS": "cpu", "BENCHMARK_CORE": last_core()}
        )
        command = [
            sys.executable,
            "-m",
            "measurements.speed.worker",
            module,
            str(folder),
            json.dumps(settings),
        ]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self._answer()

    def ask(self, request):
        """Return the answer to "epoch" (cpu, wall, peak_mb) or "accuracy" as a dictionary."""
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        return self._answer()

    def close(self):
        """End the worker."""
        self.process.stdin.close()
        self.process.wait()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(
                f"the worker of {self.module} has ended with status {self.process.wait()}"
            )
        return json.loads(line)


def last_core():
    """Return the last core that this process may use, as text, or "" where none can be chosen."""
    return str(max(os.sched_getaffinity(0))) if hasattr(os, "sched_setaffinity") else ""
