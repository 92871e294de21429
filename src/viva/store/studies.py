"""The table `study`: what is asked about which texts, as those who run it see it and as raters do."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import duckdb

from viva.records.rating import RatingTask
from viva.records.rubric import Rubric
from viva.records.study import KnownItem, Study, StudyItem, StudyMode, StudyOptions, StudyState
from viva.store import rows, rubrics, study_items
from viva.store.rating_rows import IMPORTED

Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Drawing:
    """How a study's items were drawn: the dataset version, the seed, and what was said when it was made."""

    dataset_id: str
    seed: int
    design: dict[str, Any]


def add(
    connection: Connection,
    study: Study,
    dataset_id: str,
    design: Mapping[str, Any],
    seed: int,
    items: Sequence[StudyItem],
    known: Sequence[KnownItem] = (),
) -> None:
    """Add a study with its items, and the items with known answers that they name.

    `design` is kept as JSON beside the study's systems and raters; `labels` in it says by system what is guessed.
    The study's `items` and `state` are not read: a study is open until a change says otherwise.
    """
    rubrics.add(connection, study.rubric)
    kept = {**design, "systems": list(study.systems), "raters": None if study.raters is None else list(study.raters)}
    rows.insert(
        connection,
        "study",
        [
            "study_id", "name", "dataset_id", "split", "rubric_id", "mode", "raters_per_item", "seed", "created_at",
            "options", "design",
        ],
        [
            (
                study.study_id, study.name, dataset_id, study.split, study.rubric.rubric_id, str(study.mode),
                study.raters_per_item, seed, study.created_at,
                rows.as_json(asdict(study.options)), rows.as_json(kept),
            )
        ],
    )  # fmt: skip
    study_items.add(connection, study.study_id, items, known)


def every(connection: Connection) -> list[Study]:
    """Return all studies in the order they were made."""
    return _studies(connection, "true", [])


def get(connection: Connection, name: str) -> Study | None:
    """Return the study of that name as it stands now, None where there is none."""
    found = _studies(connection, "t.name = ?", [rows.storable(name)])
    return found[0] if found else None


def drawing(connection: Connection, study_id: str) -> Drawing:
    """Return how the items of a study, which must be there, were drawn.

    A change of its items may say a part of the design anew, under `design`.
    """
    [(dataset_id, seed, design)] = connection.execute(
        "SELECT dataset_id, seed, design FROM study WHERE study_id = ?", [study_id]
    ).fetchall()
    kept: dict[str, Any] = json.loads(design)
    changes = connection.execute(
        "SELECT content->'$.design' FROM study_change WHERE study_id = ? AND kind = 'items' ORDER BY seq", [study_id]
    ).fetchall()
    for (changed,) in changes:
        kept |= json.loads(changed or "{}")
    return Drawing(dataset_id, seed, kept)


def tasks(connection: Connection, rater: str) -> list[RatingTask]:
    """Return the studies that `rater` may rate, in whatever state, the oldest first, without a word on systems."""
    found = connection.execute(
        """
        SELECT t.study_id, t.name, t.mode, t.rubric_id, t.options, t.state,
               (SELECT count(*) FROM study_item i WHERE i.study_id = t.study_id AND i.stream = 'practice')
        FROM current_study t
        WHERE list_contains(coalesce(CAST(t.raters AS TEXT[]), [$rater]), $rater) ORDER BY t.created_at, t.name
        """,
        {"rater": rows.storable(rater)},
    ).fetchall()
    known = _rubrics(connection, [row[3] for row in found])
    return [
        RatingTask(
            study_id, name, StudyMode(mode), known[rubric_id], _options(options), StudyState(state), practice
        )
        for study_id, name, mode, rubric_id, options, state, practice in found
    ]  # fmt: skip


def _studies(connection: Connection, condition: str, parameters: list[Any]) -> list[Study]:
    found = connection.execute(
        f"""
        SELECT t.study_id, t.name, d.name, d.version, t.split, t.mode, t.rubric_id, t.raters_per_item,
               (SELECT count(*) FROM study_item i
                WHERE i.study_id = t.study_id AND i.stream IN ('calibration', 'useful')),
               t.created_at, t.state, t.options, CAST(t.raters AS TEXT[]), CAST(t.design->'$.systems' AS TEXT[]),
               coalesce(t.design->>'$.source', '') = '{IMPORTED}'
        FROM current_study t JOIN dataset d USING (dataset_id) WHERE {condition} ORDER BY t.created_at, t.name
        """,
        parameters,
    ).fetchall()
    known = _rubrics(connection, [row[6] for row in found])
    return [
        Study(
            study_id, name, dataset, version, split, StudyMode(mode), known[rubric_id], raters_per_item, items,
            created_at, StudyState(state), _options(options), None if raters is None else tuple(raters),
            tuple(systems or ()), imported,
        )
        for (
            study_id, name, dataset, version, split, mode, rubric_id, raters_per_item, items,
            created_at, state, options, raters, systems, imported,
        ) in found
    ]  # fmt: skip


def _rubrics(connection: Connection, rubric_ids: Sequence[str]) -> dict[str, Rubric]:
    return {rubric_id: rubrics.get(connection, rubric_id) for rubric_id in dict.fromkeys(rubric_ids)}


def _options(text: str | None) -> StudyOptions:
    said = json.loads(text or "{}")
    return StudyOptions(**{**said, "guess": tuple(said.get("guess", ()))})
