"""Run a handed-in notebook again, in a fresh folder and a kernel of its own, and ask our checks in the end."""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from helpers.exercises.verdict import is_question
from tools.hand_ins import CHECKS, ROOT, read_cells, said_of

MOST_STOPS = 10  # cells that are left out before a notebook is given up
MOST_CELLS = 10  # a whole notebook may take so many times as long as one cell
# `exit()` would end the kernel a little later, and the blame would fall on another cell.
FIRST = "get_ipython().ask_exit = lambda: print('exit() was left out')"
LEFT_OUT = "raise RuntimeError('this cell was left out')"


async def run_again(hand_in, timeout):
    """Run one, and write into its Said what the checks say now; into its notes, which cells had to be left out."""
    left_out = set()
    while len(left_out) < MOST_STOPS:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            cells, stopped = await execute(notebook_of(hand_in, left_out), Path(folder), timeout)
        if stopped is None:
            break
        number, words = stopped
        hand_in.notes.append(f"cell {number} {words}; it was left out" if number else words)
        if not number or number in left_out:
            break
        left_out.add(number)
    for key, said in hand_in.said.items():
        final = [cell for cell in cells if cell.id == final_id(key)]
        now = said_of(cells if is_question(key) else final, key)  # a question asks in its own cell
        said.when_run = now.state
        if now.state != said.state and now.state != "no check":
            said.mistake, said.message = now.mistake, now.message


def final_id(key):
    """The id of the cell that asks a check at the end."""
    return f"final-{key.replace('.', '-')}"


def notebook_of(hand_in, left_out):
    """What is run: the cells as they are, without tags and outputs, and every check once more at the end."""
    cells = [nbformat.v4.new_code_cell(FIRST)]
    for cell in hand_in.cells:
        if cell.kind == "code":
            source = LEFT_OUT if cell.number in left_out else cell.source
            cells.append(nbformat.v4.new_code_cell(source, metadata={"number": cell.number}))
    for name, exercise in CHECKS.items():
        if exercise.key in hand_in.said:
            source = f"from helpers.exercises import {name}\n{name}({exercise.name})"
            cells.append(nbformat.v4.new_code_cell(source, id=final_id(exercise.key)))
    return nbformat.v4.new_notebook(cells=cells)


def lay_out(folder):
    """Put a copy of the data and models into a folder, and return where the notebook runs."""
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("*.py", "*.toml"))
    for name in ("models", "results"):
        shutil.copytree(ROOT / "notebooks" / name, folder / "notebooks" / name)
    return folder / "notebooks"


async def execute(notebook, folder, timeout):
    """(cells, None), or (cells, (number of a cell or None, what it did)) where one ended or outlasted the run."""
    current, kernels = [None], []

    def started(cell, **_):
        current.append(cell.metadata.get("number"))

    client = NotebookClient(
        notebook,
        timeout=timeout,
        allow_errors=True,
        kernel_name="python3",
        extra_arguments=["--IPKernelApp.log_level=50"],
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(lay_out(folder))}},
        on_notebook_start=lambda **_: kernels.append(client.km.provisioner.pid),
        on_cell_start=started,
    )
    environment = os.environ | {
        "IPYTHONDIR": str(folder / "ipython"),
        "OPENBLAS_NUM_THREADS": "1",
        "TQDM_DISABLE": "1",
    }
    stopped = None
    try:
        await asyncio.wait_for(client.async_execute(env=environment), MOST_CELLS * timeout)
    except CellTimeoutError:
        stopped = current[-1], f"ran longer than {timeout} s"
    except DeadKernelError:
        stopped = current[-1], "ended the kernel"
    except TimeoutError:
        stopped = None, f"the notebook ran longer than {MOST_CELLS * timeout} s, and was stopped"
    finally:
        for pid in kernels if hasattr(os, "killpg") else ():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)  # what the kernel has started
    return read_cells(nbformat.writes(notebook)), stopped


def run_all(hand_ins, timeout, jobs, tell):
    """Run all of them, `jobs` at a time, and call tell(hand_in) after each."""

    async def run():
        slots = asyncio.Semaphore(jobs)

        async def one(hand_in):
            async with slots:
                await run_again(hand_in, timeout)
                tell(hand_in)

        await asyncio.gather(*map(one, hand_ins))

    asyncio.run(run())
