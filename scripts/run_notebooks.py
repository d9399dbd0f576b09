"""Execute notebooks from top to bottom, and say how long each took and how much memory it needed.

Without options the results go into build/ and notebooks/ stays as it is. With --in-place each notebook that ran
without an error is replaced, whole or not at all, by its executed self with clean metadata.
"""

import argparse
import os
import sys
import threading
import time
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from tools.notebooks import clean, text_of
from tqdm import tqdm

from helpers.internals.files import replace_file

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 2**20


class PeakMemory(threading.Thread):
    """Watches a process and its children until it ends or stop() is called; .peak is in bytes."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.process, self.peak, self.stopped = psutil.Process(pid), 0, threading.Event()

    def run(self):
        """Sample every 20 ms; a process that is gone ends the watch."""
        try:
            while not self.stopped.wait(0.02):
                family = [self.process, *self.process.children(recursive=True)]
                self.peak = max(self.peak, sum(map(resident, family)), own_peak(self.process))
        except psutil.Error:
            pass

    def stop(self):
        """End the watch."""
        self.stopped.set()
        self.join()


def resident(process):
    """Return the resident bytes of a process, 0 where it has just ended."""
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def own_peak(process):
    """Return the peak resident bytes that the system has noted for a process, 0 where it notes none."""
    memory = process.memory_info()
    if hasattr(memory, "peak_wset"):  # Windows
        return memory.peak_wset
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if "VmHWM" in line), 0)


def execute(path, bar):
    """Execute one notebook. Returns (notebook, seconds, peak bytes, what went wrong or None)."""
    notebook = nbformat.read(path, as_version=4)
    watches, current = [], []

    def watch(**_):
        watches.append(PeakMemory(client.km.provisioner.pid))
        watches[0].start()

    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        extra_arguments=[
            "--IPKernelApp.log_level=40"
        ],  # no warning that the kernel of this machine is local
        record_timing=False,
        coalesce_streams=True,  # a print is otherwise cut in two where the machine is busy
        resources={"metadata": {"path": str(path.parent)}},
        on_notebook_start=watch,
        on_cell_start=lambda cell_index, **_: current.append(cell_index),
        on_cell_executed=lambda **_: bar.update(),
    )
    problem = None
    start = time.perf_counter()
    try:
        client.execute(env={**os.environ, "TQDM_DISABLE": "1"})
    except CellExecutionError as error:
        problem = f"cell {current[-1] + 1}: {error.ename}: {error.evalue}"
    except Exception as error:  # a kernel that dies or hangs must not keep the others from running
        problem = f"cell {current[-1] + 1 if current else 1}: {type(error).__name__}: {error}"
    seconds = time.perf_counter() - start
    for thread in watches:
        thread.stop()
    return clean(notebook), seconds, max((thread.peak for thread in watches), default=0), problem


def main():
    """Execute the chosen notebooks and return 0, or 1 where one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "only", nargs="*", help="start of a file name, such as 04; without it, every notebook"
    )
    parser.add_argument(
        "--in-place", action="store_true", help="replace notebooks/ instead of writing build/"
    )
    options = parser.parse_args()
    paths = sorted(
        path
        for path in (ROOT / "notebooks").glob("[!.]*.ipynb")
        if not options.only or path.name.startswith(tuple(options.only))
    )
    if not paths:
        there = ", ".join(sorted(path.stem for path in (ROOT / "notebooks").glob("[!.]*.ipynb")))
        print(f"no notebook starts with {' or '.join(options.only)}; there are: {there or 'none'}")
        return 1
    target = ROOT / ("notebooks" if options.in_place else "build")
    cells = sum(
        cell.cell_type == "code"
        for path in paths
        for cell in nbformat.read(path, as_version=4).cells
    )
    rows, problems = [], []
    with tqdm(total=cells, unit="cell", disable=False) as bar:
        for path in paths:
            bar.set_description(path.stem)
            notebook, seconds, peak, problem = execute(path, bar)
            rows.append((path.stem, seconds, peak / MEGABYTE, "failed" if problem else ""))
            if problem:
                problems.append(f"notebooks/{path.name}, {problem}")
            if not (problem and options.in_place):
                replace_file(target / path.name, text_of(notebook).encode())
    width = max(len(row[0]) for row in rows)
    print(f"{'notebook':{width}}  seconds  peak MB")
    for name, seconds, peak, mark in rows:
        print(f"{name:{width}}  {seconds:7.1f}  {peak:7.0f}  {mark}".rstrip())
    for problem in problems:
        print(problem)
    print(
        f"{len(paths) - len(problems)} of {len(paths)} ran; results are in {target.relative_to(ROOT)}/"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
