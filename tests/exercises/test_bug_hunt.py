"""Notebook 8: each bug sets off the alarm of the tool in its table; its published fix does not."""

import ast
import inspect
import re
from functools import partial
from pathlib import Path

import nbformat
import numpy as np
import pytest
from exercise_cells import all_exercises, run_answer

from helpers.data import load_dataset, split
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
from helpers.exercises import broken_functions
from helpers.exercises.checking import check_answer
from helpers.exercises.declaring import REGISTRY
from helpers.losses import one_hot
from helpers.network import Layer, forward_propagation, initialize_parameters

NOTEBOOK = nbformat.read(
    Path(__file__).resolve().parents[2] / "notebooks" / "08_bug_hunt.ipynb", as_version=4
)
SIZES = (784, 64, 32, 10)


def only_defines(source):
    """Whether a cell holds nothing but imports and functions."""
    return all(
        isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef))
        for node in ast.parse(source).body
    )


@pytest.fixture(scope="module")
def names():
    """The functions of the notebook: `given_...` with the bugs, `my_...` as in the solutions."""
    found = {}
    for cell in NOTEBOOK["cells"]:
        if cell["cell_type"] == "code" and only_defines(cell["source"]):
            exec(cell["source"], found)
    found["blanks"] = {name: value for name, value in found.items() if name.startswith("my_")}
    for cell in NOTEBOOK["cells"]:
        for solution in re.findall(
            r"<summary>Solution</summary>\s+~~~python\n(.*?)~~~", cell["source"], re.DOTALL
        ):
            exec(solution, found)
    return found


@pytest.fixture(scope="module")
def sets():
    return split(load_dataset("digits"), 1000, np.random.default_rng(0))


@pytest.fixture(scope="module")
def batch(sets):
    columns = slice(0, 40)
    return sets[0].X[:, columns], one_hot(sets[0].labels[columns])


@pytest.fixture(scope="module")
def untrained():
    return initialize_parameters(SIZES, np.random.default_rng(0))


def loss_alarm(loss, names, sets, batch, untrained):
    return not initial_loss(SIZES, *batch, loss=loss)["ratio"].between(0.9, 1.5).all()


def batches_alarm(batches, names, sets, batch, untrained):
    return trace_batches(batches, 1000, 32)["misaligned"] > 0


def parts_alarm(parts, names, sets, batch, untrained):
    return trace_batches(lambda X, Y, size, rng: parts(X, Y, size), 1000, 128)["missing"] > 0


def evaluate_alarm(evaluate, names, sets, batch, untrained):
    table = label_sensitivity(evaluate, untrained, sets[0].subset(np.arange(300)), sets[1])[
        "dev_accuracy"
    ]
    return table.iloc[1] != table.iloc[0] or table.iloc[2] == table.iloc[0]


def softmax_alarm(softmax, names, sets, batch, untrained):
    return not softmax_report(softmax).all(axis=None)


def initialize_alarm(initialize, names, sets, batch, untrained):
    table = neuron_report(
        forward_propagation(initialize(SIZES, np.random.default_rng(0)), batch[0])
    )
    return bool((table["distinct"] < table["neurons"] / 2).any())


def backward_alarm(backward, names, sets, batch, untrained):
    return gradient_errors(untrained, *batch, backward=backward)["relative_error"].max() > 1e-6


def dropout_alarm(backward, names, sets, batch, untrained):
    def forward(parameters, X):
        return names["dropout_forward"](parameters, X, 0.5, np.random.default_rng(7))

    table = gradient_errors(
        untrained, *batch, forward=forward, backward=partial(backward, keep=0.5)
    )
    return table["relative_error"].max() > 1e-6


def step_alarm(step, names, sets, batch, untrained):
    return not np.allclose(update_ratios(untrained, *batch, 0.1, step=step)["doubled"], 1)


def bias_alarm(backward, names, sets, batch, untrained):
    parameters = initialize_parameters((784, 10, 10, 10), np.random.default_rng(0))
    for start in (0, 10, 20):
        ten = (values[:, start : start + 10] for values in batch)
        parameters = names["open_step"](parameters, *ten, 0.1, backward=backward)
    table = batch_dependence(parameters, batch[0], forward=names["open_forward"])
    return bool((table["error"] != "").any() or (table["difference"] > 1e-9).any())


BUGS = {  # key: (as given, tool of the table at the end of the notebook, its alarm)
    "8.1": ("given_loss", "initial_loss", loss_alarm),
    "8.2": ("given_batches", "trace_batches", batches_alarm),
    "8.3": ("given_parts", "trace_batches", parts_alarm),
    "8.4": ("given_evaluate", "label_sensitivity", evaluate_alarm),
    "8.5": ("given_softmax", "softmax_report", softmax_alarm),
    "8.6": ("given_initialize", "neuron_report", initialize_alarm),
    "8.7": ("given_backward", "gradient_errors", backward_alarm),
    "8.8": ("given_dropout_backward", "gradient_errors", dropout_alarm),
    "8.9": ("given_step", "update_ratios", step_alarm),
    "8.10": ("given_bias_backward", "batch_dependence", bias_alarm),
}
per_bug = pytest.mark.parametrize("key", BUGS)


def summary_of_the_notebook():
    text = "\n".join(
        cell["source"] for cell in NOTEBOOK["cells"] if cell["cell_type"] == "markdown"
    )
    return text.split("## Summary")[1].split("## On your own")[0]


def test_every_exercise_of_the_notebook_is_here():
    assert {key for key in REGISTRY if key.startswith("8.")} == {*BUGS, "8.11"}


@per_bug
def test_the_bug_sets_off_the_alarm(key, names, sets, batch, untrained):
    given, _, alarm = BUGS[key]
    assert alarm(names[given], names, sets, batch, untrained)


@per_bug
def test_the_fixed_code_does_not(key, names, sets, batch, untrained):
    _, _, alarm = BUGS[key]
    fixed = names[REGISTRY[key].name]
    assert fixed is not names["blanks"][REGISTRY[key].name]
    assert not alarm(fixed, names, sets, batch, untrained)


@per_bug
def test_the_check_knows_the_bug_and_its_fix(key, names):
    exercise = REGISTRY[key]
    assert check_answer(exercise, names[BUGS[key][0]]).state == "open"
    assert check_answer(exercise, names["blanks"][exercise.name]).state == "open"
    assert check_answer(exercise, names[exercise.name]).state == "solved"
    assert check_answer(exercise, exercise.reference).state == "solved"


@per_bug
def test_the_learner_fixes_the_very_code_that_the_tools_were_given(key):
    name, given = REGISTRY[key].name, BUGS[key][0]
    sources = [cell["source"] for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
    blank = next(source for source in sources if source.startswith(f"def {name}("))
    assert inspect.getsource(getattr(broken_functions, given)).replace(given, name).strip() == blank
    assert blank.count("\n") < 15


CHANGED = {  # another text that does the same
    "8.1": ("(Y * np.log(A)).mean()", "(Y * np.log(A)).sum() / Y.size"),
    "8.7": (" * mask", ""),
    "8.8": ("(activations[l] > 0)", "(activations[l] / keep > 0)"),
    "8.10": ("dZ.sum(axis=1)", "dZ.sum(axis=1).T"),
}


@pytest.mark.parametrize("key", CHANGED)
def test_a_change_without_effect_is_not_taken_for_none(key, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (exercise,) = (one for one in all_exercises() if one.key == key)
    old, new = CHANGED[key]
    assert exercise.blank.count(old) == 1
    verdict = run_answer(key, exercise.blank.replace(old, new), exercise.check)
    assert (verdict.state, verdict.mistake) == ("not yet", "no effect")
    assert "you changed the code" in verdict.message


@per_bug
def test_the_table_names_the_tool(key):
    summary = summary_of_the_notebook()
    assert f"`{BUGS[key][1]}`" in summary


def test_the_summary_names_no_tool_that_is_not_there():
    summary = summary_of_the_notebook()
    tools = {
        tool
        for line in summary.splitlines()
        if line.startswith("|")
        for tool in re.findall(r"`(\w+_\w+)`", line)
    }
    assert tools <= {tool for _, tool, _ in BUGS.values()}


def test_what_each_tool_sleeps_through(names, batch, untrained):
    ten = tuple(values[:, :10] for values in batch)
    for step in (
        partial(gradient_step, backward=names["given_backward"]),
        names["given_step"],
    ):
        assert overfit(*ten, SIZES, step=step)[-1] < 0.05
    assert (
        initial_loss(SIZES, *batch, initialize=names["given_initialize"])["ratio"]
        .between(0.9, 1.5)
        .all()
    )
    assert overfit(*ten, SIZES, initialize=names["given_initialize"])[-1] > 1
    assert overfit(*ten, SIZES, batches=names["given_batches"])[-1] > 1
    assert overfit(*ten, SIZES, batches=names["my_batches"])[-1] < 0.05


PROGRAM = ("cut", "start", "shuffle", "predict", "learn", "score")


def test_the_tools_find_two_of_the_six_functions_of_the_last_program(names, sets, batch, untrained):
    program = {name: names[name] for name in PROGRAM}

    def learned(parameters, activations, Y):
        pairs = zip(parameters, names["learn"](parameters, activations[0], Y, 0.1), strict=True)
        return [Layer((W - V) / 0.1, (b - c) / 0.1) for (W, b), (V, c) in pairs]

    backward = partial(gradient_errors, untrained, *batch, backward=learned)
    assert trace_batches(program["cut"], 1000, 200)["repeated"] > 100
    assert backward()["relative_error"].max() > 0.5
    fixed = {
        "cut": ("dev = rng.permutation(X.shape[1])[:dev_size]", "dev = order[:dev_size]"),
        "learn": ("dZ.sum()", "dZ.sum(axis=1, keepdims=True)"),
    }
    (first, second) = (
        next(c["source"] for c in NOTEBOOK["cells"] if c["source"].startswith(f"def {name}("))
        for name in ("cut", "predict")
    )
    first = first.replace(
        "train = rng.permutation(X.shape[1])[dev_size:]",
        "order = rng.permutation(X.shape[1]); train = order[dev_size:]",
    ).replace(*fixed["cut"])
    for source in (first, second.replace(*fixed["learn"])):
        exec(source, names)
    assert trace_batches(names["cut"], 1000, 200)[2:].sum() == 0
    assert backward()["relative_error"].max() < 1e-6
    assert trace_batches(names["shuffle"], 1000, 128)[2:].sum() == 0
    table = initial_loss(SIZES, *batch, initialize=names["start"], forward=names["predict"])
    assert table["ratio"].between(0.9, 1.5).all()
    assert (
        batch_dependence(untrained, batch[0], forward=names["predict"])["difference"].max() < 1e-9
    )


@pytest.mark.parametrize(("suspects", "state", "words"), [
    (["learn", "cut"], "solved", "let the tools say"),
    ({"cut", "learn"}, "solved", ""),
    ([len, "cut"], "not yet", "no function 'len'"),
    (["cut", "cut"], "not yet", "`cut` is one of the two"),
    ("learn", "not yet", "`learn` is one of the two"),
    (["cut", "shuffle"], "not yet", "`shuffle` is right: `trace_batches`"),
    (["Cut", "learn"], "not yet", "no function 'Cut'"),
    ([], "not yet", "expected"),
    (2, "not yet", "expected"),
])  # fmt: skip
def test_the_two_suspects(suspects, state, words):
    verdict = check_answer(REGISTRY["8.11"], suspects)
    assert verdict.state == state
    assert words in verdict.message


def test_the_lengthened_dropout_of_the_comparison_is_the_solution(names, batch, untrained):
    A = names["dropout_forward"](untrained, batch[0], 0.8, np.random.default_rng(1))
    longer = names["lengthened"](untrained, A, batch[1], 0.8)
    for one, other in zip(
        longer, names["my_dropout_backward"](untrained, A, batch[1], 0.8), strict=True
    ):
        np.testing.assert_allclose(one.W, other.W)
        np.testing.assert_allclose(one.b, other.b)
