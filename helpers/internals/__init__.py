"""What the notebooks need and do not teach."""
