"""Opening `results.duckdb` for one short transaction at a time."""

import errno
import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from viva.errors import StoreBusy, StoreDamaged, StoreError
from viva.store import lock, migrations
from viva.store.transaction import transaction

Connection = duckdb.DuckDBPyConnection

RETRY_EVERY = 0.1
_HELD = re.compile(r"Conflicting lock is held in (?:(?P<program>.*?) ?\()?PID (?P<pid>\d+)")
# What DuckDB raises when the file cannot be read or written, as against a wrong query.
_FILE_ERRORS = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)


class Store:
    """The database file of a workspace.

    No process keeps the file open: `read()` and `write()` take the lock, open, run the block as one
    transaction, close and let go. A block that raises is rolled back. Keep blocks short.
    """

    def __init__(self, path: Path, lock_path: Path, timeout: float = 30.0) -> None:
        self.path = path
        self.timeout = timeout
        self._lock_path = lock_path

    @property
    def exists(self) -> bool:
        return self.path.exists()

    @contextmanager
    def write(self, timeout: float | None = None) -> Iterator[Connection]:
        """One transaction that may change the store; it is committed and on disk when the block has ended.

        Creates the file and applies migrations where needed. Raises `StoreBusy`, `StoreNewer`,
        `StoreDamaged`, or `StoreError` when the disk is full (the store is then as it was).
        """
        with self._connected(read_only=False, deadline=self._deadline(timeout)) as connection:
            with _translating(self.path):
                migrations.apply(connection)
            with _translating(self.path), transaction(connection):
                yield connection

    @contextmanager
    def read(self, timeout: float | None = None) -> Iterator[Connection]:
        """One read-only transaction; the file is made first where there is none. Raises as `write` does."""
        deadline = self._deadline(timeout)
        while True:
            if self.exists:
                with self._connected(read_only=True, deadline=deadline) as connection, _translating(self.path):
                    if migrations.up_to_date(connection):
                        yield connection
                        return
            with self.write(deadline - time.monotonic()):
                pass

    def snapshot(self, target: Path) -> None:
        """Copy the store to `target`, one file, as it stands between two transactions.

        The lock is taken exclusively: no thread of this process may have the file open in DuckDB while
        it is copied, since closing the copy's descriptor would drop DuckDB's own lock.
        """
        deadline = self._deadline(None)
        with self.read(deadline - time.monotonic()):
            pass
        with self._locked(exclusive=True, deadline=deadline), _removed_on_error(target):
            _copy(self.path, target)
        if _log(target).exists():
            with _translating(target):
                duckdb.connect(str(target)).close()

    def _deadline(self, timeout: float | None) -> float:
        return time.monotonic() + (self.timeout if timeout is None else timeout)

    @contextmanager
    def _locked(self, *, exclusive: bool, deadline: float) -> Iterator[None]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unreachable(self.path.parent, error) from error
        with lock.held(self._lock_path, exclusive=exclusive, timeout=max(deadline - time.monotonic(), 0.0)):
            yield

    @contextmanager
    def _connected(self, *, read_only: bool, deadline: float) -> Iterator[Connection]:
        """Take the lock and open the file; while a foreign program holds it, let go of the lock in between."""
        told: StoreBusy | None = None
        while True:
            with ExitStack() as held:
                try:
                    held.enter_context(self._locked(exclusive=not read_only, deadline=deadline))
                    if not (read_only or self.exists):
                        _create(self.path)
                    connection = _open(self.path, read_only=read_only)
                except StoreBusy as error:
                    # Whoever waits for viva's own lock in vain still says which program was seen in the way.
                    told = error if error.pid or told is None else told
                    if error.pid is None or time.monotonic() + RETRY_EVERY > deadline:
                        raise told from error.__cause__
                else:
                    held.callback(connection.close)
                    yield connection
                    return
            time.sleep(RETRY_EVERY)


def _create(path: Path) -> None:
    """Make the file under another name first, so that a crash or a full disk leaves no half-made store."""
    if _log(path).exists():
        raise StoreDamaged(
            f"{path} is gone but {_log(path).name} beside it still holds rows of it",
            "put the file back; or move the .wal aside to begin anew",
        )
    fresh = path.with_name(path.name + ".new")
    with _translating(path), _removed_on_error(fresh):
        _remove(fresh)
        connection = duckdb.connect(str(fresh))
        try:
            migrations.apply(connection)
            connection.execute("CHECKPOINT")
        finally:
            connection.close()
        fresh.replace(path)
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` outlive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open(path: Path, *, read_only: bool) -> Connection:
    try:
        return duckdb.connect(str(path), read_only=read_only)
    except duckdb.ConnectionException as error:
        raise StoreBusy(
            f"{path.name} is held open by this very process", "close the other connection to it", os.getpid()
        ) from error
    except duckdb.Error as error:
        if held := _HELD.search(str(error)):
            raise _busy(path, held["program"] or "", int(held["pid"])) from error
        raise _translated(error, path) from error


def _copy(path: Path, target: Path) -> None:
    """Copy the file and its log under the lock that DuckDB's readers take, which a foreign writer refuses."""
    with path.open("rb") as source:
        try:
            fcntl.lockf(source, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreBusy(f"{path.name} is being written by another program", "try again") from error
        with target.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
        if _log(path).exists():
            shutil.copyfile(_log(path), _log(target))


def _log(path: Path) -> Path:
    """Return DuckDB's write-ahead log of a database file; it stays behind when a writer is killed."""
    return path.with_name(path.name + ".wal")


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _log(path).unlink(missing_ok=True)


@contextmanager
def _removed_on_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        _remove(path)
        raise _unreachable(path, error) from error
    except BaseException:
        _remove(path)
        raise


@contextmanager
def _translating(path: Path) -> Iterator[None]:
    """Turn DuckDB's errors about the file itself into viva's; errors in a query pass as they are."""
    try:
        yield
    except duckdb.Error as error:
        if _disk_full(error) or isinstance(error, _FILE_ERRORS):
            raise _translated(error, path) from error
        raise


def _disk_full(error: BaseException) -> bool:
    return "No space left on device" in str(error) or getattr(error, "errno", None) == errno.ENOSPC


def _full() -> StoreError:
    return StoreError("the disk is full; nothing was changed", "free some space and try again")


def _unreachable(path: Path, error: OSError) -> StoreError:
    return _full() if _disk_full(error) else StoreError(f"{path} cannot be used: {error.strerror}")


def _busy(path: Path, program: str, pid: int) -> StoreBusy:
    name = Path(program.strip()).name or "another program"
    return StoreBusy(
        f"{path.name} is held open by {name} (process {pid})",
        "close it there; nothing is lost in the meantime",
        pid,
    )


def _translated(error: duckdb.Error, path: Path) -> StoreError:
    if _disk_full(error):
        return _full()
    first = str(error).splitlines()[0]
    if "Permission denied" in first or "Read-only file system" in first:
        return StoreError(f"{path} cannot be used: {first}", "ask for the right to write there")
    if "version number" in first or "newer version" in first.lower():
        return StoreDamaged(f"{path} was written by another version of DuckDB: {first}", "upgrade viva")
    return StoreDamaged(
        f"{path} cannot be opened: {first}",
        "move it aside and restore a copy; the ratings in data/outbox are still there",
    )
