"""Holding items: what a rater's session has claimed, claims anew and gives back, so that no quota is ever exceeded.

A verdict goes into the outbox only while the session's lease on the item runs, which is looked at under the outbox's
lock. Whoever claims looks at the time first, then brings every outbox into the store, and only then counts, all in one
transaction. So a verdict was either taken before a lease ran out, and is counted, or it is refused: an item is given to
somebody else only when nobody can add a verdict to it that was not counted. Where an outbox cannot be looked into, its
rater's claims do not run out. Before its time a claim ends only where no other session of the same rater can still
count on it.
"""

import contextlib
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from viva.errors import NotFound, StoreBusy
from viva.records.claim import Mark, Place, Terms
from viva.records.rating import Lease, RatingItem, Served
from viva.records.study import StudyState
from viva.store import claims, outbox, study_items
from viva.store.outbox import Outbox
from viva.workbench import serving
from viva.workbench.presence import Presence

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

Marks = dict[str, Mark]

GRACE = 30.0
"""Seconds, at most, from a lease's end until others may have the item: as far as the clock may be set back."""
PATIENCE = 5.0
"""Seconds to wait for the store; the rater goes on with what they hold."""
LEAVING = 2.0
"""Seconds to wait for the store when the rater leaves; what is not given back then runs out."""


class Claiming:
    """What one session of a rater holds; safe to use from several threads."""

    def __init__(self, workbench: "Workbench", rater: str, now: Callable[[], datetime]) -> None:
        self._store = workbench.store
        self._outboxes = workbench.paths.outboxes
        self._rater = rater
        self._now = now
        self._lease = timedelta(seconds=workbench.settings.lease)
        self.grace = min(timedelta(seconds=GRACE), self._lease / 4)
        self._patience = min(PATIENCE, workbench.settings.lock_timeout)
        self._presence = Presence(workbench.paths.data / "desk", rater)
        self._turn = threading.Lock()
        self._saving = threading.Lock()
        self._leases: dict[tuple[str, str], datetime] = {}
        self._states: dict[str, StudyState] = {}
        self._places: dict[str, tuple[int, Sequence[Place]]] = {}

    def serve(
        self,
        study_id: str,
        want: int,
        keep: Sequence[str] = (),
        *,
        passed_over: bool = False,
        known: Collection[str] | None = None,
    ) -> Served:
        """Put off what is held, have `keep` again where it has run out, claim up to `want` items in all.

        With `passed_over` those of `keep` that the rater has skipped may be had again. Where `known` is given, what may
        be seen of the items held comes along, but for those. Raises `NotFound` where the
        study is not open to the rater, `StoreBusy` and `StoreError`; what was held is then held as before.
        """
        with self._turn, self._presence.turn(self._patience) as alone:
            with outbox.delivering(self._outboxes) as boxes, self._store.write(self._patience) as connection:
                # First the time, then the outboxes: a lease that has run out by now lets no more into them.
                now = self._now()
                claims.modest(connection)
                boxes.add(connection)
                terms = self._terms(connection, study_id)
                unheard = self._unheard(connection, study_id, boxes.left_out)
                claims.clear(connection, study_id, now=now, grace=self.grace, unheard=unheard)
                places = self._places_of(connection, study_id, terms)
                marks = claims.marks(connection, study_id, self._rater, now=now, grace=self.grace, unheard=unheard)
                if alone:
                    marks = self._settled(connection, study_id, marks)
                marks = self._held(connection, study_id, terms, marks, now)
                if terms.state is StudyState.OPEN and keep:
                    again = serving.regained(places, marks, terms.raters_per_item, keep, passed_over=passed_over)
                    # What was lost comes before what is new; what was passed over is claimed after it was.
                    at = now if passed_over else now - timedelta(milliseconds=1)
                    marks = self._claim(connection, study_id, marks, again, at, now)
                standing = serving.standing(places, marks, terms.raters_per_item, terms.gold_every)
                if terms.state is StudyState.OPEN:
                    chosen = serving.choose(
                        standing.candidates, standing.had, terms.gold_every, want - len(_leases(marks))
                    )
                    item_ids = [candidate.item_id for candidate in chosen]
                    marks = self._claim(connection, study_id, marks, item_ids, now, now)
                leases = () if terms.state is StudyState.CLOSED else _leases(marks)
                items = self._items(connection, study_id, leases, known)
            self._remember(study_id, terms.state, marks)
        if terms.state is StudyState.CLOSED:
            return Served(terms.state, (), 0, 0)
        return Served(terms.state, leases, standing.left, standing.elsewhere, items)

    def release(self, study_id: str, item_ids: Sequence[str] | None = None) -> None:
        """Give back what is held of a study, or these items of it, so that others can have it at once.

        Where the store is busy, or another session of the same rater sits at the desk, the claims run out instead.
        """
        with self._turn:
            self._forget(study_id, item_ids)
            with contextlib.suppress(StoreBusy), self._presence.turn(LEAVING) as alone:
                if alone:
                    # A verdict that waits comes into the store before its claim ends, whoever can read the outbox.
                    with outbox.delivering(self._outboxes) as boxes, self._store.write(LEAVING) as connection:
                        boxes.add(connection)
                        claims.give_back(connection, study_id, self._rater, item_ids)
            if not self._leases:
                self._presence.leave()

    @contextmanager
    def saving(self, study_id: str, item_id: str) -> Iterator[datetime | None]:
        """Give until when the item is held, None where it is not; in the block it is not given back."""
        with self._saving:
            until = self._leases.get((study_id, item_id))
            yield until if until is not None and self._now() < until else None

    def holds(self, study_id: str) -> set[str]:
        """Return the items of a study whose leases run, as far as this session remembers."""
        with self._saving:
            now = self._now()
            return {item_id for (study, item_id), until in self._leases.items() if study == study_id and now < until}

    def look(self, connection: claims.Connection, study_id: str) -> None:
        """See what state the study is in now. Raises `NotFound` where it is not open to the rater."""
        self._states[study_id] = self._terms(connection, study_id).state

    def state(self, study_id: str) -> StudyState | None:
        """Return the state that the study was last seen in, None before it was."""
        return self._states.get(study_id)

    def _items(
        self, connection: claims.Connection, study_id: str, leases: Sequence[Lease], known: Collection[str] | None
    ) -> dict[str, RatingItem]:
        wanted = [] if known is None else [lease.item_id for lease in leases if lease.item_id not in known]
        return study_items.rating_items(connection, study_id, self._rater, wanted) if wanted else {}

    def _terms(self, connection: claims.Connection, study_id: str) -> Terms:
        terms = claims.terms(connection, study_id, self._rater)
        if terms is None:
            # Saving counts on a lease without asking; in the store the claims run out as ever.
            self._forget(study_id, None)
            raise NotFound("this study is not open to you", "ask whoever runs it")
        return terms

    def _unheard(self, connection: claims.Connection, study_id: str, left_out: Sequence[Path]) -> list[str]:
        """Return the holders of items whose outboxes were left out of a delivery."""
        if not left_out:
            return []
        holders = claims.holders(connection, study_id)
        return [rater for rater in holders if Outbox.of_rater(self._outboxes, rater).path in left_out]

    def _places_of(self, connection: claims.Connection, study_id: str, terms: Terms) -> Sequence[Place]:
        """Return the items of a study, which change only where some are added to it."""
        items, places = self._places.get(study_id, (None, ()))
        if items != terms.items:
            places = claims.places(connection, study_id)
            self._places[study_id] = terms.items, places
        return places

    def _settled(self, connection: claims.Connection, study_id: str, marks: Marks) -> Marks:
        """End the claims on items on which the rater has said something since they were claimed."""
        over = [
            item_id
            for item_id, mark in marks.items()
            if mark.claimed_at is not None and mark.answered_at is not None and mark.answered_at >= mark.claimed_at
        ]
        if over:
            claims.give_back(connection, study_id, self._rater, over)
        return marks | {item_id: replace(marks[item_id], claimed_at=None, until=None) for item_id in over}

    def _held(self, connection: claims.Connection, study_id: str, terms: Terms, marks: Marks, now: datetime) -> Marks:
        """Put off what is held and not answered."""
        until = now + self._lease
        later = [lease.item_id for lease in _leases(marks) if lease.until < until]
        if terms.state is StudyState.CLOSED or not later:
            return marks
        claims.put_off(connection, study_id, self._rater, later, until)
        return marks | {item_id: replace(marks[item_id], until=until) for item_id in later}

    def _claim(
        self, connection: claims.Connection, study_id: str, marks: Marks, item_ids: Sequence[str],
        at: datetime, now: datetime,
    ) -> Marks:  # fmt: skip
        """Claim items that are free, one behind the other and the last of them `at` that time."""
        until = now + self._lease
        leases = [
            (item_id, at - timedelta(microseconds=len(item_ids) - place)) for place, item_id in enumerate(item_ids, 1)
        ]
        claims.add(connection, study_id, self._rater, leases, until)
        return marks | {
            item_id: replace(marks.get(item_id, Mark()), claimed_at=claimed_at, until=until)
            for item_id, claimed_at in leases
        }

    def _remember(self, study_id: str, state: StudyState, marks: Marks) -> None:
        with self._saving:
            self._states[study_id] = state
            others = {key: until for key, until in self._leases.items() if key[0] != study_id}
            self._leases = others | {
                (study_id, item_id): mark.until for item_id, mark in marks.items() if mark.until is not None
            }

    def _forget(self, study_id: str, item_ids: Sequence[str] | None) -> None:
        with self._saving:
            self._leases = {
                (study, item_id): until
                for (study, item_id), until in self._leases.items()
                if study != study_id or (item_ids is not None and item_id not in item_ids)
            }


def _leases(marks: Marks) -> tuple[Lease, ...]:
    """Return what the rater holds and has said nothing about, in the order claimed."""
    held = [
        (mark.claimed_at, item_id, mark.until)
        for item_id, mark in marks.items()
        if mark.claimed_at is not None and mark.until is not None and mark.skipped is None
    ]
    return tuple(Lease(item_id, until) for _, item_id, until in sorted(held))
