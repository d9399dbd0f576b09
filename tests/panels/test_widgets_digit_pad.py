"""The digit pad without a browser: its traits are set as the browser sets them."""

import io
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

pytest.importorskip("anywidget")

from helpers.data import Dataset, load_dataset
from helpers.drawing import draw_strokes, sample_strokes
from helpers.evaluation import predict_probabilities
from helpers.network import initialize_parameters
from helpers.preprocessing import preprocess
from helpers.storage import load_parameters
from helpers.widgets import DigitPad
from helpers.widgets.pad_answer import sentence

NETWORK = load_parameters(Path(__file__).parents[2] / "notebooks" / "models" / "digits_network.npz")


@pytest.fixture(scope="module")
def train_set():
    return load_dataset("digits").subset(np.arange(0, 5000, 10))


@pytest.fixture
def pad():
    return DigitPad(NETWORK)


def pen(pad, *strokes, stamp=None):
    """What the browser sends: strokes and a new stamp, in one message."""
    stamp = pad.surface.stamp + 1 if stamp is None else stamp
    pad.surface.set_state({"strokes": [list(map(list, points)) for points in strokes], "stamp": stamp, "sample": False})


def press(pad, **message):
    buffers = message.pop("buffers", [])
    pad.surface._handle_custom_msg(message, buffers)


def said(pad):
    return pad.surface.answer["sentence"]


def png(image):
    buffer = io.BytesIO()
    Image.fromarray((255 * image).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def send_file(pad, content, pieces=3, name="digit.png"):
    size = -(-len(content) // pieces)
    for part in range(pieces):
        piece = memoryview(content[part * size : (part + 1) * size])
        press(pad, type="file", name=name, part=part, parts=pieces, size=len(content), buffers=[piece])


def test_starts_with_a_seven_and_opens_fast():
    start = time.perf_counter()
    pad = DigitPad(NETWORK)
    assert time.perf_counter() - start < 1
    assert "says 7" in said(pad)
    assert pad.surface.sample is True


def test_each_sample_is_recognized_and_shown_with_its_stages(pad):
    for digit in range(10):
        press(pad, type="sample", number=digit)
        answer = pad.surface.answer
        assert said(pad).startswith(f"The network says {digit} ")
        assert int(np.argmax(answer["probabilities"])) == digit
        assert [stage["name"] for stage in answer["stages"]] == ["gray", "ink", "cropped", "scaled", "centered"]
        for stage in answer["stages"]:
            assert len(stage["data"]) == stage["width"] * stage["height"]


def test_the_answer_is_what_the_tested_helpers_say(pad):
    strokes = sample_strokes(4)
    pen(pad, *strokes)
    x = preprocess(draw_strokes(pad.surface.strokes)).x
    assert_array_equal(pad.x, x)
    assert_array_equal(pad.probabilities, predict_probabilities(NETWORK, x))
    assert pad.surface.answer["probabilities"] == pad.probabilities.ravel().tolist()
    shown = np.frombuffer(pad.surface.answer["stages"][-1]["data"], np.uint8)
    assert_allclose(shown / 255, x.ravel(), atol=0.5 / 255)
    assert [len(layer["values"]) for layer in pad.surface.answer["hidden"]] == [10, 10]


def test_bars_follow_a_stroke_that_grows_and_undo_takes_all_of_it_back(pad):
    seven = sample_strokes(7)[0]
    pen(pad, seven[:20])
    first = pad.probabilities.copy()
    pen(pad, seven[:30])
    assert not np.array_equal(pad.probabilities, first)
    pen(pad, seven)
    assert "says 7" in said(pad)
    press(pad, type="undo")  # the stroke had replaced the sample
    assert pad.surface.strokes == sample_strokes(7)
    assert pad.surface.sample is True


def test_undo_goes_back_stroke_by_stroke_and_over_clearing(pad):
    bar, stem = sample_strokes(4)
    press(pad, type="clear")
    assert said(pad) == "Draw a digit."
    assert pad.x is pad.stages is pad.probabilities is None
    pen(pad, bar)
    pen(pad, bar, stem[:5])
    pen(pad, bar, stem)
    four = said(pad)
    press(pad, type="clear")
    press(pad, type="undo")
    assert said(pad) == four
    press(pad, type="undo")
    assert pad.surface.strokes == [bar]
    press(pad, type="undo")
    assert pad.surface.strokes == []
    press(pad, type="undo")
    assert pad.surface.strokes == sample_strokes(7)
    press(pad, type="undo")  # nothing is left to undo
    assert "says 7" in said(pad)


def test_undo_knows_strokes_that_came_in_one_message(pad):
    bar, stem = sample_strokes(4)
    pen(pad, bar[:9])  # replaces the sample; its end comes with the next stroke
    pen(pad, bar, stem[:3])
    pen(pad, bar, stem)
    press(pad, type="undo")
    assert pad.surface.strokes == [bar]
    press(pad, type="undo")
    assert pad.surface.strokes == sample_strokes(7)
    press(pad, type="clear")
    pen(pad, bar, stem)
    for expected in ([bar], [], sample_strokes(7)):
        press(pad, type="undo")
        assert pad.surface.strokes == expected


def test_every_stamp_is_answered_even_for_equal_strokes(pad):
    strokes = sample_strokes(1)
    pen(pad, *strokes, stamp=1)
    pen(pad, *strokes, stamp=2)
    assert pad.surface.answer["stamp"] == 2
    press(pad, type="undo")
    assert pad.surface.answer["stamp"] == 2


def test_the_pen_width_redraws_the_strokes(pad):
    thin = pad.x.sum()
    pad.surface.pen = 44
    assert pad.x.sum() > 1.5 * thin


def test_a_picture_is_loaded_in_pieces_and_a_stroke_replaces_it(pad):
    send_file(pad, png(draw_strokes(sample_strokes(3), side=500)))
    assert "says 3" in said(pad)
    assert (pad.surface.picture["width"], pad.surface.picture["height"]) == (280, 280)
    assert pad.surface.strokes == []
    pen(pad, sample_strokes(1)[0])
    assert "says 1" in said(pad)
    press(pad, type="undo")
    assert "says 3" in said(pad)
    assert pad.surface.picture["width"] == 280
    press(pad, type="undo")
    assert pad.surface.picture == {}
    assert "says 7" in said(pad)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no picture", "not a picture"),
        (png(draw_strokes(sample_strokes(3)))[:300], "damaged"),
        (png(np.ones((50, 50))), "blank"),
    ],
)
def test_a_file_that_fails_is_explained_and_leaves_the_board_alone(pad, content, words):
    send_file(pad, content)
    assert words in pad.error_line.value
    assert "says 7" in said(pad)
    press(pad, type="sample", number=2)
    assert pad.error_line.value == ""


def test_a_file_too_large_is_refused_before_it_is_sent(pad):
    press(pad, type="file", name="big.tif", part=0, parts=200, size=90_000_000, buffers=[b"x"])
    assert "big.tif has 90 MB, expected at most 60" in pad.error_line.value


def test_a_wrong_sample_and_wrong_strokes_are_shown_and_not_lost(pad):
    press(pad, type="sample", number=99)
    assert "there is no sample 99" in pad.error_line.value
    pad.surface.strokes = [["x"]]
    assert "stroke 1" in pad.error_line.value or "stroke 1" in said(pad)
    press(pad, type="undo")
    assert "says 7" in said(pad)


def test_arrays_and_paths_can_be_loaded_by_code(pad, tmp_path, train_set):
    pad.load(np.round(255 * (1 - train_set.X[:, 0].reshape(28, 28))).astype(np.uint8))
    assert pad.surface.picture["data"] == bytes(255 - np.round(255 * train_set.X[:, 0]).astype(np.uint8))
    colors = np.repeat(draw_strokes(sample_strokes(5))[:, :, None], 3, axis=2)
    pad.load(colors)
    assert "says 5" in said(pad)
    (tmp_path / "six.png").write_bytes(png(draw_strokes(sample_strokes(6))))
    pad.load(tmp_path / "six.png")
    assert "says 6" in said(pad)
    with pytest.raises(FileNotFoundError):
        pad.load(tmp_path / "none.png")


def test_nearest_training_digits_are_shown_with_labels(train_set):
    pad = DigitPad(NETWORK, train_set)
    near = pad.surface.answer["nearest"]
    assert [one["name"] for one in near[:3]] == ["7", "7", "7"]
    distances = [one["distance"] for one in near]
    assert distances == sorted(distances)
    every = np.sqrt(((train_set.X - pad.x) ** 2).sum(axis=0))
    assert distances[0] == pytest.approx(every.min())
    assert "500 training digits" in pad.surface.answer["nearest_note"]


def test_samples_may_come_from_a_dataset(train_set):
    pad = DigitPad(NETWORK, samples=train_set)
    assert [sample["name"] for sample in pad.surface.samples] == [str(digit) for digit in range(10)]
    press(pad, type="sample", number=0)
    first = np.flatnonzero(train_set.labels == 0)[0]
    assert np.abs(pad.x - train_set.X[:, [first]]).max() < 0.06


def test_samples_without_labels_are_refused(train_set):
    with pytest.raises(ValueError, match="samples has no labels"):
        DigitPad(NETWORK, samples=Dataset(train_set.X, None))


def test_a_picture_stands_in_where_there_is_no_browser(pad):
    data, metadata = pad._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == metadata["image/png"]["alt"] == DigitPad(NETWORK).figure().alt
    assert "The network says 7" in data["text/plain"]
    press(pad, type="clear")
    assert "5 stages" in pad.figure().alt


def test_callbacks_from_another_thread_are_answered(pad):
    thread = threading.Thread(target=pen, args=(pad, *sample_strokes(2)))
    thread.start()
    thread.join(5)
    assert "says 2" in said(pad)


def test_networks_and_datasets_of_other_sizes_are_refused(train_set):
    with pytest.raises(ValueError, match="the network takes images of 64 pixels, expected 784"):
        DigitPad(initialize_parameters([64, 10], np.random.default_rng(0)))
    with pytest.raises(ValueError, match="train_set holds images of 64"):
        DigitPad(NETWORK, load_dataset("digits-8x8"))
    with pytest.raises(ValueError, match="there are 2 class names, expected 10"):
        DigitPad(NETWORK, class_names=("even", "odd"))


def test_the_sentence_names_two_classes_when_it_is_not_sure():
    assert sentence(np.array([0.1, 0.7, 0.2]), "abc") == "The network says b (70 %)."
    assert sentence(np.array([0.1, 0.5, 0.4]), "abc") == "Not sure: b (50 %) or c (40 %)?"
