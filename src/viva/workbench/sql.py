"""SQL: read-only queries in a process of their own, and the queries one keeps."""

from typing import TYPE_CHECKING

from viva.records.results import SchemaTable
from viva.store import sql as sandbox
from viva.workbench import names

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
        """Return the public views, then the tables, with their columns."""
        return sandbox.schema(self._workbench.store)

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
