"""Checkpoints: a training kept in a file after every epoch, to go on from if the process dies."""

import json
import os
import warnings
from pathlib import Path

import numpy as np

from helpers.internals.files import checksum as fingerprint
from helpers.internals.files import pack_npz, read_bounded, reason, replace_file, unpack_npz
from helpers.internals.training_origin import check_origin
from helpers.training_state import HISTORY_COLUMNS, TrainingState

FORMAT_VERSION = 1
MAX_FACTS = 2**20  # characters of JSON
NUMBERS = ("epoch", "best_epoch", "best_accuracy", "improved_at", "reference")


class CheckpointFileError(ValueError):
    """The content of a file is not a training to go on from; the sentence says why and what to do."""


def save_checkpoint(path, state, origin):
    """Save a training as it stands after an epoch: parameters, optimizer, generator, history and what it belongs to.

    path: ends in .npz; missing folders are made, and an existing file is replaced whole or not at all, also if the
    process is killed or the power fails. state: a TrainingState. origin: what training_origin says of its settings
    and data. Returns the Path. `train(checkpoint=path)` calls this after every epoch. Raises ValueError for another
    suffix, and OSError where the file cannot be written; the old one is then still whole.
    """
    check_path(path)
    facts = {name: getattr(state, name) for name in NUMBERS}
    facts |= {"format_version": FORMAT_VERSION, "rng_state": state.rng_state, "origin": origin}
    rows = [[row[name] for name in HISTORY_COLUMNS] for row in state.history]
    arrays = {
        "facts": json.dumps(facts, default=lambda value: value.item()),  # .item() is a NumPy number's own
        "history": np.array(rows, np.float64).reshape(-1, len(HISTORY_COLUMNS)),
        "vector": state.vector,
        "best_vector": state.best_vector,
        **{f"moment_{name}": values for name, values in state.moments.items()},
    }
    return replace_file(path, pack_npz({"sha256": fingerprint(arrays)} | arrays))


def load_checkpoint(path):
    """Return the TrainingState in a file that save_checkpoint wrote; its `origin` says what training it belongs to.

    `train(resume_from=path)` calls this, and checks the origin against its own settings and data. Raises
    FileNotFoundError where there is no such file, CheckpointFileError (a ValueError) where its content is damaged or
    no checkpoint, ValueError for another suffix, and OSError where it cannot be read. Nothing in the file is ever
    run. It may have 1 GiB, packed or unpacked, and loading takes at most four
    times its unpacked size, and 100 MiB, of memory.
    """
    path = check_path(path)
    try:
        content = read_bounded(path)
    except FileNotFoundError:
        raise FileNotFoundError(
            f"there is no checkpoint {path}; train(checkpoint=...) writes one, or check the spelling and the folder"
        ) from None
    except ValueError as error:
        raise unreadable(path, error) from None
    try:
        return interpret(unpack_npz(content, kinds="fiU"))
    except Exception as error:  # a damaged file makes zipfile and NumPy raise almost anything
        raise unreadable(path, error) from error


def unreadable(path, error):
    """Return the CheckpointFileError for a file and what reading it raised. Raises nothing."""
    return CheckpointFileError(
        f"{path} does not hold a training to go on from: {reason(error)}; "
        "resume from a file that train(checkpoint=...) wrote, or start anew without it"
    )


def check_path(path):
    """Return a path as a Path. Raises ValueError unless it ends in .npz."""
    if not isinstance(path, str | os.PathLike) or Path(path).suffix.lower() != ".npz":
        raise ValueError(f'the checkpoint is {path!r}, expected the path of a file such as "training.npz"')
    return Path(path)


def interpret(arrays):
    """Return the TrainingState in the arrays of a file. Raises ValueError where they are none, or almost anything."""
    checksum = str(arrays.pop("sha256", ""))
    for name in ("facts", "history", "vector", "best_vector"):
        if name not in arrays:
            raise ValueError(f"it has no {name!r}")
    text = arrays["facts"] = str(arrays["facts"])
    if len(text) > MAX_FACTS or checksum != fingerprint(arrays):
        raise ValueError("its content has changed since it was saved (the checksum differs)")
    facts = json.loads(text)
    if facts.get("format_version") != FORMAT_VERSION:
        raise ValueError(f"it is not of format {FORMAT_VERSION}; a newer version may have written it")
    np.random.PCG64().state = facts["rng_state"]  # raises where that is no state
    numbers = {name: facts[name] for name in NUMBERS}
    kinds = [int if name in ("epoch", "best_epoch", "improved_at") else float for name in NUMBERS]
    if [type(number) for number in numbers.values()] != kinds or not isinstance(facts["origin"], dict):
        raise ValueError("its facts are of other types than expected")
    vector, best, moments = arrays["vector"], arrays["best_vector"], {}
    for name in arrays.keys() - {"facts", "history", "vector", "best_vector"}:
        moments[name.removeprefix("moment_")] = arrays[name]
    like = [vector, best, *(values for values in moments.values() if values.ndim > 0)]  # all but the count of steps
    if vector.ndim != 1 or len({(values.shape, values.dtype) for values in like}) > 1:
        raise ValueError("its arrays differ in length or type")
    rows = arrays["history"].tolist()
    if not 0 <= facts["best_epoch"] <= facts["epoch"] == len(rows) or not 0 <= facts["improved_at"] <= facts["epoch"]:
        raise ValueError("its history has not as many rows as epochs")
    rows = [dict(zip(HISTORY_COLUMNS, [int(row[0]), *row[1:]], strict=True)) for row in rows]
    return TrainingState(
        vector, best, moments, facts["rng_state"], history=tuple(rows), origin=facts["origin"], **numbers
    )


def state_to_resume(resume_from, checkpoint):
    """Return the TrainingState that a training is to start from, or None for a new one, and check its checkpoint.

    resume_from: None, a TrainingResult, a TrainingState or a path. checkpoint: None, or the path that will be written.
    Where both are the same path and there is no file yet, the training is new. Raises FileExistsError where the
    training would overwrite a checkpoint without going on from it, and what load_checkpoint raises.
    """
    from_file = isinstance(resume_from, str | os.PathLike)
    if checkpoint is not None and not os.path.lexists(check_path(checkpoint)):
        if from_file and os.path.abspath(resume_from) == os.path.abspath(checkpoint):
            return None
    elif checkpoint is not None and not (from_file and os.path.realpath(resume_from) == os.path.realpath(checkpoint)):
        raise FileExistsError(
            f"there is a file {checkpoint} already; to go on with the training in it, pass the same path as "
            "resume_from, and to start anew, delete it or choose another name"
        )
    return load_checkpoint(resume_from) if from_file else getattr(resume_from, "state", resume_from)


def check_resumed(resume_from, state, origin):
    """Raise ValueError where a state from a file belongs to another training than `origin` describes.

    resume_from: for the message, a path if there was one. state: a TrainingState or None.
    """
    if state is not None and state.origin is not None:
        check_origin(resume_from if isinstance(resume_from, str | os.PathLike) else "resume_from", state.origin, origin)


class CheckpointFile:
    """The checkpoint that a training writes, as long as the file is its own.

    path: a .npz file, there or not. Make one before resume_from is
    read: what another training writes from then on is noticed.
    """

    def __init__(self, path):
        self.path, self._last = check_path(path), stamp(path)

    def save(self, state, origin):
        """Save a state. Raises ValueError where a training of other settings wrote to the file, and OSError."""
        found = stamp(self.path)
        if found is not None and found != self._last:
            check_origin(self.path, load_checkpoint(self.path).origin, origin)
        save_checkpoint(self.path, state, origin)
        self._last = stamp(self.path)

    def keep(self, state, origin):
        """Save a state between two epochs; where that fails, warn (UserWarning): the training is worth more."""
        try:
            self.save(state, origin)
        except (OSError, ValueError) as error:
            warnings.warn(
                f"no checkpoint could be written: {error}. The training goes on and tries again after the next epoch; "
                f"{self.path} holds an earlier epoch or another training",
                stacklevel=3,
            )


def stamp(path):
    """Return what tells a file from the one that replaces it, or None where there is none."""
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return facts.st_ino, facts.st_mtime_ns, facts.st_size
