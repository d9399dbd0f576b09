"""The reading test without a browser: what it asks, keeps and computes."""

import numpy as np
import pytest
from shared import small_dataset, small_network

pytest.importorskip("anywidget", reason="the panels need anywidget")

from helpers.evaluation import predict_probabilities
from helpers.robustness import expected_calibration_error, reliability
from helpers.widgets import ReadingTest

DATASET = small_dataset(5)
NETWORK = small_network(6, 4, 3)


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def test():
    return ReadingTest(DATASET, NETWORK)


def browser(test, said, sure):
    number = test.surface.state["number"]
    message = {"type": "read", "number": number, "said": said, "sure": sure}
    test.surface._handle_custom_msg(message, [])


SAID, SURE = [0, 1, 2, 0, 1], [10, 50, 100, 90, 60]


def test_all_images_are_asked_and_both_diagrams_drawn(test):
    for number, (said, sure) in enumerate(zip(SAID, SURE, strict=True)):
        state = test.surface.state
        assert state["number"] == number
        pixels = np.frombuffer(state["pixels"], np.uint8)
        np.testing.assert_array_equal(pixels, np.rint(255 * DATASET.X[:, number]))
        browser(test, said, sure)
    state = test.surface.state
    assert state["number"] is None
    assert state["png"].startswith(b"\x89PNG")
    assert "you: 1 answers at confidence 0.10" in state["alt"]

    tables, words = test.compare()
    is_right = np.array(SAID) == DATASET.labels
    assert tables["you"].equals(reliability(np.array(SURE) / 100, is_right))
    P = predict_probabilities(NETWORK, DATASET.X)
    pair = P.max(axis=0), P.argmax(axis=0) == DATASET.labels
    assert tables["the network"].equals(reliability(*pair))
    assert f"you: {is_right.sum()} of 5 right, sure to 62% on average" in words
    assert f"calibration error {expected_calibration_error(*pair):.2f}" in words
    assert state["words"] == words


def test_answers_are_kept_for_the_same_images_alone(test):
    browser(test, 0, 50)
    browser(test, 1, 60)
    assert ReadingTest(DATASET, NETWORK).answers == {0: (0, 50), 1: (1, 60)}
    later = ReadingTest(DATASET.subset([3, 1, 2]), NETWORK)
    assert later.answers == {1: (1, 60)}
    assert later.next == 0


@pytest.mark.parametrize(
    ("said", "sure"), [(3, 50), (-1, 50), (0, 55), (0, 0), ("0", 50), (None, 50)]
)
def test_another_answer_is_refused(test, said, sure):
    with pytest.raises(ValueError, match="expected 0 to 2, and one of"):
        test.read(said, sure)
    browser(test, said, sure)
    assert "expected 0 to 2" in test.surface.error
    assert test.answers == {}


def test_an_answer_that_comes_twice_counts_once(test):
    message = {"type": "read", "number": 0, "said": 1, "sure": 50}
    for _ in range(2):
        test.surface._handle_custom_msg(message, [])
    assert test.answers == {0: (1, 50)}


def test_before_the_last_image_there_is_no_diagram(test):
    with pytest.raises(ValueError, match="not read yet"):
        test.compare()


def test_on_a_page_stand_the_images_whatever_was_answered(test):
    data, _ = test._repr_mimebundle_()
    assert "Read these 5 and say how sure you are" in data["text/plain"]
    browser(test, 0, 50)
    assert test._repr_mimebundle_()[0]["image/png"] == data["image/png"]


def test_labels_are_needed():
    with pytest.raises(ValueError, match="no labels"):
        ReadingTest(small_dataset(labels=False), NETWORK)
