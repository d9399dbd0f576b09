"""Reading the arrays in a pickle without ever running what a pickle may ask to run."""

import io
import pickle
import pickletools

import numpy as np

from helpers.internals.array_files import MAX_BYTES

MAX_OPCODES = 20_000  # instructions in a pickle; a layer takes about 60

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

# All that pickles of dicts of arrays are made of, in protocols 3 to 5; not the codes that make other objects.
OPCODES = """
    PROTO FRAME STOP MARK POP POP_MARK DUP PUT BINPUT LONG_BINPUT MEMOIZE GET BINGET LONG_BINGET
    NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 LONG LONG1 FLOAT BINFLOAT
    STRING SHORT_BINSTRING BINSTRING UNICODE SHORT_BINUNICODE BINUNICODE BINUNICODE8
    SHORT_BINBYTES BINBYTES BINBYTES8 BYTEARRAY8
    TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_TUPLE LIST EMPTY_LIST APPEND APPENDS DICT EMPTY_DICT SETITEM SETITEMS
    GLOBAL STACK_GLOBAL REDUCE BUILD
"""


def unpack_pickle(content):
    """Return the dict of arrays and text in a pickle, without calling anything that the pickle names.

    content: bytes. Raises ValueError where it holds more than arrays of numbers need, or arrays of more than MAX_BYTES
    in all, and whatever pickle raises for damaged content. The names that rebuild an array are looked up as Record,
    which only takes notes; the arrays are made from those notes afterwards.
    """
    check_opcodes(content)
    entries = ArrayUnpickler(io.BytesIO(content)).load()
    if type(entries) is not dict:
        raise ValueError(f"it holds a {type(entries).__name__}, expected a dict of arrays W1, b1, W2, b2, ...")
    arrays = {name: entry if type(entry) is str else rebuild_array(entry) for name, entry in entries.items()}
    # many arrays may stand on the same bytes, and each will be copied
    if sum(array.nbytes for array in arrays.values() if isinstance(array, np.ndarray)) > MAX_BYTES:
        raise ValueError(f"its arrays declare more than {MAX_BYTES:,} bytes")
    return arrays


def check_opcodes(content):
    """Raise ValueError where a pickle has other instructions, or more of them, than arrays of numbers need.

    content: bytes. Raises what pickletools raises for damaged content, too.
    """
    known = set(OPCODES.split())
    for count, (opcode, argument, _) in enumerate(pickletools.genops(content)):
        if opcode.name not in known:
            raise ValueError(f"it asks for {opcode.name} of pickle, which makes objects, and may run nothing")
        if count > MAX_OPCODES or (opcode.name.endswith("PUT") and argument > MAX_OPCODES):
            raise ValueError("it asks for more memory than its arrays need")


class Record:
    """What a pickle says about one NumPy object: the name, the arguments and the state, none of them believed."""

    __slots__ = ("arguments", "name", "state")

    def __init__(self, name, arguments=None):
        self.name, self.arguments, self.state = name, arguments, None

    def __call__(self, *arguments):
        return Record(self.name, arguments)

    def __setstate__(self, state):
        self.state = state


class ArrayUnpickler(pickle._Unpickler):
    """An unpickler to which the names of PICKLE_NAMES are Records and all other names are refused.

    It is the one in Python: some damaged files make the one in C free memory that is still in use (CPython 3.11).
    """

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
