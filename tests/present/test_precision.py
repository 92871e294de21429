"""What is said of how sure a study is: what it needs, what is not to be had, and what to do next."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import precision as words
from viva.present.precision_steps import steps
from viva.present.tables import Format, write
from viva.records.estimate import Estimate
from viva.records.precision import PrecisionPlan, PrecisionRow, Projection, SecondRaters, StratumNeed
from viva.records.rubric import Criterion, Rubric
from viva.records.study import Study, StudyMode

RUBRIC = Rubric("r", "Short", (Criterion("accuracy", 60, "?", 0, 5, {}), Criterion("clarity", 40, "?", 0, 5, {})))
STUDY = Study("id", "round-1", "ideas", 1, "test", StudyMode.RUBRIC, RUBRIC, 1, 90, datetime(2026, 1, 1))
ALONE = Projection(Estimate(6.0, -1.0, 13.0), 30, 7.0, 3.0, 24, 9)
JOINT = Projection(Estimate(5.0, 0.1, 9.9), 30, 4.9, 2.0, 0, 0)
RATERS = SecondRaters(12, 1.4, 11.0, 8.0, 6.1, 5.8, 2.6)
LAYERS = (StratumNeed("energy", 30, 8, 12.5, 8, 14), StratumNeed("", 60, 22, None, 16, 10))
PAIR = PrecisionRow("base", "tuned", ALONE, JOINT, RATERS, LAYERS)
SYSTEM = PrecisionRow("base", None, replace(ALONE, to_zero=None), JOINT)


def made(*rows: PrecisionRow, **named: object) -> PrecisionPlan:
    plan = PrecisionPlan(STUDY, "total", 5.0, 100.0, 90, 45, 30, 30, 0, rows, "judge (reference)", 24, 60.0)
    return replace(plan, **named)  # type: ignore[arg-type]


def test_a_row_says_how_sure_it_is_and_what_it_needs() -> None:
    assert words.headings(made(PAIR)) == ["", "Rated", "Now", "With judge", "To ±5", "Judge", "Apart"]
    assert words.cells(PAIR, made(PAIR)) == ["base − tuned", "30", "6.0 ± 7.0", "5.0 ± 4.9", "+24", "done", "done"]
    assert words.cells(SYSTEM, made(SYSTEM))[-1] == "–"


def test_without_a_judge_there_are_no_columns_for_one() -> None:
    plan = made(replace(PAIR, judge=None), scorer="")
    assert words.headings(plan) == ["", "Rated", "Now", "To ±5", "Apart"]
    assert words.cells(plan.rows[0], plan) == ["base − tuned", "30", "6.0 ± 7.0", "+24", "+9"]


def test_what_is_not_to_be_had_is_said() -> None:
    never = replace(ALONE, at_end=5.4, to_margin=None, to_zero=None)
    plan = made(replace(PAIR, people=never, judge=None), scorer="")
    assert words.cells(plan.rows[0], plan)[-2:] == ["never", "never"]
    said = words.sentences(plan.rows[0], plan)
    assert "To ±5: not within this split by people alone" in said[0]
    assert said[1] == "A difference as small as this one is cannot be told from zero within this split"
    lead = "1 pair cannot be had to ±5 within this split's 90 questions: all of them rated come to ±5.4"
    assert steps(plan) == [
        f"{lead}, with one more rater per item ±2.6", "viva study extend round-1 --raters-per-item 2"
    ]  # fmt: skip
    # More raters are advised only where they bring what is wished for.
    little = replace(plan.rows[0], raters=replace(RATERS, at_end=5.3))
    assert steps(replace(plan, rows=(little,))) == [f"{lead}, with one more rater per item ±5.3; another split is left"]
    unknown = replace(plan.rows[0], raters=None)
    assert steps(replace(plan, rows=(unknown,))) == [
        f"{lead}; another split is left, or more raters per item: how far is known once questions have two"
    ]
    imported = replace(plan, study=replace(STUDY, imported=True))
    assert steps(imported) == [f"{lead}, with one more rater per item ±2.6"]


def test_what_buys_more_is_told_in_points() -> None:
    said = words.sentences(PAIR, made(PAIR))
    assert said == [
        "base − tuned: 6.0 ± 7.0 of 30 rated questions. To ±5: 24 more questions by people alone; with the judge "
        "(5.0 ± 4.9) done",
        "The interval excludes zero already (by people alone 9 more questions)",
        "Values spread by 11.0 between questions and 8.0 between raters of one (12 shared questions): one more rater "
        "for each rated question takes ±7.0 to ±6.1, as many verdicts on new ones to ±5.8",
        "Where the next 24 tell most: energy 14 (in proportion 8), (none) 10 (in proportion 16)",
    ]


def test_where_no_question_is_left_none_is_advised() -> None:
    said = words.sentences(PAIR, made(PAIR, population=30))
    assert said[2].endswith("takes ±7.0 to ±6.1, and no question is left for new ones")


def test_that_it_is_an_estimate_is_said() -> None:
    plan = made(replace(PAIR, judge=None), scorer="")
    assert words.sentences(plan.rows[0], plan)[1] == (
        "To tell the two apart, if the difference stays as it is: 9 more questions; this is an estimate"
    )


def test_the_next_step_names_its_command() -> None:
    alone = made(replace(SYSTEM, judge=None), replace(PAIR, judge=None))
    assert steps(alone) == [
        "24 more rated questions would bring every pair to ±5 (about 24 minutes of rating)",
        "15 questions are drawn and wait; for the others: viva study extend round-1 --questions 9",
    ]
    assert steps(replace(alone, drawn=30))[1] == "viva study extend round-1 --questions 24"
    assert steps(replace(alone, drawn=60))[1] == "30 questions are drawn and wait to be rated: viva rate round-1"
    assert steps(made(PAIR)) == ["every pair is within ±5"]


def test_the_time_counts_an_item_for_each_system() -> None:
    systems = [replace(SYSTEM, first=name, judge=None) for name in ("base", "tuned", "third")]
    said = steps(made(*systems, replace(PAIR, judge=None)))[0]
    assert said == "24 more rated questions would bring every pair to ±5 (about 1.2 hours of rating)"


def test_questions_with_a_text_left_to_rate_are_not_drawn_anew() -> None:
    plan = made(replace(SYSTEM, judge=None), replace(PAIR, judge=None), drawn=45, rated=45, complete=20)
    assert steps(plan)[1] == "25 questions are drawn and wait to be rated: viva rate round-1"


def test_pairs_without_an_interval_are_not_said_to_be_sure() -> None:
    unknown = replace(
        PAIR, people=Projection(Estimate(3.0), 1, reason="one rated question has no interval"), judge=None
    )
    assert steps(made(PAIR, unknown)) == ["1 pair has no interval yet", "every other pair is within ±5"]


def test_a_blind_plan_says_how_wide_and_not_where() -> None:
    shut = replace(PAIR, people=replace(ALONE, estimate=Estimate(None)), judge=replace(JOINT, estimate=Estimate(None)))
    plan = made(shut, blind=True)
    assert words.cells(shut, plan)[2:4] == ["± 7.0", "± 4.9"]
    assert words.sentences(shut, plan)[0].startswith("base − tuned: ± 7.0 of 30 rated questions. To ±5: 24 more")
    assert words.notes(plan) == [
        "until the study is closed leads see neither names nor which is better, and their own ratings are left out"
    ]


def test_a_forecast_from_few_questions_says_so() -> None:
    def said(n: int) -> str:
        return steps(made(replace(PAIR, people=replace(ALONE, n=n), judge=None)))[0]

    assert said(7).endswith("; from 7 questions this is no more than a guess")
    assert said(12).endswith("; from 12 questions, half or twice as many may be true")
    assert said(30).endswith("of rating)")


FEW = Projection(Estimate(6.0, -9.0, 21.0), 3, 15.0, reason="3 rated questions are too few to plan from, 5 are needed")


def test_too_few_questions_are_not_planned_from() -> None:
    row = replace(PAIR, people=FEW, judge=None, raters=None, strata=())
    plan = made(row, scorer="", rated=3, complete=3)
    assert words.cells(row, plan) == ["base − tuned", "3", "6.0 ± 15.0", "–", "–"]
    assert words.sentences(row, plan) == [f"base − tuned: 6.0 ± 15.0; {FEW.reason}"]
    assert steps(plan) == [FEW.reason, "42 questions are drawn and wait to be rated: viva rate round-1"]
    assert steps(made(replace(PAIR, judge=None), row, drawn=30)) == [
        "1 pair has fewer than 5 rated questions, too few to plan from",
        "24 more rated questions would bring every other pair to ±5 (about 1 minute of rating)",
        "viva study extend round-1 --questions 24",
    ]


def test_pairs_of_which_one_text_is_rated_want_the_other() -> None:
    nothing = Projection(Estimate(None), 0, reason="nothing of the random sample is rated yet")
    plan = made(replace(SYSTEM, judge=None), PrecisionRow("base", "tuned", nothing), rated=9, complete=0)
    assert steps(plan) == ["no question has all its texts rated yet, which pairs need: viva rate round-1"]


def test_for_an_imported_study_a_new_one_is_advised() -> None:
    study = replace(STUDY, imported=True, systems=("base", "tuned it"), split="test")
    alone = made(replace(PAIR, judge=None), study=study, seconds_each=None)
    assert steps(alone)[1] == (
        "nothing can be drawn for an imported study; make a new one: viva study create NAME --dataset ideas --split "
        "test --system base --system 'tuned it' --rubric r --questions 54"
    )
    nothing = Projection(Estimate(None), 0, reason="nothing of the random sample is rated yet")
    [said] = steps(made(PrecisionRow("base", None, nothing), rated=0, drawn=0, study=study))
    assert said.endswith("import it again with --random-sample")


def test_a_lopsided_interval_is_shown_by_its_ends() -> None:
    row = replace(PAIR, people=replace(ALONE, estimate=Estimate(6.0, -5.0, 9.0)))
    assert words.cells(row, made(row))[2:4] == ["6.0 (-5.0…9.0)", "5.0 ± 4.9"]
    assert words.cells(row, made(row, blind=True))[2] == "± 7.0"


def test_layers_that_nothing_is_known_of_are_told() -> None:
    row = replace(PAIR, strata=(*LAYERS, StratumNeed("sea", 9, 0, None, 1, 4)))
    assert "1 layer of the split has no rated question yet: nothing here is about it" in words.notes(made(row))


def test_nothing_rated_says_how_to_begin() -> None:
    nothing = Projection(Estimate(None), 0, reason="nothing of the random sample is rated yet")
    plan = made(PrecisionRow("base", None, nothing), rated=0)
    assert words.cells(plan.rows[0], plan) == ["base", "0", "–", "–", "–", "–", "–"]
    assert words.sentences(plan.rows[0], plan) == ["base: nothing of the random sample is rated yet"]
    assert steps(plan) == ["Nothing of the study's random sample is rated yet: viva rate round-1"]


def test_margins_go_up_and_down() -> None:
    plan = made(PAIR)
    assert [words.next_margin(plan, step) for step in (1, -1)] == [7.5, 4.0]
    assert words.next_margin(replace(plan, margin=20.0), 1) == 20.0
    assert words.next_margin(replace(plan, margin=1.0), -1) == 1.0


def test_programs_get_every_number() -> None:
    (row,) = json.loads("".join(write(words.for_programs(made(PAIR)), Format.JSON)))
    assert (row["half"], row["more_to_margin"], row["judge_half"], row["judge_more_to_zero"]) == (7.0, 24, 4.9, 0)
    assert (row["sd_between"], row["sd_within"], row["half_more_raters"], row["half_more_questions"]) == (
        11,
        8,
        6.1,
        5.8,
    )
    layers = json.loads("".join(write(words.strata_for_programs(made(PAIR)), Format.JSON)))
    assert [(layer["stratum"], layer["best"]) for layer in layers] == [("energy", 14), ("", 10)]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_do_no_harm(text: str) -> None:
    row = replace(PAIR, first=text, second=text + "x", strata=(replace(LAYERS[0], name=text),))
    plan = made(row, scorer=text, measure=text, study=replace(STUDY, name=text))
    shown = [
        words.caption(plan), words.title(plan), *words.headings(plan), *words.cells(row, plan),
        *words.sentences(row, plan), *steps(plan), *words.notes(plan),
        *write(words.for_eyes(plan), Format.TABLE), *write(words.strata_for_eyes(plan), Format.TABLE),
    ]  # fmt: skip
    for line in shown:
        assert not FORBIDDEN.search(line.replace("\n", ""))
