"""Ctrl-C anywhere: the best so far comes back, no file is torn, the next run works."""

import contextlib
import hashlib
import json
import os
import random
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import child_trainings
import pytest
from child_trainings import BATCHES, EPOCHS, WRITING, in_child, short

from helpers.internals.checkpoints import load_checkpoint
from helpers.storage import load_metadata, load_parameters, save_parameters

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not hasattr(os, "fork"), reason="Ctrl-C reaches processes in another way on Windows"
    ),
]
INTERRUPTS = int(os.environ.get("INTERRUPTS", "12"))
MEASUREMENTS = 2  # an epoch: the training set and the development set
CONTENT = random.Random(0).randbytes(400_000)
NAME = "momentum, varied"


def interrupted(path, place, count):
    """Interrupt a run in another process; return its best parameters and its reason to stop."""
    process = in_child(child_trainings.disturbed_training, path, NAME, place, signal.SIGINT, count)
    process.join(60)
    assert process.exitcode == 0
    saved = f"{path}.best.npz"
    return load_parameters(saved), load_metadata(saved)["reason"]


def best_after(epochs):
    """The best parameters of a training that was not interrupted, but stopped."""
    if epochs == 0:
        return child_trainings.initial_parameters(NAME)
    return short(NAME, on_epoch=lambda row: row["epoch"] == epochs).parameters


def assert_same(parameters, expected):
    assert [W.tobytes() + b.tobytes() for W, b in parameters] == [
        W.tobytes() + b.tobytes() for W, b in expected
    ]


def assert_next_run_works(path):
    resumed, whole = short(NAME, checkpoint=path, resume_from=path), short(NAME)
    assert_same(resumed.last_parameters, whole.last_parameters)
    assert_same(resumed.parameters, whole.parameters)
    assert resumed.history.drop(columns="seconds").equals(whole.history.drop(columns="seconds"))


@pytest.mark.parametrize(
    ("place", "count", "epochs"),
    [
        ("batch", 1, 0),
        ("batch", BATCHES * 3 + 5, 3),
        ("measuring", 1, 0),
        ("measuring", MEASUREMENTS * EPOCHS, EPOCHS - 1),
    ],
)
def test_the_best_so_far_comes_back(tmp_path, place, count, epochs):
    path = tmp_path / "run.npz"
    parameters, reason = interrupted(path, place, count)
    assert reason == "interrupted"
    assert_same(parameters, best_after(epochs))
    assert load_checkpoint(path).epoch == epochs
    assert_next_run_works(path)


@pytest.mark.parametrize("place", WRITING)
def test_ctrl_c_while_a_checkpoint_is_written(tmp_path, place):
    path, epoch = tmp_path / "run.npz", 4
    count = (
        2 * epoch + 1 if place == "before flushing" else epoch + 1
    )  # the folder is flushed as well as the file
    parameters, reason = interrupted(path, place, count)
    assert reason == "interrupted"
    assert_same(parameters, best_after(epoch))
    assert load_checkpoint(path).epoch == epoch - (place != "after renaming")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["run.npz", "run.npz.best.npz"]
    assert_next_run_works(path)


@pytest.mark.parametrize("suffix", [".npz", ".pkl"])
@pytest.mark.parametrize("place", WRITING)
def test_ctrl_c_while_parameters_are_saved(tmp_path, place, suffix):
    old, new = best_after(1), best_after(0)
    path = save_parameters(tmp_path / f"n{suffix}", old)
    process = in_child(child_trainings.disturbed_saving, path, new, place, signal.SIGINT)
    process.join(60)
    assert process.exitcode == 1
    assert_same(load_parameters(path), new if place == "after renaming" else old)
    assert list(tmp_path.iterdir()) == [path]
    assert_same(load_parameters(save_parameters(path, new)), new)


def test_ctrl_c_at_random_moments(tmp_path):
    rng = random.Random(0)
    path = tmp_path / "run.npz"
    settings = {"max_epochs": 40, "optimizer": "adam"}
    for _ in range(INTERRUPTS):
        process = in_child(child_trainings.train_until_interrupted, path, "full batch", settings)
        wait_for(path.with_suffix(".started").exists)
        time.sleep(rng.uniform(0, 0.05))
        with contextlib.suppress(ProcessLookupError):  # the training may be over already
            os.kill(process.pid, signal.SIGINT)
        process.join(60)
        assert process.exitcode in (0, 1)  # 1 where the signal came when all was over
        path.with_suffix(".started").unlink()
        if path.with_suffix(".json").exists():
            report = json.loads(path.with_suffix(".json").read_text())
            assert report["reason"] in ("interrupted", "max epochs")
            assert 0 <= report["epochs"] - load_checkpoint(path).epoch <= 1
            path.with_suffix(".json").unlink()
            if report["reason"] == "max epochs":
                path.unlink()
        assert not list(tmp_path.glob(".*"))
    resumed = short("full batch", checkpoint=path, resume_from=path, **settings)
    whole = short("full batch", **settings)
    assert_same(resumed.last_parameters, whole.last_parameters)
    assert resumed.history["dev_loss"].equals(whole.history["dev_loss"])


class SlowMirror(BaseHTTPRequestHandler):
    """Sends half of the file and stalls, the first time; the second time it sends the file."""

    def do_GET(self):
        self.server.requests.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[: len(CONTENT) // 2])
        self.wfile.flush()
        if len(self.server.requests) == 1:
            self.server.released.wait(20)
            return
        self.wfile.write(CONTENT[len(CONTENT) // 2 :])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), SlowMirror)
    server.daemon_threads, server.requests, server.released = True, [], threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("old", [None, b"the file of another year"])
def test_ctrl_c_in_a_download(tmp_path, server, old):
    pytest.importorskip("pooch")
    if old is not None:
        (tmp_path / "file.gz").write_bytes(old)
    address = f"http://127.0.0.1:{server.server_address[1]}/"
    arguments = (address, tmp_path, "file.gz", f"sha256:{hashlib.sha256(CONTENT).hexdigest()}")
    process = in_child(child_trainings.download, *arguments)
    wait_for(lambda: server.requests and len(list(tmp_path.iterdir())) > (old is not None))
    os.kill(process.pid, signal.SIGINT)
    process.join(15)
    assert process.exitcode == 1
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == (
        {"file.gz": old} if old else {}
    )
    process = in_child(child_trainings.download, *arguments)
    process.join(30)
    assert process.exitcode == 0
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == {"file.gz": CONTENT}


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.001)
