"""The mistake explorer without a browser: which images it finds, and what it says of them."""

import numpy as np
import pytest
from shared import NAMES, shown_without_browser, small_dataset

pytest.importorskip("anywidget", reason="the panels need anywidget")

from helpers.data import Dataset
from helpers.evaluation import accuracy, confusion_matrix, make_predictions, mistakes
from helpers.losses import cross_entropy, one_hot
from helpers.network import Layer, initialize_parameters
from helpers.widgets import MistakeExplorer

M = 50
DATASET = small_dataset(M)
X, LABELS = DATASET.X, DATASET.labels


def network(seed):
    return initialize_parameters([6, 5, 3], np.random.default_rng(seed))


WORSE, BETTER = network(5), network(0)
SAID = make_predictions(BETTER, X)
WRONG = SAID != LABELS


@pytest.fixture
def explorer():
    return MistakeExplorer(BETTER, DATASET, per_page=4)


@pytest.fixture
def both():
    return MistakeExplorer(WORSE, DATASET, other=BETTER, names=("before", "after"), per_page=4)


def found(explorer):
    """The columns that the cards show, page after page of four."""
    columns = []
    for page in range(1, explorer.pages + 1):
        assert len(columns) == 4 * (page - 1)
        explorer.page.value = page
        columns += [one["column"] for one in explorer.cards.page["cards"]]
    return columns


def test_it_opens_with_all_mistakes_the_surest_first(explorer):
    assert found(explorer) == mistakes(BETTER, DATASET)["index"].tolist()
    matrix = confusion_matrix(SAID, LABELS, 3).tolist()
    assert explorer.menu.table == {"counts": matrix, "names": list(NAMES), "kind": "class"}


@pytest.mark.parametrize("true", [-1, 0, 1, 2])
@pytest.mark.parametrize("predicted", [-1, 0, 1, 2])
def test_a_cell_shows_exactly_its_images(explorer, true, predicted):
    explorer.menu.chosen = [true, predicted]
    assert (explorer.true.value, explorer.predicted.value) == (true, predicted)
    wanted = np.ones(M, dtype=bool) if true == predicted != -1 else WRONG.copy()
    if true != -1:
        wanted &= true == LABELS
    if predicted != -1:
        wanted &= predicted == SAID
    assert sorted(found(explorer)) == np.flatnonzero(wanted).tolist()


def test_the_lists_choose_in_the_menu_too(explorer):
    explorer.true.value = 1
    assert explorer.menu.chosen == [1, -1]
    explorer.predicted.value = 2
    assert explorer.menu.chosen == [1, 2]


def test_every_order_sorts(explorer):
    explorer.group.value = "every image"
    P = explorer.answers.probabilities[0]
    losses = np.array([cross_entropy(P[:, [i]], one_hot(LABELS[[i]], 3)) for i in range(M)])
    keys = {
        "surest first": -P.max(axis=0),
        "least sure first": P.max(axis=0),
        "largest loss first": -losses,
        "smallest loss first": losses,
        "as in the data": np.arange(M),
    }
    assert set(keys) == set(explorer.order.options)
    for order, key in keys.items():
        explorer.order.value = order
        assert len(explorer.columns) == M
        assert (np.diff(key[explorer.columns]) >= -1e-12).all(), order


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
    ant = [Layer(np.zeros((3, 6)), np.array([[1.0], [0], [0]]))]  # says ant to everything
    explorer = MistakeExplorer(ant, DATASET)
    explorer.menu.chosen = [0, 1]
    assert explorer.cards.page["cards"] == []
    assert "Images none" in explorer.found.value
    assert explorer.back.disabled
    assert explorer.forward.disabled


def test_a_card_says_what_the_network_said():
    parameters = [Layer(np.zeros((3, 6)), np.log([[0.7], [0.2], [0.1]]))]
    data = Dataset(np.zeros((6, 2)), np.array([1, 0]), NAMES, (2, 3))
    explorer = MistakeExplorer(parameters, data)
    explorer.group.value, explorer.order.value = "every image", "as in the data"
    wrong, right = explorer.cards.page["cards"]
    assert wrong["verdicts"] == ["✗ says ant (70 %)"]
    assert (wrong["is"], wrong["true"], wrong["loss"]) == ("bee", 1, "loss 1.61")
    assert wrong["networks"][0]["texts"] == ["70 %", "20 %", "10 %"]
    np.testing.assert_allclose(wrong["networks"][0]["bars"], [0.7, 0.2, 0.1])
    assert right["verdicts"] == ["✓ says ant (70 %)"]


def test_the_pixels_of_a_page_are_those_of_its_columns(explorer):
    page = explorer.cards.page
    ink = np.frombuffer(page["pixels"], np.uint8).reshape(-1, 6)
    columns = [one["column"] for one in page["cards"]]
    np.testing.assert_allclose(ink / 255, X[:, columns].T, atol=0.5 / 255)
    assert page["shape"] == [2, 3]


def test_the_tally_of_doubtful_labels(explorer):
    assert explorer.doubtful == []
    wrong, right = np.flatnonzero(WRONG).tolist(), np.flatnonzero(~WRONG).tolist()
    explorer.cards.marked = sorted([wrong[0], wrong[3], right[0]])
    assert explorer.doubtful == sorted([wrong[0], wrong[3], right[0]])
    left = (M - len(wrong) - 1) / (M - 3)
    assert "3 marked as arguably wrong" in explorer.tally.value
    assert f"2 of its {len(wrong)} mistakes" in explorer.tally.value
    assert f"without the marked images {left:.2%}" in explorer.tally.value
    explorer.group.value = "marked as doubtful"
    assert sorted(explorer.columns) == explorer.doubtful
    explorer.doubtful = [wrong[0], wrong[0]]
    assert explorer.cards.marked == explorer.columns.tolist() == [wrong[0]]
    with pytest.raises(ValueError, match="columns of X from 0 to 49"):
        explorer.doubtful = [50]


def test_unmarking_keeps_the_page():
    explorer = MistakeExplorer(BETTER, DATASET, per_page=2)
    explorer.page.value = 3
    shown = explorer.cards.page
    explorer.cards.marked = [shown["cards"][0]["column"]]
    assert explorer.page.value == 3
    assert explorer.cards.page == shown


def test_two_networks_which_mistakes_are_mended_and_which_are_new(both):
    before = make_predictions(WORSE, X) != LABELS
    assert before.sum() > WRONG.sum()
    groups = {
        "mended by after": before & ~WRONG,
        "new mistakes of after": WRONG & ~before,
        "mistakes of both": before & WRONG,
        "all mistakes of before": before,
        "all mistakes of after": WRONG,
    }
    assert list(both.group.options) == [*groups, "every image", "marked as doubtful"]
    for name, mask in groups.items():
        assert mask.any()
        both.group.value = name
        assert sorted(both.columns) == np.flatnonzero(mask).tolist(), name
        counts = np.array(both.menu.table["counts"])
        assert counts.sum() == (M if name.startswith("all") else mask.sum())
        assert name.startswith("all") or np.trace(counts) == 0
    mended, new = groups["mended by after"].sum(), groups["new mistakes of after"].sum()
    words = f"After mends {mended} of the mistakes of before and makes {new} new"
    assert words in both.answers.summary()
    verdicts = both.cards.page["cards"][0]["verdicts"]
    assert ["before: " in verdicts[0], "after: " in verdicts[1]] == [True, True]


def test_the_better_network_is_the_one_with_fewer_mistakes(both):
    swapped = MistakeExplorer(BETTER, DATASET, other=WORSE, names=("after", "before"))
    assert swapped.group.options[0] == both.group.options[0]
    assert swapped.columns.tolist() == both.columns.tolist()


def test_a_diverged_network_is_shown_all_the_same():
    parameters = [Layer(np.full_like(W, np.nan), b) for W, b in BETTER]
    answer = MistakeExplorer(parameters, DATASET).cards.page["cards"][0]["networks"][0]
    assert answer["texts"][0] == "not a number"
    assert answer["bars"] == [0, 0, 0]


@pytest.mark.parametrize(
    ("data", "options", "words"),
    [
        (Dataset(X, None, NAMES, (2, 3)), {}, "has no labels"),
        (Dataset(X, LABELS, image_shape=(2, 3)), {}, r"\[3\] outputs, expected 10"),
        (DATASET, {"other": WORSE, "names": ("same", "same")}, "two different ones"),
        (DATASET, {"per_page": 0}, "per_page is 0"),
    ],
)
def test_what_does_not_fit_is_refused(data, options, words):
    with pytest.raises(ValueError, match=words):
        MistakeExplorer(BETTER, data, **options)


def test_an_error_in_a_callback_is_seen(explorer):
    explorer.answers.probabilities = []
    explorer.order.value = "least sure first"
    assert isinstance(explorer.last_error, IndexError)
    assert explorer.error_line.layout.display == ""


@pytest.mark.parametrize("name", ["explorer", "both"])
def test_a_figure_stands_in_its_place(request, name):
    panel = request.getfixturevalue(name)
    alt, n = shown_without_browser(panel), len(panel.columns)
    assert alt.startswith("Confusion matrix of 3 classes. ")
    assert f"{min(12, n)} images from a table of {n}:" in alt


def test_without_a_mistake_the_figure_is_the_matrix():
    explorer = MistakeExplorer(BETTER, Dataset(X, SAID, NAMES, (2, 3)))
    assert accuracy(SAID, explorer.answers.labels) == 1
    assert explorer.figure().alt == "Confusion matrix of 3 classes. 50 of 50 right."
