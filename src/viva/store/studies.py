"""The tables `rubric`, `criterion`, `study` and `study_item`."""

import json
from collections.abc import Sequence

import duckdb

from viva.records.ids import utc_now
from viva.records.rubric import Criterion, Rubric
from viva.records.study import RatingItem, Study
from viva.store import rows

Connection = duckdb.DuckDBPyConnection


def add_rubric(connection: Connection, rubric: Rubric) -> None:
    """Add a rubric; the same one is left as it is."""
    if connection.execute("SELECT 1 FROM rubric WHERE rubric_id = ?", [rubric.rubric_id]).fetchone():
        return
    connection.execute(
        "INSERT INTO rubric VALUES (?, ?, ?, ?)", [rubric.rubric_id, rubric.name, rubric.title, utc_now()]
    )
    rows.insert(
        connection,
        "criterion",
        ["rubric_id", "position", "name", "weight", "question", "lowest", "highest", "levels"],
        [
            (rubric.rubric_id, position, c.name, c.weight, c.question, c.lowest, c.highest, rows.as_json(c.levels))
            for position, c in enumerate(rubric.criteria)
        ],
    )


def rubric(connection: Connection, rubric_id: str) -> Rubric:
    """Return the rubric of that id, which must be there."""
    [(name, title)] = connection.execute("SELECT name, title FROM rubric WHERE rubric_id = ?", [rubric_id]).fetchall()
    found = connection.execute(
        "SELECT name, weight, question, lowest, highest, levels FROM criterion WHERE rubric_id = ? ORDER BY position",
        [rubric_id],
    ).fetchall()
    return Rubric(
        name,
        title,
        tuple(
            Criterion(name, weight, question, lowest, highest, {int(k): v for k, v in json.loads(levels).items()})
            for name, weight, question, lowest, highest, levels in found
        ),
    )


def candidates(
    connection: Connection, dataset_id: str, split: str, system_names: Sequence[str]
) -> list[tuple[str, str, str]]:
    """Return (generation_id, example_id, system name) of what a study could show: of several samples the first."""
    return connection.execute(
        """
        SELECT arg_max(g.generation_id, g.created_at), g.example_id, s.name
        FROM generation g JOIN system s USING (system_id) JOIN example e USING (example_id)
        WHERE e.dataset_id = ? AND coalesce(e.split, '') = ? AND s.name IN (SELECT unnest(?))
          AND g.failed IS NULL AND g.sample = 0
        GROUP BY g.example_id, s.name, e.position ORDER BY e.position, s.name
        """,
        [dataset_id, split, list(system_names)],
    ).fetchall()


def add(connection: Connection, study: Study, dataset_id: str, seed: int, items: Sequence[tuple[str, str]]) -> None:
    """Add a study with its items as (item_id, generation_id) in serving order."""
    add_rubric(connection, study.rubric)
    connection.execute(
        "INSERT INTO study VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            study.study_id, study.name, dataset_id, study.split, study.rubric.rubric_id, "rubric",
            study.raters_per_item, seed, study.created_at,
        ],
    )  # fmt: skip
    rows.insert(
        connection,
        "study_item",
        ["item_id", "study_id", "position", "generation_id"],
        [(item_id, study.study_id, position, generation_id) for position, (item_id, generation_id) in enumerate(items)],
    )


def every(connection: Connection) -> list[Study]:
    """Return all studies in the order they were made."""
    found = connection.execute(
        """
        SELECT t.study_id, t.name, d.name, t.split, t.rubric_id, t.raters_per_item,
               (SELECT count(*) FROM study_item i WHERE i.study_id = t.study_id), t.created_at
        FROM study t JOIN dataset d USING (dataset_id) ORDER BY t.created_at, t.name
        """
    ).fetchall()
    return [
        Study(study_id, name, dataset, split, rubric(connection, rubric_id), raters, items, created_at)
        for study_id, name, dataset, split, rubric_id, raters, items, created_at in found
    ]


def item_ids(connection: Connection, study_id: str) -> list[str]:
    """Return a study's item ids in serving order."""
    found = connection.execute(
        "SELECT item_id FROM study_item WHERE study_id = ? ORDER BY position", [study_id]
    ).fetchall()
    return [item_id for (item_id,) in found]


def rating_items(connection: Connection, study: str, item_ids: Sequence[str]) -> dict[str, RatingItem]:
    """Return what a rater may see of each item, by item id: nothing that tells which system wrote it."""
    found = connection.execute(
        """
        SELECT i.item_id, i.position, e.question, e.reference, g.text
        FROM study_item i JOIN study t USING (study_id)
        JOIN generation g USING (generation_id) JOIN example e USING (example_id)
        WHERE t.name = ? AND i.item_id IN (SELECT unnest(?))
        """,
        [study, list(item_ids)],
    ).fetchall()
    return {row[0]: RatingItem(*row) for row in found}
