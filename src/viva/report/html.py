"""A report as one HTML file that needs nothing else: no script, no network, no other file."""

import html
import re
from collections.abc import Iterator
from xml.etree import ElementTree

from viva.records.report import Cell, Figure, Report, ReportTable, Section, Source
from viva.report import figures
from viva.report.style import CSS
from viva.text import display_line, display_text

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What a browser may load: the styles in the file and in its figures, and nothing else."""

WIDE = 10
"""Columns from which on a table is set smaller."""

_SVG, _LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_NO_TEXT = re.compile("[\ufffe\uffff]")
_NAMED = re.compile(r"url\(#([^)]*)\)")


def write(report: Report) -> str:
    """Return the report as HTML; every text that somebody wrote is escaped."""
    return "".join(_pieces(report))


def _pieces(report: Report) -> Iterator[str]:
    title = _text(report.title)
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="generator" content="viva {_text(report.version)}">\n<title>{title}</title>\n'
        f"<style>{CSS}</style>\n</head>\n<body>\n"
    )
    yield f'<header>\n<h1>{title}</h1>\n<p class="subtitle">{_text(report.subtitle)}</p>\n'
    facts = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>\n" for name, value in report.facts)
    yield f"<dl>\n{facts}</dl>\n</header>\n"
    links = "".join(f'<li><a href="#{one.key}">{_text(one.title)}</a></li>\n' for one in report.sections)
    yield f'<nav aria-label="Contents">\n<ol>\n{links}</ol>\n</nav>\n<main>\n'
    numbers = _Numbers()
    for section in report.sections:
        yield from _section(section, numbers)
    yield f"</main>\n<footer>Written by viva {_text(report.version)}.</footer>\n</body>\n</html>\n"


class _Numbers:
    """Counts tables and figures through the whole document."""

    def __init__(self) -> None:
        self.table = self.figure = 0


def _section(section: Section, numbers: _Numbers) -> Iterator[str]:
    yield f'<section id="{section.key}">\n<h2>{_text(section.title)}</h2>\n'
    for paragraph in section.text:
        yield f"<p>{_text(paragraph)}</p>\n"
    if section.missing:
        yield f'<p class="missing">{_text(section.missing)}</p>\n'
    for block in section.blocks:
        if isinstance(block, Figure):
            numbers.figure += 1
            yield _figure(block, numbers.figure)
        else:
            numbers.table += 1
            yield _table(block, numbers.table)
    for note in section.notes:
        yield f'<p class="note">{_text(note)}</p>\n'
    yield "</section>\n"


def _table(table: ReportTable, number: int) -> str:
    heads = "".join(
        f'<th scope="col"{_class(place, table)}>{_text(name)}</th>' for place, name in enumerate(table.columns)
    )
    body = []
    above: str | None = None
    for row in table.rows:
        first = row[0].shown
        same = table.grouped and first == above
        cells = [_cell(cell, place, table, same=same and place == 0) for place, cell in enumerate(row)]
        body.append(f"<tr>{''.join(cells)}</tr>\n")
        above = first
    wide = ' class="wide"' if len(table.columns) >= WIDE else ""
    whole = (
        f'<div class="table">\n<table{wide}>\n<caption><b>Table {number}.</b> {_text(table.title)}</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{''.join(body)}</tbody>\n</table>\n</div>\n"
    )
    if table.folded:
        told = f"<summary>Table {number}: {_text(table.title)}</summary>"
        return f"<details>{told}\n{whole}{_source(table.source)}</details>\n"
    return whole + _source(table.source)


def _class(place: int, table: ReportTable) -> str:
    return ' class="number"' if place in table.right else ""


def _cell(cell: Cell, place: int, table: ReportTable, *, same: bool) -> str:
    # What a row has in common with the one above stays there for whoever copies it, or hears it.
    mark = ' class="same"' if same else _class(place, table)
    return f"<td{mark}>{_text(cell.shown)}</td>"


def _figure(figure: Figure, number: int) -> str:
    caption = _text(figure.caption)
    return (
        f'<figure id="figure-{figure.name}">\n{_inline(figure, f"Figure {number}. {figure.caption}")}\n'
        f"<figcaption><b>Figure {number}.</b> {caption}</figcaption>\n</figure>\n{_source(figure.source)}"
    )


def _source(source: Source) -> str:
    """Return where numbers come from, folded away."""
    lines = [f"<p>{_text(source.how)}</p>\n"] if source.how else []
    if source.seed is not None:
        lines.append(f"<p>Seed: {source.seed}</p>\n")
    lines += [f"<pre>{_block(code)}</pre>\n" for code in (source.sql, source.command) if code]
    return f"<details><summary>How to compute this anew</summary>\n{''.join(lines)}</details>\n" if lines else ""


def _inline(figure: Figure, told: str) -> str:
    """Return a figure as part of the page: its ids are its own, and it says to a screen reader what it shows."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _LINK)
    root = ElementTree.fromstring(figures.svg(figure))
    for found in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(found)
    for node in root.iter():
        for name, value in list(node.attrib.items()):
            if name == "id":
                node.set(name, f"{figure.name}-{value}")
            elif name == f"{{{_LINK}}}href" and value.startswith("#"):
                node.set(name, f"#{figure.name}-{value[1:]}")
            elif "url(#" in value:
                node.set(name, _NAMED.sub(rf"url(#{figure.name}-\1)", value))
    root.set("role", "img")
    root.set("aria-label", _plain(told))
    return ElementTree.tostring(root, encoding="unicode")


def _plain(text: str) -> str:
    return _NO_TEXT.sub("\ufffd", display_line(text))


def _text(text: str) -> str:
    """Return text on one line, escaped; control characters and marks that reorder text are made visible."""
    return html.escape(_plain(text))


def _block(text: str) -> str:
    return html.escape(_NO_TEXT.sub("\ufffd", display_text(text)))
