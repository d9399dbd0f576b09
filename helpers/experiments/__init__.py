"""Sweeps: many trainings, each setting with several seeds, on one core, on all of them, or on a cluster."""

from helpers.experiments.pool import process_pool
from helpers.experiments.sweep import grid, run_experiment
from helpers.experiments.table import summarize

__all__ = ["grid", "process_pool", "run_experiment", "summarize"]
