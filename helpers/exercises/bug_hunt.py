"""The checks of notebook 8: ten functions with a bug, to be mended."""

from helpers.exercises.bug_hunt_data import check_mended_batches, check_mended_parts
from helpers.exercises.bug_hunt_reports import check_mended_evaluate, check_mended_loss, check_mended_softmax
from helpers.exercises.bug_hunt_start import check_mended_initialize
from helpers.exercises.bug_hunt_steps import (
    check_mended_backward,
    check_mended_biases,
    check_mended_dropout,
    check_mended_step,
)

__all__ = [
    "check_mended_backward",
    "check_mended_batches",
    "check_mended_biases",
    "check_mended_dropout",
    "check_mended_evaluate",
    "check_mended_initialize",
    "check_mended_loss",
    "check_mended_parts",
    "check_mended_softmax",
    "check_mended_step",
]
