"""From what a study is drawn, and what drawing more of it changes: texts, how far systems are apart, its items."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import duckdb

from viva.store import rows

Connection = duckdb.DuckDBPyConnection


class StudyText(NamedTuple):
    """A text that a study could show; texts with the same `fingerprint` are the same."""

    generation_id: str
    example_id: str
    field: str
    system: str
    fingerprint: str


class DrawnItem(NamedTuple):
    """What is known of an item that a study has: the question it is about, and why it was drawn."""

    item_id: str
    example_id: str
    stream: str
    stratum: str


def texts(connection: Connection, dataset_id: str, split: str, systems: Sequence[str]) -> list[StudyText]:
    """Return what systems wrote for a split, by question and system: of several samples the first, of these the newest.

    Texts that could not be had are left out; a question without a field has the field `""`.
    """
    found = connection.execute(
        """
        SELECT arg_max(g.generation_id, g.created_at), g.example_id, coalesce(any_value(e.field), ''), s.name,
               md5(arg_max(g.text, g.created_at))
        FROM generation g JOIN system s USING (system_id) JOIN example e USING (example_id)
        WHERE e.dataset_id = ? AND coalesce(e.split, '') = ? AND s.name IN (SELECT unnest(?))
          AND g.failed IS NULL AND g.sample = 0
        GROUP BY g.example_id, s.name, e.position ORDER BY e.position, s.name
        """,
        [dataset_id, split, [rows.storable(system) for system in systems]],
    ).fetchall()
    return [StudyText(*row) for row in found]


def models_of(connection: Connection, systems: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return each system's model and its kind by the system's name; the kind is empty where viva has no such model."""
    found = connection.execute(
        """
        SELECT s.name, s.model, coalesce(m.kind, '') FROM system s LEFT JOIN model m ON m.name = s.model
        WHERE s.name IN (SELECT unnest(?))
        """,
        [[rows.storable(system) for system in systems]],
    ).fetchall()
    return {name: (model, kind) for name, model, kind in found}


def judge_totals(connection: Connection, generation_ids: Sequence[str]) -> dict[str, float]:
    """Return the mean of what judges gave each text in all, by generation id; without a whole verdict there is none."""
    found = connection.execute(
        """
        SELECT generation, avg(total) FROM totals
        WHERE source = 'judge' AND total IS NOT NULL AND generation IN (SELECT unnest(?)) GROUP BY generation
        """,
        [list(generation_ids)],
    ).fetchall()
    return dict(found)


def metric_values(connection: Connection, generation_ids: Sequence[str], metric: str) -> dict[str, float]:
    """Return each text's value of a metric by generation id; texts without one have none."""
    found = connection.execute(
        "SELECT generation, value FROM metrics WHERE metric = ? AND value IS NOT NULL "
        "AND generation IN (SELECT unnest(?))",
        [metric, list(generation_ids)],
    ).fetchall()
    return dict(found)


def drawn(connection: Connection, study_id: str) -> tuple[list[DrawnItem], int]:
    """Return the items of a study that are about questions of its dataset, and the first position that is free."""
    found = connection.execute(
        """
        SELECT i.item_id, g.example_id, i.stream, i.stratum FROM study_item i JOIN generation g USING (generation_id)
        WHERE i.study_id = ? ORDER BY i.position
        """,
        [study_id],
    ).fetchall()
    row = connection.execute("SELECT max(position) FROM study_item WHERE study_id = ?", [study_id]).fetchone()
    return [DrawnItem(*each) for each in found], 0 if row is None or row[0] is None else row[0] + 1


def reweigh(connection: Connection, study_id: str, probabilities: Mapping[str, float]) -> None:
    """Give the random sample of a study new inclusion probabilities by stratum."""
    for stratum, probability in probabilities.items():
        connection.execute(
            "UPDATE study_item SET probability = ? WHERE study_id = ? AND stream = 'calibration' AND stratum = ?",
            [probability, study_id, rows.storable(stratum)],
        )


def promote(connection: Connection, item_ids: Sequence[str], stratum: str) -> None:
    """Count items that were chosen as useful to the random sample, which has come upon their question."""
    connection.execute(
        "UPDATE study_item SET stream = 'calibration', stratum = ? WHERE item_id IN (SELECT unnest(?))",
        [rows.storable(stratum), list(item_ids)],
    )


def exported(connection: Connection, study_id: str) -> list[tuple[Any, ...]]:
    """Return a row for every item and latest verdict on it, and one for an item without any, in the order of items.

    A row: item, position, stream, stratum, probability, usefulness, example, field, system, system_b, generation,
    generation_b, rater, criterion, value, winner, strength, shown_first, unscored, comment, flagged, seconds,
    created_at. Items with known answers have verdicts of their own kind and are left out.
    """
    return connection.execute(
        """
        WITH verdict AS (
            SELECT item, rater, criterion, value, NULL AS winner, NULL AS strength, NULL AS shown_first, unscored,
                   comment, flagged, seconds, created_at
            FROM ratings WHERE study = (SELECT name FROM study WHERE study_id = $study)
            UNION ALL
            SELECT p.item_id, p.scorer, p.criterion, NULL, p.winner, p.strength, p.shown_first, p.unscored,
                   p.comment, p.flagged, v.seconds, p.created_at
            FROM counting_preference p
            LEFT JOIN item_verdict v ON v.study_id = p.study_id AND v.item_id = p.item_id AND v.rater = p.scorer
            WHERE p.study_id = $study AND p.source = 'human')
        SELECT i.item_id, i.position, i.stream, i.stratum, i.probability, i.usefulness, g.example_id,
               e.field, s.name, z.name, i.generation_id, i.generation_b,
               v.rater, v.criterion, v.value, v.winner, v.strength, v.shown_first, v.unscored,
               v.comment, v.flagged, v.seconds,
               strftime(v.created_at, '%Y-%m-%dT%H:%M:%S.%f')
        FROM study_item i
        JOIN generation g USING (generation_id) JOIN system s USING (system_id)
        JOIN example e ON e.example_id = g.example_id
        LEFT JOIN generation h ON h.generation_id = i.generation_b LEFT JOIN system z ON z.system_id = h.system_id
        LEFT JOIN verdict v ON v.item = i.item_id
        WHERE i.study_id = $study
        ORDER BY i.position, v.rater, v.created_at, v.criterion NULLS FIRST
        """,
        {"study": study_id},
    ).fetchall()
