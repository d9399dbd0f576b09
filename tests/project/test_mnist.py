"""The long measurements behind notebook 9: their loops, their commands, and the stored files."""

import csv
import json

import numpy as np
import pytest

from helpers.augmentation import distort
from helpers.data import Dataset
from helpers.losses import cross_entropy, one_hot
from helpers.network import (
    Layer,
    backward_propagation,
    forward_propagation,
    initialize_parameters,
)
from helpers.storage import load_metadata, load_parameters
from helpers.training import train
from measurements.mnist import judging, result_files, running
from measurements.mnist.command import main
from measurements.mnist.judging import mcnemar, paired
from measurements.mnist.loops import propagate, run_loop
from measurements.mnist.preparing import prepare
from measurements.mnist.recipes import STUDIES

ROWS = [(study, name) for study, rows in STUDIES.items() for name in rows]


@pytest.fixture
def digits():
    """Return 60 images of 28 by 28 pixels, a bar of another height for each label."""
    rng, labels = np.random.default_rng(0), np.arange(60) % 10
    images = np.zeros((60, 28, 28), np.float32)
    images[np.arange(60), 4 + 2 * labels, 8:20] = rng.uniform(0.5, 1, (60, 12))
    return Dataset(images.reshape(60, -1).T, labels)


@pytest.fixture
def small(digits, tmp_path, monkeypatch):
    """Let all commands see 60 images, and write into a folder of the test's; return the folder."""
    monkeypatch.setattr(running, "load_dataset", lambda name, part="train", *, dtype: digits)
    monkeypatch.setattr(running, "DEV_SIZE", 20)
    monkeypatch.setattr(running, "NETWORKS", tmp_path / "networks")
    monkeypatch.setattr(judging, "MODELS", tmp_path / "models")
    monkeypatch.setattr(result_files, "RESULTS", tmp_path)
    monkeypatch.setattr(result_files, "TRIED", tmp_path / "tried.csv")
    for study, rows in STUDIES.items():
        for name, row in rows.items():
            monkeypatch.setitem(row, "settings", shrunk(STUDIES[study][name]["settings"]))
    return tmp_path


def shrunk(recipe):
    """Return a recipe with hidden layers of three neurons and two epochs."""
    inputs, *hidden, classes = recipe["layer_sizes"]
    return {**recipe, "layer_sizes": [inputs, *[3 for _ in hidden], classes], "max_epochs": 2}


def stored(path):
    return json.loads(path.read_text(encoding="utf-8"))


# --- preparations and loops ----------------------------------------------------------------------


def test_pooling_takes_the_mean_of_four_pixels_and_cropping_cuts_the_margin():
    X = np.arange(16.0).reshape(1, 16).T
    pooled = prepare(Dataset(X / 16, np.array([0]), image_shape=(4, 4)), ["pooled"])
    np.testing.assert_allclose(pooled.X[:, 0] * 16, [2.5, 4.5, 10.5, 12.5])
    images = np.zeros((2, 28, 28))
    images[0, 2, 2], images[1, 1, 1] = 1, 1
    cropped = prepare(Dataset(images.reshape(2, -1).T, np.array([0, 1])), ["cropped"])
    assert cropped.image_shape == (24, 24)
    np.testing.assert_array_equal(cropped.X.sum(axis=0), [1, 0])
    assert cropped.X[0, 0] == 1


def test_pens_get_thicker_and_thinner(digits):
    ink = {name: prepare(digits, [name]).X.sum() for name in ("thicker", "thinner")}
    assert ink["thinner"] < digits.X.sum() < ink["thicker"]


@pytest.fixture
def network():
    rng = np.random.default_rng(3)
    layers = [
        Layer(W, rng.standard_normal(b.shape)) for W, b in initialize_parameters([6, 5, 4, 3], rng)
    ]
    return layers, rng.random((6, 7)), np.eye(3)[:, rng.integers(0, 3, 7)]


def loss_of(layers, X, Y, squared_error):
    A = forward_propagation(layers, X)[-1]
    return ((A - Y) ** 2).sum() / Y.shape[1] if squared_error else cross_entropy(A, Y)


@pytest.mark.parametrize("squared_error", [False, True])
def test_gradients_of_weights_and_inputs_are_those_of_the_loss(network, squared_error):
    layers, X, Y = network
    gradients = [Layer(np.empty_like(W), np.empty_like(b)) for W, b in layers]
    dX = propagate(layers, X, Y, gradients, squared_error=squared_error, to_inputs=True)
    checked = [(X, dX), *((layers[l][k], gradients[l][k]) for l in range(3) for k in range(2))]
    for values, slopes in checked:
        numerical = np.empty_like(values)
        for place in np.ndindex(values.shape):
            there, losses = values[place], []
            for step in (1e-5, -1e-5):
                values[place] = there + step
                losses.append(loss_of(layers, X, Y, squared_error))
            values[place] = there
            numerical[place] = (losses[0] - losses[1]) / 2e-5
        np.testing.assert_allclose(slopes, numerical, atol=1e-8)


def test_without_extras_the_gradients_are_those_of_backward_propagation(network):
    layers, X, Y = network
    gradients = [Layer(np.empty_like(W), np.empty_like(b)) for W, b in layers]
    assert propagate(layers, X, Y, gradients) is None
    expected = backward_propagation(layers, forward_propagation(layers, X), Y)
    for ours, theirs in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(ours.W, theirs.W)
        np.testing.assert_allclose(ours.b, theirs.b)


def test_dropout_trains_the_network_without_the_dropped_neurons(network):
    layers, X, Y = network
    gradients = [Layer(np.empty_like(W), np.empty_like(b)) for W, b in layers]
    one, target, rng = X[:, :1], Y[:, :1], np.random.default_rng(1)
    propagate(layers, one, target, gradients, dropout=(0.5, 0), rng=rng)
    kept = np.random.default_rng(1).random(one.shape) >= 0.5
    assert 0 < kept.sum() < len(kept)
    raised = one * kept * 2
    expected = backward_propagation(layers, forward_propagation(layers, raised), target)
    np.testing.assert_allclose(gradients[0].W, expected[0].W)

    # a hidden activation that is dropped or raised is a column of the next W that is 0 or twice W
    propagate(layers, one, target, gradients, dropout=(0, 0.5), rng=np.random.default_rng(1))
    rng = np.random.default_rng(1)
    masks = [2.0 * (rng.random((n, 1)) >= 0.5) for n in (5, 4)]
    assert all(0 < mask.sum() < 2 * len(mask) for mask in masks)
    thinned = [layers[0]]
    thinned += [Layer(W * mask.T, b) for (W, b), mask in zip(layers[1:], masks, strict=True)]
    expected = backward_propagation(thinned, forward_propagation(thinned, one), target)
    np.testing.assert_allclose(gradients[0].W, expected[0].W)
    for l, mask in enumerate(masks, 1):
        np.testing.assert_allclose(gradients[l].W, expected[l].W * mask.T, atol=1e-12)
        np.testing.assert_allclose(gradients[l].b, expected[l].b)


def test_the_loop_without_extras_is_that_of_train(digits):
    settings = {
        "layer_sizes": [784, 5, 10],
        "learning_rate": 0.01,
        "optimizer": "adam",
        "batch_size": 16,
        "max_epochs": 3,
        "label_smoothing": 0.1,
        "augment": distort(max_shift=1),
        "learning_rate_schedule": lambda share_done: 1 - share_done / 2,
        "dtype": np.float64,
    }
    ours = run_loop(digits, settings, 4)
    theirs = train(digits, digits, **settings, patience=None, seed=4).last_parameters
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one.W, other.W, atol=1e-12)
        np.testing.assert_allclose(one.b, other.b, atol=1e-12)


@pytest.mark.parametrize("batch_size", [16, 7])  # 7: the shares of a batch differ
def test_several_workers_learn_what_one_learns(digits, batch_size):
    settings = {
        "layer_sizes": [784, 5, 10],
        "learning_rate": 0.01,
        "optimizer": "adam",
        "batch_size": batch_size,
        "max_epochs": 3,
        "dtype": np.float64,
    }
    alone, *shared = (run_loop(digits, {**settings, "workers": n}, 4) for n in (1, 2, 3))
    for layers in shared:
        for one, other in zip(alone, layers, strict=True):
            np.testing.assert_allclose(one.W, other.W, atol=1e-12)
            np.testing.assert_allclose(one.b, other.b, atol=1e-12)


def test_attacks_and_a_teacher_change_what_is_learned(digits):
    settings = {
        "layer_sizes": [784, 10],
        "learning_rate": 0.1,
        "batch_size": 20,
        "max_epochs": 40,
        "dtype": np.float32,
    }

    def teacher(X):  # says 3 to everything
        return one_hot(np.full(X.shape[1], 3), 10, dtype=X.dtype)

    taught = run_loop(digits, settings, 0, teacher)
    assert (forward_propagation(taught, digits.X)[-1].argmax(axis=0) == 3).all()

    seen = []
    prepared = run_loop(
        digits,
        {**settings, "layer_sizes": [392, 10]},
        0,
        lambda X: seen.append(X) or teacher(X),
        lambda X: X[::2],
    )
    assert prepared[0].W.shape == (10, 392)
    assert {len(X) for X in seen} == {784}

    losses = []
    for attack in (0, 0.2):
        layers = run_loop(digits, {**settings, "attack": attack}, 0)
        Y = one_hot(digits.labels, 10, dtype=np.float32)
        gradients = [Layer(np.empty_like(W), np.empty_like(b)) for W, b in layers]
        dX = propagate(layers, digits.X, Y, gradients, to_inputs=True)
        attacked = np.clip(digits.X + 0.2 * np.sign(dX), 0, 1)
        losses.append(cross_entropy(forward_propagation(layers, attacked)[-1], Y))
    assert losses[1] < 0.9 * losses[0]


# --- comparing -----------------------------------------------------------------------------------


def test_mcnemars_test_on_counts_worked_out_by_hand():
    assert mcnemar(0, 0) == mcnemar(5, 5) == 1
    assert mcnemar(1, 9) == mcnemar(9, 1) == 2 * (1 + 10) / 2**10
    assert paired([1, 2, 3, 4], [3, 4, 5]) == {"only_first": 2, "only_second": 1, "p": 1.0}


# --- commands ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("study", "name"), ROWS)
def test_every_recipe_trains(small, study, name, digits):
    recipe = STUDIES[study][name]["settings"]
    if "teachers" in recipe:
        main(["committee"])
    parameters, seconds = running.run_recipe(recipe, digits, 0)
    assert [len(W) for W, _ in parameters] == recipe["layer_sizes"][1:]
    assert parameters[0].W.dtype == np.float32
    assert seconds >= 0


def test_a_study_is_trained_once_for_each_seed_and_tested_when_asked(small, capsys):
    main(["lecun_table", "--only", "300", "linear", "--seeds", "0"])
    assert not list(small.glob("*.json"))
    first = running.path_of("lecun_table", "300", 0)
    written = first.stat().st_mtime_ns
    main(["lecun_table", "--seeds", "0", "1", "--test"])
    assert first.stat().st_mtime_ns == written
    table = stored(small / "lecun_table.json")
    assert [row["name"] for row in table["rows"]] == list(STUDIES["lecun_table"])
    assert all([run["seed"] for run in row["runs"]] == [0, 1] for row in table["rows"])
    run = table["rows"][2]["runs"][1]
    assert run["test_accuracy"] == pytest.approx(1 - len(run["wrong"]) / 60, abs=1e-6)
    pair = table["paired"][0]
    both = [set(row["runs"][0]["wrong"]) for row in table["rows"][:2]]
    assert (pair["only_first"], pair["only_second"]) == (
        len(both[0] - both[1]),
        len(both[1] - both[0]),
    )
    assert (table["rows"][1]["deskew"], table["rows"][3]["distort"]) == (True, "affine")
    assert table["rows"][2]["then"] == 4.7


def test_other_settings_train_a_network_anew(small, monkeypatch):
    main(["frontier", "--only", "784-10-10-10"])
    row = STUDIES["frontier"]["784-10-10-10"]
    monkeypatch.setitem(row, "settings", {**row["settings"], "learning_rate": 0.1})
    main(["frontier", "--only", "784-10-10-10", "--test"])
    path = running.path_of("frontier", "784-10-10-10", 0)
    assert load_metadata(path)["settings"]["learning_rate"] == 0.1


def test_final_keeps_what_it_knows_and_adds_committee_and_pupil(small):
    old = {"recipes": {"ten minutes": {"settings": {}, "runs": [{"seed": 7}]}}}
    (small / "final.json").write_text(json.dumps(old), encoding="utf-8")
    main(["final", "--only", "small, fast", "--seeds", "0", "1", "--test"])
    final = stored(small / "final.json")
    assert len(final["recipes"]["small, fast"]["runs"]) == 2
    assert final["recipes"]["ten minutes"]["runs"] == [{"seed": 7}]
    main(["committee", "--only", "wide"])
    with pytest.raises(ValueError, match="the committee lacks thicker, thinner"):
        main(["committee", "--only", "deskewed", "--test"])
    main(["committee", "--test"])
    main(["distilled", "--test"])
    final = stored(small / "final.json")
    assert final["committee"]["networks"] == list(STUDIES["committee"])
    assert len(final["committee"]["wrong"]) == round(60 * (1 - final["committee"]["test_accuracy"]))
    assert len(final["distilled"]["runs"]) == 1
    assert "bundled" not in final
    main(["final", "--only", "medium, distorted", "--test"])
    final = stored(small / "final.json")
    assert final["bundled"]["bytes"] == (small / "models" / "mnist_network.npz").stat().st_size
    assert load_parameters(small / "models" / "mnist_network.npz")[0].W.dtype == np.float16


def test_a_pupil_needs_its_teachers(small):
    with pytest.raises(FileNotFoundError, match=r'no network "wide"; python -m .* committee'):
        main(["distilled"])


def test_what_was_tried_is_noted_run_by_run(small, capsys):
    change = ["--set", "learning_rate=0.01", 'prepare=["deskewed"]']
    for more in ([], [], change):
        main(["lecun_table", "--only", "300", "--dev", *more])
    with (small / "tried.csv").open(encoding="utf-8") as lines:
        runs = list(csv.DictReader(lines))
    assert [(run["study"], run["row"], run["seed"]) for run in runs] == [
        ("lecun_table", "300", "0")
    ] * 3
    assert json.loads(runs[2]["settings"])["prepare"] == ["deskewed"]
    assert result_files.settings_tried("lecun_table") == 2
    assert result_files.settings_tried("ideas") == 0
    assert capsys.readouterr().out.count(" %  ") == 3


def test_ideas_are_judged_by_development_images_and_go_on_where_they_stopped(small, capsys):
    main(["ideas", "--only", "deskewing", "--seeds", "1"])
    main(["ideas", "--seeds", "0", "1"])
    rows = stored(small / "ideas.json")["rows"]
    assert [row["name"] for row in rows] == list(STUDIES["ideas"])
    assert all([run["seed"] for run in row["runs"]] == [0, 1] for row in rows)
    assert capsys.readouterr().out.count("deskewing, seed 1") == 1


def test_an_unknown_row_is_named(small, capsys):
    with pytest.raises(SystemExit):
        main(["ideas", "--only", "luck"])
    assert "ideas has no row 'luck': squared error" in capsys.readouterr().err


def test_results_tell_how_they_were_made(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "sys.argv", ["anywhere/mnist/__main__.py", "final", "--only", "small, fast"]
    )
    results = {"answer": 42, "list": [1, 2.5, 3], "pairs": [[0, 1], [2, 3]]}
    result_files.save_results("one", results, started=0, folder=tmp_path)
    record = result_files.load_results("one", tmp_path)
    assert {key: record[key] for key in results} == results
    assert record["command"] == "python -m measurements.mnist final --only 'small, fast'"
    assert record["seconds"] > 1e9
    assert record["machine"]["cores"] >= 1
    assert set(record["versions"]) == {"python", "numpy", "pandas"}
    assert '"list": [1, 2.5, 3]' in (tmp_path / "one.json").read_text(encoding="utf-8")


# --- the stored files ----------------------------------------------------------------------------


@pytest.mark.parametrize("study", ["lecun_table", "ideas", "frontier", "final"])
def test_the_stored_settings_are_those_of_the_recipes(study):
    record = stored(result_files.RESULTS / f"{study}.json")
    rows = {row["name"]: row for row in record.get("rows", [])} or record["recipes"]
    for name, row in rows.items():
        assert row["settings"] == STUDIES[study][name]["settings"], f"{name} was measured otherwise"
        assert all({"seed", "cpu_seconds"} <= set(run) for run in row["runs"])


def test_the_stored_counts_of_settings_are_those_of_the_list():
    for study in ("lecun_table", "ideas", "frontier"):
        record = stored(result_files.RESULTS / f"{study}.json")
        assert record["settings_tried"] == result_files.settings_tried(study) > 0


@pytest.mark.parametrize("name", ["lecun_table", "ideas", "frontier", "final", "learning_curve"])
def test_the_stored_results_are_complete_and_name_no_place(name):
    record = stored(result_files.RESULTS / f"{name}.json")
    assert record["command"].startswith("python -m measurements.mnist")
    assert {"date", "seconds", "machine", "versions"} <= set(record)
    assert "/" not in record["command"]
