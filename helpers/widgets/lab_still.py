"""The picture of the training lab that stands in its place where no kernel runs: its knobs, drawn, above the curves."""

import ipywidgets as widgets

from helpers.plots.figure import BLUE, GRAY, new_figure, styled

COLUMNS = 3
NOTE = "A still picture of the panel: run this cell in Jupyter to turn the knobs."


@styled
def draw_knobs(sliders):
    """Return a figure of the controls as they stand.

    sliders: {name: an ipywidgets control}; what is not displayed is left out. Raises nothing.
    """
    shown = [slider for slider in sliders.values() if slider.layout.display != "none"]
    rows = -(-len(shown) // COLUMNS)
    listed = ", ".join(f"{slider.description} {reading(slider)}" for slider in shown)
    fig = new_figure(9.6, 0.3 * rows + 0.4, f"Panel with sliders: {listed}.", layout=None)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, COLUMNS), ylim=(rows + 0.2, -1.1))
    ax.axis("off")
    ax.text(0.02, -0.6, NOTE, va="center", color="#595959", style="italic")
    for i, slider in enumerate(shown):
        left, y = i % COLUMNS, i // COLUMNS + 0.3
        ax.text(left + 0.45, y, slider.description, ha="right", va="center", fontsize=10)
        place = position(slider)
        ax.text(left + (0.49 if place is None else 0.76), y, reading(slider), va="center", fontsize=10)
        if place is not None:
            ax.plot([left + 0.49, left + 0.72], [y, y], color=GRAY, linewidth=2, solid_capstyle="round")
            ax.plot([left + 0.49 + 0.23 * place], [y], "o", color=BLUE, markersize=8)
    return fig


def reading(control):
    """Return the value of a control as the panel shows it. Raises nothing."""
    label = getattr(control, "label", None)
    return str(control.value) if label is None else str(label)


def position(control):
    """Return where the handle of a slider stands, 0 to 1, or None for a control without one. Raises nothing."""
    if isinstance(control, widgets.SelectionSlider):
        return control.index / max(len(control.options) - 1, 1)
    if isinstance(control, widgets.IntSlider):
        return (control.value - control.min) / (control.max - control.min)
    return None
