"""A digit on its way into MNIST's form: a picture for each stage."""

import numpy as np

from helpers.plots.arrays import as_names, kind_of
from helpers.plots.figure import BLUE, GRAY, new_figure, percent, styled, wrap_title


@styled
def plot_stages(stages, probabilities=None, class_names=None, *, title=""):
    """Draw the stages of the preprocessing, in the order given, and what a network says to the last.

    `stages` are those of `preprocess`, each with a name, a note and an image (height, width) from 0, drawn black, to
    1, white; `probabilities` None or (classes, 1). Raises ValueError for no stage, or probabilities of more than one
    image.
    """
    if len(stages) == 0:
        raise ValueError("there is no stage to draw; preprocess(image).stages holds five")
    count = len(stages)
    words = ", ".join(f"{stage.name} ({stage.note})" for stage in stages)
    P = None if probabilities is None else np.asarray(probabilities, dtype=float)
    if P is not None and P.shape not in ((P.shape[0],), (P.shape[0], 1)):
        raise ValueError(f"probabilities have shape {P.shape}, expected one image's column, (classes, 1)")
    P = None if P is None else P.ravel()
    names = as_names(class_names, 10 if P is None else len(P))
    if P is not None and len(P) != len(names):
        raise ValueError(f"there are {len(P)} probabilities for {len(names)} class names; give one name a class")
    width = 1.75 * count + (2.6 if P is not None else 0)
    fig = new_figure(width, 2.35 + (0.3 if title else 0), f"{title or 'Preprocessing'}. {count} stages: {words}.")
    axes = fig.subplots(1, count + (P is not None), width_ratios=[1] * count + [1.6] * (P is not None), squeeze=False)[
        0
    ]
    for number, (ax, stage) in enumerate(zip(axes, stages, strict=False), 1):
        ax.imshow(stage.image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        height, wide = stage.image.shape
        ax.set(xticks=[], yticks=[], xlabel=f"{wide} × {height} pixels")
        ax.set_title(f"{number} {stage.name}", fontsize=11)
        for spine in ax.spines.values():
            spine.set(visible=True, color="#888888")
    if P is not None:
        said = int(P.argmax())
        axes[-1].bar(range(len(P)), P, color=[BLUE if c == said else GRAY for c in range(len(P))])
        axes[-1].set_title(f"says {names[said]} ({percent(P[said])})", fontsize=11)
        axes[-1].set(ylim=(0, 1.02), yticks=[0, 0.5, 1], ylabel="probability", xlabel=kind_of(names))
        axes[-1].set_xticks(range(len(P)), names, rotation=90 if max(map(len, names)) > 2 else 0)
        fig.alt += f" The network says {names[said]} ({percent(P[said])})."
    if title:
        fig.suptitle(wrap_title(title, width), x=0.01, ha="left")
    return fig
