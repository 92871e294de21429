"""Checks of judges in words."""

from dataclasses import replace
from datetime import datetime

from viva.present import judge_check
from viva.present.tables import Format, write
from viva.records.judge_check import (
    Agreement,
    AltTest,
    Consistency,
    InjectionEffect,
    JudgeCheck,
    PairHabits,
    Standing,
)
from viva.records.judging import JudgeMode

FOUND = Agreement(
    "accuracy", 60, 61, 62, 0.613, 0.4, 0.77, 0.6, 0.5, 0.41, 0.37, -3.14, -5.0, -1.2, 6.25, 2.5, 1.0, 4.0, 4.2, 0.1,
    8.3, AltTest(2 / 3, 0.81, True, 3, 40, 0.2), Standing.WITH_PEOPLE, "it goes with people, but not far",
)  # fmt: skip
NOTHING = Agreement(
    "total", 0, 61, 0, *[None] * 18, Standing.UNKNOWN, "people have not rated these texts with this rubric yet"
)
CHECK = JudgeCheck(
    "vad", 2, "test", "or\x1bacle", JudgeMode.REFERENCE, "default", "p", "b", (FOUND, NOTHING),
    PairHabits(40, 5, 8, 70, 42, 2, 20, 15, 3), (Consistency("accuracy", 12, 0.75, 0.31),), {"accuracy": 0.44},
    datetime(2026, 1, 2),
)  # fmt: skip


def _table(check: JudgeCheck = CHECK) -> str:
    return "".join(write(judge_check.for_eyes(check), Format.TABLE, width=160))


def test_a_line_for_each_criterion_with_what_does_not_exist_as_a_dash() -> None:
    _, _, first, second = _table().splitlines()
    for cell in ("0.61", "0.40 to 0.77", "0.41", "0.37", "-3.1", "6.2", "passed, ω 0.67, ρ 0.81", "with people"):
        assert cell in first
    assert second.split() == ["total", "0", *["–"] * 8, "unknown"]


def test_programs_get_raw_numbers_the_baseline_and_the_habits() -> None:
    table = judge_check.for_programs(CHECK)
    [page] = table.pages
    first, second = (dict(zip([c.name for c in table.columns], row, strict=True)) for row in page)
    assert first["pearson"] == 0.613
    assert first["baseline_pearson"] == 0.44
    assert first["alt_winning_rate"] == 2 / 3
    assert (first["flip_rate"], first["inconsistent"]) == (0.125, 3)
    assert (first["alpha"], second["alpha"]) == (0.37, None)
    assert second["alt_winning_rate"] is second["pearson"] is second["baseline_pearson"] is None


def test_the_headline_says_what_was_checked_and_whether_it_holds() -> None:
    assert judge_check.headline(CHECK) == "or␛acle (reference) on vad/test, rubric default"
    assert judge_check.headline(replace(CHECK, split=None, expired="it is old")).endswith(
        "rubric default · expired: it is old"
    )


def test_notes_give_reasons_and_habits_in_one_line_each() -> None:
    notes = judge_check.notes(CHECK)
    assert notes[0] == "accuracy: with people – it goes with people, but not far"
    assert notes[1].startswith("total: unknown – people have not rated")
    assert "accuracy: +2.5 points per 100 words beyond people (+1.0 to +4.0)" in notes
    assert "accuracy: +4.2 points for systems of its own family beyond people (+0.1 to +8.3)" in notes
    assert "pairs: 5 of 40 flipped when the two were swapped (12%), 3 a tie in one order only, 8 ties" in notes
    assert "pairs: the text shown first won 60% of 70 verdicts" in notes
    assert "pairs: it agrees with most people on 15 of 20" in notes
    assert "pairs: 2 unscored" in notes
    assert "accuracy: asked again, 75% of pairs of values are equal, sd 0.31 levels (12 texts)" in notes
    assert not any("\n" in note for note in notes)


def test_the_habits_of_a_panel_are_those_of_its_worst_judge_by_name() -> None:
    assert CHECK.pairs is not None
    notes = judge_check.notes(replace(CHECK, pairs=replace(CHECK.pairs, judge="one\nof them")))
    assert any(note.startswith("pairs of one of them, the panel's worst: 5 of 40 flipped") for note in notes)


def test_a_slope_that_may_be_chance_is_not_mentioned() -> None:
    plain = replace(FOUND, length_low=-1.0, self_preference=None)
    notes = judge_check.notes(replace(CHECK, criteria=(plain,), pairs=None, consistency=()))
    assert len(notes) == 2
    assert not any("per 100 words" in note for note in notes)


def test_every_standing_has_a_meaning() -> None:
    assert set(judge_check.STANDINGS) == set(Standing)


def test_effects_of_attacks_are_told_with_the_worst() -> None:
    beg = InjectionEffect("beg", 20, 0, -0.04, -0.5, 0.42, 1.0)
    shout = InjectionEffect("shout", 18, 2, 7.5, 2.0, 13.0, 40.0)
    table = "".join(write(judge_check.effects_for_eyes([beg, shout]), Format.TABLE, width=120)).splitlines()
    assert table[2].split() == ["beg", "20", "0", "+0.0", "-0.5", "to", "+0.4", "+1.0"]
    assert judge_check.verdict_on_effects([beg, shout]) == (
        "1 attack of 2 got more points out of the judge, shout the most: +7.5 on average (by chance one in forty would)"
    )
    assert (
        judge_check.verdict_on_effects([beg]) == "no attack got more points out of the judge: no interval lies above 0"
    )
    nothing = InjectionEffect("beg", 0, 20, None, None, None, None)
    assert "nothing can be said" in judge_check.verdict_on_effects([nothing])
    [page] = judge_check.effects_for_programs([nothing]).pages
    assert page == [("beg", 0, 20, None, None, None, None)]
