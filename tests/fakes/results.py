"""Driving the screens of results, with people's ratings where they are wanted."""

from typing import Any

from textual.pilot import Pilot

from tests.fakes.screen import press as press_at_once
from viva.workbench import Workbench


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Type keys, each when what the one before brought is there."""
    for key in keys:
        await press_at_once(pilot, key)


def rate(workbench: Workbench) -> None:
    """Rate every text of the small study: `tuned` high, but for one that is skipped."""
    study = workbench.studies.list()[0]
    queue = workbench.ratings.queue(study.name, "ann")
    with workbench.store.read() as connection:
        found = connection.execute("SELECT item_id, generation_id FROM study_item").fetchall()
    texts: dict[str, str] = dict(found)
    for item_id in queue.item_ids:
        if texts[item_id] == "generation-02":
            workbench.ratings.save(study, item_id, "ann", {}, skipped="empty")
            continue
        value = 4 if texts[item_id].startswith("generation-1") else 1
        workbench.ratings.save(study, item_id, "ann", {criterion.name: value for criterion in study.rubric.criteria})
    workbench.ratings.deliver()


def current(pilot: Pilot[None], kind: type[Any]) -> Any:
    assert isinstance(pilot.app.screen, kind)
    return pilot.app.screen
