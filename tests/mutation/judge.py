"""Try the mutants of one module, each in a process of its own: `python judge.py MODULE`, in a copy of the project.

Two ways. Changed functions: the tests are imported and collected once, then for each mutant the process forks, the
child puts the changed code into the functions and runs only the tests that call the changed one. Changed modules
(constants, classes, and survivors of functions that are called while the tests are imported): the child imports
everything anew.
"""

import contextlib
import importlib
import importlib.abc
import importlib.util
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
import types
from pathlib import Path

import hypothesis
import numpy  # noqa: F401 (what the tests import, once for all children)
import pandas  # noqa: F401
import pytest
import tqdm.auto  # noqa: F401

PATIENCE = 60  # seconds on the clock for one mutant, besides its tests' own
SECONDS_A_TEST = 2.0  # of processor time, and ten times what the test needs
MEMORY = 2**31  # bytes more than the process has


def where_is(code):
    """Return the function, or Class.method, that some code belongs to."""
    return code.co_qualname.split(".<locals>")[0]


def put_into(module, source):
    """Give every function of a module the code that it has in another source. Returns whether anything changed."""
    other = types.ModuleType(module.__name__)
    other.__file__, other.__package__ = module.__file__, module.__package__
    sys.modules["mutant"] = other
    exec(compile(source, module.__file__, "exec"), other.__dict__)
    pairs = [(vars(module), vars(other))]
    pairs += [
        (vars(value), vars(other.__dict__[name]))
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__ and name in vars(other)
    ]
    changed = False
    for old, new in pairs:
        for name, value in old.items():
            before, after = plain(value), plain(new.get(name))
            if before is None or after is None or before.__module__ != module.__name__:
                continue
            for part in ("__code__", "__defaults__", "__kwdefaults__"):
                if getattr(before, part) != getattr(after, part):
                    setattr(before, part, getattr(after, part))
                    changed = True
    return changed


def plain(value):
    """Return the function in a function, a property, a class method or a static method."""
    value = getattr(value, "fget", value)
    value = getattr(value, "__func__", value)
    return value if isinstance(value, types.FunctionType) and not hasattr(value, "__wrapped__") else None


class Calls:
    """Which functions of a file are called; a context manager."""

    def __init__(self, path):
        self.path, self.found = str(path), set()

    def __enter__(self):
        sys.settrace(self.call)
        threading.settrace(self.call)
        return self

    def __exit__(self, *_):
        sys.settrace(None)
        threading.settrace(None)

    def call(self, frame, event, argument):
        if frame.f_code.co_filename == self.path:
            self.found.add(where_is(frame.f_code))


def fork(job, seconds):
    """Run job(write) in a child. Returns (how it ended, what it wrote); a child that takes too long is killed."""
    folder = tempfile.mkdtemp()
    report = Path(folder) / "report"
    child = os.fork()
    if child == 0:
        status = 3
        try:
            os.setpgid(0, 0)
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            for name in ("TMPDIR", "PYTEST_DEBUG_TEMPROOT"):
                os.environ[name] = folder
            tempfile.tempdir = folder
            size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (2**28, 2**28))
            status = job(report.write_text)
        finally:
            os._exit(status)
    end = time.monotonic() + seconds
    pause = 0.001
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            break
        if time.monotonic() > end:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            status = signal.SIGKILL
            break
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # whatever the test had started
    text = report.read_text() if report.exists() else ""
    shutil.rmtree(folder, ignore_errors=True)
    return os.waitstatus_to_exitcode(status), text


def limit(seconds):
    """Let the process die after so many seconds of processor time."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, SECONDS_A_TEST + 10 * seconds)


class Judge:
    """A plugin of pytest: instead of running the tests once, it runs them for every mutant."""

    def __init__(self, path, jobs, done):
        self.path, self.jobs, self.done = path, jobs, done
        self.failed, self.at_import = False, set()

    def pytest_runtest_logreport(self, report):
        self.failed = self.failed or report.failed

    def run(self, item):
        """Return whether a test passes."""
        self.failed = False
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        return not self.failed

    def baseline(self, items):
        """Return {test: (seconds, functions it calls)} without a mutant; a test that fails ends it all."""

        def job(write):
            found = {}
            for item in items:
                start = time.process_time()
                with Calls(self.path) as calls:
                    passed = self.run(item)
                found[item.nodeid] = passed, time.process_time() - start, sorted(calls.found)
            write(json.dumps(found))
            return 0

        _, text = fork(job, 600)
        if not text:
            sys.exit(f"{self.path.name}: the tests did not come to an end without a mutant")
        found = json.loads(text)
        failed = [name for name, (passed, _, _) in found.items() if not passed]
        if failed:
            sys.exit(f"{self.path.name}: these tests fail without a mutant: {', '.join(failed)}")
        return {name: (seconds, set(calls)) for name, (_, seconds, calls) in found.items()}

    def pytest_runtestloop(self, session):
        module = importlib.import_module(f"helpers.{self.path.stem}")
        if Path(module.__file__) != self.path:
            sys.exit(f"{module.__file__} was imported, expected {self.path}")
        base = self.baseline(session.items)
        order = sorted(session.items, key=lambda item: base[item.nodeid][0])
        for job in self.jobs:
            tests = [item for item in order if job["function"] in base[item.nodeid][1]]
            tests.sort(key=lambda item: item.nodeid != job.get("killed_by"))

            def child(write, job=job, tests=tests):
                try:
                    if not put_into(module, job["source"]):
                        write("nothing changed")
                        return 0
                except Exception as error:
                    write(f"import: {type(error).__name__}")
                    return 1
                for item in tests:
                    write(item.nodeid)
                    limit(base[item.nodeid][0])
                    if not self.run(item):
                        return 1
                write("")
                return 0

            start = time.monotonic()
            status, text = fork(child, PATIENCE + 20 * sum(base[item.nodeid][0] for item in tests))
            result = {"killed": status != 0, "by": text, "status": status, "tests": len(tests), "again": False}
            result["again"] = status == 0 and (job["function"] in self.at_import or text == "nothing changed")
            self.done(job, result, time.monotonic() - start)
        return True


def foreign_modules():
    """Return the names of the imported modules that do not belong to the project."""
    here = str(Path.cwd())
    files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
    return [name for name, file in files.items() if file and not file.startswith(here) and name != "__main__"]


class MutantFinder(importlib.abc.MetaPathFinder):
    """Imports one module of helpers/ from another source."""

    def __init__(self, path, source):
        self.path, self.source = path, source

    def find_spec(self, name, path, target=None):
        if name != f"helpers.{self.path.stem}":
            return None
        loader = MutantLoader(self.source, self.path)
        return importlib.util.spec_from_file_location(name, self.path, loader=loader)


class MutantLoader(importlib.abc.SourceLoader):
    """Gives the source of the mutant for that of the file."""

    def __init__(self, source, path):
        self.source, self.path = source, str(path)

    def get_filename(self, name):
        return self.path

    def get_data(self, path):
        return self.source.encode()


class StopAtFirst:
    """A plugin of pytest: it writes down the first test that fails, and limits the time of each."""

    def __init__(self, write):
        self.write = write

    def pytest_runtest_setup(self, item):
        self.write(item.nodeid)
        limit(5)


def judge_anew(path, tests, jobs, done):
    """Try mutants for which everything is imported again."""
    for job in jobs:

        def child(write, job=job):
            sys.meta_path.insert(0, MutantFinder(path, job["source"]))
            write("import")
            limit(5)
            return int(pytest.main([*OPTIONS, "-x", *tests], plugins=[StopAtFirst(write)]))

        start = time.monotonic()
        status, text = fork(child, 5 * PATIENCE)
        result = {"killed": status != 0, "by": text if status else "", "status": status, "again": False}
        done(job, result, time.monotonic() - start)


OPTIONS = ["-s", "-p", "no:cacheprovider", "-p", "no:randomly", "-q"]


def main():
    """Read the jobs from stdin, and write a line a result to the file named in the job list."""
    task = json.loads(sys.stdin.read())
    path = Path.cwd() / "helpers" / f"{task['module']}.py"
    tests = task["tests"]
    results = open(task["results"], "a")  # noqa: SIM115
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    hypothesis.settings.register_profile("mutation", deadline=None, database=None, derandomize=True, phases=phases)
    hypothesis.settings.load_profile("mutation")
    OPTIONS.extend(["-k", f"not ({' or '.join(task['left_out'])})"])
    again = []

    def done(job, result, seconds):
        if result.pop("again"):
            again.append(job)
            return
        results.write(json.dumps({"key": job["key"], "seconds": round(seconds, 3), **result}) + "\n")
        results.flush()

    # The tests are collected in a child, so that this process has nothing of helpers/ imported when it judges anew.
    anew = [job for job in task["jobs"] if job["anew"]]
    plain_jobs = [job for job in task["jobs"] if not job["anew"]]
    if plain_jobs:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            status = 3
            try:
                judge = Judge(path, plain_jobs, done)
                with Calls(path) as calls:

                    class Collected:
                        def pytest_collection_finish(self, session):
                            sys.settrace(None)
                            judge.at_import = set(calls.found)

                    status = int(pytest.main([*OPTIONS, *tests], plugins=[judge, Collected()]))
                report = {"again": [job["key"] for job in again], "modules": foreign_modules()}
                with open(writer, "w") as pipe:
                    json.dump(report, pipe)
            except SystemExit as error:
                print(error, file=sys.stderr, flush=True)
                status = 4
            finally:
                os._exit(status)
        os.close(writer)
        with open(reader) as pipe:
            text = pipe.read()
        _, status = os.waitpid(child, 0)
        if not text:
            sys.exit(os.waitstatus_to_exitcode(status) or 3)
        report = json.loads(text)
        anew += [job for job in plain_jobs if job["key"] in report["again"]]
        for name in report["modules"] if anew else ():
            with contextlib.suppress(Exception):
                importlib.import_module(name)  # once, and not in every child
    judge_anew(path, tests, anew, done)


if __name__ == "__main__":
    main()
