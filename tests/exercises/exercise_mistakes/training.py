"""What learners write in the exercises of notebook 4, by exercise and mistake."""

BATCHES = """
def my_batches(X, Y, batch_size, rng):
    m = X.shape[1]
    order = {order}
    batches = []
    for start in range(0, {end}, batch_size):
        piece = order[start : start + batch_size]
        batches.append(({X}, {Y}))
    return batches
"""

OVERFITTING = """
def my_overfitting_start(train_losses, dev_losses):
    place = dev_losses.argmin()
    if {condition}:
        return {answer}
    return None
"""

STOP = """
def my_stop_early(losses, patience):
    best, best_epoch = {best}, {zero}
    for epoch, loss in enumerate(losses, {one}):
        if {better}:
            best = loss
            best_epoch = epoch
        if {stop}:
            return {answer}
    return {end}
"""

TRAIN = """
def my_train(train_set, dev_set, layer_sizes, learning_rate, batch_size, max_epochs, seed):
    rng = np.random.default_rng(seed)
    parameters = initialize_parameters(layer_sizes, rng)
    Y = one_hot(train_set.labels, num_classes=layer_sizes[-1])
    m = train_set.X.shape[1]
    accuracies = []
    best_accuracy = -1
    {before}
    for epoch in range(max_epochs):
        {order}
        for start in range(0, {end}, batch_size):
            batch = order[start : start + batch_size]
            activations = forward_propagation(parameters, train_set.X[:, batch])
            gradients = backward_propagation(parameters, activations, {Y})
            {update}
        reached = accuracy({measured})
        accuracies.append(reached)
        if reached {better} best_accuracy:
            best_accuracy = reached
            best_parameters = parameters
    return {answer}, accuracies
"""


def batches(order="rng.permutation(m)", end="m", X="X[:, piece]", Y="Y[:, piece]"):
    return BATCHES.format(order=order, end=end, X=X, Y=Y)


def overfitting(
    condition="dev_losses[-1] > 1.1 * dev_losses[place] and train_losses[-1] < train_losses[place]",
    answer="place + 1",
):
    return OVERFITTING.format(condition=condition, answer=answer)


def stop(
    best="float('inf')",
    zero="0",
    one="1",
    better="loss < best",
    stop="epoch - best_epoch >= patience",
    answer="best_epoch, epoch",
    end="best_epoch, len(losses)",
):
    return STOP.format(best=best, zero=zero, one=one, better=better, stop=stop, answer=answer, end=end)


def training(
    before="",
    order="order = rng.permutation(m)",
    end="m",
    Y="Y[:, batch]",
    update="parameters = update_parameters(parameters, gradients, learning_rate)",
    measured="make_predictions(parameters, dev_set.X), dev_set.labels",
    better=">",
    answer="best_parameters",
):
    return TRAIN.format(
        before=before, order=order, end=end, Y=Y, update=update, measured=measured, better=better, answer=answer
    )


MISTAKES = {
    "4.1": {
        "over the neurons": """
def my_dead_neurons(A):
    return np.sum((A == 0).all(axis=0))
""",
        "any zero": """
def my_dead_neurons(A):
    return (A.min(axis=1) == 0).sum()
""",
        "the living": """
def my_dead_neurons(A):
    return (A > 0).any(axis=1).sum()
""",
        "the whole array": """
def my_dead_neurons(A):
    return (A == 0).all().sum()
""",
        "dtype": """
def my_dead_neurons(A):
    return float((A == 0).all(axis=1).sum())
""",
        "zeros": """
def my_dead_neurons(A):
    return np.count_nonzero(A == 0)
""",
        "fraction": """
def my_dead_neurons(A):
    dead = (A == 0).all(axis=1)
    return dead.sum() / len(dead)
""",
    },
    "4.2": {
        "a generator": """
def my_batches(X, Y, batch_size, rng):
    order = rng.permutation(X.shape[1])
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        yield X[:, chosen], Y[:, chosen]
""",
        "apart": [
            batches(Y="Y[:, start : start + batch_size]"),
            """
def my_batches(X, Y, batch_size, rng):
    X = X[:, rng.permutation(X.shape[1])]
    Y = Y[:, rng.permutation(Y.shape[1])]
    starts = range(0, X.shape[1], batch_size)
    return [(X[:, s : s + batch_size], Y[:, s : s + batch_size]) for s in starts]
""",
        ],
        "pair turned round": batches(X="Y[:, piece]", Y="X[:, piece]"),
        "one batch": batches().replace("    return", "        return"),
        "rows of both": """
def my_batches(X, Y, batch_size, rng):
    order = rng.permutation(len(X))
    batches = []
    for start in range(0, len(X), batch_size):
        piece = order[start : start + batch_size]
        batches.append((X[piece], Y[piece]))
    return batches
""",
        "empty batch": """
def my_batches(X, Y, batch_size, rng):
    order = rng.permutation(X.shape[1])
    pieces = [order[k * batch_size : (k + 1) * batch_size] for k in range(len(order) // batch_size + 1)]
    return [(X[:, piece], Y[:, piece]) for piece in pieces]
""",
        "other sizes": [
            """
def my_batches(X, Y, batch_size, rng):
    pieces = np.array_split(rng.permutation(X.shape[1]), -(-X.shape[1] // batch_size))
    return [(X[:, piece], Y[:, piece]) for piece in pieces]
""",
            batches().replace("start + batch_size]", "start + batch_size - 1]"),
        ],
        "in place": batches().replace("    batches = []", "    X[:] = X[:, order]\n    batches = []"),
        "rows for columns": """
def my_batches(X, Y, batch_size, rng):
    m = len(X)
    order = rng.permutation(m)
    batches = []
    for start in range(0, m, batch_size):
        chosen = order[start : start + batch_size]
        batches.append((X[:, chosen], Y[:, chosen]))
    return batches
""",
        "rest dropped": [batches(end="m - batch_size + 1"), batches(end="m // batch_size * batch_size")],
        "repeated": [
            batches(order="rng.integers(0, m, size=m)"),
            """
def my_batches(X, Y, batch_size, rng):
    m = X.shape[1]
    batches = []
    for _ in range(0, m, batch_size):
        chosen = rng.permutation(m)[:batch_size]
        batches.append((X[:, chosen], Y[:, chosen]))
    return batches
""",
        ],
        "not shuffled": batches(order="np.arange(m)"),
        "own generator": batches(order="np.random.default_rng(0).permutation(m)"),
        "another draw": [
            batches(order="np.argsort(rng.random(m))"),
            """
def my_batches(X, Y, batch_size, rng):
    m = X.shape[1]
    order = np.random.permutation(m)
    pieces = [order[start : start + batch_size] for start in range(0, m, batch_size)]
    return [(X[:, piece], Y[:, piece]) for piece in pieces]
""",
        ],
    },
    "4.3": {
        "from zero": overfitting(answer="place"),
        "lowest training loss": overfitting(answer="train_losses.argmin() + 1", condition="True"),
        "never": [
            """
def my_overfitting_start(train_losses, dev_losses):
    place = np.argmin(train_losses)
    if dev_losses[-1] > 1.1 * dev_losses[place] and train_losses[-1] < train_losses[place]:
        return place + 1
""",
            overfitting().replace("argmin", "argmax"),
        ],
        "printed": overfitting().replace("return place + 1", "print(place + 1)"),
        "one of two": overfitting(
            condition="dev_losses[-1] > 1.1 * dev_losses[place] or train_losses[-1] < train_losses[place]"
        ),
        "share of the last": [
            overfitting(
                condition="0.9 * dev_losses[-1] > dev_losses[place] and train_losses[-1] < train_losses[place]"
            ),
            overfitting(
                condition="(dev_losses[-1] - dev_losses[place]) / dev_losses[-1] > 0.1"
                " and train_losses[-1] < train_losses[place]"
            ),
        ],
        "training since the start": overfitting(
            condition="dev_losses[-1] > 1.1 * dev_losses[place] and train_losses[-1] < train_losses[0]"
        ),
        "always": """
def my_overfitting_start(train_losses, dev_losses):
    return np.argmin(dev_losses) + 1
""",
        "diverging": overfitting(condition="dev_losses[-1] > 1.1 * dev_losses[place]"),
        "any rise": overfitting(
            condition="dev_losses[-1] > dev_losses[place] and train_losses[-1] < train_losses[place]"
        ),
        "0.1 more": overfitting(
            condition="dev_losses[-1] - dev_losses[place] > 0.1 and train_losses[-1] < train_losses[place]"
        ),
        "since the first epoch": overfitting(
            condition="dev_losses[-1] > 1.1 * dev_losses[0] and train_losses[-1] < train_losses[place]"
        ),
        "None": overfitting(
            condition="dev_losses[-1] > 1.5 * dev_losses[place] and train_losses[-1] < train_losses[place]"
        ),
    },
    "4.4": {
        "higher is better": stop(best="-1.0", better="loss > best"),
        "best starts too low": [stop(best="0"), stop(best="-1.0"), stop(best="1.0")],
        "ties": stop(better="loss <= best"),
        "to the end": """
def my_stop_early(losses, patience):
    return np.argmin(losses) + 1, len(losses)
""",
        "an epoch late": stop(stop="epoch - best_epoch > patience"),
        "from zero": [stop(zero="-1", one="0", end="best_epoch, len(losses) - 1"), stop(one="0")],
        "the epoch before": """
def my_stop_early(losses, patience):
    best_epoch, waited = 1, 0
    for epoch in range(2, len(losses) + 1):
        if losses[epoch - 1] < losses[epoch - 2]:
            best_epoch, waited = epoch, 0
        else:
            waited += 1
        if waited == patience:
            return best_epoch, epoch
    return best_epoch, len(losses)
""",
        "all waits together": """
def my_stop_early(losses, patience):
    best, best_epoch, waited = np.inf, 0, 0
    for epoch, loss in enumerate(losses, 1):
        if loss < best:
            best, best_epoch = loss, epoch
        else:
            waited += 1
        if waited == patience:
            return best_epoch, epoch
    return best_epoch, epoch
""",
        "order of parts": stop(answer="epoch, best_epoch", end="len(losses), best_epoch"),
        "last for best": stop(answer="epoch, epoch", end="len(losses), len(losses)"),
    },
    "4.5": {
        "nothing learned": training(update="update_parameters(parameters, gradients, learning_rate)"),
        "last for best": training(answer="parameters"),
        "ties": training(better=">="),
        "measured on the training set": training(
            measured="make_predictions(parameters, train_set.X), train_set.labels"
        ),
        "rest dropped": training(end="m - batch_size + 1"),
        "same order": [
            training(before="order = rng.permutation(m)", order="pass"),
            training(order="order = np.random.default_rng(seed).permutation(m)"),
        ],
        "not shuffled": training(order="order = np.arange(m)"),
        "apart": training(Y="Y[:, start : start + batch_size]"),
        "parameters alone": training().replace("return best_parameters, accuracies", "return best_parameters"),
        "percent": training().replace("reached = accuracy", "reached = 100 * accuracy"),
        "an epoch too many": training().replace("range(max_epochs)", "range(max_epochs + 1)"),
        "an array": training().replace("best_parameters, accuracies", "best_parameters, np.array(accuracies)"),
        "order of parts": training().replace("best_parameters, accuracies", "accuracies, best_parameters"),
        "forbidden": """
def my_train(train_set, dev_set, layer_sizes, learning_rate, batch_size, max_epochs, seed):
    settings = dict(learning_rate=learning_rate, batch_size=batch_size, max_epochs=max_epochs, seed=seed)
    result = train(train_set, dev_set, layer_sizes, patience=None, **settings)
    return result.parameters, result.history["dev_accuracy"].tolist()
""",
        "other steps": [
            training().replace("default_rng(seed)", "default_rng(0)"),
            training(order="order = np.random.permutation(m)"),
        ],
        "a new start": training(
            order="parameters, order = initialize_parameters(layer_sizes, rng), rng.permutation(m)"
        ),
    },
}
