"""The progress file in the folder of the notebook: one line for each thing that a learner did."""

import json
import os
from pathlib import Path

from helpers.internals.files import read_bounded

FILE = ".exercise_progress.json"  # lines such as {"2.1": "solved"}, or one object as until 2026
MAX_BYTES = 10**6
GUESS = '{"prediction": '  # how the line of a prediction begins


def read_progress():
    """(text of the file, why nothing can be noted or "")."""
    try:
        text = read_bounded(Path(FILE), MAX_BYTES).decode("utf8", "replace")
    except FileNotFoundError:
        text = ""
    except (OSError, ValueError) as error:
        return "", getattr(error, "strerror", None) or str(error)
    writable = os.access(FILE if os.path.lexists(FILE) else ".", os.W_OK)
    return text, "" if writable else "it cannot be written"


def append_entry(entry):
    """Append an entry as a line, so that two kernels lose nothing; return why that failed, or ""."""
    text, trouble = read_progress()
    if trouble:
        return trouble
    line = json.dumps(entry) + "\n"
    try:
        with open(FILE, "ab") as file:
            file.write((line if text.endswith("\n") or not text else "\n" + line).encode())
    except OSError as error:  # a full disk: what was done matters, the note does not
        return error.strerror or str(error)
    return ""


def read_guesses():
    """{question: guess}, the first guess at each; bad lines are skipped."""
    guesses = {}
    for line in read_progress()[0].splitlines():
        if line.startswith(GUESS):
            try:
                entry = json.loads(line)
                guesses.setdefault(str(entry["prediction"]), entry["guess"])
            except (ValueError, KeyError, RecursionError):
                continue
    return guesses


def note_guess(question, guess):
    """Append a guess; return why that failed, in words that can end a sentence, or ""."""
    trouble = append_entry({"prediction": question, "guess": guess})
    return f" (It cannot be noted in {FILE}: {trouble}.)" if trouble else ""
