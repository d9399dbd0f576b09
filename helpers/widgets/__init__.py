"""Panels with which to try things in a notebook; each is shown by one line."""

from helpers.widgets.digit_pad import DigitPad
from helpers.widgets.mistake_explorer import MistakeExplorer
from helpers.widgets.network_inspector import NetworkInspector
from helpers.widgets.prediction import Prediction
from helpers.widgets.reading_test import ReadingTest
from helpers.widgets.training_lab import TrainingLab

__all__ = [
    "DigitPad",
    "MistakeExplorer",
    "NetworkInspector",
    "Prediction",
    "ReadingTest",
    "TrainingLab",
]
