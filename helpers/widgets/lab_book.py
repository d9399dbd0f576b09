"""The book of the training lab: it makes runs from settings and keeps the ones worth comparing."""

import time

import numpy as np

from helpers.data import Dataset
from helpers.settings import Settings
from helpers.training import training_result
from helpers.training_run import TrainingRun
from helpers.widgets.lab_runs import Run
from helpers.widgets.lab_trainer import Trainer

LIVE_EPOCHS = 10
FIRST_FLOPS = 1e10  # float operations that the run a new panel shows takes at most, but for one epoch
SAME_MOVE_SECONDS = 1.0  # a short run that the next one follows faster than this is not kept
MOST_RUNS = 20


class RunBook:
    """The runs of a lab, the newest last.

    train_set, dev_set: Datasets with labels. `.runs` are the kept ones, `.newest` is the one in full color, in the
    list or not yet. Raises nothing.
    """

    def __init__(self, train_set, dev_set):
        self.train_set, self.dev_set = train_set, double(dev_set)
        self.subsets, self.runs, self.newest = {}, [], None

    def start(self, values, live, epochs=None):
        """Return a new Run with these settings of the controls, and make it the newest.

        live: at most LIVE_EPOCHS. epochs: another limit. Raises ValueError where the settings do not fit the data.
        """
        previous = self.runs[-1] if self.runs else None
        if previous is not None and previous.live and clock() - previous.ended_at < SAME_MOVE_SECONDS:
            self.runs.pop()
        sizes = [len(self.train_set.X), *values["hidden"], len(self.train_set.class_names)]
        settings = Settings(
            layer_sizes=sizes,
            learning_rate=values["learning_rate"],
            batch_size=values["batch_size"],
            optimizer=values["optimizer"],
            max_epochs=epochs or (min(values["epochs"], LIVE_EPOCHS) if live else values["epochs"]),
            patience=values["patience"],
            min_delta=0.0,
            activation="relu",
            l2=values["l2"],
            augment=None,
            learning_rate_schedule=None,
            dtype=np.float64,
            seed=values["seed"],
        )
        training = TrainingRun(self.subset(values["share"]), self.dev_set, settings)
        for run in self.runs:  # only the newest can go on; the images of twenty others would take half a gigabyte
            run.trainer.release()
        number = self.runs[-1].number + 1 if self.runs else 1
        self.newest = Run(number, values, sizes, Trainer(training), live)
        return self.newest

    def first(self, values):
        """Train and keep a run of as many epochs as do not delay the opening of a notebook. Raises as `start`."""
        run = self.start(values, live=True)
        training = run.trainer.run
        flops = 6 * training.vector.size * len(training.labels)
        for _ in range(max(1, min(LIVE_EPOCHS, int(FIRST_FLOPS / flops)))):
            if training.stop_reason is None:
                training.run_epoch()
        self.end(run)
        run.ended_at = -np.inf
        return run

    def end(self, run):
        """Close a run with its result; keep it, if an epoch was finished. Raises nothing."""
        training = run.trainer.run
        if training.stop_reason is None:
            training.stop_reason = "interrupted" if run.trainer.stopped else "on_epoch"
        run.result, run.ended_at = training_result(training), clock()
        if run.history and run not in self.runs:
            self.runs = [*self.runs, run][-MOST_RUNS:]

    def forget(self):
        """Drop all runs. Raises nothing."""
        self.runs, self.newest = [], None

    def subset(self, share):
        """Return `share` percent of the training set, the same images for the same share. Raises nothing."""
        if share not in self.subsets:
            m = len(self.train_set)
            chosen = np.random.default_rng(0).permutation(m)[: max(1, round(m * share / 100))]
            whole = share == 100
            self.subsets = {share: double(self.train_set if whole else self.train_set.subset(np.sort(chosen)))}
        return self.subsets[share]


def double(dataset):
    """Return a dataset in float64, in which it is trained: the same object if it is so already. Raises nothing."""
    if dataset.X.dtype == np.float64:
        return dataset
    rows = np.ascontiguousarray(dataset.X.T, np.float64)
    return Dataset(rows.T, dataset.labels, dataset.class_names, dataset.image_shape)


def clock():
    """Return the seconds of a clock that never goes back. Raises nothing."""
    return time.perf_counter()
