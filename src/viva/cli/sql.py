"""`viva sql`: query the workspace with SQL."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.session import Command, Session, pass_session
from viva.errors import BadInput, UsageError
from viva.present.tables import Column, Format, Table
from viva.text import display_line, plural

if TYPE_CHECKING:
    from viva.records.results import QueryPage

PAGE_SIZE = 500
STDIN = "-"


class Queries(Protocol):
    """What runs a query and serves its result page by page."""

    def run(self, query: str, page_size: int) -> "QueryPage":
        """Run a query and return its first page."""

    def next_page(self) -> "QueryPage":
        """Return the next page."""


class Pages:
    """All pages of one query's result, fetched one after the other; `count` rows have been passed on."""

    def __init__(self, session: Queries, query: str) -> None:
        self._session = session
        self._first = session.run(query, PAGE_SIZE)
        self.count = 0
        self.seconds = 0.0

    def table(self) -> Table:
        """Return the result as a table whose pages are fetched as they are needed."""
        return Table(tuple(Column(name) for name in self._first.columns), self._rows(), null="NULL")

    def _rows(self) -> Iterator[tuple[tuple[Any, ...], ...]]:
        page: QueryPage = self._first
        while True:
            self.count += len(page.rows)
            self.seconds += page.seconds
            yield page.rows
            if not page.more:
                return
            page = self._session.next_page()


@click.command("sql", cls=Command)
@click.argument("query")
@with_format
@pass_session
def command(session: Session, query: str, form: Format) -> None:
    """Query the workspace with SQL.

    QUERY is one SELECT, a file that ends in .sql, or - for stdin. Every row is printed. Queries cannot change
    anything. The views to query are examples, generations, metrics, ratings, judgments, preferences, totals and
    leaderboard.
    """
    text = query_text(query)
    session.deliver()
    with session.workbench.sql.session() as sql:
        pages = Pages(sql, text)
        show(pages.table(), form)
    say(f"{plural(pages.count, 'row')} in {pages.seconds:.2f} s")


def query_text(argument: str) -> str:
    """Return the query that was given as it is, as the name of a file, or on stdin. Raises `UsageError`, `BadInput`."""
    text = argument
    try:
        if argument == STDIN:
            text = sys.stdin.read()
        elif (argument.endswith(".sql") and len(argument.split()) == 1) or _is_query_file(argument):
            text = Path(argument).expanduser().read_text("utf-8")
    except FileNotFoundError as error:
        raise UsageError(f"there is no file {display_line(argument)}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{display_line(argument)} is not UTF-8 (byte {error.start})", "save it as UTF-8") from error
    except OSError as error:
        raise BadInput(f"{display_line(argument)} cannot be read: {error.strerror}") from error
    if not text.strip():
        raise UsageError("there is no query", 'viva sql "SELECT * FROM leaderboard"')
    return text


def _is_query_file(argument: str) -> bool:
    """Tell whether this is the name of a file with blanks in it; a query never ends in `.sql`."""
    return argument.endswith(".sql") and Path(argument).expanduser().is_file()
