"""Generations and scores in the store: samples, failures, and which settings of a metric count."""

from typing import Any

import pytest

from tests.store.hand_made import SYSTEMS, fill, score
from viva.records.generation import Generation, Score
from viva.store import Store, generations, study_frame

BASE = SYSTEMS[0].system_id


@pytest.fixture
def small(store: Store) -> Store:
    fill(store)
    return store


def text(name: str, example: str = "e4", sample: int = 0, **values: Any) -> Generation:
    return Generation(name, BASE, example, values.pop("text", name), "stop", 3, 2, 0.5, sample, **values)


def failure(name: str, example: str = "e4", sample: int = 0) -> Generation:
    return Generation(name, BASE, example, "", "failed", 0, 0, 0.0, sample, failed="no reply")


def add(store: Store, *texts: Generation) -> None:
    with store.write() as connection:
        generations.add(connection, texts)


def asked(store: Store, statement: str) -> list[tuple[Any, ...]]:
    with store.read() as connection:
        return connection.execute(statement).fetchall()


def left(store: Store, split: str, samples: int = 1) -> list[tuple[str, list[int]]]:
    with store.read() as connection:
        found = generations.to_write(connection, BASE, "dataset-1", split, samples)
        return [(row["example_id"], row["samples"]) for row in found]


def test_what_is_left_to_write_is_what_has_no_text(small: Store) -> None:
    assert left(small, "test") == []
    assert left(small, "test", 2) == [("e1", [1]), ("e2", [1]), ("e3", [1])]
    assert left(small, "train") == [("e4", [0])]
    add(small, text("x", sample=1), failure("f"))
    assert left(small, "train", 3) == [("e4", [0, 2])]


def test_a_second_text_for_one_sample_is_passed_over(small: Store) -> None:
    add(small, text("x"))
    add(small, text("y"), text("z", sample=1))
    assert asked(small, "SELECT generation FROM generations WHERE example = 'e4' ORDER BY 1") == [("x",), ("z",)]


def test_a_failure_counts_until_there_is_a_text(small: Store) -> None:
    add(small, failure("f1"))
    add(small, failure("f2"))
    assert asked(small, "SELECT generation, failed FROM generations WHERE example = 'e4'") == [("f2", "no reply")]
    add(small, text("x"))
    assert asked(small, "SELECT generation, failed FROM generations WHERE example = 'e4'") == [("x", None)]


def to_score(store: Store, *wanted: generations.Choice) -> dict[str, list[str]]:
    with store.read() as connection:
        found = generations.to_score(connection, "dataset-1", "test", wanted)
        return {row["generation_id"]: row["measures"] for row in found}


def test_what_is_left_to_score_has_no_value_with_these_settings(small: Store) -> None:
    score(small, "b1", "m", 0.5)
    score(small, "b2", "m", None, "no model")
    found = to_score(small, ("m", "1", ""), ("n", "1", ""))
    assert found["b1"] == ["n"]
    assert found["b2"] == ["m", "n"]
    assert len(found) == 6
    assert to_score(small, ("m", "1", "other"))["b1"] == ["m"]
    assert to_score(small, ("m", "2", ""))["b1"] == ["m"]


def test_pieces_leave_nothing_out_and_repeat_nothing(small: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "FIRST_PIECE", 2)
    monkeypatch.setattr(generations.rows, "next_piece", lambda *_: 1)
    assert len(to_score(small, ("m", "1", ""))) == 6
    assert left(small, "test", 2) == [("e1", [1]), ("e2", [1]), ("e3", [1])]


def means(store: Store) -> list[tuple[Any, ...]]:
    return asked(store, "SELECT system, n, attempted, mean FROM leaderboard WHERE measure = 'm' ORDER BY system")


def test_numbers_of_different_settings_are_never_mixed(small: Store) -> None:
    with small.write() as connection:
        generations.add_scores(connection, [Score(name, "m", "1", "a", 0.2) for name in ("b1", "t1")])
        generations.add_scores(connection, [Score("t1", "m", "1", "b", 0.9)])
        generations.choose(connection, "dataset-1", [("m", "1", "a")])
    assert means(small) == [("base", 1, 1, 0.2), ("tuned", 1, 1, 0.2)]
    with small.write() as connection:
        generations.choose(connection, "dataset-1", [("m", "1", "b")])
    assert means(small) == [("tuned", 1, 1, 0.9)]
    with small.write() as connection:
        generations.choose(connection, "dataset-1", [("m", "1", "a")])
    assert means(small) == [("base", 1, 1, 0.2), ("tuned", 1, 1, 0.2)]


def test_choosing_what_counts_already_adds_nothing(small: Store) -> None:
    for _ in range(3):
        with small.write() as connection:
            generations.choose(connection, "dataset-1", [("m", "1", "a")])
    assert asked(small, "SELECT count(*) FROM metric_choice") == [(1,)]


def test_samples_count_as_one_example(small: Store) -> None:
    add(small, text("s1", "e1", 1), text("s2", "e1", 2))
    for generation, value in (("b1", 0.1), ("s1", 0.2), ("s2", 0.6), ("b2", 0.5)):
        score(small, generation, "m", value)
    assert means(small) == [("base", 2, 2, pytest.approx(0.4))]


def test_a_text_that_failed_is_attempted_and_not_scored(small: Store) -> None:
    add(small, failure("f", "e4"))
    score(small, "b1", "m", 0.5)
    score(small, "f", "m", None, "no text: no reply")
    found = asked(
        small, "SELECT split, n, attempted FROM leaderboard WHERE measure = 'm' AND system = 'base' ORDER BY split"
    )
    assert found == [("test", 1, 1), ("train", 0, 1)]


def test_scores_from_before_there_was_a_choice_still_count(small: Store) -> None:
    score(small, "b1", "m", 0.5)
    assert means(small) == [("base", 1, 1, 0.5)]


def test_a_study_shows_the_first_sample_and_nothing_that_failed(small: Store) -> None:
    add(small, failure("f"), text("later", "e1", 1))
    with small.read() as connection:
        shown = [study_frame.texts(connection, "dataset-1", split, ["base"]) for split in ("test", "train")]
    assert [[row[0] for row in rows] for rows in shown] == [["b1", "b2", "b3"], []]
