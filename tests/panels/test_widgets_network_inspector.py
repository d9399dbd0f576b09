"""The network inspector without a browser: its numbers, and what it answers when its traits are set."""

import base64

import numpy as np
import pytest

pytest.importorskip("anywidget", reason="the panels need anywidget")

from helpers.activations import ACTIVATIONS, softmax
from helpers.data import Dataset
from helpers.gradient_check import numerical_gradients
from helpers.losses import cross_entropy, one_hot
from helpers.network import Layer, backward_propagation, forward_propagation, initialize_parameters
from helpers.widgets.network_inspector import NetworkInspector
from helpers.widgets.network_trace import backward_parts, forward_parts, slope, trace_image
from helpers.widgets.network_view import layer_texts
from helpers.widgets.neuron_detail import backward_detail, forward_detail, picture, table

NAMES = ("ant", "bee", "cat")


def small_network(sizes=(6, 5, 4, 3), seed=1):
    rng = np.random.default_rng(seed)
    return [Layer(W, b + rng.normal(size=b.shape)) for W, b in initialize_parameters(list(sizes), rng)]


def small_dataset(m=7, seed=2, labels=True):
    rng = np.random.default_rng(seed)
    X = np.ascontiguousarray(rng.random((m, 6))).T
    return Dataset(X, rng.integers(0, 3, m) if labels else None, class_names=NAMES, image_shape=(2, 3))


@pytest.fixture
def inspector():
    return NetworkInspector(small_network(), small_dataset())


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_way_there_is_that_of_the_network(activation):
    parameters, x = small_network(), small_dataset().X[:, [3]]
    trace = trace_image(parameters, x, 1, activation=activation)
    for A, expected in zip(trace.A, forward_propagation(parameters, x, activation=activation), strict=True):
        np.testing.assert_array_equal(A, expected)
    for Z, A in zip(trace.Z[:-1], trace.A[1:-1], strict=True):
        np.testing.assert_allclose(ACTIVATIONS[activation].function(Z), A)
    np.testing.assert_allclose(softmax(trace.Z[-1]), trace.A[-1])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_way_back_is_that_of_the_network_and_its_parts_add_up(activation):
    parameters, x = small_network(), small_dataset().X[:, [3]]
    trace = trace_image(parameters, x, 1, activation=activation)
    Y = one_hot(np.array([1]), 3)
    expected = backward_propagation(parameters, trace.A, Y, activation=activation)
    for layer in (1, 2, 3):
        for neuron in range(len(trace.Z[layer - 1])):
            parts, dZ = backward_parts(trace, layer, neuron), trace.dZ[layer - 1][neuron, 0]
            assert dZ == expected[layer - 1].b[neuron, 0]
            if layer == 3:
                assert parts is None
                np.testing.assert_allclose(dZ, trace.A[-1][neuron, 0] - Y[neuron, 0])
            else:
                np.testing.assert_allclose(parts.products.sum(), trace.dA[layer - 1][neuron, 0])
                np.testing.assert_allclose(parts.products.sum() * slope(trace, layer, neuron), dZ)
            feeding = forward_parts(trace, layer, neuron)
            total = feeding.products.sum() + parameters[layer - 1].b[neuron, 0]
            np.testing.assert_allclose(total, trace.Z[layer - 1][neuron, 0])
            np.testing.assert_allclose(trace.gradients[layer - 1].W[neuron], dZ * feeding.values)


def test_dA_is_the_slope_of_the_loss():
    parameters, x = small_network(), small_dataset().X[:, [3]]
    trace, h = trace_image(parameters, x, 1, activation="tanh"), 1e-6
    for neuron in range(5):
        losses = []
        for step in (h, -h):
            A = trace.A[1].copy()
            A[neuron] += step
            P = forward_propagation(parameters[1:], A, activation="tanh")[-1]
            losses.append(cross_entropy(P, one_hot(np.array([1]), 3)))
        np.testing.assert_allclose((losses[0] - losses[1]) / (2 * h), trace.dA[0][neuron, 0], rtol=1e-5)
    numerical = numerical_gradients(parameters, x, one_hot(np.array([1]), 3), activation="tanh")
    np.testing.assert_allclose(trace.gradients[0].W, numerical[0].W, atol=1e-7)


def test_a_network_of_one_layer_has_pixels_and_probabilities():
    inspector = NetworkInspector(small_network((6, 3)), small_dataset())
    assert [image["title"] for image in inspector.neuron.detail["images"]] == ["pixels", "weights", "weight × pixel"]
    assert inspector.neuron.detail["lines"][1].startswith("A = softmax")
    inspector.mode.value = "backward"
    assert inspector.neuron.detail["lines"][0].startswith("dZ = A − Y")
    assert inspector.neuron.detail["links"] == inspector.neuron.detail["tables"] == []
    assert inspector.last_error is None


def test_what_is_not_there_is_refused():
    trace = trace_image(small_network(), small_dataset().X[:, [0]])
    with pytest.raises(IndexError, match="layers are numbered from 1 to 3"):
        forward_parts(trace, 0, 0)
    with pytest.raises(IndexError, match="layer 2 has 4, numbered from 0 to 3"):
        forward_parts(trace, 2, 4)
    with pytest.raises(ValueError, match="has no label"):
        backward_parts(trace, 1, 0)


def test_the_equation_of_a_neuron_on_known_numbers():
    parameters = [Layer(np.array([[2.0, -1.0]]), np.array([[0.5]])), Layer(np.array([[1.0], [-1.0]]), np.zeros((2, 1)))]
    trace = trace_image(parameters, np.array([[0.5], [0.25]]), 0)
    detail = forward_detail(trace, 1, 0, (1, 2))
    assert detail["lines"] == ["Z = sum of weight × pixel + b = 0.75 + (0.5) = 1.25", "A = relu(Z) = 1.25"]
    assert [image["texts"] for image in detail["images"]] == [["0.5", "0.25"], ["2", "-1"], ["1", "-0.25"]]
    detail = forward_detail(trace, 2, 1, (1, 2))
    assert detail["tables"][0]["rows"] == [["0", "-1", "1.25", "-1.25"]]
    assert detail["links"] == [[1, 0, -1.0]]
    detail = backward_detail(trace, 1, 0, (1, 2))
    p = trace.A[-1][1, 0]  # dZ of the outputs is -p and p, and dA = -p * 1 + p * -1
    assert detail["lines"][0] == f"dA = sum of weight × dZ over layer 2 = {-2 * p:.3g}"
    assert [link[:2] for link in detail["links"]] == [[2, 0], [2, 1]]
    np.testing.assert_allclose([link[2] for link in detail["links"]], [-1, -1])
    np.testing.assert_allclose(np.frombuffer(detail["images"][2]["values"], "<f4"), [-p, -p / 2], rtol=1e-6)
    assert backward_detail(trace, 2, 0, (1, 2))["lines"][0].startswith(f"dZ = A − Y = {1 - p:.3g} − 1 = {-p:.3g}")


def test_of_many_parts_the_strongest_are_listed_and_the_rest_is_summed():
    parameters = small_network((6, 40, 3))
    trace = trace_image(parameters, small_dataset().X[:, [0]], 1)
    parts = forward_parts(trace, 2, 0)
    shown = table(parts, "what", ("from", "W", "A", "W × A"))
    listed = [int(row[0]) for row in shown["rows"]]
    assert len(listed) == 16
    assert listed == sorted(listed)
    left = np.delete(np.abs(parts.products), listed)
    assert left.max() <= np.abs(parts.products[listed]).min()
    assert shown["total"].startswith("24 smaller ones, together ")
    assert not layer_texts(trace, "forward", 1, NAMES)["readable"]
    assert layer_texts(trace, "forward", 2, NAMES)["readable"]


def test_a_large_image_has_no_numbers_inside():
    assert picture("x", np.zeros(784), (28, 28))["texts"] == []
    assert picture("x", np.zeros(784), (28, 28))["limit"] == 1


def test_every_number_of_a_small_network_is_sent(inspector):
    layers = inspector.diagram.network["layers"]
    assert [layer["title"] for layer in layers] == ["Layer 1, relu", "Layer 2, relu", "Layer 3, softmax"]
    assert [len(layer["texts"][0]) for layer in layers] == [5, 4, 3]
    assert layers[2]["names"] == list(NAMES)
    trace = inspector.trace
    assert layers[0]["texts"][0] == [f"{Z:.3g}" for Z in trace.Z[0][:, 0]]
    assert inspector.diagram.chosen == [3, int(trace.A[-1].argmax())]


def test_choosing_and_pointing(inspector):
    inspector.diagram.chosen = [2, 1]
    assert inspector.neuron.detail["at"] == [2, 1]
    assert {link[0] for link in inspector.diagram.lit["links"]} == {1}
    inspector.diagram.pointed = [1, 4]
    assert inspector.neuron.detail["at"] == [1, 4]
    assert inspector.diagram.lit["image"]["title"] == "weight × pixel"
    assert inspector.neuron.detail["name"] == "Neuron 4 of layer 1"
    inspector.diagram.pointed = []
    assert inspector.neuron.detail["at"] == [2, 1]
    inspector.diagram.chosen = [3, 2]
    assert inspector.neuron.detail["name"] == "Neuron 2 of layer 3: cat"


def test_a_neuron_that_is_not_there_is_told(inspector):
    inspector.diagram.chosen = [2, 9]
    assert isinstance(inspector.last_error, IndexError)
    assert "layer 2 has 4, numbered from 0 to 3" in inspector.error_line.value
    inspector.diagram.chosen = [2, 0]
    assert inspector.last_error is None


def test_backward_shows_the_gradients(inspector):
    inspector.mode.value = "backward"
    inspector.diagram.chosen = [1, 2]
    assert inspector.neuron.detail["lines"][0].startswith("dA = ")
    assert {link[0] for link in inspector.diagram.lit["links"]} <= {2}
    dW = np.frombuffer(inspector.diagram.lit["image"]["values"], "<f4")
    np.testing.assert_allclose(dW, inspector.trace.gradients[0].W[2], rtol=1e-6)
    assert inspector.diagram.network["layers"][2]["heads"] == ["dZ"]


def test_buttons_turn_the_images_over(inspector):
    first = inspector.diagram.network["image"]["values"]
    inspector.forward.click()
    assert inspector.image.value == 1
    assert inspector.diagram.network["image"]["values"] != first
    inspector.back.click()
    inspector.back.click()
    assert inspector.image.value == 6


def test_next_mistake_goes_round_all_mistakes(inspector):
    dataset = small_dataset()
    wrong = np.flatnonzero(forward_propagation(small_network(), dataset.X)[-1].argmax(axis=0) != dataset.labels)
    inspector.image.value = int(wrong[-1])
    visited = []
    for _ in range(len(wrong) + 1):
        inspector.next_mistake.click()
        visited.append(inspector.image.value)
        assert "✗" in inspector.verdict.value
    assert visited == [*wrong, wrong[0]]
    assert len(wrong) > 1


def test_a_network_without_mistakes_says_so():
    dataset = small_dataset()
    predictions = forward_propagation(small_network(), dataset.X)[-1].argmax(axis=0)
    inspector = NetworkInspector(small_network(), Dataset(dataset.X, predictions, NAMES, (2, 3)))
    inspector.next_mistake.click()
    assert "makes no mistake" in inspector.error_line.value


def test_images_without_labels_go_forward_only():
    inspector = NetworkInspector(small_network(), small_dataset(labels=False))
    assert [value for _, value in inspector.mode.options] == ["forward"]
    assert inspector.next_mistake.disabled
    with pytest.raises(ValueError, match='expected "forward", or "backward" for a dataset with labels'):
        NetworkInspector(small_network(), small_dataset(labels=False), mode="backward")


def test_a_diverged_network_is_shown_all_the_same():
    parameters = [Layer(np.full_like(W, np.nan), b) for W, b in small_network()]
    inspector = NetworkInspector(parameters, small_dataset(), mode="backward")
    assert "not a number" in inspector.verdict.value
    assert inspector.diagram.network["layers"][0]["bars"] == [0] * 5
    assert inspector.neuron.detail["tables"][0]["rows"][0][1] == "not a number"


@pytest.mark.parametrize(
    ("options", "words"),
    [({"column": 7}, "0 to 6"), ({"column": -1}, "0 to 6"), ({"mode": "sideways"}, "expected")],
)
def test_a_wrong_argument_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        NetworkInspector(small_network(), small_dataset(), **options)


def test_a_network_of_other_classes_is_refused():
    with pytest.raises(ValueError, match="4 outputs, expected 3"):
        NetworkInspector(small_network((6, 5, 4)), small_dataset())


@pytest.mark.parametrize(("mode", "quantity"), [("forward", "weight"), ("backward", "slope")])
def test_a_figure_stands_in_its_place(mode, quantity):
    data, metadata = NetworkInspector(small_network(), small_dataset(), mode=mode)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert f"Images of 5 neurons, {quantity} by pixel" in data["text/plain"]
    assert metadata["image/png"]["alt"] == data["text/plain"]
