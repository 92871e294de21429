"""The outbox: what was typed is never lost, and lands in the store once."""

import json
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.hand_made import fill, store_at, verdict
from viva.errors import StoreBusy, StoreError
from viva.records.study import RatingEvent
from viva.store import Store, lock, outbox, ratings
from viva.store.outbox import REJECTED_SUFFIX, Outbox, apply_all, safe_name

BEST = {"accuracy": 5, "clarity": 3}
ANY_TEXT = st.text(st.characters(exclude_categories=()) | st.sampled_from('\x00\n\r\u2028\x85\x1c\ud800\udfff\\"{}'))


@pytest.fixture
def box(tmp_path: Path) -> Outbox:
    return Outbox.of_rater(tmp_path / "outbox", "ann")


def stored(store: Store) -> dict[str, RatingEvent]:
    with store.read() as connection:
        return ratings.latest(connection, "study-1", "ann")


def rejected(box: Outbox) -> bytes:
    path = box.path.with_name(box.path.name + REJECTED_SUFFIX)
    return path.read_bytes() if path.exists() else b""


def paired(text: str) -> str:
    """Return `text` with surrogates that belong together joined, as JSON joins them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def test_verdicts_wait_in_the_order_they_were_given(box: Outbox) -> None:
    first, second = verdict("b1", BEST), verdict("b2", skipped="tired")
    box.append(first)
    box.append(second)
    assert box.pending() == [first, second]


def test_applying_moves_verdicts_into_the_store(box: Outbox, small: Store) -> None:
    event = verdict("b1", BEST, comment="good")
    box.append(event)
    assert box.apply(small) == 1
    assert stored(small) == {"item-b1": event}
    assert box.pending() == []
    assert box.path.read_bytes() == b""


def test_applying_twice_is_harmless(box: Outbox, small: Store) -> None:
    event = verdict("b1", BEST)
    for _ in range(2):
        box.append(event)
        box.append(event)
        box.apply(small)
    with small.read() as connection:
        assert connection.execute("SELECT count(*) FROM rating").fetchall() == [(2,)]


def test_a_busy_store_leaves_the_outbox_as_it_was(box: Outbox, small: Store) -> None:
    event = verdict("b1", BEST)
    box.append(event)
    with lock.held(small.path.with_name("results.duckdb.lock"), exclusive=True, timeout=1), pytest.raises(StoreBusy):
        box.apply(small, timeout=0.05)
    assert box.pending() == [event]
    assert box.apply(small) == 1


def test_a_torn_line_is_set_aside_and_hides_no_other(box: Outbox, small: Store) -> None:
    first, second = verdict("b1", BEST), verdict("b2", BEST)
    box.append(first)
    with box.path.open("ab") as file:
        file.write(b'{"event_id": "torn", "stu')
    box.append(second)
    assert box.pending() == [first, second]
    assert box.apply(small) == 2
    assert stored(small) == {"item-b1": first, "item-b2": second}
    assert rejected(box) == b'{"event_id": "torn", "stu\n'


@pytest.mark.parametrize(
    "change",
    [
        {"values": {"accuracy": "five"}}, {"values": [1]}, {"values": {"accuracy": 10**40}},
        {"values": {"accuracy": None}},
        {"seconds": float("nan")}, {"seconds": "long"}, {"comment": None}, {"flagged": 2}, {"rater": 7},
        {"created_at": "yesterday"}, {"created_at": None}, {"created_at": "2026-01-01T12:00:00+01:00"}, {"surplus": 1},
    ],
    ids=str,
)  # fmt: skip
def test_a_line_that_no_table_would_take_holds_up_no_other(box: Outbox, small: Store, change: dict[str, Any]) -> None:
    good = verdict("b1", BEST)
    box.append(good)
    bad = {**asdict(good), "created_at": good.created_at.isoformat(), "event_id": "bad", **change}
    with box.path.open("a") as file:
        file.write(json.dumps(bad) + "\n")
    assert box.apply(small) == 1
    assert stored(small) == {"item-b1": good}
    assert b'"bad"' in rejected(box)


@pytest.mark.parametrize("line", [b"[" * 100_000, b"null", b"7", b'"text"', b"[]", b"{}", b"\xff\xfe", b"\x00"])
def test_a_line_that_is_no_verdict_is_set_aside(box: Outbox, small: Store, line: bytes) -> None:
    box.append(verdict("b1", BEST))
    with box.path.open("ab") as file:
        file.write(line + b"\n")
    assert box.apply(small) == 1
    assert rejected(box) == line + b"\n"


def test_a_verdict_on_an_unknown_item_waits_until_a_restored_store_knows_it(box: Outbox, tmp_path: Path) -> None:
    known, unknown = verdict("b1", BEST), verdict("x7", BEST)
    box.append(known)
    box.append(unknown)
    store = store_at(tmp_path / "one")
    fill(store)
    assert box.apply(store) == 1
    assert box.pending() == [unknown]
    assert box.apply(store) == 0
    restored = store_at(tmp_path / "two")
    fill(restored, extra_items=10)
    assert box.apply(restored) == 1
    assert box.pending() == []


def test_an_item_of_another_study_is_unknown(box: Outbox, small: Store) -> None:
    event = replace(verdict("b1", BEST), study_id="study-2")
    box.append(event)
    assert box.apply(small) == 0
    assert box.pending() == [event]


@pytest.mark.parametrize("other", [verdict("b1", BEST), verdict("x1", BEST)], ids=["emptied", "replaced"])
def test_what_is_appended_while_others_are_struck_off_stays(
    box: Outbox, small: Store, monkeypatch: pytest.MonkeyPatch, other: RatingEvent
) -> None:
    late = verdict("b2", BEST)
    appender = Thread(target=box.append, args=[late])

    def add_while_another_appends(*arguments: Any) -> list[RatingEvent]:
        appender.start()
        return ratings.add(*arguments)

    box.append(other)
    box.append(verdict("b3", BEST))
    monkeypatch.setattr(outbox, "ratings", SimpleNamespace(add=add_while_another_appends))
    box.apply(small)
    appender.join()
    assert late in box.pending()


def test_an_outbox_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file in the folder's place")
    with pytest.raises(StoreError, match="the verdict could not be saved"):
        Outbox.of_rater(tmp_path / "outbox", "ann").append(verdict("b1", BEST))


def test_every_raters_outbox_is_applied(tmp_path: Path, small: Store) -> None:
    for rater in ("ann", "bob", "名前", "a/../b"):
        Outbox.of_rater(tmp_path / "outbox", rater).append(verdict("b1", BEST, rater=rater))
    assert apply_all(tmp_path / "outbox", small) == 4
    with small.read() as connection:
        found = connection.execute("SELECT DISTINCT rater FROM ratings ORDER BY 1").fetchall()
    assert found == [("a/../b",), ("ann",), ("bob",), ("名前",)]


def test_no_outbox_is_nothing_to_apply(tmp_path: Path, store: Store) -> None:
    assert apply_all(tmp_path / "nowhere", store) == 0
    assert not store.exists


@given(ANY_TEXT, ANY_TEXT)
def test_names_of_different_people_are_different_and_safe(one: str, other: str) -> None:
    assert (safe_name(one) == safe_name(other)) == (one == other)
    assert safe_name(one).replace("-", "").replace("_", "").isalnum()
    assert safe_name(one).isascii()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT, st.none() | ANY_TEXT), max_size=5))
def test_any_text_waits_in_the_outbox_unchanged(texts: list[tuple[str, str, str | None]]) -> None:
    events = [verdict("b1", BEST, rater=rater, comment=comment, skipped=skipped) for rater, comment, skipped in texts]
    with tempfile.TemporaryDirectory() as folder:
        box = Outbox(Path(folder, "box.jsonl"))
        for event in events:
            box.append(event)
        assert box.pending() == [
            replace(
                event,
                rater=paired(event.rater),
                comment=paired(event.comment),
                skipped=None if event.skipped is None else paired(event.skipped),
            )
            for event in events
        ]


@settings(deadline=None, max_examples=8)
@given(st.lists(ANY_TEXT, min_size=1, max_size=40))
def test_no_rating_is_lost_for_its_comment(comments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = store_at(Path(folder, "workspace"))
        fill(store, extra_items=len(comments))
        box = Outbox(Path(folder, "box.jsonl"))
        for number, comment in enumerate(comments):
            box.append(verdict(f"x{number}", BEST, comment=comment))
        assert box.apply(store) == len(comments)
        found = stored(store)
    for number, comment in enumerate(comments):
        mended = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in paired(comment))
        assert found[f"item-x{number}"].comment == mended
        assert found[f"item-x{number}"].values == BEST
