"""The file of a sweep: one line per run, from which an interrupted sweep goes on."""

import json
import os
import warnings
from pathlib import Path

HEADER = {"file": "runs of helpers.experiments", "version": 1}
_RUN = b'{"key": "'  # how the line of every run begins


class RunFile:
    """A JSON-lines file; `rows` are its finished runs by key. Two kernels may write at once."""

    def __init__(self, path):
        self.path = Path(path)  # made with the first run
        self.rows = {}
        self._broken = False
        content = self.path.read_bytes() if self.path.exists() else b""
        self._whole = content.rfind(b"\n") + 1  # bytes up to the end of the last whole line
        self._torn = content[self._whole :]
        if self._whole == 0 and not json.dumps(HEADER).encode().startswith(content):
            raise self._wrong_file(1)
        for number, line in enumerate(content[: self._whole].splitlines(), 1):
            self._read(number, line)

    def _read(self, number, line):
        try:
            entry = json.loads(line)
            if number == 1 and entry != HEADER:
                raise self._wrong_file(number)
            if entry == HEADER:  # there twice where two kernels began the file together
                return
            row = entry["row"]
            if row["stop_reason"] and row["error"] is None:
                self.rows[entry["key"]] = row
        except json.JSONDecodeError:
            if number == 1 or not line.startswith(
                _RUN[: len(line)]
            ):  # else a kernel was killed in the writing
                raise self._wrong_file(number) from None
        except (ValueError, TypeError, KeyError, RecursionError):
            raise self._wrong_file(number) from None

    def _wrong_file(self, number):
        advice = (
            "choose another path" if number == 1 else "delete that line, or choose another path"
        )
        return ValueError(
            f"line {number} of {self.path.name} is not a run of run_experiment; {advice}"
        )

    def append(self, key, settings, row):
        """Write one run to the disk; where that is full, warn once, and go on without the file."""
        if self._broken:
            return
        line = (
            json.dumps({"key": key, "settings": settings, "row": row}, default=str).encode() + b"\n"
        )
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with open(self.path, "a+b") as file:
                file.write(self._beginning(file) + line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self._broken = True
            warnings.warn(
                f"cannot write {self.path.name} ({error.strerror}), so the sweep goes on without it",
                stacklevel=2,
            )

    def _beginning(self, file):
        """Return what comes before the next line; cut off a torn one if it is as it was read."""
        if self._torn:
            file.seek(self._whole)
            if file.read() == self._torn:
                file.truncate(self._whole)
            self._torn = b""
        if file.seek(0, os.SEEK_END) == 0:
            return json.dumps(HEADER).encode() + b"\n"
        file.seek(-1, os.SEEK_END)
        return b"" if file.read() == b"\n" else b"\n"
