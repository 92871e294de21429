"""The tables `protocol` and `judgment`: what is left to judge, and what judges said."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import duckdb

from viva.errors import UsageError
from viva.records.ids import utc_now
from viva.records.judging import (
    CriterionSpread,
    JudgeCall,
    JudgeMode,
    JudgeSettings,
    JudgeSpend,
    Judgment,
    Protocol,
    Purpose,
    UnscoredVerdict,
)
from viva.store import judge_calls, rows
from viva.text import display_line

Connection = duckdb.DuckDBPyConnection

FIRST_PIECE = 64
"""Rows to read first, before it is known how large they are."""

_COLUMNS = (
    "event_id", "generation_id", "rubric_id", "judge", "mode", "criterion", "value", "unscored", "rationale",
    "evidence", "found", "sample", "call_id", "protocol_id",
)  # fmt: skip
_SPLITS = """
    (SELECT DISTINCT coalesce(split, '') AS split FROM example
     WHERE dataset_id = $dataset AND ($split IS NULL OR coalesce(split, '') = $split))
"""
_SCOPE = "dataset = $dataset AND version = $version AND ($split IS NULL OR coalesce(split, '') = $split)"


class JudgedBy(NamedTuple):
    """What a judge said so far: of `generations`, verdicts on a criterion that are `scored` and `unscored`.

    `rubric` is its name; `protocol_id` is None for verdicts of elsewhere and for a panel.
    """

    judge: str
    mode: JudgeMode
    rubric: str
    protocol_id: str | None
    generations: int
    scored: int
    unscored: int
    panel: bool


def add_protocol(connection: Connection, protocol: Protocol, prompts: dict[str, str]) -> None:
    """Add a protocol with the texts of its prompts by name; what is known is left as it is."""
    now = utc_now()
    rows.insert(
        connection,
        "judge_prompt",
        ["hash", "name", "text"],
        [(digest, name, prompts[name]) for name, digest in protocol.prompts.items()],
        ignore_known=True,
    )
    rows.insert(
        connection,
        "protocol",
        [
            "protocol_id", "judge", "purpose", "mode", "rubric_id", "model", "prompts", "settings", "per_criterion",
            "created_at",
        ],
        [
            (
                protocol.protocol_id, protocol.judge, str(protocol.purpose), str(protocol.mode), protocol.rubric_id,
                rows.as_json(protocol.model), rows.as_json(protocol.prompts), rows.as_json(asdict(protocol.settings)),
                protocol.per_criterion, now,
            )
        ],
        ignore_known=True,
    )  # fmt: skip


def protocol(connection: Connection, protocol_id: str) -> Protocol | None:
    """Return the protocol of that id, None without it."""
    row = connection.execute(
        """
        SELECT judge, purpose, mode, rubric_id, model, prompts, settings, per_criterion FROM protocol
        WHERE protocol_id = ?
        """,
        [protocol_id],
    ).fetchone()
    if row is None:
        return None
    judge, purpose, mode, rubric_id, model, prompts, settings, per_criterion = row
    return Protocol(
        judge, Purpose(purpose), JudgeMode(mode), rubric_id, json.loads(model), json.loads(prompts),
        JudgeSettings(**json.loads(settings)), per_criterion,
    )  # fmt: skip


def choose(connection: Connection, dataset_id: str, protocol_id: str, split: str | None = None) -> None:
    """Let a protocol count for a split (None: for each) from now on, as soon as it has brought a value there."""
    connection.execute(
        f"""
        INSERT INTO protocol_choice (dataset_id, split, judge, mode, rubric_id, protocol_id, created_at)
        SELECT $dataset, s.split, p.judge, p.mode, p.rubric_id, p.protocol_id, $now
        FROM protocol p, {_SPLITS} s WHERE p.protocol_id = $protocol
        """,
        {"dataset": dataset_id, "protocol": protocol_id, "split": split, "now": utc_now()},
    )


def choose_imported(
    connection: Connection, dataset_id: str, judge: str, mode: JudgeMode, rubric_id: str, split: str
) -> None:
    """Let the verdicts of elsewhere by a rubric count for a split from now on."""
    rows.insert(
        connection, "protocol_choice", ["dataset_id", "split", "judge", "mode", "rubric_id", "created_at"],
        [(dataset_id, split, judge, str(mode), rubric_id, utc_now())],
    )  # fmt: skip


def add(connection: Connection, dataset_id: str, calls: Sequence[JudgeCall], judgments: Sequence[Judgment]) -> None:
    """Append calls and the verdicts they brought; those that are known by their ids are passed over."""
    judge_calls.add(connection, dataset_id, calls)
    now = utc_now()
    rows.insert(
        connection,
        "judgment",
        [*_COLUMNS, "created_at"],
        [
            (
                j.event_id, j.generation_id, j.rubric_id, j.judge, str(j.mode), j.criterion,
                None if j.value is None else float(j.value), j.unscored, j.rationale, j.evidence, j.found, j.sample,
                j.call_id, j.protocol_id, now,
            )
            for j in judgments
        ],
        ignore_known=True,
    )  # fmt: skip


def to_judge(
    connection: Connection,
    dataset_id: str,
    split: str | None,
    systems: Sequence[str] | None,
    protocol_id: str,
    samples: int,
    examples: Sequence[str] | None = None,
    retry: bool = False,
) -> Iterator[dict[str, Any]]:
    """Yield the generations that a protocol has still to judge, in the dataset's order and a piece at a time.

    Each is generation_id, example_id, question, reference, text, failed (why there is no text, else None), and the
    `samples` that are missing, counted from 0. With `systems` (names) and `examples` (ids) only theirs. With `retry`
    a sample is missing too where no event of it has a value for every criterion; texts that failed stay as they are.
    """
    columns = ("generation_id", "example_id", "question", "reference", "text", "failed")
    # Looked up once: there may be many verdicts, and each piece would go through all of them.
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE judged AS
        SELECT generation_id, list(DISTINCT sample) AS samples,
               list(DISTINCT sample) FILTER (whole) AS whole
        FROM (SELECT generation_id, sample, bool_and(value IS NOT NULL) AS whole FROM judgment
              WHERE protocol_id = ? GROUP BY generation_id, sample, event_id)
        GROUP BY generation_id
        """,
        [protocol_id],
    )
    after, size = (-1, ""), FIRST_PIECE
    while True:
        found = connection.execute(
            f"""
            WITH piece AS (
                SELECT e.position, {", ".join(columns)}
                FROM current_generation g JOIN example e USING (example_id) JOIN system s USING (system_id)
                WHERE e.dataset_id = $dataset AND ($split IS NULL OR coalesce(e.split, '') = $split)
                  AND ($systems IS NULL OR list_contains($systems::TEXT[], s.name))
                  AND ($examples IS NULL OR list_contains($examples::TEXT[], e.example_id))
                  AND (e.position, g.generation_id) > ($position, $generation)
                ORDER BY e.position, g.generation_id LIMIT $size)
            SELECT p.*, j.samples, j.whole FROM piece p LEFT JOIN judged j USING (generation_id)
            ORDER BY p.position, p.generation_id
            """,
            {
                "dataset": dataset_id, "split": split, "systems": None if systems is None else list(systems),
                "examples": None if examples is None else list(examples), "position": after[0],
                "generation": after[1], "size": size,
            },
        ).fetchall()  # fmt: skip
        for _position, *values, judged, whole in found:
            row = dict(zip(columns, values, strict=True))
            done = (whole if retry and row["failed"] is None else judged) or ()
            if missing := [sample for sample in range(samples) if sample not in done]:
                yield {**row, "samples": missing}
        if len(found) < size:
            return
        after = (found[-1][0], found[-1][1])
        size = rows.next_piece(len(found), sum(len(row[3]) + len(row[4]) + len(row[5]) for row in found))


def verdicts(connection: Connection, generation_id: str) -> list[Judgment]:
    """Return the verdicts on a text that count: by judge, mode and sample, criteria in the rubric's order."""
    found = connection.execute(
        """
        SELECT j.event, j.generation, j.rubric, j.judge, j.mode, j.criterion, j.value, j.unscored, j.rationale,
               j.evidence, j.found, j.sample, j.call, j.protocol
        FROM sample_judgments j JOIN criterion c ON c.rubric_id = j.rubric AND c.name = j.criterion
        WHERE j.generation = ? ORDER BY j.judge, j.mode, j.sample, c.position
        """,
        [rows.storable(generation_id)],
    ).fetchall()
    return [
        Judgment(event, generation, rubric, judge, JudgeMode(mode), *said)
        for event, generation, rubric, judge, mode, *said in found
    ]


def spread(
    connection: Connection, dataset: str, version: int, split: str | None, judge: str, mode: JudgeMode
) -> list[CriterionSpread]:
    """Return how the values of a judge or panel are spread, every sample by itself, in the rubric's order.

    Where splits were judged by several rubrics, only by the one used last.
    """
    found = connection.execute(
        f"""
        WITH said AS MATERIALIZED (
            SELECT rubric, criterion, value, created_at FROM sample_judgments
            WHERE judge = $judge AND mode = $mode AND {_SCOPE}
            UNION ALL
            SELECT rubric, criterion, value, created_at FROM judgments
            WHERE panel AND judge = $judge AND mode = $mode AND {_SCOPE})
        SELECT criterion, list(value ORDER BY value) FILTER (value IS NOT NULL), list(times ORDER BY value)
                 FILTER (value IS NOT NULL), coalesce(sum(times) FILTER (value IS NULL), 0)::BIGINT,
               sum(value * times) / sum(times) FILTER (value IS NOT NULL), any_value(position)
        FROM (
            SELECT v.criterion, v.value, count(*) AS times, c.position FROM said v
            JOIN criterion c ON c.rubric_id = v.rubric AND c.name = v.criterion
            WHERE v.rubric = (SELECT arg_max(rubric, created_at) FROM said) GROUP BY ALL)
        GROUP BY criterion ORDER BY any_value(position)
        """,
        {"dataset": dataset, "version": version, "split": split, "judge": rows.storable(judge), "mode": str(mode)},
    ).fetchall()
    return [
        CriterionSpread(criterion, tuple(zip(values or (), times or (), strict=True)), unscored, mean)
        for criterion, values, times, unscored, mean, _position in found
    ]


def unscored(
    connection: Connection,
    dataset: str,
    version: int,
    split: str | None,
    judge: str | None = None,
    mode: JudgeMode | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[UnscoredVerdict]:
    """Return a page of the verdicts without a value, the newest first; panels have none of their own."""
    found = connection.execute(
        f"""
        SELECT j.judge, j.mode, j.generation, j.system, j.example, e.question, j.criterion, j.unscored, j.call,
               j.created_at
        FROM (FROM sample_judgments WHERE value IS NULL AND {_SCOPE}
              AND ($judge IS NULL OR judge = $judge) AND ($mode IS NULL OR mode = $mode)) j
        JOIN example e ON e.example_id = j.example
        JOIN criterion c ON c.rubric_id = j.rubric AND c.name = j.criterion
        ORDER BY j.created_at DESC, e.position, j.system, j.generation, j.judge, j.mode, j.sample, c.position
        LIMIT $limit OFFSET $offset
        """,
        {
            "dataset": dataset, "version": version, "split": split, "judge": rows.storable(judge),
            "mode": None if mode is None else str(mode), "limit": limit, "offset": offset,
        },
    ).fetchall()  # fmt: skip
    return [UnscoredVerdict(row[0], JudgeMode(row[1]), *row[2:]) for row in found]


def judges(connection: Connection, dataset: str, version: int, split: str | None) -> list[JudgedBy]:
    """Return who has judged texts of a dataset by which protocol, panels last, else by name."""
    found = connection.execute(
        f"""
        SELECT j.judge, j.mode, r.name, j.protocol, count(DISTINCT j.generation),
               count(j.value), count(*) - count(j.value), j.panel
        FROM judgments j JOIN rubric r ON r.rubric_id = j.rubric WHERE {_SCOPE}
        GROUP BY j.judge, j.mode, j.panel, r.name, j.protocol
        ORDER BY j.panel, j.judge, j.mode, r.name, j.protocol
        """,
        {"dataset": dataset, "version": version, "split": split},
    ).fetchall()
    return [JudgedBy(row[0], JudgeMode(row[1]), *row[2:]) for row in found]


def spend(connection: Connection, dataset_id: str, judge: str | None = None) -> list[JudgeSpend]:
    """Return what judges have cost on a dataset; the cost is None where a call that used tokens has no price."""
    found = connection.execute(
        """
        SELECT s.judge, s.purpose, s.mode, s.calls, s.again::BIGINT, s.prompt_tokens::BIGINT,
               s.completion_tokens::BIGINT, s.cost, s.seconds
        FROM judge_spend s JOIN dataset d ON d.name = s.dataset AND d.version = s.version
        WHERE d.dataset_id = $dataset AND ($judge IS NULL OR s.judge = $judge)
        ORDER BY s.judge, s.mode, s.purpose
        """,
        {"dataset": dataset_id, "judge": rows.storable(judge)},
    ).fetchall()
    return [JudgeSpend(row[0], Purpose(row[1]), JudgeMode(row[2]), *row[3:]) for row in found]


def set_panel(connection: Connection, name: str, dataset_id: str, mode: JudgeMode, judges: Sequence[str]) -> None:
    """Let these judges be taken together under a name from now on.

    Raises `UsageError` where the name is that of a judge, which would be two things under one name.
    """
    if (
        name in judges
        or connection.execute(
            "SELECT 1 FROM protocol WHERE judge = $name UNION ALL SELECT 1 FROM judgment WHERE judge = $name LIMIT 1",
            {"name": rows.storable(name)},
        ).fetchone()
    ):
        raise UsageError(f"{display_line(name, 60)} is a judge already", "give the panel another name")
    if panels(connection, dataset_id).get((name, mode)) == tuple(judges):
        return
    rows.insert(
        connection, "panel", ["name", "dataset_id", "mode", "judges", "created_at"],
        [(name, dataset_id, str(mode), rows.as_json(list(judges)), utc_now())],
    )  # fmt: skip


def panels(connection: Connection, dataset_id: str) -> dict[tuple[str, JudgeMode], tuple[str, ...]]:
    """Return the judges of each panel of a dataset, by its name and mode."""
    found = connection.execute(
        "SELECT name, mode, judges FROM panel WHERE dataset_id = ? ORDER BY seq", [dataset_id]
    ).fetchall()
    return {(name, JudgeMode(mode)): tuple(json.loads(judges)) for name, mode, judges in found}
