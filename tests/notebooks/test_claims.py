"""Numbers in the prose that something else has: what a cell or a file says today, or what others have published."""

import json
import re
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest
from results import RUNS, insert

from helpers.data import load_dataset, split
from helpers.evaluation import accuracy, make_predictions
from helpers.storage import load_parameters
from helpers.training import train

ROOT = Path(__file__).resolve().parents[2]


@cache
def notebook(number):
    (path,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    return nbformat.read(path, as_version=4)


@cache
def prose_of(where):
    """The words of a file, or the prose of a notebook, in one line."""
    if where.isdigit():
        text = "\n".join(
            cell.source for cell in notebook(where).cells if cell.cell_type == "markdown"
        )
    else:
        text = (ROOT / where).read_text("utf8")
    return " ".join(text.split())


def printed(number, pattern):
    """The number that a cell of a notebook prints behind these words."""
    outputs = [output for cell in notebook(number).cells for output in cell.get("outputs", [])]
    texts = [
        output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in outputs
    ]
    return float(re.search(pattern, "\n".join(texts))[1].replace(",", ""))


def final(recipe, key):
    """A number of each seed of a record on MNIST."""
    recipes = json.loads((ROOT / "notebooks" / "results" / "final.json").read_text("utf8"))[
        "recipes"
    ]
    return [run[key] for run in recipes[recipe]["runs"]]


def bench(row, column):
    """A number of the benchmark's table of training alone."""
    report = (ROOT / "measurements" / "speed" / "RESULTS.md").read_text("utf8")
    _, found, table = report.partition("| seconds per epoch, nothing measured")
    assert found, "the report is older than its tables: run `make bench`"
    lines = table.splitlines()
    cells = next(
        line.split("|")[1:] for line in lines if re.match(rf"\| *{re.escape(row)} *\|", line)
    )
    return float(re.search(r"[\d.]+", cells[column])[0])


def exercises(*numbers):
    return sum(prose_of(number).count("### Exercise ") for number in numbers)


def accuracy_of_notebook_4():
    """What the network that notebook 4 saves, and notebook 5 looks into, reads correctly."""
    parameters = load_parameters(ROOT / "notebooks" / "models" / "digits_network.npz")
    _, dev_set = split(load_dataset("digits"), 1000, np.random.default_rng(0))
    return accuracy(make_predictions(parameters, dev_set.X), dev_set.labels)


def data_files():
    return len(list((ROOT / "data").glob("*.csv.gz")))


def wide(agrees):
    """Whether something holds of both wide networks of the benchmark."""
    return all(agrees(column) for column in (2, 3))


def not_products(whole, products, column):
    """The seconds of an epoch that are not those of the matrix products."""
    return bench(whole, column) - bench(f"matrix products alone, {products}", column)


OURS, JAX = "this project, measure_train=False", "JAX, jitted"
BARE = "a bare NumPy loop, without any of our code"


def fastest():
    record = json.loads((ROOT / "notebooks" / "results" / "speedrun.json").read_text("utf8"))
    return min(record["entries"], key=lambda entry: entry["relative"])


# where, the words, whether what is computed agrees with them
# fmt: off
COMPUTED = [
    ("01", "That is 8 bytes", lambda: np.dtype("int64").itemsize == 8),
    ("01", "beats every network of notebooks 4 and 5",
     lambda: printed("01", r"nearest stored image +([\d.]+)%") / 100 > accuracy_of_notebook_4()),
    ("01", "holds a pixel in one byte", lambda: np.dtype("uint8").itemsize == 1),
    ("04", "without any training it reads 94.2 %",
     lambda: printed("00", r"nearest image: ([\d.]+)%") == 94.2),
    ("05", "uncertainty is about three times as large", lambda: 2.9 < np.sqrt(1000 / 100) < 3.3),
    ("06", "whose best rate is ten times theirs and more",
     lambda: min(printed("06", r"gradient descent +([\d.]+)") / printed("06", rf"\n{name} +([\d.]+)")
                 for name in ("momentum", "adam")) >= 9.9),
    ("06", "by more than a percentage point",
     lambda: printed("06", r"twenty: ([\d.]+) where") - printed("06", r"where it won, ([\d.]+)") > 0.01),
    ("README.md", "from 95 % to 99.6 % on MNIST",
     lambda: round(np.mean(final("small, fast", "test_accuracy")), 2) == 0.95
     and round(final("best", "test_accuracy")[0], 3) == 0.996),
    ("README.md", "looking up the nearest image reads 94 %",
     lambda: round(printed("00", r"nearest image: ([\d.]+)%")) == 94),
    ("README.md", "99 % in eight seconds of one core", lambda: fastest()["test_accuracy"] >= 0.99
     and round(fastest()["cpu_seconds"]) == 8 and len(fastest()["runs"]) == 5),
    ("README.md", "ten bugs found", lambda: exercises("08") == 10 + 1),  # and a last one to name two
    ("README.md", "Fifty of them", lambda: exercises(*(f"0{number}" for number in range(1, 10))) == 50),
    ("docs/COMPARISON.md", "99.07 % test in 7.9 s of one core",
     lambda: f"{fastest()['test_accuracy']:.2%} {fastest()['cpu_seconds']:.1f}" == "99.07% 7.9"),
    ("docs/COMPARISON.md", "fifty, each with a check",
     lambda: exercises(*(f"0{number}" for number in range(1, 10))) == 50),
    ("data/README.md", "Two more data sets come along", lambda: data_files() == 3),
    ("docs/RESULTS.md", "code](../measurements/speed/peers/bare_loop.py) takes the same time",
     lambda: wide(lambda column: bench(OURS, column) / bench(BARE, column) == pytest.approx(1, abs=0.1))),
    ("docs/RESULTS.md", "more than half of it goes into the matrix products",
     lambda: wide(lambda column: bench("share of the products in this project's", column) > 50)),
    ("docs/RESULTS.md", "JAX is faster there: beside its products it takes less time",
     lambda: wide(lambda column: bench(JAX, column) < bench(OURS, column)
                  and not_products(JAX, "JAX", column) < not_products(OURS, "NumPy", column))),
    ("data/README.md", "Three CSV files, compressed", lambda: data_files() == 3),
]
MNIST_PAGE = "the MNIST page, in copies of it"
PUBLISHED = [  # where, the words, who published it
    ("07", "a block of 4 × 4 points", "Alpaydin and Kaynak: Optical Recognition of Handwritten Digits, UCI, 1998"),
    ("08", "at twelve points of test accuracy", "the pull request that the link beside it leads to"),
    ("09", "of 300 hidden neurons misread 4.7 % of the test images", MNIST_PAGE),
    ("09", "Simard's misread 0.9 % with it, and 0.7 % with the cross-entropy", MNIST_PAGE),
    ("09", "misreads 3.09 % (K. Wilder)",
     MNIST_PAGE + "; the nearest of the 60,000 misreads 309 of the 10,000"),
    ("09", "their networks vote: 0.31 %", "Cireşan and others, 2011, abstract: 0.31 % errors"),
    ("09", "found there is 99.43 %", "Pezeshki and others, 2015, abstract: 0.57 % errors, all labels used"),
    ("README.md", "98.04 % with 784-100-10", "Nielsen: Neural Networks and Deep Learning, chapter 3"),
    ("docs/COMPARISON.md", "94.5 % test", "rasbt/machine-learning-book, ch11/ch11.ipynb: 94.51 %"),
    ("docs/COMPARISON.md", "5 epochs: 97.1 % test",
     "makeyourownneuralnetwork, part2_neural_network_mnist_data.ipynb: 0.9712"),
]
# fmt: on


@pytest.mark.parametrize(
    ("where", "words", "agrees"), COMPUTED, ids=[f"{row[0]}: {row[1]:.40}" for row in COMPUTED]
)
def test_what_is_said_is_what_is_computed(where, words, agrees):
    assert words in prose_of(where), "the words are not there anymore: change or remove the row"
    assert agrees()


@pytest.mark.parametrize(("where", "words"), [row[:2] for row in PUBLISHED])
def test_what_others_have_published_is_said_as_they_say_it(where, words):
    assert words in prose_of(where), "the words are not there anymore: change or remove the row"


def test_the_speed_table_is_that_of_the_benchmark():
    report = (ROOT / "measurements" / "speed" / "RESULTS.md").read_text("utf8")
    found = re.search(r"^\| seconds per epoch, measuring included.*?\n\n", report, re.M | re.S)
    assert found, "the report is older than its tables: run `make bench`"
    page = (ROOT / "docs" / "RESULTS.md").read_text("utf8")
    assert insert(page, "speed", found[0].strip().splitlines(), by="make bench") == page


def test_the_errors_of_then_are_those_of_the_mnist_page():
    table = json.loads((ROOT / "notebooks" / "results" / "lecun_table.json").read_text("utf8"))
    then = [row["then"] for row in table["rows"]]
    assert then == [
        *[12.0, 8.4, 4.7, 3.6, 1.6, 4.5, 3.8, 3.05, 2.5, 2.95, 2.45],  # LeCun and others, 1998
        *[1.53, 1.6, 1.1, 0.7],  # Hinton, 2005, and Simard and others, 2003
        None,
    ]


def test_the_results_table_holds_a_training_run_of_today():
    layer_sizes, settings = RUNS["batches of 32, learning rate 0.05, early stopping"]
    train_set, dev_set = split(load_dataset("digits"), 1000, np.random.default_rng(0))
    reached = train(train_set, dev_set, layer_sizes, seed=0, **settings).best_dev_accuracy
    row = re.search(
        r"batches of 32.*?\| ([\d.]+)% … ([\d.]+)%",
        (ROOT / "docs" / "RESULTS.md").read_text("utf8"),
    )
    assert float(row[1]) <= round(100 * reached, 1) <= float(row[2])
