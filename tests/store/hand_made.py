"""A store small enough to work out every number in it by hand."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from viva.paths import WorkspacePaths
from viva.records.dataset import Example
from viva.records.generation import Generation, Score
from viva.records.ids import new_id
from viva.records.model import Decoding, Model, ModelKind, System
from viva.records.rating import (
    OVERALL,
    Choice,
    GuessEvent,
    PreferenceEvent,
    RaterEvent,
    RatingEvent,
    Side,
    Strength,
    Winner,
)
from viva.records.rubric import Criterion, Rubric
from viva.records.study import KnownItem, Stream, Study, StudyItem, StudyMode, StudyOptions
from viva.store import Store, datasets, generations, models, rater_events, rubrics, studies, study_items

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
KNOWN = KnownItem("known-1", "Known?", "Yes.", "no", None, {"accuracy": 1, "clarity": 3}, "It is wrong.")
KNOWN_PAIR = KnownItem("known-pair", "Known?", "Yes.", "no", "yes", {"": "b", "clarity": "tie"}, "One is right.")
SYSTEMS = [System("base", "small", "{question}", Decoding()), System("tuned", "small-tuned", "{question}", Decoding())]


def store_at(folder: Path, timeout: float = 10.0) -> Store:
    """Return the store of the workspace `folder`."""
    paths = WorkspacePaths(folder)
    return Store(paths.store, paths.store_lock, timeout)


def fill(store: Store, extra_items: int = 0) -> None:
    """Put in one dataset, two systems with generations b1 b2 b3 and t1 t2 t3, and a study with an item for each.

    `extra_items` further items on generations of their own let a test save as many verdicts on different items.
    """
    study = Study(
        "study-1", "first", "small", 1, "test", StudyMode.RUBRIC, RUBRIC, 2, 6 + extra_items, NOON,
        systems=("base", "tuned"),
    )  # fmt: skip
    with store.write() as connection:
        items = [
            StudyItem(f"item-{generation}", position, Stream.CALIBRATION, generation, probability=1.0)
            for position, generation in enumerate(fill_texts(connection, extra_items))
        ]
        studies.add(connection, study, "dataset-1", {}, 0, items)


def fill_released(store: Store) -> None:
    """Put in what `fill` does, into a store of the time before pairs were rated."""
    with store.write() as connection:
        written = fill_texts(connection)
        rubrics.add(connection, RUBRIC)
        connection.execute(
            "INSERT INTO study VALUES ('study-1', 'first', 'dataset-1', 'test', ?, 'rubric', 2, 7, ?)",
            [RUBRIC.rubric_id, NOON],
        )
        connection.executemany(
            "INSERT INTO study_item VALUES (?, 'study-1', ?, ?)",
            [(f"item-{generation}", position, generation) for position, generation in enumerate(written)],
        )


def fill_texts(connection: duckdb.DuckDBPyConnection, extra: int = 0) -> list[str]:
    """Put in the dataset, the systems and their texts, `extra` more of one of them; return the texts' ids."""
    written = [
        Generation(
            f"{system.name[0]}{number}", system.system_id, f"e{number}", f"{system.name} {number}", "stop", 3, 2, 0.5
        )
        for system in SYSTEMS
        for number in (1, 2, 3)
    ]
    written += [Generation(f"x{n}", SYSTEMS[0].system_id, "e4", "text", "stop", 3, 2, 0.5) for n in range(extra)]
    datasets.add(connection, "dataset-1", "small", "small.csv", EXAMPLES)
    models.add(connection, Model("model-1", "small", ModelKind.STARTER, "/nowhere/small"))
    models.add(connection, Model("model-2", "small-tuned", ModelKind.ADAPTER, "/nowhere/tuned", "small"))
    for system in SYSTEMS:
        models.add_system(connection, system)
    generations.add(connection, written)
    return [generation.generation_id for generation in written]


def fill_pairs(store: Store, raters: tuple[str, ...] | None = None) -> None:
    """Add to what `fill` put in a study of pairs: pair-1 to pair-3, and practice and gold pairs with known answers."""
    study = Study(
        "study-2", "second", "small", 1, "test", StudyMode.PAIRWISE, RUBRIC, 2, 3, NOON + timedelta(minutes=1),
        options=StudyOptions(strength=True, per_criterion=True, guess=("left", "right")), raters=raters,
        systems=("base", "tuned"),
    )  # fmt: skip
    items = [
        StudyItem(f"pair-{n}", n, Stream.CALIBRATION, f"b{n}", f"t{n}", stratum="energy", probability=0.5)
        for n in (1, 2, 3)
    ]
    items += [
        StudyItem("pair-practice", 0, Stream.PRACTICE, known_id="known-pair"),
        StudyItem("pair-gold", 4, Stream.GOLD, known_id="known-pair"),
    ]
    design = {"labels": {"base": "left", "tuned": "right"}}
    with store.write() as connection:
        studies.add(connection, study, "dataset-1", design, 11, items, [KNOWN_PAIR])


def add_known(store: Store) -> None:
    """Add to the study that `fill` made a practice and a gold item with the same known answers."""
    items = [
        StudyItem("item-practice", 0, Stream.PRACTICE, known_id="known-1"),
        StudyItem("item-gold", 3, Stream.GOLD, known_id="known-1"),
    ]
    with store.write() as connection:
        study_items.add(connection, "study-1", items, [KNOWN])


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


def comparison(
    item: str,
    winner: Winner | None = "a",
    criteria: Mapping[str, Winner] | None = None,
    *,
    rater: str = "ann",
    minute: int = 0,
    strength: Strength | None = None,
    skipped: str | None = None,
    shown_first: Side = "a",
    comment: str = "",
    event_id: str | None = None,
) -> PreferenceEvent:
    """Return a person's comparison of the pair `item`, made `minute` minutes after noon."""
    choices = {} if winner is None or skipped else {OVERALL: Choice(winner, strength)}
    choices |= {criterion: Choice(better) for criterion, better in (criteria or {}).items()}
    return PreferenceEvent(
        event_id or new_id(), "study-2", item, rater, shown_first, choices, skipped, comment, False, 8.0,
        NOON + timedelta(minutes=minute),
    )  # fmt: skip


def guess(
    item: str, label: str | None, *, study: str = "study-1", rater: str = "ann", minute: int = 0,
    event_id: str | None = None,
) -> GuessEvent:  # fmt: skip
    """Return whom a person thinks the writer of an item's text to be."""
    return GuessEvent(event_id or new_id(), study, item, rater, label, NOON + timedelta(minutes=minute))


def say(store: Store, *events: RaterEvent) -> list[RaterEvent]:
    """Put events into the store; return those on unknown items."""
    with store.write() as connection:
        return rater_events.add(connection, events)


def ask(store: Store, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with store.read() as connection:
        return connection.execute(query).fetchall()
