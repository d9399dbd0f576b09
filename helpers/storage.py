"""Saving a network's parameters and loading them again; a file that is loaded never runs code."""

import json
import pickle
from pathlib import Path

import numpy as np

from helpers.activations import get_activation
from helpers.internals.array_files import (
    MAX_BYTES,
    fingerprint,
    pack_npz,
    read_bounded,
    reason,
    replace_file,
    unpack_npz,
)
from helpers.internals.array_pickles import unpack_pickle
from helpers.internals.checks import check_parameters
from helpers.network import Layer

FORMAT_VERSION = 1
MAX_METADATA = 2**22  # characters: JSON needs up to thirty times as much memory
RESERVED = ("format_version", "layer_sizes", "activation")


class ParameterFileError(ValueError):
    """The content of a file is not the parameters of a network; the sentence says why and what to do."""


def save_parameters(path, parameters, *, activation="relu", metadata=None, dtype=None):
    """Save the parameters of a network to a .npz file, or to a pickle where the path ends in .pkl.

    path: missing folders are made; an existing file is replaced whole or not at all. parameters: a list of
    Layers, W (n_out, n_in) and b (n_out, 1), float16, float32 or float64. activation: that of the hidden
    layers, kept in the file. metadata: a dict of further facts to keep, such as {"accuracy": 0.9, "seed": 0}.
    dtype: what to convert the numbers to for the file, such as np.float32; None keeps theirs.
    Returns the Path. Equal parameters and metadata make equal bytes. Raises ValueError for another suffix,
    for parameters that do not chain or are not all finite, and for metadata that JSON cannot hold; OSError where
    the file cannot be written.
    """
    path = Path(path)
    check_suffix(path)
    get_activation(activation)
    check_parameters(parameters)
    entries = {}
    for number, layer in enumerate(parameters, 1):
        for name, array in zip(("W", "b"), layer, strict=True):
            entries[f"{name}{number}"] = np.array(array, dtype, order="C")
    check_numbers(entries)
    text = metadata_text(parameters, activation, metadata)
    # the checksum comes first: a directory that is cut short then loses weights, which is noticed
    entries = {"sha256": fingerprint({"metadata": text} | entries), "metadata": text} | entries
    packed = pack_npz(entries) if path.suffix.lower() == ".npz" else pickle.dumps(entries, protocol=4)
    return replace_file(path, packed)


def load_parameters(path):
    """Return the parameters saved in a .npz or .pkl file, as a list of Layers.

    The arrays keep the dtype that they were saved with, and are yours to change. Files made by hand with
    np.savez(path, W1=W1, b1=b1, ...) or with pickle.dump({"W1": W1, ...}, file) are read too.
    Raises FileNotFoundError where there is no such file, ParameterFileError (a ValueError) where its content
    is damaged, hostile or not a network, ValueError for another suffix, and OSError where the file cannot be read.
    Nothing in the file is ever run. It may have 1 GiB, packed or unpacked (MAX_BYTES of internals/array_files.py), and
    loading takes at most four times its unpacked size, and 100 MiB, of memory.
    """
    return read_file(path)[0]


def load_metadata(path):
    """Return what a saved file says about its network, as a dict.

    It has layer_sizes (from the inputs to the classes) and, in files written by save_parameters,
    format_version, activation and the metadata that was given. Raises what load_parameters raises.
    """
    return read_file(path)[1]


def read_file(path):
    """Return (parameters, metadata) of a file. Raises what load_parameters raises."""
    path = Path(path)
    check_suffix(path)
    try:
        content = read_bounded(path, MAX_BYTES)
    except FileNotFoundError:
        raise FileNotFoundError(
            f"there is no file {path}; save_parameters writes one, or check the spelling and the folder"
        ) from None
    except ValueError as error:
        raise unreadable(path, error) from None
    try:
        entries = unpack_npz(content) if path.suffix.lower() == ".npz" else unpack_pickle(content)
        return interpret(entries)
    except Exception as error:  # a damaged file makes zipfile, pickle and NumPy raise almost anything
        raise unreadable(path, error) from error


def unreadable(path, error):
    """Return the ParameterFileError for a file and what reading it raised. Raises nothing."""
    return ParameterFileError(
        f"{path} does not hold the parameters of a network: {reason(error)}; "
        "load a file that save_parameters wrote, or save it again"
    )


def interpret(entries):
    """Return (parameters, metadata) from the entries of a file. Raises ValueError where they are no network."""
    entries = {name: str(value) if name in ("metadata", "sha256") else value for name, value in entries.items()}
    checksum = entries.pop("sha256", None)
    text = entries.pop("metadata", None)
    if text is not None and checksum is None:
        raise ValueError("it has metadata but no checksum")
    if len(text or "") > MAX_METADATA:
        raise ValueError(f"its metadata have {len(text):,} characters, expected at most {MAX_METADATA:,}")
    names = [f"{letter}{number}" for number in range(1, len(entries) // 2 + 1) for letter in "Wb"]
    if not names or set(names) != set(entries):
        raise ValueError(f"it holds {', '.join(map(str, entries)) or 'nothing'}, expected W1, b1, W2, b2, ...")
    arrays = {name: entries[name] for name in names}
    check_numbers(arrays)
    arrays = {name: np.array(array, array.dtype.newbyteorder("="), order="C") for name, array in arrays.items()}
    if checksum is not None and checksum != fingerprint({"metadata": text} | arrays):
        raise ValueError("its content has changed since it was saved (the checksum differs)")
    parameters = [Layer(arrays[W], arrays[b]) for W, b in zip(names[::2], names[1::2], strict=True)]
    check_parameters(parameters)
    metadata = {} if text is None else json.loads(text)
    if not isinstance(metadata, dict) or metadata.get("format_version", 1) != FORMAT_VERSION:
        raise ValueError(f"its metadata are not of format {FORMAT_VERSION}; a newer version may have written it")
    return parameters, metadata | {"layer_sizes": layer_sizes(parameters)}


def check_suffix(path):
    """Raise ValueError unless the path ends in .npz or .pkl."""
    if path.suffix.lower() not in (".npz", ".pkl"):
        raise ValueError(f"{path} ends in {path.suffix!r}, expected .npz (or .pkl); rename it to say which")


def check_numbers(arrays):
    """Raise ValueError unless every array holds finite floating-point numbers and is not empty.

    arrays: a dict of names and arrays.
    """
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or array.dtype.itemsize > 8:
            kind = getattr(array, "dtype", type(array).__name__)
            raise ValueError(f"{name} holds {kind}, expected float64, float32 or float16")
        if array.size == 0:
            raise ValueError(f"{name} has shape {array.shape}, expected at least one number")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds NaN or infinity; the training diverged: try a smaller learning rate")


def layer_sizes(parameters):
    """Return [n0, n1, ..., nL] of a list of layers. Raises nothing for layers that chain."""
    return [parameters[0].W.shape[1]] + [W.shape[0] for W, _ in parameters]


def metadata_text(parameters, activation, metadata):
    """Return the metadata of a network as JSON. Raises ValueError for what JSON cannot hold."""
    extra = {} if metadata is None else metadata
    if not isinstance(extra, dict) or any(not isinstance(key, str) or key in RESERVED for key in extra):
        raise ValueError(
            f"metadata is {metadata!r:.80}, expected a dict whose keys are text other than {', '.join(RESERVED)}"
        )
    sizes = layer_sizes([Layer(*layer) for layer in parameters])
    facts = {"format_version": FORMAT_VERSION, "layer_sizes": sizes, "activation": activation, **extra}
    try:
        text = json.dumps(facts, default=lambda value: value.item())  # .item() is a NumPy number's own
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ValueError(
            f"metadata holds something that is not text, a number, a list or a dict ({error}); convert it first"
        ) from error
    if len(text) > MAX_METADATA:
        raise ValueError(f"metadata has {len(text):,} characters as JSON, expected at most {MAX_METADATA:,}")
    return text
