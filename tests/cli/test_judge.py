"""`viva judge`: what it would take, what is refused, and a job that runs."""

import json

import pytest

from tests.cli.running import Viva
from tests.fakes.chat_server import ChatServer
from tests.fakes.examiner import Examiner
from viva.records.judging import BASELINE
from viva.workbench import Workbench


@pytest.fixture
def far(filled: Workbench) -> Workbench:
    filled.models.add_endpoint("far", "http://127.0.0.1:9/v1", "fake", prices=(1.0, 2.0))
    return filled


def test_a_dry_run_prints_the_plan_and_asks_nobody(viva: Viva, far: Workbench) -> None:
    outcome = viva(
        "judge", "tiny", "--split", "test", "--judge", f"far,{BASELINE}", "--samples", 2, "--budget", "0.0001",
        "--dry-run", "--format", "json",
    )  # fmt: skip
    assert outcome.code == 0
    [judge, baseline] = json.loads(outcome.out)
    assert (judge["judge"], judge["verdicts"], judge["calls"], judge["at_most"]) == ("far", 16, 16, True)
    assert (baseline["judge"], baseline["verdicts"], baseline["calls"], baseline["cost"]) == (BASELINE, 8, 0, 0.0)
    assert "at temperature 0 samples are mostly alike" in outcome.err
    assert "the budget of 0.0001 may not suffice" in outcome.err
    assert far.jobs.list() == []
    for form in ("table", "csv", "md"):
        assert viva("judge", "tiny", "--split", "test", "--judge", "far", "--dry-run", "--format", form).code == 0


@pytest.mark.usefixtures("far")
@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--judge", "nobody"], 1, "there is no judge 'nobody'"),
        (["--judge", BASELINE, "--pairwise"], 2, "embedding-baseline cannot compare two texts"),
        (["--judge", "far", "--per-criterion"], 2, "--per-criterion goes with --pairwise"),
        (["--judge", "far", "--budget", "nan"], 2, "a budget must be above 0"),
        (["--judge", "far", "--mode", "blind"], 2, "'blind' is not one of"),
        (["--judge", "far", "--system", "\x1b[2J"], 2, "␛[2J"),
    ],
)
def test_what_cannot_work_is_refused_in_one_line(viva: Viva, options: list[str], code: int, message: str) -> None:
    outcome = viva("judge", "tiny", "--split", "test", *options)
    assert (outcome.code, outcome.out) == (code, "")
    assert message in outcome.err
    assert "\x1b" not in outcome.err


def test_judging_prints_the_job_and_says_how_to_see_what_came_of_it(viva: Viva, filled: Workbench) -> None:
    with ChatServer(Examiner()) as server:
        filled.models.add_endpoint("near", server.url, "fake")
        outcome = viva("judge", "tiny", "--split", "test", "--judge", "near", "--system", "tuned", "--wait")
        assert (outcome.code, outcome.out.strip()) == (0, filled.jobs.list()[0].job_id)
        assert "near: 4 verdicts; 4 calls" in outcome.err
        assert "cost not known" in outcome.err
        assert "what came of it: viva judgment list tiny" in outcome.err
    shown = viva("judgment", "list", "tiny", "--format", "json")
    rows = json.loads(shown.out)
    assert len(rows) == 16
    assert {row["value"] for row in rows} == {4.0}
    assert "4.0" not in viva("judgment", "list", "tiny", "--judge", "nobody").out
    [row] = json.loads(viva("judgment", "show", rows[0]["call"], "--format", "json").out)
    assert row["prompt"][0]["content"].startswith("You are")
    assert row["texts"][0] in row["prompt"][0]["content"]
    assert json.loads(row["reply"])["accuracy"]["value"] == 4
    whole = viva("judgment", "show", rows[0]["generation"])
    assert (whole.code, "because of accuracy" in whole.out) == (0, True)
    assert "\x1b" not in whole.out
