"""Read-only SQL: one query at a time, in a child process with hard limits, on a snapshot of the store."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from viva.errors import StoreError, UserError
from viva.records.results import QueryPage, SchemaTable
from viva.store.file import Store
from viva.text import display_text

PROGRAM = Path(__file__).with_name("sql_child.py")
PAGE_BYTES = 16 << 20
_NARROW = "narrow it with WHERE or LIMIT, or select fewer columns"
_ERROR_LINES = 3
_ERROR_WIDTH = 200


class _End(NamedTuple):
    """Why a query has no further rows to give."""

    message: str
    hint: str


_CANCELLED = _End("query cancelled", "")
_TOO_BIG = _End("the query needs too much memory", _NARROW)
_EXHAUSTED = _End("there are no further rows", "run the query again to see it from the start")


class SqlSession:
    """Runs read-only queries, one after another; a query's result stays open for its further pages.

    Each query gets a fresh copy of the store, so what it shows is current, and no query holds the store up.
    """

    def __init__(
        self, store: Store, snapshots: Path, *, time_limit: float = 30.0, memory_limit_bytes: int = 3 << 30
    ) -> None:
        self._store = store
        self._snapshots = snapshots
        self._time_limit = time_limit
        self._memory_limit = memory_limit_bytes
        self._turn = threading.Lock()
        self._query = _Query(time_limit)
        self._query.end(_EXHAUSTED)
        with suppress(OSError):
            _sweep(snapshots)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def run(self, query: str, page_size: int = 200) -> QueryPage:
        """Run a query and return the first page of its result; an earlier query's result is given up.

        A page holds at most `page_size` rows and 16 MiB; `more` says that `next_page` will return others.
        Raises `UserError` for anything but one statement that reads, for an error in it, when it takes
        longer or more memory than a query may, and when it is cancelled.
        """
        with self._turn:
            self._query.end(_CANCELLED)
            current = self._query = _Query(self._time_limit)
            with self._snapshot() as descriptor:
                current.start(descriptor, self._memory_limit)
            return current.page(page_size, query)

    def next_page(self) -> QueryPage:
        """Return the page that follows the last one, of the same size. Raises `UserError` as `run` does."""
        with self._turn:
            return self._query.page()

    def cancel(self) -> None:
        """End the running query at once, from any thread; `run` then raises `UserError`."""
        self._query.end(_CANCELLED)

    def close(self) -> None:
        """End the query, if one runs or its result is open."""
        self._query.end(_CANCELLED)

    @contextmanager
    def _snapshot(self) -> Iterator[int]:
        """Copy the store; the copy is a descriptor without a name, so that it is gone when nobody holds it."""
        try:
            self._snapshots.mkdir(parents=True, exist_ok=True)
            with _claimed_folder(self._snapshots) as folder:
                copy = folder / self._store.path.name
                self._store.snapshot(copy)
                descriptor = os.open(copy, os.O_RDONLY)
        except OSError as error:
            raise StoreError(f"{self._snapshots} cannot be used: {error.strerror}") from error
        try:
            yield descriptor
        finally:
            os.close(descriptor)


class _Query:
    """One query in its child process."""

    def __init__(self, time_limit: float) -> None:
        self._time_limit = time_limit
        self._page_size = 0
        self._guard = threading.Lock()
        self._ended: _End | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, snapshot: int, memory_limit: int) -> None:
        """Start the child on the snapshot that the descriptor `snapshot` names."""
        with self._guard:
            if self._ended:
                raise UserError(*self._ended)
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=[snapshot],
                env={"LC_ALL": "C.UTF-8", "TZ": "UTC"},
                cwd="/",
                start_new_session=True,
            )
        self._ask(
            {
                "snapshot": snapshot,
                "address_space": memory_limit,
                "memory": memory_limit // 3,
                "seconds": self._time_limit,
            }
        )

    def page(self, page_size: int | None = None, query: str | None = None) -> QueryPage:
        """Return the first page of `query`, or the next one of what runs already."""
        request: dict[str, Any] = {} if query is None else {"query": query.encode("utf-8", "replace").decode()}
        self._page_size = self._page_size if page_size is None else max(page_size, 1)
        answer = self._ask({**request, "rows": self._page_size, "bytes": PAGE_BYTES})
        if "error" in answer:
            end = _End(_readable(answer["error"]), answer["hint"]) if answer["error"] else _TOO_BIG
            self.end(end)
            raise UserError(*end)
        if not answer["more"]:
            self.end(_EXHAUSTED)
        rows = tuple(tuple(row) for row in answer["rows"])
        return QueryPage(tuple(answer["columns"]), tuple(answer["types"]), rows, answer["more"], answer["seconds"])

    def end(self, why: _End) -> None:
        """Kill the child, if there is one; the first reason given is the one that is told."""
        with self._guard:
            self._ended = self._ended or why
            if self._process is not None:
                self._process.kill()
                self._process.wait()
                for pipe in filter(None, (self._process.stdin, self._process.stdout)):
                    # What was still to be written is for a child that is gone.
                    with suppress(BrokenPipeError):
                        pipe.close()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._ended or self._process is None:
            raise UserError(*(self._ended or _EXHAUSTED))
        late = _End(f"the query was stopped after {self._time_limit:g} s", _NARROW)
        timer = threading.Timer(self._time_limit, self.end, [late])
        timer.daemon = True
        timer.start()
        line = b""
        try:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except (OSError, ValueError):
            pass  # The child is gone, or `end` has closed the pipe: what follows says why.
        finally:
            timer.cancel()
        if not line.endswith(b"\n"):
            self.end(late if self._process.wait() == -signal.SIGXCPU else _TOO_BIG)
            raise UserError(*(self._ended or _TOO_BIG))
        answer: dict[str, Any] = json.loads(line)
        return answer


def schema(store: Store) -> list[SchemaTable]:
    """Return the views, then the tables, by name, with their columns in order."""
    with store.read() as connection:
        found = connection.execute(
            """
            SELECT t.table_name, t.table_type = 'VIEW', list((c.column_name, c.data_type) ORDER BY c.ordinal_position)
            FROM information_schema.tables t
            JOIN information_schema.columns c USING (table_catalog, table_schema, table_name)
            WHERE t.table_schema = 'main' AND t.table_catalog = current_database()
            GROUP BY ALL ORDER BY 2 DESC, 1
            """
        ).fetchall()
    return [SchemaTable(name, is_view, tuple((c[0], c[1]) for c in columns)) for name, is_view, columns in found]


@contextmanager
def _claimed_folder(parent: Path) -> Iterator[Path]:
    """Make a folder that is locked as long as this process uses it, and removed afterwards."""
    with ExitStack() as claim:
        with _locked(parent, fcntl.LOCK_EX):
            folder = Path(tempfile.mkdtemp(dir=parent))
            claim.enter_context(_locked(folder, fcntl.LOCK_EX))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """Remove the folders whose process died before it could: nobody holds their lock."""
    with _locked(parent, fcntl.LOCK_EX):
        for folder in [path for path in parent.iterdir() if path.is_dir()]:
            with suppress(BlockingIOError), _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path, mode: int) -> Iterator[None]:
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, mode)
        yield
    finally:
        os.close(descriptor)


def _readable(text: str) -> str:
    """Return the first lines of DuckDB's message, and its line with the caret where that is short enough."""
    head, _, rest = display_text(text).partition("\n\n")
    lines = [line[:_ERROR_WIDTH] for line in head.split("\n")[:_ERROR_LINES]]
    pointer = rest.split("\n")[:2]
    if len(pointer) == 2 and pointer[0].startswith("LINE ") and max(map(len, pointer)) <= _ERROR_WIDTH:
        lines += pointer
    return "\n".join(lines).removesuffix(".")
