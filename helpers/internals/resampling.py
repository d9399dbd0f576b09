"""Resampling of distorted images: where each new pixel looks in the old image, and what it finds.

A place is (row, column) in pixels, (0, 0) the middle of the top left pixel. Both parts of it are a
weighted sum of fixed patterns over the image: 1, row and column for anything affine, smooth bumps
for an elastic distortion. So the places of a whole batch are one matrix product, weights
(2m, patterns) times patterns (patterns, pixels).
"""

import threading

import numpy as np

BLOCK = 64  # images at a time, so that the buffers stay in the processor's cache

_thread = threading.local()


def affine_patterns(image_shape):
    """The patterns 1, row and column, counted from the center: (3, height * width)."""
    height, width = image_shape
    row, column = np.mgrid[:height, :width].reshape(2, -1)
    return np.stack([np.ones(height * width), row - (height - 1) / 2, column - (width - 1) / 2])


def affine_weights(
    image_shape, *, shift_down, shift_right, rotation, scale_down, scale_right, shear
):
    """The weights (2m, 3) of affine_patterns: the rows of each place, then the columns.

    Every argument is (m,): shifts in pixels, rotation in degrees counterclockwise, scales as
    factors of height and width, shear as the angle in degrees by which an upright line leans to the
    right. An image is first stretched, then slanted, then turned, about its center, then shifted.
    """
    center = (np.array(image_shape) - 1) / 2
    angle, slant = np.radians(rotation), np.tan(np.radians(shear))
    cos, sin = np.cos(angle), np.sin(angle)
    # A place is found backward from the new image: undo the shift, the turn, the slant, the stretch.
    row_row, row_column = cos, sin
    column_row, column_column = -sin + slant * row_row, cos + slant * row_column
    row = np.stack([row_row, row_column]) / scale_down
    column = np.stack([column_row, column_column]) / scale_right
    origins = [
        c - part[0] * shift_down - part[1] * shift_right
        for c, part in zip(center, (row, column), strict=True)
    ]
    return np.vstack([np.column_stack([origins[0], *row]), np.column_stack([origins[1], *column])])


def elastic_patterns(image_shape, smoothness):
    """A smooth bump around each point of a coarse grid, as patterns (points, height * width).

    With standard normal weights their sum is a random field that varies over `smoothness` pixels
    (the standard deviation of the bumps) and has the standard deviation 1 at every pixel, as if
    noise in each pixel had been blurred, at a fraction of the random numbers.
    """
    spacing = 1.5 * smoothness  # wider, and the grid would show
    along = []
    for length in image_shape:
        points = np.arange(-spacing, length + spacing, spacing)
        bumps = np.exp(-0.5 * ((np.arange(length) - points[:, None]) / smoothness) ** 2)
        along.append(bumps / np.sqrt((bumps**2).sum(axis=0)))
    return np.kron(*along)


def sample_images(X, weights, patterns, image_shape):
    """What each image shows at the places weights @ patterns: a weighted mean of four pixels.

    X and the result are (height * width, m), taken to be 0 outside of the image. All are of the
    type of X.
    """
    buffers = _buffers(image_shape, X.dtype)
    m, rows = X.shape[1], X.T.reshape(-1, *image_shape)
    seen = np.empty((m, X.shape[0]), X.dtype)
    for start in range(0, m, BLOCK):
        block = slice(start, start + BLOCK)
        _sample_block(
            rows[block], weights[:m][block], weights[m:][block], patterns, buffers, seen[block]
        )
    return seen.T


def move_rows(X, shifts, image_shape):
    """What each pixel finds `shifts` (m, height) columns to its right: a mean of two pixels.

    X and the result are (height * width, m), taken to be 0 outside of the image. For moves along
    the rows alone this takes half the time of sample_images.
    """
    height, width = image_shape
    # as many zeros follow each row as a move to either side can look at
    padded = np.zeros((BLOCK * height + 1, 2 * width + 1), X.dtype)
    rows = padded[1:].reshape(BLOCK, height, 2 * width + 1)[:, :, :width]
    windows = np.lib.stride_tricks.sliding_window_view(padded.ravel(), width + 1)
    shifts = np.clip(shifts, -width, width)
    whole = np.floor(shifts)
    share = (shifts - whole).astype(X.dtype)[:, :, np.newaxis]
    first = padded.shape[1] * np.arange(1, len(padded)).reshape(BLOCK, height)
    images, seen = X.T.reshape(-1, height, width), np.empty((X.shape[1], height, width), X.dtype)
    for start in range(0, len(seen), BLOCK):
        block = slice(start, start + BLOCK)
        n = len(seen[block])
        rows[:n] = images[block]
        found = windows[first[:n] + whole[block].astype(np.intp)]
        np.subtract(found[:, :, 1:], found[:, :, :-1], out=seen[block])
        seen[block] *= share[block]
        seen[block] += found[:, :, :-1]
    return seen.reshape(-1, height * width).T


def _sample_block(images, row_weights, column_weights, patterns, buffers, seen):
    """Fill `seen` (images, pixels): places, their whole and broken parts, the pixels around."""
    n, height, width = images.shape
    rows, columns, above, left = (buffer[:n] for buffer in buffers.numbers[:4])
    np.matmul(row_weights, patterns, out=rows)
    np.matmul(column_weights, patterns, out=columns)
    for place, whole, length in ((rows, above, height), (columns, left, width)):
        np.clip(place, -1, length, out=place)
        place += 1  # the border of zeros comes first
        np.floor(place, out=whole)
        place -= whole

    buffers.padded[:n, 1:-2, 1:-2] = images
    pixels, wide, index = buffers.padded.ravel(), buffers.padded.shape[2], buffers.index[:n]
    above *= wide
    above += left
    index[...] = above
    index += buffers.first_pixels[:n]

    below, after = above, left  # free by now
    _between(pixels, index, columns, after, out=seen)
    _between(pixels[wide:], index, columns, after, out=below)
    below -= seen
    below *= rows
    seen += below


def _between(pixels, index, share, after, *, out):
    """Fill `out` with pixels[index] moved by `share` toward the next pixel, kept in `after`."""
    pixels.take(index, mode="clip", out=out)  # "clip" writes to out directly; no index is outside
    pixels[1:].take(index, mode="clip", out=after)
    after -= out
    after *= share
    out += after


class _Buffers:
    """Arrays for a block of images: making them for each batch would take twice the arithmetic."""

    def __init__(self, image_shape, dtype):
        height, width = image_shape
        # one zero before, two after: 28.0 has a next
        self.padded = np.zeros((BLOCK, height + 3, width + 3), dtype)
        self.first_pixels = np.arange(0, self.padded.size, self.padded[0].size)[:, None]
        self.numbers = np.empty((4, BLOCK, height * width), dtype)
        self.index = np.empty((BLOCK, height * width), np.intp)


def _buffers(image_shape, dtype):
    """The buffers of this thread for this kind of image."""
    if not hasattr(_thread, "buffers"):
        _thread.buffers = {}
    kind = (image_shape, dtype)
    if kind not in _thread.buffers:
        _thread.buffers[kind] = _Buffers(image_shape, dtype)
    return _thread.buffers[kind]
