"""Run the unit tests and the notebooks with the oldest versions that pyproject.toml allows, and with the newest.

Each environment lives in .venv-versions/. A difference in a number fails; one in how it is printed is only told.
Arguments: names of environments, as this program lists them, and starts of notebooks' names; without them, all.
"""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from blas_matrix import compare

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv-versions"


def pythons():
    """Return the Pythons of this machine that the project supports, {(3, 11): path}; raises nothing."""
    names = [shutil.which(f"python3.{minor}") for minor in range(11, 30)]
    paths = [
        *filter(None, names),
        *map(str, Path.home().glob(".pyenv/versions/3.*/bin/python3")),
        sys.executable,
    ]
    found = {}
    for path in paths:
        code = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
        result = subprocess.run([path, "-c", code], capture_output=True, text=True)
        if result.returncode == 0 and (version := tuple(map(int, result.stdout.split()))) >= (
            3,
            11,
        ):
            found.setdefault(version, path)
    return found


def environments(found):
    """Return {name: (Python's path, how its versions are resolved)} for the Pythons that were found; raises nothing."""
    chosen = {"oldest": (found[min(found)], "lowest-direct")}
    for version in sorted(set(found) - {min(found)}, reverse=True) or found:
        chosen[f"newest-{version[0]}.{version[1]}"] = found[version], "highest"
    return chosen


def run(*command, **options):
    """Run a command quietly. Raises RuntimeError with what it printed where it fails."""
    result = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    if result.returncode:
        raise RuntimeError(
            f"{' '.join(map(str, command[:6]))} ... ended with {result.returncode}:\n{result.stdout}"
        )
    return result.stdout


def set_up(name, python, resolution):
    """Make or update an environment. Returns its Python and {package: version}; RuntimeError where that fails."""
    tools = FOLDER / "tools" / "bin"
    if not (tools / "uv").exists():
        run(sys.executable, "-m", "venv", FOLDER / "tools")
        run(
            tools / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"
        )
    home, pins = FOLDER / name, FOLDER / f"{name}.txt"
    options = [
        "--resolution",
        resolution,
        "--extra",
        "test",
        "--no-header",
        "--no-annotate",
        "--upgrade",
        "--quiet",
    ]
    run(tools / "uv", "pip", "compile", "--python", python, *options, "pyproject.toml", "-o", pins)
    if not (home / "bin" / "python").exists():
        run(tools / "uv", "venv", "--quiet", "--python", python, home)
    run(tools / "uv", "pip", "sync", "--quiet", "--python", home / "bin" / "python", pins)
    run(
        tools / "uv",
        "pip",
        "install",
        "--quiet",
        "--python",
        home / "bin" / "python",
        "--no-deps",
        "-e",
        ".",
    )
    lines = [line.split("==") for line in pins.read_text("utf8").splitlines() if "==" in line]
    return home / "bin" / "python", {package: version.split()[0] for package, version in lines}


def main():
    """Run all that was chosen, print a table, and return 0 where everything passed, 1 otherwise."""
    chosen = environments(pythons())
    wanted = [name for name in sys.argv[1:] if name in chosen] or list(chosen)
    starts = tuple(start for start in sys.argv[1:] if start not in chosen) or ("",)
    paths = [
        path
        for path in sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))
        if path.name.startswith(starts)
    ]
    direct = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]["dependencies"]
    names = [text.split(">=")[0] for text in direct]
    rows, failed = [], False
    for name in wanted:
        python, versions = set_up(name, *chosen[name])
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
        command = [python, "-m", "pytest", "tests", *options]
        unit = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        if unit.returncode:
            print(unit.stdout[-6000:])
        report = FOLDER / f"{name}.json"
        found = compare(
            paths, {"OPENBLAS_NUM_THREADS": "1"}, report, ["--outputs=numbers"], python=python
        )
        for sentence in found["failed"]:
            print(f"\n{sentence}")
        print(*(f"only formatting: {sentence}" for sentence in found.get("format", [])), sep="\n")
        rows.append((name, "failed" if unit.returncode else "passed", found))
        failed |= bool(unit.returncode or found["failed"])
    titles = "environment", "unit tests", "cells", "numbers differ", "formatting", "pictures"
    print("\n{:14s} {:>10s} {:>6s} {:>15s} {:>11s} {}".format(*titles))
    for name, unit, found in rows:
        looked = "only their sizes" if found.get("sized") else f"{found['pictures']} looked at"
        counts = found["cells"], len(found["failed"]), len(found.get("format", []))
        print("{:14s} {:>10s} {:6d} {:15d} {:11d} {}".format(name, unit, *counts, looked))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
