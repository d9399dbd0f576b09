"""The benchmark suite, as far as it needs no peer: the workers, the tables, and the versions that it installs."""

import re
from pathlib import Path

import numpy as np
import pytest

from measurements.speed import report
from measurements.speed.epochs import GOALS, PEERS, compare_with_beginner
from measurements.speed.peer_process import PeerProcess

pytestmark = pytest.mark.slow  # `make test` leaves these out, `make test-all` does not

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Arrays of 300, 30 and 50 images of two kinds, dark above or dark below."""
    folder = tmp_path_factory.mktemp("arrays")
    for prefix, m in (("", 300), ("sample_", 30), ("test_", 50)):
        labels = np.arange(m) % 2
        rows = np.random.default_rng(m).random((m, 784), np.float32) / 2
        rows[labels == 0, :392] += 0.5
        rows[labels == 1, 392:] += 0.5
        np.save(folder / f"{prefix}rows.npy", rows)
        np.save(folder / f"{prefix}labels.npy", labels)
    return folder


SETTINGS = {"layer_sizes": [784, 20, 10], "batch_size": 20, "learning_rate": 0.002, "seed": 0}


@pytest.mark.parametrize("module", ["ours", "unmeasured", "bare_loop", "products"])
def test_a_worker_trains_and_answers(module, folder):
    worker = PeerProcess(module, folder, SETTINGS)
    answers = [worker.ask("epoch") for _ in range(10)]
    assert all(0 < answer["cpu"] < 10 and 0 < answer["wall"] < 10 for answer in answers)
    assert worker.ask("accuracy") == {"accuracy": None if module == "products" else 1.0}
    worker.close()
    assert worker.process.returncode == 0


def test_a_worker_that_fails_is_noticed(folder, capfd):
    with pytest.raises(RuntimeError, match="the worker of ours has ended with status 1"):
        PeerProcess("ours", folder, SETTINGS | {"batch_size": 0})
    assert "batch_size is 0" in capfd.readouterr().err


def test_the_beginner_gets_the_same_time_and_then_ten_times_as_much(folder):
    said = []
    ours, same, more = compare_with_beginner(folder, 2, said.append)
    assert ours[:2] == ("this project", 2)
    assert ours[2] <= same[2] <= more[2]
    assert more[2] >= 10 * ours[2]
    assert same[1] <= more[1]
    assert len(said) == 2


def measured_results(without=()):
    """Three networks, and figures of each that are easy to divide."""
    result = {
        peer: {"epoch": 0.5, "training": 0.4, "first": 2.0, "ten": 6.5}
        for peer in PEERS
        if peer not in without
    }
    result["ours"] = {"epoch": 0.25, "training": 0.25, "first": 0.25, "ten": 2.5}
    result["unmeasured"]["training"] = 0.2
    result["products"]["training"] = 0.1
    result["pytorch_eager"]["epoch"] = 0.75
    return [([784, 10], 64)] * 3, [result] * 3


def test_the_first_table_has_pytorch_from_eager_to_fused():
    lines = report.headline_table(*measured_results(without=["pytorch_compiled"]))
    for title, cell in (
        ("PyTorch, eager to fused Adam", "0.750 to 0.500"),
        ("PyTorch, torch.compile", "did not run"),
        ("times as fast as PyTorch", "3.0 to 2.0"),
        ("times as fast as scikit-learn", "2.0"),
    ):
        assert f"| {title} | {cell} | {cell} | {cell} |" in lines


def test_the_second_table_has_the_share_of_the_products_and_the_price_of_measuring():
    lines = report.training_table(*measured_results())
    for title, cell in (
        ("share of the products in this project's", "50 %"),
        ("share of the products in JAX's", "100 %"),
        ("measuring makes an epoch longer by", "25 % (goal 15, missed)"),
        ("JAX, first epoch with compiling", "2.000"),
    ):
        assert f"| {title} | {cell} | {cell} | {cell} |" in lines


def test_ratios_are_beside_their_goals():
    lines = report.ratios_table(*measured_results())
    assert (
        "| PyTorch, eager | 3.00 (goal 4.5, missed) | 3.00 (goal 2.2) | 3.00 (goal 2.0) |" in lines
    )
    assert "| JAX, jitted | 2.00 (goal 0.9) | 2.00 (goal 0.75) | 2.00 (goal 0.75) |" in lines
    assert (
        "| JAX, ten epochs and their compiling | 2.60 (goal 1) | 2.60 (goal 1) | 2.60 (goal 1) |"
        in lines
    )
    assert set(GOALS) <= set(PEERS)


def test_what_the_suite_installs_is_what_the_project_pins():
    def pins(path):
        return set(re.findall(r"^([a-z-]+)==(\S+)", (ROOT / path).read_text("utf8"), re.MULTILINE))

    suite = pins("measurements/speed/requirements.txt")
    project = pins("requirements.txt") | pins("requirements-test.txt")
    assert {"torch", "jax", "scikit-learn", "pyarrow"} <= set(dict(suite))
    assert {pin for pin in suite if pin[0] in dict(project)} <= project
