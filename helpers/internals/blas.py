"""The library behind `@`: its threads and its kernels. This file must not import NumPy."""

import contextlib
import functools
import os
import platform
import sys
from pathlib import Path

AVX512 = {"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"}

# How many times as fast two threads are as one, on two quiet cores and on two busy ones, by the
# float operations of a step: 8e7 1.2, 0.14; 2e8 1.2, 0.14; 3e8 -, 0.4; 5e8 -, 0.5. So up to here
# one is used.
SMALL_STEP = 3e8


def limit_blas_threads(flops):
    """Return a context in which products run on one thread, if the steps have so few operations.

    Two threads that wait for each other after every small product are slower than one, and many
    times slower on a busy machine, whatever OPENBLAS_NUM_THREADS says. flops: float operations of
    one step. Without threadpoolctl, as in the browser, nothing happens.
    """
    libraries = blas_libraries() if flops <= SMALL_STEP else None
    return contextlib.nullcontext() if libraries is None else libraries.limit(limits=1)


@functools.cache
def blas_libraries():
    """Return threadpoolctl's controller of the loaded BLAS libraries, or None without it."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController().select(user_api="blas")


def choose_kernels(environment=os.environ, *, cpuinfo=None, system=None, loaded=sys.modules):
    """Make OpenBLAS take its AVX-512 kernels on AMD processors that have AVX-512; return a sentence.

    There OpenBLAS takes the AVX2 kernels of older AMD processors by itself, and float32 products run
    at half speed. It reads the variable OPENBLAS_CORETYPE once, when NumPy is imported, so this must
    come first. It is set only on Linux x86-64, on an AMD processor whose flags list all of AVX512
    (on another the setting would crash), and never over a value of the user's. environment: changed
    in place; the other arguments stand for what the system says of itself.
    """
    if "OPENBLAS_CORETYPE" in environment:
        return "OPENBLAS_CORETYPE is set already, and was left as it is"
    if "numpy" in loaded:
        return "NumPy is imported already, so its kernels are chosen"
    if (system or (platform.system(), platform.machine())) != ("Linux", "x86_64"):
        return "not Linux on x86-64, so the choice is left to the library"
    try:
        first_core = parse_cpuinfo(
            Path("/proc/cpuinfo").read_text() if cpuinfo is None else cpuinfo
        )
    except (OSError, ValueError) as error:
        return f"the processor is unknown ({error}), so the choice is left to the library"
    if first_core.get("vendor_id") != "AuthenticAMD":
        return "not an AMD processor, so the library chooses well by itself"
    if not AVX512.issubset(first_core.get("flags", "").split()):
        return "this AMD processor has no AVX-512, so the library chooses well by itself"
    environment["OPENBLAS_CORETYPE"] = "SkylakeX"
    return "an AMD processor with AVX-512: OPENBLAS_CORETYPE was set to SkylakeX"


def parse_cpuinfo(text):
    """Return the first core's part of /proc/cpuinfo, lines `name : value`, as a dictionary."""
    lines = text.strip().split("\n\n")[0].splitlines()
    pairs = (line.partition(":") for line in lines)
    return {name.strip(): value.strip() for name, _, value in pairs}
