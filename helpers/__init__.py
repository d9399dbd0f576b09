"""Tested building blocks that the notebooks derive first and then import."""

from helpers.internals.blas import choose_kernels

choose_kernels()  # takes effect where NumPy is imported after this: in `python -m ...`, and in what `make` starts
