"""Driving the screens of results, with people's ratings where they are wanted."""

from typing import Any

from textual.pilot import Pilot

from tests.fakes.screen import press as press_at_once
from viva.records.ids import new_id, utc_now
from viva.records.rating import RatingEvent
from viva.records.study import StudyRequest
from viva.store import ratings
from viva.workbench import Workbench


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Type keys, each when what the one before brought is there."""
    for key in keys:
        await press_at_once(pilot, key)


def rate(workbench: Workbench) -> None:
    """Rate every text of the small study: `tuned` high, but for one that is skipped."""
    study = workbench.studies.list()[0]
    events = []
    with workbench.store.write() as connection:
        found = connection.execute("SELECT item_id, generation_id FROM study_item ORDER BY position").fetchall()
        for item_id, text in found:
            value = 4 if text.startswith("generation-1") else 1
            values = {criterion.name: value for criterion in study.rubric.criteria}
            skipped = "empty" if text == "generation-02" else None
            events.append(
                RatingEvent(
                    new_id(), study.study_id, item_id, "ann", {} if skipped else values, skipped, "", False, 9.0,
                    utc_now(),
                )
            )  # fmt: skip
        assert ratings.add(connection, events) == []


def rate_again(workbench: Workbench, name: str, level: int) -> None:
    """Make another study of the same texts, and let Bob give each of them `level` on every criterion."""
    first = workbench.studies.list()[0]
    workbench.studies.create(StudyRequest(name, first.dataset, first.split, first.systems, seed=2))
    study = workbench.studies.get(name)
    values = {criterion.name: level for criterion in study.rubric.criteria}
    with workbench.store.write() as connection:
        items = connection.execute("SELECT item_id FROM study_item WHERE study_id = ?", [study.study_id]).fetchall()
        events = [
            RatingEvent(new_id(), study.study_id, item_id, "bob", values, None, "", False, 9.0, utc_now())
            for (item_id,) in items
        ]
        assert ratings.add(connection, events) == []


def rate_at_desk(workbench: Workbench, study: str, most: int | None = None, skipped: str | None = None) -> list[str]:
    """Let whoever is at the keyboard rate what they are served, each value 4, or skip it; return the items."""
    sitting = workbench.desk.sit_down(study)
    task, served, done = sitting.task, sitting.served, list[str]()
    while served.leases and (most is None or len(done) < most):
        item_id = served.leases[0].item_id
        values = {} if skipped else {criterion.name: 4 for criterion in task.rubric.criteria}
        workbench.desk.save(task, item_id, values, skipped=skipped, seconds=8.0)
        done.append(item_id)
        served = workbench.desk.serve(task.study_id)
    workbench.desk.release(task.study_id)
    return done


def current(pilot: Pilot[None], kind: type[Any]) -> Any:
    assert isinstance(pilot.app.screen, kind)
    return pilot.app.screen
