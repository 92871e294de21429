"""Opening `results.duckdb` for one short transaction at a time."""

import errno
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from viva.errors import StoreBusy, StoreDamaged, StoreError
from viva.store import lock, migrations

Connection = duckdb.DuckDBPyConnection

RETRY_EVERY = 0.1
_HELD = re.compile(r"Conflicting lock is held in (?P<program>.*?)\(PID (?P<pid>\d+)\)")


class Store:
    """The database file of a workspace.

    No process keeps the file open: `read()` and `write()` take the lock, open, run the block as one
    transaction, close and let go. A block that raises is rolled back. Keep blocks short.
    """

    def __init__(self, path: Path, lock_path: Path, timeout: float = 30.0) -> None:
        self.path = path
        self.timeout = timeout
        self._lock_path = lock_path
        self._migrated = False

    @property
    def exists(self) -> bool:
        return self.path.exists()

    @contextmanager
    def write(self, timeout: float | None = None) -> Iterator[Connection]:
        """One transaction that may change the store; it is committed and on disk when the block has ended.

        Creates the file and applies migrations where needed. Raises `StoreBusy`, `StoreNewer`,
        `StoreDamaged`, or `StoreError` when the disk is full (the store is then as it was).
        """
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with lock.held(self._lock_path, exclusive=True, timeout=deadline - time.monotonic()):
            existed = self.exists
            connection = self._open(read_only=False, deadline=deadline)
            try:
                if not (self._migrated and existed):
                    migrations.apply(connection)
                    self._migrated = True
                with _transaction(connection):
                    yield connection
            finally:
                connection.close()

    @contextmanager
    def read(self, timeout: float | None = None) -> Iterator[Connection]:
        """One read-only transaction; the file is made first where there is none. Raises as `write` does."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        self._prepare(deadline)
        with lock.held(self._lock_path, exclusive=False, timeout=deadline - time.monotonic()):
            connection = self._open(read_only=True, deadline=deadline)
            try:
                yield connection
            finally:
                connection.close()

    def snapshot(self, target: Path) -> None:
        """Copy the store to `target` as it stands between two transactions.

        The lock is taken exclusively: no thread of this process may have the file open in DuckDB while
        it is copied, since closing the copy's descriptor would drop DuckDB's own lock.
        """
        deadline = time.monotonic() + self.timeout
        self._prepare(deadline)
        with lock.held(self._lock_path, exclusive=True, timeout=deadline - time.monotonic()):
            for suffix in ("", ".wal"):
                source = self.path.with_name(self.path.name + suffix)
                if source.exists():
                    shutil.copyfile(source, target.with_name(target.name + suffix))

    def _prepare(self, deadline: float) -> None:
        """Make sure that the file is there and up to date, without writing where it already is."""
        if not self.exists:
            self._migrated = False
        if self._migrated:
            return
        if self.exists:
            with lock.held(self._lock_path, exclusive=False, timeout=deadline - time.monotonic()):
                connection = self._open(read_only=True, deadline=deadline)
                try:
                    self._migrated = migrations.up_to_date(connection)
                finally:
                    connection.close()
        if not self._migrated:
            with self.write(deadline - time.monotonic()):
                pass

    def _open(self, *, read_only: bool, deadline: float) -> Connection:
        while True:
            try:
                return duckdb.connect(str(self.path), read_only=read_only)
            except duckdb.IOException as error:
                held = _HELD.search(str(error))
                if held is None:
                    raise _translated(error, self.path) from error
                if time.monotonic() + RETRY_EVERY > deadline:
                    raise _busy(self.path, held) from error
                time.sleep(RETRY_EVERY)
            except duckdb.Error as error:
                raise _translated(error, self.path) from error


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    connection.begin()
    try:
        yield
    except BaseException:
        _roll_back(connection)
        raise
    try:
        connection.commit()
    except duckdb.Error as error:
        if _disk_full(error):
            raise _full() from error
        raise


def _roll_back(connection: Connection) -> None:
    try:
        connection.rollback()
    except duckdb.Error as error:
        # DuckDB has already ended a transaction that failed for want of space or was invalidated.
        if "no transaction is active" not in str(error).lower() and not isinstance(error, duckdb.FatalException):
            raise


def _disk_full(error: BaseException) -> bool:
    return "No space left on device" in str(error) or getattr(error, "errno", None) == errno.ENOSPC


def _full() -> StoreError:
    return StoreError("the disk is full; nothing was changed", "free some space and try again")


def _busy(path: Path, held: re.Match[str]) -> StoreBusy:
    program, pid = held["program"].strip() or "another program", int(held["pid"])
    return StoreBusy(
        f"{path.name} is held open by {Path(program).name} (process {pid})",
        "close it there; nothing is lost in the meantime",
        pid,
    )


def _translated(error: duckdb.Error, path: Path) -> StoreError:
    if _disk_full(error):
        return _full()
    first = str(error).splitlines()[0]
    if "version number" in first or "newer version" in first.lower():
        return StoreDamaged(f"{path} was written by another version of DuckDB: {first}", "upgrade viva")
    return StoreDamaged(
        f"{path} cannot be opened: {first}",
        "move it aside and restore a copy; the ratings in data/outbox are still there",
    )
