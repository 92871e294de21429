"""What one way of judging came to, system by system: the points of texts, and how pairs of systems did."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb

Connection = duckdb.DuckDBPyConnection

_SCOPE = """
    v.dataset = $dataset AND v.version = $version AND coalesce(v.split, '') = $split AND v.mode = $mode
"""


class Scope(NamedTuple):
    """The verdicts of one protocol on the texts of some systems for a split of a version."""

    dataset: str
    version: int
    split: str
    judge: str
    mode: str
    protocol_id: str
    systems: Sequence[str]


class ExamplePoints(NamedTuple):
    """A system's points on a criterion for one example, the mean of its texts; None where none of them has any."""

    system: str
    criterion: str
    example: str
    points: float | None


class PairTally(NamedTuple):
    """How the pairs of two systems ended where both orders are taken together; without `winner` they are unscored."""

    system_a: str
    system_b: str
    criterion: str | None
    winner: str | None
    flipped: bool
    reason: str | None
    pairs: int


class OrderTally(NamedTuple):
    """Verdicts of single orders without a tie on two systems, and how many went to the text shown first."""

    system_a: str
    system_b: str
    criterion: str | None
    decided: int
    first: int


def points(connection: Connection, scope: Scope) -> list[ExamplePoints]:
    """Return the points that texts got, example by example, where this protocol is the one that counts."""
    found = connection.execute(
        f"""
        SELECT v.system, v.criterion, v.example, avg(v.points) FROM judgments v
        WHERE {_SCOPE} AND v.judge = $judge AND v.protocol = $protocol_id
          AND list_contains($systems::TEXT[], v.system)
        GROUP BY v.system, v.criterion, v.example ORDER BY ALL
        """,
        _parameters(scope),
    ).fetchall()
    return [ExamplePoints(*row) for row in found]


def totals(connection: Connection, scope: Scope, criteria: int) -> list[ExamplePoints]:
    """Return the same for the sum over `criteria`, of texts that have points on all; `criterion` is `total`."""
    found = connection.execute(
        f"""
        SELECT system, 'total', example, avg(total)
        FROM (SELECT v.system, v.example, v.generation,
                     CASE WHEN count(v.points) = $criteria THEN sum(v.points) END AS total
              FROM judgments v
              WHERE {_SCOPE} AND v.judge = $judge AND v.protocol = $protocol_id
                AND list_contains($systems::TEXT[], v.system)
              GROUP BY v.system, v.example, v.generation)
        GROUP BY system, example ORDER BY ALL
        """,
        {**_parameters(scope), "criteria": criteria},
    ).fetchall()
    return [ExamplePoints(*row) for row in found]


def reasons(connection: Connection, scope: Scope) -> list[tuple[str, str, int]]:
    """Return (criterion, reason, how many texts) of texts without points, the most frequent first."""
    return connection.execute(
        f"""
        SELECT v.criterion, v.unscored, count(*) FROM judgments v
        WHERE {_SCOPE} AND v.judge = $judge AND v.protocol = $protocol_id AND v.value IS NULL
          AND list_contains($systems::TEXT[], v.system)
        GROUP BY v.criterion, v.unscored ORDER BY count(*) DESC, v.criterion, v.unscored
        """,
        _parameters(scope),
    ).fetchall()


def pairs(connection: Connection, scope: Scope) -> list[PairTally]:
    """Return how pairs of two of the systems ended, where this protocol is the one that counts."""
    found = connection.execute(
        f"""
        SELECT v.system_a, v.system_b, v.criterion, v.winner, coalesce(v.flipped, false), v.unscored, count(*)
        FROM pair_verdicts v
        WHERE {_SCOPE} AND v.source = 'judge' AND v.scorer = $judge
          AND list_contains($systems::TEXT[], v.system_a) AND list_contains($systems::TEXT[], v.system_b)
          AND EXISTS (SELECT 1 FROM judge_protocols p
                      WHERE p.counts AND p.purpose = 'pair' AND p.protocol = $protocol_id
                        AND p.dataset = v.dataset AND p.version = v.version
                        AND p.split = coalesce(v.split, ''))
        GROUP BY ALL ORDER BY ALL
        """,
        _parameters(scope),
    ).fetchall()
    return [PairTally(*row) for row in found]


def orders(connection: Connection, scope: Scope) -> list[OrderTally]:
    """Return what single orders said about pairs of two of the systems."""
    found = connection.execute(
        f"""
        SELECT v.system_a, v.system_b, v.criterion, count(*), count(*) FILTER (v.winner = v.shown_first)
        FROM preferences v
        WHERE {_SCOPE} AND v.source = 'judge' AND v.scorer = $judge AND v.protocol = $protocol_id
          AND v.winner <> 'tie'
          AND list_contains($systems::TEXT[], v.system_a) AND list_contains($systems::TEXT[], v.system_b)
        GROUP BY ALL ORDER BY ALL
        """,
        _parameters(scope),
    ).fetchall()
    return [OrderTally(*row) for row in found]


def _parameters(scope: Scope) -> dict[str, Any]:
    return {**scope._asdict(), "systems": list(scope.systems)}
