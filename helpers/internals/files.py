"""Files of named arrays: written whole or not at all, read without running anything in them."""

import collections
import contextlib
import difflib
import errno
import glob
import hashlib
import io
import math
import os
import pickle
import pickletools
import re
import stat
import time
import uuid
import zipfile
from pathlib import Path

import numpy as np

from helpers.internals.foreign_networks import way_out_of

MAX_BYTES = 2**30  # a file that is larger, or declares more, is refused before memory is taken
MAX_MEMBERS = 1000  # arrays in an archive
MAX_OPCODES = 20_000  # instructions in a pickle, numbers apart; a layer takes about 60
MAX_NUMBERS = 2_000_000  # numbers in the lists of a pickle
STALE_SECONDS = 3600  # a temporary file of this age was left by a process that was killed
NPY_HEADERS = {1: np.lib.format.read_array_header_1_0, 2: np.lib.format.read_array_header_2_0}


# Writing


def replace_file(path, content):
    """Write bytes to a file so that it holds all of the new content, or still all of the old.

    Missing folders are made; a symbolic link stays a link; the old file's permissions are kept.
    When this returns, the content survives a loss of power.

    Raises
    ------
    OSError
        The folder cannot be written, the disk is full, or another user has put a link there; the
        sentence names the file.
    """
    path = Path(path)
    temporary = None
    try:
        target = _follow_links(path)
        temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp")
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "xb") as file:
            with contextlib.suppress(OSError):  # there was no file, or the system has no modes
                os.chmod(temporary, stat.S_IMODE(os.stat(target).st_mode) & 0o777)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
        _flush_folder(target.parent)
        _remove_stale(target)
    except OSError as error:
        advice = "free some space, or choose a folder that you may write to"
        if error.errno == errno.ELOOP:
            advice = "remove the link, or choose another name"
        sentence = f"cannot write the file ({error.strerror or error}); {advice}"
        raise OSError(error.errno, sentence, str(path)) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):  # it is there only where the writing failed
                temporary.unlink()
    return path


def _follow_links(path):
    """The file behind symbolic links, which count as under Linux's `protected_symlinks`.

    In a folder like /tmp a link is followed only if it is the user's own or the folder owner's.
    """
    for _ in range(40):
        if not path.is_symlink():
            return path
        folder, owner = os.stat(path.parent), os.lstat(path).st_uid
        shared = stat.S_ISVTX | stat.S_IWOTH
        if folder.st_mode & shared == shared and owner not in (os.geteuid(), folder.st_uid):
            raise OSError(errno.ELOOP, "it is a link that another user has put there")
        path = path.parent / os.readlink(path)
    raise OSError(errno.ELOOP, "its links form a circle")


def _flush_folder(folder):
    """Have the names in a folder written to the disk, where the system can do that."""
    with contextlib.suppress(OSError):  # Windows opens no folder, some network drives flush none
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove_stale(target):
    """Remove what killed processes left an hour ago or more when they were writing this file."""
    for name in glob.glob(f".{glob.escape(target.name)}.{'?' * 32}.tmp", root_dir=target.parent):
        with contextlib.suppress(OSError):  # another process may have been faster
            if time.time() - os.stat(target.parent / name).st_mtime > STALE_SECONDS:
                os.unlink(target.parent / name)


def pack_npz(arrays):
    """The bytes of an .npz file, the same for the same arrays on every day."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def checksum(entries):
    """SHA-256 of a dict of arrays and texts: names, types, shapes and values, in hexadecimal."""
    digest = hashlib.sha256()
    for name, entry in entries.items():
        is_array = isinstance(entry, np.ndarray)
        facts = (entry.dtype.name, entry.shape) if is_array else ""
        digest.update(f"{name} {facts}".encode())
        # in one byte order on every machine; no copy where it is this machine's
        little = is_array and np.ascontiguousarray(entry, entry.dtype.newbyteorder("<"))
        digest.update(little if is_array else str(entry).encode())
    return digest.hexdigest()


# Reading


def read_bounded(path, limit=MAX_BYTES):
    """The bytes of a file; ValueError where there are more than `limit`, or for a pipe."""
    facts = os.stat(path)
    if not stat.S_ISREG(facts.st_mode) and not stat.S_ISDIR(facts.st_mode):
        raise ValueError(
            "it is a device or a pipe, not a file"
        )  # which could be waited for forever
    if facts.st_size > limit:
        raise ValueError(f"it has {facts.st_size:,} bytes, expected at most {limit:,}")
    return Path(path).read_bytes()


def missing_file(path):
    """Why there is no file at a path, and the name there that is most like it."""
    if re.match(r"\w+:/", str(path)):
        return f"{path.name} is a web address, expected a file: download it first"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}, so {path.name} cannot be read from it"
    others = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    close = difflib.get_close_matches(path.name, others, n=1)
    hint = f"did you mean {close[0]}?" if close else "check the name and the folder"
    return f"there is no file {path}; {hint}"


def reason(error):
    """What is wrong with a file, in one printable line, from what reading it raised."""
    damaged = f"it is damaged or cut off ({error!r:.80})"
    text = str(error) if type(error) is ValueError else damaged  # our own say it well
    line = " ".join(text[:2000].split())
    return "".join(letter if letter.isprintable() else "?" for letter in line)[:500]


def unpack_npz(content, kinds="fU"):
    """The dict of arrays in the bytes of an .npz file, of the kinds of dtype that are expected."""
    if content.count(b"PK\x01\x02") > MAX_MEMBERS:  # before zipfile makes an object of each
        raise ValueError(f"it holds more than {MAX_MEMBERS:,} arrays")
    arrays = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        names = [member.filename for member in members]
        if names and not any(name.endswith(".npy") for name in names):
            listed = ", ".join(names[:3]) + ", …" * (len(names) > 3)
            raise ValueError(f"it is a zip archive of {listed}; unpack it, and load one of them")
        if sum(member.file_size for member in members) > MAX_BYTES:
            raise ValueError(f"its arrays declare more than {MAX_BYTES:,} bytes")
        for member in members:
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ValueError(f"it packs {member.filename!r} in a way that NumPy does not")
            name = member.filename.removesuffix(".npy")
            if name in arrays:
                raise ValueError(f"it holds {name!r} twice")
            with archive.open(member) as stream:  # which gives no more than the member declares
                version = _version_of(stream, name)
                shape, _, dtype = NPY_HEADERS[version](stream)
                if dtype.kind not in kinds:
                    point = "" if "i" in kinds else " with a decimal point"
                    advice = _advice_on(name, names)
                    raise ValueError(f"{name!r} holds {dtype}, expected numbers{point}{advice}")
                length = member.file_size - stream.tell()
                if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != length:
                    raise ValueError(f"{name!r} is not as long as its shape {shape} needs")
                stream.seek(0)
                arrays[name] = np.lib.format.read_array(stream, allow_pickle=False)
    return arrays


def _version_of(stream, name):
    """The version of the format of an array."""
    try:
        return np.lib.format.read_magic(stream)[0]
    except ValueError:
        raise ValueError(f"its part {name!r} is no array, or damaged") from None


def _advice_on(name, names):
    """What to do about an entry that is not an array of numbers with a decimal point."""
    if re.fullmatch(r"[Wb][1-9]\d*", str(name)):
        return f"; {name} = np.array({name}, float) before it is saved"
    if any(str(other).removesuffix(".npy") == "W1" for other in names):
        return "; leave it out"
    return "; save the arrays of each layer as W1, b1, W2, b2, ..."


# Pickles. Nothing that a pickle names is ever called: the names that NumPy's arrays need become
# notes, from which the arrays are made afterwards.

# fmt: off
NAMES = {
    "_reconstruct": ("numpy._core.multiarray", "numpy.core.multiarray"),
    "_frombuffer": ("numpy._core.numeric", "numpy.core.numeric"),
    "ndarray": ("numpy",), "dtype": ("numpy",),
    "encode": ("_codecs",), "bytes": ("builtins", "__builtin__"),  # bytes in protocols 0 to 2
    "OrderedDict": ("collections",),
    "scalar": ("numpy._core.multiarray", "numpy.core.multiarray"),  # not an array, but harmless
}
# What dicts of arrays are made of; the instructions that make other objects are missing.
OPCODES = """
    PROTO FRAME STOP MARK POP POP_MARK DUP PUT BINPUT LONG_BINPUT MEMOIZE GET BINGET LONG_BINGET
    NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 LONG LONG1 FLOAT BINFLOAT
    STRING SHORT_BINSTRING BINSTRING UNICODE SHORT_BINUNICODE BINUNICODE BINUNICODE8
    SHORT_BINBYTES BINBYTES BINBYTES8 BYTEARRAY8
    TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_TUPLE LIST EMPTY_LIST APPEND APPENDS
    DICT EMPTY_DICT SETITEM SETITEMS GLOBAL STACK_GLOBAL REDUCE BUILD
""".split()  # noqa: SIM905
# fmt: on


def unpack_pickle(content):
    """The dict of arrays and texts in a pickle, of Python 2 or 3, made without running anything."""
    counts, texts, name = collections.Counter(), collections.deque(maxlen=2), ""
    for opcode, argument, _ in _opcodes(content):
        if opcode.name in ("GLOBAL", "STACK_GLOBAL"):
            asked = ".".join(argument.split(" ") if argument else texts)
            name = asked if not name or name.startswith("numpy.") else name  # arrays are harmless
        elif isinstance(argument, str):
            texts.append(argument[:100])
        if opcode.name not in OPCODES:
            what = f"an object of {name}" if name else f"{opcode.name} of pickle"
            raise ValueError(
                f"it asks for {what}, and a file of parameters may run nothing; {way_out_of(name)}"
            )
        counts[opcode.name in ("FLOAT", "BINFLOAT", "APPEND")] += 1
        if counts[False] > MAX_OPCODES or counts[True] > MAX_NUMBERS:
            raise ValueError("it asks for more memory than its arrays need")
    entries = _ArrayUnpickler(io.BytesIO(content), encoding="latin1").load()
    if type(entries) in (list, tuple):
        entries = _by_name(entries)
    if type(entries) is not dict:
        kind = "one array" if isinstance(entries, _Note) else f"a {type(entries).__name__}"
        raise ValueError(
            f"it holds {kind}, expected a dict of arrays W1, b1, W2, b2, ...; "
            'pickle.dump({"W1": W1, "b1": b1}, file) writes one'
        )
    arrays, total = {}, 0
    for name, entry in entries.items():
        arrays[name] = entry if type(entry) is str else _array_of(entry, name, entries)
        total += getattr(arrays[name], "nbytes", 0)  # many may stand on the same bytes
        if total > MAX_BYTES:
            raise ValueError(f"its arrays declare more than {MAX_BYTES:,} bytes")
    return arrays


def _opcodes(content):
    """The instructions of a pickle, with their arguments and places."""
    try:
        yield from pickletools.genops(content)
    except ValueError as error:
        raise ValueError(f"it is damaged or cut off ({error})") from None


def _by_name(values):
    """The arrays W1, b1, W2, b2, ... of a list of them, or of pairs (W, b), as a dict."""
    if all(type(pair) in (list, tuple) and len(pair) == 2 for pair in values):
        values = [array for pair in values for array in pair]
    arrays = all(isinstance(value, _Note) for value in values)
    if not arrays or not values or len(values) % 2:
        return values
    return {f"{'Wb'[i % 2]}{i // 2 + 1}": value for i, value in enumerate(values)}


class _Note:
    """What a pickle says about one NumPy object: name, arguments and state, none of it believed."""

    __slots__ = ("arguments", "name", "state")

    def __init__(self, name, arguments=None):
        self.name, self.arguments, self.state = name, arguments, None

    def __call__(self, *arguments):
        match self.name, arguments:
            case "OrderedDict", () | ([],):
                return {}
            case "OrderedDict", ([*pairs],):
                return dict(pairs)
            case "encode", (str(text), "latin1" | "latin-1"):
                return text.encode("latin1")
            case "bytes", ():
                return b""
        return _Note(self.name, arguments)

    def __setstate__(self, state):
        self.state = state


class _ArrayUnpickler(pickle._Unpickler):
    """To it the names that arrays need are notes, and all other names are refused.

    It is the unpickler in Python: some damaged files make the one in C free memory that is still
    in use (CPython 3.11).
    """

    def find_class(self, module, name):
        if module not in NAMES.get(name, ()):
            raise ValueError(
                f"it asks to run {module}.{name}, and a file of parameters may run nothing; "
                f"{way_out_of(f'{module}.{name}')}"
            )
        return _Note(name)


def _array_of(entry, name, names):
    """The array that a note, or a list of numbers or of rows of them, describes."""
    match entry:
        case [*rows]:
            rows = rows if all(type(row) is list for row in rows) else [rows]
            numbers = sum(map(len, rows)) <= MAX_BYTES // 8 and all(
                type(number) in (float, int) for row in rows for number in row
            )
            if numbers and len({len(row) for row in rows}) == 1:
                return np.array(rows if entry[0] is rows[0] else rows[0], dtype=np.float64)
        case _Note(name="_reconstruct", state=(int(), tuple(shape), _Note() as dtype, order, data)):
            return _array(name, data, dtype, shape, "F" if order else "C", names)
        case _Note(name="_frombuffer", arguments=(data, _Note() as dtype, tuple(shape), order)):
            return _array(name, data, dtype, shape, order, names)
    raise ValueError(f"its entry {name!r} is not an array of numbers{_advice_on(name, names)}")


def _array(name, data, dtype, shape, order, names):
    data = data.encode("latin1") if isinstance(data, str) else data  # of Python 2
    match dtype:
        case _Note(name="dtype", arguments=(str(code), *_), state=(int(), str(byte_order), *_)):
            if code in ("f2", "f4", "f8") and byte_order in ("<", ">", "="):
                flat = np.frombuffer(bytes(data), byte_order + code)
                return flat.reshape([int(size) for size in shape], order=order)
    advice = _advice_on(name, names)
    raise ValueError(f"its array {name!r} is not of float64, float32 or float16{advice}")
