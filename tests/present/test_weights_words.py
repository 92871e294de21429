"""What weights decide, in words: one verdict for each case, and numbers that never read as all or nothing."""

from dataclasses import replace

import pytest

from viva.present import weights as words
from viva.present.tables import Format, write
from viva.records.weights import (
    WeightedCriterion,
    WeightedPair,
    WeightedSystem,
    WeightSensitivity,
    WeightSource,
)

BEST = WeightedSystem("tuned", 64.0, (0.9, 0.4), 0.7, 0.0)
WORST = WeightedSystem("[/foo] \x1b[2J", 46.0, (0.5, 0.6), 0.3, 0.0)
CRITERIA = (WeightedCriterion("accuracy", 0.6, 1 / 3, 1.0), WeightedCriterion("completeness", 0.4, 0.0, 2 / 3))
PAIR = WeightedPair("tuned", "[/foo] \x1b[2J", 0.7)
FOUND = WeightSensitivity(
    "tiny", 1, "test", WeightSource("human", "clinic", ""), "default", CRITERIA, (BEST, WORST), (PAIR,), ("tuned",), 8,
    8, True, True, 0, 0,
)  # fmt: skip


def test_the_verdict_says_whether_the_winner_stays_the_winner() -> None:
    assert words.verdict(FOUND) == "tuned is first by the rubric's weights, and under 70% of all weightings"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"systems": (replace(BEST, first=1.0), replace(WORST, first=0.0))},
         "tuned is first by the rubric's weights, and under every weighting"),
        ({"systems": (replace(BEST, first=1.0), replace(WORST, first=0.0)), "exact": False, "draws": 20_000},
         "tuned is first by the rubric's weights, and under all 20,000 weightings that were drawn"),
        ({"systems": (replace(BEST, first=0.2), replace(WORST, first=0.8))},
         "tuned is first by the rubric's weights, and under 20% of all weightings; [/foo] ␛[2J is first under 80%"),
        ({"systems": ()}, "no system has points on every criterion: there is nothing to weigh"),
        ({"systems": (BEST,), "pairs": ()},
         "tuned is the only system with points on every criterion: there is none to be ahead of"),
        ({"leaders": ("tuned", "[/foo] \x1b[2J"), "pairs": (replace(PAIR, ahead=None),)},
         "the systems are equal on every criterion: weights decide nothing"),
        ({"leaders": ("tuned", "[/foo] \x1b[2J")},
         "by the rubric's weights 2 systems are first together; of all weightings: tuned 70%, [/foo] ␛[2J 30%"),
    ],
)  # fmt: skip
def test_odd_sets_have_a_verdict_of_their_own(change: dict[str, object], expected: str) -> None:
    assert words.verdict(replace(FOUND, **change)) == expected  # type: ignore[arg-type]


def test_tables_fit_and_are_harmless() -> None:
    many = replace(
        FOUND, criteria=CRITERIA * 3, systems=tuple(replace(one, shares=one.shares * 3) for one in FOUND.systems)
    )
    for found in (FOUND, many):
        text = "".join(write(words.for_eyes(found, 80), Format.TABLE, width=80))
        assert text.splitlines()[0].startswith("system")
        assert max(map(len, text.splitlines())) <= 80
        assert "\x1b" not in text
    rows = "".join(write(words.criteria_for_eyes(FOUND), Format.TABLE, width=80)).splitlines()
    assert [row.split(maxsplit=2) for row in rows[2:]] == [
        ["accuracy", "60%", "from 33%"], ["completeness", "40%", "up to 67%"],
    ]  # fmt: skip
    assert "70%" in "".join(write(words.pairs_for_eyes(FOUND), Format.TABLE, width=80))


def test_programs_get_every_number() -> None:
    for table in (words.for_programs(FOUND), words.criteria_for_programs(FOUND), words.pairs_for_programs(FOUND)):
        rows = next(iter(table.pages))
        assert all(len(row) == len(table.columns) for row in rows)
    names = [column.name for column in words.for_programs(FOUND).columns]
    assert {"share:accuracy", "first", "first_se", "leader", "n", "attempted", "seed"} <= set(names)


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.0, "0%"),
        (1.0, "100%"),
        (0.996, "99.6%"),
        (0.0004, "<0.1%"),
        (0.9999, ">99.9%"),
        (0.5, "50%"),
        (0.004, "0.4%"),
    ],
)
def test_a_share_that_is_not_all_or_nothing_never_reads_as_that(share: float, expected: str) -> None:
    cells = words.system_cells(FOUND, replace(BEST, first=share))
    assert cells[2] == expected
    bar = words.bar(share, 10)
    assert len(bar) == 10
    assert ("█" in bar, "·" in bar) == (share > 0, share < 1)


def test_what_is_to_be_known_with_it_is_said() -> None:
    assert words.warnings(FOUND) == []
    assert words.warnings(replace(FOUND, attempted=9)) == ["1 question without points of every system left out"]
    assert "harder for one" in words.warnings(replace(FOUND, shared=False))[0]
    drawn = replace(FOUND, exact=False, draws=20_000, systems=(replace(BEST, se=0.003), WORST))
    assert "20,000 drawn, seed 0, ± 0.6 points" in words.legend(drawn)
    judged = replace(FOUND, of=WeightSource("judge", "", "oracle (reference)"))
    assert words.notes(judged)[-1].endswith("viva judgment check tiny")
    assert words.headline(judged) == "tiny/test: oracle (reference), rubric default: 8 of 8 questions"
