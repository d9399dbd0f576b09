"""A wrong type raises TypeError, a wrong value or shape ValueError, in a sentence that helps."""

import copy
import importlib
import inspect
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import helpers
from helpers.activations import (
    get_activation,
    leaky_relu,
    leaky_relu_derivative,
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    softmax,
    tanh,
    tanh_derivative,
)
from helpers.augmentation import affine, compose, deskew, distort, elastic, noise, transform
from helpers.data import Dataset, find_file, load_csv, load_dataset, split
from helpers.diagnostics import (
    batch_dependence,
    gradient_errors,
    gradient_step,
    initial_loss,
    label_sensitivity,
    neuron_report,
    overfit,
    softmax_report,
    trace_batches,
    update_ratios,
)
from helpers.drawing import draw_strokes, sample_strokes
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
from helpers.optimizers import (
    adam,
    get_optimizer,
    gradient_descent,
    momentum,
    pack_parameters,
    unpack_parameters,
)
from helpers.preprocessing import (
    center,
    crop,
    find_ink,
    is_photo,
    preprocess,
    read_image,
    resize,
    scale_to_fit,
    shrink,
    to_gray,
)
from helpers.robustness import (
    change_thickness,
    expected_calibration_error,
    occlude,
    perturb,
    reliability,
)
from helpers.schedules import constant, cosine, step
from helpers.storage import load_metadata, load_parameters, save_parameters
from helpers.training import Settings, train

RNG = np.random.default_rng(0)
X = RNG.random((9, 6)).T
PARAMETERS = initialize_parameters([6, 5, 3], RNG)
ACTIVATIONS = forward_propagation(PARAMETERS, X)
LABELS = np.arange(9) % 3
Y = one_hot(LABELS, 3)
DATASET = Dataset(X, LABELS, ("a", "b", "c"), (2, 3))
UNLABELED = Dataset(X, None, ("a", "b", "c"), (2, 3))
IMAGES = RNG.random((2, 784)).T
PICTURE = Path(__file__).parents[2] / "docs" / "mistakes.png"


def layers(*shapes):
    return [Layer(np.ones(W), np.ones(b)) for W, b in shapes]


# One wrong value of each type goes to every argument of every public function. What an argument
# takes is said here by its name; everything else must be refused in a sentence that names it.

KINDS = {
    "None": None,
    "bool": True,
    "int": 3,
    "float": 0.5,
    "complex": 1j,
    "text": "seven",
    "bytes": b"seven",
    "function": print,
    "class": dict,
    "object": object(),
    "iterator": iter(()),
    "dict": {"a": 1},
    "dataset": DATASET,
    "numbers": [0.5, 0.25],
    "texts": ["seven", "eight"],
    "ragged": [[1.0], [1.0, 2.0]],
    "array of text": np.array(["7"]),
    "array of texts": np.array([["7", "8"]]),
    "array of objects": np.array([None]),
    "matrix": np.array([[0.5, 0.25]]).view(np.matrix),
    "Series": pd.Series([0.5, 0.25]),
    "RandomState": np.random.RandomState(0),
}
NUMBER, WHOLE, FUNCTION = {"int", "float"}, {"int"}, {"function", "class"}
OPTIONAL = {"None"}
TAKES = {
    **dict.fromkeys(("learning_rate", "scheme", "step", "pixels", "factor", "strength"), NUMBER),
    **dict.fromkeys(("min_delta", "l2", "label_smoothing", "rotation", "shear", "pen"), NUMBER),
    **dict.fromkeys(("max_shift", "max_rotation", "max_scale", "max_shear", "amount"), NUMBER),
    **dict.fromkeys(("elastic_strength", "elastic_smoothness", "smoothness", "ink"), NUMBER),
    **dict.fromkeys(("decay", "beta1", "beta2", "epsilon", "warm_up", "final"), NUMBER),
    **dict.fromkeys(("shift", "scale"), NUMBER | {"numbers"}),
    **dict.fromkeys(("seed", "seeds", "entries", "steps", "examples", "classes", "count"), WHOLE),
    **dict.fromkeys(("n_in", "n_out", "num_classes", "max_epochs", "dev_size", "bins"), WHOLE),
    **dict.fromkeys(("side", "digit", "size", "longest", "box", "drops"), WHOLE),
    **dict.fromkeys(("batch_size", "patience", "max_pixel"), WHOLE | OPTIONAL),
    **dict.fromkeys(("augment", "learning_rate_schedule", "on_epoch"), FUNCTION | OPTIONAL),
    **dict.fromkeys(("initialize", "forward", "backward", "loss", "evaluate"), FUNCTION),
    **dict.fromkeys(("batches", "softmax", "augments"), FUNCTION),
    "sizes": {"numbers", "Series"},
    **{key: NUMBER | {"bool", "matrix", "Series"} for key in ("Z", "A of a derivative")},
    **{key: {"text"} for key in ("path", "name of a file")},
    **{key: {"dataset"} for key in ("dataset", "train_set", "dev_set")},
    **{key: {"bool", "numbers", "matrix", "Series"} | NUMBER for key in ("a", "b")},
    "source": {"text", "bytes"},
    "metadata": OPTIONAL | {"dict"},
    "state": {"dict"},
    "class_names": {"texts", "None", "array of text", "numbers", "Series"},
    "measure_train": {"bool"},
    "photo": {"bool", "None"},
    "label_column": OPTIONAL,
    "confidence": {"numbers", "Series"},
    "image": {"matrix"},
    "what is handed on": set(KINDS),
    **dict.fromkeys(("out", "lengths", "labels of a Dataset", "resume_from"), OPTIONAL),
    **dict.fromkeys(("checkpoint", "dtype of a file", "image_shape of a file"), OPTIONAL),
}
CALLED = {  # in the sentences
    "image": "image|picture",
    "name": "name|activation|optimizer",
    "class_names": "class.names",
    "resume_from": "resume_from|checkpoint",
    "strokes": "strokes?",
}


def cases():
    """Every public function, or class with checks, with arguments that are right."""
    both = {"parameters": PARAMETERS, "X": X}
    labeled = both | {"Y": Y}
    answers = {"predictions": LABELS, "labels": LABELS}
    vector = pack_parameters(PARAMETERS)
    step_of = {"vector": vector, "gradient": vector.copy(), "learning_rate": 0.1}
    settings = {"layer_sizes": [6, 3], "learning_rate": 0.1, "max_epochs": 1}
    picture = draw_strokes(sample_strokes(7))
    yield from ((name, {"Z": X}) for name in (relu, leaky_relu, sigmoid, tanh, softmax))
    derivatives = relu_derivative, leaky_relu_derivative, sigmoid_derivative, tanh_derivative
    yield from ((name, {"A": X}) for name in derivatives)
    yield from {
        get_activation: {"name": "relu"},
        Dataset: {"X": X, "labels": LABELS, "class_names": ("a", "b", "c"), "image_shape": (2, 3)},
        find_file: {"name": "digits.csv.gz"},
        load_csv: {"path": find_file("digits_8x8.csv.gz").resolve(), "max_pixel": 16},
        load_dataset: {"name": "digits-8x8"},
        split: {"dataset": DATASET, "dev_size": 2, "rng": RNG},
        one_hot: {"labels": LABELS},
        cross_entropy: {"A": ACTIVATIONS[-1], "Y": Y},
        initialize_parameters: {"layer_sizes": [6, 3], "rng": RNG},
        weight_scale: {"scheme": "he", "n_in": 6, "n_out": 3},
        forward_propagation: both,
        backward_propagation: {"parameters": PARAMETERS, "activations": ACTIVATIONS, "Y": Y},
        update_parameters: {
            "parameters": PARAMETERS,
            "gradients": PARAMETERS,
            "learning_rate": 0.1,
        },
        numerical_gradients: labeled,
        check_gradients: labeled,
        relative_error: {"a": X, "b": X},
        Settings: settings,
        train: {"train_set": DATASET, "dev_set": DATASET} | settings,
        load_parameters: {"path": find_file("models/digits_network.npz").resolve()},
        load_metadata: {"path": find_file("models/digits_network.npz").resolve()},
        save_parameters: {"path": "network.npz", "parameters": PARAMETERS},
        predict_probabilities: both,
        make_predictions: both,
        accuracy: answers,
        confusion_matrix: answers,
        loss_and_accuracy: both | {"labels": LABELS},
        mistakes: {"parameters": PARAMETERS, "dataset": DATASET},
        squared_lengths: {"X": X},
        nearest_examples: {"X": X, "x": X[:, :1]},
        preprocess: {"image": picture},
        to_gray: {"image": picture},
        read_image: {"source": PICTURE},
        is_photo: {"gray": picture},
        find_ink: {"gray": picture},
        shrink: {"gray": picture, "longest": 50},
        crop: {"ink": 1 - picture},
        scale_to_fit: {"ink": 1 - picture, "box": 20},
        resize: {"image": picture, "shape": (20, 20)},
        center: {"ink": np.ones((20, 20))},
        draw_strokes: {"strokes": sample_strokes(7)},
        sample_strokes: {"digit": 7},
        transform: {"X": IMAGES},
        deskew: {"X": IMAGES},
        distort: {},
        affine: {},
        elastic: {"strength": 1},
        noise: {"amount": 0.1},
        change_thickness: {"X": IMAGES, "pixels": 1},
        occlude: {"X": IMAGES, "size": 3, "rng": RNG},
        perturb: {"X": IMAGES, "kind": "noise", "strength": 1},
        reliability: {"confidence": [0.5], "is_right": [True]},
        expected_calibration_error: {"confidence": [0.5], "is_right": [True]},
        gradient_errors: labeled,
        gradient_step: labeled | {"learning_rate": 0.1},
        update_ratios: labeled | {"learning_rate": 0.1},
        initial_loss: {"layer_sizes": [6, 3], "X": X, "Y": Y},
        overfit: {"layer_sizes": [6, 3], "X": X, "Y": Y, "steps": 2},
        neuron_report: {"activations": ACTIVATIONS},
        trace_batches: {"batches": lambda X, Y, *_: [(X, Y)], "examples": 5, "batch_size": 2},
        batch_dependence: both | {"sizes": (1, 2)},
        label_sensitivity: {
            "evaluate": lambda *_: {"x": 1},
            "parameters": PARAMETERS,
            "train_set": DATASET,
            "dev_set": DATASET,
        },
        softmax_report: {"softmax": softmax},
        pack_parameters: {"parameters": PARAMETERS},
        unpack_parameters: {"vector": vector, "layer_sizes": [6, 5, 3]},
        get_optimizer: {"name": "adam", "vector": vector},
        gradient_descent: step_of | {"state": {}},
        momentum: step_of | {"state": get_optimizer("momentum", vector)[1]},
        adam: step_of | {"state": get_optimizer("adam", vector)[1]},
        constant: {},
        step: {},
        cosine: {},
    }.items()


SPECIAL = {  # what these take is not what the name says elsewhere
    (find_file, "name"): "name of a file",
    (label_sensitivity, "parameters"): "what is handed on",
    (batch_dependence, "sizes"): "counts",
    (save_parameters, "dtype"): "dtype of a file",
    (load_csv, "image_shape"): "image_shape of a file",
    (Dataset, "labels"): "labels of a Dataset",
    (update_ratios, "step"): "initialize",
    (overfit, "step"): "initialize",
    (crop, "ink"): "gray",
    (scale_to_fit, "ink"): "gray",
    (center, "ink"): "gray",
    (resize, "image"): "gray",
    **{(f, "A"): "A of a derivative" for f in (relu_derivative, leaky_relu_derivative)},
    **{(f, "A"): "A of a derivative" for f in (sigmoid_derivative, tanh_derivative)},
    (softmax, "Z"): "gray",
    (elastic, "strength"): "strength",
}
UNCHECKED = {  # why nothing is checked
    "compose": "takes any number of functions: see below",
    "pre_activations": "inside of forward_propagation, which has checked",
    "training": "the loop, inside of train and the panels, which have checked",
    **dict.fromkeys(("Layer", "Activation", "Stage", "Preprocessed"), "a named tuple"),
    "TrainingResult": "made by train",
    **dict.fromkeys(("DataFileError", "ParameterFileError"), "an exception"),
}
CASES = list(cases())


def test_every_public_function_of_the_taught_modules_is_in_the_list():
    public = set()
    for path in Path(helpers.__file__).parent.glob("*.py"):
        module = importlib.import_module(f"helpers.{path.stem}")
        names = getattr(module, "__all__", ())
        public |= {name for name in names if callable(getattr(module, name))}
    assert public == {function.__name__ for function, _ in CASES} | set(UNCHECKED)


@pytest.mark.parametrize(("function", "right"), CASES, ids=[f.__name__ for f, _ in CASES])
def test_each_wrong_type_is_refused_in_a_sentence_that_names_the_argument(
    function, right, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    function(**copy.deepcopy(right))
    silent, unclear = [], []
    for name in inspect.signature(function).parameters:
        takes = TAKES.get(SPECIAL.get((function, name), name), ())
        for kind in KINDS.keys() - takes:
            try:
                function(**(copy.deepcopy(right) | {name: KINDS[kind]}))
            except (TypeError, ValueError) as error:
                named = re.search(rf"\b\w*({CALLED.get(name, name)})\b", str(error))
                if not (named and " expected " in str(error)):
                    unclear.append(f"{name}={kind}: {type(error).__name__}: {error}")
            except Exception as error:
                unclear.append(f"{name}={kind}: {type(error).__name__}: {error}")
            else:
                silent.append(f"{name}={kind}")
    assert (silent, unclear) == ([], [])


def test_what_is_composed_must_be_functions_and_what_augments_gets_images_and_chance():
    for value in (0.3, "noise"):
        with pytest.raises(TypeError, match=r"^augment is .*, expected a function"):
            compose(noise(0.1), value)
    for augment in (affine(), noise(0.1)):
        with pytest.raises(TypeError, match=r"^X is .*, expected a NumPy array"):
            augment(np.zeros((784, 3), np.uint8), RNG)
        with pytest.raises(TypeError, match=r"^rng is 0, expected a random generator"):
            augment(IMAGES, 0)


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
    (lambda: accuracy([[0]], [[0]]), r"^predictions have shape \(1, 1\).*; predictions\.ravel\(\)"),
    (lambda: accuracy(LABELS, LABELS[:, None]), r"^labels have shape \(9, 1\).*; labels\.ravel\(\)"),
    (lambda: accuracy(ACTIVATIONS[-1], LABELS), r"one-hot: predictions\.argmax\(axis=0\) undoes it$"),
    (lambda: one_hot(np.eye(3)[LABELS]), r"one-hot: labels\.argmax\(axis=1\) undoes it$"),
    (lambda: one_hot(LABELS[:, None]), r"; labels\.ravel\(\) has that shape$"),
    (lambda: make_predictions(PARAMETERS, np.where(X[2, 4] == X, np.nan, X)),
     "^X holds nan, first in column 4, row 2, expected numbers"),
    (lambda: make_predictions([Layer(W * np.nan, b) for W, b in PARAMETERS], X),
     "^parameters make probabilities that are NaN, .*; the training run diverged"),
    (lambda: forward_propagation([(W.T, b.ravel()) for W, b in PARAMETERS], X),
     r"^W1 has shape \(6, 5\) and b1 5 numbers, .*; take W1\.T, and b1\.reshape\(-1, 1\)$"),
    (lambda: forward_propagation(layers(((5, 6), (5, 1)), ((5, 3), (3, 1))), X),
     r"^W2 has shape \(5, 3\) and b2 3 numbers, .*; take W2\.T|; take W2\.T if it is \(n_in, n_out\)$"),
    (lambda: backward_propagation(PARAMETERS, ACTIVATIONS, Y, out=[]), r"^out is \[\], expected"),
    (lambda: accuracy([], []), "m at least 1"),
    (lambda: confusion_matrix([[0, 1]], [0, 1]), r"^predictions have shape \(1, 2\), expected \(m,\)"),
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


@pytest.mark.parametrize("judge", [accuracy, confusion_matrix])
@pytest.mark.parametrize(
    ("labels", "advice"),
    [
        (LABELS.astype(str), r"np\.asarray\(labels\)\.astype\(int\) converts them$"),
        (LABELS.astype("S"), r"np\.asarray\(labels\)\.astype\(int\) converts them$"),
        (LABELS.astype(object), r"np\.asarray\(labels\)\.astype\(int\) converts them$"),
        (
            pd.Categorical(LABELS.astype(str)),
            r"np\.asarray\(labels\)\.astype\(int\) converts them$",
        ),
        (LABELS.astype(float), r"labels\.astype\(int\) converts them$"),
        (
            np.array(["a", "b", "c"])[LABELS],
            r"np\.unique\(labels, return_inverse=True\)\[1\] numbers",
        ),
        (np.where(LABELS == 1, np.nan, LABELS), "the first that is none is nan at position 1$"),
    ],
)
def test_labels_that_are_no_integers_are_refused_with_advice_that_works(judge, labels, advice):
    with pytest.raises(TypeError, match=f"^labels is .*, expected integers; {advice}"):
        judge(LABELS, labels)
    code = re.search(r"np\..*(\]|int\))|labels\.astype\(int\)", advice.replace("\\", ""))
    if code:
        names = {"np": np, "labels": labels}
        assert np.array_equal(judge(LABELS, eval(code[0], names)), judge(LABELS, LABELS))


def test_plain_pairs_do_wherever_layers_do():
    pairs = [(W, b) for W, b in PARAMETERS]
    for function, *arguments in (
        (forward_propagation, X),
        (backward_propagation, ACTIVATIONS, Y),
        (update_parameters, pairs, 0.1),
        (check_gradients, X, Y),
        (make_predictions, X),
        (lambda parameters: mistakes(parameters, DATASET).to_numpy(),),
        (pack_parameters,),
    ):
        np.testing.assert_equal(function(pairs, *arguments), function(PARAMETERS, *arguments))


def test_a_set_with_one_class_gets_a_warning():
    one = Dataset(X, LABELS * 0, ("a", "b", "c"), (2, 3))
    with pytest.warns(UserWarning, match="all 9 examples of train_set have the label 0"):
        train(one, DATASET, [6, 3], learning_rate=0.1, max_epochs=1)


def test_pixels_that_were_not_scaled_get_a_warning():
    pixels = np.rint(X * 255).astype(np.uint8)
    with pytest.warns(UserWarning, match=r"X holds whole numbers up to \d+, expected 0 to 1"):
        make_predictions(PARAMETERS, pixels)


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
