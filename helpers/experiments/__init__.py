"""Sweeps: many training runs, each setting with several seeds, on one core, all, or a cluster."""

from helpers.experiments.executors import process_pool
from helpers.experiments.sweep import grid, run_experiment, summarize

__all__ = ["grid", "process_pool", "run_experiment", "summarize"]
