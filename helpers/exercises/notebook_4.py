"""The exercises of notebook 4: dead neurons, batches, overfitting, stopping, a training run."""

from functools import partial

import numpy as np

from helpers.data import Dataset
from helpers.evaluation import accuracy, make_predictions
from helpers.exercises.broken_functions import batches
from helpers.exercises.checking import make_check
from helpers.exercises.comparing import find_difference
from helpers.exercises.recognizing import Predicate, every, gives, some, stops, when
from helpers.losses import one_hot
from helpers.network import (
    backward_propagation,
    forward_propagation,
    initialize_parameters,
    update_parameters,
)
from helpers.training import train

check_dead_neurons = make_check(
    "4.1", "my_dead_neurons", "Count the dead neurons",
    lambda A: float((A == 0).all(axis=1).sum()),  # so that 2.0 passes for 2
    cases=[
        (np.array([[0, 0, 0], [0, 1.5, 0], [0, 0, 0], [2, 0.5, 0]]),),
        (np.array([[0, 1, 0, 2, 3], [0, 0, 0, 1, 0], [0, 0, 0, 0, 0.01]]),),
        (np.array([[0, 2], [1, 0], [0, 0], [0, 0]]),),
        (np.zeros((5, 2)),),
    ],
    mistakes=[
    ("over the neurons", lambda A: (A == 0).all(axis=0).sum(),
     "that counts the images for which no neuron answers; a neuron is a row, so go along it with "
     "`axis=1`"),
    ("any zero", lambda A: (A == 0).any(axis=1).sum(),
     "that counts neurons that are zero for some image; dead ones are zero for all images"),
    ("the living", lambda A: (A > 0).any(axis=1).sum(),
     "those are the living ones; count the neurons that never answer"),
    ("zeros", lambda A: (A == 0).sum(),
     "that counts single zeros; ask for each row whether all of it is zero, and count the rows"),
    ("the whole array", lambda A: int((A == 0).all()),
     "that asks whether the whole array is zero; with `axis=1`, every row is asked by itself"),
    ("fraction", lambda A: (A == 0).all(axis=1).mean(),
     "that is the fraction of dead neurons; how many are they?"),
    ("the last row", lambda A: int((A[-1] == 0).all()),
     "it counts the last row alone: set the counter to 0 once, before the loop"),
])  # fmt: skip


# 4.2: every entry of a column of X is its number, so the order that an answer took can be read off

EPOCHS = ((7, 3, 0), (7, 3, 1), (8, 4, 2), (5, 9, 3))  # m, batch_size, seed


def batch_cases():
    """Two epochs of one small set with a rest, one without, and one that is a single batch."""
    cases = []
    for m, batch_size, seed in EPOCHS:
        X = np.arange(1.0, m + 1) * np.ones((2, 1))
        Y = np.eye(4)[:, np.arange(m) * 3 % 4]
        cases.append((X, Y, batch_size, np.random.default_rng(seed)))
    return cases


def order_of(pairs):
    """The column numbers that an answer took, in their order."""
    return [int(x) - 1 for pair in pairs for x in pair[0][0]]


def takes(test):
    """Whether test(column numbers, m, batch_size) holds in every case."""
    return every(lambda pairs, X, Y, size, rng: test(order_of(pairs), X.shape[1], size))


def pieces(X, Y, slices):
    """Pairs of columns of X and Y."""
    return [(X[:, piece], Y[:, piece]) for piece in slices]


def ends_wrong(X, Y, batch_size, rng):
    order = rng.permutation(X.shape[1])
    return pieces(X, Y, [order[start:batch_size] for start in range(0, len(order), batch_size)])


def starts_wrong(number):
    """Batches that start at the columns 0, 1, 2, ..., as many as `number` says of m and their size."""

    def overlapping(X, Y, batch_size, rng):
        order = rng.permutation(X.shape[1])
        starts = range(number(len(order), batch_size))
        return pieces(X, Y, [order[start : start + batch_size] for start in starts])

    return overlapping


def is_two_lists(pairs, X, Y, batch_size, rng):
    """Whether the batches of X came back in one list, and those of Y in another."""
    both = len(pairs) == 2 and all(isinstance(side, (list, tuple)) for side in pairs)
    return both and all(len(batch) == len(X) for batch in pairs[0])


def is_of_rows(pairs, X, Y, batch_size, rng):
    """Whether rows of X came back, as long as they are."""
    m = X.shape[1]
    return len(order_of(pairs)) == m and all(batch.shape[1] == m for batch, _ in pairs)


def is_apart(pairs, X, Y, batch_size, rng):
    """Whether a column of some X_batch has the label of another column."""
    labels = np.hstack([pair[1] for pair in pairs])
    return not np.array_equal(labels, Y[:, order_of(pairs)])


def is_of_other_sizes(pairs, X, Y, batch_size, rng):
    """Whether some batch has not the size that it should have."""
    m = X.shape[1]
    right = [min(batch_size, m - start) for start in range(0, m, batch_size)]
    return [batch.shape[1] for batch, _ in pairs] != right


check_batches = make_check(
    "4.2", "my_batches", "Cut an epoch into mini-batches", batches, batch_cases,
    says=[f"m = {m} and batch_size = {batch_size}" for m, batch_size, _ in EPOCHS],
    mistakes=[
    ("a generator", when(lambda pairs, *_: hasattr(pairs, "__next__")),
     "collect the pairs in a list: `batches.append(...)` and one `return` in the end, in place "
     "of `yield`"),
    ("two lists", some(is_two_lists),
     "those are two lists; return one list of pairs: `batches.append((X_batch, Y_batch))`"),
    ("rows of X", stops("out of bounds"),
     "`X[piece]` picks rows; an example is a column: `X[:, piece]`"),
    ("end of the slice", ends_wrong,
     "a slice goes up to its second number, so the second batch is `order[start : start + "
     "batch_size]`, not `order[start : batch_size]`"),
    ("starts", gives(starts_wrong(lambda m, size: m // size), starts_wrong(lambda m, size: m),
     starts_wrong(lambda m, size: -(-m // size))),
     "the batches overlap: the first starts at 0, the second at `batch_size`, and so on, "
     "`range(0, m, batch_size)`"),
    ("pair turned round", when(lambda pairs, *_: all((len(X), len(Y)) == (4, 2) for X, Y in pairs)),
     "a pair holds first `X_batch`, then `Y_batch`"),
    ("one batch", (every(lambda pairs, X, Y, size, rng: (
     len(pairs) == 1 and len(order_of(pairs)) == min(size, X.shape[1]))),
     every(lambda pair, X, Y, size, rng: [np.shape(part) for part in pair] == [
     (len(side), min(size, X.shape[1])) for side in (X, Y)])),
     "only one batch came back: does the `return` stand inside the loop?"),
    ("rows of both", every(is_of_rows),
     "`X[piece]` are rows; an example is a column, `X[:, piece]`, and m is `X.shape[1]`"),
    ("empty batch", some(lambda pairs, *_: any(not X.shape[1] for X, Y in pairs)),
     "the last batch is empty: where batch_size divides m, there is no rest"),
    ("apart", some(is_apart),
     "images and labels got apart: pick the columns of X and of Y by the same numbers"),
    ("rows for columns", takes(lambda order, m, batch_size: set(order) == {0, 1}),
     "it goes by the rows of X; an example is a column, so m is `X.shape[1]` and a batch is "
     "`X[:, piece]`"),
    ("rest dropped", takes(lambda order, m, batch_size: len(order) == m // batch_size * batch_size),
     "the last batch is missing: where batch_size does not divide m, the rest is a smaller batch"),
    ("repeated", some(lambda pairs, *_: len(set(order_of(pairs))) < len(order_of(pairs))),
     "some columns come twice and others never; draw the order of all columns once, before you "
     "cut it"),
    ("not shuffled", takes(lambda order, m, batch_size: order == list(range(m))),
     "the columns come in the order of the file: shuffle them first"),
    ("other sizes", some(is_of_other_sizes),
     "all batches but the last have `batch_size` columns, and the last has the rest"),
    ("own generator", Predicate(
     lambda attempt: order_of(attempt.returned[0]) == order_of(attempt.returned[1])),
     "two generators gave the same order: draw it from the `rng` that comes in, not from one of "
     "your own"),
    ("another draw", takes(lambda order, m, batch_size: sorted(order) == list(range(m))),
     "a right epoch, but in another order: draw the order by one call of `rng.permutation(m)`"),
])  # fmt: skip


# 4.3


def overfitting_start(
    train, dev, *, first=1, growth=1.1, more=0, sure=False, since=None, both=all, last=False,
    risen=np.greater, lower=np.less,
):  # fmt: skip
    """The epoch of the lowest development loss if the run overfits, with keywords for bugs."""
    place = len(dev) - 1 - int(np.argmin(dev[::-1])) if last else int(np.argmin(dev))
    has_risen = risen(dev[-1], growth * dev[place if since is None else since] + more)
    learns = sure or lower(train[-1], train[place])
    return float(place + first) if both([has_risen, learns]) else None  # 2.0 passes for 2


def loss_cases():
    """Pairs of loss curves: overfitting, healthy, a small rise, diverging, high and low, ties."""
    curves = (
        ([2.1, 1.1, 0.6, 0.4, 0.3], [2.0, 1.0, 0.5, 0.6, 0.8]),
        ([2.2, 1.4, 1.0, 0.9], [2.0, 1.5, 1.2, 1.1]),
        ([2.0, 1.0, 0.9], [1.0, 0.5, 0.52]),
        ([2.0, 1.0, 3.0, 8.0], [2.0, 1.2, 4.0, 9.0]),
        ([0.5, 0.4, 0.3, 0.2], [0.5, 0.42, 0.45, 0.48]),
        ([9.0, 4.0, 3.0], [9.0, 5.0, 5.3]),
        ([1.0, 0.5, 0.4, 0.3], [1.0, 0.8, 0.9, 1.2]),
        ([2.0, 1.0, 0.9, 0.8], [2.0, 1.0, 1.05, 1.105]),
        ([2.0, 1.0, 1.2, 1.5], [2.0, 1.0, 1.4, 1.8]),
        ([2.0, 1.0, 0.8, 0.6], [2.0, 1.0, 1.0, 1.5]),  # two equal minima
        ([2.0, 0.3, 0.2, 0.1], [2.0, 0.234, 0.25, 0.2574]),  # 10 %, however it is calculated
        ([2.0, 0.5, 0.6, 0.5], [2.0, 1.0, 1.2, 1.5]),  # an equal training loss
    )
    return [(np.array(train), np.array(dev)) for train, dev in curves]


def says_nothing(attempt):
    """Whether every case returned None, without an error or a word."""
    outcomes = attempt.outcomes
    return not any(one.error or one.printed or one.returned is not None for one in outcomes)


def says_too_little(attempt):
    """Whether only some cases returned None, among them the one at issue."""
    some_found = any(returned is not None for returned in attempt.returned)
    return attempt.outcome.returned is None and some_found


check_overfitting = make_check(
    "4.3", "my_overfitting_start", "Let a function find the overfitting",
    lambda train_losses, dev_losses: overfitting_start(train_losses, dev_losses), loss_cases,
    mistakes=[
    ("from zero", partial(overfitting_start, first=0),
     "epochs count from 1, but the places in an array count from 0"),
    ("lowest training loss", gives(lambda train, dev: np.argmin(train) + 1),
     "that is where the training loss is lowest; the turning point is the lowest development loss"),
    ("always", lambda train, dev: int(np.argmin(dev)) + 1,
     "the lowest development loss is somewhere in every run; return `None` if the run does not "
     "overfit"),
    ("diverging", partial(overfitting_start, sure=True),
     "both losses rise here: the run diverges and learns nothing by heart; what of the second "
     "condition?"),
    ("any rise", partial(overfitting_start, growth=1),
     "a rise of less than 10 % does not count: a development loss always trembles a little"),
    ("0.1 more", partial(overfitting_start, growth=1, more=0.1),
     "10 % is a share of the loss at the turning point, not 0.1: multiply by 1.1"),
    ("since the first epoch", partial(overfitting_start, since=0),
     "compare the last development loss with that of the turning point, not with that of the "
     "first epoch"),
    ("one of two", partial(overfitting_start, both=any),
     "one of the two conditions is enough for your function; both have to hold: `and`, not `or`"),
    ("share of the last", gives(partial(overfitting_start, growth=1 / 0.9)),
     "the 10 % are of the value at the turning point, not of the last value"),
    ("training since the start",
     lambda train, dev: overfitting_start(train, dev, sure=train[-1] < train[0]),
     "compare the last training loss with that at the turning point, not with that of the first "
     "epoch"),
    ("the last of equal", partial(overfitting_start, last=True),
     "where several epochs have the lowest development loss, the first of them is the turning "
     "point"),
    ("10 % is enough", partial(overfitting_start, risen=np.greater_equal),
     "exactly 10 % above is not more than 10 % above: `>`"),
    ("equal is lower", partial(overfitting_start, lower=np.less_equal),
     "an equal training loss is not a lower one: `<`"),
    ("never", Predicate(says_nothing),
     "it says `None` of every run: is the turning point the lowest development loss, and is it "
     "returned?"),
    ("None", Predicate(says_too_little),
     "this run overfits, both conditions hold: look at each of them alone"),
])  # fmt: skip


# 4.4


def stop_early(losses, patience, *, sign=1, ties=False, late=0, first=1, end=None, last=False):
    """(best epoch, last epoch) of early stopping on losses, with keywords for bugs."""
    best_epoch, best = first - 1, np.inf
    for epoch, loss in enumerate(losses, first):
        if sign * loss < best or (ties and sign * loss == best):
            best_epoch, best = epoch, sign * loss
        if epoch - best_epoch >= patience + late:
            return (epoch if last else best_epoch), epoch
    end = len(losses) - 1 + first if end is None else end(losses)
    return (end if last else best_epoch), end


def stop_counting(losses, patience, *, before=False, anew=True):
    """The same with a count of the epochs without an improvement, anew after each improvement."""
    best_epoch, best, waited = 1, losses[0], 0
    for epoch, loss in enumerate(losses[1:], 2):
        if loss < best:
            best_epoch, best, waited = epoch, loss, 0 if anew else waited
        else:
            waited += 1
        best = loss if before else best
        if waited >= patience:
            return best_epoch, epoch
    return best_epoch, len(losses)


check_stop_early = make_check(
    "4.4", "my_stop_early", "Stop early by the loss",
    lambda losses, patience: tuple(map(float, stop_early(losses, patience))),  # 2.0 for 2
    cases=[
        ([0.9, 0.7, 0.5, 0.5, 0.6, 0.55, 0.1], 3),
        ([1500.0, 1490.0, 1480.0], 5),
        ([1.0, 1.2, 1.1, 1.3], 2),
        ([2.0, 1.0, 1.2, 1.1, 0.5], 2),
        ([5.0, 4.0, 4.5, 4.0, 3.0], 2),
        ([2.0, 1.0, 1.5, 1.4, 1.3, 1.2, 0.5], 2),
        ([2.0, 1.0, 1.5, 1.4, 1.6, 1.7], 2),
        ([2.3, 2.2, 2.3, 2.1, 2.2, 2.0, 2.1, 1.9], 2),
    ],
    returns=("best epoch", "last epoch"),
    mistakes=[
    ("an array", gives(lambda losses, patience: np.array(stop_early(losses, patience))),
     "the numbers are right, but a pair is two values with a comma between them: `return "
     "best_epoch, epoch`"),
    ("higher is better", partial(stop_early, sign=-1),
     "of losses, the lower one is better: the comparison has to turn round, and so has the first "
     "best value"),
    ("from zero", gives(partial(stop_early, first=0), partial(stop_early, first=0, end=len)),
     "epochs count from 1: `enumerate(losses, 1)`"),
    ("best starts too low", some(lambda epochs, losses, patience: epochs[0] == 0),
     "some loss that should be an improvement is none: let best start above every loss, at "
     "`np.inf`"),
    ("ties", partial(stop_early, ties=True),
     "an equal loss is no improvement: `<`, not `<=`"),
    ("to the end", lambda losses, patience: (int(np.argmin(losses)) + 1, len(losses)),
     "it looks at the whole run; once `patience` epochs have brought no improvement, the rest "
     "never happens"),
    ("an epoch late", partial(stop_early, late=1),
     "it waits for one epoch too many: stop as soon as `patience` epochs have brought no "
     "improvement"),
    ("the epoch before", partial(stop_counting, before=True),
     "it compares each loss with the one before; an improvement is a loss below the best so far"),
    ("all waits together", partial(stop_counting, anew=False),
     "it counts all epochs without an improvement; those in a row count, so begin anew after "
     "each one"),
    ("last for best", partial(stop_early, last=True),
     "the best epoch is the one with the lowest loss so far, not the one at which training stops"),
])  # fmt: skip


# 4.5


def trained(train_set, dev_set, layer_sizes, learning_rate, batch_size, max_epochs, seed):
    settings = {"batch_size": batch_size, "max_epochs": max_epochs, "seed": seed, "patience": None}
    result = train(train_set, dev_set, layer_sizes, learning_rate=learning_rate, **settings)
    return result.parameters, result.history["dev_accuracy"].tolist()


def trained_with_a_bug(bug, train_set, dev_set, sizes, learning_rate, batch_size, max_epochs, seed):
    """What `trained` returns, with one bug."""
    rng = np.random.default_rng(seed)
    parameters = initialize_parameters(sizes, rng)
    Y, m = one_hot(train_set.labels, sizes[-1]), len(train_set)
    watched = train_set if bug == "measured on the training set" else dev_set
    best, accuracies, order = -1.0, [], np.arange(m)
    for epoch in range(max_epochs):
        if bug == "a new start":
            parameters = initialize_parameters(sizes, rng)
        if bug == "a new generator":
            rng = np.random.default_rng(seed)
        if bug != "not shuffled" and not (bug == "one order" and epoch):
            order = rng.permutation(m)
        for start in range(0, m - m % batch_size if bug == "rest dropped" else m, batch_size):
            piece = slice(start, start + batch_size)
            activations = forward_propagation(parameters, train_set.X[:, order[piece]])
            targets = Y[:, piece if bug == "apart" else order[piece]]
            gradients = backward_propagation(parameters, activations, targets)
            if bug != "nothing learned":
                parameters = update_parameters(parameters, gradients, learning_rate)
        accuracies.append(accuracy(make_predictions(parameters, watched.X), watched.labels))
        is_best = accuracies[-1] > best or (bug == "ties" and accuracies[-1] == best)
        if is_best or bug == "last for best":
            best, kept = accuracies[-1], parameters
    return kept, accuracies


RUNS = ((22, 13, 4, [6, 5, 3], 12), (17, 14, 5, [5, 4, 4, 2], 2))  # m, dev_m, batch_size, ...


def train_cases():
    """Noisy points in overlapping classes: with a rest, two best epochs, a worse last one."""
    cases = []
    for m, dev_m, batch_size, sizes, seed in RUNS:
        rng = np.random.default_rng(seed)
        middles = rng.random((sizes[0], sizes[-1]))
        sets = []
        for count in (m, dev_m):
            labels = rng.integers(0, sizes[-1], count)
            X = np.clip(middles[:, labels] + 0.3 * rng.normal(size=(sizes[0], count)), 0, 1)
            sets.append(Dataset(X, labels, tuple("abc")[: sizes[-1]], (1, sizes[0])))
        cases.append((*sets, sizes, 0.3, batch_size, 6, seed))
    return cases


def has_right_form(returned, *settings):
    """Whether there are layers and a list of accuracies, as many as there are epochs."""
    parameters, accuracies = returned
    is_list = isinstance(accuracies, list) and len(accuracies) == settings[5]
    return is_list and all(len(layer) == 2 for layer in parameters)


def is_another_choice(attempt):
    """Whether all accuracies are right, and so are the steps, but other parameters were kept."""
    pairs = zip(attempt.returned, attempt.expected, strict=True)
    return all(find_difference(mine[1], right[1]) is None for mine, right in pairs)


check_train = make_check(
    "4.5", "my_train", "Write the whole training", trained, train_cases,
    says=[f"{m} examples in batches of {batch_size}, 6 epochs" for m, _, batch_size, *_ in RUNS],
    returns=("best parameters", "list of accuracies"), without=("train",), rtol=1e-7,
    mistakes=[
    ("nothing learned", partial(trained_with_a_bug, "nothing learned"),
     "`update_parameters` changes nothing, it returns new parameters: keep them, `parameters = "
     "...`"),
    ("last for best", partial(trained_with_a_bug, "last for best"),
     "those are the parameters of the last epoch; keep the ones of the best epoch"),
    ("ties", partial(trained_with_a_bug, "ties"),
     "of epochs with equal accuracy, the first one counts: an equal accuracy is no improvement"),
    ("measured on the training set", partial(trained_with_a_bug, "measured on the training set"),
     "that is the accuracy on the training set; the best epoch is chosen by images it has not "
     "learned"),
    ("rest dropped", partial(trained_with_a_bug, "rest dropped"),
     "the last batch of each epoch is missing: where batch_size does not divide m, the rest is "
     "smaller"),
    ("same order", gives(partial(trained_with_a_bug, "one order"),
     partial(trained_with_a_bug, "a new generator")),
     "every epoch has the same order: draw a new permutation in each, from the generator made "
     "first"),
    ("not shuffled", partial(trained_with_a_bug, "not shuffled"),
     "the images come in the order of the file: use `rng.permutation(m)` in each epoch"),
    ("apart", partial(trained_with_a_bug, "apart"),
     "the images are shuffled and their labels are not: pick the columns of Y by the same numbers"),
    ("a new start", partial(trained_with_a_bug, "a new start"),
     "every epoch starts from new parameters, so nothing is kept: initialize once, before the "
     "loop"),
    ("parameters alone", when(lambda returned, *settings: hasattr(returned[0], "W")),
     "return two things, the best parameters and the accuracies: `return best_parameters, "
     "accuracies`"),
    ("one epoch", when(lambda returned, *settings: len(returned[1]) == 1),
     "only one epoch was done: does the `return` stand inside the loop?"),
    ("another choice", Predicate(is_another_choice),
     "the accuracies are right, but these are not the parameters of the best epoch: compare once "
     "per epoch, after its last batch, and keep the parameters as they are then"),
    ("percent", gives(lambda *settings: [100 * part for part in trained(*settings)[1]], part=1),
     "`accuracy` gives a fraction, and a fraction is wanted"),
    ("an epoch too many", when(lambda returned, *settings: len(returned[1]) == settings[5] + 1),
     "there should be `max_epochs` accuracies, one after each epoch"),
    ("other steps", when(has_right_form),
     "not the steps of `train`: one generator, made from `seed`, gives the starting parameters "
     "and then one permutation per epoch; each batch goes forward, backward, and one step "
     "downhill"),
])  # fmt: skip
