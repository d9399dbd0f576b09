"""How a data set travels to the workers of a sweep: packed and unpacked once, as bytes where no bit is lost."""

import hashlib
import pickle
import zlib

import numpy as np

from helpers.data import Dataset

PIXEL_SCALES = (255, 16)  # pixels of the data files are whole numbers from 0 up to one of these
_ROWS_AT_ONCE = 1000


def in_rows(dataset):
    """Return the Dataset with its images row after row in memory, as every worker has it. Raises nothing.

    The order in memory decides how a product is summed up, and so the last bits of what a run measures.
    """
    if dataset.X.T.flags.c_contiguous:
        return dataset
    return Dataset(np.ascontiguousarray(dataset.X.T).T, dataset.labels, dataset.class_names, dataset.image_shape)


def pack(dataset):
    """Return a Dataset as a dictionary that pickles small, from which `unpack` makes the same, bit for bit.

    Pixels that are whole multiples of 1/255 or 1/16 become bytes, an eighth of float64, compressed to about a
    thirtieth; all others stay as they are. Its entry "digest" names the content. Raises nothing for a Dataset.
    """
    rows = np.ascontiguousarray(dataset.X.T)
    found = ((scale, _as_bytes(rows, scale)) for scale in PIXEL_SCALES)
    scale, pixels = next(((scale, pixels) for scale, pixels in found if pixels is not None), (None, rows))
    packed = {
        "shape": rows.shape,
        "dtype": rows.dtype.str,
        "scale": scale,
        "labels": dataset.labels,
        "class_names": dataset.class_names,
        "image_shape": dataset.image_shape,
    }
    digest = hashlib.sha256(pixels)
    digest.update(pickle.dumps([packed[name] for name in ("shape", "dtype", "scale", "class_names", "image_shape")], 4))
    if dataset.labels is not None:
        digest.update(np.ascontiguousarray(dataset.labels, np.int64))
    content = zlib.compress(pixels, 1) if scale else pixels.tobytes()
    return {**packed, "pixels": content, "digest": digest.hexdigest()}


def unpack(packed):
    """Return the Dataset that was packed. packed: what `pack` returned. Raises nothing for it."""
    dtype, scale = np.dtype(packed["dtype"]), packed["scale"]
    if scale:
        pixels = np.frombuffer(zlib.decompress(packed["pixels"]), np.uint8).reshape(packed["shape"])
        rows = np.empty(packed["shape"], dtype)
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            block = slice(start, start + _ROWS_AT_ONCE)
            rows[block] = _as_numbers(pixels[block], scale, dtype)
    else:
        rows = np.frombuffer(bytearray(packed["pixels"]), dtype).reshape(packed["shape"])
    return Dataset(rows.T, packed["labels"], packed["class_names"], packed["image_shape"])


def _as_numbers(pixels, scale, dtype):
    return np.divide(pixels, scale, dtype=dtype)


def _as_bytes(rows, scale):
    """Return pixels from 0 to scale as bytes, or None where these would not give back every bit."""
    pixels = np.empty(rows.shape, np.uint8)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        block = rows[start : start + _ROWS_AT_ONCE]
        pixels[start : start + _ROWS_AT_ONCE] = np.rint(block * scale)
        back = _as_numbers(pixels[start : start + _ROWS_AT_ONCE], scale, rows.dtype)
        if back.tobytes() != block.tobytes():  # compared as bits, since -0.0 == 0.0
            return None
    return pixels
