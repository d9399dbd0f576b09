"""What learners write in the exercises of notebook 5, by exercise and mistake."""

CAUTIOUS = """
def my_cautious_accuracy(probabilities, labels, threshold):
    sure = np.max(probabilities, axis=0)
    said = np.argmax(probabilities, axis=0)
    answers = {answers}
    right = {right}
    return {answer}
"""

TOP = """
def my_top_k_accuracy(probabilities, labels, k):
    order = {order}
    guesses = order[{guesses}]
    found = {found}
    return {answer}
"""

PREPARE = """
def my_prepare(drawing):
    ink = {ink}
    rows, columns = np.where(ink > 0)
    ink = {crop}
    longer = max(ink.shape)
    height = {height}
    width = {width}
    ink = resize(ink, (height, width))
    rows, columns = np.indices(ink.shape)
    top = {top}
    left = {left}
    image = np.zeros((28, 28))
    image[top : top + height, left : left + width] = ink
    return {answer}
"""


def cautious(
    answers="sure >= threshold",
    right="(said == labels) & answers",
    answer="answers.sum() / len(labels), right.sum() / answers.sum()",
):
    return CAUTIOUS.format(answers=answers, right=right, answer=answer)


def top(
    order="np.argsort(probabilities, axis=0)[::-1]",
    guesses=":k",
    found="(guesses == labels).any(axis=0)",
    answer="found.mean()",
):
    return TOP.format(order=order, guesses=guesses, found=found, answer=answer)


def prepare(
    ink="1 - drawing",
    crop="ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]",
    height="max(1, round(20 / longer * ink.shape[0]))",
    width="max(1, round(20 / longer * ink.shape[1]))",
    top="int(np.clip(round(14 - np.average(rows, weights=ink)), 0, 28 - height))",
    left="int(np.clip(round(14 - np.average(columns, weights=ink)), 0, 28 - width))",
    answer="image.reshape(784, 1)",
):
    return PREPARE.format(ink=ink, crop=crop, height=height, width=width, top=top, left=left, answer=answer)


MISTAKES = {
    "5.1": {
        "transposed": """
def my_confusion_matrix(predictions, labels, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for i, j in zip(predictions, labels):
        matrix[i, j] += 1
    return matrix
""",
        "counted once": """
def my_confusion_matrix(predictions, labels, num_classes):
    matrix = np.zeros((num_classes, num_classes), int)
    matrix[labels, predictions] += 1
    return matrix
""",
        "counted once, transposed": """
def my_confusion_matrix(predictions, labels, num_classes):
    matrix = np.zeros((num_classes, num_classes), int)
    matrix[predictions, labels] += 1
    return matrix
""",
        "another size": [
            """
def my_confusion_matrix(predictions, labels, num_classes):
    classes = np.unique(labels)
    return np.array([[np.sum((labels == i) & (predictions == j)) for j in classes] for i in classes])
""",
            """
def my_confusion_matrix(predictions, labels, num_classes):
    matrix = np.zeros((10, 10), dtype=int)
    for i, j in zip(labels, predictions):
        matrix[i, j] += 1
    return matrix
""",
        ],
        "not all counted": """
def my_confusion_matrix(predictions, labels, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for i in range(1, len(labels)):
        matrix[labels[i], predictions[i]] += 1
    return matrix
""",
        "fractions": """
def my_confusion_matrix(predictions, labels, num_classes):
    matrix = np.zeros((num_classes, num_classes))
    for i, j in zip(labels, predictions):
        matrix[i, j] += 1
    return matrix / len(labels)
""",
        "dtype": """
def my_confusion_matrix(predictions, labels, num_classes):
    matrix = np.zeros((num_classes, num_classes))
    for i, j in zip(labels, predictions):
        matrix[i, j] += 1
    return matrix
""",
    },
    "5.2": {
        "recall": """
def my_precision(predictions, labels, digit):
    return np.mean(predictions[labels == digit] == digit)
""",
        "accuracy": """
def my_precision(predictions, labels, digit):
    return (predictions == labels).mean()
""",
        "of all images": """
def my_precision(predictions, labels, digit):
    return ((predictions == digit) & (labels == digit)).sum() / len(labels)
""",
        "count": """
def my_precision(predictions, labels, digit):
    return (labels[predictions == digit] == digit).sum()
""",
        "not only the hits": """
def my_precision(predictions, labels, digit):
    return np.sum(labels == digit) / np.sum(predictions == digit)
""",
        "per cent": """
def my_precision(predictions, labels, digit):
    return 100 * (labels[predictions == digit] == digit).mean()
""",
    },
    "5.3": {
        "along the rows": [
            """
def my_cautious_accuracy(probabilities, labels, threshold):
    answered = probabilities.max(axis=1) >= threshold
    is_right = probabilities.argmax(axis=1) == labels
    return answered.mean(), is_right[answered].mean()
""",
            """
def my_cautious_accuracy(probabilities, labels, threshold):
    answered = probabilities.max(axis=1) >= threshold
    said = probabilities.argmax(axis=1)
    return answered.mean(), (said[answered] == labels[answered]).mean()
""",
        ],
        "an array": cautious(answer="np.array([answers.mean(), right.sum() / answers.sum()])"),
        "every probability": """
def my_cautious_accuracy(probabilities, labels, threshold):
    answered = probabilities >= threshold
    return answered.mean(), (probabilities.argmax(axis=0) == labels).mean()
""",
        "swapped": cautious(answer="right.sum() / answers.sum(), answers.mean()"),
        "strictly above": cautious(answers="sure > threshold"),
        "the silent ones": cautious(answer="1 - answers.mean(), right.sum() / answers.sum()"),
        "of all images": cautious(answer="answers.mean(), right.mean()"),
        "accuracy of all": cautious(right="said == labels", answer="answers.mean(), right.mean()"),
        "counts": cautious(answer="answers.sum(), right.sum() / answers.sum()"),
    },
    "5.4": {
        "along the rows": [
            """
def my_top_k_accuracy(probabilities, labels, k):
    guesses = np.argsort(probabilities)[-k:]
    return (guesses == labels).any(axis=0).mean()
""",
            """
def my_top_k_accuracy(probabilities, labels, k):
    guesses = np.argsort(probabilities, axis=1)[:, -k:]
    return (guesses == labels).any(axis=0).mean()
""",
        ],
        "the least probable": top(order="np.argsort(probabilities, axis=0)"),
        "the last guess alone": top(guesses="k - 1", found="guesses == labels"),
        "one guess": top(guesses="0", found="guesses == labels"),
        "of all guesses": top(found="guesses == labels"),
        "count": top(answer="found.sum()"),
        "probabilities for classes": top(order="np.sort(probabilities, axis=0)[::-1]"),
    },
    "5.5": {
        "not a column": [prepare(answer="image"), prepare(answer="image.ravel()")],
        "not inverted": prepare(ink="drawing"),
        "not cropped": prepare(crop="ink"),
        "cropped too much": prepare(crop="ink[rows.min() : rows.max(), columns.min() : columns.max()]"),
        "out of shape": prepare(height="20", width="20"),
        "larger than the box": prepare().replace("max(ink", "min(ink"),
        "nothing left": prepare(height="round(20 / longer * ink.shape[0])", width="round(20 / longer * ink.shape[1])"),
        "over the edge": prepare(
            top="round(14 - np.average(rows, weights=ink))", left="round(14 - np.average(columns, weights=ink))"
        ),
        "box centered": prepare(top="(28 - height) // 2", left="(28 - width) // 2"),
        "at 13.5": prepare(
            top="int(np.clip(round(13.5 - np.average(rows, weights=ink)), 0, 28 - height))",
            left="int(np.clip(round(13.5 - np.average(columns, weights=ink)), 0, 28 - width))",
        ),
        "another place": prepare(top="0", left="0"),
        "another size": [
            prepare(
                height="max(1, round(28 / longer * ink.shape[0]))", width="max(1, round(28 / longer * ink.shape[1]))"
            ),
            prepare(height="max(1, 20 * ink.shape[0] // longer)", width="max(1, 20 * ink.shape[1] // longer)"),
        ],
    },
}
