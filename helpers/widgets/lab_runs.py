"""The runs of the training lab: what each was, and how it ended in words."""

import math
from dataclasses import dataclass, field

from helpers.plots.figure import number
from helpers.training import TrainingResult


@dataclass(eq=False)
class Run:
    """One training of the lab.

    number: 1, 2, 3 ... values: its settings as the controls give them. layer_sizes: from the pixels to the classes.
    trainer: its Trainer. live: a short one. result: a TrainingResult once it has ended, which was at the clock time
    ended_at, in seconds. Raises nothing.
    """

    number: int
    values: dict
    layer_sizes: list[int]
    trainer: object
    live: bool = False
    result: TrainingResult | None = None
    ended_at: float = field(default=-math.inf)

    @property
    def name(self):
        """How the panel calls it. Raises nothing."""
        return f"run {self.number}"

    @property
    def history(self):
        """The rows of the finished epochs, dictionaries. Raises nothing."""
        return self.trainer.state.history

    @property
    def best_epoch(self):
        """The first epoch with the highest development accuracy, 0 for none. Raises nothing."""
        return self.trainer.state.best_epoch

    @property
    def seconds(self):
        """The seconds of the finished epochs. Raises nothing."""
        return sum(row["seconds"] for row in self.history)

    @property
    def steps_a_second(self):
        """Steps of the optimizer a second, measuring included. Raises nothing."""
        return len(self.history) * self.trainer.steps_an_epoch / max(self.seconds, 1e-9)

    @property
    def parameters(self):
        """How many weights and biases it has, a count. Raises nothing."""
        return self.trainer.state.vector.size

    def settings(self):
        """Return the cells of its settings in the table, in order. Raises nothing."""
        values = self.values
        size = "all" if values["batch_size"] is None else str(values["batch_size"])
        return {
            "learning rate": number(values["learning_rate"]),
            "layers": "-".join(map(str, self.layer_sizes)),
            "batch": size,
            "optimizer": values["optimizer"],
            "L2": number(values["l2"]),
            "share": f"{values['share']} %",
            "seed": str(values["seed"]),
        }

    def title(self):
        """Return it in two short lines. Raises nothing."""
        cells = self.settings()
        extra = "".join(f", {name} {cells[name]}" for name in ("L2", "share") if cells[name] not in ("0", "100 %"))
        start = f"Run {self.number}: {cells['layers']}, learning rate {cells['learning rate']}"
        return f"{start},\nbatch {cells['batch']}, {cells['optimizer']}{extra}"


def best(run):
    """Return a run's best development accuracy, a fraction, -1 where no epoch was good. Raises nothing."""
    value = run.result.best_dev_accuracy
    return value if math.isfinite(value) else -1.0


def last(run, column):
    """Return a column of the last epoch of a run, infinite where it is not a number. Raises nothing."""
    value = float(run.result.history[column].iloc[-1]) if len(run.result.history) else math.nan
    return value if math.isfinite(value) else math.inf


def progress(run, paused):
    """Return how far a run is, as a sentence. Raises nothing."""
    most = run.trainer.settings.max_epochs
    start = f"{'Paused in' if paused else 'Training'} run {run.number}: {len(run.history)} of at most {count(most)}"
    if not run.history:
        return f"{start}."
    return f"{start}, development accuracy {run.history[-1]['dev_accuracy']:.3f}. {pace(run)}"


def pace(run):
    """Return the seconds and steps a second of a run, as a sentence. Raises nothing."""
    return f"{run.seconds:.2f} s, {run.steps_a_second:,.0f} steps a second."


def count(epochs):
    """Return a number of epochs in words. Raises nothing."""
    return f"{epochs} epoch{'' if epochs == 1 else 's'}"


def stop_in_words(run):
    """Return why a run has stopped, its best epoch and its pace, as sentences. Raises nothing."""
    epochs = len(run.history)
    reason = {
        "early stopping": f"Early stopping: no better development accuracy for {count(run.values['patience'])}",
        "max epochs": f"{count(epochs)} done, all of a {'short' if run.live else 'full'} run",
        "diverged": f"Diverged in epoch {epochs}: the loss is not a number any more",
        "interrupted": f"Stopped by you after {count(epochs)}",
    }.get(run.result.stop_reason, f"Time is up for the live mode after {count(epochs)}")
    if not run.history:
        return f"Run {run.number}. {reason}."
    best_words = "No epoch was good"
    if run.best_epoch:
        best_words = f"Best epoch: {run.best_epoch}, development accuracy {best(run):.3f}"
    return f"Run {run.number}. {reason}. {best_words}. {pace(run)}"
