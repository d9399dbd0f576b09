"""Put a copy of Pyodide into build/pyodide for the offline tests; readers take the public one.

The copy comes out of a wheel of another project, under a license of its own, so it is never
published with the site: `make test-lite` fetches it, and where it cannot be had the tests are
skipped. Its packages are those of Pyodide's own release, which pyodide.json lists with checksums.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / "build" / "pyodide"
WHEEL = "open-webui==0.12.4"
SHA256 = "02e9caba96234db3fa17a92e56163b3f7f2b8ca8227fa886b85c178d696483f6"
INSIDE = "open_webui/frontend/pyodide/"
# What is not a package, with the checksums of the npm package pyodide 314.0.3.
CORE = {
    "pyodide.mjs": "5cfc46f5dcbaf2a16f26e2363f441873eb424762609cc03db00d6a2ace4d00e5",
    "pyodide.asm.mjs": "1a9775427ef6e8abaa7db88ece0515422d1886915ae5c9093776410c865dfd8d",
    "pyodide.asm.wasm": "e7f8fac36f8bf11085309cbc5c829b3ec3057c18bf1d73b05a6741612d63cdbf",
    "python_stdlib.zip": "444c770dfd75a32097fc0a7d5c1413fd3140601f49c3a1f2e9af0376fcd124b4",
}


def main():
    """Fetch the copy unless it is there; say in one sentence what came of it."""
    files = CORE | {entry["file_name"]: entry["sha256"] for entry in packages()}
    if all((FOLDER / name).exists() for name in files):
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "wheel.txt").write_text(f"{WHEEL} --hash=sha256:{SHA256}\n")
        command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check"]
        command += ["--no-deps", "--require-hashes", f"--dest={folder}"]
        command += ["--python-version=3.12", "--only-binary=:all:"]
        command += [f"--requirement={folder / 'wheel.txt'}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            other = "DO NOT MATCH THE HASHES" in done.stderr
            reason = "has another checksum" if other else "cannot be had"
            print(f"{WHEEL} {reason}, so there is no local Pyodide: the site's tests are skipped")
            return
        unpack(next(folder.glob("*.whl")), files)
    print(f"{FOLDER} is a copy of Pyodide for the tests; do not publish it")


def packages():
    """Return the entries of pyodide.json."""
    return json.loads((HERE / "pyodide.json").read_text("utf8"))["packages"].values()


def unpack(wheel, files):
    """Write these files of Pyodide, {name: checksum}, from the wheel into the folder."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        for name, checksum in files.items():
            content = archive.read(INSIDE + name)
            if hashlib.sha256(content).hexdigest() != checksum:
                raise ValueError(f"{name} in {WHEEL} is not Pyodide's own; do not test with it")
            (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
