"""Sweeps give the same rows on every executor, and go on where something stopped them."""

import concurrent.futures
import contextlib
import functools
import json
import linecache
import math
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest
from distributed import Client, LocalCluster
from small_data import DEV_SET, TRAIN_SET
from threadpoolctl import threadpool_info, threadpool_limits

from helpers import schedules
from helpers.augmentation import noise
from helpers.data import Dataset
from helpers.evaluation import accuracy, make_predictions
from helpers.experiments import grid, process_pool, run_experiment, summarize
from helpers.experiments import sweep as sweep_module
from helpers.internals.fingerprints import fingerprint, readable
from helpers.training import train

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("error::RuntimeWarning")]
SIZES = [4, 5, 3]
ROOT = Path(__file__).resolve().parents[2]
BASE = {"layer_sizes": SIZES, "learning_rate": 0.5, "batch_size": 8, "max_epochs": 4}
BASE["patience"] = None


def both_sets():
    return TRAIN_SET, DEV_SET


def sweep(settings=BASE, seeds=2, sets=(TRAIN_SET, DEV_SET), **arguments):
    return run_experiment(*sets, settings, **{"seeds": seeds, "progress": False} | arguments)


def measure_loss(result, dev_set):
    """The last bits of this tell whether two runs were the same."""
    score = accuracy(make_predictions(result.parameters, dev_set.X), dev_set.labels)
    loss = result.history["dev_loss"].iloc[-1]
    return {"dev_loss": loss, "again": score, "sum": result.parameters[0].W.sum()}


def assert_same_rows(one, other, but_for=("seconds",)):
    one, other = one.drop(columns=[*but_for]), other.drop(columns=[*but_for])
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def wait_until(condition, process=None, seconds=60):
    limit = time.monotonic() + seconds
    while not condition():
        assert process is None or process.poll() is None, process.stderr.read()
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.01)


@contextlib.contextmanager
def run_script(text, *arguments):
    """Run a script in a session of its own, as a terminal does; nothing of it is left behind."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "script.py")
        file.write_text(textwrap.dedent(text))
        process = subprocess.Popen(
            [sys.executable, str(file), *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TQDM_DISABLE": "1"},
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


# --- arguments ------------------------------------------------------------------------------------


def test_grid_is_the_product_with_the_last_name_fastest():
    made = grid({"layer_sizes": [4, 3], "batch_size": 8}, learning_rate=[1, 2], l2=(0.5, 0))
    found = [(each["learning_rate"], each["l2"]) for each in made]
    assert found == [(1, 0.5), (1, 0), (2, 0.5), (2, 0)]
    assert all(each["layer_sizes"] == [4, 3] for each in made)
    assert grid(BASE) == [BASE]
    values = [each["learning_rate"] for each in grid({}, learning_rate=np.logspace(-1, 1, 3))]
    assert values == [0.1, 1, 10]
    assert all(type(value) is float for value in values)


WRONG = [
    (lambda: grid(BASE, learning_rate=0.1), ValueError, "learning_rate is 0.1, expected a list"),
    (lambda: grid(BASE, activation="relu"), ValueError, "expected a list of values"),
    (lambda: grid(BASE, learning_rate=[]), ValueError, "expected a list"),
    (lambda: grid(BASE, layer_sizes=[784, 10]), ValueError, "expected a list of lists"),
    (lambda: grid([BASE]), TypeError, "base is a list, expected a dictionary"),
    (lambda: sweep([]), ValueError, "settings must be a list of dictionaries"),
    (lambda: sweep({**BASE, "rate": 1}), ValueError, "'rate' is not a setting of train; it has l"),
    (lambda: sweep({**BASE, "seed": 1}), ValueError, "seeds come as seeds="),
    (lambda: sweep({"layer_sizes": SIZES}), ValueError, "has no learning_rate"),
    (lambda: sweep(seeds=0), ValueError, "seeds is 0, expected a whole number of at least 1"),
    (lambda: sweep(seeds=[1, 1]), ValueError, "each of them once"),
    (lambda: sweep(seeds=[0.5]), TypeError, "seed is 0.5"),
    (lambda: sweep(sets=(TRAIN_SET.X, DEV_SET)), TypeError, "train_set is a ndarray, expected"),
    (lambda: process_pool(0), ValueError, "workers is 0, expected a whole number of at least 1"),
    (lambda: summarize(sweep(), "depth"), ValueError, "no column 'depth'; they have layer_sizes"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "words"), WRONG)
def test_wrong_arguments_are_named(call, kind, words):
    with pytest.raises(kind, match=words):
        call()


# --- the rows -------------------------------------------------------------------------------------


def test_a_row_is_what_train_returns():
    runs = sweep(grid(BASE, learning_rate=[0.1, 0.5]), seeds=[3, 1])
    results = ["best_dev_accuracy", "best_epoch", "epochs", "seconds", "stop_reason", "parameters"]
    assert list(runs.columns) == [*BASE, "seed", *results, "error"]
    order = list(zip(runs["learning_rate"], runs["seed"], strict=True))
    assert order == [(0.1, 3), (0.1, 1), (0.5, 3), (0.5, 1)]
    result = train(TRAIN_SET, DEV_SET, **{**BASE, "learning_rate": 0.5}, seed=1)
    last = runs.iloc[-1]
    assert last.best_dev_accuracy == result.best_dev_accuracy
    assert (last.best_epoch, last.epochs) == (result.best_epoch, 4)
    assert (last.stop_reason, last.parameters, last.error) == ("max epochs", 43, None)
    assert (runs["seconds"] > 0).all()


def test_settings_are_shown_so_that_they_can_be_grouped_by():
    drops = [schedules.step(drops=drops) for drops in (1, 2)]
    settings = [
        {**BASE, "batch_size": None, "learning_rate_schedule": drops[0], "dtype": np.float32},
        {**BASE, "learning_rate_schedule": drops[1], "activation": "tanh"},
        {**BASE, "augment": noise(0.1)},
        *({**BASE, "augment": function} for function in (lambda X, rng: X, lambda X, rng: X / 2)),
    ]
    runs = sweep(settings, seeds=1)
    assert runs["error"].tolist() == [None] * 5
    assert runs["layer_sizes"].tolist() == [(4, 5, 3)] * 5
    assert runs["batch_size"].tolist() == [None, 8, 8, 8, 8]
    assert runs["activation"].tolist() == ["relu", "tanh", "relu", "relu", "relu"], "the default"
    assert runs["dtype"].tolist() == ["float32", *["float64"] * 4]
    shown = ["step(drops=1, factor=0.5)", "step(drops=2, factor=0.5)", None, None, None]
    assert runs["learning_rate_schedule"].tolist() == shown
    *others, name, other = runs["augment"].tolist()
    assert others == [None, None, "add_noise(amount=0.1)"]
    assert other == f"{name} #2", "functions of one name stay apart"


def test_a_failing_run_is_a_row_with_its_error():
    def measure(result, dev_set):
        return {"inverse": 1 / (float(result.history["learning_rate"].iloc[0]) - 0.1)}

    bad = [{**BASE, "batch_size": -1}, BASE, *grid(BASE, learning_rate=[0.1, 1e9])]
    runs = sweep(bad, seeds=1, measure=measure)
    assert "batch_size is -1" in runs["error"][0]
    assert runs["error"][2].startswith("ZeroDivisionError")
    assert runs["error"].isna().tolist() == [False, True, False, True]
    assert runs["stop_reason"].tolist() == ["error", "max epochs", "error", "diverged"]
    assert runs["best_dev_accuracy"].isna().tolist()[:3] == [True, False, True]
    assert runs["inverse"].isna().tolist()[:3] == [True, False, True]


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        ([1], "measure returned list, expected a dictionary"),
        ({"epochs": 1}, "choose a name that no other column has"),
        ({"learning_rate": 1}, "choose a name that no other column has"),
        ({"curve": [1, 2]}, "measure returned list for 'curve', expected a number or a text"),
    ],
)
def test_what_measure_returns_is_checked(measured, words):
    assert words in sweep(seeds=1, measure=lambda result, dev_set: measured)["error"][0]


def test_summarize_by_one_column_and_by_two():
    runs = pd.DataFrame(
        {
            "batch_size": pd.Series([None, 8, None, 8, 8], dtype=object),
            "layer_sizes": [(4, 3), (4, 3), (4, 3), (4, 5, 3), (4, 3)],
            "best_dev_accuracy": [0.5, 0.6, 0.7, math.nan, 0.8],
        }
    )
    table = summarize(runs, "batch_size")
    assert table.index.tolist() == [None, 8]
    assert table.index.name == "batch_size"
    assert list(table.columns) == ["mean", "std", "min", "max", "count"]
    np.testing.assert_allclose(table.loc[8], [0.7, math.sqrt(0.02), 0.6, 0.8, 2])
    by_two = summarize(runs, ["layer_sizes", "batch_size"])
    assert by_two["count"].tolist() == [2, 2, 0]
    assert by_two["mean"].to_dict()[(4, 3), 8] == pytest.approx(0.7)


def test_progress_counts_the_runs_and_can_be_silenced(capsys, monkeypatch, tmp_path):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    sweep(seeds=2, path=tmp_path / "runs")
    assert capsys.readouterr() == ("", "")
    sweep(seeds=3, path=tmp_path / "runs", progress=True)
    out, err = capsys.readouterr()
    assert out == "2 of 3 runs are read from the file, 1 are done here.\n"
    assert "2/3" in err
    assert "0/3" not in err
    monkeypatch.setenv("TQDM_DISABLE", "1")
    sweep(progress=True)
    assert capsys.readouterr() == ("", "")


# --- the same rows everywhere ---------------------------------------------------------------------

SETTINGS = [
    *grid(BASE, learning_rate=[0.1, 1], batch_size=[8, None]),
    {**BASE, "learning_rate": 1e9},
    {**BASE, "learning_rate": -1},
    {**BASE, "dtype": np.float32, "optimizer": "adam", "learning_rate": 0.01},
    {**BASE, "augment": noise(0.1), "learning_rate_schedule": schedules.cosine()},
]


@pytest.fixture(scope="module")
def expected():
    runs = sweep(SETTINGS, measure=measure_loss)
    assert runs["stop_reason"].value_counts().tolist() == [12, 2, 2], "they say something"
    assert runs["dev_loss"].nunique() >= 12
    return runs


@pytest.fixture(scope="module")
def pool():
    with process_pool(2) as executor:
        yield executor


@pytest.fixture(scope="module")
def client():
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "silence_logs": 50}
    with LocalCluster(dashboard_address=None, **options) as cluster, Client(cluster) as client:
        yield client


def someone_elses_pool():
    context = multiprocessing.get_context("spawn")
    return concurrent.futures.ProcessPoolExecutor(1, mp_context=context)


@pytest.mark.parametrize("kind", ["processes", "threads", "Dask", "processes of someone else"])
@pytest.mark.filterwarnings("error")
def test_every_executor_gives_the_same_rows_bit_for_bit(kind, pool, client, expected, capfd):
    executor = {
        "processes": lambda: contextlib.nullcontext(pool),
        "threads": lambda: concurrent.futures.ThreadPoolExecutor(2),
        "Dask": lambda: contextlib.nullcontext(client.get_executor()),
        "processes of someone else": someone_elses_pool,
    }[kind]
    few = 14 if kind == "processes of someone else" else 16  # its pickle takes no closures
    with executor() as executor:
        runs = sweep(SETTINGS[: few // 2], measure=measure_loss, executor=executor)
    names = expected.columns.intersection(runs.columns)
    assert_same_rows(runs, expected.loc[: few - 1, names])
    assert capfd.readouterr().err == ""


def test_every_order_of_memory_gives_the_same_bits(expected):
    X = np.ascontiguousarray(DEV_SET.X)
    sets = TRAIN_SET, Dataset(X, DEV_SET.labels, DEV_SET.class_names, (2, 2))
    assert_same_rows(sweep(SETTINGS, sets=sets, measure=measure_loss), expected)


def test_functions_of_the_notebook_travel(pool):
    factor = 0.9
    settings = grid(BASE, augment=[lambda X, rng: X * factor, lambda X, rng: X])
    arguments = {"settings": settings, "measure": lambda result, dev_set: {"factor": factor}}
    assert_same_rows(sweep(**arguments, executor=pool), sweep(**arguments))


def test_what_cannot_travel_gets_a_sentence(pool):
    lock = threading.Lock()
    settings = {**BASE, "augment": lambda X, rng: X if lock else None}
    with pytest.raises(ValueError, match=r"cannot be sent to another process .*leave executor"):
        sweep(settings, executor=pool)
    with someone_elses_pool() as executor, pytest.raises(ValueError, match="into a module"):
        sweep(executor=executor, measure=lambda result, dev_set: {})
    assert sweep(SETTINGS[0], executor=pool)["error"].tolist() == [None, None]


def test_a_function_loads_the_data_once_in_each_worker(pool, tmp_path):
    def load(folder=str(tmp_path)):
        Path(folder, f"{os.getpid()}-{time.monotonic_ns()}").touch()
        return TRAIN_SET, DEV_SET

    settings = grid(BASE, learning_rate=[0.1, 0.2, 0.3])
    runs = sweep(settings, sets=(load, None), executor=pool)
    assert len(os.listdir(tmp_path)) <= 2
    assert_same_rows(runs, sweep(settings))
    assert_same_rows(sweep(settings, sets=(load, None)), runs)
    assert len(os.listdir(tmp_path)) <= 3
    wrong = sweep(seeds=1, sets=(lambda: TRAIN_SET, None), executor=pool)
    assert "expected (train_set, dev_set)" in wrong["error"][0]


# --- workers that die -----------------------------------------------------------------------------

RATES = [i / 1000 for i in range(100, 108)]


def test_a_killed_worker_ends_the_sweep_and_the_same_call_goes_on(pool, tmp_path):
    path, killed = tmp_path / "runs", tmp_path / "killed"

    def measure(result, dev_set):
        if result.history["learning_rate"].iloc[0] == RATES[5] and not killed.exists():
            wait_until(lambda: path.exists() and len(lines_of(path)) > 3)
            killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return {"loss": result.history["dev_loss"].iloc[-1]}

    arguments = {"settings": grid(BASE, learning_rate=RATES), "measure": measure}
    arguments |= {"seeds": 1, "executor": pool, "path": path}
    with pytest.raises(RuntimeError, match=r"a worker was lost .*of 8 runs are on file, and"):
        sweep(**arguments)
    before = lines_of(path)
    assert 4 <= len(before) <= 8
    runs = sweep(**arguments)
    assert lines_of(path)[: len(before)] == before
    assert len(lines_of(path)) == 9
    assert_same_rows(runs, sweep(**arguments | {"executor": None, "path": None}))


def test_a_killed_worker_of_any_pool_gets_a_sentence():
    said = r"a worker was lost .* give the call a file"
    with someone_elses_pool() as executor, pytest.raises(RuntimeError, match=said):
        sweep(executor=executor, measure=kill_at_once)


def kill_at_once(result, dev_set):
    os.kill(os.getpid(), signal.SIGKILL)


def test_dask_repeats_what_a_killed_worker_was_doing(client, tmp_path):
    path, killed = tmp_path / "runs", []

    def measure(result, dev_set):
        time.sleep(0.15)
        return {"loss": result.history["dev_loss"].iloc[-1]}

    def kill():
        wait_until(lambda: path.exists() and len(lines_of(path)) > 3)
        pid = next(iter(client.run(os.getpid).values()))
        os.kill(pid, signal.SIGKILL)
        killed.append(len(lines_of(path)))

    killer = threading.Thread(target=kill)
    killer.start()
    settings = grid(BASE, learning_rate=RATES)
    runs = sweep(settings, executor=client.get_executor(), path=path, measure=measure)
    killer.join()
    assert killed[0] < 10, "in the middle of the sweep"
    assert_same_rows(runs, sweep(settings, measure=measure))


def test_workers_leave_ctrl_c_to_the_sweep(pool):
    pid = pool.submit(os.getpid).result()
    busy = [pool.submit(time.sleep, 2) for _ in range(2)]
    time.sleep(1)
    os.kill(pid, signal.SIGINT)
    assert [future.result() for future in busy] == [None, None]


def test_workers_end_when_their_parent_is_killed():
    script = """
        import os, time
        from helpers.experiments import process_pool
        pool = process_pool(1)
        print(pool.submit(os.getpid).result(), flush=True)
        pool.submit(time.sleep, 60).result()
    """
    with run_script(script) as process:
        worker = psutil.Process(int(process.stdout.readline()))
        process.kill()
        assert psutil.wait_procs([worker], timeout=30)[1] == []


# --- Ctrl-C ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["in train", "in measure"])
def test_ctrl_c_returns_what_is_finished(where, tmp_path):
    def interrupt(number):
        calls.append(number)
        if len(calls) == 3:
            raise KeyboardInterrupt

    calls = []
    settings = {**BASE, "max_epochs": 1}
    arguments = {"measure": lambda result, dev_set: interrupt(1) or {}}
    if where == "in train":
        settings, arguments = {**settings, "on_epoch": interrupt}, {}
    said = "2 of 5 runs are done; the same call with this path goes on"
    with pytest.warns(UserWarning, match=said):
        runs = sweep(settings, 5, path=tmp_path / "runs", **arguments)
    assert runs["seed"].tolist() == [0, 1]
    assert set(runs["stop_reason"]) == {"max epochs"}
    assert len(lines_of(tmp_path / "runs")) == 3


SWEEP = """
    import sys, time
    import numpy as np
    from helpers.data import Dataset
    from helpers.experiments import grid, process_pool, run_experiment

    def measure(result, dev_set):
        time.sleep(600 * (result.history["learning_rate"].iloc[0] > 0.15))
        return {}

    sets = np.load(sys.argv[2])
    train_set, dev_set = (
        Dataset(sets[f"X{i}"].T, sets[f"labels{i}"], ("a", "b", "c"), (2, 2)) for i in (1, 2)
    )
    base = {"layer_sizes": [4, 5, 3], "batch_size": 8, "max_epochs": 4, "patience": None}
    pool, settings = process_pool(2), grid(base, learning_rate=[0.1, 0.2])
    arguments = {"seeds": 4, "executor": pool, "path": sys.argv[1]}
    runs = run_experiment(train_set, dev_set, settings, measure=measure, **arguments)
    print(len(runs), "rows", flush=True)
    again = run_experiment(train_set, dev_set, settings, **arguments)
    print(len(again), "rows", flush=True)
"""


def test_a_real_ctrl_c_ends_what_the_workers_are_doing_and_the_pool_can_be_used_again(tmp_path):
    path, sets = tmp_path / "runs.jsonl", tmp_path / "sets.npz"
    arrays = {f"X{i}": each.X.T for i, each in ((1, TRAIN_SET), (2, DEV_SET))}
    arrays |= {f"labels{i}": each.labels for i, each in ((1, TRAIN_SET), (2, DEV_SET))}
    np.savez(sets, **arrays)
    with run_script(SWEEP, path, sets) as process:  # without `if __name__ == "__main__":`
        wait_until(lambda: path.exists() and len(lines_of(path)) == 5, process)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert out == "4 rows\n8 rows\n"
    assert "interrupted: 4 of 8 runs are done" in err
    assert "Traceback" not in err
    assert "leaked" not in err
    assert len(lines_of(path)) == 1 + 4 + 8


# --- the file -------------------------------------------------------------------------------------


def lines_of(path):
    return Path(path).read_text().splitlines()


HEADER = b'{"file": "runs of helpers.experiments", "version": 1}\n'
DEEP = b'{"key": ' * 100_000


def test_every_run_is_on_disk_when_it_ends_and_is_not_done_again(tmp_path):
    path, log = tmp_path / "new" / "runs", tmp_path / "log"

    def measure(result, dev_set):
        with open(log, "a") as file:
            file.write(f"{len(lines_of(path)) if path.exists() else 0} ")
        return {"count": np.int64(3), "yes": np.bool_(True), "nothing": math.nan, "text": "a\nb"}

    first = sweep(SETTINGS[:2], path=path, measure=measure)
    assert log.read_text() == "0 2 3 4 "
    again = sweep([*SETTINGS[:2], SETTINGS[3]], path=path, measure=measure)
    assert log.read_text() == "0 2 3 4 5 6 "
    assert_same_rows(again[:4], first, but_for=())
    assert again.loc[0, ["count", "yes", "text"]].tolist() == [3, True, "a\nb"]


@pytest.mark.parametrize(("cut", "kept"), [(-1, 2), (-2, 2), (-200, 2), (20, 0), (0, 0)])
def test_a_torn_last_line_is_dropped(tmp_path, cut, kept):
    path = tmp_path / "runs"
    whole = sweep(seeds=3, path=path)
    path.write_bytes(path.read_bytes()[:cut])
    again = sweep(seeds=3, path=path)
    assert_same_rows(again, whole)
    assert (again["seconds"] == whole["seconds"]).sum() == kept
    assert len(lines_of(path)) == 4
    assert all(json.loads(line) for line in lines_of(path))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"label,pixel0\n1,2\n", 1),
        (b"no line break", 1),
        (b'{"file": "something else"}\n', 1),
        (b"\x80\x04pickle\n", 1),
        (DEEP + b"\n", 1),
        (HEADER + b'{"key": 1}\n', 2),
        (HEADER + b"\n\0\n", 3),
        (HEADER + b'{"key": "a", "row": {}}\n', 2),
        (HEADER + b"[" * 100_000 + b"\n", 2),
        (HEADER + DEEP + b"\n", 2),
    ],
)
def test_another_file_is_refused_and_stays_as_it_is(tmp_path, content, line):
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    said = f"line {line} of mine.csv is not a run of run_experiment; .*another path"
    with pytest.raises(ValueError, match=said):
        sweep(path=path)
    assert path.read_bytes() == content


KERNEL = """
    import sys, time
    from pathlib import Path
    import numpy as np
    from helpers.data import Dataset
    from helpers.experiments import run_experiment

    path, folder, name = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

    def measure(result, dev_set):
        (folder / f"{name} trains").touch()
        while not (folder / f"{name} may go on").exists():
            time.sleep(0.01)
        return {}

    data = Dataset(np.eye(4), np.arange(4) % 3, ("a", "b", "c"), (2, 2))
    settings = {"layer_sizes": [4, 3], "learning_rate": float(name), "max_epochs": 1}
    run_experiment(data, data, settings, seeds=2, path=path, measure=measure)
"""


@contextlib.contextmanager
def kernel(path, rate):
    """A process that has read the file `path`, and writes to it when the block has ended."""
    with run_script(KERNEL, path, path.parent, rate) as process:
        wait_until((path.parent / f"{rate} trains").exists, process)
        yield
        (path.parent / f"{rate} may go on").touch()
        assert process.wait(timeout=60) == 0, process.stderr.read()


def rates_of(path):
    return sorted(json.loads(line)["settings"]["learning_rate"] for line in lines_of(path)[1:])


def test_two_kernels_may_begin_a_file_together(tmp_path):
    path = tmp_path / "runs"
    with kernel(path, 0.1), kernel(path, 0.2):
        pass
    assert rates_of(path) == [0.1, 0.1, 0.2, 0.2]
    sweep(path=path)
    assert len(lines_of(path)) == 7, "and it can be read"


def test_a_second_header_is_passed_over(tmp_path):
    path = tmp_path / "runs"
    first = sweep(path=path)
    path.write_bytes(path.read_bytes() + path.read_bytes())
    assert_same_rows(sweep(path=path), first, but_for=())


def test_a_line_that_another_kernel_has_ended_in_the_meantime_is_not_cut_off(tmp_path):
    path = tmp_path / "runs"
    first = sweep(seeds=3, path=path)
    content = path.read_bytes()
    path.write_bytes(content[:-200])  # in the middle of the last line
    with kernel(path, 0.1):
        path.write_bytes(content)
    assert_same_rows(sweep(seeds=3, path=path), first, but_for=())
    assert rates_of(path) == [0.1, 0.1, 0.5, 0.5, 0.5]


def test_a_line_that_another_kernel_has_left_torn_in_the_meantime_costs_one_run(tmp_path):
    path = tmp_path / "runs"
    first = sweep(seeds=3, path=path)
    content = path.read_bytes()
    path.write_bytes(content[:-300])
    with kernel(path, 0.1):
        path.write_bytes(content[:-200])
    again = sweep(seeds=3, path=path)
    assert (again["seconds"] == first["seconds"]).tolist() == [True, True, False]
    assert len(lines_of(path)) == 1 + 2 + 1 + 2 + 1, "the torn line between those of both kernels"


def test_other_runs_are_kept_and_not_used(tmp_path, monkeypatch):
    path = tmp_path / "runs"

    def new_lines(settings=BASE, **arguments):
        before = lines_of(path) if path.exists() else ["header"]
        sweep(settings, path=path, **arguments)
        assert lines_of(path)[1 : len(before)] == before[1:]
        return len(lines_of(path)) - len(before)

    assert new_lines() == 2
    assert new_lines() == 0
    assert new_lines({**BASE, "min_delta": 0.0, "dtype": "float64"}) == 0, "the defaults"
    assert new_lines({**BASE, "learning_rate": 0.6}) == 2
    assert new_lines(seeds=[1, 2]) == 1
    assert new_lines(sets=(DEV_SET, TRAIN_SET)) == 2
    small = Dataset(DEV_SET.X, DEV_SET.labels.astype(np.int32), DEV_SET.class_names, (2, 2))
    assert new_lines(sets=(TRAIN_SET, small)) == 0, "as in the browser"
    assert new_lines(sets=(both_sets, None)) == 2
    assert new_lines(sets=(both_sets, None)) == 0
    assert new_lines(measure=lambda result, dev_set: {"one": 1}) == 2
    assert new_lines(measure=lambda result, dev_set: {"one": 1}) == 0
    assert new_lines(measure=lambda result, dev_set: {"one": 2}) == 2
    monkeypatch.setattr(sweep_module, "TRAINER_VERSION", 0)
    assert new_lines() == 2


def test_the_trainer_gives_the_results_of_its_version():
    settings = [
        BASE,
        {**BASE, "optimizer": "momentum", "l2": 0.01, "batch_size": None},
        {**BASE, "optimizer": "adam", "label_smoothing": 0.1, "activation": "tanh"},
        {**BASE, "augment": noise(0.1), "learning_rate_schedule": schedules.cosine()},
    ]
    found = sweep(settings, 1, measure=measure_loss)["dev_loss"].tolist()
    expected = [1.0974237757661538, 1.129287550201998, 1.1238760326069108, 1.0928275581171465]
    advice = "raise TRAINER_VERSION, and write the new numbers here: runs on file must not be used"
    assert found == pytest.approx(expected, rel=1e-9), advice


def test_a_variable_names_the_file_of_calls_without_a_path(tmp_path, monkeypatch):
    monkeypatch.setenv("NEURAL_NETWORK_RUNS", str(tmp_path / "runs"))
    first = sweep()
    assert len(lines_of(tmp_path / "runs")) == 3
    assert_same_rows(sweep(), first, but_for=())
    sweep(path=tmp_path / "mine")
    assert len(lines_of(tmp_path / "mine")) == 3


def test_failed_runs_are_tried_again(tmp_path):
    good = tmp_path / "good"

    def measure(result, dev_set):
        return {"found": len(os.listdir(good))}

    first = sweep(path=tmp_path / "runs", measure=measure)
    assert first["error"].str.startswith("FileNotFoundError").all()
    good.mkdir()
    assert sweep(path=tmp_path / "runs", measure=measure)["found"].tolist() == [0, 0]
    assert len(lines_of(tmp_path / "runs")) == 5


def test_a_full_disk_costs_the_file_and_not_the_sweep(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    said = "cannot write runs .No space left on device., so the sweep goes on"
    with pytest.warns(UserWarning, match=said) as found:
        runs = sweep(seeds=3, path=tmp_path / "runs")
    assert (len(runs), len(found)) == (3, 1)


# --- fingerprints ---------------------------------------------------------------------------------


def test_a_function_is_told_apart_by_what_it_does():
    def made(value):
        return lambda x: x * value

    functions = (made(1), made(2), noise(0.1), noise(0.2), functools.partial(max, 1), made)
    marks = [fingerprint(each) for each in functions]
    assert len(set(marks)) == 6
    assert fingerprint(made(2)) == marks[1]
    assert fingerprint(schedules.cosine()) != fingerprint(schedules.cosine(warm_up=0.2))
    assert fingerprint({"a": [1, 2.5]}) == fingerprint({"a": (1, 2.5)})
    assert readable(schedules.step(drops=1)) == "step(drops=1, factor=0.5)"


def cell_function(source, path, optimize=0, **outside):
    """The function that a cell of a notebook makes, with a source that is not on the disk."""
    lines = source.splitlines(keepends=True)
    linecache.cache[str(path)] = (len(source), None, lines, str(path))
    namespace = {"__name__": "__main__", **outside}
    exec(compile(source, str(path), "exec", optimize=optimize), namespace)
    return namespace["measure"]


def test_a_function_of_a_cell_is_known_by_its_source_and_what_it_takes_from_outside(tmp_path):
    source = "def measure(result, dev_set):\n    assert limit\n    return {'one': limit}\n"
    mark = fingerprint(cell_function(source, tmp_path / "cell", limit=3))
    other = cell_function(f"x = 1\n\n{source}", tmp_path / "other", optimize=1, limit=3)
    assert fingerprint(other) == mark, (
        "though its bytecode differs, as in another version of Python"
    )
    assert fingerprint(cell_function(source, tmp_path / "cell", limit=4)) != mark
    other = cell_function(source.replace("one", "two"), tmp_path / "cell", limit=3)
    assert fingerprint(other) != mark
    (tmp_path / "cell").write_text("a file that may have been edited since")
    assert fingerprint(other) != fingerprint(cell_function(source, tmp_path / "cell", limit=3))


# --- the pool -------------------------------------------------------------------------------------


def test_the_browser_needs_no_processes_and_no_module_that_it_lacks():
    script = """
        import sys
        sys.modules |= dict.fromkeys(["_multiprocessing", "loky", "cloudpickle", "threadpoolctl"])
        import os
        import numpy as np
        from helpers.data import Dataset
        from helpers.experiments import process_pool, run_experiment
        sys.platform = "emscripten"
        data = Dataset(np.eye(4), np.arange(4), image_shape=(2, 2))
        settings = {"layer_sizes": [4, 10], "learning_rate": 1}
        here = os.getpid()
        with process_pool() as pool:
            assert pool.submit(os.getpid).result() == here
            runs = run_experiment(data, data, settings, seeds=2, executor=pool,
                                  measure=lambda result, dev_set: {"here": os.getpid() == here})
        print(runs["error"].tolist(), runs["here"].tolist())
    """
    with run_script(script) as process:
        out, err = process.communicate(timeout=60)
    said = "There are no processes in the browser, so the runs go one after another."
    assert out.splitlines() == [said, "[None, None] [True, True]"], err


def test_workers_have_one_thread_and_the_kernels_of_this_process(monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)

    def blas(*_):
        found = next(
            each for each in threadpool_info() if "numpy" in each["filepath"]
        )  # not SciPy's
        return {name: found.get(name) for name in ("num_threads", "architecture")}

    with process_pool(1) as executor, threadpool_limits(1):
        here = blas()
        assert executor.submit(blas).result() == here
    with threadpool_limits(2):
        assert sweep(measure=blas)["num_threads"].tolist() == [1, 1], "in this process too"


def test_a_pool_that_has_ended_says_so():
    executor = process_pool(1)
    executor.shutdown()
    with pytest.raises(RuntimeError, match="this pool has ended; call process_pool"):
        sweep(executor=executor)
