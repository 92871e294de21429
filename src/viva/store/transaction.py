"""One transaction around a block: committed when the block ends, rolled back when it raises."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

Connection = duckdb.DuckDBPyConnection


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Begin a transaction, run the block, commit; an error in the block or in the commit undoes all of it."""
    connection.begin()
    try:
        yield
    except BaseException:
        _roll_back(connection)
        raise
    connection.commit()


def _roll_back(connection: Connection) -> None:
    try:
        connection.rollback()
    except duckdb.Error as error:
        # DuckDB has already ended a transaction that failed for want of space or was invalidated.
        if "no transaction is active" not in str(error).lower() and not isinstance(error, duckdb.FatalException):
            raise
