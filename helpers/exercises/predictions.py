"""The exercises of notebook 5: confusions, precision, doubt, k guesses, and a drawing made ready."""

import numpy as np

from helpers.evaluation import accuracy, confusion_matrix
from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.guesses import check_cautious_accuracy, check_top_k_accuracy
from helpers.exercises.judging import make_check
from helpers.exercises.own_preprocessing import check_prepare
from helpers.exercises.predicates import gives

__all__ = [
    "check_cautious_accuracy",
    "check_confusion_matrix",
    "check_precision",
    "check_prepare",
    "check_top_k_accuracy",
]

# 5.1 Count the confusions


def counted_once(predictions, labels, num_classes):
    """Return a matrix with a 1 for every pair that occurs, however often; raises IndexError for other classes."""
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    matrix[labels, predictions] += 1
    return matrix


def confusion_cases():
    """Return answers for three and for five classes, the last of which does not occur; raises nothing."""
    rng = np.random.default_rng(0)
    return [
        Case(np.array([0, 2, 2, 1, 1, 2, 2]), np.array([0, 1, 2, 1, 0, 2, 1]), 3),
        Case(rng.integers(0, 4, 40), rng.integers(0, 4, 40), 5),
    ]


check_confusion_matrix = make_check(
    Exercise(
        key="5.1",
        name="my_confusion_matrix",
        title="Count the confusions",
        reference=confusion_matrix,
        cases=confusion_cases,
        mistakes=(
            Mistake(
                "transposed",
                "rows and columns are swapped: the row belongs to the true class, the column to the predicted one",
                when=gives(lambda predictions, labels, num_classes: confusion_matrix(labels, predictions, num_classes)),
            ),
            Mistake(
                "counted once",
                "a pair that occurs several times counts only once: `matrix[rows, columns] += 1` reads each place, "
                "adds 1 and writes it back; count in a loop, or with `np.add.at`",
                when=gives(counted_once),
            ),
            Mistake(
                "counted once, transposed",
                "two things: the row belongs to the true class, and `+= 1` with lists of places counts each pair once",
                when=gives(lambda predictions, labels, num_classes: counted_once(labels, predictions, num_classes)),
            ),
            Mistake(
                "another size",
                "the size is (num_classes, num_classes), whichever classes occur",
                when=lambda attempt: attempt.outcome.returned.shape != attempt.expected[attempt.place].shape,
            ),
            Mistake(
                "not all counted",
                "the entries should add up to the number of images, and some images are not counted: is the first or "
                "the last of them left out?",
                when=lambda attempt: all(
                    len(case.arguments[1]) - 2 <= outcome.returned.sum() < len(case.arguments[1])
                    for case, outcome in zip(attempt.cases, attempt.outcomes, strict=True)
                ),
            ),
            Mistake(
                "fractions",
                "count the images, and do not divide",
                when=lambda attempt: (
                    attempt.outcome.returned.sum() < attempt.expected[attempt.place].sum() / 2
                    and attempt.outcome.returned.shape == attempt.expected[attempt.place].shape
                ),
            ),
        ),
    )
)

# 5.2 Compute a precision without the matrix


def precision(predictions, labels, digit):
    """Return the fraction of true `digit`s among the images taken for it; raises nothing if there is one."""
    matrix = confusion_matrix(predictions, labels)
    return matrix[digit, digit] / matrix[:, digit].sum()


def recall(predictions, labels, digit):
    """Return the fraction of the true `digit`s that were taken for it; raises nothing if there is one."""
    return precision(labels, predictions, digit)


def precision_cases():
    """Return answers in which precision, recall and accuracy differ; raises nothing."""
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 10, 60)
    predictions = np.where(rng.random(60) < 0.5, labels, rng.integers(0, 10, 60))
    small = Case(np.array([7, 1, 7, 7, 2, 7, 1]), np.array([7, 7, 1, 7, 2, 2, 1]), 7)
    return [small, Case(predictions, labels, 3), Case(predictions, labels, 0)]


check_precision = make_check(
    Exercise(
        key="5.2",
        name="my_precision",
        title="Compute a precision without the matrix",
        reference=precision,
        cases=precision_cases,
        mistakes=(
            Mistake(
                "recall",
                "that is the recall: of all images that are the digit, which fraction is found; ask it the other way",
                wrong=recall,
            ),
            Mistake(
                "accuracy",
                "that is the accuracy over all digits; look only at the images that the network takes for this digit",
                wrong=lambda predictions, labels, digit: accuracy(predictions, labels),
            ),
            Mistake(
                "of all images",
                "divided by all images; the question is only about those that the network takes for this digit",
                wrong=lambda predictions, labels, digit: ((predictions == digit) & (labels == digit)).mean(),
            ),
            Mistake(
                "count",
                "that is a count; divide by how many images the network takes for this digit",
                wrong=lambda predictions, labels, digit: ((predictions == digit) & (labels == digit)).sum(),
            ),
            Mistake(
                "not only the hits",
                "above the line stand all images that *are* the digit, also those the network takes for another one",
                wrong=lambda predictions, labels, digit: (labels == digit).sum() / (predictions == digit).sum(),
            ),
            Mistake(
                "per cent",
                "right, but in per cent; give a fraction from 0 to 1",
                wrong=lambda predictions, labels, digit: 100 * precision(predictions, labels, digit),
            ),
        ),
    )
)
