"""Where runs are done: in this process, in processes of this machine, or on any executor."""

import concurrent.futures
import contextlib
import functools
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

from tqdm.std import TqdmDefaultWriteLock

from helpers.experiments.running import load_sets, run_in_worker, run_one
from helpers.internals.checks import check_count

ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TQDM_DISABLE": "1",
}
LOOK_UP_SECONDS = 0.5  # Windows lets Ctrl-C through only between two waits
CANNOT_BE_SENT = (pickle.PicklingError, AttributeError, TypeError)  # what pickle raises


def process_pool(workers=None):
    """Return an executor for `run_experiment`: a process on every core, one BLAS thread in each.

    The processes start with the first runs, which takes about a second. They end with the `with`
    block, after ten seconds without work, or with the process that started them. They ignore
    Ctrl-C, which is for `run_experiment` to act on. With a single core and `workers=None`, or in
    the browser, where there are no processes, the runs go one after another in this process.

    Parameters
    ----------
    workers : int, optional
        How many processes; by default one on every core that this process may use.

    Returns
    -------
    concurrent.futures.Executor

    Raises
    ------
    ValueError
        If `workers` is not a whole number of at least 1.

    References
    ----------
    The processes are those of loky, https://loky.readthedocs.io.
    """
    if workers is not None:
        check_count("workers", workers)
    if sys.platform in ("emscripten", "wasi"):
        print("There are no processes in the browser, so the runs go one after another.")
        return InThisProcess()
    if workers is None:
        from loky import cpu_count  # not at the top: the browser has no loky

        workers = cpu_count()
        if workers == 1:
            return InThisProcess()
    return ProcessPool(workers)


class InThisProcess(concurrent.futures.Executor):
    """An executor without processes: what is submitted runs at once."""

    def submit(self, fn, /, *args, **kwargs):
        """Run fn(*args, **kwargs) and return its Future, which is done."""
        future = concurrent.futures.Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class ProcessPool(concurrent.futures.Executor):
    """loky's executor, with new processes where those that it had were killed."""

    def __init__(self, workers):
        self.workers = workers
        self._processes = None
        self._ended = False

    def submit(self, fn, /, *args, **kwargs):
        """Run fn(*args, **kwargs) in a process and return its Future."""
        from loky import get_reusable_executor

        if self._ended:
            raise RuntimeError(
                "this pool has ended; call process_pool() again, with run_experiment inside `with`"
            )
        self._processes = get_reusable_executor(self.workers, env=ENVIRONMENT, initializer=_begin)
        return self._processes.submit(fn, *args, **kwargs)

    def shutdown(self, wait=True, *, cancel_futures=False):
        """End the processes when they have done what was submitted, with cancel_futures at once."""
        self._ended = True
        if self._processes is not None:
            self._processes.shutdown(wait, kill_workers=cancel_futures)

    def kill(self):
        """End the processes at once, whatever they do; new ones start with the next run."""
        if self._processes is not None:
            self._processes.shutdown(kill_workers=True)


def _begin():
    """Leave Ctrl-C to the sweep, and end with the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    TqdmDefaultWriteLock.mp_lock = None  # killed, it would leave this semaphore behind
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent):
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def finished_runs(todo, executor, source, key, measure):
    """Yield (index, row) for each (index, settings, seed) when it has ended; closing ends them all.

    source: both sets, or a function that returns them. key: what it is, the same text for the same.
    """
    if not todo:
        return
    if executor is None or isinstance(executor, InThisProcess):
        sets = load_sets(source) if callable(source) else source
        for index, settings, seed in todo:
            yield index, run_one(*sets, settings, seed, measure)
        return
    running = {}
    with _small_to_send(source, executor) as load:
        try:
            for index, settings, seed in todo:
                future = executor.submit(run_in_worker, key, load, settings, seed, measure)
                running[future] = index
            while running:
                done, _ = concurrent.futures.wait(running, LOOK_UP_SECONDS, "FIRST_COMPLETED")
                for future in sorted(done, key=_failed):  # the good rows first
                    yield running.pop(future), future.result()
        except CANNOT_BE_SENT as error:
            raise ValueError(
                "settings or measure cannot be sent to another process "
                f"({type(error).__name__}: {error}); write the function into a module, a .py file "
                "beside the notebook, and import it from there, or leave executor out to stay in "
                "this process"
            ) from error
        finally:
            for future in running:
                future.cancel()
            if running and isinstance(executor, ProcessPool):
                executor.kill()


def _failed(future):
    return future.cancelled() or future.exception() is not None


@contextlib.contextmanager
def _small_to_send(source, executor):
    """Give a function that returns both sets in a worker, which calls it once."""
    if callable(source):
        yield source
    elif isinstance(executor, ProcessPool):
        with tempfile.TemporaryDirectory(prefix="runs-") as folder:
            path = Path(folder, "sets")
            path.write_bytes(pickle.dumps(source))
            yield functools.partial(_read, path)
    else:  # whole pixels as numbers of eight bytes take a fifteenth
        yield functools.partial(_unpack, zlib.compress(pickle.dumps(source), 1))


def _read(path):
    return pickle.loads(path.read_bytes())


def _unpack(content):
    return pickle.loads(zlib.decompress(content))
