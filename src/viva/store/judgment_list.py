"""What judges said, as lists: verdicts on texts, comparisons of two texts, and what was judged."""

from collections.abc import Sequence
from typing import NamedTuple

import duckdb

from viva.store import rows

Connection = duckdb.DuckDBPyConnection


class VerdictRow(NamedTuple):
    """What counts as a judge's verdict on one criterion of one text; `call` brought it, where there was one."""

    generation: str
    example: str
    position: int
    system: str
    judge: str
    mode: str
    criterion: str
    value: float | None
    points: float | None
    unscored: str | None
    samples: int
    spread: float | None
    rationale: str | None
    evidence: str | None
    found: bool | None
    call: str | None


class PairRow(NamedTuple):
    """What a judge said about two texts shown in one order; `winner` is `a`, `b` or `tie`."""

    example: str
    position: int
    system_a: str
    system_b: str
    judge: str
    mode: str
    criterion: str | None
    sample: int
    shown_first: str
    winner: str | None
    unscored: str | None
    rationale: str
    generation_a: str
    generation_b: str
    call: str | None


class JudgedText(NamedTuple):
    """A text that can be judged, with its question."""

    generation_id: str
    example_id: str
    question: str
    reference: str
    text: str


_SCOPE = """
    v.dataset = $dataset AND v.version = $version AND ($split IS NULL OR coalesce(v.split, '') = $split)
    AND ($judge IS NULL OR v.{judge} = $judge) AND ($mode IS NULL OR v.mode = $mode)
"""


def verdicts(
    connection: Connection,
    dataset: str,
    version: int,
    split: str | None = None,
    judge: str | None = None,
    mode: str | None = None,
    system: str | None = None,
) -> list[VerdictRow]:
    """Return the verdicts that count, in the order of the examples, then systems, judges and criteria."""
    found = connection.execute(
        f"""
        SELECT v.generation, v.example, e.position + 1, v.system, v.judge, v.mode, v.criterion, v.value, v.points,
               v.unscored, v.samples, v.spread, v.rationale, v.evidence, v.found, v.call
        FROM judgments v JOIN example e ON e.example_id = v.example
        LEFT JOIN criterion c ON c.rubric_id = v.rubric AND c.name = v.criterion
        WHERE {_SCOPE.format(judge="judge")} AND ($system IS NULL OR v.system = $system)
        ORDER BY e.position, v.system, v.generation, v.judge, v.mode, c.position
        """,
        {"dataset": dataset, "version": version, "split": split, "judge": judge, "mode": mode, "system": system},
    ).fetchall()
    return [VerdictRow(*row) for row in found]


def pairs(
    connection: Connection,
    dataset: str,
    version: int,
    split: str | None = None,
    judge: str | None = None,
    mode: str | None = None,
    system: str | None = None,
) -> list[PairRow]:
    """Return what judges said about pairs, each order by itself; with `system` those it takes part in."""
    found = connection.execute(
        f"""
        SELECT v.example, e.position + 1, v.system_a, v.system_b, v.scorer, v.mode, v.criterion, v.sample,
               v.shown_first, v.winner, v.unscored, v.comment, v.generation_a, v.generation_b, v.call
        FROM preferences v JOIN example e ON e.example_id = v.example
        WHERE {_SCOPE.format(judge="scorer")} AND v.source = 'judge'
          AND ($system IS NULL OR $system IN (v.system_a, v.system_b))
        ORDER BY e.position, v.system_a, v.system_b, v.scorer, v.mode, v.sample, v.criterion NULLS FIRST, v.shown_first
        """,
        {"dataset": dataset, "version": version, "split": split, "judge": judge, "mode": mode, "system": system},
    ).fetchall()
    return [PairRow(*row) for row in found]


def judged_text(connection: Connection, generation_id: str) -> JudgedText | None:
    """Return a text with its question and reference; None where there is no such generation."""
    found = connection.execute(
        """
        SELECT g.generation_id, e.example_id, e.question, e.reference, g.text
        FROM generation g JOIN example e USING (example_id) WHERE g.generation_id = ?
        """,
        [generation_id],
    ).fetchone()
    return None if found is None else JudgedText(*found)


def writers(connection: Connection, dataset_id: str, split: str) -> dict[str, int]:
    """Return for how many examples of a split each system has written a text, by the system's name."""
    found = connection.execute(
        """
        SELECT s.name, count(DISTINCT e.example_id)
        FROM current_generation g JOIN system s USING (system_id) JOIN example e USING (example_id)
        WHERE e.dataset_id = ? AND coalesce(e.split, '') = ? AND g.failed IS NULL GROUP BY s.name ORDER BY s.name
        """,
        [dataset_id, split],
    ).fetchall()
    return dict(found)


def written_examples(
    connection: Connection, dataset_id: str, split: str, systems: Sequence[str], together: int = 1
) -> list[str]:
    """Return the examples of a split for which `together` or more of the systems have a text, in their order."""
    found = connection.execute(
        """
        SELECT e.example_id
        FROM current_generation g JOIN system s USING (system_id) JOIN example e USING (example_id)
        WHERE e.dataset_id = ? AND coalesce(e.split, '') = ? AND g.failed IS NULL AND list_contains(?::TEXT[], s.name)
        GROUP BY e.example_id, e.position HAVING count(DISTINCT g.system_id) >= ? ORDER BY e.position
        """,
        [dataset_id, split, list(systems), together],
    ).fetchall()
    return [example_id for (example_id,) in found]


def counting(
    connection: Connection, dataset_id: str, split: str, judge: str, mode: str, *, pairs: bool
) -> tuple[str | None, int]:
    """Return the protocol of a judge whose verdicts count for a split, and how many it has given; 0 without any."""
    view, about, valued = (
        ("pair_protocol", "(v.generation_a, v.generation_b, v.shown_first, v.sample)", "v.winner")
        if pairs
        else ("score_protocol", "(v.generation_id, v.sample)", "v.value")
    )
    table, owner, generation = (
        ("preference", "v.scorer", "v.generation_a") if pairs else ("judgment", "v.judge", "v.generation_id")
    )
    row = connection.execute(
        f"""
        SELECT p.protocol_id, count(DISTINCT {about})
        FROM {view} p JOIN {table} v ON {owner} = p.judge AND v.mode = p.mode
          AND v.protocol_id IS NOT DISTINCT FROM p.protocol_id AND {valued} IS NOT NULL
        JOIN generation g ON g.generation_id = {generation}
        JOIN example e ON e.example_id = g.example_id AND e.dataset_id = p.dataset_id
          AND coalesce(e.split, '') = p.split
        WHERE p.counts AND p.dataset_id = $dataset AND p.split = $split AND p.judge = $judge AND p.mode = $mode
        GROUP BY p.protocol_id
        """,
        {"dataset": dataset_id, "split": split, "judge": rows.storable(judge), "mode": mode},
    ).fetchone()
    return (None, 0) if row is None else (row[0], int(row[1]))
