"""A store small enough to work out every number in it by hand."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from viva.paths import WorkspacePaths
from viva.records.dataset import Example
from viva.records.generation import Generation, Score
from viva.records.ids import new_id
from viva.records.model import Decoding, Model, ModelKind, System
from viva.records.rubric import Criterion, Rubric
from viva.records.study import RatingEvent, Study
from viva.store import Store, datasets, generations, models, studies

RUBRIC = Rubric(
    "quality",
    "Quality",
    (
        Criterion("accuracy", 60, "Is it right?", 0, 5, {0: "wrong", 5: "right"}),
        Criterion("clarity", 40, "Is it clear?", 1, 3, {}),
    ),
)
NOON = datetime(2026, 1, 1, 12)
EXAMPLES = [
    Example("How?", "So.", "energy", "solar", "test", {"source": "by hand"}, "e1"),
    Example("Why?", "Because.", "retail", None, "test", {}, "e2"),
    Example("When?", "Now.", None, None, "test", {}, "e3"),
    Example("Where?", "Here.", "energy", None, "train", {}, "e4"),
]
SYSTEMS = [System("base", "small", "{question}", Decoding()), System("tuned", "small-tuned", "{question}", Decoding())]


def store_at(folder: Path, timeout: float = 10.0) -> Store:
    """Return the store of the workspace `folder`."""
    paths = WorkspacePaths(folder)
    return Store(paths.store, paths.store_lock, timeout)


def fill(store: Store, extra_items: int = 0) -> None:
    """Put in one dataset, two systems with generations b1 b2 b3 and t1 t2 t3, and a study with an item for each.

    `extra_items` further items on generations of their own let a test save as many verdicts on different items.
    """
    written = [
        Generation(
            f"{system.name[0]}{number}", system.system_id, f"e{number}", f"{system.name} {number}", "stop", 3, 2, 0.5
        )
        for system in SYSTEMS
        for number in (1, 2, 3)
    ]
    written += [Generation(f"x{n}", SYSTEMS[0].system_id, "e4", "text", "stop", 3, 2, 0.5) for n in range(extra_items)]
    study = Study("study-1", "first", "small", "test", RUBRIC, 2, len(written), NOON)
    with store.write() as connection:
        datasets.add(connection, "dataset-1", "small", "small.csv", EXAMPLES)
        models.add(connection, Model("model-1", "small", ModelKind.STARTER, "/nowhere/small"))
        models.add(connection, Model("model-2", "small-tuned", ModelKind.ADAPTER, "/nowhere/tuned", "small"))
        for system in SYSTEMS:
            models.add_system(connection, system)
        generations.add(connection, written)
        items = [(f"item-{g.generation_id}", g.generation_id) for g in written]
        studies.add(connection, study, "dataset-1", 0, items)


def score(store: Store, generation: str, metric: str, value: float | None, unscored: str | None = None) -> None:
    """Append one score."""
    with store.write() as connection:
        generations.add_scores(connection, [Score(generation, metric, "1", "", value, unscored)])


def verdict(
    generation: str,
    values: Mapping[str, int] | None = None,
    *,
    rater: str = "ann",
    minute: int = 0,
    skipped: str | None = None,
    comment: str = "",
    event_id: str | None = None,
) -> RatingEvent:
    """Return a person's verdict on a generation, given `minute` minutes after noon."""
    return RatingEvent(
        event_id or new_id(), "study-1", f"item-{generation}", rater, dict(values or {}), skipped, comment, False, 4.5,
        NOON + timedelta(minutes=minute),
    )  # fmt: skip
