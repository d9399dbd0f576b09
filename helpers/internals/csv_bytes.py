"""The bytes of a CSV file: unpacked where they are packed, and refused where they are something else."""

import bz2
import gzip
import io
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from helpers.internals.file_kinds import FIRST_BYTES, what_is
from helpers.internals.files import missing_file

try:
    import lzma
except ImportError:  # Python in the browser
    lzma = None

MAX_BYTES = 2**29  # of unpacked text: five times MNIST as CSV
DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)
DAMAGE += (lzma.LZMAError,) if lzma else ()

_AS_DATASET = "; Dataset(images.reshape(len(images), -1).T / 255, labels) takes arrays"
_AS_CSV = "; its to_csv(new_path, index=False) writes CSV"
_AS_ROWS = 'numpy.savetxt(new_path, rows, fmt="%d", delimiter=",") writes CSV'
_WAYS_ON = {
    **dict.fromkeys(("npz", "npy", "pickle", "hdf5", "matlab", "torch", "idx"), _AS_DATASET),
    **dict.fromkeys(("parquet", "feather"), _AS_CSV),
    "json": f"; a list of rows: {_AS_ROWS}",
    "printed": f"; {_AS_ROWS}, of the array itself",
    "arff": (
        "; pandas.DataFrame(table[0]).map(lambda v: v.decode() if isinstance(v, bytes) else v)"
        ".to_csv(new_path, index=False) writes CSV"
    ),
    "libsvm": (
        '; numpy.savetxt(new_path, numpy.column_stack([labels, X.toarray()]), fmt="%g", '
        'delimiter=",") writes CSV'
    ),
}


class DataFileError(ValueError):
    """The content of a data file is not what the loader reads.

    Parameters
    ----------
    message : str
        One sentence that names file, row (line of the file, from 1) and column. Characters that
        do not print become question marks.
    """

    def __init__(self, message):
        super().__init__("".join(c if c.isprintable() else "?" for c in message))


def open_unpacked(path: Path) -> BinaryIO:
    """Return a stream of the text in a file, or in the one file that is packed in it."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; expected the path of one CSV file in it")
    if not path.exists():
        raise FileNotFoundError(missing_file(path))
    if not path.is_file():  # a pipe would let us wait for ever
        raise DataFileError(f"{path.name} is a device or a pipe; expected a file")
    with path.open("rb") as file:
        kind = what_is(file.read(FIRST_BYTES))
    openers = {"gzip": gzip.open, "bz2": bz2.open, "xz": _open_xz, "zip": _open_member}
    packed = kind is not None and kind.name in openers
    file = openers[kind.name](path) if packed else path.open("rb")
    stream = io.BufferedReader(_Limited(file, path.name), FIRST_BYTES)
    try:
        kind = what_is(stream.peek())
    except BaseException:
        stream.close()
        raise
    if kind is not None:
        stream.close()
        verb = "holds" if packed else "is"
        raise DataFileError(
            f"{path.name} {verb} {kind.title}, not a CSV file: {kind.way_out}{_WAYS_ON.get(kind.name, '')}"
        )
    return stream


def _open_xz(path):
    if lzma is None:
        raise DataFileError(
            f"{path.name} is packed by xz, which this Python cannot unpack; unpack it"
        )
    return lzma.open(path)


def _open_member(path):
    archive = zipfile.ZipFile(path)
    names = [
        name
        for name in archive.namelist()
        if not name.endswith("/") and not name.startswith("__MACOSX/")
    ]
    if len(names) != 1:
        archive.close()
        raise DataFileError(
            f"{path.name} is a zip archive of {len(names)} files, expected one "
            f"({', '.join(names[:3])}{', …' * (len(names) > 3)}); unpack it, and load one of them"
        )
    try:
        return archive.open(names[0])
    except (RuntimeError, NotImplementedError) as error:
        raise DataFileError(f"{path.name} cannot be unpacked here ({error}); unpack it") from None


class _Limited(io.RawIOBase):
    """A file that refuses to give more than MAX_BYTES, since kilobytes can unpack to terabytes."""

    def __init__(self, file: BinaryIO, name: str):
        self.file, self.file_name, self.left = file, name, MAX_BYTES

    def readable(self):
        return True

    def readinto(self, buffer):
        block = self.file.read1(len(buffer))
        self.left -= len(block)
        if self.left < 0:
            raise DataFileError(
                f"{self.file_name} has more than {MAX_BYTES:,} bytes of text; expected fewer, so divide it into files"
            )
        buffer[: len(block)] = block
        return len(block)

    def close(self):
        self.file.close()
        super().close()
