"""An import in words: how a file is understood, and what came in."""

from viva.errors import UserError
from viva.present.datasets import leakage_text
from viva.present.tables import Table
from viva.records.dataset import Dataset
from viva.records.imports import Imported, Preview
from viva.records.reading import BadRow, Layout
from viva.text import display_line, plural

_LAYOUTS = {
    Layout.COLUMNS: "a table with columns",
    Layout.SHAREGPT: "conversations in ShareGPT form",
    Layout.MESSAGES: "conversations as lists of messages",
    Layout.ALPACA: "instructions with input and output (Alpaca)",
}


def layout_text(layout: Layout) -> str:
    """Return what a layout is called."""
    return _LAYOUTS[layout]


def mapping_lines(preview: Preview) -> list[str]:
    """Return how a file is understood: its layout, and the column behind each of viva's words."""
    match = preview.match
    lines = [f"{display_line(preview.path.name, 60)}: {layout_text(match.layout)}"]
    if match.layout is Layout.COLUMNS:
        width = max((len(word) for word in match.mapping), default=0)
        for word, column in match.mapping.items():
            others = [display_line(other, 30) for other in match.unsure.get(word, ()) if other != column]
            doubt = f"   (or {', '.join(others)}?)" if others else ""
            lines.append(f"  {word:<{width}}  {display_line(column, 40)}{doubt}")
        kept = [column for column in match.columns if column not in match.mapping.values()]
        if kept:
            lines.append(f"  kept as they are: {', '.join(display_line(column, 30) for column in kept)}")
    return lines


def preview_table(preview: Preview) -> Table:
    """Return the first rows of a file as they would come in."""
    rows = [
        (e.split, e.field, e.subfield, display_line(e.question, 200), display_line(e.reference, 200))
        for e in preview.examples
    ]
    return Table.of(["split", "field", "subfield", "question", "reference"], rows, upright=True)


def bad_row_line(bad: BadRow) -> str:
    """Return where a row stands that cannot be used, and why."""
    where = f"line {bad.line:,}: " if bad.line else ""
    return f"{where}{display_line(bad.reason, 160)}"


def import_lines(imported: Imported) -> list[str]:
    """Return what an import brought, a line each: the dataset, rows left out, leaks."""
    dataset = imported.dataset
    version = f" (version {dataset.version})" if dataset.version > 1 else ""
    head = f"{display_line(dataset.name, 40)}{version}: {plural(dataset.size, 'example')}{_splits(dataset)}"
    lines = [f"{head}; it holds exactly this already" if imported.known else head]
    if imported.bad:
        lines.append(f"{plural(imported.bad, 'row')} left out, see {display_line(str(imported.bad_file))}")
        lines += [f"  {bad_row_line(bad)}" for bad in imported.samples]
        if imported.bad > len(imported.samples):
            lines.append("  …")
    if alike := _alike(list(dataset.splits)):
        lines.append(f"splits that differ only in case or blanks: {', '.join(alike)}")
    return lines + ([leakage_text(dataset)] if dataset.leakage is not None and dataset.leakage.found else [])


def error_lines(error: UserError) -> str:
    """Return an error as a form shows it: the message and the hint, unless that speaks of the command line."""
    hint = "" if "--" in error.hint or "viva " in error.hint else display_line(error.hint, 200)
    line = display_line(error.message, 300)
    if isinstance(error.__cause__, UnicodeError):
        hint = "Type its encoding, such as latin-1 or utf-16, then Enter"
    return f"{line}\n{hint}" if hint else line


def _splits(dataset: Dataset) -> str:
    named = [f"{count:,} {display_line(split, 40)}" for split, count in dataset.splits.items() if split]
    return f", {', '.join(named)}" if named else ""


def _alike(splits: list[str]) -> list[str]:
    """Return the names of splits that are probably meant to be one."""
    plain = [split.strip().lower() for split in splits]
    return [display_line(split, 40) for split, name in zip(splits, plain, strict=True) if plain.count(name) > 1]
