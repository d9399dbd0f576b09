"""Training runs in processes of their own, which tests kill and interrupt."""

import json
import multiprocessing
import os
import threading
import warnings
from dataclasses import replace

import numpy as np
from tqdm.auto import tqdm

from helpers import training
from helpers.augmentation import distort
from helpers.data import Dataset
from helpers.internals import mnist_files
from helpers.schedules import cosine
from helpers.storage import save_parameters
from helpers.training import train

SIZES = [64, 9, 5, 3]
EPOCHS = 6
BATCHES = 10  # an epoch

# tqdm's usual lock is a semaphore of the system, which a killed process leaves behind.
tqdm.set_lock(threading.RLock())
PROCESSES = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
if hasattr(os, "fork"):
    PROCESSES.set_forkserver_preload(["helpers.training", "helpers.augmentation"])


def examples(m, seed):
    """A Dataset of m small images in three classes."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, m)
    rows = 0.5 * rng.random((m, 64))
    rows[np.arange(m), labels] += 0.5
    rows[:, 60:] = 0  # inputs that training leaves out
    return Dataset(rows.T, labels, class_names=("a", "b", "c"), image_shape=(8, 8))


TRAIN_SET, DEV_SET = examples(BATCHES * 8, 0), examples(40, 1)
PLAIN = {"learning_rate": 0.05, "batch_size": 8, "max_epochs": EPOCHS, "patience": None}
VARIED = {
    "augment": distort(max_shift=1, image_shape=(8, 8)),
    "learning_rate_schedule": cosine(),
    "l2": 1e-4,
}
SETTINGS = {
    "gradient descent": PLAIN,
    "momentum": PLAIN | {"optimizer": "momentum", "label_smoothing": 0.05},
    "adam": PLAIN | {"optimizer": "adam", "dtype": np.float32, "measure_train": False},
    "gradient descent, varied": PLAIN | VARIED,
    "momentum, varied": PLAIN | VARIED | {"optimizer": "momentum", "dtype": np.float32},
    "adam, varied": PLAIN | VARIED | {"optimizer": "adam"},
    "full batch": PLAIN | {"batch_size": None},
}


def short(name="gradient descent", **settings):
    """A training that takes a few milliseconds an epoch."""
    return train(TRAIN_SET, DEV_SET, SIZES, **(SETTINGS[name] | settings))


def in_child(function, *arguments):
    """Start a function of this module in a process of its own, and return the Process."""
    process = PROCESSES.Process(target=function, args=arguments)
    process.start()
    return process


def train_to_the_end(path, name, settings):
    """Go on with the checkpoint at path, if there is one, until the training is over."""
    os.environ["TQDM_DISABLE"] = "1"
    short(name, checkpoint=path, resume_from=path, **settings)


def send_at(number, count):
    """Return a function that sends this process the signal the count-th time that it is called."""
    calls = iter(range(1, 10**9))

    def send(*_):
        if next(calls) == count:
            os.kill(os.getpid(), number)

    return send


def disturb(place, number, count):
    """Have a signal come at a place of this process, the count-th time that it gets there.

    place: "batch", "measuring", or a step of the writing of a file.
    """
    send, rename, fsync = send_at(number, count), os.replace, os.fsync
    if place in ("batch", "measuring"):
        name = "backward_propagation" if place == "batch" else "loss_and_accuracy"
        original = getattr(training, name)
        setattr(training, name, lambda *args, **options: (send(), original(*args, **options))[1])
    elif place == "before flushing":
        os.fsync = lambda descriptor: (send(), fsync(descriptor))
    elif place == "before renaming":
        os.replace = lambda old, new: (send(), rename(old, new))
    elif place == "after renaming":
        os.replace = lambda old, new: (rename(old, new), send())
    else:
        raise ValueError(place)


WRITING = ("before flushing", "before renaming", "after renaming")


def disturbed_training(path, name, place, number, count):
    """Train with a checkpoint while a signal comes; save what `train` returned beside it."""
    os.environ["TQDM_DISABLE"] = "1"
    disturb(place, number, count)
    result = short(name, checkpoint=path, resume_from=path)
    save_parameters(f"{path}.best.npz", result.parameters, metadata={"reason": result.stop_reason})


def disturbed_saving(path, parameters, place, number):
    """Save parameters while a signal comes."""
    disturb(place, number, 1)
    try:
        save_parameters(path, parameters)
    except KeyboardInterrupt:
        raise SystemExit(1) from None


def download(address, folder, file_name, checksum):
    """Download a file of a data set into a cache; end with 1 where Ctrl-C comes."""
    os.environ["NO_PROXY"], os.environ["TQDM_DISABLE"] = "127.0.0.1", "1"
    mnist_files.cache_folder = lambda name: folder
    facts = {"archives": {file_name: checksum}, "sizes": {file_name: 10**6}}
    known = replace(mnist_files.SOURCES["mnist"], mirrors=(address,), **facts)
    mnist_files.SOURCES["mnist"] = known
    try:
        mnist_files.download_file("mnist", file_name)
    except KeyboardInterrupt:
        raise SystemExit(1) from None


def initial_parameters(name):
    """The parameters before the first batch, from a training that is interrupted in it."""

    def interrupt(X, rng):
        raise KeyboardInterrupt

    return short(name, augment=interrupt).parameters


def train_until_interrupted(path, name, settings):
    """Train with a checkpoint until Ctrl-C or the end; say so in files beside it.

    Ctrl-C after `train` has returned finds nothing left to do.
    """
    os.environ["TQDM_DISABLE"] = "1"
    try:
        path.with_suffix(".started").touch()
        result = short(name, checkpoint=path, resume_from=path, **settings)
        report = {"reason": result.stop_reason, "epochs": len(result.history)}
        path.with_suffix(".json").write_text(json.dumps(report))
    except KeyboardInterrupt:
        path.with_suffix(".json").unlink(missing_ok=True)
    os._exit(0)


def train_beside_another(barrier, path, report, settings):
    """Train with a checkpoint beside another process; save what it heard of the other run."""
    os.environ["TQDM_DISABLE"] = "1"
    barrier.wait(60)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            short("full batch", checkpoint=path, resume_from=path, **settings)
            complaint = ""
        except (UserWarning, ValueError) as error:
            complaint = str(error)
    report.write_text(json.dumps(complaint))
