"""Tested building blocks that the notebooks derive first and then import."""
