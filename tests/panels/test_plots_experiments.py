"""The figures of sweeps show every run, say in words what they show, and hold nothing that a machine decides."""

import math

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection

from helpers.plots import plot_sweep, plot_tradeoff


def table(**columns):
    """Six runs, two a learning rate; the last two diverged."""
    runs = pd.DataFrame(
        {
            "learning_rate": [0.1, 0.1, 0.01, 0.01, 1.0, 1.0],
            "batch_size": pd.Series([None, None, 32, 32, 8, 8], dtype=object),
            "layer_sizes": [(4, 3), (4, 3), (4, 5, 3), (4, 5, 3), (4, 9, 3), (4, 9, 3)],
            "seed": [0, 1, 0, 1, 0, 1],
            "best_dev_accuracy": [0.8, 0.9, 0.5, 0.7, 0.3, math.nan],
            "seconds": [1.5, 2.5, 3.5, 4.5, 0.5, 0.5],
            "stop_reason": ["max epochs"] * 4 + ["diverged"] * 2,
            "parameters": [100, 100, 2000, 2000, 3000, 3000],
        }
    )
    return runs.assign(**columns)


def dots(fig):
    """The points of a figure by marker size: the runs, and the crosses of those that were lost."""
    found = [part for part in fig.axes[0].collections if isinstance(part, PathCollection) and len(part.get_offsets())]
    runs = [tuple(p) for part in found if part.get_sizes()[0] == 26 for p in part.get_offsets().tolist()]
    crosses = [tuple(p) for part in found if part.get_sizes()[0] == 45 for p in part.get_offsets().tolist()]
    return runs, [cross for cross in crosses if not np.isnan(cross).any()]


def texts(fig):
    fig.to_png()
    found = fig.findobj(lambda artist: hasattr(artist, "get_text"))
    return [text.get_text() for text in found if text.get_text()]


def test_a_sweep_shows_every_run_its_mean_and_what_was_lost():
    fig = plot_sweep(table(), "learning_rate", logx=True)
    ax = fig.axes[0]
    runs, crosses = dots(fig)
    assert sorted(runs) == [(0.01, 0.5), (0.01, 0.7), (0.1, 0.8), (0.1, 0.9)]
    assert crosses == [(1.0, 0.3), (1.0, 0.03)], "at its value, and at the bottom where there is none"
    x, y = ax.lines[0].get_data()
    assert x.tolist() == [0.01, 0.1]
    np.testing.assert_allclose(y, [0.6, 0.85])
    corners = ax.collections[2].get_paths()[0].vertices
    assert {(0.01, 0.5), (0.01, 0.7), (0.1, 0.8), (0.1, 0.9)} <= {tuple(corner) for corner in corners.tolist()}
    assert ax.get_xscale() == "log"
    assert ax.get_xlim()[0] < 0.01 < 1 < ax.get_xlim()[1], "the crosses lie inside"
    assert {"0.01", "0.1", "1", "mean of the runs", "smallest to largest", "failed or diverged"} <= set(texts(fig))
    assert fig.alt == (
        "best development accuracy (fraction) of 6 runs against learning rate, mean and range of the runs: 0.01 "
        "0.6 (0.5 to 0.7), 0.1 0.85 (0.8 to 0.9), 1 (0 runs, 2 lost). 2 failed or diverged and are drawn as crosses."
    )


def test_values_that_are_not_numbers_stand_side_by_side_in_their_order():
    fig = plot_sweep(table(), "batch_size", title="T", ylabel="Y", xlabel="X")
    assert [tick.get_text() for tick in fig.axes[0].get_xticklabels()] == ["full batch", "32", "8"]
    assert {x for x, _ in dots(fig)[0]} == {0, 1}
    assert {"T", "X", "Y"} <= set(texts(fig))
    sizes = plot_sweep(table(), "layer_sizes")
    assert [tick.get_text() for tick in sizes.axes[0].get_xticklabels()] == ["4-3", "4-5-3", "4-9-3"]


def test_groups_get_a_line_each_told_apart_without_color():
    runs = table(activation=["relu", "tanh"] * 3)
    fig = plot_sweep(runs, "learning_rate", group="activation")
    lines = fig.axes[0].lines
    assert len({line.get_linestyle() for line in lines}) == len({line.get_marker() for line in lines}) == 2
    assert {"activation", "relu", "tanh"} <= set(texts(fig))
    assert "relu: 0.01 0.5 (0.5 to 0.5), 0.1 0.8 (0.8 to 0.8), 1 (0 runs, 1 lost); tanh: 0.01 0.7" in fig.alt
    missing = plot_sweep(table(batch_size=[math.nan, math.nan, 8, 8, 8, 8]), "learning_rate", group="batch_size")
    assert {"full batch", "8"} <= set(texts(missing))


def test_failed_rows_are_crosses():
    lost = {
        "best_dev_accuracy": [0.8, 0.9, 0.5, math.nan, 0.3, math.nan],
        "stop_reason": ["max epochs"] * 3 + ["error"] * 3,
    }
    runs, crosses = dots(plot_sweep(table(**lost), "learning_rate"))
    assert (len(runs), len(crosses)) == (3, 3)
    nothing = plot_sweep(table(stop_reason="error"), "learning_rate")
    assert dots(nothing)[0] == []
    assert "6 failed or diverged" in nothing.alt


def test_tradeoff_draws_a_labeled_point_a_setting():
    fig = plot_tradeoff(table(), label="layer_sizes")
    ax = fig.axes[0]
    points = [container[0].get_xydata().ravel().tolist() for container in ax.containers]
    np.testing.assert_allclose(points, [[100, 0.85], [2000, 0.6]])
    assert ax.get_xscale() == "log"
    assert {"4-3", "4-5-3"} <= set(texts(fig))
    bars = [line.get_segments()[0].tolist() for line in ax.containers[1][2]]
    assert [[2000.0, 0.5], [2000.0, 0.7]] in bars
    assert fig.alt == (
        "best development accuracy (fraction) against parameters (weights and biases), mean and range of each setting: "
        "4-3 at 100 0.85 (0.8 to 0.9), 4-5-3 at 2,000 0.6 (0.5 to 0.7). 2 runs failed or diverged and are left out."
    )


def test_tradeoff_names_the_settings_that_vary():
    fig = plot_tradeoff(table(learning_rate=0.1))
    assert {"full batch, 4-3", "32, 4-5-3"} <= set(texts(fig))
    assert "all runs" in texts(plot_tradeoff(table(learning_rate=0.1, batch_size=8, layer_sizes="4-3")))
    assert plot_tradeoff(table(parameters=[100, 100, 200, 200, 1, 1])).axes[0].get_xscale() == "linear"


def test_no_text_alternative_holds_seconds():
    slow = table(seconds=[77.7, 88.8, 99.9, 66.6, 1, 1])
    for draw in (lambda runs: plot_tradeoff(runs, "seconds"), lambda runs: plot_sweep(runs, "batch_size", "seconds")):
        assert draw(slow).alt == draw(table()).alt
    assert "the seconds depend on the machine" in plot_tradeoff(slow, "seconds").alt


def test_labels_cover_neither_each_other_nor_a_point():
    count = 8
    runs = pd.DataFrame(
        {
            "layer_sizes": [(784, 10 + i, 10) for i in range(count)],
            "seed": 0,
            "best_dev_accuracy": [0.9 + 0.001 * (i % 2) for i in range(count)],
            "parameters": [1000 + 5 * i for i in range(count)],
        }
    )
    runs.loc[0, "parameters"] = 100
    fig = plot_tradeoff(runs, label="layer_sizes")
    fig.to_png()
    ax = fig.axes[0]
    boxes = [type(note).__mro__[1].get_window_extent(note) for note in ax.texts]
    assert len(boxes) == count
    assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[:i])
    points = ax.transData.transform(runs[["parameters", "best_dev_accuracy"]].to_numpy())
    assert not any(box.contains(*point) for box in boxes for point in points)
    assert all(fig.bbox.contains(box.x0, box.y0) and fig.bbox.contains(box.x1, box.y1) for box in boxes)


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: plot_sweep(table(), "depth"), "runs have no column 'depth'; they have learning_rate, "),
        (lambda: plot_sweep(table(), "learning_rate", group="depth"), "no column 'depth'"),
        (lambda: plot_sweep(table()[:0], "learning_rate"), "there is no run to draw"),
        (lambda: plot_sweep(table(), "batch_size", logx=True), "logx needs numbers above 0 in 'batch_size'"),
        (lambda: plot_sweep(table(learning_rate=0.0), "learning_rate", logx=True), "logx needs numbers above 0"),
        (lambda: plot_tradeoff(table(), "cost"), "no column 'cost'"),
        (lambda: plot_tradeoff(table(stop_reason="error")), "no run has both 'parameters' and 'best_dev_accuracy'"),
        (lambda: plot_tradeoff(table(parameters=0), logx=True), "which a logarithmic axis cannot show"),
    ],
)
def test_what_cannot_be_drawn_is_named(draw, words):
    with pytest.raises(ValueError, match=words):
        draw()
