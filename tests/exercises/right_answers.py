"""Right answers that a check once refused, or might: another number type, another way to write it.

A row is the number of the exercise and the learner's cell; each notebook's rows stand together.
"""

from wrong_answers import BACKWARD, TRAIN

# fmt: off
RIGHT = [
    ("3.1", "def my_slopes(f, w, h):\n    v, slopes = np.array(w, dtype=float), []\n"
     "    for i in range(len(v)):\n        old = v[i]\n        v[i] = old + h\n        above = f(v)\n"
     "        v[i] = old - h\n        slopes.append((above - f(v)) / (2 * h))\n        v[i] = old\n"
     "    return np.array(slopes)"),
    ("3.2", "def my_dZ(A, labels):\n    dZ = A.astype(np.float32)\n"
     "    dZ[labels, np.arange(len(labels))] -= 1\n    return dZ / len(labels)"),
    ("3.3", "def my_leaky_slope(A):\n    slopes = np.full(A.shape, 0.01, dtype=np.float32)\n"
     "    slopes[A > 0] = 1\n    return slopes"),
    ("3.5", BACKWARD.replace("Layer(dZ @ A_prev.T, dZ.sum(axis=1, keepdims=True))",
     "(dZ @ A_prev.T, np.sum(dZ, 1)[:, None])")),
    ("4.1", "def my_dead_neurons(A):\n    return np.sum(A.max(axis=1) == 0) * 1.0"),
    ("4.1", "def my_dead_neurons(A):\n    dead = 0\n    for row in A:\n"
     "        if not row.any():\n            dead += 1\n    return dead"),
    ("4.3", "def my_overfitting_start(train_losses, dev_losses):\n    place = dev_losses.argmin()\n"
     "    rise = (dev_losses[-1] - dev_losses[place]) / dev_losses[place]\n"
     "    if rise > 0.1 and train_losses[-1] < train_losses[place]:\n        return place + 1.0"),
    ("4.4", "def my_stop_early(losses, patience):\n    best = 0\n"
     "    for epoch in range(len(losses)):\n        if losses[epoch] < losses[best]:\n"
     "            best = epoch\n        if epoch - best >= patience:\n"
     "            return best + 1.0, epoch + 1.0\n    return best + 1.0, float(len(losses))"),
    ("4.5", TRAIN.replace(
     "update_parameters(parameters, gradients, learning_rate)",
     "[(W - learning_rate * dW, b - learning_rate * db)\n"
     "                          for (W, b), (dW, db) in zip(parameters, gradients)]")),
    ("8.1", "def my_loss(A, Y):\n    return np.float32(-np.log(A[Y == 1]).mean())"),
    ("8.1", "def my_loss(A, Y):\n    return -np.log((A * Y).sum(axis=0)).mean()"),
    ("8.2", "def my_batches(X, Y, batch_size, rng):\n    pairs, order = [], np.arange(X.shape[1])\n"
     "    rng.shuffle(order)\n    while len(order):\n        now, order = order[:batch_size], "
     "order[batch_size:]\n        pairs.append([X[:, now], Y[:, now]])\n    return tuple(pairs)"),
    ("8.3", "def my_parts(X, Y, batch_size):\n"
     "    cuts = np.arange(batch_size, X.shape[1], batch_size)\n"
     "    return list(zip(np.split(X, cuts, axis=1), np.split(Y, cuts, axis=1)))"),
    ("8.5", "def my_softmax(Z):\n    E = np.exp((Z - Z.max(0)).astype(np.float32))\n"
     "    return E / E.sum(0)"),
]
# fmt: on
