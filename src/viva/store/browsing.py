"""Looking through generations a page at a time: order and search are the database's, texts are read when opened."""

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
"""The measure that people's totals are: the mean over raters, by the rubric of the split's newest study alone."""
STUDY_TOTAL = f"{HUMAN_TOTAL} "
"""What the measure begins with that people's totals of one study are, where several were rated; its name follows."""
JUDGE_TOTAL = "judge total "
"""What the measure begins with that a judge's totals are; its name and, in brackets, its mode follow."""
QUESTION_LENGTH = 400
"""Characters of a question in a page; it is whole where the example is opened."""

_SCOPE = """
    e.dataset_id = $dataset AND ($split IS NULL OR coalesce(e.split, '') = $split)
    AND ($field IS NULL OR coalesce(e.field, '') = $field)
    AND ($subfield IS NULL OR coalesce(e.subfield, '') = $subfield)
"""
_BY = "($systems IS NULL OR list_contains($systems::VARCHAR[], s.name))"
_WRITTEN = f"""
    SELECT g.generation_id FROM generation g JOIN system s USING (system_id) JOIN example e USING (example_id)
    WHERE {_SCOPE} AND {_BY}
"""
_VALUES = f"""
    SELECT g.example_id, s.name AS system, avg(v.value) AS value
    FROM ({{texts}}) v JOIN generation g ON g.generation_id = v.generation JOIN system s USING (system_id)
    JOIN example e USING (example_id) WHERE {_SCOPE} AND {_BY} GROUP BY ALL
"""
_METRIC = "SELECT generation, value FROM metrics WHERE metric = $measure"
_PEOPLE = """
    SELECT generation, avg(total) AS total, count(total) AS raters FROM (
        SELECT t.generation, avg(t.total) AS total FROM totals t JOIN study y ON y.name = t.study
        WHERE t.source = 'human' AND {texts} AND y.rubric_id = (
            SELECT arg_max(n.rubric_id, (n.created_at, n.name)) FROM study n
            WHERE n.mode = 'rubric' AND n.dataset_id = y.dataset_id AND n.split = y.split
              AND n.study_id IN (SELECT study_id FROM rating))
        GROUP BY t.generation, t.scorer)
    GROUP BY generation
"""
"""The totals of texts; a rater who rated one in several studies has one voice."""
_HUMAN = f"SELECT generation, total AS value FROM ({_PEOPLE.format(texts='true')})"
_STUDY = f"""
    SELECT generation, avg(total) AS value FROM totals
    WHERE source = 'human' AND '{STUDY_TOTAL}' || study = $measure GROUP BY generation
"""
_JUDGE = f"""
    SELECT generation, total AS value FROM totals
    WHERE source = 'judge' AND '{JUDGE_TOTAL}' || scorer || ' (' || mode || ')' = $measure
"""
_NO_VALUES = "SELECT NULL::TEXT AS example_id, NULL::TEXT AS system, NULL::DOUBLE AS value WHERE false"
_TEXTS = f"SELECT g.example_id FROM generation g JOIN system s USING (system_id) WHERE {_BY}"
_HOLDS_TEXT = f"""
    AND (contains(lower(e.question), lower($text)) OR contains(lower(e.reference), lower($text))
         OR e.example_id IN ({_TEXTS} AND contains(lower(g.text), lower($text))))
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
    named = None if query.systems is None else [rows.storable(name) for name in query.systems]
    scope = {
        "dataset": dataset_id, "split": query.split, "field": rows.storable(query.field),
        "subfield": rows.storable(query.subfield), "systems": named,
    }  # fmt: skip
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
    key, position, question, reference, field = known
    several = len(_rated_studies(connection, dataset_id)) > 1
    return BrowsedExample(
        key, position, question, reference, field, tuple(
            ScoredText(
                generation, system, text, finish,
                _metrics(connection, generation) | _judged(connection, generation)
                | (_by_study(connection, generation) if several else {}),
                *_rated(connection, generation), sample=sample, failed=failed,
            )
            for generation, system, text, finish, sample, failed in texts
        ),
    )  # fmt: skip


def _systems(connection: Connection, scope: dict[str, Any]) -> tuple[str, ...]:
    """Return the systems that wrote something, in the order they came."""
    found = connection.execute(
        f"""
        SELECT s.name FROM system s WHERE {_BY} AND s.system_id IN (
            SELECT g.system_id FROM generation g JOIN example e USING (example_id) WHERE {_SCOPE})
        ORDER BY s.created_at, s.name
        """,
        scope,
    ).fetchall()
    return tuple(name for (name,) in found)


def _measures(connection: Connection, scope: dict[str, Any]) -> tuple[str, ...]:
    """Return what there are values of: people's totals, judges' by name, metrics in their order, then foreign ones.

    People's are those of each study too, where several were rated. A judge that gave no value on some criterion,
    whatever the text, has no total.
    """
    found = connection.execute(
        f"SELECT DISTINCT metric FROM score WHERE generation_id IN ({_WRITTEN})", scope
    ).fetchall()
    names = {name for (name,) in found}
    here = connection.execute(
        f"SELECT DISTINCT study_id FROM rating WHERE generation_id IN ({_WRITTEN})", scope
    ).fetchall()
    studies = _rated_studies(connection, scope["dataset"], scope["split"])
    rated = [STUDY_TOTAL + name for study_id, name in studies if (study_id,) in here]
    people = [HUMAN_TOTAL, *(rated if len(studies) > 1 else [])] if here else []
    judges = connection.execute(
        f"""
        WITH whole AS (
            SELECT DISTINCT j.judge, j.mode FROM (
                SELECT judge, mode, rubric_id, protocol_id, count(DISTINCT criterion) AS criteria FROM judgment
                WHERE value IS NOT NULL AND generation_id IN ({_WRITTEN}) GROUP BY ALL) j
            JOIN rubric_sizes r ON r.rubric = j.rubric_id AND r.criteria = j.criteria
            JOIN score_protocol p ON p.counts AND p.dataset_id = $dataset AND ($split IS NULL OR p.split = $split)
              AND p.judge = j.judge AND p.mode = j.mode AND p.rubric_id = j.rubric_id
              AND p.protocol_id IS NOT DISTINCT FROM j.protocol_id)
        SELECT '{JUDGE_TOTAL}' || judge || ' (' || mode || ')' FROM whole
        UNION ALL
        SELECT '{JUDGE_TOTAL}' || p.name || ' (' || p.mode || ')'
        FROM panel_member p JOIN whole w ON w.judge = p.judge AND w.mode = p.mode
        WHERE p.dataset_id = $dataset GROUP BY p.name, p.mode, p.judges HAVING count(*) = p.judges
        ORDER BY 1
        """,
        scope,
    ).fetchall()
    known = [name for name in MEASURES if name in names]
    return (*people, *(name for (name,) in judges), *known, *sorted(names - set(known)))


def _rated_studies(connection: Connection, dataset_id: str, split: str | None = None) -> list[tuple[str, str]]:
    """Return the studies of a dataset's split, or of all, that somebody rated in: (id, name), the oldest first."""
    return connection.execute(
        """
        SELECT study_id, name FROM study
        WHERE dataset_id = $dataset AND ($split IS NULL OR coalesce(split, '') = $split)
          AND study_id IN (SELECT study_id FROM rating)
        ORDER BY created_at, name
        """,
        {"dataset": dataset_id, "split": split},
    ).fetchall()


def _found(connection: Connection, query: BrowseQuery, scope: dict[str, Any]) -> tuple[list[tuple[Any, ...]], int]:
    """Return the page's rows as (example_id, position, systems, values), and how many examples there are in all."""
    values = _values(query.measure)
    text = rows.storable(query.text)
    parameters = {
        **scope,
        **({"measure": query.measure} if query.measure not in {"", HUMAN_TOTAL} else {}),
        **({"text": text} if text else {}),
    }
    matching = f"""
        WHERE {_SCOPE} AND e.example_id IN ({_TEXTS}) {_HOLDS_TEXT if text else ""}
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


def _values(measure: str) -> str:
    """Return the query of the values of a measure by example and system."""
    if not measure:
        return _NO_VALUES
    if measure == HUMAN_TOTAL:
        return _VALUES.format(texts=_HUMAN)
    starts = {STUDY_TOTAL: _STUDY, JUDGE_TOTAL: _JUDGE}
    return _VALUES.format(texts=next((texts for start, texts in starts.items() if measure.startswith(start)), _METRIC))


# One query for each text: the views look for a text that is named, and go through all for those of a list.


def _metrics(connection: Connection, generation: str) -> dict[str, float | None]:
    found = connection.execute("SELECT metric, value FROM metrics WHERE generation = ?", [generation]).fetchall()
    return dict(found)


def _rated(connection: Connection, generation: str) -> tuple[float | None, int]:
    """Return the mean of people's totals of a text, and of how many people."""
    found = connection.execute(_PEOPLE.format(texts="t.generation = ?"), [generation]).fetchone()
    return (None, 0) if found is None else (found[1], found[2])


def _by_study(connection: Connection, generation: str) -> dict[str, float | None]:
    """Return the means of people's totals of a text by measure, one for each study."""
    found = connection.execute(
        f"""
        SELECT '{STUDY_TOTAL}' || study, avg(total) FROM totals
        WHERE source = 'human' AND generation = ? GROUP BY study ORDER BY study
        """,
        [generation],
    ).fetchall()
    return dict(found)


def _judged(connection: Connection, generation: str) -> dict[str, float | None]:
    """Return the totals of judges on a text by measure."""
    found = connection.execute(
        f"""
        SELECT '{JUDGE_TOTAL}' || scorer || ' (' || mode || ')', total FROM totals
        WHERE source = 'judge' AND generation = ? ORDER BY scorer, mode
        """,
        [generation],
    ).fetchall()
    return dict(found)


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
