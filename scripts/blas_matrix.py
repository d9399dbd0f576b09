"""Compare the outputs of the notebooks as processors of three generations would compute them, on one thread and on two.

OPENBLAS_CORETYPE chooses the kernels of OpenBLAS, NPY_DISABLE_CPU_FEATURES keeps NumPy itself from using newer
instructions than such a processor has. Without a name every notebook is run, otherwise those that start with it.
"""

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "blas"
AVX2 = {
    "AVX",
    "F16C",
    "FMA3",
    "FMA4",
    "XOP",
    "AVX2",
    "X86_V3",
}  # what a Haswell has, in NumPy's words
AVX512 = {"AVX512_SKX", "X86_V4"}


def simd_features():
    """Return the names of the instruction sets that NumPy uses here beyond those it always needs."""
    return set(np.show_config(mode="dicts")["SIMD Extensions"].get("found", []))


def combinations(machine=None, features=None):
    """Return (kernels, threads, variables of the environment) for every run that this processor can do.

    machine: as platform.machine() says it, features: of NumPy; both asked for if None. Elsewhere than on x86-64 the
    kernels are those that the library takes by itself, named "".
    """
    features = simd_features() if features is None else features
    kernels = {"": set()}
    if (machine or platform.machine()) in ("x86_64", "AMD64"):
        kernels = {"Nehalem": features}
        if features & AVX2:
            kernels["Haswell"] = features - AVX2
        if features & AVX512:
            kernels["SkylakeX"] = set()
    runs = []
    for core, disabled in kernels.items():
        for threads in (1, 2):
            variables = {"OPENBLAS_NUM_THREADS": str(threads)}
            if core:
                variables["OPENBLAS_CORETYPE"] = core
            if disabled:
                variables["NPY_DISABLE_CPU_FEATURES"] = " ".join(sorted(disabled))
            runs.append((core, threads, variables))
    return runs


def compare(paths, variables, report, options=(), *, python=sys.executable):
    """Run nbval on the notebooks in a process of its own. Returns its findings, with "seconds" and "finished".

    paths: notebooks. variables: of the environment. report: file for the findings. options: of pytest.
    python: that runs it.
    Raises OSError where the process cannot be started.
    """
    report.unlink(missing_ok=True)
    command = [
        str(python),
        "-m",
        "pytest",
        "--nbval",
        "--nbval-current-env",
        "-p",
        "no:cacheprovider",
        "--tb=no",
    ]
    names = [str(path.relative_to(ROOT)) for path in paths]
    environment = {**os.environ, "TQDM_DISABLE": "1", **variables}
    start = time.perf_counter()
    command += ["--outputs-report", str(report), *options, *names]
    result = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    found = {
        "failed": [f"pytest ended with {result.returncode}: {result.stdout[-500:]}"],
        "cells": 0,
        "pictures": 0,
    }
    if result.returncode in (0, 1) and report.is_file():
        found = json.loads(report.read_text("utf8"))
    return found | {"seconds": time.perf_counter() - start}


def kernels_in_use(variables):
    """Return what a process with these variables computes with, such as "SkylakeX", or "?"."""
    code = "import numpy, threadpoolctl as t; print(*{i.get('architecture', '?') for i in t.threadpool_info()})"
    environment = {**os.environ, **variables}
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    return result.stdout.strip() or "?"


def main():
    """Run the matrix, print what differs and a table, and return 0 where nothing does, 1 otherwise."""
    chosen = tuple(sys.argv[1:]) or ("",)
    paths = [
        path
        for path in sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))
        if path.name.startswith(chosen)
    ]
    if not paths:
        print(f"no notebook starts with {' or '.join(chosen)}")
        return 1
    rows, differ = [], []
    for core, threads, variables in combinations():
        label = f"{core or 'as found'}, {threads} thread{'s' if threads > 1 else ''}"
        used = kernels_in_use(variables)
        if core and used.lower() != core.lower():
            print(f"{label}: OpenBLAS takes {used} here, so this run says nothing about {core}")
        found = compare(paths, variables, FOLDER / f"{core or 'found'}-{threads}.json")
        rows.append((label, found))
        differ += found["failed"]
        print(
            f"{label}: {len(found['failed'])} cells differ, {found['seconds']:.0f} s",
            *found["failed"],
            sep="\n",
            flush=True,
        )
    print(
        f"\n{'kernels':22s} {'cells':>6s} {'differ':>7s} {'pictures':>9s} {'same bytes':>11s} {'seconds':>8s}"
    )
    for label, found in rows:
        counts = found["cells"], len(found["failed"]), found["pictures"], found.get("identical", 0)
        print("{:22s} {:6d} {:7d} {:9d} {:11d} {:8.0f}".format(label, *counts, found["seconds"]))
    print(
        f"{', '.join(path.stem[:2] for path in paths)}: "
        + ("they differ, see above" if differ else "all equal")
    )
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
