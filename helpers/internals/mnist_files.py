"""The full MNIST and Fashion-MNIST: found on this machine, or downloaded once into a cache."""

import collections
import contextlib
import functools
import gzip
import hashlib
import logging
import math
import os
import re
import sys
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from helpers.internals.csv_bytes import DataFileError
from helpers.internals.file_kinds import FIRST_BYTES, what_is

FOLDER_VARIABLE = "NEURAL_NETWORK_DATA"
PARTS = {"train": "train", "test": "t10k"}
ROUNDS = 2  # times that every mirror is tried
PAUSE = 1.0  # seconds between two rounds
TIMEOUT = (10, 30)  # seconds to wait for a connection, and for the next bytes
LONGEST = 1200  # seconds for one file
UNPACKED = 2**28  # bytes at most; the largest of these files holds 47 million
MAX_DEPTH, MAX_ENTRIES = 4, 10_000  # how far the user's folder is searched
UNSIGNED_BYTES = 8  # the code of IDX for the only kind of value in these sets


@dataclass(frozen=True)
class Source:
    """Where a set is published; its files have the same names on every mirror."""

    title: str
    mirrors: tuple[str, ...]  # addresses that end in "/"
    archives: dict[str, str]  # checksum of each gzip file, as published
    sizes: dict[str, int]  # bytes of each gzip file
    contents: dict[str, str]  # SHA-256 of each unpacked file


FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def _by_file(*values):
    return dict(zip(FILES, values, strict=True))


SOURCES = {
    "mnist": Source(
        title="MNIST (Yann LeCun and Corinna Cortes, CC BY-SA 3.0)",
        mirrors=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        archives=_by_file(
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
        sizes=_by_file(
            9_912_422,
            28_881,
            1_648_877,
            4_542,
        ),
        contents=_by_file(
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ),
    "fashion-mnist": Source(
        title="Fashion-MNIST (Zalando SE, MIT)",
        mirrors=(
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        ),
        archives=_by_file(
            "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "md5:25c81989df183df01b3e8a0aad5dffbe",
            "md5:bef4ecab320f06d8554ea6380940ec79",
            "md5:bb300cfdad3c16e7a12a480ee83cd310",
        ),
        sizes=_by_file(
            26_421_880,
            29_515,
            4_422_102,
            5_148,
        ),
        contents=_by_file(
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
    ),
}


def read_images(name, part):
    """Images (m, height, width) and labels (m,) of a full set, both as bytes 0 to 255."""
    return read_file(name, part, "images", 3), read_file(name, part, "labels", 1)


def read_file(name, part, content, dimensions):
    """The array in one of the files: the user's own, found by its checksum, or a download."""
    file_name = f"{PARTS[part]}-{content}-idx{dimensions}-ubyte.gz"
    sha256 = SOURCES[name].contents[file_name]
    folder, refusals = users_folder(), []
    for path in users_files(folder, name, file_name) if folder else ():
        try:
            return read_idx(path, dimensions=dimensions, sha256=sha256)
        except NotPublishedError as error:
            # Fashion-MNIST's files have the names of MNIST's
            if error.known_as is None or path.parent == folder / name:
                refusals.append(error)
        except DataFileError as error:
            refusals.append(error)
    if refusals:
        raise refusals[0]
    return read_idx(download_file(name, file_name), dimensions=dimensions, sha256=sha256)


def users_folder():
    """The folder that the environment variable NEURAL_NETWORK_DATA names, or None."""
    text = os.environ.get(FOLDER_VARIABLE, "").strip().strip("\"'")
    if not text:
        return None
    folder = Path(text).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(
            f"the environment variable {FOLDER_VARIABLE} names {folder}, which is not a folder"
        )
    return folder


def users_files(folder, name, file_name):
    """The files in a folder, and in folders in it, that may be this one, the likeliest first.

    Programs that unpack or download write the names in their own way: train-images.idx3-ubyte,
    "train-images-idx3-ubyte (1).gz", MNIST/raw/train-images-idx3-ubyte.
    """
    part, content = file_name.split("-")[:2]
    parts = {"train": "train(?:ing)?", "t10k": "(?:t10k|test)"}
    likely = re.compile(rf"{parts[part]}[-_. ]*(?:set)?[-_. ]*{content}", re.IGNORECASE)
    own = [folder / name / file_name, folder / name / file_name.removesuffix(".gz")]
    found = [path for path in _files_in(folder) if likely.match(path.name) and path not in own]
    found.sort(key=lambda path: (not _in_folder_of(name, path), len(path.parts), path))
    return [path for path in own if path.is_file()] + found


def _in_folder_of(name, path):
    """Whether a file lies in a folder that is called like a set."""
    return name.replace("-", "") in (re.sub("[-_ ]", "", part.lower()) for part in path.parts)


def _files_in(folder):
    """Return the files in a folder and in the folders in it, the upper ones first."""
    folders, files, seen = collections.deque([(folder, 0)]), [], 0
    while folders and seen < MAX_ENTRIES:
        here, depth = folders.popleft()
        with contextlib.suppress(OSError):  # a folder that may not be read
            for path in sorted(here.iterdir()):
                seen += 1
                if path.is_file():
                    files.append(path)
                elif depth < MAX_DEPTH and path.is_dir() and not path.name.startswith("."):
                    folders.append((path, depth + 1))
    return files


def _what_lies_there(name):
    """Say where the files of a set were looked for, and what lies there."""
    folder = users_folder()
    if folder is None:
        return ""
    there = [str(path.relative_to(folder)) for path in _files_in(folder)]
    there.sort(key=lambda path: (name not in path.lower(), path))
    shown = ", ".join(there[:8]) + ", …" * (len(there) > 8)
    return (
        f"It was looked for in {folder}, which {FOLDER_VARIABLE} names, and in the folders there, "
        f"where {'are ' + shown if there else 'no file is'}. "
    )


def cache_folder(name):
    """The folder outside of the project where the downloaded files of a set are kept."""
    return Path(_pooch().os_cache("neural-network-notebooks")) / name


def download_file(name, file_name):
    """The path of a file in the cache, downloaded if it is not there.

    The download goes to a temporary file, which gets its name when its checksum is right and is
    removed otherwise, so the cache never holds a part of a file.
    """
    if sys.platform == "emscripten":
        raise ConnectionError(
            f"{SOURCES[name].title} cannot be downloaded in the browser. Take "
            'load_dataset("digits") or load_dataset("fashion"), or run this on a machine of your '
            "own."
        )
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
                    known = source.archives[file_name]
                    path = pooch.retrieve(
                        mirror + file_name, known, file_name, folder, downloader=downloader
                    )
                    return Path(path)
            except (
                RequestException,
                HTTPError,
                ValueError,
            ) as error:  # ValueError: not the published file
                failures[mirror] = _reason(error)
            except OSError as error:
                raise OSError(
                    error.errno,
                    f"cannot write the cache folder {folder} ({error.strerror or error}). "
                    + _by_hand(name),
                ) from error
    tried = "; ".join(f"{mirror} ({reason})" for mirror, reason in failures.items())
    raise ConnectionError(
        f"{file_name} of {source.title} could not be downloaded: {tried}. "
        + _what_lies_there(name)
        + _by_hand(name)
    )


class NotPublishedError(DataFileError):
    """An IDX file with another checksum; known_as is the name of the set that it belongs to."""

    known_as = None


class _Refused(ValueError):
    """What is wrong with a delivery, in words."""


def _download(url, output_file, _, *, size):
    """Write what an address delivers to a file; refuse more bytes or time than is due."""
    import requests

    end, received = time.monotonic() + LONGEST, 0  # the bar counts nothing while it is switched off
    bar = tqdm(desc=Path(url).name, total=size, unit="B", unit_scale=True, leave=False)
    with bar, requests.get(url, stream=True, timeout=TIMEOUT, allow_redirects=False) as response:
        if response.status_code != 200:
            raise _Refused(f"it answered with status {response.status_code}")
        with open(output_file, "wb") as file:
            while chunk := response.raw.read1(
                2**16, decode_content=True
            ):  # what is there, without waiting for more
                received += len(chunk)
                if received > size:
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
    """Why a mirror did not deliver, in words."""
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
    return next(
        (text for kind, text in reasons.items() if isinstance(error, kind)),
        f"{type(error).__name__}: {error}",
    )


def _by_hand(name):
    source = SOURCES[name]
    return (
        f"Without a network: get the files {', '.join(source.archives)} from "
        f"{' or '.join(source.mirrors)} on another machine, put them into a folder called {name}, "
        f"and set the environment variable {FOLDER_VARIABLE} to the folder that contains it, "
        f"before Python starts: if {FOLDER_VARIABLE} is /data, the first of them is "
        f"/data/{name}/{next(iter(source.archives))}."
    )


def read_idx(path, *, dimensions, sha256=None):
    """The array of bytes in an IDX file: images (dimensions 3) or labels (1), gzipped or not.

    sha256 is the checksum of the unpacked content: the same packed by another gzip is as good.
    """
    content = _unpacked(path)
    if content[:4] != bytes([0, 0, UNSIGNED_BYTES, dimensions]):
        found = content[:4].hex(" ") or "nothing"
        kind = what_is(content[:FIRST_BYTES])
        hint = f"; it is {kind}" if kind and kind.name != "idx" else ""
        raise DataFileError(
            f"{path} is not an IDX file of {'images' if dimensions == 3 else 'labels'}: it starts "
            f"with {found}, expected 00 00 {UNSIGNED_BYTES:02x} {dimensions:02x}{hint}"
        )
    start = 4 + 4 * dimensions
    shape = [int.from_bytes(content[place : place + 4], "big") for place in range(4, start, 4)]
    if len(content) != start + math.prod(shape):
        raise DataFileError(
            f"{path} holds {len(content):,} bytes, expected {start + math.prod(shape):,} for the "
            f"shape {tuple(shape)} in its header; it was probably not copied to its end"
        )
    found = sha256 and hashlib.sha256(content).hexdigest()
    if found != sha256:
        error = NotPublishedError(
            f"{path} is a proper IDX file of shape {tuple(shape)}, but not the published one: its "
            f"content has another checksum than {sha256}; download it again, or move it elsewhere"
        )
        for name, source in SOURCES.items():
            if found in source.contents.values():
                error.known_as = name
        raise error
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _unpacked(path):
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with (gzip.open if packed else open)(path, "rb") as file:
            content = file.read(UNPACKED + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataFileError(f"{path} is a damaged gzip file ({error}); copy it again") from None
    if len(content) > UNPACKED:
        raise DataFileError(
            f"{path} unpacks to more than {UNPACKED:,} bytes, which none of these sets does"
        )
    return content
