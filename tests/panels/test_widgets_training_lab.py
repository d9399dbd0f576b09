import asyncio
import threading
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("ipywidgets")

from helpers.data import Dataset, load_dataset, split
from helpers.settings import Settings
from helpers.training import train
from helpers.training_run import TrainingRun
from helpers.widgets.lab_controls import DEFAULTS
from helpers.widgets.lab_hints import find_hints
from helpers.widgets.lab_trainer import Trainer
from helpers.widgets.panel import OPEN_PANELS
from helpers.widgets.training_lab import TrainingLab

SETTINGS = {
    "layer_sizes": [4, 5, 3],
    "learning_rate": 0.5,
    "batch_size": 8,
    "optimizer": "adam",
    "max_epochs": 6,
    "patience": None,
    "min_delta": 0.0,
    "activation": "relu",
    "l2": 0.0,
    "augment": None,
    "learning_rate_schedule": None,
    "dtype": np.float64,
    "seed": 0,
}


def blobs(m, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, m)
    rows = np.clip(0.5 + 0.3 * np.eye(4)[labels, :] + 0.12 * rng.standard_normal((m, 4)), 0, 1)
    return Dataset(rows.T, labels, class_names=("a", "b", "c"), image_shape=(2, 2))


TRAIN_SET, DEV_SET = blobs(53, 1), blobs(31, 2)


@pytest.fixture
def lab():
    panel = TrainingLab(TRAIN_SET, DEV_SET, hidden=(5,), batch_size=8)
    yield panel
    panel.close()


def training_run(**settings):
    return TrainingRun(TRAIN_SET, DEV_SET, Settings(**(SETTINGS | settings)))


def move(lab, name, value):
    lab.controls.sliders[name].value = value


def click(lab, name):
    lab.parts.buttons[name].click()


def text(widget):
    return widget.value


# --- a training in slices ---------------------------------------------------------------------------------------


def test_an_epoch_in_slices_is_the_epoch_in_one_go():
    whole, sliced = training_run(), training_run()
    for _ in range(3):
        expected, rows = whole.run_epoch(), [sliced.advance(0) for _ in range(8)]
        assert rows[:7] == [None] * 7  # seven batches, the last one smaller; then the measuring ends the epoch
        assert {**rows[7], "seconds": 0} == {**expected, "seconds": 0}
    assert np.array_equal(whole.vector, sliced.vector)
    assert whole.state.rng_state == sliced.state.rng_state


def test_the_seconds_of_an_epoch_leave_out_what_lies_between_its_slices():
    run = training_run()
    assert run.advance(0) is None
    time.sleep(0.3)
    assert run.run_epoch()["seconds"] < 0.25


class SlowRun:
    """Stands for wide layers: every slice takes half a second."""

    def __init__(self):
        self.settings = SimpleNamespace(batch_size=None)
        self.vector, self.labels, self.stop_reason, self.slices = np.zeros(10**6), np.zeros(4000), None, 0

    def advance(self, seconds):
        time.sleep(0.5)
        self.slices += 1


def test_stop_does_not_wait_for_a_long_step():
    async def main():
        trainer = Trainer(SlowRun())
        task = asyncio.create_task(trainer.train(lambda row: None))
        await asyncio.sleep(0.1)
        trainer.stopped, begun = True, time.perf_counter()
        await task
        return time.perf_counter() - begun, trainer.run.slices

    seconds, slices = asyncio.run(main())
    assert seconds < 0.2
    assert slices == 0


def test_a_paused_training_holds_and_one_epoch_is_one_epoch():
    async def main():
        trainer, rows = Trainer(training_run(max_epochs=50)), []
        trainer.paused = True
        task = asyncio.create_task(trainer.train(rows.append))
        await asyncio.sleep(0.1)
        held = len(rows)
        trainer.single, trainer.paused = True, False
        while not trainer.paused:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        after_one = len(rows)
        trainer.paused = False
        await task
        return held, after_one, len(rows)

    assert asyncio.run(asyncio.wait_for(main(), 20)) == (0, 1, 50)


# --- the panel --------------------------------------------------------------------------------------------------


def test_a_move_retrains_and_the_result_is_that_of_train(lab):
    move(lab, "learning_rate", 0.5)
    expected = train(TRAIN_SET, DEV_SET, [4, 5, 3], learning_rate=0.5, batch_size=8, max_epochs=10, patience=10)
    pd.testing.assert_frame_equal(lab.result.history.drop(columns="seconds"), expected.history.drop(columns="seconds"))
    assert np.array_equal(lab.result.parameters[0].W, expected.parameters[0].W)
    assert len(lab.runs) == 2


def test_the_layers_follow_their_sliders(lab):
    move(lab, "layers", 3)
    assert lab.run.layer_sizes == [4, 5, 10, 10, 3]
    shown = [lab.controls.sliders[f"neurons {n}"].layout.display for n in range(1, 5)]
    assert shown == ["", "", "", "none"]
    move(lab, "layers", 0)
    assert [layer.W.shape for layer in lab.result.parameters] == [(3, 4)]


def test_without_live_mode_only_train_trains(lab):
    lab.parts.live.value = False
    move(lab, "epochs", 40)
    assert len(lab.runs) == 1
    click(lab, "train")
    assert len(lab.runs) == 2
    assert lab.result.stop_reason in ("early stopping", "max epochs")
    assert len(lab.result.history) > 10


def test_the_panel_says_in_words_why_a_training_ended(lab):
    move(lab, "patience", 1)
    assert "Early stopping: no better development accuracy for 1 epoch." in text(lab.parts.status)
    assert "steps a second" in text(lab.parts.status)


def test_one_epoch_more_goes_on_with_the_same_run(lab):
    history = lab.result.history.copy()
    click(lab, "one_more")
    assert len(lab.runs) == 1
    pd.testing.assert_frame_equal(lab.result.history.iloc[:10], history)
    expected = train(TRAIN_SET, DEV_SET, [4, 5, 3], learning_rate=0.1, batch_size=8, max_epochs=11, patience=None)
    assert np.array_equal(lab.result.last_parameters[0].W, expected.last_parameters[0].W)


def test_the_share_of_the_data_is_what_is_trained_on(lab):
    move(lab, "share", 50)
    assert len(lab.run.trainer.run.labels) == 26


def test_reset_forgets_the_runs_and_puts_the_controls_back(lab):
    move(lab, "learning_rate", 0.5)
    move(lab, "seed", 3)
    click(lab, "reset")
    assert len(lab.runs) == 1
    assert lab.controls.values() == DEFAULTS | {"hidden": (5,), "batch_size": 8}


def slow_down(lab):
    """Let an hour pass between two runs, as it were."""
    for run in lab.runs:
        run.ended_at = -np.inf


def test_only_the_newest_run_keeps_its_images(lab):
    for seed in (1, 2):
        slow_down(lab)
        move(lab, "seed", seed)
    *earlier, newest = [run.trainer.run for run in lab.runs]
    assert [run.train_rows is None and run.dev_X is None for run in (*earlier, newest)] == [True, True, False]
    epochs = len(newest.state.history)
    click(lab, "one_more")
    assert len(lab.result.history) == epochs + 1


def test_earlier_runs_stay_in_gray_and_in_a_table_that_can_be_sorted(lab):
    for rate in (0.5, 0.001):
        slow_down(lab)
        move(lab, "learning_rate", rate)
    gray = [line for line in lab.screen.curves.parts[1]["pale"] if len(line.get_xdata())]
    assert len(gray) == 2
    np.testing.assert_allclose(gray[0].get_ydata(), lab.runs[0].result.history["dev_accuracy"])

    lab.parts.sort_by.value = "learning rate"
    assert order(lab) == ["0.5", "0.1", "0.001"]
    lab.parts.descending.value = False
    assert order(lab) == ["0.001", "0.1", "0.5"]


def order(lab):
    """The learning rates of the table, from top to bottom."""
    return [row.split("<td")[3].split(">")[1].split("<")[0] or row.split("<b>")[1].split("<")[0] for row in rows(lab)]


def rows(lab):
    return text(lab.parts.table).split("<tbody>")[1].split("<tr>")[1:]


def test_a_run_can_be_compared_with_the_present_one(lab):
    slow_down(lab)
    move(lab, "learning_rate", 0.5)
    lab.parts.compare.value = 1
    other = lab.screen.curves.parts[0]["other"]
    np.testing.assert_allclose(other.get_ydata(), lab.runs[0].result.history["dev_loss"])
    assert other.get_marker() == "s"  # told apart not by color alone
    assert [len(line.get_xdata()) for line in lab.screen.curves.parts[0]["pale"]] == [0] * 5
    slow_down(lab)
    move(lab, "learning_rate", 1.0)
    assert lab.parts.compare.value == 1


def test_runs_of_one_move_leave_a_single_row(lab):
    for rate in (0.15, 0.2, 0.3):
        move(lab, "learning_rate", rate)
    assert [run.values["learning_rate"] for run in lab.runs] == [0.1, 0.3]


def test_of_many_moves_the_newest_wins():
    async def main():
        lab = TrainingLab(TRAIN_SET, DEV_SET, hidden=(5,), batch_size=8)
        started, start = [], lab.book.start
        lab.book.start = lambda values, live: started.append(values["learning_rate"]) or start(values, live)
        for rate in (0.15, 0.2, 0.3, 0.5, 0.7, 1.0):
            move(lab, "learning_rate", rate)
        while lab.tasks:
            await asyncio.sleep(0.01)
        return started, lab.run.values["learning_rate"]

    started, last = asyncio.run(main())
    assert started == [1.0]
    assert last == 1.0


def test_callbacks_may_come_from_another_thread():
    async def main():
        lab = TrainingLab(TRAIN_SET, DEV_SET, hidden=(5,), batch_size=8)
        thread = threading.Thread(target=move, args=(lab, "learning_rate", 0.5))
        thread.start()
        while lab.run.number == 1 or lab.tasks:
            await asyncio.sleep(0.01)
        thread.join()
        return lab.last_error, lab.result.history["learning_rate"].iloc[0]

    # in debug mode the loop refuses what is not safe between threads
    assert asyncio.run(asyncio.wait_for(main(), 20), debug=True) == (None, 0.5)


def test_stop_keeps_the_finished_epochs_and_other_tasks_run_meanwhile():
    async def main():
        lab = TrainingLab(TRAIN_SET, DEV_SET, hidden=(5,), batch_size=8, epochs=200, patience=50, learning_rate=1e-4)
        click(lab, "train")
        turns = 0
        while len(lab.run.history) < 12 or lab.run.number == 1:
            await asyncio.sleep(0)
            turns += 1
        enabled = {name for name, button in lab.parts.buttons.items() if not button.disabled}
        click(lab, "stop")
        while lab.tasks:
            await asyncio.sleep(0.01)
        return lab, turns, enabled

    lab, turns, enabled = asyncio.run(asyncio.wait_for(main(), 20))
    assert turns > 2
    assert enabled == {"train", "pause", "stop", "reset"}
    assert lab.result.stop_reason == "interrupted"
    assert 12 <= len(lab.result.history) < 50
    assert "Stopped by you" in text(lab.parts.status)


def test_an_error_in_a_callback_is_shown_and_the_panel_lives_on(lab, monkeypatch):
    monkeypatch.setattr(lab.book, "start", lambda *arguments: 1 / 0)
    click(lab, "train")
    assert "ZeroDivisionError: division by zero" in text(lab.error_line)
    assert lab.error_line.layout.display == ""
    monkeypatch.undo()
    click(lab, "train")
    assert len(lab.runs) >= 1
    assert lab.error_line.layout.display == "none"


def test_a_run_that_diverged_is_said_so_and_cannot_go_on():
    lab = TrainingLab(TRAIN_SET, DEV_SET, hidden=(5,), batch_size=8, learning_rate=1e200)
    assert lab.result.stop_reason == "diverged"
    assert "Diverged in epoch" in text(lab.parts.status)
    assert [row.children[1].description for row in lab.parts.hints.children] == ["Learning rate ÷ 10"]
    click(lab, "one_more")
    assert "this run has diverged" in text(lab.error_line)
    assert "ValueError" not in text(lab.error_line)


@pytest.mark.parametrize("cell", ["a cell's id", None])
def test_making_the_panel_again_ends_the_tasks_of_the_one_before(monkeypatch, cell):
    monkeypatch.setattr("helpers.widgets.panel.current_cell", lambda: cell)

    async def main():
        first = TrainingLab(TRAIN_SET, DEV_SET, hidden=(5,), epochs=200, patience=50, learning_rate=1e-4)
        click(first, "train")
        while first.run.number == 1:
            await asyncio.sleep(0)
        click(first, "pause")
        await asyncio.sleep(0.05)
        assert first.tasks
        assert first.view.comm is not None
        second = TrainingLab(TRAIN_SET, DEV_SET, hidden=(5,))
        await asyncio.sleep(0.1)
        return first, second

    first, second = asyncio.run(main())
    assert not first.tasks
    assert (first.view.comm is None) == (cell is not None)
    assert not first.parts.buttons["train"].disabled
    assert second in OPEN_PANELS.values()
    assert first not in OPEN_PANELS.values()


# --- what it shows ----------------------------------------------------------------------------------------------


def test_live_widget_first_and_a_static_figure_in_its_place(lab):
    data, metadata = lab._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == lab.view.model_id
    assert data["image/png"]
    assert metadata["image/png"]["alt"] == data["text/plain"]
    again = TrainingLab(TRAIN_SET, DEV_SET, hidden=(5,), batch_size=8)
    assert again._repr_mimebundle_()[0]["text/plain"] == data["text/plain"]
    assert again._repr_mimebundle_()[0]["image/png"] == data["image/png"]


def test_every_control_says_what_it_is(lab):
    controls = [*lab.controls.sliders.values(), *lab.parts.buttons.values()]
    controls += [lab.parts.live, lab.parts.compare, lab.parts.sort_by, lab.parts.descending]
    for control in controls:
        assert control.description
        assert control.tooltip


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
def test_settings_that_do_not_fit_are_refused(start, message):
    with pytest.raises(ValueError, match=message):
        TrainingLab(TRAIN_SET, DEV_SET, **start)


def test_data_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="dev_set has no labels"):
        TrainingLab(TRAIN_SET, Dataset(DEV_SET.X, None, ("a", "b", "c"), (2, 2)))
    with pytest.raises(ValueError, match="train_set is a int"):
        TrainingLab(3, DEV_SET)


# --- hints ------------------------------------------------------------------------------------------------------


def hints(
    train_loss, dev_loss=None, *, train_accuracy=0.9, dev_accuracy=0.88, stop_reason="max epochs", dead=(), **own
):
    dev_loss = train_loss if dev_loss is None else dev_loss
    history = pd.DataFrame(
        {
            "train_loss": train_loss,
            "dev_loss": dev_loss,
            "train_accuracy": train_accuracy,
            "dev_accuracy": dev_accuracy,
        }
    )
    result = SimpleNamespace(history=history, stop_reason=stop_reason)
    return [(hint.problem, hint.cure) for hint in find_hints(DEFAULTS | own, result, list(dead))]


FALLING = [1.0, 0.5, 0.3, 0.2, 0.15, 0.12, 0.11]


def test_a_good_training_gets_no_hint():
    assert hints(FALLING) == []


def test_divergence_is_cured_by_a_tenth_of_the_learning_rate():
    assert hints([2.3, 5.0, np.nan], stop_reason="diverged") == [("diverged", {"learning_rate": 0.01})]
    assert hints([2.3, 5.0, 50.0]) == [("diverged", {"learning_rate": 0.01})]


def test_a_loss_that_falls_in_a_straight_line_wants_a_larger_learning_rate():
    straight = [2.3 - 0.05 * epoch for epoch in range(10)]
    assert hints(straight) == [("learning rate too small", {"learning_rate": pytest.approx(0.3)})]


def test_dead_neurons_are_cured_by_smaller_steps_or_another_seed():
    smaller = {"learning_rate": pytest.approx(0.1 / 3)}
    assert hints(FALLING, dead=[(3, 10, 0), (0, 10, 0)]) == [("dead ReLUs", smaller)]
    assert hints(FALLING, dead=[(3, 10, 3)]) == [("dead ReLUs", {"seed": 1})]
    assert hints(FALLING, dead=[(1, 10, 0)]) == []


def test_over_fitting_is_cured_by_data_then_by_a_penalty_then_by_patience():
    rising = [1.0, 0.6, 0.45, 0.44, 0.46, 0.5, 0.58]
    assert hints(FALLING, rising, share=40) == [("over-fitting", {"share": 100})]
    assert hints(FALLING, rising) == [("over-fitting", {"l2": 0.01})]
    assert hints(FALLING, rising, l2=0.03) == [("over-fitting", {"patience": 3})]
    assert hints(FALLING, train_accuracy=0.99, dev_accuracy=0.75) == [("over-fitting", {"l2": 0.01})]


def test_the_button_of_a_hint_applies_the_cure_and_trains(lab):
    slow_down(lab)
    move(lab, "learning_rate", 1e-4)
    (button,) = [row.children[1] for row in lab.parts.hints.children if "small" in row.children[0].value]
    slow_down(lab)
    button.click()
    assert lab.controls.values()["learning_rate"] == pytest.approx(3e-4)
    assert lab.result.history["learning_rate"].iloc[0] == pytest.approx(3e-4)
    assert len(lab.runs) == 3


def test_the_buttons_of_the_hints_lead_from_a_hopeless_start_to_a_good_network():
    train_set, dev_set = split(load_dataset("digits"), 1000, np.random.default_rng(0))
    lab = TrainingLab(train_set, dev_set)
    lab.controls.set({"learning_rate": 1.0})
    lab.train()
    assert lab.result.best_dev_accuracy < 0.3
    pressed = []
    while lab.parts.hints.children and len(pressed) < 8:
        button = lab.parts.hints.children[0].children[1]
        pressed.append(button.description)
        button.click()
    assert pressed[0] == "Learning rate ÷ 10"
    assert pressed[-1] == "L2 penalty 0.01"
    assert lab.result.best_dev_accuracy > 0.89
