"""Panels to turn the knobs in a notebook; each is one line to show, and calls the taught helpers."""

from helpers.widgets.digit_pad import DigitPad
from helpers.widgets.mistake_explorer import MistakeExplorer
from helpers.widgets.network_inspector import NetworkInspector
from helpers.widgets.training_lab import TrainingLab

__all__ = ["DigitPad", "MistakeExplorer", "NetworkInspector", "TrainingLab"]
