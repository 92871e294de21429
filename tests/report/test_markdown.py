"""The report as Markdown: tables that stay tables, whatever stands in them."""

from pathlib import Path

import pytest

from tests.report.test_html import NASTY, of_one
from viva.records.report import Report
from viva.report import markdown
from viva.workbench import Workbench


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_no_text_breaks_a_table_or_becomes_html(text: str) -> None:
    made = markdown.write(of_one(text[:400]))
    lines = made.split("\n")
    heads = [place for place, line in enumerate(lines) if line == "| --- | ---: |"]
    assert len(heads) == 2
    for place in heads:
        for line in (lines[place - 1], lines[place + 1]):
            assert line.replace("\\\\", "").replace("\\|", "").count("|") == 3
    outside = [part for number, part in enumerate(made.split("```")) if number % 2 == 0]
    assert not any("<script" in part.replace("\\<", "") for part in outside)


def test_no_text_becomes_a_formula() -> None:
    """GitHub and others take what stands between two dollars for LaTeX."""
    assert "$" not in markdown.write(of_one("$\\frac{1}{0}$")).split("<details>")[0].replace("\\$", "")


def test_figures_lie_beside_it_and_are_linked(report_once: Report, bench: Workbench, tmp_path: Path) -> None:
    written = bench.reports.write_report(report_once, tmp_path / "my report.md")
    text = written.path.read_text("utf-8")
    for figure in report_once.figures:
        assert f"](my%20report-figures/{figure.name}.svg)" in text
        assert (tmp_path / "my report-figures" / f"{figure.name}.svg").read_text("utf-8").startswith("<?xml")
        assert (tmp_path / "my report-figures" / f"{figure.name}.png").read_bytes().startswith(b"\x89PNG")
    assert len(written.figures) == 2 * len(report_once.figures)


def test_without_pictures_each_figure_is_still_named(report_once: Report) -> None:
    text = markdown.write(report_once)
    assert text.count("(in the HTML report)") == len(report_once.figures)
    assert "![" not in text
