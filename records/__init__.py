"""The long measurements behind notebook 9: commands `python -m records.NAME`, run from the folder of the project.

Each writes a JSON file to notebooks/results/, with the command, the settings, the seeds, the machine, the versions,
the day and the time it took. The notebook only reads them. The package is beside the helpers and not in them, because
nobody needs it to learn or to use the network.
"""
