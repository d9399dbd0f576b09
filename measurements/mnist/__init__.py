"""The long measurements behind notebook 9: `python -m measurements.mnist.NAME`, run in the project's folder.

Each writes a JSON file to notebooks/results/, with the command, the settings, the seeds, the machine, the versions,
the day and the time it took. The notebook only reads them.
"""
