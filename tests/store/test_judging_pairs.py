"""Which comparisons of judges count, both orders taken together, and the habits that show in them."""

from dataclasses import replace

import pytest

from tests.store.hand_made import NOON
from tests.store.judged import OTHER, PAIRING, ask, pair_of
from viva.records.generation import Generation
from viva.records.ids import new_id
from viva.records.judge_check import PairHabits
from viva.records.judging import JudgeMode, PairVerdict, Purpose
from viva.store import Store, generations, judge_pairs, judgment_list

REFERENCE = JudgeMode.REFERENCE
COLLAPSED = "SELECT criterion, sample, winner, flipped, unscored FROM pair_verdicts ORDER BY ALL"
REASON = "SELECT reason FROM pair_verdicts"


def compare(store: Store, *pairs: PairVerdict) -> None:
    for pair in pairs:
        with store.write() as connection:
            judge_pairs.add(connection, "dataset-1", [], [pair])


def prefer(store: Store, rater: str, winner: str, pair: tuple[str, str] = ("b1", "t1"), shown: str = "b") -> None:
    with store.write() as connection:
        connection.execute(
            "INSERT INTO preference (event_id, example_id, generation_a, generation_b, scorer, source, shown_first,"
            " winner, comment, created_at) VALUES (?, 'e1', ?, ?, ?, 'human', ?, ?, '', ?)",
            [new_id(), *pair, rater, shown, winner, NOON],
        )


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("a", "a", ("a", False, None)),
        ("tie", "tie", ("tie", False, None)),
        ("a", "b", ("tie", True, None)),
        ("a", "tie", ("tie", False, None)),
        ("tie", "b", ("tie", False, None)),
        ("b", None, (None, None, "refused")),
    ],
)
def test_both_orders_are_one_verdict_and_a_flip_is_a_tie(
    small: Store, first: str | None, second: str | None, expected: tuple[object, ...]
) -> None:
    compare(small, pair_of(first, "a"))
    assert ask(small, COLLAPSED) == [(None, 0, None, None, "judged in one order only")]
    compare(small, pair_of(second, "b"))
    assert ask(small, COLLAPSED) == [(None, 0, *expected)]


def test_criteria_and_samples_stand_beside_the_verdict_on_the_whole(small: Store) -> None:
    for shown in ("a", "b"):
        with small.write() as connection:
            verdicts = [
                pair_of("a", shown), pair_of("b", shown, criterion="accuracy"),
                pair_of("tie", shown, criterion="clarity"), pair_of("b", shown, sample=1),
            ]  # fmt: skip
            judge_pairs.add(connection, "dataset-1", [], verdicts)
            judge_pairs.add(connection, "dataset-1", [], verdicts)
    assert ask(small, COLLAPSED) == [
        ("accuracy", 0, "b", False, None), ("clarity", 0, "tie", False, None), (None, 0, "a", False, None),
        (None, 1, "b", False, None),
    ]  # fmt: skip
    assert ask(small, "SELECT count(*), count(*) FILTER (criterion IS NULL) FROM preferences") == [(8, 4)]


def test_only_the_newest_protocol_counts_and_people_as_they_are(small: Store) -> None:
    newer = replace(OTHER, purpose=Purpose.PAIR)
    compare(small, pair_of("a"), pair_of("a", "b"), pair_of("b", protocol=newer))
    prefer(small, "ann", "a")
    rows = "SELECT scorer, source, mode, shown_first, winner FROM preferences ORDER BY ALL"
    assert ask(small, rows) == [
        ("ann", "human", None, "b", "a"), ("oracle", "judge", "reference", "a", "b"),
    ]  # fmt: skip
    rows = "SELECT scorer, winner, flipped, unscored FROM pair_verdicts ORDER BY ALL"
    assert ask(small, rows) == [("ann", "a", False, None), ("oracle", None, None, "judged in one order only")]


def test_a_retry_in_vain_hides_no_verdict(small: Store) -> None:
    compare(small, pair_of("a"), pair_of(None, attempt=1))
    assert ask(small, "SELECT winner FROM preferences") == [("a",)]
    compare(small, pair_of("b", attempt=2))
    assert ask(small, "SELECT winner FROM preferences") == [("b",)]


def test_what_counts_on_all_criteria_was_said_in_one_call(small: Store) -> None:
    def said(call: str, attempt: int, **winners: str | None) -> None:
        with small.write() as connection:
            verdicts = [
                pair_of(winner, criterion=None if name == "overall" else name, attempt=attempt, call=call)
                for name, winner in winners.items()
            ]
            judge_pairs.add(connection, "dataset-1", [], verdicts)

    rows = "SELECT criterion, winner, call FROM preferences ORDER BY criterion NULLS FIRST"
    said("first", 0, overall="a", accuracy="b", clarity=None)
    said("second", 1, overall=None, accuracy="a", clarity="tie")
    newest = [(None, None, "second"), ("accuracy", "a", "second"), ("clarity", "tie", "second")]
    assert ask(small, rows) == newest
    said("third", 2, overall="b", accuracy=None, clarity=None)
    assert ask(small, rows) == newest
    with small.read() as connection:
        assert {row.call for row in judgment_list.pairs(connection, "small", 1)} == {"second"}
    said("fourth", 3, overall="a", accuracy="a", clarity="a")
    assert ask(small, rows) == [(None, "a", "fourth"), ("accuracy", "a", "fourth"), ("clarity", "a", "fourth")]


def left(store: Store, samples: int = 1, **options: object) -> dict[str, dict[str, list[int]]]:
    with store.read() as connection:
        found = judge_pairs.to_compare(
            connection,
            "dataset-1",
            "test",
            None,
            PAIRING.protocol_id,
            samples,
            **options,  # type: ignore[arg-type]
        )
        return {row["generation_a"] + row["generation_b"]: row["orders"] for row in found}


def test_every_two_systems_are_compared_in_both_orders(small: Store) -> None:
    both = {"a": [0], "b": [0]}
    assert left(small) == {"b1t1": both, "b2t2": both, "b3t3": both}
    assert left(small, examples=["e2"]) == {"b2t2": both}
    compare(small, pair_of("a"), pair_of("a", "b"), pair_of(None, pair=("b2", "t2"), example="e2"))
    assert left(small, 2) == {
        "b1t1": {"a": [1], "b": [1]},
        "b2t2": {"a": [1], "b": [0, 1]},
        "b3t3": {"a": [0, 1], "b": [0, 1]},
    }
    assert left(small, retry=True) == {"b2t2": both, "b3t3": both}
    with small.read() as connection:
        [row] = judge_pairs.to_compare(connection, "dataset-1", "test", ["base", "tuned"], "p", 1, ["e3"])
        assert list(judge_pairs.to_compare(connection, "dataset-1", "test", ["base"], "p", 1)) == []
    assert row == {
        "example_id": "e3", "generation_a": "b3", "generation_b": "t3", "question": "When?", "reference": "Now.",
        "text_a": "base 3", "text_b": "tuned 3", "failed": None, "orders": both,
    }  # fmt: skip


def test_a_pair_without_a_text_says_so_and_further_samples_are_left_out(small: Store) -> None:
    systems = dict(ask(small, "SELECT name, system_id FROM system"))
    with small.write() as connection:
        generations.add(
            connection,
            [
                Generation("b1-2", systems["base"], "e1", "more", "stop", 1, 1, 0.1, 1),
                Generation("b4", systems["base"], "e4", "x", "stop", 1, 1, 0.1),
                Generation("t4", systems["tuned"], "e4", "", "failed", 0, 0, 0.1, 0, "no reply"),
            ],
        )
    assert list(left(small)) == ["b1t1", "b2t2", "b3t3"]
    with small.read() as connection:
        [row] = judge_pairs.to_compare(connection, "dataset-1", "train", None, PAIRING.protocol_id, 1)
    assert (row["failed"], row["text_b"]) == ("no reply", "")


def test_pieces_leave_nothing_out(small: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge_pairs, "FIRST_PIECE", 1)
    monkeypatch.setattr(judge_pairs.rows, "next_piece", lambda *_: 1)
    assert list(left(small)) == ["b1t1", "b2t2", "b3t3"]


def test_habits_are_counted_over_pairs_and_orders(small: Store) -> None:
    two, three = {"pair": ("b2", "t2"), "example": "e2"}, {"pair": ("b3", "t3"), "example": "e3"}
    compare(small, pair_of("a"), pair_of("b", "b"), pair_of("a", criterion="accuracy"))
    compare(small, pair_of("b", **two), pair_of("b", "b", **two))  # type: ignore[arg-type]
    compare(small, pair_of("tie", **three))  # type: ignore[arg-type]
    for rater, winner in (("ann", "b"), ("bob", "b"), ("eve", "a")):
        prefer(small, rater, winner, ("b2", "t2"))
    prefer(small, "ann", "a")
    prefer(small, "bob", "b")
    with small.read() as connection:
        found = judge_pairs.habits(connection, "small", 1, "test", "oracle", REFERENCE)
        assert judge_pairs.habits(connection, "small", 1, "train", "oracle", REFERENCE) is None
    # The flip on the first pair is a tie, and so is the word of two people who disagree.
    assert found == PairHabits(2, 1, 0, 4, 3, 1, 2, 2)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("a", "b", "flipped: another text in each order"), ("b", "tie", "inconsistent: a tie in one order only"),
        ("a", "a", None), ("tie", "tie", None), ("a", None, None),
    ],
)  # fmt: skip
def test_why_two_orders_are_a_tie_is_said(small: Store, first: str, second: str | None, reason: str | None) -> None:
    compare(small, pair_of(first), pair_of(second, "b"))
    assert ask(small, REASON) == [(reason,)]


def found_habits(store: Store) -> PairHabits:
    with store.read() as connection:
        found = judge_pairs.habits(connection, "small", 1, "test", "oracle", REFERENCE)
    assert found is not None
    return found


def test_a_tie_against_a_text_is_no_flip(small: Store) -> None:
    compare(small, pair_of("a"), pair_of("tie", "b"))
    found = found_habits(small)
    assert (found.pairs, found.flips, found.inconsistent, found.ties) == (1, 0, 1, 0)


def test_samples_of_a_pair_are_one_pair_which_is_what_most_of_them_are(small: Store) -> None:
    for sample in range(5):
        second = "b" if sample < 3 else "a"
        compare(small, pair_of("a", sample=sample), pair_of(second, "b", sample=sample))
    found = found_habits(small)
    assert (found.pairs, found.flips, found.inconsistent, found.unscored) == (1, 1, 0, 0)
    compare(
        small,
        pair_of(None, sample=5),
        pair_of(None, "b", sample=5),
        pair_of("a", sample=6),
        pair_of("a", "b", sample=6),
    )
    found = found_habits(small)
    assert (found.pairs, found.flips) == (1, 1)
    for sample in (7, 8, 9):
        compare(small, pair_of("a", sample=sample), pair_of("a", "b", sample=sample))
    prefer(small, "ann", "a")
    found = found_habits(small)
    assert (found.pairs, found.flips, found.shared, found.with_people) == (1, 0, 1, 1)


def test_a_person_has_one_vote_on_a_pair(small: Store) -> None:
    compare(small, pair_of("b"), pair_of("b", "b"))
    for shown in ("a", "b"):
        prefer(small, "ann", "a", shown=shown)
    prefer(small, "bob", "b")
    prefer(small, "eve", "b")
    assert found_habits(small).with_people == 1
    prefer(small, "dan", "a", shown="a")
    prefer(small, "dan", "b", shown="b")
    assert found_habits(small).with_people == 1


def test_comparisons_of_one_split_leave_those_of_another_alone(small: Store) -> None:
    systems = dict(ask(small, "SELECT name, system_id FROM system"))
    with small.write() as connection:
        texts = [
            Generation(name, systems[system], "e4", "x", "stop", 1, 1, 0.1)
            for name, system in (("b4", "base"), ("t4", "tuned"))
        ]
        generations.add(connection, texts)
    newer = replace(OTHER, purpose=Purpose.PAIR)
    compare(small, pair_of("a"), pair_of("b", pair=("b4", "t4"), example="e4"))
    compare(small, pair_of("b", pair=("b4", "t4"), example="e4", protocol=newer), pair_of(None, protocol=newer))
    rows = "SELECT split, winner, protocol FROM preferences ORDER BY split"
    assert ask(small, rows) == [("test", "a", PAIRING.protocol_id), ("train", "b", newer.protocol_id)]
