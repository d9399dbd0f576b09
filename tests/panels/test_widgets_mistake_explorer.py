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


def browser(explorer, **choice):
    """What the browser sends."""
    explorer.surface.set_state({"choice": explorer.surface.choice | choice})


def found(explorer):
    """The columns that the cards show, page after page of four."""
    columns = []
    for page in range(1, explorer.pages + 1):
        assert len(columns) == 4 * (page - 1)
        explorer.choose(page=page)
        columns += [one["column"] for one in explorer.surface.page["cards"]]
    return columns


def test_it_opens_with_all_mistakes_the_surest_first(explorer):
    assert found(explorer) == mistakes(BETTER, DATASET)["index"].tolist()
    matrix = confusion_matrix(SAID, LABELS, 3).tolist()
    assert explorer.surface.page["counts"] == matrix
    assert (explorer.surface.about["names"], explorer.surface.about["kind"]) == (
        list(NAMES),
        "class",
    )


@pytest.mark.parametrize("true", [-1, 0, 1, 2])
@pytest.mark.parametrize("predicted", [-1, 0, 1, 2])
def test_a_cell_shows_exactly_its_images(explorer, true, predicted):
    explorer.choose(true=true, predicted=predicted)
    right = true == predicted != -1
    assert explorer.surface.choice["group"] == ("every image" if right else "mistakes")
    wanted = np.ones(M, dtype=bool) if true == predicted != -1 else WRONG.copy()
    if true != -1:
        wanted &= true == LABELS
    if predicted != -1:
        wanted &= predicted == SAID
    assert sorted(found(explorer)) == np.flatnonzero(wanted).tolist()


def test_every_order_sorts(explorer):
    explorer.choose(group="every image")
    P = explorer.answers.probabilities[0]
    losses = np.array([cross_entropy(P[:, [i]], one_hot(LABELS[[i]], 3)) for i in range(M)])
    keys = {
        "surest first": -P.max(axis=0),
        "least sure first": P.max(axis=0),
        "largest loss first": -losses,
        "smallest loss first": losses,
        "as in the data": np.arange(M),
    }
    assert set(keys) == set(explorer.surface.about["orders"])
    for order, key in keys.items():
        explorer.choose(order=order)
        assert len(explorer.columns) == M
        assert (np.diff(key[explorer.columns]) >= -1e-12).all(), order


def test_paging_stays_inside_and_starts_again_with_another_choice(explorer):
    browser(explorer, page=2)
    assert f"Images 5 to 8 of {len(explorer.columns)}" in explorer.surface.page["found"]
    explorer.choose(order="least sure first")
    assert explorer.surface.choice["page"] == 1
    for page, shown in ((explorer.pages + 1, explorer.pages), (0, 1)):
        browser(explorer, page=page)
        assert explorer.surface.choice["page"] == shown
    for name, value in (("page", 0), ("group", "all"), ("true", 3), ("height", 1)):
        with pytest.raises(ValueError, match=f"{name} is {value!r}"):
            explorer.choose(**{name: value})


def test_an_empty_choice_says_so():
    ant = [Layer(np.zeros((3, 6)), np.array([[1.0], [0], [0]]))]  # says ant to everything
    explorer = MistakeExplorer(ant, DATASET)
    explorer.choose(true=0, predicted=1)
    assert explorer.surface.page["cards"] == []
    assert explorer.surface.page["found"] == "Images none, page 1 of 1"


def test_a_card_says_what_the_network_said():
    parameters = [Layer(np.zeros((3, 6)), np.log([[0.7], [0.2], [0.1]]))]
    data = Dataset(np.zeros((6, 2)), np.array([1, 0]), NAMES, (2, 3))
    explorer = MistakeExplorer(parameters, data)
    explorer.choose(group="every image", order="as in the data")
    wrong, right = explorer.surface.page["cards"]
    assert wrong["verdicts"] == ["✗ says ant (70 %)"]
    assert (wrong["is"], wrong["true"], wrong["loss"]) == ("bee", 1, "loss 1.61")
    assert wrong["networks"][0]["texts"] == ["70 %", "20 %", "10 %"]
    np.testing.assert_allclose(wrong["networks"][0]["bars"], [0.7, 0.2, 0.1])
    assert right["verdicts"] == ["✓ says ant (70 %)"]


def test_the_pixels_of_a_page_are_those_of_its_columns(explorer):
    page = explorer.surface.page
    ink = np.frombuffer(page["pixels"], np.uint8).reshape(-1, 6)
    columns = [one["column"] for one in page["cards"]]
    np.testing.assert_allclose(ink / 255, X[:, columns].T, atol=0.5 / 255)
    assert page["shape"] == [2, 3]


def test_the_tally_of_doubtful_labels(explorer):
    assert explorer.doubtful == []
    wrong, right = np.flatnonzero(WRONG).tolist(), np.flatnonzero(~WRONG).tolist()
    explorer.surface.marked = sorted([wrong[0], wrong[3], right[0]])
    assert explorer.doubtful == sorted([wrong[0], wrong[3], right[0]])
    left = (M - len(wrong) - 1) / (M - 3)
    assert "3 marked as arguably wrong" in explorer.surface.tally
    assert f"2 of its {len(wrong)} mistakes" in explorer.surface.tally
    assert f"without the marked images {left:.2%}" in explorer.surface.tally
    explorer.choose(group="marked as doubtful")
    assert sorted(explorer.columns) == explorer.doubtful
    explorer.doubtful = [wrong[0], wrong[0]]
    assert explorer.surface.marked == explorer.columns.tolist() == [wrong[0]]
    with pytest.raises(ValueError, match="columns of X from 0 to 49"):
        explorer.doubtful = [50]


def test_unmarking_keeps_the_page():
    explorer = MistakeExplorer(BETTER, DATASET, per_page=2)
    explorer.choose(page=3)
    shown = explorer.surface.page
    explorer.surface.marked = [shown["cards"][0]["column"]]
    assert explorer.surface.choice["page"] == 3
    assert explorer.surface.page == shown


def test_two_networks_which_mistakes_are_fixed_and_which_are_new(both):
    before = make_predictions(WORSE, X) != LABELS
    assert before.sum() > WRONG.sum()
    groups = {
        "fixed by after": before & ~WRONG,
        "new mistakes of after": WRONG & ~before,
        "mistakes of both": before & WRONG,
        "all mistakes of before": before,
        "all mistakes of after": WRONG,
    }
    assert both.surface.about["groups"] == [*groups, "every image", "marked as doubtful"]
    for name, mask in groups.items():
        assert mask.any()
        both.choose(group=name)
        assert sorted(both.columns) == np.flatnonzero(mask).tolist(), name
        counts = np.array(both.surface.page["counts"])
        assert counts.sum() == (M if name.startswith("all") else mask.sum())
        assert name.startswith("all") or np.trace(counts) == 0
    fixed, new = groups["fixed by after"].sum(), groups["new mistakes of after"].sum()
    words = f"After fixes {fixed} of the mistakes of before and makes {new} new"
    assert words in both.answers.summary()
    verdicts = both.surface.page["cards"][0]["verdicts"]
    assert ["before: " in verdicts[0], "after: " in verdicts[1]] == [True, True]


def test_the_better_network_is_the_one_with_fewer_mistakes(both):
    swapped = MistakeExplorer(BETTER, DATASET, other=WORSE, names=("after", "before"))
    assert swapped.surface.about["groups"][0] == both.surface.about["groups"][0]
    assert swapped.columns.tolist() == both.columns.tolist()


def test_a_diverged_network_is_shown_all_the_same():
    parameters = [Layer(np.full_like(W, np.nan), b) for W, b in BETTER]
    answer = MistakeExplorer(parameters, DATASET).surface.page["cards"][0]["networks"][0]
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
    explorer.choose(order="least sure first")
    assert isinstance(explorer.last_error, IndexError)
    assert explorer.surface.error.startswith("IndexError: ")


def test_marks_stay_when_the_same_cell_runs_again(monkeypatch):
    monkeypatch.setattr("helpers.widgets.panel.current_cell", lambda: "a cell")
    MistakeExplorer(BETTER, DATASET).doubtful = [3, 1]
    assert MistakeExplorer(WORSE, DATASET).doubtful == [1, 3]
    other = Dataset(X, (LABELS + 1) % 3, NAMES, (2, 3))
    assert MistakeExplorer(BETTER, other).doubtful == []


def test_from_a_card_to_the_nearest_training_images_and_to_the_inspector():
    explorer = MistakeExplorer(BETTER, DATASET, DATASET, per_page=4)
    column = explorer.surface.page["cards"][0]["column"]
    explorer.surface._handle_custom_msg({"type": "nearest", "column": column}, [])
    closer = explorer.surface.closer
    assert closer["near"][0] == {"name": NAMES[LABELS[column]], "note": "0.0"}
    nearest = np.frombuffer(closer["pixels"], np.uint8).reshape(-1, 6)
    distances = np.sqrt(((X - X[:, [column]]) ** 2).sum(axis=0))
    np.testing.assert_allclose(nearest / 255, X[:, np.argsort(distances)[:8]].T, atol=0.5 / 255)
    explorer.surface._handle_custom_msg({"type": "inside", "column": column}, [])
    assert explorer.last_error is None
    assert explorer.inspector.surface.image == column
    assert explorer.view.children == (explorer.surface, explorer.inspector.view)
    assert not MistakeExplorer(BETTER, DATASET).surface.about["nearest"]


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
