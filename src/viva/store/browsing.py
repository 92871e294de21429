"""Looking through generations a page at a time: order and search are the database's, texts are read when opened."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import duckdb

from viva.records.browsing import BrowsedExample, BrowseOrder, BrowsePage, BrowseQuery, BrowseRow
from viva.records.generation import ScoredText
from viva.records.metric import MEASURES
from viva.store import rows

Connection = duckdb.DuckDBPyConnection

HUMAN_TOTAL = "human total"
"""The measure that people's totals are: the mean over raters."""
QUESTION_LENGTH = 400
"""Characters of a question in a page; it is whole where the example is opened."""

_SCOPE = "e.dataset_id = $dataset AND ($split IS NULL OR coalesce(e.split, '') = $split)"
_WRITTEN = f"SELECT g.generation_id FROM generation g JOIN example e USING (example_id) WHERE {_SCOPE}"
_METRIC_VALUES = f"""
    SELECT g.example_id, s.name AS system, avg(m.value) AS value
    FROM (SELECT generation, value FROM metrics WHERE metric = $measure) m
    JOIN generation g ON g.generation_id = m.generation JOIN system s USING (system_id)
    JOIN example e USING (example_id) WHERE {_SCOPE} GROUP BY ALL
"""
_HUMAN_VALUES = f"""
    SELECT g.example_id, s.name AS system, avg(t.total) AS value
    FROM (SELECT generation, avg(total) AS total FROM totals WHERE source = 'human' GROUP BY generation) t
    JOIN generation g ON g.generation_id = t.generation JOIN system s USING (system_id)
    JOIN example e USING (example_id) WHERE {_SCOPE} GROUP BY ALL
"""
_NO_VALUES = "SELECT NULL::TEXT AS example_id, NULL::TEXT AS system, NULL::DOUBLE AS value WHERE false"
_HOLDS_TEXT = """
    AND (contains(lower(e.question), lower($text)) OR contains(lower(e.reference), lower($text))
         OR e.example_id IN (SELECT example_id FROM generation WHERE contains(lower(text), lower($text))))
"""
_ORDERS = {
    BrowseOrder.DATASET: "",
    BrowseOrder.LOWEST: "v.mean ASC NULLS LAST,",
    BrowseOrder.HIGHEST: "v.mean DESC NULLS LAST,",
    BrowseOrder.DISAGREEMENT: "v.spread DESC NULLS LAST,",
}


def page(connection: Connection, dataset_id: str, query: BrowseQuery) -> BrowsePage:
    """Return the examples of a version that somebody wrote for: those that `query` asks for, in its order.

    The page's query names the measure that is shown: the one asked for, or the first there is where no text has it.
    """
    scope = {"dataset": dataset_id, "split": query.split}
    systems = _systems(connection, scope)
    measures = _measures(connection, scope)
    measure = query.measure if query.measure in measures else next(iter(measures), "")
    query = replace(query, measure=measure)
    found, total = _found(connection, query, scope)
    return BrowsePage(query, systems, measures, _rows(connection, found, systems), total)


def example(connection: Connection, dataset_id: str, example_id: str) -> BrowsedExample | None:
    """Return an example of a version with every text that was written for it, by system and sample; None without it."""
    known = connection.execute(
        "SELECT example_id, position, question, reference, field FROM example WHERE example_id = ? AND dataset_id = ?",
        [rows.storable(example_id), dataset_id],
    ).fetchone()
    if known is None:
        return None
    texts = connection.execute(
        """
        SELECT g.generation_id, s.name, g.text, g.finish_reason, g.sample, g.failed
        FROM current_generation g JOIN system s USING (system_id)
        WHERE g.example_id = ? ORDER BY s.created_at, s.name, g.sample
        """,
        [known[0]],
    ).fetchall()
    ids = [text[0] for text in texts]
    scores = dict(
        connection.execute(
            "SELECT generation, json_group_object(metric, value) FROM metrics "
            "WHERE generation IN (SELECT unnest(?)) GROUP BY generation",
            [ids],
        ).fetchall()
    )
    totals = {
        generation: (total, raters)
        for generation, total, raters in connection.execute(
            "SELECT generation, avg(total), count(total) FROM totals "
            "WHERE source = 'human' AND generation IN (SELECT unnest(?)) GROUP BY generation",
            [ids],
        ).fetchall()
    }
    key, position, question, reference, field = known
    return BrowsedExample(
        key, position, question, reference, field, tuple(
            ScoredText(
                generation, system, text, finish, _metrics(scores.get(generation)), *totals.get(generation, (None, 0)),
                sample=sample, failed=failed,
            )
            for generation, system, text, finish, sample, failed in texts
        ),
    )  # fmt: skip


def _systems(connection: Connection, scope: dict[str, Any]) -> tuple[str, ...]:
    """Return the systems that wrote something, in the order they came."""
    found = connection.execute(
        f"""
        SELECT s.name FROM system s WHERE s.system_id IN (
            SELECT g.system_id FROM generation g JOIN example e USING (example_id) WHERE {_SCOPE})
        ORDER BY s.created_at, s.name
        """,
        scope,
    ).fetchall()
    return tuple(name for (name,) in found)


def _measures(connection: Connection, scope: dict[str, Any]) -> tuple[str, ...]:
    """Return what there are values of: people's totals, then metrics in their order, then foreign ones by name."""
    found = connection.execute(
        f"SELECT DISTINCT metric FROM score WHERE generation_id IN ({_WRITTEN})", scope
    ).fetchall()
    names = {name for (name,) in found}
    [(rated,)] = connection.execute(
        f"SELECT count(*) > 0 FROM rating WHERE generation_id IN ({_WRITTEN})", scope
    ).fetchall()
    known = [name for name in MEASURES if name in names]
    return (*([HUMAN_TOTAL] if rated else []), *known, *sorted(names - set(known)))


def _found(connection: Connection, query: BrowseQuery, scope: dict[str, Any]) -> tuple[list[tuple[Any, ...]], int]:
    """Return the page's rows as (example_id, position, systems, values), and how many examples there are in all."""
    values = _HUMAN_VALUES if query.measure == HUMAN_TOTAL else _METRIC_VALUES if query.measure else _NO_VALUES
    text = rows.storable(query.text)
    parameters = {
        **scope,
        **({"measure": query.measure} if query.measure not in {"", HUMAN_TOTAL} else {}),
        **({"text": text} if text else {}),
    }
    matching = f"""
        WHERE {_SCOPE} AND e.example_id IN (SELECT example_id FROM generation) {_HOLDS_TEXT if text else ""}
    """
    found = connection.execute(
        f"""
        WITH v AS (
            SELECT example_id, list(system) AS systems, list(value) AS values, avg(value) AS mean,
                   CASE WHEN count(value) > 1 THEN max(value) - min(value) END AS spread
            FROM ({values}) GROUP BY example_id)
        SELECT e.example_id, e.position, v.systems, v.values, count(*) OVER ()
        FROM example e LEFT JOIN v USING (example_id) {matching}
        ORDER BY {_ORDERS[query.order]} e.position LIMIT $limit OFFSET $offset
        """,
        {**parameters, "limit": query.limit, "offset": query.offset},
    ).fetchall()
    if found or not query.offset:
        return [row[:-1] for row in found], found[0][-1] if found else 0
    parameters.pop("measure", None)
    [(total,)] = connection.execute(f"SELECT count(*) FROM example e {matching}", parameters).fetchall()
    return [], int(total)


def _rows(connection: Connection, found: Sequence[tuple[Any, ...]], systems: Sequence[str]) -> tuple[BrowseRow, ...]:
    """Return the rows with what is shown of the examples; only that is read of their texts."""
    shown = connection.execute(
        f"SELECT example_id, substr(question, 1, {QUESTION_LENGTH}), field FROM example "
        "WHERE example_id IN (SELECT unnest(?))",
        [[row[0] for row in found]],
    ).fetchall()
    said = {example_id: (question, field) for example_id, question, field in shown}
    made = []
    for example_id, position, written_by, values in found:
        known = dict(zip(written_by or (), values or (), strict=True))
        question, field = said[example_id]
        made.append(BrowseRow(example_id, position, question, field, tuple(known.get(name) for name in systems)))
    return tuple(made)


def _metrics(values: str | None) -> dict[str, float | None]:
    found: dict[str, float | None] = json.loads(values) if values else {}
    return found
