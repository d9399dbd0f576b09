"""Build the JupyterLite site, in which the whole series runs in the reader's browser.

`make lite` calls it with the Python of .venv-lite. The helpers and the data go into a wheel, which
Pyodide loads with the kernel, so the notebooks are the committed ones; with them go the runs of
notebook 6, which runs.py has done. Pyodide itself comes from its public distribution: pyodide.json
names the packages that are taken from there, as its own list does.
"""

import argparse
import base64
import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PYODIDE = "https://cdn.jsdelivr.net/pyodide/v314.0.3/full/"
RUNS = ROOT / "build" / "finished_runs.txt"
PLUGIN = "@jupyterlite/pyodide-kernel-extension:kernel"
# Named in each notebook, or the reader is asked for a kernel.
KERNEL = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}
WHEELS = "wheels"  # a folder of the site
LOCK = "pyodide-lock.json"  # in it: everything that is loaded with the kernel, at once
KERNEL_WHEELS = "extensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
STARTUP = "/lib/python3.14/site-packages/products/startup.py"  # run when the kernel starts
DATE = (1980, 1, 1, 0, 0, 0)  # of all files in the wheel, so that equal sources give equal bytes


def main():
    """Build the site and print where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "lite")
    parser.add_argument(
        "--contents", type=Path, default=ROOT, help="a class copy, in place of the whole series"
    )
    options = parser.parse_args()
    output, source = options.output.resolve(), options.contents
    if not notebooks_of(source):
        parser.error(f"no notebook is in {source / 'notebooks'}; make a class copy first")
    parts = output.with_name(output.name + "_parts")
    for folder in (output, parts):
        shutil.rmtree(folder, ignore_errors=True)
    copy_contents(parts / "contents", source)
    download_wheels(parts / WHEELS)
    project_wheel(parts / WHEELS)
    kernel_wheels(parts / WHEELS)
    shutil.copy(HERE / "overrides.json", parts)
    jupyter_lite(parts, output)
    shutil.copytree(parts / WHEELS, output / WHEELS)
    for name in ("ipykernel", "piplite", "pyodide_kernel"):
        shutil.copy(next((output / KERNEL_WHEELS).glob(f"{name}-*.whl")), output / WHEELS)
    (output / "index.html").write_text(front_door(notebooks_of(source)[0].stem), "utf8")
    say_what_is_loaded(output / "lab")
    packages = write_lock(output / WHEELS)
    configure(output / "jupyter-lite.json", packages)
    mark_binary_files(output / "api" / "contents")
    shutil.rmtree(parts)
    megabytes = sum(path.stat().st_size for path in output.rglob("*") if path.is_file()) / 1e6
    print(f"{output} is the site ({megabytes:.0f} MB); to look at it:")
    print(f"python -m http.server --bind 127.0.0.1 -d {output}")
    if not RUNS.exists():
        print(f"Without {RUNS.name}, which `make lite` makes, notebook 6 trains every network")


def notebooks_of(source):
    """Return the paths of the notebooks of the project, or of a class copy."""
    return sorted((source / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def front_door(first):
    """Return the page at the top of the site, which leads to the first notebook."""
    page = (HERE / "index.html").read_text("utf8").replace("00_the_whole_game", first)
    return page.replace("Notebook 0", f"Notebook {int(first[:2])}")


def copy_contents(folder, source=ROOT):
    """Lay out what the file browser of the site shows: notebooks, what they load, data."""
    (folder / "data").mkdir(parents=True)
    unwanted = shutil.ignore_patterns(".*", "__pycache__", "*.toml", "my_*")
    shutil.copytree(source / "notebooks", folder / "notebooks", ignore=unwanted)
    for name in ("START.md", "LICENSE", "LICENSE-TEXT") if source != ROOT else ():
        if (source / name).exists():
            shutil.copy(source / name, folder)
    for path in (folder / "notebooks").glob("*.ipynb"):
        notebook = json.loads(path.read_text("utf8"))
        notebook["metadata"]["kernelspec"] = KERNEL
        path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", "utf8")
    with_runs = RUNS.exists() and any(path.name.startswith("06") for path in notebooks_of(source))
    for path in [*(ROOT / "data").glob("*.csv.gz"), *([RUNS] if with_runs else [])]:
        shutil.copy(path, folder / "data")


def download_wheels(folder):
    """Fetch the wheels of wheels.txt, all of pure Python."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--require-hashes", f"--dest={folder}"]
    command += ["--only-binary=:all:", "--implementation=py", "--abi=none", "--platform=any"]
    command += ["--python-version=3.14"]
    subprocess.run([*command, f"--requirement={HERE / 'wheels.txt'}"], check=True)


def project_wheel(folder):
    """Write a wheel of the helpers and the data, for Pyodide's Python, and return its path.

    It names no requirements: the bounds of pyproject.toml are for a machine of one's own, and
    Pyodide has other versions. `data` stands beside `helpers`, where load_dataset looks for it.
    """
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]["version"]
    kinds = (".py", ".css", ".js")
    sources = [path for path in (ROOT / "helpers").rglob("*") if path.suffix in kinds]
    sources += (ROOT / "data").glob("*.csv.gz")
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in sorted(sources)}
    return write_wheel(folder, "neural-network-notebooks", version, files)


def kernel_wheels(folder):
    """Write what the kernel starts with: quick products, and nothing in place of jedi.

    The kernel asks for jedi, whose 5 MB complete names; IPython completes them without it.
    """
    import wasmtime  # of .venv-lite alone

    files = {
        "products/__init__.py": (HERE / "products.py").read_bytes(),
        "products/startup.py": (HERE / "startup.py").read_bytes(),
        "products/products.wasm": wasmtime.wat2wasm((HERE / "products.wat").read_text("utf8")),
    }
    write_wheel(folder, "products", "1", files)
    write_wheel(folder, "jedi", "0", {})


def write_wheel(folder, project, version, files):
    """Write a wheel of these files, {path in it: content}, and return its path."""
    name = f"{project.replace('-', '_')}-{version}"
    files, info = dict(files), f"{name}.dist-info"
    about = ["Metadata-Version: 2.1", f"Name: {project}", f"Version: {version}", ""]
    files[f"{info}/METADATA"] = "\n".join(about).encode()
    kind = ["Wheel-Version: 1.0", "Generator: build.py", "Root-Is-Purelib: true"]
    files[f"{info}/WHEEL"] = "\n".join([*kind, "Tag: py3-none-any", ""]).encode()
    files[f"{info}/RECORD"] = record(files, f"{info}/RECORD")
    path = folder / f"{name}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inner, content in files.items():
            archive.writestr(zipfile.ZipInfo(inner, DATE), content, zipfile.ZIP_DEFLATED)
    return path


def record(files, own_name):
    """Return the RECORD of a wheel: each file, its checksum and its size."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.writerow([name, f"sha256={digest}", len(content)])
    lines.writerow([own_name, "", ""])
    return text.getvalue().encode()


def write_lock(folder):
    """List the packages that the kernel loads, those in the folder and Pyodide's; return their names."""
    lock = json.loads((HERE / "pyodide.json").read_text("utf8"))
    for entry in lock["packages"].values():
        entry["file_name"] = PYODIDE + entry["file_name"]
    for path in sorted(folder.glob("*.whl")):
        name, version = path.name.split("-")[:2]
        name = name.replace("_", "-")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        entry = {"name": name, "version": version, "file_name": path.name, "sha256": digest}
        entry |= {"install_dir": "site", "package_type": "package", "imports": [], "depends": []}
        lock["packages"][name] = entry
    (folder / LOCK).write_text(json.dumps(lock, indent=1), "utf8")
    return list(lock["packages"])


def configure(path, packages):
    """Say in jupyter-lite.json where Pyodide comes from and what it loads first."""
    site = json.loads(path.read_text("utf8"))
    site["jupyter-config-data"]["appName"] = "A neural network from scratch"
    site["jupyter-config-data"]["exposeAppInBrowser"] = True  # to waiting.js, and to the tests
    plugin = site["jupyter-config-data"]["litePluginSettings"][PLUGIN]
    environment = {"PYTHONWARNINGS": "ignore:tqdm"}  # it warns that it has no thread
    environment["NEURAL_NETWORK_RUNS"] = f"../data/{RUNS.name}"  # seen from a notebook
    environment["PYTHONSTARTUP"] = STARTUP
    options = {"packages": packages, "env": environment, "lockFileURL": f"./{WHEELS}/{LOCK}"}
    plugin |= {"pyodideUrl": PYODIDE + "pyodide.mjs", "loadPyodideOptions": options}
    path.write_text(json.dumps(site, indent=2), "utf8")


def say_what_is_loaded(lab):
    """Put waiting.js into the page of the lab."""
    shutil.copy(HERE / "waiting.js", lab)
    page = (lab / "index.html").read_text("utf8")
    script = '<script type="module" src="./waiting.js"></script>'
    (lab / "index.html").write_text(page.replace("</head>", f"{script}</head>"), "utf8")


def mark_binary_files(listings):
    """Call compressed files binary in the listings, or `digits.csv.gz` is read as text."""
    for path in listings.rglob("all.json"):
        listing = json.loads(path.read_text("utf8"))
        for entry in listing["content"]:
            if entry["name"].endswith((".gz", ".npz")):
                entry["mimetype"] = "application/octet-stream"
        path.write_text(json.dumps(listing, indent=2), "utf8")


def jupyter_lite(parts, output):
    """Let JupyterLite build the site; what it says is shown only if it fails.

    Of its apps only the lab: with the others, a link to the site could run code among the reader's
    notebooks.
    """
    command = [sys.executable, "-m", "jupyter", "lite", "build", "--apps=lab", "--no-sourcemaps"]
    command += [f"--lite-dir={parts}", f"--output-dir={output}", f"--contents={parts / 'contents'}"]
    command += [f"--settings-overrides={parts / 'overrides.json'}"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = os.environ | {"PATH": path}
    done = subprocess.run(command, cwd=parts, env=environment, text=True, capture_output=True)
    if done.returncode:
        print(done.stdout + done.stderr)
        done.check_returncode()


if __name__ == "__main__":
    main()
