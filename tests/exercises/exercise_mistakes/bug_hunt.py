"""What learners write who mend half of a bug of notebook 8; the keys are the names of the recognized mistakes."""

BACKWARD = """
def {name}(parameters, activations, Y{extra}):
    dZ = (activations[-1] - Y) / Y.shape[1]
    gradients = []
    for l in reversed(range(len(parameters))):
        db = {bias}
        gradients.append(Layer(dZ @ activations[l].T, db))
        dZ = {dZ}
    return gradients[::-1]
"""


def backward(dZ):
    return BACKWARD.format(name="my_backward", extra="", bias="dZ.sum(axis=1, keepdims=True)", dZ=dZ)


def dropout(dZ):
    return BACKWARD.format(
        name="my_dropout_backward", extra=", keep", bias="dZ.sum(axis=1, keepdims=True)", dZ=f"parameters[l].W.T @ {dZ}"
    )


def biases(bias):
    dZ = "(parameters[l].W.T @ dZ) * (activations[l] > 0)"
    return BACKWARD.format(name="my_bias_backward", extra="", bias=bias, dZ=dZ)


def evaluate(train, dev):
    return f"""
def my_evaluate(parameters, train_set, dev_set):
    A, B = (forward_propagation(parameters, part.X)[-1] for part in (train_set, dev_set))
    train_right = np.count_nonzero(A.argmax(axis=0) == train_set.labels)
    dev_right = np.count_nonzero(B.argmax(axis=0) == dev_set.labels)
    return {{
        "train_loss": cross_entropy(A, one_hot(train_set.labels, len(A))),
        "dev_loss": cross_entropy(B, one_hot(dev_set.labels, len(B))),
        "train_accuracy": {train},
        "dev_accuracy": {dev},
    }}
"""


def softmax(shifted):
    return f"def my_softmax(Z):\n    E = np.exp({shifted})\n    return E / np.sum(E, axis=0)\n"


def initialize(weights):
    return f"""
def my_initialize(layer_sizes, rng):
    layers = []
    for n_in, n_out in zip(layer_sizes[:-1], layer_sizes[1:]):
        layers.append(Layer({weights}, np.zeros((n_out, 1))))
    return layers
"""


def step(of_weights, of_biases):
    return f"""
def my_step(parameters, X, Y, learning_rate):
    m = Y.shape[1]
    activations = forward_propagation(parameters, X)
    stepped = []
    for (W, b), (dW, db) in zip(parameters, backward_propagation(parameters, activations, Y)):
        stepped.append(Layer(W - learning_rate * dW{of_weights}, b - learning_rate * db{of_biases}))
    return stepped
"""


MISTAKES = {
    "8.1": {
        "sum": "def my_loss(A, Y):\n    return -np.sum(Y * np.log(A))\n",
        "classes": "def my_loss(A, Y):\n    return -np.sum(Y * np.log(A)) / Y.shape[0]\n",
        "ten": "def my_loss(A, Y):\n    return -np.mean(Y * np.log(A)) * 10\n",
    },
    "8.2": {
        "no shuffling": """
def my_batches(X, Y, batch_size, rng):
    starts = range(0, X.shape[1], batch_size)
    return [(X[:, s : s + batch_size], Y[:, s : s + batch_size]) for s in starts]
""",
        "one of two": """
def my_batches(X, Y, batch_size, rng):
    X = X[:, rng.permutation(X.shape[1])]
    starts = range(0, X.shape[1], batch_size)
    return [(X[:, s : s + batch_size], Y[:, s : s + batch_size]) for s in starts]
""",
        "rows": """
def my_batches(X, Y, batch_size, rng):
    order = rng.permutation(X.shape[0])
    X, Y = X[order], Y[order]
    return [(X[:, s : s + batch_size], Y[:, s : s + batch_size]) for s in range(0, X.shape[1], batch_size)]
""",
        "batches shuffled": """
def my_batches(X, Y, batch_size, rng):
    starts = rng.permutation(np.arange(0, X.shape[1], batch_size))
    return [(X[:, s : s + batch_size], Y[:, s : s + batch_size]) for s in starts]
""",
        "drawn with repetition": """
def my_batches(X, Y, batch_size, rng):
    order = rng.integers(X.shape[1], size=X.shape[1])
    X, Y = X[:, order], Y[:, order]
    return [(X[:, s : s + batch_size], Y[:, s : s + batch_size]) for s in range(0, X.shape[1], batch_size)]
""",
        "last batch": """
def my_batches(X, Y, batch_size, rng):
    order = rng.permutation(X.shape[1])
    batches = []
    for k in range(X.shape[1] // batch_size):
        columns = order[k * batch_size : (k + 1) * batch_size]
        batches.append((X[:, columns], Y[:, columns]))
    return batches
""",
    },
    "8.3": {
        "empty part": [
            """
def my_parts(X, Y, batch_size):
    starts = [k * batch_size for k in range(X.shape[1] // batch_size + 1)]
    return [(X[:, start : start + batch_size], Y[:, start : start + batch_size]) for start in starts]
""",
            """
def my_parts(X, Y, batch_size):
    starts = range(0, X.shape[1] + batch_size, batch_size)
    return [(X[:, s : s + batch_size], Y[:, s : s + batch_size]) for s in starts]
""",
        ],
        "at every example": """
def my_parts(X, Y, batch_size):
    return [(X[:, s : s + batch_size], Y[:, s : s + batch_size]) for s in range(0, X.shape[1])]
""",
        "rows for columns": """
def my_parts(X, Y, batch_size):
    starts = range(0, X.shape[0], batch_size)
    return [(X[:, s : s + batch_size], Y[:, s : s + batch_size]) for s in starts]
""",
        "off by one": """
def my_parts(X, Y, batch_size):
    starts = range(0, X.shape[1] - 1, batch_size)
    return [(X[:, start : start + batch_size], Y[:, start : start + batch_size]) for start in starts]
""",
        "twice": """
def my_parts(X, Y, batch_size):
    m = X.shape[1]
    parts = []
    for start in range(0, m, batch_size):
        start = max(0, min(start, m - batch_size))
        parts.append((X[:, start : start + batch_size], Y[:, start : start + batch_size]))
    return parts
""",
    },
    "8.4": {
        "wrong size": evaluate("train_right / len(train_set)", "dev_right / len(train_set)"),
        "wrong count": evaluate("train_right / len(train_set)", "train_right / len(dev_set)"),
        "swapped": evaluate("dev_right / len(dev_set)", "train_right / len(train_set)"),
    },
    "8.5": {
        "one maximum": softmax("Z - np.max(Z)"),
        "wrong axis": softmax("Z - np.max(Z, axis=1, keepdims=True)"),
        "not the largest": [
            softmax("Z - np.mean(Z, axis=0)"),
            softmax("Z - np.min(Z, axis=0)"),
        ],
        "divided": [softmax("Z / np.max(Z, axis=0)"), softmax("Z / 1000"), softmax("Z / np.max(Z)")],
        "NaN hidden": "def my_softmax(Z):\n    E = np.exp(Z)\n    return np.nan_to_num(E / E.sum(axis=0))\n",
        "one sum": "def my_softmax(Z):\n    E = np.exp(Z - np.max(Z, axis=0))\n    return E / np.sum(E)\n",
        "clipped": [softmax("np.clip(Z, -500, 500)"), softmax("np.minimum(Z, 700)")],
    },
    "8.6": {
        "one number": initialize("rng.normal(0, np.sqrt(2 / n_in))"),
        "all equal": [
            initialize("np.full((n_out, n_in), 0.1)"),
            initialize("np.ones((n_out, n_in))"),
            initialize("np.sqrt(2 / n_in) * np.tile(rng.standard_normal((1, n_in)), (n_out, 1))"),
        ],
        "transposed": initialize("np.sqrt(2 / n_in) * rng.standard_normal((n_in, n_out))"),
        "positive": initialize("rng.random((n_out, n_in)) * np.sqrt(2 / n_in)"),
        "too large": [
            initialize("rng.standard_normal((n_out, n_in))"),
            initialize("np.sqrt(2 / n_out) * rng.standard_normal((n_out, n_in))"),
        ],
        "too small": [
            initialize("0.001 * rng.standard_normal((n_out, n_in))"),
            initialize("np.sqrt(1 / n_in) * rng.standard_normal((n_out, n_in))"),
            initialize("np.sqrt(2 / (n_in + n_out)) * rng.standard_normal((n_out, n_in))"),
            initialize("np.sqrt(2 / n_in) * rng.uniform(-1, 1, (n_out, n_in))"),
        ],
    },
    "8.7": {
        "inverted": backward("(parameters[l].W.T @ dZ) * (activations[l] <= 0)"),
        "no derivative": backward("(parameters[l].W.T @ dZ) * activations[l]"),
    },
    "8.8": {
        "factor 2": dropout("dZ * (activations[l] > 0) * 2"),
        "times keep": dropout("dZ * (activations[l] > 0) * keep"),
        "squared": dropout("dZ * (activations[l] > 0) / keep / keep"),
        "what is dropped": dropout("dZ * (activations[l] > 0) / (1 - keep)"),
        "drawn anew": dropout(
            "dZ * (activations[l] > 0) * (np.random.default_rng(9).random(activations[l].shape) < keep) / keep"
        ),
        "in the last layer too": [
            dropout("dZ * (activations[l] > 0)").replace("/ Y.shape[1]", "/ Y.shape[1] / keep"),
            dropout("dZ * (activations[l] > 0)").replace("].T, db)", "].T / keep, db / keep)"),
        ],
    },
    "8.9": {
        "biases left": step("", " / m"),
        "weights left": step(" / m", ""),
        "times m": step(" * m", " * m"),
        "uphill": step(" * -1", " * -1"),
    },
    "8.10": {
        "row": biases("dZ.sum(axis=1)[np.newaxis]"),
        "wrong axis": [biases("dZ.sum(axis=0, keepdims=True)"), biases("dZ.sum(axis=0)")],
        "not summed": biases("dZ"),
        "one number": biases("np.array([[dZ.sum()]])"),
        "mean": biases("dZ.mean(axis=1, keepdims=True)"),
    },
}
