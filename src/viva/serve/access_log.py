"""The access log: who came, when, from where, and how it ended, as lines of JSON."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from viva.errors import BadInput

LIMIT = 10 * 1024**2
"""Bytes after which a new file is begun."""

KEPT = 5
"""How many old files are kept: `access.jsonl.1` is the newest of them."""

LONGEST = 200
"""Characters of a text that are kept."""


class AccessLog:
    """Appends events to a file that only its owner may read.

    A line holds `time` (UTC), `event`, and of `address`, `rater`, `key` (a fingerprint), `user`, `reason`, `seconds`,
    `status` what is known; in `lost`, how many lines before it could not be written. Whatever others wrote is cut, and
    escaped to ASCII by JSON.
    """

    def __init__(self, path: Path, limit: int = LIMIT, kept: int = KEPT) -> None:
        self._path = path
        self._limit = limit
        self._kept = kept
        self._lost = 0
        self._file = self._open()

    def write(self, event: str, **known: str | float | int | None) -> None:
        """Append one event; what is None is left out."""
        line: dict[str, str | float | int] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "event": event,
        }
        for name, value in known.items():
            if isinstance(value, str):
                line[name] = value[:LONGEST]
            elif value is not None:
                line[name] = round(value, 3)
        if self._lost:
            line["lost"] = self._lost
        data = (json.dumps(line) + "\n").encode("ascii")
        try:
            if os.fstat(self._file).st_size + len(data) > self._limit:
                self._turn_over()
            before = os.fstat(self._file).st_size
            whole = os.write(self._file, data) == len(data)
            if not whole:
                os.ftruncate(self._file, before)
        except (BadInput, OSError):
            # A disk that is full must not end the sessions of those who are in.
            whole = False
        self._lost = 0 if whole else self._lost + 1

    def close(self) -> None:
        """Close the file; nothing can be written any more."""
        os.close(self._file)

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            hint = "mend its permissions, or move it away"
            raise BadInput(f"the access log {self._path} cannot be written: {error.strerror}", hint) from error

    def _turn_over(self) -> None:
        for number in range(self._kept, 0, -1):
            newer = self._numbered(number - 1) if number > 1 else self._path
            if newer.exists():
                newer.replace(self._numbered(number))
        full, self._file = self._file, self._open()
        os.close(full)

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
