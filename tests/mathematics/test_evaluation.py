import tracemalloc

import numpy as np

from helpers.data import Dataset
from helpers.evaluation import (
    accuracy,
    confusion_matrix,
    loss_and_accuracy,
    make_predictions,
    mistakes,
    nearest_examples,
    predict_probabilities,
    squared_lengths,
)
from helpers.losses import cross_entropy, one_hot
from helpers.network import Layer, forward_propagation, initialize_parameters

# one layer whose scores are the two pixels themselves, times a thousandth or as they are
PARAMETERS = [Layer(np.eye(2), np.zeros((2, 1)))]
X = np.array([[0.9, 0.1, 0.5, 0.2], [0.1, 0.8, 0.5, 0.3]])
LABELS = np.array([0, 1, 1, 0])


def dataset(labels=LABELS):
    return Dataset(
        np.ascontiguousarray(X.T).T, labels, class_names=("left", "right"), image_shape=(1, 2)
    )


def test_probabilities_and_predictions_on_known_scores():
    P = predict_probabilities(PARAMETERS, X)
    np.testing.assert_allclose(P[0], 1 / (1 + np.exp(X[1] - X[0])))
    np.testing.assert_allclose(P.sum(axis=0), 1)
    np.testing.assert_array_equal(
        make_predictions(PARAMETERS, X), [0, 1, 0, 1]
    )  # a tie goes to the lower class


def test_many_examples_are_predicted_in_less_memory_than_one_forward_pass_takes():
    rng = np.random.default_rng(0)
    wide, many = initialize_parameters([2, 200, 3], rng), rng.random((2, 12_001))
    results, peaks = [], []
    for predict in (predict_probabilities, lambda *arrays: forward_propagation(*arrays)[-1]):
        tracemalloc.start()
        results.append(predict(wide, many))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    np.testing.assert_allclose(*results, rtol=1e-12)
    assert peaks[0] < 0.6 * peaks[1]


def test_no_example_gives_no_prediction():
    assert predict_probabilities(PARAMETERS, np.empty((2, 0))).shape == (2, 0)


def test_accuracy_is_a_fraction():
    assert accuracy([0, 1, 0, 1], LABELS) == 0.5
    assert accuracy(np.array([3]), np.array([3])) == 1
    assert isinstance(accuracy([1], [1]), float)


def test_confusion_matrix_counts_true_rows_and_predicted_columns():
    matrix = confusion_matrix([0, 2, 2, 1, 2], [0, 1, 1, 1, 2], num_classes=3)
    np.testing.assert_array_equal(matrix, [[1, 0, 0], [0, 1, 2], [0, 0, 1]])
    assert confusion_matrix([9], [0]).shape == (10, 10)


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


def test_loss_and_accuracy_agree_with_their_parts():
    loss, fraction = loss_and_accuracy(PARAMETERS, X, LABELS)
    assert loss == cross_entropy(predict_probabilities(PARAMETERS, X), one_hot(LABELS, 2))
    assert fraction == 0.5


def test_the_hidden_activation_is_passed_on():
    deep = [Layer(-np.eye(2), np.zeros((2, 1))), Layer(np.eye(2), np.zeros((2, 1)))]
    np.testing.assert_allclose(
        predict_probabilities(deep, X), np.full((2, 4), 0.5)
    )  # relu: all dead
    assert make_predictions(deep, X, activation="tanh").tolist() == [1, 0, 0, 0]
    assert len(mistakes(deep, dataset(), activation="tanh")) == 3


def test_nearest_examples_are_those_of_all_distances_sorted():
    rng = np.random.default_rng(0)
    X, x = rng.random((20, 300)), rng.random((20, 1))
    X[:, 7] = x[:, 0]
    every = np.sqrt(((X - x) ** 2).sum(axis=0))
    for lengths in (None, squared_lengths(X)):
        found, distances = nearest_examples(X, x, 5, lengths=lengths)
        np.testing.assert_array_equal(found, np.argsort(every)[:5])
        np.testing.assert_allclose(distances, np.sort(every)[:5], atol=1e-6)
    assert found[0] == 7
    assert len(nearest_examples(X[:, :3], x)[0]) == 3


def test_equally_near_examples_come_in_their_order():
    X = np.ones((4, 6))
    np.testing.assert_array_equal(nearest_examples(X, np.zeros((4, 1)), 6)[0], np.arange(6))


def test_loss_and_accuracy_use_the_activation_and_the_precision_of_the_network():
    rng = np.random.default_rng(0)
    parameters = initialize_parameters([4, 5, 3], rng, dtype=np.float32)
    examples, labels = rng.standard_normal((4, 6)).astype(np.float32), np.arange(6) % 3
    A = forward_propagation(parameters, examples, activation="tanh")[-1]
    loss, share = loss_and_accuracy(parameters, examples, labels, activation="tanh")
    assert loss == cross_entropy(A, one_hot(labels, 3, dtype=np.float32))
    assert share == accuracy(A.argmax(axis=0), labels)
