"""What an accuracy costs: each setting of a sweep against its parameters or seconds."""

import itertools

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from matplotlib.transforms import Bbox

from helpers.plots.experiments import MARKERS
from helpers.plots.figure import COLORS, GRAY, listing, new_figure, number, styled, wrap_title
from helpers.plots.runs import axis_label, check_runs, column_values, default_title, ended_well, value_name


@styled
def plot_tradeoff(
    runs, x="parameters", column="best_dev_accuracy", *, label=None, logx=None, xlabel=None, ylabel=None, title=None
):
    """Draw what each setting reaches against what it costs: a labeled point a setting, with bars from min to max.

    runs: what run_experiment returned. x: "parameters", "seconds" or another column of numbers; its mean is where
    the point stands. label: the column, or columns, that name a setting; by default those before `seed` that vary.
    logx: None for a logarithmic axis where x spans more than a factor of five. Runs that failed or diverged are left
    out, and counted in the text alternative.
    Raises ValueError for a missing column, no run with a value, or a value up to 0 on a logarithmic axis.
    """
    names = _varied(runs) if label is None else [label] if isinstance(label, str) else list(label)
    check_runs(runs, x, column, *names)
    kept = runs[ended_well(runs, column) & ended_well(runs, x)]
    if len(kept) == 0:
        raise ValueError(f"no run has both {x!r} and {column!r}; look at the column error")
    least, most = kept[x].min(), kept[x].max()
    if logx and least <= 0:
        raise ValueError(f"{x!r} has values of 0 or less, which a logarithmic axis cannot show; use logx=False")
    logx = 0 < 5 * least < most if logx is None else logx
    points = {}
    for *key, cost, value in zip(*(column_values(kept, name) for name in (*names, x, column)), strict=True):
        points.setdefault(tuple(key), []).append((cost, value))
    xlabel, ylabel = axis_label(x, xlabel), axis_label(column, ylabel)
    fig = new_figure(7.5, 4.6)
    ax = fig.add_subplot(xlabel=xlabel, ylabel=ylabel)
    texts, words = {}, []
    for i, (key, pairs) in enumerate(points.items()):
        costs, values = np.array(pairs, dtype=float).T
        middle = costs.mean(), values.mean()
        bars = [[[m - v.min()], [v.max() - m]] for m, v in zip(middle, (costs, values), strict=True)]
        ax.errorbar(
            *middle, *reversed(bars), fmt=MARKERS[i % 10], color=COLORS[0], ecolor=GRAY, elinewidth=1, capsize=3
        )
        text = ", ".join(value_name(part, name) for part, name in zip(key, names, strict=True)) or "all runs"
        texts[text] = middle
        cost = "" if x == "seconds" else f" at {number(middle[0])}"
        words.append(f"{text}{cost} {number(middle[1])} ({number(values.min())} to {number(values.max())})")
    _set_scale(ax, logx)
    ax.set_title(wrap_title(title or default_title(xlabel, ylabel), 7.5))
    _place_labels(fig, ax, texts)
    # Seconds are others on every machine, and a text alternative has to be the same everywhere.
    hidden = "; the seconds depend on the machine" if x == "seconds" else ""
    lost = f" {len(runs) - len(kept)} runs failed or diverged and are left out." if len(kept) < len(runs) else ""
    fig.alt = f"{ylabel} against {xlabel}, mean and range of each setting: {listing(words)}{hidden}.{lost}"
    return fig


def _varied(runs):
    """Return the names of the settings that differ between runs."""
    columns = list(getattr(runs, "columns", ()))
    settings = columns[: columns.index("seed")] if "seed" in columns else []
    return [name for name in settings if len(set(column_values(runs, name))) > 1]


def _set_scale(ax, logx):
    if logx:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.xaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.margins(x=0.12, y=0.12)
    ax.grid(True)


def _place_labels(fig, ax, texts):
    """Write each text beside its point, where it covers neither a point nor another text."""
    canvas = FigureCanvasAgg(fig)
    canvas.draw()  # only now is it known where the points lie
    fig.set_layout_engine("none")
    at = {text: ax.transData.transform(point) for text, point in texts.items()}
    taken = [Bbox.from_bounds(px - 5, py - 5, 10, 10) for px, py in at.values()]
    for text, point in texts.items():
        tries = []
        for away, side, up in itertools.product((8, 20, 34, 48, 62), ("left", "right"), (1, -1)):
            note = ax.annotate(
                text,
                point,
                xytext=(7 if side == "left" else -7, up * away),
                textcoords="offset points",
                fontsize=9,
                ha=side,
                va="center",
                arrowprops={"arrowstyle": "-", "color": GRAY, "linewidth": 0.7, "shrinkB": 4} if away > 8 else None,
            )
            note.update_positions(canvas.get_renderer())
            box = Text.get_window_extent(note, canvas.get_renderer())
            outside = not (fig.bbox.contains(*box.min) and fig.bbox.contains(*box.max))
            clashes = 10 * (sum(map(box.overlaps, taken)) + outside)
            clashes += min(at, key=lambda other: _distance(box, at[other])) != text
            tries.append((clashes, len(tries), note, box))
            if tries[-1][0] == 0:
                break
        best = min(tries)
        taken.append(best[-1])
        for _, _, note, _ in tries:
            if note is not best[2]:
                note.remove()


def _distance(box, point):
    """Return how far a point lies outside of a box, in pixels."""
    x, y = np.clip(point, box.min, box.max) - point
    return np.hypot(x, y)
