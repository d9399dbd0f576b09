"""Where the ink is: tells strokes from paper in a drawing or a photo, and patches of ink apart.

A picture is `gray` (height, width), 0 black to 1 white; ink is 0 where there is none, 1 where full.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

ONE_SHADE = 0.003  # less than one step of 255: a drawing's background is even, a photo's never
MOSTLY = 0.7  # share of the border that is background in a drawing; strokes may run out of it
WIDEST = 0.3  # of the longer side: dark places as wide as this are no strokes, but shadow or table
SPECK = 0.1  # share of the largest area below which a patch is a speck; twice it for its extent
SMALLEST_DIGIT = 0.15  # of what runs out of the picture, for a patch inside to be the digit
BLOCKS = 100  # patches are told apart on a grid of so many blocks, which is fast


def border_of(gray):
    """Return the pixels along the four sides."""
    return np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])


def paper_of_a_drawing(gray):
    """Return the median brightness of a picture, and the share of its border that has it."""
    some = gray[:: -(-gray.shape[0] // 400), :: -(-gray.shape[1] // 400)]
    shade = float(np.quantile(some, 0.5, method="lower"))
    return shade, float((np.abs(border_of(gray) - shade) <= ONE_SHADE).mean())


def without_strokes(gray):
    """Return the picture with its dark strokes filled in from around them (a closing by a square).

    What is wide enough for the square stays, with its edges: shadows, and the table at the border.
    """
    width = 2 * round(WIDEST * max(gray.shape) / 2) + 1
    return -_highest_around(-_highest_around(gray, width), width)


def _highest_around(values, width):
    """Return the highest value in the square of this odd width around each place."""
    for _ in range(2):
        highest = np.pad(values, ((width // 2, width // 2), (0, 0)), mode="edge")
        covered = 1  # rows that each row is the highest of
        while covered < width:
            step = min(covered, width - covered)
            highest = np.maximum(highest[:-step], highest[step:])
            covered += step
        values = highest.T
    return values


def has_light_ink(gray):
    """Return whether the picture is smoother without its light strokes than without its dark."""
    dark, light = without_strokes(gray), without_strokes(1 - gray)
    return roughness(light) < roughness(dark)


def roughness(image):
    """Return the sum of all steps between neighboring pixels."""
    return sum(np.abs(np.diff(image, axis=axis)).sum() for axis in (0, 1))


def otsu_threshold(values):
    """Return the threshold that splits values best: the largest variance between two means.

    Source: Otsu, "A threshold selection method from gray-level histograms", 1979.
    """
    counts, edges = np.histogram(values, bins=256)
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sums = np.cumsum(counts * middles)
    means_apart = sums[:-1] / below - (sums[-1] - sums[:-1]) / above
    between = below * above * means_apart**2
    best = np.flatnonzero(between >= between.max() * (1 - 1e-12))  # an empty stretch: its middle
    return float(edges[1:-1][best].mean())


class Patch(NamedTuple):
    """One patch of touching ink: its number among the labels, its area, its box in blocks."""

    label: int
    area: float
    top: int
    left: int
    bottom: int
    right: int
    edges_covered: float  # the least share of a side of its box along which it has ink

    @property
    def extent(self):
        """The longer side of the box."""
        return max(self.bottom - self.top, self.right - self.left)

    def touches(self, shape):
        """Whether it runs out of a picture of so many blocks."""
        return min(self.top, self.left) == 0 or self.bottom == shape[0] or self.right == shape[1]

    def is_around(self, other):
        """Whether it is a frame around the other."""
        inside = self.top < other.top and self.bottom > other.bottom
        inside = inside and self.left < other.left and self.right > other.right
        return inside and self.edges_covered > 0.8


def find_patches(ink):
    """Return the labels of the blocks of a picture and the list of patches, largest first."""
    block = max(1, -(-max(ink.shape) // BLOCKS))
    padding = [(0, -length % block) for length in ink.shape]
    blocks = np.pad(ink, padding).reshape((ink.shape[0] + padding[0][1]) // block, block, -1, block)
    areas = blocks.sum(axis=(1, 3))
    labels = label_patches(areas > 0)
    patches = []
    for label in range(1, labels.max() + 1):
        here = labels == label
        rows, columns = (np.flatnonzero(here.any(axis=axis)) for axis in (1, 0))
        top, left, bottom, right = rows[0], columns[0], rows[-1] + 1, columns[-1] + 1
        box = here[top:bottom, left:right]
        height, width = (-(-length // 8) for length in box.shape)
        sides = box[:height].any(axis=0), box[-height:].any(axis=0)
        sides += box[:, :width].any(axis=1), box[:, -width:].any(axis=1)
        covered = min(side.mean() for side in sides)
        patches.append(Patch(label, areas[here].sum(), top, left, bottom, right, covered))
    return labels, sorted(patches, key=lambda patch: -patch.area)


def patches_of_the_digit(labels, patches):
    """Return those patches that are neither specks nor frames nor run out of the picture.

    What runs out (the edge of the table, a shadow, a title bar) stays where nothing else is left.
    """
    inside = [patch for patch in patches if not patch.touches(labels.shape)]
    outside = [patch for patch in patches if patch.touches(labels.shape)]
    if inside and outside:
        reach = max(patch.extent for patch in outside)
        if max(patch.extent for patch in inside) >= SMALLEST_DIGIT * reach:
            patches = inside
    patches = without_specks(patches)
    return [patch for patch in patches if not any(map(patch.is_around, patches))]


def without_specks(patches):
    """Return the patches that are not small beside the largest."""
    area = max((patch.area for patch in patches), default=0)
    extent = max((patch.extent for patch in patches), default=0)
    return [
        patch
        for patch in patches
        if patch.area >= SPECK * area and patch.extent >= 2 * SPECK * extent
    ]


def only(ink, labels, patches):
    """Return the ink of these patches alone."""
    block = max(1, -(-max(ink.shape) // BLOCKS))
    kept = np.isin(labels, [patch.label for patch in patches])
    whole = np.kron(kept, np.ones((block, block), bool))
    return ink * whole[: ink.shape[0], : ink.shape[1]]


def side_by_side(patches):
    """Return how many digits stand beside each other: large patches with a gap between them."""
    tallest = max((patch.bottom - patch.top for patch in patches), default=0)
    largest = max((patch.area for patch in patches), default=0)
    digits = [
        patch
        for patch in sorted(patches, key=lambda patch: patch.left)
        if patch.bottom - patch.top >= 0.75 * tallest and patch.area >= 0.3 * largest
    ]
    gaps = [after.left - before.right for before, after in pairwise(digits)]
    return 1 + sum(gap >= 0.1 * tallest for gap in gaps)


def label_patches(filled):
    """Return a number for each place, equal within a patch of touching places, 0 outside."""
    labels = np.zeros((filled.shape[0] + 2, filled.shape[1] + 2), int)
    inner = labels[1:-1, 1:-1]
    inner[filled] = np.arange(1, np.count_nonzero(filled) + 1)
    while True:  # the highest number of a patch spreads, two directions at a time
        before = inner.copy()
        wide = np.maximum(np.maximum(labels[:, :-2], labels[:, 2:]), labels[:, 1:-1])
        inner[filled] = np.maximum(np.maximum(wide[:-2], wide[2:]), wide[1:-1])[filled]
        if np.array_equal(before, inner):
            return np.unique(labels, return_inverse=True)[1].reshape(labels.shape)[1:-1, 1:-1]


def stroke_width(ink):
    """Return the mean width of strokes, booleans (..., height, width), for each picture.

    It is twice the area over the length of the outline; an outline of pixel sides is 4/pi too
    long, in the mean of directions.
    """
    around = [(0, 0)] * (ink.ndim - 2) + [(1, 1)] * 2
    padded, both = np.pad(ink, around).astype(np.int8), (-2, -1)
    outline = sum(np.abs(np.diff(padded, axis=axis)).sum(axis=both) for axis in both)
    return 2 * ink.sum(axis=both) / (outline * np.pi / 4)


def thicken(ink, pixels):
    """Return the ink grown by `pixels` in every direction (a disk), on a larger picture."""
    reach = int(np.ceil(pixels))
    padded = np.pad(ink, 2 * reach)
    grown = np.pad(ink, reach)
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            if down**2 + right**2 <= pixels**2:
                moved = padded[reach + down :, reach + right :][: grown.shape[0], : grown.shape[1]]
                np.maximum(grown, moved, out=grown)
    return grown
