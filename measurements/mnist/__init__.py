"""The long measurements behind notebook 9, to be run from the top folder of the project.

    python -m measurements.mnist lecun_table --seeds 0 1 2 --test
    python -m measurements.mnist ideas --seeds 0 1 2
    python -m measurements.mnist frontier --test
    python -m measurements.mnist final --only "small, fast" --seeds 0 1 2 3 4 --test
    python -m measurements.mnist committee --test
    python -m measurements.mnist distilled --test
    python -m measurements.mnist.learning_curve

Each writes a JSON file to notebooks/results/, with the command, the settings, the seeds, the
machine, the versions, the day and the time it took; final, committee and distilled share final.json. The
notebook only reads them. Trained networks wait in build/networks, so a command that was stopped
goes on where it was. tried.csv lists every run on development images, by which the settings were
chosen (`--dev`).
"""
