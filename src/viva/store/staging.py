"""Rows on their way into the store: written to a file first, then taken in by one short transaction.

However long a file takes to read, the store is locked only while the finished rows go in (about 100,000 a second).
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any, BinaryIO

from viva.records.dataset import Example
from viva.records.ids import new_id
from viva.store.rows import storable


@dataclass(frozen=True)
class Staged:
    """A file of finished rows: how many, the longest line in bytes, and a hash of their content."""

    path: Path
    count: int
    longest: int
    content: str


class Stage:
    """Takes examples one by one, in their order."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._hash = hashlib.sha256()
        self._longest = 0
        self.count = 0

    def add(self, example: Example) -> None:
        """Append `example`; its lineage is kept, what it was called in another version is not."""
        content = (
            f'"question": {_text(example.question)}, "reference": {_text(example.reference)}, '
            f'"field": {_text(example.field)}, "subfield": {_text(example.subfield)}, '
            f'"split": {_text(example.split)}, "source": {_text(example.source)}, "meta": {_json(example.meta)}, '
            f'"messages": {_json(example.messages)}, "tools": {_json(example.tools)}'
        )
        try:
            encoded = content.encode()
        except UnicodeEncodeError:
            encoded = str(storable(content)).encode()
        self._hash.update(encoded + b"\n")
        line = b'{"position": %d, "lineage": %b, %b}\n' % (self.count, _text(example.lineage or None).encode(), encoded)
        self._file.write(line)
        self._longest = max(self._longest, len(line))
        self.count += 1

    def finish(self) -> Staged:
        """Return what was added."""
        self._file.flush()
        return Staged(self._path, self.count, self._longest, self._hash.hexdigest()[:32])


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Yield a stage whose file lies in `folder` and is removed in the end."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{new_id()}.jsonl"
    try:
        with path.open("wb", buffering=1 << 20) as file:
            yield Stage(path, file)
    finally:
        path.unlink(missing_ok=True)


def _text(value: str | None) -> str:
    return "null" if value is None else encode_basestring(value)


def _json(value: Any) -> str:
    """Return `value` as JSON text within JSON: the store keeps it as it is."""
    if value is None:
        return "null"
    return encode_basestring(json.dumps(value, ensure_ascii=False)) if value else f'"{value}"'
