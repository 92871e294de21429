"""The lines of an outbox: whatever was said is read back as it was said, whatever else stands there is no event."""

import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.hand_made import add_known, ask, comparison, fill, fill_pairs, guess, store_at, verdict
from viva.records.rating import Choice, GuessEvent, PreferenceEvent, RaterEvent, RatingEvent, Strength
from viva.store.outbox_lines import line, parse
from viva.store.rater_events import add

# Single characters, so that no two halves of one character meet: JSON would join them.
WILD = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('\x00\n\r\u2028\x85\x1c\x1f\\"{}/'))
LONE = st.sampled_from(["\ud800", "\udfff", "a\ud800b", "\udfff\ud800"])
TEXT = WILD | LONE
TIMES = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31))
NAMES = st.fixed_dictionaries({"event_id": TEXT, "study_id": TEXT, "item_id": TEXT, "rater": TEXT, "created_at": TIMES})
SAID = st.fixed_dictionaries(
    {"skipped": st.none() | TEXT, "comment": TEXT, "flagged": st.booleans(), "seconds": st.floats(0, 1e9)}
)
CHOICES = st.builds(Choice, st.sampled_from(["a", "b", "tie"]), st.none() | st.sampled_from(Strength))
VALUES = st.dictionaries(TEXT, st.integers(-(10**14), 10**14), max_size=3)


@st.composite
def events(draw: st.DrawFn) -> RaterEvent:
    """Return any event of any kind."""
    names = draw(NAMES)
    kind = draw(st.sampled_from(["rating", "preference", "guess"]))
    if kind == "guess":
        return GuessEvent(**names, label=draw(st.none() | TEXT))
    if kind == "rating":
        return RatingEvent(**names, **draw(SAID), values=draw(VALUES))
    choices = draw(st.dictionaries(TEXT, CHOICES, min_size=1, max_size=3))
    return PreferenceEvent(**names, **draw(SAID), shown_first=draw(st.sampled_from(["a", "b"])), choices=choices)


@settings(deadline=None, max_examples=150)
@given(st.lists(events(), max_size=4))
def test_any_event_is_read_back_as_it_was_written(said: list[RaterEvent]) -> None:
    written = b"\n".join(line(event) for event in said)
    assert written.count(b"\n") == max(len(said) - 1, 0)
    assert parse(written) == (said, [])


@settings(deadline=None, max_examples=150)
@given(events(), st.integers(0, 200))
def test_a_torn_line_is_no_event_and_hides_no_other(event: RaterEvent, cut: int) -> None:
    whole = line(event)
    torn = whole[: min(cut, len(whole) - 1)]
    assert parse(torn + b"\n" + whole) == ([event], [torn] if torn.strip() else [])


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=60))
def test_anything_else_is_no_event_and_no_crash(content: bytes) -> None:
    assert parse(content)[0] == []


@settings(deadline=None, max_examples=6)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=20))
def test_nothing_that_was_said_of_a_known_item_is_refused_by_the_store(texts: list[tuple[str, str, str]]) -> None:
    said: list[RaterEvent] = []
    for number, (rater, comment, criterion) in enumerate(texts):
        said += [
            replace(verdict("b1", {criterion: 1}, rater=rater, comment=comment), event_id=f"{number}{criterion}"),
            verdict("gold", {criterion: 1}, rater=rater, comment=comment),
            comparison("pair-1", "a", {criterion or "x": "b"}, rater=rater, comment=comment),
            comparison("pair-2", skipped=comment, rater=rater),
            comparison("pair-gold", "tie", {criterion or "x": "b"}, rater=rater, comment=comment),
            guess("item-b1", criterion, rater=rater),
        ]
    read, torn = parse(b"\n".join(line(event) for event in said))
    assert torn == []
    with tempfile.TemporaryDirectory() as folder:
        store = store_at(Path(folder))
        fill(store)
        fill_pairs(store)
        add_known(store)
        for _ in range(2):
            with store.write() as connection:
                assert add(connection, read) == []
        counts = [ask(store, f"SELECT count(*) FROM {table}")[0][0] for table in ("rating", "preference")]
        kept = [ask(store, f"SELECT count(*) FROM {table}")[0][0] for table in ("known_verdict", "guess")]
        people = ask(store, "SELECT count(DISTINCT rater) FROM item_verdict")[0][0]
    assert counts == [2 * len(texts), 3 * len(texts)]
    assert kept == [2 * len(texts), len(texts)]
    assert people == len({"".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text[0]) for text in texts})
