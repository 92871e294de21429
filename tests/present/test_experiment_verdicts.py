"""What judges said in an experiment, as tables and lines."""

from dataclasses import replace

from viva.present.experiments import board_tables, facts, heading, notes
from viva.present.tables import Format, write
from viva.records.experiment import (
    CriterionPoints,
    Experiment,
    ExperimentTable,
    GenerateStep,
    JudgeStep,
    PairCount,
    ScoreStep,
    Shown,
    SystemPoints,
)
from viva.records.judging import JudgeMode, JudgeSettings

SCORED = Shown("Scored", judge=JudgeMode.REFERENCE)
PAIRS = Shown("Pairs", pairs=True)
ALL = (SystemPoints(12.2, 1.0, 19, 19), SystemPoints(26.8, 2.0, 19, 19))
POINTS = ExperimentTable(
    SCORED, "test", ("base", "tuned"), judge="far", mode=JudgeMode.REFERENCE,
    points=(CriterionPoints("accuracy", 40, ALL, 14.6, 3.25, 19), CriterionPoints(None, 100, ALL, 14.6, None, 19)),
)  # fmt: skip
COMPARED = ExperimentTable(
    PAIRS, "test", ("base", "tuned"), judge="far", mode=JudgeMode.INDEPENDENT,
    pairs=(PairCount("tuned", "base", None, 9, 6, 3, 4, 1, 30, 18),),
)  # fmt: skip


def lines(table: ExperimentTable) -> list[list[str]]:
    [(_, rows)] = board_tables(table)
    return [line.split("   ") for line in "".join(write(rows, Format.TABLE, width=120)).splitlines()]


def cells(table: ExperimentTable, row: int) -> list[str]:
    return [cell.strip() for cell in lines(table)[row] if cell.strip()]


def test_points_stand_beside_the_weight_with_the_difference_and_the_count() -> None:
    assert cells(POINTS, 0) == ["criterion", "weight", "base", "tuned", "difference", "scored"]
    assert cells(POINTS, 2) == ["accuracy", "40", "12.2 / 40", "26.8 / 40", "+14.6 ± 3.2", "19/19"]
    assert cells(POINTS, 3) == ["total", "100", "12.2 / 100", "26.8 / 100", "+14.6", "19/19"]
    assert heading(POINTS) == "Scored (split test, judge far, against the reference)"
    [note] = notes(POINTS)
    assert note.startswith("difference: tuned less base, over 19 questions with points for both")


def test_counts_that_differ_stand_with_each_number_and_reasons_below() -> None:
    some = (ALL[0], SystemPoints(None, None, 0, 19))
    table = replace(
        POINTS, points=(CriterionPoints("accuracy\x1b[2J", 40, some),),
        unscored=(("accuracy\x1b[2J", "no JSON\n[/foo]", 19), ("style", "no JSON\n[/foo]", 19), ("style", "cut", 1)),
    )  # fmt: skip
    assert cells(table, 2) == ["accuracy␛[2J", "40", "12.2 / 40 (19/19)", "– (0/19)", "–"]
    assert notes(table) == ["accuracy␛[2J, style: 19 texts unscored: no JSON [/foo]", "style: 1 text unscored: cut"]


def test_many_reasons_are_not_all_told() -> None:
    table = replace(POINTS, points=(), unscored=tuple(("style", f"reason {n}", 9 - n) for n in range(7)))
    assert len(notes(table)) == 6
    assert notes(table)[-1] == "and 2 more reasons: viva judgment unscored has them all"


def test_three_systems_have_no_difference() -> None:
    table = replace(POINTS, systems=("a", "b", "c"), points=(CriterionPoints("accuracy", 40, (*ALL, ALL[0])),))
    assert cells(table, 0) == ["criterion", "weight", "a", "b", "c", "scored"]
    assert notes(table) == []


def test_pairs_are_wins_ties_and_losses_with_flips_and_rates() -> None:
    head = ["system", "against", "wins", "ties", "losses", "flips", "unscored", "win rate", "first"]
    assert cells(COMPARED, 0) == head
    assert cells(COMPARED, 2) == ["tuned", "base", "9", "6", "3", "4", "1", "67%", "60%"]
    assert heading(COMPARED) == "Pairs (split test, judge far, against the judge's own approach)"
    said = "\n".join(notes(replace(COMPARED, unscored=(("", "no JSON", 1),), missing=12, wanted=38)))
    assert "win rate: wins and half of the ties" in said
    assert "1 pair unscored: no JSON" in said
    assert "12 of 38 verdicts not asked for" in said


def test_pairs_by_criterion_say_on_what_and_none_is_a_dash() -> None:
    none = PairCount("tuned", "base", "style", 0, 0, 0, 0, 0, 0, 0)
    table = replace(COMPARED, pairs=(*COMPARED.pairs, none))
    assert cells(table, 0)[2] == "on"
    assert cells(table, 2)[2] == "overall"
    assert cells(table, 3)[2:] == ["style", "0", "0", "0", "0", "0", "–", "–"]


def test_judges_are_told_in_words() -> None:
    experiment = Experiment(
        "try", "A try", "", "vad", True, None, (GenerateStep("test", ("starter",)),), ScoreStep(()),
        (SCORED, PAIRS),
        (
            JudgeStep(),
            JudgeStep(("far", "near"), JudgeMode.INDEPENDENT, True, True, "own", JudgeSettings(0.7, samples=3), "hot"),
        ),
    )  # fmt: skip
    found = facts(experiment)
    assert "score" not in found
    assert found["judge 1"] == "the judge that is named: against the reference; rubric default"
    assert found["judge 2"] == (
        "far, near: in pairs, in both orders, against the judge's own approach; rubric own; by criterion as well; "
        "3 samples; temperature 0.7; texts of hot"
    )
    assert found["show"] == "Scored: points against the reference\nPairs: pairs of systems"
