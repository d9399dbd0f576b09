"""What is drawn is the data: values, texts and text alternatives, and clear words for what cannot be drawn."""

import base64
import io
import json
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from PIL import Image

from helpers import plots
from helpers.plots.figure import number, percent

RNG = np.random.default_rng(0)
IMAGES = RNG.random((784, 7))
SMALL = RNG.random((6, 5))  # five images of 2 by 3 pixels
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


def texts(fig):
    """Every text of a figure that is not empty, in drawing order."""
    found = fig.findobj(lambda artist: hasattr(artist, "get_text"))
    return [text.get_text() for text in found if text.get_text()]


def heights(ax):
    return [bar.get_height() for bar in ax.patches]


# --- the figure itself


def test_figure_shows_itself_as_png_with_a_text_alternative():
    fig = plots.plot_lines({"a": ([1, 2], [3, 4])}, xlabel="x", ylabel="y", title="t")
    data, metadata = fig._repr_mimebundle_()
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.size == (750, 380)
    assert data["text/plain"] == metadata["image/png"]["alt"] == fig.alt
    assert set(picture.info) <= {"dpi"}, "a version or a date in the file would change it from run to run"


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
def test_png_is_the_same_every_time_and_small(draw):
    first = draw().to_png()
    assert first == draw().to_png()
    assert len(first) < 80_000


def test_savefig_writes_a_full_png(tmp_path):
    plots.plot_history(HISTORY).savefig(tmp_path / "history.png")
    assert Image.open(tmp_path / "history.png").size == (900, 380)


def test_house_style_does_not_depend_on_the_readers_settings():
    import matplotlib

    expected = plots.plot_history(HISTORY).to_png()
    with matplotlib.rc_context({"font.size": 20, "axes.grid": True, "lines.linewidth": 9, "figure.facecolor": "red"}):
        assert plots.plot_history(HISTORY).to_png() == expected


def test_pyplot_is_never_imported():
    code = (
        "import sys, json, numpy as np, helpers.plots as p\n"
        "p.plot_digits(np.zeros((784, 3))).to_png(); p.plot_weights(np.eye(4, 784)).to_png()\n"
        "p.plot_confusion_matrix(np.eye(3, dtype=int)).to_png(); p.plot_label_counts([0, 1]).to_png()\n"
        "print(json.dumps(sorted(m for m in sys.modules if m.startswith('matplotlib.pyplot') or 'widgets' in m)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "matplotlib.pyplot" not in json.loads(done.stdout)


def test_a_size_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match=r"positive width and height in inches, got 0 and 3"):
        plots.new_figure(0, 3)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.91349, "0.913"),
        (1234567, "1,234,567"),
        (12345.6, "12,300"),
        (3.0, "3"),
        (2e-05, "2e-05"),
        (float("nan"), "not a number"),
        (-np.inf, "minus infinity"),
    ],
)
def test_numbers_in_alt_texts_have_three_digits(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0, "0 %"),
        (1, "100 %"),
        (0.9999, "> 99.9 %"),
        (0.0001, "< 0.1 %"),
        (0.993, "99.3 %"),
        (0.9898, "99.0 %"),
        (0.873, "87 %"),
        (0.031, "3.1 %"),
    ],
)
def test_percentages_never_round_to_certainty(fraction, text):
    assert percent(fraction) == text


# --- images


@pytest.mark.parametrize("image", [IMAGES[:, 3], IMAGES[:, 3:4], IMAGES[:, 3].reshape(28, 28)])
def test_image_is_drawn_pixel_for_pixel_ink_dark(image):
    fig = plots.plot_image(image, title="A digit")
    drawn = fig.axes[0].images[0]
    np.testing.assert_array_equal(drawn.get_array(), IMAGES[:, 3].reshape(28, 28))
    assert drawn.get_clim() == (0, 1)
    assert drawn.get_cmap().name == "gray_r"
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
    drawn = fig.axes[0].images
    for image, column in zip(drawn, SMALL.T, strict=True):
        np.testing.assert_array_equal(image.get_array(), column.reshape(2, 3))
    left, top = np.array([(i.get_extent()[0], i.get_extent()[3]) for i in drawn]).T
    assert (np.diff(left)[[0, 1, 3]] > 0).all()
    assert left[3] == left[0]
    assert top[0] == top[2] < top[3]
    for image, text in zip(drawn, fig.axes[0].texts, strict=True):
        assert text.get_position()[0] == pytest.approx(sum(image.get_extent()[:2]) / 2)
        assert text.get_position()[1] > image.get_extent()[2]
    assert [t.get_text() for t in fig.axes[0].texts] == list("abcde")
    assert "5 images of 2 by 3 pixels, in rows of 3. Captions: a, b, c, d, e." in fig.alt


def test_every_pixel_is_a_whole_number_of_screen_pixels():
    for image in plots.plot_digits(IMAGES, columns=4).axes[0].images:
        x0, x1, y1, y0 = image.get_extent()
        assert (x1 - x0) % 28 == 0
        assert (x1 - x0) == (y1 - y0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((IMAGES.T,), "pass images.T"),
        ((IMAGES[:100],), r"have shape \(100, 7\), expected columns of 784 pixels"),
        ((IMAGES[:, :0],), "no image to draw"),
        ((IMAGES, ["a"] * 8), "8 captions for 7 images"),
        ((np.full((784, 1), np.nan),), "NaN or infinite"),
        ((np.array(["a"]),), "must hold numbers"),
    ],
)
def test_sheet_refuses_what_it_cannot_draw(arguments, words):
    with pytest.raises(ValueError, match=words):
        plots.plot_digits(*arguments)


def test_sheet_needs_a_column():
    with pytest.raises(ValueError, match="columns must be at least 1, got 0"):
        plots.plot_digits(IMAGES, columns=0)


def test_label_counts_are_the_bars_also_where_there_is_none():
    fig = plots.plot_label_counts([2, 0, 2, 2], ["cat", "dog", "owl"])
    assert heights(fig.axes[0]) == [1, 0, 3]
    assert [t.get_text() for t in fig.axes[0].get_xticklabels()] == ["cat", "dog", "owl"]
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


# --- curves


def test_lines_are_the_data_with_a_gap_and_a_mark_where_it_is_not_finite():
    fig = plots.plot_lines(
        {"good": ([1, 2, 3], [1.0, 4.0, 9.0]), "bad": ([1, 2, 3], [2.0, 8.0, np.inf])},
        xlabel="epoch", ylabel="loss", title="Two", logy=True,
    )  # fmt: skip
    good, bad, mark = fig.axes[0].lines
    assert list(good.get_xdata()) == [1, 2, 3]
    assert list(good.get_ydata()) == [1, 4, 9]
    np.testing.assert_array_equal(bad.get_ydata(), [2, 8, np.nan])
    assert (mark.get_marker(), mark.get_xdata()[0], mark.get_ydata()[0]) == ("X", 2, 8)
    assert good.get_linestyle() != bad.get_linestyle()
    assert (fig.axes[0].get_xscale(), fig.axes[0].get_yscale()) == ("linear", "log")
    assert "good goes from 1 at 1 to 9 at 3; bad goes from 2 at 1 to 8 at 2, and is not finite after that" in fig.alt


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
        plots.plot_lines(lines, xlabel="x", ylabel="y", title="t", logy=True)


def test_history_draws_both_sets_and_marks_the_best_epoch():
    fig = plots.plot_history(HISTORY)
    for ax, kind in zip(fig.axes, ["loss", "accuracy"], strict=True):
        train, dev, line, dot = ax.lines
        assert list(train.get_xdata()) == [1, 2, 3, 4]
        assert list(train.get_ydata()) == list(HISTORY[f"train_{kind}"])
        assert list(dev.get_ydata()) == list(HISTORY[f"dev_{kind}"])
        assert (train.get_linestyle(), dev.get_linestyle()) == ("-", "--")
        assert list(line.get_xdata()) == [3, 3]
        assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (3, HISTORY[f"dev_{kind}"][3])
    assert "best epoch 3: 0.750" in "".join(texts(fig))
    assert "development from 0.2 to 0.7, best 0.75 at epoch 3" in fig.alt
    assert "best epoch 2: 0.500" in "".join(texts(plots.plot_history(HISTORY, best_epoch=2)))


def test_history_takes_the_first_of_equal_epochs():
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


def test_histories_draw_one_column_of_each():
    fig = plots.plot_histories({"0.1": HISTORY, "0.01": HISTORY / 2}, "dev_loss")
    assert [list(line.get_ydata()) for line in fig.axes[0].lines] == [[2.1, 1.2, 0.9, 0.95], [1.05, 0.6, 0.45, 0.475]]
    assert [text.get_text() for text in fig.axes[0].get_legend().get_texts()] == ["0.1", "0.01"]
    assert fig.axes[0].get_ylabel() == "loss (mean cross-entropy, nats)"
    with pytest.raises(ValueError, match=r"history '0\.1' has no column 'speed'"):
        plots.plot_histories({"0.1": HISTORY}, "speed")
    with pytest.raises(ValueError, match="no history"):
        plots.plot_histories({}, "dev_loss")


def test_histogram_counts_every_value_in_common_bins():
    a, b = np.array([0.0, 0.1, 0.9, 1.0]), np.array([0.5] * 5)
    fig = plots.plot_histogram({"a": a, "b": b}, xlabel="weight", bins=4)
    filled = [patch.get_path().vertices[:, 1].max() for patch in fig.axes[0].patches]
    assert filled == [2, 2, 5, 5]
    for patch in fig.axes[0].patches:
        assert set(patch.get_path().vertices[:, 0]) == {0, 0.25, 0.5, 0.75, 1}
    assert "a, 4 values from 0 to 1 with mean 0.5; b, 5 values from 0.5 to 0.5 with mean 0.5" in fig.alt
    with pytest.raises(ValueError, match="'a' must hold at least one value"):
        plots.plot_histogram({"a": []}, xlabel="weight")
    with pytest.raises(ValueError, match="nothing to count"):
        plots.plot_histogram({}, xlabel="weight")


# --- evaluation


def test_confusion_matrix_writes_every_count_and_colors_errors_only():
    fig = plots.plot_confusion_matrix(MATRIX, ["cat", "dog", "owl"])
    ax = fig.axes[0]
    assert {t.get_position(): int(t.get_text()) for t in ax.texts} == {
        (c, r): MATRIX[r, c] for r in range(3) for c in range(3)
    }
    drawn = ax.images[0].get_array()
    assert (drawn.mask == np.eye(3, dtype=bool)).all()
    assert ax.images[0].get_clim() == (0, 3)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")
    assert "14 of 20 right; the most frequent mistake: dog taken for owl, 3 times" in fig.alt.lower()
    assert "mistake" not in plots.plot_confusion_matrix(np.eye(2, dtype=int)).alt


@pytest.mark.parametrize("draw", [plots.plot_confusion_matrix, plots.plot_accuracy_per_class])
@pytest.mark.parametrize(
    ("matrix", "names", "words"),
    [
        (np.ones((2, 3), int), None, r"is square.*\(2, 3\)"),
        (np.array([[0.5, 0.5], [0, 1]]), None, "holds counts"),
        (np.array([[1, -1], [0, 1]]), None, "holds counts"),
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
    (low, high), *_ = [segment[:, 1] for segment in ax.collections[0].get_segments()]
    assert (high - low) / 2 == pytest.approx(np.sqrt(0.75 * 0.25 / 4))
    assert "none" in texts(fig)
    assert "0: 0.75, 1: 1. Overall 0.889" in fig.alt


def mistakes_table():
    return pd.DataFrame(
        {
            "index": [4, 0],
            "true": [1, 2],
            "predicted": [0, 1],
            "confidence": [0.9, 0.6],
            "true_probability": [0.05, 0.3],
        }
    )


def test_mistakes_show_the_right_images_with_both_digits_and_probabilities():
    dataset = SimpleNamespace(X=SMALL, class_names=("cat", "dog", "owl"), image_shape=(2, 3))
    fig = plots.plot_mistakes(mistakes_table(), dataset)
    for image, column in zip(fig.axes[0].images, [4, 0], strict=True):
        np.testing.assert_array_equal(image.get_array(), SMALL[:, column].reshape(2, 3))
    assert [t.get_text() for t in fig.axes[0].texts] == [
        "✗ said cat: 90 %\nis dog: 5.0 %",
        "✗ said dog: 60 %\nis owl: 30 %",
    ]
    assert "dog taken for cat, owl taken for dog" in fig.alt
    assert len(plots.plot_mistakes(mistakes_table(), dataset, count=1).axes[0].images) == 1


@pytest.mark.parametrize(
    ("table", "count", "words"),
    [
        (mistakes_table().drop(columns="confidence"), 12, "no column 'confidence'"),
        (mistakes_table().head(0), 12, "no mistake to draw"),
        (mistakes_table(), 0, "no mistake to draw"),
        (mistakes_table().assign(index=[9, 0]), 12, "index 9 is not in the dataset of 5 images"),
    ],
)
def test_mistakes_are_checked(table, count, words):
    dataset = SimpleNamespace(X=SMALL, class_names=("cat", "dog", "owl"), image_shape=(2, 3))
    with pytest.raises(ValueError, match=words):
        plots.plot_mistakes(table, dataset, count=count)


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


# --- network


def test_network_diagram_has_a_circle_a_neuron_and_every_shape():
    fig = plots.plot_network([12, 4, 3])
    assert len(fig.axes[0].patches) == 8 + 4 + 3  # twelve are abbreviated to eight
    assert len(fig.axes[0].lines) == 8 * 4 + 4 * 3
    written = " ".join(texts(fig))
    for shape in ["A0 = X (12, m)", "W1 (4, 12)", "b1 (4, 1)", "A1 (4, m)", "W2 (3, 4)", "b2 (3, 1)", "A2 (3, m)", "⋮"]:
        assert shape in written
    assert f"{12 * 4 + 4 + 4 * 3 + 3} weights and biases" in fig.alt


@pytest.mark.parametrize("sizes", [[784], [784, 0], [784, 10.5], []])
def test_network_diagram_needs_sizes(sizes):
    with pytest.raises(ValueError, match="at least two positive whole numbers"):
        plots.plot_network(sizes)


def test_layer_activations_draw_the_chosen_column():
    A1, A2 = RNG.random((4, 5)), PROBABILITIES[:, [0, 1, 0, 1, 0]]
    fig = plots.plot_layer_activations([SMALL, A1, A2], 3, image_shape=(2, 3))
    np.testing.assert_array_equal(fig.axes[0].images[0].get_array(), SMALL[:, 3].reshape(2, 3))
    assert heights(fig.axes[1]) == list(A1[:, 3])
    assert heights(fig.axes[2]) == list(A2[:, 3])
    assert "In hidden layer 1, 4 of 4 neurons are active. The largest output is number 2 with 0.5." in fig.alt
    with pytest.raises(IndexError, match="column 5 is not there"):
        plots.plot_layer_activations([SMALL, A1, A2], 5, image_shape=(2, 3))
    with pytest.raises(ValueError, match="as forward_propagation returns them"):
        plots.plot_layer_activations([SMALL, A1[:, :2]], 0, image_shape=(2, 3))


def test_probabilities_stand_beside_their_image_and_say_right_or_wrong_in_words():
    fig = plots.plot_probabilities(SMALL[:, :2], PROBABILITIES, [0, 1], ["cat", "dog", "owl"], image_shape=(2, 3))
    for i in range(2):
        np.testing.assert_array_equal(fig.axes[2 * i].images[0].get_array(), SMALL[:, i].reshape(2, 3))
        assert heights(fig.axes[2 * i + 1]) == list(PROBABILITIES[:, i])
    titles = [fig.axes[i].get_title(loc="left") for i in (1, 3)]
    assert titles == ["✓ says cat (70 %)", "✗ says owl (50 %), is dog (30 %)"]
    assert "right, says cat" in fig.alt
    assert "wrong, says owl" in fig.alt


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
    assert fig.axes[1].get_ylabel() == "weight (no unit)"
    assert fig.alt == "Images of 2 neurons, weight by pixel, from -1 to 2: red positive, blue negative."
    slopes = plots.plot_weights(W, (2, 3), quantity="slope")
    assert slopes.axes[1].get_ylabel() == "slope (no unit)"
    assert "slope by pixel" in slopes.alt
    W = np.tile(np.linspace(-1, 1, 250), 4).reshape(4, 250)
    W[0, 0] = 99
    assert plots.plot_weights(W, (10, 25)).axes[0].images[0].get_clim() == (-1, 1)
    assert "from -1 to 2" in fig.alt
    with pytest.raises(ValueError, match=r"shape \(neurons, 784\)"):
        plots.plot_weights(W)


def tick_labels(fig, axis):
    fig.canvas.draw()
    return [text.get_text() for text in getattr(fig.axes[0], axis).get_ticklabels()]


def test_a_logarithmic_axis_is_labeled_with_plain_numbers():
    words = {"xlabel": "images", "ylabel": "mistakes", "title": "t", "logx": True, "logy": True}
    fig = plots.plot_lines({"a": ([100, 55_000], [30.0, 1.5])}, **words)
    assert {"100", "1,000", "10,000"} <= set(tick_labels(fig, "xaxis"))
    assert {"2", "5", "10", "20"} <= set(tick_labels(fig, "yaxis"))
    tiny = plots.plot_lines({"a": ([1, 20], [1e-9, 1e-3])}, **words)
    assert any("10^" in label for label in tick_labels(tiny, "yaxis"))
