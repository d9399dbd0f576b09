import numpy as np
import pytest

from helpers.data import Dataset
from helpers.evaluation import (
    accuracy,
    confusion_matrix,
    loss_and_accuracy,
    make_predictions,
    mistakes,
    predict_probabilities,
)
from helpers.losses import cross_entropy, one_hot
from helpers.network import Layer

# one layer whose scores are the two pixels themselves, times a thousandth or as they are
PARAMETERS = [Layer(np.eye(2), np.zeros((2, 1)))]
X = np.array([[0.9, 0.1, 0.5, 0.2], [0.1, 0.8, 0.5, 0.3]])
LABELS = np.array([0, 1, 1, 0])


def dataset(labels=LABELS):
    return Dataset(np.ascontiguousarray(X.T).T, labels, class_names=("left", "right"), image_shape=(1, 2))


def test_probabilities_and_predictions_on_known_scores():
    P = predict_probabilities(PARAMETERS, X)
    np.testing.assert_allclose(P[0], 1 / (1 + np.exp(X[1] - X[0])))
    np.testing.assert_allclose(P.sum(axis=0), 1)
    np.testing.assert_array_equal(make_predictions(PARAMETERS, X), [0, 1, 0, 1])  # a tie goes to the lower class


def test_accuracy_is_a_fraction():
    assert accuracy([0, 1, 0, 1], LABELS) == 0.5
    assert accuracy(np.array([3]), np.array([3])) == 1
    assert isinstance(accuracy([1], [1]), float)


@pytest.mark.parametrize(("predictions", "labels"), [([0, 1], [0]), ([], []), ([[0, 1]], [0, 1]), ([[0]], [[0]])])
def test_what_cannot_be_compared_is_refused(predictions, labels):
    with pytest.raises(ValueError, match=r"expected \(m,\) twice"):
        accuracy(predictions, labels)
    with pytest.raises(ValueError, match=r"expected \(m,\) twice"):
        confusion_matrix(predictions, labels)


def test_confusion_matrix_counts_true_rows_and_predicted_columns():
    matrix = confusion_matrix([0, 2, 2, 1, 2], [0, 1, 1, 1, 2], num_classes=3)
    np.testing.assert_array_equal(matrix, [[1, 0, 0], [0, 1, 2], [0, 0, 1]])
    assert confusion_matrix([9], [0]).shape == (10, 10)


@pytest.mark.parametrize(("predictions", "labels"), [([3], [0]), ([0], [3]), ([-1], [0])])
def test_classes_outside_the_matrix_are_refused(predictions, labels):
    with pytest.raises(ValueError, match="outside the 3 classes 0 to 2"):
        confusion_matrix(predictions, labels, num_classes=3)


def test_confusion_matrix_counts_uint8_labels_beyond_255_cells():
    labels = np.full(5, 9, dtype=np.uint8)  # 9 * 30 + 9 does not fit into a byte
    assert confusion_matrix(labels, labels, num_classes=30)[9, 9] == 5


def test_mistakes_lists_the_wrong_ones_surest_first():
    table = mistakes(PARAMETERS, dataset(np.array([1, 1, 1, 0])))
    assert list(table.columns) == ["index", "true", "predicted", "confidence", "true_probability"]
    assert table["index"].tolist() == [0, 3, 2]
    assert table["true"].tolist() == [1, 0, 1]
    assert table["predicted"].tolist() == [0, 1, 0]
    P = predict_probabilities(PARAMETERS, X)
    np.testing.assert_array_equal(table["confidence"], [P[0, 0], P[1, 3], P[0, 2]])
    np.testing.assert_array_equal(table["true_probability"], [P[1, 0], P[0, 3], P[1, 2]])
    assert table.index.tolist() == [0, 1, 2]


def test_mistakes_of_equal_confidence_stay_in_the_order_of_the_set():
    rows = np.tile([[0.6, 0.1], [0.9, 0.1]], (500, 1))
    same = Dataset(rows.T, np.ones(1000, dtype=int), class_names=("a", "b"), image_shape=(1, 2))
    assert mistakes(PARAMETERS, same)["index"].tolist() == [*range(1, 1000, 2), *range(0, 1000, 2)]


def test_a_network_without_mistakes_gives_an_empty_table():
    assert len(mistakes(PARAMETERS, dataset(np.array([0, 1, 0, 1])))) == 0


def test_mistakes_need_labels():
    with pytest.raises(ValueError, match="the dataset has no labels"):
        mistakes(PARAMETERS, dataset(None))


def test_loss_and_accuracy_agree_with_their_parts():
    loss, fraction = loss_and_accuracy(PARAMETERS, X, LABELS)
    assert loss == cross_entropy(predict_probabilities(PARAMETERS, X), one_hot(LABELS, 2))
    assert fraction == 0.5


def test_the_hidden_activation_is_passed_on():
    deep = [Layer(-np.eye(2), np.zeros((2, 1))), Layer(np.eye(2), np.zeros((2, 1)))]
    np.testing.assert_allclose(predict_probabilities(deep, X), np.full((2, 4), 0.5))  # relu: all dead
    assert make_predictions(deep, X, activation="tanh").tolist() == [1, 0, 0, 0]
    assert len(mistakes(deep, dataset(), activation="tanh")) == 3
