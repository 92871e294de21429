"""The words and bars of the calibrated verdict."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import calibration as words
from viva.present.tables import Format, write
from viva.records.calibration import CalibratedRow, CalibratedVerdict
from viva.records.estimate import Estimate
from viva.records.rubric import Criterion, Rubric
from viva.records.study import Study, StudyMode

RUBRIC = Rubric("short", "Short", (Criterion("accuracy", 100, "Right?", 0, 5, {}),))
STUDY = Study(
    "id", "clinic", "vad", 1, "test", StudyMode.RUBRIC, RUBRIC, 1, 120, datetime(2026, 1, 1), systems=("base", "tuned")
)
NONE = Estimate(None)


def pair(value: float, half: float, first: str = "base", second: str | None = "tuned") -> CalibratedRow:
    both = Estimate(value, value - half, value + half)
    wide = Estimate(value + 1, value + 1 - 2 * half, value + 1 + 2 * half)
    return CalibratedRow(
        "total", first, second, 100, wide, 60, Estimate(-33.0, -34.4, -31.6), 240, both, 60, 180, 0.6, 104.4, 0.7, 1.0
    )


def verdict(*rows: CalibratedRow, **changes: object) -> CalibratedVerdict:
    made = CalibratedVerdict(STUDY, "kind (reference)", (("kind (reference)", 240),), rows, 240, 60, 60, 0, 1)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_the_sentence_says_which_system_is_better_and_by_how_much() -> None:
    assert words.sentence(verdict(pair(-13.6, 2.4))) == (
        "tuned is better than base on the total (+13.6 points, +11.2 to +16.0)"
    )
    assert words.sentence(verdict(pair(13.6, 2.4))).startswith("base is better than tuned")
    assert words.sentence(verdict(pair(1.0, 2.4))) == (
        "base and tuned cannot be told apart on the total (+1.0 points, -1.4 to +3.4)"
    )
    means = [pair(5, 1, name, None) for name in STUDY.systems]
    assert words.sentence(verdict(*means)) == "no two systems have enough questions in common that are rated and judged"
    alone = replace(STUDY, systems=("base",))
    assert words.sentence(verdict(means[0], study=alone)) == "there is one system alone, and so nothing to compare"
    equal = replace(pair(0, 1), both=Estimate(0.0))
    assert "all differences are equal" in words.sentence(verdict(equal))


def test_of_several_systems_the_best_is_named() -> None:
    means = [pair(value, 1, name, None) for name, value in (("a", 50), ("b", 60), ("c", 59))]
    apart = [pair(-10, 2, "a", "b"), pair(-9, 2, "a", "c"), pair(1, 2, "b", "c")]
    three = replace(STUDY, systems=("a", "b", "c"))
    assert words.sentence(verdict(*means, *apart, study=three)) == (
        "b has the highest total, and is better than 1 of 2; 2 of 3 pairs can be told apart by people and judge "
        "together"
    )
    apart[2] = pair(5, 2, "b", "c")
    found = verdict(*means, *apart, study=three)
    assert words.sentence(found).startswith("b is better than all 2 other systems; 3 of 3 pairs")
    assert words.notes(found)[0] == "3 differences, each with its own 95% interval: their number is not corrected for"
    # Of a pair with too few questions in common nothing is said.
    apart[2] = replace(apart[2], both=NONE)
    assert words.sentence(verdict(*means, *apart, study=three)).startswith(
        "b has the highest total, and is better than 1 of 2; 2 of 2 pairs"
    )


def test_a_refusal_says_why_and_what_to_do() -> None:
    few = verdict(replace(pair(1, 1), both=NONE), refused="12 questions are rated, 20 are needed", rated=12)
    assert words.sentence(few) == "no verdict by people and judge together: 12 questions are rated, 20 are needed"
    assert words.next_step(few) == "rate more of it: viva rate clinic"
    assert words.next_step(replace(few, rated=60)) == "viva study extend clinic --questions N"
    assert words.next_step(replace(few, scorer="")) == "viva judge vad --split test --judge MODEL"
    for lacking in ({"n": 5, "people_n": 40}, {"n": 60, "judge_n": 60}):
        judged_few = verdict(replace(pair(1, 1), both=NONE, **lacking), refused="few")  # type: ignore[arg-type]
        assert words.next_step(judged_few) == "viva judge vad --split test --judge MODEL"
        whole = replace(judged_few, study=replace(STUDY, split=""))
        assert words.next_step(whole) == "viva judge vad --judge MODEL"
    everything = verdict(replace(pair(1, 1), both=NONE), refused="no others", population=60)
    assert words.next_step(everything) == "people have rated all questions: what they say needs no judge"
    assert "--random-sample" in words.next_step(replace(few, drawn=0))
    assert words.next_step(verdict(pair(1, 1))) == ""


def test_the_notes_tell_what_is_left_out_and_where_the_judge_errs() -> None:
    found = verdict(
        pair(-13, 2), replace(pair(3, 1, second=None), tuning=0.0), useful=7, strata=3,
        scorers=(("kind (reference)", 240), ("other (reference)", 9)),
    )  # fmt: skip
    said = words.notes(found)
    assert said[0].startswith("7 more rated questions chosen as useful are left out")
    assert said[1].startswith("the sample was drawn within 3 layers")
    assert said[1].endswith("the leaderboard counts every rated question alike")
    assert said[2].startswith("the judge alone errs on 1 difference of the total")
    assert said[3].startswith("the judge tells nothing of what people say on total")
    assert said[4] == "other judges: other (reference)"
    assert not any("leaderboard" in note for note in words.notes(verdict(pair(1, 1))))
    assert "2 of the layers have no rating yet" in words.notes(verdict(pair(-13, 2), strata=4, unrated_strata=2))[1]
    assert not any("no rating yet" in note for note in words.notes(verdict(pair(1, 1), strata=4, unrated_strata=4)))
    equal = replace(pair(3, 1, second=None), tuning=0.0, both=Estimate(3.0))
    assert not any("tells nothing" in note for note in words.notes(verdict(pair(-13, 2), equal)))
    lone = replace(pair(1, 1), measure="accuracy", both=NONE, reason="too few")
    assert "accuracy: too few" in words.notes(verdict(pair(1, 1), lone))


def test_why_a_judge_has_no_total_is_said_once() -> None:
    gap = "embedding-baseline (reference) gives no practicality, and so has no total"
    bare = replace(pair(1, 1), both=NONE, judge=NONE, judge_n=0, n=0, reason=gap)
    alone = verdict(bare, refused=gap, gap=gap)
    assert words.sentence(alone).endswith(gap)
    assert gap not in words.notes(alone)
    assert gap in words.notes(verdict(bare, refused="12 questions are rated, 20 are needed", gap=gap))


def test_an_imported_study_is_not_said_to_be_extended() -> None:
    study = replace(STUDY, imported=True)
    few = verdict(replace(pair(1, 1), both=NONE), refused="12 questions are rated, 20 are needed", study=study)
    assert words.next_step(few).startswith("nothing can be drawn for an imported study; make a new one")


def test_a_lopsided_interval_is_shown_by_its_ends() -> None:
    row = replace(pair(-13, 2), people=Estimate(-12.0, -13.0, -4.0))
    [(_, table)] = words.sections(verdict(row))
    assert "-12.0 (-13.0…-4.0) " in "".join(write(table, Format.TABLE, width=120))


def test_programs_get_every_number_and_people_rounded_ones_with_their_n() -> None:
    found = verdict(pair(-13.64, 2.4), pair(50, 2, second=None))
    [first, _] = [line.split(",") for line in write(words.for_programs(found), Format.CSV)][1:]
    names = "".join(write(words.for_programs(verdict()), Format.CSV)).strip().split(",")
    row = dict(zip(names, first, strict=True))
    assert (row["both"], row["both_low"], row["n"], row["judged"], row["tuning"]) == (
        "-13.64", "-16.04", "60", "180", "0.6",
    )  # fmt: skip
    [(title, table)] = words.sections(found)
    text = "".join(write(table, Format.TABLE, width=80))
    assert title == "total, 0 to 100 points"
    assert text.splitlines()[2].split("  ")[0] == "base − tuned"
    assert "-12.6 ± 4.8 " in text
    assert "-13.6 ± 2.4" in text
    assert "| total | base − tuned |" in "".join(write(words.for_papers(found), Format.MD))


def test_lines_have_differences_before_means_and_fit_the_screen() -> None:
    found = [pair(50, 2, second=None), pair(-13.6, 2.4)]
    for width in (60, 76, 116):
        shown = words.lines(found, width)
        assert [one.who for one in shown] == ["base − tuned", *words.WHO, "", "base", *words.WHO]
        assert max(len(one.text) for one in shown) <= width
    assert shown[3].text.split()[:6] == ["both", "-13.6", "-16.0", "…", "-11.2", "as"]
    assert shown[3].bar.index("├") < shown[3].bar.index("●") < shown[3].bar.index("┤") < shown[3].bar.index("│")
    none = words.lines([replace(pair(0, 1), people=NONE, judge=NONE, both=NONE, effective=None)], 100)
    assert [one.bar.strip() for one in none] == ["", "", "", ""]
    assert none[3].text.split() == ["both", "–", "none"]


@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3), st.integers(0, 80))
def test_a_bar_is_as_wide_as_it_was_told(numbers: list[float], width: int) -> None:
    low, value, high = sorted(numbers)
    bar = words.bar_of(Estimate(value, low, high), (low - 1, high + 1), width)
    assert len(bar) == (width if width >= 8 else 0)
    assert bar.count("●") == (width >= 8)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_does_harm(name: str) -> None:
    study = replace(STUDY, name=name, dataset=name, systems=(name, "tuned"))
    row = replace(pair(1, 2), first=name, measure=name)
    found = verdict(row, replace(row, measure="total"), study=study, scorer=name, refused="")
    said = [
        words.headline(found), words.sentence(found), *words.notes(found), words.title(row),
        *(one.text for one in words.lines([row], 80)), words.next_step(replace(found, refused="x", scorer="")),
    ]  # fmt: skip
    assert not any(FORBIDDEN.search(text) for text in said)
    assert not any("\n" in text for text in said)
