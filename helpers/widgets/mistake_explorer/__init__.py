"""The mistake explorer: a confusion matrix as a menu, and the images behind each of its cells."""

import numpy as np

from helpers.evaluation import mistakes, nearest_examples
from helpers.internals.checks import check_count, check_is_dataset
from helpers.plots import plot_confusion_matrix, plot_mistakes
from helpers.plots.arrays import axis_name
from helpers.widgets.figures import stack
from helpers.widgets.mistake_explorer.answers import ANY, MARKED, ORDERS, Answers, sentence
from helpers.widgets.mistake_explorer.cards import ExplorerSurface, card, pixels_of
from helpers.widgets.network_inspector import NetworkInspector
from helpers.widgets.panel import Panel, network_of

__all__ = ["MistakeExplorer"]

NEIGHBORS = 8


class MistakeExplorer(Panel):
    """A panel to walk through the images that a network gets wrong, and to compare two networks.

    Parameters
    ----------
    parameters : list of Layer or TrainingLab
        Of a lab the explorer takes the run on show, and follows.
    dataset : Dataset, optional
        With labels. By default the development set of a lab.
    train_set : Dataset, optional
        To show the images that are nearest to a mistake. By default that of a lab.
    other : list of Layer, optional
        A second network.
    names : pair of str
        What to call the two.
    activation : str
        That of their hidden layers.
    per_page : int
        Images on a page.

    Raises
    ------
    ValueError
        Where the data do not fit the networks.
    """

    purpose = "walk through the mistakes"

    def __init__(
        self,
        parameters,
        dataset=None,
        train_set=None,
        *,
        other=None,
        names=("the first network", "the second network"),
        activation="relu",
        per_page=6,
    ):
        check_count("per_page", per_page)
        parameters, activation, lab = network_of(parameters, activation)
        if lab is not None:
            dataset = lab.dev_set if dataset is None else dataset
            train_set = lab.train_set if train_set is None else train_set
        check_is_dataset("dataset", dataset)
        networks = {"the network": parameters}
        if other is not None:
            networks = dict(zip(names, (parameters, other), strict=True))
            if len(networks) < 2:
                raise ValueError(
                    f"names are {names!r}, expected two different ones, such as ('before', 'after')"
                )
        self.answers = Answers(networks, dataset, activation=activation)
        super().__init__()
        self.per_page, self.train_set, self.following = per_page, train_set, False
        self.inspector = None
        groups, names = list(self.answers.groups()), list(dataset.class_names)
        self.surface = ExplorerSurface(
            about={
                "groups": groups,
                "orders": list(ORDERS),
                "names": names,
                "kind": axis_name(names),
                "networks": self.answers.names,
                "nearest": train_set is not None,
            },
            choice={
                "group": groups[0],
                "true": ANY,
                "predicted": ANY,
                "order": ORDERS[0],
                "page": 1,
            },
            marked=self._marks_before(),
        )
        self._refresh()
        self.surface.observe(self.answering(self._refresh), "choice")
        self.surface.observe(self.answering(self._count_marks), "marked")
        self.surface.on_msg(self.answering(self._on_message))
        self.show(self.surface)
        if lab is not None:
            lab.join(self)

    def follow(self, lab):
        """Show what the network of a TrainingLab gets wrong; the choice and the marks stay."""
        first, activation, _ = network_of(lab, None)
        others = self.answers.parameters[1:]
        networks = dict(zip(self.answers.names, (first, *others), strict=True))
        self.answers = Answers(networks, self.answers.dataset, activation=activation)
        self._refresh()

    def look_at(self, column):
        """Show an image among those of its cell of the matrix."""
        self.choose(
            group=next(iter(self.answers.groups())),
            true=int(self.answers.labels[column]),
            predicted=int(self.answers.predictions[0][column]),
        )
        self.choose(page=1 + list(self.columns).index(column) // self.per_page)
        self.surface.send({"look": column})

    def choose(self, **choice):
        """Choose as a reader would: group, order, true and predicted (-1 for any), or page.

        Raises
        ------
        ValueError
            For a name or a value that is not on the panel.
        """
        about, classes = self.surface.about, range(ANY, len(self.answers.dataset.class_names))
        known = {"group": about["groups"], "order": about["orders"], "page": range(1, 10**9)}
        known |= {"true": classes, "predicted": classes}
        for name, value in choice.items():
            if value not in known.get(name, ()):
                raise ValueError(f"{name} is {value!r}, expected one of those on the panel")
        self.surface.choice = {**self.surface.choice, "page": 1, **choice}

    @property
    def doubtful(self):
        """The columns of dataset.X whose labels are marked as arguably wrong; can be set."""
        return list(self.surface.marked)

    @doubtful.setter
    def doubtful(self, columns):
        """Mark these columns and no others; ValueError for one that is not in the dataset."""
        columns = sorted({int(column) for column in columns})
        m = len(self.answers.labels)
        if columns and not 0 <= columns[0] <= columns[-1] < m:
            raise ValueError(f"doubtful holds {columns}, expected columns of X from 0 to {m - 1}")
        self.surface.marked = columns

    @property
    def pages(self):
        """How many pages the images found fill, at least 1."""
        return max(1, -(-len(self.columns) // self.per_page))

    def _marks_before(self):
        """Return the marks of the panel that this cell made before, if it was of the same images."""
        before = self.previous
        same = before is not None and np.array_equal(before.answers.labels, self.answers.labels)
        return list(before.surface.marked) if same else []

    def _refresh(self, change=None):
        if self.following:
            return
        choice, groups = dict(self.surface.choice), self.answers.groups(self.doubtful)
        every, cell = "every image", (choice["true"], choice["predicted"])
        if cell[0] == cell[1] != ANY and choice["group"] != MARKED:
            choice["group"] = every  # right ones, which no group of mistakes lists
        group = groups[choice["group"]]
        self.columns = self.answers.columns(group, *cell, choice["order"])
        choice["page"] = min(self.pages, max(1, choice["page"]))
        first = (choice["page"] - 1) * self.per_page
        shown = self.columns[first : first + self.per_page]
        which = "none"
        if len(shown):
            which = f"{first + 1} to {first + len(shown)} of {len(self.columns):,}"
        dataset, self.following = self.answers.dataset, True
        try:
            with self.surface.hold_sync():
                self.surface.choice = choice
                self.surface.page = {
                    "summary": self.answers.summary(),
                    "counts": self.answers.matrix(group).tolist(),
                    "found": f"Images {which}, page {choice['page']} of {self.pages}",
                    "pages": self.pages,
                    "cards": [card(self.answers, int(column)) for column in shown],
                    "pixels": pixels_of(dataset.X, shown),
                    "shape": list(dataset.image_shape),
                }
                self.surface.tally = self.answers.tally(self.doubtful)
        finally:
            self.following = False

    def _count_marks(self, change):
        self.surface.tally = self.answers.tally(self.doubtful)
        if self.surface.choice["group"] == MARKED:
            self._refresh()

    def _on_message(self, surface, message, buffers):
        match message:
            case {"type": "nearest", "column": int(column)} if self.train_set is not None:
                self._show_nearest(column)
            case {"type": "inside", "column": int(column)}:
                self._look_inside(column)

    def _show_nearest(self, column):
        train_set, x = self.train_set, self.answers.dataset.X[:, [column]]
        chosen, distances = nearest_examples(train_set.X, x, NEIGHBORS)
        names = ["?"] * len(chosen)
        if train_set.labels is not None:
            names = [train_set.class_names[train_set.labels[i]] for i in chosen]
        self.surface.closer = {
            "column": column,
            "note": f"The nearest of {len(train_set):,} training images to image {column}: "
            "label, picture, distance",
            "near": [
                {"name": name, "note": f"{distance:.1f}"}
                for name, distance in zip(names, distances, strict=True)
            ],
            "pixels": pixels_of(train_set.X, chosen),
        }

    def _look_inside(self, column):
        """Open a network inspector below, on the network whose answers are sorted."""
        answers = self.answers
        network = answers.groups()[self.surface.choice["group"]].network
        if self.inspector is not None:
            self.inspector.close()
        self.inspector = NetworkInspector(
            answers.parameters[network],
            answers.dataset,
            column=column,
            activation=answers.activation,
        )
        self.show(self.surface, self.inspector.view)

    def figure(self):
        """Return the static figure: the confusion matrix, and below it the first dozen images.

        Of two networks it is the worse, with what the better one mends.
        """
        answers, groups = self.answers, self.answers.groups()
        name, group = next(iter(groups.items()))
        matrix = plot_confusion_matrix(
            answers.matrix(groups["every image"]._replace(network=group.network)),
            answers.dataset.class_names,
            title=f"Confusion matrix of {answers.names[group.network]}",
        )
        found = answers.columns(group)
        if len(found) == 0:
            return matrix
        table = mistakes(
            answers.parameters[group.network], answers.dataset, activation=answers.activation
        )
        title = f"{sentence(name)}, the first of {len(found):,}: "
        title += "what was predicted, what is true, and how probable"
        chosen = table[table["index"].isin(found)]
        return stack(matrix, plot_mistakes(chosen, answers.dataset, title=title))
