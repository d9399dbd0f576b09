"""The checks of arguments: what just passes, what just does not, and the sentence it gets."""

import itertools

import numpy as np
import pytest

from helpers.internals import checks
from helpers.network import Layer


def layers(*sizes):
    return [Layer(np.ones((n_out, n_in)), np.ones((n_out, 1))) for n_in, n_out in itertools.pairwise(sizes)]


def test_parameters_that_chain_are_accepted():
    checks.check_parameters(layers(4, 3))
    checks.check_parameters(tuple(layers(4, 3, 2)))
    checks.check_parameters([tuple(layer) for layer in layers(4, 1, 5, 2)])


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ([], r"^parameters are list \[\], expected a list of layers"),
        ((), "expected a list of layers"),
        ({1: 2}, "^parameters are dict"),
        (iter(layers(3, 2)), "expected a list of layers"),
        ([*layers(4, 3), *layers(2, 3)], r"^W2 has shape \(3, 2\), expected \(3, 3\): layer 1 has 3 neurons"),
        ([*layers(4, 3), *layers(3, 2), *layers(4, 5)], r"^W3 has shape \(5, 4\), .* layer 2 has 2 neurons"),
        ([*layers(4, 3), Layer(np.ones((2, 3)), np.ones((3, 1)))], r"^b2 has shape \(3, 1\), expected \(2, 1\)"),
        ([Layer(np.ones((2, 3)), np.ones((2, 2)))], r"^b1 has shape \(2, 2\), expected \(2, 1\)"),
        ([Layer(np.ones(3), np.ones((3, 1)))], "^layer 1 is not a pair"),
        ([*layers(4, 3), (np.ones((2, 3)),)], "^layer 2 is not a pair"),
        ([*layers(4, 3), 7], "^layer 2 is not a pair"),
        ([([[1.0]], [[1.0]])], "^layer 1 is not a pair"),
    ],
    ids=str,
)
def test_parameters_that_do_not_chain_are_refused(parameters, sentence):
    with pytest.raises(ValueError, match=sentence):
        checks.check_parameters(parameters)


def test_examples_that_fit_are_accepted():
    for m in (0, 1, 4, 9):
        checks.check_examples(layers(4, 3, 2), np.ones((4, m)))


@pytest.mark.parametrize(
    ("X", "sentence"),
    [
        ([[1.0]] * 4, r"^X is a list, expected a NumPy array of shape \(4, m\)"),
        (np.ones(4), r"^X has shape \(4,\), .*; X.reshape\(-1, 1\) makes a batch of one example$"),
        (np.ones(5), "one example a column$"),
        (np.ones((7, 4)), "; the examples seem to be rows: pass X.T$"),
        (np.ones((7, 5)), r"^X has shape \(7, 5\), expected \(4, m\), one example a column$"),
        (np.ones((4, 7, 1)), "one example a column$"),
        (np.ones((7, 4, 1)), "one example a column$"),
        (np.array(1.0), "one example a column$"),
    ],
    ids=str,
)
def test_examples_that_do_not_fit_are_refused(X, sentence):
    with pytest.raises(ValueError, match=sentence):
        checks.check_examples(layers(4, 3, 2), X)


def test_targets():
    parameters, activations = layers(4, 3, 2), [np.ones((4, 5)), np.ones((3, 5)), np.ones((2, 5))]
    checks.check_targets(parameters, activations, np.ones((2, 5)))
    with pytest.raises(ValueError, match=r"^there are 2 activations for 2 layers, expected 3"):
        checks.check_targets(parameters, activations[1:], np.ones((2, 5)))
    with pytest.raises(ValueError, match=r"^there are 4 activations for 2 layers, expected 3"):
        checks.check_targets(parameters, [*activations, activations[-1]], np.ones((2, 5)))
    with pytest.raises(ValueError, match=r"^Y has shape \(3, 5\), expected \(2, 5\), one-hot"):
        checks.check_targets(parameters, activations, np.ones((3, 5)))
    with pytest.raises(ValueError, match=r"^Y has type list, expected \(2, 5\), one-hot"):
        checks.check_targets(parameters, activations, [[1] * 5] * 2)


@pytest.mark.parametrize("labels", [[0, 1, 2], (2, 0), [], np.array([0, 2], np.uint8), np.array([1])], ids=str)
def test_labels_become_an_array_of_integers(labels):
    checked = checks.check_labels(labels, 3)
    assert (checked.tolist(), checked.dtype) == (list(labels), np.intp)


def test_labels_that_are_right_already_are_not_copied():
    labels = np.array([0, 1], np.intp)
    assert checks.check_labels(labels, 2) is labels


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([0, 3, 5], "^label 3 at position 1 is outside the 3 classes 0 to 2$"),
        ([0, 0, -1], "^label -1 at position 2 is outside"),
        (5, r"^labels have shape \(\), expected \(m,\), one whole number an example$"),
        (np.eye(3), r"^labels have shape \(3, 3\), .*; they look one-hot already"),
        (np.zeros((1, 2, 3), int), "one whole number an example$"),
        ([0.0, 1.0], "^labels are of type float64, expected integers"),
        ([True, False], "^labels are of type bool"),
        (["a"], "^labels are of type <U1"),
    ],
    ids=str,
)
def test_labels_that_are_none_are_refused(labels, sentence):
    with pytest.raises(ValueError, match=sentence):
        checks.check_labels(labels, 3)


def test_layer_sizes_become_a_list_of_integers():
    for sizes in ([4, 1], (4, 1), np.array([4, 1]), [np.int64(4), 1]):
        checked = checks.check_layer_sizes(sizes)
        assert checked == [4, 1]
        assert all(type(size) is int for size in checked)
    given = [4, 3, 2]
    assert checks.check_layer_sizes(given) is not given


@pytest.mark.parametrize("sizes", [[4], [], [4, 0], [0, 4], [4, -1], [4, 2.0], [4, True], "784", None, {4: 1, 3: 1}])
def test_layer_sizes_that_are_none_are_refused(sizes):
    with pytest.raises(ValueError, match=r"^layer_sizes is .*, expected two or more positive whole numbers"):
        checks.check_layer_sizes(sizes)


def test_a_generator_and_no_other_thing():
    checks.check_rng(np.random.default_rng(0))
    for rng in (0, None, np.random, np.random.RandomState(0)):
        with pytest.raises(ValueError, match=r"^rng is .*, expected a random generator"):
            checks.check_rng(rng)


@pytest.mark.parametrize("rate", [1e-9, 1, 0.5, np.float32(0.5), np.int64(2)])
def test_a_positive_learning_rate_is_accepted(rate):
    checks.check_learning_rate(rate)


@pytest.mark.parametrize("rate", [0, -0.5, np.nan, np.inf, "0.1", None, True, np.True_, 1j, [0.1]])
def test_another_learning_rate_is_refused(rate):
    with pytest.raises(ValueError, match=r"^learning_rate is .*, expected a number greater than 0; 0.1 is a good"):
        checks.check_learning_rate(rate)


def test_bounds_are_included_or_not():
    checks.check_number("x", 2.1, above=2)
    checks.check_number("x", 2, at_least=2)
    with pytest.raises(ValueError, match=r"^x is 2, expected a number greater than 2; try 3$"):
        checks.check_number("x", 2, above=2, hint="try 3")
    with pytest.raises(ValueError, match=r"^x is 1\.9, expected a number at least 2$"):
        checks.check_number("x", 1.9, at_least=2)
    for value in (np.nan, np.inf, "3", None, True):
        with pytest.raises(ValueError, match=r"expected a number at least 0$"):
            checks.check_number("x", value, at_least=0)


def test_counts():
    checks.check_count("n", 1)
    checks.check_count("n", np.int64(3), at_least=3)
    checks.check_count("n", 0, at_least=0, none_means="no end")
    checks.check_count("n", None, none_means="no end")
    with pytest.raises(ValueError, match=r"^n is None, expected a whole number of at least 1$"):
        checks.check_count("n", None)
    with pytest.raises(ValueError, match=r"^n is 0, expected a whole number of at least 1, or None for no end$"):
        checks.check_count("n", 0, none_means="no end")
    for value in (2, 3.0, True, "3", np.nan):
        with pytest.raises(ValueError, match=r"expected a whole number of at least 3$"):
            checks.check_count("n", value, at_least=3)


def test_whole_numbers_are_those_of_python_and_numpy():
    assert checks.is_whole(0) is checks.is_whole(np.uint8(3)) is True
    for value in (True, np.True_, 1.0, "1", None, np.array([1])):
        assert checks.is_whole(value) is False
