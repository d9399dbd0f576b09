"""Every figure of the series: each takes data and returns a figure that displays itself."""

from helpers.plots.curves import (
    plot_histogram,
    plot_histories,
    plot_history,
    plot_lines,
    plot_valley,
)
from helpers.plots.digits import (
    plot_digits,
    plot_image,
    plot_label_counts,
    plot_points,
    plot_stages,
    plot_variants,
)
from helpers.plots.evaluation import (
    plot_accuracy_per_class,
    plot_confusion_matrix,
    plot_mistakes,
    plot_then_and_now,
)
from helpers.plots.figure import AccessibleFigure, new_figure, percent
from helpers.plots.graph import plot_graph
from helpers.plots.network import (
    plot_layer_activations,
    plot_network,
    plot_probabilities,
    plot_weights,
)
from helpers.plots.robustness import plot_reliability, plot_robustness
from helpers.plots.sweeps import plot_sweep, plot_tradeoff

__all__ = [
    "AccessibleFigure",
    "new_figure",
    "percent",
    "plot_accuracy_per_class",
    "plot_confusion_matrix",
    "plot_digits",
    "plot_graph",
    "plot_histogram",
    "plot_histories",
    "plot_history",
    "plot_image",
    "plot_label_counts",
    "plot_layer_activations",
    "plot_lines",
    "plot_mistakes",
    "plot_network",
    "plot_points",
    "plot_probabilities",
    "plot_reliability",
    "plot_robustness",
    "plot_stages",
    "plot_sweep",
    "plot_then_and_now",
    "plot_tradeoff",
    "plot_valley",
    "plot_variants",
    "plot_weights",
]
