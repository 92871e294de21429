"""The queries that were run, the latest last, in a file that only its owner can read."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MOST = 500
LONGEST = 100_000
"""Characters; a longer query is not kept."""


def read(file: Path) -> list[str]:
    """Return the queries, the latest first, each once; none where the file is not there or cannot be read."""
    lines: list[str] = []
    with suppress(OSError):
        lines = file.read_text("utf-8", "replace").splitlines()
    return list(dict.fromkeys(query for line in reversed(lines) if (query := _query(line))))


def add(file: Path, query: str) -> None:
    """Keep a query; one that was run before moves to the end. What cannot be kept is not: no query fails for it."""
    text = query.encode("utf-8", "replace").decode().strip()
    if not text or len(text) > LONGEST:
        return
    with suppress(OSError), _locked(file):
        kept = [text, *(other for other in read(file) if other != text)][:MOST]
        new = file.with_name(file.name + ".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            out.writelines(json.dumps({"query": one}) + "\n" for one in reversed(kept))
        new.replace(file)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file.with_name(file.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _query(line: str) -> str:
    try:
        found = json.loads(line)
    except ValueError:
        return ""
    query = found.get("query") if isinstance(found, dict) else None
    return query if isinstance(query, str) else ""
