"""The SQL below each table of a report gives that table's numbers: run, and computed with by hand."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.rated_judge import STUDY, SYSTEMS
from viva.records.report import Report, ReportTable
from viva.workbench import Workbench

Rows = list[dict[str, Any]]
Read = Callable[[ReportTable], Rows]


@pytest.fixture
def read(reported: Workbench) -> Read:
    """Run a table's SQL; rows come by the names of their columns."""

    def call(table: ReportTable) -> Rows:
        with reported.store.read() as connection:
            found = connection.execute(table.source.sql)
            names = [one[0] for one in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    return call


def tables(report: Report, key: str) -> list[ReportTable]:
    return [table for section, table in report.tables if section.key == key]


def values(table: ReportTable) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in table.rows]


def mean(numbers: list[float]) -> float:
    return math.fsum(numbers) / len(numbers)


def exact(value: float) -> Any:
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def test_every_table_has_sql_and_is_compared_here(report_once: Report) -> None:
    assert {section.key for section, _ in report_once.tables} == {
        "systems", "means", "comparisons", "verdict", "weights", "ranking", "fields", "agreement", "judge", "training",
    }  # fmt: skip
    assert all(table.source.sql for _, table in report_once.tables)


def test_texts_are_counted(report_once: Report, read: Read) -> None:
    [table] = tables(report_once, "systems")
    assert {(row[0], row[5], row[6]) for row in values(table)} == {
        (one["system"], one["texts"], one["failed"]) for one in read(table)
    }


@pytest.mark.parametrize("key", ["means", "fields"])
def test_means_are_read(report_once: Report, read: Read, key: str) -> None:
    for table in tables(report_once, key):
        found = read(table)
        name, at = ("system", 3) if key == "means" else ("system", 2)
        known = {(one[name], f"{one['n']}/{one['attempted']}", f"{one['mean'] or 0:.9g}") for one in found}
        for row in values(table):
            assert (row[at - 1], row[-1], f"{row[at] or 0:.9g}") in known, row


def test_differences_are_read(report_once: Report, read: Read) -> None:
    [table] = tables(report_once, "comparisons")
    found = {(one["source"], one["measure"]): one for one in read(table)}
    assert len(found) >= len(table.rows)
    for row in values(table):
        [one] = [
            one for one in found.values()
            if one["difference"] == exact(row[3]) and f"{one['more']}/{one['equal']}/{one['less']}" == row[8]
        ]  # fmt: skip
        assert (one["first"], one["second"]) == (exact(row[1]), exact(row[2]))
        assert row[9].startswith(f"{one['questions']}/")


def test_the_calibrated_verdict_rests_on_what_is_read(report_once: Report, read: Read) -> None:
    for table in tables(report_once, "verdict"):
        found = read(table)
        for row in values(table):
            measure, _, system = row[0].rpartition(": ")
            if system not in SYSTEMS:
                continue
            own = [one for one in found if one["system"] == system and one["measure"] == (measure or "total")]
            people = [one["value"] for one in own if one["source"] == "human" and one["stream"] == "calibration"]
            judge = [one["value"] for one in own if one["source"] == "judge"]
            assert (row[4], row[11]) == (len(people), len(judge))
            # Questions were drawn at random from all alike, so that each counts as much as any other.
            assert (row[1], row[10]) == (exact(mean(people)), exact(mean(judge)))


def test_shares_of_criteria_are_read(report_once: Report, read: Read) -> None:
    shares, weights = tables(report_once, "weights")
    found = read(shares)
    assert found == read(weights)
    assert {(one["source"], one["study"]) for one in found} == {("human", STUDY)}
    for row in values(shares):
        total = [one["value"] for one in found if one["system"] == row[0] and one["measure"] == "total"]
        assert row[1] == exact(mean([one for one in total if one is not None]))


def test_wins_are_read(report_once: Report, read: Read) -> None:
    [table] = tables(report_once, "ranking")
    said: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in read(table):
        if one["winner"]:
            score = {"a": 1.0, "b": 0.0, "tie": 0.5}[one["winner"]]
            said[one["system_a"], one["example"]][one["scorer"]].append(score)
            said[one["system_b"], one["example"]][one["scorer"]].append(1 - score)
    for row in values(table):
        scores = [mean([mean(own) for own in by.values()]) for (system, _), by in said.items() if system == row[0]]
        counted = [sum(score > 0.5 for score in scores), sum(score == 0.5 for score in scores)]
        assert row[9] == f"{counted[0]}/{counted[1]}/{len(scores) - sum(counted)}"
        assert (row[10], row[5]) == (len(scores), exact(mean(scores)))


def test_values_of_raters_are_read(report_once: Report, read: Read) -> None:
    for table in tables(report_once, "agreement"):
        found = [one for one in read(table) if one["value"] is not None]
        if table.title == "Agreement by criterion":
            for row in values(table):
                own = [one for one in found if one["criterion"] == row[0]]
                if own:
                    assert (row[1], row[3]) == (len({o["item"] for o in own}), len({o["rater"] for o in own}))
        elif table.title == "Raters":
            pairs = {(one["rater"], one["item"]) for one in found}
            rated = Counter(rater for rater, _ in pairs)
            assert sorted(row[1] for row in values(table) if row[1]) == sorted(rated.values())


def test_people_beside_the_judge_are_read(report_once: Report, read: Read) -> None:
    [table] = tables(report_once, "judge")
    found = read(table)
    assert [row[0] for row in values(table)][-1] == "total"
    for row in values(table):
        own = [one for one in found if one["criterion"] == row[0]]
        assert (row[1], row[8]) == (len(own), exact(mean([one["judge"] - one["people"] for one in own])))
        assert row[11] == exact(mean([abs(one["judge"] - one["people"]) for one in own]))


def test_people_beside_the_judge_are_those_by_its_rubric_rater_by_rater(
    reported: Workbench, report_once: Report, read: Read
) -> None:
    """A second study by the same rubric counts once more for the same rater, one by another rubric not at all."""
    with reported.store.write() as connection:
        connection.execute("INSERT INTO study SELECT * REPLACE ('again' AS study_id, 'again' AS name) FROM study")
        connection.execute(
            "INSERT INTO rating SELECT * REPLACE ('again' AS study_id, event_id || 'x' AS event_id, 0 AS value) "
            "FROM rating WHERE rater = 'ann'"
        )
        for table, changed in (
            ("rubric", "'other' AS rubric_id"), ("criterion", "'other' AS rubric_id"),
            ("study", "'other' AS study_id, 'other' AS name, 'other' AS rubric_id"),
            ("rating", "'other' AS study_id, event_id || 'o' AS event_id, 'eve' AS rater"),
        ):  # fmt: skip
            where = {"study": "WHERE name = 'again'", "rating": "WHERE rater = 'bob'"}.get(table, "")
            connection.execute(f"INSERT INTO {table} SELECT * REPLACE ({changed}) FROM {table} {where}")
    report = reported.reports.make(replace(report_once.request, study=STUDY))
    assert {one["study"] for one in read(tables(report, "weights")[0])} == {STUDY}
    [table] = tables(report, "judge")
    found = read(table)
    for row in values(table):
        own = [one for one in found if one["criterion"] == row[0]]
        assert (row[1], row[8]) == (len(own), exact(mean([one["judge"] - one["people"] for one in own])))
    assert values(table) != values(*tables(report_once, "judge"))


def test_curves_are_read(report_once: Report, read: Read) -> None:
    [table] = tables(report_once, "training")
    found = read(table)
    for row in values(table):
        own = [one for one in found if one["model"] == row[0]]
        last = max(one["step"] for one in own)
        [loss] = [one["value"] for one in own if one["name"] == "loss" and one["step"] == last]
        assert (row[1], row[2]) == (last, exact(loss))
        assert row[3] == min(one["value"] for one in own if one["name"] == "eval_loss")
