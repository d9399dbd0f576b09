"""The commands behind notebook 9: what they result_files, and that the stored files are theirs."""

import json
import sys

import numpy as np
import pytest

from helpers.augmentation import distort
from helpers.data import Dataset
from helpers.internals.files import replace_file
from helpers.storage import load_metadata, load_parameters
from measurements.mnist import evaluate, learning_curve, recipes, result_files, steps, train_final

RESULTS = sorted(result_files.RESULTS.glob("*.json"))


@pytest.fixture
def small_sets():
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 10
    X = np.zeros((60, 784), np.float32)
    X[np.arange(60)[:, None], labels[:, None] * 78 + np.arange(40)] = rng.random(
        (60, 40), np.float32
    )
    dataset = Dataset(X.T, labels)
    return dataset.subset(np.arange(50)), dataset.subset(np.arange(50, 60))


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_recipe_trains_to_its_last_epoch(small_sets, name):
    recipe = {**recipes.RECIPES[name]}
    recipe["layer_sizes"] = [784, 7, 10]
    parameters, result = recipes.run_recipe(recipe, *small_sets, seed=0, max_epochs=3)
    assert (len(result.history), result.stop_reason) == (3, "max epochs")
    np.testing.assert_array_equal(parameters[0].W, result.state.vector[: 784 * 7].reshape(7, 784))
    assert parameters[0].W.dtype == np.float32


def test_a_recipe_distorts_its_batches_and_lowers_its_learning_rate(small_sets):
    recipe = {"layer_sizes": [784, 5, 10], "learning_rate": 0.1, "batch_size": 10, "max_epochs": 4}
    plain, bent, falling = (
        recipes.run_recipe({**recipe, **extra}, *small_sets, seed=0)
        for extra in ({}, {"distort": {"max_shift": 3}}, {"schedule": True})
    )
    assert np.abs(plain[0][0].W - bent[0][0].W).max() > 0
    assert (plain[1].history["learning_rate"] == 0.1).all()
    assert falling[1].history["learning_rate"].iloc[-1] < 0.01


def test_the_parts_and_repetitions_of_the_learning_curve(small_sets):
    part = recipes.part_of(small_sets[0], 30)
    assert len(part) == 30
    many = learning_curve.repeated(part)
    assert len(many) >= 5000
    np.testing.assert_array_equal(many.X[:, 30:60], part.X)
    np.testing.assert_array_equal(many.labels[30:60], part.labels)
    with pytest.raises(ValueError, match="there are 50 examples, not 51"):
        recipes.part_of(small_sets[0], 51)


def run_command(module, monkeypatch, arguments, small_sets, folder):
    monkeypatch.setattr(sys, "argv", [f"{module.__name__}.py", *arguments])
    monkeypatch.setattr(result_files, "RESULTS", folder)
    for name, value in {"NETWORKS": folder / "networks", "MODELS": folder / "models"}.items():
        monkeypatch.setattr(module, name, value, raising=False)
    monkeypatch.setattr(module, "mnist_split", lambda: small_sets, raising=False)
    monkeypatch.setattr(module, "load_dataset", lambda *names, dtype: small_sets[0], raising=False)
    monkeypatch.setattr(train_final, "part_of", lambda dataset, m: dataset)
    module.main()


def test_the_commands_from_training_to_judging(small_sets, tmp_path, monkeypatch, capsys):
    for name in evaluate.NAMES:
        recipe = {**recipes.RECIPES[name], "layer_sizes": [784, 6, 10], "max_epochs": 2}
        monkeypatch.setitem(recipes.RECIPES, name, recipe)
        run_command(
            train_final, monkeypatch, [name, "--seeds", "0", "1", "2"], small_sets, tmp_path
        )
    run_command(evaluate, monkeypatch, [], small_sets, tmp_path)
    final = result_files.load_results("final")
    assert list(final["recipes"]) == list(evaluate.NAMES)
    assert [run["seed"] for run in final["recipes"]["best"]["runs"]] == [0, 1, 2]
    assert all(0 <= run["test_accuracy"] <= 1 for run in final["recipes"]["best"]["runs"])
    assert final["committee"]["networks"] == ["ten minutes-0", "ten minutes-1", "ten minutes-2"]
    assert load_parameters(tmp_path / "models" / "mnist_best.npz")[0].W.dtype == np.float16
    assert load_metadata(tmp_path / "models" / "mnist_best.npz")["recipe"] == "best"
    run_command(steps, monkeypatch, ["--only", "Adam", "--seeds", "4"], small_sets, tmp_path)
    assert [run["seed"] for run in result_files.load_results("steps")["steps"]["Adam"]["runs"]] == [
        4
    ]
    assert "voting" in capsys.readouterr().out


def test_results_tell_how_they_were_made(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["anywhere/mnist/steps.py", "--only", "small, fast"])
    result_files.save_results("one", {"answer": 42}, started=0, folder=tmp_path)
    record = result_files.load_results("one", tmp_path)
    assert record["answer"] == 42
    assert record["command"] == "python -m measurements.mnist.steps --only 'small, fast'"
    assert record["seconds"] > 1e9
    assert record["machine"]["cores"] >= 1
    assert set(record["versions"]) == {"python", "numpy", "pandas"}


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.name)
def test_the_stored_results_are_complete_and_name_no_place(path):
    text = path.read_text(encoding="utf-8")
    record = json.loads(text)
    assert record["command"].startswith("python -m measurements.")
    assert {"date", "seconds", "machine", "versions"} <= set(record)
    assert "/" not in record["command"]
    for recipe in (
        {**record.get("steps", {}), **record.get("recipes", {})}.values()
        if path.stem != "learning_curve"
        else ()
    ):
        distort(**recipe["settings"].get("distort", {}))
        assert all({"seed", "seconds"} <= set(run) for run in recipe["runs"])


def test_the_stored_settings_are_those_of_the_recipes():
    for path in RESULTS:
        record = json.loads(path.read_text(encoding="utf-8"))
        for kind in ("steps", "recipes"):
            for name, entry in (
                record.get(kind, {}).items() if isinstance(record.get(kind), dict) else ()
            ):
                assert entry["settings"] == recipes.RECIPES[name], (
                    f"{path.name} was measured with other settings: {name}"
                )


def test_replacing_a_result_leaves_no_other_file(tmp_path):
    replace_file(tmp_path / "one.json", b"{}")
    result_files.save_results("one", {}, started=0, folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["one.json"]
