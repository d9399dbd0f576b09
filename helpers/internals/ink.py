"""Where the ink is: tells strokes from paper in a drawing or a photo, dark on light or light on dark.

A picture is `gray` (height, width), 0 black to 1 white; ink is 0 where there is none and 1 where it is full.
"""

import numpy as np

FAINTEST = 0.08  # least difference of ink and paper, a share of the way from black to white
NOISE_OF_A_PHOTO = 0.01  # a drawing made on a screen has an even background, a photo never


def lighting(gray):
    """Return the brightness of the bare background everywhere and the noise on it, both judged from the border.

    Returns (background, noise): a plane (height, width) fitted to a frame around the picture, because light falls
    off to one side in most photos, and the standard deviation of the frame about it. What lies on the frame and is
    not background (a stroke, the edge of the table) is left out.
    """
    height, width = gray.shape
    frame = np.zeros(gray.shape, bool)
    thick = max(1, round(0.03 * min(height, width)))
    frame[:thick] = frame[-thick:] = frame[:, :thick] = frame[:, -thick:] = True
    rows, columns = np.nonzero(frame)
    places = np.column_stack([np.ones(len(rows)), rows / height - 0.5, columns / width - 0.5])
    values = gray[frame]
    kept = np.abs(values - np.quantile(values, 0.5, method="lower")) <= 0.25
    for _ in range(3):
        weights = np.linalg.lstsq(places[kept], values[kept], rcond=None)[0]
        away = values - places @ weights
        kept = np.abs(away) <= 4 * 1.48 * np.median(np.abs(away[kept])) + 0.02
    plane = weights[0] + weights[1] * (np.arange(height)[:, None] / height - 0.5)
    return plane + weights[2] * (np.arange(width) / width - 0.5), float(away[kept].std())


def otsu_threshold(values):
    """Return the threshold that splits values best into two groups: the largest variance between their means.

    values: any shape, finite. Raises ValueError where all values are equal.
    Source: Otsu, "A threshold selection method from gray-level histograms", 1979.
    """
    counts, edges = np.histogram(values, bins=256)
    if np.min(values) == np.max(values):
        raise ValueError(f"all values are {np.min(values):g}, expected two groups that a threshold can separate")
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sums = np.cumsum(counts * middles)
    means_apart = sums[:-1] / below - (sums[-1] - sums[:-1]) / above
    between = below * above * means_apart**2
    best = np.flatnonzero(between >= between.max() * (1 - 1e-12))  # in an empty stretch all do equally: its middle
    return float(edges[1:-1][best].mean())


def without_specks(ink, *, least=0.1):
    """Return the ink without patches that are small beside the largest one, or that run out of the picture.

    ink: (height, width) of booleans. least: the share of the largest patch's area below which a patch is a speck.
    Patches that touch the border (the edge of the table, a shadow) go only if another of that size is left.
    """
    block = max(1, -(-max(ink.shape) // 100))  # patches are told apart on a coarse grid, which is fast
    padding = [(0, -length % block) for length in ink.shape]
    blocks = np.pad(ink, padding).reshape((ink.shape[0] + padding[0][1]) // block, block, -1, block)
    areas = blocks.sum(axis=(1, 3))
    patches = label_patches(areas > 0)
    size = np.bincount(patches.ravel(), areas.ravel())
    size[0] = 0
    touching = np.unique(np.concatenate([patches[0], patches[-1], patches[:, 0], patches[:, -1]]))
    inside = size.copy()
    inside[touching] = 0
    if inside.max() >= least * size.max():
        size = inside
    kept = size >= max(1, least * size.max())
    return ink & np.kron(kept[patches], np.ones((block, block), bool))[: ink.shape[0], : ink.shape[1]]


def label_patches(filled):
    """Return a whole number for every place, equal within a patch of touching places (sides or corners), 0 outside.

    filled: (height, width) of booleans.
    """
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
    """Return the mean width of the strokes in pixels: twice the area over the length of the outline.

    ink: (height, width) of booleans, with at least one that is true.
    """
    padded = np.pad(ink, 1).astype(np.int8)
    sides = np.abs(np.diff(padded, axis=0)).sum() + np.abs(np.diff(padded, axis=1)).sum()
    return 2 * ink.sum() / (sides * np.pi / 4)  # an outline of pixel sides is 4/pi too long, in the mean of directions


def thicken(ink, pixels):
    """Return the ink grown by `pixels` in every direction (a disk)."""
    reach = int(np.ceil(pixels))
    padded = np.pad(ink, reach)
    grown = np.zeros_like(ink)
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            if down**2 + right**2 <= pixels**2:
                grown |= padded[reach + down :, reach + right :][: ink.shape[0], : ink.shape[1]]
    return grown
