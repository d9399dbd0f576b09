"""The digit pad without a browser: its traits are set as the browser sets them."""

import io
import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image
from shared import shown_without_browser

pytest.importorskip("anywidget")

from helpers.data import Dataset, load_csv, load_dataset
from helpers.drawing import draw_strokes, sample_strokes
from helpers.evaluation import predict_probabilities
from helpers.network import Layer, initialize_parameters
from helpers.preprocessing import preprocess
from helpers.storage import load_parameters
from helpers.widgets import DigitPad

MODELS = Path(__file__).parents[2] / "notebooks" / "models"
NETWORK = load_parameters(MODELS / "digits_network.npz")
SEVEN = sample_strokes(7)
BAR, STEM = sample_strokes(4)


@pytest.fixture(scope="module")
def train_set():
    return load_dataset("digits").subset(np.arange(0, 5000, 10))


@pytest.fixture
def pad():
    return DigitPad(NETWORK)


def pen(pad, *strokes, stamp=None):
    """What the browser sends: strokes and a new stamp, in one message."""
    stamp = pad.surface.stamp + 1 if stamp is None else stamp
    points = [list(map(list, stroke)) for stroke in strokes]
    pad.surface.set_state({"strokes": points, "stamp": stamp, "sample": False})


def press(pad, *, buffers=(), **message):
    pad.surface._handle_custom_msg(message, list(buffers))


def said(pad):
    return pad.surface.answer["sentence"]


def png(image):
    buffer = io.BytesIO()
    Image.fromarray((255 * image).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def send_file(pad, content, pieces=3):
    size = -(-len(content) // pieces)
    file = {"type": "file", "name": "digit.png", "parts": pieces, "size": len(content)}
    for part in range(pieces):
        piece = memoryview(content[part * size : (part + 1) * size])
        press(pad, **file, part=part, buffers=[piece])


def test_it_starts_with_a_seven_and_recognizes_each_sample(pad):
    assert "says 7" in said(pad)
    assert pad.surface.sample is True
    for digit in range(10):
        press(pad, type="sample", number=digit)
        answer = pad.surface.answer
        assert said(pad).startswith(f"The network says {digit} ")
        assert int(np.argmax(answer["probabilities"])) == digit
        names = [stage["name"] for stage in answer["stages"]]
        assert names == ["gray", "ink", "cropped", "scaled", "centered"]
        for stage in answer["stages"]:
            assert len(stage["data"]) == stage["width"] * stage["height"]


def test_the_answer_is_what_the_tested_helpers_say(pad):
    pen(pad, BAR, STEM)
    x = preprocess(draw_strokes(pad.surface.strokes)).x
    assert_array_equal(pad.x, x)
    assert_array_equal(pad.probabilities, predict_probabilities(NETWORK, x))
    answer = pad.surface.answer
    assert answer["probabilities"] == pad.probabilities.ravel().tolist()
    shown = np.frombuffer(answer["stages"][-1]["data"], np.uint8)
    assert_allclose(shown / 255, x.ravel(), atol=0.5 / 255)
    assert [len(layer["values"]) for layer in answer["hidden"]] == [10, 10]


def test_bars_follow_a_stroke_that_grows_and_undo_takes_all_of_it_back(pad):
    pen(pad, SEVEN[0][:20])
    first = pad.probabilities.copy()
    pen(pad, SEVEN[0][:30])
    assert not np.array_equal(pad.probabilities, first)
    pen(pad, SEVEN[0])
    assert "says 7" in said(pad)
    press(pad, type="undo")  # the stroke had replaced the sample
    assert pad.surface.strokes == SEVEN
    assert pad.surface.sample is True


def test_undo_goes_back_stroke_by_stroke_and_over_clearing(pad):
    press(pad, type="clear")
    assert said(pad) == "Draw a digit."
    assert pad.x is pad.stages is pad.probabilities is None
    pen(pad, BAR)
    pen(pad, BAR, STEM[:5])
    pen(pad, BAR, STEM)
    press(pad, type="clear")
    for expected in ([BAR, STEM], [BAR], [], SEVEN, SEVEN):  # at the end nothing is left to undo
        press(pad, type="undo")
        assert pad.surface.strokes == expected
    assert "says 7" in said(pad)


def test_undo_knows_strokes_that_came_in_one_message(pad):
    pen(pad, BAR[:9])  # replaces the sample; its end comes with the next stroke
    pen(pad, BAR, STEM[:3])
    pen(pad, BAR, STEM)
    for expected in ([BAR], SEVEN):
        press(pad, type="undo")
        assert pad.surface.strokes == expected
    press(pad, type="clear")
    pen(pad, BAR, STEM)
    for expected in ([BAR], [], SEVEN):
        press(pad, type="undo")
        assert pad.surface.strokes == expected


def test_every_stamp_is_answered_even_for_equal_strokes(pad):
    for stamp in (1, 2):
        pen(pad, *sample_strokes(1), stamp=stamp)
        assert pad.surface.answer["stamp"] == stamp
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
    assert words in pad.surface.error
    assert "says 7" in said(pad)
    press(pad, type="sample", number=2)
    assert pad.surface.error == ""


def test_a_file_too_large_is_refused_before_it_is_sent(pad):
    file = {"type": "file", "name": "big.tif", "part": 0, "parts": 200, "size": 90_000_000}
    press(pad, **file, buffers=[b"x"])
    assert "big.tif has 90 MB, expected at most 60" in pad.surface.error


def test_a_wrong_sample_and_wrong_strokes_are_shown_and_not_lost(pad):
    press(pad, type="sample", number=99)
    assert "there is no sample 99" in pad.surface.error
    pad.surface.strokes = [["x"]]
    assert said(pad).startswith("Stroke 1 is ['x'], expected a list of points")
    press(pad, type="undo")
    assert "says 7" in said(pad)


def test_arrays_and_paths_can_be_loaded_by_code(pad, tmp_path, train_set):
    inked = np.round(255 * train_set.X[:, 0]).astype(np.uint8)
    pad.load(255 - inked.reshape(28, 28))
    assert pad.surface.picture["data"] == bytes(255 - inked)
    pad.load(np.repeat(draw_strokes(sample_strokes(5))[:, :, None], 3, axis=2))
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
    every = np.sqrt(((train_set.X - pad.x) ** 2).sum(axis=0))
    assert distances == pytest.approx(np.sort(every)[: len(near)])
    assert "500 training digits" in pad.surface.answer["nearest_note"]


def test_samples_may_come_from_a_dataset(train_set):
    pad = DigitPad(NETWORK, samples=train_set)
    assert [sample["name"] for sample in pad.surface.samples] == list("0123456789")
    press(pad, type="sample", number=0)
    first = np.flatnonzero(train_set.labels == 0)[0]
    assert np.abs(pad.x - train_set.X[:, [first]]).max() < 0.06
    with pytest.raises(ValueError, match="samples has no labels"):
        DigitPad(NETWORK, samples=Dataset(train_set.X, None))


def test_a_picture_stands_in_where_there_is_no_browser(pad):
    assert shown_without_browser(pad) == DigitPad(NETWORK).figure().alt
    assert "The network says 7" in pad.figure().alt
    press(pad, type="clear")
    assert "5 stages" in pad.figure().alt


def test_callbacks_from_another_thread_are_answered(pad):
    thread = threading.Thread(target=pen, args=(pad, *sample_strokes(2)))
    thread.start()
    thread.join(5)
    assert "says 2" in said(pad)


def test_networks_and_datasets_of_other_sizes_are_refused():
    with pytest.raises(ValueError, match="the network takes images of 64 pixels, expected 784"):
        DigitPad(initialize_parameters([64, 10], np.random.default_rng(0)))
    with pytest.raises(ValueError, match="train_set holds images of 64"):
        DigitPad(NETWORK, load_dataset("digits-8x8"))
    with pytest.raises(ValueError, match="there are 2 class names, expected 10"):
        DigitPad(NETWORK, class_names=("even", "odd"))


def test_the_sentence_names_two_classes_when_it_is_not_sure():
    *hidden, (W, _) = NETWORK
    unsure = [*hidden, Layer(0 * W, np.log([[0.5], [0.4], *[[0.0125]] * 8]))]
    assert said(DigitPad(unsure)) == "Not sure: 0 (50 %) or 1 (40 %)?"


# --- why an answer may be wrong


def test_no_sample_raises_a_doubt_and_others_do_with_a_reason(train_set):
    pad = DigitPad(NETWORK, train_set)
    for digit in range(10):
        press(pad, type="sample", number=digit)
        doubts = [doubt for doubt in pad.surface.answer["doubts"] if "nearest" not in doubt]
        assert doubts == [], digit
    pen(pad, BAR[:12], [[200, 220], [250, 220]])
    assert "There are 2 patches of ink: more than one digit?" in pad.surface.answer["doubts"]
    press(pad, type="sample", number=8)
    pad.surface.pen = 44
    thick = [doubt for doubt in pad.surface.answer["doubts"] if "thicker" in doubt]
    assert len(thick) == 1
    assert thick[0].endswith("of the training digits")
    assert pad.surface.answer["redraw"] is True


def test_nearest_digits_that_disagree_with_the_network_are_told(train_set):
    *hidden, (W, b) = NETWORK
    says_zero = [*hidden, Layer(0 * W, 0 * b + 9 * (np.arange(10) == 0)[:, None])]
    pad = DigitPad(says_zero, train_set)
    near = [one["name"] for one in pad.surface.answer["nearest"]]
    assert near.count("7") >= 6
    words = f"{near.count('7')} of the 8 nearest training digits are 7"
    assert words in pad.surface.answer["doubts"]
    assert words not in DigitPad(NETWORK, train_set).surface.answer["doubts"]


# --- several networks, crop, own digits


def test_the_networks_are_a_list_on_the_pad(train_set):
    *hidden, (W, b) = NETWORK
    says_zero = [*hidden, Layer(0 * W, 0 * b + 9 * (np.arange(10) == 0)[:, None])]
    pad = DigitPad({"trained": NETWORK, "zero": says_zero})
    assert pad.surface.networks == ["trained", "zero"]
    press(pad, type="keep", label=7)
    press(pad, type="sample", number=7)
    pad.surface.network = 1
    assert "says 0" in said(pad)
    assert pad.parameters is says_zero
    assert pad.surface.kept["said"] == [0]
    with pytest.raises(ValueError, match="empty dict"):
        DigitPad({})


def test_a_rectangle_is_cut_out_of_a_picture_and_undo_brings_it_back(pad):
    press(pad, type="crop", box=[0, 0, 1, 1])
    assert "no picture on the board to crop" in pad.surface.error
    picture = np.ones((200, 400))
    picture[:, :200] = draw_strokes(sample_strokes(4), side=200, pen=18)
    picture[80:120, 300:340] = 0
    pad.load(picture)
    press(pad, type="crop", box=[-0.1, 0, 0.5, 1.2])
    assert_array_equal(pad.board.image, picture[:, :200])
    assert "says 4" in said(pad)
    press(pad, type="crop", box=[0, 0, 0.05, 0.05])
    assert "blank" in pad.surface.error
    press(pad, type="undo")
    assert_array_equal(pad.board.image, picture)


def test_digits_are_collected_with_labels(pad):
    assert pad.collected is None
    x = pad.x
    press(pad, type="keep", label=7)
    assert said(pad) == "Draw a digit."
    press(pad, type="keep", label=7)
    assert "there is no digit to keep" in pad.surface.error
    press(pad, type="sample", number=2)
    press(pad, type="keep", label=10)
    assert "label is 10, expected 0 to 9" in pad.surface.error
    press(pad, type="keep", label=3)
    assert pad.collected.labels.tolist() == [7, 3]
    assert_allclose(pad.collected.X[:, [0]], x, atol=0.5 / 255)
    assert pad.surface.kept["said"] == [7, 2]
    press(pad, type="forget")
    assert pad.collected.labels.tolist() == [7]


def test_a_writer_saves_a_file_that_load_csv_reads_and_that_nobody_else_overwrites(tmp_path, pad):
    folder = tmp_path / "our_digits"
    with pytest.raises(ValueError, match="there is no digit to save; keep one first"):
        pad.save("blue_owl", folder)
    pad.keep(7)
    pad.pick(2)
    pad.keep(2)
    path = pad.save("blue_owl", folder)
    assert path == folder / "blue_owl.csv"
    saved = load_csv(path)
    assert saved.labels.tolist() == [7, 2]
    assert_array_equal(saved.X, pad.collected.X)
    with pytest.raises(FileExistsError, match=r"blue_owl\.csv is there already; delete it"):
        pad.save("blue_owl", folder)
    with pytest.raises(TypeError, match="writer is 7, expected a str such as 'blue_owl'"):
        pad.save(7, folder)
    for writer in ("", "blue owl", "../blue", "a.csv"):
        with pytest.raises(ValueError, match=r"expected letters, digits, - and _, such as"):
            pad.save(writer, folder)
    assert [file.name for file in folder.iterdir()] == ["blue_owl.csv"]


def test_every_question_is_heard_even_if_nothing_changes(pad, monkeypatch):
    heard = []
    monkeypatch.setattr(pad.surface, "send", heard.append)
    press(pad, type="undo")
    press(pad, type="sample", number=99)
    assert heard == [{"heard": True}] * 2
