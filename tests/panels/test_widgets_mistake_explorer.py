"""The mistake explorer without a browser: which images it finds, and what it answers when its traits are set."""

import base64

import numpy as np
import pytest

pytest.importorskip("anywidget", reason="the panels need anywidget")

from helpers.data import Dataset
from helpers.evaluation import accuracy, confusion_matrix, make_predictions, mistakes
from helpers.losses import cross_entropy, one_hot
from helpers.network import Layer, initialize_parameters
from helpers.widgets.mistake_cards import card
from helpers.widgets.mistake_explorer import MistakeExplorer
from helpers.widgets.mistake_groups import ORDERS, Answers

NAMES = ("ant", "bee", "cat")


def network(seed):
    return initialize_parameters([6, 5, 3], np.random.default_rng(seed))


def dataset(m=50, seed=2):
    rng = np.random.default_rng(seed)
    X = np.ascontiguousarray(rng.random((m, 6))).T
    return Dataset(X, rng.integers(0, 3, m), class_names=NAMES, image_shape=(2, 3))


@pytest.fixture
def explorer():
    return MistakeExplorer(network(5), dataset(), per_page=4)


@pytest.fixture
def both():
    return MistakeExplorer(network(0), dataset(), other=network(5), names=("before", "after"), per_page=4)


def pages_of(explorer):
    """The columns of all pages, page by page, as the cards show them."""
    columns = []
    for page in range(1, explorer.pages + 1):
        explorer.page.value = page
        columns.append([one["column"] for one in explorer.cards.page["cards"]])
    return columns


def test_it_opens_with_all_mistakes_the_surest_first(explorer):
    table = mistakes(network(5), dataset())
    pages = pages_of(explorer)
    assert [column for page in pages for column in page] == table["index"].tolist()
    assert {len(page) for page in pages[:-1]} == {4}
    matrix = confusion_matrix(make_predictions(network(5), dataset().X), dataset().labels, 3)
    assert explorer.menu.table == {"counts": matrix.tolist(), "names": list(NAMES), "kind": "class"}


@pytest.mark.parametrize("true", [-1, 0, 1, 2])
@pytest.mark.parametrize("predicted", [-1, 0, 1, 2])
def test_a_cell_shows_exactly_its_images(explorer, true, predicted):
    explorer.menu.chosen = [true, predicted]
    assert (explorer.true.value, explorer.predicted.value) == (true, predicted)
    said, labels = make_predictions(network(5), dataset().X), dataset().labels
    wanted = np.ones(50, dtype=bool) if true == predicted != -1 else said != labels
    if true != -1:
        wanted &= labels == true
    if predicted != -1:
        wanted &= said == predicted
    assert sorted(column for page in pages_of(explorer) for column in page) == np.flatnonzero(wanted).tolist()


def test_the_lists_choose_in_the_menu_too(explorer):
    explorer.true.value = 1
    assert explorer.menu.chosen == [1, -1]
    explorer.predicted.value = 2
    assert explorer.menu.chosen == [1, 2]


def test_every_order_sorts(explorer):
    explorer.group.value = "every image"
    P, labels = explorer.answers.probabilities[0], dataset().labels
    losses = np.array([cross_entropy(P[:, [i]], one_hot(labels[[i]], 3)) for i in range(50)])
    keys = {
        "surest first": -P.max(axis=0),
        "least sure first": P.max(axis=0),
        "largest loss first": -losses,
        "smallest loss first": losses,
        "as in the data": np.arange(50),
    }
    assert set(keys) == set(ORDERS)
    for order, key in keys.items():
        explorer.order.value = order
        found = explorer.columns
        assert len(found) == 50
        assert (np.diff(key[found]) >= -1e-12).all(), order
    with pytest.raises(ValueError, match="expected one of surest first"):
        explorer.answers.columns(explorer.answers.groups()["every image"], order="backwards")


def test_paging_stays_inside_and_starts_again_with_another_choice(explorer):
    assert explorer.back.disabled
    explorer.forward.click()
    assert explorer.page.value == 2
    assert f"Images 5 to 8 of {len(explorer.columns)}" in explorer.found.value
    explorer.order.value = "least sure first"
    assert explorer.page.value == 1
    explorer.page.value = explorer.pages
    assert explorer.forward.disabled
    explorer.forward.click()
    assert explorer.page.value == explorer.pages


def test_an_empty_choice_says_so():
    parameters = [Layer(np.zeros((3, 6)), np.array([[1.0], [0], [0]]))]  # says ant to everything
    explorer = MistakeExplorer(parameters, dataset())
    explorer.menu.chosen = [0, 1]
    assert explorer.cards.page["cards"] == []
    assert "Images none" in explorer.found.value
    assert explorer.back.disabled
    assert explorer.forward.disabled


def test_a_card_says_what_the_network_said():
    parameters = [Layer(np.zeros((3, 6)), np.log([[0.7], [0.2], [0.1]]))]
    answers = Answers({"it": parameters}, Dataset(np.zeros((6, 2)), np.array([1, 0]), NAMES, (2, 3)))
    wrong, right = card(answers, 0), card(answers, 1)
    assert wrong["verdicts"] == ["✗ says ant (70 %)"]
    assert (wrong["is"], wrong["true"], wrong["loss"]) == ("bee", 1, "loss 1.61")
    assert wrong["networks"][0]["texts"] == ["70 %", "20 %", "10 %"]
    np.testing.assert_allclose(wrong["networks"][0]["bars"], [0.7, 0.2, 0.1])
    assert right["verdicts"] == ["✓ says ant (70 %)"]


def test_the_pixels_of_a_page_are_those_of_its_columns(explorer):
    page = explorer.cards.page
    ink = np.frombuffer(page["pixels"], np.uint8).reshape(len(page["cards"]), 6)
    for values, one in zip(ink, page["cards"], strict=True):
        np.testing.assert_allclose(values / 255, dataset().X[:, one["column"]], atol=0.5 / 255)
    assert page["shape"] == [2, 3]


def test_the_tally_of_doubtful_labels(explorer):
    assert explorer.doubtful == []
    wrong = mistakes(network(5), dataset())["index"].tolist()
    right = np.setdiff1d(np.arange(50), wrong).tolist()
    explorer.cards.marked = sorted([wrong[0], wrong[3], right[0]])
    assert explorer.doubtful == sorted([wrong[0], wrong[3], right[0]])
    assert "3 marked as arguably wrong" in explorer.tally.value
    assert f"2 of its {len(wrong)} mistakes" in explorer.tally.value
    assert f"without the marked images {(50 - len(wrong) - 1) / 47:.2%}" in explorer.tally.value
    explorer.group.value = "marked as doubtful"
    assert sorted(explorer.columns) == explorer.doubtful
    explorer.doubtful = [wrong[0], wrong[0]]
    assert explorer.cards.marked == [wrong[0]]
    assert explorer.columns.tolist() == [wrong[0]]
    with pytest.raises(ValueError, match="columns of X from 0 to 49"):
        explorer.doubtful = [50]


def test_unmarking_keeps_the_page():
    explorer = MistakeExplorer(network(5), dataset(), per_page=2)
    explorer.page.value = 3
    shown = explorer.cards.page
    explorer.cards.marked = [shown["cards"][0]["column"]]
    assert explorer.page.value == 3
    assert explorer.cards.page == shown


def test_two_networks_which_mistakes_are_mended_and_which_are_new(both):
    X, labels = dataset().X, dataset().labels
    wrong = {name: make_predictions(network(seed), X) != labels for name, seed in (("before", 0), ("after", 5))}
    worse, better = sorted(wrong, key=lambda name: -wrong[name].sum())
    assert wrong[worse].sum() > wrong[better].sum()
    groups = {
        f"mended by {better}": wrong[worse] & ~wrong[better],
        f"new mistakes of {better}": wrong[better] & ~wrong[worse],
        "mistakes of both": wrong["before"] & wrong["after"],
        "all mistakes of before": wrong["before"],
        "all mistakes of after": wrong["after"],
    }
    assert list(both.group.options) == [*groups, "every image", "marked as doubtful"]
    for name, mask in groups.items():
        assert mask.any()
        both.group.value = name
        assert sorted(both.columns) == np.flatnonzero(mask).tolist(), name
        counts = np.array(both.menu.table["counts"])
        assert counts.sum() == (50 if name.startswith("all") else mask.sum())
        if not name.startswith("all"):
            assert np.trace(counts) == 0
    mended, new = groups[f"mended by {better}"].sum(), groups[f"new mistakes of {better}"].sum()
    assert f"{better} mends {mended} of the mistakes of {worse} and makes {new} new" in both.answers.summary().lower()
    verdicts = both.cards.page["cards"][0]["verdicts"]
    assert len(verdicts) == 2
    assert "before: " in verdicts[0]
    assert "after: " in verdicts[1]


def test_the_better_network_is_the_one_with_fewer_mistakes(both):
    swapped = MistakeExplorer(network(5), dataset(), other=network(0), names=("after", "before"))
    assert swapped.group.options[0] == both.group.options[0]
    assert swapped.columns.tolist() == both.columns.tolist()


def test_large_datasets_are_asked_in_parts(monkeypatch):
    monkeypatch.setattr("helpers.widgets.mistake_groups.AT_ONCE", 7)
    answers = Answers({"it": network(5)}, dataset())
    np.testing.assert_array_equal(answers.predictions[0], make_predictions(network(5), dataset().X))


def test_a_diverged_network_is_shown_all_the_same():
    parameters = [Layer(np.full_like(W, np.nan), b) for W, b in network(5)]
    explorer = MistakeExplorer(parameters, dataset())
    assert explorer.cards.page["cards"][0]["networks"][0]["texts"][0] == "not a number"
    assert explorer.cards.page["cards"][0]["networks"][0]["bars"] == [0, 0, 0]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="has no labels"):
        MistakeExplorer(network(5), Dataset(dataset().X, None, NAMES, (2, 3)))
    with pytest.raises(ValueError, match=r"\[3\] outputs, expected 10"):
        MistakeExplorer(network(5), Dataset(dataset().X, dataset().labels, image_shape=(2, 3)))
    with pytest.raises(ValueError, match="two different ones"):
        MistakeExplorer(network(5), dataset(), other=network(1), names=("same", "same"))
    with pytest.raises(ValueError, match="per_page is 0"):
        MistakeExplorer(network(5), dataset(), per_page=0)


def test_an_error_in_a_callback_is_seen(explorer):
    explorer.answers.probabilities = []
    explorer.order.value = "least sure first"
    assert isinstance(explorer.last_error, IndexError)
    assert explorer.error_line.layout.display == ""


@pytest.mark.parametrize("name", ["explorer", "both"])
def test_a_figure_stands_in_its_place(request, name):
    panel = request.getfixturevalue(name)
    data, metadata = panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"].startswith("Confusion matrix of 3 classes. ")
    n = len(panel.columns)
    assert f"{min(12, n)} images from a table of {n}:" in data["text/plain"]
    assert metadata["image/png"]["alt"] == data["text/plain"]


def test_without_a_mistake_the_figure_is_the_matrix():
    said = make_predictions(network(5), dataset().X)
    explorer = MistakeExplorer(network(5), Dataset(dataset().X, said, NAMES, (2, 3)))
    assert accuracy(said, explorer.answers.labels) == 1
    assert explorer.figure().alt == "Confusion matrix of 3 classes. 50 of 50 right."
