"""The outbox: what was typed is never lost, and lands in the store once."""

import fcntl
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.hand_made import add_known, ask, comparison, fill, fill_pairs, guess, store_at, verdict
from viva.errors import Outdated, StoreBusy, StoreError
from viva.records.ids import utc_now
from viva.records.rating import RaterEvent, RatingEvent, Strength
from viva.store import Store, lock, outbox, rater_events, ratings
from viva.store.outbox import REJECTED_SUFFIX, Outbox, apply_all, delivering, safe_name

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
    assert apply_all(box.path.parent, small) == 1
    assert stored(small) == {"item-b1": event}
    assert box.pending() == []
    assert box.path.read_bytes() == b""


def test_applying_twice_is_harmless(box: Outbox, small: Store) -> None:
    event = verdict("b1", BEST)
    for _ in range(2):
        box.append(event)
        box.append(event)
        apply_all(box.path.parent, small)
    with small.read() as connection:
        assert connection.execute("SELECT count(*) FROM rating").fetchall() == [(2,)]


def test_a_busy_store_leaves_the_outbox_as_it_was(box: Outbox, small: Store) -> None:
    event = verdict("b1", BEST)
    box.append(event)
    with lock.held(small.path.with_name("results.duckdb.lock"), exclusive=True, timeout=1), pytest.raises(StoreBusy):
        apply_all(box.path.parent, small, timeout=0.05)
    assert box.pending() == [event]
    assert apply_all(box.path.parent, small) == 1


def test_a_torn_line_is_set_aside_and_hides_no_other(box: Outbox, small: Store) -> None:
    first, second = verdict("b1", BEST), verdict("b2", BEST)
    box.append(first)
    with box.path.open("ab") as file:
        file.write(b'{"event_id": "torn", "stu')
    box.append(second)
    assert box.pending() == [first, second]
    assert apply_all(box.path.parent, small) == 2
    assert stored(small) == {"item-b1": first, "item-b2": second}
    assert rejected(box) == b'{"event_id": "torn", "stu\n'


def test_what_is_too_late_is_not_taken(box: Outbox) -> None:
    box.append(verdict("b1", BEST), utc_now() + timedelta(minutes=5))
    before = box.path.read_bytes()
    with pytest.raises(Outdated, match="run out"):
        box.append(verdict("b2", BEST), utc_now())
    assert box.path.read_bytes() == before


def test_everything_a_rater_can_say_waits_and_lands_in_one_go(box: Outbox, small: Store) -> None:
    fill_pairs(small)
    add_known(small)
    events: list[RaterEvent] = [
        verdict("b1", BEST), comparison("pair-1", "a", {"clarity": "tie"}, strength=Strength.CLEARLY),
        guess("item-b1", None), guess("pair-1", "left", study="study-2"), verdict("gold", BEST),
        comparison("pair-practice", "b"), comparison("pair-2", skipped="tired"),
    ]  # fmt: skip
    for event in events:
        box.append(event)
    assert box.pending() == events
    assert apply_all(box.path.parent, small) == len(events)
    assert box.pending() == []
    tables = ("rating", "preference", "guess", "known_verdict")
    assert [ask(small, f"SELECT count(*) FROM {table}")[0][0] for table in tables] == [2, 3, 2, 2]


def test_a_line_of_the_time_before_there_were_kinds_is_a_rating(box: Outbox, small: Store) -> None:
    event = verdict("b1", BEST)
    box.path.parent.mkdir()
    box.path.write_text(json.dumps({**asdict(event), "created_at": event.created_at.isoformat()}) + "\n")
    assert box.pending() == [event]
    assert apply_all(box.path.parent, small) == 1
    assert stored(small) == {"item-b1": event}


def test_outboxes_are_emptied_with_the_transaction_they_are_delivered_in(tmp_path: Path, small: Store) -> None:
    folder = tmp_path / "outbox"
    for rater in ("ann", "bob"):
        Outbox.of_rater(folder, rater).append(verdict("b1", BEST, rater=rater))
    Outbox.of_rater(folder, "bob").append(verdict("x9", BEST, rater="bob"))
    with delivering(folder) as boxes, small.write() as connection:
        assert boxes.add(connection) == 2
        assert connection.execute("SELECT verdicts FROM study_items WHERE item = 'item-b1'").fetchall() == [(2,)]
        assert Outbox.of_rater(folder, "ann").path.stat().st_size > 0
    assert [len(Outbox.of_rater(folder, rater).pending()) for rater in ("ann", "bob")] == [0, 1]
    assert ask(small, "SELECT count(*) FROM rating") == [(4,)]


def test_outboxes_stay_as_they_are_when_the_transaction_fails(tmp_path: Path, small: Store) -> None:
    box = Outbox.of_rater(tmp_path, "ann")
    box.append(verdict("b1", BEST))
    with box.path.open("ab") as file:
        file.write(b"torn")
    before = box.path.read_bytes()
    with suppress(ZeroDivisionError), delivering(tmp_path) as boxes, small.write() as connection:
        assert boxes.add(connection) == 1
        raise ZeroDivisionError
    assert box.path.read_bytes() == before
    assert rejected(box) == b""
    assert ask(small, "FROM rating") == []
    assert apply_all(box.path.parent, small) == 1


def test_nothing_is_appended_between_delivery_and_striking_off(tmp_path: Path, small: Store) -> None:
    box = Outbox.of_rater(tmp_path, "ann")
    box.append(verdict("b1", BEST))
    late = verdict("b2", BEST)
    appender = Thread(target=box.append, args=[late])
    with delivering(tmp_path) as boxes, small.write() as connection:
        boxes.add(connection)
        appender.start()
        appender.join(0.1)
        assert appender.is_alive()
    appender.join()
    assert box.pending() == [late]


def test_an_empty_outbox_can_be_written_to_while_others_are_delivered(tmp_path: Path, small: Store) -> None:
    empty, full = Outbox.of_rater(tmp_path, "ann"), Outbox.of_rater(tmp_path, "bob")
    empty.append(verdict("b1", BEST))
    apply_all(tmp_path, small)
    full.append(verdict("b1", BEST, rater="bob"))
    late = verdict("b2", BEST)
    with delivering(tmp_path) as boxes, small.write() as connection:
        assert boxes.add(connection) == 1
        empty.append(late)
    assert (empty.pending(), full.pending()) == ([late], [])


def test_an_outbox_that_stays_locked_is_left_out_and_holds_up_no_other(
    tmp_path: Path, small: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("PASSING", "PATIENCE"):
        monkeypatch.setattr(outbox, limit, 0.05)
    stopped, other = Outbox.of_rater(tmp_path, "ann"), Outbox.of_rater(tmp_path, "bob")
    for box, rater in ((stopped, "ann"), (other, "bob")):
        box.append(verdict("b1", BEST, rater=rater))
    with stopped.path.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with delivering(tmp_path) as boxes, small.write() as connection:
            assert boxes.add(connection) == 1
        assert boxes.left_out == [stopped.path]
    assert ask(small, "SELECT DISTINCT rater FROM rating") == [("bob",)]
    assert apply_all(tmp_path, small) == 1


def test_what_is_written_anew_belongs_to_the_rater_and_to_nobody_else(box: Outbox, small: Store) -> None:
    for item in ("b1", "x9"):
        box.append(verdict(item, BEST))
    with box.path.open("ab") as file:
        file.write(b"torn\n")
    owner = os.geteuid()
    with suppress(PermissionError):
        os.chown(box.path, 12345, 12345)
        owner = 12345
    assert apply_all(box.path.parent, small) == 1
    for path in (box.path, box.path.with_name(box.path.name + REJECTED_SUFFIX)):
        assert (path.stat().st_mode & 0o777, path.stat().st_uid) == (0o600, owner)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "opinion"}, {"kind": []}, {"choices": []}, {"choices": {"": None}}, {"choices": {"": {"winner": "a"}}},
        {"choices": {"": {"winner": "c", "strength": None}}}, {"choices": {"": {"winner": ["a"], "strength": None}}},
        {"choices": {"": {"winner": "a", "strength": "very"}}}, {"choices": {}}, {"shown_first": "left"},
        {"shown_first": None}, {"seconds": None}, {"seconds": float("inf")}, {"comment": 1}, {"skipped": 0},
        {"flagged": "no"}, {"values": {"accuracy": 1}}, {"item_id": None}, {"created_at": "9999"},
    ],
    ids=str,
)  # fmt: skip
def test_a_comparison_that_no_table_would_take_holds_up_no_other(
    box: Outbox, small: Store, change: dict[str, Any]
) -> None:
    fill_pairs(small)
    good = comparison("pair-1", "b")
    box.append(good)
    bad = {
        **asdict(good), "created_at": good.created_at.isoformat(), "event_id": "bad", "kind": "preference", **change,
    }  # fmt: skip
    with box.path.open("a") as file:
        file.write(json.dumps(bad) + "\n")
    assert apply_all(box.path.parent, small) == 1
    assert b'"bad"' in rejected(box)


@pytest.mark.parametrize(
    "change", [{"label": 1}, {"label": 0}, {"rater": None}, {"surplus": 1}, {"created_at": 5}], ids=str
)
def test_a_guess_that_no_table_would_take_is_set_aside(box: Outbox, small: Store, change: dict[str, Any]) -> None:
    event = guess("item-b1", "left")
    box.append(event)
    bad = {**asdict(event), "created_at": event.created_at.isoformat(), "kind": "guess", **change}
    with box.path.open("a") as file:
        file.write(json.dumps(bad) + "\n")
    assert apply_all(box.path.parent, small) == 1
    assert rejected(box).count(b"\n") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"values": {"accuracy": "five"}}, {"values": [1]}, {"values": {"accuracy": 10**40}},
        {"values": {"accuracy": None}},
        {"seconds": float("nan")}, {"seconds": "long"}, {"comment": None}, {"flagged": 2}, {"rater": 7},
        {"created_at": "yesterday"}, {"skipped": 0}, {"skipped": []},
        {"created_at": None}, {"created_at": "2026-01-01T12:00:00+01:00"}, {"surplus": 1},
    ],
    ids=str,
)  # fmt: skip
def test_a_line_that_no_table_would_take_holds_up_no_other(box: Outbox, small: Store, change: dict[str, Any]) -> None:
    good = verdict("b1", BEST)
    box.append(good)
    bad = {**asdict(good), "created_at": good.created_at.isoformat(), "event_id": "bad", **change}
    with box.path.open("a") as file:
        file.write(json.dumps(bad) + "\n")
    assert apply_all(box.path.parent, small) == 1
    assert stored(small) == {"item-b1": good}
    assert b'"bad"' in rejected(box)


@pytest.mark.parametrize("line", [b"[" * 100_000, b"null", b"7", b'"text"', b"[]", b"{}", b"\xff\xfe", b"\x00"])
def test_a_line_that_is_no_verdict_is_set_aside(box: Outbox, small: Store, line: bytes) -> None:
    box.append(verdict("b1", BEST))
    with box.path.open("ab") as file:
        file.write(line + b"\n")
    assert apply_all(box.path.parent, small) == 1
    assert rejected(box) == line + b"\n"


def test_a_verdict_on_an_unknown_item_waits_until_a_restored_store_knows_it(box: Outbox, tmp_path: Path) -> None:
    known, unknown = verdict("b1", BEST), verdict("x7", BEST)
    box.append(known)
    box.append(unknown)
    store = store_at(tmp_path / "one")
    fill(store)
    assert apply_all(box.path.parent, store) == 1
    assert box.pending() == [unknown]
    assert apply_all(box.path.parent, store) == 0
    restored = store_at(tmp_path / "two")
    fill(restored, extra_items=10)
    assert apply_all(box.path.parent, restored) == 1
    assert box.pending() == []


def test_an_item_of_another_study_is_unknown(box: Outbox, small: Store) -> None:
    event = replace(verdict("b1", BEST), study_id="study-2")
    box.append(event)
    assert apply_all(box.path.parent, small) == 0
    assert box.pending() == [event]


@pytest.mark.parametrize("other", [verdict("b1", BEST), verdict("x1", BEST)], ids=["emptied", "replaced"])
def test_what_is_appended_while_others_are_struck_off_stays(
    box: Outbox, small: Store, monkeypatch: pytest.MonkeyPatch, other: RatingEvent
) -> None:
    late = verdict("b2", BEST)
    appender = Thread(target=box.append, args=[late])

    def add_while_another_appends(*arguments: Any) -> list[RaterEvent]:
        appender.start()
        return rater_events.add(*arguments)

    box.append(other)
    box.append(verdict("b3", BEST))
    monkeypatch.setattr(outbox, "rater_events", SimpleNamespace(add=add_while_another_appends))
    apply_all(box.path.parent, small)
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
        assert apply_all(box.path.parent, store) == len(comments)
        found = stored(store)
    for number, comment in enumerate(comments):
        mended = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in paired(comment))
        assert found[f"item-x{number}"].comment == mended
        assert found[f"item-x{number}"].values == BEST
