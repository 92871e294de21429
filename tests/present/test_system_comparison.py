"""What is said of two systems: marks, words, bars, and tables for people and programs."""

import json
from dataclasses import replace

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import system_comparison as words
from viva.present.tables import Format, write
from viva.records.comparison import Apart, Comparison, MeasureDifference
from viva.records.estimate import Estimate
from viva.records.results import MeasureKey

AHEAD = MeasureDifference(
    MeasureKey("human", "total", "round-1"), 40, 44, 71.2, 60.1, Estimate(11.1, 6.2, 16.0), 15.0, 2.4, "t", 0.0001,
    0.0008, "drawn", 0.74, 30, 2, 8, 100.0,
)  # fmt: skip
EQUAL = replace(AHEAD, key=MeasureKey("metric", "meteor"), p=0.4, corrected=0.8, highest=1.0)
LENGTH = replace(AHEAD, key=MeasureKey("metric", "length_ratio"), highest=None, first=1.4, second=1.1)
WORSE = replace(AHEAD, key=MeasureKey("metric", "repetition"), highest=1.0, difference=Estimate(0.2, 0.1, 0.3))
NOTHING = MeasureDifference(
    MeasureKey("judge", "total", "", "judge (reference)"), 0, 7, None, None, Estimate(None), None, None, "none", None,
    None, "none", None, 0, 0, 0,
)  # fmt: skip


def made(*measures: MeasureDifference, first: str = "tuned", second: str = "base", **named: object) -> Comparison:
    tests = sum(one.p is not None for one in measures)
    return Comparison("ideas", 1, "test", first, second, measures, 0, **{"tests": tests, **named})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "mark", "said"),
    [
        (AHEAD, words.FIRST, "tuned is better"),
        (replace(AHEAD, difference=Estimate(-11.1, -16.0, -6.2)), words.SECOND, "base is better"),
        (EQUAL, words.ALIKE, "the data do not tell the two apart"),
        (WORSE, words.SECOND, "base is better"),
        (LENGTH, "", "tuned has the higher value; neither direction is better"),
        (NOTHING, "", "nothing to compare: of the questions both have a value for none of 7"),
        (replace(NOTHING, attempted=0), "", "nothing to compare: of the questions both were tried on none"),
        (replace(AHEAD, corrected=0.05), words.ALIKE, "the data do not tell the two apart"),
    ],
)
def test_which_is_better(one: MeasureDifference, mark: str, said: str) -> None:
    assert (words.mark(one), words.verdict(one, made(one))) == (mark, said)


def test_all_that_is_known_of_a_measure_in_sentences() -> None:
    found = made(AHEAD, EQUAL)
    assert words.sentences(AHEAD, found) == [
        "Human total /100: tuned is better",
        "tuned 71.2, base 60.1 on 40/44 questions: difference +11.1 (95% interval +6.2 to +16.0)",
        "p <0.001 (20,000 sign flips, seed 0), <0.001 corrected for the 2 main measures; d +0.74, medium; "
        "tuned better on 30, base on 8, equal on 2",
    ]
    assert words.sentences(NOTHING, found) == [f"Judge total, points: {words.verdict(NOTHING, found)}"]


def test_titles_name_people_and_judges_where_there_are_several() -> None:
    other = replace(AHEAD, key=MeasureKey("human", "total", "round-2"))
    accuracy = replace(AHEAD, key=MeasureKey("judge", "accuracy", "", "judge (reference)"), highest=40.0)
    assert words.title(AHEAD, made(AHEAD)) == "Human total /100"
    assert words.title(AHEAD, made(AHEAD, other)) == "Human total /100 · round-1"
    assert words.title(accuracy, made(accuracy)) == "accuracy /40, judge"
    assert words.title(EQUAL, made(EQUAL)) == "METEOR"


def test_a_summary_counts_what_is_told_apart() -> None:
    assert words.summary(made(AHEAD, EQUAL)) == "tuned is better on 1, not told apart on 1 of 2 measures"
    assert words.summary(made(EQUAL, LENGTH)) == "the data do not tell the two apart on any of 1 measure"
    assert words.summary(made(NOTHING)) == "nothing to compare: the two share no scored question"


def test_where_neither_direction_is_better_there_is_still_something_compared() -> None:
    assert words.summary(made(LENGTH)) == "of what is measured neither more nor less is better"


def test_questions_are_ordered_by_the_measure_itself() -> None:
    criterion = replace(AHEAD, key=replace(AHEAD.key, measure="accuracy"), highest=40.0)
    assert words.order_title(criterion, made(criterion)) == "by difference in accuracy /40"
    assert [words.apart_count(count, 100) for count in (1, 2, 100)] == ["1 question", "2 questions", "the first 100"]


def test_questions_that_were_picked_weaken_the_numbers() -> None:
    (said,) = words.warnings(made(AHEAD, chosen=(("round-1", 12),)))
    assert said.startswith("round-1: 12 questions not known to be drawn at random count here")


ZEROLESS = replace(EQUAL, p=0.02, corrected=0.09)


def test_an_interval_without_zero_beside_systems_that_are_not_told_apart_is_explained() -> None:
    assert [note for note in words.notes(made(AHEAD, ZEROLESS)) if note.startswith("≈")] == [
        "≈ beside an interval without 0: the interval is of that measure alone, p Holm counts them all"
    ]
    assert words.sentences(ZEROLESS, made(ZEROLESS))[-1].startswith("≈ beside an interval without 0")
    few = replace(ZEROLESS, n=3, p=0.25, corrected=0.5)
    assert "fewer than 6 questions give no p below 0.05" in words.notes(made(few))[-1]
    assert "p by sign flips" in words.notes(made(replace(ZEROLESS, p=0.06)))[-1]
    with_zero = replace(ZEROLESS, difference=Estimate(1.0, -1.0, 3.0))
    assert not any("≈" in note for note in words.notes(made(AHEAD, with_zero, NOTHING)))


def test_for_which_measures_p_is_corrected_is_said() -> None:
    assert words.family(made(AHEAD, tests=13)) == "the 13 main measures"
    assert words.family(made(AHEAD, tests=26, every=True)) == "all 26 measures"
    assert words.family(made(AHEAD, tests=14, joined=("rouge_1",))) == "14 measures: the main ones and rouge_1"
    assert "p Holm: corrected for the 13 main measures; intervals and draws with seed 0" in words.notes(
        made(AHEAD, tests=13)
    )


def test_the_legend_of_a_narrow_table_says_where_the_rest_is() -> None:
    assert "≈ cannot be told apart" in words.legend(True)[0]
    narrow = " ".join(words.legend(False))
    assert "w/t/l: won, tied, lost by the first" in narrow
    assert "120 columns" in narrow


def test_what_rounds_to_zero_has_no_sign() -> None:
    assert [words.signed(value, 1) for value in (-0.01, 0.0, 0.04, 0.06, -0.06)] == [
        "0.0",
        "0.0",
        "0.0",
        "+0.1",
        "-0.1",
    ]


def test_programs_get_what_people_get_and_more() -> None:
    (row,) = json.loads("".join(write(words.for_programs(made(AHEAD)), Format.JSON)))
    assert (row["difference"], row["low"], row["high"], row["p_holm"]) == (11.1, 6.2, 16.0, 0.0008)
    assert (row["wins"], row["ties"], row["losses"], row["better"], row["seed"]) == (30, 2, 8, 1, 0)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_texts_do_no_harm(text: str) -> None:
    key = MeasureKey("judge", text, "", text)
    one = replace(AHEAD, key=key)
    found = made(one, replace(NOTHING, key=key), first=text, second=text + "x", chosen=((text, 2),))
    row = Apart("e", 0, text, text, text, 1.0, 2.0, text, None)
    shown = [
        words.caption(found), *words.sentences(one, found), *words.notes(found), *words.nothing(found, text),
        words.summary(found), *words.lines(found, 20)[0].cells, *words.apart_cells(row, one, 60),
        *write(words.for_eyes(found), Format.TABLE), *write(words.apart_for_eyes([row], one, found), Format.TABLE),
    ]  # fmt: skip
    for line in shown:
        assert not FORBIDDEN.search(line.replace("\n", ""))


def test_questions_become_a_page_whose_texts_can_be_opened() -> None:
    rows = [Apart(f"e{n}", n, "q", "r", None, 9.0 - n, 1.0, "a", "b") for n in range(3)]
    page = words.page(made(AHEAD), AHEAD, rows)
    assert (page.total, page.systems, page.query.measure) == (3, ("tuned", "base"), "human total")
    assert [row.values for row in page.rows] == [(9.0, 1.0), (8.0, 1.0), (7.0, 1.0)]
    assert words.page(made(AHEAD), AHEAD, []).rows == ()


def test_long_names_that_differ_at_the_end_are_told_apart_everywhere() -> None:
    first, second = (f"hub/mistral-7b-instruct-v0.3-qlora-r16-a32-lr2e-4-step-{step}" for step in (2400, 1200))
    found = made(AHEAD, replace(AHEAD, difference=Estimate(-11.1, -16.0, -6.2)), first=first, second=second)
    caption = words.caption(found, 68)
    assert len(caption) <= 68
    for said in (caption, words.summary(found), *words.sentences(AHEAD, found)[1:]):
        assert "2400" in said
        assert "1200" in said
    alike = made(AHEAD, first=first.replace("-step", "2-a-step"), second=first.replace("-step", "3-a-step"))
    assert len(set(words.sentences(AHEAD, alike)[1].split(" on ")[0].split(", "))) == 2
    assert words.verdict(AHEAD, alike) != words.verdict(AHEAD, made(AHEAD, first=alike.second, second=alike.first))
