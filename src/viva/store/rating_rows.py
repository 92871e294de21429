"""What people said of texts, on its way in from elsewhere and on its way out to a file."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import duckdb

from viva.records.rating import OVERALL
from viva.store import rows

Connection = duckdb.DuckDBPyConnection
Pair = tuple[str, str | None]
"""The texts of an item: one, or two in the order of their ids."""

IMPORTED = "imported"
"""What the design of a study says under `source` where it was made by an import."""

RATINGS = (
    "study", "dataset", "example", "position", "split", "system", "sample", "rater", "rubric", "criterion", "value",
    "unscored", "comment", "flagged", "seconds", "created_at",
)  # fmt: skip
"""The columns of a file of ratings."""
PREFERENCES = (
    "study", "dataset", "example", "position", "split", "system_a", "sample_a", "system_b", "sample_b", "rater",
    "rubric", "criterion", "winner", "strength", "shown_first", "unscored", "comment", "flagged", "seconds",
    "created_at",
)  # fmt: skip
"""The columns of a file of preferences; the two texts stand in the order of their systems' names."""
_PIECE = 1000
_SCOPE = """
    ($study IS NULL OR {rows}.study = $study) AND ($dataset IS NULL OR {rows}.dataset = $dataset)
    AND (NOT $closed OR t.state = 'closed')
"""
_TURNED = "CASE {side} WHEN 'a' THEN 'b' WHEN 'b' THEN 'a' ELSE {side} END"
_SECONDS = """
    (SELECT y.name, h.generation_a, h.generation_b, h.scorer, coalesce(h.criterion, '') AS criterion,
            arg_max_null(h.seconds, (h.created_at, h.seq)) AS seconds
     FROM preference h JOIN study y USING (study_id) WHERE h.source = 'human' GROUP BY ALL) s
    ON s.name = p.study AND s.generation_a = p.generation_a AND s.generation_b = p.generation_b
    AND s.scorer = p.scorer AND s.criterion = coalesce(p.criterion, '')
"""
"""How long the newest of a rater's comparisons of two texts took, which is the one that counts."""


class HeldStudy(NamedTuple):
    """What an import has to know of a study that is there; `imported` tells whether an import made it."""

    study_id: str
    dataset_id: str
    split: str
    rubric_id: str
    mode: str
    state: str
    raters_per_item: int
    imported: bool


class Said(NamedTuple):
    """What a person said on one criterion of a text or a pair.

    `value` is a number, or for a pair `a`, `b` or `tie`; `strength` and `shown_first` are those of pairs. What is not
    known is None; the store keeps 0 for seconds that are not.
    """

    value: float | str | None
    unscored: str | None
    comment: str
    flagged: bool
    seconds: float | None
    created_at: datetime | None
    strength: str | None = None
    shown_first: str | None = None


Held = dict[tuple[Pair, str], dict[str, Said]]
"""What counts of the verdicts of a study: by texts and rater, then by criterion (`OVERALL` for a pair as a whole)."""


def studies(connection: Connection) -> dict[str, HeldStudy]:
    """Return all studies by their names."""
    found = connection.execute(
        """
        SELECT name, study_id, dataset_id, split, rubric_id, mode, state, raters_per_item,
               coalesce(design->>'$.source', '') = ? FROM current_study
        """,
        [IMPORTED],
    ).fetchall()
    return {name: HeldStudy(*values) for name, *values in found}


def items(connection: Connection, study_id: str) -> dict[Pair, str]:
    """Return the items of a study by the texts that they show."""
    found = connection.execute(
        "SELECT generation_id, generation_b, item_id FROM study_item WHERE study_id = ? AND generation_id IS NOT NULL",
        [study_id],
    ).fetchall()
    return {(generation_id, generation_b): item_id for generation_id, generation_b, item_id in found}


def ratings(connection: Connection, study: str) -> Held:
    """Return the ratings of a study that count."""
    found = connection.execute(
        """
        SELECT generation, rater, criterion, value, unscored, comment, flagged, nullif(seconds, 0), created_at
        FROM ratings WHERE study = ?
        """,
        [rows.storable(study)],
    ).fetchall()
    held: Held = defaultdict(dict)
    for generation, rater, criterion, *said in found:
        held[(generation, None), rater][criterion] = Said(*said)
    return held


def preferences(connection: Connection, study: str) -> Held:
    """Return the preferences of a study that count."""
    found = connection.execute(
        f"""
        SELECT p.generation_a, p.generation_b, p.scorer, coalesce(p.criterion, ''), p.winner, p.unscored, p.comment,
               p.flagged, nullif(s.seconds, 0), p.created_at, p.strength, p.shown_first
        FROM preferences p JOIN {_SECONDS} WHERE p.source = 'human' AND p.study = ?
        """,
        [rows.storable(study)],
    ).fetchall()
    held: Held = defaultdict(dict)
    for generation_a, generation_b, rater, criterion, *said in found:
        held[(generation_a, generation_b), rater][criterion] = Said(*said)
    return held


def add_ratings(connection: Connection, study_id: str, added: Sequence[tuple[str, str, Pair, str, str, Said]]) -> None:
    """Append ratings as (event_id, item_id, texts, rater, criterion, what was said)."""
    rows.insert(
        connection,
        "rating",
        [
            "event_id", "study_id", "item_id", "generation_id", "rater", "criterion", "value", "unscored", "comment",
            "flagged", "seconds", "created_at",
        ],
        [
            (
                event_id, study_id, item_id, texts[0], rater, criterion, said.value, said.unscored, said.comment,
                said.flagged, said.seconds or 0.0, said.created_at,
            )
            for event_id, item_id, texts, rater, criterion, said in added
        ],
    )  # fmt: skip


def add_preferences(
    connection: Connection, study_id: str, added: Sequence[tuple[str, str, Pair, str, str, Said]]
) -> None:
    """Append preferences as (event_id, item_id, texts, rater, criterion, what was said)."""
    example_of = dict(
        connection.execute(
            "SELECT generation_id, example_id FROM generation WHERE generation_id IN (SELECT unnest(?))",
            [sorted({texts[0] for _, _, texts, *_ in added})],
        ).fetchall()
    )
    rows.insert(
        connection,
        "preference",
        [
            "event_id", "study_id", "item_id", "example_id", "generation_a", "generation_b", "scorer", "source",
            "shown_first", "winner", "strength", "unscored", "comment", "flagged", "seconds", "created_at", "criterion",
        ],
        [
            (
                event_id if criterion == OVERALL else f"{event_id}/{criterion}", study_id, item_id,
                example_of[texts[0]], *texts, rater, "human", said.shown_first, said.value, said.strength,
                said.unscored, said.comment, said.flagged, said.seconds, said.created_at,
                None if criterion == OVERALL else criterion,
            )
            for event_id, item_id, texts, rater, criterion, said in added
        ],
    )  # fmt: skip


def set_systems(connection: Connection, study_id: str, systems: Sequence[str]) -> None:
    """Say anew which systems' texts a study holds."""
    connection.execute(
        "UPDATE study SET design = json_merge_patch(design, ?) WHERE study_id = ?",
        [rows.as_json({"systems": list(systems)}), study_id],
    )


def exported_ratings(
    connection: Connection, study: str | None = None, dataset: str | None = None, *, closed_only: bool = False
) -> Iterator[tuple[Any, ...]]:
    """Yield the ratings that count with the values of `RATINGS`; the rubric is its id."""
    return _pieces(
        connection.execute(
            f"""
            SELECT r.study, r.dataset, r.example, e.position + 1, coalesce(r.split, ''), r.system,
                   coalesce(g.sample, 0), r.rater, r.rubric, r.criterion, r.value, r.unscored, r.comment, r.flagged,
                   nullif(r.seconds, 0), r.created_at
            FROM ratings r JOIN current_study t ON t.name = r.study JOIN example e ON e.example_id = r.example
            JOIN generation g ON g.generation_id = r.generation
            JOIN criterion c ON c.rubric_id = r.rubric AND c.name = r.criterion
            WHERE {_SCOPE.format(rows="r")}
            ORDER BY r.study, e.position, r.system, g.sample, r.generation, r.rater, c.position
            """,
            {"study": rows.storable(study), "dataset": rows.storable(dataset), "closed": closed_only},
        )
    )


def exported_preferences(
    connection: Connection, study: str | None = None, dataset: str | None = None, *, closed_only: bool = False
) -> Iterator[tuple[Any, ...]]:
    """Yield people's preferences that count with the values of `PREFERENCES`; the rubric is its id.

    Which text the store calls a goes by ids that are drawn; in a file it goes by the systems' names.
    """
    return _pieces(
        connection.execute(
            f"""
            WITH side AS (
                SELECT p.*, nullif(s.seconds, 0) AS seconds, t.rubric_id,
                       (p.system_b, coalesce(h.sample, 0)) < (p.system_a, coalesce(g.sample, 0)) AS turned,
                       coalesce(g.sample, 0) AS sample_a, coalesce(h.sample, 0) AS sample_b
                FROM preferences p JOIN current_study t ON t.name = p.study JOIN {_SECONDS}
                JOIN generation g ON g.generation_id = p.generation_a
                JOIN generation h ON h.generation_id = p.generation_b
                WHERE p.source = 'human' AND {_SCOPE.format(rows="p")}
            ), placed AS (
                SELECT * EXCLUDE (system_a, system_b, sample_a, sample_b),
                       if(turned, system_b, system_a) AS system_a, if(turned, sample_b, sample_a) AS sample_a,
                       if(turned, system_a, system_b) AS system_b, if(turned, sample_a, sample_b) AS sample_b
                FROM side)
            SELECT p.study, p.dataset, p.example, e.position + 1, coalesce(p.split, ''), p.system_a, p.sample_a,
                   p.system_b, p.sample_b, p.scorer, p.rubric_id, coalesce(p.criterion, ''),
                   if(turned, {_TURNED.format(side="winner")}, p.winner), p.strength,
                   if(turned, {_TURNED.format(side="shown_first")}, p.shown_first), p.unscored, p.comment, p.flagged,
                   p.seconds, p.created_at
            FROM placed p JOIN example e ON e.example_id = p.example
            LEFT JOIN criterion c ON c.rubric_id = p.rubric_id AND c.name = p.criterion
            ORDER BY p.study, e.position, p.system_a, p.sample_a, p.system_b, p.sample_b, p.generation_a,
                     p.generation_b, p.scorer, c.position NULLS FIRST, p.criterion
            """,
            {"study": rows.storable(study), "dataset": rows.storable(dataset), "closed": closed_only},
        )
    )


def _pieces(found: Connection) -> Iterator[tuple[Any, ...]]:
    while piece := found.fetchmany(_PIECE):
        yield from piece
