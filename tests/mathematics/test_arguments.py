"""A wrong type raises TypeError, a wrong value or shape ValueError, in a sentence that helps."""

import math

import numpy as np
import pytest

from helpers.activations import get_activation
from helpers.augmentation import affine, compose, distort, elastic, noise, transform
from helpers.data import Dataset, load_csv, load_dataset, split
from helpers.diagnostics import initial_loss, label_sensitivity, overfit
from helpers.drawing import draw_strokes, sample_strokes
from helpers.evaluation import (
    accuracy,
    confusion_matrix,
    loss_and_accuracy,
    make_predictions,
    mistakes,
    nearest_examples,
    predict_probabilities,
)
from helpers.gradient_check import check_gradients, numerical_gradients, relative_error
from helpers.losses import cross_entropy, one_hot
from helpers.network import (
    Layer,
    backward_propagation,
    forward_propagation,
    initialize_parameters,
    update_parameters,
    weight_scale,
)
from helpers.preprocessing import preprocess
from helpers.robustness import (
    change_thickness,
    occlude,
    perturb,
    reliability,
)
from helpers.schedules import cosine, step

RNG = np.random.default_rng(0)
X = RNG.random((9, 6)).T
PARAMETERS = initialize_parameters([6, 5, 3], RNG)
ACTIVATIONS = forward_propagation(PARAMETERS, X)
LABELS = np.arange(9) % 3
Y = one_hot(LABELS, 3)
DATASET = Dataset(X, LABELS, ("a", "b", "c"), (2, 3))
UNLABELED = Dataset(X, None, ("a", "b", "c"), (2, 3))
IMAGES = RNG.random((2, 784)).T


def layers(*shapes):
    return [Layer(np.ones(W), np.ones(b)) for W, b in shapes]


NO_ARRAY = [None, [[1.0]], "X", DATASET, np.array(["a"]), np.array([None])]
NO_NUMBER = [None, "0.1", True, np.True_, 1j, [0.1]]
NO_COUNT = ["3", True, 2.5, math.nan, [3]]
NO_NAME = [3, ["relu"], b"relu"]
NO_RNG = [0, None, np.random, np.random.RandomState(0)]
NO_PARAMETERS = [None, {"W1": 1}, iter(PARAMETERS), [7], [PARAMETERS[0], (np.ones((3, 5)),)],
                 [([[1.0]], [[1.0]])]]  # fmt: skip
NO_SIZES = [None, "784", {4: 1, 3: 1}, [4, 2.0], [4, True], ["4", 3]]
NO_SHAPE = [784, "28", (28.0, 28), [[2, 3]]]
NO_DTYPE = [None, 64, [np.float64]]
NO_DATASET = [None, X, (X, LABELS)]

WRONG_TYPES = [
    ("activation", NO_NAME, get_activation),
    ("layer_sizes", NO_SIZES, lambda value: initialize_parameters(value, RNG)),
    ("rng", NO_RNG, lambda value: initialize_parameters([3, 2], value)),
    ("scheme", [None, True, np.ones(2)],
     lambda value: initialize_parameters([3, 2], RNG, scheme=value)),
    ("dtype", NO_DTYPE, lambda value: initialize_parameters([3, 2], RNG, dtype=value)),
    ("", NO_PARAMETERS, lambda value: forward_propagation(value, X)),
    ("X", NO_ARRAY, lambda value: forward_propagation(PARAMETERS, value)),
    ("activation", NO_NAME, lambda value: forward_propagation(PARAMETERS, X, activation=value)),
    ("activations", [None, X, 3], lambda value: backward_propagation(PARAMETERS, value, Y)),
    ("Y", NO_ARRAY, lambda value: backward_propagation(PARAMETERS, ACTIVATIONS, value)),
    ("", NO_PARAMETERS, lambda value: update_parameters(value, PARAMETERS, 0.1)),
    ("", NO_PARAMETERS, lambda value: update_parameters(PARAMETERS, value, 0.1)),
    ("learning_rate", NO_NUMBER, lambda value: update_parameters(PARAMETERS, PARAMETERS, value)),
    ("labels", [None, "a", [0.0, 1.0], [True], ["a"]], one_hot),
    ("num_classes", NO_COUNT, lambda value: one_hot([0], value)),
    ("A", NO_ARRAY, lambda value: cross_entropy(value, Y)),
    ("Y", NO_ARRAY, lambda value: cross_entropy(Y, value)),
    ("step", NO_NUMBER, lambda value: numerical_gradients(PARAMETERS, X, Y, step=value)),
    ("", NO_PARAMETERS, lambda value: check_gradients(value, X, Y)),
    ("", NO_PARAMETERS, lambda value: predict_probabilities(value, X)),
    ("X", NO_ARRAY, lambda value: make_predictions(PARAMETERS, value)),
    ("labels", [[0.0] * 9, ["a"] * 9], lambda value: loss_and_accuracy(PARAMETERS, X, value)),
    ("labels", [[0.0], ["a"]], lambda value: confusion_matrix([0], value)),
    ("num_classes", NO_COUNT, lambda value: confusion_matrix([0], [0], value)),
    ("dataset", NO_DATASET, lambda value: mistakes(PARAMETERS, value)),
    ("X", NO_ARRAY, lambda value: nearest_examples(value, X[:, :1])),
    ("x", NO_ARRAY, lambda value: nearest_examples(X, value)),
    ("count", NO_COUNT, lambda value: nearest_examples(X, X[:, :1], value)),
    ("X", [*NO_ARRAY, np.zeros((784, 3), np.uint8)], Dataset),
    ("labels", [[0] * 9, "a", np.zeros(9)], lambda value: Dataset(X, value, image_shape=(2, 3))),
    ("image_shape", NO_SHAPE, lambda value: Dataset(X, image_shape=value)),
    ("dataset", NO_DATASET, lambda value: split(value, 2, RNG)),
    ("dev_size", [None, *NO_COUNT], lambda value: split(DATASET, value, RNG)),
    ("rng", NO_RNG, lambda value: split(DATASET, 2, value)),
    ("dtype", NO_DTYPE, lambda value: load_csv("x.csv", dtype=value)),
    ("max_pixel", NO_COUNT, lambda value: load_csv("x.csv", max_pixel=value)),
    ("label_column", [0, ["label"]], lambda value: load_csv("x.csv", label_column=value)),
    ("image_shape", NO_SHAPE, lambda value: load_csv("x.csv", image_shape=value)),
    ("name", NO_NAME, load_dataset),
    ("part", NO_NAME, lambda value: load_dataset("digits", value)),
    ("factor", NO_NUMBER, lambda value: step(factor=value)),
    ("drops", NO_COUNT, lambda value: step(drops=value)),
    ("warm_up", NO_NUMBER, lambda value: cosine(warm_up=value)),
    ("max_shift", NO_NUMBER, lambda value: affine(max_shift=value)),
    ("elastic_strength", NO_NUMBER, elastic),
    ("image_shape", NO_SHAPE, lambda value: distort(image_shape=value)),
    ("amount", NO_NUMBER, noise),
    ("augment", [0.3, "noise"], lambda value: compose(noise(0.1), value)),
    ("X", [*NO_ARRAY, np.zeros((784, 3), np.uint8)], lambda value: affine()(value, RNG)),
    ("X", NO_ARRAY, lambda value: noise(0.1)(value, RNG)),
    ("rng", NO_RNG, lambda value: affine()(IMAGES, value)),
    ("rng", NO_RNG, lambda value: noise(0.1)(IMAGES, value)),
    ("rotation", NO_NUMBER, lambda value: transform(IMAGES, rotation=value)),
    ("shift", ["left", (1, "2"), None], lambda value: transform(IMAGES, shift=value)),
    ("kind", NO_NAME, lambda value: perturb(IMAGES, value, 1)),
    ("X", NO_ARRAY, lambda value: perturb(value, "shift", 1)),
    ("pixels", NO_NUMBER, lambda value: change_thickness(IMAGES, value)),
    ("size", NO_COUNT, lambda value: occlude(IMAGES, value, RNG)),
    ("rng", NO_RNG, lambda value: occlude(IMAGES, 3, value)),
    ("is_right", [[1], ["yes"]], lambda value: reliability([0.5], value)),
    ("bins", NO_COUNT, lambda value: reliability([0.5], [True], bins=value)),
    ("seeds", NO_COUNT, lambda value: initial_loss([6, 3], X, Y, seeds=value)),
    ("learning_rate", NO_NUMBER, lambda value: overfit(X, Y, [6, 3], learning_rate=value)),
    ("dev_set", NO_DATASET, lambda value: label_sensitivity(dict, PARAMETERS, DATASET, value)),
    ("strokes", ["abc", None, {1: 2}], draw_strokes),
    ("digit", NO_COUNT, sample_strokes),
    ("picture", [np.full((28, 28), "a"), [["a"] * 9] * 9], preprocess),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "values", "call"), WRONG_TYPES, ids=[f"{i}-{c[0]}" for i, c in enumerate(WRONG_TYPES)]
)
def test_a_wrong_type_is_a_type_error_that_names_the_argument_and_what_is_expected(
    name, values, call
):
    for value in values:
        with pytest.raises(TypeError, match=rf"^(the )?{name}.* (is|are|holds) .*expected "):
            call(value)


WRONG_VALUES = [
    (lambda: get_activation("rellu"),
     "^activation is 'rellu', expected one of 'relu', 'leaky_relu', 'sigmoid', 'tanh'$"),
    (lambda: initialize_parameters([784], RNG),
     r"^layer_sizes is \[784\], expected two or more positive whole numbers"),
    (lambda: initialize_parameters([], RNG), "expected two or more positive whole numbers"),
    (lambda: initialize_parameters([3, 0, 2], RNG), "expected two or more positive whole numbers"),
    (lambda: initialize_parameters([3, 2], RNG, dtype=np.float16),
     "^dtype is .*float16.*, expected np.float64 or"),
    (lambda: weight_scale("hee", 3, 2),
     "^scheme is 'hee', expected one of 'he', 'glorot', 'zeros'; or a positive"),
    (lambda: weight_scale(0, 3, 2), "^scheme is 0, expected a number greater than 0; or one of"),
    (lambda: weight_scale(math.inf, 3, 2), "^scheme is inf"),
    (lambda: forward_propagation([], X),
     r"^parameters is \[\], expected a list of layers; initialize_parameters"),
    (lambda: forward_propagation(layers(((5, 6), (5,))), X),
     r"^b1 has shape \(5,\), expected \(5, 1\).*reshape\(-1, 1\)"),
    (lambda: forward_propagation(layers(((5, 6), (1, 5))), X),
     r"^b1 has shape \(1, 5\), expected \(5, 1\)"),
    (lambda: forward_propagation(layers(((6,), (6, 1))), X),
     r"^W1 has shape \(6,\), expected \(n_out, n_in\)"),
    (lambda: forward_propagation(layers(((5, 6), (5, 1)), ((3, 4), (3, 1))), X),
     r"^W2 has shape \(3, 4\), expected \(3, 5\): layer 1 has 5 neurons$"),
    (lambda: forward_propagation(PARAMETERS, X.T),
     r"^X has shape \(9, 6\), expected \(6, m\).*pass X.T$"),
    (lambda: forward_propagation(PARAMETERS, X[:, 0]),
     r"^X has shape \(6,\).*; X.reshape\(-1, 1\) makes a batch"),
    (lambda: forward_propagation(PARAMETERS, X[:5]),
     r"^X has shape \(5, 9\), .* one column per example$"),
    (lambda: forward_propagation(PARAMETERS, X[:, :, None]), r"^X has shape \(6, 9, 1\)"),
    (lambda: backward_propagation(PARAMETERS, ACTIVATIONS, LABELS),
     r"^Y has shape \(9,\), expected \(3, 9\), one-hot"),
    (lambda: backward_propagation(PARAMETERS, ACTIVATIONS, Y[:, :1]),
     r"^Y has shape \(3, 1\), expected \(3, 9\)"),
    (lambda: backward_propagation(PARAMETERS, ACTIVATIONS[1:], Y),
     "2 activations for 2 layers, expected 3"),
    (lambda: update_parameters(PARAMETERS, PARAMETERS, 0),
     "^learning_rate is 0, expected a number greater than 0; 0.1"),
    (lambda: update_parameters(PARAMETERS, PARAMETERS, math.nan), "^learning_rate is nan"),
    (lambda: update_parameters(PARAMETERS, PARAMETERS[:1], 0.1),
     "expected those of the parameters"),
    (lambda: one_hot([0, 3, 5], 3), "^label 3 at position 1 is outside the 3 classes 0 to 2$"),
    (lambda: one_hot([0, 0, -1], 3), "^label -1 at position 2 is outside"),
    (lambda: one_hot(np.eye(3)), r"^labels have shape \(3, 3\), .*; they look one-hot"),
    (lambda: one_hot(5), r"^labels have shape \(\), expected \(m,\), one per example$"),
    (lambda: cross_entropy(np.ones((3, 4)), np.ones((3, 5))),
     r"^A has shape \(3, 4\) and Y \(3, 5\), expected"),
    (lambda: cross_entropy(np.ones(3), np.ones(3)), r"expected \(classes, m\) twice"),
    (lambda: cross_entropy(np.ones((3, 0)), np.ones((3, 0))), "m at least 1"),
    (lambda: numerical_gradients(PARAMETERS, X, Y, step=0),
     "^step is 0, expected a number greater than 0"),
    (lambda: check_gradients(initialize_parameters([6, 3], RNG, dtype=np.float32), X, Y),
     "float32, expected float64"),
    (lambda: relative_error([1, 2], [1, 2, 3]),
     r"\(2,\) and b \(3,\), expected two arrays of the same shape"),
    (lambda: accuracy([0, 1], [0]),
     r"^predictions has shape \(2,\) and labels \(1,\), expected \(m,\) twice"),
    (lambda: accuracy([[0]], [[0]]), r"expected \(m,\) twice"),
    (lambda: accuracy([], []), "m at least 1"),
    (lambda: confusion_matrix([[0, 1]], [0, 1]), r"expected \(m,\) twice"),
    (lambda: confusion_matrix([3], [0], num_classes=3), "outside the 3 classes 0 to 2"),
    (lambda: confusion_matrix([0], [3], num_classes=3), "outside the 3 classes 0 to 2"),
    (lambda: mistakes(PARAMETERS, UNLABELED), "^dataset has no labels, expected one per example$"),
    (lambda: mistakes(PARAMETERS, DATASET.subset([])), "^dataset is empty"),
    (lambda: mistakes(PARAMETERS, Dataset(X, LABELS + 1, tuple("abcd"), (2, 3))),
     "^label 3 .* outside the 3 classes"),
    (lambda: nearest_examples(X, X[:, 0]),
     r"^x has shape \(6,\) and X \(6, 9\), expected one column \(n0, 1\)"),
    (lambda: nearest_examples(X, X[:, :1], 0),
     "^count is 0, expected a whole number of at least 1"),
    (lambda: split(DATASET, 0, RNG), "^dev_size is 0, expected a whole number from 1 to 8$"),
    (lambda: split(DATASET, 9, RNG), "^dev_size is 9, expected a whole number from 1 to 8$"),
    (lambda: load_csv("x.csv", max_pixel=256),
     "^max_pixel is 256, expected a whole number from 1 to 255$"),
    (lambda: load_csv("x.csv", label_column="middle"),
     "^label_column is 'middle', expected one of 'auto', 'first'"),
    (lambda: load_csv("x.csv", dtype="int8"),
     "^dtype is 'int8', expected np.float64 or np.float32"),
    (lambda: load_csv("x.csv", image_shape=(28, 28, 3)),
     r"^image_shape is \(28, 28, 3\), expected \(height, width\)"),
    (lambda: load_dataset("cats"),
     "^name is 'cats', expected one of 'digits', 'fashion', 'digits-8x8', 'mnist'"),
    (lambda: load_dataset("digits", "test"),
     r"^part is 'test', expected \"train\" for digits.*split\(\)"),
    (lambda: load_dataset("digits", "all"), "^part is 'all', expected one of 'train', 'test'$"),
    (lambda: step(factor=1),
     "^factor is 1, expected a number greater than 0 and less than 1; the learning rate"),
    (lambda: step(drops=0), "^drops is 0"),
    (lambda: cosine(warm_up=1), "^warm_up is 1, expected a number at least 0 and less than 1$"),
    (lambda: cosine(final=2), "^final is 2, expected a number at least 0 and at most 1$"),
    (lambda: affine(max_shift=-1), "^max_shift is -1, expected a number at least 0$"),
    (lambda: affine(max_rotation=181),
     "^max_rotation is 181, expected a number at least 0 and at most 180$"),
    (lambda: affine(max_scale=1.0), "^max_scale is 1.0, .* at most 0.9$"),
    (lambda: affine(max_shear=math.nan), "^max_shear is nan, expected a number"),
    (lambda: elastic(1, 0.5), "^elastic_smoothness is 0.5, expected a number at least 1$"),
    (lambda: elastic(1, image_shape=(28, 0)),
     r"^image_shape is \(28, 0\), expected \(height, width\)"),
    (lambda: noise(-0.1), "^amount is -0.1, expected a number at least 0$"),
    (lambda: noise(0.1)(np.zeros(784), RNG),
     r"^X is an array of float64 of shape \(784,\), expected a NumPy array \(pixels"),
    (lambda: affine()(IMAGES.T, RNG),
     r"^X has 2 rows, expected 784 for image_shape \(28, 28\); .* pass X.T$"),
    (lambda: transform(X), r"^X has 6 rows, expected 784 for image_shape \(28, 28\)$"),
    (lambda: transform(IMAGES, scale=0), "^scale is 0, expected a number greater than 0$"),
    (lambda: transform(IMAGES, shear=85),
     "^shear is 85, expected a number at least -80 and at most 80$"),
    (lambda: transform(IMAGES, shift=(1, 2, 3)),
     r"^shift is \(1, 2, 3\), expected one number, or a pair"),
    (lambda: transform(IMAGES, shift=(1, math.inf)), "^shift is inf, expected a finite number$"),
    (lambda: perturb(IMAGES, "blur", 1),
     "^kind is 'blur', expected one of 'noise', 'shift', 'rotation', 'thickness'"),
    (lambda: change_thickness(IMAGES, 5), "^pixels is 5, .* at most 4$"),
    (lambda: change_thickness(IMAGES, -4.5), "^pixels is -4.5, expected a number at least -4"),
    (lambda: occlude(IMAGES, 29, RNG), "^size is 29, expected a whole number from 0 to 28$"),
    (lambda: occlude(IMAGES, 3, RNG, ink=2), "^ink is 2"),
    (lambda: reliability([0.5, 0.6], [True]),
     r"expected \(m,\) twice, m at least 1; .*probabilities.max\(axis=0\)"),
    (lambda: reliability([], []), "m at least 1"),
    (lambda: reliability([99.0], [True]),
     "^confidence has values from 99.0 to 99.0, .*; divide percentages by 100"),
    (lambda: reliability([math.nan], [True]), "^confidence has values from nan to nan"),
    (lambda: reliability([0.5], [True], bins=0), "^bins is 0"),
    (lambda: initial_loss([6, 3], X, Y, seeds=0),
     "^seeds is 0, expected a whole number of at least 1$"),
    (lambda: overfit(X, Y, [6, 3], learning_rate=0), "^learning_rate is 0"),
    (lambda: draw_strokes([[(1, 2)], [(1, 2, 3)]]),
     r"^stroke 2 is \[\(1, 2, 3\)\], expected a list of points"),
    (lambda: draw_strokes([[]]), "^stroke 1 is"),
    (lambda: draw_strokes([[(1, "x")]]), "^stroke 1 is"),
    (lambda: draw_strokes([[(1, math.nan)]]), "^stroke 1 is"),
    (lambda: draw_strokes([[(1, 2)] * 20_001]), "more than 20,000 points"),
    (lambda: sample_strokes(10), "^digit is 10, expected a whole number from 0 to 9$"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "sentence"), WRONG_VALUES, ids=[c[1] for c in WRONG_VALUES])
def test_a_wrong_value_or_shape_is_a_value_error_that_says_what_to_do(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_numbers_of_numpy_are_numbers():
    initialize_parameters(np.array([6, 3]), RNG, scheme=np.float32(0.5), dtype="float32")
    update_parameters(PARAMETERS, PARAMETERS, np.float32(0.5))
    update_parameters(PARAMETERS, PARAMETERS, np.int64(1))
    assert len(split(DATASET, np.int64(3), RNG)[1]) == 3
    assert one_hot(np.array([2], np.uint8), np.uint8(3)).shape == (3, 1)


def test_the_ends_of_a_range_belong_to_it_where_it_says_so():
    cosine(warm_up=0, final=1)
    affine(max_rotation=180, max_scale=0.9, max_shear=80)
    for shear in (-80, 80):
        assert transform(IMAGES, shear=shear).shape == IMAGES.shape
    assert occlude(IMAGES, 28, RNG, ink=1).min() == 1
    with pytest.raises(ValueError, match=r"^shift is -inf, expected"):
        transform(IMAGES, shift=(-math.inf, 0))
