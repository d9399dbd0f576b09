"""Run the quick tests and the notebooks with the oldest versions that pyproject.toml allows, and with the newest.

Each environment lives in .venv-versions/, and uv finds its Python. A difference in a number fails; one in how it is
printed is only told. Arguments: "oldest", "newest", and starts of notebooks' names; without them, all.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

from blas_matrix import compare

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv-versions"
ENVIRONMENTS = {
    "oldest": ("3.11", "lowest-direct"),
    "newest": (None, "highest"),
}  # None: the newest that is installed


def run(*command):
    """Run a command quietly and return what it prints; RuntimeError with all of that where it fails."""
    result = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)
    if result.returncode:
        said = result.stdout + result.stderr
        raise RuntimeError(
            f"{' '.join(map(str, command[:6]))} ... ended with {result.returncode}:\n{said}"
        )
    return result.stdout


def set_up(name):
    """Make or update an environment, and return its Python and {package: version}."""
    version, resolution = ENVIRONMENTS[name]
    tools, python, pins = (
        FOLDER / "tools" / "bin",
        FOLDER / name / "bin" / "python",
        FOLDER / f"{name}.txt",
    )
    if not (tools / "uv").exists():
        run(sys.executable, "-m", "venv", FOLDER / "tools")
        run(tools / "python", "-m", "pip", "install", "--quiet", "uv")
    if not python.exists():
        version = version or run(tools / "uv", "python", "list", "--only-installed").split()[0]
        run(tools / "uv", "venv", "--python", version, FOLDER / name)
    how = (
        "--resolution",
        resolution,
        "--extra",
        "test",
        "--no-header",
        "--no-annotate",
        "--upgrade",
    )
    run(tools / "uv", "pip", "compile", "--python", python, *how, "pyproject.toml", "-o", pins)
    run(tools / "uv", "pip", "sync", "--python", python, pins)
    run(tools / "uv", "pip", "install", "--python", python, "--no-deps", "-e", ".")
    lines = [line.split("==") for line in pins.read_text("utf8").splitlines() if "==" in line]
    return python, {package: version.split()[0] for package, version in lines}


def main():
    """Run all that was chosen, print a table, and return 0 where everything passed, 1 otherwise."""
    wanted = [name for name in sys.argv[1:] if name in ENVIRONMENTS] or list(ENVIRONMENTS)
    starts = tuple(start for start in sys.argv[1:] if start not in ENVIRONMENTS) or ("",)
    paths = [
        path
        for path in sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))
        if path.name.startswith(starts)
    ]
    direct = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]["dependencies"]
    names = [text.split(">=")[0] for text in direct]
    rows, failed = [], False
    for name in wanted:
        python, versions = set_up(name)
        print(
            f"\n{name}: {run(python, '--version').strip()},",
            ", ".join(f"{each} {versions[each]}" for each in names),
        )
        options = [
            "-p",
            "no:cacheprovider",
            "--tb=short",
            "-rf",
            "--disable-warnings",
            "-m",
            "not browser",
        ]
        unit = subprocess.run(
            [python, "-m", "pytest", "tests", *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        if unit.returncode:
            print(unit.stdout[-6000:])
        report = FOLDER / f"{name}.json"
        found = compare(
            paths, {"OPENBLAS_NUM_THREADS": "1"}, report, ["--outputs=numbers"], python=python
        )
        print(
            *found["failed"],
            *(f"only formatting: {each}" for each in found.get("format", [])),
            sep="\n",
        )
        rows.append((name, "failed" if unit.returncode else "passed", found))
        failed |= bool(unit.returncode or found["failed"])
    titles = "environment", "tests", "cells", "numbers differ", "formatting", "pictures"
    print("\n{:11s} {:>7s} {:>6s} {:>15s} {:>11s} {:>9s}".format(*titles))
    for name, unit, found in rows:
        counts = (
            found["cells"],
            len(found["failed"]),
            len(found.get("format", [])),
            found["pictures"],
        )
        print("{:11s} {:>7s} {:6d} {:15d} {:11d} {:9d}".format(name, unit, *counts))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
