"""The long measurements behind notebook 9, to be run from the top folder of the project.

Each `python -m measurements.mnist.NAME` writes a JSON file to notebooks/results/, with the command,
the settings, the seeds, the machine, the versions, the day and the time it took. The notebook only
reads them.
"""
