"""Names are drawn as they are written, whatever they would mean in a formula of matplotlib's."""

import io
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

pytest.importorskip("anywidget", reason="the panels need anywidget")

from helpers import plots
from helpers.data import Dataset
from helpers.network import initialize_parameters
from helpers.widgets import DigitPad, MistakeExplorer, NetworkInspector, TrainingLab

pytestmark = pytest.mark.filterwarnings(
    "ignore:constrained_layout not applied"
)  # the deep name leaves no room
DEEP = "$" + 40 * "{" + 40 * "}" + "$"
NAMES = ("$", "{", "_", "%", " ", "\\", r"$\notacommand$", "US$ or CA$", "_x$", DEEP)
RNG = np.random.default_rng(0)
LABELS = np.arange(10)
IMAGES = RNG.random((784, 10))
DATASET = Dataset(IMAGES, LABELS, NAMES, (28, 28))
NETWORK = initialize_parameters([784, 5, 10], np.random.default_rng(0))
MATRIX = np.eye(10, dtype=int) + 1
LINES = {name: ([1, 2], [0.5, 0.6]) for name in NAMES}
HISTORY = pd.DataFrame({"dev_loss": [2.0, 1.0]}, index=[1, 2])
RUNS = pd.DataFrame(
    {"name": NAMES, "rate": 0.1, "seed": 0, "best_dev_accuracy": 0.9, "parameters": LABELS + 1}
)
MISTAKES = pd.DataFrame(
    {
        "index": LABELS,
        "true": LABELS,
        "predicted": LABELS[::-1],
        "confidence": 0.9,
        "true_probability": 0.1,
    }
)
RELIABILITY = pd.DataFrame(
    {"lower": [0.0], "upper": [1.0], "count": [9], "confidence": [0.5], "accuracy": [0.5]}
)
STAGES = [
    SimpleNamespace(name=name, note=name, image=IMAGES[:, 0].reshape(28, 28)) for name in NAMES
]
CURVES = dict.fromkeys(NAMES, LABELS / 10)
WORDS = {"xlabel": "x", "ylabel": "y", "title": "t"}


def saved(figure):
    """Save a figure both ways and return its texts, each of them checked to be no formula."""
    figure.savefig(io.BytesIO())
    assert figure.to_png()
    texts = [text for text in figure.findobj(Text) if text.get_text()]
    assert not any(text.get_parse_math() for text in texts if "$" in text.get_text())
    return [text.get_text() for text in texts]


WHOLE = {
    "label_counts": lambda: plots.plot_label_counts(LABELS, NAMES),
    "points": lambda: plots.plot_points(IMAGES[:2], LABELS, NAMES),
    "confusion_matrix": lambda: plots.plot_confusion_matrix(MATRIX, NAMES),
    "accuracy_per_class": lambda: plots.plot_accuracy_per_class(MATRIX, NAMES),
    "probabilities": lambda: plots.plot_probabilities(IMAGES, np.eye(10), LABELS, NAMES),
    "stages": lambda: plots.plot_stages(STAGES, np.eye(10)[:, :1], NAMES),
    "digits": lambda: plots.plot_digits(IMAGES, NAMES),
    "lines": lambda: plots.plot_lines(LINES, **WORDS),
    "histories": lambda: plots.plot_histories(dict.fromkeys(NAMES, HISTORY), "dev_loss"),
    "histogram": lambda: plots.plot_histogram(dict.fromkeys(NAMES, (1.0, 2.0)), xlabel="x"),
    "sweep": lambda: plots.plot_sweep(RUNS, "name"),
    "grouped sweep": lambda: plots.plot_sweep(RUNS, "rate", group="name"),
    "tradeoff": lambda: plots.plot_tradeoff(RUNS, label="name"),
    "then and now": lambda: plots.plot_then_and_now(
        dict.fromkeys(NAMES, (2, 1)), xlabel="x", title="t"
    ),
    "robustness": lambda: plots.plot_robustness(
        LABELS, CURVES, IMAGES, NAMES, xlabel="x", title="t"
    ),
}
IN_SENTENCES = {
    "mistakes": lambda: plots.plot_mistakes(MISTAKES, DATASET),
    "reliability": lambda: plots.plot_reliability(dict.fromkeys(NAMES, RELIABILITY), title="t"),
    "variants": lambda: plots.plot_variants(IMAGES, dict.fromkeys(NAMES, IMAGES)),
}


@pytest.mark.parametrize("plot", WHOLE)
def test_every_name_is_drawn_as_it_is_written(plot):
    assert set(NAMES) <= {text.strip() or text for text in saved(WHOLE[plot]())}


@pytest.mark.parametrize("plot", IN_SENTENCES)
def test_names_in_sentences_are_drawn_as_they_are_written(plot):
    together = "".join(saved(IN_SENTENCES[plot]())).replace(
        "\n", ""
    )  # long ones are broken into lines
    assert all(name in together for name in NAMES if name.strip())


def test_of_letters_only_blanks_are_replaced_by_a_shape():
    figure = plots.plot_points(
        IMAGES[:2], LABELS, ["$", "{", "_", "%", "\\", "^", "#", "~", "&", "a"]
    )
    assert figure.axes[0].get_legend() is None
    assert (
        plots.plot_points(IMAGES[:2, :2], [0, 1], ["a", "\u2800"]).axes[0].get_legend() is not None
    )


def test_a_formula_of_the_readers_own_is_still_one():
    figure = plots.new_figure(4, 3)
    figure.add_subplot(xlabel="$W_1$", xscale="log", xlim=(1e-9, 1))
    own = plots.plot_lines({"a": ([1e-9, 1], [1, 2])}, **WORDS, logx=True)
    for fig in (figure, own):
        fig.to_png()
        powers = [text for text in fig.axes[0].get_xticklabels() if "10^" in text.get_text()]
        assert len(powers) > 2
        assert all(text.get_parse_math() for text in powers)
    assert figure.axes[0].xaxis.label.get_parse_math()


@pytest.mark.parametrize(
    "panel",
    [
        lambda: DigitPad(NETWORK, DATASET),
        lambda: MistakeExplorer(NETWORK, DATASET),
        lambda: MistakeExplorer(
            NETWORK, DATASET, other=NETWORK, names=("US$ or CA$", r"$\notacommand$")
        ),
        lambda: NetworkInspector(NETWORK, DATASET),
        lambda: NetworkInspector(NETWORK, DATASET, mode="backward"),
        lambda: TrainingLab(DATASET, DATASET, hidden=(5,)),
    ],
    ids=[
        "digit pad",
        "mistake explorer",
        "two networks",
        "network inspector",
        "backward",
        "training lab",
    ],
)
def test_every_panel_opens_and_shows_its_figure(panel):
    opened = panel()
    saved(opened.figure())
    assert opened._repr_mimebundle_()[0]["image/png"]
    assert opened.last_error is None
