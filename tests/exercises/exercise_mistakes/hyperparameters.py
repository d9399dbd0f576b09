"""What learners write in the exercises of notebook 6, by exercise and mistake."""

MISTAKES = {
    "6.1": {
        "divides by n": """
def my_standard_error(scores):
    return np.std(scores) / np.sqrt(len(scores))
""",
        "no root of n": """
def my_standard_error(scores):
    return np.std(scores, ddof=1)
""",
        "neither": """
def my_standard_error(scores):
    return np.std(scores)
""",
        "n without its root": """
def my_standard_error(scores):
    return np.std(scores, ddof=1) / len(scores)
""",
        "root of n - 1": """
def my_standard_error(scores):
    return np.std(scores, ddof=1) / np.sqrt(len(scores) - 1)
""",
        "squared": """
def my_standard_error(scores):
    return np.var(scores, ddof=1) / len(scores)
""",
        "the variance": """
def my_standard_error(scores):
    return np.var(scores, ddof=1) / np.sqrt(len(scores))
""",
        "no return": """
def my_standard_error(scores):
    error = np.std(scores, ddof=1) / np.sqrt(len(scores))
""",
    },
    "6.2": {
        "evenly spaced": """
def my_learning_rates(lowest, highest, count):
    step = (highest - lowest) / (count - 1)
    return lowest + step * np.arange(count)
""",
        "the ends as exponents": """
def my_learning_rates(lowest, highest, count):
    return np.logspace(lowest, highest, count)
""",
        "still logarithms": [
            """
def my_learning_rates(lowest, highest, count):
    return np.linspace(np.log10(lowest), np.log10(highest), count)
""",
            """
def my_learning_rates(lowest, highest, count):
    return np.linspace(np.log(lowest), np.log(highest), count)
""",
        ],
        "two bases": [
            """
def my_learning_rates(lowest, highest, count):
    return 10 ** np.linspace(np.log(lowest), np.log(highest), count)
""",
            """
def my_learning_rates(lowest, highest, count):
    return np.exp(np.linspace(np.log10(lowest), np.log10(highest), count))
""",
        ],
        "without the end": """
def my_learning_rates(lowest, highest, count):
    factor = (highest / lowest) ** (1 / count)
    return lowest * factor ** np.arange(count)
""",
        "downwards": """
def my_learning_rates(lowest, highest, count):
    factor = (highest / lowest) ** (1 / (count - 1))
    return highest / factor ** np.arange(count)
""",
        "a list": """
def my_learning_rates(lowest, highest, count):
    factor = (highest / lowest) ** (1 / (count - 1))
    return [lowest * factor**i for i in range(count)]
""",
    },
    "6.3": {
        "no biases": """
def my_number_of_parameters(layer_sizes):
    return sum(n_in * n_out for n_in, n_out in pairwise(layer_sizes))
""",
        "biases of the input": """
def my_number_of_parameters(layer_sizes):
    weights = sum(n_in * n_out for n_in, n_out in pairwise(layer_sizes))
    return weights + sum(layer_sizes)
""",
        "biases of the wrong side": """
def my_number_of_parameters(layer_sizes):
    return sum(n_in * (n_out + 1) for n_in, n_out in pairwise(layer_sizes))
""",
        "one bias a layer": """
def my_number_of_parameters(layer_sizes):
    return sum(n_in * n_out + 1 for n_in, n_out in pairwise(layer_sizes))
""",
        "first layer alone": """
def my_number_of_parameters(layer_sizes):
    total = 0
    for i in range(len(layer_sizes) - 1):
        total += layer_sizes[i] * layer_sizes[i + 1] + layer_sizes[i + 1]
        return total
""",
        "one pair too many": [
            """
def my_number_of_parameters(layer_sizes):
    total = 0
    for i in range(len(layer_sizes)):
        total += layer_sizes[i] * layer_sizes[i + 1] + layer_sizes[i + 1]
    return total
""",
            """
def my_number_of_parameters(layer_sizes):
    n0, n1, n2, n3 = (layer_sizes[i] for i in range(4))
    return n0 * n1 + n1 + n1 * n2 + n2 + n2 * n3 + n3
""",
        ],
        "neurons": """
def my_number_of_parameters(layer_sizes):
    return sum(layer_sizes[1:])
""",
        "neurons and pixels": """
def my_number_of_parameters(layer_sizes):
    return sum(layer_sizes)
""",
        "all multiplied": """
def my_number_of_parameters(layer_sizes):
    total = 1
    for n in layer_sizes:
        total *= n
    return total
""",
    },
    "6.4": {
        "the variance": """
def my_weight_scale(n_in, share):
    return 1 / (share * n_in)
""",
        "always ReLU": """
def my_weight_scale(n_in, share):
    return np.sqrt(2 / n_in)
""",
        "no share": """
def my_weight_scale(n_in, share):
    return 1 / np.sqrt(n_in)
""",
        "share on top": [
            """
def my_weight_scale(n_in, share):
    return np.sqrt(share / n_in)
""",
            """
def my_weight_scale(n_in, share):
    return np.sqrt(2 * share / n_in)
""",
        ],
        "no parentheses": """
def my_weight_scale(n_in, share):
    return np.sqrt(1 / share * n_in)
""",
        "2 and the share": """
def my_weight_scale(n_in, share):
    return np.sqrt(2 / (share * n_in))
""",
        "upside down": """
def my_weight_scale(n_in, share):
    return np.sqrt(share * n_in)
""",
    },
    "6.5": {
        "the best single run": [
            """
def my_choice(scores):
    return int(np.nanmax(scores, axis=1).argmax())
""",
            """
def my_choice(scores):
    return np.argmax(scores) // scores.shape[1]
""",
        ],
        "wrong axis": """
def my_choice(scores):
    return np.mean(scores, axis=0).argmax()
""",
        "the lowest": """
def my_choice(scores):
    return np.mean(scores, axis=1).argsort()[0]
""",
        "the mean itself": """
def my_choice(scores):
    return np.mean(scores, axis=1).max()
""",
        "numbered anew": """
def my_choice(scores):
    complete = scores[~np.isnan(scores).any(axis=1)]
    return complete.mean(axis=1).argmax() if len(complete) else None
""",
        "leaves NaN out": """
def my_choice(scores):
    if np.isnan(scores).any(axis=1).all():
        return None
    return np.nanmean(scores, axis=1).argmax()
""",
        "NaN wins": """
def my_choice(scores):
    means = np.mean(scores, axis=1)
    return None if np.isnan(means).all() else means.argmax()
""",
        "nothing to choose": [
            """
def my_choice(scores):
    return np.nan_to_num(np.mean(scores, axis=1)).argmax()
""",
            """
def my_choice(scores):
    return np.nanargmax(np.mean(scores, axis=1))
""",
        ],
    },
}
