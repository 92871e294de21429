"""Read-only SQL: one query at a time, in a child process with hard limits, on a snapshot of the store."""

import json
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from viva.errors import StoreError, UserError
from viva.records.results import QueryPage, SchemaTable
from viva.store.file import Store
from viva.store.sql_snapshot import PATIENCE, LatestCopy
from viva.text import display_text

PROGRAM = Path(__file__).with_name("sql_child.py")
PAGE_BYTES = 16 << 20
RESULT_VIEWS = (
    "leaderboard", "generations", "metrics", "ratings", "totals", "examples", "judgments", "preferences",
    "field_leaderboard", "studies", "datasets",
)  # fmt: skip
"""The public views that are asked most, in the order in which they are offered."""
OWN_VIEWS = frozenset({
    "verdicts", "rubric_sizes", "current_generation", "example_verdicts", "counting_judgment", "score_protocol",
    "pair_protocol", "panel_member", "current_study", "item_verdict", "counting_preference", "placed_generation",
    "placed_metric", "scored_verdict",
})  # fmt: skip
"""Views that others are made of and that can change; every other view is public and documented."""
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

    Queries are answered from a copy of the store, brought up to date before each, so no query holds the store up.
    """

    def __init__(
        self,
        store: Store,
        snapshots: Path,
        *,
        time_limit: float = 30.0,
        memory_limit_bytes: int = 3 << 30,
        patience: float = PATIENCE,
    ) -> None:
        self._copy = LatestCopy(store, snapshots, patience)
        self._time_limit = time_limit
        self._memory_limit = memory_limit_bytes
        self._turn = threading.Lock()
        self._query = _Query(time_limit)
        self._query.end(_EXHAUSTED)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def run(self, query: str, page_size: int = 200) -> QueryPage:
        """Run a query and return the first page of its result; an earlier query's result is given up.

        A page holds at most `page_size` rows and 16 MiB; `more` says that `next_page` will return others.
        Where the store is busy for long, a query waits, or is answered from the copy of the query before: `age` says.
        Raises `UserError` for anything but one statement that reads, for an error in it, when it takes
        longer or more memory than a query may, and when it is cancelled.
        """
        with self._turn:
            self._query.end(_CANCELLED)
            current = self._query = _Query(self._time_limit)
            current.prepare(self._copy)
            with self._copy.current() as descriptor:
                current.start(descriptor, self._memory_limit)
            return current.page(page_size, query)

    @property
    def age(self) -> float:
        """How many seconds old what the last query saw was when it began; 0 where nothing had to be waited for."""
        return self._copy.age

    def next_page(self) -> QueryPage:
        """Return the page that follows the last one, of the same size. Raises `UserError` as `run` does."""
        with self._turn:
            return self._query.page()

    def cancel(self) -> None:
        """End the running query at once, from any thread; `run` then raises `UserError`."""
        self._query.end(_CANCELLED)

    def close(self) -> None:
        """End the query, if one runs or its result is open, and give up the copy of the store."""
        self._query.end(_CANCELLED)
        with self._turn:
            self._copy.close()


class _Query:
    """One query in its child process."""

    def __init__(self, time_limit: float) -> None:
        self._time_limit = time_limit
        self._page_size = 0
        self._guard = threading.Lock()
        self._ended: _End | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._preparing: LatestCopy | None = None

    def prepare(self, copy: LatestCopy) -> None:
        """Bring the copy of the store up to date; `end` stops that."""
        with self._guard:
            if self._ended:
                raise UserError(*self._ended)
            self._preparing = copy
            copy.begin()
        try:
            copy.refresh()
        except StoreError:
            raise
        except UserError as error:
            raise UserError(*(self._ended or (error.message, error.hint))) from error
        finally:
            self._preparing = None

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
            if self._preparing is not None:
                self._preparing.stop()
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
    """Return the public views, the most asked first, then viva's own views and the tables, with their columns."""
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
    tables = [
        SchemaTable(name, is_view, tuple((c[0], c[1]) for c in columns), is_view and name not in OWN_VIEWS)
        for name, is_view, columns in found
    ]
    asked = {name: place for place, name in enumerate(RESULT_VIEWS)}
    return sorted(tables, key=lambda table: (not table.public, asked.get(table.name, len(asked))))


def _readable(text: str) -> str:
    """Return the first lines of DuckDB's message, and its line with the caret where that is short enough."""
    head, _, rest = display_text(text).partition("\n\n")
    lines = [line[:_ERROR_WIDTH] for line in head.split("\n")[:_ERROR_LINES]]
    pointer = rest.split("\n")[:2]
    if len(pointer) == 2 and pointer[0].startswith("LINE ") and max(map(len, pointer)) <= _ERROR_WIDTH:
        lines += pointer
    return "\n".join(lines).removesuffix(".")
