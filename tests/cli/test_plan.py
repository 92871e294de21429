"""`viva plan`: how many more ratings a study needs."""

import csv
import io
import json

import pytest

from tests.cli.running import Viva
from tests.fakes.rated_rounds import STUDY, SYSTEMS, fill_round, judge_round
from viva.workbench import Workbench

FORMS = pytest.mark.parametrize("form", ["table", "json", "csv", "md"])


@pytest.fixture
def round_(bench: Workbench) -> Workbench:
    fill_round(bench, second=6)
    judge_round(bench)
    return bench


def test_programs_get_the_numbers_of_the_workbench(viva: Viva, round_: Workbench) -> None:
    rows = json.loads(viva("plan", STUDY, "--margin", 4, "--format", "json").out)
    plan = round_.precision.of(STUDY, 4)
    assert [(row["first"], row["second"]) for row in rows] == [(row.first, row.second) for row in plan.rows]
    for row, known in zip(rows, plan.rows, strict=True):
        assert (row["n"], row["half"], row["more_to_margin"]) == (
            known.people.n,
            known.people.half,
            known.people.to_margin,
        )
        assert known.judge is not None
        assert row["judge_half"] == known.judge.half


def test_people_read_what_to_do_next(viva: Viva, round_: Workbench) -> None:
    outcome = viva("plan", STUDY)
    assert "base-3b − tuned-8b" in outcome.out
    assert "To ±5".lower() in outcome.out
    assert "more rated questions would bring every pair to ±5" in outcome.err
    assert f"viva study extend {STUDY} --questions" in outcome.err


@FORMS
def test_layers(viva: Viva, round_: Workbench, form: str) -> None:
    outcome = viva("plan", STUDY, "--layers", "--format", form)
    assert outcome.code == 0
    assert "road traffic" in outcome.out


def test_csv_has_the_columns_of_json(viva: Viva, round_: Workbench) -> None:
    head, *rows = csv.reader(io.StringIO(viva("plan", STUDY, "--format", "csv").out))
    objects = json.loads(viva("plan", STUDY, "--format", "json").out)
    assert head == list(objects[0])
    assert len(rows) == len(objects)


@FORMS
def test_nothing_rated_is_said(viva: Viva, bench: Workbench, form: str) -> None:
    fill_round(bench, rated=0)
    outcome = viva("plan", STUDY, "--format", form)
    assert outcome.code == 0
    assert f"viva rate {STUDY}" in outcome.err


def test_a_lead_reads_no_names(viva: Viva, round_: Workbench) -> None:
    for form in ("table", "json"):
        outcome = viva("plan", STUDY, "--role", "lead", "--format", form)
        assert outcome.code == 0
        assert not any(system in outcome.out + outcome.err for system in SYSTEMS)
    assert viva("plan", STUDY, "--role", "rater").code == 1


def test_what_is_not_there_is_an_error(viva: Viva, round_: Workbench) -> None:
    assert f"did you mean {STUDY}?" in viva("plan", "rund-1").err
    assert "did you mean accuracy?" in viva("plan", STUDY, "--measure", "acuracy").err
    assert viva("plan", STUDY, "--margin", 0).code == 2


def test_the_advice_by_layer_has_a_command_that_takes_it(viva: Viva, round_: Workbench) -> None:
    told = viva("plan", STUDY, "--layers").err.splitlines()[-1]
    command = told.partition("to draw more by spread: viva ")[2].split()
    assert command[:3] == ["study", "extend", STUDY]
    outcome = viva(*command)
    assert outcome.code == 0, outcome.err
    assert round_.precision.of(STUDY).drawn == 45 + int(command[command.index("--questions") + 1])
