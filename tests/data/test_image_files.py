"""Pictures of strangers: six formats and nothing else, and never more memory than promised."""

import io
import os
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from numpy.testing import assert_allclose
from PIL import EpsImagePlugin, Image

from helpers.internals.image_files import read_image


def saved(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png(width, height, *, bits=8, color=0):
    """The content of a black PNG file, made without the picture. color: 0 gray, 2 RGB, 6 RGBA."""
    packer = zlib.compressobj()
    row = bytes(1 + width * bits * {0: 1, 2: 3, 6: 4}[color] // 8)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", pixels), (b"IEND", b"")]
    pieces = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(pieces)


def jpeg_in_scans(width, height, **options):
    """The start of a JPEG file of this size whose scans hold one color each, or are progressive."""
    content = bytearray(saved(Image.new("RGB", (16, 16)), "JPEG", subsampling=0, **options))
    frame = content.find(b"\xff\xc2" if options else b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return (
        bytes(content[: content.find(b"\xff\xda")])
        + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
        + bytes(500)
    )


def tiff_in_a_tile(side):
    """A TIFF file of 16 × 16 gray pixels in a tile of side × side, packed."""
    packer = zlib.compressobj()
    tile = b"".join(packer.compress(bytes(side)) for _ in range(side)) + packer.flush()
    numbers = {
        256: 16,
        257: 16,
        258: 8,
        259: 8,
        262: 1,
        277: 1,
        322: side,
        323: side,
        324: 8 + 2 + 120 + 4,
        325: len(tile),
    }
    tags = b"".join(struct.pack("<HHII", tag, 4, 1, number) for tag, number in numbers.items())
    return b"II*\0" + struct.pack("<IH", 8, len(numbers)) + tags + bytes(4) + tile


def photo(width, height, **options):
    noise = np.random.default_rng(0).integers(0, 256, (500, 500), dtype=np.uint8)
    return saved(
        Image.fromarray(np.tile(noise, (-(-height // 500), width // 500))).convert("RGB"),
        "JPEG",
        **options,
    )


TAKEN = {
    "a gray PNG of 60 million pixels": lambda: png(7745, 7745),
    "one with 16 bits, of 36": lambda: png(6000, 6000, bits=16),
    "a color PNG of 44": lambda: png(6700, 6700, color=2),
    "one with transparency, of 28": lambda: png(5300, 5300, color=6),
    "a WebP of 12": lambda: saved(Image.new("RGBA", (4032, 3024)), "WEBP"),
    "a TIFF of 12": lambda: saved(
        Image.new("RGB", (4032, 3024)), "TIFF", compression="tiff_lzw", strip_size=10**8
    ),
    "a photo of 12": lambda: photo(4000, 3000),
    "a progressive photo of 12": lambda: photo(4000, 3000, progressive=True),
    "a photo of 50": lambda: photo(8000, 6250),
}
TOO_LARGE = {
    "a gray PNG with 16 bits": lambda: png(7745, 7745, bits=16),
    "a PNG with transparency": lambda: png(7745, 7745, color=6),
    "a color PNG with 16 bits": lambda: png(7745, 7745, bits=16, color=2),
    "30,000 × 30,000 pixels": lambda: png(30_000, 30_000, bits=1),
    "a WebP": lambda: saved(Image.new("RGB", (4300, 4300)), "WEBP"),
    "a progressive JPEG": lambda: jpeg_in_scans(7745, 7745, progressive=True),
    "a JPEG in a scan per color": lambda: jpeg_in_scans(7745, 7745),
    "a TIFF in a tile": lambda: tiff_in_a_tile(30_000),
    "a strip": lambda: png(60_000, 10),
}
MEASURE = """
import pathlib
from helpers.internals.image_files import read_image

def peak():
    return int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024

read_image("small")
before = peak()
try:
    said = f"{max(read_image('picture').shape)} pixels"
except ValueError as error:
    said = str(error)
print(f"{peak() - before:.0f}|{said}")
"""


def reading(folder, content):
    """How many MB of memory reading a picture took in a process of its own, and what it said."""
    (folder / "small").write_bytes(png(900, 900))
    (folder / "picture").write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], cwd=folder, capture_output=True, text=True, check=True
    )
    megabytes, said = done.stdout.strip().split("|")
    return int(megabytes), said


on_linux = pytest.mark.skipif(
    not os.path.exists("/proc/self/status"), reason="only Linux says how much memory a process took"
)


@on_linux
@pytest.mark.slow
@pytest.mark.parametrize("name", TAKEN)
def test_large_pictures_are_read_with_250_megabytes(tmp_path, name):
    megabytes, said = reading(tmp_path, TAKEN[name]())
    assert said == "800 pixels"
    assert megabytes <= 250


@on_linux
@pytest.mark.slow
@pytest.mark.parametrize("name", TOO_LARGE)
def test_pictures_that_would_take_more_are_refused_as_too_large(tmp_path, name):
    megabytes, said = reading(tmp_path, TOO_LARGE[name]())
    assert "pixels" in said
    assert said.endswith("; make it smaller or cut out the digit, or save it as JPEG")
    assert megabytes <= 50


@on_linux
@pytest.mark.slow
def test_a_large_picture_in_an_icon_is_not_unpacked(tmp_path):
    inside = png(13_000, 13_000)
    entry = struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(inside), 22)
    megabytes, said = reading(tmp_path, entry + inside)
    assert "is not a picture that can be read" in said
    assert megabytes <= 50


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for Ghostscript is a shell script")
def test_a_program_in_postscript_is_not_run(tmp_path, monkeypatch):
    (tmp_path / "gs").write_text(f"#!/bin/sh\ntouch '{tmp_path}/called'\n")
    (tmp_path / "gs").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(EpsImagePlugin, "gs_binary", None)  # what an earlier look has found
    program = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 20 20\n%%EndComments\n(hello) print\nshowpage\n%%EOF\n"
    (tmp_path / "digit.png").write_bytes(program)
    for source in (tmp_path / "digit.png", program):
        with pytest.raises(
            ValueError, match="is not a picture that can be read: it is a PDF or PostScript"
        ):
            read_image(source)
    assert not (tmp_path / "called").exists()


@pytest.mark.parametrize("kind", ["AVIF", "DDS", "ICO", "PPM", "TGA", "SPIDER"])
def test_other_formats_are_refused_whole_or_damaged(kind):
    if kind not in Image.SAVE and not Image.init() and kind not in Image.SAVE:
        pytest.skip(f"this Pillow writes no {kind}")
    content = saved(Image.new("F" if kind == "SPIDER" else "RGB", (40, 40)), kind)
    for damaged in (content, content[:60], content[:100] + bytes(50)):
        with pytest.raises(ValueError, match="is not a picture that can be read"):
            read_image(damaged)


def test_a_photo_of_a_phone_that_holds_two_pictures_is_read():
    dark, light = (Image.new("RGB", (8000, 6000), (shade,) * 3) for shade in (0, 255))
    content = saved(dark, "MPO", save_all=True, append_images=[light])
    assert_allclose(read_image(content), np.zeros((600, 800)))


def test_other_sources_are_refused():
    for source in (5, None, np.ones((4, 4))):
        with pytest.raises(TypeError, match=r"source is .*, expected a path, the bytes of a pict"):
            read_image(source)
    with pytest.raises(TypeError, match='open it with "rb"'):
        read_image(io.StringIO("picture"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "digit.png")
    with pytest.raises(ValueError, match=r"digit\.png cannot be read: it is a device or a pipe"):
        read_image(tmp_path / "digit.png")


@pytest.mark.parametrize("kind", ["I;16", "I", "F"])
def test_16_and_32_bits_are_read_as_shades(kind):
    values = np.linspace(0, 1, 28 * 28).reshape(28, 28)
    scaled = {"I;16": (values * 65535).astype(np.uint16), "I": (values * 65535).astype(np.int32)}
    content = saved(Image.fromarray(scaled.get(kind, values.astype(np.float32))), "TIFF")
    assert_allclose(read_image(content), values, atol=1 / 65535)


def test_values_that_are_not_numbers_are_refused():
    with pytest.raises(ValueError, match=r"damaged picture .*not numbers"):
        read_image(saved(Image.fromarray(np.full((9, 9), np.nan, np.float32)), "TIFF"))


def test_open_files_and_pil_images_are_read():
    image = Image.fromarray(np.arange(0, 240, dtype=np.uint8).reshape(15, 16))
    expected = read_image(saved(image))
    assert_allclose(read_image(io.BytesIO(saved(image))), expected)
    assert_allclose(read_image(image), expected)
    assert image.size == (16, 15)


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_cameras_with_fewer_bits_than_their_file_are_scaled_by_what_they_hold(bits):
    values = np.linspace(0, 1, 28 * 28).reshape(28, 28)
    content = saved(Image.fromarray((values * (2**bits - 1)).astype(np.uint16)))
    assert_allclose(read_image(content), values, atol=1 / 1023)


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"\0\0\0\x18ftypheic" + bytes(50), "it is a HEIC picture.*; export it as JPEG or PNG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg">', "it is an SVG drawing"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid",
            "it is a pointer of Git LFS.*; git lfs pull",
        ),
    ],
)
def test_pictures_of_other_formats_are_named(start, words):
    with pytest.raises(ValueError, match=words):
        read_image(start)
