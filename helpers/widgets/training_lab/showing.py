"""What the training lab shows of a run: its curves, sentences, weights and misread digits."""

import math

import numpy as np

from helpers.evaluation import predict_probabilities
from helpers.network import forward_propagation
from helpers.plots import percent
from helpers.plots.figure import number
from helpers.widgets.training_lab.hints import count
from helpers.widgets.training_lab.runs import COLUMNS, is_long

TILES = 12  # mistakes shown
FIXED = 6  # of those of the run before that are right now
PICTURES = 16  # neurons of the first layer shown
DEFAULT_TEXTS = {"optimizer": "gradient descent", "activation": "relu", "l2": 0.0, "seed": 0}


def for_browser(run, positions):
    """Return a run as the browser takes it; positions: those of the controls that made it."""
    accuracies = run.accuracies()
    spread = float(np.std(accuracies, ddof=1)) if run.others else math.nan
    band = {}
    if run.others:
        for column in ("dev_loss", "dev_accuracy"):
            curves = [each.curve(column) for each in (run, *run.others)]
            together = np.array([curve[: min(map(len, curves))] for curve in curves])
            middle, width = together.mean(axis=0), together.std(axis=0, ddof=1)
            band[column] = [listed(middle - width), listed(middle + width)]
    return {
        "number": run.number,
        "settings": positions,
        "curves": {column: listed(run.curve(column)) for column in COLUMNS},
        "best": run.best_epoch,
        "accuracy": listed([np.mean(accuracies)])[0],
        "spread": listed([spread])[0],
        "seeds": len(accuracies),
        "band": band,
        "seconds": sum(each.seconds for each in (run, *run.others)),
    }


def listed(values):
    """Return numbers as a list, None for those that are not finite, which JSON does not know."""
    return [float(value) if math.isfinite(value) else None for value in values]


def title(run, controls):
    """Return what a run is."""
    values = run.values
    sizes = "-".join(map(str, run.settings.layer_sizes))
    texts = [f"learning rate {controls.text('learning_rate', values['learning_rate'])}"]
    texts += [f"batch {controls.text('batch_size', values['batch_size'])}", values["optimizer"]]
    if values["activation"] != "relu":
        texts.append(controls.text("activation", values["activation"]))
    if values["l2"]:
        texts.append(f"L2 {number(values['l2'])}")
    if values["share"] < 100:
        texts.append(f"{values['share']} % of the data")
    return f"Run {run.number}: {', '.join([sizes, *texts])}"


def progress(run, working):
    """Return how far a run, or the one of its others that is `working`, has come."""
    doing = "Paused in" if working.paused else "Training"
    start = f"{doing} run {run.number}"
    if working is not run:
        start += f" with seed {working.values['seed']}, {len(run.others) + 2} of 5"
    start += f": {len(working.history)} of at most {count(working.settings.max_epochs)}"
    if not working.history:
        return f"{start}."
    accuracy = working.history[-1]["dev_accuracy"]
    return f"{start}, development accuracy {accuracy:.3f}. {pace(working)}"


def outcome(run):
    """Return why a run has stopped, its best epoch and its pace."""
    done = len(run.history)
    reason = {
        "early stopping": f"Early stopping: no better development accuracy for {count(run.values['patience'])}",
        "max epochs": f"{count(done)} done, all of a {'short' if run.live else 'full'} run",
        "diverged": f"Diverged in epoch {done}: the loss is not a number any more",
        "interrupted": f"Stopped by you after {count(done)}",
        "on_epoch": f"The time of a live run is up after {count(done)}; Train has no limit of time",
    }[run.stop_reason]
    if run.extended:
        reason = f"Continued epoch by epoch, {count(done)} in all"
    if not run.history:
        return f"Run {run.number}. {reason}."
    best = "No epoch was good"
    if run.best_epoch:
        best = f"Best epoch: {run.best_epoch}, development accuracy {run.accuracies()[0]:.3f}"
    seeds = ""
    if run.others:
        values = run.accuracies()
        spread = f"{np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}"
        seeds = f" With {len(values)} seeds: {spread} (mean and standard deviation)."
    return f"Run {run.number}. {reason}. {best}.{seeds} {pace(run)}"


def pace(run):
    """Return the seconds and steps per second of a run."""
    return f"{run.seconds:.2f} s, {run.steps_a_second:,.0f} steps per second."


def in_words(run, controls):
    """Return the text alternative of the curves."""
    text = f"Two line charts over the epochs, loss and accuracy. {title(run, controls)}."
    if not run.history:
        return f"{text} Nothing has been trained yet."
    for name, words in (("train", "Training"), ("dev", "Development")):
        losses = run.curve(f"{name}_loss")
        reached = run.curve(f"{name}_accuracy")[-1]
        text += f" {words} loss goes from {number(losses[0])} to {number(losses[-1])}, "
        text += f"accuracy reaches {percent(reached)}."
    return text + (f" Best epoch: {run.best_epoch}." if run.best_epoch else "")


def first_layer(parameters, image_shape):
    """Return the weights of the first layer as images, bytes around 128 for 0."""
    W = parameters[0].W
    if W.shape[1] != math.prod(image_shape) or not np.isfinite(W).all():
        return {}
    shown = W[:PICTURES]
    limit = float(np.quantile(np.abs(shown), 0.995)) or 1.0
    scaled = np.clip(np.rint(128 + 127 * shown / limit), 1, 255).astype(np.uint8)
    return {
        "shape": list(image_shape),
        "pixels": scaled.tobytes(),
        "count": len(shown),
        "all": len(W),
    }


def answer(parameters, activation, dataset, column):
    """Return an image of the dataset and the probabilities that a network gives it."""
    x = dataset.X[:, [column]]
    with np.errstate(over="ignore", invalid="ignore"):  # in a run that diverges
        P = forward_propagation(parameters, x, activation=activation)[-1][:, 0]
    return {
        "column": column,
        "shape": list(dataset.image_shape),
        "pixels": np.rint(255 * x.T).astype(np.uint8).tobytes(),
        "is": int(dataset.labels[column]),
        "names": list(dataset.class_names),
        "shares": listed(P),
        "texts": [percent(share) if np.isfinite(share) else "–" for share in P],
    }


class Misread:
    """The surest mistakes of a run on the development set, against those of the run before.

    It is made in a thread where that takes long, and changes nothing.
    """

    def __init__(self, run, dev_set, before=None):
        P = predict_probabilities(
            run.result.parameters, dev_set.X, activation=run.settings.activation
        )
        self.said, self.number = P.argmax(axis=0), run.number
        self.sure = P[self.said, np.arange(P.shape[1])]
        self.wrong = self.said != dev_set.labels
        if before is not None and before.number == run.number:
            before = before.before
        self.before = before

    @staticmethod
    def is_long(run, dev_set):
        """Return whether it takes so long that others would wait."""
        return is_long(2 * run.parameters * len(dev_set))

    def tiles(self, dev_set):
        """Return the tiles as the browser takes them."""
        old = self.before
        was_wrong = self.wrong if old is None else old.wrong
        shown = surest(self.wrong, self.sure)[:TILES]
        fixed = surest(was_wrong & ~self.wrong, self.sure if old is None else old.sure)[:FIXED]
        columns = np.concatenate([shown, fixed]).astype(int)
        names, labels = dev_set.class_names, dev_set.labels
        tiles = [
            {
                "column": int(i),
                "is": names[labels[i]],
                "said": names[self.said[i] if self.wrong[i] else old.said[i]],
                "sure": percent(self.sure[i]),
                "state": ("" if was_wrong[i] else "new") if self.wrong[i] else "fixed",
            }
            for i in columns
        ]
        ink = np.rint(255 * dev_set.X[:, columns].T).astype(np.uint8).tobytes()
        return {
            "shape": list(dev_set.image_shape),
            "pixels": ink,
            "tiles": tiles,
            "said": self.in_words(was_wrong),
        }

    def in_words(self, was_wrong):
        """Return how many digits are misread, and what has changed."""
        text = f"Run {self.number} misreads {self.wrong.sum():,} of {len(self.wrong):,} development images"
        if self.before is None:
            return f"{text}."
        new, fixed = (self.wrong & ~was_wrong).sum(), (was_wrong & ~self.wrong).sum()
        return f"{text}: {new} new, {fixed} fixed since run {self.before.number}."


def surest(chosen, sure):
    """Return the columns that are chosen, (m,) bool, the surest first."""
    found = np.flatnonzero(chosen)
    return found[np.argsort(-sure[found], kind="stable")]


def code(run, m):
    """Return the line that repeats a run exactly; m: how many examples the training set has."""
    settings, share = run.repeated(), run.values["share"]
    data = "train_set"
    if share < 100:
        part = f"np.random.default_rng(0).permutation({m})[:{run.m}]"
        data = f"train_set.subset(np.sort({part}))"
    words = {"learning_rate": settings.learning_rate, "batch_size": settings.batch_size}
    words |= {name: getattr(settings, name) for name in DEFAULT_TEXTS}
    words |= {"max_epochs": settings.max_epochs, "patience": settings.patience}
    left_out = DEFAULT_TEXTS | {"batch_size": None, "patience": 10, "max_epochs": 100}
    kept = [f"{n}={v!r}" for n, v in words.items() if n not in left_out or left_out[n] != v]
    return f"train({data}, dev_set, {list(settings.layer_sizes)}, {', '.join(kept)})"


def lab_code(values, defaults):
    """Return the line that opens a lab with these settings."""
    kept = [f"{name}={value!r}" for name, value in values.items() if defaults[name] != value]
    return f"TrainingLab({', '.join(['train_set', 'dev_set', *kept])})"
