"""Pictures from files: a photo, a scan or a drawing becomes an array of gray values."""

import io
import os
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 60_000_000  # a phone's photo has 12 to 50 million
MOST_BYTES = 60_000_000
WORKING_SIZE = 800  # pixels of the longer side that are kept: a digit needs 20


def read_image(source):
    """Return the picture in a file as gray values (height, width), 0 black to 1 white, at most 800 pixels wide or high.

    source: a path, or the bytes of a file, of any format that Pillow reads (PNG, JPEG, GIF, BMP, TIFF, WebP). A photo
    is turned upright as its camera noted; what is transparent becomes white, or black where the rest is white.
    Raises FileNotFoundError or IsADirectoryError for the path, and ValueError for what is empty, no picture, damaged
    or too large.
    """
    name = "the file"
    if isinstance(source, (str, os.PathLike)):
        name = os.path.basename(source)
        with open(source, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    else:
        content = bytes(source)
    if not content:
        raise ValueError(f"{name} is empty, expected a picture such as a PNG or JPEG file")
    if len(content) > MOST_BYTES:
        raise ValueError(f"{name} has more than {MOST_BYTES // 10**6} MB; cut out the digit and try again")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's own warning about size comes before the check of the size here
        return _decoded(content, name)


def _decoded(content, name):
    try:
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise ValueError(
                    f"{name} has {width} × {height} pixels, expected at most {MOST_PIXELS // 10**6} million; "
                    "make it smaller or cut out the digit"
                )
            image.draft("L", (WORKING_SIZE, WORKING_SIZE))  # lets a JPEG be decoded at a fraction of its size
            return _to_gray(ImageOps.exif_transpose(image))
    except UnidentifiedImageError:
        raise ValueError(f"{name} is not a picture that can be read; save it as PNG or JPEG and try again") from None
    except (OSError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise ValueError(f"{name} is a damaged picture ({error}); copy or save it again") from None


def _to_gray(image):
    """Return a Pillow image as gray values at most WORKING_SIZE pixels wide or high."""
    if image.mode.startswith(("I", "F")):  # 16 or 32 bits a pixel
        values = np.asarray(image, dtype=float)
        full = 1.0 if values.max() <= 1 else (255.0 if values.max() <= 255 else max(65535.0, values.max()))
        image = Image.fromarray((values / full * 255).clip(0, 255).astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        image.thumbnail((WORKING_SIZE, WORKING_SIZE), Image.Resampling.BOX)
        gray, alpha = (
            np.asarray(part, dtype=float) / 255 for part in (image.convert("RGB").convert("L"), image.getchannel("A"))
        )
        seen = alpha > 0.5
        paper = 0.0 if seen.any() and gray[seen].mean() > 0.5 and not seen.all() else 1.0
        return alpha * gray + (1 - alpha) * paper
    image = image.convert("L")
    image.thumbnail((WORKING_SIZE, WORKING_SIZE), Image.Resampling.BOX)
    return np.asarray(image, dtype=float) / 255
