"""Checked exercises: every notebook imports its `check_*` functions, and `progress`, from here."""

import importlib

from helpers.exercises.earlier_cells import watch_for_undefined
from helpers.exercises.progress import progress
from helpers.exercises.questions import check_question

MODULES = [f"notebook_{number}" for number in range(10)]

__all__ = ["check_question", "progress"]
for _name in MODULES:
    _module = importlib.import_module(f"helpers.exercises.{_name}")
    _checks = {name: value for name, value in vars(_module).items() if name.startswith("check_")}
    globals().update(_checks)
    __all__ += _checks

watch_for_undefined()
