"""The framework of the exercises: verdicts, the shared mistakes, and errors of learners."""

import linecache

import numpy as np
import pytest

from helpers.exercises.checking import check_answer
from helpers.exercises.comparing import show, show_number, show_pair
from helpers.exercises.declaring import REGISTRY, Exercise, Mistake, declare
from helpers.exercises.recognizing import examples_in, when
from helpers.exercises.source_code import ignored_argument
from helpers.exercises.verdict import NOT_YET, OPEN, SOLVED, Verdict
from helpers.network import Layer


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("helpers.exercises.declaring.REGISTRY", dict(REGISTRY))


def relu_cases():
    return [
        (np.array([-1.0, 0.0, 2.0]),),
        (np.arange(-6.0, 6.0).reshape(3, 4),),
        (np.arange(-60.0, 60.0),),
    ]


BECOME_0 = "negative values should become 0"
RELU = Exercise(
    key="99.1",
    name="my_relu",
    title="Bend a line",
    reference=lambda Z: np.maximum(Z, 0),
    cases=relu_cases,
    mistakes=(Mistake("nothing done", lambda Z: Z, BECOME_0),),
)


def layer_cases():
    return [
        (np.arange(1.0, 7.0).reshape(2, 3) + k, np.arange(12.0).reshape(4, 3) ** 2)
        for k in range(2)
    ]


LAYER = Exercise(
    key="99.2",
    name="my_layer",
    title="Derive a layer",
    reference=lambda dZ, A: (dZ @ A.T / dZ.shape[1], dZ.mean(axis=1, keepdims=True)),
    cases=layer_cases,
    returns=("dW", "db"),
)
MASK = Exercise(
    key="99.3", name="my_mask", title="Find ink", reference=lambda Z: Z > 0, cases=relu_cases
)
VALUE = Exercise(
    key="99.4",
    name="my_count",
    title="Count",
    reference=lambda: 8070,
    mistakes=(Mistake("no biases", lambda: 8040, "are the biases in it?"),),
)


def learner(source, name):
    """The function of a learner's cell, whose lines Python can look up."""
    file, names = "<a cell>", {"np": np, "decorated": lambda function: function}
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    exec(compile(source, file, "exec"), names)
    return names[name]


# The three states


def test_the_sentence_of_the_issue():
    verdict = check_answer(RELU, lambda Z: Z)
    assert verdict == Verdict(
        "99.1",
        NOT_YET,
        f"for Z = [-1, 0, 2] you returned [-1, 0, 2], expected [0, 0, 2]: {BECOME_0}",
        "nothing done",
    )
    assert repr(verdict).startswith("✗ Exercise 99.1 is not solved yet: for Z = [-1, 0, 2] you")


BLANKS = [
    "def my_relu(Z):\n    ...",
    "def my_relu(Z): ...",
    "def my_relu(Z):\n    pass",
    "def my_relu(Z):\n    'Bend Z.'\n    ...",
    "def my_relu(Z):\n    return ...",
    "def my_relu(Z):\n    A, B = ..., ...\n    return A, B",
    "def my_relu(Z):\n    mask = ...\n    return Z[mask] * Z",
    "def my_relu(Z):\n    A = np.maximum(Z, ...)\n    return A",
    "my_relu = ...",
    "my_relu = lambda Z: ...",
]


@pytest.mark.parametrize("source", BLANKS)
def test_a_blank_is_open(source):
    verdict = check_answer(RELU, learner(source, "my_relu"))
    assert verdict.state == OPEN
    assert "replace the `...`" in verdict.message


@pytest.mark.parametrize("source", [*BLANKS, "def my_relu(Z):\n    A = ...\n    return 2 * Z"])
def test_a_blank_is_open_where_there_is_no_source(source):
    names = {"np": np}
    exec(source, names)
    assert check_answer(RELU, names["my_relu"]).state == OPEN


def test_an_answer_is_checked_where_there_is_no_source():
    names = {"np": np}
    exec("def right(Z):\n    return Z * (Z > 0)\ndef wrong(Z, h=0):\n    return -Z", names)
    assert check_answer(RELU, names["right"]).state == SOLVED
    assert check_answer(RELU, names["wrong"]).state == NOT_YET
    assert ignored_argument(names["wrong"]) is None


def test_a_solution_is_solved():
    verdict = check_answer(RELU, learner("def my_relu(Z):\n    return Z * (Z > 0)", "my_relu"))
    assert repr(verdict) == "✓ Exercise 99.1 is solved: your my_relu is right in all 3 cases"


def test_dots_in_an_index_are_no_blank():
    assert (
        check_answer(
            RELU, learner("def my_relu(Z):\n    return np.maximum(Z, 0)[...]", "my_relu")
        ).state
        == SOLVED
    )


def test_a_given_function_is_open_until_it_is_fixed():
    def start(Z):
        return Z + 1

    def other(Z):
        return 1 + Z

    hunt = Exercise(**(vars(RELU) | {"start": start}))
    same = learner("def my_relu(Z):\n    return (Z + 1)  # as it was", "my_relu")
    for answer in (start, same, eval("lambda Z: 1 + Z")):  # the last one has no source
        assert check_answer(hunt, answer).state == OPEN
        assert "fix it" in check_answer(hunt, answer).message
    assert check_answer(hunt, other).mistake == "no effect"
    assert check_answer(hunt, lambda Z: Z).mistake == "nothing done"


def test_a_value_is_not_given_away():
    for answer, mistake in ((8040, "no biases"), (8000, None), (8070.5, "rounded"), (-8070, None)):
        verdict = check_answer(VALUE, answer)
        assert (verdict.state, verdict.mistake) == (NOT_YET, mistake)
        assert "8070" not in verdict.message.replace("8070.5", "").replace("-8070", "")
    assert check_answer(VALUE, np.int64(8070)).state == SOLVED
    assert check_answer(VALUE, np.array(8070)).state == SOLVED
    assert check_answer(VALUE, ...).state == check_answer(VALUE, [(..., 1), 2]).state == OPEN
    assert check_answer(VALUE, "8070").state == check_answer(VALUE, None).state == NOT_YET


# Mistakes that many exercises share

SHARED_RELU = {
    "transposed": "def my_relu(Z):\n    return np.maximum(Z, 0).T",
    "sign": "def my_relu(Z):\n    return np.minimum(-Z, 0)",
    "factor": "def my_relu(Z):\n    return Z + abs(Z)",
    "in place": "def my_relu(Z):\n    Z[Z < 0] = 0\n    return Z",
    "no return": "def my_relu(Z):\n    A = np.maximum(Z, 0)",
    "printed": "def my_relu(Z):\n    print(np.maximum(Z, 0))",
    "a list": "def my_relu(Z):\n    return np.maximum(Z, 0).tolist()",
    "summed up": "def my_relu(Z):\n    return np.maximum(Z, 0).max()",
    "not called": "def my_relu(Z):\n    return np.maximum",
    "nan": "def my_relu(Z):\n    return Z * Z / Z * (Z > 0)",
    "infinity": "def my_relu(Z):\n    return np.where(Z == 0, 1 / Z, np.maximum(Z, 0))",
    "order": "def my_relu(Z):\n    return np.sort(np.maximum(Z, 0))[..., ::-1]",
    "precision": "def my_relu(Z):\n    return np.maximum(Z, 0).astype(np.float32) * 1.00001",
    "rounded": "def my_relu(Z):\n    return np.maximum(Z, 0) * 1.0001",
    "too deep": "def my_relu(Z):\n    return np.maximum(Z, 0)[np.newaxis]",
    "arguments": "def my_relu(Z, A):\n    return Z",
    "not a function": "my_relu = 5",
}


@pytest.mark.parametrize("name", SHARED_RELU)
def test_a_shared_mistake(name):
    verdict = check_answer(RELU, learner(SHARED_RELU[name], "my_relu"))
    assert verdict.mistake == name, verdict


SHARED_LAYER = {
    "transposed": (
        "dW = A @ dZ.T",
        "your dW has shape (4, 2), expected (2, 4): which factor is transposed?",
    ),
    "factor m": (
        "dW = dZ @ A.T",
        "right up to a factor of m: is the mean over the examples missing?",
    ),
    "factor 1/m": (
        "dW = dZ @ A.T / 9",
        "right up to a factor of 1/m: was it divided by m once too often?",
    ),
    "sign": ("dW = -dZ @ A.T / 3", "only the sign is wrong"),
    "flat": ("db = dZ.mean(axis=1)", "your db has shape (2,), expected (2, 1): an axis got lost"),
    "wrong axis": (
        "db = dZ.mean(axis=0, keepdims=True).T",
        "your db has shape (3, 1), expected (2, 1): was it done",
    ),
    "not called": ("dW = np.dot", "your dW is a function, expected an array of shape (2, 4)"),
}


@pytest.mark.parametrize("name", SHARED_LAYER)
def test_a_shared_mistake_in_a_part(name):
    line, sentence = SHARED_LAYER[name]
    source = f"""
def my_layer(dZ, A):
    dW = dZ @ A.T / dZ.shape[1]
    db = dZ.mean(axis=1, keepdims=True)
    {line}
    return dW, db
"""
    verdict = check_answer(LAYER, learner(source, "my_layer"))
    assert verdict.mistake == name, verdict
    assert sentence in verdict.message


def test_the_right_parts_in_another_order():
    verdict = check_answer(
        LAYER, lambda dZ, A: (dZ.mean(axis=1, keepdims=True), dZ @ A.T / dZ.shape[1])
    )
    assert verdict.mistake == "order of parts"
    assert verdict.message.endswith("the parts are right, but in another order: first dW, then db")


def test_half_an_answer():
    verdict = check_answer(LAYER, lambda dZ, A: dZ @ A.T / 3)
    assert verdict.message.endswith("you returned an array of shape (2, 4), expected a tuple of 2")
    assert "expected 2" in check_answer(LAYER, lambda dZ, A: (dZ, A, dZ)).message


def test_greater_or_equal():
    verdict = check_answer(MASK, lambda Z: Z >= 0)
    assert verdict.mistake == "boundary"
    assert "only where the input is 0: should it be `>` or `>=`?" in verdict.message
    assert check_answer(MASK, lambda Z: (Z > 0) * 1).mistake == "dtype"
    assert check_answer(MASK, lambda Z: Z > 1).mistake is None


def test_float32_is_right_to_the_digits_it_has_and_fewer_are_no_boundary():
    exercise = Exercise(**(vars(RELU) | {"cases": [(np.array([1.1, 2.2]),)]}))
    assert check_answer(exercise, lambda Z: Z.astype(np.float32)).state == SOLVED
    assert check_answer(exercise, lambda Z: Z.astype(np.float16)).mistake == "precision"


def test_parts_of_a_network_have_names():
    parameters = [
        Layer(np.ones((2, 3)), np.zeros((2, 1))),
        Layer(np.ones((4, 2)), np.zeros((4, 1))),
    ]
    exercise = Exercise("99.5", "my_net", "Build", reference=lambda: parameters, cases=[()])
    pairs = [(W.copy(), b.copy()) for W, b in parameters]
    assert check_answer(exercise, lambda: pairs).state == SOLVED
    pairs[1] = (pairs[1][0], np.zeros(4))
    assert check_answer(exercise, lambda: pairs).message.startswith(
        "your b of layer 2 has shape (4,), expected (4, 1)"
    )


def test_a_long_array_is_shown_in_part():
    Z = np.arange(30.0).reshape(5, 6)
    exercise = Exercise("99.6", "same", "Keep", reference=lambda Z: Z + 0, cases=[(Z,)])
    verdict = check_answer(exercise, lambda Z: np.where(Z == 20, 7, Z))
    assert (
        verdict.message == "for Z of shape (5, 6) the entry [3, 2] of your array is 7, expected 20"
    )


def test_the_examples_are_the_columns_of_the_first_matrix():
    assert examples_in((3, np.zeros(7), np.zeros((4, 5)))) == 5
    assert examples_in((3, np.zeros(7))) == 7
    assert examples_in((3,)) is None


# What the code of an answer uses

IGNORING = {
    "def f(X, h):\n    return X": "h",
    "def f(X, h):\n    h = 1\n    return X + h": "h",
    "def f(X, h):\n    h = 1\n    return [x + h for x in X]": "h",
    "def f(X, h):\n    return [x + h for x in X]": None,
    "def f(X, h):\n    def inner(x):\n        return x + h\n    return inner(X)": None,
    "def f(X, h):\n    h += 1\n    return X + h": None,
    "def f(X, h):\n    h = h + 1\n    return X + h": None,
    "@decorated\ndef f(X, h):\n    return X": "h",
    "def f(X, h):\n    for h in X:\n        pass\n    return X": "h",
    "def f(X, h):\n    m = X.shape\n    k = h\n    return m, k": None,
    "def f(X, h):\n    X[h] = 0": None,
    "f = lambda X, h: X": "h",
}


@pytest.mark.parametrize("source", IGNORING)
def test_an_argument_that_is_never_looked_at(source):
    assert ignored_argument(learner(source, "f")) == IGNORING[source]


def test_an_array_of_the_notebook_in_place_of_the_argument():
    answer = learner("def my_relu(Z):\n    return np.maximum(pixels, 0)", "my_relu")
    answer.__globals__["pixels"] = np.ones((2, 5))
    verdict = check_answer(RELU, answer)
    assert verdict.mistake == "ignored"
    assert verdict.message.endswith(
        "it never looks at the `Z` that it is given; it takes `pixels` of the notebook instead"
    )


def test_data_of_the_notebook_is_named_before_the_error_it_causes():
    answer = learner("def my_relu(Z):\n    return np.maximum(pixels @ pixels, 0)", "my_relu")
    answer.__globals__["pixels"] = np.ones((2, 5))
    verdict = check_answer(RELU, answer)
    assert verdict.mistake == "ignored"
    assert "takes `pixels` of the notebook" in verdict.message


def test_a_variable_of_the_answer_is_not_taken_for_an_array_of_the_notebook():
    answer = learner("def my_relu(Z):\n    pixels = np.arange(7)\n    return pixels", "my_relu")
    answer.__globals__["pixels"] = np.ones((2, 5))
    assert check_answer(RELU, answer).message.endswith("it never looks at the `Z` that it is given")


def test_a_name_that_an_answer_should_do_without():
    exercise = Exercise(**(vars(RELU) | {"without": ("relu",)}))
    answer = learner("relu = None\ndef my_relu(Z):\n    return [relu(z) for z in Z]", "my_relu")
    assert (
        check_answer(exercise, answer).message
        == "your my_relu uses `relu`; write it without this function"
    )
    assert check_answer(exercise, lambda relu: np.maximum(relu, 0)).state == SOLVED


def test_a_generator_that_is_given_has_to_be_used():
    draw = Exercise(
        "99.9", "f", "Draw", lambda rng: 1, [(np.random.default_rng(0),)], judge=lambda *_: None
    )
    assert "never looks at the `rng`" in check_answer(draw, lambda rng: 0.5).message
    assert check_answer(draw, lambda rng: rng.random()).state == SOLVED


# What can happen in a learner's code


def test_an_error_names_the_line():
    source = "def twice(Z):\n    return np.maxmum(Z)\n\ndef my_relu(Z):\n    return twice(Z)\n"
    verdict = check_answer(RELU, learner(source, "my_relu"))
    assert verdict.state == NOT_YET
    assert (
        "stops with an AttributeError in line 2 of its cell, `return np.maxmum(Z)`: module"
        in verdict.message
    )


def test_an_error_inside_a_library_names_the_learners_line():
    source = "def my_relu(Z):\n    A = np.linalg.inv(Z)\n    return A\n"
    verdict = check_answer(RELU, learner(source, "my_relu"))
    assert (
        "stops with a LinAlgError in line 2 of its cell, `A = np.linalg.inv(Z)`" in verdict.message
    )


def test_a_product_that_does_not_fit_is_said_in_plain_words():
    exercise = Exercise(**(vars(LAYER) | {"mistakes": ()}))
    message = check_answer(exercise, lambda dZ, A: dZ @ A).message
    assert message.endswith(
        "the inner two numbers of a matrix product must agree, but they are 3 and 4"
    )


@pytest.mark.parametrize(
    "error", ["SystemExit", "RecursionError", "AssertionError", "StopIteration"]
)
def test_no_error_comes_out(error):
    verdict = check_answer(RELU, learner(f"def my_relu(Z):\n    raise {error}", "my_relu"))
    assert verdict.state == NOT_YET
    assert error in verdict.message


def test_an_interrupt_comes_out():
    with pytest.raises(KeyboardInterrupt):
        check_answer(RELU, learner("def my_relu(Z):\n    raise KeyboardInterrupt", "my_relu"))


STRANGE = [
    "'text'",
    "{}",
    "object()",
    "[Z, 1]",
    "np.array(['a', 'b', 'c'])",
    "np.array([None, 1, 2])",
    "1j",
    "Z * 1j",
]
STRANGE += [
    "np.zeros((0, 3))",
    "[]",
    "set()",
    "np.float32(1)",
    "(x for x in Z)",
    "np.ma.array(Z)",
    "type",
    "print",
]


@pytest.mark.parametrize("returned", STRANGE)
def test_strange_results_get_a_sentence(returned):
    for exercise in (RELU, LAYER, MASK):
        answer = learner(f"def answer(Z, A=None):\n    return {returned}", "answer")
        assert check_answer(exercise, answer).state == NOT_YET


def test_what_is_printed_is_shown_in_short(capsys):
    source = "def my_relu(Z):\n    print('Z is', Z.shape)\n    print('x' * 500)\n    return Z + 1"
    message = check_answer(RELU, learner(source, "my_relu")).message
    assert "(it printed: Z is (3,) xxx" in message
    assert len(message) < 300
    assert capsys.readouterr().out == ""


def test_the_arguments_are_copies():
    Z = np.array([-1.0, 0.0, 2.0])
    exercise = Exercise(**(vars(RELU) | {"cases": [(Z,)]}))
    check_answer(exercise, learner(SHARED_RELU["in place"], "my_relu"))
    assert Z.tolist() == [-1, 0, 2]


def test_a_change_inside_a_list_is_seen():
    exercise = Exercise(
        "99.7", "f", "Look", reference=lambda pairs: 1, cases=[([(np.ones(2), 3)],)]
    )
    assert check_answer(exercise, lambda pairs: pairs[0][0].fill(5) or 1).mistake == "in place"
    assert check_answer(exercise, lambda pairs: pairs.clear() or 1).mistake == "in place"
    assert check_answer(exercise, lambda pairs: 1).state == SOLVED


def in_place_five(Z):
    Z[Z < 0] = 5
    return Z


def test_a_mistake_beside_the_change_is_not_its_reason():
    mistakes = (Mistake("five", when(lambda returned, Z: 5 in returned), "why five?"),)
    exercise = Exercise(**(vars(RELU) | {"mistakes": mistakes}))
    verdict = check_answer(exercise, learner("def f(Z):\n    Z[Z < 0] = 5\n    return Z", "f"))
    assert verdict.message.startswith(
        "your my_relu changes Z itself: leave Z as it is, and use a copy"
    )


def test_a_known_mistake_in_place_is_told_from_one_that_is_not():
    mistakes = (Mistake("five", in_place_five, "why five, and why in Z?"),)
    exercise = Exercise(**(vars(RELU) | {"mistakes": mistakes}))
    assert (
        check_answer(exercise, learner("def f(Z):\n    Z[Z <= -1] = 5\n    return Z", "f")).mistake
        == "five"
    )
    assert check_answer(exercise, lambda Z: np.where(Z < 0, 5, Z)).mistake is None


def test_what_only_all_answers_together_show():
    def together(returned):
        return "they are equal" if len(set(returned)) == 1 else None

    cases = [(np.random.default_rng(seed),) for seed in (0, 1)]
    exercise = Exercise("99.8", "f", "Draw", lambda rng: rng.random(), cases, judge=lambda *_: None)
    apart = Exercise(**(vars(exercise) | {"together": together}))
    assert check_answer(apart, lambda rng: rng.random()).state == SOLVED
    assert "they are equal" in check_answer(apart, lambda rng: rng and 5).message
    assert check_answer(exercise, lambda rng: rng and 5).state == SOLVED


def test_a_generator_starts_anew_in_every_call():
    exercise = Exercise(
        "99.8",
        "f",
        "Draw",
        reference=lambda rng: rng.random(),
        cases=[(np.random.default_rng(0),)] * 2,
    )
    assert check_answer(exercise, lambda rng: rng.random()).state == SOLVED


def test_a_predicate_that_fails_has_not_recognized_it():
    mistakes = (
        Mistake("odd", when(lambda *_: 1 / 0), "odd"),
        Mistake("even", when(lambda *_: True), "even"),
    )
    exercise = Exercise(**(vars(RELU) | {"mistakes": mistakes}))
    assert check_answer(exercise, lambda Z: Z + 5).mistake == "even"


def test_two_exercises_cannot_share_a_number():
    declare(RELU)
    declare(RELU)
    with pytest.raises(ValueError, match=r"99\.1 is both my_relu and other"):
        declare(Exercise(**(vars(RELU) | {"name": "other"})))


# Words that are the same on every machine


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float64(0.5), "0.5"),
        (np.array([1.0, -0.0, 2.5]), "[1, 0, 2.5]"),
        (np.array([[True, False]]), "[[True, False]]"),
        (np.int64(3), "3"),
        (np.array(3.0), "3"),
        (float("nan"), "nan"),
        (np.array([np.inf, -np.inf]), "[inf, -inf]"),
        (1e-9, "1e-09"),
        (1 / 3, "0.3333"),
        (np.zeros((3, 40)), "an array of shape (3, 40)"),
        ([1, 2.0], "[1, 2]"),
        ((np.zeros(3), 1), "a tuple of 2"),
        (None, "nothing (`None`)"),
        ("seven", "'seven'"),
        (print, "a function"),
    ],
)
def test_how_a_value_is_written(value, text):
    assert show(value) == text


def test_a_difference_can_be_seen():
    assert show_number(123456.0) == "123456"
    assert show_pair(0.123456, 0.123457) == ("0.123456", "0.123457")
    assert show_pair(1 / 3, 0.25) == ("0.3333", "0.25")


def test_the_box_says_the_same_words():
    box = Verdict("1.1", NOT_YET, "write `a < b` & <return> it")._repr_html_()
    assert "✗ Exercise 1.1 is not solved yet:" in box
    assert "<code>a &lt; b</code> &amp; &lt;return&gt; it" in box
    assert len({Verdict("1.1", state, "x")._repr_html_() for state in (OPEN, SOLVED, NOT_YET)}) == 3
