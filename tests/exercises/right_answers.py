"""Right answers that a check once refused, or might: another number type, another way to write it.

A row is the number of the exercise and the learner's cell; each notebook's rows stand together.
"""

from wrong_answers import BACKWARD, CHOICE, DRAW, READER, SPLIT, SPLIT_BY_DEV, TENT, TRAIN

# fmt: off
RIGHT = [
    ("0.2", "my_total = 32.0"),
    ("0.4", "import numpy as np\nmy_sums = np.array([[1, 2, 3], [4, 5, 6]]).sum(axis=0).tolist()"),
    ("0.5", "my_product = (4, 7), (8, 15)"),
    ("0.6", "my_powers = [1.0, 3, -3]"),
    ("1.1", "def my_pixel_number(row, column):\n    return np.add(28.0 * row, column)"),
    ("1.2", "def my_ink(X):\n    return X.astype(np.float32).mean(axis=0)"),
    ("1.3", "def my_pixels(X):\n    return np.floor(255 * X + 0.5).astype('uint8').T"),
    ("1.4", SPLIT), ("1.4", SPLIT_BY_DEV.format(CHOICE)),
    ("1.5", READER.replace(".mean(axis=1)", ".mean(axis=1)[:, None]")
     .replace("argmin(axis=0)", "argmin(axis=0) * 1.0")),
    ("2.1", "def my_leaky_relu(Z):\n    return np.where(Z > 0, Z, Z / 100).astype(np.float32)"),
    ("2.2", "def my_layer_of_rows(W, b, X_rows):\n"
     "    W, b, X_rows = (part.astype(np.float32) for part in (W, b, X_rows))\n"
     "    return (W @ X_rows.T + b).T"),
    ("2.3", TENT.replace("[[1.0], [1.0], [1.0]]", "[[2.0], [1.0], [4.0]]")
     .replace("[[0.0], [-1.0], [-2.0]]", "[[-4.0], [0.0], [-4.0]]")
     .replace("[[1.0, -2.0, 1.0]]", "[[0.5, 1.0, -0.5]]")),
    ("2.4", DRAW.replace("layers.append((W", "layers.append((W.astype(np.float32)")),
    ("2.5", "def my_loss_of_scores(Z, Y):\n    Z = (Z - Z.max(axis=0)).astype(np.float32)\n"
     "    costs = np.log(np.exp(Z).sum(axis=0)) - (Z * Y.astype(np.float32)).sum(axis=0)\n"
     "    return costs.mean()"),
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
    ("5.2", "def my_precision(predictions, labels, digit):\n"
     "    return np.float32((labels[predictions == digit] == digit).mean())"),
    ("5.3", "def my_cautious_accuracy(probabilities, labels, threshold):\n"
     "    kept = probabilities.max(axis=0) >= threshold\n"
     "    is_right = (probabilities.argmax(axis=0) == labels).astype(np.float32)\n"
     "    return [np.float32(kept.mean()), is_right[kept].mean()]"),
    ("5.4", "def my_top_k_accuracy(probabilities, labels, k):\n"
     "    guesses = np.argsort(-probabilities, axis=0)[:k]\n"
     "    return (guesses == labels).any(axis=0).astype(np.float32).mean()"),
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
    ("7.1", "def my_plain_weights(W, order):\n    plain = np.zeros(W.shape, dtype=np.float32)\n"
     "    for j, pixel in enumerate(order):\n        plain[:, pixel] = W[:, j]\n    return plain"),
    ("7.1", "def my_plain_weights(W, order):\n    return W @ np.eye(len(order))[order]"),
    ("7.2", "def my_blot(X, row, column, size, image_shape=(28, 28)):\n"
     "    images = X.reshape(*image_shape, -1).astype(np.float32)\n"
     "    images[row : row + size, column : column + size] = 0\n    return images.reshape(X.shape)"),
    ("7.3", "def my_calibration_error(count, confidence, accuracy):\n"
     "    return np.average(np.nan_to_num(abs(accuracy - confidence)), weights=count)"),
    ("7.4", "def my_input_gradient(parameters, X, Y):\n    A = [X]\n"
     "    for W, b in parameters[:-1]:\n        A.append(relu(W @ A[-1] + b))\n"
     "    W, b = parameters[-1]\n    dA = W.T @ (softmax(W @ A[-1] + b) - Y)\n"
     "    for (W, b), hidden in zip(parameters[-2::-1], A[:0:-1]):\n"
     "        dA = W.T @ np.where(hidden > 0, dA, 0)\n    return dA.astype(np.float32)"),
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
    ("9.1", "def my_slant(image):\n    places = np.indices(image.shape).reshape(2, -1)\n"
     "    covariance = np.cov(places, aweights=image.ravel())\n"
     "    return np.float32(covariance[0, 1] / covariance[0, 0])"),
    ("9.1", "def my_slant(image):\n    row, column = np.indices(image.shape).reshape(2, -1)\n"
     "    return np.polyfit(row, column, 1, w=np.sqrt(image.ravel()))[0]"),
    ("9.2", "def my_look_up(image, rows, columns):\n    found = np.zeros(rows.shape)\n"
     "    for place in np.ndindex(rows.shape):\n"
     "        (i, down), (j, right) = divmod(rows[place], 1), divmod(columns[place], 1)\n"
     "        i, j = int(i), int(j)\n"
     "        weights = np.outer([1 - down, down], [1 - right, right])\n"
     "        found[place] = (weights * image[i : i + 2, j : j + 2]).sum()\n    return found"),
    ("9.2", "def my_look_up(image, rows, columns):\n    return sum(\n"
     "        image[i, j] * np.maximum(0, 1 - abs(rows - i)) * np.maximum(0, 1 - abs(columns - j))\n"
     "        for i in range(image.shape[0]) for j in range(image.shape[1])).astype(np.float32)"),
    ("9.3", "def my_adam_step(w, g, mean, square, t, learning_rate):\n    out = []\n"
     "    for parts in zip(w, g, mean, square):\n        w, g, mean, square = map(float, parts)\n"
     "        mean += (g - mean) / 10\n        square += (g * g - square) / 1000\n"
     "        length = learning_rate * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t)\n"
     "        below = square**0.5 + 1e-8 * (1 - 0.999**t) ** 0.5\n"
     "        out.append([w - length * mean / below, mean, square])\n    return list(np.array(out).T)"),
    ("9.3", "def my_adam_step(w, g, mean, square, t, learning_rate):\n"
     "    mean = (0.9 * mean + 0.1 * g).astype(np.float32)\n"
     "    square = (0.999 * square + 0.001 * g**2).astype(np.float32)\n"
     "    step = mean / (1 - 0.9**t) / (np.sqrt(square / (1 - 0.999**t)) + 1e-8)\n"
     "    return (w - learning_rate * step).astype(np.float32), mean, square"),
    ("9.4", "def my_smooth_loss(A, Y, smoothing):\n    logs = np.log(A.astype(np.float32))\n"
     "    own, mean = (Y * logs).sum(axis=0), logs.mean(axis=0)\n"
     "    return -np.mean((1 - smoothing) * own + smoothing * mean)"),
]
# fmt: on
