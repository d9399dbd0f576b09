"""What the training lab has to show of its runs, and when."""

from helpers.widgets.lab_book import clock
from helpers.widgets.lab_curves import Curves
from helpers.widgets.lab_hints import dead_neurons, find_hints
from helpers.widgets.lab_runs import progress, stop_in_words
from helpers.widgets.pictures import draw_side_by_side

FRAME_SECONDS = 0.12
JUDGES = 500  # development images on which dead neurons are looked for


class Screen:
    """Shows the newest run of a book, the earlier ones and the one to compare with.

    book: a RunBook. view: a LabView. `.curves` are the drawn Curves. Raises nothing.
    """

    def __init__(self, book, view):
        self.book, self.view, self.curves, self.drawn_at = book, view, Curves(), 0.0

    def after_epoch(self, row):
        """Draw a frame, if the last one is old enough or the training pauses. Raises nothing."""
        if self.book.newest.trainer.paused or clock() - self.drawn_at > FRAME_SECONDS:
            self.show_progress()
            self.draw()

    def show_progress(self):
        """Show how far the training is. Raises nothing."""
        paused = self.book.newest.trainer.paused
        self.view.set_state("paused" if paused else "training")
        self.view.say(progress(self.book.newest, paused))

    def show_end(self):
        """Show the newest run with what is to be said about it. Raises nothing."""
        run = self.book.newest
        self.view.set_state("idle")
        self.view.say(stop_in_words(run))
        self.draw()
        self.view.show_runs(self.book.runs, run)
        dead = []
        if run.result.stop_reason != "diverged":
            dead = dead_neurons(run.result, run.layer_sizes, run.values["seed"], self.book.dev_set.X[:, :JUDGES])
        self.view.show_hints(find_hints(run.values, run.result, dead))

    def draw(self):
        """Draw the newest run, the earlier ones and the one to compare with. Raises nothing."""
        chosen = self.view.compare.value
        newest = self.book.newest
        others = [run for run in self.book.runs if run is not newest]
        compared = next(((run.name, run.history) for run in others if run.number == chosen), None)
        earlier = [(run.name, run.history) for run in others if run.number != chosen]
        figure = self.curves.update(newest.title(), newest.history, newest.best_epoch, earlier, compared)
        draw_side_by_side(self.view.pictures, figure, figure.alt)
        self.drawn_at = clock()
