"""A training run between two epochs, and the file that it is kept in to go on from."""

import hashlib
import json
import math
import os
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.internals.files import (
    checksum,
    pack_npz,
    read_bounded,
    reason,
    replace_file,
    unpack_npz,
)
from helpers.internals.fingerprints import readable

HISTORY_COLUMNS = (
    *("epoch", "train_loss", "train_accuracy", "dev_loss", "dev_accuracy"),
    *("learning_rate", "seconds"),
)
FORMAT_VERSION = 2
NUMBERS = ("epoch", "best_epoch", "best_accuracy", "last_improvement", "best_for_patience")
MAX_FACTS = 2**20  # characters of JSON
LONGEST = 200  # characters of a function's name and arguments; the rest is kept as a checksum


class CheckpointFileError(ValueError):
    """The content of a file is not a training run to go on from."""


@dataclass(frozen=True)
class TrainingState:
    """A training run as it stands after an epoch: whoever has it can go on, bit for bit.

    Parameters
    ----------
    vector, best_vector : ndarray, shape (number of parameters,)
        The parameters after the last epoch and after the best one.
    rng_state : dict
        The state of the random generator.
    optimizer_state : dict of ndarray
        Empty before the first step.
    epoch, best_epoch : int
        How many epochs are finished, and which was the best.
    best_accuracy : float
        The development accuracy of the best epoch.
    last_improvement, best_for_patience : int, float
        The last epoch that the patience counts as an improvement, and its development accuracy.
    history : tuple of dict
        One row of HISTORY_COLUMNS per epoch.
    identity : dict, optional
        The `training_identity` of the run, in a state that was read from a file.
    """

    vector: np.ndarray
    best_vector: np.ndarray
    rng_state: dict
    optimizer_state: dict
    epoch: int = 0
    best_epoch: int = 0
    best_accuracy: float = -math.inf
    last_improvement: int = 0
    best_for_patience: float = -math.inf
    history: tuple = ()
    identity: dict | None = None


def training_identity(settings, train_set, dev_set):
    """Return what tells one training run from another: readable settings, checksums of the data.

    Of a function it holds the name and the arguments that it was made with. settings: a dict.
    """
    identity = {"train_set": data_checksum(train_set), "dev_set": data_checksum(dev_set)}
    for name, value in settings.items():
        if isinstance(value := readable(value), str):
            value = re.sub(r" at 0x[0-9a-fA-F]+", "", value)
            if len(value) > LONGEST:
                digest = hashlib.sha256(value.encode()).hexdigest()
                value = f"{value[:LONGEST]}... {digest[:16]}"
        identity[name] = value
    return json.loads(json.dumps(identity))  # as it comes back from a file: lists for tuples


def data_checksum(dataset):
    """Return the SHA-256 checksum of a Dataset's images and labels."""
    digest = hashlib.sha256(f"{dataset.X.shape} {dataset.X.dtype}".encode())
    digest.update(np.ascontiguousarray(dataset.X.T))  # no copy of what load_csv and split return
    digest.update(np.ascontiguousarray(dataset.labels, np.int64))
    return digest.hexdigest()


def check_identity(path, found, expected):
    """Raise ValueError if a file is of other settings or data than the run to go on with it.

    max_epochs (without a schedule) and patience may have been raised: that gives what a longer run
    would have given from the start.
    """
    for name, value in expected.items():
        old = found.get(name)
        raised = isinstance(old, int) and (value is None or value >= old)
        may_differ = raised and name in ("max_epochs", "patience")
        scheduled = name == "max_epochs" and expected["learning_rate_schedule"] is not None
        if old == value or (may_differ and not scheduled):
            continue
        if name in ("train_set", "dev_set"):
            raise ValueError(
                f"{path} was trained with another {name} (the checksum of its images and labels "
                "differs); resume with the data of the first run, or give a new run another file"
            )
        why = " (the schedule depends on it)" if may_differ else ""
        raise ValueError(
            f"{path} was trained with {name}={old!r:.80}, not {value!r:.80}{why}; "
            "resume with the settings of the first run, or give a new run another file"
        )


def state_to_resume(resume_from, checkpoint):
    """Return the TrainingState that a run is to start from, or None for a new run.

    A run never starts on a file that it does not go on from. Where both arguments are the same path
    and there is no file yet, the run is new.
    """
    from_file = isinstance(resume_from, str | os.PathLike)
    if checkpoint is not None and not os.path.lexists(check_path(checkpoint)):
        if from_file and os.path.abspath(resume_from) == os.path.abspath(checkpoint):
            return None
    elif checkpoint is not None and not (
        from_file and os.path.realpath(resume_from) == os.path.realpath(checkpoint)
    ):
        raise FileExistsError(
            f"there is a file {checkpoint} already; to go on with it, pass the same path "
            "as resume_from, and to start anew, delete it or choose another name"
        )
    if from_file:
        return load_checkpoint(resume_from)
    state = getattr(resume_from, "state", resume_from)
    if not isinstance(state, TrainingState | None):
        raise ValueError(
            f"resume_from is {type(state).__name__}, expected a TrainingResult, its state or a path"
        )
    return state


def check_path(path):
    """Return a path as a Path, which must end in .npz."""
    if not isinstance(path, str | os.PathLike) or Path(path).suffix.lower() != ".npz":
        raise ValueError(
            f'the checkpoint is {path!r}, expected the path of a file such as "training.npz"'
        )
    return Path(path)


def check_state(state, new):
    """Raise ValueError unless a state has the arrays that a run with the settings of `new` has."""
    arrays, expected = (
        {name: (values.shape, values.dtype) for name, values in found.optimizer_state.items()}
        for found in (state, new)
    )
    vectors = {(v.shape, v.dtype) for v in (state.vector, state.best_vector, new.vector)}
    if len(vectors) > 1 or (arrays != expected and (arrays or state.epoch > 0)):
        raise ValueError(
            f"resume_from has {state.vector.size} parameters of {state.vector.dtype} and the "
            f"optimizer's arrays {sorted(arrays)}, expected {new.vector.size} of "
            f"{new.vector.dtype} and {sorted(expected)}; "
            "resume with the layer sizes, dtype and optimizer of the first run"
        )


def open_checkpoint(checkpoint, resume_from, new, identify):
    """Return the TrainingState that a run starts from, and its CheckpointFile or None.

    new: the state of a run that begins. identify() returns the run's `training_identity`.
    """
    file = None if checkpoint is None else CheckpointFile(checkpoint)
    state = state_to_resume(resume_from, checkpoint) or new
    identity = None if file is None and state.identity is None else identify()
    if state.identity is not None:
        named = isinstance(resume_from, str | os.PathLike)
        check_identity(resume_from if named else "resume_from", state.identity, identity)
    check_state(state, new)
    if file is not None:
        file.identity = identity
        file.save(state)  # a folder that cannot be written shows now, not hours later
    return state, file


class CheckpointFile:
    """The file of a run that goes on: each save replaces it, as long as it is this run's own.

    To be made before the run reads `resume_from`: what another run writes from then on is noticed.
    """

    def __init__(self, path):
        self.path, self.identity = check_path(path), None
        self._stamp = self._stamp_on_disk()

    def save(self, state):
        """Save a state, unless a run of other settings has written to the file (ValueError)."""
        if self._stamp_on_disk() not in (None, self._stamp):
            check_identity(self.path, load_checkpoint(self.path).identity, self.identity)
        save_checkpoint(self.path, state, self.identity)
        self._stamp = self._stamp_on_disk()

    def keep(self, state):
        """Save a state, and only warn where that fails: hours of training are worth more."""
        try:
            self.save(state)
        except (OSError, ValueError) as error:
            warnings.warn(
                f"no checkpoint could be written: {error}. The training goes on and tries again "
                f"after the next epoch; {self.path} holds an earlier epoch or another run",
                stacklevel=3,
            )

    def _stamp_on_disk(self):
        """Return what tells the file from one that replaces it, or None where there is none."""
        try:
            facts = os.stat(self.path)
        except OSError:
            return None
        return facts.st_ino, facts.st_mtime_ns, facts.st_size


def save_checkpoint(path, state, identity):
    """Write a TrainingState to a .npz file, whole or not at all; return the Path."""
    facts = {name: getattr(state, name) for name in NUMBERS}
    facts |= {"format_version": FORMAT_VERSION, "rng_state": state.rng_state, "identity": identity}
    rows = [[row[name] for name in HISTORY_COLUMNS] for row in state.history]
    arrays = {
        "facts": json.dumps(
            facts, default=lambda value: value.item()
        ),  # a NumPy number's own method
        "history": np.array(rows, np.float64).reshape(-1, len(HISTORY_COLUMNS)),
        "vector": state.vector,
        "best_vector": state.best_vector,
        **{f"optimizer_{name}": values for name, values in state.optimizer_state.items()},
    }
    return replace_file(check_path(path), pack_npz({"sha256": checksum(arrays)} | arrays))


def load_checkpoint(path):
    """Return the TrainingState in a file that `train(checkpoint=path)` wrote. Nothing in it is run.

    Raises FileNotFoundError, CheckpointFileError for a damaged or foreign file, and OSError.
    """
    path = check_path(path)
    try:
        return interpret(unpack_npz(read_bounded(path), kinds="fiU"))
    except FileNotFoundError:
        raise FileNotFoundError(
            f"there is no checkpoint {path}; train(checkpoint=...) writes one, or check the "
            "spelling and the folder"
        ) from None
    except OSError:
        raise
    except Exception as error:  # a damaged file makes zipfile and NumPy raise almost anything
        raise CheckpointFileError(
            f"{path} does not hold a training run to go on from: {reason(error)}; resume from a "
            "file that train(checkpoint=...) wrote, or start anew without it"
        ) from error


def interpret(arrays):
    """Return the TrainingState in the arrays of a file; raises almost anything if there is none."""
    if "W1" in arrays:
        raise ValueError("it holds the parameters of a network, which load_parameters reads")
    claimed = str(arrays.pop("sha256", ""))
    text = arrays["facts"] = str(arrays.get("facts", ""))
    if len(text) > MAX_FACTS or claimed != checksum(arrays):
        raise ValueError("its content has changed since it was saved (the checksum differs)")
    facts = json.loads(text)
    del arrays["facts"]
    if facts["format_version"] == 1:
        facts, arrays = from_format_1(facts, arrays)
    if facts["format_version"] != FORMAT_VERSION:
        raise ValueError("it is of an unknown format; a newer version may have written it")
    np.random.PCG64().state = facts["rng_state"]  # raises where that is no state
    rows = arrays.pop("history").tolist()
    state = TrainingState(
        vector=arrays.pop("vector"),
        best_vector=arrays.pop("best_vector"),
        rng_state=facts["rng_state"],
        optimizer_state={name.removeprefix("optimizer_"): a for name, a in arrays.items()},
        history=tuple(dict(zip(HISTORY_COLUMNS, [int(e), *row], strict=True)) for e, *row in rows),
        identity=dict(facts["identity"]),
        **{name: facts[name] for name in NUMBERS},
    )
    ordered = 0 <= state.best_epoch <= state.epoch and 0 <= state.last_improvement <= state.epoch
    if not ordered or len(state.history) != state.epoch:
        raise ValueError("its history does not have one row per epoch")
    return state


def from_format_1(facts, arrays):
    """Return the content of a file of the first edition under the names of today."""
    names = {
        "improved_at": "last_improvement",
        "reference": "best_for_patience",
        "origin": "identity",
    }
    facts = {names.get(name, name): value for name, value in facts.items()}
    functions = {n: v["name"] for n, v in facts["identity"].items() if isinstance(v, dict)}
    facts |= {"format_version": 2, "identity": facts["identity"] | functions}
    moments = {"moment_steps": "optimizer_steps", "moment_squares": "optimizer_second_moment"}
    adam = "moment_squares" in arrays
    moments["moment_velocity"] = "optimizer_first_moment" if adam else "optimizer_velocity"
    return facts, {moments.get(name, name): values for name, values in arrays.items()}
