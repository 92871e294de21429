"""Everything that this process fetches from the store, kept, so that a test can look for what must not be there."""

from typing import Any

import pytest

from viva.store import file


class Recording:
    """A connection that notes every row it gives."""

    def __init__(self, connection: Any, rows: list[Any]) -> None:
        self._connection = connection
        self._rows = rows

    def execute(self, *arguments: Any) -> "Recording":
        return Recording(self._connection.execute(*arguments), self._rows)

    def fetchall(self) -> list[Any]:
        found: list[Any] = self._connection.fetchall()
        self._rows += found
        return found

    def fetchmany(self, *arguments: Any) -> list[Any]:
        found: list[Any] = self._connection.fetchmany(*arguments)
        self._rows += found
        return found

    def fetchone(self) -> Any:
        found = self._connection.fetchone()
        self._rows.append(found)
        return found

    def __getattr__(self, name: str) -> Any:
        if name in ("sql", "query", "table", "view", "fetchdf", "df", "arrow", "fetch_arrow_table", "pl", "fetchnumpy"):
            raise AssertionError(f"rows fetched by {name} are not recorded")
        return getattr(self._connection, name)


def fetched(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list that from now on takes every row that this process fetches from a store."""
    rows: list[Any] = []
    opened = file._open
    monkeypatch.setattr(file, "_open", lambda path, *, read_only: Recording(opened(path, read_only=read_only), rows))
    return rows
