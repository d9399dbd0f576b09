"""Pictures of distorted images beside the ones they came from."""

import numpy as np

from helpers.plots.arrays import as_images, full_ink
from helpers.plots.figure import listing, styled
from helpers.plots.tiles import tile_figure


@styled
def plot_variants(images, variants, *, title="", image_shape=(28, 28)):
    """Draw images in the first row and what became of them in the rows below, a caption under each.

    `images` is (features, m) or (m, height, width); `variants` is {name: the m changed images in the same form}.
    Raises ValueError for another shape, no image, no variant, or a variant of another number of images.
    """
    originals = as_images(images, image_shape)
    if not variants:
        raise ValueError("there is no variant to draw; give a dictionary {name: images}")
    rows = {"original": originals}
    for name, changed in variants.items():
        rows[name] = as_images(changed, image_shape)
        if rows[name].shape != originals.shape:
            raise ValueError(
                f"variant {name!r} has images {rows[name].shape}, expected {originals.shape} as the originals"
            )
    stack = np.concatenate(list(rows.values()))
    m, h, w = originals.shape
    captions = [name for name in rows for _ in range(m)]
    moved = (f"{name} changes a pixel by {np.abs(row - originals).mean():.2f} on average" for name, row in rows.items()
             if name != "original")  # fmt: skip
    alt = (
        f"{title or 'Images and their variants'}: {len(rows)} rows of {m} images of {h} by {w} pixels; the first row "
        f"holds the originals, the others: {listing(variants)}; {listing(moved)}."
    )
    return tile_figure(stack, captions, title=title, alt=alt, columns=m, cmap="gray_r", vmin=0, vmax=full_ink(stack))
