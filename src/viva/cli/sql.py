"""`viva sql`: query the workspace with SQL."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from viva.cli.exits import say
from viva.cli.output import emit, show, table_width, with_format
from viva.cli.session import Command, Session, pass_session
from viva.errors import BadInput, StoreBusy, UsageError, UserError
from viva.present import query_chart
from viva.present.tables import Column, Format, Table
from viva.text import display_line, plural

if TYPE_CHECKING:
    from viva.records.results import QueryPage

PAGE_SIZE = 500
DELIVERY_SECONDS = 3.0
"""So long ratings that wait in an outbox are tried to be delivered before a query."""
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

    @property
    def columns(self) -> tuple[str, ...]:
        return self._first.columns

    @property
    def types(self) -> tuple[str, ...]:
        return self._first.types

    def all_rows(self, most: int) -> list[tuple[Any, ...]]:
        """Return every row. Raises `UserError` where there are more than `most`."""
        found: list[tuple[Any, ...]] = []
        for rows in self._rows():
            found += rows
            if len(found) > most:
                raise UserError(f"more than {most:,} rows are too many for a chart", "let the query summarise them")
        return found

    def _rows(self) -> Iterator[tuple[tuple[Any, ...], ...]]:
        page: QueryPage = self._first
        while True:
            self.count += len(page.rows)
            self.seconds += page.seconds
            yield page.rows
            if not page.more:
                return
            page = self._session.next_page()


class ChartKind(click.Choice[str]):
    """How a result is drawn; a query that was taken for it is told where it belongs."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            kinds = ", ".join(self.choices)
            raise UsageError(f"--chart is one of {kinds}, or no word at all", "put the query before --chart") from error


@click.command("sql", cls=Command)
@click.argument("query")
@with_format
@click.option("--output", metavar="FILE", help="Write every row to a .csv, .json or .parquet file; stdout stays empty.")
@click.option("--overwrite", is_flag=True, help="Replace FILE where it is there already.")
@click.option(
    "--chart",
    type=ChartKind(["auto", *(kind.value for kind in query_chart.Kind)]),
    is_flag=False,
    flag_value="auto",
    help="Draw the result: bars, a line or a histogram; without a word, what suits its columns.",
)
@pass_session
def command(session: Session, query: str, form: Format, output: str | None, overwrite: bool, chart: str | None) -> None:
    """Query the workspace with SQL.

    QUERY is one SELECT, a file that ends in .sql, or - for stdin. Every row is printed. Queries cannot change
    anything, and hold up nobody. The views to query are examples, generations, metrics, ratings, judgments,
    preferences, totals and leaderboard; the README documents them all.
    """
    if overwrite and not output:
        raise UsageError("--overwrite says what happens to a file", "name it with --output")
    if output and chart:
        raise UsageError("a chart is drawn on stdout, not in a file", "leave out --output or --chart")
    text = query_text(query)
    _deliver(session)
    if output:
        count = session.workbench.sql.export(text, Path(output), overwrite=overwrite)
        say(f"{plural(count, 'row')} written to {display_line(output)}")
        return
    with session.workbench.sql.session() as sql:
        pages = Pages(sql, text)
        if chart:
            _draw(pages, chart)
        else:
            show(pages.table(), form)
    say(f"{plural(pages.count, 'row')} in {pages.seconds:.2f} s")


def _deliver(session: Session) -> None:
    """Put waiting ratings into the store; where others keep it busy, the query goes on without them and says so."""
    try:
        session.workbench.desk.deliver(DELIVERY_SECONDS)
    except StoreBusy:
        say("the store is busy: ratings of the last moments may be missing")


def _draw(pages: Pages, chosen: str) -> None:
    kind = None if chosen == "auto" else query_chart.Kind(chosen)
    chart = query_chart.only(pages.columns, pages.types, kind)
    rows = pages.all_rows(query_chart.MOST_ROWS)
    plain = not (sys.stdout.encoding or "ascii").lower().startswith("utf")
    for line in query_chart.drawn(query_chart.drawing(chart, rows), min(table_width(), 160), ascii_only=plain):
        emit(line + "\n")


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
