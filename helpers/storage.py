"""Saving a network's parameters, and loading them again. Loading a file never runs code."""

import itertools
import json
import pickle
import re

import numpy as np

from helpers.activations import get_activation
from helpers.internals.checks import check_dtype, check_parameters, check_path
from helpers.internals.files import (
    checksum,
    missing_file,
    pack_npz,
    read_bounded,
    reason,
    replace_file,
    unpack_npz,
    unpack_pickle,
)
from helpers.internals.foreign_networks import foreign_kind
from helpers.network import Layer

__all__ = ["ParameterFileError", "load_metadata", "load_parameters", "save_parameters"]

FORMAT_VERSION = 1
MAX_METADATA = 2**22  # characters: JSON needs up to thirty times as much memory
RESERVED = ("format_version", "layer_sizes", "activation")


class ParameterFileError(ValueError):
    """The content of a file is not the parameters of a network; the sentence says why."""


def save_parameters(path, parameters, *, activation="relu", metadata=None, dtype=None):
    """Save the parameters of a network: all of them, or the old file stays as it is.

    Parameters
    ----------
    path : str or os.PathLike
        Ends in .npz, or in .pkl or .pickle for a pickle. Missing folders are made.
    parameters : list of Layer
        W (n_out, n_in) and b (n_out, 1) per layer, in float16, float32 or float64.
    activation : str
        That of the hidden layers, kept in the file.
    metadata : dict, optional
        Further facts to keep, such as ``{"accuracy": 0.9, "seed": 0}``.
    dtype : dtype, optional
        What to convert the numbers to in the file, such as ``np.float32``.

    Returns
    -------
    Path
        Equal parameters and metadata make equal bytes.

    Raises
    ------
    ValueError
        Another suffix, parameters that do not chain or are not all finite, or metadata that JSON
        cannot hold.
    OSError
        The file cannot be written.
    """
    path = check_path("path", path)
    if path.suffix.lower() not in (".npz", ".pkl", ".pickle"):
        raise ValueError(f"path {path} ends in {path.suffix!r}, expected .npz (or .pkl)")
    get_activation(activation)
    check_parameters(parameters)
    if dtype is not None:
        check_dtype(dtype, others=("float16",))
    arrays = {}
    for number, layer in enumerate(parameters, 1):
        for letter, array in zip("Wb", layer, strict=True):
            arrays[f"{letter}{number}"] = np.array(array, dtype, order="C")
    _check_numbers(arrays)
    entries = {"metadata": _metadata_text(parameters, activation, metadata)} | arrays
    # the checksum comes first: a directory that is cut short then loses weights, which is noticed
    entries = {"sha256": checksum(entries)} | entries
    is_npz = path.suffix.lower() == ".npz"
    return replace_file(path, pack_npz(entries) if is_npz else pickle.dumps(entries, protocol=4))


def load_parameters(path):
    """Load the parameters saved in a .npz or .pkl file.

    Files made by hand with ``np.savez(path, W1=W1, b1=b1, ...)`` or
    ``pickle.dump({"W1": W1, ...}, file)`` are read too, of any protocol and of Python 2, and so
    are lists W1, b1, W2, b2, ... without names. Nothing in the file is ever run.

    Parameters
    ----------
    path : str or os.PathLike
        A file of at most 1 GiB, packed or unpacked, whatever its name ends in. Loading takes at
        most four times its unpacked size, and 200 MiB, of memory.

    Returns
    -------
    list of Layer
        W (n_out, n_in) and b (n_out, 1) per layer, in the dtype of the file, yours to change.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ParameterFileError
        A ValueError: the content is damaged, hostile or not a network.
    OSError
        The file cannot be read.
    """
    return _read(path)[0]


def load_metadata(path):
    """Load what a saved file says about its network.

    Parameters
    ----------
    path : str or os.PathLike
        As for `load_parameters`, which also says what is raised.

    Returns
    -------
    dict
        ``layer_sizes`` (from the inputs to the classes) and, in a file that save_parameters wrote,
        ``format_version``, ``activation`` and the metadata that it was given.
    """
    return _read(path)[1]


def _read(path):
    """The parameters and the metadata in a file."""
    path = check_path("path", path)
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; expected the path of one file in it")
    try:
        content = read_bounded(path)
        return _network(_entries(content))
    except FileNotFoundError:
        raise FileNotFoundError(f"{missing_file(path)}; save_parameters writes one") from None
    except OSError:
        raise
    except Exception as error:  # damaged files make zipfile, pickle and NumPy raise almost anything
        why = reason(error)
        advice = "; load a file that save_parameters wrote, or save it again" * (";" not in why)
        raise ParameterFileError(
            f"{path} does not hold the parameters of a network: {why}{advice}"
        ) from error


def _entries(content):
    """The arrays and texts in a file, which is what its first bytes say, whatever its name."""
    if foreign := foreign_kind(content):
        raise ValueError(foreign)
    if content.startswith(b"PK"):
        return unpack_npz(content)
    if content[:1] and content[:1] in b"\x80(}c]":  # all protocols of pickle
        return unpack_pickle(content)
    raise ValueError(f"it is {'neither an .npz file nor a pickle' if content else 'empty'}")


def _network(entries):
    """The parameters and the metadata in the entries of a file."""
    texts = {name: str(entries.pop(name)) for name in ("sha256", "metadata") if name in entries}
    text = texts.get("metadata", "{}")
    if "metadata" in texts and "sha256" not in texts:
        raise ValueError("it has metadata but no checksum")
    if len(text) > MAX_METADATA:
        raise ValueError(
            f"its metadata has {len(text):,} characters, expected at most {MAX_METADATA:,}"
        )
    if {"facts", "history", "vector"} <= set(entries):
        raise ValueError(
            "it is a checkpoint of train, not a network; train(..., resume_from=path) goes on from "
            "it, and returns .parameters"
        )
    if set(entries) == {f"arr_{i}" for i in range(len(entries))}:  # np.savez(path, W1, b1, ...)
        places = (f"{'Wb'[i % 2]}{i // 2 + 1}" for i in range(len(entries)))
        entries = {place: entries[f"arr_{i}"] for i, place in enumerate(places)}
    names = list(itertools.takewhile(entries.__contains__, _names()))
    others = [str(name) for name in entries if name not in names]
    if others or not names or len(names) % 2:
        held = ", ".join(map(str, entries)) or "nothing"
        advice = "np.savez(new_path, W1=W1, b1=b1, W2=W2, b2=b2) writes such a file"
        if names and len(names) % 2 == 0 and not any(map(_is_of_a_layer, others)):
            advice = f"leave {', '.join(others)} out (save_parameters keeps facts as metadata)"
        raise ValueError(f"it holds {held}, expected W1, b1, W2, b2, ...; {advice}")
    _check_numbers(entries)
    arrays = {
        name: np.array(entries[name], entries[name].dtype.newbyteorder("="), order="C")
        for name in names
    }
    if "sha256" in texts:
        saved = {"metadata": texts.get("metadata")} | arrays
        if texts["sha256"] != checksum(saved):
            raise ValueError("its content has changed since it was saved (the checksum differs)")
    parameters = [Layer(arrays[W], arrays[b]) for W, b in zip(names[::2], names[1::2], strict=True)]
    check_parameters(parameters)
    metadata = json.loads(text)
    if not isinstance(metadata, dict) or metadata.get("format_version", 1) != FORMAT_VERSION:
        raise ValueError(
            f"its metadata is not of format {FORMAT_VERSION}; a newer version may have written it"
        )
    return parameters, metadata | {"layer_sizes": _layer_sizes(parameters)}


def _names():
    """W1, b1, W2, b2, and so on."""
    return (f"{letter}{number}" for number in itertools.count(1) for letter in "Wb")


def _is_of_a_layer(name):
    """Whether an entry is called like those of a layer."""
    return re.fullmatch(r"[WwBb]_?\d+", name) is not None


def _check_numbers(arrays):
    """Check that every array holds finite floating-point numbers, and at least one."""
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or array.itemsize > 8:
            kind = getattr(array, "dtype", type(array).__name__)
            raise ValueError(f"{name} holds {kind}, expected float64, float32 or float16")
        if array.size == 0:
            raise ValueError(f"{name} has shape {array.shape}, expected at least one number")
        if not np.isfinite(array).all():
            raise ValueError(
                f"{name} holds NaN or infinity; the training run diverged: try a smaller learning "
                "rate"
            )


def _layer_sizes(parameters):
    """[n0, n1, ..., nL] of a list of layers."""
    return [parameters[0][0].shape[1]] + [W.shape[0] for W, _ in parameters]


def _metadata_text(parameters, activation, metadata):
    """The metadata of a network as JSON."""
    extra = {} if metadata is None else metadata
    if not isinstance(extra, dict) or any(
        not isinstance(key, str) or key in RESERVED for key in extra
    ):
        raise ValueError(
            f"metadata is {metadata!r:.80}, expected a dict whose keys are text other than "
            f"{', '.join(RESERVED)}"
        )
    facts = {
        "format_version": FORMAT_VERSION,
        "layer_sizes": _layer_sizes(parameters),
        "activation": activation,
    }
    try:
        text = json.dumps(facts | extra, default=lambda value: value.item())  # a NumPy number's own
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ValueError(
            f"metadata holds something that is not text, a number, a list or a dict ({error}); "
            "convert it first"
        ) from error
    if len(text) > MAX_METADATA:
        raise ValueError(
            f"metadata has {len(text):,} characters as JSON, expected at most {MAX_METADATA:,}"
        )
    return text
