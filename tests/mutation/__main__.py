"""Mutation testing of the mathematics: `make mutation`, or `python tests/mutation [MODULE ...]`.

For every module named in plan.toml: its mutants (mutants.py), judged by the tests that are about it (judge.py), in a
copy of the project. Results are kept in build/mutation/, so that only what has changed is judged again: all mutants
of a module whose source or tests are others, and its survivors where tests were only added. Delete that folder to
judge everything anew. Exit status 1 where less than 90 % of a module's mutants are killed, or where one survives that
survivors.toml does not list.
"""

import argparse
import ast
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from mutants import find_mutants

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SHARE = 0.9
FOR_ALL = "for all tests: "


def read_toml(name):
    return tomllib.loads((HERE / name).read_text("utf8"))


PLAN = read_toml("plan.toml")


def fingerprint(module, root):
    """Return what decides over the mutants of a module: checksums of its source and these scripts, and of its tests."""
    paths = [root / "helpers" / f"{module}.py", HERE / "judge.py", HERE / "mutants.py"]
    code = checksum(b"\0".join(path.read_bytes() for path in paths))
    return {"code": code, "tests": {path.name: statements(path) for path in test_files(module, root)}}


def checksum(content):
    return hashlib.sha256(content).hexdigest()[:16]


def statements(path):
    """Return the checksum of every test in a file and of what else stands beside them, but for imports and comments."""
    nodes = ast.parse(path.read_text("utf8")).body
    texts = [ast.unparse(node) for node in nodes if not isinstance(node, ast.Import | ast.ImportFrom)]
    return [FOR_ALL * bool(re.search("pytestmark|autouse", text)) + checksum(text.encode()) for text in texts]


def still_valid(old, new, results):
    """Return the results that hold though the fingerprint is another: where tests were only added, a kill is a kill."""
    if old == new:
        return results
    if old is None or old["code"] != new["code"]:
        return {}
    for name, before in old["tests"].items():
        left = iter(before)
        wanted, added = next(left, None), []
        for statement in new["tests"].get(name, ()):
            if statement == wanted:
                wanted = next(left, None)
            else:
                added.append(statement)
        if wanted is not None or any(statement.startswith(FOR_ALL) for statement in added):
            return {}
    return {key: result for key, result in results.items() if result["killed"]}


def test_files(module, root):
    return [root / "tests" / f"{name}.py" for name in PLAN["modules"][module]]


def mutants_of(module, root):
    source = (root / "helpers" / f"{module}.py").read_text("utf8")
    return find_mutants(source, PLAN["wording"].get(module, ()))


def read_results(path):
    """Return (fingerprint, {key: result}) of a file of results; an unfinished last line is left out."""
    if not path.exists():
        return None, {}
    found, results = None, {}
    for line in path.read_text("utf8").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if "key" in entry:
            results[entry["key"]] = entry
        else:
            found = entry
    return found, results


def judge(module, results_folder, copy):
    """Judge what is left to judge in a module. Returns {key: result}."""
    path, mark = results_folder / f"{module}.jsonl", fingerprint(module, copy)
    found, results = read_results(path)
    old, results = results, still_valid(found, mark, results)
    path.write_text("".join(json.dumps(entry) + "\n" for entry in (mark, *results.values())), "utf8")
    jobs = []
    for mutant in mutants_of(module, copy):
        if mutant.key not in results:
            job = {"key": mutant.key, "function": mutant.function, "anew": mutant.whole_module, "source": mutant.source}
            jobs.append(job | {"killed_by": old.get(mutant.key, {}).get("by", "")})  # the test to begin with
    if jobs:
        tests = [str(file.relative_to(copy)) for file in test_files(module, copy)]
        task = {"module": module, "tests": tests, "results": str(path), "jobs": jobs}
        task["left_out"] = PLAN["left_out"]["names"]
        variables = os.environ | {"OPENBLAS_NUM_THREADS": "1", "TQDM_DISABLE": "1", "PYTHONPATH": str(copy)}
        done = subprocess.run(
            [sys.executable, str(HERE / "judge.py")], input=json.dumps(task), text=True, cwd=copy, env=variables,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"{module}: {done.stderr.strip()[-2000:] or done.returncode}")
        results = read_results(path)[1]
    keys = [mutant.key for mutant in mutants_of(module, copy)]
    if missing := [key for key in keys if key not in results]:
        sys.exit(f"{module}: {len(missing)} mutants were not judged; see whether its tests pass without them")
    return {key: results[key] for key in keys}


def survivors():
    """Return {module: {key: reason}} of survivors.toml."""
    listed = {module: {} for module in PLAN["modules"]}
    for entry in read_toml("survivors.toml").get("survivor", []):
        for key in entry["mutants"]:
            listed[entry["module"]][key] = entry["reason"]
    return listed


def problems_of(results, listed):
    """Return what is wrong with the results of a module, as sentences. listed: {key: reason} of its survivors."""
    survivors = [key for key, result in results.items() if not result["killed"]]
    problems = [f"survives, and is not in survivors.toml: {key}" for key in survivors if key not in listed]
    problems += [f"is in survivors.toml, but is no mutant any more: {key}" for key in listed if key not in results]
    if len(results) - len(survivors) < SHARE * len(results):
        problems.append(f"{len(results) - len(survivors)} of {len(results)} killed, expected {SHARE:.0%}")
    return problems


def copy_project(folder):
    """Copy what the tests need, so that no mutant can do harm to the project."""
    skip = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in ("helpers", "tests", "data", "measurements"):
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", folder)


def main():
    parser = argparse.ArgumentParser(prog="make mutation", description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", default=[], metavar="MODULE", help="such as network; all by default")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="modules judged at once")
    options = parser.parse_args()
    if sys.platform != "linux":
        sys.exit("mutation testing needs Linux: it forks, and limits memory and time of each mutant")
    modules = options.modules or list(PLAN["modules"])
    listed = survivors()
    folder = ROOT / "build" / "mutation"
    folder.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    total, killed, bad = 0, 0, False
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name).resolve() / "project"
        copy.mkdir()
        copy_project(copy)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for module, results in zip(modules, pool.map(lambda m: judge(m, folder, copy), modules), strict=True):
                count = sum(result["killed"] for result in results.values())
                total, killed = total + len(results), killed + count
                seconds = sum(result["seconds"] for result in results.values())
                share = f"{count:4} of {len(results):4} killed, {count / len(results):6.1%}"
                print(f"{module:16} {share}, {seconds:5.0f} s", flush=True)
                for problem in problems_of(results, listed[module]):
                    bad = True
                    print(f"    {problem}", flush=True)
    print(f"{'all':16} {killed:4} of {total:4} killed, {killed / total:6.1%}, {time.monotonic() - start:5.0f} s now")
    sys.exit(bad)


if __name__ == "__main__":
    main()
