"""The report as a document: its sections, its numbers, and where they come from."""

import math
from dataclasses import replace

import pytest

from viva.errors import NotFound
from viva.records.report import Bars, Binned, Heat, Interval, Lines, Report, ReportRequest, Scatter
from viva.records.results import LeaderboardRow
from viva.report import figures, scores
from viva.workbench import Workbench, report_reading

KEYS = [
    "systems", "means", "comparisons", "verdict", "weights", "ranking", "fields", "spreads", "agreement", "judge",
    "training", "methods", "anew",
]  # fmt: skip


def test_every_section_is_there_or_says_why(report_once: Report) -> None:
    assert [section.key for section in report_once.sections] == KEYS
    missing = {section.key: section.missing for section in report_once.sections if section.missing}
    assert missing == {}


def test_the_figures_of_the_five_reports_are_there(report_once: Report) -> None:
    kinds = {type(figure.drawing) for figure in report_once.figures}
    assert {Bars, Binned, Heat, Lines, Scatter} <= kinds
    assert len({figure.name for figure in report_once.figures}) == len(report_once.figures)


def test_means_are_those_of_the_leaderboard(reported: Workbench, report_once: Report) -> None:
    table = next(table for section, table in report_once.tables if section.key == "means")
    shown = {(row[0].value, row[2].value): row[3].value for row in table.rows}
    for row in reported.results.leaderboard("rated", "test"):
        if row.source == "human" and row.measure == "total":
            assert shown["Human total /100", row.system] == pytest.approx(row.mean, rel=1e-12)


def test_no_number_of_a_report_is_nan_or_infinite(report_once: Report) -> None:
    values = [cell.value for _, table in report_once.tables for row in table.rows for cell in row]
    assert all(math.isfinite(value) for value in values if isinstance(value, float))
    assert not any(
        word in cell.shown for _, t in report_once.tables for r in t.rows for cell in r for word in ("nan", "inf ")
    )


def test_what_is_unscored_stands_beside_the_mean(report_once: Report) -> None:
    table = next(table for section, table in report_once.tables if section.key == "means")
    [row] = [row for row in table.rows if (row[0].value, row[2].value) == ("ROUGE-L", "llama-system")]
    assert row[-1].shown == "31 / 32"


def test_the_sql_of_every_table_and_figure_runs(reported: Workbench, report_once: Report) -> None:
    sources = {table.source.sql for _, table in report_once.tables} | {one.source.sql for one in report_once.figures}
    with reported.store.read() as connection:
        for sql in sorted(sources - {""}):
            assert connection.execute(sql).fetchall(), sql


def test_the_sql_of_the_means_gives_the_same_digits(reported: Workbench, report_once: Report) -> None:
    table = next(table for section, table in report_once.tables if section.key == "means")
    with reported.store.read() as connection:
        found = connection.execute(table.source.sql).fetchall()
    rouge = {row[4]: row[7] for row in found if row[3] == "rouge_l"}
    shown = {row[2].value: row[3].value for row in table.rows if row[0].value == "ROUGE-L"}
    assert shown == pytest.approx(rouge, rel=1e-12)


def test_raters_are_numbered_unless_their_names_are_wanted(reported: Workbench, report_once: Report) -> None:
    def raters(report: Report) -> list[str]:
        [table] = [table for _, table in report.tables if table.title == "Raters"]
        return sorted(row[0].shown for row in table.rows)

    assert raters(report_once) == ["rater 1", "rater 2", "rater 3", "rater 4"]
    assert raters(reported.reports.make(ReportRequest("rated", names=True))) == ["ann", "bob", "cem", "dora"]


def test_what_is_asked_for_and_not_there_is_an_error(reported: Workbench) -> None:
    for request in (
        ReportRequest("ratd"),
        ReportRequest("rated", split="tst"),
        ReportRequest("rated", study="none"),
        ReportRequest("rated", judge="nobody"),
    ):
        with pytest.raises(NotFound):
            reported.reports.make(request)


def test_a_dataset_without_texts_has_a_report_that_says_so(bench: Workbench) -> None:
    bench.datasets.import_bundled(bench.datasets.bundled()[0])
    report = bench.reports.make(ReportRequest(bench.datasets.list()[0].name))
    missing = {section.key for section in report.sections if section.missing}
    assert missing == set(KEYS) - {"systems", "methods", "anew"}


def test_only_the_largest_fields_are_drawn_and_all_are_in_the_table(reported: Workbench) -> None:
    with reported.reports._still() as still:
        data = report_reading.read(still, ReportRequest("rated"))
    [row, *_] = [row for row in data.by_field if row.measure == "total" and row.source == "human"]

    def of(place: int) -> LeaderboardRow:
        return replace(row, field=f"field {place:02}", n=place + 1, attempted=place + 1)

    section = scores.fields(replace(data, by_field=tuple(map(of, range(30)))))
    [figure, table] = section.blocks
    assert len(figure.drawing.groups) == scores.MOST_FIELDS  # type: ignore[union-attr]
    assert "field 29" in figure.drawing.groups  # type: ignore[union-attr]
    assert len(table.rows) == 30  # type: ignore[union-attr]
    assert section.notes


def test_making_a_report_changes_nothing_and_sees_nothing_of_what_is_saved_meanwhile(
    reported: Workbench, report_once: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ratings that come while it is made are in none of its numbers: all are of one moment."""
    read, before = report_reading.choose, reported.paths.store.read_bytes()

    def while_a_rater_saves(still: Workbench, request: ReportRequest) -> report_reading.Chosen:
        with reported.store.write() as connection:
            connection.execute("UPDATE rating SET value = 5")
        return read(still, request)

    monkeypatch.setattr(report_reading, "choose", while_a_rater_saves)
    assert reported.reports.make(ReportRequest("rated")) == report_once
    monkeypatch.undo()
    reported.paths.store.write_bytes(before)
    reported.reports.check(ReportRequest("rated"))
    assert reported.paths.store.read_bytes() == before


def test_a_whisker_does_not_lead_the_axis_out_of_the_scale() -> None:
    """The interval of two questions can be many times as long as the scale."""
    long, none = Interval("a", 40.0, -150.0, 230.0), Interval("b", 60.0)
    assert figures._reach(Bars(("x", "y"), (("a", (long, None)), ("b", (none, none))), "", 100.0)) == (0.0, 105.0)
    below = Interval("a", -0.1, -5.0, 0.2)
    assert figures._reach(Bars(("x",), (("a", (below,)),), "", 1.0)) == pytest.approx((-1.05, 0.21))
    assert all(math.isnan(value) for [value] in figures._errors([none]))


def test_commands_of_examples_without_a_split_name_none(reported: Workbench) -> None:
    with reported.store.write() as connection:
        connection.execute("UPDATE example SET split = NULL")
    report = reported.reports.make(ReportRequest("rated"))
    commands = {table.source.command for _, table in report.tables} | {one.source.command for one in report.figures}
    assert commands
    assert not any("--split" in command for command in commands)


def test_the_seed_reaches_everything_that_is_drawn(reported: Workbench) -> None:
    report = reported.reports.make(ReportRequest("rated", seed=7))
    seeds = {section.key: table.source.seed for section, table in report.tables if table.source.seed is not None}
    assert set(seeds.values()) == {7}
    assert {"verdict", "means", "comparisons", "weights", "ranking", "fields", "agreement"} <= set(seeds)
