"""Files of named arrays, written whole or not at all, and read without running anything that they contain."""

import contextlib
import io
import math
import os
import pickle
import pickletools
import uuid
import zipfile
from pathlib import Path

import numpy as np

MAX_BYTES = 2**30  # a file that declares more is refused before memory is taken for it

# Under these names the versions of NumPy refer to what rebuilds an array.
PICKLE_NAMES = {
    (module, name): name
    for name, modules in {
        "_reconstruct": ("numpy._core.multiarray", "numpy.core.multiarray"),
        "_frombuffer": ("numpy._core.numeric", "numpy.core.numeric"),
        "ndarray": ("numpy",),
        "dtype": ("numpy",),
    }.items()
    for module in modules
}


def replace_file(path, content):
    """Write bytes to a file so that it holds either all of the new content or still all of the old.

    path: its folder is made where it is missing. content: bytes. Returns the Path. Raises OSError, with a
    sentence that names the file, where the folder cannot be written or the disk is full.
    """
    path = Path(path)
    target = Path(os.path.realpath(path))  # a symbolic link stays a link
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        reason = error.strerror or str(error)
        advice = "free some space, or choose a folder that you may write to"
        raise OSError(error.errno, f"cannot write the file ({reason}); {advice}", str(path)) from error
    finally:
        with contextlib.suppress(OSError):  # it is there only where the writing failed
            temporary.unlink()
    return path


def pack_npz(arrays):
    """Return the bytes of an .npz file, the same bytes for the same arrays on every day.

    arrays: a dict of names and arrays of numbers or text. Raises ValueError for an array of Python objects.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy")  # dated 1980, whatever the day
            info.create_system = 3
            archive.writestr(info, member.getvalue())
    return stream.getvalue()


def unpack_npz(content):
    """Return the arrays of an .npz file as a dict.

    content: bytes. Raises ValueError where an array holds Python objects, is not as long as it declares, or
    declares more than MAX_BYTES, and whatever zipfile raises for a damaged archive.
    """
    arrays = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > MAX_BYTES:
            raise ValueError(f"its arrays declare more than {MAX_BYTES:,} bytes")
        for member in members:
            name = member.filename.removesuffix(".npy")
            if name in arrays:
                raise ValueError(f"it holds {name!r} twice")
            arrays[name] = unpack_npy(archive.read(member), name)
    return arrays


def unpack_npy(content, name):
    """Return the array of one .npy file after checking its header against its length.

    content: bytes; name: for the message. Raises ValueError where they do not agree or the array is not numbers.
    """
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in readers:
        raise ValueError(f"{name!r} is in version {version} of the array format, expected 1.0 or 2.0")
    shape, _, dtype = readers[version](stream)
    if dtype.kind not in "fU":
        raise ValueError(f"{name!r} holds {dtype}, expected numbers with a decimal point")
    if min(shape, default=1) < 0 or math.prod(shape) * dtype.itemsize != len(content) - stream.tell():
        raise ValueError(f"{name!r} is not as long as its shape {shape} needs")
    stream.seek(0)
    return np.lib.format.read_array(stream, allow_pickle=False)


def unpack_pickle(content):
    """Return the dict of arrays and text in a pickle, without calling anything that the pickle names.

    content: bytes. Raises ValueError where it holds more than arrays of numbers need, and whatever pickle raises
    for damaged content. The names that rebuild an array are looked up as Record, which only takes notes; the
    arrays are made from those notes afterwards.
    """
    for opcode, argument, _ in pickletools.genops(content):
        if opcode.name in ("PUT", "BINPUT", "LONG_BINPUT") and argument > len(content):
            raise ValueError("it asks for more memory than its arrays need")
    entries = ArrayUnpickler(io.BytesIO(content)).load()
    if type(entries) is not dict:
        raise ValueError(f"it holds a {type(entries).__name__}, expected a dict of arrays W1, b1, W2, b2, ...")
    return {name: entry if type(entry) is str else rebuild_array(entry) for name, entry in entries.items()}


class Record:
    """What a pickle says about one NumPy object: the name, the arguments and the state, none of them believed."""

    __slots__ = ("arguments", "name", "state")

    def __init__(self, name, arguments=None):
        self.name, self.arguments, self.state = name, arguments, None

    def __call__(self, *arguments):
        return Record(self.name, arguments)

    def __setstate__(self, state):
        self.state = state


class ArrayUnpickler(pickle.Unpickler):
    """An unpickler to which the names of PICKLE_NAMES are Records and all other names are refused."""

    def find_class(self, module, name):
        """Return a Record for a name that arrays need. Raises ValueError for every other name."""
        if (module, name) not in PICKLE_NAMES:
            raise ValueError(f"it asks to run {module}.{name}, and a file of parameters may run nothing")
        return Record(PICKLE_NAMES[module, name])


def rebuild_array(record):
    """Return the array that a Record describes. Raises ValueError where it describes none."""
    match record:
        case Record(name="_reconstruct", state=(int(), tuple(shape), Record() as dtype, fortran, bytes(data))):
            order = "F" if fortran else "C"
        case Record(
            name="_frombuffer",
            arguments=(bytes(data) | bytearray(data), Record() as dtype, tuple(shape), "C" | "F" as order),
        ):
            pass
        case _:
            raise ValueError("it holds something that is not an array of numbers")
    match dtype:
        case Record(
            name="dtype", arguments=("f2" | "f4" | "f8" as code, *_), state=(int(), "<" | ">" as byte_order, *_)
        ):
            flat = np.frombuffer(bytes(data), byte_order + code)
        case _:
            raise ValueError("it holds an array of something else than float16, float32 or float64")
    return flat.reshape([int(size) for size in shape], order=order)
