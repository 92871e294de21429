"""The report as one HTML file: valid, self-contained, escaped, the same bytes every time; opened in real Chromium."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.fakes.browser import browser
from tests.fakes.hostile import HOSTILE
from viva.records.report import Bars, Cell, Figure, Interval, Report, ReportRequest, ReportTable, Section, Source
from viva.report import figures, html
from viva.workbench import Workbench

NASTY = [
    *HOSTILE, "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "$\\frac{1}{0}$ $x", "</style><script>",
    "\ufffe\uffff", "--><b>", "]]>", "&amp;&lt;", "javascript:alert(1)", "\ud800",
]  # fmt: skip


def of_one(text: str) -> Report:
    """Return a report in which one text stands everywhere."""
    source = Source(text, text, text, 1)
    interval = Interval(text, 1.0, 0.5, 1.5)
    figure = Figure("one", text, Bars((text,), ((text, (interval,)), ("other", (None,))), text), source)
    table = ReportTable(text, (text, "b"), ((Cell(text, text), Cell("1", 1)),), source, (1,))
    section = Section("one", text, (text,), (figure, table), notes=(text,))
    return Report(
        text, text, ((text, text),), (section, replace(section, key="two", missing=text)), ReportRequest(text), "1"
    )


class Outline(HTMLParser):
    """What elements and attributes there are, and whether every element was closed."""

    VOID = ("meta", "br", "hr", "link", "img", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.ids: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attributes}
        self.ids += [value or "" for name, value in attributes if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.ids += [value or "" for name, value in attributes if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_no_text_becomes_markup(text: str) -> None:
    plain, made = Outline(html.write(of_one("plain"))), Outline(html.write(of_one(text[:400])))
    assert made.open == []
    assert made.tags - {"tspan"} <= plain.tags | {"path", "g", "use", "defs", "pattern"}
    assert not {name for name in made.names if name.startswith("on")}
    assert not made.tags & {"script", "img", "b i", "iframe", "object", "link"}


def test_a_report_is_whole_and_loads_nothing(report_once: Report) -> None:
    text = html.write(report_once)
    outline = Outline(text)
    assert outline.open == []
    assert len(set(outline.ids)) == len(outline.ids)
    assert text.count("<svg") == len(report_once.figures)
    assert not re.search(r"""(?:src|href)=["'](?!#)""", text)
    assert not re.search(r"url\((?!#)", text)
    assert "default-src 'none'" in text.replace("&#x27;", "'")


def test_every_table_says_how_to_compute_it_anew(report_once: Report) -> None:
    text = html.write(report_once)
    for _, table in report_once.tables:
        assert html._block(table.source.sql) in text
        assert html._text(table.source.command) in text


@pytest.mark.slow
@pytest.mark.parallel
def test_the_same_store_gives_the_same_bytes(reported: Workbench, tmp_path: Path, report_once: Report) -> None:
    again = reported.reports.make(ReportRequest("rated"))
    assert again == report_once
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, report in ((first, report_once), (second, again)):
        folder.mkdir()
        figures.svg.cache_clear()
        reported.reports.write_report(report, folder / "report.html", folder / "figures")
        reported.reports.write_report(report, folder / "report.md", folder / "figures")
    assert (first / "figures" / "means.png").read_bytes().startswith(b"\x89PNG")
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert len(files) == 2 + 2 * len(report_once.figures)
    for name in files:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_chromium_shows_it_without_an_error_or_a_request(report_once: Report, tmp_path: Path) -> None:
    page_file = tmp_path / "report.html"
    page_file.write_text(html.write(report_once), "utf-8")
    with browser(tmp_path) as chromium:
        context = chromium.new_context(offline=True, viewport={"width": 1000, "height": 900})
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(page_file.as_uri())
        assert page.title() == report_once.title
        assert page.locator("section").count() == len(report_once.sections)
        assert page.locator("figure svg").count() == len(report_once.figures)
        assert page.locator("table").count() == len(report_once.tables)
        sizes = page.evaluate("[...document.querySelectorAll('figure svg')].map(s => s.getBoundingClientRect().height)")
        assert min(sizes) > 50
        # Nothing is wider than the page, on a screen or a telephone.
        for width in (1000, 360):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert len(page.pdf(format="A4")) > 10_000
        assert asked == [page_file.as_uri()]
        assert said == []
        context.close()
