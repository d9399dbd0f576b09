"""Exercises 5.3 and 5.4 of notebook 5: a network that may be silent, and one with k guesses."""

import numpy as np

from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.exercises.predicates import gives

# 5.3 Let the network say "I do not know"


def cautious_accuracy(probabilities, labels, threshold):
    """Return (share answered, accuracy of these), answering from `threshold` on; raises nothing if one is answered."""
    answered = probabilities.max(axis=0) >= threshold
    return float(answered.mean()), float((probabilities.argmax(axis=0) == labels)[answered].mean())


def right_and(probabilities, labels, threshold):
    """Return whether each image is right, and whether it is answered, both (m,); raises nothing."""
    return probabilities.argmax(axis=0) == labels, probabilities.max(axis=0) >= threshold


def cautious_cases():
    """Return four images, two of which are just as sure as the threshold, and forty random ones; raises nothing.

    The first case is so small that a verdict can write it in full, and a learner can try it.
    """
    P = np.array([[0.5, 0.2, 0.1, 0.3], [0.3, 0.5, 0.0, 0.4], [0.2, 0.3, 0.9, 0.3]])
    rng = np.random.default_rng(0)
    scores = np.exp(2 * rng.normal(size=(4, 40)))
    labels = np.where(rng.random(40) < 0.6, scores.argmax(axis=0), rng.integers(0, 4, 40))
    return [Case(P, np.array([0, 2, 2, 1]), 0.5), Case(scores / scores.sum(axis=0), labels, 0.7)]


def of_all(probabilities, labels, threshold):
    """Return the right answers as a share of all images; raises nothing."""
    is_right, answered = right_and(probabilities, labels, threshold)
    return answered.mean(), (is_right & answered).mean()


check_cautious_accuracy = make_check(
    Exercise(
        key="5.3",
        name="my_cautious_accuracy",
        title='Let the network say "I do not know"',
        reference=cautious_accuracy,
        cases=cautious_cases,
        returns=("share", "accuracy"),
        mistakes=(
            Mistake(
                "along the rows",
                "an image is a column, so look down each column for its confidence and its digit: `axis=0`",
                when=lambda attempt: all(
                    "broadcast" in str(outcome.error) or "boolean index" in str(outcome.error)
                    for outcome in attempt.outcomes
                ),
            ),
            Mistake(
                "an array",
                "the numbers are right, but a pair is two values with a comma between them: `return share, accuracy`",
                when=gives(lambda *arguments: np.array(cautious_accuracy(*arguments))),
            ),
            Mistake(
                "every probability",
                "this compares every probability with the threshold: the confidence of an image is its largest one",
                when=gives(lambda P, labels, threshold: np.mean(threshold <= P), part=0),
            ),
            Mistake(
                "swapped",
                "first the share of the images that are answered, then the accuracy on them",
                when=gives(lambda *arguments: cautious_accuracy(*arguments)[::-1]),
            ),
            Mistake(
                "strictly above",
                "`>=`, not `>`: it answers where its confidence is at least the threshold",
                when=gives(lambda P, labels, threshold: cautious_accuracy(P, labels, np.nextafter(threshold, 1))),
            ),
            Mistake(
                "the silent ones",
                "that is the share of the images that go to a person; which share does the network answer?",
                when=gives(lambda P, labels, threshold: (P.max(axis=0) < threshold).mean(), part=0),
            ),
            Mistake(
                "of all images",
                "right answers as a share of all images; divide by how many the network answers",
                when=gives(of_all),
            ),
            Mistake(
                "accuracy of all",
                "that is the accuracy on all images; count only the ones that the network answers",
                when=gives(
                    lambda P, labels, threshold: ((P.max(axis=0) >= threshold).mean(), (P.argmax(0) == labels).mean())
                ),
            ),
            Mistake(
                "counts",
                "that is a count; give the fraction of all images",
                when=gives(lambda P, labels, threshold: (P.max(axis=0) >= threshold).sum(), part=0),
            ),
        ),
    )
)

# 5.4 Give the network k guesses


def top_k_accuracy(probabilities, labels, k):
    """Return the fraction of labels (m,) among the k most probable classes of their column; raises nothing."""
    guesses = np.argsort(-probabilities, axis=0)[:k]
    return float((guesses == labels).any(axis=0).mean())


def found_in(probabilities, labels, k, rows):
    """Return the fraction of labels found in the given rows of the classes by rising probability; raises nothing."""
    return (np.argsort(probabilities, axis=0)[rows(k)] == labels).any(axis=0).mean()


def top_cases():
    """Return four images and two guesses, then forty with one, three and six guesses; raises nothing."""
    P = np.array([[0.5, 0.2, 0.1, 0.2], [0.3, 0.5, 0.0, 0.3], [0.2, 0.3, 0.9, 0.5]])
    rng = np.random.default_rng(0)
    scores = np.exp(2 * rng.normal(size=(6, 40)))
    labels = np.where(rng.random(40) < 0.4, scores.argmax(axis=0), rng.integers(0, 6, 40))
    return [Case(P, np.array([0, 2, 2, 0]), 2)] + [Case(scores / scores.sum(axis=0), labels, k) for k in (1, 3, 6)]


check_top_k_accuracy = make_check(
    Exercise(
        key="5.4",
        name="my_top_k_accuracy",
        title="Give the network k guesses",
        reference=top_k_accuracy,
        cases=top_cases,
        mistakes=(
            Mistake(
                "the least probable",
                "those are the k least probable classes: `argsort` puts the smallest first",
                wrong=lambda P, labels, k: found_in(P, labels, k, lambda k: slice(None, k)),
            ),
            Mistake(
                "along the rows",
                "an image is a column, so sort down each column: `axis=0`",
                wrong=lambda P, labels, k: (np.argsort(P, axis=1)[-k:] == labels).any(axis=0).mean(),
                when=lambda attempt: "broadcast" in str(attempt.outcome.error),
            ),
            Mistake(
                "the last guess alone",
                "that counts only guess number k; the guesses before it count as well",
                wrong=lambda P, labels, k: found_in(P, labels, k, lambda k: slice(-k, -k + 1 or None)),
            ),
            Mistake(
                "one guess",
                "that is the ordinary accuracy, for one guess, whatever k is",
                wrong=lambda P, labels, k: top_k_accuracy(P, labels, 1),
            ),
            Mistake(
                "of all guesses",
                "of the k guesses for an image only one can be right: is any of them? Then average over the images",
                wrong=lambda P, labels, k: (np.argsort(P, axis=0)[-k:] == labels).mean(),
            ),
            Mistake(
                "count",
                "that is a count; divide by the number of images",
                wrong=lambda P, labels, k: round(top_k_accuracy(P, labels, k) * len(labels)),
            ),
            Mistake(
                "probabilities for classes",
                "`np.sort` gives probabilities, and no label equals one; `np.argsort` gives the numbers of the classes",
                wrong=lambda P, labels, k: (np.sort(P, axis=0)[-k:] == labels).any(axis=0).mean(),
            ),
        ),
    )
)
