"""The file of a sweep: a line a run, written as the runs end, from which an interrupted sweep goes on."""

import json
import os
import warnings
from pathlib import Path

HEADER = {"file": "runs of helpers.experiments", "version": 1}


class RunFile:
    """A JSON-lines file of finished runs; `rows` are those that it holds, by key.

    path: made with the first run; lines of other sweeps are kept. A last line that was cut off in the writing is
    dropped. Raises ValueError where the file holds anything else, and OSError where it cannot be read.
    """

    def __init__(self, path):
        self.path = Path(path)
        self.rows = {}
        self._broken = False
        content = self.path.read_bytes() if self.path.exists() else b""
        self._whole = content.rfind(b"\n") + 1  # bytes up to the end of the last whole line
        self._torn = self._whole < len(content)
        header = json.dumps(HEADER).encode()
        if self._whole == 0 and not header.startswith(content):
            raise self._wrong_file(1)
        for number, line in enumerate(content[: self._whole].splitlines(), 1):
            self._read(number, line)

    def _read(self, number, line):
        try:
            entry = json.loads(line)
            if number == 1 and entry != HEADER:
                raise self._wrong_file(number)
            if number > 1:
                entry["row"]["error"], entry["row"]["stop_reason"]  # there in every row
                self.rows[entry["key"]] = entry["row"]
        except (ValueError, TypeError, KeyError):
            raise self._wrong_file(number) from None

    def _wrong_file(self, number):
        advice = "choose another path" if number == 1 else "delete that line, or choose another path"
        return ValueError(f"line {number} of {self.path.name} is not a run of run_experiment; {advice}")

    def finished(self, key):
        """Return the row of a finished run, or None where there is none or it failed. Raises nothing."""
        row = self.rows.get(key)
        return None if row is None or row["error"] is not None else row

    def append(self, key, settings, row):
        """Write one run to the disk. key: str; settings: readable values, for who opens the file; row: a dictionary.

        Raises nothing: where the disk is full, it warns (UserWarning) once, and the sweep goes on without the file.
        """
        if self._broken:
            return
        lines = [] if self._whole else [HEADER]
        lines.append({"key": key, "settings": settings, "row": row})
        content = "".join(json.dumps(line, default=str) + "\n" for line in lines).encode()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self._torn:
                os.truncate(self.path, self._whole)
                self._torn = False
            with open(self.path, "ab") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            self._whole += len(content)
        except OSError as error:
            self._broken = True
            warnings.warn(
                f"cannot write {self.path.name} ({error.strerror}), so the sweep goes on without it", stacklevel=2
            )
