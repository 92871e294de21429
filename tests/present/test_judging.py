"""Judging in words: what a plan comes to, what a job says of itself, and how values are spread."""

from collections import namedtuple
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import judging as words
from viva.records.ids import utc_now
from viva.records.job import Job, JobKind, JobSpec, JobStatus
from viva.records.judging import (
    BASELINE,
    CriterionSpread,
    JudgeMode,
    JudgePlan,
    JudgeRequest,
    JudgeSettings,
    PlannedJudge,
)
from viva.records.rubric import Criterion, Rubric

REQUEST = JudgeRequest("tiny", "test", ("strong", "local"))
STRONG = PlannedJudge("strong", 12, 4, 2, 6, 1000, 300, False, 0.5, 30.0)
LOCAL = PlannedJudge("local", 12, 0, 0, 12, 2000, 900, True, 0.0, 90.0)
FREE = PlannedJudge(BASELINE, 12, 0, 0, 0, 0, 0, False, 0.0, None)
RUBRIC = Rubric(
    "two", "Two", (Criterion("accuracy", 40, "?", 0, 5, {}), Criterion("depth", 60, "?", 0, 100, {})),
)  # fmt: skip


def plan(*judges: PlannedJudge, **changes: Any) -> JudgePlan:
    return JudgePlan(replace(REQUEST, **changes), judges)


def job(status: JobStatus = JobStatus.RUNNING, message: str = "", **result: Any) -> Job:
    return Job("j", JobSpec(JobKind.JUDGE, "t", {}), status, utc_now(), message=message, result=result)


def progress(judge: str, cost: float | None, unscored: Any = 0) -> dict[str, Any]:
    return {"event": "progress", "judge": judge, "cost": cost, "unscored": unscored}


def test_a_plan_is_told_with_what_is_there_and_who_is_asked_how_often() -> None:
    assert words.plan_rows(plan(STRONG, LOCAL)) == [
        ("To do", "20 verdicts by 2 judges", "4 there already · 2 from earlier calls, free"),
        ("Calls", "18", "strong 6, local 12"),
        ("Tokens", "about 3,000 read, 1,200 written", "at most"),
        ("Cost", "0.50", "by the prices of the judges"),
        ("Time", "about 2 min", "as fast as earlier replies came"),
    ]


def test_a_plan_of_the_baseline_alone_asks_nobody() -> None:
    rows = words.plan_rows(plan(FREE))
    assert rows[1:] == [("Calls", "none", "nobody is asked"), ("Cost", "none", "computed on this machine")]
    assert not words.costs_money(plan(FREE))


def test_a_price_that_is_not_known_is_said_and_asked_about() -> None:
    unknown = plan(replace(STRONG, cost=None), LOCAL)
    assert words.plan_rows(unknown)[3] == ("Cost", "not known", "no prices are known for strong")
    assert words.costs_money(unknown)
    question, detail = words.start_question(unknown)
    assert question == "Judge: 18 calls to strong, local?"
    assert detail == "No prices are known for strong: what it costs is not known."


def test_what_costs_next_to_nothing_is_said_to() -> None:
    assert words.start_question(plan(replace(STRONG, cost=0.0004)))[1] == "That costs less than 0.01."
    assert words.start_question(plan(STRONG))[1] == "That costs about 0.50."


def test_local_models_cost_nothing_and_nobody_is_asked_about_that() -> None:
    assert not words.costs_money(plan(LOCAL, FREE))


def test_a_budget_that_may_not_suffice_is_warned_of() -> None:
    small = plan(STRONG, budget=0.2)
    assert words.plan_warnings(small) == [
        "The budget of 0.20 may not suffice: asking stops before it is exceeded",
    ]
    assert "stops at the budget of 0.20" in words.start_question(small)[1]
    assert words.plan_warnings(plan(STRONG, budget=2.0)) == []


def test_samples_without_a_temperature_are_warned_of() -> None:
    alike = plan(STRONG, settings=JudgeSettings(samples=3))
    assert words.plan_warnings(alike) == ["At temperature 0 samples are mostly alike: 0.7 shows how much verdicts vary"]


def test_what_has_all_been_judged_cannot_be_started() -> None:
    assert "nothing is left to ask" in words.nothing_left(plan(replace(STRONG, done=12, calls=0)))
    assert words.nothing_left(plan(STRONG)) == ""
    # What was said under this protocol before can be made to count again.
    assert words.nothing_left(plan(replace(STRONG, done=12, calls=0, replaces=2))) == ""


def test_a_job_tells_what_it_was_asked_for() -> None:
    request = replace(REQUEST, mode=JudgeMode.INDEPENDENT, panel="both", settings=JudgeSettings(samples=2))
    spec = JobSpec(JobKind.JUDGE, "t", {"request": {**asdict(request), "judges": ["strong", "local"], "systems": []},
                                        "rubric": RUBRIC.to_json()})  # fmt: skip
    found = Job("j", spec, JobStatus.RUNNING, utc_now())
    assert words.request_of(found) == request
    assert words.rubric_of(found) == RUBRIC
    assert words.scorers(request) == ("strong", "local", "both")
    assert words.who_line(request) == "strong, local · independent · rubric default · 2 samples"
    assert words.request_of(job()) is None
    assert words.rubric_of(job()) is None


def test_what_is_spent_is_the_latest_of_each_judge_together() -> None:
    events = [progress("strong", 0.1, 1), progress("strong", 0.25, 2), progress("other", 0.5, 1)]
    assert words.spent_line(job(message="other"), events) == "now other · cost 0.75 · 3 unscored"
    assert words.spent_line(job(), [progress("strong", None)]) == "now strong · cost not known · none unscored"
    assert words.spent_line(job(), [progress("local", 0.0)]) == "now local · no cost · none unscored"
    assert words.spent_line(job(), []) == ""


def test_a_job_that_ended_says_what_it_took_and_why_it_stopped() -> None:
    done = job(JobStatus.DONE, cost=1.5, unscored=0, prompt_tokens=80, completion_tokens=9, cached=2, no_text=1, left=3,
               stopped="budget")  # fmt: skip
    assert words.spent_line(done, []) == "cost 1.50 · none unscored · 80 tokens read, 9 written"
    assert words.outcome_lines(done) == [
        "2 verdicts from earlier calls, at no cost",
        "1 verdict unscored, for there is no text to judge",
        "It stopped at its budget with 3 verdicts to go. A start with a larger one asks only for what is missing",
    ]


def test_numbers_that_are_none_do_no_harm() -> None:
    events = [{"event": "progress", "cost": "x", "unscored": "y"}, {"event": "progress", "judge": None}]
    assert words.spent_line(job(), events).endswith("cost not known · none unscored")


def test_each_level_has_a_bar_highest_first() -> None:
    spread = CriterionSpread("accuracy", ((0.0, 1), (4.0, 3)), 2, 3.0)
    [found] = words.histograms([spread], RUBRIC)
    assert found.levels == (("5", 0), ("4", 3), ("3", 0), ("2", 0), ("1", 0), ("0", 1))
    assert (found.title, found.mean, found.scored) == ("Accuracy", "mean 3.00", "4 of 6 scored")


def test_values_between_levels_count_to_the_nearest_and_a_long_scale_in_stretches() -> None:
    near = CriterionSpread("accuracy", ((3.49, 1), (3.5, 1), (9.0, 1)), 0, 4.0)
    far = CriterionSpread("depth", ((0.0, 1), (20.4, 1), (20.5, 2), (100.0, 4)), 0, 50.0)
    first, second = words.histograms([near, far], RUBRIC)
    assert dict(first.levels) == {"5": 1, "4": 1, "3": 1, "2": 0, "1": 0, "0": 0}
    assert second.levels == (("84–100", 4), ("63–83", 0), ("42–62", 0), ("21–41", 2), ("0–20", 2))


def test_a_criterion_whose_scale_is_not_known_is_shown_by_its_values() -> None:
    [found] = words.histograms([CriterionSpread("odd", ((2.0, 1), (4.0, 2)), 0, 3.3)], None)
    assert found.levels == (("4", 2), ("3", 0), ("2", 1))
    [empty] = words.histograms([CriterionSpread("odd", (), 3, None)], None)
    assert (empty.mean, empty.scored) == ("no mean yet", "0 of 3 scored")


@pytest.mark.parametrize(("width", "headings"), [(75, 1), (115, 1), (40, 2), (10, 4)])
def test_histograms_stand_side_by_side_as_far_as_they_fit(width: int, headings: int) -> None:
    spreads = [CriterionSpread(f"criterion {number}", ((1.0, 7), (2.0, 1)), 0, 1.0) for number in range(4)]
    lines = words.histogram_lines(words.histograms(spreads, None), width)
    assert sum(head for _, head in lines) == headings
    assert all(cell_len(line) <= max(width, words.NARROWEST) for line, _ in lines)
    assert sum(line.count("mean 1.00") for line, _ in lines) == 4


@given(st.lists(st.tuples(st.floats(-50, 150), st.integers(1, 10**9)), max_size=30), st.integers(1, 200))
def test_no_value_is_lost_in_a_histogram(counts: list[tuple[float, int]], width: int) -> None:
    [found] = words.histograms([CriterionSpread("depth", tuple(counts), 0, None)], RUBRIC)
    assert sum(count for _, count in found.levels) == sum(count for _, count in counts)
    assert words.histogram_lines([found], width)


def test_what_happens_is_seen_be_it_ever_so_rare() -> None:
    lines = words.histogram_lines(
        words.histograms([CriterionSpread("accuracy", ((1.0, 1), (5.0, 10**6)), 0, 5.0)], RUBRIC), 30
    )
    assert "1 ▏ 1" in [line for line, _ in lines]


def test_comparisons_are_counted_by_pair_and_criterion() -> None:
    row = namedtuple("row", "system_a system_b criterion winner")
    rows = [row("base", "tuned", None, "b"), row("base", "tuned", None, "tie"), row("base", "tuned", "depth", None)]
    assert words.pair_lines(rows) == [
        ("base or tuned", True),
        ("  On the whole        base 0 · tuned 1 · tie 1", False),
        ("  Depth               base 0 · tuned 0 · tie 0 · 1 unscored", False),
    ]
    assert words.pair_lines([]) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_cleaned(text: str) -> None:
    names = replace(STRONG, judge=text, cost=None)
    said = [part for row in words.plan_rows(plan(names)) for part in row]
    said += words.start_question(plan(names))
    said += [words.spent_line(job(message=text), [progress(text, 0.0, text)]), words.scorer_line(text, [text])]
    spreads = [CriterionSpread(text, ((1.0, 1),), 0, 1.0)]
    said += [line for line, _ in words.histogram_lines(words.histograms(spreads, None), 40)]
    row = namedtuple("row", "system_a system_b criterion winner")
    said += [line for line, _ in words.pair_lines([row(text, text, text, "a")])]
    assert not any(FORBIDDEN.search(line) for line in said)
