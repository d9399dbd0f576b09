"""The full MNIST and Fashion-MNIST: found on this machine, or downloaded once and kept in a cache."""

import contextlib
import functools
import logging
import os
import sys
import time
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from helpers.internals.data_sources import SOURCES
from helpers.internals.idx_format import read_idx

FOLDER_VARIABLE = "NEURAL_NETWORK_DATA"
PARTS = {"train": "train", "test": "t10k"}
ROUNDS = 2  # times that every mirror is tried
PAUSE = 1.0  # seconds between two rounds
BUNDLED_INSTEAD = 'Take load_dataset("digits") or load_dataset("fashion"), or run this on a machine of your own.'
TIMEOUT = (10, 30)  # seconds to wait for a connection, and for the next bytes
LONGEST = 1200  # seconds for one file


def load_full_dataset(name, part="train", *, dtype=np.float64):
    """Return the full "mnist" or "fashion-mnist" as a Dataset: X (784, 60000) for "train", (784, 10000) for "test".

    Values are 0 to 1, labels 0 to 9; dtype is np.float64 or np.float32. If the environment variable
    NEURAL_NETWORK_DATA names a folder with a folder "mnist" or "fashion-mnist" in it, the files are taken from there;
    what is missing is downloaded once, with a progress bar, and kept in the cache folder of the user. Every file is
    checked against the known checksum of its content. Raises ValueError for another name, part or dtype;
    DataFileError for a file in that folder that is not the published one; ConnectionError, which says what to put
    where, when no mirror delivers; FileNotFoundError if the variable names no folder; and OSError if the cache
    cannot be written.
    """
    if name not in SOURCES:
        raise ValueError(f"there is no full data set {name!r}; available: {', '.join(SOURCES)}")
    if part not in PARTS:
        raise ValueError(f'part is {part!r}, expected "train" or "test"')
    if dtype not in (np.float64, np.float32):
        raise ValueError(f"dtype is {dtype!r}, expected np.float64 or np.float32")
    images, labels = (
        _read(name, f"{PARTS[part]}-{kind}-ubyte.gz", dimensions)
        for kind, dimensions in (("images-idx3", 3), ("labels-idx1", 1))
    )
    rows = np.empty((len(images), images[0].size), dtype)
    np.divide(images.reshape(rows.shape), 255, out=rows, dtype=dtype)
    from helpers.data import Dataset  # helpers.data imports this module

    return Dataset(rows.T, labels.astype(np.intp), SOURCES[name].class_names, images.shape[1:])


def _read(name, file_name, dimensions):
    path = find_file(name, file_name) or download_file(name, file_name)
    return read_idx(path, dimensions=dimensions, sha256=SOURCES[name].contents[file_name])


def find_file(name, file_name):
    """Return the path of a file of the set in the user's own folder, or None.

    The folder is the one called like the set in the folder that NEURAL_NETWORK_DATA names. A file that is already
    unpacked, its name without ".gz", is found as well. Raises FileNotFoundError if the variable names no folder.
    """
    if not os.environ.get(FOLDER_VARIABLE):
        return None
    folder = Path(os.environ[FOLDER_VARIABLE]).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(f"the environment variable {FOLDER_VARIABLE} names {folder}, which is not a folder")
    places = (folder / name / known for known in (file_name, file_name.removesuffix(".gz")))
    return next((place for place in places if place.is_file()), None)


def cache_folder(name):
    """Return the folder where downloaded files of a set are kept, outside of the project. Raises ImportError."""
    return Path(_pooch().os_cache("neural-network-notebooks")) / name


def download_file(name, file_name):
    """Return the path of a file of the set in the cache, after downloading it if it is not there.

    The download goes to a temporary file, which gets its name when its checksum is right and is removed otherwise, so
    the cache never holds a part of a file. Every mirror is tried in turn, twice. Raises ConnectionError when none
    has delivered, or in the browser, where nothing can be; OSError if the cache cannot be written, ImportError
    without pooch.
    """
    if sys.platform == "emscripten":
        raise ConnectionError(f"{SOURCES[name].title} cannot be downloaded in the browser. " + BUNDLED_INSTEAD)
    pooch, folder, source = _pooch(), cache_folder(name), SOURCES[name]
    from requests.exceptions import RequestException
    from urllib3.exceptions import HTTPError

    failures = {}
    for attempt in range(ROUNDS):
        if attempt:
            time.sleep(PAUSE)
        for mirror in source.mirrors:
            downloader = functools.partial(_download, size=source.sizes[file_name])
            try:
                with _quiet(pooch.get_logger()):
                    return Path(
                        pooch.retrieve(mirror + file_name, source.archives[file_name], file_name, folder,
                                       downloader=downloader)
                    )  # fmt: skip
            except (RequestException, HTTPError, ValueError) as error:  # ValueError: not the published file
                failures[mirror] = _reason(error)
            except OSError as error:
                raise OSError(
                    error.errno,
                    f"cannot write the cache folder {folder} ({error.strerror or error}). " + _by_hand(name),
                ) from error
    tried = "; ".join(f"{mirror} ({reason})" for mirror, reason in failures.items())
    raise ConnectionError(f"{file_name} of {source.title} could not be downloaded: {tried}. " + _by_hand(name))


class _Refused(ValueError):
    """What is wrong with a delivery, in words."""


def _download(url, output_file, _, *, size):
    """Write what an address delivers to a file, with a progress bar; refuse more bytes, or more time, than is due."""
    import requests

    end = time.monotonic() + LONGEST
    bar = tqdm(desc=Path(url).name, total=size, unit="B", unit_scale=True, leave=False)
    with bar, requests.get(url, stream=True, timeout=TIMEOUT, allow_redirects=False) as response:
        if response.status_code != 200:
            raise _Refused(f"it answered with status {response.status_code}")
        with open(output_file, "wb") as file:
            while chunk := response.raw.read1(2**16, decode_content=True):  # what is there, without waiting for more
                if bar.n + len(chunk) > size:
                    raise _Refused(f"it sent more than the {size:,} bytes that are published")
                if time.monotonic() > end:
                    raise _Refused(f"it took more than {LONGEST / 60:g} minutes")
                file.write(chunk)
                bar.update(len(chunk))


def _pooch():
    try:
        import pooch
    except ImportError as error:
        raise ImportError("downloading needs the package pooch: pip install pooch") from error
    return pooch


@contextlib.contextmanager
def _quiet(logger):
    """Keep pooch from writing where it downloads to into the notebook; the bar is enough."""
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


def _reason(error):
    """Return why a mirror did not deliver, in words."""
    import requests
    import urllib3

    reasons = {
        _Refused: str(error),
        ValueError: "its file is not the published one, by its checksum",
        requests.exceptions.Timeout: "it did not answer in time",
        requests.exceptions.ConnectionError: "no connection, or none that lasted",
        urllib3.exceptions.TimeoutError: "no connection, or none that lasted",
        urllib3.exceptions.ProtocolError: "the connection broke off",
    }
    return next((text for kind, text in reasons.items() if isinstance(error, kind)), f"{type(error).__name__}: {error}")


def _by_hand(name):
    source = SOURCES[name]
    return (
        f"Without a network: get the files {', '.join(source.archives)} from {' or '.join(source.mirrors)} on another "
        f"machine, put them into a folder called {name}, and set the environment variable {FOLDER_VARIABLE} to the "
        f"folder that contains it, before Python starts: if {FOLDER_VARIABLE} is /data, the first of them is "
        f"/data/{name}/{next(iter(source.archives))}."
    )
