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
    ("6.1", "def my_difference(one, other):\n    d = [a - b for a, b in zip(one, other)]\n"
     "    return sum(d) / len(d), np.std(d, ddof=1) / len(d) ** 0.5"),
    ("6.1", "def my_difference(one, other):\n    d = pd.Series((one - other).astype(np.float32))\n"
     "    return d.mean(), d.sem()"),
    ("6.2", "def my_fair_lead(one, other):\n    best = []\n    for scores in (one, other):\n"
     "        best.append(max(np.mean(row) for row in scores if not np.isnan(row).any()))\n"
     "    return best[0] - best[1]"),
    ("6.2", "def best(scores):\n    means = np.nan_to_num(np.mean(scores, axis=1), nan=-1)\n"
     "    return np.float32(scores[means.argmax()].mean())\n\n"
     "def my_fair_lead(one, other):\n    return best(one) - best(other)"),
    ("6.3", "def my_number_of_parameters(layer_sizes):\n    n = np.array(layer_sizes, dtype=float)\n"
     "    return n[:-1] @ n[1:] + n[1:].sum()"),
    ("6.4", "def my_weight_scale(n_in, share):\n    return np.float32((n_in * share) ** -0.5)"),
    ("6.5", "my_setting = {**dict(layer_sizes=[784, 48, 10], batch_size=32), 'learning_rate': 0.3,\n"
     "              'max_epochs': 10}"),
]
# fmt: on
