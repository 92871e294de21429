"""Files of which of two texts people found better: what tells them apart from files of ratings."""

from datetime import datetime

from viva.records.rating import OVERALL
from viva.records.study import StudyMode
from viva.store import rating_rows as table
from viva.workbench import preference_rows
from viva.workbench.imported_verdicts import Event, Kind


def together(event: Event) -> Event:
    """Return a comparison so that all of it counts: a newer choice on the whole would put the rest out of force."""
    times = {criterion: said.created_at or datetime.min for criterion, said in event.items()}
    last = max(times.values())
    behind = any(time < times.get(OVERALL, datetime.min) for time in times.values())
    passed_over = any(said.unscored is not None and times[criterion] < last for criterion, said in event.items())
    if not behind and not passed_over:
        return event
    return {criterion: said._replace(created_at=last) for criterion, said in event.items()}


PREFERENCES = Kind(
    "preferences", StudyMode.PAIRWISE, table.PREFERENCES, preference_rows.Reader, table.preferences,
    table.add_preferences, table.exported_preferences, together,
)  # fmt: skip
