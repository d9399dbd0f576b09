"""What learners write in the exercises of notebook 7, by exercise and mistake."""

BLOT = """
def my_blot(X, row, column, size, image_shape=(28, 28)):
    images = {images}
    images[{where}] = {value}
    return {back}
"""


def blot(
    images="X.T.reshape(-1, *image_shape).copy()",
    where=":, row : row + size, column : column + size",
    value="0",
    back="images.reshape(X.shape[1], -1).T",
):
    return BLOT.format(images=images, where=where, value=value, back=back)


ERROR = """
def my_calibration_error(count, confidence, accuracy):
    count, confidence, accuracy = count[count > 0], confidence[count > 0], accuracy[count > 0]
    return {result}
"""

DISTANCES = """
def my_distances(X, known):
    squares = (X**2).sum(axis=0)[:, None] - 2 * X.T @ known + (known**2).sum(axis=0)
    return {result}
"""

MISTAKES = {
    "7.1": {
        "shuffled again": """
def my_plain_weights(W, order):
    return W[:, order]
""",
        "unchanged": """
def my_plain_weights(W, order):
    plain = W.copy()
    plain[:, order] = W[:, order]
    return plain
""",
        "rows": [
            """
def my_plain_weights(W, order):
    return W[order]
""",
            """
def my_plain_weights(W, order):
    plain = np.empty_like(W)
    plain[order] = W
    return plain
""",
        ],
        "backwards": """
def my_plain_weights(W, order):
    return W[:, order[::-1]]
""",
        "in place": """
def my_plain_weights(W, order):
    W[:, order] = W.copy()
    return W
""",
    },
    "7.2": {
        "pixels mixed": [
            blot(images="X.reshape(-1, *image_shape).copy()", back="images.reshape(X.shape)"),
            blot(images="X.copy().reshape(X.shape[1], *image_shape)", back="images.reshape(-1, X.shape[1])"),
        ],
        "row for column": blot(where=":, column : column + size, row : row + size"),
        "one too many": blot(where=":, row : row + size + 1, column : column + size + 1"),
        "up to the size": blot(where=":, row:size, column:size"),
        "height for width": """
def my_blot(X, row, column, size, image_shape=(28, 28)):
    height, width = image_shape
    covered = X.copy()
    for i in range(row, row + size):
        for j in range(column, column + size):
            covered[i * height + j] = 0
    return covered
""",
        "ink": blot(value="1"),
        "first image alone": blot(where="0, row : row + size, column : column + size"),
        "rows": [blot(back="images.reshape(X.shape[1], -1)"), blot(back="images")],
        "in place": blot(images="X.T.reshape(-1, *image_shape)"),
    },
    "7.3": {
        "no absolute value": [
            ERROR.format(result="np.sum(count / count.sum() * (accuracy - confidence))"),
            ERROR.format(result="abs(np.sum(count / count.sum() * (accuracy - confidence)))"),
        ],
        "by the bins": [
            """
def my_calibration_error(count, confidence, accuracy):
    return np.nansum(count * abs(accuracy - confidence)) / len(count)
""",
            ERROR.format(result="(count * abs(accuracy - confidence)).sum() / len(count)"),
        ],
        "not weighted": ERROR.format(result="np.abs(accuracy - confidence).mean()"),
        "squared": ERROR.format(result="(count * (accuracy - confidence) ** 2).sum() / count.sum()"),
        "not divided": ERROR.format(result="(count * abs(accuracy - confidence)).sum()"),
        "mean of the weighted gaps": ERROR.format(result="np.mean(count / count.sum() * abs(accuracy - confidence))"),
        "empty bins": """
def my_calibration_error(count, confidence, accuracy):
    return (count * abs(accuracy - confidence)).sum() / count.sum()
""",
        "not summed up": ERROR.format(result="count / count.sum() * abs(accuracy - confidence)"),
    },
    "7.4": {
        "squared": DISTANCES.format(result="np.maximum(squares.min(axis=1), 0)"),
        "the other axis": DISTANCES.format(result="np.sqrt(np.maximum(squares, 0)).min(axis=0)"),
        "mean": DISTANCES.format(result="np.sqrt(np.maximum(squares, 0)).mean(axis=1)"),
        "farthest": DISTANCES.format(result="np.sqrt(np.maximum(squares.max(axis=1), 0))"),
        "which one": DISTANCES.format(result="squares.argmin(axis=1)"),
        "absolute differences": """
def my_distances(X, known):
    return np.array([np.abs(known - X[:, [i]]).sum(axis=0).min() for i in range(X.shape[1])])
""",
        "all distances": DISTANCES.format(result="np.sqrt(np.maximum(squares, 0))"),
        "without the 2": """
def my_distances(X, known):
    squares = (X**2).sum(axis=0)[:, None] - X.T @ known + (known**2).sum(axis=0)
    return np.sqrt(squares.min(axis=1))
""",
        "plus": DISTANCES.replace("- 2", "+ 2").format(result="np.sqrt(squares.min(axis=1))"),
        "one length missing": """
def my_distances(X, known):
    squares = (known**2).sum(axis=0) - 2 * X.T @ known
    return np.sqrt(np.maximum(squares, 0)).min(axis=1)
""",
        "no second axis": """
def my_distances(X, known):
    squares = (X**2).sum(axis=0) - 2 * X.T @ known + (known**2).sum(axis=0)
    return np.sqrt(squares.min(axis=1))
""",
        "root of a negative number": DISTANCES.format(result="np.sqrt(squares.min(axis=1))"),
    },
}
