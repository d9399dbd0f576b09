"""The exercises of notebook 2: a leak, images as rows, a tent of three neurons, first weights, a loss from scores."""

import numpy as np

from helpers.activations import leaky_relu, relu
from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.first_weights import MISTAKES_OF_WEIGHTS
from helpers.exercises.judging import make_check
from helpers.exercises.loss_of_scores import MISTAKES_OF_SCORES, loss_of_scores, score_cases
from helpers.exercises.tent import MISTAKES_OF_TENT, judge_tent, tent_network
from helpers.network import initialize_parameters

check_leaky_relu = make_check(
    Exercise(
        key="2.1",
        name="my_leaky_relu",
        title="Let a little through",
        reference=leaky_relu,
        cases=lambda: [
            Case(np.array([[-100.0, 0.0, 2.0]])),
            Case(np.array([[-3.0, 1.0, -0.5], [0.0, 400.0, -1000.0]])),
            Case(np.random.default_rng(0).standard_normal((10, 6))),
        ],
        mistakes=(
            Mistake("plain ReLU", "negative sums should keep a hundredth of their size", wrong=relu),
            Mistake(
                "both scaled",
                "only negative sums are made smaller; positive ones pass unchanged",
                wrong=lambda Z: 0.01 * Z,
            ),
            Mistake(
                "a floor",
                "here 0.01 is the smallest answer there is; it should be a factor of `Z`",
                wrong=lambda Z: np.maximum(Z, 0.01),
            ),
            Mistake(
                "the wrong side",
                "the positive sums were made smaller, and the negative ones passed unchanged",
                wrong=lambda Z: np.minimum(Z, 0.01 * Z),
            ),
            Mistake(
                "positive leak",
                "a negative sum should stay negative",
                wrong=lambda Z: np.where(Z > 0, Z, -0.01 * Z),
            ),
            Mistake(
                "if for an array",
                "an `if` decides once, but here each number needs its own decision: `np.where` or `np.maximum`",
                when=lambda attempt: "truth value of an array" in str(attempt.outcome.error),
            ),
        ),
    )
)


def layer_of_rows(W, b, X_rows):
    """Return the sums of a layer for images as rows, (m, n_out), from X_rows (m, n_in); raises nothing."""
    return X_rows @ W.T + b.T


def row_cases():
    """Return two neurons, three inputs, four images; and as many images as neurons; raises nothing."""
    rng = np.random.default_rng(0)
    W, b = np.array([[1.0, -2.0, 0.5], [0.0, 1.0, -1.0]]), np.array([[-1.0], [1.0]])
    X_rows = np.array([[2.0, 1.0, 3.0], [0.0, 0.0, 0.0], [1.0, 2.0, 0.0], [0.0, 1.0, 2.0]])
    square = Case(W, b, X_rows[:2])
    return [Case(W, b, X_rows), square, Case(*(rng.standard_normal(shape) for shape in ((5, 7), (5, 1), (11, 7))))]


check_rows = make_check(
    Exercise(
        key="2.2",
        name="my_layer_of_rows",
        title="Take images as rows",
        reference=layer_of_rows,
        cases=row_cases,
        mistakes=(
            Mistake(
                "no transpose",
                "(m, inputs) times (neurons, inputs) does not fit: which factor is transposed?",
                when=lambda attempt: any(word in str(attempt.outcome.error) for word in ("matmul", "not aligned")),
            ),
            Mistake(
                "columns come out",
                "these are the right numbers with one image a column; here each image is a row of the result",
                wrong=lambda W, b, X_rows: W @ X_rows.T + b,
            ),
            Mistake(
                "bias as a column",
                "the bias is still a column, (neurons, 1), but a neuron is now a column of the result: lay it down",
                wrong=lambda W, b, X_rows: X_rows @ W.T + b,
            ),
            Mistake("no bias", "the bias is missing", wrong=lambda W, b, X_rows: X_rows @ W.T),
            Mistake(
                "activations",
                "these are the activations; the sums before ReLU were asked for",
                wrong=lambda W, b, X_rows: relu(layer_of_rows(W, b, X_rows)),
            ),
        ),
    )
)

check_tent = make_check(
    Exercise(
        key="2.3",
        name="my_tent",
        title="Build a tent out of three neurons",
        reference=tent_network,
        judge=judge_tent,
        mistakes=MISTAKES_OF_TENT,
        after="three bends make a tent, and a sum of tents follows any curve",
    )
)


check_initialize = make_check(
    Exercise(
        key="2.4",
        name="my_initialize",
        title="Draw the first weights of any network",
        reference=initialize_parameters,
        cases=lambda: [
            Case([3, 2, 4], np.random.default_rng(0)),
            Case([784, 10, 10, 10], np.random.default_rng(1)),
            Case([5, 7], np.random.default_rng(2)),
        ],
        mistakes=MISTAKES_OF_WEIGHTS,
    )
)


check_loss_of_scores = make_check(
    Exercise(
        key="2.5",
        name="my_loss_of_scores",
        title="Take the loss from the scores",
        reference=loss_of_scores,
        cases=score_cases,
        mistakes=MISTAKES_OF_SCORES,
    )
)
