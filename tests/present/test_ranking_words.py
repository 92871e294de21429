"""Rankings from pairs in words: cells, drawn intervals, and a sentence for every odd set of comparisons."""

from dataclasses import replace

import pytest

from viva.present import ranking as words
from viva.present.tables import Format, write
from viva.records.estimate import Estimate
from viva.records.ranking import PairSource, RankedPair, RankedSystem, Ranking

NOTHING = Estimate(None)
SOURCE = PairSource("human", "clinic", "", "", None, 2, 40, 42)
BEST = RankedSystem(
    "tuned", 0, 1, 1, Estimate(0.5, 0.2, 0.8), 0, 40, 25, 5, 10, Estimate(0.6875, 0.55, 0.81), 0.06,
    Estimate(0.61, 0.5, 0.72),
)  # fmt: skip
WORST = replace(
    BEST, system="[/foo] \x1b[2J", first=2, last=2, strength=Estimate(-0.5, -0.8, -0.2), won=10, lost=25,
    rate=Estimate(0.3125, 0.19, 0.45), controlled=NOTHING, why_not="all questions are lost",
)  # fmt: skip
PAIR = RankedPair(
    "tuned", "[/foo] \x1b[2J", 40, 25, 5, 10, BEST.rate, 0.06, Estimate(0.69, 0.6, 0.8), BEST.controlled, None, -12.0
)
FOUND = Ranking("tiny", 1, "test", SOURCE, None, 0, (BEST, WORST), (PAIR,), 40, 40, 40, 40, 0, 0, 0, False)


def test_a_system_has_its_strength_on_elos_scale_and_its_rates() -> None:
    text = "".join(write(words.for_eyes(FOUND), Format.TABLE, width=80))
    assert text.splitlines()[0].split() == ["rank", "system", "strength", "w/t/l", "win", "rate", "equal", "lengths"]
    assert "1      tuned         +87 ± 52   25/5/10   69% 55–81   61% 50–72" in text
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80
    assert words.headline(FOUND) == (
        "tiny/test: people in clinic, on the whole: 40 of 40 comparisons with a verdict, on 40 questions"
    )


def test_ranks_that_verdicts_do_not_tell_are_ranges_and_groups_have_a_column() -> None:
    assert words.rank(replace(BEST, last=2)) == "1–2"
    found = replace(FOUND, systems=(BEST, replace(WORST, group=1)))
    assert words.headings(found)[0] == "group"
    assert words.system_cells(found, found.systems[1], "x")[0] == "2"


def test_many_systems_have_no_rate_at_equal_lengths_without_a_baseline() -> None:
    third = replace(WORST, system="third")
    assert "equal lengths" not in words.headings(replace(FOUND, systems=(BEST, WORST, third)))
    assert "equal lengths" in words.headings(replace(FOUND, systems=(BEST, WORST, third), baseline="third"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(Estimate(0.0, -0.1, 0.1), "0 ± 17"), (Estimate(-0.001), "0"), (Estimate(1.0), "+174"), (NOTHING, None)],
)
def test_strengths_are_written_with_their_sign(value: Estimate, expected: str | None) -> None:
    assert words.strength(value) == expected


def test_intervals_are_drawn_on_one_line() -> None:
    best, worst = words.drawn(FOUND, 33)
    assert (best.index("├"), best.index("●"), best.index("┤"), best.index("┊")) == (20, 26, 32, 16)
    assert (worst.index("├"), worst.index("●"), worst.index("┤")) == (0, 6, 12)
    across = replace(FOUND, systems=(replace(BEST, strength=Estimate(0.2, -0.4, 0.8)), WORST))
    assert words.drawn(across, 33)[0] == "········├───────┼───●───────────┤"
    alone = replace(FOUND, systems=(replace(BEST, strength=Estimate(0.0)),))
    assert words.drawn(alone, 20) == [""]


def test_programs_get_every_number_unrounded() -> None:
    rows = words.for_programs(FOUND)
    names = [column.name for column in rows.columns]
    first = dict(zip(names, next(iter(rows.pages))[0], strict=True))
    assert (first["strength"], first["strength_low"], first["win_rate"], first["win_rate_se"]) == (
        0.5,
        0.2,
        0.6875,
        0.06,
    )
    assert first["elo"] == pytest.approx(86.859, abs=1e-3)
    assert (first["study"], first["judge"], first["seed"], first["separated"]) == ("clinic", None, 0, False)
    pairs = words.pairs_for_programs(FOUND)
    assert len(pairs.columns) == len(next(iter(pairs.pages))[0])
    assert "{" in "".join(write(pairs, Format.JSON))


def test_below_a_table_of_pairs_stands_what_is_true_of_pairs() -> None:
    lacking = replace(FOUND, pairs=(replace(PAIR, controlled=Estimate(None), why_not="fewer than 10 questions"),))
    said = words.notes(lacking, by_pair=True)
    assert said[0].startswith(f"no rate at equal lengths for {PAIR.first} against ")
    assert said[0].endswith(": fewer than 10 questions")
    assert said[1].startswith("all rates are the first one's, a tie is half a win")
    assert not any("against all others" in note or "Elo" in note or "equal lengths:" in note for note in said)
    controlled = replace(FOUND, pairs=(replace(PAIR, controlled=Estimate(0.5, 0.4, 0.6), why_not=None),))
    assert words.notes(controlled, by_pair=True)[-1].startswith("equal lengths: AlpacaEval 2's")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"questions": 1}, ["there is one question only: no interval can be had"]),
        ({"questions": 12}, ["12 questions are few: take the intervals as rough"]),
        ({"attempted": 41}, ["1 comparison without a verdict does not count"]),
        ({"attempted": 43}, ["3 comparisons without a verdict do not count"]),
        ({"alone": 2}, ["2 verdicts on two texts of one system left out"]),
        (
            {"flipped": 3, "inconsistent": 1},
            [
                "of 40 verdicts 3 went to another text in each order and 1 was a tie in one order only: they count as "
                "ties"
            ],
        ),
        (
            {"pairs": (replace(PAIR, won=0, tied=40, lost=0),)},
            ["every comparison ended in a tie: nothing tells the systems apart, and intervals do not exist"],
        ),
        ({"systems": (), "scored": 0}, ["none of 40 comparisons has a verdict: there is nothing to rank by"]),
        (
            {"systems": (), "scored": 0, "attempted": 0, "alone": 1},
            ["1 verdict on two texts of one system: no two systems have been compared"],
        ),
        (
            {"systems": (BEST, replace(WORST, group=1))},
            [
                "the systems fall into 2 groups that no comparison connects: ranks and strengths hold within a group "
                "only"
            ],
        ),
        (
            {"separated": True, "systems": (replace(BEST, end=1), replace(WORST, end=-1))},
            [
                "tuned lost nothing to the others, [/foo] ␛[2J won nothing from them: strengths have no end; half a "
                "win was given to each side of each pair, so read them as at least so much"
            ],
        ),
    ],
)  # fmt: skip
def test_what_is_odd_is_said(change: dict[str, object], expected: list[str]) -> None:
    assert words.warnings(replace(FOUND, **change)) == expected  # type: ignore[arg-type]


def test_notes_say_how_numbers_were_made_and_whose_they_are() -> None:
    notes = words.notes(FOUND)
    assert "no rate at equal lengths for [/foo] ␛[2J: all questions are lost" in notes
    assert any("400 more are odds of 10 to 1" in note and "seed 0" in note for note in notes)
    judged = replace(FOUND, of=PairSource("judge", "", "oracle", "reference", "clarity", 2, 40, 40), baseline="tuned")
    assert "win rates are against tuned" in words.notes(judged)
    assert words.notes(judged)[-1].endswith("viva judgment check tiny")
    assert words.source_title(judged.of) == "oracle (reference), clarity"
    assert words.sentence(judged, BEST) == "tuned: the baseline, against which the win rates are"
    assert words.pair_sentence(FOUND, PAIR).endswith("its texts are 12 characters shorter on average")


def test_long_names_are_told_apart_in_every_sentence() -> None:
    first, second = (f"hub/mistral-7b-instruct-v0.3-qlora-r16-a32-lr2e-4-step-{step}" for step in (1200, 2400))
    systems = replace(BEST, system=first, end=1), replace(WORST, system=second, end=-1)
    pair = replace(PAIR, first=first, second=second, why_not="fewer than 10 questions")
    found = replace(FOUND, systems=systems, pairs=(pair,), separated=True)
    for said in (words.pair_sentence(found, pair), *words.warnings(found), words.notes(found, by_pair=True)[1]):
        assert "1200" in said
        assert "2400" in said
    assert "2400" in words.sentence(found, systems[1])
