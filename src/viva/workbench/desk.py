"""The desk: a rater's side of the studies. Nothing that leaves it tells who wrote a text, or what others said."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from viva.errors import Forbidden, Outdated, StoreBusy, UsageError
from viva.records.claim import Counts
from viva.records.ids import new_id, utc_now
from viva.records.rating import (
    Choice,
    Draft,
    GuessEvent,
    KnownAnswer,
    PreferenceEvent,
    RatingEvent,
    RatingItem,
    RatingTask,
    Served,
    Sitting,
    TaskProgress,
    Verdict,
)
from viva.records.study import StudyMode, StudyState
from viva.store import claims, preferences, ratings, studies, study_items
from viva.store.outbox import Outbox, apply_all
from viva.store.study_progress import OWN_VERDICTS
from viva.text import display_line
from viva.workbench import names, serving, verdict_checks
from viva.workbench.claiming import Claiming
from viva.workbench.drafts import Drafts

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

Event = TypeVar("Event", RatingEvent, PreferenceEvent)

AT_ONCE = 2
"""How many items a rater holds: the one on the screen, and the next."""
HALF_ENTERED = 4
"""How many items that lie half-entered are had again when a rater sits down."""
GLANCE = 1.0
"""Seconds to wait for the store where a verdict is revised."""


class Desk:
    """What whoever is at the keyboard may rate. One desk is one session; it may be used from several threads.

    `now` gives the time in UTC without a time zone mark.
    """

    def __init__(self, workbench: "Workbench", now: Callable[[], datetime] = utc_now) -> None:
        self._store = workbench.store
        self._outboxes = workbench.paths.outboxes
        self.rater = workbench.settings.person.name
        self._now = now
        self._outbox = Outbox.of_rater(self._outboxes, self.rater)
        self._drafts = Drafts(workbench.paths.drafts, self.rater)
        self._claiming = Claiming(workbench, self.rater, now)
        self._said: dict[tuple[str, str], Verdict] = {}

    # What there is to do

    def tasks(self) -> list[TaskProgress]:
        """Return the studies that this rater may rate, in whatever state, and how far they are in each."""
        waiting = [(v.study_id, v.item_id, v.skipped is not None, v.created_at) for v in self._waiting()]
        with self._read() as connection:
            found = studies.tasks(connection, self.rater)
            counted = claims.counts(connection, self.rater, [task.study_id for task in found], waiting)
        return [_progress(task, counted.get(task.study_id)) for task in found]

    def sit_down(self, study: str, want: int = AT_ONCE) -> Sitting:
        """Return what is needed to rate a study, with the first items held. Raises `NotFound` and what `serve` does."""
        waiting = self._waiting()
        with self._read() as connection:
            task = self._task(connection, study)
            done = self._done(connection, task, waiting)
        drafts = self._drafts.every(task.study_id)
        lost = [item_id for item_id in drafts if item_id not in done][-HALF_ENTERED:]
        served = self.serve(task.study_id, want, lost, known=())
        return Sitting(replace(task, state=served.state), self.rater, tuple(done.values()), drafts, served)

    def serve(
        self, study_id: str, want: int = AT_ONCE, keep: Sequence[str] = (), known: Collection[str] | None = None
    ) -> Served:
        """Return what this rater holds: what was held is put off, and items are claimed up to `want` in all.

        Those of `keep` that have run out are had again where the quota allows. Where `known` tells which items are
        here already, what may be seen of the others comes along: the store is then opened once for both. A paused
        study gives out no new items, a closed one none. Raises `NotFound`, `StoreBusy` and `StoreError`; what was held
        is then held as before.
        """
        return self._claiming.serve(study_id, want, keep, known=known)

    def release(self, study_id: str, item_ids: Sequence[str] | None = None) -> None:
        """Give back what is held of a study, or these items of it; in a busy store it runs out instead."""
        self._claiming.release(study_id, item_ids)

    def items(self, study_id: str, item_ids: Sequence[str]) -> dict[str, RatingItem]:
        """Return what may be seen of these items, by id: of those that this rater holds or has given a verdict on."""
        near = self._claiming.holds(study_id) | {v.item_id for v in self._waiting() if v.study_id == study_id}
        with self._read() as connection:
            near |= claims.within_reach(
                connection, study_id, self.rater, item_ids, now=self._now(), grace=self._claiming.grace
            )
            wanted = [item_id for item_id in item_ids if item_id in near]
            return study_items.rating_items(connection, study_id, self.rater, wanted)

    # What is kept

    def save(
        self,
        task: RatingTask,
        item_id: str,
        values: Mapping[str, int],
        *,
        comment: str = "",
        flagged: bool = False,
        seconds: float = 0.0,
        skipped: str | None = None,
    ) -> RatingEvent:
        """Keep a verdict: a value for every criterion, or a reason for skipping.

        It is on disk when this returns, whatever becomes of the store; the item's draft is then gone. Raises
        `UsageError` where it is not whole, `Outdated` where the item is held no more and can be had no more,
        `Forbidden` where the study is closed, `NotFound` where it is no more open to the rater, `StoreBusy` where only
        the store could tell, `StoreError`.
        """
        verdict_checks.check_values(task, values, skipped)
        event = RatingEvent(
            new_id(), task.study_id, item_id, self.rater, {} if skipped is not None else dict(values), skipped,
            comment, flagged, verdict_checks.seconds_kept(seconds), self._now(),
        )  # fmt: skip
        return self._keep(task, event)

    def save_preference(
        self,
        task: RatingTask,
        item: RatingItem,
        choices: Mapping[str, Choice],
        *,
        comment: str = "",
        flagged: bool = False,
        seconds: float = 0.0,
        skipped: str | None = None,
    ) -> PreferenceEvent:
        """Keep a comparison: everything asked of the pair, or a reason for skipping. Else as `save`."""
        verdict_checks.check_choices(task, choices, skipped)
        event = PreferenceEvent(
            new_id(), task.study_id, item.item_id, self.rater, item.shown_first,
            {} if skipped is not None else dict(choices), skipped,
            comment, flagged, verdict_checks.seconds_kept(seconds), self._now(),
        )  # fmt: skip
        return self._keep(task, event)

    def save_guess(self, task: RatingTask, item_id: str, label: str | None) -> GuessEvent:
        """Keep who this rater thinks wrote a text that they have given a verdict on, None for "cannot tell".

        Raises `UsageError` where it is not asked, `Forbidden` where the study is closed, `NotFound` where it is no
        more open to the rater, `StoreBusy`, `StoreError`.
        """
        verdict_checks.check_guess(task, label)
        self._require_open(task)
        last = self._last(task, item_id)
        self._require_open(task)
        if last is None:
            raise UsageError("a guess comes after the verdict on the item")
        event = GuessEvent(new_id(), task.study_id, item_id, self.rater, label, self._now())
        self._outbox.append(event, None)
        return event

    def save_draft(self, study_id: str, item_id: str, draft: Draft) -> None:
        """Keep what has been entered so far; an empty draft removes the one that was kept. Raises `StoreError`."""
        self._drafts.save(study_id, item_id, draft)

    def deliver(self, timeout: float | None = None) -> int:
        """Move every verdict that waits in an outbox into the store; return how many.

        Raises `StoreBusy` when the store is not free within `timeout` seconds.
        """
        return apply_all(self._outboxes, self._store, timeout)

    def undelivered(self) -> int:
        """Return how many of this rater's verdicts and guesses are not in the store yet."""
        return len(self._outbox.pending())

    # What was said

    def history(self, study: str | None = None) -> list[Verdict]:
        """Return this rater's verdicts as they count now, of one study or all, oldest first. Raises `NotFound`."""
        waiting = self._waiting()
        with self._read() as connection:
            tasks = studies.tasks(connection, self.rater) if study is None else [self._task(connection, study)]
            said = [verdict for task in tasks for verdict in self._done(connection, task, waiting).values()]
        return sorted(said, key=lambda verdict: verdict.created_at)

    def known_answer(self, study_id: str, item_id: str) -> KnownAnswer | None:
        """Return what was known of an item of the training round, once this rater has said what they think of it."""
        return next((answer for answer in self.practice_report(study_id) if answer.item_id == item_id), None)

    def practice_report(self, study_id: str) -> list[KnownAnswer]:
        """Return the items of the training round that this rater has done, with what was known of each, in order."""
        waiting = self._waiting()
        with self._read() as connection:
            task = next((task for task in studies.tasks(connection, self.rater) if task.study_id == study_id), None)
            if task is None or not task.practice:
                return []
            done = self._done(connection, task, waiting)
            known = study_items.practice(connection, study_id, list(done))
        return [KnownAnswer(item_id, item.answers, _given(done[item_id]), item.why) for item_id, item in known.items()]

    # Inside

    @contextmanager
    def _read(self, timeout: float | None = None) -> Iterator[claims.Connection]:
        with self._store.read(timeout) as connection:
            claims.modest(connection)
            yield connection

    def _task(self, connection: claims.Connection, study: str) -> RatingTask:
        found = studies.tasks(connection, self.rater)
        for task in found:
            if task.name == study:
                return task
        raise names.missing(
            "study for you to rate", study, [task.name for task in found], "ask whoever runs it to let you rate it"
        )

    def _done(self, connection: claims.Connection, task: RatingTask, waiting: Sequence[Verdict]) -> dict[str, Verdict]:
        """Return the rater's last verdict on each item, oldest first, those `waiting` in the outbox included.

        The outbox has to be read first: what is delivered in between is then met twice, and not missed.
        """
        table = ratings if task.mode is StudyMode.RUBRIC else preferences
        found: dict[str, Verdict] = dict(table.latest(connection, task.study_id, self.rater))
        for verdict in waiting:
            newer = verdict.item_id not in found or found[verdict.item_id].created_at <= verdict.created_at
            if newer and verdict.study_id == task.study_id:
                found[verdict.item_id] = verdict
        self._said |= {(task.study_id, item_id): verdict for item_id, verdict in found.items()}
        return dict(sorted(found.items(), key=lambda each: each[1].created_at))

    def _waiting(self) -> list[Verdict]:
        return [event for event in self._outbox.pending() if not isinstance(event, GuessEvent)]

    def _last(self, task: RatingTask, item_id: str) -> Verdict | None:
        """Return this rater's last verdict on an item, and see what state the study is in.

        In a busy store both are what this session knows. Raises `NotFound` where the study is not open to the rater.
        """
        waiting = self._waiting()
        try:
            with self._read(GLANCE) as connection:
                self._claiming.look(connection, task.study_id)
                return self._done(connection, task, waiting).get(item_id)
        except StoreBusy:
            key = task.study_id, item_id
            said = [verdict for verdict in waiting if (verdict.study_id, verdict.item_id) == key]
            said += [self._said[key]] if key in self._said else []
            if not said:
                raise
            return max(said, key=lambda verdict: verdict.created_at)

    def _require_open(self, task: RatingTask) -> None:
        if (self._claiming.state(task.study_id) or task.state) is StudyState.CLOSED:
            raise Forbidden(
                f"{display_line(task.name, 60)} is closed: it takes no more verdicts", "ask whoever runs it"
            )

    def _keep(self, task: RatingTask, event: Event) -> Event:
        self._require_open(task)
        study_id, item_id = task.study_id, event.item_id
        with self._claiming.saving(study_id, item_id) as until:
            if until is not None:
                return self._append(event, until)
        last = self._last(task, item_id)
        self._require_open(task)
        if last is not None and (last.skipped is None or event.skipped is not None):
            return self._append(event, None)
        self._claiming.serve(study_id, 0, (item_id,), passed_over=True)
        self._require_open(task)
        with self._claiming.saving(study_id, item_id) as until:
            if until is None:
                raise Outdated(
                    "others have this item by now",
                    "what was entered is kept as a draft; go on with the next item",
                )
            return self._append(event, until)

    def _append(self, event: Event, lease: datetime | None) -> Event:
        """Put a verdict into the outbox, under a lease or in the place of an earlier one."""
        until = lease or event.created_at + self._claiming.grace / 2
        if event.skipped is not None:
            # Two sessions of one rater may revise a verdict at once, one of them passing the item over. A skip keeps
            # the slot for the length of the grace; with half of it for each, none is late.
            until = min(until, event.created_at + self._claiming.grace / 2)
        key = event.study_id, event.item_id
        if (before := self._said.get(key)) is not None and event.created_at <= before.created_at:
            # A clock that was set back makes a verdict no older than the one it takes the place of.
            event = replace(event, created_at=before.created_at + timedelta(microseconds=1))
        self._outbox.append(event, until)
        self._said[key] = event
        self._drafts.drop(*key)
        return event


def _progress(task: RatingTask, counts: Counts | None) -> TaskProgress:
    if counts is None:
        return TaskProgress(task, 0, 0, 0)
    seconds = counts.own_seconds if counts.own_verdicts >= OWN_VERDICTS else counts.all_seconds
    if task.state is StudyState.CLOSED:
        return TaskProgress(task, counts.rated, counts.skipped, 0, 0, seconds)
    since = serving.since_gold(counts.gold_had)
    gold = serving.gold_to_come(counts.needed, counts.gold, task.options.gold_every, since)
    return TaskProgress(task, counts.rated, counts.skipped, counts.needed + gold, counts.practice_left, seconds)


def _given(verdict: Verdict) -> dict[str, int | str]:
    if isinstance(verdict, RatingEvent):
        return dict(verdict.values)
    return {criterion: choice.winner for criterion, choice in verdict.choices.items()}
