"""SQL: read-only queries in a process of their own, the queries one keeps and has run, and results as files."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from viva.records.results import SchemaTable
from viva.store import sql as sandbox
from viva.workbench import names, query_history, result_files
from viva.workbench.files import inside

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench


class Sql:
    """Query the workspace's store."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._folder = workbench.paths.queries

    def session(self) -> sandbox.SqlSession:
        """Return a session that runs one query at a time; close it, or use it in a `with` block."""
        return sandbox.SqlSession(self._workbench.store, self._workbench.paths.snapshots)

    def schema(self) -> list[SchemaTable]:
        """Return the public views, the most asked first, then viva's own views and the tables, with their columns."""
        return sandbox.schema(self._workbench.store)

    def export(self, query: str, path: Path, *, overwrite: bool = False) -> int:
        """Run a query and write all its rows to a .csv, .json or .parquet file; return how many.

        Raises `UsageError`, `BadInput`, and `UserError` as a query does.
        """
        with self.session() as session:
            return result_files.write(session, query, path.expanduser(), overwrite=overwrite)

    def file_for(self, name: str) -> tuple[Path, bool]:
        """Return the file of that name in the workspace, and whether it is there. Raises `UsageError` outside of it."""
        path = inside(self._workbench, Path(name))
        return path, path.is_file()

    def history(self) -> list[str]:
        """Return the queries that were run on the screen, the latest first."""
        return query_history.read(self._history_file)

    def remember(self, query: str) -> None:
        """Keep a query in the history."""
        query_history.add(self._history_file, query)

    @property
    def _history_file(self) -> Path:
        # One for each account, since a file of one's own is what only oneself can read.
        return self._folder / f".history-{os.getuid()}.jsonl"

    def saved(self) -> dict[str, str]:
        """Return the saved queries by name."""
        return {path.stem: path.read_text("utf-8") for path in sorted(self._folder.glob("*.sql"))}

    def save(self, name: str, query: str) -> None:
        """Keep a query under a name; one of the same name is replaced. Raises `UsageError`."""
        names.checked("query", name)
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = self._folder / f".{name}.new"
        temporary.write_text(query.encode("utf-8", "replace").decode(), "utf-8")
        temporary.replace(self._folder / f"{name}.sql")
