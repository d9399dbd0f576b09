"""The training lab without a browser: its controls are moved and pressed as a reader would."""

import asyncio
import threading
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from shared import shown_without_browser
from small_data import DEV_SET, TRAIN_SET

pytest.importorskip("ipywidgets")

from helpers.data import Dataset, load_dataset, split
from helpers.training import Settings, train
from helpers.widgets import TrainingLab
from helpers.widgets.panel import OPEN_PANELS
from helpers.widgets.training_lab.controls import DEFAULTS
from helpers.widgets.training_lab.hints import find_hints
from helpers.widgets.training_lab.runs import Run

SIZES = [4, 5, 3]


def new_lab(**start):
    return TrainingLab(TRAIN_SET, DEV_SET, **{"hidden": (5,), "batch_size": 8} | start)


@pytest.fixture
def lab():
    panel = new_lab()
    yield panel
    panel.close()


def new_run(sizes=SIZES, **settings):
    settings = {"learning_rate": 0.5, "batch_size": 8, "max_epochs": 6} | settings
    settings = Settings(layer_sizes=sizes, patience=None, **settings)
    return Run(1, DEFAULTS, TRAIN_SET, DEV_SET, settings)


def move(lab, name, value):
    lab.controls.sliders[name].value = value


def click(lab, name):
    lab.parts.buttons[name].click()


def hint_buttons(lab):
    return [row.children[1] for row in lab.parts.hints.children]


def until_idle(lab):
    async def wait():
        while lab.tasks:
            await asyncio.sleep(0.01)

    return wait()


def slow_down(lab):
    """Let an hour pass between two runs, as it were."""
    for run in lab.runs:
        run.ended_at = -np.inf


# --- a run in slices


def test_a_run_in_slices_is_the_run_in_one_go():
    whole, sliced = new_run(), new_run()
    for _ in range(3):
        assert whole.advance()
        # seven batches, the last one smaller; then the measuring ends the epoch
        assert [sliced.advance(0) for _ in range(8)] == [False] * 7 + [True]
    assert np.array_equal(whole.state.vector, sliced.state.vector)
    assert whole.state.rng_state == sliced.state.rng_state


def test_stop_does_not_wait_for_a_long_step():
    def slow(X, rng):
        time.sleep(0.5)
        return X

    async def main():
        run, epochs = new_run([4, 10**6, 3], batch_size=None, augment=slow), []
        task = asyncio.create_task(run.train(lambda: epochs.append(1)))
        await asyncio.sleep(0.1)
        run.stopped, begun = True, time.perf_counter()
        await task
        return time.perf_counter() - begun, epochs

    seconds, epochs = asyncio.run(main())
    assert seconds < 0.3
    assert epochs == []


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
    move(lab, "learning_rate", 0.5)
    settings = {"learning_rate": 0.5, "batch_size": 8, "max_epochs": 10, "patience": 10}
    expected = train(TRAIN_SET, DEV_SET, SIZES, **settings)
    histories = [result.history.drop(columns="seconds") for result in (lab.result, expected)]
    pd.testing.assert_frame_equal(*histories)
    assert np.array_equal(lab.result.parameters[0].W, expected.parameters[0].W)
    assert len(lab.runs) == 2


def test_the_layers_follow_their_sliders(lab):
    move(lab, "layers", 3)
    assert [len(layer.b) for layer in lab.result.parameters] == [5, 10, 10, 3]
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


def test_the_panel_says_in_words_why_a_run_ended(lab):
    move(lab, "patience", 1)
    said = lab.parts.status.value
    assert "Early stopping: no better development accuracy for 1 epoch." in said
    assert "steps a second" in said


def test_one_epoch_more_goes_on_with_the_same_run(lab):
    history = lab.result.history.copy()
    click(lab, "one_more")
    assert len(lab.runs) == 1
    pd.testing.assert_frame_equal(lab.result.history.iloc[:10], history)
    settings = {"learning_rate": 0.1, "batch_size": 8, "max_epochs": 11, "patience": None}
    expected = train(TRAIN_SET, DEV_SET, SIZES, **settings)
    assert np.array_equal(lab.result.last_parameters[0].W, expected.last_parameters[0].W)


def test_the_share_of_the_data_is_what_is_trained_on(lab):
    move(lab, "share", 50)
    assert lab.run.steps_an_epoch == 4  # of 26 images


def test_reset_forgets_the_runs_and_puts_the_controls_back(lab):
    move(lab, "learning_rate", 0.5)
    move(lab, "seed", 3)
    click(lab, "reset")
    assert len(lab.runs) == 1
    assert lab.controls.values() == DEFAULTS | {"hidden": (5,), "batch_size": 8}


def test_only_the_newest_run_keeps_its_images(lab):
    for seed in (1, 2):
        slow_down(lab)
        move(lab, "seed", seed)
    assert [run.datasets is None and run.steps is None for run in lab.runs] == [True, True, False]
    epochs = len(lab.result.history)
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
    assert learning_rates(lab) == ["0.5", "0.1", "0.001"]
    lab.parts.descending.value = False
    assert learning_rates(lab) == ["0.001", "0.1", "0.5"]


def learning_rates(lab):
    """Those of the table, from top to bottom."""
    rows = lab.parts.table.value.split("<tbody>")[1].split("<tr>")[1:]
    cells = [row.split("<td")[3] for row in rows]
    return [cell.split(">", 1)[1].removeprefix("<b>").split("<")[0] for cell in cells]


def test_a_run_can_be_compared_with_the_present_one(lab):
    slow_down(lab)
    move(lab, "learning_rate", 0.5)
    lab.parts.compare.value = 1
    parts = lab.screen.curves.parts[0]
    np.testing.assert_allclose(parts["other"].get_ydata(), lab.runs[0].result.history["dev_loss"])
    assert parts["other"].get_marker() == "s"  # told apart not by color alone
    assert [len(line.get_xdata()) for line in parts["pale"]] == [0] * 5
    slow_down(lab)
    move(lab, "learning_rate", 1.0)
    assert lab.parts.compare.value == 1


def test_runs_of_one_move_leave_a_single_row(lab):
    for rate in (0.15, 0.2, 0.3):
        move(lab, "learning_rate", rate)
    assert [run.values["learning_rate"] for run in lab.runs] == [0.1, 0.3]


def test_of_many_moves_the_newest_wins():
    async def main():
        lab, said = new_lab(), []
        lab.parts.status.observe(lambda change: said.append(change.new), "value")
        for rate in (0.15, 0.2, 0.3, 0.5, 0.7, 1.0):
            move(lab, "learning_rate", rate)
        await until_idle(lab)
        return lab, said

    lab, said = asyncio.run(main())
    assert lab.run.values["learning_rate"] == 1.0
    assert sum("Training run 2: 0 of" in text for text in said) == 1, "the others are not trained"


def test_callbacks_may_come_from_another_thread():
    async def main():
        lab = new_lab()
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
        lab, turns = new_lab(epochs=200, patience=50, learning_rate=1e-4), 0
        click(lab, "train")
        while len(lab.run.history) < 12 or lab.run.number == 1:
            await asyncio.sleep(0)
            turns += 1
        enabled = {name for name, button in lab.parts.buttons.items() if not button.disabled}
        click(lab, "stop")
        await until_idle(lab)
        return lab, turns, enabled

    lab, turns, enabled = asyncio.run(asyncio.wait_for(main(), 20))
    assert turns > 2
    assert enabled == {"train", "pause", "stop", "reset"}
    assert lab.result.stop_reason == "interrupted"
    assert 12 <= len(lab.result.history) < 50
    assert "Stopped by you" in lab.parts.status.value


def test_a_run_that_diverged_is_said_so_and_cannot_go_on():
    lab = new_lab(learning_rate=1e200)
    assert lab.result.stop_reason == "diverged"
    assert "Diverged in epoch" in lab.parts.status.value
    assert [button.description for button in hint_buttons(lab)] == ["Learning rate ÷ 10"]
    click(lab, "one_more")
    assert "this run has diverged" in lab.error_line.value
    assert "ValueError" not in lab.error_line.value
    move(lab, "learning_rate", 0.1)
    assert lab.error_line.layout.display == "none"
    assert lab.result.stop_reason == "max epochs"


@pytest.mark.parametrize("cell", ["a cell's id", None])
def test_making_the_panel_again_ends_the_tasks_of_the_one_before(monkeypatch, cell):
    monkeypatch.setattr("helpers.widgets.panel.current_cell", lambda: cell)

    async def main():
        first = new_lab(epochs=200, patience=50, learning_rate=1e-4)
        click(first, "train")
        while first.run.number == 1:
            await asyncio.sleep(0)
        click(first, "pause")
        await asyncio.sleep(0.05)
        assert first.tasks
        assert first.view.comm is not None
        second = new_lab()
        await asyncio.sleep(0.1)
        return first, second

    first, second = asyncio.run(main())
    assert not first.tasks
    assert (first.view.comm is None) == (cell is not None)
    assert not first.parts.buttons["train"].disabled
    assert second in OPEN_PANELS.values()
    assert first not in OPEN_PANELS.values()


# --- what it shows


def test_live_widget_first_and_a_static_figure_in_its_place(lab):
    assert shown_without_browser(lab).startswith("Panel with sliders: Learning rate 0.1")
    again, first = new_lab()._repr_mimebundle_()[0], lab._repr_mimebundle_()[0]
    assert again["text/plain"] == first["text/plain"]
    assert again["image/png"] == first["image/png"]


def test_every_control_says_what_it_is(lab):
    parts = lab.parts
    controls = [*lab.controls.sliders.values(), *parts.buttons.values()]
    for control in [*controls, parts.live, parts.compare, parts.sort_by, parts.descending]:
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
    with pytest.raises(TypeError, match="train_set is 3, expected a Dataset"):
        TrainingLab(3, DEV_SET)


# --- hints

FALLING = [1.0, 0.5, 0.3, 0.2, 0.15, 0.12, 0.11]
RISING = [1.0, 0.6, 0.45, 0.44, 0.46, 0.5, 0.58]
APART = {"train_accuracy": 0.99, "dev_accuracy": 0.75}


def hints(losses, dev_losses=None, *, stop_reason="max epochs", dead=(), accuracies=None, **own):
    columns = {"train_loss": losses, "dev_loss": dev_losses or losses}
    columns |= accuracies or {"train_accuracy": 0.9, "dev_accuracy": 0.88}
    result = SimpleNamespace(history=pd.DataFrame(columns), stop_reason=stop_reason)
    return [(hint.problem, hint.cure) for hint in find_hints(DEFAULTS | own, result, list(dead))]


STRAIGHT = [2.3 - 0.05 * epoch for epoch in range(10)]
THIRD = {"learning_rate": 0.1 / 3}


@pytest.mark.parametrize(
    ("losses", "dev_losses", "given", "problem", "cure"),
    [
        (
            [2.3, 5.0, np.nan],
            None,
            {"stop_reason": "diverged"},
            "diverged",
            {"learning_rate": 0.01},
        ),
        ([2.3, 5.0, 50.0], None, {}, "diverged", {"learning_rate": 0.01}),
        (STRAIGHT, None, {}, "learning rate too small", {"learning_rate": 0.3}),
        (FALLING, None, {"dead": [(3, 10, 0), (0, 10, 0)]}, "dead ReLUs", THIRD),
        (FALLING, None, {"dead": [(3, 10, 3)]}, "dead ReLUs", {"seed": 1}),
        (FALLING, RISING, {"share": 40}, "over-fitting", {"share": 100}),
        (FALLING, RISING, {}, "over-fitting", {"l2": 0.01}),
        (FALLING, RISING, {"l2": 0.03}, "over-fitting", {"patience": 3}),
        (FALLING, None, {"accuracies": APART}, "over-fitting", {"l2": 0.01}),
    ],
)
def test_a_problem_gets_its_cure(losses, dev_losses, given, problem, cure):
    assert hints(losses, dev_losses, **given) == [(problem, pytest.approx(cure))]


def test_a_good_run_gets_no_hint():
    assert hints(FALLING) == []
    assert hints(FALLING, dead=[(1, 10, 0)]) == []


def test_the_buttons_of_the_hints_lead_from_a_hopeless_start_to_a_good_network():
    train_set, dev_set = split(load_dataset("digits"), 1000, np.random.default_rng(0))
    lab = TrainingLab(train_set, dev_set)
    lab.controls.set({"learning_rate": 1.0})
    lab.train()
    assert lab.result.best_dev_accuracy < 0.3
    pressed = []
    while hint_buttons(lab) and len(pressed) < 8:
        pressed.append(hint_buttons(lab)[0].description)
        hint_buttons(lab)[0].click()
    assert pressed[0] == "Learning rate ÷ 10"
    assert lab.run.settings.learning_rate == pytest.approx(0.1)
    assert pressed[-1] == "L2 penalty 0.01"
    assert lab.result.best_dev_accuracy > 0.89
