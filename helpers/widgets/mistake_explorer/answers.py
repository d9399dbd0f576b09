"""What one network or two say about a dataset: which images are mistakes, and how two differ."""

from typing import NamedTuple

import numpy as np

from helpers.evaluation import accuracy, confusion_matrix, predict_probabilities

ANY = -1
ORDERS = (
    *("surest first", "least sure first", "largest loss first", "smallest loss first"),
    "as in the data",
)
MARKED = "marked as doubtful"


class Group(NamedTuple):
    """Images to show, as two masks (m,), and the network whose predictions sort and count them."""

    network: int
    listed: np.ndarray  # what the pages show
    counted: np.ndarray  # what the matrix counts, and a chosen cell of it shows


class Answers:
    """The probabilities (classes, m) and predictions (m,) of each network for a dataset.

    networks: one or two lists of Layers, by name.
    """

    def __init__(self, networks, dataset, *, activation="relu"):
        if dataset.labels is None or len(dataset) == 0:
            missing = "labels" if dataset.labels is None else "images"
            raise ValueError(
                f"the dataset has no {missing}, expected images with labels: else nothing is a mistake"
            )
        self.dataset, self.labels, self.activation = dataset, dataset.labels, activation
        self.names, self.parameters = list(networks), list(networks.values())
        self.probabilities = [
            predict_probabilities(p, dataset.X, activation=activation) for p in self.parameters
        ]
        classes, outputs = len(dataset.class_names), [len(P) for P in self.probabilities]
        if outputs != [classes] * len(outputs):
            raise ValueError(
                f"the networks have {outputs} outputs, expected {classes}, one for each class of the data"
            )
        self.predictions = [P.argmax(axis=0) for P in self.probabilities]
        self.wrong = [predictions != self.labels for predictions in self.predictions]

    def groups(self, marked=()):
        """Return the Groups by name, the most telling first; marked: columns of X."""
        every = np.ones(len(self.labels), dtype=bool)
        chosen = np.isin(np.arange(len(self.labels)), list(marked))
        rest = {"every image": Group(0, every, every), MARKED: Group(0, chosen, chosen)}
        if len(self.names) == 1:
            return {"mistakes": Group(0, self.wrong[0], every), **rest}
        worse, better, fixed, new, both = self.compared()
        parts = {
            f"fixed by {self.names[better]}": Group(worse, fixed, fixed),
            f"new mistakes of {self.names[better]}": Group(better, new, new),
            "mistakes of both": Group(worse, both, both),
        }
        own = {
            f"all mistakes of {name}": Group(i, self.wrong[i], every)
            for i, name in enumerate(self.names)
        }
        return {**parts, **own, **rest}

    def compared(self):
        """Return which network is worse, which better, and the mistakes of one, other and both."""
        worse, better = (1, 0) if self.wrong[1].sum() > self.wrong[0].sum() else (0, 1)
        before, after = self.wrong[worse], self.wrong[better]
        return worse, better, before & ~after, after & ~before, before & after

    def matrix(self, group):
        """Return the confusion matrix (true, predicted) of the images that a Group counts."""
        classes, counted = len(self.dataset.class_names), group.counted
        if not counted.any():
            return np.zeros((classes, classes), dtype=int)
        predictions = self.predictions[group.network][counted]
        return confusion_matrix(predictions, self.labels[counted], classes)

    def columns(self, group, true=ANY, predicted=ANY, order=ORDERS[0]):
        """Return the columns of X in a Group with this true and this predicted class, sorted."""
        predictions = self.predictions[group.network]
        mask = group.listed if ANY in (true, predicted) else group.counted
        mask = mask & ((self.labels == true) | (true == ANY))
        found = np.flatnonzero(mask & ((predictions == predicted) | (predicted == ANY)))
        if order == "as in the data":
            return found
        by = predictions if "sure" in order else self.labels
        keys = self.probabilities[group.network][by[found], found]
        # a small probability of the true class is a large loss: to sort needs no logarithm
        descending = order in ("surest first", "smallest loss first")
        return found[np.argsort(-keys if descending else keys, kind="stable")]

    def summary(self):
        """Return in words how many mistakes there are, and with two networks how they differ."""
        each = [
            f"{sentence(name)} makes {wrong.sum():,} mistakes on {len(wrong):,} images: "
            f"{accuracy(said, self.labels):.1%} right."
            for name, wrong, said in zip(self.names, self.wrong, self.predictions, strict=True)
        ]
        if len(each) == 2:
            worse, better, fixed, new, both = self.compared()
            each += [
                f"{sentence(self.names[better])} fixes {fixed.sum():,} of the mistakes of "
                f"{self.names[worse]} and makes {new.sum():,} new ones; "
                f"{both.sum():,} are made by both."
            ]
        return " ".join(each)

    def tally(self, marked):
        """Return in words how many labels are marked as doubtful, and the accuracy without them."""
        marked = np.unique(np.array(list(marked), dtype=int))
        if marked.size == 0:
            return "No label is marked as arguably wrong yet."
        keep = np.setdiff1d(np.arange(len(self.labels)), marked)
        text = f"{marked.size:,} marked as arguably wrong."
        for name, wrong, said in zip(self.names, self.wrong, self.predictions, strict=True):
            if keep.size:
                before = accuracy(said, self.labels)
                after = accuracy(said[keep], self.labels[keep])
                text += (
                    f" {sentence(name)}: {wrong[marked].sum()} of its {wrong.sum():,} mistakes; "
                    f"accuracy {before:.2%}, without the marked images {after:.2%}."
                )
        return text


def sentence(text):
    """Return the text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]
