"""Texts made elsewhere, and all texts as a list, in words."""

from collections.abc import Sequence
from dataclasses import asdict, fields

from viva.present.leaderboard import system_name
from viva.present.tables import Column, Table, decimals
from viva.records.outputs import GenerationRow, OutputsImported
from viva.text import display_line, plural

SHOWN_SYSTEMS = 5
START_WIDTH = 60
"""Characters of a text in a table."""


def import_lines(imported: OutputsImported) -> list[str]:
    """Return what an import of outputs brought, and what it could not use."""
    dataset = f"{display_line(imported.dataset.name, 40)} version {imported.dataset.version}"
    systems = ", ".join(system_name(name) for name in imported.systems[:SHOWN_SYSTEMS])
    if len(imported.systems) > SHOWN_SYSTEMS:
        systems += f" and {len(imported.systems) - SHOWN_SYSTEMS:,} more"
    lines = [f"{plural(imported.added, 'text')} for {dataset} by {systems}"]
    if imported.known:
        lines.append(f"{plural(imported.known, 'text')} there already: passed over")
    if imported.bad:
        lines.append(f"{plural(imported.bad, 'row')} could not be used, see {imported.bad_file}")
        lines += [f"  line {row.line}: {display_line(row.reason, 160)}" for row in imported.samples]
    return lines


def text_table(rows: Sequence[GenerationRow]) -> Table:
    """Return the list as people read it: the number of a sample only where there are several.

    Tokens and seconds that nobody has told are left blank.
    """
    several = any(row.sample for row in rows)
    columns: list[Column | str] = [
        "generation", "system", Column("nr", str), *(["sample"] if several else []), "finish", "tokens",
        Column("s", decimals(2)), "text",
    ]  # fmt: skip
    return Table.of(
        columns,
        [
            (
                row.generation_id, row.system, row.position, *((row.sample,) if several else ()), row.finish_reason,
                row.completion_tokens or (None if row.start or not row.seconds else 0), row.seconds or None, _said(row),
            )
            for row in rows
        ],
    )  # fmt: skip


def plain_table(rows: Sequence[GenerationRow]) -> Table:
    """Return the list with every value, for programs."""
    names = ["generation", "system", "example", *[f.name for f in fields(GenerationRow)][3:]]
    return Table.of(names, [list(asdict(row).values()) for row in rows])


def _said(row: GenerationRow) -> str:
    if row.failed is not None:
        return display_line(f"no text: {row.failed}", START_WIDTH)
    return display_line(row.start, START_WIDTH) or "(it wrote nothing)"
