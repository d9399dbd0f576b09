"""Which training a checkpoint belongs to: its settings and its data, in a form that a file can hold."""

import dataclasses
import hashlib
import json
import re
import sys

import numpy as np

from helpers.internals.fingerprints import fingerprint, readable
from helpers.settings import check_dataset

LONGEST = 200  # characters of a function's description; the rest is kept as a checksum
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"  # the code of a function differs from one to another


def training_origin(settings, train_set, dev_set):
    """Return what tells one training from another, as a dictionary of text, numbers and lists.

    settings: a Settings. train_set, dev_set: Datasets with labels, of which it holds SHA-256 checksums. Functions
    (augment, learning_rate_schedule) are known by their name, by the values that they were made with, and, within one
    version of Python, by their code; not by what else they may depend on. Raises ValueError for sets that do not fit.
    """
    origin = {}
    for name, dataset in (("train_set", train_set), ("dev_set", dev_set)):
        check_dataset(name, dataset, settings.layer_sizes)
        origin[name] = data_checksum(dataset)
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if field.name == "dtype":
            value = np.dtype(value)
        origin[field.name] = describe_function(value) if callable(value) else readable(value)
    return json.loads(json.dumps(origin))  # as it comes back from a file: lists for tuples


def data_checksum(dataset):
    """Return the SHA-256 checksum of the images and labels of a Dataset, in hexadecimal. Raises nothing."""
    digest = hashlib.sha256(f"{dataset.X.shape} {dataset.X.dtype}".encode())
    digest.update(np.ascontiguousarray(dataset.X.T))  # no copy of what load_csv and split return
    digest.update(np.ascontiguousarray(dataset.labels, np.int64))
    return digest.hexdigest()


def describe_function(function):
    """Return what can be said of a function in another process, as a dictionary. Raises nothing.

    function: anything callable; a partial and a bound method are known by what they call.
    """
    text = re.sub(r" at 0x[0-9a-fA-F]+", "", readable(function))
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}... {hashlib.sha256(text.encode()).hexdigest()[:16]}"
    inner = function
    while hasattr(inner, "func") or hasattr(inner, "__func__"):
        inner = inner.func if hasattr(inner, "func") else inner.__func__
    code = getattr(inner, "__code__", None) or getattr(type(inner).__call__, "__code__", None)
    return {"name": text, "code": code and fingerprint(code), "python": PYTHON}


def check_origin(path, found, expected):
    """Raise ValueError where a checkpoint belongs to another training than the one that is to go on with it.

    path: for the message. found: the origin in the file; expected: that of the training. max_epochs may have been
    raised, as long as no schedule depends on it, and so may patience: that gives what a longer training would have
    given from the start. Everything else must be as it was.
    """
    for name, value in expected.items():
        old = found.get(name)
        scheduled = name == "max_epochs" and expected["learning_rate_schedule"] is not None
        if same_setting(old, value) or (may_grow(name, old, value) and not scheduled):
            continue
        if name in ("train_set", "dev_set"):
            raise ValueError(
                f"{path} was trained with another {name} (the checksum of its images and labels differs); resume with "
                "the data of the first run, or give a new training another file"
            )
        why = " (the schedule depends on it)" if may_grow(name, old, value) else ""
        raise ValueError(
            f"{path} was trained with {name}={shown(old, value)}, not {shown(value, old)}{why}; resume with the "
            "settings of the first run, or give a new training another file"
        )


def same_setting(old, new):
    """Return whether two entries of an origin are the same, as far as that is certain. Raises nothing."""
    if isinstance(old, dict) and isinstance(new, dict):
        other_python = old.get("python") != new["python"]
        return old.get("name") == new["name"] and (other_python or old.get("code") == new["code"])
    return type(old) is type(new) and old == new if isinstance(old, bool | str | None) else old == new


def may_grow(name, old, new):
    """Return whether a limit was raised that only says when to stop. Raises nothing."""
    raised = isinstance(old, int) and (new >= old if isinstance(new, int) else new is None)
    return name in ("max_epochs", "patience") and raised


def shown(value, other):
    """Return a setting for a message that compares it with another. Raises nothing."""
    if not isinstance(value, dict):
        return f"{value!r:.80}"
    same_name = isinstance(other, dict) and value.get("name") == other.get("name")
    return f"{value.get('name')}" + f" (code {str(value.get('code'))[:8]})" * same_name
