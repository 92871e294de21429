"""A report as Markdown, with its figures in files beside it."""

import re
from collections.abc import Iterator

from viva.records.report import Figure, Report, ReportTable, Section, Source
from viva.text import display_line, display_text

_MARKED = re.compile(r"[\\|<>\[\]`*~&#$]|(?<!\w)_|_(?!\w)")


def write(report: Report, pictures: str = "") -> str:
    """Return the report as Markdown; `pictures` is the folder of its figures as a link from the file, or empty."""
    return "".join(_pieces(report, pictures))


def _pieces(report: Report, pictures: str) -> Iterator[str]:
    yield f"# {_text(report.title)}\n\n{_text(report.subtitle)}\n\n"
    yield "".join(f"- {_text(name)}: {_text(value)}\n" for name, value in report.facts) + "\n"
    tables = drawn = 0
    for section in report.sections:
        yield f"## {_text(section.title)}\n\n"
        yield "".join(f"{_text(paragraph)}\n\n" for paragraph in section.text)
        if section.missing:
            yield f"*{_text(section.missing)}*\n\n"
        for block in section.blocks:
            if isinstance(block, Figure):
                drawn += 1
                yield _figure(block, drawn, pictures)
            else:
                tables += 1
                yield _table(block, tables)
        yield _notes(section)
    yield f"---\n\nWritten by viva {_text(report.version)}.\n"


def _notes(section: Section) -> str:
    return "".join(f"> {_text(note)}\n\n" for note in section.notes)


def _table(table: ReportTable, number: int) -> str:
    marks = ["---:" if place in table.right else "---" for place in range(len(table.columns))]
    lines = [[_text(name) for name in table.columns], marks]
    lines += [[_text(cell.shown) for cell in row] for row in table.rows]
    rows = "".join("| " + " | ".join(cells) + " |\n" for cells in lines)
    return f"**Table {number}.** {_text(table.title)}\n\n{rows}\n{_source(table.source)}"


def _figure(figure: Figure, number: int, pictures: str) -> str:
    if not pictures:
        return f"**Figure {number}.** {_text(figure.caption)} (in the HTML report)\n\n"
    link = f"![Figure {number}]({pictures}/{figure.name}.svg)\n\n"
    return f"{link}**Figure {number}.** {_text(figure.caption)}\n\n{_source(figure.source)}"


def _source(source: Source) -> str:
    parts = [f"{_text(source.how)}\n\n"] if source.how else []
    if source.seed is not None:
        parts.append(f"Seed: {source.seed}\n\n")
    for language, code in (("sql", source.sql), ("sh", source.command)):
        if code:
            fence = "`" * max(3, max((len(run) for run in re.findall("`+", code)), default=0) + 1)
            parts.append(f"{fence}{language}\n{display_text(code)}\n{fence}\n\n")
    if not parts:
        return ""
    return f"<details><summary>How to compute this anew</summary>\n\n{''.join(parts)}</details>\n\n"


def _text(text: str) -> str:
    """Return text on one line in which nothing is Markdown or HTML."""
    return _MARKED.sub(r"\\\g<0>", display_line(text))
