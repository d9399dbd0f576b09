"""How much accuracy is left when images are perturbed: the curves of one network, and a measure for experiments."""

import numpy as np

from helpers.evaluation import accuracy, make_predictions
from helpers.perturbations import perturb


def accuracy_curve(parameters, dataset, kind, strengths, *, seed=0, activation="relu"):
    """Return the accuracy on a dataset perturbed by each of the strengths, fractions (strengths,).

    parameters: a list of layers; dataset: a Dataset with labels; kind, strengths, seed: as perturb takes them. Each
    strength starts from the images as they are. Raises ValueError where one of them does not fit, or the dataset has
    no labels.
    Source: Hendrycks and Dietterich, "Benchmarking neural network robustness to common corruptions", 2019.
    """
    if dataset.labels is None:
        raise ValueError("the dataset has no labels, expected one an example: accuracy compares with them")
    reached = []
    for strength in strengths:
        X = perturb(dataset.X, kind, strength, seed=seed, image_shape=dataset.image_shape)
        reached.append(accuracy(make_predictions(parameters, X, activation=activation), dataset.labels))
    return np.array(reached)


def measure_robustness(result, dev_set, *, strengths, activation="relu"):
    """Return the accuracies of a TrainingResult on the perturbed development set, {"noise 0.1": fraction, ...}.

    strengths: {kind: the strengths}, as perturb takes them. functools.partial(measure_robustness, strengths=...) is a
    `measure` for run_experiment. Raises ValueError as accuracy_curve does.
    """
    columns = {}
    for kind, values in strengths.items():
        curve = accuracy_curve(result.parameters, dev_set, kind, values, activation=activation)
        columns |= {f"{kind} {value:g}": reached for value, reached in zip(values, curve.tolist(), strict=True)}
    return columns
