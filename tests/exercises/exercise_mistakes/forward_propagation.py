"""What learners write in the exercises of notebook 2, by exercise and mistake."""

DRAW = """
def my_initialize(layer_sizes, rng):
    layers = []
    for l in range(1, len(layer_sizes)):
        n_in, n_out = layer_sizes[l - 1], layer_sizes[l]
        W = {W}
        b = {b}
        layers.append((W, b))
    return layers
"""
GOOD_W, GOOD_B = "rng.standard_normal((n_out, n_in)) * (2 / n_in) ** 0.5", "np.zeros((n_out, 1))"

TENT = "my_tent = [(np.array({W1}), np.array({b1})), (np.array({W2}), np.array({b2}))]"
COLUMN, BENDS = "[[1.0], [1.0], [1.0]]", "[[0.0], [-1.0], [-2.0]]"

LOSS = """
def my_loss_of_scores(Z, Y):
    {prepare}
    total = np.log(np.exp({scores}).sum(axis=0))
    return {result}
"""

MISTAKES = {
    "2.1": {
        "plain ReLU": """
def my_leaky_relu(Z):
    return Z * (Z > 0)
""",
        "both scaled": """
def my_leaky_relu(Z):
    return Z / 100
""",
        "a floor": """
def my_leaky_relu(Z):
    return np.where(Z > 0.01, Z, 0.01)
""",
        "the wrong side": """
def my_leaky_relu(Z):
    return np.where(Z < 0, Z, 0.01 * Z)
""",
        "positive leak": """
def my_leaky_relu(Z):
    return np.where(Z > 0, Z, 0.01 * np.abs(Z))
""",
        "if for an array": """
def my_leaky_relu(Z):
    if Z > 0:
        return Z
    return 0.01 * Z
""",
        "in place": """
def my_leaky_relu(Z):
    Z[Z < 0] *= 0.01
    return Z
""",
        "sign": """
def my_leaky_relu(Z):
    return -np.maximum(Z, 0.01 * Z)
""",
    },
    "2.2": {
        "no transpose": [
            """
def my_layer_of_rows(W, b, X_rows):
    return X_rows @ W + b
""",
            """
def my_layer_of_rows(W, b, X_rows):
    return W.dot(X_rows) + b
""",
        ],
        "columns come out": """
def my_layer_of_rows(W, b, X_rows):
    X = X_rows.T
    return W @ X + b
""",
        "bias as a column": """
def my_layer_of_rows(W, b, X_rows):
    return np.dot(X_rows, W.T) + b
""",
        "activations": """
def my_layer_of_rows(W, b, X_rows):
    return np.maximum(X_rows @ W.T + b.T, 0)
""",
        "no bias": """
def my_layer_of_rows(W, b, X_rows):
    return (W @ X_rows.T).T
""",
    },
    "2.3": {
        "flat bias": TENT.format(W1=COLUMN, b1="[0.0, -1.0, -2.0]", W2="[[1.0, -2.0, 1.0]]", b2="[[0.0]]"),
        "transposed": [
            TENT.format(W1="[[1.0, 1.0, 1.0]]", b1=BENDS, W2="[[1.0, -2.0, 1.0]]", b2="[[0.0]]"),
            TENT.format(W1=COLUMN, b1=BENDS, W2="[[1.0], [-2.0], [1.0]]", b2="[[0.0]]"),
        ],
        "falls on": TENT.format(W1=COLUMN, b1=BENDS, W2="[[1.0, -2.0, 0.0]]", b2="[[0.0]]"),
        "a list": "my_tent = [([[1], [1], [1]], [[0], [-1], [-2]]), ([[1, -2, 1]], [[0]])]",
        "flat weights": [
            TENT.format(W1="[1.0, 1.0, 1.0]", b1="[0.0, -1.0, -2.0]", W2="[1.0, -2.0, 1.0]", b2="[0.0]"),
            TENT.format(W1=COLUMN, b1=BENDS, W2="[1.0, -2.0, 1.0]", b2="[[0.0]]"),
        ],
        "b before W": TENT.format(W1=BENDS, b1=COLUMN, W2="[[0.0]]", b2="[[1.0, -2.0, 1.0]]"),
        "stays up": [
            TENT.format(W1=COLUMN, b1=BENDS, W2="[[1.0, -1.0, 0.0]]", b2="[[0.0]]"),
            TENT.format(W1=COLUMN, b1=BENDS, W2="[[1.0, -1.0, 1.0]]", b2="[[0.0]]"),
        ],
        "slope left over": [
            TENT.format(W1=COLUMN, b1=BENDS, W2="[[1.0, -2.0, -1.0]]", b2="[[0.0]]"),
            TENT.format(W1=COLUMN, b1=BENDS, W2="[[1.0, -2.0, 2.0]]", b2="[[0.0]]"),
        ],
        "bends at the wrong places": TENT.format(
            W1=COLUMN, b1="[[0.0], [1.0], [2.0]]", W2="[[1.0, -2.0, 1.0]]", b2="[[0.0]]"
        ),
    },
    "2.4": {
        "no root": DRAW.format(W="2 / n_in * rng.standard_normal((n_out, n_in))", b=GOOD_B),
        "counts the outputs": DRAW.format(W="rng.standard_normal((n_out, n_in)) * np.sqrt(2 / n_out)", b=GOOD_B),
        "not scaled": DRAW.format(W="rng.standard_normal((n_out, n_in))", b=GOOD_B),
        "no two": DRAW.format(W="rng.standard_normal((n_out, n_in)) / np.sqrt(n_in)", b=GOOD_B),
        "one scale": [
            DRAW.format(W="rng.standard_normal((n_out, n_in)) * 0.01", b=GOOD_B),
            DRAW.format(W="rng.standard_normal((n_out, n_in)) * np.sqrt(2 / 784)", b=GOOD_B),
        ],
        "another number of layers": [
            DRAW.format(W=GOOD_W, b=GOOD_B).replace("range(1, ", "range("),
            DRAW.format(W=GOOD_W, b=GOOD_B).replace("len(layer_sizes))", "len(layer_sizes) - 1)"),
        ],
        "apart": """
def my_initialize(layer_sizes, rng):
    Ws, bs = [], []
    for l in range(1, len(layer_sizes)):
        Ws.append(rng.standard_normal((layer_sizes[l], layer_sizes[l - 1])) * np.sqrt(2 / layer_sizes[l - 1]))
        bs.append(np.zeros((layer_sizes[l], 1)))
    return Ws, bs
""",
        "an iterator": DRAW.format(W=GOOD_W, b=GOOD_B).replace("return layers", "return iter(layers)"),
        "ignored": DRAW.format(W=GOOD_W, b=GOOD_B).replace("layers = []", "rng, layers = np.random.default_rng(0), []"),
        "in place": DRAW.format(W=GOOD_W, b=GOOD_B).replace("return layers", "layer_sizes.pop()\n    return layers"),
        "random biases": DRAW.format(W=GOOD_W, b="rng.standard_normal((n_out, 1))"),
        "W transposed": DRAW.format(W="rng.standard_normal((n_in, n_out)) * np.sqrt(2 / n_in)", b=GOOD_B),
        "flat bias": DRAW.format(W=GOOD_W, b="np.zeros(n_out)"),
    },
    "2.5": {
        "softmax first": """
def my_loss_of_scores(Z, Y):
    E = np.exp(Z - Z.max(axis=0))
    A = E / E.sum(axis=0)
    return -np.log((A * Y).sum(axis=0)).mean()
""",
        "missing maximum": LOSS.format(prepare="", scores="Z", result="(total - (Z * Y).sum(axis=0)).mean()"),
        "one maximum for all": LOSS.format(
            prepare="D = Z - np.max(Z)", scores="D", result="(total - (D * Y).sum(axis=0)).mean()"
        ),
        "maximum not put back": LOSS.format(
            prepare="D = Z - Z.max(axis=0)", scores="D", result="(total - (Z * Y).sum(axis=0)).mean()"
        ),
        "mean over all": [
            LOSS.format(prepare="D = Z - Z.max(axis=0)", scores="D", result="(Y * (total - D)).mean()"),
            LOSS.format(prepare="D = Z - Z.max(axis=0)", scores="D", result="(total - Y * D).mean()"),
        ],
        "maximum of the rows": LOSS.format(
            prepare="D = Z - Z.max(axis=1, keepdims=True)", scores="D", result="(total - (Y * D).sum(axis=0)).mean()"
        ),
        "one total": LOSS.format(
            prepare="D = Z - Z.max(axis=0)", scores="D", result="(total - (Y * D).sum(axis=0)).mean()"
        ).replace(".sum(axis=0))\n", ".sum())\n"),
        "a small number added": """
def my_loss_of_scores(Z, Y):
    return np.log(1 / ((softmax(Z) * Y).sum(axis=0) + 1e-12)).mean()
""",
        "factor m": LOSS.format(prepare="D = Z - Z.max(axis=0)", scores="D", result="(Y * (total - D)).sum()"),
        "sign": LOSS.format(prepare="D = Z - Z.max(axis=0)", scores="D", result="np.mean((D * Y).sum(axis=0) - total)"),
        "not summed up": LOSS.format(prepare="D = Z - Z.max(axis=0)", scores="D", result="total - (D * Y).sum(axis=0)"),
    },
}
