"""A report says the same numbers as the commands do, table by table."""

import json
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import command_line
from tests.fakes.rated_judge import DATASET, STUDY, SYSTEMS
from tests.fakes.reported import fill_reported
from viva.records.report import Report, ReportRequest
from viva.settings import Settings
from viva.workbench import Workbench

SPLIT = ("--split", "test")
Told = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("numbers")
    fill_reported(Workbench(Settings(workspace=path, rater="ann", lock_timeout=10.0)))
    return path


@pytest.fixture(scope="module")
def report(place: Path) -> Report:
    return Workbench(Settings(workspace=place, rater="ann")).reports.make(ReportRequest(DATASET, names=True))


@pytest.fixture
def told(place: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Run a command and return the rows it tells programs."""
    monkeypatch.setenv("VIVA_WORKSPACE", str(place))
    monkeypatch.setenv("VIVA_RATER", "ann")

    def call(*words: str) -> list[dict[str, Any]]:
        outcome = command_line((*words, "--format", "json"), "")
        assert outcome.code == 0, outcome.err
        return list(json.loads(outcome.out))

    return call


def rows(report: Report, key: str, *titles: str) -> list[list[Any]]:
    """Return the rows of a section's tables of these titles, unrounded; of all its tables where none is named."""
    found = [table for section, table in report.tables if section.key == key and (not titles or table.title in titles)]
    assert found
    return [[cell.value for cell in row] for table in found for row in table.rows]


def same(found: Sequence[Sequence[Any]], known: Sequence[Sequence[Any]]) -> None:
    """Make sure that rows have the same words, and the same numbers but for their last bits."""
    assert len(found) == len(known) > 0

    def order(row: Sequence[Any]) -> list[str]:
        return [f"{value:.9g}" if isinstance(value, float | int) else str(value) for value in row]

    for one, other in zip(sorted(found, key=order), sorted(known, key=order), strict=True):
        for value, meant in zip(one, other, strict=True):
            assert value == (pytest.approx(meant, rel=1e-9, abs=1e-12) if isinstance(meant, float) else meant)


def ranged(first: int | None, last: int | None) -> str:
    return "–" if first is None else str(first) if first == last else f"{first}–{last}"


def test_means_and_ranks_are_those_of_the_leaderboard(report: Report, told: Told) -> None:
    known = [
        [ranged(r["rank_best"], r["rank_worst"]), r["system"], r["mean"], r["low"], r["high"], r["sd"],
         f"{r['n']}/{r['attempted']}"]
        for r in told("leaderboard", DATASET, *SPLIT, "--all")
    ]  # fmt: skip
    same([row[1:] for row in rows(report, "means")], known)
    assert {row[1] for row in rows(report, "means")} >= {"1–2"}


def test_means_by_field_are_those_of_the_leaderboard(report: Report, told: Told) -> None:
    known = [
        [r["system"], r["mean"], r["low"], r["high"], f"{r['n']}/{r['attempted']}"]
        for r in told("leaderboard", DATASET, *SPLIT, "--by", "field")
        if r["measure"] in {"total", "rouge_l"}
    ]
    same([row[1:] for row in rows(report, "fields")], known)


def test_differences_are_those_of_compare(report: Report, told: Told) -> None:
    [title] = [table.title for section, table in report.tables if section.key == "comparisons"]
    first, second = title.split(" against ")
    assert {first, second} == set(SYSTEMS)
    known = [
        [r["mean_first"], r["mean_second"], r["difference"], r["low"], r["high"], r["p_holm"], r["effect"],
         f"{r['wins']}/{r['ties']}/{r['losses']}", f"{r['n']}/{r['attempted']}"]
        for r in told("compare", first, second, "--dataset", DATASET, *SPLIT)
    ]  # fmt: skip
    same([row[1:] for row in rows(report, "comparisons")], known)


def test_the_calibrated_verdict_is_that_of_verdict(report: Report, told: Told) -> None:
    known = [
        [r["people"], r["people_low"], r["people_high"], r["people_n"], r["both"], r["both_low"], r["both_high"],
         r["tuning"], r["effective"], r["judge_only"], r["judge_n"]]
        for r in told("verdict", STUDY)
    ]  # fmt: skip
    same([row[1:] for row in rows(report, "verdict")], known)
    assert any(row[5] is not None for row in rows(report, "verdict"))


def test_agreement_and_raters_are_those_of_agreement(report: Report, told: Told) -> None:
    known = [
        [r["criterion"], r["items"], r["shared"], r["raters"], r["alpha"], r["alpha_low"], r["alpha_high"], r["kappa"],
         r["same"]]
        for r in told("agreement", STUDY)
    ]  # fmt: skip
    same(rows(report, "agreement", "Agreement by criterion"), known)
    raters = [
        [r["rater"], r["rated"], r["severity"], r["correlation"], r["spread"], r["kappa"]]
        for r in told("agreement", STUDY, "--raters")
    ]
    found = rows(report, "agreement", "Raters")
    same([[row[0], row[1], row[3], *row[5:8]] for row in found], raters)


def test_ranks_from_pairs_are_those_of_ranking(report: Report, told: Told) -> None:
    known = [
        [r["system"], ranged(r["rank_first"], r["rank_last"]), r["elo"], r["elo_low"], r["elo_high"],
         r["win_rate"], r["win_rate_low"], r["win_rate_high"], r["controlled"],
         f"{r['won']}/{r['tied']}/{r['lost']}", r["questions"]]
        for r in told("ranking", DATASET, *SPLIT)
    ]  # fmt: skip
    same(rows(report, "ranking"), known)


def test_what_weights_decide_is_that_of_weights(report: Report, told: Told) -> None:
    known = told("weights", DATASET, *SPLIT, "--study", STUDY)
    shares = [name for name in known[0] if name.startswith("share:")]
    found = [
        row for _, table in report.tables if table.title.startswith("What systems reach")
        for row in [[cell.value for cell in one] for one in table.rows]
    ]  # fmt: skip
    same(found, [[r["system"], r["total"], *(r[name] for name in shares), r["first"]] for r in known])


def test_the_command_below_every_table_runs(report: Report, told: Told) -> None:
    """Every command that a report names is there, with the options it is given."""
    for line in {table.source.command for _, table in report.tables}:
        words = shlex.split(line)[1:]
        outcome = command_line(words, "")
        assert outcome.code == 0, (line, outcome.err)
