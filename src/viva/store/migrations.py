"""The store's schema as an ordered list of small functions, and the table of those applied."""

from collections.abc import Callable

import duckdb

from viva.errors import StoreNewer
from viva.records.ids import utc_now
from viva.store import (
    adjudication_schema,
    benchmark_schema,
    counted_schema,
    generation_schema,
    judging_schema,
    rating_schema,
    results_schema,
    schema,
    training_schema,
)
from viva.store.transaction import transaction

Connection = duckdb.DuckDBPyConnection


def _0001_tables(connection: Connection) -> None:
    connection.execute(schema.TABLES)


def _0002_views(connection: Connection) -> None:
    connection.execute(schema.VIEWS)


def _0003_training(connection: Connection) -> None:
    connection.execute(training_schema.TABLES)
    connection.execute(training_schema.VIEWS)


def _0004_generation(connection: Connection) -> None:
    connection.execute(generation_schema.TABLES)
    connection.execute(generation_schema.VIEWS)


def _0005_benchmarks(connection: Connection) -> None:
    connection.execute(benchmark_schema.TABLES)
    connection.execute(benchmark_schema.VIEWS)


def _0006_judging(connection: Connection) -> None:
    connection.execute(judging_schema.TABLES)
    connection.execute(judging_schema.VIEWS)


def _0007_counted(connection: Connection) -> None:
    connection.execute(counted_schema.VIEWS)


def _0008_rating(connection: Connection) -> None:
    connection.execute(rating_schema.TABLES)
    connection.execute(rating_schema.ITEMS)
    connection.execute(rating_schema.VIEWS)


def _0009_adjudication(connection: Connection) -> None:
    connection.execute(adjudication_schema.TABLES)
    connection.execute(adjudication_schema.VIEWS)


def _0010_results(connection: Connection) -> None:
    connection.execute(results_schema.VIEWS)


MIGRATIONS: list[tuple[str, Callable[[Connection], None]]] = [
    ("0001_tables", _0001_tables),
    ("0002_views", _0002_views),
    ("0003_training", _0003_training),
    ("0004_generation", _0004_generation),
    ("0005_benchmarks", _0005_benchmarks),
    ("0006_judging", _0006_judging),
    ("0007_counted", _0007_counted),
    ("0008_rating", _0008_rating),
    ("0009_adjudication", _0009_adjudication),
    ("0010_results", _0010_results),
]


def up_to_date(connection: Connection) -> bool:
    """Tell whether every migration has been applied; works on a read-only connection. Raises `StoreNewer`."""
    return _applied(connection) == {name for name, _ in MIGRATIONS}


def apply(connection: Connection) -> None:
    """Apply what is missing, each in its own transaction; refuse a file that knows more than this viva."""
    applied = _applied(connection)
    if applied == {name for name, _ in MIGRATIONS}:
        return
    connection.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, applied_at TIMESTAMP NOT NULL)")
    for name, function in MIGRATIONS:
        if name not in applied:
            with transaction(connection):
                function(connection)
                connection.execute("INSERT INTO migration VALUES (?, ?)", [name, utc_now()])


def _applied(connection: Connection) -> set[str]:
    try:
        found = connection.execute("SELECT name FROM migration").fetchall()
    except duckdb.CatalogException:
        return set()
    applied = {name for (name,) in found}
    unknown = sorted(applied - {name for name, _ in MIGRATIONS})
    if unknown:
        raise StoreNewer(
            f"results.duckdb was written by a newer viva (it has {unknown[0]})",
            "upgrade viva: pip install -U viva",
        )
    return applied
