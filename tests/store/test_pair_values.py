"""Comparisons question by question: who counts, how verdicts become a score, and what is left out."""

import pytest

from tests.fakes import compared
from viva.records.ranking import PairSource
from viva.store.pair_values import PairCounts, PairReader, PairValues
from viva.workbench import Workbench

PEOPLE = PairSource("human", "", "", "", None, 2, 1, 1)
JUDGE = PairSource("judge", "", "oracle", "reference", None, 2, 1, 1)
A, B, C = "alpha", "beta", "gamma"


@pytest.fixture
def duel(bench: Workbench) -> Workbench:
    # gamma is made first, so that systems are not in the order of their names.
    compared.write(bench, [C, A, B], 4, samples=2, longer=[0, 0, 10])
    return bench


def read(workbench: Workbench, of: PairSource = PEOPLE, split: str | None = None) -> PairValues:
    with workbench.store.read() as connection:
        return PairReader(connection, compared.DATASET, 1, split).values(of)


def count(workbench: Workbench, of: PairSource = PEOPLE) -> PairCounts:
    with workbench.store.read() as connection:
        return PairReader(connection, compared.DATASET, 1, None).counts(of)


def rows(found: PairValues) -> list[tuple[int, str, str, float]]:
    return [
        (int(question), found.systems[first], found.systems[second], float(score))
        for question, first, second, score in zip(
            found.questions, found.first, found.second, found.scores, strict=True
        )
    ]  # fmt: skip


def test_a_question_counts_once_by_the_mean_of_people(duel: Workbench) -> None:
    compared.prefer(duel, [(0, A, B, A), (1, B, A, B), (2, A, C, None)], "ann")
    compared.prefer(duel, [(0, A, B, None)], "eve")
    found = read(duel)
    assert found.systems == [C, A, B]
    assert rows(found) == [(0, A, B, 0.75), (1, A, B, 0.0), (2, A, C, 0.5)]
    assert count(duel) == PairCounts(3, 4, 0, 0, 0)


def test_questions_without_a_split_are_those_of_the_empty_one(duel: Workbench) -> None:
    compared.prefer(duel, [(0, A, B, A), (1, A, B, B)], "ann")
    with duel.store.write() as connection:
        connection.execute("UPDATE example SET split = NULL WHERE position = 1")
    assert [question for question, *_ in rows(read(duel, split=""))] == [1]
    assert [question for question, *_ in rows(read(duel))] == [0, 1]


def test_texts_in_another_order_than_their_systems_names_are_turned(bench: Workbench) -> None:
    # Texts are kept in the order of their ids, in which "!" comes before "-".
    compared.write(bench, ["ab", "ab!"], 2, longer=[7, 0])
    assert compared.text_id("ab!", 0) < compared.text_id("ab", 0)
    compared.prefer(bench, [(0, "ab", "ab!", "ab"), (1, "ab", "ab!", "ab!")], "ann")
    found = read(bench)
    assert rows(found) == [(0, "ab", "ab!", 1.0), (1, "ab", "ab!", 0.0)]
    assert all(found.longer > 0)


def test_a_judges_orders_are_one_verdict_and_a_flip_is_a_tie(duel: Workbench) -> None:
    compared.judge(
        duel, [(0, A, B, A), (1, A, B, A), (2, A, B, A)], [(0, A, B, A), (1, A, B, B), (2, A, B, None)]
    )  # fmt: skip
    assert rows(read(duel, JUDGE)) == [(0, A, B, 1.0), (1, A, B, 0.5), (2, A, B, 0.5)]
    assert count(duel, JUDGE) == PairCounts(3, 3, 1, 1, 0)
    assert rows(read(duel)) == []


def test_two_texts_of_one_system_and_what_was_passed_over_are_counted_only(duel: Workbench) -> None:
    compared.compare_with_itself(duel, A, 0)
    compared.unscored(duel, 1, A, B)
    assert rows(read(duel)) == []
    assert read(duel).systems == []
    assert count(duel) == PairCounts(1, 0, 0, 0, 1)


def test_lengths_are_of_the_texts_that_were_compared(duel: Workbench) -> None:
    compared.prefer(duel, [(0, A, B, A), (0, B, C, B)])
    found = read(duel)
    longer = {
        (found.systems[a], found.systems[b]): by
        for a, b, by in zip(found.first, found.second, found.longer, strict=True)
    }
    assert longer == {(A, B): -10.0, (B, C): 10.0}


def test_sources_stand_apart_by_who_and_what(duel: Workbench) -> None:
    compared.prefer(duel, [(0, A, B, A)])
    compared.prefer(duel, [(0, A, B, A), (1, A, C, A)], criterion="accuracy")
    compared.judge(duel, [(0, A, B, A), (1, A, B, A), (2, B, C, B)])
    compared.unscored(duel, 3, A, C)
    with duel.store.read() as connection:
        found = PairReader(connection, compared.DATASET, 1, None).sources()
        nowhere = PairReader(connection, compared.DATASET, 1, "train").sources()
    assert found == [
        PairSource("human", "", "", "", None, 3, 1, 2),
        PairSource("human", "", "", "", "accuracy", 3, 2, 2),
        PairSource("judge", "", "oracle", "reference", None, 3, 3, 3),
    ]
    assert nowhere == []
    assert rows(read(duel, split="train")) == []
