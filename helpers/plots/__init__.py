"""Every figure of the series: functions that take data and return a figure, which displays itself in a notebook."""

from helpers.plots.augmentation import plot_variants
from helpers.plots.curves import plot_histories, plot_history, plot_lines
from helpers.plots.diagram import plot_network
from helpers.plots.digits import plot_digits, plot_image, plot_label_counts
from helpers.plots.distributions import plot_histogram, plot_points
from helpers.plots.evaluation import plot_accuracy_per_class, plot_confusion_matrix, plot_mistakes
from helpers.plots.experiments import plot_sweep
from helpers.plots.figure import AccessibleFigure, new_figure
from helpers.plots.network import plot_layer_activations, plot_probabilities, plot_weights
from helpers.plots.robustness import plot_reliability, plot_robustness
from helpers.plots.stages import plot_stages
from helpers.plots.tradeoff import plot_tradeoff

__all__ = [
    "AccessibleFigure",
    "new_figure",
    "plot_accuracy_per_class",
    "plot_confusion_matrix",
    "plot_digits",
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
    "plot_tradeoff",
    "plot_variants",
    "plot_weights",
]
