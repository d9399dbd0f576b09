"""The speed run: what is measured, which entries are refused, and that the page says what was measured."""

import subprocess
import sys
import threading

import numpy as np
import pytest

from helpers.data import Dataset
from helpers.internals.resampling import affine_patterns, elastic_patterns, sample_images
from measurements.mnist import result_files
from measurements.mnist.result_files import ROOT
from measurements.speedrun import command, page, peers
from measurements.speedrun.measuring import (
    RuleBroken,
    count_lines,
    measure,
    result_line,
    summarize,
)
from measurements.speedrun.tools import distortion, half_size


@pytest.fixture
def sets():
    """400 and 100 images, each with a bar where its label says."""
    rng = np.random.default_rng(0)
    labels = np.arange(500) % 10
    X = rng.random((500, 28, 28), np.float32) / 4
    X[np.arange(500), 4 + 2 * labels, 4:24] += 0.75
    dataset = Dataset(X.reshape(500, 784).T, labels)
    return dataset.subset(slice(None, 400)), dataset.subset(slice(400, None))


def nearest_mean(train_set, X_test, rng):
    """The fewest lines that read digits."""
    means = np.stack([train_set.X[:, train_set.labels == k].mean(axis=1) for k in range(10)])
    return (means @ X_test - (means**2).sum(axis=1, keepdims=True) / 2).argmax(axis=0)


def test_an_entry_is_run_once_per_seed_and_its_seconds_are_counted(sets):
    seen, said = [], []

    def recipe(train_set, X_test, rng):
        seen.append((len(train_set), X_test.shape, rng.random()))
        return nearest_mean(train_set, X_test, rng)

    runs = measure(recipe, *sets, seeds=[3, 5], say=said.append)
    first = [np.random.default_rng(seed).random() for seed in (3, 5)]
    assert seen == [(400, (784, 100), number) for number in first]
    assert [run["test_accuracy"] for run in runs] == [1.0, 1.0]
    assert all(0 <= run["cpu_seconds"] <= run["clock_seconds"] + 0.05 for run in runs)
    assert all(run["products_seconds"] > 0 for run in runs)
    assert len(said) == 2


def test_what_is_said_of_the_runs():
    runs = [
        {
            "test_accuracy": 0.9905,
            "cpu_seconds": 4.0,
            "clock_seconds": 4.2,
            "products_seconds": 0.5,
        },
        {
            "test_accuracy": 0.9915,
            "cpu_seconds": 5.0,
            "clock_seconds": 5.2,
            "products_seconds": 0.5,
        },
    ]
    summary = summarize(runs)
    assert summary["relative"] == pytest.approx(9)
    assert summary["spread"] == pytest.approx(0.001 / np.sqrt(2))
    assert (
        result_line(summary, 2) == "speedrun: 99.10 % mean of 2 seeds, 4.5 s processor, 4.7 s clock"
    )


def opens_the_labels(train_set, X_test, rng):
    with open(ROOT / "data" / "digits.csv.gz", "rb") as file:
        file.read(1)
    return nearest_mean(train_set, X_test, rng)


def opens_them_and_hides_it(train_set, X_test, rng):
    try:
        np.load("t10k-labels.npy")
    except (ValueError, OSError):
        return nearest_mean(train_set, X_test, rng)


def starts_a_thread(train_set, X_test, rng):
    threading.Thread(target=nearest_mean, args=(train_set, X_test, rng)).start()


def starts_a_process(train_set, X_test, rng):
    subprocess.run([sys.executable, "-c", "0"], check=True)


def takes_all_threads(train_set, X_test, rng):
    from threadpoolctl import threadpool_limits

    threadpool_limits(2)
    return nearest_mean(train_set, X_test, rng)


def changes_the_images(train_set, X_test, rng):
    X_test *= 0.5
    return nearest_mean(train_set, X_test, rng)


REFUSED = {
    opens_the_labels: "the entry opened digits.csv.gz, expected no file; it may use only",
    opens_them_and_hides_it: "the entry opened t10k-labels.npy, expected no file",
    starts_a_thread: "the entry started a thread, expected one process on one core",
    starts_a_process: "the entry started a process, expected one process on one core",
    takes_all_threads: "lets matrix products run on 2 threads, expected 1; take out what sets them",
    changes_the_images: "read-only",
    lambda *_: None: r"the entry returned NoneType, expected an array of shape \(100,\)",
    lambda *_: np.zeros(
        (10, 100)
    ): r"returned \(10, 100\), expected .*argmax\(axis=0\) gives labels",
    lambda *_: np.zeros(100): "the entry returned float64 from 0.0 to 0.0, expected integers",
    lambda *_: np.full(
        100, 10
    ): "the entry returned int64 from 10 to 10, expected integers from 0 to 9",
}


@pytest.mark.parametrize("recipe", REFUSED, ids=lambda recipe: recipe.__name__)
def test_an_entry_that_breaks_a_rule_is_refused(sets, recipe):
    with pytest.raises(ValueError, match=REFUSED[recipe]):
        measure(recipe, *sets, seeds=[0])


def test_threads_that_are_started_past_python_are_noticed_by_their_seconds(sets, monkeypatch):
    monkeypatch.setattr("measurements.speedrun.measuring.processor_seconds", iter([0, 60]).__next__)
    with pytest.raises(RuleBroken, match=r"the entry kept \d+.\d cores busy, expected one"):
        measure(nearest_mean, *sets, seeds=[0])


def test_lines_are_counted_without_imports_docstrings_and_comments():
    source = '"""Text.\n\nMore."""\nimport numpy as np\n\n# why\nA = 1\n\n'
    source += 'def recipe():\n    """Text."""\n    return A\n'
    assert count_lines(source) == 3
    with pytest.raises(RuleBroken, match="the entry has 21 lines of code, expected at most 20"):
        count_lines("a = 1\n" * 21)


def test_half_the_size_is_the_mean_of_four_pixels():
    X = np.arange(2 * 4 * 6, dtype=np.float32).reshape(2, 24).T
    expected = X.T.reshape(2, 2, 2, 3, 2).mean(axis=(2, 4)).reshape(2, 6).T
    np.testing.assert_allclose(half_size(X, (4, 6)), expected)


def test_a_distortion_is_the_matrix_of_sampling_at_the_same_places():
    X = np.random.default_rng(0).random((35, 4)).astype(np.float32)
    D = distortion(np.random.default_rng(1), (2, 8), (5, 7), 0.6)
    bumps = np.vstack([elastic_patterns((5, 7), s) for s in (2, 8)])
    moves = 0.6 * np.random.default_rng(1).standard_normal((2, len(bumps)))
    patterns = np.vstack([affine_patterns((5, 7)), bumps])
    weights = [[2, 1, 0, *moves[0]]] * 4 + [[3, 0, 1, *moves[1]]] * 4
    seen = sample_images(X, np.array(weights, np.float32), patterns.astype(np.float32), (5, 7))
    assert np.abs(seen - X).max() > 0.1
    np.testing.assert_allclose(D @ X, seen, atol=1e-5)


def test_without_strength_nothing_is_distorted():
    np.testing.assert_allclose(distortion(np.random.default_rng(0), (3,), (4, 5), 0), np.eye(20))


ENTRIES = sorted(path.stem for path in (ROOT / "measurements/speedrun/entries").glob("[a-z]*.py"))


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_runs_and_obeys_the_rules(sets, name, monkeypatch):
    recipe, about = command.read_entry(name)
    monkeypatch.setitem(recipe.__globals__, "STEPS", 20)
    measure(recipe, *sets, seeds=[0], say=str)
    assert about["lines"] <= 20
    assert about["tried"] > 0
    assert page.recipe_lines(name)[-1].lstrip().startswith("return ")


def run(monkeypatch, tmp_path, sets, *arguments):
    """Run the command on small sets, on a copy of the page."""
    copy = tmp_path / "SPEEDRUN.md"
    copy.write_bytes((ROOT / "docs" / "SPEEDRUN.md").read_bytes())
    monkeypatch.setattr(page, "PAGE", copy)
    monkeypatch.setattr(result_files, "RESULTS", tmp_path)
    monkeypatch.setattr(page, "recipe_lines", lambda name: [f"the lines of {name}"])
    monkeypatch.setattr(command, "sets", lambda development: sets)
    monkeypatch.setattr(sys, "argv", ["speedrun", *arguments])
    entry = {"date": "2026-11-27", "who": "a test", "tried": 1, "recipe": "Means.", "lines": 2}
    monkeypatch.setattr(command, "read_entry", lambda name: (nearest_mean, entry))
    command.main()
    return copy.read_text("utf8")


def test_the_command_keeps_an_entry_and_writes_the_page(sets, tmp_path, monkeypatch, capsys):
    for name in ("bent_batches", "other", "bent_batches"):
        text = run(monkeypatch, tmp_path, sets, name)
    assert (
        capsys.readouterr().out.splitlines()[-1].startswith("speedrun: 100.00 % mean of 5 seeds, ")
    )
    record = result_files.load_results("speedrun")
    assert [entry["name"] for entry in record["entries"]] == ["other", "bent_batches"]
    assert [run["seed"] for run in record["entries"][0]["runs"]] == [0, 1, 2, 3, 4]
    assert "```python\nthe lines of " in text
    assert text.count("| 2026-11-27 | [") == 2
    assert "| 100.00% ± 0.00% |" in text


def test_the_command_does_not_keep_what_is_no_entry(sets, tmp_path, monkeypatch, capsys):
    before = page.PAGE.read_text("utf8")
    assert run(monkeypatch, tmp_path, sets, "--seeds", "0") == before
    assert "Not kept: an entry has the seeds 0 to 4" in capsys.readouterr().out
    assert run(monkeypatch, tmp_path, sets, "--development") == before
    assert "On development images:" in capsys.readouterr().out
    wrong = sets[1].labels.copy()
    wrong[:2] = 9 - wrong[:2]
    mostly_right = Dataset(sets[1].X, wrong)
    assert run(monkeypatch, tmp_path, (sets[0], mostly_right)) == before
    assert "Not kept: the mean is 98.00%, expected at least 99.0%" in capsys.readouterr().out
    assert not (tmp_path / "speedrun.json").exists()


def test_a_refused_entry_ends_the_command_with_a_sentence(monkeypatch, capsys):
    def read_entry(name):
        raise RuleBroken("the entry has 21 lines of code")

    monkeypatch.setattr(command, "read_entry", read_entry)
    monkeypatch.setattr(sys, "argv", ["speedrun", "long_one"])
    with pytest.raises(SystemExit, match="long_one is refused: the entry has 21 lines of code"):
        command.main()


@pytest.mark.skipif(
    not (result_files.RESULTS / "speedrun.json").exists(), reason="not measured yet"
)
def test_the_page_says_what_was_measured(tmp_path, monkeypatch):
    text = page.PAGE.read_text("utf8")
    copy = tmp_path / "SPEEDRUN.md"
    copy.write_text(text, "utf8")
    monkeypatch.setattr(page, "PAGE", copy)
    page.write_page()
    assert copy.read_text("utf8") == text, "run `make speedrun`, or page.write_page()"


@pytest.mark.slow
@pytest.mark.parametrize("copies", [1, 2])
def test_a_peer_says_when_it_has_reached_the_goals(sets, tmp_path, copies):
    for name, dataset in (("bent_0", sets[0]), ("bent_1", sets[0]), ("bent_test", sets[1])):
        np.save(tmp_path / f"{name}.npy", dataset.X.T)
    np.save(tmp_path / "labels.npy", sets[0].labels)
    np.save(tmp_path / "test_labels.npy", sets[1].labels)
    settings = {
        "images": "bent",
        "copies": copies,
        "layer_sizes": [784, 20, 10],
        "batch_size": 20,
        "learning_rates": [1e-9, 1e-9] + [0.01] * 10,
    }
    answer = peers.run("unmeasured", tmp_path, settings)
    to_98, to_99 = answer["reached"]
    assert 3 <= to_98["epochs"] <= to_99["epochs"] <= 12  # the first two taught nothing
    assert 0 < to_98["cpu_seconds"] <= to_99["cpu_seconds"] < 60
    assert answer["best"] >= 0.99
    settings["learning_rates"] = [1e-9]
    assert peers.run("unmeasured", tmp_path, settings)["reached"] == [None, None]


def test_the_page_shows_which_goals_the_peers_reached():
    goal = {"cpu_seconds": 4.21, "clock_seconds": 5, "epochs": 2}
    row = {"peer": "jax_jit", "title": "JAX", "to_98": goal, "to_99": None, "best": 0.985}
    table = page.peers_table([{**row, "recipe": "usual"}, {**row, "recipe": "ours"}])
    cells = "4.2 s, 2 epochs | not reached | 98.50%"
    assert table[-1] == f"| JAX | {cells} | {cells} |"
