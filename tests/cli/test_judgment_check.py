"""`viva judgment check` and `viva judgment injection`: what they write to stdout, and what they say."""

import csv
import io
import json

import pytest

from tests.cli.running import Viva
from tests.fakes.rated_judge import DATASET, add_judge, fill_rated
from viva.records.judge_check import InjectionEffect
from viva.records.judging import JudgeMode
from viva.workbench import Workbench

CHECK = ("judgment", "check", DATASET)


@pytest.fixture
def _judged(bench: Workbench) -> None:
    fill_rated(bench, 15, ("ann", "bob"))
    add_judge(bench, "oracle", 0.3)


@pytest.mark.usefixtures("_judged")
def test_a_check_is_a_table_with_reasons_below(viva: Viva) -> None:
    shown = viva(*CHECK, "--judge", "oracle", "--split", "test")
    assert shown.code == 0
    head, *lines = [line for line in shown.out.splitlines() if line.strip() and not line.startswith("─")]
    assert head.split("   ")[0] == "criterion"
    assert [line.split()[0] for line in lines] == ["accuracy", "completeness", "relevance", "practicality", "total"]
    assert "with people" in lines[0]
    assert "oracle (reference) on rated/test, rubric default" in shown.err
    assert "accuracy: with people – it goes with people (r = " in shown.err
    assert "fewer than 3 people rated texts for 30 questions in common" in shown.err


@pytest.mark.usefixtures("_judged")
def test_programs_get_every_number(viva: Viva) -> None:
    rows = json.loads(viva(*CHECK, "--judge", "oracle", "--format", "json").out)
    assert [row["criterion"] for row in rows][-1] == "total"
    assert rows[0]["n"] == 30
    assert rows[0]["pearson_low"] < rows[0]["pearson"] < rows[0]["pearson_high"]
    assert rows[0]["alt_passed"] is None
    assert rows[-1]["kappa"] is None
    [first, *_] = csv.DictReader(io.StringIO(viva(*CHECK, "--judge", "oracle", "--format", "csv").out))
    assert float(first["pearson"]) == rows[0]["pearson"]
    assert "| accuracy |" in viva(*CHECK, "--judge", "oracle", "--format", "md").out


@pytest.mark.usefixtures("_judged")
def test_the_last_check_is_shown_again_with_what_has_changed(viva: Viva, bench: Workbench) -> None:
    first = viva(*CHECK, "--judge", "oracle", "--last")
    assert "it was not checked yet" in first.err
    again = viva(*CHECK, "--judge", "oracle", "--last")
    assert again.out == first.out
    assert "expired" not in again.err
    add_judge(bench, "oracle", 0.3, version="2")
    assert "expired: the judge, its prompt" in viva(*CHECK, "--judge", "oracle", "--last").err


@pytest.mark.usefixtures("_judged")
def test_what_goes_wrong_is_one_line_with_a_hint(viva: Viva) -> None:
    for arguments, said, hint in [
        ((*CHECK, "--judge", "oracel"), "oracel has judged nothing in rated", "did you mean oracle?"),
        ((*CHECK, "--judge", "oracle", "--split", "tset"), "there is no split tset", "did you mean test?"),
        ((*CHECK, "--judge", "oracle", "--mode", "independent"), "in the mode independent", "--mode reference"),
        (("judgment", "check", "nothing", "--judge", "oracle"), "there is no dataset", "rated"),
        (("judgment", "injection", DATASET, "--judge", "nobody", "--split", "test"), "there is no judge", "baseline"),
    ]:
        outcome = viva(*arguments)
        assert outcome.code in (1, 2)
        assert outcome.out == ""
        error, below = outcome.err.splitlines()[-2:]
        assert said in error
        assert hint in below


def test_injection_tells_the_change_for_each_attack(viva: Viva, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def injection(_checks: object, *arguments: object) -> list[InjectionEffect]:
        asked.append(arguments)
        return [InjectionEffect("shout [/b]", 5, 1, 12.25, 3.0, 21.5, 40.0), InjectionEffect("beg", 0, 6, *[None] * 4)]

    monkeypatch.setattr("viva.workbench.judge_checks.JudgeChecks.injection", injection)
    arguments = ("judgment", "injection", "d", "--judge", "j", "--split", "test", "--texts", 6)
    shown = viva(*arguments)
    assert asked == [("d", "test", "j", JudgeMode.REFERENCE, 6, "default", None)]
    assert "shout [/b]" in shown.out
    assert "+3.0 to +21.5" in shown.out
    assert "1 attack of 2 got more points out of the judge, shout [/b] the most: +12.2 on average" in shown.err
    rows = json.loads(viva(*arguments, "--format", "json").out)
    assert rows[0] == {
        "attack": "shout [/b]", "n": 5, "unscored": 1, "change": 12.25, "low": 3.0, "high": 21.5, "worst": 40.0,
    }  # fmt: skip
