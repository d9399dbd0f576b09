"""Handing the runs of a sweep to an executor, and taking the rows as they come."""

import collections
import concurrent.futures
import contextlib
import hashlib
import pickle
import sys
import tempfile
from pathlib import Path

from helpers.experiments.pool import WorkerPool
from helpers.experiments.tasks import failed_row, run_one, run_packed

try:
    from cloudpickle import dumps as dump_functions  # lambdas and functions of a notebook too
except ImportError:
    dump_functions = None

PIECE = 4_000_000  # bytes; Dask warns about tasks of more than ten million
LOOK_UP_SECONDS = 0.5  # Windows lets Ctrl-C through only between two waits
LOST = (concurrent.futures.BrokenExecutor, concurrent.futures.CancelledError)
ENDED = (
    "the worker process ended before the run did, twice: it ran out of memory, was killed, or crashed "
    '(in a script, start the pool under `if __name__ == "__main__":`)'
)


def finished_runs(todo, executor, sets_here, packed, load, measure):
    """Yield (index, row) for every run as it ends.

    todo: a list of (index, settings, seed). executor: None, or a concurrent.futures.Executor. sets_here: returns
    (train_set, dev_set) for runs in this process. packed: both sets as `pack` returns them, or None with load, a
    function that returns them. measure: as run_experiment takes it. When the generator is closed, runs that have not
    begun are cancelled, and those that a WorkerPool has begun end at once. Raises ValueError for what cannot be sent.
    """
    if executor is None or (isinstance(executor, WorkerPool) and not executor.workers):
        sets = sets_here() if todo else None
        for index, settings, seed in todo:
            yield index, run_one(*sets, settings, seed, measure)
        return
    jobs = {index: to_bytes((settings, seed), "the settings") for index, settings, seed in todo}
    content = to_bytes({"sets": packed, "load": load, "measure": measure}, "measure")
    with contextlib.ExitStack() as stack:
        key = hashlib.sha256(content).hexdigest()
        shared = share(content, executor, stack) if todo else None
        stack.enter_context(contextlib.closing(rows := _dispatch(executor, key, shared, jobs)))
        yield from rows


def to_bytes(value, name):
    """Return a value pickled, functions of the notebook included where cloudpickle is installed.

    name: how the error calls it. Raises ValueError for what cannot be sent to another process, with what to do.
    """
    try:
        content = (dump_functions or pickle.dumps)(value)
        if dump_functions or b"__main__" not in content:
            return content
        reason = "a function that was written in this notebook or script is found only here"
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
    raise ValueError(
        f"{name} cannot be sent to another process ({reason}); write the function into a module, a .py file beside "
        "the notebook, and import it from there, or leave executor out to stay in this process"
    )


def share(content, executor, stack):
    """Put what all runs need where the workers find it, and return what to send with each run.

    content: bytes. Processes of this machine read it from a temporary file, which lives as long as the ExitStack
    `stack`: pipes stay free, where a killed worker could leave megabytes stuck. Dask keeps it as the results of small
    tasks: sent once, handed on from worker to worker, and made again where a worker was lost. Any other executor gets
    the bytes. Raises OSError where there is no room for the file.
    """
    processes = sys.modules.get("concurrent.futures.process")
    if isinstance(executor, WorkerPool) or (processes and isinstance(executor, processes.ProcessPoolExecutor)):
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="runs-"))
        file = Path(folder) / "shared"
        file.write_bytes(content)
        return str(file)
    client = getattr(executor, "_client", None)
    if hasattr(client, "scatter"):  # scattered itself it would be lost with its worker
        pieces = [content[start : start + PIECE] for start in range(0, len(content), PIECE)]
        return [client.submit(bytes, piece, pure=False) for piece in pieces]
    return content


def _dispatch(executor, key, shared, jobs):
    """Yield (index, row) as they come; after a worker was lost, its pool is started again if it can be.

    What was running then is tried once more, one run at a time, so that only a run that ends workers is blamed.
    """
    waiting, suspects, struck, running = collections.deque(jobs), collections.deque(), set(), {}
    most = executor.workers if isinstance(executor, WorkerPool) else len(jobs)

    def fill():
        if running and (suspects or not struck.isdisjoint(running.values())):
            return
        source, room = (suspects, 1) if suspects else (waiting, most)
        for _ in range(min(room - len(running), len(source))):
            index = source.popleft()
            running[_submit(executor, key, shared, jobs[index])] = index

    try:
        while waiting or suspects or running:
            fill()
            done, _ = concurrent.futures.wait(running, LOOK_UP_SECONDS, concurrent.futures.FIRST_COMPLETED)
            ended = [(running.pop(future), _error(future), future) for future in done]
            lost = [index for index, error, _ in ended if isinstance(error, LOST)]
            if lost and isinstance(executor, WorkerPool):
                executor.restart()
                suspects.extend(index for index in lost if index not in struck)
            else:
                fill()
            for index, error, future in ended:
                if index in suspects:
                    struck.add(index)
                elif isinstance(error, concurrent.futures.BrokenExecutor):
                    yield index, failed_row(ENDED)
                elif error is not None:
                    yield index, failed_row(error)
                else:
                    yield index, future.result()
    finally:
        for future in running:
            future.cancel()
        if running and isinstance(executor, WorkerPool):
            executor.restart()


def _submit(executor, key, shared, job):
    try:
        return executor.submit(run_packed, key, shared, job)
    except concurrent.futures.BrokenExecutor as error:
        future = concurrent.futures.Future()
        future.set_exception(error)
        return future


def _error(future):
    """Return the exception of a finished future, or None; raise what is meant to end the sweep."""
    if future.cancelled():
        return concurrent.futures.CancelledError("by its executor")
    error = future.exception()
    if isinstance(error, KeyboardInterrupt):
        raise error
    return error
