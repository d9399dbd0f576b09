"""Processes that share the runs of a sweep. This file must not import NumPy: a worker sets its threads before that."""

import concurrent.futures
import contextlib
import math
import os
import signal
import sys
import threading
from pathlib import Path

from helpers.experiments.finished import runs_of_the_site
from helpers.internals.blas import blas_libraries

READ = (
    "There are no processes in the browser, so only what you change is trained here, one run after another:\n"
    "the runs of the unchanged notebook 6 were done by the same code on another computer, and are read from\n"
    "a file. To do them all here, which takes much longer, write process_pool(1)."
)


def process_pool(workers=None):
    """Return an executor with a process on every core and one BLAS thread in each, for `run_experiment`.

    workers: how many processes; None for one on every core that this process may use. They start with the first
    runs, which takes about a second, and end with the `with` block. They ignore Ctrl-C, which is for
    `run_experiment` to act on, and end when the process that started them does. It works in a notebook; a script
    needs `if __name__ == "__main__":` around it, as always with processes. With a single core and workers=None, or
    in the browser, where there are no processes, the runs go one after another in this process. There, with
    workers=None, `run_experiment` reads the runs that came with the site, and says so.
    Raises ValueError unless workers is a whole number of at least 1.
    """
    if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int) or workers < 1):
        raise ValueError(f"workers is {workers!r}, expected a whole number from 1 up, or None for all cores")
    if sys.platform in ("emscripten", "wasi"):
        runs = runs_of_the_site() if workers is None else None
        print(READ if runs else "There are no processes in the browser, so the runs go one after another.")
        return WorkerPool(0, runs)
    if workers is None and available_cores() == 1:
        return WorkerPool(0)
    return WorkerPool(min(workers or available_cores(), 61))  # Windows cannot wait for more


def available_cores(cgroup="/sys/fs/cgroup/cpu.max"):
    """Return how many cores this process may use, which in a container can be far fewer than there are.

    cgroup: the file where Linux writes a container's share. Raises nothing.
    """
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on Windows and macOS
        cores = os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = Path(cgroup).read_text().split()
        cores = min(cores, math.ceil(int(quota) / int(period)))
    return max(cores, 1)


class WorkerPool(concurrent.futures.Executor):
    """A ProcessPoolExecutor that can be restarted: after a worker was killed, or to stop the runs that it is doing.

    workers: the number of processes; 0 for none, then whatever is submitted runs at once in this process.
    runs_of_the_site: a RunFile of runs that need not be done again, or None.
    """

    def __init__(self, workers, runs_of_the_site=None):
        self.workers = workers
        self.runs_of_the_site = runs_of_the_site
        self._closed = False
        self._processes = None

    def __repr__(self):
        return f"WorkerPool: {self.workers} processes" if self.workers else "WorkerPool: in this process"

    def submit(self, fn, /, *args, **kwargs):
        """Run fn(*args, **kwargs) in a worker and return its Future. Raises RuntimeError after the end of the pool."""
        if self._closed:
            raise RuntimeError("this pool has ended; call process_pool() again, with run_experiment inside of `with`")
        if self.workers:
            if self._processes is None:
                self._processes = _start(self.workers)
            return self._processes.submit(fn, *args, **kwargs)
        future = concurrent.futures.Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future

    def restart(self):
        """End all processes at once, whatever they are doing; new ones start with the next run. Raises nothing."""
        processes, self._processes = self._processes, None
        if processes is not None:
            for process in list((processes._processes or {}).values()):  # public only from Python 3.14 on
                process.kill()
            processes.shutdown(wait=True, cancel_futures=True)

    def shutdown(self, wait=True, *, cancel_futures=False):
        """End the processes when they have done what was submitted, as `with` does. Raises nothing."""
        self._closed = True
        processes, self._processes = self._processes, None
        if processes is not None:
            processes.shutdown(wait=wait, cancel_futures=cancel_futures)


def _start(workers):
    import multiprocessing

    # Not fork: it copies locks that other threads of the notebook's kernel hold, and may then wait forever.
    context = multiprocessing.get_context("spawn")
    return concurrent.futures.ProcessPoolExecutor(
        workers, mp_context=context, initializer=_begin, initargs=(_blas_kernels(),)
    )


def _blas_kernels():
    """Return the name of the kernels that OpenBLAS takes in this process, or None."""
    libraries = blas_libraries()
    names = [each.get("architecture") for each in (libraries.info() if libraries else ())]
    return names[0] if names else None


def _begin(kernels):
    """Prepare a worker, before it imports NumPy."""
    import multiprocessing

    from tqdm.std import TqdmDefaultWriteLock

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"
    if kernels is not None:  # else this worker may take others than the notebook, with other last bits
        os.environ["OPENBLAS_CORETYPE"] = kernels
    os.environ["TQDM_DISABLE"] = "1"
    TqdmDefaultWriteLock.mp_lock = None  # a worker that is killed would leave this semaphore behind, with a warning
    parent = multiprocessing.parent_process()
    threading.Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()
