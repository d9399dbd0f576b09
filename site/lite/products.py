"""Quick matrix products in the browser: the loop of products.wat in place of NumPy's own.

NumPy comes to the browser without a BLAS. The kernel of the site imports this when it starts.
"""

import ctypes
from pathlib import Path

import numpy as np
from numpy._core._multiarray_umath import _UFUNC_API

REPLACE_LOOP = 30  # the place of PyUFunc_ReplaceLoopBySignature in NumPy's table of functions
FLOAT64 = (ctypes.c_int * 3)(*[np.dtype(np.float64).num] * 3)


def replace_loop(address):
    """Let `np.matmul`, and with it `@`, call the loop at this address for float64 matrices."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    functions = ctypes.cast(pointer(_UFUNC_API, None), ctypes.POINTER(ctypes.c_void_p))
    kind = [ctypes.c_int, ctypes.py_object, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    old = ctypes.c_void_p()
    ctypes.PYFUNCTYPE(*kind)(functions[REPLACE_LOOP])(
        np.matmul, address, ctypes.addressof(FLOAT64), ctypes.addressof(old)
    )
    return old.value


library = ctypes.CDLL(str(Path(__file__).with_name("products.wasm")))
replace_loop(ctypes.cast(library.products, ctypes.c_void_p).value)
