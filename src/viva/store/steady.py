"""A store as it stood at one moment, which gives the same digits every time."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from viva.store.file import Store


class SteadyStore(Store):
    """A copy that can only be read, by one thread.

    All that is read is of the same moment, whatever raters save meanwhile, and nobody waits for it. With several
    threads the last bits of a mean would depend on which of them is done first.
    """

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__(path, path.with_name(f"{path.name}.lock"))
        self._connection = connection

    @contextmanager
    def read(self, timeout: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:  # noqa: ARG002
        """Read from the copy, which stays open; there is nothing to wait for."""
        with closing(self._connection.cursor()) as cursor:
            yield cursor


@contextmanager
def steady(store: Store) -> Iterator[SteadyStore]:
    """Copy a store as it stands, and remove the copy when the block has ended. Raises as `Store.snapshot` does."""
    with tempfile.TemporaryDirectory(prefix="viva-report-") as folder:
        target = Path(folder) / store.path.name
        store.snapshot(target)
        with closing(duckdb.connect(str(target), read_only=True)) as connection:
            connection.execute("SET threads = 1")
            yield SteadyStore(target, connection)
