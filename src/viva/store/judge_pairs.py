"""The judges' rows of the table `preference`: which texts are left to compare, and how judges compare."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from viva.records.ids import content_id, utc_now
from viva.records.judge_check import PairHabits
from viva.records.judging import JudgeCall, JudgeMode, PairVerdict
from viva.store import judge_calls, rows

Connection = duckdb.DuckDBPyConnection

FIRST_PIECE = 16
"""Examples to read first, before it is known how large their texts are."""

_SIDES = """
    SELECT g.generation_id, g.example_id, g.text, g.failed, g.system_id
    FROM current_generation g JOIN system s USING (system_id)
    WHERE g.sample = 0 AND ($systems IS NULL OR list_contains($systems::TEXT[], s.name))
      AND g.example_id IN (SELECT example_id FROM piece)
"""
_SCOPE = "dataset = $dataset AND version = $version AND ($split IS NULL OR coalesce(split, '') = $split)"


def add(connection: Connection, dataset_id: str, calls: Sequence[JudgeCall], pairs: Sequence[PairVerdict]) -> None:
    """Append calls and the verdicts they brought; those that are known are passed over.

    The verdicts on several criteria may share the id of an event: each is kept under an id of its own.
    """
    judge_calls.add(connection, dataset_id, calls)
    now = utc_now()
    rows.insert(
        connection,
        "preference",
        [
            "event_id", "example_id", "generation_a", "generation_b", "scorer", "source", "shown_first", "winner",
            "unscored", "comment", "criterion", "mode", "sample", "call_id", "protocol_id", "created_at",
        ],
        [
            (
                p.event_id if p.criterion is None else content_id(p.event_id, p.criterion),
                p.example_id, p.generation_a, p.generation_b, p.judge, "judge", p.shown_first, p.winner, p.unscored,
                p.rationale, p.criterion, str(p.mode), p.sample, p.call_id, p.protocol_id, now,
            )
            for p in pairs
        ],
        ignore_known=True,
    )  # fmt: skip


def to_compare(
    connection: Connection,
    dataset_id: str,
    split: str | None,
    systems: Sequence[str] | None,
    protocol_id: str,
    samples: int,
    examples: Sequence[str] | None = None,
    retry: bool = False,
) -> Iterator[dict[str, Any]]:
    """Yield the pairs of systems' first texts that a protocol has still to compare, in the dataset's order.

    Each is example_id, generation_a, generation_b, question, reference, text_a, text_b, failed (why one of the two has
    no text, else None), and `orders`: the samples that are missing, counted from 0, with `a` and with `b` shown first.
    With `retry` a sample is missing too that brought no verdict; pairs without a text stay as they are.
    """
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE compared AS
        SELECT generation_a, generation_b, list(DISTINCT (shown_first, sample)) AS orders,
               list(DISTINCT (shown_first, sample)) FILTER (whole) AS whole
        FROM (SELECT generation_a, generation_b, shown_first, sample, bool_and(winner IS NOT NULL) AS whole
              FROM preference WHERE protocol_id = ?
              GROUP BY generation_a, generation_b, shown_first, sample, coalesce(call_id, event_id))
        GROUP BY generation_a, generation_b
        """,
        [protocol_id],
    )
    columns = ("example_id", "generation_a", "generation_b", "question", "reference", "text_a", "text_b", "failed")
    after, size = -1, FIRST_PIECE
    parameters = {
        "dataset": dataset_id, "split": split, "systems": None if systems is None else list(systems),
        "examples": None if examples is None else list(examples),
    }  # fmt: skip
    while True:
        piece, found = _piece(connection, {**parameters, "after": after, "size": size})
        for *values, orders, whole in found:
            row = dict(zip(columns, values, strict=True))
            done = {tuple(one) for one in (whole if retry and row["failed"] is None else orders) or ()}
            missing = {
                first: [sample for sample in range(samples) if (first, sample) not in done] for first in ("a", "b")
            }
            if any(missing.values()):
                yield {**row, "orders": missing}
        if len(piece) < size:
            return
        after = piece[-1]
        size = rows.next_piece(len(piece), sum(len(row[3]) + len(row[5]) + len(row[6]) for row in found))


def _piece(connection: Connection, parameters: dict[str, Any]) -> tuple[list[int], list[tuple[Any, ...]]]:
    """Return the positions of the next examples, and the pairs of texts for them."""
    piece = """
        SELECT example_id, position, question, reference FROM example
        WHERE dataset_id = $dataset AND position > $after AND ($split IS NULL OR coalesce(split, '') = $split)
          AND ($examples IS NULL OR list_contains($examples::TEXT[], example_id))
        ORDER BY position LIMIT $size
    """
    found = connection.execute(
        f"""
        WITH piece AS ({piece}), side AS ({_SIDES})
        SELECT p.example_id, a.generation_id, b.generation_id, p.question, p.reference, a.text, b.text,
               coalesce(a.failed, b.failed), c.orders, c.whole
        FROM piece p JOIN side a ON a.example_id = p.example_id
        JOIN side b ON b.example_id = p.example_id AND a.generation_id < b.generation_id AND a.system_id <> b.system_id
        LEFT JOIN compared c ON c.generation_a = a.generation_id AND c.generation_b = b.generation_id
        ORDER BY p.position, a.generation_id, b.generation_id
        """,
        parameters,
    ).fetchall()
    parameters = {name: value for name, value in parameters.items() if name != "systems"}
    positions = connection.execute(f"SELECT position FROM ({piece}) ORDER BY position", parameters).fetchall()
    return [position for (position,) in positions], found


def habits(
    connection: Connection, dataset: str, version: int, split: str | None, judge: str, mode: JudgeMode
) -> PairHabits | None:
    """Return what a judge does when it compares texts as a whole; None where it has not compared any.

    A pair counts once, however often it was compared: as what most of its samples are, of as many each as the worst
    (a flip, then a tie in one order only, then a tie). Pairs with an order that is missing or unscored in each sample
    count as unscored only. `decided` and `first` count the verdicts of single orders. Each person has one vote on a
    pair, a tie where both orders were shown and brought different ones. Where people disagree without a majority, a
    tie is their word, and so it is the judge's where its samples do.
    """
    parameters = {
        "dataset": dataset, "version": version, "split": split, "judge": rows.storable(judge), "mode": str(mode),
    }  # fmt: skip
    own = f"scorer = $judge AND source = 'judge' AND mode = $mode AND criterion IS NULL AND {_SCOPE}"
    [(pairs, scored, flips, inconsistent, ties, shared, with_people)] = connection.execute(
        f"""
        WITH own AS MATERIALIZED (
            SELECT *, CASE WHEN winner IS NULL THEN NULL WHEN flipped THEN 0 WHEN reason IS NOT NULL THEN 1
                           WHEN winner = 'tie' THEN 2 ELSE 3 END AS kind
            FROM pair_verdicts WHERE {own}
        ), vote AS (
            SELECT generation_a, generation_b,
                   CASE WHEN min(winner) = max(winner) THEN min(winner) ELSE 'tie' END AS winner
            FROM pair_verdicts WHERE source = 'human' AND criterion IS NULL AND winner IS NOT NULL AND {_SCOPE}
            GROUP BY generation_a, generation_b, scorer
        ), people AS ({_most("vote")}), said AS ({_most("own")}), kinds AS (
            SELECT generation_a, generation_b, arg_max(kind, (n, -kind)) AS kind
            FROM (SELECT generation_a, generation_b, kind, CASE WHEN kind IS NULL THEN 0 ELSE count(*) END AS n
                  FROM own GROUP BY generation_a, generation_b, kind)
            GROUP BY generation_a, generation_b)
        SELECT count(*), count(k.kind), count(*) FILTER (k.kind = 0), count(*) FILTER (k.kind = 1),
               count(*) FILTER (k.kind = 2), count(*) FILTER (s.winner IS NOT NULL AND p.winner IS NOT NULL),
               count(*) FILTER (s.winner = p.winner)
        FROM kinds k LEFT JOIN said s USING (generation_a, generation_b)
        LEFT JOIN people p USING (generation_a, generation_b)
        """,
        parameters,
    ).fetchall()
    if not pairs:
        return None
    [(decided, first)] = connection.execute(
        f"""
        SELECT count(*) FILTER (winner <> 'tie'), count(*) FILTER (winner = shown_first) FROM preferences WHERE {own}
        """,
        parameters,
    ).fetchall()
    return PairHabits(scored, flips, ties, decided, first, pairs - scored, shared, with_people, inconsistent)


def _most(votes: str) -> str:
    """Return the query of the winner of each pair by most of its votes, a tie where no winner has most."""
    return f"""
        SELECT generation_a, generation_b,
               CASE WHEN count(*) FILTER (n = most) = 1 THEN any_value(winner) FILTER (n = most)
                    ELSE 'tie' END AS winner
        FROM (SELECT *, max(n) OVER (PARTITION BY generation_a, generation_b) AS most FROM (
            SELECT generation_a, generation_b, winner, count(*) AS n FROM {votes} WHERE winner IS NOT NULL
            GROUP BY generation_a, generation_b, winner))
        GROUP BY generation_a, generation_b
    """
