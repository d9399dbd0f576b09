"""Questions to put to a training before trusting it; each answers with numbers. Notebook 8 uses them all."""

from helpers.diagnostics.gradients import gradient_errors, gradient_step, update_ratios
from helpers.diagnostics.learning import initial_loss, neuron_report, overfit
from helpers.diagnostics.wiring import batch_dependence, label_sensitivity, softmax_report, trace_batches

__all__ = [
    "batch_dependence",
    "gradient_errors",
    "gradient_step",
    "initial_loss",
    "label_sensitivity",
    "neuron_report",
    "overfit",
    "softmax_report",
    "trace_batches",
    "update_ratios",
]
