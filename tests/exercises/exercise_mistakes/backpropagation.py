"""What learners write in the exercises of notebook 3, by exercise and mistake."""

SLOPES = """
def my_slopes(f, w, h):
    slopes = []
    for i in range(len(w)):
        above, below = {copy}, {copy}
        above{place} += h
        below{place} -= h
        slopes.append({slope})
    return np.array(slopes)
"""
CENTRAL = "(f(above) - f(below)) / (2 * h)"

BACKWARD = """
def my_backward(parameters, activations, Y):
    gradients = []
    dZ = {first}
    for l in range(len(parameters) - 1, -1, -1):
        W = parameters[l].W
        A_prev = activations[l]
        dW = dZ @ A_prev.T{divided}
        db = np.sum(dZ, axis=1, keepdims=True){divided}
        gradients{collect}
        if l > 0:
            dZ = {back}
    return gradients
"""


def slopes(copy="np.array(w, dtype=float)", place="[i]", slope=CENTRAL):
    return SLOPES.format(copy=copy, place=place, slope=slope)


def backward(
    first="(activations[-1] - Y) / Y.shape[1]",
    divided="",
    collect=".insert(0, Layer(dW, db))",
    back="W.T @ dZ * A_prev * (1 - A_prev)",
):
    return BACKWARD.format(first=first, divided=divided, collect=collect, back=back)


MISTAKES = {
    "3.1": {
        "one-sided": slopes(slope="(f(above) - f(w)) / h"),
        "divided by h": slopes(slope="(f(above) - f(below)) / h"),
        "half a step": slopes(slope="(f(above) - f(w)) / (2 * h)"),
        "all move": slopes(place="[:]"),
        "one number": """
def my_slopes(f, w, h):
    return (f(w + h) - f(w - h)) / (2 * h)
""",
        "whole numbers": """
def my_slopes(f, w, h):
    result = np.empty(len(w))
    for i in range(len(w)):
        up = w.copy()
        down = w.copy()
        up[i] = up[i] + h
        down[i] = down[i] - h
        result[i] = (f(up) - f(down)) / (2 * h)
    return result
""",
        "slopes of whole numbers": [
            """
def my_slopes(f, w, h):
    result = np.zeros_like(w)
    for i in range(len(w)):
        up, down = w.astype(float), w.astype(float)
        up[i] += h
        down[i] -= h
        result[i] = (f(up) - f(down)) / (2 * h)
    return result
""",
            """
def my_slopes(f, w, h):
    result = np.zeros_like(w)
    for i in range(len(w)):
        up, down = w.copy(), w.copy()
        up[i] = w[i] + h
        down[i] = w[i] - h
        result[i] = (f(up) - f(down)) / (2 * h)
    return result
""",
        ],
        "times h": slopes(slope="(f(above) - f(below)) / 2 * h"),
        "moved for good": """
def my_slopes(f, w, h):
    v, result = np.array(w, dtype=float), np.zeros(len(w))
    for i in range(len(w)):
        v[i] = v[i] + h
        above = f(v)
        v[i] = v[i] - 2 * h
        result[i] = (above - f(v)) / (2 * h)
    return result
""",
        "not put back": [
            """
def my_slopes(f, w, h):
    result = np.empty(len(w))
    for i in range(len(w)):
        v = w
        v[i] = v[i] + h
        above = f(v)
        v[i] = v[i] - 2 * h
        below = f(v)
        result[i] = (above - below) / (2 * h)
    return result
""",
        ],
    },
    "3.2": {
        "in place": """
def my_dZ(A, labels):
    m = A.shape[1]
    A[labels, np.arange(m)] -= 1
    return A / m
""",
        "no mean": """
def my_dZ(A, labels):
    dZ = A.copy()
    for k in range(len(labels)):
        dZ[labels[k], k] = dZ[labels[k], k] - 1
    return dZ
""",
        "classes": """
def my_dZ(A, labels):
    dZ = A.copy()
    m = len(A)
    dZ[labels, np.arange(len(labels))] -= 1
    return dZ / m
""",
        "sign": """
def my_dZ(A, labels):
    m = len(labels)
    dZ = -A
    dZ[labels, np.arange(m)] += 1
    return dZ / m
""",
        "divided too early": """
def my_dZ(A, labels):
    dZ = A / len(labels)
    dZ[labels, np.arange(len(labels))] -= 1
    return dZ
""",
        "replaced": [
            """
def my_dZ(A, labels):
    dZ = A.copy()
    dZ[labels, np.arange(len(labels))] = -1
    return dZ / len(labels)
""",
            """
def my_dZ(A, labels):
    dZ = A.copy()
    dZ[labels, np.arange(len(labels))] = -1
    return dZ
""",
        ],
        "forbidden": """
def my_dZ(A, labels):
    return (A - one_hot(labels, len(A))) / len(labels)
""",
        "precision": """
def my_dZ(A, labels):
    dZ = A.astype(np.float32)
    dZ[labels, np.arange(len(labels))] -= 1
    return dZ / len(labels)
""",
        "whole rows": """
def my_dZ(A, labels):
    dZ = A.copy()
    dZ[labels] -= 1
    return dZ / A.shape[1]
""",
        "row and column swapped": """
def my_dZ(A, labels):
    m = A.shape[1]
    dZ = A.copy()
    dZ[np.arange(m), labels] -= 1
    return dZ / m
""",
    },
    "3.3": {
        "at zero": """
def my_leaky_slope(A):
    return np.where(A < 0, 0.01, 1.0)
""",
        "ReLU": """
def my_leaky_slope(A):
    return np.where(A > 0, 1, 0)
""",
        "value": [
            """
def my_leaky_slope(A):
    return np.maximum(A, 0.01 * A)
""",
            """
def my_leaky_slope(A):
    return np.where(A > 0, 1.0, 0.01 * A)
""",
        ],
        "both": """
def my_leaky_slope(A):
    return (A > 0) + 0.01
""",
        "swapped": """
def my_leaky_slope(A):
    return np.where(A > 0, 0.01, 1.0)
""",
    },
    "3.4": {
        "order of parts": """
def my_layer_backward(dZ, W, A_prev):
    return W.T @ dZ, dZ @ A_prev.T, dZ.sum(axis=1, keepdims=True)
""",
        "in place": """
def my_layer_backward(dZ, W, A_prev):
    dZ /= dZ.shape[1]
    return dZ @ A_prev.T, dZ.sum(axis=1, keepdims=True), W.T @ dZ
""",
    }
    | {
        name: f"""
def my_layer_backward(dZ, W, A_prev):
    dW = {dW}
    db = {db}
    dA_prev = {dA_prev}
    return dW, db, dA_prev
"""
        for name, dW, db, dA_prev in (
            ("dW transposed", "A_prev @ dZ.T", "dZ.sum(axis=1, keepdims=True)", "W.T @ dZ"),
            ("another mean", "dZ @ A_prev.T / dZ.shape[1]", "dZ.sum(axis=1, keepdims=True) / dZ.shape[1]", "W.T @ dZ"),
            ("db a mean", "dZ @ A_prev.T", "dZ.mean(axis=1, keepdims=True)", "W.T @ dZ"),
            ("db flat", "dZ @ A_prev.T", "dZ.sum(axis=1)", "W.T @ dZ"),
            ("db over the neurons", "dZ @ A_prev.T", "dZ.sum(axis=0, keepdims=True)", "W.T @ dZ"),
            ("W not transposed", "dZ @ A_prev.T", "dZ.sum(axis=1, keepdims=True)", "W @ dZ"),
            ("dA_prev transposed", "dZ @ A_prev.T", "dZ.sum(axis=1, keepdims=True)", "dZ.T @ W"),
            ("masked", "dZ @ A_prev.T", "dZ.sum(axis=1, keepdims=True)", "W.T @ dZ * (A_prev > 0)"),
            ("no such product", "dZ @ A_prev", "dZ.sum(axis=1, keepdims=True)", "W.T @ dZ"),
        )
    },
    "3.5": {
        "no slope": [backward(back="(W.T @ dZ) * (A_prev > 0)"), backward(back="W.T @ dZ")],
        "slope of softmax": backward(
            first="(activations[-1] - Y) / Y.shape[1] * activations[-1] * (1 - activations[-1])"
        ),
        "sign": backward(first="(Y - activations[-1]) / Y.shape[1]"),
        "forwards": """
def my_backward(parameters, activations, Y):
    gradients = []
    dZ = (activations[-1] - Y) / Y.shape[1]
    for l in range(len(parameters)):
        A = activations[l]
        gradients.append(Layer(dZ @ A.T, dZ.sum(axis=1, keepdims=True)))
    return gradients
""",
        "no mean": backward(first="activations[-1] - Y"),
        "divided by the classes": backward(first="(activations[-1] - Y) / len(Y)"),
        "W not transposed": backward(back="W @ dZ * A_prev * (1 - A_prev)"),
        "forbidden": """
def my_backward(parameters, activations, Y):
    return backward_propagation(parameters, activations, Y, activation="sigmoid")
""",
        "a mean in every layer": backward(divided=" / Y.shape[1]"),
        "backward order": backward(collect=".append(Layer(dW, db))"),
        "W of the layer before": backward(back="(parameters[l - 1].W.T @ dZ) * A_prev * (1 - A_prev)"),
        "slope of the layer after": backward(back="(W.T @ dZ) * activations[l + 1] * (1 - activations[l + 1])"),
    },
}
