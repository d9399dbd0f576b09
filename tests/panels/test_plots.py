"""What is drawn is the data: values, texts, text alternatives, and words for what cannot be."""

import base64
import io
import subprocess
import sys
from types import SimpleNamespace

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from PIL import Image
from shared import texts

from helpers import plots
from helpers.plots import percent
from helpers.plots.figure import number

RNG = np.random.default_rng(0)
IMAGES = RNG.random((784, 7))
SMALL = RNG.random((6, 5))  # five images of 2 by 3 pixels
NAMES = ("cat", "dog", "owl")
MATRIX = np.array([[5, 1, 0], [0, 3, 3], [2, 0, 6]])
HISTORY = pd.DataFrame(
    {
        "train_loss": [2.0, 1.0, 0.5, 0.25],
        "dev_loss": [2.1, 1.2, 0.9, 0.95],
        "train_accuracy": [0.2, 0.6, 0.8, 0.95],
        "dev_accuracy": [0.2, 0.5, 0.75, 0.7],
    },
    index=pd.RangeIndex(1, 5, name="epoch"),
)
PROBABILITIES = np.array([[0.7, 0.2], [0.2, 0.3], [0.1, 0.5]])
DATASET = SimpleNamespace(X=SMALL, class_names=NAMES, image_shape=(2, 3))
MISTAKES = pd.DataFrame(
    {
        "index": [4, 0],
        "true": [1, 2],
        "predicted": [0, 1],
        "confidence": [0.9, 0.6],
        "true_probability": [0.05, 0.3],
    }
)
RUNS = pd.DataFrame(  # two for each learning rate, of which the last two diverged
    {
        "learning_rate": [0.1, 0.1, 0.01, 0.01, 1.0, 1.0],
        "batch_size": pd.Series([None, None, 32, 32, 8, 8], dtype=object),
        "layer_sizes": [(4, 3), (4, 3), (4, 5, 3), (4, 5, 3), (4, 9, 3), (4, 9, 3)],
        "seed": [0, 1, 0, 1, 0, 1],
        "best_dev_accuracy": [0.8, 0.9, 0.5, 0.7, 0.3, np.nan],
        "seconds": [1.5, 2.5, 3.5, 4.5, 0.5, 0.5],
        "stop_reason": ["max epochs"] * 4 + ["diverged"] * 2,
        "parameters": [100, 100, 2000, 2000, 3000, 3000],
    }
)
LABELS = {"xlabel": "x", "ylabel": "y", "title": "t"}


def heights(ax):
    return [bar.get_height() for bar in ax.patches]


def ticks(fig, axis):
    fig.canvas.draw()
    return [text.get_text() for text in getattr(fig.axes[0], axis).get_ticklabels()]


def dots(fig):
    """The points of a sweep by marker size: the runs, and the crosses of those that were lost."""
    found = {26: [], 45: []}
    for part in fig.axes[0].collections:
        if isinstance(part, PathCollection):
            found[part.get_sizes()[0]] += map(tuple, part.get_offsets().tolist())
    return found[26], found[45]


# --- the figure itself


def test_figure_shows_itself_as_png_with_a_text_alternative():
    fig = plots.plot_lines({"a": ([1, 2], [3, 4])}, **LABELS)
    data, metadata = fig._repr_mimebundle_()
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.size == (750, 380)
    assert data["text/plain"] == metadata["image/png"]["alt"] == fig.alt
    assert set(picture.info) <= {"dpi"}, "a version or a date would change it from run to run"


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.plot_image(IMAGES[:, 0]),
        lambda: plots.plot_network([784, 10, 10, 10]),
        lambda: plots.plot_history(HISTORY),
        lambda: plots.plot_weights(IMAGES.T - 0.5),
        lambda: plots.plot_confusion_matrix(MATRIX),
    ],
)
def test_png_is_small_and_the_same_every_time_whatever_the_readers_settings(draw):
    first = draw().to_png()
    own = {"font.size": 20, "axes.grid": True, "lines.linewidth": 9, "figure.facecolor": "red"}
    with matplotlib.rc_context(own):
        assert first == draw().to_png()
    assert len(first) < 80_000


def test_savefig_writes_a_full_png(tmp_path):
    plots.plot_history(HISTORY).savefig(tmp_path / "history.png")
    assert Image.open(tmp_path / "history.png").size == (900, 380)


def test_pyplot_is_never_imported():
    code = (
        "import sys, numpy as np, helpers.plots as p\n"
        "p.plot_weights(np.eye(4, 784)).to_png(); p.plot_label_counts([0, 1]).to_png()\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_size_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match="width 0 and height 3, expected positive"):
        plots.new_figure(0, 3)


@pytest.mark.parametrize(
    ("convert", "value", "text"),
    [
        (number, 0.91349, "0.913"),
        (number, 1234567, "1,234,567"),
        (number, 12345.6, "12,300"),
        (number, 3.0, "3"),
        (number, 2e-05, "2e-05"),
        (number, np.nan, "not a number"),
        (number, -np.inf, "minus infinity"),
        (percent, 0, "0 %"),
        (percent, 1, "100 %"),
        (percent, 0.9999, "> 99.9 %"),
        (percent, 0.0001, "< 0.1 %"),
        (percent, 0.993, "99.3 %"),
        (percent, 0.9898, "99.0 %"),
        (percent, 0.873, "87 %"),
        (percent, 0.031, "3.1 %"),
    ],
)
def test_numbers_have_three_digits_and_percentages_never_round_to_certainty(convert, value, text):
    assert convert(value) == text


# --- images


@pytest.mark.parametrize("image", [IMAGES[:, 3], IMAGES[:, 3:4], IMAGES[:, 3].reshape(28, 28)])
def test_image_is_drawn_pixel_for_pixel_ink_dark(image):
    fig = plots.plot_image(image, title="A digit")
    drawn = fig.axes[0].images[0]
    np.testing.assert_array_equal(drawn.get_array(), IMAGES[:, 3].reshape(28, 28))
    assert (drawn.get_clim(), drawn.get_cmap().name) == ((0, 1), "gray_r")
    assert drawn.get_interpolation() == "nearest"
    assert fig.axes[0].get_title(loc="left") == "A digit"
    assert "28 by 28 pixels" in fig.alt


def test_image_values_are_written_into_their_pixels():
    raw = np.array([[0, 17, 255], [128, 0, 3]])
    fig = plots.plot_image(raw, show_values=True, image_shape=(2, 3))
    written = {text.get_position(): text.get_text() for text in fig.axes[0].texts}
    assert written == {(c, r): str(raw[r, c]) for r in range(2) for c in range(3)}
    assert "4 of them not blank, between rows 0 and 1 and columns 0 and 2" in fig.alt
    assert fig.axes[0].images[0].get_clim() == (0, 255)


def test_only_one_image_fits_plot_image():
    with pytest.raises(ValueError, match=r"draws one image, got 7; use plot_digits"):
        plots.plot_image(IMAGES)


@pytest.mark.parametrize("images", [SMALL, SMALL.T.reshape(5, 2, 3)])
def test_sheet_holds_every_image_in_order_under_its_caption(images):
    fig = plots.plot_digits(images, list("abcde"), title="Five", columns=3, image_shape=(2, 3))
    drawn, captions = fig.axes[0].images, fig.axes[0].texts
    left, right, bottom, top = np.array([image.get_extent() for image in drawn]).T
    assert (np.diff(left)[[0, 1, 3]] > 0).all()
    assert left[3] == left[0]
    assert top[0] == top[2] < top[3]
    for i, column in enumerate(SMALL.T):
        np.testing.assert_array_equal(drawn[i].get_array(), column.reshape(2, 3))
        assert captions[i].get_position()[0] == pytest.approx((left[i] + right[i]) / 2)
        assert captions[i].get_position()[1] > bottom[i]
    assert [caption.get_text() for caption in captions] == list("abcde")
    assert "5 images of 2 by 3 pixels, in rows of 3. Captions: a, b, c, d, e." in fig.alt


def test_every_pixel_is_a_whole_number_of_screen_pixels():
    for image in plots.plot_digits(IMAGES, columns=4).axes[0].images:
        left, right, bottom, top = image.get_extent()
        assert (right - left) % 28 == 0
        assert right - left == bottom - top


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"images": IMAGES.T}, "pass images.T"),
        ({"images": IMAGES[:100]}, r"shape \(100, 7\), expected columns of 784 pixels"),
        ({"images": IMAGES[:, :0]}, "no image to draw"),
        ({"images": IMAGES, "captions": ["a"] * 8}, "8 captions for 7 images"),
        ({"images": np.full((784, 1), np.nan)}, "NaN or infinite"),
        ({"images": np.array(["a"])}, "must hold numbers"),
        ({"images": IMAGES, "columns": 0}, "columns must be at least 1, got 0"),
    ],
)
def test_sheet_refuses_what_it_cannot_draw(arguments, words):
    with pytest.raises(ValueError, match=words):
        plots.plot_digits(**arguments)


def test_label_counts_are_the_bars_also_where_there_is_none():
    fig = plots.plot_label_counts([2, 0, 2, 2], NAMES)
    assert heights(fig.axes[0]) == [1, 0, 3]
    assert ticks(fig, "xaxis") == list(NAMES)
    assert "cat: 1, dog: 0, owl: 3" in fig.alt
    assert fig.axes[0].get_xlabel() == "class"
    assert plots.plot_label_counts([1, 9]).axes[0].get_xlabel() == "digit"


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([], "one or more integers"),
        ([[1]], "one or more integers"),
        ([0.5], "whole numbers"),
        ([3, 10], "label 10 has no"),
        ([-1], "label -1 has no name"),
        (["a"], "whole numbers"),
    ],
)
def test_labels_are_checked(labels, words):
    with pytest.raises(ValueError, match=words):
        plots.plot_label_counts(labels)


def test_points_stand_where_the_data_is_with_their_class_as_marker():
    points = np.array([[0.0, 1.0, 5.0], [2.0, 4.0, -3.0]])
    fig = plots.plot_points(points, [7, 7, 1], xlabel="first", ylabel="second")
    ones, sevens = fig.axes[0].collections
    np.testing.assert_array_equal(ones.get_offsets(), [[5, -3]])
    np.testing.assert_array_equal(sevens.get_offsets(), [[0, 2], [1, 4]])
    assert to_hex(ones.get_facecolor()[0]) != to_hex(sevens.get_facecolor()[0])
    assert not np.array_equal(ones.get_paths()[0].vertices, sevens.get_paths()[0].vertices)
    assert "1 around (5.0, -3.0), 7 around (0.5, 3.0)" in fig.alt
    with pytest.raises(ValueError, match=r"shape \(2, m\)"):
        plots.plot_points(points.T, [7, 7, 1])
    with pytest.raises(ValueError, match="2 labels for 3 points"):
        plots.plot_points(points, [7, 7])


# --- curves


def test_lines_are_the_data_with_a_gap_and_a_mark_where_it_is_not_finite():
    lines = {"good": ([1, 2, 3], [1.0, 4.0, 9.0]), "bad": ([1, 2, 3], [2.0, 8.0, np.inf])}
    fig = plots.plot_lines(lines, **LABELS, logy=True)
    good, bad, mark = fig.axes[0].lines
    np.testing.assert_array_equal(good.get_data(), lines["good"])
    np.testing.assert_array_equal(bad.get_ydata(), [2, 8, np.nan])
    assert (mark.get_marker(), mark.get_xdata()[0], mark.get_ydata()[0]) == ("X", 2, 8)
    assert good.get_linestyle() != bad.get_linestyle()
    assert (fig.axes[0].get_xscale(), fig.axes[0].get_yscale()) == ("linear", "log")
    assert "good goes from 1 at 1 to 9 at 3; bad goes from 2 at 1 to 8 at 2, and is not" in fig.alt


def test_a_logarithmic_axis_is_labeled_with_plain_numbers():
    fig = plots.plot_lines({"a": ([100, 55_000], [30.0, 1.5])}, **LABELS, logx=True, logy=True)
    assert {"100", "1,000", "10,000"} <= set(ticks(fig, "xaxis"))
    assert {"2", "5", "10", "20"} <= set(ticks(fig, "yaxis"))
    tiny = plots.plot_lines({"a": ([1, 20], [1e-9, 1e-3])}, **LABELS, logx=True, logy=True)
    assert any("10^" in label for label in ticks(tiny, "yaxis"))


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ({}, "no line"),
        ({"a": ([1, 2], [1])}, r"'a' needs as many x as y.*\(2,\) and \(1,\)"),
        ({"a": ([], [])}, "'a'"),
        ({"a": ([1], [0])}, "logarithmic axis cannot show"),
    ],
)
def test_lines_refuse_what_they_cannot_draw(lines, words):
    with pytest.raises(ValueError, match=words):
        plots.plot_lines(lines, **LABELS, logy=True)


def test_history_draws_both_sets_and_marks_the_best_epoch():
    fig = plots.plot_history(HISTORY)
    for ax, kind in zip(fig.axes, ["loss", "accuracy"], strict=True):
        train, dev, line, dot = ax.lines
        np.testing.assert_array_equal(train.get_data(), [[1, 2, 3, 4], HISTORY[f"train_{kind}"]])
        np.testing.assert_array_equal(dev.get_ydata(), HISTORY[f"dev_{kind}"])
        assert (train.get_linestyle(), dev.get_linestyle()) == ("-", "--")
        assert list(line.get_xdata()) == [3, 3]
        assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (3, HISTORY[f"dev_{kind}"][3])
    assert "best epoch 3: 0.750" in "".join(texts(fig))
    assert "development from 0.2 to 0.7, best 0.75 at epoch 3" in fig.alt
    assert "best epoch 2: 0.500" in "".join(texts(plots.plot_history(HISTORY, best_epoch=2)))
    tie = HISTORY.assign(dev_accuracy=[0.2, 0.75, 0.75, 0.7])
    assert "best 0.75 at epoch 2" in plots.plot_history(tie).alt


@pytest.mark.parametrize(
    ("history", "best", "words"),
    [
        (HISTORY.drop(columns="dev_loss"), None, "no column 'dev_loss'; it has train_loss"),
        (HISTORY.head(0), None, "no epoch to draw"),
        (HISTORY, 5, "best epoch 5 is not in the history, which runs from 1 to 4"),
        (HISTORY.assign(dev_accuracy=np.nan), None, "no finite value"),
        ([1, 2], None, "it has no columns"),
    ],
)
def test_history_refuses_what_it_cannot_draw(history, best, words):
    with pytest.raises(ValueError, match=words):
        plots.plot_history(history, best)


def bowl(w1, w2):
    return w1**2 + 9 * w2**2


def test_valley_draws_every_walk_over_its_own_map():
    walks = {"short": [[-4.0, 1.0], [2.0, 0.5]], "none": [[1.0, 0.0]]}
    fig = plots.plot_valley(bowl, walks, w1=(-5, 5), w2=(-2, 2), title="Down")
    for ax, (name, walk) in zip(fig.axes, walks.items(), strict=True):
        path, start = ax.lines
        np.testing.assert_array_equal(np.transpose(path.get_data()), walk)
        np.testing.assert_array_equal(np.ravel(start.get_data()), walk[0])
        assert (ax.get_title(loc="left"), ax.get_xlim(), ax.get_ylim()) == (name, (-5, 5), (-2, 2))
        assert len(ax.collections[0].get_paths()) > 3
    assert "short, in 1 steps from (-4, 1), where the loss is 25, to (2, 0.5), where" in fig.alt


@pytest.mark.parametrize(
    ("walks", "words"),
    [({}, "no walk"), ({"a": [1.0, 2.0]}, r"'a' has shape \(2,\), expected \(steps \+ 1, 2\)")],
)
def test_valley_refuses_what_it_cannot_draw(walks, words):
    with pytest.raises(ValueError, match=words):
        plots.plot_valley(bowl, walks, w1=(-5, 5), w2=(-2, 2), title="Down")


def test_histories_draw_one_column_of_each():
    fig = plots.plot_histories({"0.1": HISTORY, "0.01": HISTORY / 2}, "dev_loss")
    drawn = [list(line.get_ydata()) for line in fig.axes[0].lines]
    assert drawn == [[2.1, 1.2, 0.9, 0.95], [1.05, 0.6, 0.45, 0.475]]
    assert [text.get_text() for text in fig.axes[0].get_legend().get_texts()] == ["0.1", "0.01"]
    assert fig.axes[0].get_ylabel() == "loss (mean cross-entropy, nats)"
    with pytest.raises(ValueError, match=r"history '0\.1' has no column 'speed'"):
        plots.plot_histories({"0.1": HISTORY}, "speed")
    with pytest.raises(ValueError, match="no history"):
        plots.plot_histories({}, "dev_loss")


def test_histogram_counts_every_value_in_common_bins():
    values = {"a": [0.0, 0.1, 0.9, 1.0], "b": [0.5] * 5}
    fig = plots.plot_histogram(values, xlabel="weight", bins=4)
    filled = [patch.get_path().vertices[:, 1].max() for patch in fig.axes[0].patches]
    assert filled == [2, 2, 5, 5]
    for patch in fig.axes[0].patches:
        assert set(patch.get_path().vertices[:, 0]) == {0, 0.25, 0.5, 0.75, 1}
    assert "a, 4 values from 0 to 1 with mean 0.5; b, 5 values from 0.5 to 0.5 with" in fig.alt
    with pytest.raises(ValueError, match="'a' must hold at least one value"):
        plots.plot_histogram({"a": []}, xlabel="weight")
    with pytest.raises(ValueError, match="nothing to count"):
        plots.plot_histogram({}, xlabel="weight")


# --- evaluation


def test_confusion_matrix_writes_every_count_and_colors_errors_only():
    fig = plots.plot_confusion_matrix(MATRIX, NAMES)
    ax = fig.axes[0]
    written = {text.get_position(): int(text.get_text()) for text in ax.texts}
    assert written == {(c, r): MATRIX[r, c] for r in range(3) for c in range(3)}
    assert (ax.images[0].get_array().mask == np.eye(3, dtype=bool)).all()
    assert ax.images[0].get_clim() == (0, 3)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")
    assert "14 of 20 right; the most frequent mistake: dog taken for owl, 3 times" in fig.alt
    assert "mistake" not in plots.plot_confusion_matrix(np.eye(2, dtype=int)).alt


@pytest.mark.parametrize("draw", [plots.plot_confusion_matrix, plots.plot_accuracy_per_class])
@pytest.mark.parametrize(
    ("matrix", "names", "words"),
    [
        (np.ones((2, 3), int), None, r"is square.*\(2, 3\)"),
        ([[0.5, 0.5], [0, 1]], None, "holds counts"),
        ([[1, -1], [0, 1]], None, "holds counts"),
        (np.zeros((2, 2), int), None, "counts no example"),
        (MATRIX, ["a", "b"], "2 class names for 3 rows"),
    ],
)
def test_confusion_matrix_is_checked(draw, matrix, names, words):
    with pytest.raises(ValueError, match=words):
        draw(matrix, names)


def test_accuracy_per_class_is_of_the_true_class_with_its_standard_error():
    fig = plots.plot_accuracy_per_class(np.array([[3, 1, 0], [0, 5, 0], [0, 0, 0]]))
    ax = fig.axes[0]
    np.testing.assert_allclose(heights(ax), [0.75, 1.0])
    low, high = ax.collections[0].get_segments()[0][:, 1]
    assert (high - low) / 2 == pytest.approx(np.sqrt(0.75 * 0.25 / 4))
    assert "none" in texts(fig)
    assert "0: 0.75, 1: 1. Overall 0.889" in fig.alt


def test_then_and_now_stand_on_the_line_of_their_row():
    rows = {"linear": (12, 8.3), "wide": (np.nan, 0.5), "not run": (0.35, np.nan)}
    fig = plots.plot_then_and_now(rows, xlabel="error (%)", title="Twenty-five years")
    ax = fig.axes[0]
    for line, column in zip(ax.lines, ([12, np.nan, 0.35], [8.3, 0.5, np.nan]), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), column)
        np.testing.assert_array_equal(line.get_ydata(), range(3))
    assert [tick.get_text() for tick in ax.get_yticklabels()] == list(rows)
    assert ax.yaxis_inverted()
    (arrow,) = ax.texts
    assert (arrow.xyann, arrow.xy) == ((12, 0), (8.3, 0))
    assert fig.alt.startswith("error (%), then and now. linear: 12 and 8.3, wide: unknown and 0.5")


@pytest.mark.parametrize("rows", [{}, {"a": (1, 0)}])
def test_then_and_now_need_positive_numbers(rows):
    with pytest.raises(ValueError, match="is empty or has values of 0 or less"):
        plots.plot_then_and_now(rows, xlabel="x", title="t")


def test_mistakes_show_the_right_images_with_both_digits_and_probabilities():
    fig = plots.plot_mistakes(MISTAKES, DATASET)
    for image, column in zip(fig.axes[0].images, [4, 0], strict=True):
        np.testing.assert_array_equal(image.get_array(), SMALL[:, column].reshape(2, 3))
    captions = [text.get_text() for text in fig.axes[0].texts]
    assert captions == ["✗ said cat: 90 %\nis dog: 5.0 %", "✗ said dog: 60 %\nis owl: 30 %"]
    assert "dog taken for cat, owl taken for dog" in fig.alt
    assert len(plots.plot_mistakes(MISTAKES, DATASET, count=1).axes[0].images) == 1


@pytest.mark.parametrize(
    ("table", "count", "words"),
    [
        (MISTAKES.drop(columns="confidence"), 12, "no column 'confidence'"),
        (MISTAKES.head(0), 12, "no mistake to draw"),
        (MISTAKES, 0, "no mistake to draw"),
        (MISTAKES.assign(index=[9, 0]), 12, "index 9 is not in the dataset of 5 images"),
    ],
)
def test_mistakes_are_checked(table, count, words):
    with pytest.raises(ValueError, match=words):
        plots.plot_mistakes(table, DATASET, count=count)


# --- network


def test_network_diagram_has_a_circle_for_each_neuron_and_every_shape():
    fig = plots.plot_network([12, 4, 3])
    assert len(fig.axes[0].patches) == 8 + 4 + 3  # twelve are abbreviated to eight
    assert len(fig.axes[0].lines) == 8 * 4 + 4 * 3
    written = " ".join(texts(fig))
    shapes = ["A0 = X (12, m)", "W1 (4, 12)", "b1 (4, 1)", "A1 (4, m)", "W2 (3, 4)", "b2 (3, 1)"]
    assert all(shape in written for shape in [*shapes, "A2 (3, m)", "⋮"])
    assert f"{12 * 4 + 4 + 4 * 3 + 3} weights and biases" in fig.alt


@pytest.mark.parametrize(("incoming", "words"), [(False, "from"), (True, "to")])
def test_a_neuron_stands_out_with_its_lines(incoming, words):
    fig = plots.plot_network([12, 4, 3], neuron=(1, 2), incoming=incoming)
    lines = [line for line in fig.axes[0].lines if line.get_linewidth() > 2]
    assert len(lines) == (8 if incoming else 3)
    y = fig.axes[0].patches[8 + 2].center[1]
    assert {line.get_ydata()[-1 if incoming else 0] for line in lines} == {y}
    assert fig.alt.endswith(f"The lines {words} neuron 2 of layer 1 stand out.")


def test_a_graph_multiplies_along_a_path_and_adds_over_the_paths():
    values = {"w": 5, "p": 15, "q": 25, "J": 375}
    local = {"p": {"w": 3}, "q": {"w": 10}, "J": {"p": 25, "q": 15}}
    fig = plots.plot_graph(values, local)
    assert "J = 375 from p (× 25) and q (× 15)" in fig.alt
    assert fig.alt.endswith("Slope of J with respect to w 225, p 25, q 15.")
    assert {"w", "5", "225", "× 10", "above: value, below: slope of J"} <= set(texts(fig))
    blank = plots.plot_graph(values, local, slopes=False)
    assert "Slope" not in blank.alt
    assert "225" not in texts(blank)
    assert "above: value, on an arrow: local slope" in texts(blank)


@pytest.mark.parametrize("local", [{"J": {"q": 1}}, {"w": {"J": 1}}, {"w": {"w": 1}}])
def test_a_graph_needs_each_number_after_those_it_comes_from(local):
    with pytest.raises(ValueError, match=r"values has the names \['w', 'J'\], expected"):
        plots.plot_graph({"w": 1, "J": 2}, local)


@pytest.mark.parametrize("sizes", [[784], [784, 0], [784, 10.5], []])
def test_network_diagram_needs_sizes(sizes):
    with pytest.raises(ValueError, match="at least two positive whole numbers"):
        plots.plot_network(sizes)


def test_layer_activations_draw_the_chosen_column():
    A1, A2 = RNG.random((4, 5)), PROBABILITIES[:, [0, 1, 0, 1, 0]]
    fig = plots.plot_layer_activations([SMALL, A1, A2], 3, image_shape=(2, 3))
    drawn = fig.axes[0].images[0].get_array()
    np.testing.assert_array_equal(drawn, SMALL[:, 3].reshape(2, 3))
    assert heights(fig.axes[1]) == list(A1[:, 3])
    assert heights(fig.axes[2]) == list(A2[:, 3])
    assert "In hidden layer 1, 4 of 4 neurons are active. The largest output is number 2" in fig.alt
    with pytest.raises(IndexError, match="column 5 is not there"):
        plots.plot_layer_activations([SMALL, A1, A2], 5, image_shape=(2, 3))
    with pytest.raises(ValueError, match="as forward_propagation returns them"):
        plots.plot_layer_activations([SMALL, A1[:, :2]], 0, image_shape=(2, 3))


def test_probabilities_stand_beside_their_image_and_say_right_or_wrong_in_words():
    fig = plots.plot_probabilities(SMALL[:, :2], PROBABILITIES, [0, 1], NAMES, image_shape=(2, 3))
    for i in range(2):
        drawn = fig.axes[2 * i].images[0].get_array()
        np.testing.assert_array_equal(drawn, SMALL[:, i].reshape(2, 3))
        assert heights(fig.axes[2 * i + 1]) == list(PROBABILITIES[:, i])
        edges = [bar.get_edgecolor() == (0, 0, 0, 1) for bar in fig.axes[2 * i + 1].patches]
        assert np.flatnonzero(edges).tolist() == [i]
        assert fig.axes[2 * i + 1].get_ylim()[1] > 1
    titles = [fig.axes[i].get_title(loc="left") for i in (1, 3)]
    assert titles == ["✓ says cat (70 %)", "✗ says owl (50 %), is dog (30 %)"]
    assert "right, says cat" in fig.alt
    assert "wrong, says owl" in fig.alt
    low = plots.plot_probabilities(SMALL[:, :1], np.full((10, 1), 0.1), image_shape=(2, 3))
    assert low.axes[1].get_ylim()[1] == pytest.approx(0.51)


@pytest.mark.parametrize(
    ("probabilities", "labels", "words"),
    [
        (PROBABILITIES[:, :1], None, "one column for each of 2 images"),
        (PROBABILITIES * 2, None, "before softmax"),
        (PROBABILITIES, [0], "1 labels for 2 images"),
        (PROBABILITIES, [0, 3], "label 3 has no name"),
    ],
)
def test_probabilities_are_checked(probabilities, labels, words):
    with pytest.raises(ValueError, match=words):
        plots.plot_probabilities(SMALL[:, :2], probabilities, labels, image_shape=(2, 3))


def test_weights_share_one_scale_around_zero():
    W = np.array([[0.5, 2.0, 0, 0, 0, 0], [0, 0, 0, 0, 0, -1.0]])
    fig = plots.plot_weights(W, (2, 3))
    for image, row in zip(fig.axes[0].images, W, strict=True):
        np.testing.assert_array_equal(image.get_array(), row.reshape(2, 3))
        assert image.get_clim() == (-2, 2)
    assert fig.axes[1].get_ylabel() == "weight"
    assert fig.alt.startswith("Images of 2 neurons, weight by pixel, from -1 to 2: red positive")
    slopes = plots.plot_weights(W, (2, 3), quantity="slope")
    assert slopes.axes[1].get_ylabel() == "slope"
    assert "slope by pixel" in slopes.alt
    with pytest.raises(ValueError, match=r"shape \(neurons, 784\)"):
        plots.plot_weights(W)


def test_a_single_large_weight_does_not_make_the_rest_pale():
    W = np.tile(np.linspace(-1, 1, 250), 4).reshape(4, 250)
    W[0, 0] = 99
    assert plots.plot_weights(W, (10, 25)).axes[0].images[0].get_clim() == (-1, 1)


# --- sweeps


def test_a_sweep_shows_every_run_its_mean_and_what_was_lost():
    fig = plots.plot_sweep(RUNS, "learning_rate", logx=True)
    ax, (runs, crosses) = fig.axes[0], dots(fig)
    assert sorted(runs) == [(0.01, 0.5), (0.01, 0.7), (0.1, 0.8), (0.1, 0.9)]
    # at its value, and at the bottom where there is none
    assert crosses == [(1.0, 0.3), (1.0, 0.03)]
    np.testing.assert_allclose(ax.lines[0].get_data(), [[0.01, 0.1], [0.6, 0.85]])
    assert ax.get_xscale() == "log"
    assert ax.get_xlim()[0] < 0.01 < 1 < ax.get_xlim()[1], "the crosses lie inside"
    legend = {"mean of the runs", "failed or diverged"}
    assert {"0.01", "0.1", "1"} | legend <= set(texts(fig))
    assert fig.alt == (
        "best development accuracy (fraction) of 6 runs against learning rate, mean and range of "
        "the runs: 0.01 0.6 (0.5 to 0.7), 0.1 0.85 (0.8 to 0.9), 1 (0 runs, 2 lost). "
        "2 failed or diverged and are drawn as crosses."
    )


def test_values_that_are_not_numbers_stand_side_by_side_in_their_order():
    fig = plots.plot_sweep(RUNS, "batch_size", title="T", ylabel="Y", xlabel="X")
    assert ticks(fig, "xaxis") == ["full batch", "32", "8"]
    assert {x for x, _ in dots(fig)[0]} == {0, 1}
    (means,) = fig.axes[0].lines
    assert (means.get_linestyle(), means.get_marker()) == ("None", "_"), "nothing lies between"
    assert {"T", "X", "Y"} <= set(texts(fig))
    assert ticks(plots.plot_sweep(RUNS, "layer_sizes"), "xaxis") == ["4-3", "4-5-3", "4-9-3"]


def test_groups_get_a_line_each_told_apart_without_color():
    runs = RUNS.assign(activation=["relu", "tanh"] * 3)
    fig = plots.plot_sweep(runs, "learning_rate", group="activation")
    lines = fig.axes[0].lines
    assert len({line.get_linestyle() for line in lines}) == 2
    assert len({line.get_marker() for line in lines}) == 2
    assert {"activation", "relu", "tanh"} <= set(texts(fig))
    assert "relu: 0.01 0.5 (0.5 to 0.5), 0.1 0.8 (0.8 to 0.8), 1 (0 runs, 1 lost); tanh" in fig.alt
    some_missing = RUNS.assign(batch_size=[np.nan, np.nan, 8, 8, 8, 8])
    missing = plots.plot_sweep(some_missing, "learning_rate", group="batch_size")
    assert {"full batch", "8"} <= set(texts(missing))


def test_failed_rows_are_crosses():
    some = RUNS.assign(stop_reason=["max epochs"] * 3 + ["error"] * 3)
    assert list(map(len, dots(plots.plot_sweep(some, "learning_rate")))) == [3, 3]
    nothing = plots.plot_sweep(RUNS.assign(stop_reason="error"), "learning_rate")
    assert dots(nothing)[0] == []
    assert "6 failed or diverged" in nothing.alt


def test_tradeoff_draws_a_named_point_for_each_setting():
    fig = plots.plot_tradeoff(RUNS, label="layer_sizes")
    ax = fig.axes[0]
    points = [container[0].get_xydata().ravel().tolist() for container in ax.containers]
    np.testing.assert_allclose(points, [[100, 0.85], [2000, 0.6]])
    assert ax.get_xscale() == "log"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["4-3", "4-5-3"]
    assert len({container[0].get_marker() for container in ax.containers}) == 2
    bars = [line.get_segments()[0].tolist() for line in ax.containers[1][2]]
    assert [[2000.0, 0.5], [2000.0, 0.7]] in bars
    assert fig.alt == (
        "best development accuracy (fraction) against parameters (weights and biases), mean and "
        "range of each setting: 4-3 at 100 0.85 (0.8 to 0.9), 4-5-3 at 2,000 0.6 (0.5 to 0.7). "
        "2 runs failed or diverged and are left out."
    )


def test_tradeoff_names_the_settings_that_vary():
    runs = RUNS.assign(learning_rate=0.1)
    assert {"full batch, 4-3", "32, 4-5-3"} <= set(texts(plots.plot_tradeoff(runs)))
    same = runs.assign(batch_size=8, layer_sizes="4-3")
    assert "all runs" in texts(plots.plot_tradeoff(same))
    near = RUNS.assign(parameters=[100, 100, 200, 200, 1, 1])
    assert plots.plot_tradeoff(near).axes[0].get_xscale() == "linear"


def test_no_text_alternative_holds_seconds():
    slow = RUNS.assign(seconds=[77.7, 88.8, 99.9, 66.6, 1, 1])
    tradeoff = plots.plot_tradeoff(slow, "seconds")
    assert tradeoff.alt == plots.plot_tradeoff(RUNS, "seconds").alt
    assert "the seconds depend on the machine" in tradeoff.alt
    swept = [plots.plot_sweep(runs, "batch_size", "seconds").alt for runs in (slow, RUNS)]
    assert swept[0] == swept[1]


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: plots.plot_sweep(RUNS, "depth"), "no column 'depth'; it has learning_rate, "),
        (lambda: plots.plot_sweep(RUNS, "seed", group="depth"), "no column 'depth'"),
        (lambda: plots.plot_sweep(RUNS[:0], "seed"), "there is no run to draw"),
        (lambda: plots.plot_sweep(RUNS, "batch_size", logx=True), "needs numbers above 0 in 'ba"),
        (lambda: plots.plot_sweep(RUNS, "seed", logx=True), "logx needs numbers above 0"),
        (lambda: plots.plot_tradeoff(RUNS, "cost"), "no column 'cost'"),
        (lambda: plots.plot_tradeoff(RUNS.assign(stop_reason="error")), "no run has both 'param"),
        (lambda: plots.plot_tradeoff(RUNS, "seed", logx=True), "a logarithmic axis cannot show"),
    ],
)
def test_what_cannot_be_drawn_of_a_sweep_is_named(draw, words):
    with pytest.raises(ValueError, match=words):
        draw()
