"""Pictures from files: a photo, a scan or a drawing becomes an array of gray values."""

import io
import os
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from helpers.internals.checks import check_path
from helpers.internals.file_kinds import FIRST_BYTES, what_is
from helpers.internals.files import missing_file, read_bounded

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
MOST_PIXELS = 60_000_000  # a phone's photo has 12 to 50 million
MOST_BYTES = 60_000_000
DEPTHS = (1, 2**8 - 1, 2**10 - 1, 2**12 - 1, 2**14 - 1, 2**16 - 1)  # white at 0 to 1, 8 to 16 bits
LONGEST_SIDE = 32_000
MOST_MEMORY = 225_000_000  # bytes that decoding may take: together with all else 250 MB
KEPT_SIZE = 800  # pixels of the longer side that are kept: a digit needs 20

# Bytes per pixel that Pillow keeps (else 4), and that turning them to gray takes (else 8).
KEPT = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2}
COPIED = {
    "1": 1,
    "L": 0,
    "P": 1,
    "F": 0,
    "RGB": 1,
    "YCbCr": 1,
    "LA": 4,
    "RGBA": 4,
    "I": 4,
    "I;16": 4,
    "I;16B": 4,
}
DECODING = {
    "WEBP": 4,
    "TIFF": 4,
}  # how many times Pillow keeps the picture while it decodes (else once)


def read_image(source):
    """Return the gray values of the picture in a file, at most 800 pixels wide or high.

    A photo is turned upright as its camera noted; what is transparent becomes white, or black
    where the rest is white.

    Parameters
    ----------
    source : str, os.PathLike, bytes, file open for bytes, or PIL image
        The path of a PNG, JPEG, GIF, BMP, TIFF or WebP file, or the content of one. It may have
        60 MB and 60 million pixels, and may take 250 MB of memory to read. A phone's photo as JPEG
        does not need that; a gray PNG may have 60 million pixels, one in color 45 million, one
        with transparency 28 million, a TIFF or WebP file in color 14 million.

    Returns
    -------
    array, shape (height, width)
        0 black to 1 white.

    Raises
    ------
    ValueError
        The file is empty, not such a picture, damaged or too large.
    OSError
        The path cannot be read: FileNotFoundError, IsADirectoryError, PermissionError.
    TypeError
        `source` is none of these.
    """
    name = "the file"
    if isinstance(source, str | os.PathLike):
        path = check_path("source", source)
        name = path.name
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder; expected the path of one picture in it")
        try:
            content = read_bounded(path, MOST_BYTES)
        except FileNotFoundError:
            raise FileNotFoundError(missing_file(path)) from None
        except ValueError as error:
            raise ValueError(
                f"{name} cannot be read: {error}; cut out the digit and save it as PNG or JPEG"
            ) from None
    elif isinstance(source, bytes | bytearray | memoryview):
        content = bytes(source)
    elif isinstance(source, Image.Image):
        return _to_gray(source.copy())
    elif callable(getattr(source, "read", None)):
        content = source.read(MOST_BYTES + 1)
        if not isinstance(content, bytes):
            raise TypeError('source is a file of text, expected one of bytes; open it with "rb"')
    else:
        raise TypeError(
            f"source is {type(source).__name__}, expected a path, the bytes of a picture, an open "
            "file or a PIL image; preprocess takes arrays as they are"
        )
    if not content:
        raise ValueError(f"{name} is empty, expected a picture such as a PNG or JPEG file")
    if len(content) > MOST_BYTES:
        raise ValueError(
            f"{name} has more than {MOST_BYTES // 10**6} MB; cut out the digit and try again"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Pillow about size: the check below is stricter
            return _decoded(io.BytesIO(content))
    except UnidentifiedImageError:
        kind = what_is(content[:FIRST_BYTES])
        problem = "is not a picture that can be read; save it as PNG or JPEG and try again"
        if kind is not None and kind.name.upper() not in FORMATS:
            problem = f"is not a picture that can be read: it is {kind.title}; {kind.way_out}"
    except (TooLargeError, Image.DecompressionBombError, MemoryError) as error:
        size = str(error) if isinstance(error, TooLargeError) else "more pixels than can be read"
        problem = f"has {size}; make it smaller or cut out the digit, or save it as JPEG"
    except Exception as error:  # damaged files make Pillow raise almost anything
        problem = f"is a damaged picture ({error!s:.200}); copy or save it again"
    raise ValueError(f"{name} {problem}")


class TooLargeError(Exception):
    """The picture would take more memory than it may."""


def _decoded(stream):
    with Image.open(stream, formats=FORMATS) as image:
        width, height = image.size
        if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
            raise TooLargeError(
                f"{width} × {height} pixels, expected at most {MOST_PIXELS // 10**6} million "
                f"and a longer side of {LONGEST_SIDE:,}"
            )
        buffered = _jpeg_buffer(image, stream.getvalue())
        image.draft("L", (KEPT_SIZE, KEPT_SIZE))  # decodes a JPEG at a fraction of its size
        needed = image.width * image.height * _bytes_per_pixel(image)
        needed += buffered + stream.getbuffer().nbytes
        if needed > MOST_MEMORY:
            raise TooLargeError(
                f"{width} × {height} pixels and takes {needed / 10**6:,.0f} MB of memory to read, "
                f"expected at most {MOST_MEMORY // 10**6}"
            )
        return _to_gray(image)


def _bytes_per_pixel(image):
    """How many bytes of memory each pixel of an opened picture takes at the worst moment."""
    kept = KEPT.get(image.mode, 4)
    pixels = 1
    if image.format == "TIFF":  # which unpacks a whole tile, however small the picture
        tile = image.tag_v2.get(322, 1) * image.tag_v2.get(323, 1)
        pixels = max(1, tile / (image.width * image.height))
    copied = 8 if "transparency" in image.info else COPIED.get(image.mode, 8)
    return max(kept * DECODING.get(image.format, 1) * pixels, kept + copied)


def _jpeg_buffer(image, content):
    """How many bytes libjpeg keeps of a JPEG that comes in several scans, 0 for a single scan."""
    if image.format not in ("JPEG", "MPO"):
        return 0
    place = 2
    while (marker := content[place : place + 2]) != b"\xff\xda" and marker[:1] == b"\xff":
        length = int.from_bytes(content[place + 2 : place + 4], "big")
        place += 1 if marker[1:] == b"\xff" else 2 + length
    in_one_scan = marker == b"\xff\xda" and content[place + 4] == len(image.layer)
    if in_one_scan and not image.info.get("progressive"):
        return 0
    samples = [across * down for _, across, down, _ in image.layer]
    return 2 * image.width * image.height * sum(samples) / max(samples)


def _to_gray(image):
    """An opened picture as gray values at most KEPT_SIZE pixels wide or high, upright."""
    image.load()
    transparent = "A" in image.getbands() or "transparency" in image.info
    full = 255
    if image.mode.startswith(("I", "F")):  # 16 or 32 bits per pixel
        highest = max(image.getextrema())
        full = next((full for full in DEPTHS if highest <= full), highest)
        image = image if image.mode == "F" else image.convert("F")
        transparent = False
    elif transparent:
        image = image if image.mode in ("LA", "RGBA") else image.convert("RGBA")
    else:
        image = image if image.mode == "L" else image.convert("L")
    image.thumbnail((KEPT_SIZE, KEPT_SIZE), Image.Resampling.BOX)
    image = ImageOps.exif_transpose(image)
    if not transparent:
        gray = np.asarray(image, dtype=float) / full
        if not np.isfinite(gray).all():
            raise ValueError("it holds values that are not numbers")
        return gray.clip(0, 1)
    image = image.convert("RGBA")
    gray = np.asarray(image.convert("RGB").convert("L"), dtype=float) / 255
    alpha = np.asarray(image.getchannel("A"), dtype=float) / 255
    seen = alpha > 0.5
    paper = 0.0 if seen.any() and gray[seen].mean() > 0.5 and not seen.all() else 1.0
    return alpha * gray + (1 - alpha) * paper
