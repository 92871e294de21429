"""The program that runs one query for `viva.store.sql`, in a process that can reach nothing but a copy of the store.

Started by path under `python -I`; it knows nothing of viva. It reads JSON lines, first
`{"snapshot", "address_space", "memory", "seconds"}`, then `{"query", "rows", "bytes"}`, then `{"rows", "bytes"}` for
each further page, and answers each with one line: `{}`, a page `{"columns", "types", "rows", "more", "seconds"}`,
or `{"error", "hint"}`, where an empty error means that there was not enough memory.
"""

import json
import math
import os
import queue
import re
import resource
import sys
import threading
import time
from typing import Any

# Types whose values cross as they are; every other type crosses as the text DuckDB prints.
PLAIN = {
    "boolean", "tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint", "uinteger", "ubigint",
    "uhugeint", "float", "double", "varchar", "enum", "null",
}  # fmt: skip
SETTINGS = {
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "threads": "1",
    "async_threads": "1",
    "temp_directory": "",
    "max_temp_directory_size": "0B",
}
# Comments, then EXPLAIN with its options; what follows is explained and, with ANALYZE, run.
SPACE = r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
EXPLAIN = re.compile(rf"(?is){SPACE}EXPLAIN\b(?:{SPACE}ANALYZE\b)?(?:{SPACE}\([^()]*\))?")
FIRST_WORDS = re.compile(rf"(?is){SPACE}(\w+){SPACE}(\w*)")
READING = "it reads with SELECT, FROM, DESCRIBE, SHOW, SUMMARIZE and EXPLAIN, and changes nothing"
LONGEST_ERROR = 4000
LONGEST_HEADS = 1 << 20
"""Characters that the names and types of a result's columns may have together."""
DESCRIPTORS = "/proc/self/fd" if sys.platform == "linux" else "/dev/fd"


class Refused(Exception):
    """A query that is not run; the arguments are a message and a hint."""


def main() -> None:
    """Answer requests until stdin ends."""
    setup = json.loads(sys.stdin.buffer.readline())
    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    _limit_process(setup["address_space"])
    results = Results(_opened(setup["snapshot"], setup["memory"]))
    # From here on no file, socket or directory can be opened, whatever a query finds to try.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    _answer({})
    while True:
        request = requests.get()
        _limit_cpu(setup["seconds"])
        try:
            _answer(results.page(request))
        except Refused as refusal:
            _answer({"error": _shortened(refusal.args[0]), "hint": refusal.args[1]})
        except MemoryError:
            _answer({"error": "", "hint": ""})


def _listen(requests: "queue.SimpleQueue[dict[str, Any]]") -> None:
    """Pass requests on; end the process, and whatever query it is in, as soon as nobody listens any more."""
    for line in sys.stdin.buffer:
        requests.put(json.loads(line))
    os._exit(0)


def _answer(message: dict[str, Any]) -> None:
    """Write one line; `rows` holds rows that are JSON already."""
    rows = message.pop("rows", None)
    text = json.dumps(message, ensure_ascii=False)
    if rows is not None:
        text = text[:-1] + ', "rows": [' + ", ".join(rows) + "]}"
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


def _limit_process(address_space: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


def _limit_cpu(seconds: float) -> None:
    """Allow `seconds` of processor time from now on; the parent's own clock normally ends a query before."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    allowed = math.ceil(usage.ru_utime + usage.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _opened(descriptor: int, memory: int) -> Any:
    """Open the snapshot, whose file has no name any more, by its descriptor; so no query can learn where it lay."""
    import duckdb

    connection = duckdb.connect(":memory:", config={**SETTINGS, "memory_limit": f"{memory}B"})
    connection.execute(f"ATTACH '{DESCRIPTORS}/{descriptor}' AS results (READ_ONLY)")
    for statement in (
        "USE results",
        "DETACH memory",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        connection.execute(statement)
    os.close(descriptor)
    return connection


class Results:
    """The one query of this process and what is left of its result."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._columns: list[str] = []
        self._types: list[str] = []
        self._ahead: str | None = None

    def page(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the next page, of the query in `request` where it holds one. Raises `Refused`, `MemoryError`."""
        import duckdb

        started = time.perf_counter()
        try:
            if "query" in request:
                self._start(request["query"])
                self._ahead = self._next()
            rows = self._rows(request["rows"], request["bytes"])
        except duckdb.OutOfMemoryException as error:
            raise MemoryError from error
        except duckdb.PermissionException as error:
            raise Refused("the SQL prompt reaches no file, address or setting", "it knows the store alone") from error
        except duckdb.Error as error:
            raise Refused(str(error), READING if "read-only mode" in str(error) else "") from error
        except (RuntimeError, UnicodeDecodeError) as error:
            # What DuckDB's C++ side raises when it fails outside of its own errors.
            raise Refused(f"DuckDB could not give the result: {error}", "") from error
        return {
            "columns": self._columns,
            "types": self._types,
            "rows": rows,
            "more": self._ahead is not None,
            "seconds": time.perf_counter() - started,
        }

    def _rows(self, count: int, size: int) -> list[str]:
        """Return at most `count` rows of at most `size` bytes together, and know whether one more follows."""
        rows: list[str] = []
        while self._ahead is not None and len(rows) < count:
            size -= len(self._ahead.encode())
            if size < 0:
                if not rows:
                    raise Refused(
                        "one row of the result is too long to show", "select fewer columns, or left(text, 1000)"
                    )
                break
            rows.append(self._ahead)
            self._ahead = self._next()
        return rows

    def _next(self) -> str | None:
        row = self._connection.fetchone()
        return None if row is None else json.dumps([_plain(value) for value in row], ensure_ascii=False)

    def _start(self, query: str) -> None:
        statements = self._connection.extract_statements(query)
        kind = _checked(self._connection, statements)
        types = [] if kind == "EXPLAIN" else self._types_of(query)
        if sum(map(len, [*self._columns, *self._types])) > LONGEST_HEADS:
            raise Refused("the names and types of the columns are too long to show", "select fewer columns")
        plain = [kind.id in PLAIN for kind in types]
        if all(plain):
            self._connection.execute(statements[0])
            self._columns = [column[0] for column in self._connection.description]
            self._types = [str(column[1]) for column in self._connection.description]
        else:
            self._execute_as_text(query, plain)

    def _types_of(self, query: str) -> list[Any]:
        """Bind the query and note its columns; nothing runs yet. Where it is wrong, running it says why, and where."""
        import duckdb

        try:
            relation = self._connection.sql(query)
        except duckdb.Error:
            return []
        self._columns, self._types = list(relation.columns), [str(kind) for kind in relation.types]
        return list(relation.types)

    def _execute_as_text(self, query: str, plain: list[bool]) -> None:
        """Run the query inside another that turns the columns that are not plain into text."""
        names = ", ".join(f"c{index}" for index in range(len(plain)))
        chosen = ", ".join(f"c{index}" if kept else f"CAST(c{index} AS VARCHAR)" for index, kept in enumerate(plain))
        wrapped = _wrapped(self._connection, query, f"SELECT {chosen} FROM (\n", f"\n) AS result({names})")
        try:
            self._connection.execute(wrapped)
        except Exception as error:
            # The query begins on the second line of what was run: point at the line the person wrote.
            error.args = (re.sub(r"(?m)^LINE (\d+):", _line_before, str(error)),)
            raise


def _checked(connection: Any, statements: list[Any]) -> str:
    """Return `SELECT` or `EXPLAIN`. Raises `Refused` for anything but one statement that reads."""
    if not statements:
        raise Refused("there is no query", "write one, for example: SELECT * FROM leaderboard")
    if len(statements) > 1:
        raise Refused(f"{len(statements)} statements at once", "run one at a time")
    kind = _kind(statements[0])
    if kind == "MULTI":
        raise Refused("this PIVOT would make a type of its own", "name the values: PIVOT … ON column IN ('a', 'b') …")
    if kind == "EXPLAIN":
        text = statements[0].query
        found = EXPLAIN.match(text)
        inner = connection.extract_statements(text[found.end() :]) if found else []
        if [_kind(statement) for statement in inner] == ["SELECT"]:
            return kind
        raise Refused("only a SELECT can be explained here", READING)
    if kind != "SELECT":
        raise Refused(f"the SQL prompt does not run {kind}", READING)
    return kind


def _kind(statement: Any) -> str:
    """Return what kind of statement this is; DuckDB's module has no name for a few, as UPDATE EXTENSIONS."""
    try:
        return str(statement.type.name)
    except ValueError:
        found = FIRST_WORDS.match(statement.query)
        return " ".join(found.groups()).strip().upper() if found else "that"


def _wrapped(connection: Any, query: str, head: str, tail: str) -> str:
    """Put the query between `head` and `tail` without its final semicolon and what may follow that."""
    import duckdb

    text = query
    while True:
        try:
            if [_kind(found) for found in connection.extract_statements(head + text + tail)] == ["SELECT"]:
                return head + text + tail
        except duckdb.ParserException:
            if ";" not in text:
                raise
        text = text[: text.rfind(";")]


def _shortened(error: str) -> str:
    """Return an error without its middle where a query has made it long; DuckDB's pointer stands at the end."""
    half = LONGEST_ERROR // 2
    return error if len(error) <= LONGEST_ERROR else f"{error[:half]} … {error[-half:]}"


def _line_before(found: "re.Match[str]") -> str:
    return f"LINE {int(found[1]) - 1}:".ljust(len(found[0]))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return str(value)


if __name__ == "__main__":
    main()
