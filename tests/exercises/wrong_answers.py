"""What learners write who make a mistake, for the mistakes that no function of the checks makes."""

# A right answer to begin with, or one with a blank `{...}`

SPLIT = """
def my_fair_split(labels, dev_per_digit, rng):
    train, dev = [], []
    for digit in range(10):
        columns = rng.permutation(np.where(labels == digit)[0])
        dev.append(columns[:dev_per_digit])
        train.append(columns[dev_per_digit:])
    return np.concatenate(train), np.concatenate(dev)
"""
SPLIT_BY_DEV = """
def my_fair_split(labels, dev_per_digit, rng):
    dev = np.concatenate([{} for d in range(10)])
    return np.setdiff1d(np.arange(len(labels)), dev), dev
"""
CHOICE = "rng.choice(np.flatnonzero(labels == d), dev_per_digit, replace=False)"
READER = """
def my_reader(X_train, labels_train, X):
    distances = []
    for d in range(10):
        mean = X_train[:, labels_train == d].mean(axis=1)
        distances.append(((X - mean) ** 2).sum(axis=0))
    return np.array(distances).argmin(axis=0)
"""
TENT = """
W1, b1 = np.array([[1.0], [1.0], [1.0]]), np.array([[0.0], [-1.0], [-2.0]])
W2, b2 = np.array([[1.0, -2.0, 1.0]]), np.array([[0.0]])
my_tent = [(W1, b1), (W2, b2)]
"""
DRAW = """
def my_initialize(layer_sizes, rng):
    layers = []
    for l in range(1, len(layer_sizes)):
        n_in, n_out = layer_sizes[l - 1], layer_sizes[l]
        W = rng.standard_normal((n_out, n_in)) * (2 / n_in) ** 0.5
        layers.append((W, np.zeros((n_out, 1))))
    return layers
"""
LAYER = """
def my_layer_backward(dZ, W, A_prev):
    dW = dZ @ A_prev.T
    db = dZ.sum(axis=1, keepdims=True)
    dA_prev = W.T @ dZ
    return dW, db, dA_prev
"""
BACKWARD = """
def my_backward(parameters, activations, Y):
    gradients = []
    dZ = (activations[-1] - Y) / Y.shape[1]
    for l in range(len(parameters) - 1, -1, -1):
        A_prev = activations[l]
        gradients.insert(0, Layer(dZ @ A_prev.T, dZ.sum(axis=1, keepdims=True)))
        dZ = parameters[l].W.T @ dZ * A_prev * (1 - A_prev)
    return gradients
"""
BATCHES = """
def my_batches(X, Y, batch_size, rng):
    m = X.shape[1]
    order = rng.permutation(m)
    batches = []
    for start in range(0, m, batch_size):
        piece = order[start : start + batch_size]
        batches.append((X[:, piece], Y[:, piece]))
    return batches
"""
SLICES = """
def my_batches(X, Y, batch_size, rng):
    order = rng.permutation(X.shape[1])
    X, Y = X[:, order], Y[:, order]
    starts = range(0, X.shape[1], batch_size)
    return [(X[:, s : s + batch_size], Y[:, s : s + batch_size]) for s in starts]
"""
PIECES = """
def my_batches(X, Y, batch_size, rng):
    order = rng.permutation(X.shape[1])
    pieces = {}
    return [(X[:, piece], Y[:, piece]) for piece in pieces]
"""
OVERFITTING = """
def my_overfitting_start(train_losses, dev_losses):
    place = dev_losses.argmin()
    if dev_losses[-1] > 1.1 * dev_losses[place] and train_losses[-1] < train_losses[place]:
        return place + 1
    return None
"""
STOP = """
def my_stop_early(losses, patience):
    best, best_epoch = float('inf'), 0
    for epoch, loss in enumerate(losses, 1):
        if loss < best:
            best = loss
            best_epoch = epoch
        if epoch - best_epoch >= patience:
            return best_epoch, epoch
    return best_epoch, len(losses)
"""
TRAIN = """
def my_train(train_set, dev_set, layer_sizes, learning_rate, batch_size, max_epochs, seed):
    rng = np.random.default_rng(seed)
    parameters = initialize_parameters(layer_sizes, rng)
    Y = one_hot(train_set.labels, num_classes=layer_sizes[-1])
    m = train_set.X.shape[1]
    accuracies = []
    best_accuracy = -1
    for epoch in range(max_epochs):
        order = rng.permutation(m)
        for start in range(0, m, batch_size):
            batch = order[start : start + batch_size]
            activations = forward_propagation(parameters, train_set.X[:, batch])
            gradients = backward_propagation(parameters, activations, Y[:, batch])
            parameters = update_parameters(parameters, gradients, learning_rate)
        reached = accuracy(make_predictions(parameters, dev_set.X), dev_set.labels)
        accuracies.append(reached)
        if reached > best_accuracy:
            best_accuracy, best_parameters = reached, parameters
    return best_parameters, accuracies
"""
LOOK_UP = """
def my_look_up(image, rows, columns):
    top, left = rows.astype(int), columns.astype(int)
    down, right = rows - top, columns - left
    above = (1 - right) * image[top, left] + right * image[top, left + 1]
    below = (1 - right) * image[top + 1, left] + right * image[top + 1, left + 1]
    return (1 - down) * above + down * below
"""
SMOOTH_LOSS = """
def my_smooth_loss(A, Y, smoothing):
    Y = (1 - smoothing) * Y + smoothing / len(Y)
    return -(Y * np.log(A)).sum(axis=0).mean()
"""
ENTRY = """
def my_prepare(X):
    images = deskew(X).reshape(28, 28, -1)[4:24, 4:24]
    return images.reshape(10, 2, 10, 2, -1).mean(axis=(1, 3)).reshape(100, -1)

my_entry = {
    "prepare": my_prepare,
    "layer_sizes": [100, 30, 10],
    "learning_rate": 0.1,
    "batch_size": 50,
    "max_epochs": 1,
    "augment": distort(max_shift=0.5, image_shape=(10, 10)),
}
"""
CONFUSIONS = """
def my_confusion_matrix(predictions, labels, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for i, j in zip(labels, predictions):
        matrix[i, j] += 1
    return matrix
"""
PREPARE = """
def my_prepare(drawing):
    ink = 1 - drawing
    rows, columns = np.where(ink > 0)
    ink = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    longer = max(ink.shape)
    height = max(1, round(20 / longer * ink.shape[0]))
    width = max(1, round(20 / longer * ink.shape[1]))
    ink = resize(ink, (height, width))
    rows, columns = np.indices(ink.shape)
    top = round(14 - np.average(rows, weights=ink))
    left = round(14 - np.average(columns, weights=ink))
    top, left = int(np.clip(top, 0, 28 - height)), int(np.clip(left, 0, 28 - width))
    image = np.zeros((28, 28))
    image[top : top + height, left : left + width] = ink
    return image.reshape(784, 1)
"""
SETTING = """
my_setting = {"layer_sizes": [784, 64, 10], "learning_rate": 0.4, "batch_size": 32, "max_epochs": 10}
"""
BLOT = """
def my_blot(X, row, column, size, image_shape=(28, 28)):
    images = X.T.reshape(-1, *image_shape).copy()
    images[:, row : row + size, column : column + size] = 0
    return images.reshape(X.shape[1], -1).T
"""
INPUT_GRADIENT = """
def my_input_gradient(parameters, X, Y):
    activations = forward_propagation(parameters, X)
    dZ = activations[-1] - Y
    for l in reversed(range(1, len(parameters))):
        dZ = (parameters[l].W.T @ dZ) * (activations[l] > 0)
    return parameters[0].W.T @ dZ
"""
PARTS = """
def my_parts(X, Y, batch_size):
    parts = []
    for start in range(0, X.shape[1], batch_size):
        parts.append((X[:, start : start + batch_size], Y[:, start : start + batch_size]))
    return parts
"""
SOFTMAX = """
def my_softmax(Z):
    E = np.exp(Z - np.max(Z, axis=0))
    return E / np.sum(E, axis=0)
"""
INITIALIZE = """
def my_initialize(layer_sizes, rng):
    layers = []
    for n_in, n_out in zip(layer_sizes[:-1], layer_sizes[1:]):
        layers.append(Layer({}, np.zeros((n_out, 1))))
    return layers
"""
DROPOUT = """
def my_dropout_backward(parameters, activations, Y, keep):
    dZ = (activations[-1] - Y) / Y.shape[1]
    gradients = []
    for l in reversed(range(len(parameters))):
        db = dZ.sum(axis=1, keepdims=True)
        gradients.append(Layer(dZ @ activations[l].T, db))
        dZ = parameters[l].W.T @ dZ * (activations[l] > 0) / keep
    return gradients[::-1]
"""


def defined(name, arguments, *lines):
    """A cell that defines a function of a few lines."""
    return "\n    ".join([f"def {name}({arguments}):", *lines]) + "\n"


def split_by(*lines):
    return defined("my_fair_split", "labels, dev_per_digit, rng", *lines)


# fmt: off
ANSWERS = [  # exercise, mistake, cell, and pairs of what is exchanged in it
    ("0.1", "letter by letter", 'my_text = "{part}: 60%"'),
    ("0.1", "a number", "my_text = 0.6"),
    ("0.2", "a list", "my_total = [5, 10, 17]"),
    ("0.3", "the dictionary", "my_points = {7: 32, 1: 21}"),
    ("0.6", "to the power of 0", "my_powers = 0, 3, -3"),
    ("0.6", "the power itself", "my_powers = 1, 20.086, -3"),
    ("0.6", "exponents multiplied", "my_powers = 1, 3, -10"),
    ("0.6", "sign lost", "my_powers = 1, 3, 7"),
    ("1.2", "of pandas", defined("my_ink", "X", "return pd.DataFrame(X).mean()")),
    ("1.2", "ignored", defined("my_ink", "X", "return np.linspace(0, 1, 7)")),
    ("1.2", "in place", defined("my_ink", "X", "X /= len(X)", "return X.sum(axis=0)")),
    ("1.3", "dtype", defined("my_pixels", "X", "return np.rint(X.T * 255)")),
    ("1.3", "dtype", defined("my_pixels", "X", "return np.rint(X.T * 255).astype(np.int64)")),
    ("1.3", "a view", defined("my_pixels", "X", "X *= 255",
     "return np.rint(X).astype(np.uint8).T")),
    ("1.3", "still columns", defined("my_pixels", "X", "return X * 255")),
    ("1.3", "still columns", defined("my_pixels", "X",
     "return np.rint(X * 255).astype(np.uint8)")),
    ("1.4", "mask", SPLIT_BY_DEV.format(CHOICE), "    return",
     "    mask = np.isin(np.arange(len(labels)), dev)\n    return",
     "np.setdiff1d(np.arange(len(labels)), dev), dev", "~mask, mask"),
    ("1.4", "a list a digit", SPLIT, "np.concatenate(train), np.concatenate(dev)", "train, dev"),
    ("1.4", "a set", SPLIT, "np.concatenate(train), np.concatenate(dev)",
     "set(np.concatenate(train)), set(np.concatenate(dev))"),
    ("1.4", "digits", SPLIT, "np.where(labels == digit)[0]", "labels[labels == digit]"),
    ("1.4", "digits", SPLIT_BY_DEV.format(CHOICE), "    return",
     "    train = np.setdiff1d(np.arange(len(labels)), dev)\n    return",
     "np.setdiff1d(np.arange(len(labels)), dev), dev", "labels[train], labels[dev]"),
    ("1.4", "5000", SPLIT_BY_DEV.format(CHOICE), "np.arange(len(labels))", "np.arange(5000)"),
    ("1.4", "5000", SPLIT_BY_DEV.format("order[labels[order] == d][:dev_per_digit]"), "    dev =",
     "    order = rng.permutation(5000)\n    dev ="),
    ("1.4", "with repetition", SPLIT_BY_DEV.format(CHOICE), ", replace=False", ""),
    ("1.4", "old order", SPLIT_BY_DEV.format("order[labels == d][:dev_per_digit]"), "    dev =",
     "    order = rng.permutation(len(labels))\n    dev ="),
    ("1.4", "places", SPLIT, "np.where(labels == digit)[0]", "(labels == digit).sum()"),
    ("1.4", "ignored", SPLIT, "train, dev =", "rng = np.random.default_rng(0)\n    train, dev ="),
    ("1.4", "ignored", SPLIT, "rng.permutation", "np.random.permutation"),
    ("1.4", "in place", SPLIT, "train, dev =", "rng.shuffle(labels)\n    train, dev ="),
    ("1.4", "swapped", SPLIT, "(train)", "(_)", "(dev)", "(train)", "(_)", "(dev)"),
    ("1.4", "overlap", SPLIT_BY_DEV.format(CHOICE), "np.setdiff1d(np.arange(len(labels)), dev)",
     "np.arange(len(labels))"),
    ("1.4", "ignored", SPLIT_BY_DEV.format("np.where(labels == d)[0][:dev_per_digit]")),
    ("1.4", "ignored", SPLIT_BY_DEV.format("np.where(labels == d)[0][-dev_per_digit:]")),
    ("1.4", "without chance",
     SPLIT_BY_DEV.format("np.where(labels == d)[0][1 : 1 + dev_per_digit]"), "), dev",
     "), rng.permutation(dev)"),
    ("1.4", "plain split",
     split_by("order = rng.permutation(len(labels))", "k = 10 * dev_per_digit",
              "return order[k:], order[:k]")),
    ("1.4", "too small",
     split_by("order = rng.permutation(len(labels))", "k = dev_per_digit",
              "return order[k:], order[:k]")),
    ("1.5", "flat mean", READER),
    ("1.5", "rows picked", READER, "X_train[:, labels_train == d]", "X_train[labels_train == d]"),
    ("1.5", "return in the loop", READER, ".mean(axis=1)", ".mean(axis=1, keepdims=True)",
     "    return np.array", "        return np.array"),
    ("1.5", "return in the loop", defined("my_reader", "X_train, labels_train, X", "answers = []",
     "for x in X.T:", "    answers.append(labels_train[0])", "    return answers")),
    ("1.5", "mean pixel", READER, ".mean(axis=1)", ".mean(axis=1, keepdims=True)",
     "((X - mean) ** 2).sum(axis=0)", "(X - mean).sum(axis=0) ** 2"),
    ("1.5", "ignored", "averages = np.ones((784, 10))\n" + READER,
     "X_train[:, labels_train == d].mean(axis=1)", "averages[:, [d]]"),
    ("2.1", "if for an array", defined("my_leaky_relu", "Z", "if Z > 0:", "    return Z",
     "return 0.01 * Z")),
    ("2.1", "in place", defined("my_leaky_relu", "Z", "Z[Z < 0] *= 0.01", "return Z")),
    ("2.2", "no transpose", defined("my_layer_of_rows", "W, b, X_rows", "return X_rows @ W + b")),
    ("2.2", "no transpose", defined("my_layer_of_rows", "W, b, X", "return X.dot(W) + b.T")),
    ("2.2", "W first", defined("my_layer_of_rows", "W, b, X", "return W.dot(X) + b")),
    ("2.2", "W first", defined("my_layer_of_rows", "W, b, X", "return W.T @ X + b")),
    ("2.2", "X_rows transposed", defined("my_layer_of_rows", "W, b, X", "return X.T @ W.T + b.T")),
    ("2.2", "ignored", "W_toy = np.ones((2, 3))\n" + defined("my_layer_of_rows", "W, b, X",
     "return X @ W_toy.T + b.T")),
    ("2.3", "a list", TENT, "np.array", ""),
    ("2.3", "flat weights", TENT, "[[1.0], [1.0], [1.0]]", "[1.0, 1.0, 1.0]"),
    ("2.3", "flat weights", TENT, "[[1.0, -2.0, 1.0]]", "[1.0, -2.0, 1.0]"),
    ("2.3", "b before W", TENT, "(W1, b1), (W2, b2)", "(b1, W1), (b2, W2)"),
    ("2.3", "flat bias", TENT, "[[0.0], [-1.0], [-2.0]]", "[0.0, -1.0, -2.0]"),
    ("2.3", "transposed", TENT, "[[1.0], [1.0], [1.0]]", "[[1.0, 1.0, 1.0]]"),
    ("2.3", "transposed", TENT, "[[1.0, -2.0, 1.0]]", "[[1.0], [-2.0], [1.0]]"),
    ("2.3", "falls on", TENT, "-2.0, 1.0]", "-2.0, 0.0]"),
    ("2.3", "stays up", TENT, "-2.0, 1.0]", "-1.0, 0.0]"),
    ("2.3", "stays up", TENT, "-2.0, 1.0]", "-1.0, 1.0]"),
    ("2.3", "slope left over", TENT, "-2.0, 1.0]", "-2.0, -1.0]"),
    ("2.3", "slope left over", TENT, "-2.0, 1.0]", "-2.0, 2.0]"),
    ("2.3", "bends at the wrong places", TENT, "[[0.0], [-1.0], [-2.0]]", "[[0.0], [1.0], [2.0]]"),
    ("2.4", "apart", DRAW, "return layers",
     "return [W for W, b in layers], [b for W, b in layers]"),
    ("2.4", "another number of layers", DRAW, "range(1, ", "range("),
    ("2.4", "another number of layers", DRAW, "len(layer_sizes))", "len(layer_sizes) - 1)"),
    ("2.4", "fixed sizes", DRAW, "l in range(1, len(layer_sizes))", "l in [1, 1, 1]"),
    ("2.4", "fixed sizes", DRAW, "l in range(1, len(layer_sizes))", "l in (1, 2, 3)"),
    ("2.4", "fixed sizes", DRAW, "l in range(1, len(layer_sizes))", "l in (1, 2)"),
    ("2.4", "fixed sizes", DRAW, "    layers = []",
     "    layer_sizes, layers = [784, 10, 10, 10], []"),
    ("2.4", "forbidden", defined("my_initialize", "layer_sizes, rng",
     "return initialize_parameters(layer_sizes, rng)")),
    ("2.4", "an iterator", DRAW, "return layers", "return iter(layers)"),
    ("2.4", "ignored", DRAW, "layers = []", "rng, layers = np.random.default_rng(0), []"),
    ("2.4", "in place", DRAW, "return layers", "layer_sizes.pop()\n    return layers"),
    ("2.4", "W transposed", DRAW, "(n_out, n_in)", "(n_in, n_out)"),
    ("2.4", "flat bias", DRAW, "np.zeros((n_out, 1))", "np.zeros(n_out)"),
    ("2.5", "along the rows", defined("my_loss_of_scores", "Z, Y", "D = Z - Z.max(axis=1)",
     "return (np.log(np.exp(D).sum(axis=1)) - (Y * D).sum(axis=1)).mean()")),
    ("2.5", "factor m", defined("my_loss_of_scores", "Z, Y", "D = Z - Z.max(axis=0)",
     "return (Y * (np.log(np.exp(D).sum(axis=0)) - D)).sum()")),
    ("3.1", "one number", defined("my_slopes", "f, w, h",
     "return (f(w + h) - f(w - h)) / (2 * h)")),
    ("3.1", "not put back", defined("my_slopes", "f, w, h", "result = np.empty(len(w))",
     "for i in range(len(w)):", "    v = w", "    v[i] = v[i] + h", "    above = f(v)",
     "    v[i] = v[i] - 2 * h", "    result[i] = (above - f(v)) / (2 * h)", "return result")),
    ("3.1", "an entry alone", defined("my_slopes", "f, w, h",
     "return np.array([(f(x + h) - f(x - h)) / (2 * h) for x in w])")),
    ("3.1", "undone by arithmetic", defined("my_slopes", "f, w, h", "result = np.empty(len(w))",
     "for i in range(len(w)):", "    w[i] += h", "    above = f(w)", "    w[i] -= 2 * h",
     "    result[i] = (above - f(w)) / (2 * h)", "    w[i] += h", "return result")),
    ("3.2", "labels taken away", defined("my_dZ", "A, labels", "return (A - labels) / A.shape[1]")),
    ("3.2", "in place", defined("my_dZ", "A, labels", "m = A.shape[1]",
     "A[labels, np.arange(m)] -= 1", "return A / m")),
    ("3.2", "forbidden", defined("my_dZ", "A, labels",
     "return (A - one_hot(labels, len(A))) / len(labels)")),
    ("3.2", "precision", defined("my_dZ", "A, labels", "dZ = A.astype(np.float16)",
     "dZ[labels, np.arange(len(labels))] -= 1", "return dZ / len(labels)")),
    ("3.3", "if", defined("my_leaky_slope", "A", "return 1 if A > 0 else 0.01")),
    ("3.3", "whole numbers", defined("my_leaky_slope", "A", "slopes = np.ones(A.shape, dtype=int)",
     "slopes[A <= 0] = 0.01", "return slopes")),
    ("3.4", "order of parts", LAYER, "dW, db, dA_prev\n", "dA_prev, dW, db\n"),
    ("3.4", "in place", LAYER, "    dW =", "    dZ /= dZ.shape[1]\n    dW ="),
    ("3.4", "W not transposed", LAYER, "W.T @ dZ", "W @ dZ"),
    ("3.4", "no such product", LAYER, "A_prev.T", "A_prev"),
    ("3.5", "forwards", BACKWARD, "range(len(parameters) - 1, -1, -1)", "range(len(parameters))",
     "insert(0, ", "append(", "        dZ = parameters[l].W.T @ dZ * A_prev * (1 - A_prev)\n", ""),
    ("3.5", "forwards", BACKWARD, "range(len(parameters) - 1, -1, -1)", "range(len(parameters))"),
    ("3.5", "W not transposed", BACKWARD, "].W.T", "].W"),
    ("3.5", "sigmoid twice", BACKWARD, "A_prev * (1 - A_prev)",
     "1 / (1 + np.exp(-A_prev)) * (1 - 1 / (1 + np.exp(-A_prev)))"),
    ("3.5", "slope before W", BACKWARD, ".W.T @ dZ * A_prev * (1 - A_prev)",
     ".W.T @ (dZ * activations[l + 1] * (1 - activations[l + 1]))"),
    ("3.5", "no such product", BACKWARD, "dZ @ A_prev.T", "dZ @ A_prev"),
    ("3.5", "forbidden", defined("my_backward", "parameters, activations, Y",
     "return backward_propagation(parameters, activations, Y, activation='sigmoid')")),
    ("3.5", "backward order", BACKWARD, "insert(0, ", "append("),
    ("4.2", "a generator", BATCHES, "batches.append((X[:, piece], Y[:, piece]))",
     "yield X[:, piece], Y[:, piece]", "    return batches\n", ""),
    ("4.2", "two lists", BATCHES, "batches = []", "batches, labels = [], []",
     "batches.append((X[:, piece], Y[:, piece]))",
     "batches.append(X[:, piece])\n        labels.append(Y[:, piece])",
     "return batches", "return batches, labels"),
    ("4.2", "rows of X", BATCHES, "X[:, piece], Y[:, piece]", "X[piece], Y[piece]"),
    ("4.2", "apart", BATCHES, "Y[:, piece]", "Y[:, start : start + batch_size]"),
    ("4.2", "apart", SLICES, "Y[:, order]", "Y[:, rng.permutation(Y.shape[1])]"),
    ("4.2", "pair turned round", BATCHES, "X[:, piece], Y[:, piece]", "Y[:, piece], X[:, piece]"),
    ("4.2", "one batch", BATCHES, "    return", "        return"),
    ("4.2", "one batch", BATCHES, "batches.append((X[:, piece], Y[:, piece]))",
     "return X[:, piece], Y[:, piece]"),
    ("4.2", "rows of both", BATCHES, "m = X.shape[1]", "m = len(X)", "X[:, piece], Y[:, piece]",
     "X[piece], Y[piece]"),
    ("4.2", "empty batch",
     PIECES.format("[order[k * batch_size : (k + 1) * batch_size] "
                   "for k in range(len(order) // batch_size + 1)]")),
    ("4.2", "other sizes", PIECES.format("np.array_split(order, -(-len(order) // batch_size))")),
    ("4.2", "other sizes", BATCHES, "start + batch_size]", "start + batch_size - 1]"),
    ("4.2", "in place", BATCHES, "    batches = []", "    X[:] = X[:, order]\n    batches = []"),
    ("4.2", "rows for columns", BATCHES, "m = X.shape[1]", "m = len(X)"),
    ("4.2", "rest dropped", BATCHES, "range(0, m", "range(0, m - batch_size + 1"),
    ("4.2", "rest dropped", BATCHES, "range(0, m", "range(0, m // batch_size * batch_size"),
    ("4.2", "repeated", BATCHES, "rng.permutation(m)", "rng.integers(0, m, size=m)"),
    ("4.2", "repeated", BATCHES, "order[start : start + batch_size]",
     "rng.permutation(m)[:batch_size]"),
    ("4.2", "not shuffled", BATCHES, "rng.permutation(m)", "np.arange(m)"),
    ("4.2", "own generator", BATCHES, "rng.permutation(m)",
     "np.random.default_rng(0).permutation(m)"),
    ("4.2", "another draw", BATCHES, "rng.permutation(m)", "np.argsort(rng.random(m))"),
    ("4.2", "another draw", BATCHES, "rng.permutation(m)", "np.random.permutation(m)"),
    ("4.3", "never", OVERFITTING, "argmin", "argmax"),
    ("4.3", "never", OVERFITTING, "dev_losses.argmin", "train_losses.argmin"),
    ("4.3", "printed", OVERFITTING, "return place + 1", "print(place + 1)"),
    ("4.3", "None", OVERFITTING, "1.1", "1.5"),
    *(("4.4", "best starts too low", STOP, "float('inf')", low) for low in ("0", "1000", "losses[0]")),
    ("4.4", "order of parts", STOP, "best_epoch, epoch\n", "epoch, best_epoch\n",
     "best_epoch, len(losses)", "len(losses), best_epoch"),
    ("4.5", "parameters alone", TRAIN, "return best_parameters, accuracies",
     "return best_parameters"),
    ("4.5", "one epoch", TRAIN, "    return", "        return"),
    ("4.5", "another choice", TRAIN, "gradients, learning_rate)\n",
     "gradients, learning_rate)\n"
     "            now = accuracy(make_predictions(parameters, dev_set.X), dev_set.labels)\n"
     "            if now > best_accuracy:\n"
     "                best_accuracy, best_parameters = now, parameters\n"),
    ("4.5", "forbidden", TRAIN, "\ndef", "\nquick = partial(train, patience=None)\n\ndef",
     "    return", "    quick(train_set, dev_set, layer_sizes, learning_rate=0.1)\n    return"),
    ("4.5", "an epoch too many", TRAIN, "range(max_epochs)", "range(max_epochs + 1)"),
    ("4.5", "an array", TRAIN, "return best_parameters, accuracies",
     "return best_parameters, np.array(accuracies)"),
    ("4.5", "order of parts", TRAIN, "return best_parameters, accuracies",
     "return accuracies, best_parameters"),
    ("4.5", "forbidden", TRAIN, "    return",
     "    train(train_set, dev_set, layer_sizes, max_epochs=1)\n    return"),
    ("4.5", "other steps", TRAIN, "default_rng(seed)", "default_rng(0)"),
    ("4.5", "other steps", TRAIN, "rng.permutation(m)", "np.random.permutation(m)"),
    ("5.1", "another size", CONFUSIONS, "(num_classes, num_classes)", "(10, 10)"),
    ("5.1", "another size", CONFUSIONS, "return matrix",
     "return matrix[np.ix_(np.unique(labels), np.unique(labels))]"),
    ("5.1", "not all counted", CONFUSIONS, "zip(labels, predictions)",
     "zip(labels[1:], predictions[1:])"),
    ("5.1", "fractions", CONFUSIONS, "return matrix", "return matrix / len(labels)"),
    ("5.1", "fractions", CONFUSIONS, "return matrix",
     "return matrix / matrix.sum(axis=1, keepdims=True)"),
    ("5.1", "only the first", CONFUSIONS, "    return", "        return"),
    ("5.1", "dtype", CONFUSIONS, ", dtype=int", ""),
    ("5.1", "forbidden", "my_confusion_matrix = confusion_matrix"),
    ("5.3", "one side", defined("my_cautious_accuracy", "P, labels, threshold",
     "answered = P.max(axis=0) >= threshold",
     "return answered.mean(), (P.argmax(axis=0)[answered] == labels).mean()")),
    ("5.3", "along the rows", defined("my_cautious_accuracy", "P, labels, threshold",
     "answered = P.max(axis=1) >= threshold", "is_right = P.argmax(axis=1) == labels",
     "return answered.mean(), is_right[answered].mean()")),
    ("5.3", "along the rows", defined("my_cautious_accuracy", "P, labels, threshold",
     "answered = P.max(axis=1) >= threshold", "said = P.argmax(axis=1)",
     "return answered.mean(), (said[answered] == labels[answered]).mean()")),
    *(("5.4", "another shape", defined("my_top_k_accuracy", "P, labels, k",
     f"guesses = np.argsort(P, axis={axis})[:, -k:]",
     "return (guesses == labels).any(axis=0).mean()")) for axis in (0, 1)),
    ("5.5", "not a column", PREPARE, "image.reshape(784, 1)", "image"),
    ("5.5", "not a column", PREPARE, "image.reshape(784, 1)", "image.ravel()"),
    ("5.5", "cropped too much", PREPARE, "rows.max() + 1", "rows.max()", "columns.max() + 1",
     "columns.max()"),
    ("5.5", "larger than the box", PREPARE, "max(ink", "min(ink"),
    ("5.5", "nothing left", PREPARE, "max(1, round(20 / longer * ink.shape[0]))",
     "round(20 / longer * ink.shape[0])", "max(1, round(20 / longer * ink.shape[1]))",
     "round(20 / longer * ink.shape[1])"),
    ("5.5", "over the edge", PREPARE,
     "int(np.clip(top, 0, 28 - height)), int(np.clip(left, 0, 28 - width))", "top, left"),
    ("5.5", "another place", PREPARE,
     "int(np.clip(top, 0, 28 - height)), int(np.clip(left, 0, 28 - width))", "0, 0"),
    ("5.5", "another size", PREPARE, "round(20 /", "round(28 /"),
    ("5.5", "another size", PREPARE, "round(20 / longer * ink.shape[0])",
     "20 * ink.shape[0] // longer", "round(20 / longer * ink.shape[1])",
     "20 * ink.shape[1] // longer"),
    ("6.3", "one pair too many", defined("my_number_of_parameters", "sizes",
     "n0, n1, n2, n3 = (sizes[i] for i in range(4))",
     "return n0 * n1 + n1 + n1 * n2 + n2 + n2 * n3 + n3")),
    ("6.5", "full batch", SETTING, '"batch_size": 32, ', ""),
    ("6.5", "narrow", SETTING, "784, 64, 10", "784, 10, 10, 10"),
    ("6.5", "the rate of the base", SETTING, "0.4", "0.05"),
    ("7.1", "rows", defined("my_plain_weights", "W, order", "return W[order]")),
    ("7.1", "rows", defined("my_plain_weights", "W, order", "plain = np.empty_like(W)",
     "plain[order] = W", "return plain")),
    ("7.1", "in place", defined("my_plain_weights", "W, order", "W[:, order] = W.copy()",
     "return W")),
    ("7.2", "rows", BLOT, "-1).T", "-1)"),
    ("7.2", "rows", BLOT, ".reshape(X.shape[1], -1).T", ""),
    ("7.2", "in place", BLOT, ".copy()", ""),
    ("7.2", "without the images' axis", BLOT, "[:, row", "[row"),
    ("7.3", "empty bins", defined("my_calibration_error", "count, confidence, accuracy",
     "return (count * abs(accuracy - confidence)).sum() / count.sum()")),
    ("7.4", "W not transposed", INPUT_GRADIENT, "parameters[l].W.T", "parameters[l].W"),
    ("7.4", "no such product", INPUT_GRADIENT, "parameters[0].W.T", "parameters[0].W"),
    ("8.2", "no shuffling", SLICES, "X, Y = X[:, order], Y[:, order]", "pass"),
    ("8.2", "one of two", SLICES, "X, Y = X[:, order], Y[:, order]", "X = X[:, order]"),
    ("8.2", "rows", SLICES, "rng.permutation(X.shape[1])", "rng.permutation(len(X))",
     "X[:, order], Y[:, order]", "X[order], Y[order]"),
    ("8.2", "batches shuffled", SLICES, "X, Y = X[:, order], Y[:, order]", "pass",
     "range(0, X.shape[1], batch_size)", "rng.permutation(np.arange(0, X.shape[1], batch_size))"),
    ("8.2", "within batches", SLICES, "order = rng.permutation(X.shape[1])",
     "order = np.concatenate([s + rng.permutation(min(batch_size, X.shape[1] - s))\n"
     "        for s in range(0, X.shape[1], batch_size)])"),
    ("8.2", "an iterator", SLICES, "return [(X[:, s : s + batch_size], Y[:, s : s + batch_size]) "
     "for s in starts]", "yield from [(X[:, s : s + batch_size], Y[:, s : s + batch_size])\n"
     "                for s in starts]"),
    ("8.2", "drawn with repetition", SLICES, "rng.permutation(X.shape[1])",
     "rng.integers(X.shape[1], size=X.shape[1])"),
    ("8.2", "last batch", BATCHES, "range(0, m", "range(0, m - batch_size + 1"),
    ("8.3", "twice", PARTS, "        parts.append",
     "        start = max(0, min(start, X.shape[1] - batch_size))\n        parts.append"),
    ("8.5", "one row too few", SOFTMAX, "np.max(Z, axis=0)", "np.max(Z, axis=1)"),
    ("8.5", "clipped", SOFTMAX, "Z - np.max(Z, axis=0)", "np.clip(Z, -500, 500)"),
    ("8.5", "clipped", SOFTMAX, "Z - np.max(Z, axis=0)", "np.minimum(Z, 700)"),
    ("8.6", "one number", INITIALIZE.format("rng.normal(0, np.sqrt(2 / n_in))")),
    ("8.6", "all equal", INITIALIZE.format("np.full((n_out, n_in), 0.1)")),
    ("8.6", "all equal",
     INITIALIZE.format("np.tile(rng.normal(0, np.sqrt(2 / n_in), (1, n_in)), (n_out, 1))")),
    ("8.6", "some layers", INITIALIZE.format(
     "rng.normal(0, np.sqrt(2 / n_in), (n_out, n_in)) * (n_in == layer_sizes[0])")),
    ("8.6", "transposed",
     INITIALIZE.format("np.sqrt(2 / n_in) * rng.standard_normal((n_in, n_out))")),
    ("8.6", "positive", INITIALIZE.format("rng.random((n_out, n_in)) * np.sqrt(2 / n_in)")),
    ("8.6", "too large", INITIALIZE.format("rng.standard_normal((n_out, n_in))")),
    ("8.6", "too large",
     INITIALIZE.format("np.sqrt(2 / n_out) * rng.standard_normal((n_out, n_in))")),
    ("8.6", "too small", INITIALIZE.format("0.001 * rng.standard_normal((n_out, n_in))")),
    ("8.6", "too small",
     INITIALIZE.format("np.sqrt(1 / n_in) * rng.standard_normal((n_out, n_in))")),
    ("8.6", "too small",
     INITIALIZE.format("np.sqrt(2 / (n_in + n_out)) * rng.standard_normal((n_out, n_in))")),
    ("8.6", "too small",
     INITIALIZE.format("np.sqrt(2 / n_in) * rng.uniform(-1, 1, (n_out, n_in))")),
    ("8.7", "another layer", DROPOUT, "my_dropout_backward", "my_backward", ", keep)", ")",
     "(activations[l] > 0) / keep", "(activations[l + 1] > 0)"),
    ("8.8", "drawn anew", DROPOUT, "/ keep",
     "* (np.random.default_rng(9).random(activations[l].shape) < keep) / keep"),
    ("8.8", "in the last layer too", DROPOUT, " / keep", "", "/ Y.shape[1]", "/ Y.shape[1] / keep"),
    ("8.8", "in the last layer too", DROPOUT, " / keep", "", "].T, db)", "].T / keep, db / keep)"),
    ("8.10", "misspelled", DROPOUT, "my_dropout_backward", "my_bias_backward", ", keep)", ")",
     " / keep", "", "keepdims", "keepdim"),
    ("9.2", "places as indices", LOOK_UP, "rows.astype(int), columns.astype(int)",
     "np.floor(rows), np.floor(columns)"),
    ("9.2", "rows for columns", LOOK_UP, "rows.astype(int), columns.astype(int)",
     "columns.astype(int), rows.astype(int)", "rows - top, columns - left",
     "columns - top, rows - left"),
    ("9.5", "large images", ENTRY, "return images.reshape(10, 2, 10, 2, -1).mean(axis=(1, 3)).reshape(100, -1)",
     "return deskew(X)", "[100, 30, 10]", "[784, 5, 10]", ', image_shape=(10, 10)', ""),
    ("9.5", "leaning", ENTRY, "deskew(X)", "X"),
    ("9.5", "the same images", ENTRY, '    "augment": distort(max_shift=0.5, image_shape=(10, 10)),\n', ""),
    ("9.4", "the helper", SMOOTH_LOSS, "-(Y * np.log(A)).sum(axis=0).mean()",
     "-np.log((Y * A).sum(axis=0)).mean()"),
]
# fmt: on
