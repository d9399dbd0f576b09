"""What learners write in the exercises of notebook 1, by exercise and mistake."""

SPLIT = """
def my_fair_split(labels, dev_per_digit, rng):
    train, dev = [], []
    for digit in range(10):
        columns = rng.permutation({columns})
        dev.append(columns[:dev_per_digit])
        train.append(columns[dev_per_digit:])
    return {answer}
"""

MISTAKES = {
    "1.1": {
        "swapped": """
def my_pixel_number(row, column):
    return column * 28 + row
""",
        "counted from 1": """
def my_pixel_number(row, column):
    return row * 28 + (column + 1)
""",
        "27 in a row": """
def my_pixel_number(row, column):
    last = 27
    return row * last + column
""",
        "added": """
def my_pixel_number(row, column):
    return sum([row, column])
""",
        "no return": """
def my_pixel_number(row, column):
    number = 28 * row + column
""",
        "printed": """
def my_pixel_number(row, column):
    print(28 * row + column)
""",
        "arguments": """
def my_pixel_number(position):
    return position[0] * 28 + position[1]
""",
        "not a function": """
row, column = 14, 13
my_pixel_number = 28 * row + column
""",
    },
    "1.2": {
        "mean of each pixel": """
def my_ink(X):
    return np.mean(X, axis=1)
""",
        "sum": """
def my_ink(X):
    total = 0
    for row in X:
        total = total + row
    return total
""",
        "divided by the images": """
def my_ink(X):
    pixels, m = X.shape
    return X.sum(axis=0) / m
""",
        "divided by 784": """
def my_ink(X):
    return X.sum(axis=0) / 784
""",
        "of pandas": """
def my_ink(X):
    return pd.DataFrame(X).mean()
""",
        "ignored": """
def my_ink(X):
    return np.linspace(0, 1, 7)
""",
        "summed up": """
def my_ink(X):
    return X.mean()
""",
        "a list": """
def my_ink(X):
    return [image.mean() for image in X.T]
""",
        "in place": """
def my_ink(X):
    X /= len(X)
    return X.sum(axis=0)
""",
        "too deep": """
def my_ink(X):
    return X.mean(axis=0, keepdims=True)
""",
        "rounded": """
def my_ink(X):
    return X.mean(axis=0).round(1)
""",
    },
    "1.3": {
        "cut off": """
def my_pixels(X):
    return (X * 255).T.astype(np.uint8)
""",
        "type first": """
def my_pixels(X):
    return np.array(X.T, dtype=np.uint8) * 255
""",
        "still columns": """
def my_pixels(X):
    return (255 * X).round().astype("uint8")
""",
        "times 256": """
def my_pixels(X):
    return np.rint(256 * X.T).astype(int).astype(np.uint8)
""",
        "rounded up": """
def my_pixels(X):
    return np.ceil(255 * X.T).astype(np.uint8)
""",
        "rounded first": """
def my_pixels(X):
    return (X.T.round() * 255).astype(np.uint8)
""",
        "not multiplied": """
def my_pixels(X):
    return X.T.round().astype(np.uint8)
""",
        "dtype": [
            """
def my_pixels(X):
    return np.rint(X.T * 255)
""",
            """
def my_pixels(X):
    return np.rint(X.T * 255).astype(np.int64)
""",
        ],
        "in place": """
def my_pixels(X):
    X *= 255
    return np.rint(X).astype(np.uint8).T
""",
    },
    "1.4": {
        "mask": """
def my_fair_split(labels, dev_per_digit, rng):
    mask = np.zeros(len(labels), dtype=bool)
    for d in range(10):
        mask[rng.permutation(np.where(labels == d)[0])[:dev_per_digit]] = True
    return ~mask, mask
""",
        "a list a digit": SPLIT.format(columns="np.where(labels == digit)[0]", answer="train, dev"),
        "a set": """
def my_fair_split(labels, dev_per_digit, rng):
    dev = set()
    for d in range(10):
        dev |= set(rng.permutation(np.where(labels == d)[0])[:dev_per_digit].tolist())
    return set(range(len(labels))) - dev, dev
""",
        "digits": SPLIT.format(columns="labels[labels == digit]", answer="np.concatenate(train), np.concatenate(dev)"),
        "places": SPLIT.format(columns="(labels == digit).sum()", answer="np.concatenate(train), np.concatenate(dev)"),
        "ignored": [
            """
def my_fair_split(labels, dev_per_digit, rng):
    rng = np.random.default_rng(0)
    dev = np.concatenate([rng.choice(np.flatnonzero(labels == d), dev_per_digit, replace=False) for d in range(10)])
    return np.setdiff1d(np.arange(len(labels)), dev), dev
""",
            """
def my_fair_split(labels, dev_per_digit, rng):
    chosen = [np.random.permutation(np.flatnonzero(labels == d))[:dev_per_digit] for d in range(10)]
    dev = np.concatenate(chosen)
    return np.setdiff1d(np.arange(len(labels)), dev), dev
""",
        ],
        "in place": """
def my_fair_split(labels, dev_per_digit, rng):
    rng.shuffle(labels)
    dev = np.concatenate([np.where(labels == d)[0][:dev_per_digit] for d in range(10)])
    return np.setdiff1d(np.arange(len(labels)), dev), dev
""",
        "swapped": """
def my_fair_split(labels, dev_per_digit, rng):
    order = rng.permutation(len(labels))
    dev = []
    for digit in range(10):
        dev += list(order[labels[order] == digit][:dev_per_digit])
    train = [column for column in order if column not in dev]
    return np.array(dev), np.array(train)
""",
        "overlap": """
def my_fair_split(labels, dev_per_digit, rng):
    chosen = [rng.choice(np.flatnonzero(labels == d), dev_per_digit, replace=False) for d in range(10)]
    return np.arange(len(labels)), np.concatenate(chosen)
""",
        "without chance": [
            """
def my_fair_split(labels, dev_per_digit, rng):
    dev = np.concatenate([np.where(labels == d)[0][:dev_per_digit] for d in range(10)])
    return np.setdiff1d(np.arange(len(labels)), dev), dev
""",
            """
def my_fair_split(labels, dev_per_digit, rng):
    dev = np.concatenate([np.where(labels == d)[0][-dev_per_digit:] for d in range(10)])
    return np.setdiff1d(np.arange(len(labels)), dev), dev
""",
        ],
        "plain split": """
def my_fair_split(labels, dev_per_digit, rng):
    order = rng.permutation(len(labels))
    return order[10 * dev_per_digit:], order[:10 * dev_per_digit]
""",
        "too small": """
def my_fair_split(labels, dev_per_digit, rng):
    order = rng.permutation(len(labels))
    return order[dev_per_digit:], order[:dev_per_digit]
""",
    },
    "1.5": {
        "farthest": """
def my_reader(X_train, labels_train, X):
    averages = np.array([X_train[:, labels_train == d].mean(axis=1) for d in range(10)])
    answers = []
    for image in X.T:
        answers.append(np.argmax(((averages - image) ** 2).sum(axis=1)))
    return np.array(answers)
""",
        "distances": """
def my_reader(X_train, labels_train, X):
    averages = np.array([X_train[:, labels_train == d].mean(axis=1) for d in range(10)])
    return ((averages[:, :, None] - X[None]) ** 2).sum(axis=1)
""",
        "smallest distance": """
def my_reader(X_train, labels_train, X):
    averages = np.array([X_train[:, labels_train == d].mean(axis=1) for d in range(10)])
    return ((averages[:, :, None] - X[None]) ** 2).sum(axis=1).min(axis=0)
""",
        "axis": """
def my_reader(X_train, labels_train, X):
    averages = np.array([X_train[:, labels_train == d].mean(axis=1) for d in range(10)])
    distances = np.array([((X.T - average) ** 2).sum(axis=1) for average in averages])
    return distances.argmin(axis=1)
""",
        "product": """
def my_reader(X_train, labels_train, X):
    averages = np.array([X_train[:, labels_train == d].mean(axis=1) for d in range(10)])
    return np.argmax(averages @ X, axis=0)
""",
        "not squared": """
def my_reader(X_train, labels_train, X):
    distances = []
    for d in range(10):
        average = X_train[:, labels_train == d].mean(axis=1)
        distances.append([(image - average).sum() for image in X.T])
    return np.argmin(distances, axis=0)
""",
        "absolute differences": """
def my_reader(X_train, labels_train, X):
    averages = [X_train[:, labels_train == d].mean(axis=1) for d in range(10)]
    return np.array([np.argmin([abs(image - average).sum() for average in averages]) for image in X.T])
""",
        "nearest image": """
def my_reader(X_train, labels_train, X):
    answers = []
    for image in X.T:
        distances = ((X_train.T - image) ** 2).sum(axis=1)
        answers.append(labels_train[np.argmin(distances)])
    return np.array(answers)
""",
    },
}
