"""The network inspector without a browser: its numbers, and what it answers to a choice."""

import numpy as np
import pytest
from shared import NAMES, shown_without_browser, small_dataset, small_network

pytest.importorskip("anywidget", reason="the panels need anywidget")

from helpers.activations import ACTIVATIONS, softmax
from helpers.data import Dataset
from helpers.evaluation import make_predictions
from helpers.gradient_check import numerical_gradients
from helpers.losses import cross_entropy, one_hot
from helpers.network import (
    Layer,
    backward_propagation,
    forward_propagation,
    update_parameters,
)
from helpers.plots import percent
from helpers.widgets import NetworkInspector
from helpers.widgets.network_inspector.trace import (
    backward_parts,
    forward_parts,
    slope,
    trace_image,
)
from helpers.widgets.network_inspector.view import backward_detail, forward_detail, slope_text

NETWORK = small_network(6, 5, 4, 3)
DATASET = small_dataset()
X, LABELS = DATASET.X, DATASET.labels
WRONG = np.flatnonzero(make_predictions(NETWORK, X) != LABELS).tolist()
Y = one_hot(np.array([1]), 3)


@pytest.fixture
def inspector():
    return NetworkInspector(NETWORK, DATASET)


def press(inspector, what):
    inspector.surface._handle_custom_msg({"type": what}, [])


def values_of(image):
    return np.frombuffer(image["values"], "<f4")


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_way_there_is_that_of_the_network(activation):
    trace = trace_image(NETWORK, X[:, [3]], 1, activation=activation)
    expected = forward_propagation(NETWORK, X[:, [3]], activation=activation)
    for A, wanted in zip(trace.A, expected, strict=True):
        np.testing.assert_array_equal(A, wanted)
    for Z, A in zip(trace.Z[:-1], trace.A[1:-1], strict=True):
        np.testing.assert_allclose(ACTIVATIONS[activation].function(Z), A)
    np.testing.assert_allclose(softmax(trace.Z[-1]), trace.A[-1])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_way_back_is_that_of_the_network_and_its_parts_add_up(activation):
    trace = trace_image(NETWORK, X[:, [3]], 1, activation=activation)
    expected = backward_propagation(NETWORK, trace.A, Y, activation=activation)
    for layer, (_, b) in enumerate(NETWORK, 1):
        for neuron in range(len(b)):
            parts, dZ = backward_parts(trace, layer, neuron), trace.dZ[layer - 1][neuron, 0]
            assert dZ == expected[layer - 1].b[neuron, 0]
            if layer == 3:
                assert parts is None
                np.testing.assert_allclose(dZ, trace.A[-1][neuron, 0] - Y[neuron, 0])
            else:
                total = parts.products.sum()
                np.testing.assert_allclose(total, trace.dA[layer - 1][neuron, 0])
                np.testing.assert_allclose(total * slope(trace, layer, neuron), dZ)
            feeding = forward_parts(trace, layer, neuron)
            Z = feeding.products.sum() + b[neuron, 0]
            np.testing.assert_allclose(Z, trace.Z[layer - 1][neuron, 0])
            dW = trace.gradients[layer - 1].W[neuron]
            np.testing.assert_allclose(dW, dZ * feeding.values)


def test_dA_is_the_slope_of_the_loss():
    trace, h = trace_image(NETWORK, X[:, [3]], 1, activation="tanh"), 1e-6
    for neuron in range(5):
        losses = []
        for step in (h, -h):
            A = trace.A[1].copy()
            A[neuron] += step
            P = forward_propagation(NETWORK[1:], A, activation="tanh")[-1]
            losses.append(cross_entropy(P, Y))
        numerical = (losses[0] - losses[1]) / (2 * h)
        np.testing.assert_allclose(numerical, trace.dA[0][neuron, 0], rtol=1e-5)
    numerical = numerical_gradients(NETWORK, X[:, [3]], Y, activation="tanh")
    np.testing.assert_allclose(trace.gradients[0].W, numerical[0].W, atol=1e-7)


def test_a_network_of_one_layer_has_pixels_and_probabilities():
    inspector = NetworkInspector(small_network(6, 3), DATASET)
    detail = inspector.surface.detail
    titles = [image["title"] for image in detail["images"]]
    assert titles == ["pixels", "weights", "weight × pixel"]
    assert detail["lines"][1].startswith("A = e^Z over the sum of e^Z = ")
    inspector.surface.mode = "backward"
    detail = inspector.surface.detail
    assert detail["lines"][0].startswith("dZ = A − Y")
    assert detail["links"] == detail["tables"] == []
    assert inspector.last_error is None


def test_the_equation_of_a_neuron_on_known_numbers():
    first = Layer(np.array([[2.0, -1.0]]), np.array([[0.5]]))
    parameters = [first, Layer(np.array([[1.0], [-1.0]]), np.zeros((2, 1)))]
    trace = trace_image(parameters, np.array([[0.5], [0.25]]), 0)
    detail = forward_detail(trace, 1, 0, (1, 2), "ab")
    assert detail["lines"] == [
        "Z = sum of weight × pixel + b = 0.75 + 0.5 = 1.25",
        "A = relu(Z) = 1.25",
    ]
    written = [image["texts"] for image in detail["images"]]
    assert written == [["0.5", "0.25"], ["2", "-1"], ["1", "-0.25"]]
    detail = forward_detail(trace, 2, 1, (1, 2), "ab")
    assert detail["tables"][0]["rows"] == [["0", "-1", "1.25", "-1.25"]]
    assert detail["links"] == [[1, 0, -1.0]]
    detail = backward_detail(trace, 1, 0, (1, 2))
    p = trace.A[-1][1, 0]  # dZ of the outputs is -p and p, and dA = -p * 1 + p * -1
    assert detail["lines"][0] == f"dA = sum of weight × dZ over layer 2 = {-2 * p:.3g}"
    np.testing.assert_allclose(detail["links"], [[2, 0, -1], [2, 1, -1]])
    np.testing.assert_allclose(values_of(detail["images"][2]), [-p, -p / 2], rtol=1e-6)
    line = backward_detail(trace, 2, 0, (1, 2))["lines"][0]
    assert line.startswith(f"dZ = A − Y = {1 - p:.3g} − 1 = {-p:.3g}")


def test_of_many_parts_the_strongest_are_listed_and_the_rest_is_summed():
    inspector = NetworkInspector(small_network(6, 40, 3), DATASET)
    inspector.surface.chosen = [2, 0]
    products = forward_parts(inspector.trace, 2, 0).products
    shown = inspector.surface.detail["tables"][0]
    listed = [int(row[0]) for row in shown["rows"]]
    assert len(listed) == 16
    assert listed == sorted(listed)
    assert np.abs(np.delete(products, listed)).max() <= np.abs(products[listed]).min()
    assert shown["total"].startswith("24 smaller ones, together ")
    layers = inspector.surface.network["layers"]
    assert [layer["readable"] for layer in layers] == [False, True]


def test_a_large_image_has_no_numbers_inside():
    blank = Dataset(np.zeros((784, 1)), np.array([0]), NAMES)
    detail = NetworkInspector(small_network(784, 3), blank).surface.detail
    assert [image["texts"] for image in detail["images"]] == [[], [], []]
    assert detail["images"][2]["limit"] == 1


def test_every_number_of_a_small_network_is_sent(inspector):
    layers = inspector.surface.network["layers"]
    titles = [layer["title"] for layer in layers]
    assert titles == ["Layer 1, relu", "Layer 2, relu", "Layer 3, softmax"]
    assert [len(layer["texts"][0]) for layer in layers] == [5, 4, 3]
    assert layers[2]["names"] == list(NAMES)
    trace = inspector.trace
    assert layers[0]["texts"][0] == [f"{Z:.3g}" for Z in trace.Z[0][:, 0]]
    assert inspector.surface.chosen == [3, int(trace.A[-1].argmax())]


def test_choosing_and_pointing(inspector):
    surface = inspector.surface
    surface.chosen = [2, 1]
    assert inspector.surface.detail["at"] == [2, 1]
    assert {link[0] for link in surface.lit["links"]} == {1}
    surface.pointed = [1, 4]
    assert inspector.surface.detail["at"] == [1, 4]
    assert surface.lit["image"]["title"] == "weight × pixel"
    assert inspector.surface.detail["name"] == "Neuron 4 of layer 1"
    surface.pointed = []
    assert inspector.surface.detail["at"] == [2, 1]
    surface.chosen = [3, 2]
    assert inspector.surface.detail["name"] == "Neuron 2 of layer 3: cat"


@pytest.mark.parametrize(
    ("chosen", "words"),
    [([2, 9], "layer 2 has 4, numbered from 0 to 3"), ([0, 0], "numbered from 1 to 3")],
)
def test_a_neuron_that_is_not_there_is_told(inspector, chosen, words):
    inspector.surface.chosen = chosen
    assert isinstance(inspector.last_error, IndexError)
    assert words in inspector.surface.error
    inspector.surface.chosen = [2, 0]
    assert inspector.last_error is None


def test_backward_shows_the_gradients(inspector):
    inspector.surface.mode = "backward"
    inspector.surface.chosen = [1, 2]
    assert inspector.surface.detail["lines"][0].startswith("dA = ")
    assert {link[0] for link in inspector.surface.lit["links"]} <= {2}
    dW = values_of(inspector.surface.lit["image"])
    np.testing.assert_allclose(dW, inspector.trace.gradients[0].W[2], rtol=1e-6)


def test_another_image_is_shown_and_the_first_follows_the_last(inspector):
    first = inspector.surface.network["image"]["values"]
    inspector.surface.image = 1
    assert inspector.surface.network["image"]["values"] != first
    inspector.surface.image = -1
    assert inspector.surface.image == 6


def test_softmax_is_a_table_whose_numbers_add_up(inspector):
    caption, softmax_ = (inspector.surface.detail["tables"][1][key] for key in ("caption", "rows"))
    assert caption.startswith("Softmax")
    Z = inspector.trace.Z[-1][:, 0]
    assert [row[0] for row in softmax_] == list(NAMES)
    np.testing.assert_allclose([float(row[2]) for row in softmax_], np.exp(Z - Z.max()), rtol=5e-3)


@pytest.mark.parametrize("layer", [1, 3])
def test_a_step_is_what_training_does_with_this_image(inspector, layer):
    inspector.surface.mode = "backward"
    inspector.surface.chosen = [layer, 1]
    column, label = inspector.surface.image, LABELS[inspector.surface.image]
    x, y = X[:, [column]], one_hot(LABELS[[column]], 3)
    A = forward_propagation(NETWORK, x)
    expected = update_parameters(NETWORK, backward_propagation(NETWORK, A, y), 0.1)
    press(inspector, "step")
    for (W, b), (W_, b_) in zip(inspector.trace.parameters, expected, strict=True):
        np.testing.assert_array_equal(W, W_)
        np.testing.assert_array_equal(b, b_)
    after = forward_propagation(expected, x)[-1][label, 0]
    assert after > A[-1][label, 0]
    said = inspector.surface.steps["said"]
    assert f"from {percent(A[-1][label, 0])} to {percent(after)}" in said
    table = inspector.surface.detail["tables"][-2 if layer == 3 else -1]
    rows = {int(row[0]): row for row in table["rows"]}
    W, dW, new = (float(value) for value in rows[0][1:])
    np.testing.assert_allclose(new, W - 0.1 * dW, atol=0.006)
    press(inspector, "step")
    assert inspector.surface.steps["count"] == 2
    press(inspector, "back")
    assert inspector.surface.steps == {"count": 0, "said": ""}
    np.testing.assert_array_equal(inspector.trace.A[-1], A[-1])
    press(inspector, "step")
    inspector.surface.image = column + 1
    assert inspector.surface.steps["count"] == 0


def test_a_tiny_slope_is_about_zero(inspector):
    assert slope_text(7.85e-13) == slope_text(-7.85e-13) == "≈ 0"
    assert [slope_text(value) for value in (0, 2e-6)] == ["0", "2e-06"]


def test_next_mistake_goes_round_all_mistakes(inspector):
    assert len(WRONG) > 1
    inspector.surface.image = WRONG[-1]
    for expected in (*WRONG, WRONG[0]):
        press(inspector, "mistake")
        assert inspector.surface.image == expected
        assert "✗" in inspector.surface.verdict
        assert inspector.surface.chosen == [3, int(inspector.trace.A[-1].argmax())]


def test_a_network_without_mistakes_says_so():
    right = Dataset(X, make_predictions(NETWORK, X), NAMES, (2, 3))
    inspector = NetworkInspector(NETWORK, right)
    press(inspector, "mistake")
    assert "makes no mistake" in inspector.surface.error


def test_images_without_labels_go_forward_only():
    inspector = NetworkInspector(NETWORK, small_dataset(labels=False))
    assert inspector.surface.labeled is False
    for what in ("mistake", "step"):
        press(inspector, what)
        assert (inspector.surface.steps["count"], inspector.surface.image) == (0, 0)
    with pytest.raises(ValueError, match='"backward" for a dataset with labels'):
        NetworkInspector(NETWORK, small_dataset(labels=False), mode="backward")
    with pytest.raises(ValueError, match="has no label"):
        backward_parts(trace_image(NETWORK, X[:, [0]]), 1, 0)


def test_a_diverged_network_is_shown_all_the_same():
    parameters = [Layer(np.full_like(W, np.nan), b) for W, b in NETWORK]
    inspector = NetworkInspector(parameters, DATASET, mode="backward")
    assert "not a number" in inspector.surface.verdict
    assert inspector.surface.network["layers"][0]["bars"] == [0] * 5
    assert inspector.surface.detail["tables"][0]["rows"][0][1] == "not a number"


@pytest.mark.parametrize(
    ("parameters", "options", "words"),
    [
        (NETWORK, {"column": 7}, "0 to 6"),
        (NETWORK, {"column": -1}, "0 to 6"),
        (NETWORK, {"mode": "sideways"}, "expected"),
        (small_network(6, 5, 4), {}, "4 outputs, expected 3"),
    ],
)
def test_what_does_not_fit_is_refused(parameters, options, words):
    with pytest.raises(ValueError, match=words):
        NetworkInspector(parameters, DATASET, **options)


@pytest.mark.parametrize(("mode", "quantity"), [("forward", "weight"), ("backward", "slope")])
def test_a_figure_stands_in_its_place(mode, quantity):
    panel = NetworkInspector(NETWORK, DATASET, mode=mode)
    assert f"Images of 5 neurons, {quantity} by pixel" in shown_without_browser(panel)
