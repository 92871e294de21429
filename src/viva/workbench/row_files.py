"""Files of rows about texts, made elsewhere: read row by row, and kept aside until they are known to be usable."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from viva import jsonl
from viva.dataset import reading
from viva.errors import BadInput
from viva.records.ids import new_id
from viva.records.reading import BadRow, RawRow, ReadOptions
from viva.store import parquet
from viva.text import display_line, plural
from viva.workbench.importing import BadRows, Progress
from viva.workbench.row_values import BadValue

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

LOOKED_AT = 100
"""Rows from which the columns are found out."""
_TELL_EVERY = 1000


class Maker(Protocol):
    """Makes of a row what is stored."""

    def row(self, raw: RawRow) -> dict[str, Any]:
        """Return the values of a row. Raises `BadValue`."""
        ...


@contextmanager
def staged(
    workbench: "Workbench",
    path: Path,
    encoding: str | None,
    maker_of: Callable[[list[RawRow]], Maker],
    *,
    each: str,
    strict: bool,
    progress: Progress | None,
) -> Iterator[tuple[Path, BadRows]]:
    """Give a file of JSON lines with what the rows of `path` become, and those that cannot be used.

    `maker_of` gets the first rows, from which it tells the columns; `each` is what a line of the file stands for.
    Raises `BadInput` where there are no rows, where none can be used, or with `strict` where one cannot.
    """
    shown = display_line(path.name, 80)
    rows = reading.rows(path, ReadOptions(encoding=encoding), parquet.rows)
    first = list(islice(rows, LOOKED_AT))
    if not first:
        raise BadInput(f"{shown} holds no rows", f"the first line names the columns, each further line is {each}")
    good = [row for row in first if isinstance(row, RawRow)]
    maker = maker_of(good) if good else None
    file = workbench.paths.staging / f"{new_id()}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with BadRows(workbench, path) as bad:
            count = jsonl.write(file, _made(chain(first, rows), maker, bad, progress))
            _refuse(shown, bad, count, strict=strict)
        yield file, bad
    finally:
        file.unlink(missing_ok=True)


def _made(
    rows: Iterator[RawRow | BadRow], maker: Maker | None, bad: BadRows, progress: Progress | None
) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows, start=1):
        if isinstance(row, BadRow):
            bad.add(row)
        else:
            assert maker is not None
            try:
                yield maker.row(row)
            except BadValue as error:
                bad.add(BadRow(row.line, str(error), row.values))
        if progress is not None and number % _TELL_EVERY == 0:
            progress(number)


def _refuse(shown: str, bad: BadRows, good: int, *, strict: bool) -> None:
    """Raise `BadInput` where no row can be used, or, with `strict`, where any cannot."""
    if not bad.count or (good and not strict):
        return
    where = f"line {bad.samples[0].line}: {bad.samples[0].reason}"
    if good:
        said = f"{plural(bad.count, 'row')} of {shown} cannot be used; {where}"
        raise BadInput(said, f"all of them are in {bad.file}; without --strict the others come in")
    raise BadInput(f"no row of {shown} can be used; {where}", f"see {bad.file}")
