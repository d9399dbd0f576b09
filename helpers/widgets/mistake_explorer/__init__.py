"""The mistake explorer: a confusion matrix as a menu, and the images behind each of its cells."""

import ipywidgets as widgets

from helpers.evaluation import mistakes
from helpers.internals.checks import check_count, check_is_dataset
from helpers.plots import plot_confusion_matrix, plot_mistakes
from helpers.widgets.controls import button, dropdown, explanation, number_field, row, sentences
from helpers.widgets.figures import stack
from helpers.widgets.mistake_explorer.answers import ANY, MARKED, ORDERS, Answers, sentence
from helpers.widgets.mistake_explorer.cards import ConfusionMenu, MistakeCards
from helpers.widgets.panel import Panel, network_of

__all__ = ["MistakeExplorer"]

HELP = """<b>Matrix</b>: a row for the true class, a column for the predicted one. A cell shows its
images, the name of a row or column all its mistakes; choosing it again lets go.
Tab reaches the matrix, the arrow keys walk in it, Enter chooses.<br>
<b>Show</b>: which images; with two networks, the mistakes that the better one mends and the new
ones it makes.<br>
<b>True, Predicted</b>: the same choice as in the matrix, as two lists.<br>
<b>Sort by</b>: how probable the network found its answer, or its loss, large where the truth got
little chance.<br>
<b>Label is arguably wrong</b>: your own verdict; a line below counts them, and
<code>explorer.doubtful</code> lists the columns of X.<br>
<b>Bars</b>: the probability of each class, ✓ the true one, ✗ the one that was predicted in its
place."""


class MistakeExplorer(Panel):
    """A panel to walk through the images that a network gets wrong, and to compare two networks.

    Parameters
    ----------
    parameters : list of Layer or TrainingLab
        Of a lab the explorer takes the run on show, and follows.
    dataset : Dataset, optional
        With labels. By default the development set of a lab.
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

    def __init__(
        self,
        parameters,
        dataset=None,
        *,
        other=None,
        names=("the first network", "the second network"),
        activation="relu",
        per_page=6,
    ):
        check_count("per_page", per_page)
        parameters, activation, lab = network_of(parameters, activation)
        if dataset is None and lab is not None:
            dataset = lab.dev_set
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
        self.per_page, self.following = per_page, False
        self._make_controls(dataset.class_names)
        self._listen()
        self._refresh()
        self.show(*self._arranged())
        if lab is not None:
            lab.join(self)

    def follow(self, lab):
        """Show what the network of a TrainingLab gets wrong; the choice and the marks stay."""
        first, activation, _ = network_of(lab, None)
        others = self.answers.parameters[1:]
        networks = dict(zip(self.answers.names, (first, *others), strict=True))
        self.answers = Answers(networks, self.answers.dataset, activation=activation)
        self.summary.value = sentences(self.answers.summary(), bold=True)
        self._refresh()

    def look_at(self, column):
        """Show an image among those of its cell of the matrix."""
        self.following = True
        try:
            self.group.value = next(iter(self.answers.groups()))
            self.true.value = int(self.answers.labels[column])
            self.predicted.value = int(self.answers.predictions[0][column])
        finally:
            self.following = False
        self._refresh()
        self._go_to(1 + list(self.columns).index(column) // self.per_page)
        self.cards.send({"look": column})

    def _make_controls(self, class_names):
        classes = [("any", ANY), *((name, i) for i, name in enumerate(class_names))]
        self.menu, self.cards = ConfusionMenu(), MistakeCards()
        groups, words = (
            list(self.answers.groups()),
            "Which images the matrix counts and the pages show",
        )
        self.group = dropdown("Show", groups, words)
        self.true = dropdown("True", classes, "Only images of this class")
        words = "Only images that were taken for this class"
        self.predicted = dropdown("Predicted", classes, words)
        self.order = dropdown("Sort by", ORDERS, "Which images come first")
        self.page = number_field("Page", 1, "Its number", low=1, high=1)
        self.back = button("◀ Previous", "The page before")
        self.forward = button("Next ▶", "The page after")
        self.found, self.tally = (
            widgets.HTML(layout=widgets.Layout(width="100%")) for _ in range(2)
        )

    def _listen(self):
        for control in (self.group, self.true, self.predicted, self.order):
            control.observe(self.guard(self._refresh), "value")
        self.menu.observe(self.guard(self._follow_menu), "chosen")
        self.page.observe(self.guard(self._turn_page), "value")
        self.back.on_click(self.guard(lambda _: self._go_to(self.page.value - 1)))
        self.forward.on_click(self.guard(lambda _: self._go_to(self.page.value + 1)))
        self.cards.observe(self.guard(self._count_marks), "marked")

    @property
    def doubtful(self):
        """The columns of dataset.X whose labels are marked as arguably wrong; can be set."""
        return list(self.cards.marked)

    @doubtful.setter
    def doubtful(self, columns):
        """Mark these columns and no others; ValueError for one that is not in the dataset."""
        columns = sorted({int(column) for column in columns})
        m = len(self.answers.labels)
        if columns and not 0 <= columns[0] <= columns[-1] < m:
            raise ValueError(f"doubtful holds {columns}, expected columns of X from 0 to {m - 1}")
        self.cards.marked = columns

    def _follow_menu(self, change):
        if self.following:
            return
        self.following = True  # one click sets two lists, and the pages wait for both
        try:
            self.true.value, self.predicted.value = change.new
        finally:
            self.following = False
        self._refresh()

    def _refresh(self, change=None):
        if self.following:
            return
        group = self.answers.groups(self.doubtful)[self.group.value]
        self.columns = self.answers.columns(
            group, self.true.value, self.predicted.value, self.order.value
        )
        self.menu.show(self.answers.matrix(group), self.answers.dataset.class_names)
        self.following = True
        self.menu.chosen = [self.true.value, self.predicted.value]
        self.following = False
        self.page.max = self.pages
        if self.page.value == 1:
            self._turn_page()
        else:
            self.page.value = 1
        self._count_marks()

    @property
    def pages(self):
        """How many pages the images found fill, at least 1."""
        return max(1, -(-len(self.columns) // self.per_page))

    def _go_to(self, page):
        self.page.value = min(self.pages, max(1, page))

    def _turn_page(self, change=None):
        first = (self.page.value - 1) * self.per_page
        shown = self.columns[first : first + self.per_page]
        self.cards.show(self.answers, shown)
        which = "none"
        if len(shown):
            which = f"{first + 1} to {first + len(shown)} of {len(self.columns):,}"
        self.found.value = sentences(f"Images {which}, page {self.page.value} of {self.pages}")
        self.back.disabled = self.page.value == 1
        self.forward.disabled = self.page.value == self.pages

    def _count_marks(self, change=None):
        self.tally.value = sentences(self.answers.tally(self.doubtful))
        if change is not None and self.group.value == MARKED:
            self._refresh()

    def _arranged(self):
        lists = [self.menu, self.group, self.true, self.predicted, self.order]
        left = widgets.VBox(lists, layout=widgets.Layout(flex="0 1 345px", min_width="0"))
        paging = row(self.back, self.page, self.forward, self.found)
        wide = widgets.Layout(flex="1 1 300px", min_width="0")
        right = widgets.VBox([paging, self.cards, self.tally], layout=wide)
        wrap = widgets.Layout(flex_flow="row wrap", align_items="flex-start")
        body = widgets.Box([left, right], layout=wrap)
        self.summary = widgets.HTML(sentences(self.answers.summary(), bold=True))
        return self.summary, body, explanation(HELP)

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
