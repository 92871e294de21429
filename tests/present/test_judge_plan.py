"""What judging will take, in words."""

from dataclasses import replace

from viva.present import judge_plan
from viva.records.judging import BASELINE, JudgePlan, JudgeRequest, JudgeSettings, PlannedJudge

REQUEST = JudgeRequest("vad", "test", ("far",))
JUDGE = PlannedJudge("far", 30, 8, 2, 20, 40_000, 9_000, False, 0.1234, 75.0)


def test_a_judge_is_told_with_what_is_left_and_what_it_takes() -> None:
    assert judge_plan.judge_line(JUDGE) == (
        "far: 30 verdicts (8 there already, 2 from earlier calls); 20 calls; about 40,000 tokens to read, about 9,000 "
        "to write; cost about 0.1234; about 1 min 15 s"
    )
    unknown = replace(JUDGE, judge="\x1b[31m", done=0, cached=0, at_most=True, cost=None, seconds=None)
    line = judge_plan.judge_line(unknown)
    assert "\x1b" not in line
    assert "at most 9,000 to write; cost not known" in line
    assert line.endswith("time not known yet")


def test_where_nothing_is_left_nobody_is_asked() -> None:
    assert judge_plan.judge_line(replace(JUDGE, done=28, calls=0)).endswith("nobody is asked")
    baseline = PlannedJudge(BASELINE, 8, 0, 0, 0, 0, 0, False, 0.0, None)
    assert judge_plan.judge_line(baseline) == f"{BASELINE}: 8 verdicts, computed here: no calls, no cost"


def test_doubtful_wishes_are_remarked_on() -> None:
    plan = JudgePlan(replace(REQUEST, budget=0.1, settings=JudgeSettings(samples=3)), (JUDGE,))
    assert len(judge_plan.notes(plan)) == 2
    assert judge_plan.plan_lines(plan)[0].startswith("far: ")
    assert judge_plan.notes(JudgePlan(REQUEST, (JUDGE,))) == []


def test_verdicts_whose_place_is_taken_are_told() -> None:
    [note] = judge_plan.notes(JudgePlan(REQUEST, (replace(JUDGE, replaces=38),)))
    assert note == "in results this takes the place of 38 verdicts that far gave when it was asked otherwise"
