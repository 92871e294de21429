"""A workspace with studies to rate, made without a screen, and a clock that goes when it is told to."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from viva.records.dataset import Example
from viva.records.generation import Generation
from viva.records.model import Decoding, System
from viva.records.rating import Served
from viva.records.rubric import Criterion, Rubric
from viva.records.study import KnownItem, Stream, Study, StudyChange, StudyItem, StudyMode, StudyOptions
from viva.settings import Settings
from viva.store import datasets, generations, models, outbox, studies, study_changes
from viva.workbench import Workbench
from viva.workbench.desk import Desk

NOON = datetime(2026, 1, 1, 12)
STUDY = "study-1"
NAME = "falls"
SYSTEMS = ("alpha-7b", "beta-13b", "gamma-base")
RUBRIC = Rubric(
    "short", "Short", (Criterion("accuracy", 60, "Right?", 0, 5, {}), Criterion("clarity", 40, "Clear?", 1, 3, {}))
)
GOOD = {"accuracy": 4, "clarity": 2}
LEASE = 600.0


class Clock:
    """The time, as long as nobody moves it on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch | None = None) -> None:
        self.at = NOON
        if monkeypatch is not None:
            # The outbox looks at the time by itself, under its own lock.
            monkeypatch.setattr(outbox, "utc_now", self)

    def __call__(self) -> datetime:
        self.at += timedelta(microseconds=1)
        return self.at

    def go(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def workbench_of(folder: Path, rater: str, lease: float = LEASE, lock_timeout: float = 10.0) -> Workbench:
    """Return the workbench of a rater."""
    return Workbench(Settings(workspace=folder, rater=rater, role="rater", lease=lease, lock_timeout=lock_timeout))


def desk_of(folder: Path, rater: str, clock: Clock, lease: float = LEASE) -> Desk:
    """Return the desk of a rater, who sits down at it in a session of its own."""
    return Desk(workbench_of(folder, rater, lease), clock)


def make_texts(workbench: Workbench, questions: int, systems: Sequence[str] = SYSTEMS) -> None:
    """Put in a dataset and what every system wrote for every question of it."""
    examples = [
        Example(f"Question {number}?", f"Reference {number}.", None, None, "test", {}, f"example-{number:03}")
        for number in range(questions)
    ]
    made = [System(name, f"model-of-{name}", "{question}", Decoding()) for name in systems]
    written = [
        Generation(
            f"generation-{number:03}-{place}", system.system_id, f"example-{number:03}",
            f"Text {number} {place}.", "stop", 3, 2, 0.5,
        )
        for number in range(questions)
        for place, system in enumerate(made)
    ]  # fmt: skip
    with workbench.store.write() as connection:
        datasets.add(connection, "dataset-1", "secret-dataset", "made.csv", examples)
        for system in made:
            models.add_system(connection, system)
        generations.add(connection, written)


def add_study(
    workbench: Workbench,
    questions: int,
    *,
    study_id: str = STUDY,
    name: str = NAME,
    systems: int = len(SYSTEMS),
    raters_per_item: int = 1,
    practice: int = 0,
    gold: int = 0,
    pairs: bool = False,
    options: StudyOptions | None = None,
    raters: tuple[str, ...] | None = None,
) -> list[str]:
    """Put in a study of the texts there are, items of a question side by side; return the ordinary items' ids."""
    items = [
        StudyItem(
            f"{study_id}-item-{number:03}-{place}", number * systems + place, Stream.CALIBRATION,
            f"generation-{number:03}-{place}", f"generation-{number:03}-{place + 1}" if pairs else None,
            probability=1.0,
        )
        for number in range(questions)
        for place in range(systems - pairs)
    ]  # fmt: skip
    streams = [Stream.PRACTICE] * practice + [Stream.GOLD] * gold
    known = [
        KnownItem(
            f"{study_id}-known-{place}", f"Known {place}?", "Known.", f"Known text {place}.",
            f"Other {place}." if pairs else None, {"": "a"} if pairs else {"accuracy": 5, "clarity": 1}, "Because.",
        )
        for place in range(len(streams))
    ]  # fmt: skip
    hidden = [
        StudyItem(f"{study_id}-hidden-{place:03}", place, stream, known_id=known[place].known_id)
        for place, stream in enumerate(streams)
    ]
    study = Study(
        study_id, name, "secret-dataset", 1, "test", StudyMode.PAIRWISE if pairs else StudyMode.RUBRIC, RUBRIC,
        raters_per_item, len(items), NOON, options=options or StudyOptions(), raters=raters, systems=SYSTEMS[:systems],
    )  # fmt: skip
    with workbench.store.write() as connection:
        studies.add(connection, study, "dataset-1", {}, 7, [*hidden, *items], known)
    return [item.item_id for item in items]


def change(workbench: Workbench, kind: str, value: object, study_id: str = STUDY) -> None:
    """Change a study as whoever runs it would."""
    with workbench.store.write() as connection:
        study_changes.add(connection, study_id, StudyChange(kind, {kind: value}, "lead", NOON))


def held(served: Served) -> list[str]:
    """Return the ids of the items held, in their order."""
    return [lease.item_id for lease in served.leases]


def query(workbench: Workbench, statement: str) -> list[tuple[object, ...]]:
    """Return what the store says."""
    with workbench.store.read() as connection:
        return connection.execute(statement).fetchall()


def rate(desk: Desk, item_id: str | None = None) -> str:
    """Rate an item of the study, the next one where none is named; return which."""
    sitting = desk.sit_down(NAME)
    item_id = item_id or held(sitting.served)[0]
    desk.save(sitting.task, item_id, GOOD)
    return item_id
