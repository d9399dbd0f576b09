"""The still picture of the training lab, where there is no kernel behind it."""

from helpers.evaluation import mistakes
from helpers.plots import plot_history, plot_mistakes
from helpers.plots.figure import BLUE, GRAY, new_figure, styled
from helpers.widgets.figures import stack
from helpers.widgets.training_lab.settings import LISTS
from helpers.widgets.training_lab.showing import TILES, title

COLUMNS = 3  # of controls


def draw_still(lab):
    """Return the controls, the curves and the surest mistakes of a lab as one figure."""
    run, figures = lab.run, [draw_knobs(lab.controls.described(), lab.surface.settings)]
    if run.best_epoch:
        history = lab.result.history
        figures.append(plot_history(history, run.best_epoch, title=title(run, lab.controls)))
        table = mistakes(lab.result.parameters, lab.dev_set, activation=run.settings.activation)
        if len(table):
            words = f"Its surest mistakes among the {len(table):,} on the development set"
            figures.append(plot_mistakes(table, lab.dev_set, count=TILES, title=words))
    return stack(*figures)


@styled
def draw_knobs(controls, positions):
    """Return a figure of the controls at these positions, without neurons of layers not in use."""
    layers = positions["layers"]
    unused = [f"neurons {n}" for n in range(layers + 1, 10)]
    shown = [control for control in controls if control["name"] not in unused]
    rows = -(-len(shown) // COLUMNS)
    texts = [text_at(control, positions[control["name"]]) for control in shown]
    pairs = zip(shown, texts, strict=True)
    listed = ", ".join(f"{control['label']} {text}" for control, text in pairs)
    fig = new_figure(9.6, 0.3 * rows + 0.1, f"Panel with sliders: {listed}.", layout=None)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, COLUMNS), ylim=(rows + 0.2, -0.1))
    ax.axis("off")
    for i, (control, text) in enumerate(zip(shown, texts, strict=True)):
        left, y = i % COLUMNS, i // COLUMNS + 0.3
        ax.text(left + 0.45, y, control["label"], ha="right", va="center", fontsize=10)
        slides = control["texts"] and control["name"] not in LISTS
        ax.text(left + (0.76 if slides else 0.49), y, text, va="center", fontsize=10)
        if slides:
            place = positions[control["name"]] / max(len(control["texts"]) - 1, 1)
            look = {"color": GRAY, "linewidth": 2, "solid_capstyle": "round"}
            ax.plot([left + 0.49, left + 0.72], [y, y], **look)
            ax.plot([left + 0.49 + 0.23 * place], [y], "o", color=BLUE, markersize=8)
    return fig


def text_at(control, position):
    """Return what a control shows at a position."""
    return control["texts"][position] if control["texts"] else str(position)
