"""What the figures were measured on: processor, system and versions."""

import contextlib
import importlib.metadata
import os
import platform
from pathlib import Path

PACKAGES = ("numpy", "torch", "scikit-learn", "jax", "jaxlib", "pandas", "pyarrow")


def describe():
    """Return lines of Markdown about the machine and the versions."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    load = (
        f"; load average {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    )
    return [
        f"- processor: {processor()}, {os.cpu_count()} cores, of which one is used{load}",
        f"- system: {platform.system()} {platform.machine()}, Python {platform.python_version()}",
        f"- versions: {versions}",
        f"- NumPy's kernels: {kernels()}",
    ]


def processor():
    """Return the name of the processor, as far as the system tells."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                flags = "with" if "avx512f" in Path("/proc/cpuinfo").read_text() else "without"
                return f"{line.partition(':')[2].strip()} ({flags} AVX-512)"
    return platform.processor() or "unknown"


def kernels():
    """Return which kernels the BLAS library of NumPy has chosen."""
    import numpy as np  # noqa: F401  the library is loaded with it
    from threadpoolctl import threadpool_info

    found = [
        info
        for info in threadpool_info()
        if info["user_api"] == "blas" and "numpy" in info["filepath"]
    ]
    return ", ".join(
        f"{info['internal_api']} {info['version']} {info.get('architecture', '')}" for info in found
    )
