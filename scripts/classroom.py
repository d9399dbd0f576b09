"""Run notebook 4 in many kernels at once, as a class on a JupyterHub does: who failed, the seconds, and the memory.

Every kernel is a process of its own, works in its own copy of notebooks/ and data/, and must print what is committed.
With a number it runs that many kernels and only prints; without one it runs thirty and each notebook alone besides,
and writes docs/CLASSROOM.md if none failed. A megabyte is a million bytes here.
"""

import argparse
import asyncio
import datetime
import math
import os
import platform
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import nbformat
import notebook_numbers
import notebook_pictures
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from run_notebooks import own_peak
from tqdm import tqdm

from helpers.internals.files import replace_file

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))
from benchmarks.machine import processor  # noqa: E402

CLASS = 30
MEGABYTE = 1e6
LONGEST_START, LONGEST_CELL = 300, 1800  # seconds; on a busy machine thirty kernels take their time


@dataclass
class Kernel:
    """One kernel of the class: its process, when it was ready and done, its peaks in bytes and what went wrong."""

    pid: int = 0
    ready: float = 0.0
    seconds: float = 0.0
    peaks: dict = field(default_factory=lambda: {"uss": 0, "pss": 0, "rss": 0})
    processes: int = 1
    problems: list = field(default_factory=list)


class Watch(threading.Thread):
    """Samples the memory of kernels and of what they start until stop(); .together is the peak of their sum, .least
    what the machine had left, both in bytes."""

    def __init__(self, kernels):
        super().__init__(daemon=True)
        self.kernels, self.stopped = kernels, threading.Event()
        self.together, self.least = 0, psutil.virtual_memory().available

    def run(self):
        """Sample ten times a second, or less often where that would be work that slows the kernels down."""
        while not self.stopped.is_set():
            begun = time.perf_counter()
            self.sample()
            self.stopped.wait(max(0.1, 20 * (time.perf_counter() - begun)))

    def sample(self):
        """Note the memory of this moment. Raises nothing."""
        families = {kernel.pid: [] for kernel in self.kernels if kernel.pid}
        children = psutil.Process().children(recursive=True)
        parents = {process.pid: parent for process in children if (parent := parent_of(process))}
        for process in children:
            pid = process.pid
            while pid not in families and pid in parents:
                pid = parents[pid]
            if pid in families:
                families[pid].append(memory(process))
        for kernel in self.kernels:
            family = families.get(kernel.pid, [])
            for name in kernel.peaks:
                kernel.peaks[name] = max(kernel.peaks[name], sum(each[name] for each in family))
            kernel.processes = max(kernel.processes, sum(each["rss"] > 0 for each in family))
        self.together = max(self.together, sum(each["pss"] for family in families.values() for each in family))
        self.least = min(self.least, psutil.virtual_memory().available)

    def stop(self):
        """End the watch. Raises nothing."""
        self.stopped.set()
        self.join()


def parent_of(process):
    """Return the id of the process that started another one, None where that has ended; raises nothing."""
    try:
        return process.ppid()
    except psutil.Error:
        return None


def memory(process):
    """Return a process's bytes: uss, its own; pss, with its part of what it shares; rss, all it sees.

    Only Linux tells pss; elsewhere it is uss. All 0 for a process that has ended. Raises nothing.
    """
    try:
        told = process.memory_full_info()
        return {"uss": told.uss, "pss": getattr(told, "pss", told.uss), "rss": max(told.rss, own_peak(process))}
    except psutil.Error:
        return {"uss": 0, "pss": 0, "rss": 0}


async def run_kernel(kernel, path, bar, starting):
    """Run a notebook in a kernel of its own; what happens is noted in the Kernel. Raises nothing.

    starting: a lock. Of thirty kernels that look for free ports at the same moment, one may lose its port to another's
    connection, and then hangs; so each has its ports before the next looks for some.
    """
    committed, notebook = (nbformat.read(path, as_version=4) for _ in range(2))
    begun, current = time.perf_counter(), [0]

    def started(**_):
        kernel.pid, kernel.ready = client.km.provisioner.pid, time.perf_counter() - begun

    client = NotebookClient(
        notebook,
        startup_timeout=LONGEST_START,
        timeout=LONGEST_CELL,
        kernel_name="python3",
        extra_arguments=["--IPKernelApp.log_level=40"],  # no warning that the kernel of this machine is local
        coalesce_streams=True,  # a print is otherwise cut in two where the machine is busy
        resources={"metadata": {"path": str(path.parent)}},
        on_notebook_start=started,
        on_cell_start=lambda cell_index, **_: current.append(cell_index),
        on_cell_executed=lambda **_: bar.update(),
    )
    try:
        async with starting:
            client.km = client.create_kernel_manager()
            await client.async_start_new_kernel(env={**os.environ, "TQDM_DISABLE": "1"})
            await client.async_start_new_kernel_client()
        await client.async_execute()
    except CellExecutionError as error:
        kernel.problems.append(f"cell {current[-1] + 1}: {error.ename}: {error.evalue}")
    except Exception as error:  # a kernel that dies or hangs is what this is about
        kernel.problems.append(f"cell {current[-1] + 1}: {type(error).__name__}: {error}")
    kernel.seconds = time.perf_counter() - begun
    if not kernel.problems:
        kernel.problems += differences(committed, notebook)


def differences(committed, executed):
    """Return a sentence for each cell that printed or drew something else than is committed; raises nothing."""
    found = []
    for number, (old, new) in enumerate(zip(committed.cells, executed.cells, strict=True), 1):
        if old.cell_type != "code" or "nbval-ignore-output" in old.metadata.get("tags", []):
            continue
        problem = notebook_numbers.difference(old.outputs, new.outputs)[1] or picture_problem(old.outputs, new.outputs)
        if problem:
            found.append(f"cell {number}: {problem}")
    return found


def picture_problem(committed, drawn):
    """Return what an eye would see between the pictures of two lists of outputs, "" for nothing; raises nothing."""
    pairs = [[text for text, _ in notebook_pictures.pictures_of(outputs)] for outputs in (committed, drawn)]
    if len(pairs[0]) != len(pairs[1]):
        return f"{len(pairs[1])} pictures, committed are {len(pairs[0])}"
    for old, new in zip(*pairs, strict=True):
        if old != new and (seen := notebook_pictures.difference(*map(notebook_pictures.decode, (old, new)))[0]):
            return f"a picture is another one: {seen}"
    return ""


def run_class(name, count):
    """Run `count` kernels on a notebook of that name at once. Returns (kernels, seconds, the Watch of them)."""
    kernels = [Kernel() for _ in range(count)]
    watch = Watch(kernels)
    cells = sum(cell.cell_type == "code" for cell in nbformat.read(ROOT / "notebooks" / name, as_version=4).cells)
    with tempfile.TemporaryDirectory() as folder:
        copies = [Path(folder, f"learner_{number:02d}", "notebooks") for number in range(1, count + 1)]
        for copy in copies:
            shutil.copytree(ROOT / "notebooks", copy, ignore=shutil.ignore_patterns(".*"))
            shutil.copytree(ROOT / "data", copy.parent / "data")  # notebook 1 opens ../data/digits.csv.gz itself

        async def run_all(bar):
            pairs, starting = zip(kernels, copies, strict=True), asyncio.Lock()
            await asyncio.gather(*(run_kernel(kernel, copy / name, bar, starting) for kernel, copy in pairs))

        watch.start()
        with tqdm(total=cells * count, unit="cell", desc=f"{name[:2]}, {count} at once") as bar:
            asyncio.run(run_all(bar))
        watch.stop()
    return kernels, max(kernel.seconds for kernel in kernels), watch


def largest(kernels, name):
    """Return the largest peak of some kernels, in megabytes; raises nothing."""
    return max(kernel.peaks[name] for kernel in kernels) / MEGABYTE


def class_table(runs):
    """Return the lines of a table with a column for each run, as run_class returns it; raises nothing."""
    peaks = {"its own": "uss", "with its part of what kernels share": "pss", "with all that it shares": "rss"}
    rows = {
        "failed": [sum(bool(kernel.problems) for kernel in kernels) for kernels, _, _ in runs],
        "seconds until the last one was done": [f"{seconds:.0f}" for _, seconds, _ in runs],
        "seconds until the last one was ready": [
            f"{max(each.ready for each in kernels):.1f}" for kernels, _, _ in runs
        ],
    }
    for words, name in peaks.items():
        rows[f"MB of one kernel, {words}"] = [f"{largest(kernels, name):.0f}" for kernels, _, _ in runs]
    rows["MB of all together"] = [f"{watch.together / MEGABYTE:,.0f}" for _, _, watch in runs]
    heads = [f"{len(kernels)} kernel{'s' if len(kernels) > 1 else ''}" for kernels, _, _ in runs]
    lines = [f"| at most | {' | '.join(heads)} |", f"| --- |{' ---: |' * len(runs)}"]
    return lines + [f"| {name} | {' | '.join(map(str, cells))} |" for name, cells in rows.items()]


def notebook_table(runs):
    """Return the lines of a table of notebooks, each run alone: {name: a run, as run_class returns it}."""
    lines = ["| notebook | seconds | MB, its own | MB, with all that it shares | processes |"]
    lines += ["| --- | ---: | ---: | ---: | ---: |"]
    for name, ((kernel,), seconds, _) in runs.items():
        peaks = f"{kernel.peaks['uss'] / MEGABYTE:.0f} | {kernel.peaks['rss'] / MEGABYTE:.0f}"
        lines.append(f"| {Path(name).stem} | {seconds:.0f} | {peaks} | {kernel.processes} |")
    return lines


def machine(watch, load):
    """Return lines of Markdown about the machine, its load before, and what it had left during a Watch."""
    total = psutil.virtual_memory().total
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "matplotlib", "ipykernel"))
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "as many as there are cores")
    return [
        f"- processor: {processor()}, {os.cpu_count()} cores; load average {load:.1f} before",
        f"- memory: {total / 1e9:.1f} GB, of which {watch.least / 1e9:.1f} GB were free at the least",
        f"- system: {platform.system()} {platform.machine()}, Python {platform.python_version()}, {versions}",
        f"- BLAS threads a kernel: {threads}",
    ]


HEAD = """# A class on one machine

Written by `make classroom` on {date}; do not edit. Every kernel is a process of its own, as on a JupyterHub, runs all
cells of {name} in its own copy of `notebooks/`, and must print and draw what is committed. A MB is a million bytes.

{machine}

{table}

The first of the three figures of memory is what one more kernel costs, and the last is what `top` shows as RES, where
libraries that all kernels share count anew for each. What the notebook server of a learner needs comes on top.

## One kernel alone

With the processes that the notebook starts, all counted together.

{notebooks}
"""


def main():
    """Run one kernel and then the class, print the table and return 0, or 1 where one failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "kernels", nargs="?", type=int, help=f"how many at once; without it {CLASS}, and all is written"
    )
    parser.add_argument("--notebook", default="04", help="start of a file name (otherwise 04)")
    options = parser.parse_args()
    names = sorted(path.name for path in (ROOT / "notebooks").glob("[!.]*.ipynb"))
    chosen = [name for name in names if name.startswith(options.notebook)]
    if len(chosen) != 1 or (options.kernels is not None and options.kernels < 1):
        parser.error(f"expected one kernel or more and the start of one name, of: {', '.join(names) or 'none'}")
    name, whole = chosen[0], options.kernels is None
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else math.nan
    alone, together = {name: run_class(name, 1)}, run_class(name, options.kernels or CLASS)
    table = class_table([alone[name], together])
    facts = machine(together[2], load)
    print(f"{name}, {options.kernels or CLASS} kernels at once", *facts, *table, sep="\n", flush=True)
    if whole:
        alone = {each: alone.get(each) or run_class(each, 1) for each in names}
        notebooks = notebook_table(alone)
        print(*notebooks, sep="\n")
    problems = [
        f"{each}, kernel {number} of {len(kernels)}, {problem}"
        for each, (kernels, _, _) in [*alone.items(), (name, together)]
        for number, kernel in enumerate(kernels, 1)
        for problem in kernel.problems
    ]
    if whole and not problems:
        parts = {"machine": facts, "table": table, "notebooks": notebooks}
        lines = {part: "\n".join(each) for part, each in parts.items()}
        text = HEAD.format(date=datetime.date.today(), name=f"`{name}`", **lines)
        replace_file(ROOT / "docs" / "CLASSROOM.md", text.encode())
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
