"""What one network says about a dataset, or two: which images are mistakes, which are mended, which are new."""

from typing import NamedTuple

import numpy as np

from helpers.evaluation import accuracy, confusion_matrix, predict_probabilities

AT_ONCE = 5000  # images in one forward pass: more would take gigabytes in wide layers
ANY = -1
ORDERS = ("surest first", "least sure first", "largest loss first", "smallest loss first", "as in the data")
MARKED = "marked as doubtful"


class Group(NamedTuple):
    """Images to show: those of `listed` (m,), or in one cell of the matrix those of `counted` (m,).

    Both are masks; `network` is the number of the network whose predictions sort and count them.
    """

    network: int
    listed: np.ndarray
    counted: np.ndarray


class Answers:
    """The probabilities and predictions of one network or two for every image of a dataset.

    networks: a dict of one or two lists of Layers, by name. dataset: a Dataset with labels. Holds `probabilities`
    and `predictions`, one (classes, m) and one (m,) a network. Raises ValueError for a dataset without labels or
    images, and for one that does not fit a network.
    """

    def __init__(self, networks, dataset, *, activation="relu"):
        if dataset.labels is None or len(dataset) == 0:
            missing = "labels" if dataset.labels is None else "images"
            raise ValueError(f"the dataset has no {missing}, expected images with labels: else nothing is a mistake")
        self.dataset, self.labels, self.activation = dataset, dataset.labels, activation
        self.names, self.parameters = list(networks), list(networks.values())
        starts = range(0, len(dataset), AT_ONCE)
        self.probabilities = [
            np.hstack([predict_probabilities(p, dataset.X[:, i : i + AT_ONCE], activation=activation) for i in starts])
            for p in self.parameters
        ]
        classes, outputs = len(dataset.class_names), [len(P) for P in self.probabilities]
        if outputs != [classes] * len(outputs):
            raise ValueError(f"the networks have {outputs} outputs, expected {classes}, one for each class of the data")
        self.predictions = [P.argmax(axis=0) for P in self.probabilities]
        self.wrong = [predictions != self.labels for predictions in self.predictions]

    def groups(self, marked=()):
        """Return the Groups by name, the most telling first; `marked` are columns of X. Raises nothing."""
        every = np.ones(len(self.labels), dtype=bool)
        chosen = np.isin(np.arange(len(self.labels)), list(marked))
        rest = {"every image": Group(0, every, every), MARKED: Group(0, chosen, chosen)}
        if len(self.names) == 1:
            return {"mistakes": Group(0, self.wrong[0], every), **rest}
        worse, better, mended, new, both = self.compared()
        parts = {
            f"mended by {self.names[better]}": Group(worse, mended, mended),
            f"new mistakes of {self.names[better]}": Group(better, new, new),
            "mistakes of both": Group(worse, both, both),
        }
        own = {f"all mistakes of {name}": Group(i, self.wrong[i], every) for i, name in enumerate(self.names)}
        return {**parts, **own, **rest}

    def compared(self):
        """Return how two networks differ: (worse, better, mended, new, both).

        worse, better: their numbers, by their mistakes (on a tie 0 and 1). mended, new, both: masks (m,) of the
        mistakes that only the worse makes, only the better, and both. Raises nothing for two networks.
        """
        worse, better = (1, 0) if self.wrong[1].sum() > self.wrong[0].sum() else (0, 1)
        before, after = self.wrong[worse], self.wrong[better]
        return worse, better, before & ~after, after & ~before, before & after

    def matrix(self, group):
        """Return the confusion matrix (true, predicted) of the images that a Group counts. Raises nothing."""
        classes = len(self.dataset.class_names)
        if not group.counted.any():
            return np.zeros((classes, classes), dtype=int)
        return confusion_matrix(self.predictions[group.network][group.counted], self.labels[group.counted], classes)

    def columns(self, group, true=ANY, predicted=ANY, order=ORDERS[0]):
        """Return the columns of X in a Group with this true and this predicted class, sorted.

        order: one of ORDERS; sure is who gives the predicted class a high probability, and the loss is large where
        the true class got a low one. Raises ValueError for another order.
        """
        if order not in ORDERS:
            raise ValueError(f"order is {order!r}, expected one of {', '.join(ORDERS)}")
        mask = group.listed if ANY in (true, predicted) else group.counted
        mask = mask & ((self.labels == true) | (true == ANY))
        found = np.flatnonzero(mask & ((self.predictions[group.network] == predicted) | (predicted == ANY)))
        if order == "as in the data":
            return found
        by = self.predictions[group.network] if "sure" in order else self.labels
        keys = self.probabilities[group.network][by[found], found]
        # a small probability of the true class is a large loss, so that no logarithm is needed to sort
        descending = order in ("surest first", "smallest loss first")
        return found[np.argsort(-keys if descending else keys, kind="stable")]

    def summary(self):
        """Return how many mistakes there are, and with two networks how they differ, in words. Raises nothing."""
        m = len(self.labels)
        each = [
            f"{sentence(name)} makes {wrong.sum():,} mistakes on {m:,} images: {accuracy(said, self.labels):.1%} right."
            for name, wrong, said in zip(self.names, self.wrong, self.predictions, strict=True)
        ]
        if len(each) == 2:
            worse, better, mended, new, both = self.compared()
            each += [
                f"{sentence(self.names[better])} mends {mended.sum():,} of the mistakes of {self.names[worse]} "
                f"and makes {new.sum():,} new ones; {both.sum():,} are made by both."
            ]
        return " ".join(each)

    def tally(self, marked):
        """Return how many labels are marked as doubtful, and the accuracy without these images. Raises nothing."""
        marked = np.unique(np.array(list(marked), dtype=int))
        if marked.size == 0:
            return "No label is marked as arguably wrong yet."
        keep = np.setdiff1d(np.arange(len(self.labels)), marked)
        text = f"{marked.size:,} marked as arguably wrong."
        for name, wrong, said in zip(self.names, self.wrong, self.predictions, strict=True):
            if keep.size:
                before, after = accuracy(said, self.labels), accuracy(said[keep], self.labels[keep])
                text += (
                    f" {sentence(name)}: {wrong[marked].sum()} of its {wrong.sum():,} mistakes; "
                    f"accuracy {before:.2%}, without the marked images {after:.2%}."
                )
        return text


def sentence(text):
    """Return the text with a capital first letter, the rest as it is. Raises nothing."""
    return text[:1].upper() + text[1:]
