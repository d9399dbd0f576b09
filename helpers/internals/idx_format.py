"""The IDX format, in which MNIST and its relatives are published: a short header, then one byte a value."""

import gzip
import hashlib
import math
import zlib

import numpy as np

from helpers.internals.csv_files import DataFileError

BYTES = 8  # the code for unsigned bytes, the only kind of value in these sets
MOST_BYTES = 2**28  # unpacked; the largest of these files holds 47 million


def read_idx(path, *, dimensions, sha256=None):
    """Return the array of bytes in an IDX file, gzipped or not.

    path: a pathlib.Path. dimensions: 3 for images (m, height, width), 1 for labels (m,). sha256: the checksum of the
    unpacked content, if it is known; the same content packed by another gzip is as good. Raises OSError where the
    file cannot be read, and DataFileError (a ValueError), naming the file, where it is not such an array, is cut
    short or too long, has another checksum, or unpacks to more than 256 MiB.
    """
    content = _unpacked(path)
    if content[:4] != bytes([0, 0, BYTES, dimensions]):
        found = content[:4].hex(" ") or "nothing"
        raise DataFileError(
            f"{path} is not an IDX file of {'images' if dimensions == 3 else 'labels'}: it starts with {found}, "
            f"expected 00 00 {BYTES:02x} {dimensions:02x}"
        )
    start = 4 + 4 * dimensions
    shape = [int.from_bytes(content[place : place + 4], "big") for place in range(4, start, 4)]
    if len(content) != start + math.prod(shape):
        raise DataFileError(
            f"{path} holds {len(content):,} bytes, expected {start + math.prod(shape):,} for the shape "
            f"{tuple(shape)} in its header; it was probably not copied to its end"
        )
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise DataFileError(
            f"{path} is a proper IDX file of shape {tuple(shape)}, but not the published one: its content has "
            f"another checksum than {sha256}"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _unpacked(path):
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with (gzip.open if packed else open)(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataFileError(f"{path} is a damaged gzip file ({error}); copy it again") from None
    if len(content) > MOST_BYTES:
        raise DataFileError(f"{path} unpacks to more than {MOST_BYTES:,} bytes, which none of these sets does")
    return content
