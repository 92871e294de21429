"""Benchmarks in the store: items, answers, what is left to ask, and the views for SQL."""

import json
from typing import Any

import pytest

from viva.records.benchmark import BenchmarkAnswer, BenchmarkItem, BenchmarkKind
from viva.store import Store, benchmarks
from viva.store.sql import SqlSession

ITEMS = [BenchmarkItem(f"q{number}", {"question": f"{number}?\ud800\x00"}) for number in range(4)]


@pytest.fixture
def filled(store: Store) -> Store:
    with store.write() as connection:
        benchmarks.add(connection, "b1", "arc", BenchmarkKind.CHOICES, "arc.jsonl", ITEMS)
        benchmarks.add(connection, "b2", "other", BenchmarkKind.CALLS, "talks", ITEMS[:1])
    return store


def answer(item: str, value: float | None, model: str = "m", unscored: str | None = None, reply: Any = "A") -> Any:
    said = None if reply is None else {"text": reply}
    return BenchmarkAnswer(item, model, "letters", said, {"acc": value}, unscored)


def put(store: Store, *answers: BenchmarkAnswer, benchmark: str = "b1") -> None:
    with store.write() as connection:
        benchmarks.add_answers(connection, benchmark, answers)


def left(store: Store, model: str = "m", method: str = "letters", limit: int | None = None) -> list[str]:
    with store.read() as connection:
        return [row["item_id"] for row in benchmarks.unanswered(connection, "b1", model, method, limit)]


def test_benchmarks_are_listed_with_the_number_of_their_items(filled: Store) -> None:
    with filled.read() as connection:
        found = benchmarks.every(connection)
        assert {(b.name, b.kind, b.items, b.source) for b in found} == {
            ("arc", BenchmarkKind.CHOICES, 4, "arc.jsonl"),
            ("other", BenchmarkKind.CALLS, 1, "talks"),
        }
        assert benchmarks.by_name(connection, "arc") in found
        assert benchmarks.by_name(connection, "nothing") is None


def test_items_come_back_in_their_order(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmarks, "PIECE", 3)
    with filled.read() as connection:
        found = list(benchmarks.unanswered(connection, "b1", "m", "letters"))
    assert [row["item_id"] for row in found] == ["q0", "q1", "q2", "q3"]
    assert found[0]["item"] == {"question": "0?\ufffd\x00"}


def test_what_has_a_reply_is_not_asked_again(filled: Store) -> None:
    put(filled, answer("q0", 1.0), answer("q1", None, unscored="no letter"))
    put(filled, answer("q2", None, unscored="no connection", reply=None))
    assert left(filled) == ["q2", "q3"]
    assert left(filled, limit=3) == ["q2"]
    assert left(filled, model="another") == left(filled, method="likelihood") == ["q0", "q1", "q2", "q3"]
    put(filled, answer("q2", 0.0))
    assert left(filled) == ["q3"]


def test_values_are_the_latest_by_the_model_that_answered_first(filled: Store) -> None:
    put(filled, answer("q1", 1.0, "z"), answer("q0", 0.0, "z"))
    put(filled, answer("q0", 1.0, "a"), answer("q0", 1.0, "z"))
    put(filled, answer("q0", 1.0, "a"), benchmark="b2")
    with filled.read() as connection:
        found = benchmarks.values(connection, "arc")
    assert [(v.model, v.item_id, v.value) for v in found] == [("z", "q0", 1.0), ("z", "q1", 1.0), ("a", "q0", 1.0)]


def test_the_views_say_what_came_of_it(filled: Store, snapshots: Any) -> None:
    put(filled, answer("q0", 1.0), answer("q1", 0.0), answer("q2", None, unscored="no letter", reply="A or B"))
    both = BenchmarkAnswer("q0", "n", "likelihood", {"choice": 1}, {"acc": 1.0, "acc_norm": 0.0})
    put(filled, both)
    with SqlSession(filled, snapshots) as session:
        summary = session.run("FROM benchmarks ORDER BY ALL")
        rows = session.run("FROM benchmark_answers WHERE model = 'm' ORDER BY position")
        texts = session.run("SELECT answer->>'text' FROM benchmark_answers WHERE unscored IS NOT NULL")
    assert summary.columns == ("benchmark", "kind", "model", "method", "measure", "n", "attempted", "mean")
    assert list(summary.rows) == [
        ("arc", "choices", "m", "letters", "acc", 2, 3, 0.5),
        ("arc", "choices", "n", "likelihood", "acc", 1, 1, 1.0),
        ("arc", "choices", "n", "likelihood", "acc_norm", 1, 1, 0.0),
    ]
    assert rows.columns == (
        "benchmark", "kind", "item", "position", "model", "method", "answer", "measure", "value", "unscored",
        "created_at",
    )  # fmt: skip
    assert [(row[2], row[8], row[9]) for row in rows.rows] == [
        ("q0", 1.0, None),
        ("q1", 0.0, None),
        ("q2", None, "no letter"),
    ]
    assert texts.rows == (("A or B",),)


def test_hostile_replies_are_kept_as_json(filled: Store) -> None:
    text = "\x00\x1b[2J\ud800 \u202e 'quoted' \"and\" \\"
    put(filled, answer("q0", 1.0, reply=text))
    with filled.read() as connection:
        [(kept,)] = connection.execute("SELECT answer::TEXT FROM benchmark_answer").fetchall()
    assert json.loads(kept) == {"text": text.replace("\ud800", "\ufffd")}
