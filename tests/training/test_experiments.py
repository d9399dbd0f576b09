"""Sweeps give the same rows on every executor, survive what kills a worker, and go on where they stopped."""

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
import types
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest
from distributed import Client, LocalCluster
from threadpoolctl import threadpool_info, threadpool_limits

from helpers import schedules
from helpers.augmentation import noise
from helpers.data import Dataset
from helpers.evaluation import accuracy, make_predictions
from helpers.experiments import dispatch, grid, process_pool, run_experiment, summarize
from helpers.experiments import finished as finished_module
from helpers.experiments import pool as pool_module
from helpers.experiments import sweep as sweep_module
from helpers.experiments.data import pack, unpack
from helpers.experiments.finished import portable
from helpers.experiments.store import HEADER
from helpers.internals.fingerprints import fingerprint, readable
from helpers.training import train

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("error::RuntimeWarning")]
SIZES = [4, 5, 3]
ROOT = Path(__file__).resolve().parents[2]
BASE = {"layer_sizes": SIZES, "learning_rate": 0.5, "batch_size": 8, "max_epochs": 4, "patience": None}


def blobs(m, seed):
    """Three clouds in four dimensions, pixels that are whole multiples of 1/255."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, m)
    rows = np.clip(0.5 + 0.3 * np.eye(4)[labels] + 0.12 * rng.standard_normal((m, 4)), 0, 1)
    return Dataset((np.rint(rows * 255) / 255).T, labels, class_names=("a", "b", "c"), image_shape=(2, 2))


TRAIN_SET, DEV_SET = blobs(53, 1), blobs(31, 2)


def both_sets():
    return TRAIN_SET, DEV_SET


def sweep(settings=BASE, seeds=2, **arguments):
    return run_experiment(TRAIN_SET, DEV_SET, settings, **{"seeds": seeds, "progress": False} | arguments)


def measure_loss(result, dev_set):
    """The last bits of this tell whether two runs were the same."""
    score = accuracy(make_predictions(result.parameters, dev_set.X), dev_set.labels)
    return {
        "dev_loss": result.history["dev_loss"].iloc[-1],
        "again": np.float64(score),
        "sum": result.parameters[0].W.sum(),
    }


def assert_same_rows(one, other):
    pd.testing.assert_frame_equal(one.drop(columns="seconds"), other.drop(columns="seconds"), check_exact=True)


def children():
    return {child.pid for child in psutil.Process().children(recursive=True)}


@pytest.fixture
def no_leftovers():
    """Fail where a worker is still there after the test."""
    before = children()
    yield
    limit = time.monotonic() + 5
    while (left := worker_processes(children() - before)) and time.monotonic() < limit:
        time.sleep(0.05)
    assert left == []


def worker_processes(pids):
    """Which processes are not Python's own resource tracker, which lives until the end."""
    found = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            command = " ".join(psutil.Process(pid).cmdline())
            if "resource_tracker" not in command and psutil.Process(pid).status() != "zombie":
                found.append(command)
    return found


# --- grid ---------------------------------------------------------------------------------------------------------


def test_grid_is_the_product_with_the_last_name_fastest():
    made = grid({"layer_sizes": [4, 3], "batch_size": 8}, learning_rate=[1, 2], batch_size=(16, None))
    assert [(each["learning_rate"], each["batch_size"]) for each in made] == [(1, 16), (1, None), (2, 16), (2, None)]
    assert all(each["layer_sizes"] == [4, 3] for each in made)
    assert grid(BASE) == [BASE]
    values = [each["learning_rate"] for each in grid({}, learning_rate=np.logspace(-1, 1, 3))]
    assert values == [0.1, 1, 10]
    assert all(type(value) is float for value in values)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: grid(BASE, learning_rate=0.1), r"learning_rate is 0.1, expected a list"),
        (lambda: grid(BASE, activation="relu"), r"expected a list of values"),
        (lambda: grid(BASE, learning_rate=[]), r"expected a list"),
        (lambda: grid(BASE, layer_sizes=[784, 10, 10]), r"expected a list of lists"),
        (lambda: grid([BASE]), r"base is a list, expected a dictionary"),
        (lambda: sweep([]), r"settings must be a list of dictionaries"),
        (lambda: sweep([{**BASE, "learning_rat": 1}]), r"'learning_rat' is not a setting of train; .*learning_rate"),
        (lambda: sweep([{**BASE, "seed": 1}]), r"seeds come as seeds="),
        (lambda: sweep([{"layer_sizes": SIZES}]), r"has no learning_rate"),
        (lambda: sweep(seeds=0), r"seeds is 0, expected a whole number of at least 1"),
        (lambda: sweep(seeds=[1, 1]), r"each of them once"),
        (lambda: sweep(seeds=[0.5]), r"seed is 0.5"),
        (lambda: run_experiment(TRAIN_SET.X, DEV_SET, BASE), r"train_set is a ndarray, expected a Dataset"),
        (lambda: process_pool(0), r"workers is 0, expected a whole number from 1"),
        (lambda: summarize(sweep(), "depth"), r"no column 'depth'; they have layer_sizes"),
    ],
)
def test_wrong_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# --- the rows -----------------------------------------------------------------------------------------------------


def test_a_row_is_what_train_returns():
    runs = sweep(grid(BASE, learning_rate=[0.1, 0.5]), seeds=[3, 1])
    assert list(runs.columns) == [*BASE, "seed", "best_dev_accuracy", "best_epoch", "epochs", "seconds", "stop_reason",
                                  "parameters", "error"]  # fmt: skip
    assert list(zip(runs["learning_rate"], runs["seed"], strict=True)) == [(0.1, 3), (0.1, 1), (0.5, 3), (0.5, 1)]
    result = train(TRAIN_SET, DEV_SET, **{**BASE, "learning_rate": 0.5}, seed=1)
    last = runs.iloc[-1]
    assert (last.best_dev_accuracy, last.best_epoch) == (result.best_dev_accuracy, result.best_epoch)
    assert (last.epochs, last.stop_reason, last.parameters, last.error) == (
        4,
        "max epochs",
        4 * 5 + 5 + 5 * 3 + 3,
        None,
    )
    assert (runs["seconds"] > 0).all()


def test_settings_are_shown_so_that_they_can_be_grouped_by():
    settings = [
        {**BASE, "batch_size": None, "learning_rate_schedule": schedules.step(drops=1), "dtype": np.float32},
        {**BASE, "learning_rate_schedule": schedules.step(drops=2), "activation": "tanh"},
        {**BASE, "augment": noise(0.1)},
    ]
    runs = sweep(settings, seeds=1)
    assert runs["error"].tolist() == [None] * 3
    assert runs["layer_sizes"].tolist() == [(4, 5, 3)] * 3
    assert runs["batch_size"].tolist() == [None, 8, 8]
    assert runs["learning_rate_schedule"].tolist() == ["step(drops=1, factor=0.5)", "step(drops=2, factor=0.5)", None]
    assert runs["activation"].tolist() == ["relu", "tanh", "relu"], "the default of train where none is given"
    assert runs["dtype"].tolist() == ["float32", "float64", "float64"]
    assert runs["augment"].tolist() == [None, None, "add_noise(amount=0.1)"]


def test_different_functions_of_one_name_stay_apart():
    twice = [lambda X, rng: X, lambda X, rng: X * 0.5, lambda X, rng: X]
    runs = sweep([{**BASE, "augment": augment} for augment in twice], seeds=1)
    names = runs["augment"].tolist()
    assert names[0] == names[2]
    assert names[1] == f"{names[0]} #2"


def test_a_failing_run_is_a_row_with_its_error():
    def measure(result, dev_set):
        return {"inverse": 1 / (float(result.history["learning_rate"].iloc[0]) - 0.1)}

    settings = [{**BASE, "batch_size": -1}, BASE, {**BASE, "learning_rate": 0.1}, {**BASE, "learning_rate": 1e9}]
    runs = sweep(settings, seeds=1, measure=measure)
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


def test_numbers_of_numpy_are_measured_as_pythons(tmp_path):
    def measure(result, dev_set):
        return {"count": np.int64(3), "yes": np.bool_(True)}

    for _ in range(2):  # the second time from the file
        runs = sweep(seeds=1, measure=measure, path=tmp_path / "runs")
        assert runs.loc[0, ["error", "count", "yes"]].tolist() == [None, 3, True]


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
    assert capsys.readouterr().err == ""
    sweep(seeds=3, path=tmp_path / "runs", progress=True)
    assert "2/3" in (shown := capsys.readouterr().err)
    assert "0/3" not in shown
    monkeypatch.setenv("TQDM_DISABLE", "1")
    sweep(progress=True)
    assert capsys.readouterr().err == ""


# --- how the data travels -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("scale", [255, 16])
def test_whole_pixels_travel_as_bytes_and_lose_no_bit(scale, dtype):
    whole = np.arange(scale + 1) % (scale + 1)
    rows = np.divide(np.resize(whole, (70, 4)), scale, dtype=dtype)
    dataset = Dataset(rows.T, np.arange(70) % 3, image_shape=(2, 2))
    packed = pack(dataset)
    back = unpack(packed)
    assert packed["scale"] == (255 if scale == 255 else 16)
    assert len(packed["pixels"]) < rows.nbytes / 3
    assert back.X.tobytes() == dataset.X.tobytes()
    assert (back.X.dtype, back.X.T.flags.c_contiguous) == (dtype, True)
    assert (back.labels.tolist(), back.image_shape) == (dataset.labels.tolist(), (2, 2))
    assert back.class_names == dataset.class_names


@pytest.mark.parametrize("odd", [0.3, np.nextafter(0.2, 1), -0.0, 1e-300])
def test_other_pixels_travel_as_they_are(odd):
    rows = np.tile([0.0, 0.2, 1.0, odd], (30, 1))
    dataset = Dataset(rows.T, None, image_shape=(2, 2))
    assert pack(dataset)["scale"] is None
    assert unpack(pack(dataset)).X.T.tobytes() == rows.tobytes()


def test_the_digest_tells_data_apart():
    digests = {pack(each)["digest"] for each in (TRAIN_SET, DEV_SET, TRAIN_SET.subset(slice(0, 50)))}
    relabeled = Dataset(TRAIN_SET.X, (TRAIN_SET.labels + 1) % 3, TRAIN_SET.class_names, (2, 2))
    digests |= {
        pack(relabeled)["digest"],
        pack(Dataset(TRAIN_SET.X.astype("f4"), TRAIN_SET.labels, "abc", (2, 2)))["digest"],
    }
    assert len(digests) == 5
    assert pack(blobs(53, 1))["digest"] == pack(TRAIN_SET)["digest"]


def test_a_function_is_told_apart_by_what_it_does():
    def made(value):
        return lambda x: x * value

    marks = [fingerprint(each) for each in (made(1), made(2), noise(0.1), noise(0.2), functools.partial(max, 1), made)]
    assert len(set(marks)) == 6
    assert fingerprint(made(2)) == marks[1]
    assert fingerprint(schedules.cosine()) != fingerprint(schedules.cosine(warm_up=0.2))
    assert fingerprint({"a": [1, 2.5]}) == fingerprint({"a": (1, 2.5)})
    assert readable(made(3)).endswith("(value=3)") or "made" in readable(made(3))


# --- the same rows everywhere -------------------------------------------------------------------------------------

SETTINGS = [
    *grid(BASE, learning_rate=[0.1, 1], batch_size=[8, None]),
    {**BASE, "learning_rate": 1e9},
    {**BASE, "learning_rate": -1},
    {**BASE, "dtype": np.float32, "optimizer": "adam", "learning_rate": 0.01},
    {**BASE, "augment": noise(0.1), "learning_rate_schedule": schedules.cosine()},
]


@pytest.fixture(scope="module")
def expected():
    return sweep(SETTINGS, measure=measure_loss)


@pytest.fixture(scope="module")
def pool():
    with process_pool(2) as executor:
        yield executor


@pytest.fixture(scope="module")
def client():
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def test_the_expected_rows_say_something(expected):
    assert expected["stop_reason"].value_counts().to_dict() == {"max epochs": 12, "diverged": 2, "error": 2}
    assert expected["dev_loss"].nunique() >= 12


def test_processes_give_the_same_rows_bit_for_bit(pool, expected, capfd):
    assert_same_rows(sweep(SETTINGS, measure=measure_loss, executor=pool), expected)
    assert capfd.readouterr().err == ""


def test_threads_give_the_same_rows(expected):
    with concurrent.futures.ThreadPoolExecutor(2) as executor:
        assert_same_rows(sweep(SETTINGS, measure=measure_loss, executor=executor), expected)


def test_dask_gives_the_same_rows_bit_for_bit(client, expected):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_same_rows(sweep(SETTINGS, measure=measure_loss, executor=client.get_executor()), expected)


def test_a_pool_of_someone_else_gives_the_same_rows():
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor:
        assert_same_rows(sweep(SETTINGS[:2], executor=executor), sweep(SETTINGS[:2]))


def test_every_order_of_memory_gives_the_same_bits(expected):
    other = Dataset(np.ascontiguousarray(DEV_SET.X), DEV_SET.labels, DEV_SET.class_names, (2, 2))
    runs = run_experiment(TRAIN_SET, other, SETTINGS, seeds=2, measure=measure_loss, progress=False)
    assert_same_rows(runs, expected)

    def measure(result, dev_set):
        return {"rows": dev_set.X.T.flags.c_contiguous}

    assert run_experiment(TRAIN_SET, other, BASE, seeds=1, measure=measure, progress=False)["rows"].tolist() == [True]


def test_functions_of_the_notebook_travel(pool):
    factor = 0.9
    settings = grid(BASE, augment=[lambda X, rng: X * factor, lambda X, rng: X])
    assert_same_rows(
        sweep(settings, executor=pool, measure=lambda result, dev_set: {"factor": factor}),
        sweep(settings, measure=lambda result, dev_set: {"factor": factor}),
    )


def test_what_cannot_travel_gets_a_sentence(pool, monkeypatch):
    lock = threading.Lock()
    with pytest.raises(ValueError, match=r"the settings cannot be sent to another process .*lock.* leave executor out"):
        sweep({**BASE, "augment": lambda X, rng: X if lock else None}, executor=pool)
    monkeypatch.setattr(dispatch, "dump_functions", None)
    with pytest.raises(ValueError, match=r"measure cannot be sent .* write the function into a module"):
        sweep(executor=pool, measure=lambda result, dev_set: {})
    function = types.FunctionType((lambda X, rng: X).__code__, {"__name__": "__main__"}, "f")
    function.__qualname__ = "f"
    monkeypatch.setattr(sys.modules["__main__"], "f", function, raising=False)
    with pytest.raises(ValueError, match="found only here"):
        sweep({**BASE, "augment": function}, executor=pool)
    assert sweep(SETTINGS[0], executor=pool)["error"].tolist() == [None, None]


def test_a_function_loads_the_data_once_in_each_worker(pool, tmp_path):
    def load(folder=str(tmp_path)):
        Path(folder, f"{os.getpid()}-{time.monotonic_ns()}").touch()
        return TRAIN_SET, DEV_SET

    settings = grid(BASE, learning_rate=[0.1, 0.2, 0.3])
    runs = run_experiment(load, None, settings, seeds=2, executor=pool, progress=False)
    assert len(os.listdir(tmp_path)) <= 2
    assert_same_rows(runs, sweep(settings))
    assert_same_rows(run_experiment(load, None, settings, seeds=2, progress=False), runs)
    assert len(os.listdir(tmp_path)) <= 3
    wrong = run_experiment(lambda: TRAIN_SET, None, BASE, seeds=1, executor=pool, progress=False)
    assert "expected (train_set, dev_set)" in wrong["error"][0]


def test_large_data_goes_to_dask_in_pieces_without_a_warning(client):
    rng = np.random.default_rng(0)
    X = rng.random((784, 1800))
    noisy = Dataset(X, rng.integers(0, 3, 1800), ("a", "b", "c"))
    assert X.nbytes > 11e6
    setting = {**BASE, "layer_sizes": [784, 3], "max_epochs": 1, "batch_size": 300}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        runs = run_experiment(noisy, noisy, setting, seeds=2, executor=client.get_executor(), progress=False)
    assert_same_rows(runs, run_experiment(noisy, noisy, setting, seeds=2, progress=False))


# --- workers that die ---------------------------------------------------------------------------------------------


def suicidal(folder, seeds, times=1):
    """A measure that kills its own worker, the first `times` times that it comes to one of the seeds."""

    def measure(result, dev_set):
        seed = int(result.history["learning_rate"].iloc[0] * 1000)
        marks = list(Path(folder).glob(f"{seed}-*"))
        if seed in seeds and len(marks) < times:
            Path(folder, f"{seed}-{len(marks)}").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return {"loss": result.history["dev_loss"].iloc[-1]}

    return measure


RATES = [i / 1000 for i in range(100, 108)]


def test_a_killed_worker_does_not_cost_a_row(pool, tmp_path):
    settings = grid(BASE, learning_rate=RATES)
    runs = sweep(settings, 1, executor=pool, measure=suicidal(tmp_path, [100, 107]))
    assert len(os.listdir(tmp_path)) == 2, "two workers were killed"
    assert_same_rows(runs, sweep(settings, 1, measure=suicidal(tmp_path, [])))


def test_a_run_that_kills_every_worker_is_the_only_one_lost(pool, tmp_path):
    runs = sweep(grid(BASE, learning_rate=RATES), 1, executor=pool, measure=suicidal(tmp_path, [104], times=99))
    assert runs["error"].isna().tolist() == [rate != 0.104 for rate in RATES]
    assert "ended before the run did, twice" in runs["error"][4]
    assert len(os.listdir(tmp_path)) == 2
    assert sweep(executor=pool)["error"].tolist() == [None, None], "the pool can be used again"


def test_a_broken_pool_of_someone_else_gives_rows(tmp_path):
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as executor:
        runs = sweep(grid(BASE, learning_rate=RATES[:3]), 1, executor=executor, measure=suicidal(tmp_path, [101]))
        assert sweep(executor=executor)["error"].str.startswith("the worker process ended").all(), "broken before"
    assert runs["error"].isna().tolist() == [True, False, False]


def test_a_worker_that_died_between_two_sweeps_costs_nothing(pool):
    os.kill(pool.submit(os.getpid).result(), signal.SIGKILL)
    assert sweep(seeds=4, executor=pool)["error"].tolist() == [None] * 4


def test_workers_leave_ctrl_c_to_the_sweep(pool):
    pid = pool.submit(os.getpid).result()
    os.kill(pid, signal.SIGINT)
    with pytest.raises(psutil.TimeoutExpired):
        psutil.Process(pid).wait(0.5)


def test_dask_repeats_what_a_killed_worker_was_doing(client, tmp_path):
    path, killed = tmp_path / "runs", []

    def measure(result, dev_set):
        time.sleep(0.15)
        return {"loss": result.history["dev_loss"].iloc[-1]}

    def kill():
        while not path.exists() or path.read_text().count("\n") < 3:
            time.sleep(0.01)
        pid = next(iter(client.run(os.getpid).values()))
        os.kill(pid, signal.SIGKILL)
        killed.append((pid, path.read_text().count("\n")))

    killer = threading.Thread(target=kill)
    killer.start()
    settings = grid(BASE, learning_rate=RATES)
    runs = sweep(settings, 2, executor=client.get_executor(), path=path, measure=measure)
    killer.join()
    assert killed[0][1] < 10, "in the middle of the sweep"
    assert_same_rows(runs, sweep(settings, 2, measure=lambda r, d: {"loss": r.history["dev_loss"].iloc[-1]}))


def test_workers_end_when_their_parent_is_killed():
    script = """
        import os, time
        from helpers.experiments import process_pool
        if __name__ == "__main__":
            pool = process_pool(1)
            print(pool.submit(os.getpid).result(), flush=True)
            time.sleep(60)
    """
    with run_script(script) as process:
        worker = psutil.Process(int(process.stdout.readline()))
        process.kill()
        assert psutil.wait_procs([worker], timeout=5)[1] == []


@contextlib.contextmanager
def run_script(text, *arguments):
    """Run a script in a session of its own, as a terminal does; nothing of it is left after the block."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "script.py")
        file.write_text(textwrap.dedent(text))
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TQDM_DISABLE": "1"}
        process = subprocess.Popen(
            [sys.executable, str(file), *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


# --- Ctrl-C -------------------------------------------------------------------------------------------------------


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
    with pytest.warns(UserWarning, match="2 of 5 runs are done; the same call with this path goes on"):
        runs = sweep(settings, 5, path=tmp_path / "runs", **arguments)
    assert runs["seed"].tolist() == [0, 1]
    assert set(runs["stop_reason"]) == {"max epochs"}
    assert (tmp_path / "runs").read_text().count("\n") == 3


def test_ctrl_c_ends_what_the_workers_are_doing(pool, tmp_path):
    path = tmp_path / "runs"

    def measure(result, dev_set):
        time.sleep(0 if result.history["learning_rate"].iloc[0] < 0.103 else 60)
        return {}

    sweep(grid(BASE, learning_rate=RATES), 1, executor=pool)  # so that the workers are there
    pids = {pool.submit(os.getpid).result() for _ in range(20)}

    def interrupt():
        while not path.exists() or path.read_text().count("\n") < 4:
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    start = time.monotonic()
    with pytest.warns(UserWarning, match="interrupted: 3 of 8 runs are done"):
        runs = sweep(grid(BASE, learning_rate=RATES), 1, executor=pool, measure=measure, path=path)
    assert time.monotonic() - start < 50, "the runs of 60 seconds were ended"
    assert runs["learning_rate"].tolist() == RATES[:3]
    assert worker_processes(pids) == []
    assert sweep(executor=pool)["error"].tolist() == [None, None], "the pool can be used again"


SWEEP = """
    import sys, warnings
    import numpy as np
    from helpers.data import Dataset
    from helpers.experiments import grid, process_pool, run_experiment

    if __name__ == "__main__":
        sets = np.load(sys.argv[2])
        train_set, dev_set = (Dataset(sets[f"X{i}"].T, sets[f"labels{i}"], ("a", "b", "c"), (2, 2)) for i in (1, 2))
        base = {"layer_sizes": [4, 5, 3], "batch_size": 8, "max_epochs": 150, "patience": None}
        with process_pool(2) as pool:
            runs = run_experiment(train_set, dev_set, grid(base, learning_rate=[0.1, 0.2]), seeds=8, executor=pool,
                                  path=sys.argv[1])
        print(len(runs), "rows", flush=True)
"""


def test_a_real_ctrl_c_and_going_on_from_there(tmp_path):
    path, sets = tmp_path / "runs.jsonl", tmp_path / "sets.npz"
    np.savez(sets, X1=TRAIN_SET.X.T, labels1=TRAIN_SET.labels, X2=DEV_SET.X.T, labels2=DEV_SET.labels)
    with run_script(SWEEP, path, sets) as process:
        while not path.exists() or path.read_text().count("\n") < 4:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=10)
    lines = path.read_text().splitlines()
    done = len(lines) - 1
    assert process.returncode == 0, err
    assert 3 <= done < 16
    assert out == f"{done} rows\n"
    assert f"interrupted: {done} of 16 runs are done" in err
    assert "Traceback" not in err
    assert "leaked" not in err
    settings = grid({**BASE, "max_epochs": 150}, learning_rate=[0.1, 0.2])
    runs = sweep(settings, 8, path=path)
    new = path.read_text().splitlines()
    assert new[: len(lines)] == lines
    assert len(new) == 17, "only the runs that were missing"
    on_disk = [json.loads(line)["row"]["seconds"] for line in lines[1:]]
    assert set(on_disk) <= set(runs["seconds"])
    assert_same_rows(runs, sweep(settings, 8))


# --- the file -----------------------------------------------------------------------------------------------------


def lines_of(path):
    return Path(path).read_text().splitlines()


def test_every_run_is_on_disk_when_it_ends_and_is_not_done_again(tmp_path):
    path, log = tmp_path / "new" / "runs", tmp_path / "log"

    def measure(result, dev_set):
        with open(log, "a") as file:
            file.write(f"{len(lines_of(path)) if path.exists() else 0} ")
        return {"mean": float(dev_set.X.mean()), "nothing": math.nan, "text": "a\nb"}

    first = sweep(SETTINGS[:2], path=path, measure=measure)
    assert log.read_text() == "0 2 3 4 "
    again = sweep([*SETTINGS[:2], SETTINGS[3]], path=path, measure=measure)
    assert log.read_text() == "0 2 3 4 5 6 "
    pd.testing.assert_frame_equal(again[:4], first, check_exact=True)  # the seconds too


@pytest.mark.parametrize("keep", [1, 30, -2, -1])
def test_a_torn_last_line_is_dropped(tmp_path, keep):
    path = tmp_path / "runs"
    whole = sweep(seeds=3, path=path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]) + lines[-1][:keep])
    again = sweep(seeds=3, path=path)
    assert_same_rows(again, whole)
    assert (again["seconds"] == whole["seconds"]).tolist() == [True, True, False]
    assert len(lines_of(path)) == 4
    assert all(json.loads(line) for line in lines_of(path))


@pytest.mark.parametrize("content", [b"", b'{"file": "ru'])
def test_a_file_with_nothing_but_a_torn_header_is_begun_anew(tmp_path, content):
    path = tmp_path / "runs"
    path.write_bytes(content)
    assert len(sweep(path=path)) == 2
    assert len(lines_of(path)) == 3


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"label,pixel0\n1,2\n", 1),
        (b"no line break", 1),
        (b'{"file": "something else"}\n', 1),
        (b"\x80\x04pickle\n", 1),
        (json.dumps(HEADER).encode() + b'\n{"key": 1}\n', 2),
        (json.dumps(HEADER).encode() + b"\n\0\n", 2),
        (json.dumps(HEADER).encode() + b"\n" + b"[" * 100_000 + b"\n", 2),
        (b'{"key": ' * 100_000 + b"\n", 1),
        (json.dumps(HEADER).encode() + b"\n" + b'{"key": ' * 100_000 + b"\n", 2),
        (json.dumps(HEADER).encode() + b'\n{"key": "a", "row": {}}\n', 2),
    ],
)
def test_another_file_is_refused_and_stays_as_it_is(tmp_path, content, line):
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"line {line} of mine.csv is not a run of run_experiment; .*another path"):
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
    """A process that has read the file `path`, and writes to it what it trains when the block has ended."""
    folder = path.parent
    with run_script(KERNEL, path, folder, rate) as process:
        while not (folder / f"{rate} trains").exists():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.01)
        yield
        (folder / f"{rate} may go on").touch()
        assert process.wait(timeout=30) == 0, process.stderr.read()


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
    pd.testing.assert_frame_equal(sweep(path=path), first, check_exact=True)  # the seconds too


def test_a_line_that_another_kernel_has_ended_in_the_meantime_is_not_cut_off(tmp_path):
    path = tmp_path / "runs"
    first = sweep(seeds=3, path=path)
    content = path.read_bytes()
    path.write_bytes(content[:-200])  # in the middle of the last line
    with kernel(path, 0.1):
        path.write_bytes(content)
    pd.testing.assert_frame_equal(sweep(seeds=3, path=path), first, check_exact=True)  # the seconds too
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
    assert len(lines_of(path)) == 1 + 2 + 1 + 2 + 1, "the torn line between those of the two kernels"


def test_other_runs_are_kept_and_not_used(tmp_path, monkeypatch):
    path = tmp_path / "runs"

    def new_lines(call):
        before = lines_of(path) if path.exists() else ["header"]
        call()
        assert not path.exists() or lines_of(path)[1 : len(before)] == before[1:]
        return len(lines_of(path)) - len(before)

    assert new_lines(lambda: sweep(path=path)) == 2
    assert new_lines(lambda: sweep(path=path)) == 0
    assert new_lines(lambda: sweep({**BASE, "min_delta": 0.0, "dtype": "float64"}, path=path)) == 0, "the defaults"
    assert new_lines(lambda: sweep({**BASE, "learning_rate": 0.6}, path=path)) == 2
    assert new_lines(lambda: sweep(path=path, seeds=[1, 2])) == 1
    assert new_lines(lambda: run_experiment(DEV_SET, TRAIN_SET, BASE, seeds=1, path=path, progress=False)) == 1
    assert new_lines(lambda: run_experiment(both_sets, None, BASE, seeds=1, path=path, progress=False)) == 1
    assert new_lines(lambda: run_experiment(both_sets, None, BASE, seeds=1, path=path, progress=False)) == 0
    assert new_lines(lambda: sweep(path=path, measure=lambda result, dev_set: {"one": 1})) == 2
    assert new_lines(lambda: sweep(path=path, measure=lambda result, dev_set: {"one": 1})) == 0
    assert new_lines(lambda: sweep(path=path, measure=lambda result, dev_set: {"one": 2})) == 2
    monkeypatch.setattr(sweep_module, "trainer_fingerprint", lambda: "an edited activation function")
    assert new_lines(lambda: sweep(path=path)) == 2


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
    with pytest.warns(UserWarning, match="cannot write runs .No space left on device., so the sweep goes on") as found:
        runs = sweep(seeds=3, path=tmp_path / "runs")
    assert (len(runs), len(found)) == (3, 1)


# --- runs that come with the site, for the browser --------------------------------------------------------------


@pytest.fixture
def trained(monkeypatch):
    """The learning rates of the runs that were done, and not read from a file."""
    done, run_one = [], dispatch.run_one

    def noted(train_set, dev_set, settings, *rest):
        done.append(settings["learning_rate"])
        return run_one(train_set, dev_set, settings, *rest)

    monkeypatch.setattr(dispatch, "run_one", noted)
    return done


@pytest.fixture
def of_the_site(tmp_path, monkeypatch):
    """Runs as they come with the site, in a browser."""
    monkeypatch.setattr(finished_module, "FILE", tmp_path / "finished_runs.jsonl")
    runs = sweep(path=finished_module.FILE)
    monkeypatch.setattr(sys, "platform", "emscripten")
    return runs


def test_in_the_browser_finished_runs_are_read_and_changed_ones_are_done(of_the_site, trained, capsys, tmp_path):
    pool = process_pool()
    assert "are read from a file" in " ".join(capsys.readouterr().out.split())
    settings = [BASE, {**BASE, "learning_rate": 0.6}]
    runs = sweep(settings, executor=pool, path=tmp_path / "mine")
    assert capsys.readouterr().out == "2 of 4 runs are read from the file, 2 are done here.\n"
    assert trained == [0.6, 0.6]
    pd.testing.assert_frame_equal(runs[:2], of_the_site, check_exact=True)  # the seconds too
    sweep(settings, executor=pool, path=tmp_path / "mine", progress=True)
    assert "4 of 4 runs are read from the file" in capsys.readouterr().out
    assert len(trained) == 2


@pytest.mark.parametrize("change", ["data", "measure", "trainer"])
def test_in_the_browser_what_is_not_the_same_run_is_done(of_the_site, trained, change, monkeypatch):
    arguments = {"executor": process_pool()}
    if change == "trainer":
        monkeypatch.setattr(sweep_module, "trainer_fingerprint", lambda: "an edited activation function")
    if change == "measure":
        arguments["measure"] = measure_loss
    if change == "data":
        run_experiment(DEV_SET, TRAIN_SET, BASE, seeds=2, progress=False, **arguments)
    else:
        sweep(**arguments)
    assert len(trained) == 2


def test_in_the_browser_a_pool_of_one_and_no_pool_do_everything(of_the_site, trained, capsys):
    assert_same_rows(sweep(executor=process_pool(1)), of_the_site)
    assert "read" not in capsys.readouterr().out
    sweep()
    assert len(trained) == 4


def test_elsewhere_no_such_file_is_read(tmp_path, monkeypatch):
    path = tmp_path / "finished_runs.jsonl"
    path.write_text("not even a file of runs")
    monkeypatch.setattr(finished_module, "FILE", path)
    for pool in (process_pool(), process_pool(1)):
        assert pool.runs_of_the_site is None
    monkeypatch.setattr(pool_module, "available_cores", lambda: 1)
    assert process_pool().runs_of_the_site is None


def cell_function(source, path, **outside):
    """The function that a cell of a notebook makes, with a source that is not on the disk."""
    linecache.cache[str(path)] = (len(source), None, source.splitlines(keepends=True), str(path))
    namespace = {"__name__": "__main__", **outside}
    exec(compile(source, str(path), "exec"), namespace)
    return namespace["measure"]


def test_a_plain_function_of_a_cell_is_known_by_its_source(tmp_path):
    source = "def measure(result, dev_set):\n    return {'one': result.best_epoch}\n"
    assert portable(cell_function(f"x = 1\n\n\n{source}", tmp_path / "1.py")) == source
    assert portable(None) is None


@pytest.mark.parametrize(
    "source",
    [
        "def measure(result, dev_set):\n    return {'one': limit}\n",
        "def measure(result, dev_set, limit=limit):\n    return {'one': limit}\n",
        "def measure(result, dev_set, *, limit=limit):\n    return {'one': limit}\n",
        "def make(y):\n    def f(result, dev_set):\n        return {'one': y}\n    return f\nmeasure = make(1)\n",
        "def measure(result, dev_set):\n    return {'one': (lambda: limit)()}\n",
        "measure = lambda result, dev_set: {'one': 1}\n",
        "def f():\n    pass\ndef measure(result, dev_set):\n    return {'one': 1}\nmeasure.__wrapped__ = f\n",
    ],
)
def test_a_function_whose_source_does_not_say_all_is_known_by_itself(source, tmp_path):
    measure = cell_function(source, tmp_path / "2.py", limit=3)
    assert portable(measure) is measure


def test_a_function_of_a_file_is_known_by_itself(tmp_path):
    source = "def measure(result, dev_set):\n    return {'one': 1}\n"
    (tmp_path / "script.py").write_text(source)
    measure = cell_function(source, tmp_path / "script.py")
    assert portable(measure) is measure
    assert portable(measure_loss) is measure_loss
    del linecache.cache[str(tmp_path / "script.py")]
    (tmp_path / "script.py").unlink()
    assert portable(measure) is measure, "no source to be had"


# --- the pool -----------------------------------------------------------------------------------------------------


def test_without_processes_the_pool_stays_in_this_process(monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "emscripten")
    before = children()
    with process_pool() as executor:
        runs = sweep(executor=executor, measure=lambda result, dev_set: {"pid": os.getpid()})
        assert executor.submit(divmod, 7, 2).result() == (3, 1)
    assert capsys.readouterr().out == "There are no processes in the browser, so the runs go one after another.\n"
    assert set(runs["pid"]) == {os.getpid()}
    assert children() <= before


def test_the_sweeps_need_no_module_that_the_browser_lacks():
    script = """
        import sys
        sys.modules |= dict.fromkeys(["_multiprocessing", "concurrent.futures.process", "cloudpickle", "threadpoolctl"])
        import numpy as np
        from helpers.data import Dataset
        from helpers.experiments import process_pool, run_experiment
        sys.platform = "emscripten"
        data = Dataset(np.eye(4), np.arange(4), image_shape=(2, 2))
        with process_pool() as pool:
            runs = run_experiment(data, data, {"layer_sizes": [4, 10], "learning_rate": 1}, seeds=2, executor=pool)
        print(runs["error"].tolist())
    """
    with run_script(script) as process:
        out, err = process.communicate(timeout=20)
    assert out.splitlines()[1:] == ["[None, None]"], err


def test_one_core_needs_no_processes_but_can_have_them(monkeypatch, capsys):
    monkeypatch.setattr(pool_module, "available_cores", lambda: 1)
    assert process_pool().workers == 0
    assert process_pool(1).workers == 1
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(pool_module, "available_cores", lambda: 128)
    assert process_pool().workers == 61


def test_a_container_gets_the_cores_of_its_share(tmp_path):
    share = tmp_path / "cpu.max"
    everything = pool_module.available_cores(tmp_path / "none")
    for text, cores in (("100000 100000", 1), ("150000 100000", min(2, everything)), ("max 100000", everything)):
        share.write_text(text)
        assert pool_module.available_cores(share) == cores


def test_workers_have_one_thread_and_the_kernels_of_this_process(monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    (kernels,) = {each.get("architecture") for each in threadpool_info() if each["user_api"] == "blas"}
    with process_pool(1) as executor:
        names = ("OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE", "TQDM_DISABLE")
        found = [executor.submit(eval, f"__import__('os').environ.get('{name}')").result() for name in names]
        (info,) = (each for each in executor.submit(worker_blas).result() if each["user_api"] == "blas")
    assert found == ["1", kernels, "1"]
    assert (info["num_threads"], info.get("architecture")) == (1, kernels)


def worker_blas():
    return threadpool_info()


def test_every_run_has_one_thread():
    def measure(result, dev_set):
        return {"threads": max(each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas")}

    with threadpool_limits(2):
        assert sweep(measure=measure)["threads"].tolist() == [1, 1]


def test_a_pool_that_has_ended_says_so():
    executor = process_pool(1)
    executor.shutdown()
    with pytest.raises(RuntimeError, match="this pool has ended; call process_pool"):
        sweep(executor=executor)


def test_nothing_is_left_behind(no_leftovers, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with process_pool(2) as executor:
        assert sweep(executor=executor)["error"].tolist() == [None, None]
        assert "2 processes" in repr(executor)
    assert os.listdir(tmp_path) == []
