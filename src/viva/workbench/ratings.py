"""Rating: what a rater is shown, and how what they typed is kept."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from viva.errors import UsageError
from viva.records.ids import new_id, utc_now
from viva.records.study import Draft, RatingEvent, RatingItem, RatingQueue, Study
from viva.store import ratings as table
from viva.store import studies
from viva.store.outbox import Outbox, apply_all, safe_name

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench


class Ratings:
    """A rater's side of the studies. Nothing here tells which system wrote a text."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._store = workbench.store
        self._paths = workbench.paths

    def queue(self, study: str, rater: str) -> RatingQueue:
        """Return the rater's way through a study: items in serving order, verdicts, drafts. Raises `NotFound`."""
        found = self._workbench.studies.get(study)
        with self._store.read() as connection:
            item_ids = tuple(studies.item_ids(connection, found.study_id))
        return RatingQueue(found, rater, item_ids, self.done(found, rater), self._drafts(found.study_id, rater))

    def items(self, study: str, item_ids: Sequence[str]) -> dict[str, RatingItem]:
        """Return what may be seen of these items of the study, by id."""
        with self._store.read() as connection:
            return studies.rating_items(connection, study, item_ids)

    def done(self, study: Study, rater: str) -> dict[str, RatingEvent]:
        """Return the rater's last verdict on each item, those still in the outbox included."""
        # The outbox first: what is delivered in between is then met twice, and not missed.
        pending = self._outbox(rater).pending()
        with self._store.read() as connection:
            events = table.latest(connection, study.study_id, rater)
        for event in pending:
            known = events.get(event.item_id)
            newer = known is None or known.created_at <= event.created_at
            if newer and (event.study_id, event.rater) == (study.study_id, rater):
                events[event.item_id] = event
        return events

    def save(
        self,
        study: Study,
        item_id: str,
        rater: str,
        values: Mapping[str, int],
        *,
        comment: str = "",
        flagged: bool = False,
        seconds: float = 0.0,
        skipped: str | None = None,
    ) -> RatingEvent:
        """Keep a verdict: a value for every criterion, or a reason for skipping.

        It is on disk when this returns; `deliver` puts it in the store. The item's draft is then gone.
        Raises `UsageError` for a missing, unknown or out-of-range value.
        """
        check_values(study, values, skipped)
        event = RatingEvent(
            new_id(), study.study_id, item_id, rater, {} if skipped else dict(values), skipped,
            comment, flagged, round(seconds, 1), utc_now(),
        )  # fmt: skip
        self._outbox(rater).append(event)
        self.save_draft(study.study_id, rater, item_id, Draft())
        return event

    def deliver(self, timeout: float | None = None) -> int:
        """Move every verdict that waits in an outbox into the store; return how many.

        Raises `StoreBusy` when the store is not free within `timeout` seconds.
        """
        return apply_all(self._paths.outboxes, self._store, timeout)

    def undelivered(self, rater: str) -> int:
        """Return how many of the rater's verdicts are not in the store yet."""
        return len(self._outbox(rater).pending())

    def save_draft(self, study_id: str, rater: str, item_id: str, draft: Draft) -> None:
        """Keep what a rater has entered so far; an empty draft removes the one that was kept."""
        drafts = self._drafts(study_id, rater)
        if draft.empty and item_id not in drafts:
            return
        drafts.pop(item_id, None)
        if not draft.empty:
            drafts[item_id] = draft
        path = self._draft_file(study_id, rater)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.write_text(json.dumps({key: asdict(value) for key, value in drafts.items()}), "utf-8")
        temporary.replace(path)

    def _drafts(self, study_id: str, rater: str) -> dict[str, Draft]:
        path = self._draft_file(study_id, rater)
        if not path.exists():
            return {}
        return {item_id: Draft(**value) for item_id, value in json.loads(path.read_text("utf-8")).items()}

    def _draft_file(self, study_id: str, rater: str) -> Path:
        return self._paths.drafts / study_id / (safe_name(rater) + ".json")

    def _outbox(self, rater: str) -> Outbox:
        return Outbox.of_rater(self._paths.outboxes, rater)


def check_values(study: Study, values: Mapping[str, int], skipped: str | None) -> None:
    """Make sure that a verdict is whole. Raises `UsageError`."""
    if skipped is not None:
        if not skipped.strip():
            raise UsageError("skipping needs a reason")
        return
    criteria = {criterion.name: criterion for criterion in study.rubric.criteria}
    if missing := [name for name in criteria if name not in values]:
        raise UsageError(f"no value for {', '.join(missing)}", "give every criterion a value, or skip the item")
    for name, value in values.items():
        if name not in criteria:
            raise UsageError(f"the rubric has no criterion {name}")
        if not criteria[name].accepts(value):
            raise UsageError(f"{name} goes from {criteria[name].lowest} to {criteria[name].highest}, not {value}")
