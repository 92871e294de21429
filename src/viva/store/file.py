"""Opening `results.duckdb` for one short transaction at a time."""

import atexit
import errno
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import duckdb

from viva.errors import StoreBusy, StoreDamaged, StoreError
from viva.store import lock, migrations
from viva.store.snapshot import Copied, Copier, opened
from viva.store.snapshot_child import LOGS
from viva.store.transaction import transaction

Connection = duckdb.DuckDBPyConnection

RETRY_EVERY = 0.1
_making_empty = threading.Lock()
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
        """One read-only transaction; where there is no file, of an empty store elsewhere. Raises as `write` does."""
        store, deadline = self.or_empty(), self._deadline(timeout)
        while True:
            with store._connected(read_only=True, deadline=deadline) as connection, _translating(store.path):
                if migrations.up_to_date(connection):
                    yield connection
                    return
            with store.write(deadline - time.monotonic()):
                pass

    def or_empty(self) -> "Store":
        """Return this store, or an empty one in a temporary folder: reading makes no file where there is none.

        Raises `StoreDamaged` where the file is gone and a log of it is left.
        """
        if self.exists:
            return self
        _refuse_logs(self.path)
        return _empty()

    @contextmanager
    def quiet(self, timeout: float | None = None) -> Iterator[None]:
        """Keep viva's writers out while the block runs; the file is not opened. Raises `StoreBusy`."""
        with self._locked(exclusive=False, deadline=self._deadline(timeout)):
            yield

    def snapshot(self, target: Path) -> None:
        """Copy the store to `target`, one file, as it stands between two transactions; writers hardly wait for it.

        Raises `StoreBusy`, `StoreDamaged`, or `StoreError` when the disk is full (`target` is then not there).
        """
        with self.read():
            pass
        self.or_empty().copy_to(target, self.timeout)

    def copy_to(self, target: Path, timeout: float, began: Callable[[Copier], None] = lambda _: None) -> Copied:
        """Copy as `snapshot` does, a store that is there and up to date; `began` gets what can stop the copying."""
        with _removed_on_error(target):
            descriptor = opened(target)
            try:
                with Copier(self.path, descriptor, target) as copier:
                    began(copier)
                    copied = copier.run(self.quiet, timeout)
            finally:
                os.close(descriptor)
        if copied.log:
            with _translating(target):
                duckdb.connect(str(target)).close()
        return copied

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
    _refuse_logs(path)
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


def _refuse_logs(path: Path) -> None:
    for log in filter(Path.exists, [_log(path, end) for end in LOGS]):
        raise StoreDamaged(
            f"{path} is gone but {log.name} beside it still holds rows of it",
            "put the file back; or move the .wal aside to begin anew",
        )


def _empty() -> Store:
    """Return the empty store of this process, which goes with it."""
    with _making_empty:
        return _made_empty()


@cache
def _made_empty() -> Store:
    folder = Path(tempfile.mkdtemp(prefix="viva-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    store = Store(folder / "results.duckdb", folder / "results.duckdb.lock")
    with store.write():
        return store


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


def _log(path: Path, end: str = LOGS[0]) -> Path:
    """Return one of DuckDB's write-ahead logs of a database file; they stay behind when a writer is killed."""
    return path.with_name(path.name + end)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    for end in LOGS:
        _log(path, end).unlink(missing_ok=True)


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
