"""`viva rating`: export what raters said."""

from pathlib import Path

import click

from viva.cli.exits import say
from viva.cli.session import Noun, Session, pass_session
from viva.cli.sql import Pages
from viva.errors import BadInput, UsageError
from viva.present.tables import Format, json_lines, write
from viva.text import plural

QUERY = "SELECT * FROM ratings ORDER BY study, generation, rater, criterion"


@click.group("rating", cls=Noun)
def command() -> None:
    """Export what raters said."""


@command.command("export")
@click.argument("file")
@click.option("--overwrite", is_flag=True, help="Replace FILE where it exists.")
@pass_session
def export(session: Session, file: str, overwrite: bool) -> None:
    """Write every rating that counts to FILE (.csv or .jsonl), a row for each criterion.

    The columns are those of the SQL view `ratings`.
    """
    path = Path(file).expanduser()
    suffix = path.suffix.lower()
    if suffix not in {".csv", ".jsonl"}:
        raise UsageError(f"cannot tell how to write {path.name}", "name it .csv or .jsonl")
    if path.exists() and not overwrite:
        raise UsageError(f"{path.name} exists", "name another file, or replace it with --overwrite")
    session.deliver()
    with session.workbench.sql.session() as sql:
        pages = Pages(sql, QUERY)
        lines = json_lines(pages.table()) if suffix == ".jsonl" else write(pages.table(), Format.CSV)
        try:
            temporary = path.with_name(f".{path.name}.new")
            with temporary.open("w", encoding="utf-8", errors="replace", newline="") as out:
                out.writelines(lines)
            temporary.replace(path)
        except OSError as error:
            raise BadInput(f"{path} cannot be written: {error.strerror}") from error
    say(f"{path}: {plural(pages.count, 'row')}")
