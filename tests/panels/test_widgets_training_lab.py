"""The training lab without a browser: its controls are moved and pressed as a reader would."""

import asyncio
import mmap
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from shared import shown_without_browser
from small_data import DEV_SET, TRAIN_SET, blobs

pytest.importorskip("anywidget")

from helpers.data import Dataset, load_dataset, split
from helpers.network import initialize_parameters
from helpers.training import Settings, train
from helpers.widgets import DigitPad, MistakeExplorer, NetworkInspector, TrainingLab
from helpers.widgets.panel import OPEN_PANELS
from helpers.widgets.training_lab.hints import Bounds
from helpers.widgets.training_lab.runs import Run

SIZES = [4, 5, 3]
SLOW = {"epochs": 200, "patience": 50, "learning_rate": 1e-4}


def new_lab(**start):
    return TrainingLab(TRAIN_SET, DEV_SET, **{"hidden": (5,), "batch_size": 8} | start)


@pytest.fixture
def lab():
    panel = new_lab()
    yield panel
    assert panel.last_error is None
    panel.close()


def new_run(sizes=SIZES, **settings):
    settings = {"learning_rate": 0.5, "batch_size": 8, "max_epochs": 6} | settings
    settings = Settings(layer_sizes=sizes, patience=None, **settings)
    return Run(1, {}, TRAIN_SET, DEV_SET, settings)


def said(lab):
    return lab.surface.frame["said"]


def until_idle(lab):
    async def wait():
        while lab.tasks:
            await asyncio.sleep(0.01)

    return wait()


def later(lab):
    """Let an hour pass between two runs, as it were."""
    for run in lab.runs:
        run.ended_at = -np.inf


@pytest.fixture(scope="module")
def digits():
    return split(load_dataset("digits"), 1000, np.random.default_rng(0))


# --- a run in slices


def test_a_run_in_slices_is_the_run_in_one_go():
    whole, sliced = new_run(), new_run()
    for _ in range(3):
        assert whole.advance()
        # seven batches, the last one smaller; then the measuring ends the epoch
        assert [sliced.advance(0) for _ in range(8)] == [False] * 7 + [True]
    assert np.array_equal(whole.state.vector, sliced.state.vector)
    assert whole.state.rng_state == sliced.state.rng_state


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_long_run_gives_freed_memory_back_to_the_system(monkeypatch):
    def resident():
        return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE / 1e6

    def freed():
        """Free 50 MB in small pieces, but for the last, so that they stay in the middle."""
        pieces = [np.ones(8_000) for _ in range(800)]
        return pieces[-1]

    def end_a_run(long):
        monkeypatch.setattr("helpers.widgets.training_lab.runs.LONG", 0 if long else 1e9)
        new_run().end()
        return resident()

    before = end_a_run(long=True)
    kept = freed()
    assert end_a_run(long=False) > before + 30, "without it the test shows nothing"
    assert end_a_run(long=True) < before + 10
    del kept


def test_stop_does_not_wait_for_a_long_step():
    def slow(X, rng):
        time.sleep(0.5)
        return X

    async def main():
        run, epochs = new_run([4, 5 * 10**5, 3], batch_size=None, augment=slow), []
        task = asyncio.create_task(run.train(lambda: epochs.append(1)))
        await asyncio.sleep(0.1)
        run.stopped, begun = True, time.perf_counter()
        await task
        run.end()
        seconds = time.perf_counter() - begun
        await asyncio.sleep(0.6)  # what the thread still finishes is not the run's any more
        return seconds, epochs, len(run.history)

    seconds, epochs, rows = asyncio.run(main())
    assert seconds < 0.3
    assert (epochs, rows) == ([], 0)


def test_a_paused_run_holds_and_one_epoch_is_one_epoch():
    async def main():
        run = new_run(max_epochs=50)
        run.paused, counts = True, []
        task = asyncio.create_task(run.train(lambda: None))
        await asyncio.sleep(0.1)
        counts.append(len(run.history))
        run.single, run.paused = True, False
        while not run.paused:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        counts.append(len(run.history))
        run.paused = False
        await task
        return [*counts, len(run.history)]

    assert asyncio.run(asyncio.wait_for(main(), 20)) == [0, 1, 50]


# --- the panel


def test_a_move_retrains_and_the_result_is_that_of_train(lab):
    lab.set(learning_rate=0.5)
    settings = {"learning_rate": 0.5, "batch_size": 8, "max_epochs": 10, "patience": 10}
    expected = train(TRAIN_SET, DEV_SET, SIZES, **settings)
    histories = [result.history.drop(columns="seconds") for result in (lab.result, expected)]
    pd.testing.assert_frame_equal(*histories)
    assert np.array_equal(lab.result.parameters[0].W, expected.parameters[0].W)
    assert len(lab.runs) == 2


def test_curves_begin_before_the_first_step(lab):
    curves, history = lab.surface.frame["run"]["curves"], lab.result.history
    assert curves["dev_loss"][1:] == list(history["dev_loss"])
    rng = np.random.default_rng(0)
    first = train(TRAIN_SET, DEV_SET, SIZES, learning_rate=1e-12, max_epochs=1)
    assert curves["train_loss"][0] == pytest.approx(first.history["train_loss"][1])
    assert len(initialize_parameters(SIZES, rng)) == 2


def test_the_first_point_of_a_curve_is_measured_on_the_same_examples_as_the_others():
    settings = {"learning_rate": 1e-12, "batch_size": 1000, "max_epochs": 1}
    run = Run(1, {}, blobs(25_000, 3), DEV_SET, Settings(layer_sizes=SIZES, **settings))
    run.advance()
    assert np.ptp(run.curve("train_loss")) < 1e-9


@pytest.mark.parametrize(
    "setting",
    [
        {"batch_size": None},
        {"optimizer": "adam"},
        {"activation": "tanh"},
        {"hidden": ()},
        {"share": 50},
        {"l2": 0.01},
    ],
)
def test_each_setting_reaches_the_run(lab, setting):
    lab.set(**setting)
    ((name, value),) = setting.items()
    assert lab.run.values[name] == value
    assert lab.run.number == 2
    sizes = [4, 3] if name == "hidden" else SIZES
    steps = {"batch_size": 1, "share": 4}.get(name, 7)
    assert (lab.run.settings.layer_sizes, lab.run.steps_an_epoch) == (sizes, steps)


@pytest.mark.parametrize(
    "do",
    [
        lambda lab: None,
        lambda lab: lab.one_more(),
        lambda lab: lab.set(share=50, batch_size=None, optimizer="momentum", activation="sigmoid"),
        lambda lab: lab.set(l2=0.003, seed=7, hidden=(3, 2), patience=2),
        lambda lab: (lab.set(patience=1), lab.one_more(), lab.one_more()),
        lambda lab: lab.set(learning_rate=10.0, hidden=(8, 8, 8, 8)),
    ],
)
def test_the_line_of_code_repeats_the_run_exactly(lab, do):
    do(lab)
    names = {"train": train, "np": np, "train_set": TRAIN_SET, "dev_set": DEV_SET}
    again = eval(lab.code, names)
    assert lab.code == lab.surface.page["lines"][0][1]
    pd.testing.assert_frame_equal(
        again.history.drop(columns="seconds"), lab.result.history.drop(columns="seconds")
    )
    assert np.array_equal(again.last_parameters[0].W, lab.result.last_parameters[0].W)
    opened = eval(lab.surface.page["lines"][1][1], names | {"TrainingLab": TrainingLab})
    assert opened.values == lab.values


def test_without_live_mode_only_train_trains(lab):
    lab.surface.live = False
    lab.set(epochs=40)
    assert len(lab.runs) == 1
    lab.train()
    assert len(lab.runs) == 2
    assert lab.result.stop_reason in ("early stopping", "max epochs")
    assert len(lab.result.history) > 10


def test_live_mode_switched_on_does_the_move_that_has_waited(lab):
    lab.surface.live = False
    lab.set(learning_rate=0.5)
    lab.surface.live = True
    assert lab.run.values["learning_rate"] == 0.5


def test_the_panel_says_in_words_why_a_run_ended(lab):
    lab.set(patience=1)
    assert "Early stopping: no better development accuracy for 1 epoch." in said(lab)
    assert "steps per second" in said(lab)
    lab.one_more()
    assert "Continued epoch by epoch" in said(lab)


def test_one_epoch_more_goes_on_with_the_same_run(lab):
    history = lab.result.history.copy()
    lab.one_more()
    assert len(lab.runs) == 1
    pd.testing.assert_frame_equal(lab.result.history.iloc[:10], history)
    assert len(lab.result.history) == 11


def test_reset_forgets_the_runs_and_can_be_undone(lab):
    start = lab.values
    lab.set(learning_rate=0.5)
    later(lab)
    lab.set(seed=3)
    lab.reset()
    assert (len(lab.runs), lab.values) == (1, start)
    assert lab.surface.page["forgotten"] == 3
    lab.undo()
    assert (len(lab.runs), lab.values["seed"], lab.run.number) == (3, 3, 3)


def test_a_run_can_be_brought_back_with_its_settings_and_goes_on(lab):
    for rate in (0.5, 0.001):
        later(lab)
        lab.set(learning_rate=rate)
    lab.back_to(2)
    assert (lab.values["learning_rate"], lab.run.number, len(lab.runs)) == (0.5, 2, 3)
    assert lab.surface.frame["run"]["number"] == 2
    lab.one_more()
    assert len(lab.runs[1].history) == 11
    later(lab)
    lab.set(learning_rate=0.7)
    assert lab.run.number == 4
    with pytest.raises(ValueError, match="no run 9"):
        lab.back_to(9)


def test_the_networks_of_old_runs_are_let_go_and_trained_again(lab, monkeypatch):
    monkeypatch.setattr("helpers.widgets.training_lab.runs.MOST_BYTES", 1)
    accuracy = lab.result.best_dev_accuracy
    later(lab)
    lab.set(learning_rate=0.5)
    assert lab.runs[0].result is None
    assert len(lab.runs[0].history) == 10
    later(lab)
    lab.back_to(1)
    assert (lab.run.number, lab.result.best_dev_accuracy) == (3, accuracy)


def test_runs_of_one_move_leave_a_single_row_but_not_that_of_train(lab):
    for rate in (0.15, 0.2, 0.3):
        lab.set(learning_rate=rate)
    assert [run.values["learning_rate"] for run in lab.runs] == [0.1, 0.3]
    lab.train()
    assert [run.number for run in lab.runs] == [1, 2, 3]


def test_five_seeds_repeat_the_run_on_show(lab):
    lab.five_seeds()
    alone = [
        train(TRAIN_SET, DEV_SET, SIZES, learning_rate=0.1, batch_size=8, max_epochs=10, seed=seed)
        for seed in range(5)
    ]
    best = [result.best_dev_accuracy for result in alone]
    shown = lab.surface.frame["run"]
    assert shown["seeds"] == 5
    assert (shown["accuracy"], shown["spread"]) == pytest.approx(
        (np.mean(best), np.std(best, ddof=1))
    )
    losses = np.array([result.history["dev_loss"] for result in alone])
    low, high = shown["band"]["dev_loss"]
    assert low[1:] == pytest.approx(list(losses.mean(0) - losses.std(0, ddof=1)))
    assert high[1:] == pytest.approx(list(losses.mean(0) + losses.std(0, ddof=1)))
    assert f"With 5 seeds: {np.mean(best):.3f}" in said(lab)
    assert len(lab.runs) == 1
    lab.one_more()
    assert lab.surface.frame["run"]["seeds"] == 1, "eleven epochs are not to be compared with ten"


def test_mistakes_are_the_surest_ones_and_those_that_change_are_named(lab):
    before = set(np.flatnonzero(predictions(lab) != DEV_SET.labels))
    later(lab)
    lab.set(learning_rate=0.001, seed=5)
    now = set(np.flatnonzero(predictions(lab) != DEV_SET.labels))
    shown = lab.surface.page["mistakes"]
    assert f"Run 2 misreads {len(now)} of 31" in shown["said"]
    assert f"{len(now - before)} new, {len(before - now)} fixed since run 1" in shown["said"]
    wrong = [tile for tile in shown["tiles"] if tile["state"] != "fixed"]
    assert len(wrong) == min(12, len(now))
    for tile in shown["tiles"]:
        column, said = tile["column"], DEV_SET.class_names[predictions(lab)[tile["column"]]]
        expected = "fixed" if column in before - now else "new" if column in now - before else ""
        assert (tile["state"], tile["is"]) == (
            expected,
            DEV_SET.class_names[DEV_SET.labels[column]],
        )
        assert tile["state"] == "fixed" or tile["said"] == said
    assert len(shown["pixels"]) == 4 * len(shown["tiles"])


def predictions(lab):
    from helpers.evaluation import make_predictions

    return make_predictions(lab.result.parameters, DEV_SET.X)


def test_the_first_layer_is_shown_as_it_stands(lab):
    shown, W = lab.surface.frame["weights"], lab.result.parameters[0].W
    pixels = np.frombuffer(shown["pixels"], np.uint8).reshape(5, 4).astype(int) - 128
    assert (shown["count"], shown["shape"]) == (5, [2, 2])
    assert np.corrcoef(pixels.ravel(), W.ravel())[0, 1] > 0.99
    assert (np.sign(pixels) * np.sign(W) >= 0).all()


def test_other_panels_follow_the_run_on_show(digits):
    lab = TrainingLab(*digits)
    explorer, pad, inspector = MistakeExplorer(lab), DigitPad(lab), NetworkInspector(lab)
    later(lab)
    lab.set(hidden=(12,), activation="tanh")
    W = lab.result.parameters[0].W
    for parameters in (explorer.answers.parameters[0], pad.parameters, inspector.parameters):
        assert np.array_equal(parameters[0].W, W)
    assert (explorer.answers.activation, pad.activation, inspector.activation) == ("tanh",) * 3
    tile = lab.surface.page["mistakes"]["tiles"][5]
    lab.look_at(tile["column"])
    answer = lab.surface.frame["answer"]
    assert answer["names"][int(np.argmax(answer["shares"]))] == tile["said"]
    assert tile["column"] in [card["column"] for card in explorer.surface.page["cards"]]
    assert explorer.last_error is pad.last_error is inspector.last_error is None
    explorer.close()
    lab.back_to(1)
    assert len(pad.parameters) == 3
    assert len(explorer.answers.parameters[0]) == 2, "a panel that was closed follows no more"


# --- while it trains


@pytest.mark.parametrize("again", [False, True])
def test_the_first_run_opens_at_once_and_does_the_rest_of_its_epochs_beside_other_cells(
    monkeypatch, again
):
    monkeypatch.setattr("helpers.widgets.training_lab.runs.FIRST_FLOPS", 1)

    async def main():
        lab, epochs = new_lab(), []
        epochs.append(len(lab.run.history))
        await until_idle(lab)
        if again:
            lab.reset()
            await until_idle(lab)
        return lab, [*epochs, len(lab.run.history)]

    lab, epochs = asyncio.run(asyncio.wait_for(main(), 20))
    assert epochs == [1, 10]
    assert (lab.run.number, lab.run.stop_reason, len(lab.runs)) == (1, "max epochs", 1)
    assert lab.surface.page["runs"][0]["curves"]["dev_loss"][1:] == list(
        lab.result.history["dev_loss"]
    )
    expected = train(TRAIN_SET, DEV_SET, SIZES, learning_rate=0.1, batch_size=8, max_epochs=10)
    assert np.array_equal(lab.result.last_parameters[0].W, expected.last_parameters[0].W)


def test_a_move_overtakes_the_rest_of_the_first_run(monkeypatch):
    monkeypatch.setattr("helpers.widgets.training_lab.runs.FIRST_FLOPS", 1)

    async def main():
        lab = new_lab()
        lab.set(learning_rate=0.5)
        await until_idle(lab)
        return lab

    lab = asyncio.run(asyncio.wait_for(main(), 20))
    assert [len(run.history) for run in lab.runs] == [1, 10]
    assert lab.run.values["learning_rate"] == 0.5


def test_of_many_moves_the_newest_wins():
    async def main():
        lab, heard = new_lab(), []
        lab.surface.observe(lambda change: heard.append(change.new["said"]), "frame")
        for rate in (0.15, 0.2, 0.3, 0.5, 0.7, 1.0):
            lab.set(learning_rate=rate)
        await until_idle(lab)
        return lab, heard

    lab, heard = asyncio.run(main())
    assert lab.run.values["learning_rate"] == 1.0
    assert sum("Training run 2: 0 of" in text for text in heard) == 1, "the others are not trained"


def test_callbacks_may_come_from_another_thread():
    async def main():
        lab = new_lab()
        thread = threading.Thread(target=lab.set, kwargs={"learning_rate": 0.5})
        thread.start()
        while lab.run.number == 1 or lab.tasks:
            await asyncio.sleep(0.01)
        thread.join()
        return lab.last_error, lab.result.history["learning_rate"].iloc[0]

    # in debug mode the loop refuses what is not safe between threads
    assert asyncio.run(asyncio.wait_for(main(), 20), debug=True) == (None, 0.5)


def test_stop_keeps_the_finished_epochs_and_the_move_made_meanwhile_is_done():
    async def main():
        lab, turns = new_lab(**SLOW), 0
        lab.train()
        while len(lab.run.history) < 12 or lab.run.number == 1:
            await asyncio.sleep(0)
            turns += 1
        lab.pause()
        lab.set(learning_rate=0.5)
        await asyncio.sleep(0.05)
        unchanged = (lab.run.values["learning_rate"], lab.surface.frame["long"])
        lab.stop()
        await until_idle(lab)
        return lab, turns, unchanged

    lab, turns, unchanged = asyncio.run(asyncio.wait_for(main(), 20))
    assert turns > 2
    assert unchanged == (1e-4, True)
    stopped = lab.runs[1]
    assert stopped.stop_reason == "interrupted"
    assert 12 <= len(stopped.history) < 200
    assert lab.run.values == lab.values
    assert lab.run.values["learning_rate"] == 0.5


def test_stop_is_said_and_leaves_the_lab_idle():
    async def main():
        lab = new_lab(**SLOW)
        lab.train()
        while len(lab.run.history) < 3 or lab.run.number == 1:
            await asyncio.sleep(0)
        lab.stop()
        await until_idle(lab)
        return lab

    lab = asyncio.run(asyncio.wait_for(main(), 20))
    assert "Stopped by you" in said(lab)
    assert (lab.surface.frame["phase"], lab.surface.page["number"]) == ("idle", 2)


def test_reset_while_a_run_goes_on_ends_with_the_first_run():
    async def main():
        lab = new_lab()
        lab.set(learning_rate=0.5)
        while lab.run.number == 1:
            await asyncio.sleep(0)
        lab.reset()
        await until_idle(lab)
        return lab

    lab = asyncio.run(asyncio.wait_for(main(), 20))
    assert (lab.run.number, len(lab.runs), lab.run.values) == (1, 1, lab.values)


def test_a_run_that_diverged_is_said_so_and_cannot_go_on():
    lab = new_lab(learning_rate=1e200)
    assert lab.result.stop_reason == "diverged"
    assert "Diverged in epoch" in said(lab)
    assert None in lab.surface.frame["run"]["curves"]["train_loss"]
    assert [hint.button for hint in lab.hints] == ["Learning rate ÷ 10"]
    lab.guard(lab.one_more)()
    assert lab.surface.error.startswith("this run has diverged")
    lab.set(learning_rate=0.1)
    assert lab.surface.error == ""
    assert lab.result.stop_reason == "max epochs"


@pytest.mark.parametrize("cell", ["a cell's id", None])
def test_making_the_panel_again_ends_the_tasks_of_the_one_before(monkeypatch, cell):
    monkeypatch.setattr("helpers.widgets.panel.current_cell", lambda: cell)

    async def main():
        first = new_lab(**SLOW)
        first.train()
        while first.run.number == 1:
            await asyncio.sleep(0)
        first.pause()
        await asyncio.sleep(0.05)
        assert first.tasks
        second = new_lab()
        await asyncio.sleep(0.1)
        return first, second

    first, second = asyncio.run(main())
    assert not first.tasks
    assert (first.view.comm is None) == (cell is not None)
    assert first.surface.frame["phase"] == "idle"
    assert second in OPEN_PANELS.values()
    assert first not in OPEN_PANELS.values()


# --- what it shows


def test_live_widget_first_and_a_static_figure_in_its_place(lab):
    assert shown_without_browser(lab).startswith("Panel with sliders: Learning rate 0.1")
    again, first = new_lab()._repr_mimebundle_()[0], lab._repr_mimebundle_()[0]
    assert again["text/plain"] == first["text/plain"]
    assert again["image/png"] == first["image/png"]


def test_every_control_says_what_it_is(lab):
    controls = lab.surface.controls
    assert {"learning_rate", "layers", "neurons 4", "activation", "seed"} < {
        c["name"] for c in controls
    }
    assert all(control["label"] and control["words"].endswith(".") for control in controls)


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ({"speed": 3}, "speed: no setting of the lab"),
        ({"hidden": (10,) * 5}, "up to 4 layers"),
        ({"hidden": (0,)}, "neurons"),
        ({"learning_rate": -1}, "learning_rate"),
        ({"batch_size": 33}, "batch_size is 33"),
    ],
)
def test_settings_that_do_not_fit_are_refused(lab, start, message):
    with pytest.raises(ValueError, match=message):
        TrainingLab(TRAIN_SET, DEV_SET, **start)
    with pytest.raises(ValueError, match=message):
        lab.set(**start)


def test_data_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="dev_set has no labels"):
        TrainingLab(TRAIN_SET, Dataset(DEV_SET.X, None, ("a", "b", "c"), (2, 2)))
    with pytest.raises(TypeError, match="train_set is 3, expected a Dataset"):
        TrainingLab(3, DEV_SET)


# --- hints

BAD = [
    *({"learning_rate": rate} for rate in (1e-4, 1e-3, 1.0, 3.0, 10.0)),
    *({"optimizer": "adam", "learning_rate": rate} for rate in (1e-4, 0.1, 1.0)),
    *({"share": 5, "learning_rate": rate} for rate in (0.01, 0.1, 1.0)),
    *({"hidden": hidden} for hidden in ((1,), (10, 1), (2, 2, 2, 2), (1, 1, 1, 1))),
    {"batch_size": None},
    {"batch_size": 1024, "learning_rate": 1e-3},
    {"optimizer": "momentum", "learning_rate": 1.0},
    {"hidden": (10, 10, 10, 10), "activation": "sigmoid"},
    {"epochs": 1, "share": 5, "hidden": (3,)},
]


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_the_first_hint_again_and_again_leads_to_a_good_network(digits, bad):
    lab = TrainingLab(*digits, **bad)
    pressed = []
    while lab.hints and len(pressed) < 20:
        settings = [set(hint.cure) for hint in lab.hints]
        assert len(settings) < 2 or not settings[0] & settings[1], "two hints move one setting"
        pressed.append((lab.hints[0].button, round(lab.result.best_dev_accuracy, 3)))
        lab.cure(lab.hints[0])
    assert not lab.hints, pressed
    assert lab.result.best_dev_accuracy > 0.84, pressed
    assert 0 < len(pressed) <= 8


def test_hints_of_the_rate_close_in_on_what_lies_between():
    def pressed(step, rate, factor):
        hint = step("problem", "text", rate, factor)
        return hint and (hint.button, pytest.approx(hint.cure["learning_rate"], rel=0.01))

    bounds = Bounds()
    assert pressed(bounds.lower, 1.0, 10) == ("Learning rate ÷ 10", 0.1)
    assert pressed(bounds.raise_, 0.1, 3) == ("Learning rate × 3", 0.3)
    assert pressed(bounds.lower, 0.3, 3) == ("Learning rate 0.15, between the two", 0.15)
    assert pressed(bounds.raise_, 0.15, 3) == ("Learning rate 0.2, between the two", 0.2)
    assert pressed(bounds.raise_, 0.2, 3) is None


def test_a_good_run_gets_no_hint(digits):
    lab = TrainingLab(*digits)
    assert lab.hints == []
    lab.train()
    assert [hint.problem for hint in lab.hints] == ["overfitting"]
