"""The table `judge_check`, and judges beside people: what both said about the same texts."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

import duckdb

from viva.records.ids import content_id, utc_now
from viva.records.judge_check import Agreement, AltTest, Consistency, JudgeCheck, PairHabits, Standing
from viva.records.judging import BASELINE, JudgeMode
from viva.store import rows

Connection = duckdb.DuckDBPyConnection

_SCOPE = "dataset = $dataset AND version = $version AND ($split IS NULL OR coalesce(split, '') = $split)"
_OWN = f"""
    said_first AS MATERIALIZED (
        SELECT generation, rubric, coalesce(protocol, '') AS way, protocol, criterion, value, points, samples,
               created_at
        FROM judgments WHERE judge = $judge AND mode = $mode AND {_SCOPE}
    ), used AS MATERIALIZED (
        SELECT rubric, way FROM said_first ORDER BY created_at DESC, rubric, way LIMIT 1
    ), own AS MATERIALIZED (
        SELECT * EXCLUDE (way, created_at) FROM said_first SEMI JOIN used USING (rubric, way)
    ), criteria AS (
        SELECT name AS criterion, position, count(*) OVER () AS size FROM criterion
        WHERE rubric_id = (SELECT rubric FROM used)
    )"""
"""What a judge said by the protocol that was used last, which splits judged by several leave open."""


class Basis(NamedTuple):
    """What a check of a judge rests on; `basis` is another where any of it has changed."""

    protocol_id: str
    rubric_id: str
    basis: str


def people_and_judge(
    connection: Connection, dataset: str, version: int, split: str | None, judge: str, mode: JudgeMode
) -> list[dict[str, Any]]:
    """Return every text that people rated on the judge's rubric, a row for each criterion.

    Each is generation, example, system, model, words, criterion, judge (points, or None) and people ({rater: points};
    who gave no value is not there; of several studies the mean counts). Criteria come in the rubric's order, then
    `total`, which has points only where every criterion has.
    """
    found = connection.execute(
        f"""
        WITH {_OWN}, theirs AS MATERIALIZED (
            SELECT generation, rater, criterion, avg(points) AS points FROM ratings
            WHERE rubric = (SELECT rubric FROM used) AND {_SCOPE} GROUP BY generation, rater, criterion
        ), rated AS MATERIALIZED (
            SELECT DISTINCT generation FROM theirs
        ), written AS MATERIALIZED (
            SELECT generation, example, system, model,
                   len(regexp_split_to_array(trim(text, ' \t\r\n'), '\\s+')) AS words
            FROM generations SEMI JOIN rated USING (generation)
        ), said AS (
            SELECT generation, NULL AS rater, criterion, points FROM own SEMI JOIN rated USING (generation)
            UNION ALL SELECT generation, rater, criterion, points FROM theirs
        ), all_said AS (
            SELECT s.generation, s.rater, c.position, s.criterion, s.points
            FROM said s JOIN criteria c USING (criterion)
            UNION ALL
            SELECT s.generation, s.rater, any_value(c.size), 'total',
                   CASE WHEN count(s.points) = any_value(c.size) THEN sum(s.points) END
            FROM said s JOIN criteria c USING (criterion) GROUP BY s.generation, s.rater
        )
        SELECT w.generation, w.example, w.system, w.model, w.words, a.criterion,
               any_value(a.points) FILTER (a.rater IS NULL), list(a.rater) FILTER (a.rater IS NOT NULL),
               list(a.points) FILTER (a.rater IS NOT NULL)
        FROM all_said a JOIN written w USING (generation) JOIN example e ON e.example_id = w.example
        GROUP BY w.generation, w.example, w.system, w.model, w.words, a.criterion, a.position, e.position
        ORDER BY e.position, w.system, w.generation, a.position
        """,
        _parameters(dataset, version, split, judge, mode),
    ).fetchall()
    names = ("generation", "example", "system", "model", "words", "criterion", "judge")
    return [
        {
            **dict(zip(names, row[:-2], strict=True)),
            "people": {
                rater: points
                for rater, points in sorted(zip(row[-2] or (), row[-1] or (), strict=True))
                if points is not None
            },
        }
        for row in found
    ]


def judged(
    connection: Connection, dataset: str, version: int, split: str | None, judge: str, mode: JudgeMode
) -> dict[str, int]:
    """Return how many texts a judge gave a value, by criterion in the rubric's order, then `total`."""
    found = connection.execute(
        f"""
        WITH {_OWN}, valued AS (
            SELECT generation, criterion FROM own WHERE points IS NOT NULL
        ), whole AS (
            SELECT generation FROM valued JOIN criteria USING (criterion)
            GROUP BY generation HAVING count(*) = any_value(size)
        )
        SELECT c.criterion, count(v.criterion), c.position FROM criteria c LEFT JOIN valued v USING (criterion)
        GROUP BY c.criterion, c.position
        UNION ALL SELECT 'total', count(*), 2147483647 FROM whole
        ORDER BY 3
        """,
        _parameters(dataset, version, split, judge, mode),
    ).fetchall()
    return {criterion: count for criterion, count, _position in found}


def samples(
    connection: Connection, dataset: str, version: int, split: str | None, judge: str, mode: JudgeMode
) -> list[tuple[str, str, list[float], int, int]]:
    """Return what was judged more than once: (generation, criterion, values, lowest, highest of the scale)."""
    return connection.execute(
        f"""
        WITH {_OWN}
        SELECT j.generation, j.criterion, list(j.value ORDER BY j.sample), c.lowest, c.highest
        FROM (SELECT *, coalesce(protocol, '') AS way FROM sample_judgments
              WHERE value IS NOT NULL AND judge = $judge AND mode = $mode AND {_SCOPE}) j
        SEMI JOIN used u ON u.rubric = j.rubric AND u.way = j.way
        JOIN criterion c ON c.rubric_id = j.rubric AND c.name = j.criterion
        GROUP BY j.generation, j.criterion, c.position, c.lowest, c.highest HAVING count(*) > 1
        ORDER BY c.position, j.generation
        """,
        _parameters(dataset, version, split, judge, mode),
    ).fetchall()


def basis(
    connection: Connection, dataset: str, version: int, split: str | None, judge: str, mode: JudgeMode
) -> Basis | None:
    """Return what a check would rest on now: protocol, dataset version, rubric, verdicts, ratings and the baseline.

    The protocol is "" for verdicts of elsewhere and for panels. None where the judge has judged nothing. Where splits
    were judged by several protocols, the one used last is checked.
    """
    scope = _parameters(dataset, version, split, judge, mode)
    [(rubric_id, protocol_id, verdicts)] = connection.execute(
        f"""
        WITH {_OWN}
        SELECT any_value(rubric), any_value(protocol),
               coalesce(sum(hash(generation, criterion, value, samples)), 0)::TEXT
        FROM own
        """,
        scope,
    ).fetchall()
    if rubric_id is None:
        return None
    place = {name: scope[name] for name in ("dataset", "version", "split")}
    ratings = connection.execute(
        f"""
        SELECT coalesce(sum(hash(study, generation, rater, criterion, value)), 0)::TEXT FROM ratings
        WHERE rubric = $rubric AND {_SCOPE}
        """,
        {**place, "rubric": rubric_id},
    ).fetchall()
    compared = connection.execute(
        f"""
        SELECT coalesce(sum(hash(generation_a, generation_b, scorer, sample, criterion, winner, reason)), 0)::TEXT
        FROM pair_verdicts WHERE {_SCOPE} AND (source = 'human' OR (mode = $mode AND list_contains($judges, scorer)))
        """,
        {
            **place, "mode": str(mode),
            "judges": [scope["judge"], *members(connection, dataset, version, judge, mode)],
        },
    ).fetchall()  # fmt: skip
    parts = [dataset, version, split, judge, str(mode), rubric_id, protocol_id, verdicts, ratings, compared]
    plain = _plain(connection, place, rubric_id) if judge != BASELINE else None
    # Only where there is one: what was checked before a baseline judged is the same without it.
    return Basis(protocol_id or "", rubric_id, content_id(*parts, *([] if plain is None else [plain])))


def _plain(connection: Connection, place: dict[str, Any], rubric_id: str) -> str | None:
    """Return what the embedding baseline said by a rubric as one number, None where it said nothing."""
    [(said,)] = connection.execute(
        f"""
        SELECT sum(hash(generation, criterion, value))::TEXT FROM judgments
        WHERE judge = $baseline AND mode = $mode AND rubric = $rubric AND {_SCOPE}
        """,
        {**place, "baseline": BASELINE, "mode": str(JudgeMode.REFERENCE), "rubric": rubric_id},
    ).fetchall()
    return None if said is None else str(said)


def members(connection: Connection, dataset: str, version: int, judge: str, mode: JudgeMode) -> tuple[str, ...]:
    """Return the judges of a panel by its name; none where it is no panel."""
    found = connection.execute(
        """
        SELECT p.judge FROM panel_member p JOIN dataset d USING (dataset_id)
        WHERE d.name = ? AND d.version = ? AND p.name = ? AND p.mode = ? ORDER BY p.judge
        """,
        [dataset, version, rows.storable(judge), str(mode)],
    ).fetchall()
    return tuple(name for (name,) in found)


def _parameters(dataset: str, version: int, split: str | None, judge: str, mode: JudgeMode) -> dict[str, Any]:
    return {"dataset": dataset, "version": version, "split": split, "judge": rows.storable(judge), "mode": str(mode)}


def add(connection: Connection, dataset_id: str, check: JudgeCheck, rubric_id: str) -> None:
    """Append what was measured of a judge."""
    content = {**asdict(check), "created_at": None, "expired": None}
    rows.insert(
        connection,
        "judge_check",
        [
            "dataset_id", "split", "judge", "mode", "rubric_id", "protocol_id", "basis", "content", "created_at",
        ],
        [
            (
                dataset_id, check.split, check.judge, str(check.mode), rubric_id, check.protocol_id, check.basis,
                rows.as_json(content), check.created_at or utc_now(),
            )
        ],
    )  # fmt: skip


def latest(
    connection: Connection, dataset_id: str, split: str | None, judge: str, mode: JudgeMode
) -> JudgeCheck | None:
    """Return what was measured last of a judge on a split (None: on all); None where it was not."""
    row = connection.execute(
        """
        SELECT content, created_at FROM judge_check
        WHERE dataset_id = ? AND split IS NOT DISTINCT FROM ? AND judge = ? AND mode = ? ORDER BY seq DESC LIMIT 1
        """,
        [dataset_id, rows.storable(split), rows.storable(judge), str(mode)],
    ).fetchone()
    return None if row is None else _check(json.loads(row[0]), row[1])


def _check(content: dict[str, Any], created_at: datetime) -> JudgeCheck:
    criteria = tuple(
        Agreement(
            **{
                **one,
                "alt_test": None if one["alt_test"] is None else AltTest(**one["alt_test"]),
                "standing": Standing(one["standing"]),
            }
        )
        for one in content["criteria"]
    )
    return JudgeCheck(
        **{
            **content,
            "mode": JudgeMode(content["mode"]),
            "criteria": criteria,
            "pairs": None if content["pairs"] is None else PairHabits(**content["pairs"]),
            "consistency": tuple(Consistency(**one) for one in content["consistency"]),
            "created_at": created_at,
        }
    )
