"""What the notebooks need but do not teach."""
