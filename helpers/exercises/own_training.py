"""Exercise 4.5 of notebook 4: a whole training."""

from functools import partial

import numpy as np

from helpers.data import Dataset
from helpers.evaluation import accuracy, make_predictions
from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.exercises.predicates import gives
from helpers.losses import one_hot
from helpers.network import backward_propagation, forward_propagation, initialize_parameters, update_parameters
from helpers.training import train


def trained(train_set, dev_set, layer_sizes, learning_rate, batch_size, max_epochs, seed):
    """Return the parameters of the best epoch and the development accuracies, a list; raises what `train` raises."""
    settings = {"learning_rate": learning_rate, "batch_size": batch_size, "max_epochs": max_epochs, "seed": seed}
    result = train(train_set, dev_set, layer_sizes, patience=None, **settings)
    return result.parameters, result.history["dev_accuracy"].tolist()


def trained_with_a_bug(
    train_set,
    dev_set,
    layer_sizes,
    learning_rate,
    batch_size,
    max_epochs,
    seed,
    *,
    keep_last=False,
    ties=False,
    on_training_set=False,
    drop_rest=False,
    one_order=False,
    fresh_order=False,
    apart=False,
    start_again=False,
    no_update=False,
    shuffle=True,
):
    """Return what `trained` returns, with the bug that one keyword switches on; raises what the helpers raise."""
    rng = np.random.default_rng(seed)
    parameters = initialize_parameters(layer_sizes, rng)
    Y, m = one_hot(train_set.labels, layer_sizes[-1]), len(train_set)
    watched = train_set if on_training_set else dev_set
    best, accuracies = -1.0, []
    order = rng.permutation(m) if one_order else np.arange(m)
    for _ in range(max_epochs):
        parameters = initialize_parameters(layer_sizes, rng) if start_again else parameters
        order = rng.permutation(m) if shuffle and not one_order else order
        order = np.random.default_rng(seed).permutation(m) if fresh_order else order
        for start in range(0, m - m % batch_size if drop_rest else m, batch_size):
            piece = order[start : start + batch_size]
            activations = forward_propagation(parameters, train_set.X[:, piece])
            targets = Y[:, start : start + batch_size] if apart else Y[:, piece]
            gradients = backward_propagation(parameters, activations, targets)
            parameters = parameters if no_update else update_parameters(parameters, gradients, learning_rate)
        accuracies.append(accuracy(make_predictions(parameters, watched.X), watched.labels))
        if keep_last or accuracies[-1] > best or (ties and accuracies[-1] == best):
            best, kept = accuracies[-1], parameters
    return kept, accuracies


def small_sets(m, dev_m, sizes, seed):
    """Return a training set and a development set of noisy points in overlapping classes; raises nothing."""
    rng = np.random.default_rng(seed)
    middles = rng.random((sizes[0], sizes[-1]))
    sets = []
    for count in (m, dev_m):
        labels = rng.integers(0, sizes[-1], count)
        X = np.clip(middles[:, labels] + 0.3 * rng.normal(size=(sizes[0], count)), 0, 1)
        sets.append(Dataset(X, labels, tuple("abc")[: sizes[-1]], (1, sizes[0])))
    return sets


def train_cases():
    """Return two small trainings: a rest in the batches, two best epochs, the last one worse; raises nothing."""
    cases = []
    for m, dev_m, batch_size, sizes, seed in ((22, 13, 4, [6, 5, 3], 12), (17, 14, 5, [5, 4, 4, 2], 2)):
        says = f"{m} examples in batches of {batch_size}, 6 epochs"
        cases.append(Case(*small_sets(m, dev_m, sizes, seed), sizes, 0.3, batch_size, 6, seed, says=says))
    return cases


check_train = make_check(
    Exercise(
        key="4.5",
        name="my_train",
        title="Write the whole training",
        reference=trained,
        cases=train_cases,
        returns=("best parameters", "list of accuracies"),
        without=("train",),
        rtol=1e-7,
        mistakes=(
            Mistake(
                "nothing learned",
                "`update_parameters` changes nothing, it returns new parameters: keep them, `parameters = ...`",
                wrong=partial(trained_with_a_bug, no_update=True),
            ),
            Mistake(
                "last for best",
                "those are the parameters of the last epoch; keep the ones of the best epoch",
                wrong=partial(trained_with_a_bug, keep_last=True),
            ),
            Mistake(
                "ties",
                "of epochs with equal accuracy, the first one counts: an equal accuracy is no improvement",
                wrong=partial(trained_with_a_bug, ties=True),
            ),
            Mistake(
                "measured on the training set",
                "that is the accuracy on the training set; the best epoch is chosen by images it has not learned",
                wrong=partial(trained_with_a_bug, on_training_set=True),
            ),
            Mistake(
                "rest dropped",
                "the last batch of each epoch is missing: where batch_size does not divide m, the rest is smaller",
                wrong=partial(trained_with_a_bug, drop_rest=True),
            ),
            Mistake(
                "same order",
                "every epoch has the same order: draw a new permutation in each, from the generator made first",
                when=gives(partial(trained_with_a_bug, one_order=True), partial(trained_with_a_bug, fresh_order=True)),
            ),
            Mistake(
                "not shuffled",
                "the images come in the order of the file: use `rng.permutation(m)` in each epoch",
                wrong=partial(trained_with_a_bug, shuffle=False),
            ),
            Mistake(
                "apart",
                "the images are shuffled and their labels are not: pick the columns of Y by the same numbers",
                wrong=partial(trained_with_a_bug, apart=True),
            ),
            Mistake(
                "a new start",
                "every epoch starts from new parameters, so nothing is kept: initialize once, before the loop",
                wrong=partial(trained_with_a_bug, start_again=True),
            ),
            Mistake(
                "parameters alone",
                "return two things, the best parameters and the accuracies: `return best_parameters, accuracies`",
                when=lambda attempt: hasattr(attempt.outcome.returned[0], "W"),
            ),
            Mistake(
                "percent",
                "`accuracy` gives a fraction, and a fraction is wanted",
                when=gives(lambda *arguments: [100 * reached for reached in trained(*arguments)[1]], part=1),
            ),
            Mistake(
                "an epoch too many",
                "there should be `max_epochs` accuracies, one after each epoch",
                when=lambda attempt: len(attempt.outcome.returned[1]) == len(attempt.expected[attempt.place][1]) + 1,
            ),
            Mistake(
                "other steps",
                "not the steps of `train`: one generator, made from `seed`, gives the starting parameters and then one "
                "permutation an epoch; each batch goes forward, backward, and one step downhill",
                when=lambda attempt: (
                    isinstance(attempt.outcome.returned[1], list)
                    and all(len(layer) == 2 for layer in attempt.outcome.returned[0])
                    and len(attempt.outcome.returned[1]) == len(attempt.expected[attempt.place][1])
                ),
            ),
        ),
    )
)
